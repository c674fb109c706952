//! What figures are drawn on: an SVG text or an array of pixels.
//!
//! Pixels are drawn [`OVERSAMPLING`] times as large and averaged: the rasteriser draws lines without smoothing.

use crate::report::ReportError;
use plotters::coord::Shift;
use plotters::drawing::DrawingArea;
use plotters::prelude::*;
use plotters_backend::{BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind};

/// Pixels drawn for one pixel, per axis.
const OVERSAMPLING: u32 = 3;

/// Draws to either kind of picture.
pub(in crate::report) enum Canvas<'a> {
    Vector(SVGBackend<'a>),
    Pixels(BitMapBackend<'a>),
}

/// Why drawing failed, in words.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(in crate::report) struct CanvasError(String);

/// A picture under construction, and how many pixels its unit has.
pub(in crate::report) struct Sheet<'a> {
    pub area: DrawingArea<Canvas<'a>, Shift>,
    pub scale: u32,
}

impl Sheet<'_> {
    /// A length in pixels of the picture.
    pub fn pixels(&self, length: u32) -> u32 {
        self.scale * length
    }
}

/// How a figure is drawn.
pub(in crate::report) type Draw<'a> = dyn Fn(&Sheet<'_>) -> Result<(), ReportError> + Sync + Send + 'a;

/// The figure as SVG.
pub(in crate::report) fn svg(size: (u32, u32), draw: &Draw<'_>) -> Result<String, ReportError> {
    let mut text = String::new();
    {
        let area = Canvas::Vector(SVGBackend::with_string(&mut text, size)).into_drawing_area();
        let sheet = Sheet { area, scale: 1 };
        paint(&sheet, draw)?;
    }
    Ok(text)
}

/// The figure as pixels, red, green and blue, row by row.
pub(in crate::report) fn pixels(size: (u32, u32), draw: &Draw<'_>) -> Result<Vec<u8>, ReportError> {
    let fine = (size.0 * OVERSAMPLING, size.1 * OVERSAMPLING);
    let mut pixels = vec![0u8; fine.0 as usize * fine.1 as usize * 3];
    {
        let area = Canvas::Pixels(BitMapBackend::with_buffer(&mut pixels, fine)).into_drawing_area();
        paint(&Sheet { area, scale: OVERSAMPLING }, draw)?;
    }
    Ok(averaged(&pixels, size))
}

/// The figure as PNG.
pub(in crate::report) fn png(size: (u32, u32), draw: &Draw<'_>) -> Result<Vec<u8>, ReportError> {
    let averaged = pixels(size, draw)?;
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, size.0, size.1);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Default);
    encoder.set_adaptive_filter(png::AdaptiveFilterType::Adaptive);
    let mut writer = encoder.write_header().map_err(|error| ReportError::Drawing(error.to_string()))?;
    writer.write_image_data(&averaged).map_err(|error| ReportError::Drawing(error.to_string()))?;
    writer.finish().map_err(|error| ReportError::Drawing(error.to_string()))?;
    Ok(file)
}

fn paint(sheet: &Sheet<'_>, draw: &Draw<'_>) -> Result<(), ReportError> {
    sheet.area.fill(&WHITE)?;
    draw(sheet)?;
    sheet.area.present()?;
    Ok(())
}

fn averaged(pixels: &[u8], (width, _): (u32, u32)) -> Vec<u8> {
    let times = OVERSAMPLING as usize;
    let (row, count) = (3 * width as usize, (OVERSAMPLING * OVERSAMPLING) as u16);
    let mut result = Vec::with_capacity(pixels.len() / usize::from(count));
    let mut sums = vec![0u16; row];
    for rows in pixels.chunks_exact(row * times * times) {
        sums.fill(0);
        for fine in rows.chunks_exact(row * times) {
            for (sum, block) in sums.chunks_exact_mut(3).zip(fine.chunks_exact(3 * times)) {
                for pixel in block.chunks_exact(3) {
                    sum.iter_mut().zip(pixel).for_each(|(sum, value)| *sum += u16::from(*value));
                }
            }
        }
        result.extend(sums.iter().map(|sum| ((sum + count / 2) / count) as u8));
    }
    result
}

/// Hands a call to the backend that is there.
macro_rules! either {
    ($canvas:expr, $backend:ident => $call:expr) => {
        match $canvas {
            Canvas::Vector($backend) => $call.map_err(in_words),
            Canvas::Pixels($backend) => $call.map_err(in_words),
        }
    };
}

fn in_words<E: std::error::Error + Send + Sync>(error: DrawingErrorKind<E>) -> DrawingErrorKind<CanvasError> {
    DrawingErrorKind::DrawingError(CanvasError(error.to_string()))
}

type Drawn = Result<(), DrawingErrorKind<CanvasError>>;

impl DrawingBackend for Canvas<'_> {
    type ErrorType = CanvasError;

    fn get_size(&self) -> (u32, u32) {
        match self {
            Canvas::Vector(backend) => backend.get_size(),
            Canvas::Pixels(backend) => backend.get_size(),
        }
    }

    fn ensure_prepared(&mut self) -> Drawn {
        either!(self, backend => backend.ensure_prepared())
    }

    fn present(&mut self) -> Drawn {
        either!(self, backend => backend.present())
    }

    fn draw_pixel(&mut self, point: BackendCoord, color: BackendColor) -> Drawn {
        either!(self, backend => backend.draw_pixel(point, color))
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        either!(self, backend => backend.draw_line(from, to, style))
    }

    fn draw_rect<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S, fill: bool) -> Drawn {
        either!(self, backend => backend.draw_rect(from, to, style, fill))
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Drawn {
        match self {
            Canvas::Vector(backend) => backend.draw_path(path, style).map_err(in_words),
            // The outline of a long path that crosses itself would be filled wrongly.
            Canvas::Pixels(backend) => {
                let places: Vec<BackendCoord> = path.into_iter().collect();
                let mut pieces = places.windows(2);
                pieces.try_for_each(|piece| backend.draw_path(piece.iter().copied(), style).map_err(in_words))
            }
        }
    }

    fn draw_circle<S: BackendStyle>(&mut self, centre: BackendCoord, radius: u32, style: &S, fill: bool) -> Drawn {
        either!(self, backend => backend.draw_circle(centre, radius, style, fill))
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Drawn {
        either!(self, backend => backend.fill_polygon(path, style))
    }

    fn draw_text<T: BackendTextStyle>(&mut self, text: &str, style: &T, place: BackendCoord) -> Drawn {
        either!(self, backend => backend.draw_text(text, style, place))
    }

    fn estimate_text_size<T: BackendTextStyle>(
        &self,
        text: &str,
        style: &T,
    ) -> Result<(u32, u32), DrawingErrorKind<CanvasError>> {
        either!(self, backend => backend.estimate_text_size(text, style))
    }

    fn blit_bitmap(&mut self, place: BackendCoord, size: (u32, u32), source: &[u8]) -> Drawn {
        either!(self, backend => backend.blit_bitmap(place, size, source))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pixel_is_the_mean_of_its_block() {
        // Two pixels side by side, each of 3 x 3.
        let value = |row: usize, column: usize, channel: usize| (10 * row + column + 100 * (channel % 2)) as u8;
        let fine: Vec<u8> = (0..3 * 6 * 3).map(|k| value(k / 18, k % 18 / 3, k % 3)).collect();
        assert_eq!(averaged(&fine, (2, 1)), [11, 111, 11, 14, 114, 14]);
    }
}

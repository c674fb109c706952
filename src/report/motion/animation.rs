//! Densities as a moving picture: a PNG with frames, which browsers, slides and GitHub play.
//!
//! Only the part of the picture that changes is stored of every frame after the first.

use super::{Frames, thinned};
use crate::game::Player;
use crate::report::ReportError;
use crate::report::drawing::canvas::{Canvas, Sheet, pixels};
use crate::report::drawing::frame::TITLE;
use crate::report::drawing::heat::{Axes, heat};
use crate::report::drawing::scale::Scale;
use crate::report::drawing::style::{BLUE, GREY, VERMILLION, WIDTH, tick};
use plotters::coord::Shift;
use plotters::prelude::*;
use rayon::prelude::*;

/// Most frames where curves move, and where colours do.
const MOST_FRAMES: [usize; 2] = [60, 40];
/// Length of the film in seconds.
const SECONDS: f64 = 6.0;
/// Height of the panels.
const PANEL: u32 = 330;
/// Room for ticks and labels on the left and below.
const ROOM: [u32; 2] = [58, 54];

/// Makes the film.
///
/// # Errors
/// [`ReportError::Drawing`].
pub(super) fn animate(frames: &Frames) -> Result<Vec<u8>, ReportError> {
    let players: Vec<Player> = Player::BOTH.into_iter().filter(|player| frames.has(*player)).collect();
    let colours = players.iter().any(|player| frames.grid(*player).dimension() == 2);
    let chosen = thinned(frames.times.len(), MOST_FRAMES[usize::from(colours)]);
    let size = (WIDTH, TITLE + PANEL);
    let picture = |frame: &usize| pixels(size, &|sheet: &Sheet<'_>| draw(frames, &players, *frame, &chosen, sheet));
    let pictures = chosen.par_iter().map(picture).collect::<Result<Vec<_>, _>>()?;
    let mut file = Vec::new();
    let failed = |error: png::EncodingError| ReportError::Drawing(error.to_string());
    let mut encoder = png::Encoder::new(&mut file, size.0, size.1);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Default);
    encoder.set_animated(chosen.len() as u32, 0).map_err(failed)?;
    let delay = (1000.0 * SECONDS / chosen.len() as f64).clamp(40.0, 400.0);
    encoder.set_frame_delay(delay as u16, 1000).map_err(failed)?;
    let mut writer = encoder.write_header().map_err(failed)?;
    writer.write_image_data(&pictures[0]).map_err(failed)?;
    for pair in pictures.windows(2) {
        let part = changed(&pair[0], &pair[1], size);
        writer.reset_frame_position().map_err(failed)?;
        writer.set_frame_dimension(part.width, part.height).map_err(failed)?;
        writer.set_frame_position(part.left, part.top).map_err(failed)?;
        writer.write_image_data(&part.cut(&pair[1], size)).map_err(failed)?;
    }
    writer.finish().map_err(failed)?;
    Ok(file)
}

/// A rectangle of a picture, of at least one pixel.
#[derive(Debug, PartialEq, Eq)]
struct Part {
    left: u32,
    top: u32,
    width: u32,
    height: u32,
}

impl Part {
    fn cut(&self, picture: &[u8], size: (u32, u32)) -> Vec<u8> {
        let row = |y: u32| {
            let start = 3 * (y * size.0 + self.left) as usize;
            &picture[start..start + 3 * self.width as usize]
        };
        (self.top..self.top + self.height).flat_map(row).copied().collect()
    }
}

/// The smallest rectangle outside of which two pictures are the same.
fn changed(before: &[u8], after: &[u8], (width, height): (u32, u32)) -> Part {
    let differs = |x: u32, y: u32| {
        let at = 3 * (y * width + x) as usize;
        before[at..at + 3] != after[at..at + 3]
    };
    let rows: Vec<u32> = (0..height).filter(|y| (0..width).any(|x| differs(x, *y))).collect();
    let (Some(top), Some(bottom)) = (rows.first(), rows.last()) else {
        return Part { left: 0, top: 0, width: 1, height: 1 };
    };
    let is_changed = |x: &u32| rows.iter().any(|y| differs(*x, *y));
    let left = (0..width).find(is_changed).unwrap_or(0);
    let right = (0..width).rev().find(is_changed).unwrap_or(width - 1);
    Part { left, top: *top, width: right - left + 1, height: bottom - top + 1 }
}

fn draw(
    frames: &Frames,
    players: &[Player],
    frame: usize,
    chosen: &[usize],
    sheet: &Sheet<'_>,
) -> Result<(), ReportError> {
    let time = frames.times[frame];
    let names: Vec<&str> = players.iter().map(|player| frames.name(*player)).collect();
    let body = sheet.frame(&format!("{} at t = {}", names.join(" and "), tick(time)), &[])?;
    for (panel, player) in body.split_evenly((1, players.len())).iter().zip(players) {
        match frames.grid(*player).dimension() {
            1 => curve(frames, *player, frame, chosen, sheet, panel)?,
            _ => colours(frames, *player, frame, chosen, sheet, panel)?,
        }
    }
    Ok(())
}

fn curve<'a>(
    frames: &Frames,
    player: Player,
    frame: usize,
    chosen: &[usize],
    sheet: &Sheet<'a>,
    panel: &DrawingArea<Canvas<'a>, Shift>,
) -> Result<(), ReportError> {
    let axis = frames.grid(player).axis(0);
    let top = frames.top_of_all(player, chosen);
    let across = Scale::Linear(axis.origin..axis.origin + axis.period);
    let scales = [axis.period, top];
    let mut chart = sheet.chart(panel, across, Scale::Linear(0.0..1.05 * top), [player.letter(), ""], scales)?;
    let closed = |values: &[f64]| -> Vec<(f64, f64)> {
        (0..=axis.points).map(|k| (axis.origin + k as f64 * axis.spacing(), values[k % axis.points])).collect()
    };
    if let Some(reference) = frames.reference(player, frame) {
        chart.draw_series(LineSeries::new(closed(reference), GREY.stroke_width(sheet.pixels(2))))?;
    }
    let colour = if player == Player::X { BLUE } else { VERMILLION };
    chart.draw_series(LineSeries::new(closed(&frames.densities[player.index()][frame]), sheet.line(colour)))?;
    Ok(())
}

fn colours(
    frames: &Frames,
    player: Player,
    frame: usize,
    chosen: &[usize],
    sheet: &Sheet<'_>,
    panel: &DrawingArea<Canvas<'_>, Shift>,
) -> Result<(), ReportError> {
    let grid = frames.grid(player);
    let values = &frames.densities[player.index()][frame];
    let span = |axis: usize| grid.axis(axis).origin..grid.axis(axis).origin + grid.axis(axis).period;
    let node = |axis: usize, place: f64| {
        let axis = grid.axis(axis);
        ((place - axis.origin) / axis.spacing()).round() as usize % axis.points
    };
    let labels = [format!("{}1", player.letter()), format!("{}2", player.letter())];
    let labels = [labels[0].as_str(), labels[1].as_str()];
    let axes = Axes { horizontal: span(0), vertical: span(1), labels, room: ROOM };
    let top = frames.top(player, chosen.iter().copied());
    heat(sheet, panel, &axes, top, |a, b| values[node(0, a) * grid.axis(1).points + node(1, b)]).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_changes_is_stored() {
        let size = (4, 3);
        let before = vec![0u8; 36];
        let mut after = before.clone();
        after[3 * (4 + 2)] = 9;
        after[3 * (2 * 4 + 1) + 2] = 7;
        let part = changed(&before, &after, size);
        assert_eq!(part, Part { left: 1, top: 1, width: 2, height: 2 });
        assert_eq!(part.cut(&after, size), [0, 0, 0, 9, 0, 0, 0, 0, 7, 0, 0, 0]);
        assert_eq!(changed(&after, &after, size), Part { left: 0, top: 0, width: 1, height: 1 });
    }
}

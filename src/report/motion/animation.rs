//! Densities as a moving picture: a PNG with frames, which browsers, slides and GitHub play.
//!
//! Only the part of the picture that changes is stored of every frame after the first.

use super::{Frames, circle_chart, circle_curve, thinned, torus_map};
use crate::game::Player;
use crate::report::ReportError;
use crate::report::drawing::canvas::{Canvas, Sheet, pixels};
use crate::report::drawing::frame::TITLE;
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
    let moving = || Player::BOTH.into_iter().filter(|player| frames.has(*player));
    let is_flat = |player: &Player| frames.grid(*player).dimension() == 1;
    let chosen = thinned(frames.times.len(), MOST_FRAMES[usize::from(!moving().all(|player| is_flat(&player)))]);
    let top = |player: Player| match is_flat(&player) {
        true => frames.top_of_all(player, &chosen),
        false => frames.top(player, chosen.iter().copied()),
    };
    let film = Film { frames, players: moving().map(|player| (player, top(player))).collect() };
    let size = (WIDTH, TITLE + PANEL);
    let picture = |frame: &usize| pixels(size, &|sheet: &Sheet<'_>| film.draw(*frame, sheet));
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

/// What every frame is drawn with.
struct Film<'a> {
    frames: &'a Frames,
    /// The players that move, each with the top of his axis.
    players: Vec<(Player, f64)>,
}

impl Film<'_> {
    fn draw(&self, frame: usize, sheet: &Sheet<'_>) -> Result<(), ReportError> {
        let frames = self.frames;
        let names: Vec<&str> = self.players.iter().map(|(player, _)| frames.name(*player)).collect();
        let time = tick(frames.times[frame]);
        let body = sheet.frame(&format!("{} at t = {time}", names.join(" and ")), &[])?;
        for (panel, (player, top)) in body.split_evenly((1, self.players.len())).iter().zip(&self.players) {
            let (grid, values) = (frames.grid(*player), &frames.densities[player.index()][frame]);
            match grid.dimension() {
                1 => self.curves(*player, frame, *top, sheet, panel)?,
                _ => torus_map(sheet, panel, (*player, grid), (values, *top), ROOM).map(drop)?,
            }
        }
        Ok(())
    }

    fn curves<'a>(
        &self,
        player: Player,
        frame: usize,
        top: f64,
        sheet: &Sheet<'a>,
        panel: &DrawingArea<Canvas<'a>, Shift>,
    ) -> Result<(), ReportError> {
        let axis = self.frames.grid(player).axis(0);
        let mut chart = circle_chart(sheet, panel, (player, axis), top)?;
        if let Some(reference) = self.frames.reference(player, frame) {
            let style = GREY.stroke_width(sheet.pixels(2));
            chart.draw_series(LineSeries::new(circle_curve(axis, reference), style))?;
        }
        let colour = if player == Player::X { BLUE } else { VERMILLION };
        let own = circle_curve(axis, &self.frames.densities[player.index()][frame]);
        chart.draw_series(LineSeries::new(own, sheet.line(colour)))?;
        Ok(())
    }
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

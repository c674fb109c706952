//! Clouds over densities at up to four times: histograms behind curves on a circle, points on colours on a torus.

use super::validation::Judged;
use crate::game::Player;
use crate::report::ReportError;
use crate::report::drawing::canvas::{Canvas, Sheet};
use crate::report::drawing::frame::{Mark, TITLE};
use crate::report::drawing::heat::MARGIN;
use crate::report::drawing::style::{BLUE, GREY, SMALL_TEXT, VERMILLION, WIDTH, tick};
use crate::report::motion::{Frames, circle_chart, circle_curve, thinned, torus_map};
use plotters::coord::Shift;
use plotters::prelude::*;

/// Panels of a figure.
const PANELS: usize = 4;
/// Height of the legend.
const LEGEND: u32 = 28;
/// Height of a line of text over a panel.
const CAPTION: u32 = 26;
/// Height of a panel on a circle.
const FLAT: u32 = 260;
/// Room for ticks and labels on the left and below.
const ROOM: [u32; 2] = [70, 56];

/// Size of the figure.
pub(super) fn size(frames: &Frames, player: Player) -> (u32, u32) {
    let lines = if frames.times.len() > 2 { 2 } else { 1 };
    let flat = frames.grid(player).dimension() == 1;
    let panel = if flat { FLAT } else { WIDTH / 2 - MARGIN - ROOM[0] + ROOM[1] };
    (WIDTH, TITLE + LEGEND + lines * (CAPTION + panel))
}

/// Draws the panels.
pub(super) fn draw(frames: &Frames, judged: &Judged, sheet: &Sheet<'_>) -> Result<(), ReportError> {
    let player = judged.player;
    let letter = player.letter();
    let flat = frames.grid(player).dimension() == 1;
    let colour = if player == Player::X { BLUE } else { VERMILLION };
    let legend = match flat {
        true => vec![("the cloud".to_owned(), Mark::Area(colour)), ("the density".to_owned(), Mark::Line(GREY, 0))],
        false => vec![("points of the cloud; colours: the density".to_owned(), Mark::Ring(colour))],
    };
    let title = format!("cloud of {letter} over the density: time, W2 (of independent points)");
    let body = sheet.frame(&title, &legend)?;
    let rows = thinned(frames.times.len(), PANELS);
    let lines = if rows.len() > 2 { 2 } else { 1 };
    let columns = rows.len().min(2);
    for (panel, row) in body.split_evenly((lines, columns)).iter().zip(&rows) {
        let (caption, panel) = panel.split_vertically(sheet.pixels(CAPTION));
        let time = frames.times[*row];
        let when = if time.is_nan() { "the equilibrium".to_owned() } else { format!("t = {}", tick(time)) };
        let place = (sheet.pixels(ROOM[0] + 12) as i32, sheet.pixels(6) as i32);
        let at = judged.rows[*row];
        let title = format!("{when}: {} ({})", tick3(judged.w2[at]), tick3(judged.floor[0][at]));
        caption.draw(&Text::new(title, place, sheet.text(SMALL_TEXT)))?;
        match flat {
            true => on_circle(frames, judged, *row, colour, sheet, &panel)?,
            false => on_torus(frames, judged, *row, sheet, &panel)?,
        }
    }
    Ok(())
}

/// Three digits, or a dash where there is none.
fn tick3(value: f64) -> String {
    if value.is_finite() { crate::digits::significant(value, 3) } else { "-".to_owned() }
}

fn on_circle<'a>(
    frames: &Frames,
    judged: &Judged,
    row: usize,
    colour: RGBColor,
    sheet: &Sheet<'a>,
    panel: &DrawingArea<Canvas<'a>, Shift>,
) -> Result<(), ReportError> {
    let player = judged.player;
    let axis = frames.grid(player).axis(0);
    let cloud = &frames.densities[player.index()][row];
    let density = frames.reference(player, row).unwrap_or_default();
    let top = frames.top_of_all(player, &[row]);
    let mut chart = circle_chart(sheet, panel, (player, axis), top)?;
    let half = 0.5 * axis.spacing();
    // The cell round the origin has its other half at the end of the period.
    let bars = circle_curve(axis, cloud).filter(|(_, v)| *v > 0.0);
    let clipped = |x: f64| x.clamp(axis.origin, axis.origin + axis.period);
    chart.draw_series(
        bars.map(|(x, v)| Rectangle::new([(clipped(x - half), 0.0), (clipped(x + half), v)], colour.mix(0.4).filled())),
    )?;
    chart.draw_series(LineSeries::new(circle_curve(axis, density), GREY.stroke_width(sheet.pixels(2))))?;
    Ok(())
}

fn on_torus(
    frames: &Frames,
    judged: &Judged,
    row: usize,
    sheet: &Sheet<'_>,
    panel: &DrawingArea<Canvas<'_>, Shift>,
) -> Result<(), ReportError> {
    let player = judged.player;
    let grid = frames.grid(player);
    let density = frames.reference(player, row).unwrap_or_default();
    let top = density.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
    let mut chart = torus_map(sheet, panel, (player, grid), (density, top), ROOM)?;
    let radius = sheet.pixels(2);
    let dots = judged.points[row].chunks(2).map(|point| (point[0], point[1]));
    chart.draw_series(dots.clone().map(|place| Circle::new(place, radius, WHITE.filled())))?;
    chart.draw_series(dots.map(|place| Circle::new(place, radius, sheet.thin(BLACK))))?;
    Ok(())
}

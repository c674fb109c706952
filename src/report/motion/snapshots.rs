//! Snapshots of the density of a player on a torus of dimension 2, with arrows along the drift `-grad V[nu]` or
//! `eta grad U[mu]`.

use super::{Frames, thinned, torus_map};
use crate::game::Player;
use crate::report::ReportError;
use crate::report::drawing::canvas::{Canvas, Sheet};
use crate::report::drawing::frame::TITLE;
use crate::report::drawing::heat::{MARGIN, colour_bar};
use crate::report::drawing::style::{SMALL_TEXT, WIDTH, tick};
use plotters::coord::Shift;
use plotters::prelude::*;

/// Panels of a figure.
const PANELS: usize = 4;
/// Arrows along an axis.
const ARROWS: usize = 8;
/// Width of the bar of colours with its numbers.
const BAR: u32 = 96;
/// Height of a line of text over a panel.
const CAPTION: u32 = 26;
/// Room for ticks and labels on the left and below.
const ROOM: [u32; 2] = [70, 56];

/// The rows that are shown: first and last, and others at equal distances.
pub(super) fn chosen_rows(count: usize) -> Vec<usize> {
    thinned(count, PANELS)
}

/// Side of a panel.
const SIDE: u32 = (WIDTH - BAR - ROOM[0] - 4 * MARGIN) / 2;

/// Size of the figure of a run with this number of snapshots.
pub(super) fn size(snapshots: usize) -> (u32, u32) {
    let lines = if snapshots > 2 { 2 } else { 1 };
    (WIDTH, TITLE + lines * (CAPTION + SIDE + 2 * MARGIN) + ROOM[1])
}

/// Draws up to four snapshots.
pub(super) fn draw(frames: &Frames, player: Player, sheet: &Sheet<'_>) -> Result<(), ReportError> {
    let arrows = if frames.drift.is_some() { ", arrows along the drift" } else { "" };
    let below = sheet.frame(&format!("{}{arrows}", frames.name(player)), &[])?;
    let (left, right) = below.split_horizontally(sheet.pixels(WIDTH - BAR));
    let rows = chosen_rows(frames.times.len());
    let top = frames.top(player, rows.iter().copied());
    let (upper, lower) = left.split_vertically(sheet.pixels(CAPTION + SIDE + 2 * MARGIN));
    let lines = if rows.len() > 2 { vec![(upper, 0), (lower, ROOM[1])] } else { vec![(left, ROOM[1])] };
    for (line, (area, room_below)) in lines.iter().enumerate() {
        let (first, second) = area.split_horizontally(sheet.pixels(ROOM[0] + SIDE + 2 * MARGIN));
        for (column, panel) in [first, second].iter().enumerate() {
            let room = [if column == 0 { ROOM[0] } else { 0 }, *room_below];
            if let Some(row) = rows.get(2 * line + column) {
                draw_panel(frames, player, *row, sheet, panel, (top, room))?;
            }
        }
    }
    // The bar stands beside the panels, not beside their captions.
    let beside = right.split_vertically(sheet.pixels(CAPTION)).1;
    colour_bar(sheet, &beside, top, ROOM[1])
}

fn draw_panel(
    frames: &Frames,
    player: Player,
    row: usize,
    sheet: &Sheet<'_>,
    panel: &DrawingArea<Canvas<'_>, Shift>,
    (top, room): (f64, [u32; 2]),
) -> Result<(), ReportError> {
    let grid = frames.grid(player);
    let values = &frames.densities[player.index()][row];
    let (caption, body) = panel.split_vertically(sheet.pixels(CAPTION));
    let offset = sheet.pixels(room[0] + 12) as i32;
    let title = format!("t = {}", tick(frames.times[row]));
    caption.draw(&Text::new(title, (offset, sheet.pixels(6) as i32), sheet.text(SMALL_TEXT)))?;
    let mut chart = torus_map(sheet, &body, (player, grid), (values, top), room)?;
    let Some(drift) = &frames.drift else { return Ok(()) };
    let field = drift(player, &frames.densities[player.opponent().index()][row]);
    let fastest = field[0].iter().zip(&field[1]).map(|(a, b)| a.hypot(*b)).fold(0.0, f64::max);
    if fastest == 0.0 {
        return Ok(());
    }
    let step = [0, 1].map(|axis| grid.axis(axis).period / ARROWS as f64);
    let reach = 0.9 * step[0].min(step[1]) / fastest;
    for k in 0..ARROWS * ARROWS {
        let place = [0, 1].map(|axis| {
            let cell = if axis == 0 { k / ARROWS } else { k % ARROWS };
            grid.axis(axis).origin + (cell as f64 + 0.5) * step[axis]
        });
        let at = grid.axis(0).nearest(place[0]) * grid.axis(1).points + grid.axis(1).nearest(place[1]);
        let vector = [0, 1].map(|axis| reach * field[axis][at]);
        chart.draw_series(arrow(place, vector).map(|line| PathElement::new(line, sheet.thin(WHITE))))?;
    }
    Ok(())
}

/// A shaft centred at a place, and a head.
fn arrow([a, b]: [f64; 2], [u, v]: [f64; 2]) -> impl Iterator<Item = Vec<(f64, f64)>> {
    let (tail, tip) = ((a - u / 2.0, b - v / 2.0), (a + u / 2.0, b + v / 2.0));
    let barb = |side: f64| (tip.0 - 0.35 * u - side * 0.2 * v, tip.1 - 0.35 * v + side * 0.2 * u);
    [vec![tail, tip], vec![barb(1.0), tip, barb(-1.0)]].into_iter()
}

#[cfg(test)]
mod tests {
    use super::chosen_rows;

    #[test]
    fn first_and_last_are_among_the_chosen() {
        assert_eq!([1, 2, 4, 21].map(chosen_rows), [vec![0], vec![0, 1], vec![0, 1, 2, 3], vec![0, 6, 13, 20]]);
    }
}

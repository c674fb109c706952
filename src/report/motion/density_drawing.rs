//! How a density is drawn on the axes of its player: a closed curve on a circle, colours on a torus.

use crate::game::Player;
use crate::report::ReportError;
use crate::report::drawing::canvas::{Canvas, Sheet};
use crate::report::drawing::frame::Chart;
use crate::report::drawing::heat::{Axes, heat};
use crate::report::drawing::scale::Scale;
use crate::torus::{Axis, Grid};
use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::drawing::DrawingArea;

/// Places and values from the origin to the end of the period, where the curve closes.
pub(in crate::report) fn circle_curve(axis: &Axis, values: &[f64]) -> impl Iterator<Item = (f64, f64)> {
    (0..=axis.points).map(|k| (axis.origin + k as f64 * axis.spacing(), values[k % axis.points]))
}

/// Axes of a player on a circle, the vertical one from 0 to a little over `top`.
pub(in crate::report) fn circle_chart<'a>(
    sheet: &Sheet<'a>,
    panel: &DrawingArea<Canvas<'a>, Shift>,
    (player, axis): (Player, &Axis),
    top: f64,
) -> Result<Chart<'a, Scale, Scale>, ReportError> {
    let across = Scale::Linear(axis.origin..axis.origin + axis.period);
    let up = Scale::Linear(0.0..1.05 * top);
    sheet.chart(panel, across, up, [player.letter(), ""], [axis.period, top])
}

/// Colours of node values between 0 and `top`, with room for ticks on the left and below; the chart, to draw more on.
pub(in crate::report) fn torus_map<'a>(
    sheet: &Sheet<'_>,
    area: &DrawingArea<Canvas<'a>, Shift>,
    (player, grid): (Player, &Grid),
    (values, top): (&[f64], f64),
    room: [u32; 2],
) -> Result<Chart<'a, RangedCoordf64, RangedCoordf64>, ReportError> {
    let [first, second] = [0, 1].map(|axis| grid.axis(axis));
    let span = |axis: &Axis| axis.origin..axis.origin + axis.period;
    let labels = [1, 2].map(|axis| format!("{}{axis}", player.letter()));
    let labels = [labels[0].as_str(), labels[1].as_str()];
    let axes = Axes { horizontal: span(first), vertical: span(second), labels, room };
    heat(sheet, area, &axes, top, |a, b| values[first.nearest(a) * second.points + second.nearest(b)])
}

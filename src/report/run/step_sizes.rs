//! Lengths of the accepted steps over time.

use super::record::Record;
use crate::report::ReportError;
use crate::report::drawing::canvas::Sheet;
use crate::report::drawing::frame::log_ticks;
use crate::report::drawing::style::{BLUE, LARGEST};
use plotters::coord::combinators::BindKeyPoints;
use plotters::prelude::*;

/// Draws the lengths on a logarithmic axis.
pub(super) fn draw(record: &Record, sheet: &Sheet<'_>) -> Result<(), ReportError> {
    let [ends, lengths] = &record.steps;
    let possible = || lengths.iter().copied().filter(|step| *step >= 1.0 / LARGEST && *step <= LARGEST);
    let (low, high) = (possible().fold(f64::INFINITY, f64::min), possible().fold(0.0, f64::max));
    if high == 0.0 {
        return sheet.frame("no step is positive and finite", &[]).map(drop);
    }
    let body = sheet.frame(&format!("{} accepted steps", lengths.len()), &[])?;
    let range = low / 1.5..high * 1.5;
    let ticks = log_ticks(&range);
    let vertical = LogCoord::from(range.log_scale()).with_key_points(ticks);
    let mut chart = sheet.chart(&body, 0.0..record.end(), vertical, ["time t", "step"], [record.end(), 0.0])?;
    let starts = std::iter::once(0.0).chain(ends.iter().copied());
    let steps = starts.zip(ends).zip(lengths).filter(|(_, step)| (low..=high).contains(*step));
    let stairs = steps.flat_map(|((from, to), length)| [(from, *length), (*to, *length)]);
    chart.draw_series(LineSeries::new(stairs, BLUE.stroke_width(sheet.pixels(2))))?;
    Ok(())
}

//! Distances of clouds over time, of one realisation or of several.

use super::particles::Measured;
use crate::report::ReportError;
use crate::report::drawing::canvas::Sheet;
use crate::report::drawing::frame::Mark;
use crate::report::drawing::scale::Scale;
use crate::report::drawing::style::{BLUE, VERMILLION};
use plotters::prelude::*;

/// Draws means as lines, and what lies between the smallest and the largest replica as bands.
pub(super) fn draw(times: &[f64], measured: &[Measured], sheet: &Sheet<'_>) -> Result<(), ReportError> {
    let end = times[times.len() - 1];
    let across = Scale::Linear(times[0]..if end > times[0] { end } else { times[0] + 1.0 });
    let Some(up) = Scale::logarithmic(measured.iter().flat_map(|m| m.values.iter().copied())) else {
        return sheet.frame("no distance is positive", &[]).map(drop);
    };
    let name = |m: &Measured| match m.name {
        "w2" => ("to the equilibrium".to_owned(), VERMILLION),
        _ => ("to the density of infinitely many".to_owned(), BLUE),
    };
    let legend: Vec<(String, Mark)> = measured.iter().map(name).map(|(n, c)| (n, Mark::Line(c, 0))).collect();
    let body = sheet.frame("W2 of the clouds", &legend)?;
    let (holds, scales) = (up.clone(), [across.length(), 0.0]);
    let mut chart = sheet.chart(&body, across, up, ["time t", "W2"], scales)?;
    for m in measured {
        let (_, colour) = name(m);
        let [mean, low, high] = m.spread(times.len());
        let along = |values: &[f64]| -> Vec<(f64, f64)> {
            times.iter().copied().zip(values.iter().copied()).filter(|(_, v)| holds.holds(*v)).collect()
        };
        let (below, above) = (along(&low), along(&high));
        if m.values.len() > times.len() && !below.is_empty() {
            let outline: Vec<(f64, f64)> = below.into_iter().chain(above.into_iter().rev()).collect();
            chart.draw_series([Polygon::new(outline, colour.mix(0.2).filled())])?;
        }
        chart.draw_series(LineSeries::new(along(&mean), sheet.line(colour)))?;
    }
    Ok(())
}

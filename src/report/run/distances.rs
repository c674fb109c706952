//! Distance, duality gap and relative entropies over time, with what the linearisation says as slopes.

use super::record::{Record, Slope};
use crate::report::ReportError;
use crate::report::drawing::canvas::Sheet;
use crate::report::drawing::frame::{Mark, log_ticks};
use crate::report::drawing::style::{BLUE, GREEN, GREY, LARGEST, VERMILLION};
use plotters::coord::combinators::BindKeyPoints;
use plotters::prelude::*;

/// Decades that are shown below the largest value.
const DECADES: f64 = 18.0;

/// Draws the curves on a logarithmic axis.
pub(super) fn draw(record: &Record, sheet: &Sheet<'_>) -> Result<(), ReportError> {
    let entropy = record.entropies();
    let curves: [(&str, &[f64], RGBColor, u32); 3] = [
        ("W2", &record.w2, BLUE, 0),
        ("duality gap", &record.nikaido_isoda, VERMILLION, 12),
        ("KL(mu|mu*) + KL(nu|nu*)", &entropy, GREEN, 4),
    ];
    let positive =
        |values: &[f64]| values.iter().copied().filter(|v| *v >= 1.0 / LARGEST && *v <= LARGEST).collect::<Vec<f64>>();
    let all: Vec<f64> = curves.iter().flat_map(|(_, values, ..)| positive(values)).collect();
    let top = all.iter().copied().fold(0.0, f64::max);
    if top == 0.0 {
        return sheet.frame("distance to the equilibrium: none is positive", &[]).map(drop);
    }
    let bottom = all.iter().copied().fold(top, f64::min).max(top * 10.0_f64.powf(-DECADES));
    let slopes = record.slopes();
    let mut legend: Vec<(String, Mark)> =
        curves.iter().map(|(name, _, colour, dash)| ((*name).to_owned(), Mark::Line(*colour, *dash))).collect();
    legend.extend(slopes.iter().map(|slope| (slope.name.clone(), Mark::Line(GREY, slope.dash))));
    let body = sheet.frame("distance to the equilibrium", &legend)?;
    let range = bottom / 1.5..top * 1.5;
    let ticks = log_ticks(&range);
    let vertical = LogCoord::from(range.log_scale()).with_key_points(ticks);
    let mut chart = sheet.chart(&body, 0.0..record.end(), vertical, ["time t", ""], [record.end(), 0.0])?;
    for (_, values, colour, dash) in curves {
        let points = record.times.iter().copied().zip(values.iter().copied());
        let points = points.filter(|(_, v)| (bottom..=top).contains(v));
        if record.times.len() == 1 {
            let radius = sheet.pixels(6);
            chart.draw_series(points.map(|place| Circle::new(place, radius, colour.filled())))?;
            continue;
        }
        sheet.curve(&mut chart, points, sheet.line(colour), dash)?;
    }
    for Slope { points, dash, .. } in slopes {
        let points = points.into_iter().filter(|(_, v)| *v >= bottom && *v <= 1.5 * top);
        sheet.curve(&mut chart, points, GREY.stroke_width(sheet.pixels(2)), dash)?;
    }
    Ok(())
}

//! The distance of a cloud beside that of independent points.

use super::validation::Judged;
use crate::report::ReportError;
use crate::report::drawing::canvas::Sheet;
use crate::report::drawing::frame::Mark;
use crate::report::drawing::scale::Scale;
use crate::report::drawing::style::{BLUE, GREY};
use plotters::prelude::*;

/// Share of a step of time that a band of a single time is wide.
const WIDTH_OF_ONE: f64 = 0.25;

/// Draws the band of independent points, their mean, and the cloud.
pub(super) fn draw(times: &[f64], judged: &Judged, sheet: &Sheet<'_>) -> Result<(), ReportError> {
    let [mean, low, high] = &judged.floor;
    let values = [&judged.w2, mean, low, high].into_iter().flatten().copied();
    let Some(up) = Scale::of(values) else {
        return sheet.frame("no distance", &[]).map(drop);
    };
    let legend = [
        ("the cloud".to_owned(), Mark::Disc(BLUE)),
        ("independent points, mean".to_owned(), Mark::Line(GREY, 10)),
        ("nine of ten".to_owned(), Mark::Area(GREY)),
    ];
    let letter = judged.player.letter();
    let body = sheet.frame(&format!("W2 of the cloud of {letter} to the density"), &legend)?;
    let is_one = times.len() == 1;
    // A single time, which may be the equilibrium, has no axis.
    let places: Vec<f64> = if is_one { vec![0.0] } else { times.to_vec() };
    let ends = if is_one { -1.0..1.0 } else { places[0]..places[places.len() - 1] };
    let across = Scale::Linear(ends);
    let (holds, scales) = (up.clone(), [across.length(), up.length()]);
    let label = match is_one {
        false => "time t".to_owned(),
        true if times[0].is_nan() => "the equilibrium".to_owned(),
        true => format!("time t = {}", times[0]),
    };
    let mut chart = sheet.chart(&body, across, up, [&label, "W2"], scales)?;
    let along = |values: &[f64]| -> Vec<(f64, f64)> {
        let all = places.iter().copied().zip(values.iter().copied()).filter(|(_, v)| holds.holds(*v));
        if is_one { all.flat_map(|(_, v)| [(-WIDTH_OF_ONE, v), (WIDTH_OF_ONE, v)]).collect() } else { all.collect() }
    };
    let outline: Vec<(f64, f64)> = along(low).into_iter().chain(along(high).into_iter().rev()).collect();
    if !outline.is_empty() {
        chart.draw_series([Polygon::new(outline, GREY.mix(0.25).filled())])?;
    }
    sheet.curve(&mut chart, along(mean).into_iter(), GREY.stroke_width(sheet.pixels(2)), 10)?;
    let found: Vec<(f64, f64)> =
        places.iter().copied().zip(judged.w2.iter().copied()).filter(|(_, v)| holds.holds(*v)).collect();
    let radius = sheet.pixels(5);
    chart.draw_series(LineSeries::new(found.iter().copied(), BLUE.stroke_width(sheet.pixels(2))))?;
    chart.draw_series(found.into_iter().map(|place| Circle::new(place, radius, BLUE.filled())))?;
    Ok(())
}

//! A quantity over the only axis of a sweep.

use super::record::{Quantity, Record};
use crate::report::ReportError;
use crate::report::drawing::canvas::Sheet;
use crate::report::drawing::frame::Mark;
use crate::report::drawing::scale::Scale;
use crate::report::drawing::style::{BLUE, GREY, VERMILLION};
use plotters::prelude::*;

/// Draws the points, joined where they are neighbours; the error as bars, the guaranteed rate beside the gap.
pub(super) fn draw(record: &Record, quantity: &Quantity, sheet: &Sheet<'_>) -> Result<(), ReportError> {
    let axis = &record.axes[0];
    // What is no number has its place in the list.
    let places: Vec<f64> = axis.numbers.clone().unwrap_or_else(|| (0..axis.labels.len()).map(|k| k as f64).collect());
    let errors = record.quantity(&format!("{}_error", quantity.name));
    let theory = (quantity.name == "gap").then(|| record.quantity("guaranteed_rate")).flatten();
    let bar = |sign: f64| move |(value, error): (&f64, &f64)| value + sign * error;
    let bars = errors.map(|errors| quantity.values.iter().zip(&errors.values)).into_iter().flatten();
    let ends = bars.clone().map(bar(1.0)).chain(bars.map(bar(-1.0)));
    let all = quantity.values.iter().chain(theory.iter().flat_map(|theory| &theory.values)).copied();
    // On a logarithmic axis a bar that reaches below 0 ends at the edge.
    let positive = quantity.values.iter().all(|value| value.is_nan() || *value > 0.0);
    let all = all.chain(ends.filter(|end| !positive || *end > 0.0));
    let (Some(across), Some(up)) = (Scale::of(places.iter().copied()), Scale::of(all)) else {
        return sheet.frame(&format!("{}: no value", quantity.name), &[]).map(drop);
    };
    let mut legend = vec![(quantity.name.clone(), Mark::Disc(BLUE))];
    legend.extend(theory.map(|theory| (theory.name.clone(), Mark::Ring(VERMILLION))));
    if quantity.codes.is_some() {
        let words: Vec<String> = quantity.occurring().map(|(_, (code, name))| format!("{code} {name}")).collect();
        legend = vec![(words.join(", "), Mark::Disc(BLUE))];
    }
    if axis.numbers.is_none() {
        let names = axis.labels.iter().enumerate().map(|(k, label)| (format!("{k}: {label}"), Mark::Ring(GREY)));
        legend.extend(names);
    }
    let body = sheet.frame(quantity.title(), &legend)?;
    let (holds, scales) = (up.clone(), [across.length(), up.length()]);
    let labels = [axis.name.as_str(), quantity.name.as_str()];
    let mut chart = sheet.chart(&body, across, up, labels, scales)?;
    let points = |values: &[f64]| -> Vec<Vec<(f64, f64)>> {
        let all: Vec<(f64, f64)> = places.iter().copied().zip(values.iter().copied()).collect();
        all.split(|(_, v)| !holds.holds(*v)).map(<[_]>::to_vec).filter(|stretch| !stretch.is_empty()).collect()
    };
    let own = points(&quantity.values);
    if let Some(errors) = record.quantity(&format!("{}_error", quantity.name)) {
        let bars =
            places.iter().zip(&quantity.values).zip(&errors.values).map(|((x, v), e)| [(*x, v - e), (*x, v + e)]);
        let drawn = bars.filter(|bar| bar.iter().all(|(_, v)| holds.holds(*v)));
        chart.draw_series(drawn.map(|bar| PathElement::new(bar, BLUE.stroke_width(sheet.pixels(2)))))?;
    }
    for stretch in own {
        // A curve through codes would say what is not so.
        if quantity.codes.is_none() {
            chart.draw_series(LineSeries::new(stretch.iter().copied(), BLUE.stroke_width(sheet.pixels(2))))?;
        }
        let radius = sheet.pixels(5);
        chart.draw_series(stretch.into_iter().map(|place| Circle::new(place, radius, BLUE.filled())))?;
    }
    for stretch in theory.map(|theory| points(&theory.values)).unwrap_or_default() {
        let style = VERMILLION.stroke_width(sheet.pixels(2));
        chart.draw_series(LineSeries::new(stretch.iter().copied(), style))?;
        let radius = sheet.pixels(5);
        chart.draw_series(stretch.into_iter().map(|place| Circle::new(place, radius, style)))?;
    }
    Ok(())
}

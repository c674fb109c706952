//! Leading eigenvalues in the complex plane, with the half-plane that the theorem guarantees.

use super::ReportError;
use super::canvas::Sheet;
use super::frame::{BETWEEN, Mark, length};
use super::style::{BLUE, GREY, range_of, tick};
use crate::experiment::SpectrumSummary;
use plotters::prelude::*;
use plotters::series::DashedLineSeries;

/// Draws the eigenvalues, shades `Re <= -guaranteed rate`, and marks the spectral gap.
pub(super) fn draw(spectrum: &SpectrumSummary, sheet: &Sheet<'_>) -> Result<(), ReportError> {
    let all = || spectrum.eigenvalues.iter().flat_map(|[re, im]| [[*re, *im], [*re, -*im]]);
    let edge = -spectrum.guaranteed_rate;
    let real = range_of(all().map(|[re, _]| re).chain([0.0, edge])).expect("0 is finite");
    let height = all().map(|[_, im]| im.abs()).fold(0.0, f64::max);
    let height = if height > 0.0 { 1.15 * height } else { 0.5 * length(&real) };
    let legend = [
        ("eigenvalues".to_owned(), Mark::Disc(BLUE)),
        (format!("spectral gap {}", tick(spectrum.gap)), Mark::Line(GREY, 8)),
        (format!("guaranteed rate {}", tick(spectrum.guaranteed_rate)), Mark::Area(BLUE)),
    ];
    let body = sheet.frame("leading eigenvalues of the linearisation", &legend)?;
    let scales = [length(&real), 2.0 * height];
    let mut chart = sheet.chart(&body, real.clone(), -height..height, ["real part", "imaginary part"], scales)?;
    let plane = Rectangle::new([(real.start, -height), (edge.max(real.start), height)], BLUE.mix(0.12).filled());
    chart.draw_series(std::iter::once(plane))?;
    let (style, gap) = (GREY.stroke_width(sheet.pixels(2)), -spectrum.gap);
    let line = [(gap, -height), (gap, height)];
    chart.draw_series(DashedLineSeries::new(line, sheet.pixels(8), sheet.pixels(BETWEEN), style))?;
    let radius = sheet.pixels(6);
    chart.draw_series(all().map(|[re, im]| Circle::new((re, im), radius, BLUE.filled())))?;
    Ok(())
}

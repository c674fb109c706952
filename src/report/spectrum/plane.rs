//! Leading eigenvalues in the complex plane, with the half-plane that the theorem guarantees.

use crate::report::ReportError;
use crate::report::drawing::canvas::Sheet;
use crate::report::drawing::frame::{Mark, length};
use crate::report::drawing::style::{BLUE, GREY, range_of, tick};
use plotters::prelude::*;

/// What is drawn.
#[derive(Debug, Clone)]
pub(in crate::report) struct Plane {
    /// Real and imaginary parts.
    pub eigenvalues: Vec<[f64; 2]>,
    pub gap: f64,
    pub guaranteed_rate: f64,
}

impl Plane {
    /// Draws the eigenvalues, shades `Re <= -guaranteed rate`, and marks the spectral gap.
    pub fn draw(&self, sheet: &Sheet<'_>) -> Result<(), ReportError> {
        let all = || self.eigenvalues.iter().flat_map(|[re, im]| [[*re, *im], [*re, -*im]]);
        let edge = -self.guaranteed_rate;
        let real = range_of(all().map(|[re, _]| re).chain([0.0, edge])).expect("0 is finite");
        let height = all().map(|[_, im]| im.abs()).fold(0.0, f64::max);
        let height = if height > 0.0 { 1.15 * height } else { 0.5 * length(&real) };
        let legend = [
            ("eigenvalues".to_owned(), Mark::Disc(BLUE)),
            (format!("spectral gap {}", tick(self.gap)), Mark::Line(GREY, 8)),
            (format!("guaranteed rate {}", tick(self.guaranteed_rate)), Mark::Area(BLUE)),
        ];
        let body = sheet.frame("leading eigenvalues of the linearisation", &legend)?;
        let scales = [length(&real), 2.0 * height];
        let mut chart = sheet.chart(&body, real.clone(), -height..height, ["real part", "imaginary part"], scales)?;
        let plane = Rectangle::new([(real.start, -height), (edge.max(real.start), height)], BLUE.mix(0.12).filled());
        chart.draw_series(std::iter::once(plane))?;
        let (style, gap) = (GREY.stroke_width(sheet.pixels(2)), -self.gap);
        let line = [(gap, -height), (gap, height)];
        sheet.curve(&mut chart, line.into_iter(), style, 8)?;
        let radius = sheet.pixels(6);
        chart.draw_series(all().map(|[re, im]| Circle::new((re, im), radius, BLUE.filled())))?;
        Ok(())
    }
}

//! Floquet multipliers in the complex plane, with the unit circle.

use crate::report::ReportError;
use crate::report::drawing::canvas::Sheet;
use crate::report::drawing::frame::Mark;
use crate::report::drawing::style::{BLUE, GREY, HEIGHT, WIDTH};
use num_complex::Complex64;
use plotters::prelude::*;
use std::f64::consts::TAU;

/// Width over height of the room for data, so that the circle is one.
const ASPECT: f64 = (WIDTH - 132) as f64 / (HEIGHT - 142) as f64;

/// Draws the multipliers.
pub(super) fn draw(multipliers: &[Complex64], sheet: &Sheet<'_>) -> Result<(), ReportError> {
    let reach = multipliers.iter().map(|m| m.norm()).filter(|r| r.is_finite()).fold(1.0, f64::max);
    let height = 1.15 * reach;
    let width = height * ASPECT;
    let legend = [
        (format!("{} multipliers", multipliers.len()), Mark::Ring(BLUE)),
        ("unit circle".to_owned(), Mark::Line(GREY, 0)),
    ];
    let body = sheet.frame("Floquet multipliers", &legend)?;
    let scales = [2.0 * width, 2.0 * height];
    let labels = ["real part", "imaginary part"];
    let mut chart = sheet.chart(&body, -width..width, -height..height, labels, scales)?;
    const POINTS: usize = 256;
    let circle = (0..=POINTS).map(|k| (TAU * k as f64 / POINTS as f64).sin_cos()).map(|(sin, cos)| (cos, sin));
    chart.draw_series(LineSeries::new(circle, GREY.stroke_width(sheet.pixels(2))))?;
    let radius = sheet.pixels(7);
    let style = BLUE.stroke_width(sheet.pixels(3));
    // Rings, because several stand at 1.
    chart.draw_series(multipliers.iter().map(|m| Circle::new((m.re, m.im), radius, style)))?;
    Ok(())
}

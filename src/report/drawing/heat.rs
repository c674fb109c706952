//! A panel that shows a non-negative function of two variables by colours, with a bar that tells what they mean.

use super::canvas::{Canvas, Sheet};
use super::colour_map::colour;
use super::frame::{Chart, length, near_zero};
use super::style::{SMALL_TEXT, TEXT};
use crate::report::ReportError;
use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::element::BitMapElement;
use plotters::prelude::*;
use std::ops::Range;

/// Around every panel.
pub(in crate::report) const MARGIN: u32 = 8;

/// The axes of a panel.
pub(in crate::report) struct Axes<'a> {
    pub horizontal: Range<f64>,
    pub vertical: Range<f64>,
    pub labels: [&'a str; 2],
    /// Room for labels and ticks on the left and below; 0 leaves them out.
    pub room: [u32; 2],
}

/// Colours of `value(horizontal, vertical)` between 0 and `top`, evaluated at the middle of every pixel; the chart, to draw
/// more on.
pub(in crate::report) fn heat<'a>(
    sheet: &Sheet<'_>,
    area: &DrawingArea<Canvas<'a>, Shift>,
    axes: &Axes<'_>,
    top: f64,
    value: impl Fn(f64, f64) -> f64,
) -> Result<Chart<'a, RangedCoordf64, RangedCoordf64>, ReportError> {
    let mut chart = ChartBuilder::on(area)
        .margin(sheet.pixels(MARGIN))
        .x_label_area_size(sheet.pixels(axes.room[1]))
        .y_label_area_size(sheet.pixels(axes.room[0]))
        .build_cartesian_2d(axes.horizontal.clone(), axes.vertical.clone())?;
    let (columns, rows) = chart.plotting_area().dim_in_pixel();
    let at = |range: &Range<f64>, place: u32, of: u32| {
        range.start + (range.end - range.start) * (f64::from(place) + 0.5) / f64::from(of)
    };
    let mut pixels = Vec::with_capacity(columns as usize * rows as usize * 3);
    for row in 0..rows {
        let vertical = at(&axes.vertical, rows - 1 - row, rows);
        for column in 0..columns {
            pixels.extend(colour(value(at(&axes.horizontal, column, columns), vertical) / top));
        }
    }
    let corner = (axes.horizontal.start, axes.vertical.end);
    let picture = BitMapElement::with_owned_buffer(corner, (columns, rows), pixels);
    let picture = picture.ok_or_else(|| ReportError::Drawing("pixels without a size".to_owned()))?;
    chart.draw_series(std::iter::once(picture))?;
    let [across, up] = [&axes.horizontal, &axes.vertical].map(|range| {
        let scale = length(range);
        move |value: &f64| near_zero(*value, scale)
    });
    let mut mesh = chart.configure_mesh();
    mesh.disable_mesh()
        .x_labels(5)
        .y_labels(4)
        .x_label_formatter(&across)
        .y_label_formatter(&up)
        .set_all_tick_mark_size(sheet.pixels(4))
        .axis_style(sheet.thin(BLACK))
        .label_style(sheet.text(SMALL_TEXT))
        .axis_desc_style(sheet.text(TEXT));
    if axes.room[1] > 0 {
        mesh.x_desc(axes.labels[0]);
    }
    if axes.room[0] > 0 {
        mesh.y_desc(axes.labels[1]);
    }
    mesh.draw()?;
    Ok(chart)
}

/// A bar of the colours from 0 to `top`.
pub(in crate::report) fn colour_bar(
    sheet: &Sheet<'_>,
    area: &DrawingArea<Canvas<'_>, Shift>,
    top: f64,
    below: u32,
) -> Result<(), ReportError> {
    colour_bar_between(sheet, area, 0.0..top, below)
}

/// A bar of the colours of a range.
pub(in crate::report) fn colour_bar_between(
    sheet: &Sheet<'_>,
    area: &DrawingArea<Canvas<'_>, Shift>,
    range: Range<f64>,
    below: u32,
) -> Result<(), ReportError> {
    let mut chart = ChartBuilder::on(area)
        .margin_top(sheet.pixels(MARGIN))
        .margin_left(sheet.pixels(4))
        .margin_bottom(sheet.pixels(MARGIN + below))
        .right_y_label_area_size(sheet.pixels(62))
        .build_cartesian_2d(0.0..1.0, range.clone())?
        .set_secondary_coord(0.0..1.0, range.clone());
    const SHADES: usize = 64;
    let shade = |k: usize| {
        let [r, g, b] = colour((k as f64 + 0.5) / SHADES as f64);
        let at = |k: usize| range.start + length(&range) * k as f64 / SHADES as f64;
        Rectangle::new([(0.0, at(k)), (1.0, at(k + 1))], RGBColor(r, g, b).filled())
    };
    chart.draw_series((0..SHADES).map(shade))?;
    let number = |value: &f64| near_zero(*value, length(&range));
    chart
        .configure_secondary_axes()
        .y_labels(4)
        .y_label_formatter(&number)
        .set_all_tick_mark_size(sheet.pixels(4))
        .axis_style(sheet.thin(BLACK))
        .label_style(sheet.text(SMALL_TEXT))
        .draw()?;
    Ok(())
}

//! What all figures share: a title, a legend above the data and never over it, axes with ticks that can be read.

use super::canvas::{Canvas, Sheet};
use super::style::{LINE, PALE, SMALL_TEXT, TEXT, tick};
use crate::report::ReportError;
use plotters::coord::Shift;
use plotters::coord::ranged1d::{AsRangedCoord, Ranged, ValueFormatter};
use plotters::prelude::*;
use plotters::series::DashedLineSeries;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use std::ops::Range;

/// Height of the title.
pub(in crate::report) const TITLE: u32 = 38;
/// Height of a line of the legend.
const ROW: u32 = 28;
/// Width of a mark in the legend.
const MARK: u32 = 36;
/// Distance between entries, and from the edges.
const GAP: u32 = 16;

/// The mark of an entry of the legend.
#[derive(Debug, Clone, Copy)]
pub(in crate::report) enum Mark {
    /// A line, its dashes and gaps in pixels; no dashes when 0.
    Line(RGBColor, u32),
    /// An open circle.
    Ring(RGBColor),
    /// A filled circle.
    Disc(RGBColor),
    /// A cross.
    Cross(RGBColor),
    /// A shaded area.
    Area(RGBColor),
    /// A cell of this colour.
    Square(RGBColor),
}

/// A chart under construction.
pub(in crate::report) type Chart<'a, X, Y> = ChartContext<'a, Canvas<'a>, Cartesian2d<X, Y>>;

/// Titles shrink to this.
const SMALLEST_TEXT: u32 = 13;
/// No text of a figure is longer.
const LONGEST: usize = 200;
/// Entries of a legend, at most.
const MOST_ENTRIES: usize = 24;

/// Pixels between dashes.
const BETWEEN: u32 = 5;

impl<'a> Sheet<'a> {
    /// Draws title and legend; what is left for the data.
    pub fn frame(&self, title: &str, legend: &[(String, Mark)]) -> Result<DrawingArea<Canvas<'a>, Shift>, ReportError> {
        let (width, _) = self.area.dim_in_pixel();
        let room = width.saturating_sub(2 * self.pixels(GAP));
        let mut size = TEXT;
        while size > SMALLEST_TEXT && self.width(title, size)? > room {
            size -= 1;
        }
        let style = self.text(size).pos(Pos::new(HPos::Center, VPos::Top));
        let title = self.fitted(title, size, room)?;
        self.area.draw(&Text::new(title, (width as i32 / 2, self.pixels(8) as i32), style))?;
        let mut place = (self.pixels(GAP), self.pixels(TITLE));
        let left_out = legend.len().saturating_sub(MOST_ENTRIES);
        for (row, (name, mark)) in legend[..legend.len() - left_out].iter().enumerate() {
            let more =
                if left_out > 0 && row + 1 == MOST_ENTRIES { format!(" and {left_out} more") } else { String::new() };
            let room = room.saturating_sub(self.pixels(MARK) + self.width(&more, SMALL_TEXT)?);
            let name = &(self.fitted(name, SMALL_TEXT, room)? + &more);
            let text = self.width(name, SMALL_TEXT)?;
            let needed = self.pixels(MARK + GAP) + text;
            if row > 0 && place.0 + needed > width {
                place = (self.pixels(GAP), place.1 + self.pixels(ROW));
            }
            self.entry((place.0 as i32, place.1 as i32), name, *mark)?;
            place.0 += needed;
        }
        let used = place.1 + if legend.is_empty() { 0 } else { self.pixels(ROW) };
        Ok(self.area.split_vertically(used).1)
    }

    /// Width of a text in pixels.
    fn width(&self, text: &str, size: u32) -> Result<u32, ReportError> {
        Ok(self.area.estimate_text_size(text, &self.text(size))?.0)
    }

    /// The text without control characters, cut where it has no room.
    fn fitted(&self, text: &str, size: u32, room: u32) -> Result<String, ReportError> {
        let mut letters: Vec<char> = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        letters.truncate(LONGEST);
        let whole: String = letters.iter().collect();
        if letters.len() == text.chars().count() && self.width(&whole, size)? <= room {
            return Ok(whole);
        }
        loop {
            letters.pop();
            let cut = letters.iter().collect::<String>() + "..";
            if letters.is_empty() || self.width(&cut, size)? <= room {
                return Ok(cut);
            }
        }
    }

    fn entry(&self, (left, top): (i32, i32), name: &str, mark: Mark) -> Result<(), ReportError> {
        let middle = top + self.pixels(ROW / 2) as i32;
        let end = left + self.pixels(MARK - 6) as i32;
        let centre = ((left + end) / 2, middle);
        let radius = self.pixels(6) as i32;
        let stroke = |colour: RGBColor| colour.stroke_width(self.pixels(2));
        match mark {
            Mark::Line(colour, dash) => {
                let style = colour.stroke_width(self.pixels(LINE));
                let (dash, gap) = (self.pixels(dash) as i32, self.pixels(BETWEEN) as i32);
                let mut from = left;
                while from < end {
                    let to = if dash == 0 { end } else { (from + dash).min(end) };
                    self.area.draw(&PathElement::new([(from, middle), (to, middle)], style))?;
                    from = to + gap;
                }
            }
            Mark::Ring(colour) => self.area.draw(&Circle::new(centre, radius, stroke(colour)))?,
            Mark::Disc(colour) => self.area.draw(&Circle::new(centre, radius, colour.filled()))?,
            Mark::Cross(colour) => self.area.draw(&Cross::new(centre, radius, stroke(colour)))?,
            Mark::Area(colour) => {
                let corners = [(left, middle - radius), (end, middle + radius)];
                self.area.draw(&Rectangle::new(corners, colour.mix(0.25).filled()))?;
            }
            Mark::Square(colour) => {
                let corners = [(centre.0 - radius, middle - radius), (centre.0 + radius, middle + radius)];
                self.area.draw(&Rectangle::new(corners, colour.filled()))?;
                self.area.draw(&Rectangle::new(corners, self.thin(BLACK)))?;
            }
        }
        let style = self.text(SMALL_TEXT).pos(Pos::new(HPos::Left, VPos::Center));
        self.area.draw(&Text::new(name.to_owned(), (left + self.pixels(MARK) as i32, middle), style))?;
        Ok(())
    }

    /// A line through points: whole, or with dashes of this length when it is not 0.
    pub fn curve<X, Y>(
        &self,
        chart: &mut Chart<'a, X, Y>,
        points: impl Iterator<Item = (f64, f64)> + Clone,
        style: ShapeStyle,
        dash: u32,
    ) -> Result<(), ReportError>
    where
        X: Ranged<ValueType = f64>,
        Y: Ranged<ValueType = f64>,
    {
        match dash {
            0 => chart.draw_series(LineSeries::new(points, style))?,
            dash => {
                let (dash, gap) = (self.pixels(dash), self.pixels(BETWEEN));
                chart.draw_series(DashedLineSeries::new(points, dash, gap, style))?
            }
        };
        Ok(())
    }

    /// Axes with their labels and a pale mesh.
    pub fn chart<X, Y>(
        &self,
        body: &DrawingArea<Canvas<'a>, Shift>,
        horizontal: X,
        vertical: Y,
        [x_label, y_label]: [&str; 2],
        scales: [f64; 2],
    ) -> Result<Chart<'a, X::CoordDescType, Y::CoordDescType>, ReportError>
    where
        X: AsRangedCoord<Value = f64>,
        Y: AsRangedCoord<Value = f64>,
        X::CoordDescType: ValueFormatter<f64>,
        Y::CoordDescType: ValueFormatter<f64>,
    {
        let mut chart = ChartBuilder::on(body)
            .margin(self.pixels(8))
            .margin_right(self.pixels(28))
            .x_label_area_size(self.pixels(60))
            .y_label_area_size(self.pixels(if y_label.is_empty() { 74 } else { 96 }))
            .build_cartesian_2d(horizontal, vertical)?;
        let [across, up] = scales.map(|scale| move |value: &f64| near_zero(*value, scale));
        let mut mesh = chart.configure_mesh();
        mesh.bold_line_style(self.thin(PALE))
            .light_line_style(TRANSPARENT)
            .x_labels(6)
            .y_labels(6)
            .x_label_formatter(&across)
            .y_label_formatter(&up)
            .set_all_tick_mark_size(self.pixels(5))
            .axis_style(self.thin(BLACK))
            .label_style(self.text(SMALL_TEXT))
            .axis_desc_style(self.text(TEXT))
            .x_desc(x_label);
        if !y_label.is_empty() {
            mesh.y_desc(y_label);
        }
        mesh.draw()?;
        Ok(chart)
    }
}

/// A tick on an axis of this length: what is left of 0 by rounding is 0.
pub(in crate::report) fn near_zero(value: f64, scale: f64) -> String {
    if value.abs() < 1e-9 * scale { "0".to_owned() } else { tick(value) }
}

/// The length of a range, for [`near_zero`].
pub(in crate::report) fn length(range: &Range<f64>) -> f64 {
    range.end - range.start
}

/// Ticks of a logarithmic axis: powers of ten where there are enough, else 1, 2, 5 times powers of ten.
pub(in crate::report) fn log_ticks(range: &Range<f64>) -> Vec<f64> {
    const MOST: i32 = 8;
    if !(range.start.is_normal() && range.end.is_normal() && range.start > 0.0) {
        return Vec::new();
    }
    let (low, high) = (range.start.log10().floor() as i32, range.end.log10().ceil() as i32);
    let decades = high - low;
    let inside = |value: &f64| range.contains(value);
    if decades <= 3 {
        let steps = (low..=high).flat_map(|k| [1.0, 2.0, 5.0].map(|m| m * 10.0_f64.powi(k)));
        return steps.filter(inside).collect();
    }
    let stride = (decades + MOST - 1) / MOST;
    (low..=high).filter(|k| k.rem_euclid(stride) == 0).map(|k| 10.0_f64.powi(k)).filter(inside).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithmic_axes_have_ticks_at_any_length() {
        assert!([0.0..1.0, 1.0..f64::INFINITY, -1.0..1.0].iter().all(|range| log_ticks(range).is_empty()));
        assert_eq!(log_ticks(&(0.9..12.0)), [1.0, 2.0, 5.0, 10.0]);
        assert_eq!(log_ticks(&(0.5e-4..2.0)).len(), 5);
        let long = log_ticks(&(1e-30..1.0));
        assert!((5..=9).contains(&long.len()), "{long:?}");
    }

    #[test]
    fn rounding_at_zero_is_zero() {
        assert_eq!([near_zero(-5.6e-17, 1.0), near_zero(-5.6e-17, 1e-16)], ["0", "-5.6e-17"]);
    }
}

//! A quantity over the last two axes of a sweep, as cells: colours for numbers, colours with letters for verdicts. Where
//! there are more axes, one panel for each value of the others.

use super::record::{Quantity, Record};
use crate::report::ReportError;
use crate::report::drawing::canvas::{Canvas, Sheet};
use crate::report::drawing::colour_map::colour;
use crate::report::drawing::frame::{Mark, TITLE};
use crate::report::drawing::heat::{MARGIN, colour_bar_between};
use crate::report::drawing::style::{GREY, SMALL_TEXT, TEXT, WIDTH, range_of};
use crate::report::motion::thinned;
use plotters::coord::Shift;
use plotters::element::BitMapElement;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// Most panels.
pub(super) const PANELS: usize = 4;
/// Width of the bar of colours with its numbers.
const BAR: u32 = 96;
/// Room for ticks and labels on the left and below.
const ROOM: [u32; 2] = [110, 62];
/// Height of a panel.
const PANEL: u32 = 340;
/// Height of a line of text over a panel, and of the legend.
const CAPTION: u32 = 28;
/// Cells of a panel that are drawn one by one; more are a picture.
const MOST_CELLS: usize = 2500;
/// Most ticks of an axis.
const TICKS: usize = 8;
/// Colours of codes, told apart by the colour-blind and in grey.
const CODES: [RGBColor; 6] = [
    RGBColor(225, 225, 225),
    RGBColor(86, 160, 220),
    RGBColor(213, 94, 0),
    RGBColor(240, 228, 66),
    RGBColor(0, 128, 96),
    RGBColor(120, 60, 120),
];

/// Size of the figure of a sweep with so many slices.
pub(super) fn size(slices: usize) -> (u32, u32) {
    let panels = slices.min(PANELS) as u32;
    (WIDTH, TITLE + CAPTION + panels * (PANEL + if slices > 1 { CAPTION } else { 0 }))
}

/// Draws the cells.
pub(super) fn draw(record: &Record, quantity: &Quantity, sheet: &Sheet<'_>) -> Result<(), ReportError> {
    let entry = |(place, (code, name)): (usize, &(f64, String))| {
        let letter = letter(name).filter(|_| *code >= 0.0).map(|letter| format!("{letter} ")).unwrap_or_default();
        (format!("{letter}{name}"), Mark::Square(code_colour(place)))
    };
    let legend: Vec<(String, Mark)> = quantity.occurring().map(entry).collect();
    let mut body = sheet.frame(quantity.title(), &legend)?;
    if legend.is_empty() {
        body = body.split_vertically(sheet.pixels(CAPTION / 2)).1;
    }
    let finite = || quantity.values.iter().copied().filter(|v| v.is_finite());
    let (low, high) = (finite().fold(f64::INFINITY, f64::min), finite().fold(f64::NEG_INFINITY, f64::max));
    let range = if low < high { low..high } else { range_of(finite()).unwrap_or(0.0..1.0) };
    let (left, right) = body.split_horizontally(sheet.pixels(WIDTH - BAR));
    let slices = record.slices();
    let shown = thinned(slices, PANELS);
    let areas = left.split_evenly((shown.len(), 1));
    for (area, slice) in areas.iter().zip(&shown) {
        let panel = if slices > 1 {
            let (caption, panel) = area.split_vertically(sheet.pixels(CAPTION));
            let place = (sheet.pixels(ROOM[0]) as i32, sheet.pixels(6) as i32);
            caption.draw(&Text::new(slice_name(record, *slice), place, sheet.text(SMALL_TEXT)))?;
            panel
        } else {
            area.clone()
        };
        draw_panel(record, quantity, *slice, &range, sheet, &panel)?;
    }
    if quantity.codes.is_none() && low <= high {
        let first = right.split_evenly((shown.len(), 1)).swap_remove(0);
        let beside = if slices > 1 { first.split_vertically(sheet.pixels(CAPTION)).1 } else { first };
        colour_bar_between(sheet, &beside, range, ROOM[1])?;
    }
    Ok(())
}

/// The first letter of a code's name, in capitals.
fn letter(name: &str) -> Option<char> {
    name.chars().next().map(|first| first.to_ascii_uppercase())
}

fn code_colour(place: usize) -> RGBColor {
    CODES[place % CODES.len()]
}

fn slice_name(record: &Record, slice: usize) -> String {
    let others = record.axes.len() - 2;
    let plane: usize = record.axes[others..].iter().map(|axis| axis.labels.len()).product();
    let place = record.place(slice * plane);
    let names = record.axes[..others].iter().zip(place).map(|(axis, k)| format!("{} = {}", axis.name, axis.labels[k]));
    names.collect::<Vec<_>>().join(", ")
}

fn draw_panel(
    record: &Record,
    quantity: &Quantity,
    slice: usize,
    range: &std::ops::Range<f64>,
    sheet: &Sheet<'_>,
    area: &DrawingArea<Canvas<'_>, Shift>,
) -> Result<(), ReportError> {
    let [rows, columns] = record.axes.last_chunk::<2>().expect("two axes or more");
    let (across, up) = (rows.labels.len(), columns.labels.len());
    let mut chart = ChartBuilder::on(area)
        .margin(sheet.pixels(MARGIN))
        .x_label_area_size(sheet.pixels(ROOM[1]))
        .y_label_area_size(sheet.pixels(ROOM[0]))
        .build_cartesian_2d(0.0..across as f64, 0.0..up as f64)?;
    let first = slice * across * up;
    if across * up > MOST_CELLS {
        picture(quantity, first, [across, up], range, &mut chart)?;
        ticks(sheet, area, &chart, &rows.labels, &columns.labels)?;
        return axis_names(sheet, area, [&rows.name, &columns.name]);
    }
    let middle = Pos::new(HPos::Center, VPos::Center);
    for k in 0..across * up {
        let (column, row) = (k / up, k % up);
        let value = quantity.values[first + k];
        let corner = (column as f64, row as f64);
        let centre = (corner.0 + 0.5, corner.1 + 0.5);
        let cell = |fill: RGBColor| Rectangle::new([corner, (corner.0 + 1.0, corner.1 + 1.0)], fill.filled());
        let code = quantity.codes.as_ref().and_then(|codes| codes.iter().position(|(code, _)| *code == value));
        match code {
            Some(place) => {
                chart.draw_series([cell(code_colour(place))])?;
                let (number, name) = &quantity.codes.as_ref().expect("it has codes")[place];
                if let Some(letter) = letter(name).filter(|_| *number >= 0.0 && across.max(2 * up) <= 48) {
                    chart.draw_series([Text::new(letter.to_string(), centre, sheet.text(SMALL_TEXT).pos(middle))])?;
                }
            }
            None if value.is_finite() => {
                let [r, g, b] = colour((value - range.start) / (range.end - range.start));
                chart.draw_series([cell(RGBColor(r, g, b))])?;
            }
            None => {
                chart.draw_series([Cross::new(centre, sheet.pixels(4), GREY.stroke_width(sheet.pixels(2)))])?;
            }
        }
    }
    let frame = [(0.0, 0.0), (across as f64, 0.0), (across as f64, up as f64), (0.0, up as f64), (0.0, 0.0)];
    chart.draw_series([PathElement::new(frame, sheet.thin(BLACK))])?;
    ticks(sheet, area, &chart, &rows.labels, &columns.labels)?;
    axis_names(sheet, area, [&rows.name, &columns.name])
}

type Cells<'a> = ChartContext<
    'a,
    Canvas<'a>,
    Cartesian2d<plotters::coord::types::RangedCoordf64, plotters::coord::types::RangedCoordf64>,
>;

/// Many cells as one picture, white where there is no value.
fn picture(
    quantity: &Quantity,
    first: usize,
    [across, up]: [usize; 2],
    range: &std::ops::Range<f64>,
    chart: &mut Cells<'_>,
) -> Result<(), ReportError> {
    let (width, height) = chart.plotting_area().dim_in_pixel();
    let mut pixels = Vec::with_capacity(3 * width as usize * height as usize);
    for y in 0..height {
        let row = ((height - 1 - y) as usize * up / height as usize).min(up - 1);
        for x in 0..width {
            let column = (x as usize * across / width as usize).min(across - 1);
            let value = quantity.values[first + column * up + row];
            let code = quantity.codes.as_ref().and_then(|codes| codes.iter().position(|(code, _)| *code == value));
            pixels.extend(match code {
                Some(place) => <[u8; 3]>::from(code_colour(place).rgb()),
                None if value.is_finite() => colour((value - range.start) / (range.end - range.start)),
                None => [255; 3],
            });
        }
    }
    let element = BitMapElement::with_owned_buffer((0.0, up as f64), (width, height), pixels);
    let element = element.ok_or_else(|| ReportError::Drawing("pixels without a size".to_owned()))?;
    chart.draw_series([element])?;
    Ok(())
}

/// Values of the axes under the middle of their cells.
fn ticks(
    sheet: &Sheet<'_>,
    area: &DrawingArea<Canvas<'_>, Shift>,
    chart: &Cells<'_>,
    across: &[String],
    up: &[String],
) -> Result<(), ReportError> {
    let (left, top) = area.get_base_pixel();
    let gap = sheet.pixels(5) as i32;
    let text = sheet.text(SMALL_TEXT);
    for k in chosen(across.len()) {
        let (x, y) = chart.backend_coord(&(k as f64 + 0.5, 0.0));
        let style = text.pos(Pos::new(HPos::Center, VPos::Top));
        area.draw(&Text::new(across[k].clone(), (x - left, y - top + gap), style))?;
    }
    for k in chosen(up.len()) {
        let (x, y) = chart.backend_coord(&(0.0, k as f64 + 0.5));
        let style = text.pos(Pos::new(HPos::Right, VPos::Center));
        area.draw(&Text::new(up[k].clone(), (x - left - gap, y - top), style))?;
    }
    Ok(())
}

fn chosen(count: usize) -> impl Iterator<Item = usize> {
    let stride = count.div_ceil(TICKS);
    (0..count).step_by(stride.max(1))
}

fn axis_names(
    sheet: &Sheet<'_>,
    area: &DrawingArea<Canvas<'_>, Shift>,
    [across, up]: [&str; 2],
) -> Result<(), ReportError> {
    let (width, height) = area.dim_in_pixel();
    let (room, below) = (sheet.pixels(ROOM[0]), sheet.pixels(ROOM[1]));
    let place = ((room + (width - room) / 2) as i32, height as i32 - sheet.pixels(8) as i32);
    let style = sheet.text(TEXT).pos(Pos::new(HPos::Center, VPos::Bottom));
    area.draw(&Text::new(across.to_owned(), place, style))?;
    let place = (sheet.pixels(6) as i32, (height - below) as i32 / 2);
    let style = sheet.text(TEXT).transform(FontTransform::Rotate270).pos(Pos::new(HPos::Center, VPos::Top));
    area.draw(&Text::new(up.to_owned(), place, style))?;
    Ok(())
}

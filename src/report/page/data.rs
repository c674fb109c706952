//! The numbers behind the curves and the moving densities, as JSON in the page, and as CSV.

use super::{Chart, Page};
use crate::game::Player;
use crate::report::drawing::colour_map::STOPS;
use crate::report::motion::{Frames, thinned};
use crate::torus::Grid;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// Most nodes of an axis in a picture of dimension 2.
const MOST_NODES: usize = 64;
/// Most bytes of all pictures of a player.
const MOST_BYTES: usize = 1 << 20;

/// The data of the page, safe inside of a script element.
pub(super) fn json(page: &Page<'_>) -> String {
    let frames = page.frames.map(moving);
    let data = json!({ "chart": page.chart.as_ref().map(chart), "frames": frames, "colours": STOPS.as_slice() });
    data.to_string().replace('<', "\\u003c")
}

fn chart(chart: &Chart) -> Value {
    let curves: Vec<Value> = chart
        .curves
        .iter()
        .map(|curve| json!({ "name": curve.name, "values": curve.values, "colour": curve.colour, "dash": curve.dash }))
        .collect();
    json!({ "along": chart.along, "places": chart.places, "logarithmic": chart.logarithmic, "curves": curves })
}

fn moving(frames: &Frames) -> Value {
    let shown = shown_frames(frames);
    let players = Player::BOTH.into_iter().filter(|player| frames.has(*player));
    let players: Vec<Value> = players.map(|player| density(frames, player, &shown)).collect();
    json!({ "times": shown.iter().map(|frame| frames.times[*frame]).collect::<Vec<f64>>(), "players": players })
}

/// The frames that the slider moves through: all, or as many as the pictures of both players have room for.
pub(super) fn shown_frames(frames: &Frames) -> Vec<usize> {
    let rows = match &frames.reference {
        Some((_, rows)) if rows[0].len() > 1 || rows[1].len() > 1 => 2,
        _ => 1,
    };
    let bytes = |grid: &Grid| match grid.dimension() {
        1 => rows * 4 * grid.len(),
        _ => grid.shape().iter().map(|n| n.div_ceil(stride(*n))).product(),
    };
    let largest = frames.grids.iter().map(bytes).max().unwrap_or(1);
    thinned(frames.times.len(), (MOST_BYTES / largest).max(2))
}

/// Of how many nodes of an axis one is shown: a divisor of their number, where one is near enough.
fn stride(nodes: usize) -> usize {
    let least = nodes.div_ceil(MOST_NODES);
    (least..=2 * least).find(|stride| nodes.is_multiple_of(*stride)).unwrap_or(least)
}

/// A density: on a circle its node values in single precision, on a torus every `stride`-th as a share of the maximum in
/// bytes.
fn density(frames: &Frames, player: Player, shown: &[usize]) -> Value {
    let grid = frames.grid(player);
    let series = &frames.densities[player.index()];
    let rows = || shown.iter().map(|frame| &series[*frame]);
    let top = frames.top(player, shown.iter().copied());
    let single = |values: &[f64]| values.iter().flat_map(|v| (*v as f32).to_le_bytes()).collect::<Vec<u8>>();
    let (shape, bytes): (Vec<usize>, Vec<u8>) = if grid.dimension() == 1 {
        (grid.shape(), rows().flat_map(|values| single(values)).collect())
    } else {
        let kept: Vec<usize> = (0..grid.len())
            .filter(|k| grid.node(*k).iter().zip(grid.shape()).all(|(node, n)| node % stride(n) == 0))
            .collect();
        let share = |values: &Vec<f64>| {
            kept.iter().map(|k| (255.0 * values[*k] / top).round().clamp(0.0, 255.0) as u8).collect::<Vec<u8>>()
        };
        (grid.shape().iter().map(|n| n.div_ceil(stride(*n))).collect(), rows().flat_map(share).collect())
    };
    let reference = frames.reference.as_ref().filter(|_| grid.dimension() == 1).map(|(_, rows)| &rows[player.index()]);
    let compared: Option<Vec<u8>> = reference.map(|rows| match rows.as_slice() {
        [still] => single(still),
        _ => shown.iter().flat_map(|frame| single(&rows[*frame])).collect(),
    });
    json!({
        "letter": player.letter(),
        "name": frames.name(player),
        "shape": shape,
        // Distance of the nodes that are shown, along each axis.
        "spacing": (0..grid.dimension()).map(|axis| {
            let nodes = grid.axis(axis);
            let stride = if grid.dimension() == 1 { 1 } else { stride(nodes.points) };
            stride as f64 * nodes.spacing()
        }).collect::<Vec<f64>>(),
        "origin": grid.origins(),
        "period": grid.periods(),
        "top": frames.top_of_all(player, shown).max(top),
        "scale": top,
        "cells": frames.cells,
        "frames": STANDARD.encode(bytes),
        "reference": compared.map(|bytes| STANDARD.encode(bytes)),
    })
}

/// Columns of numbers; what could not be had is empty.
pub(super) fn csv(columns: &[(String, Vec<f64>)]) -> String {
    // Names that hold commas or quotes are quoted (RFC 4180).
    let heading = |name: &str| match name.contains([',', '"', '\n']) {
        true => format!("\"{}\"", name.replace('"', "\"\"")),
        false => name.to_owned(),
    };
    let mut text = columns.iter().map(|(name, _)| heading(name)).collect::<Vec<String>>().join(",") + "\n";
    let rows = columns.first().map_or(0, |(_, values)| values.len());
    for row in 0..rows {
        let cell = |value: f64| if value.is_finite() { format!("{value:e}") } else { String::new() };
        let cells: Vec<String> = columns.iter().map(|(_, values)| cell(values[row])).collect();
        text.push_str(&(cells.join(",") + "\n"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_with_commas_are_one_cell() {
        let text = csv(&[("max(1,2)".to_owned(), vec![1.0]), ("say \"x\"".to_owned(), vec![f64::NAN])]);
        assert_eq!(text, "\"max(1,2)\",\"say \"\"x\"\"\"\n1e0,\n");
    }

    #[test]
    fn strides_divide_where_they_can() {
        assert_eq!([64, 65, 160, 130, 1021].map(stride), [1, 2, 4, 5, 16]);
    }
}

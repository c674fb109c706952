//! The numbers behind the moving figures, as JSON in the page, and the diagnostics as CSV.

use super::super::colour_map::STOPS;
use super::super::record::{Record, thinned};
use crate::game::Player;
use crate::torus::Grid;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// Most nodes of an axis in a picture of dimension 2.
const MOST_NODES: usize = 64;
/// Most bytes of all pictures of a player.
const MOST_BYTES: usize = 1 << 20;

/// The data of the page, safe inside of a script element.
pub(super) fn json(record: &Record) -> String {
    let shown = shown_frames(record);
    let players: Vec<Value> = Player::BOTH.iter().map(|player| density(record, *player, &shown)).collect();
    let entropy = record.entropies();
    let mut curves = vec![
        json!({ "name": "W2", "values": record.w2, "colour": "x", "dash": [] }),
        json!({ "name": "duality gap", "values": record.nikaido_isoda, "colour": "y", "dash": [12, 5] }),
        json!({ "name": "KL", "values": entropy, "colour": "third", "dash": [4, 4] }),
    ];
    for (name, slope) in ["gap", "guaranteed"].into_iter().zip(record.slopes()) {
        let start = slope.points[0];
        let values: Vec<f64> = record.times.iter().map(|t| start.1 * (-slope.rate * (t - start.0)).exp()).collect();
        curves.push(json!({ "name": name, "values": values, "colour": "theory", "dash": [slope.dash, 5] }));
    }
    let data = json!({
        "times": record.times,
        "curves": curves,
        "frameTimes": shown.iter().map(|frame| record.frame_times[*frame]).collect::<Vec<f64>>(),
        "players": players,
        "colours": STOPS.as_slice(),
    });
    data.to_string().replace('<', "\\u003c")
}

/// The frames that the slider moves through: all, or as many as the pictures of both players have room for.
fn shown_frames(record: &Record) -> Vec<usize> {
    let bytes = |grid: &Grid| match grid.dimension() {
        1 => 4 * grid.len(),
        _ => grid.shape().iter().map(|n| n.div_ceil(stride(*n))).product(),
    };
    let largest = record.grids.iter().map(bytes).max().unwrap_or(1);
    thinned(record.frame_times.len(), (MOST_BYTES / largest).max(2))
}

fn stride(nodes: usize) -> usize {
    nodes.div_ceil(MOST_NODES)
}

/// A density: on a circle its node values in single precision, on a torus every `stride`-th as a share of the maximum in
/// bytes.
fn density(record: &Record, player: Player, shown: &[usize]) -> Value {
    let grid = record.grid(player);
    let series = &record.densities[player.index()];
    let frames = || shown.iter().map(|frame| &series[*frame]);
    let top = frames().flatten().copied().fold(0.0, f64::max);
    let single = |values: &[f64]| values.iter().flat_map(|v| (*v as f32).to_le_bytes()).collect::<Vec<u8>>();
    let (shape, bytes): (Vec<usize>, Vec<u8>) = if grid.dimension() == 1 {
        (grid.shape(), frames().flat_map(|values| single(values)).collect())
    } else {
        let kept: Vec<usize> = (0..grid.len())
            .filter(|k| grid.node(*k).iter().zip(grid.shape()).all(|(node, n)| node % stride(n) == 0))
            .collect();
        let share = |values: &Vec<f64>| {
            kept.iter().map(|k| (255.0 * values[*k] / top).round().clamp(0.0, 255.0) as u8).collect::<Vec<u8>>()
        };
        (grid.shape().iter().map(|n| n.div_ceil(stride(*n))).collect(), frames().flat_map(share).collect())
    };
    let still = record.equilibrium[player.index()].as_ref().filter(|_| grid.dimension() == 1);
    json!({
        "letter": player.letter(),
        "shape": shape,
        "origin": grid.origins(),
        "period": grid.periods(),
        "top": top,
        "frames": STANDARD.encode(bytes),
        "equilibrium": still.map(|values| STANDARD.encode(single(values))),
    })
}

/// The diagnostics of all snapshots; what could not be had is empty.
pub(super) fn csv(record: &Record) -> String {
    let columns: [(&str, &[f64]); 6] = [
        ("time", &record.times),
        ("w2", &record.w2),
        ("w2_error", &record.w2_error),
        ("nikaido_isoda", &record.nikaido_isoda),
        ("kl_x", &record.relative_entropy[0]),
        ("kl_y", &record.relative_entropy[1]),
    ];
    let mut text = columns.map(|(name, _)| name).join(",") + "\n";
    for row in 0..record.times.len() {
        let cells = columns
            .map(|(_, values)| if values[row].is_finite() { format!("{:e}", values[row]) } else { String::new() });
        text.push_str(&(cells.join(",") + "\n"));
    }
    text
}

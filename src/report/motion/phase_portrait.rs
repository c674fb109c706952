//! The path of a leading moment of each player: of the low Fourier modes, the one that moves most.

use super::Frames;
use crate::game::Player;
use crate::report::ReportError;
use crate::report::drawing::canvas::Sheet;
use crate::report::drawing::frame::{Mark, length};
use crate::report::drawing::style::{BLUE, VERMILLION, range_of};
use plotters::prelude::*;
use std::f64::consts::TAU;

/// Largest wavenumber of an axis that is looked at, in units of the torus.
const MOST: i32 = 2;

/// A moment of a player's density.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Moment {
    /// In words.
    pub name: String,
    /// At every snapshot.
    pub values: Vec<f64>,
    /// Of the equilibrium, if the file holds one.
    pub at_rest: Option<f64>,
}

/// The low moment of a player that moves most.
pub(super) fn leading_moment(frames: &Frames, player: Player) -> Moment {
    let grid = frames.grid(player);
    let dimension = grid.dimension();
    let modes: Vec<Vec<i32>> = match dimension {
        1 => (1..=MOST).map(|k| vec![k]).collect(),
        _ => {
            (0..=MOST).flat_map(|k| (-MOST..=MOST).map(move |l| vec![k, l])).filter(|m| m[0] > 0 || m[1] > 0).collect()
        }
    };
    let cell = grid.cell_volume();
    let moment = |mode: &[i32], sine: bool| {
        let weights: Vec<f64> = (0..grid.len())
            .map(|position| {
                let node = grid.node(position);
                let phase: f64 = (0..dimension)
                    .map(|i| TAU * f64::from(mode[i]) * node[i] as f64 / grid.axis(i).points as f64)
                    .sum();
                cell * if sine { phase.sin() } else { phase.cos() }
            })
            .collect();
        let mean = |values: &[f64]| values.iter().zip(&weights).map(|(a, b)| a * b).sum::<f64>();
        let letter = player.letter();
        let angle: Vec<String> = mode.iter().map(i32::to_string).collect();
        Moment {
            name: format!("{letter}: mean of {}, mode {}", if sine { "sin" } else { "cos" }, angle.join(",")),
            values: frames.densities[player.index()].iter().map(|values| mean(values)).collect(),
            at_rest: still(frames, player).map(mean),
        }
    };
    let reach = |moment: &Moment| {
        let (low, high) =
            moment.values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(*v), high.max(*v)));
        high - low
    };
    let candidates = modes.iter().flat_map(|mode| [moment(mode, false), moment(mode, true)]);
    candidates
        .reduce(|best, next| if reach(&next) > 1.01 * reach(&best) { next } else { best })
        .expect("there are modes")
}

/// The equilibrium, where the densities are compared with it.
fn still(frames: &Frames, player: Player) -> Option<&[f64]> {
    let (_, rows) = frames.reference.as_ref()?;
    if rows[player.index()].len() == 1 { rows[player.index()].first().map(Vec::as_slice) } else { None }
}

/// Draws the path with its start, its end where it does not close, and the equilibrium.
pub(super) fn draw(moments: &[Moment; 2], closes: bool, sheet: &Sheet<'_>) -> Result<(), ReportError> {
    let ranges = [0, 1].map(|i| {
        let moment: &Moment = &moments[i];
        range_of(moment.values.iter().copied().chain(moment.at_rest))
    });
    let [Some(x), Some(y)] = ranges else {
        return sheet.frame("phase portrait: moments are not finite", &[]).map(drop);
    };
    let rest = moments[0].at_rest.zip(moments[1].at_rest);
    let ends = if closes {
        vec![("section", Mark::Ring(BLUE))]
    } else {
        vec![("start", Mark::Ring(BLUE)), ("end", Mark::Disc(BLUE))]
    };
    let mut legend: Vec<(String, Mark)> = ends.into_iter().map(|(name, mark)| (name.to_owned(), mark)).collect();
    legend.extend(rest.map(|_| ("equilibrium".to_owned(), Mark::Cross(VERMILLION))));
    let body = sheet.frame("phase portrait", &legend)?;
    let (scales, labels) = ([length(&x), length(&y)], [moments[0].name.as_str(), moments[1].name.as_str()]);
    let mut chart = sheet.chart(&body, x, y, labels, scales)?;
    let mut path: Vec<(f64, f64)> = moments[0].values.iter().copied().zip(moments[1].values.iter().copied()).collect();
    if closes {
        path.push(path[0]);
    }
    let thick = |colour: RGBColor| colour.stroke_width(sheet.pixels(2));
    chart.draw_series(LineSeries::new(path.iter().copied(), thick(BLUE)))?;
    let radius = sheet.pixels(7);
    if !closes {
        chart.draw_series([Circle::new(path[path.len() - 1], radius, BLUE.filled())])?;
    }
    chart.draw_series([Circle::new(path[0], radius, thick(BLUE))])?;
    chart.draw_series(rest.map(|place| Cross::new(place, radius, VERMILLION.stroke_width(sheet.pixels(3)))))?;
    Ok(())
}

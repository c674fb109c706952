//! The file of `validate -o`: the densities, the clouds as they fill the cells of the same grid, and what was found of them.
//!
//! All arrays have the axis `time`. The text `source/report` is the whole report, JSON.

use super::OutputError;
use super::arrays::{Array, Builder, Values, write_whole};
use super::header::Header;
use super::source::{GROUP, Source};
use crate::game::Player;
use crate::torus::Grid;
use std::path::Path;

/// Root attribute `format`.
pub(super) const FORMAT: &str = "nashflow validation";
/// Root attribute `format_version`: raised when readers of older files would misread the new ones.
const FORMAT_VERSION: i64 = 1;

/// One number for each time.
#[derive(Debug, Clone, PartialEq)]
pub struct JudgedColumn {
    /// Name without the letter of the player.
    pub name: &'static str,
    /// What it is.
    pub long_name: &'static str,
    /// NaN where it could not be had.
    pub values: Vec<f64>,
}

/// The cloud of one player, and the density it is compared with.
#[derive(Debug, Clone, PartialEq)]
pub struct JudgedCloud {
    /// Node values of the density, time by time.
    pub density: Vec<f64>,
    /// Share of the points in the cell around every node over its volume, time by time.
    pub cloud: Vec<f64>,
    /// Coordinates of some of the points, equally spaced in their list, time by time.
    pub points: Vec<f64>,
    /// How many these are at each time.
    pub shown: usize,
    /// What was found.
    pub columns: Vec<JudgedColumn>,
}

/// Clouds judged at several times.
#[derive(Debug, Clone, PartialEq)]
pub struct ValidationRecord<'a> {
    /// The report, JSON.
    pub report: &'a str,
    /// The grids of x and of y.
    pub grids: [Grid; 2],
    /// The times; NaN for the equilibrium.
    pub times: Vec<f64>,
    /// Of x and of y; `None` where no cloud was given.
    pub players: [Option<JudgedCloud>; 2],
}

/// Writes the file.
///
/// # Errors
/// [`OutputError`], as for any output.
pub fn write_validation(
    path: &Path,
    overwrite: bool,
    header: &Header,
    record: &ValidationRecord<'_>,
) -> Result<(), OutputError> {
    let mut arrays = arrays(record);
    let source = Source::new(FORMAT, FORMAT_VERSION, header, &arrays);
    let texts = [("game", header.game.as_str()), ("report", record.report)];
    arrays.extend(source.arrays(&texts));
    write_whole(path, overwrite, &[GROUP], &arrays, |file| source.describe(file, &texts[..1]))
}

fn arrays(record: &ValidationRecord<'_>) -> Vec<Array> {
    let mut builder = Builder::new("");
    builder.push("time", "time", &[], Values::Float(record.times.clone()));
    for player in Player::BOTH {
        let grid = &record.grids[player.index()];
        let place = |axis: usize| vec![("period", grid.axis(axis).period), ("origin", grid.axis(axis).origin)];
        let axes = builder.nodes(player, grid, place);
        let Some(judged) = &record.players[player.index()] else { continue };
        let letter = player.letter();
        let density = player.density();
        let over: Vec<&str> = std::iter::once("time").chain(axes.iter().map(String::as_str)).collect();
        builder.push(density, &format!("density of {letter}"), &over, Values::Float(judged.density.clone()));
        let meaning = format!("share of the points of {letter} in the cell around the node, over its volume");
        builder.push(&format!("cloud_{letter}"), &meaning, &over, Values::Float(judged.cloud.clone()));
        let [point, axis] = ["point", "axis"].map(|what| format!("{what}_{letter}"));
        builder.count(&point, "number of the point shown, from 0", judged.shown);
        builder.count(&axis, "axis of the torus, from 0", axes.len());
        let meaning = format!("some of the points of {letter}, equally spaced in their list");
        let points = Values::Float(judged.points.clone());
        builder.push(&format!("points_{letter}"), &meaning, &["time", &point, &axis], points);
        for column in &judged.columns {
            let (name, meaning) = (format!("{}_{letter}", column.name), format!("{} of {letter}", column.long_name));
            builder.push(&name, &meaning, &["time"], Values::Float(column.values.clone()));
        }
    }
    builder.arrays
}

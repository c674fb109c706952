//! The file of `sweep`: every recorded quantity as an array over the axes of the sweep.

use super::OutputError;
use super::arrays::{Array, Builder, Values, replace, write_whole};
use super::header::Header;
use super::place::Place;
use super::source::{GROUP, Source};
use std::path::Path;

/// Root attribute `format`.
pub(super) const FORMAT: &str = "nashflow sweep";
/// Root attribute `format_version`: raised when readers of older files would misread the new ones.
const FORMAT_VERSION: i64 = 1;

/// The values of an array.
#[derive(Debug, Clone, PartialEq)]
pub enum SweepValues {
    /// Numbers.
    Numbers(Vec<f64>),
    /// Whole numbers.
    Integers(Vec<i64>),
    /// Texts.
    Texts(Vec<String>),
}

impl SweepValues {
    fn values(&self) -> Values {
        match self {
            SweepValues::Numbers(values) => Values::Float(values.clone()),
            SweepValues::Integers(values) => Values::Index(values.clone()),
            SweepValues::Texts(values) => Values::Texts(values.clone()),
        }
    }
}

/// One axis.
#[derive(Debug, Clone, PartialEq)]
pub struct SweepAxisRecord {
    /// Its name.
    pub name: String,
    /// The keys of the game file that it sets.
    pub long_name: String,
    /// Its coordinates.
    pub values: SweepValues,
    /// Name, key and values of keys that have values of their own along it.
    pub tied: Vec<(String, String, SweepValues)>,
}

/// One array over the axes.
#[derive(Debug, Clone, PartialEq)]
pub struct SweepColumn {
    /// Its name.
    pub name: String,
    /// Its meaning.
    pub long_name: String,
    /// A further, last axis: the name of its thresholds.
    pub threshold: Option<&'static str>,
    /// The last axis varies fastest.
    pub values: SweepValues,
}

/// A sweep.
#[derive(Debug, Clone, PartialEq)]
pub struct SweepRecord<'a> {
    /// Its name.
    pub title: &'a str,
    /// The text of the sweep file.
    pub sweep: &'a str,
    /// The text of the base game.
    pub game: &'a str,
    /// The axes, slowest first.
    pub axes: Vec<SweepAxisRecord>,
    /// Name, meaning and values of the thresholds that columns have as their last axis.
    pub thresholds: Vec<(&'static str, &'static str, Vec<f64>)>,
    /// What was recorded.
    pub columns: Vec<SweepColumn>,
}

/// Writes the file.
///
/// # Errors
/// [`OutputError`], as for any output.
pub fn write_sweep(path: &Path, overwrite: bool, record: &SweepRecord<'_>) -> std::result::Result<(), OutputError> {
    let (source, arrays) = contents(record);
    write_whole(path, overwrite, &[GROUP], &arrays, |file| source.describe(file, &texts(record)))
}

/// The same in a place that is ours.
pub(super) fn replace_sweep(place: &Place, record: &SweepRecord<'_>) -> std::result::Result<(), OutputError> {
    let (source, arrays) = contents(record);
    replace(place, &place.output, &[GROUP], &arrays, |file| source.describe(file, &texts(record)))
}

fn contents(record: &SweepRecord<'_>) -> (Source, Vec<Array>) {
    let mut arrays = arrays(record);
    // Of which command the points are, shares of it or the whole, is not one thing.
    let header = Header::new(record.game, "", record.title);
    let mut source = Source::new(FORMAT, FORMAT_VERSION, &header, &arrays);
    source.coordinates = record.axes.iter().flat_map(|axis| &axis.tied).map(|(name, ..)| name.clone()).collect();
    arrays.extend(source.arrays(&texts(record)));
    (source, arrays)
}

fn texts<'a>(record: &SweepRecord<'a>) -> [(&'static str, &'a str); 2] {
    [("sweep", record.sweep), ("game", record.game)]
}

fn arrays(record: &SweepRecord<'_>) -> Vec<Array> {
    let mut builder = Builder::new("");
    for axis in &record.axes {
        builder.push(&axis.name, &axis.long_name, &[], axis.values.values());
    }
    for (name, long_name, values) in &record.thresholds {
        builder.push(name, long_name, &[], Values::Float(values.clone()));
    }
    for axis in &record.axes {
        for (name, long_name, values) in &axis.tied {
            builder.push(name, long_name, &[&axis.name], values.values());
        }
    }
    let axes: Vec<&str> = record.axes.iter().map(|axis| axis.name.as_str()).collect();
    for column in &record.columns {
        let axes = [&axes[..], column.threshold.as_slice()].concat();
        builder.push(&column.name, &column.long_name, &axes, column.values.values());
    }
    builder.arrays
}

//! The file of `compare`: diagnostics of several dynamics at the same times, `(contestant, time)`.

use super::OutputError;
use super::arrays::{Array, Builder, Values, write_whole};
use super::header::Header;
use super::source::{GROUP, Source};
use std::path::Path;

/// Root attribute `format`.
pub(super) const FORMAT: &str = "nashflow comparison";
/// Root attribute `format_version`: raised when readers of older files would misread the new ones.
const FORMAT_VERSION: i64 = 1;

/// Several dynamics side by side.
#[derive(Debug, Clone, PartialEq)]
pub struct ComparisonRecord {
    /// Each dynamics as it was asked for.
    pub labels: Vec<String>,
    /// Snapshot times, the same for all.
    pub times: Vec<f64>,
    /// Name, meaning and values of every column, dynamics by dynamics; NaN where there is none.
    pub columns: Vec<(&'static str, &'static str, Vec<f64>)>,
}

/// Writes the file.
///
/// # Errors
/// [`OutputError`], as for any output.
pub fn write_comparison(
    path: &Path,
    overwrite: bool,
    header: &Header,
    record: &ComparisonRecord,
) -> std::result::Result<(), OutputError> {
    let mut arrays = arrays(record);
    let source = Source::new(FORMAT, FORMAT_VERSION, header, &arrays);
    let labels = record.labels.join("\n");
    let texts = [("game", header.game.as_str()), ("dynamics", labels.as_str())];
    arrays.extend(source.arrays(&texts));
    write_whole(path, overwrite, &[GROUP], &arrays, |file| source.describe(file, &texts))
}

fn arrays(record: &ComparisonRecord) -> Vec<Array> {
    let mut builder = Builder::new("");
    builder.count(
        "contestant",
        "number of the dynamics, a line of the attribute dynamics, from 0",
        record.labels.len(),
    );
    builder.push("time", "time", &[], Values::Float(record.times.clone()));
    for (name, long_name, values) in &record.columns {
        builder.push(name, long_name, &["contestant", "time"], Values::Float(values.clone()));
    }
    builder.arrays
}

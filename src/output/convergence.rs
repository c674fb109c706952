//! The file of `converge`: values and errors of every quantity, `(quantity, rung)`, along both ladders.

use super::OutputError;
use super::arrays::{Array, Builder, Values, write_whole};
use super::header::Header;
use super::source::{GROUP, Source};
use std::path::Path;

/// Root attribute `format`.
pub(super) const FORMAT: &str = "nashflow convergence";
/// Root attribute `format_version`: raised when readers of older files would misread the new ones.
const FORMAT_VERSION: i64 = 1;

/// A ladder: its rungs, and what every quantity does along it.
#[derive(Debug, Clone, PartialEq)]
pub struct LadderRecord {
    /// Name of the scale: `grid`, `tolerance` or `step`.
    pub name: &'static str,
    /// Points of the longest axis, tolerances or steps, coarse to fine.
    pub rungs: Vec<f64>,
    /// Name, meaning and values of every array, quantity by quantity; NaN where there is none.
    pub columns: Vec<(&'static str, &'static str, Vec<f64>)>,
}

/// A game along its ladders.
#[derive(Debug, Clone, PartialEq)]
pub struct ConvergenceRecord {
    /// Names of the quantities.
    pub quantities: Vec<String>,
    /// Best values; NaN where there is none.
    pub values: Vec<f64>,
    /// Their error bars.
    pub errors: Vec<f64>,
    /// The ladder of grids, and that of tolerances or steps.
    pub ladders: [LadderRecord; 2],
}

/// Writes the file.
///
/// # Errors
/// [`OutputError`], as for any output.
pub fn write_convergence(
    path: &Path,
    overwrite: bool,
    header: &Header,
    record: &ConvergenceRecord,
) -> std::result::Result<(), OutputError> {
    let mut arrays = arrays(record);
    let source = Source::new(FORMAT, FORMAT_VERSION, header, &arrays);
    let texts = [("game", header.game.as_str())];
    arrays.extend(source.arrays(&texts));
    write_whole(path, overwrite, &[GROUP], &arrays, |file| source.describe(file, &texts))
}

fn arrays(record: &ConvergenceRecord) -> Vec<Array> {
    let mut builder = Builder::new("");
    builder.push("quantity", "what is compared", &[], Values::Texts(record.quantities.clone()));
    for ladder in &record.ladders {
        let meaning = if ladder.name == "grid" { "points of the longest axis" } else { ladder.name };
        builder.push(ladder.name, meaning, &[], Values::Float(ladder.rungs.clone()));
    }
    builder.push("value", "best value", &["quantity"], Values::Float(record.values.clone()));
    builder.push("error", "its error bar", &["quantity"], Values::Float(record.errors.clone()));
    for ladder in &record.ladders {
        for (name, meaning, values) in &ladder.columns {
            let name = format!("{name}_by_{}", ladder.name);
            builder.push(&name, meaning, &["quantity", ladder.name], Values::Float(values.clone()));
        }
    }
    builder.arrays
}

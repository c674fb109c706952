//! The file of a spectrum: eigenvalues with their errors and eigenfunctions beside the equilibrium, written whole.

use super::OutputError;
use super::arrays::{Array, Builder, Values, write_whole};
use super::attribute::write_number;
use super::header::Header;
use super::layout::coordinate_names;
use super::record::EigenvalueRecord;
use super::schema::{EIGENVALUE_ERROR, EIGENVALUES, MODE, PART, RESIDUAL};
use super::source::{GROUP, Source};
use crate::game::Player;
use crate::torus::Grid;
use num_complex::Complex64;
use std::path::Path;

/// Root attribute `format`.
pub(super) const FORMAT: &str = "nashflow spectrum";
/// Root attribute `format_version`: raised when readers of older files would misread the new ones.
const FORMAT_VERSION: i64 = 1;

/// What the file of a spectrum holds.
#[derive(Debug, Clone)]
pub struct SpectrumRecord<'a> {
    /// Grids of both players.
    pub grids: [&'a Grid; 2],
    /// `mu*`, `nu*` at the nodes, integral 1.
    pub equilibrium: [&'a [f64]; 2],
    /// Eigenvalues with errors, residuals and attributes.
    pub rows: EigenvalueRecord,
    /// For each the perturbations of both densities at the nodes.
    pub eigenfunctions: &'a [[Vec<Complex64>; 2]],
}

/// Writes a spectrum.
///
/// # Errors
/// [`OutputError`], as for any output; [`OutputError::NotFinite`] for an eigenvalue, error or residual that is not finite.
pub fn write_spectrum(
    path: &Path,
    overwrite: bool,
    header: &Header,
    record: &SpectrumRecord<'_>,
) -> std::result::Result<(), OutputError> {
    record.rows.check_finite()?;
    let mut arrays = arrays(record);
    let source = Source::new(FORMAT, FORMAT_VERSION, header, &arrays);
    let texts = [("game", header.game.as_str())];
    arrays.extend(source.arrays(&texts));
    write_whole(path, overwrite, &["equilibrium", "spectrum", GROUP], &arrays, |file| {
        source.describe(file, &texts)?;
        let group = file.group("spectrum")?;
        record.rows.attributes.iter().try_for_each(|(name, value)| write_number(&group, name, *value))
    })
}

fn arrays(record: &SpectrumRecord<'_>) -> Vec<Array> {
    let mut builder = Builder::new("");
    let names = Player::BOTH.map(|player| coordinate_names(player, record.grids[player.index()].dimension()));
    for (names, grid) in names.iter().zip(record.grids) {
        for (name, axis) in names.iter().zip(grid.axes()) {
            let long_name = format!("coordinate {name} of the grid nodes");
            builder.push(name, &long_name, &[], Values::Float(axis.coordinates()));
            let scale = builder.arrays.last_mut().expect("just pushed");
            scale.attributes = vec![("period", axis.period), ("origin", axis.origin)];
        }
    }
    let rows = &record.rows;
    builder.count(MODE.0, MODE.1, rows.eigenvalues.len());
    builder.count(PART.0, PART.1, 2);
    let at = [MODE.0, PART.0];
    builder.push(EIGENVALUES.0, EIGENVALUES.1, &at, Values::Float(rows.eigenvalues.as_flattened().to_vec()));
    builder.arrays.last_mut().expect("just pushed").attributes.clone_from(&rows.attributes);
    for ((path, long_name), values) in [(EIGENVALUE_ERROR, &rows.errors), (RESIDUAL, &rows.residuals)] {
        builder.push(path, long_name, &at[..1], Values::Float(values.clone()));
    }
    for (p, density) in ["mu", "nu"].into_iter().enumerate() {
        let space: Vec<&str> = names[p].iter().map(String::as_str).collect();
        let long_name = format!("equilibrium density {density}*");
        let values = Values::Float(record.equilibrium[p].to_vec());
        builder.push(&format!("equilibrium/{density}"), &long_name, &space, values);
        let values = record.eigenfunctions.iter().flat_map(|mode| split(&mode[p])).collect();
        let long_name = format!("eigenfunctions: perturbations of {density}");
        builder.push(&format!("spectrum/{density}"), &long_name, &[&at[..], &space].concat(), Values::Float(values));
    }
    builder.arrays
}

/// All real parts, then all imaginary parts.
fn split(values: &[Complex64]) -> Vec<f64> {
    values.iter().map(|v| v.re).chain(values.iter().map(|v| v.im)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_are_not_finite_are_named_and_no_file_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("spectrum.h5");
        let grid = Grid::new(&[4], &[1.0], &[0.0]).unwrap();
        let write = |residual: f64| {
            let attributes = vec![("gap", 1.0)];
            let rows = EigenvalueRecord {
                eigenvalues: vec![[-1.0, 0.5]],
                errors: vec![0.0],
                residuals: vec![residual],
                attributes,
            };
            let function = [0, 1].map(|_| vec![Complex64::ONE; 4]);
            let record =
                SpectrumRecord { grids: [&grid; 2], equilibrium: [&[1.0; 4]; 2], rows, eigenfunctions: &[function] };
            write_spectrum(&path, false, &Header::new("", "spectrum", "game"), &record)
        };
        let error = write(f64::NAN).unwrap_err();
        assert!(matches!(&error, OutputError::NotFinite { dataset, .. } if dataset == RESIDUAL.0), "{error}");
        assert!(std::fs::read_dir(folder.path()).unwrap().next().is_none());
        write(1e-12).unwrap();
        assert!(path.exists());
    }
}

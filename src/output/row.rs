//! Parts of datasets: one row of a time series of arrays, a stretch of a column.

use hdf5::{Dataset, Hyperslab, Result, SliceOrIndex};
use ndarray::{ArrayView1, ArrayViewD};

/// Overwrites row `row` (first index) with row-major values.
pub(super) fn write_row(dataset: &Dataset, row: usize, values: &[f64]) -> Result<()> {
    let mut shape = dataset.shape();
    shape[0] = 1;
    let view = ArrayViewD::from_shape(shape, values).map_err(|error| error.to_string())?;
    dataset.write_slice(view, selection(dataset, row))
}

/// Row `row` (first index), row-major.
pub(super) fn read_row(dataset: &Dataset, row: usize) -> Result<Vec<f64>> {
    let array = dataset.read_slice::<f64, _, ndarray::IxDyn>(selection(dataset, row))?;
    Ok(array.into_raw_vec_and_offset().0)
}

fn selection(dataset: &Dataset, row: usize) -> Hyperslab {
    let mut slices = vec![SliceOrIndex::from(row..row + 1)];
    slices.extend(dataset.shape()[1..].iter().map(|&n| SliceOrIndex::from(0..n)));
    Hyperslab::from(slices)
}

/// Overwrites part of a column.
pub(super) fn write_range(dataset: &Dataset, start: usize, values: &[f64]) -> Result<()> {
    if values.is_empty() {
        return Ok(());
    }
    dataset.write_slice(ArrayView1::from(values), start..start + values.len())
}

/// Part of a column.
pub(super) fn read_range(dataset: &Dataset, start: usize, count: usize) -> Result<Vec<f64>> {
    if count == 0 {
        return Ok(Vec::new());
    }
    Ok(dataset.read_slice_1d::<f64, _>(start..start + count)?.to_vec())
}

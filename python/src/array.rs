//! numpy arrays of doubles, row-major, in and out.

use nashflow::array_file::{ArrayAddress, NumericArray};
use nashflow::torus::Grid;
use numpy::{Element, PyArray1, PyArrayDyn, PyArrayMethods, PyReadonlyArrayDyn, PyUntypedArrayMethods};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;

/// An array with the relative rounding of its values as they were before they became doubles.
pub type Rounded<'py> = (PyReadonlyArrayDyn<'py, f64>, f64);

/// A copy of the array.
pub fn numeric((array, rounding): &Rounded<'_>) -> PyResult<NumericArray> {
    if !array.is_c_contiguous() {
        return Err(PyTypeError::new_err("expected an array in C order"));
    }
    Ok(NumericArray { shape: array.shape().to_vec(), values: array.as_slice()?.to_vec(), rounding: *rounding })
}

/// A copy of the array under a name for messages.
pub fn held(name: &str, array: &Rounded<'_>) -> PyResult<ArrayAddress> {
    ArrayAddress::held(name, numeric(array)?).map_err(|error| crate::failure::InputError::new_err(error.to_string()))
}

/// An array of this shape.
pub fn to_numpy<'py, T: Element>(
    py: Python<'py>,
    values: Vec<T>,
    shape: &[usize],
) -> PyResult<Bound<'py, PyArrayDyn<T>>> {
    PyArray1::from_vec(py, values).reshape(shape.to_vec())
}

/// Nodes, periods and origins of the axes of a grid.
pub type Axes<'py> = Vec<(Bound<'py, PyArray1<f64>>, f64, f64)>;

/// The axes of a grid.
pub fn axes<'py>(py: Python<'py>, grid: &Grid) -> Axes<'py> {
    let axis = |axis: &nashflow::torus::Axis| (PyArray1::from_vec(py, axis.coordinates()), axis.period, axis.origin);
    grid.axes().iter().map(axis).collect()
}

//! The module `nashflow._native`: the library's calls as Python functions on numpy arrays and JSON.
//!
//! Reports come out as the JSON that the commands print with `--json`, arrays as numpy arrays; `nashflow/*.py` makes typed
//! objects of both. Every computation runs on a thread of its own, without the interpreter's lock (`worker`).

mod array;
mod clouds;
mod failure;
mod game;
mod measures;
mod pool;
mod worker;

use pyo3::prelude::*;

/// Computations of nashflow: arrays in, arrays and JSON out.
#[pymodule]
mod _native {
    #[pymodule_export]
    use super::clouds::{RunArrays, validate};
    #[pymodule_export]
    use super::failure::{GameError, InputError, NumericalError};
    #[pymodule_export]
    use super::game::{Game, games};
    #[pymodule_export]
    use super::measures::{Operand, w2};
    use super::*;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))?;
        module.add("hdf5_version", super::game::hdf5_version())
    }
}

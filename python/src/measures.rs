//! Distances between measures that are named or in memory.

use crate::array::{Rounded, held};
use crate::failure::{Failure, InputError};
use crate::worker::{Manner, compute};
use nashflow::array_file::ArrayAddress;
use nashflow::experiment::{W2Operand, W2Request};
use nashflow::transport::Reading;
use pyo3::prelude::*;

/// One of the two measures.
#[pyclass(frozen, module = "nashflow._native")]
#[derive(Debug, Clone)]
pub struct Operand {
    name: String,
    kind: Kind,
    weights: Option<ArrayAddress>,
}

#[derive(Debug, Clone)]
enum Kind {
    Typed,
    Density(ArrayAddress),
    Cloud(ArrayAddress),
}

#[pymethods]
impl Operand {
    /// A measure as the command `nashflow w2` takes it.
    #[staticmethod]
    fn typed(word: String) -> Operand {
        Operand { name: word, kind: Kind::Typed, weights: None }
    }

    /// Values on a grid.
    #[staticmethod]
    fn density(name: String, values: Rounded<'_>) -> PyResult<Operand> {
        Ok(Operand { kind: Kind::Density(held(&name, &values)?), name, weights: None })
    }

    /// Points.
    #[staticmethod]
    #[pyo3(signature = (name, points, weights=None))]
    fn cloud(name: String, points: Rounded<'_>, weights: Option<Rounded<'_>>) -> PyResult<Operand> {
        let weights = weights.map(|weights| held(&format!("weights of {name}"), &weights)).transpose()?;
        Ok(Operand { kind: Kind::Cloud(held(&name, &points)?), name, weights })
    }
}

impl Operand {
    fn asked(&self) -> W2Operand<'_> {
        let name = &self.name;
        match &self.kind {
            Kind::Typed => W2Operand::Typed(name),
            Kind::Density(values) => W2Operand::Density { name, values: values.clone() },
            Kind::Cloud(points) => W2Operand::Cloud { name, points: points.clone() },
        }
    }
}

/// The distance: the JSON of `nashflow w2 --json`.
#[pyfunction]
#[pyo3(signature = (a, b, *, periods=None, origins=None, line=false, reading=None, tolerance=None, threads=None))]
#[expect(clippy::too_many_arguments, reason = "keywords of a Python function")]
pub fn w2(
    py: Python<'_>,
    a: &Operand,
    b: &Operand,
    periods: Option<Vec<f64>>,
    origins: Option<Vec<f64>>,
    line: bool,
    reading: Option<&str>,
    tolerance: Option<f64>,
    threads: Option<usize>,
) -> PyResult<String> {
    let reading: Option<Reading> =
        reading.map(str::parse).transpose().map_err(|error| InputError::new_err(format!("--reading: {error}")))?;
    let (a, b) = (a.clone(), b.clone());
    compute(py, &Manner { threads, watcher: None }, move |_| {
        let report = nashflow::experiment::w2(&W2Request {
            operands: [a.asked(), b.asked()],
            periods: periods.as_deref(),
            origins: origins.as_deref(),
            line,
            weights: [a.weights.clone(), b.weights.clone()],
            reading,
            tolerance,
            plan: None,
        })
        .map_err(Failure::from)?;
        Ok(crate::game::json(&report))
    })
}

//! Judgement of clouds of particles.

use crate::array::{Rounded, held, numeric};
use crate::failure::Failure;
use crate::worker::{Manner, compute};
use nashflow::experiment::{CloudArrays, CloudSource, RunSource, TimeChoice, ValidationRequest};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use std::path::PathBuf;

/// The arrays of a run in memory.
#[pyclass(frozen, module = "nashflow._native")]
#[derive(Debug)]
pub struct RunArrays(nashflow::experiment::RunArrays);

#[pymethods]
impl RunArrays {
    /// From the attribute `game` and the arrays that the output file has under these names.
    #[new]
    #[pyo3(signature = (name, game, time, mu, nu, equilibrium=None))]
    fn new(
        name: String,
        game: String,
        time: Vec<f64>,
        mu: Rounded<'_>,
        nu: Rounded<'_>,
        equilibrium: Option<[Rounded<'_>; 2]>,
    ) -> PyResult<RunArrays> {
        let equilibrium = match equilibrium {
            Some([mu, nu]) => Some([numeric(&mu)?, numeric(&nu)?]),
            None => None,
        };
        let densities = [numeric(&mu)?, numeric(&nu)?];
        Ok(RunArrays(nashflow::experiment::RunArrays { name, game, times: time, densities, equilibrium }))
    }
}

/// A cloud: a word of the command, or points of x and y, their weights, and times.
#[derive(FromPyObject)]
pub enum Cloud<'py> {
    /// As the command `nashflow validate` takes it.
    Typed(String),
    /// Arrays.
    Arrays([Option<Rounded<'py>>; 2], [Option<Rounded<'py>>; 2], Option<Rounded<'py>>),
}

/// A run: its file, or arrays.
#[derive(FromPyObject)]
pub enum Run {
    /// In memory.
    Arrays(Py<RunArrays>),
    /// The output file.
    File(PathBuf),
}

/// The verdict on a cloud: the JSON of `nashflow validate --json`.
#[pyfunction]
#[pyo3(signature = (cloud, run, *, times=None, equilibrium=false, replicas=false, samples=None, false_alarm_rate=0.05, seed=0, threads=None))]
#[expect(clippy::too_many_arguments, reason = "keywords of a Python function")]
pub fn validate(
    py: Python<'_>,
    cloud: Cloud<'_>,
    run: Run,
    times: Option<Vec<f64>>,
    equilibrium: bool,
    replicas: bool,
    samples: Option<usize>,
    false_alarm_rate: f64,
    seed: u64,
    threads: Option<usize>,
) -> PyResult<String> {
    if times.is_some() && equilibrium {
        return Err(PyTypeError::new_err("times and equilibrium exclude each other"));
    }
    let cloud = match cloud {
        Cloud::Typed(word) => Err(word),
        Cloud::Arrays(points, weights, times) => Ok(arrays(&points, &weights, times.as_ref())?),
    };
    compute(py, &Manner { threads, watcher: None }, move |control| {
        let report = nashflow::experiment::validate(&ValidationRequest {
            cloud: match &cloud {
                Ok(arrays) => CloudSource::Arrays(arrays),
                Err(word) => CloudSource::Typed(word),
            },
            against: match &run {
                Run::Arrays(arrays) => RunSource::Arrays(&arrays.get().0),
                Run::File(path) => RunSource::File(path),
            },
            times: match &times {
                Some(times) => TimeChoice::These(times),
                None if equilibrium => TimeChoice::Equilibrium,
                None => TimeChoice::OfCloud,
            },
            has_replicas: replicas,
            samples,
            false_alarm_rate,
            seed,
            destination: None,
            progress: &|_, _| control.leave_if_asked(),
        })
        .map_err(Failure::from)?;
        Ok(crate::game::json(&report))
    })
}

fn arrays(
    points: &[Option<Rounded<'_>>; 2],
    weights: &[Option<Rounded<'_>>; 2],
    times: Option<&Rounded<'_>>,
) -> PyResult<CloudArrays> {
    let pair = |arrays: &[Option<Rounded<'_>>; 2], names: [&str; 2]| -> PyResult<[Option<_>; 2]> {
        let [x, y] = [0, 1].map(|i| arrays[i].as_ref().map(|array| held(names[i], array)).transpose());
        Ok([x?, y?])
    };
    Ok(CloudArrays {
        name: "cloud".to_owned(),
        points: pair(points, ["x", "y"])?,
        weights: pair(weights, ["weights of x", "weights of y"])?,
        times: times.map(|times| held("times", times)).transpose()?,
    })
}

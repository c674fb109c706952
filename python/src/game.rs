//! A game and what is computed of it.

use crate::array::{axes, to_numpy};
use crate::failure::Failure;
use crate::worker::{Manner, compute};
use nashflow::experiment::{ParticleOutput, ParticleRequest, RunError, RunOptions, solve_equilibrium, solve_spectrum};
use nashflow::game::{GameFile, Player, catalogue};
use nashflow::particle::{ParticleScheme, Sampling};
use nashflow::torus::Grid;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// A report as the commands print it with `--json`.
pub fn json(report: &impl serde::Serialize) -> String {
    serde_json::to_string(report).expect("reports have string keys")
}

/// Version of the HDF5 library that files are written with.
pub fn hdf5_version() -> String {
    let (major, minor, patch) = hdf5::library_version();
    format!("{major}.{minor}.{patch}")
}

/// Names of the bundled games, each with what it shows.
#[pyfunction]
pub fn games() -> Vec<(&'static str, &'static str)> {
    catalogue::list().iter().map(|game| (game.name, game.summary())).collect()
}

/// A checked game file.
#[pyclass(frozen, module = "nashflow._native")]
#[derive(Debug)]
pub struct Game {
    file: Arc<GameFile>,
    /// What it goes by in messages: as it was asked for.
    word: PathBuf,
}

#[pymethods]
impl Game {
    /// The game file of this path or, when there is no such file, the bundled game of this name.
    #[staticmethod]
    fn load(py: Python<'_>, path: PathBuf, overrides: Vec<String>) -> PyResult<Game> {
        py.detach(|| Game::new(catalogue::load(&path, &overrides), path))
    }

    /// The bundled game of this name.
    #[staticmethod]
    fn bundled(name: &str, overrides: Vec<String>) -> PyResult<Game> {
        Game::new(catalogue::get(name).and_then(|game| game.load(&overrides)), PathBuf::from(name))
    }

    /// The game of a text that goes by this name.
    #[staticmethod]
    fn parse(py: Python<'_>, name: PathBuf, text: &str, overrides: Vec<String>) -> PyResult<Game> {
        py.detach(|| Game::new(GameFile::parse(&name, text, &overrides), name))
    }

    /// The same game with other values of keys.
    fn with_keys(&self, py: Python<'_>, overrides: Vec<String>) -> PyResult<Game> {
        py.detach(|| Game::new(GameFile::parse(self.file.path(), self.file.text(), &overrides), self.word.clone()))
    }

    /// Where the file stands.
    #[getter]
    fn path(&self) -> &std::path::Path {
        self.file.path()
    }

    /// Its name.
    #[getter]
    fn name(&self) -> &str {
        self.file.game().name()
    }

    /// The game file after overrides, TOML.
    #[getter]
    fn text(&self) -> &str {
        self.file.text()
    }

    /// The JSON of `nashflow equilibrium --json`, and arrays.
    #[pyo3(signature = (threads=None))]
    fn equilibrium<'py>(&self, py: Python<'py>, threads: Option<usize>) -> PyResult<(String, Bound<'py, PyDict>)> {
        let (file, word) = (self.file.clone(), self.word.clone());
        let (report, grids, densities) = compute(py, &Manner { threads, watcher: None }, move |_| {
            let solved = solve_equilibrium(&file).map_err(|error| Failure::of_game(&error, &word))?;
            let (discretisation, report) = solved;
            let grids = Player::BOTH.map(|player| discretisation.grid(player).clone());
            Ok((json(&report), grids, discretisation.equilibrium.densities().map(<[f64]>::to_vec)))
        })?;
        let arrays = of_grids(py, &grids)?;
        let [mu, nu] = densities;
        arrays.set_item("mu", to_numpy(py, mu, &grids[0].shape())?)?;
        arrays.set_item("nu", to_numpy(py, nu, &grids[1].shape())?)?;
        Ok((report, arrays))
    }

    /// The JSON of `nashflow spectrum --json`, and arrays on the finer grid.
    #[pyo3(signature = (count, threads=None))]
    fn spectrum<'py>(
        &self,
        py: Python<'py>,
        count: usize,
        threads: Option<usize>,
    ) -> PyResult<(String, Bound<'py, PyDict>)> {
        if !(1..=100).contains(&count) {
            return Err(PyValueError::new_err(format!("count = {count}: must be between 1 and 100")));
        }
        let (file, word) = (self.file.clone(), self.word.clone());
        let (linear, report) = compute(py, &Manner { threads, watcher: None }, move |_| {
            let (linear, report) = solve_spectrum(&file, count).map_err(|error| Failure::of_game(&error, &word))?;
            Ok((linear, json(&report)))
        })?;
        let grids = Player::BOTH.map(|player| linear.discretisation().grid(player).clone());
        let arrays = of_grids(py, &grids)?;
        let equilibrium = linear.discretisation().equilibrium.densities();
        for (i, [density, mode]) in [["mu", "modes_x"], ["nu", "modes_y"]].into_iter().enumerate() {
            let shape = grids[i].shape();
            arrays.set_item(density, to_numpy(py, equilibrium[i].to_vec(), &shape)?)?;
            let modes: Vec<_> = linear.eigenfunctions().iter().flat_map(|pair| pair[i].iter().copied()).collect();
            let all = [vec![linear.eigenfunctions().len()], shape].concat();
            arrays.set_item(mode, to_numpy(py, modes, &all)?)?;
        }
        Ok((report, arrays))
    }

    /// Runs the game into an output file: the JSON of `nashflow run --json`.
    #[pyo3(signature = (output, *, force, resume, checkpoint_seconds, threads=None, progress=None))]
    #[expect(clippy::too_many_arguments, reason = "keywords of a Python function")]
    fn run(
        &self,
        py: Python<'_>,
        output: PathBuf,
        force: bool,
        resume: bool,
        checkpoint_seconds: f64,
        threads: Option<usize>,
        progress: Option<Bound<'_, PyAny>>,
    ) -> PyResult<String> {
        let options = RunOptions {
            output,
            overwrite: force,
            resume,
            command: "nashflow.Game.run".to_owned(),
            checkpoint_every: seconds(checkpoint_seconds)?,
        };
        let (file, word) = (self.file.clone(), self.word.clone());
        compute(py, &Manner { threads, watcher: progress }, move |control| {
            let mut begun = resume;
            let summary = nashflow::experiment::run(&file, &options, control.flag(), &mut |progress| {
                // Later the run looks at the flag itself, and leaves a checkpoint.
                if !std::mem::replace(&mut begun, true) {
                    control.leave_if_asked();
                }
                control.show(progress);
            });
            summary.map(|summary| json(&summary)).map_err(|error| Failure::of_game(&error, &word))
        })
    }

    /// Simulates the particle system into an output file: the JSON of `nashflow particles --json`.
    #[pyo3(signature = (output, *, force, resume, checkpoint_seconds, counts, scheme, step, replicas, seed, sampling, distances, bandwidth, threads=None, progress=None))]
    #[expect(clippy::too_many_arguments, reason = "keywords of a Python function")]
    fn particles(
        &self,
        py: Python<'_>,
        output: PathBuf,
        force: bool,
        resume: bool,
        checkpoint_seconds: f64,
        counts: Option<[usize; 2]>,
        scheme: &str,
        step: Option<f64>,
        replicas: usize,
        seed: u64,
        sampling: &str,
        distances: bool,
        bandwidth: Option<[f64; 2]>,
        threads: Option<usize>,
        progress: Option<Bound<'_, PyAny>>,
    ) -> PyResult<String> {
        let request = ParticleRequest {
            counts,
            scheme: named_choice("--scheme", scheme, &ParticleScheme::ALL, ParticleScheme::name)?,
            step,
            replicas,
            seed,
            sampling: named_choice("--sampling", sampling, &Sampling::ALL, Sampling::name)?,
            distances,
            bandwidth,
        };
        let checkpoint_every = seconds(checkpoint_seconds)?;
        let (file, word) = (self.file.clone(), self.word.clone());
        compute(py, &Manner { threads, watcher: progress }, move |control| {
            let output = ParticleOutput {
                path: &output,
                overwrite: force,
                resume,
                command: "nashflow.Game.particles",
                checkpoint_every,
                before_moving: &|| control.leave_if_asked(),
                interrupted: control.flag(),
            };
            let report = nashflow::experiment::particles(&file, &request, Some(&output), &mut |progress| {
                control.show(progress);
            });
            report.map(|report| json(&report)).map_err(|error| Failure::of_game(&error, &word))
        })
    }
}

impl Game {
    fn new(file: Result<GameFile, nashflow::game::GameError>, word: PathBuf) -> PyResult<Game> {
        let file = file.map_err(|error| Failure::from(error).into_exception())?;
        Ok(Game { file: Arc::new(file), word })
    }
}

/// One of several by its name.
fn named_choice<T: Copy>(option: &str, name: &str, all: &[T], name_of: fn(T) -> &'static str) -> PyResult<T> {
    RunError::named(option, name, all, name_of)
        .map_err(|error| Failure::of_game(&error, std::path::Path::new("")).into_exception())
}

fn seconds(value: f64) -> PyResult<Duration> {
    Duration::try_from_secs_f64(value)
        .map_err(|_| PyValueError::new_err(format!("checkpoint_seconds = {value}: must be finite and not negative")))
}

/// The axes of both grids, under `x` and `y`.
fn of_grids<'py>(py: Python<'py>, grids: &[Grid; 2]) -> PyResult<Bound<'py, PyDict>> {
    let arrays = PyDict::new(py);
    for (player, grid) in Player::BOTH.into_iter().zip(grids) {
        arrays.set_item(player.letter(), axes(py, grid))?;
    }
    Ok(arrays)
}

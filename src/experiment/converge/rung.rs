//! One run of a ladder, and what is kept of it.

use super::ladder::{LARGEST_TAIL, Setting};
use crate::equilibrium;
use crate::experiment::discretisation::discretise_evolution;
use crate::experiment::rates::few_enough_nodes;
use crate::experiment::run::run_point;
use crate::experiment::spectrum::linear_spectrum_on;
use crate::experiment::sweep::{Findings, Stage};
use crate::experiment::{Discretisation, RunError, RunOptions, SpectrumSummary, discretise};
use crate::flow::PairLayout;
use crate::game::{Game, GameFile, Player};
use crate::output::{StateIndex, read_state};
use num_complex::Complex64;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

/// What came of a run.
pub struct Outcome {
    /// Equilibrium, spectrum, evolution.
    pub findings: Findings,
    /// The last pair.
    pub last: Option<Pair>,
    /// Why there is nothing, or no evolution.
    pub failure: Option<RunError>,
    /// Why there is no spectrum, where one was wanted.
    pub no_spectrum: Option<String>,
    /// Largest spectral tail of the densities at any snapshot.
    pub tail: Option<f64>,
    /// Whether `run` accepts this grid and tolerance.
    pub is_accepted: bool,
    /// Wall time.
    pub wall_seconds: f64,
}

/// A pair of densities on its grids.
pub struct Pair {
    layout: PairLayout,
    coefficients: Vec<Complex64>,
}

impl Pair {
    /// Distance to a pair on grids at least as fine, in the norm of the tolerance: `max` over the players of
    /// `|X|^(1/2) |.|_L2`.
    pub fn distance(&self, finer: &Pair) -> f64 {
        let moved = self.layout.resample(&finer.layout, &self.coefficients);
        let difference: Vec<Complex64> = moved.iter().zip(&finer.coefficients).map(|(a, b)| a - b).collect();
        finer.layout.norm(&difference)
    }

    /// `E exp(i k (x - origin))`, `k` the first wave along an axis of a player's torus.
    pub fn first_wave(&self, player: Player, axis: usize) -> Complex64 {
        let grid = self.layout.grid(player);
        // Coefficients stand column by column: the last axis is the slow one.
        let position = match axis + 1 == grid.dimension() {
            true => grid.rows(),
            false => 1,
        };
        self.layout.part(player, &self.coefficients)[position].conj() * grid.volume()
    }
}

/// Does the stages that something needs; `None` when it was interrupted. The file of the run is removed.
pub fn compute(
    setting: &Setting,
    needs: impl Fn(Stage) -> bool,
    output: &Path,
    interrupt: &AtomicBool,
) -> Option<Outcome> {
    let started = Instant::now();
    let mut outcome = Outcome {
        findings: Findings::default(),
        last: None,
        failure: None,
        no_spectrum: None,
        tail: None,
        is_accepted: false,
        wall_seconds: 0.0,
    };
    if needs(Stage::Evolution) {
        match outcome.evolve(setting, output, interrupt) {
            Err(RunError::Interrupted { .. }) => return None,
            Err(error) => outcome.failure = Some(error),
            Ok(()) => {}
        }
    }
    if needs(Stage::Spectrum) || (needs(Stage::Equilibrium) && outcome.findings.equilibrium.is_none()) {
        let file = lenient(setting);
        match discretise(file.game(), file.solver()) {
            Ok(discretisation) => outcome.findings.take_equilibrium(&discretisation),
            Err(error) => drop(outcome.failure.get_or_insert(error)),
        }
    }
    if needs(Stage::Spectrum) {
        match spectrum(setting) {
            Ok(found) => outcome.findings.spectrum = Some(found),
            Err(reason) => outcome.no_spectrum = Some(reason),
        }
    }
    outcome.is_accepted = outcome.failure.is_none() && outcome.accepts(setting);
    outcome.wall_seconds = started.elapsed().as_secs_f64();
    Some(outcome)
}

/// The game with a grid that may be coarser than a run accepts.
fn lenient(setting: &Setting) -> GameFile {
    setting.file.clone().allowing_tails(LARGEST_TAIL)
}

impl Outcome {
    fn evolve(&mut self, setting: &Setting, output: &Path, interrupt: &AtomicBool) -> Result<(), RunError> {
        let options = RunOptions {
            output: output.to_path_buf(),
            overwrite: true,
            resume: false,
            command: String::new(),
            checkpoint_every: Duration::MAX,
        };
        let result = run_point(&lenient(setting), &options, interrupt).and_then(|recorded| {
            self.last = Some(last_pair(output)?);
            Ok(recorded)
        });
        if !matches!(result, Err(RunError::Interrupted { .. })) {
            // What stays behind is removed with the folder.
            let _ = std::fs::remove_file(output);
        }
        let recorded = result?;
        let tails = recorded.snapshots.iter().map(|(_, d)| d.tail_x.max(d.tail_y));
        self.tail = Some(tails.fold(0.0, f64::max));
        self.findings.take_run(recorded);
        Ok(())
    }

    /// Whether a run would have gone to its end: its checks before the first step, and those of the snapshots.
    fn accepts(&self, setting: &Setting) -> bool {
        let tolerance = setting.file.solver().tolerance();
        let is_resolved = self.findings.equilibrium.as_ref().is_some_and(|e| e.tail <= equilibrium::LARGEST_TAIL)
            && self.tail.is_none_or(|tail| tail <= tolerance);
        is_resolved && (self.tail.is_none() || discretise_evolution(&setting.file).is_ok())
    }
}

fn last_pair(output: &Path) -> Result<Pair, RunError> {
    let read = |player| read_state(output, player, StateIndex::Last);
    let (mu, nu) = (read(Player::X)?, read(Player::Y)?);
    let layout = PairLayout::new(&mu.grid, &nu.grid);
    let coefficients = layout.from_values([&mu.values, &nu.values]);
    Ok(Pair { layout, coefficients })
}

/// The leading eigenvalue on the grid of the rung and on a finer one, as the command `spectrum` computes it.
fn spectrum(setting: &Setting) -> Result<SpectrumSummary, String> {
    let file = &setting.file;
    let reason = |error: RunError| error.to_string();
    RunError::unless_mfl_da("spectrum", file).map_err(reason)?;
    few_enough_nodes(file.game(), &setting.shapes)?;
    let on_grid = |game: &Game, shapes: &[Vec<usize>; 2]| Discretisation::on_coarse_grids(game, shapes, LARGEST_TAIL);
    let linear = linear_spectrum_on(file.game(), &setting.shapes, 1, on_grid).map_err(reason)?;
    Ok(SpectrumSummary::new(&linear, file.game(), 1))
}

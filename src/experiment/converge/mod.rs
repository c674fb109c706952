//! The command `converge`: one game on a ladder of grids and on a ladder of tolerances or steps, what order is observed, and
//! what accuracy follows.
//!
//! The rungs (`ladder.rs`) are runs as `sweep` makes them (`rung.rs`), side by side, in files that are thrown away. Each
//! quantity (`quantity.rs`) is followed along both ladders (`along.rs`): its differences, the law by which they fall
//! (`series.rs`, `order.rs`), the value at step 0 (`richardson.rs`), and an error bar for every rung; both together are the
//! report (`conclusion.rs`). In the end stands the cheapest pair of rungs that gives the accuracy asked for (`sufficient.rs`,
//! `answer.rs`). A rung that fails is a row with its reason.
//!
//! Grids too coarse for `run`, which refuses spectral tails above the tolerance, are run all the same, up to a tail of 5e-3:
//! their error is what shows the law. They are never named as sufficient.

mod along;
mod answer;
mod conclusion;
mod ladder;
mod order;
mod quantity;
mod record;
mod report;
mod richardson;
mod rung;
mod series;
mod sufficient;

pub use report::{
    AlongReport, BarsReport, ConvergenceLadder, ConvergenceReport, ExtrapolationReport, FitReport, FitsReport,
    QuantityReport, RungReport, SufficientReport,
};
pub use series::Behaviour;

use super::crew::side_by_side;
use super::sweep::Stage;
use super::workplace::Workplace;
use super::{Destination, RunError};
use crate::game::GameFile;
use crate::output::{Header, check_destination, write_convergence};
use conclusion::conclude;
use ladder::Ladders;
use quantity::Measured;
use record::record;
use rung::{Outcome, compute};
use std::sync::atomic::AtomicBool;
use std::time::Instant;

/// What is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct ConvergenceRequest {
    /// Points of the longest axis, increasing; around the game's own when there are none.
    pub grids: Option<Vec<f64>>,
    /// Tolerances, decreasing; around the game's own when there are none.
    pub tolerances: Option<Vec<f64>>,
    /// Steps, decreasing; from the game's own downwards when there are none.
    pub steps: Option<Vec<f64>>,
    /// What is compared; all when there are none.
    pub quantities: Option<Vec<String>>,
    /// The accuracy that is wanted in every quantity.
    pub accuracy: f64,
    /// Runs that are made at once.
    pub threads: usize,
}

impl Default for ConvergenceRequest {
    fn default() -> ConvergenceRequest {
        ConvergenceRequest { grids: None, tolerances: None, steps: None, quantities: None, accuracy: 1e-6, threads: 1 }
    }
}

/// Runs the ladders; with a destination, writes values and errors at all rungs. `watch` is told how many runs are finished,
/// and how many there are.
///
/// # Errors
/// [`RunError`] of the request, of the output and of an interruption, or that of the finest run when all fail.
pub fn converge(
    file: &GameFile,
    request: &ConvergenceRequest,
    destination: Option<Destination<'_>>,
    interrupt: &AtomicBool,
    watch: &mut dyn FnMut(usize, usize),
) -> Result<ConvergenceReport, RunError> {
    let started = Instant::now();
    if let Some(destination) = &destination {
        check_destination(destination.path, destination.overwrite)?;
    }
    if !(request.accuracy.is_finite() && request.accuracy > 0.0) {
        let message = format!("must be positive and finite, got {:?}", request.accuracy);
        return Err(RunError::option("--accuracy", message));
    }
    let measured = Measured::chosen(file.game(), request.quantities.as_deref())?;
    let mut ladders = Ladders::new(file, request)?;
    if !measured.iter().any(Measured::follows_time) {
        ladders.hold_time();
    }
    let workplace = Workplace::new("converge")?;
    let mut outcomes = run_all(&ladders, &measured, &workplace, request.threads, interrupt, watch)?;
    if outcomes.iter().all(|outcome| outcome.failure.is_some()) {
        let error = outcomes.swap_remove(ladders.base()).failure.expect("all have failed");
        let message = workplace.without_its_name(&error.to_string());
        return Err(match error.exit_status() {
            super::error::NUMERICAL_FAILURE => RunError::AllRungs { message },
            _ => error,
        });
    }
    let reasons = |error: &RunError| workplace.without_its_name(&error.to_string());
    let mut report = conclude(file, request, &ladders, &measured, &outcomes, &reasons);
    if let Some(destination) = destination {
        (destination.before_writing)();
        let record = record(&report);
        let header = Header::new(file.text(), destination.command, file.game().name());
        write_convergence(destination.path, destination.overwrite, &header, &record)?;
        report.output = Some(destination.path.display().to_string());
    }
    report.wall_seconds = started.elapsed().as_secs_f64();
    Ok(report)
}

/// All runs in the order of the settings, the dearest first.
fn run_all(
    ladders: &Ladders,
    measured: &[Measured],
    workplace: &Workplace,
    threads: usize,
    interrupt: &AtomicBool,
    watch: &mut dyn FnMut(usize, usize),
) -> Result<Vec<Outcome>, RunError> {
    let count = ladders.settings.len();
    let last = ladders.times.len() - 1;
    let order: Vec<usize> = ladders.grids.iter().rev().chain(ladders.times[..last].iter().rev()).copied().collect();
    let compute_one = |number: usize| {
        let run = order[number];
        // Only evolutions depend on how time is stepped.
        let is_grid = ladders.grids.contains(&run);
        let needs = |stage| (is_grid || stage == Stage::Evolution) && measured.iter().any(|one| one.stage() == stage);
        Some((run, compute(&ladders.settings[run], needs, &workplace.file(run), interrupt)?))
    };
    let mut outcomes: Vec<Option<Outcome>> = (0..count).map(|_| None).collect();
    let mut finished = 0;
    watch(finished, count);
    side_by_side(count, threads, interrupt, compute_one, |(run, outcome)| -> Result<(), RunError> {
        outcomes[run] = Some(outcome);
        finished += 1;
        watch(finished, count);
        Ok(())
    })?;
    outcomes.into_iter().collect::<Option<Vec<Outcome>>>().ok_or(RunError::LadderInterrupted { finished, runs: count })
}

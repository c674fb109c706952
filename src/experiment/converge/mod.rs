//! The command `converge`: one game on a ladder of grids and on a ladder of tolerances or steps, what order is observed, and
//! what accuracy follows.
//!
//! The rungs (`ladder.rs`) are runs as `sweep` makes them (`rung.rs`), side by side, in files that are thrown away. Each
//! quantity (`quantity.rs`) is followed along both ladders (`along.rs`): its differences, the law by which they fall
//! (`series.rs`, `order.rs`), the value at step 0 (`richardson.rs`), and an error bar for every rung. In the end stands the
//! cheapest pair of rungs that gives the accuracy asked for (`sufficient.rs`). A rung that fails is a row with its reason.
//!
//! Grids too coarse for `run`, which refuses spectral tails above the tolerance, are run all the same, up to a tail of 5e-3:
//! their error is what shows the law. They are never named as sufficient.

mod along;
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
use super::run::new_stepper;
use super::sweep::Stage;
use super::workplace::Workplace;
use super::{Destination, RunError};
use crate::game::GameFile;
use crate::output::{check_destination, write_convergence};
use along::Ladder;
use ladder::{Axis, Ladders, Setting};
use quantity::Measured;
use record::record;
use rung::{Outcome, compute};
use std::sync::atomic::AtomicBool;
use std::time::Instant;
use sufficient::{Errors, GridRung, Pairing, TimeRung, cheapest, worst};

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
        write_convergence(destination.path, destination.overwrite, file.text(), destination.command, &record)?;
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
        let needs = |stage| {
            let needed = |one: &&Measured| one.stage() == stage && (is_grid || stage == Stage::Evolution);
            measured.iter().any(|one| needed(&one))
        };
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

fn conclude(
    file: &GameFile,
    request: &ConvergenceRequest,
    ladders: &Ladders,
    measured: &[Measured],
    outcomes: &[Outcome],
    reasons: &dyn Fn(&RunError) -> String,
) -> ConvergenceReport {
    let run = |run: &usize| (&ladders.settings[*run], &outcomes[*run]);
    let declared = match ladders.time_axis {
        Axis::Step => f64::from(new_stepper(file).order()),
        _ => 1.0,
    };
    let grids = Ladder { axis: Axis::Grid, declared: None, runs: ladders.grids.iter().map(run).collect() };
    let times =
        Ladder { axis: ladders.time_axis, declared: Some(declared), runs: ladders.times.iter().map(run).collect() };
    let finest = (&ladders.settings[ladders.base()], &outcomes[ladders.base()]);
    let quantities: Vec<QuantityReport> =
        measured.iter().map(|one| quantity(one, &grids, &times, finest, reasons)).collect();
    let rungs = |ladder: &Ladder<'_>| ConvergenceLadder {
        axis: ladder.axis.name(),
        declared_order: ladder.declared,
        rungs: ladder
            .runs
            .iter()
            .map(|(setting, outcome)| RungReport::new(setting, outcome, outcome.failure.as_ref().map(reasons)))
            .collect(),
    };
    let (grids, times) = (rungs(&grids), rungs(&times));
    let (found, sentence) = sufficient(request, ladders, &grids, &times, &quantities);
    ConvergenceReport {
        game: file.game().name().to_owned(),
        dynamics: file.flow().name(),
        scheme: file.solver().scheme().name(),
        time: file.solver().time(),
        notes: notes(ladders, &grids, &times),
        grids,
        times,
        quantities,
        accuracy: request.accuracy,
        sufficient: found,
        sentence,
        output: None,
        wall_seconds: 0.0,
    }
}

/// One quantity along both ladders.
fn quantity(
    one: &Measured,
    grids: &Ladder<'_>,
    times: &Ladder<'_>,
    (setting, finest): (&Setting, &Outcome),
    reasons: &dyn Fn(&RunError) -> String,
) -> QuantityReport {
    let along_times = if one.follows_time() { times.follow(one, 0.0) } else { None };
    // Another grid may change the pattern of the steps that an error control takes, and so the error of all of them.
    let floor = match &along_times {
        _ if !one.follows_time() || grids.has_equal_steps() => 0.0,
        Some(along) => along.error.unwrap_or(0.0),
        None => setting.accuracy * one.value(finest).map_or(1.0, f64::abs),
    };
    let along_grids = grids.follow(one, floor);
    let value = one.value(finest);
    let extrapolated = along_times.as_ref().and_then(|along| along.richardson).filter(|_| value.is_some());
    let has_something = value.is_some() || (one.is_state() && finest.last.is_some());
    let is_compared = along_grids.is_some() || along_times.is_some();
    let error = total_error(&along_grids, &along_times).filter(|_| has_something && is_compared);
    let reason = match (has_something, error) {
        (false, _) => Some(format!("at the finest rung {}", one.why_missing(finest, reasons))),
        (true, None) if !is_compared => Some("nothing that it depends on was varied".to_owned()),
        (true, None) => Some("fewer than two rungs of a ladder have a value".to_owned()),
        (true, Some(_)) if one.is_state() => Some("a pair of densities is no number".to_owned()),
        (true, Some(_)) => None,
    };
    let bars = bars(along_grids.iter().chain(&along_times));
    QuantityReport {
        name: one.name.clone(),
        meaning: one.meaning.clone(),
        value: extrapolated.map(|best| best.value).or(value),
        error,
        from: value.map(|_| if extrapolated.is_some() { "richardson" } else { "finest" }),
        reason,
        grids: along_grids,
        times: along_times,
        bars,
    }
}

/// The error bar of the best value: that of both ladders, where there are two. `None` where one of them has no error.
fn total_error(grids: &Option<AlongReport>, times: &Option<AlongReport>) -> Option<f64> {
    let grid = grids.as_ref().map_or(Some(0.0), |along| along.error)?;
    let time = times.as_ref().map_or(Some(0.0), |along| along.richardson.map(|best| best.error).or(along.error))?;
    Some(grid + time)
}

/// How many of the stated error bars held.
fn bars<'a>(ladders: impl Iterator<Item = &'a AlongReport>) -> Option<BarsReport> {
    let mut bars = BarsReport { held: 0, failed: 0, undecided: 0 };
    for along in ladders {
        for (_, held) in along.stated.iter().zip(&along.held).filter(|(stated, _)| stated.is_some()) {
            match held {
                Some(true) => bars.held += 1,
                Some(false) => bars.failed += 1,
                None => bars.undecided += 1,
            }
        }
    }
    (bars.held + bars.failed + bars.undecided > 0).then_some(bars)
}

/// What suffices, and the sentence on it.
fn sufficient(
    request: &ConvergenceRequest,
    ladders: &Ladders,
    grids: &ConvergenceLadder,
    times: &ConvergenceLadder,
    quantities: &[QuantityReport],
) -> (Option<SufficientReport>, String) {
    let accuracy = request.accuracy;
    let known: Vec<&QuantityReport> = quantities.iter().filter(|quantity| quantity.error.is_some()).collect();
    let errors: Vec<Errors> = known.iter().map(|quantity| errors(quantity, grids, times)).collect();
    let grid_rungs: Vec<GridRung> = grids.rungs.iter().map(grid_rung).collect();
    let time_rungs: Vec<TimeRung> = ladders
        .times
        .iter()
        .zip(&times.rungs)
        .map(|(run, rung)| TimeRung {
            evaluations: rung
                .evaluations
                .map_or(if times.rungs.len() == 1 { 1.0 } else { f64::NAN }, |count| count as f64),
            largest_tail: ladders.settings[*run].file.solver().tolerance(),
        })
        .collect();
    let name = |pairing: &Pairing| known[pairing.quantity].name.clone();
    let proviso = held_fixed([grids, times]).map_or_else(String::new, |note| format!("; {note}"));
    match cheapest(&grid_rungs, &time_rungs, &errors, accuracy) {
        Some(found) => {
            let (grid, time) = (&grids.rungs[found.grid], &times.rungs[found.time]);
            let step = match (time.tolerance, time.step) {
                (Some(tolerance), _) => format!("tolerance {tolerance:e}"),
                (None, step) => format!("step {:e}", step.unwrap_or(f64::NAN)),
            };
            let sentence = format!(
                "For {accuracy:e} in every quantity: n = {} and {step} suffice (largest error {:.0e}, in {}){proviso}",
                grid.points,
                found.error,
                name(&found)
            );
            let report = SufficientReport {
                grid: grid.grid.clone(),
                points: grid.points,
                tolerance: time.tolerance,
                step: time.step,
                error: found.error,
                quantity: name(&found),
            };
            (Some(report), sentence)
        }
        None => {
            let why = match worst(&errors, grids.rungs.len() - 1, times.rungs.len() - 1) {
                Some(left) if left.error > accuracy => {
                    format!("at the finest the error is still {:.0e}, in {}", left.error, name(&left))
                }
                Some(_) => "run does not accept the grids and tolerances that are accurate enough".to_owned(),
                None if grids.rungs.iter().rev().take(1).any(|rung| rung.failure.is_some()) => {
                    "the finest failed, so that no error is known".to_owned()
                }
                None => "no error is known at the finest".to_owned(),
            };
            (None, format!("For {accuracy:e} in every quantity no rung suffices: {why}{proviso}"))
        }
    }
}

/// That a ladder has one rung.
fn held_fixed(ladders: [&ConvergenceLadder; 2]) -> Option<String> {
    let axis = ladders.into_iter().find(|ladder| ladder.rungs.len() == 1)?.axis;
    Some(format!("the {axis} was not varied, and its error is in no error bar"))
}

fn grid_rung(rung: &RungReport) -> GridRung {
    let nodes: usize = [&rung.grid.x, &rung.grid.y].into_iter().map(|shape| shape.iter().product::<usize>()).sum();
    GridRung {
        nodes: nodes as f64,
        tail: rung.tail.unwrap_or(0.0),
        is_usable: rung.failure.is_none()
            && rung.equilibrium_tail.is_some_and(|tail| tail <= crate::equilibrium::LARGEST_TAIL),
    }
}

/// Errors of a quantity at all rungs; 0 along a ladder on which it does not depend, or of which there is one rung.
fn errors(quantity: &QuantityReport, grids: &ConvergenceLadder, times: &ConvergenceLadder) -> Errors {
    let of = |along: &Option<AlongReport>, rungs: usize| match along {
        Some(along) => along.errors.iter().map(|error| error.unwrap_or(f64::NAN)).collect(),
        None => vec![0.0; rungs],
    };
    Errors { grids: of(&quantity.grids, grids.rungs.len()), times: of(&quantity.times, times.rungs.len()) }
}

fn notes(ladders: &Ladders, grids: &ConvergenceLadder, times: &ConvergenceLadder) -> Vec<String> {
    let mut notes: Vec<String> = held_fixed([grids, times]).into_iter().collect();
    let finest = &grids.rungs[grids.rungs.len() - 1];
    if finest.failure.is_none() && !finest.accepted {
        let tolerance = ladders.settings[ladders.base()].file.solver().tolerance();
        notes.push(format!("run does not accept the finest grid at the tolerance {tolerance:e}: add a finer grid"));
    }
    let verdicts: Vec<_> = grids.rungs.iter().chain(&times.rungs).filter_map(|rung| rung.verdict).collect();
    if verdicts.windows(2).any(|pair| pair[0] != pair[1]) {
        notes.push("the verdict is not the same at all rungs".to_owned());
    }
    notes
}

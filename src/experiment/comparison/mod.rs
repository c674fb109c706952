//! The command `compare`: several dynamics on one game from one initial state, side by side.
//!
//! Each is a run of its own (`run.rs`), in a file that is thrown away; a dynamics that fails is a row with its reason, and
//! the others go on.

mod choice;
mod report;

pub use choice::split_dynamics;
pub(super) use report::first_time;
pub use report::{ComparisonReport, ContestantReport, Crossing};

use super::run::{Recorded, run_recorded};
use super::workplace::Workplace;
use super::{Destination, Progress, RunError, RunOptions};
use crate::game::GameFile;
use crate::output::{ComparisonRecord, Diagnostics, Header, check_destination, write_comparison};
use choice::contestants;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

/// What is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct ComparisonRequest {
    /// The dynamics: `NAME`, or `NAME:KEY=VALUE:..` with keys of `[flow]`.
    pub dynamics: Vec<String>,
    /// Distances whose times are wanted.
    pub w2: Vec<f64>,
    /// Duality gaps whose times are wanted.
    pub nikaido_isoda: Vec<f64>,
}

/// One dynamics with what its run recorded, or why there is none.
struct Contestant {
    label: String,
    file: GameFile,
    outcome: Result<Recorded, String>,
    wall_seconds: f64,
}

/// Runs every dynamics; with a destination, writes their diagnostics side by side.
///
/// # Errors
/// [`RunError`] of the request, of the output and of an interruption, or that of the first dynamics when all fail.
pub fn compare(
    file: &GameFile,
    request: &ComparisonRequest,
    destination: Option<Destination<'_>>,
    interrupt: &AtomicBool,
    watch: &mut dyn FnMut(&Progress),
) -> Result<ComparisonReport, RunError> {
    if let Some(destination) = &destination {
        check_destination(destination.path, destination.overwrite)?;
    }
    check_thresholds("--w2", &request.w2)?;
    check_thresholds("--ni", &request.nikaido_isoda)?;
    let files = contestants(file, &request.dynamics)?;
    let workplace = Workplace::new("compare")?;
    let mut finished = Vec::new();
    let mut first_failure = None;
    for (number, (label, file)) in files.into_iter().enumerate() {
        let started = Instant::now();
        let options = RunOptions {
            output: workplace.file(number),
            overwrite: false,
            resume: false,
            command: String::new(),
            checkpoint_every: Duration::MAX,
        };
        let outcome = match run_recorded(&file, &options, interrupt, watch) {
            Ok(recorded) => Ok(recorded),
            Err(RunError::Interrupted { time, .. }) => {
                return Err(RunError::ComparisonInterrupted { dynamics: label, time });
            }
            Err(error) => {
                let reason = workplace.without_its_name(&error.to_string());
                first_failure.get_or_insert(error);
                Err(reason)
            }
        };
        finished.push(Contestant { label, file, outcome, wall_seconds: started.elapsed().as_secs_f64() });
    }
    if let Some(error) = first_failure.filter(|_| finished.iter().all(|one| one.outcome.is_err())) {
        return Err(error);
    }
    let mut report = ComparisonReport::new(file, request, &finished);
    if let Some(destination) = destination {
        (destination.before_writing)();
        let record = record(file, &finished);
        let header = Header::new(file.text(), destination.command, file.game().name());
        write_comparison(destination.path, destination.overwrite, &header, &record)?;
        report.output = Some(destination.path.display().to_string());
    }
    Ok(report)
}

fn check_thresholds(option: &str, thresholds: &[f64]) -> Result<(), RunError> {
    match thresholds.iter().find(|value| !(value.is_finite() && **value > 0.0)) {
        Some(value) => Err(RunError::option(option, format!("thresholds are positive and finite, got {value:?}"))),
        None => Ok(()),
    }
}

/// The diagnostics of every dynamics at every snapshot; NaN where a run failed.
fn record(file: &GameFile, finished: &[Contestant]) -> ComparisonRecord {
    let times = file.output().times().to_vec();
    let column = |pick: fn(&Diagnostics) -> f64| -> Vec<f64> {
        let of = |one: &Contestant| match &one.outcome {
            Ok(recorded) => recorded.snapshots.iter().map(|(_, d)| pick(d)).collect(),
            Err(_) => vec![f64::NAN; times.len()],
        };
        finished.iter().flat_map(of).collect()
    };
    let columns = vec![
        ("w2", "distance of the pair to the equilibrium", column(|d| d.w2)),
        ("w2_error", "error bar of w2", column(|d| d.w2_error)),
        ("nikaido_isoda", "duality gap", column(|d| d.nikaido_isoda)),
        ("energy", "F(mu, nu)", column(|d| d.energy)),
        ("kl_x", "relative entropy of mu to mu*", column(|d| d.kl_x)),
        ("kl_y", "relative entropy of nu to nu*", column(|d| d.kl_y)),
    ];
    ComparisonRecord { labels: finished.iter().map(|one| one.label.clone()).collect(), times, columns }
}

//! The object of `converge --json`.

use super::ladder::Setting;
use super::order::Fit;
use super::rung::Outcome;
use super::series::Behaviour;
use crate::experiment::{GridSummary, Verdict};
use crate::game::Scheme;
use serde::Serialize;

/// A game along its ladders.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ConvergenceReport {
    /// Name of the game.
    pub game: String,
    /// The dynamics.
    pub dynamics: &'static str,
    /// The time stepping scheme.
    pub scheme: &'static str,
    /// Final time.
    pub time: f64,
    /// The ladder of grids.
    pub grids: ConvergenceLadder,
    /// The ladder of tolerances or steps.
    pub times: ConvergenceLadder,
    /// What was compared.
    pub quantities: Vec<QuantityReport>,
    /// The accuracy that was asked for.
    pub accuracy: f64,
    /// What suffices for it; null when nothing does.
    pub sufficient: Option<SufficientReport>,
    /// The same in words.
    pub sentence: String,
    /// What else should be known.
    pub notes: Vec<String>,
    /// The output file, if one was asked for.
    pub output: Option<String>,
    /// Wall time.
    pub wall_seconds: f64,
}

/// A ladder.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ConvergenceLadder {
    /// `grid`, `tolerance` or `step`.
    pub axis: &'static str,
    /// The order that the scheme declares in the step; 1 in the tolerance; null for grids.
    pub declared_order: Option<f64>,
    /// Its runs, coarse to fine; the last run of both ladders is the same.
    pub rungs: Vec<RungReport>,
}

/// A run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RungReport {
    /// Points per axis.
    pub grid: GridSummary,
    /// Points of the longest axis.
    pub points: usize,
    /// The tolerance; null for the schemes of fixed step.
    pub tolerance: Option<f64>,
    /// The step; null for the scheme adaptive.
    pub step: Option<f64>,
    /// Why it failed; null when it did not.
    pub failure: Option<String>,
    /// Why it has no spectrum, where one was wanted.
    pub no_spectrum: Option<String>,
    /// Whether the command `run` accepts this grid: it asks that all spectral tails be at most the tolerance.
    pub accepted: bool,
    /// Largest spectral tail of the densities at a snapshot.
    pub tail: Option<f64>,
    /// Largest spectral tail of the equilibrium.
    pub equilibrium_tail: Option<f64>,
    /// Accepted steps.
    pub steps: Option<usize>,
    /// Rejected steps.
    pub rejected: Option<usize>,
    /// Evaluations of the right-hand side by the steps.
    pub evaluations: Option<usize>,
    /// The verdict.
    pub verdict: Option<Verdict>,
    /// Wall time.
    pub wall_seconds: f64,
}

/// A quantity.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct QuantityReport {
    /// Its name.
    pub name: String,
    /// Its meaning.
    pub meaning: String,
    /// The best value: extrapolated to step 0 where that is possible, that of the finest run otherwise; null with a reason.
    pub value: Option<f64>,
    /// Error bar of the value: that of the grids plus that of the tolerances or steps.
    pub error: Option<f64>,
    /// `richardson` or `finest`.
    pub from: Option<&'static str>,
    /// Why there is no value or no error.
    pub reason: Option<String>,
    /// Along the grids; null where there is nothing to compare.
    pub grids: Option<AlongReport>,
    /// Along the tolerances or steps; null for what does not depend on them.
    pub times: Option<AlongReport>,
    /// The error bars that the runs state against the errors seen; null when they state none.
    pub bars: Option<BarsReport>,
}

/// A quantity along a ladder, one entry for each rung; null where a rung has none.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AlongReport {
    /// Values.
    pub values: Vec<Option<f64>>,
    /// Sizes of the differences to the finest rung that has a value.
    pub differences: Vec<Option<f64>>,
    /// Errors: distance to the best value plus its error bar.
    pub errors: Vec<Option<f64>>,
    /// Local order of each rung and the two before it.
    pub orders: Vec<Option<f64>>,
    /// How differences fall; null when fewer than two rungs have a value.
    pub behaviour: Option<Behaviour>,
    /// The observed order.
    pub order: Option<f64>,
    /// By what `exp(-rate)` a spectral error falls with each point of the longest axis.
    pub rate: Option<f64>,
    /// Fits of an exponential and of a power of the points; null when there are too few differences.
    pub fits: Option<FitsReport>,
    /// The value at step 0.
    pub richardson: Option<ExtrapolationReport>,
    /// Why there is no value at step 0.
    pub reason: Option<String>,
    /// Error bar of the value of the finest rung.
    pub error: Option<f64>,
    /// Differences at or below this say nothing.
    pub floor: Option<f64>,
    /// The error bars that the runs state.
    pub stated: Vec<Option<f64>>,
    /// Whether the stated bar held; null where none is stated, or the error is not known well enough.
    pub held: Vec<Option<bool>>,
}

/// Two laws fitted to the same differences.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct FitsReport {
    /// `exp(-rate n)`.
    pub exponential: FitReport,
    /// `n^-rate`.
    pub power: FitReport,
}

/// A fit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct FitReport {
    /// The rate.
    pub rate: f64,
    /// Root mean square of what is left of the natural logarithms.
    pub residual: f64,
}

impl From<Fit> for FitReport {
    fn from(fit: Fit) -> FitReport {
        FitReport { rate: fit.rate, residual: fit.residual }
    }
}

/// An extrapolated value.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ExtrapolationReport {
    /// The value.
    pub value: f64,
    /// Its error bar.
    pub error: f64,
}

/// How many stated error bars held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct BarsReport {
    /// Error bars that held.
    pub held: usize,
    /// Error bars that did not hold.
    pub failed: usize,
    /// Those of which that is not known.
    pub undecided: usize,
}

/// A grid and a tolerance or step that suffice.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SufficientReport {
    /// Points per axis.
    pub grid: GridSummary,
    /// Points of the longest axis.
    pub points: usize,
    /// The tolerance; null for the schemes of fixed step.
    pub tolerance: Option<f64>,
    /// The step; null for the scheme adaptive.
    pub step: Option<f64>,
    /// Largest error.
    pub error: f64,
    /// The quantity that has it.
    pub quantity: String,
}

impl RungReport {
    pub(super) fn new(setting: &Setting, outcome: &Outcome, failure: Option<String>) -> RungReport {
        let solver = setting.file.solver();
        let summary = outcome.findings.recorded.as_ref().map(|recorded| &recorded.summary);
        RungReport {
            grid: grid(setting),
            points: setting.points,
            tolerance: tolerance(setting),
            step: solver.step(),
            failure,
            no_spectrum: outcome.no_spectrum.clone(),
            accepted: outcome.is_accepted,
            tail: outcome.tail,
            equilibrium_tail: outcome.findings.equilibrium.as_ref().map(|equilibrium| equilibrium.tail),
            steps: summary.map(|summary| summary.steps),
            rejected: summary.map(|summary| summary.rejected),
            evaluations: summary.map(|summary| solver.scheme().evaluations(summary.steps, summary.rejected)),
            verdict: summary.map(|summary| summary.verdict),
            wall_seconds: outcome.wall_seconds,
        }
    }
}

/// Points per axis of a run.
pub fn grid(setting: &Setting) -> GridSummary {
    let [x, y] = setting.shapes.clone();
    GridSummary { x, y }
}

/// The tolerance of a run that steps by it.
pub fn tolerance(setting: &Setting) -> Option<f64> {
    let solver = setting.file.solver();
    (solver.scheme() == Scheme::Adaptive).then_some(solver.tolerance())
}

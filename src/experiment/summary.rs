//! What a run has to say for itself: the object of `run --json`.

use super::cells::is_in_cells;
use super::cycle::cycle_at_end;
use super::line::LineSummary;
use super::verdict::{Verdict, judge};
use super::{CycleSummary, Discretisation, RateComparison, SpectrumSummary};
use crate::diagnostics::{Decay, fit_decay};
use crate::equilibrium::Equilibrium;
use crate::game::{GameFile, Scheme};
use crate::output::Diagnostics;
use crate::stepper::{Etd43, OwnScheme};
use serde::Serialize;

/// What a run with finite volumes has to say for itself.
const FINITE_VOLUMES: &str = "finite volumes: densities are positive or 0 and keep their mass; what the grid leaves out is of the \
    order h^2 where a density is positive, more at the edge of a support, and in no error bar of this summary";

/// What a vacuum means for a run.
const VACUUM: &str =
    "the equilibrium has a vacuum, which mass does not pass: a state of rest need not be the equilibrium";

/// Points per axis.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GridSummary {
    /// Of the x player.
    pub x: Vec<usize>,
    /// Of the y player.
    pub y: Vec<usize>,
}

impl GridSummary {
    /// The grids of a discretisation.
    pub fn new(discretisation: &Discretisation) -> GridSummary {
        let [x, y] = discretisation.shapes();
        GridSummary { x, y }
    }
}

/// How the payoff is represented.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PayoffSummary {
    /// `low rank` or `spectral`.
    pub form: &'static str,
    /// Number of products or modes.
    pub rank: usize,
    /// Largest error found, relative to the range.
    pub error: f64,
    /// `max f - min f`.
    pub range: f64,
}

impl PayoffSummary {
    /// The payoff of a discretisation.
    pub fn new(discretisation: &Discretisation) -> PayoffSummary {
        let payoff = &discretisation.payoff;
        PayoffSummary { form: payoff.form().name(), rank: payoff.rank(), error: payoff.error(), range: payoff.range() }
    }
}

/// The equilibrium and what certifies it; bounds that say nothing are null.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EquilibriumSummary {
    /// Duality gap.
    pub nikaido_isoda: f64,
    /// Largest residual of the log-densities; of the slopes `phi'` with another regulariser than the entropy.
    pub residual: f64,
    /// `F(mu*, nu*)`.
    pub energy: f64,
    /// Newton steps over all temperatures.
    pub iterations: usize,
    /// Bound on `KL(mu | mu*)` between the computed and the exact equilibrium, per player; null where it is not known.
    pub kl_bound: [Option<f64>; 2],
    /// Bound on the L1 distance, per player; null where it is not known.
    pub l1_bound: [Option<f64>; 2],
    /// Bound on W2, per player.
    pub w2_bound: [Option<f64>; 2],
    /// Largest spectral tail of the pair.
    pub tail: f64,
    /// Share of the torus on which each density is positive; below 1 only where the regulariser lets it vanish.
    pub support: [f64; 2],
}

impl EquilibriumSummary {
    /// The equilibrium of a discretisation.
    pub fn new(discretisation: &Discretisation) -> EquilibriumSummary {
        let equilibrium = &discretisation.equilibrium;
        let bounds = equilibrium.bounds();
        EquilibriumSummary {
            nikaido_isoda: equilibrium.nikaido_isoda(),
            residual: equilibrium.residual(),
            energy: equilibrium.energy(),
            iterations: equilibrium.iterations(),
            kl_bound: [0, 1].map(|p| bounds.map(|both| both[p].relative_entropy)),
            l1_bound: [0, 1].map(|p| bounds.map(|both| both[p].l1)),
            w2_bound: [0, 1].map(|p| bounds.and_then(|both| both[p].wasserstein)),
            tail: equilibrium.tail().iter().flatten().copied().fold(0.0, f64::max),
            support: support(equilibrium),
        }
    }
}

fn support(equilibrium: &Equilibrium) -> [f64; 2] {
    if !equilibrium.regulariser().may_vanish() {
        return [1.0; 2];
    }
    equilibrium.densities().map(|r| r.iter().filter(|r| **r > 0.0).count() as f64 / r.len() as f64)
}

/// A state. What could not be had is null.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StateSummary {
    /// Product distance to the equilibrium.
    pub w2: Option<f64>,
    /// Of `mu`.
    pub w2_x: Option<f64>,
    /// Of `nu`.
    pub w2_y: Option<f64>,
    /// Error bar of `w2`.
    pub w2_error: Option<f64>,
    /// Duality gap.
    pub nikaido_isoda: Option<f64>,
    /// `F(mu, nu)`.
    pub energy: Option<f64>,
    /// Larger deviation of the two masses from 1.
    pub mass_error: Option<f64>,
    /// Smallest node value of both densities.
    pub min_density: Option<f64>,
    /// Largest spectral tail.
    pub tail: Option<f64>,
}

impl StateSummary {
    fn new(d: &Diagnostics) -> StateSummary {
        let known = |value: f64| value.is_finite().then_some(value);
        StateSummary {
            w2: known(d.w2),
            w2_x: known(d.w2_x),
            w2_y: known(d.w2_y),
            w2_error: known(d.w2_error),
            nikaido_isoda: known(d.nikaido_isoda),
            energy: known(d.energy),
            mass_error: known((d.mass_x - 1.0).abs().max((d.mass_y - 1.0).abs())),
            min_density: known(d.min_x.min(d.min_y)),
            tail: known(d.tail_x.max(d.tail_y)),
        }
    }
}

/// The summary of a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    /// Name of the game.
    pub game: String,
    /// The output file.
    pub output: String,
    /// Final grids.
    pub grid: GridSummary,
    /// The regulariser.
    pub regulariser: &'static str,
    /// The dynamics.
    pub dynamics: &'static str,
    /// The time stepping scheme.
    pub scheme: &'static str,
    /// Tolerance of the state; null for the schemes of fixed step, which have none.
    pub tolerance: Option<f64>,
    /// The payoff operator.
    pub payoff: PayoffSummary,
    /// Players on the line: their boxes and tails.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<LineSummary>,
    /// Final time.
    pub time: f64,
    /// Accepted steps.
    pub steps: usize,
    /// Rejected steps.
    pub rejected: usize,
    /// Snapshots in the file.
    pub snapshots: usize,
    /// Wall time of this call; null when the file was already finished.
    pub wall_seconds: Option<f64>,
    /// The equilibrium.
    pub equilibrium: EquilibriumSummary,
    /// The spectrum of the linearisation; null with the reason among the notes.
    pub spectrum: Option<SpectrumSummary>,
    /// The first state.
    pub initial: StateSummary,
    /// The last state.
    #[serde(rename = "final")]
    pub last: StateSummary,
    /// Exponential decay of the distance; null when there is none.
    pub decay: Option<Decay>,
    /// The decay beside the spectrum; null when either is missing.
    pub rates: Option<RateComparison>,
    /// The cycle that the run has ended on; null when it has not.
    pub cycle: Option<CycleSummary>,
    /// The verdict.
    pub verdict: Verdict,
    /// Why.
    pub reason: String,
    /// What else should be known.
    pub notes: Vec<String>,
    /// Time, distance and error bar of every snapshot, for the picture in the terminal.
    #[serde(skip)]
    pub history: Vec<[f64; 3]>,
}

/// Counters of a run.
#[derive(Debug, Clone, Copy)]
pub struct Counters {
    /// Accepted steps.
    pub steps: usize,
    /// Rejected steps.
    pub rejected: usize,
    /// Wall time of this call.
    pub wall_seconds: Option<f64>,
}

/// What a finished run leaves to be judged.
#[derive(Debug)]
pub struct Evidence<'a> {
    /// Times and diagnostics of the snapshots.
    pub snapshots: &'a [(f64, Diagnostics)],
    /// Steps and time.
    pub counters: Counters,
    /// What happened on the way.
    pub notes: Vec<String>,
    /// The linearisation at the equilibrium, or why there is none.
    pub spectrum: Result<SpectrumSummary, String>,
}

impl Summary {
    /// Draws the conclusions from a finished run.
    ///
    /// # Panics
    /// When there is no snapshot.
    pub fn new(
        file: &GameFile,
        output: &std::path::Path,
        discretisation: &Discretisation,
        evidence: Evidence<'_>,
    ) -> Summary {
        let (game, solver) = (file.game(), file.solver());
        let Evidence { snapshots, counters, mut notes, spectrum } = evidence;
        let (first, last) = (&snapshots[0], &snapshots[snapshots.len() - 1]);
        let in_cells = is_in_cells(game);
        let history: Vec<[f64; 3]> = snapshots.iter().map(|(t, d)| [*t, d.w2, d.w2_error]).collect();
        let column = |i: usize| history.iter().map(|row| row[i]).collect::<Vec<f64>>();
        let mut decay = fit_decay(&column(0), &column(1), &column(2));
        if let Some(decay) = &mut decay {
            match solver.scheme() {
                _ if in_cells => decay.error += OwnScheme::rate_error(last.0 / counters.steps as f64, decay.rate),
                Scheme::Adaptive => {
                    let step = last.0 / counters.steps as f64;
                    decay.error += Etd43::<f64>::rate_error(solver.tolerance(), step, decay.rate);
                }
                _ => notes.push("the error bar of the decay does not hold the error of the fixed step".to_owned()),
            }
        }
        notes.extend(file.flow().note().map(str::to_owned));
        if in_cells {
            notes.push(FINITE_VOLUMES.to_owned());
            if support(&discretisation.equilibrium) != [1.0; 2] {
                notes.push(VACUUM.to_owned());
            }
        }
        if let Err(reason) = &spectrum {
            notes.push(format!("no spectrum: {reason}"));
        }
        let spectrum = spectrum.ok();
        let gap = spectrum.as_ref().map(|found| found.gap);
        let (verdict, reason, cycle) =
            judge(&discretisation.payoff, solver.tolerance(), last.0, &last.1, decay.as_ref(), gap, || {
                cycle_at_end(file, discretisation, output)
            });
        Summary {
            game: game.name().to_owned(),
            output: output.display().to_string(),
            grid: GridSummary::new(discretisation),
            regulariser: game.regulariser().name(),
            dynamics: file.flow().name(),
            scheme: if in_cells { "finite-volume" } else { solver.scheme().name() },
            tolerance: (solver.scheme() == Scheme::Adaptive).then_some(solver.tolerance()),
            payoff: PayoffSummary::new(discretisation),
            lines: LineSummary::of(file),
            time: last.0,
            steps: counters.steps,
            rejected: counters.rejected,
            snapshots: snapshots.len(),
            wall_seconds: counters.wall_seconds,
            equilibrium: EquilibriumSummary::new(discretisation),
            rates: decay.as_ref().zip(spectrum.as_ref()).map(|(decay, found)| RateComparison::new(decay, found)),
            spectrum,
            initial: StateSummary::new(&first.1),
            last: StateSummary::new(&last.1),
            decay,
            cycle,
            verdict,
            reason,
            notes,
            history,
        }
    }
}

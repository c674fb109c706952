//! The object of `compare --json`.

use super::{ComparisonRequest, Contestant};
use crate::diagnostics::Decay;
use crate::experiment::cells::is_in_cells;
use crate::experiment::{StateSummary, Verdict};
use crate::game::GameFile;
use crate::output::Diagnostics;
use crate::stepper::OwnScheme;
use serde::Serialize;

/// All dynamics side by side.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ComparisonReport {
    /// Name of the game.
    pub game: String,
    /// Final time.
    pub time: f64,
    /// In the order asked for.
    pub dynamics: Vec<ContestantReport>,
    /// The output file, if one was asked for.
    pub output: Option<String>,
}

/// The first time at which a quantity was at a threshold or below.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Crossing {
    /// The threshold.
    pub threshold: f64,
    /// Between two snapshots read off the straight line through the logarithms; null when it was never reached.
    pub time: Option<f64>,
}

/// One dynamics.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ContestantReport {
    /// As asked for.
    pub label: String,
    /// Its name.
    pub dynamics: &'static str,
    /// Why it failed; null when it did not. What follows is null then.
    pub failure: Option<String>,
    /// The verdict on its run.
    pub verdict: Option<Verdict>,
    /// Why.
    pub reason: Option<String>,
    /// First times at which W2 was small.
    pub w2_times: Vec<Crossing>,
    /// First times at which the duality gap was small.
    pub nikaido_isoda_times: Vec<Crossing>,
    /// Exponential decay of W2; null when there is none.
    pub decay: Option<Decay>,
    /// The last state.
    #[serde(rename = "final")]
    pub last: Option<StateSummary>,
    /// Accepted steps.
    pub steps: Option<usize>,
    /// Rejected steps.
    pub rejected: Option<usize>,
    /// Evaluations of the right-hand side by the steps.
    pub evaluations: Option<usize>,
    /// Wall time.
    pub wall_seconds: f64,
    /// What else should be known.
    pub notes: Vec<String>,
}

impl ComparisonReport {
    pub(super) fn new(file: &GameFile, request: &ComparisonRequest, finished: &[Contestant]) -> ComparisonReport {
        ComparisonReport {
            game: file.game().name().to_owned(),
            time: file.solver().time(),
            dynamics: finished.iter().map(|one| ContestantReport::new(request, one)).collect(),
            output: None,
        }
    }
}

impl ContestantReport {
    fn new(request: &ComparisonRequest, one: &Contestant) -> ContestantReport {
        let recorded = one.outcome.as_ref().ok();
        let summary = recorded.map(|recorded| &recorded.summary);
        let crossings = |thresholds: &[f64], pick: fn(&Diagnostics) -> f64| {
            let snapshots = recorded.map_or(&[][..], |recorded| &recorded.snapshots);
            let rows: Vec<(f64, f64)> = snapshots.iter().map(|(time, d)| (*time, pick(d))).collect();
            let of = |threshold: &f64| Crossing { threshold: *threshold, time: first_time(&rows, *threshold) };
            thresholds.iter().map(of).collect::<Vec<_>>()
        };
        let in_cells = is_in_cells(one.file.game());
        let evaluations = |steps: usize, rejected: usize| match in_cells {
            true => OwnScheme::evaluations(steps, rejected),
            false => one.file.solver().scheme().evaluations(steps, rejected),
        };
        ContestantReport {
            label: one.label.clone(),
            dynamics: one.file.flow().name(),
            failure: one.outcome.as_ref().err().cloned(),
            verdict: summary.map(|summary| summary.verdict),
            reason: summary.map(|summary| summary.reason.clone()),
            w2_times: crossings(&request.w2, |d| d.w2),
            nikaido_isoda_times: crossings(&request.nikaido_isoda, |d| d.nikaido_isoda),
            decay: summary.and_then(|summary| summary.decay),
            last: summary.map(|summary| summary.last.clone()),
            steps: summary.map(|summary| summary.steps),
            rejected: summary.map(|summary| summary.rejected),
            evaluations: summary.map(|summary| evaluations(summary.steps, summary.rejected)),
            wall_seconds: one.wall_seconds,
            notes: summary.map(|summary| summary.notes.clone()).unwrap_or_default(),
        }
    }
}

/// The first time at which a positive quantity is at most `threshold`.
pub(in crate::experiment) fn first_time(rows: &[(f64, f64)], threshold: f64) -> Option<f64> {
    let index = rows.iter().position(|(_, value)| *value <= threshold)?;
    let (time, value) = rows[index];
    let Some((before, above)) = index.checked_sub(1).map(|i| rows[i]) else { return Some(time) };
    if !(value > 0.0 && above.is_finite()) {
        return Some(time);
    }
    let share = (above / threshold).ln() / (above / value).ln();
    Some(before + share.clamp(0.0, 1.0) * (time - before))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_time_below_a_threshold_is_exact_for_exponentials() {
        let rows: Vec<(f64, f64)> = (0..10).map(|i| (f64::from(i), 2.0 * (-0.7 * f64::from(i)).exp())).collect();
        for threshold in [1.9, 0.3, 0.01] {
            let exact = (2.0_f64 / threshold).ln() / 0.7;
            assert!((first_time(&rows, threshold).unwrap() - exact).abs() <= 1e-12 * exact);
        }
        assert_eq!(first_time(&rows, 2.0), Some(0.0));
        assert_eq!(first_time(&rows, 1e-9), None);
        assert_eq!(first_time(&[(0.0, 1.0), (1.0, 0.0)], 0.5), Some(1.0));
        assert_eq!(first_time(&[(0.0, f64::NAN), (1.0, 0.4)], 0.5), Some(1.0));
    }
}

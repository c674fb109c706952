//! What a run turned out to be.
//!
//! `converged` is said only when the state has arrived: the exact distance to the certified equilibrium, error bar
//! included, is at most [`CLOSE`] times the tolerance (and at most [`CLOSEST`]) times the diameter of the product of the
//! two tori, and the duality gap is at most the same share of the range of the payoff. Time running out, or a small gap by itself, is not
//! convergence. `periodic` is said when the last state lies on a cycle that attracts (`orbit/recurrence.rs`), which is looked
//! for when the distance does not decay. Everything else is `undecided`, with the reason.

use super::CycleSummary;
use crate::diagnostics::Decay;
use crate::digits::with_error;
use crate::game::Payoff;
use crate::output::Diagnostics;
use serde::Serialize;

/// Distance at which a state counts as arrived, in units of the tolerance times the diameter.
const CLOSE: f64 = 10.0;
/// The same as a share of the diameter, however coarse the tolerance.
const CLOSEST: f64 = 1e-6;

/// A run is short when it lasts less than so many times of decay of the slowest mode.
const TIMES_THE_SLOWEST: f64 = 3.0;

/// The verdict on a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The state has arrived at the equilibrium.
    Converged,
    /// The state runs round a cycle.
    Periodic,
    /// Neither, or that is not known.
    Undecided,
}

impl Verdict {
    /// As printed.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Converged => "converged",
            Verdict::Periodic => "periodic",
            Verdict::Undecided => "undecided",
        }
    }
}

/// Judges the final state, with the reason in words. `cycle` is asked for only when it matters: why the state is not on a
/// cycle, or the cycle.
pub fn judge(
    payoff: &Payoff,
    tolerance: f64,
    end: f64,
    last: &Diagnostics,
    decay: Option<&Decay>,
    gap: Option<f64>,
    cycle: impl FnOnce() -> Result<CycleSummary, String>,
) -> (Verdict, String, Option<CycleSummary>) {
    let diameter =
        payoff.grids().iter().flat_map(|grid| grid.periods()).map(|period| 0.25 * period * period).sum::<f64>().sqrt();
    let share = (CLOSE * tolerance).min(CLOSEST);
    let (close, small) = (share * diameter, share * payoff.range());
    if last.w2.is_nan() {
        let reason = "the distance to the equilibrium could not be computed".to_owned();
        return (Verdict::Undecided, reason, None);
    }
    if last.w2 + last.w2_error <= close && last.nikaido_isoda <= small {
        let reason = format!(
            "W2 = {:.1e} is within {close:.1e} ({share:.0e} of the diameter) and the duality gap {:.1e} within {small:.1e}",
            last.w2, last.nikaido_isoda
        );
        return (Verdict::Converged, reason, None);
    }
    let Some(decay) = decay else { return without_decay(last.w2, close, end, gap, cycle) };
    let more = ((last.w2 / close).ln() / decay.rate).max(0.0);
    let reason = format!(
        "W2 = {:.1e} still decays at the rate {}; it would be within {close:.1e} at about time {}",
        last.w2,
        readable(decay.rate),
        readable(end + more)
    );
    (Verdict::Undecided, reason, None)
}

/// The state neither has arrived nor comes nearer: is it on a cycle?
fn without_decay(
    w2: f64,
    close: f64,
    end: f64,
    gap: Option<f64>,
    cycle: impl FnOnce() -> Result<CycleSummary, String>,
) -> (Verdict, String, Option<CycleSummary>) {
    let still = format!("W2 = {w2:.1e} is above {close:.1e} and does not decay exponentially");
    if end == 0.0 {
        return (Verdict::Undecided, still, None);
    }
    match cycle() {
        Ok(cycle) => {
            let digits = (-(cycle.period_error / cycle.period).log10()).clamp(2.0, 12.0) as usize;
            let reason = format!(
                "period {:.digits$}, amplitude {} (x), {} (y); the last state is {:.1e} of the amplitude from the \
                 cycle, a distance that shrinks by the factor {} each turn",
                cycle.period,
                with_error(cycle.amplitude[0], cycle.amplitude_error[0]),
                with_error(cycle.amplitude[1], cycle.amplitude_error[1]),
                cycle.distance,
                readable(cycle.contraction)
            );
            (Verdict::Periodic, reason, Some(cycle))
        }
        Err(why) => {
            let slow = gap.filter(|gap| gap * end < TIMES_THE_SLOWEST).map(|gap| slowest_mode(gap, end));
            let slow = slow.unwrap_or_default();
            (Verdict::Undecided, format!("{still}; not on a cycle either: {why}{slow}"), None)
        }
    }
}

/// Why a run may have been too short for its decay to be seen.
fn slowest_mode(gap: f64, end: f64) -> String {
    let (needed, end) = (readable(1.0 / gap), readable(end));
    format!(
        "; near the equilibrium the slowest mode takes {needed} time units to shrink by the factor e, the run was {end} long"
    )
}

/// Four digits, plain where that is readable.
fn readable(value: f64) -> String {
    if (0.01..1e5).contains(&value.abs()) { format!("{value:.3}") } else { format!("{value:.3e}") }
}

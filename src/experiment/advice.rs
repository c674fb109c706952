//! What to change when the numerics have failed.

use super::RunError;
use crate::flow::{Flow, PairLayout};
use crate::game::{GameFile, GridChoice, Player, Scheme};
use crate::stepper::StepperError;
use crate::torus::{next_fast_size, tail_per_axis};
use num_complex::Complex64;

/// A bound on the step that is smaller than this share of it comes from a state that has blown up, and advises nothing.
const CREDIBLE_BOUND: f64 = 1e-3;

/// The first player with a spectral tail above `limit`, and his tails.
fn unresolved(layout: &PairLayout, state: &[Complex64], limit: f64) -> Option<(Player, Vec<f64>)> {
    Player::BOTH.into_iter().find_map(|player| {
        let tails = tail_per_axis(layout.grid(player), layout.part(player, state));
        (!tails.iter().all(|tail| *tail <= limit)).then_some((player, tails))
    })
}

/// Whether a fixed grid, if that was chosen, resolves the pair.
///
/// # Errors
/// [`RunError::Unresolved`], without a time.
pub fn check_fixed_grid(file: &GameFile, flow: &impl Flow, pair: &[Complex64]) -> Result<(), RunError> {
    let GridChoice::Fixed(_) = file.solver().grid() else { return Ok(()) };
    let limit = file.solver().largest_tail();
    match unresolved(flow.layout(), pair, limit) {
        Some((player, tails)) => Err(unresolved_pair(file, flow, pair, player, &tails, limit)),
        None => Ok(()),
    }
}

/// The error for a pair that its fixed grid does not resolve.
fn unresolved_pair(
    file: &GameFile,
    flow: &impl Flow,
    pair: &[Complex64],
    player: Player,
    tails: &[f64],
    limit: f64,
) -> RunError {
    let tail =
        tails.iter().copied().fold(0.0, |worst: f64, tail| if tail > worst || tail.is_nan() { tail } else { worst });
    let shape = flow.layout().grid(player).shape();
    let advice = match stable_step(file, flow, pair).filter(|(step, bound)| step > bound) {
        Some((step, bound)) if bound >= CREDIBLE_BOUND * step => format!(
            "the step {step:e} is unstable for this drift, at most about {bound:.1e}: reduce solver.step, or use the \
             scheme adaptive"
        ),
        Some(_) => "the step is unstable: reduce solver.step, or use the scheme adaptive".to_owned(),
        None => {
            // Coefficients of a smooth density fall at least like exp(-c |m|).
            let factor = if tail < 0.5 { limit.ln() / tail.ln() } else { 2.0 };
            let points: Vec<usize> =
                shape.iter().map(|n| next_fast_size((factor * *n as f64).ceil() as usize)).collect();
            format!("about {points:?} points would do at this time, later perhaps more; or take solver.grid = \"auto\"")
        }
    };
    RunError::Unresolved { what: "the density".to_owned(), player, time: None, shape, tail, advice }
}

/// What to change after a step has failed.
pub fn after_failed_step(file: &GameFile, flow: &impl Flow, pair: &[Complex64], error: &StepperError) -> String {
    let credible = stable_step(file, flow, pair).filter(|(step, bound)| *bound >= CREDIBLE_BOUND * step);
    match (credible, error) {
        (Some((step, bound)), _) => {
            format!("solver.step = {step:e} should be at most about {bound:.1e} (drift at this state)")
        }
        (None, StepperError::StepTooSmall { .. }) => {
            "lower solver.time, which is out of proportion to this step, or raise solver.tolerance".to_owned()
        }
        (None, StepperError::RejectedTooOften { error, .. }) if !error.is_finite() => {
            "the drift overflows: measure the payoff and the temperature in larger units".to_owned()
        }
        (None, StepperError::NotFinite { .. }) => "reduce solver.step, or use the scheme adaptive".to_owned(),
        (None, _) => "raise solver.tolerance or solver.grid".to_owned(),
    }
}

/// The fixed step, and the largest that is stable for the drift of this pair: `c tau / max |drift|^2` (docs/numerics.md).
fn stable_step(file: &GameFile, flow: &impl Flow, pair: &[Complex64]) -> Option<(f64, f64)> {
    let (solver, game) = (file.solver(), file.game());
    let constant = match solver.scheme() {
        Scheme::ImexEuler => 2.0,
        Scheme::Sbdf2 => 1.23,
        Scheme::Etdrk4 => 4.8,
        Scheme::Adaptive => return None,
    };
    let drift = flow.explicit_drift(pair)?;
    let bound = Player::BOTH
        .into_iter()
        .zip([1.0, game.timescale()])
        .map(|(p, speed)| constant * game.temperature(p) / (speed * drift[p.index()].powi(2)))
        .fold(f64::INFINITY, f64::min);
    solver.step().filter(|_| bound.is_finite()).map(|step| (step, bound))
}

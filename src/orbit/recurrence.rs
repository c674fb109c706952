//! Whether a state lies on a cycle: the rule behind the verdict `periodic`.
//!
//! From the state the flow is followed to its next return, and Newton's method is started there. The state is said to be
//! on a cycle when
//!
//! - the return map closes: `|phi_T(u) - u| <= 1e-10 |u|`, with a period that two step sizes agree on to 1e-6 of it;
//! - the orbit moves: its amplitude exceeds a hundred tolerances of the state;
//! - its trivial multiplier is 1 within 1e-4, and all other coupled ones lie inside the unit circle;
//! - the state is within [`NEAR`] of the amplitude from it.
//!
//! A slowly decaying spiral returns almost to where it was, but Newton's method ends at the equilibrium, or at an orbit
//! too far away; a cycle is recognised as soon as the flow has come near it.

use super::average::{Portrait, portrait};
use super::coordinates::difference;
use super::find::{Finding, RICHARDSON, shoot_stably, trivial, unstable_count};
use super::multipliers::coupled_multipliers;
use super::search::Search;
use super::shooting::{Shooting, shoot};
use super::{Multiplier, OrbitError, Symmetry};
use crate::flow::MflDa;
use crate::stepper::Semilinear;
use num_complex::Complex64;

/// Largest distance from the orbit, as a share of the amplitude.
pub const NEAR: f64 = 0.05;
/// The trivial multiplier is 1 within this.
const TRIVIAL: f64 = 1e-4;
/// Smallest amplitude in tolerances.
const MOVES: f64 = 100.0;
/// Largest error of the period, as a share of it.
const PERIOD_ERROR: f64 = 1e-6;
/// `|phi_T(u) - u|/|u|` to reach.
const RESIDUAL: f64 = 1e-10;
const MOST_ITERATIONS: usize = 10;
/// Coupled multipliers that are looked at.
const MULTIPLIERS: usize = 2;

/// A cycle that a state lies on.
#[derive(Debug, Clone, PartialEq)]
pub struct Recurrence {
    /// Period.
    pub period: f64,
    /// Its estimated error.
    pub period_error: f64,
    /// Amplitude of each player, as in [`super::Portrait`].
    pub amplitude: [f64; 2],
    /// Their estimated errors.
    pub amplitude_error: [f64; 2],
    /// By what share of the period the return of this state came early or late.
    pub phase_error: f64,
    /// Distance of the state from the orbit, as a share of the amplitude.
    pub distance: f64,
    /// Leading coupled multipliers.
    pub multipliers: Vec<Multiplier>,
}

impl Recurrence {
    /// The largest modulus of the multipliers beside the trivial one: by this the distance shrinks every turn.
    pub fn contraction(&self) -> f64 {
        let next_to_one = trivial(&self.multipliers).copied();
        self.multipliers.iter().filter(|m| Some(**m) != next_to_one).map(|m| m.value.norm()).fold(0.0, f64::max)
    }
}

/// Looks for the cycle that `state` lies on; the flow is followed for at most `time`, and the state has the error
/// `tolerance`.
///
/// # Errors
/// [`OrbitError`] with the reason why it is not on a cycle, or why that is not known.
pub fn recurrence(
    flow: &mut MflDa,
    temperature: [f64; 2],
    symmetry: &Symmetry,
    state: &[Complex64],
    time: f64,
    tolerance: f64,
) -> Result<Recurrence, OrbitError> {
    let step_tolerance = tolerance.clamp(Finding::default().tolerance, 1e-6);
    let mut search = Search::new(flow, state.to_vec(), time, step_tolerance).keep_anchor();
    let found = search.next_return()?;
    let (time, miss) = (search.time(), search.best_miss());
    let Some(found) = found else { return Err(OrbitError::NoReturn { time, miss, failures: 0 }) };
    // As many steps as the search took, and half of them, tell the period to far more than is asked.
    let steps = (found.steps / 2).max(16);
    let shooting = |factor: usize, steps: usize| Shooting {
        steps: factor * steps,
        tangent_steps: steps,
        tolerance: RESIDUAL,
        most_iterations: MOST_ITERATIONS,
    };
    let (coarse, steps) = shoot_stably(flow, symmetry, &found.point, steps, |steps| shooting(1, steps));
    let coarse = coarse?;
    let fine = shoot(flow, symmetry, &coarse.point, &shooting(2, steps))?;
    let period = fine.point.period;
    let period_error = (period - coarse.point.period).abs() / RICHARDSON;
    if period_error > PERIOD_ERROR * period {
        return Err(OrbitError::Inaccurate { error: period_error, tolerance: PERIOD_ERROR, steps: 2 * steps });
    }
    let Portrait { amplitude, amplitude_error, .. } = portrait(flow, temperature, &fine.point, steps);
    let swing = amplitude[0].max(amplitude[1]);
    if swing <= MOVES * tolerance {
        return Err(OrbitError::Equilibrium { period, amplitude: swing });
    }
    let mut there = found.point.state.clone();
    symmetry.project(&mut there);
    let distance = flow.norm(&difference(&there, &fine.point.state)) / swing;
    if distance > NEAR {
        return Err(OrbitError::Apart { distance, period });
    }
    let multipliers = coupled_multipliers(flow, symmetry, &fine.point, steps, MULTIPLIERS)?;
    let off = trivial(&multipliers).map_or(f64::INFINITY, |m| (m.value - 1.0).norm());
    if off > TRIVIAL || unstable_count(&multipliers) > 0 {
        let largest = multipliers.iter().map(|m| m.value.norm()).fold(0.0, f64::max);
        return Err(OrbitError::Repelling { period, multiplier: largest });
    }
    let phase_error = (found.point.period - period).abs() / period;
    Ok(Recurrence { period, period_error, amplitude, amplitude_error, phase_error, distance, multipliers })
}

//! What the Nikaido-Isoda error proves about the distance to the exact equilibrium, and which grid it needs.
//!
//! With `NI <= e`: `KL(mu | mu*) <= e/tau`, `|mu - mu*|_1 <= sqrt(2 e/tau)` (Pinsker), and
//! `W2^2(mu, mu*) <= 2 e/(tau rho)` (Talagrand), `rho >= (2 pi/L_max)^2 exp(-osc log mu*)` (Holley-Stroock). At low
//! temperature the last bound is often larger than the torus, and then says nothing.

use super::EquilibriumError;
use crate::diagnostics::log_normalise;
use crate::game::{Payoff, Player};
use crate::regulariser::{Regulariser, from_drops};
use crate::torus::{Fourier, Grid, next_fast_size, pad_values, tails_of_values};

/// Relative rounding of potentials; an error below what it causes cannot be certified.
const ROUNDING: f64 = 8.0 * f64::EPSILON;

/// Bounds on the distance of one player's density from the exact one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// On `KL(mu | mu*)`.
    pub relative_entropy: f64,
    /// On `int |mu - mu*|`.
    pub l1: f64,
    /// On `W2(mu, mu*)`; `None` when the bound exceeds the diameter of the torus and so says nothing.
    pub wasserstein: Option<f64>,
}

/// Bounds for both players from the computed error and the rounding of the potentials.
pub fn bounds(payoff: &Payoff, temperature: [f64; 2], log_densities: &[Vec<f64>; 2], error: f64) -> [Bounds; 2] {
    let size = payoff.extremes()[0].abs().max(payoff.extremes()[1].abs());
    let rounding: f64 = temperature.iter().map(|tau| 0.5 * (ROUNDING * size).powi(2) / tau).sum();
    let error = error + rounding;
    Player::BOTH.map(|player| {
        let own = player.index();
        let relative_entropy = error / temperature[own];
        Bounds {
            relative_entropy,
            l1: (2.0 * relative_entropy).sqrt(),
            wasserstein: talagrand(payoff.grid(player), &log_densities[own], relative_entropy),
        }
    })
}

fn talagrand(grid: &Grid, log_density: &[f64], relative_entropy: f64) -> Option<f64> {
    let (low, high) = log_density.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(*v), h.max(*v)));
    let longest = grid.periods().into_iter().fold(0.0, f64::max);
    let diameter = 0.5 * grid.periods().iter().map(|l| l * l).sum::<f64>().sqrt();
    let bound = (2.0 * relative_entropy).sqrt() * longest / (2.0 * std::f64::consts::PI) * (0.5 * (high - low)).exp();
    (bound < diameter).then_some(bound)
}

/// Points per axis at which `exp(log_density)`, its exponent padded in Fourier space, has no tail above `tolerance`.
pub fn points_needed(grid: &Grid, log_density: &[f64], tolerance: f64) -> Result<Vec<usize>, EquilibriumError> {
    points_needed_by(grid, tolerance, |fine| {
        let mut values = pad_values(grid, fine, log_density);
        log_normalise(fine, &mut values);
        values.iter_mut().for_each(|v| *v = v.exp());
        values
    })
}

/// The same for a best response with these drops, which are padded.
pub fn points_needed_by_response(
    grid: &Grid,
    regulariser: Regulariser,
    drops: &[f64],
    tolerance: f64,
) -> Result<Vec<usize>, EquilibriumError> {
    points_needed_by(grid, tolerance, |fine| {
        let mut fine_drops = pad_values(grid, fine, drops);
        let lowest = fine_drops.iter().copied().fold(f64::INFINITY, f64::min);
        fine_drops.iter_mut().for_each(|d| *d -= lowest);
        from_drops(regulariser.function(), fine, fine_drops).density
    })
}

fn points_needed_by(
    grid: &Grid,
    tolerance: f64,
    density: impl Fn(&Grid) -> Vec<f64>,
) -> Result<Vec<usize>, EquilibriumError> {
    let mut fine = grid.clone();
    loop {
        let values = density(&fine);
        let tails = tails_of_values(&fine, &values);
        if tails.iter().all(|t| *t <= tolerance) {
            return Ok(highest_modes(&fine, &values, tolerance).into_iter().map(points_for_mode).collect());
        }
        let points: Vec<usize> =
            fine.shape().iter().zip(&tails).map(|(n, t)| if *t <= tolerance { *n } else { 2 * n }).collect();
        fine = grid.with_points(&points)?;
    }
}

/// The highest mode of each axis with a coefficient above `tolerance` times the largest one.
fn highest_modes(grid: &Grid, values: &[f64], tolerance: f64) -> Vec<usize> {
    let fourier = Fourier::new(grid);
    let mut spectrum = fourier.zero_spectrum();
    fourier.forward(values, &mut spectrum, &mut fourier.scratch());
    let largest = spectrum.iter().map(|c| c.norm()).fold(0.0, f64::max);
    let mut highest = vec![0; grid.dimension()];
    for (position, c) in spectrum.iter().enumerate() {
        if c.norm() > tolerance * largest {
            for (h, m) in highest.iter_mut().zip(grid.modes(position)) {
                *h = (*h).max(m.unsigned_abs() as usize);
            }
        }
    }
    highest
}

/// The outer sixth of the modes lies above `m`.
fn points_for_mode(m: usize) -> usize {
    next_fast_size((12 * m).div_ceil(5) + 2)
}

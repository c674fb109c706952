//! The best responses `G_x(nu) = exp(-V[nu]/tau_x)/Z` and `G_y(mu) = exp(+U[mu]/tau_y)/Z`, as log-densities.

use crate::game::{Payoff, PayoffWork, Player};
use crate::torus::Grid;

/// `log G` of a player at all nodes, normalised with the log-sum-exp, so nothing overflows.
pub fn log_best_response(
    payoff: &Payoff,
    player: Player,
    temperature: f64,
    opponent: &[f64],
    work: &mut PayoffWork,
) -> Vec<f64> {
    let grid = payoff.grid(player);
    let mut out = vec![0.0; grid.len()];
    payoff.potential(player, opponent, &mut out, work);
    log_gibbs(grid, player, temperature, &mut out);
    out
}

/// `log G` in the place of the potential that a player faces.
pub fn log_gibbs(grid: &Grid, player: Player, temperature: f64, potential: &mut [f64]) {
    let slope = match player {
        Player::X => -1.0 / temperature,
        Player::Y => 1.0 / temperature,
    };
    potential.iter_mut().for_each(|v| *v *= slope);
    log_normalise(grid, potential);
}

/// Subtracts `log int exp(values)`; returns what was subtracted.
pub fn log_normalise(grid: &Grid, values: &mut [f64]) -> f64 {
    let largest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = values.iter().map(|v| (v - largest).exp()).sum();
    let log_mass = largest + (sum * grid.cell_volume()).ln();
    values.iter_mut().for_each(|v| *v -= log_mass);
    log_mass
}

//! The Nikaido-Isoda error and the energy under any regulariser:
//!
//! ```text
//! NI(mu, nu) = sum over players of  tau int [phi(mu) - phi(b) - phi'(b)(mu - b)] + int_{b = 0} mu (V + tau phi'(0) - c),
//! ```
//!
//! `b` the best response. Both integrands are non-negative at every node; the second is not optional where `b` may vanish.

use super::{ConvexFunction, best_response};
use crate::game::{Payoff, PayoffWork, Player};

/// `NI(mu, nu)`; 0 only at the equilibrium.
pub fn regularised_gap(
    function: &dyn ConvexFunction,
    payoff: &Payoff,
    temperature: [f64; 2],
    pair: [&[f64]; 2],
    work: &mut PayoffWork,
) -> f64 {
    Player::BOTH.iter().map(|player| share(function, payoff, *player, temperature, pair, work)).sum()
}

fn share(
    function: &dyn ConvexFunction,
    payoff: &Payoff,
    player: Player,
    temperature: [f64; 2],
    pair: [&[f64]; 2],
    work: &mut PayoffWork,
) -> f64 {
    let grid = payoff.grid(player);
    let (own, tau) = (pair[player.index()], temperature[player.index()]);
    let mut potential = vec![0.0; grid.len()];
    payoff.potential(player, pair[player.opponent().index()], &mut potential, work);
    let response = best_response(function, grid, player, tau, &potential);
    let to_vacuum = function.drop_to_vacuum(response.peak);
    let at = |j: usize| {
        let b = response.density[j];
        let beyond = if b > 0.0 { 0.0 } else { to_vacuum.map_or(0.0, |drop| own[j] * (response.drops[j] - drop)) };
        function.divergence(own[j], b) + beyond
    };
    tau * (0..own.len()).map(at).sum::<f64>() * grid.cell_volume()
}

/// `F(mu, nu) = int int f dmu dnu + tau_x int phi(mu) - tau_y int phi(nu)`.
pub fn regularised_energy(
    function: &dyn ConvexFunction,
    payoff: &Payoff,
    temperature: [f64; 2],
    pair: [&[f64]; 2],
    work: &mut PayoffWork,
) -> f64 {
    let [x, y] = payoff.grids();
    let mut potential = vec![0.0; x.len()];
    payoff.potential(Player::X, pair[1], &mut potential, work);
    let coupling: f64 = potential.iter().zip(pair[0]).map(|(v, m)| v * m).sum();
    let integral = |values: &[f64], cell: f64| values.iter().map(|s| function.value(*s)).sum::<f64>() * cell;
    coupling * x.cell_volume() + temperature[0] * integral(pair[0], x.cell_volume())
        - temperature[1] * integral(pair[1], y.cell_volume())
}

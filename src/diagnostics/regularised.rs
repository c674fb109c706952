//! The Nikaido-Isoda error and the energy under any regulariser:
//!
//! ```text
//! NI(mu, nu) = sum over players of  tau int [phi(mu) - phi(b) - phi'(b)(mu - b)] + int_{b = 0} mu (V + tau phi'(0) - c),
//! ```
//!
//! `b` the best response. Both integrands are non-negative at every node; the second is not optional where `b` may vanish.

use crate::game::{Payoff, PayoffWork, Player};
use crate::regulariser::{BestResponse, ConvexFunction, best_response};

/// The best response of a player to his opponent.
pub fn regularised_response(
    function: &dyn ConvexFunction,
    payoff: &Payoff,
    player: Player,
    temperature: f64,
    opponent: &[f64],
    work: &mut PayoffWork,
) -> BestResponse {
    let grid = payoff.grid(player);
    let mut potential = vec![0.0; grid.len()];
    payoff.potential(player, opponent, &mut potential, work);
    let sign = if player == Player::X { 1.0 } else { -1.0 };
    best_response(function, grid, sign / temperature, &potential)
}

/// `NI(mu, nu)`; 0 only at the equilibrium.
pub fn regularised_gap(
    function: &dyn ConvexFunction,
    payoff: &Payoff,
    temperature: [f64; 2],
    pair: [&[f64]; 2],
    work: &mut PayoffWork,
) -> f64 {
    let mut share = |player: Player| {
        let (own, opponent) = (pair[player.index()], pair[player.opponent().index()]);
        let tau = temperature[player.index()];
        let response = regularised_response(function, payoff, player, tau, opponent, work);
        tau * distance_to(function, own, &response) * payoff.grid(player).cell_volume()
    };
    share(Player::X) + share(Player::Y)
}

/// The sum of both integrands over the nodes, in units of the temperature.
fn distance_to(function: &dyn ConvexFunction, own: &[f64], response: &BestResponse) -> f64 {
    let to_vacuum = function.drop_to_vacuum(response.peak);
    let at = |j: usize| {
        let b = response.density[j];
        let beyond = match to_vacuum {
            Some(drop) if b == 0.0 => own[j] * (response.drops[j] - drop),
            _ => 0.0,
        };
        function.divergence(own[j], b) + beyond
    };
    (0..own.len()).map(at).sum()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::regulariser::properties::all;
    use crate::torus::Grid;
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;
    use std::f64::consts::PI;

    /// A game of two waves with random coefficients.
    fn payoff(c: &[f64; 8], n: usize) -> Payoff {
        let f = |x: &[f64], y: &[f64]| {
            let (a, b) = (2.0 * PI * x[0], 2.0 * PI * y[0]);
            c[0] * (a - b).cos()
                + c[1] * a.cos() * (2.0 * b).sin()
                + c[2] * (2.0 * a).sin() * b.cos()
                + c[3] * a.sin()
                + c[4] * (2.0 * a).cos()
                - c[5] * b.cos()
                - c[6] * (2.0 * b).sin()
                + c[7] * (a + b).sin()
        };
        let grid = Grid::new(&[n], &[1.0], &[0.0]).unwrap();
        Payoff::from_function(f, &grid, &grid).unwrap()
    }

    /// A density with a vacuum for some seeds, of mass 1.
    fn density(grid: &Grid, shift: f64, level: f64) -> Vec<f64> {
        let raw: Vec<f64> = grid
            .axis(0)
            .coordinates()
            .into_iter()
            .map(|x| (level + (2.0 * PI * (x - shift)).cos() + 0.3 * (6.0 * PI * x).sin()).max(0.0))
            .collect();
        let mass = grid.integral(&raw);
        raw.into_iter().map(|r| r / mass).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            cases: 24, failure_persistence: None, rng_seed: RngSeed::Fixed(7), ..ProptestConfig::default()
        })]

        #[test]
        fn the_gap_is_what_both_best_responses_gain_and_is_never_negative(
            c in prop::array::uniform8(-1.0..1.0_f64), tau in prop::array::uniform2(0.05..2.0_f64),
            shift in prop::array::uniform2(0.0..1.0_f64), level in 0.2..2.0_f64, which in 0..7_usize
        ) {
            let regulariser = all()[which];
            let phi = regulariser.function();
            let payoff = payoff(&c, 64);
            let level = if regulariser.may_vanish() || regulariser.is_entropy() { level } else { 1.4 + level };
            let [mu, nu] = [0, 1].map(|p| density(payoff.grid(Player::BOTH[p]), shift[p], level));
            let mut work = payoff.work();
            let gap = regularised_gap(phi, &payoff, tau, [&mu, &nu], &mut work);
            prop_assert!(gap >= 0.0, "{gap}");
            let mut response = |player: Player, opponent: &[f64]| {
                regularised_response(phi, &payoff, player, tau[player.index()], opponent, &mut work).density
            };
            let (p, q) = (response(Player::X, &nu), response(Player::Y, &mu));
            let energy = |x: &[f64], y: &[f64]| regularised_energy(phi, &payoff, tau, [x, y], &mut payoff.work());
            let (up, down) = (energy(&mu, &q), energy(&p, &nu));
            prop_assert!((gap - (up - down)).abs() <= 1e-11 * (1.0 + up.abs() + down.abs()), "{gap} against {}", up - down);
            // Nobody gains more by answering in another way.
            let other = density(payoff.grid(Player::X), shift[1], level);
            prop_assert!(energy(&other, &nu) >= down - 1e-12 * (1.0 + down.abs()));
        }
    }
}

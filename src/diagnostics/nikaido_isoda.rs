//! The Nikaido-Isoda error, how far a state is from the equilibrium:
//!
//! ```text
//! NI(mu, nu) = max_q F(mu, q) - min_p F(p, nu) = tau_x KL(mu | G_x(nu)) + tau_y KL(nu | G_y(mu)) >= 0.
//! ```
//!
//! Summed as relative entropies, pointwise non-negative: as a difference of energies it would be good to rounding of
//! `F` only, and could come out negative.

use super::{log_best_response, relative_entropy};
use crate::game::{Payoff, PayoffWork, Player};

/// `NI(mu, nu)`; it bounds `tau_x KL(mu | mu*) + tau_y KL(nu | nu*)`.
pub fn nikaido_isoda(payoff: &Payoff, temperature: [f64; 2], mu: &[f64], nu: &[f64], work: &mut PayoffWork) -> f64 {
    let mut share = |player: Player, own: &[f64], opponent: &[f64]| {
        let tau = temperature[player.index()];
        let log_response = log_best_response(payoff, player, tau, opponent, work);
        tau * relative_entropy(payoff.grid(player), own, &log_response)
    };
    share(Player::X, mu, nu) + share(Player::Y, nu, mu)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::torus::Grid;
    use std::f64::consts::PI;

    #[test]
    fn the_uniform_pair_of_a_separable_game_has_the_error_of_two_bessel_functions() {
        let grid = Grid::new(&[256], &[1.0], &[0.0]).unwrap();
        let f = |x: &[f64], y: &[f64]| (2.0 * PI * x[0]).cos() - (2.0 * PI * y[0]).cos();
        let payoff = Payoff::from_function(f, &grid, &grid).unwrap();
        let uniform = vec![1.0; 256];
        // 2 tau log I_0(1/tau) at tau = 0.05
        let error = nikaido_isoda(&payoff, [0.05, 0.05], &uniform, &uniform, &mut payoff.work());
        assert!((error - 1.758_961_042_824_43).abs() <= 1e-13, "{error}");
    }

    #[test]
    fn it_bounds_the_relative_entropies_to_the_equilibrium_and_respects_the_swap_of_players() {
        use crate::equilibrium::Equilibrium;
        let grid = Grid::new(&[64], &[1.0], &[0.0]).unwrap();
        let f = |x: &[f64], y: &[f64]| {
            let (a, b) = (2.0 * PI * x[0], 2.0 * PI * y[0]);
            (a - b).cos() + 0.4 * (2.0 * a).sin() - 0.3 * b.cos()
        };
        let payoff = Payoff::from_function(f, &grid, &grid).unwrap();
        let swapped = Payoff::from_function(|x, y| -f(y, x), &grid, &grid).unwrap();
        let temperature = [0.2, 0.3];
        let equilibrium = Equilibrium::solve(&payoff, temperature).unwrap();
        let density = |shift: f64| -> Vec<f64> {
            let raw: Vec<f64> =
                grid.axis(0).coordinates().into_iter().map(|x| (2.0 * (2.0 * PI * (x - shift)).cos()).exp()).collect();
            let mass = grid.integral(&raw);
            raw.into_iter().map(|r| r / mass).collect()
        };
        let (mu, nu) = (density(0.1), density(0.6));
        let error = nikaido_isoda(&payoff, temperature, &mu, &nu, &mut payoff.work());
        let [log_mu, log_nu] = equilibrium.log_densities();
        let distance = temperature[0] * relative_entropy(&grid, &mu, log_mu)
            + temperature[1] * relative_entropy(&grid, &nu, log_nu);
        assert!(distance <= error, "{distance} against {error}");
        let mirrored = nikaido_isoda(&swapped, [0.3, 0.2], &nu, &mu, &mut swapped.work());
        assert!((error - mirrored).abs() <= 1e-13 * error, "{error} against {mirrored}");
    }
}

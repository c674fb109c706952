//! The mixed Nash equilibrium and its certificate; no time in here.
//!
//! The equilibrium is the unique Gibbs pair `mu* = exp(-V[nu*]/tau_x)/Z`, `nu* = exp(+U[mu*]/tau_y)/Z`. With
//! `f = S + T + sum_ij C_ij A_i B_j` it is fixed by the moments `m_j = int B_j nu*` and `l_i = int A_i mu*`, so the
//! unknowns are those: Newton's method with a line search on
//!
//! ```text
//! R_m = m - int B nu(l),   nu(l) = exp( (T + B^T C^T l)/tau_y)/Z,
//! R_l = l - int A mu(m),   mu(m) = exp(-(S + A^T C m)/tau_x)/Z,
//! ```
//!
//! with continuation in the temperature (`continuation.rs`). The linear system is reduced to one player's moments
//! (`newton.rs`); it is solved directly when it is small and by GMRES, without a matrix, when it is not.
//! Everything is kept as logarithms of densities: at low temperature the densities themselves underflow. With another
//! regulariser than the entropy the best responses of [`crate::regulariser`] take the place of the Gibbs densities.

mod certificate;
mod continuation;
pub(crate) mod gmres;
mod moments;
mod newton;

pub use certificate::Bounds;

use crate::diagnostics::{
    energy, log_best_response, nikaido_isoda, regularised_energy, regularised_gap, regularised_response,
};
use crate::game::{Payoff, Player};
use crate::regulariser::Regulariser;
use crate::torus::{TorusError, tails_of_values};

/// Densities whose spectral tail is larger are not resolved by their grid.
pub(crate) const LARGEST_TAIL: f64 = 1e-10;

/// Why there is no equilibrium to report.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum EquilibriumError {
    /// Temperatures are positive and finite.
    #[error("the temperature of player {letter} is {value}; it must be positive and finite", letter = player.letter())]
    Temperature {
        /// Whose temperature.
        player: Player,
        /// What was asked for.
        value: f64,
    },
    /// Newton's method stopped short of the temperature asked for.
    #[error(
        "the equilibrium was followed down to {reached:.3e} times the temperature asked for, not further: the residual \
         of the log-densities stayed at {residual:.1e} after {iterations} Newton steps; a larger solver.grid or a higher \
         game.temperature may help"
    )]
    NotConverged {
        /// Last temperature solved, in units of the one asked for.
        reached: f64,
        /// Residual at the level that failed.
        residual: f64,
        /// Newton steps in all.
        iterations: usize,
    },
    /// The grid is too coarse for the equilibrium density.
    #[error(
        "the equilibrium of player {letter} is not resolved along axis {axis}: with {points} points its spectral tail \
         is {tail:.1e}; about {needed} points are needed",
        letter = player.letter(),
        axis = axis + 1
    )]
    Unresolved {
        /// Whose density.
        player: Player,
        /// Axis number, from 0.
        axis: usize,
        /// Points of the grid.
        points: usize,
        /// Points at which the Gibbs density of the potential found here has no tail.
        needed: usize,
        /// Tail found.
        tail: f64,
    },
    /// No grid that this program can use resolves the equilibrium.
    #[error("the equilibrium is not resolved by this grid, nor by any that can be used: {0}")]
    Grid(#[from] TorusError),
}

/// The mixed Nash equilibrium on the payoff's grids, with its certificate.
#[derive(Debug, Clone)]
pub struct Equilibrium {
    temperature: [f64; 2],
    log_densities: [Vec<f64>; 2],
    densities: [Vec<f64>; 2],
    nikaido_isoda: f64,
    residual: f64,
    energy: f64,
    iterations: usize,
    tail: [Vec<f64>; 2],
    bounds: Option<[Bounds; 2]>,
    regulariser: Regulariser,
    drops: Option<[Vec<f64>; 2]>,
}

impl Equilibrium {
    /// Solves for the equilibrium at temperatures `(tau_x, tau_y)`.
    ///
    /// # Errors
    /// [`EquilibriumError`]; a pair that is not resolved by the grids is an error that says which grid would do.
    pub fn solve(payoff: &Payoff, temperature: [f64; 2]) -> Result<Equilibrium, EquilibriumError> {
        Self::solve_regularised(payoff, temperature, Regulariser::ENTROPY)
    }

    /// The same with any regulariser. A pair of which a density vanishes somewhere has an edge that no grid resolves: it is
    /// returned, with an error of the order `h^2` or so.
    ///
    /// # Errors
    /// As [`Equilibrium::solve`].
    pub fn solve_regularised(
        payoff: &Payoff,
        temperature: [f64; 2],
        regulariser: Regulariser,
    ) -> Result<Equilibrium, EquilibriumError> {
        let equilibrium = Self::solve_regularised_on_grid(payoff, temperature, regulariser)?;
        if regulariser.may_vanish() {
            return Ok(equilibrium);
        }
        for player in Player::BOTH {
            let tails = &equilibrium.tail[player.index()];
            if let Some(axis) = tails.iter().position(|t| t.is_nan() || *t > LARGEST_TAIL) {
                return Err(EquilibriumError::Unresolved {
                    player,
                    axis,
                    points: payoff.grid(player).axis(axis).points,
                    needed: equilibrium.points_needed(payoff, player, LARGEST_TAIL)?[axis],
                    tail: tails[axis],
                });
            }
        }
        Ok(equilibrium)
    }

    /// As [`Equilibrium::solve`], but a pair that the grids do not resolve is returned with its tail: for callers that
    /// choose the grids.
    ///
    /// # Errors
    /// [`EquilibriumError`] other than [`EquilibriumError::Unresolved`].
    pub fn solve_on_grid(payoff: &Payoff, temperature: [f64; 2]) -> Result<Equilibrium, EquilibriumError> {
        Self::solve_regularised_on_grid(payoff, temperature, Regulariser::ENTROPY)
    }

    /// The same with any regulariser.
    ///
    /// # Errors
    /// As [`Equilibrium::solve_on_grid`].
    pub fn solve_regularised_on_grid(
        payoff: &Payoff,
        temperature: [f64; 2],
        regulariser: Regulariser,
    ) -> Result<Equilibrium, EquilibriumError> {
        for player in Player::BOTH {
            let value = temperature[player.index()];
            if !(value.is_finite() && value > 0.0) {
                return Err(EquilibriumError::Temperature { player, value });
            }
        }
        let (pair, iterations) = continuation::follow(payoff, temperature, regulariser)?;
        let moments::Pair { log_densities, densities, drops } = pair;
        let mut work = payoff.work();
        let [mu, nu] = &densities;
        if drops.is_some() {
            let function = regulariser.function();
            let residual = slope_residual(payoff, temperature, regulariser, &densities);
            return Ok(Equilibrium {
                nikaido_isoda: regularised_gap(function, payoff, temperature, [mu, nu], &mut work),
                residual,
                energy: regularised_energy(function, payoff, temperature, [mu, nu], &mut work),
                iterations,
                tail: [0, 1].map(|p| tails_of_values(&payoff.grids()[p], &densities[p])),
                bounds: None,
                temperature,
                log_densities,
                densities,
                regulariser,
                drops,
            });
        }
        let residual = Player::BOTH.map(|player| {
            let own = player.index();
            let response = log_best_response(payoff, player, temperature[own], &densities[1 - own], &mut work);
            response.iter().zip(&log_densities[own]).fold(0.0_f64, |m, (a, b)| m.max((a - b).abs()))
        });
        let error = nikaido_isoda(payoff, temperature, mu, nu, &mut work);
        Ok(Equilibrium {
            nikaido_isoda: error,
            residual: residual[0].max(residual[1]),
            energy: energy(payoff, temperature, mu, nu, &mut work),
            iterations,
            tail: [0, 1].map(|p| tails_of_values(&payoff.grids()[p], &densities[p])),
            bounds: Some(certificate::bounds(payoff, temperature, &log_densities, error)),
            temperature,
            log_densities,
            densities,
            regulariser,
            drops,
        })
    }

    /// Temperatures `(tau_x, tau_y)`.
    pub fn temperature(&self) -> [f64; 2] {
        self.temperature
    }

    /// What keeps the densities spread out.
    pub fn regulariser(&self) -> Regulariser {
        self.regulariser
    }

    /// The first player whose density vanishes on part of his torus, which only some regularisers let it do.
    pub fn vacuum(&self) -> Option<Player> {
        let vanishes = |player: &Player| self.densities[player.index()].contains(&0.0);
        Player::BOTH.into_iter().find(|player| self.regulariser.may_vanish() && vanishes(player))
    }

    /// `mu*`, `nu*` at the nodes, integral 1; 0 where they underflow.
    pub fn densities(&self) -> [&[f64]; 2] {
        [&self.densities[0], &self.densities[1]]
    }

    /// `log mu*`, `log nu*` at the nodes: finite everywhere but on a vacuum.
    pub fn log_densities(&self) -> [&[f64]; 2] {
        [&self.log_densities[0], &self.log_densities[1]]
    }

    /// The Nikaido-Isoda error of the pair.
    pub fn nikaido_isoda(&self) -> f64 {
        self.nikaido_isoda
    }

    /// `max |log mu* - log G_x(nu*)|` over all nodes, and the same for `nu*`; whichever is larger. With another regulariser
    /// than the entropy `max |phi'(mu*) - phi'(best response to nu*)|`.
    pub fn residual(&self) -> f64 {
        self.residual
    }

    /// `F(mu*, nu*)`.
    pub fn energy(&self) -> f64 {
        self.energy
    }

    /// Newton steps in all, over all temperatures.
    pub fn iterations(&self) -> usize {
        self.iterations
    }

    /// Spectral tail of `mu*` and `nu*`, one number per axis.
    pub fn tail(&self) -> &[Vec<f64>; 2] {
        &self.tail
    }

    /// How close the exact equilibrium of the operator is, per player; known for the entropy only.
    pub fn bounds(&self) -> Option<&[Bounds; 2]> {
        self.bounds.as_ref()
    }

    /// Points per axis at which the Gibbs density of the player's potential is resolved to `tolerance`.
    ///
    /// The potential is band-limited on the payoff's grid, so it can be padded to finer grids exactly; what a finer
    /// grid would change in the other player's moments is not in the estimate.
    ///
    /// # Errors
    /// [`EquilibriumError::Grid`] when no grid that this program can use resolves it.
    pub fn points_needed(
        &self,
        payoff: &Payoff,
        player: Player,
        tolerance: f64,
    ) -> Result<Vec<usize>, EquilibriumError> {
        let (grid, own) = (payoff.grid(player), player.index());
        match &self.drops {
            Some(drops) => certificate::points_needed_by_response(grid, self.regulariser, &drops[own], tolerance),
            None => certificate::points_needed(grid, &self.log_densities[own], tolerance),
        }
    }
}

/// `max |phi'(mu) - phi'(b)|`, `b` the best response to the opponent, over the nodes of both players.
fn slope_residual(payoff: &Payoff, temperature: [f64; 2], regulariser: Regulariser, densities: &[Vec<f64>; 2]) -> f64 {
    let function = regulariser.function();
    let mut work = payoff.work();
    let of = |player: Player| {
        let own = player.index();
        let opponent = &densities[1 - own];
        let response = regularised_response(function, payoff, player, temperature[own], opponent, &mut work).density;
        let difference =
            |(r, b): (&f64, &f64)| if r == b { 0.0 } else { (function.slope(*r) - function.slope(*b)).abs() };
        densities[own].iter().zip(&response).map(difference).fold(0.0, f64::max)
    };
    Player::BOTH.map(of).into_iter().fold(0.0, f64::max)
}

#[cfg(test)]
mod tests;

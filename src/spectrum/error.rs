//! Why there is no spectrum to report.

use crate::game::Player;

/// What can go wrong between an equilibrium and its spectrum.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SpectrumError {
    /// The preconditioner of a generator in two dimensions could not be factorised.
    #[error(
        "the generator of an equilibrium density is singular up to rounding, because its barriers are too high: raise the \
         temperature"
    )]
    Singular,
    /// The gap cannot be told from rounding.
    #[error(
        "the Poincare constant of player {} is below resolution: {value:.1e} with rounding of {rounding:.1e}; raise the \
         temperature",
        player.letter()
    )]
    BelowResolution {
        /// Whose.
        player: Player,
        /// What came out.
        value: f64,
        /// What rounding can do to it.
        rounding: f64,
    },
    /// A density of the equilibrium is 0 somewhere.
    #[error(
        "the equilibrium density of player {} vanishes on part of the torus, and at the edge of a support nothing is linear: \
         there is none; raise game.temperature until the support is full",
        player.letter()
    )]
    Vacuum {
        /// Whose.
        player: Player,
    },
    /// No eigenvalue converged.
    #[error("the leading eigenvalue did not converge within {vectors} vectors")]
    NotConverged {
        /// Vectors used.
        vectors: usize,
    },
    /// Two grids do not agree.
    #[error("{what} is {coarse:e} on one grid and {fine:e} on a finer one: choose a finer solver.grid")]
    Unconfirmed {
        /// Which number.
        what: &'static str,
        /// On the coarser grid.
        coarse: f64,
        /// On the finer grid.
        fine: f64,
    },
}

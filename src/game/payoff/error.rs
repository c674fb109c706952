//! What can be wrong with a payoff.

use crate::game::Player;

/// Why a payoff cannot be used on these grids.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PayoffError {
    /// A value of the payoff is NaN or infinite.
    #[error("the payoff is {value} at x = {x:?}, y = {y:?}; it must be finite everywhere")]
    NotFinite {
        /// Coordinates of the first player.
        x: Vec<f64>,
        /// Coordinates of the second player.
        y: Vec<f64>,
        /// The value.
        value: f64,
    },
    /// A grid has too few points for the payoff itself.
    #[error(
        "the payoff is not resolved along axis {axis} of player {letter}: with {points} points the relative size of \
         its last Fourier coefficients is {tail:.1e}; {advice}",
        letter = player.letter(),
        axis = axis + 1,
        advice = needed.map_or("no grid that this program can use resolves it".into(), |n| format!("it needs {n} points"))
    )]
    Unresolved {
        /// Whose axis.
        player: Player,
        /// Axis number, from 0.
        axis: usize,
        /// Points of the grid.
        points: usize,
        /// Points that would do.
        needed: Option<usize>,
        /// Outer Fourier coefficients relative to the payoff's range.
        tail: f64,
    },
    /// Fourier coefficients decay like a power: the payoff, continued periodically, has a jump or a kink.
    #[error(
        "the payoff is not smooth along axis {axis} of player {letter}: its Fourier coefficients decay only like \
         |k|^-{exponent:.1} (1: a jump, 2: a kink), as of a function that is not periodic or has a corner; {advice}",
        letter = player.letter(),
        axis = axis + 1,
        advice = "write it with smooth functions of the stated period, such as sin(2*pi*x/period)"
    )]
    NotSmooth {
        /// Whose axis.
        player: Player,
        /// Axis number, from 0.
        axis: usize,
        /// Observed decay exponent of the coefficients.
        exponent: f64,
    },
    /// Neither a low rank nor few Fourier modes represent it within the memory allowed.
    #[error(
        "the payoff could not be represented: at rank {rank} the relative error is still {error:.1e}, and a full double \
         Fourier sum would need {bytes:.1e} bytes (at most {limit:.1e} are allowed); use a smoother or a simpler payoff"
    )]
    TooComplex {
        /// Rank reached when the search stopped.
        rank: usize,
        /// Error left there, relative to the payoff's range.
        error: f64,
        /// Bytes of the double Fourier sum.
        bytes: f64,
        /// Bytes allowed.
        limit: f64,
    },
    /// On the line: no finite sum of products.
    #[error(
        "on the line a payoff must be a finite sum of products of a function of x and a function of y, such as \
         x^4/12 - x^2/2 + a*x*y - y^2; write it as a payoff of powers and products, or as [[game.terms]]"
    )]
    NotSeparable,
    /// On the line: a factor or its derivative is NaN or infinite in the box.
    #[error(
        "a factor of the payoff, or its derivative, is {value} at {letter} = {place:?}; it must be finite in the box",
        letter = player.letter()
    )]
    FactorNotFinite {
        /// Whose.
        player: Player,
        /// His coordinates.
        place: Vec<f64>,
        /// The value.
        value: f64,
    },
    /// The two players of a convolution kernel differ.
    #[error(
        "a kernel k(x - y) needs two players with the same dimension and periods; got periods {x:?} for x and {y:?} \
         for y"
    )]
    KernelDomains {
        /// Periods of the first player.
        x: Vec<f64>,
        /// Periods of the second player.
        y: Vec<f64>,
    },
    /// A table could not be read or is no sampled periodic function.
    #[error(transparent)]
    Table(#[from] super::TableError),
}

//! Functions on a flat torus: grids, Fourier transforms, derivatives, quadrature, evaluation, resampling.
//!
//! A function `u` on `X = prod_i R/(L_i Z)` of dimension 1 or 2 is held either by its values at the nodes
//! `origin_i + j L_i / n_i` (row-major, last axis fastest) or by its Fourier coefficients
//!
//! ```text
//! u_hat(k) = (1/|X|) int u(x) exp(-i k.(x - origin)) dx,     k_i = 2 pi m_i / L_i,
//! ```
//!
//! of which only the half with `m_last >= 0` is stored, because `u` is real. Nothing in this room knows of games.

mod density;
mod derivative;
mod fourier;
mod grid;
mod interpolation;
mod resample;
mod room;
mod tail;

pub use density::Density;
pub use derivative::{divergence, gradient};
#[cfg(test)]
pub(crate) use fourier::transform_count;
pub use fourier::{Fourier, FourierScratch};
pub use grid::{Axis, Grid, is_fast_size, next_fast_odd_size, next_fast_size};
pub use interpolation::evaluate;
pub use resample::{pad_values, resample};
pub use room::{axis_by_axis, interpolated_in_box, with_points_around, with_room, without_room};
pub use tail::{falls_into_tail, spectral_tail, tail_per_axis, tails_of_values};

/// What can be wrong with a grid or with values offered as a function on it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TorusError {
    /// Grids have one or two axes.
    #[error("a torus has dimension 1 or 2, got {0}")]
    Dimension(usize),
    /// Every axis needs at least [`Grid::MINIMUM_POINTS`] nodes.
    #[error("axis {axis} has {points} points; at least {minimum} are needed", minimum = Grid::MINIMUM_POINTS)]
    TooFewPoints {
        /// Axis number, from 0.
        axis: usize,
        /// What was asked for.
        points: usize,
    },
    /// The arrays of one density would not fit the memory this program allows itself.
    #[error(
        "a grid of {points} points needs {bytes:.1e} bytes for each density; at most {maximum} points are allowed",
        maximum = Grid::MAXIMUM_POINTS
    )]
    TooManyPoints {
        /// Product of the points of all axes (as a float: it may exceed any integer type).
        points: f64,
        /// Bytes of one density.
        bytes: f64,
    },
    /// Periods are positive and finite.
    #[error("axis {axis} has period {period}; it must be positive and finite")]
    Period {
        /// Axis number, from 0.
        axis: usize,
        /// What was asked for.
        period: f64,
    },
    /// Origins are finite.
    #[error("axis {axis} has origin {origin}; it must be finite")]
    Origin {
        /// Axis number, from 0.
        axis: usize,
        /// What was asked for.
        origin: f64,
    },
    /// An array has the wrong number of values.
    #[error("expected {expected} values, got {got}")]
    Length {
        /// Nodes of the grid.
        expected: usize,
        /// Values offered.
        got: usize,
    },
    /// A value is NaN or infinite.
    #[error("the value at node {index:?} is {value}")]
    NotFinite {
        /// Multi-index of the node.
        index: Vec<usize>,
        /// The value.
        value: f64,
    },
    /// A density is negative somewhere by more than rounding.
    #[error("the density is negative at node {index:?}: {value:e}")]
    Negative {
        /// Multi-index of the node.
        index: Vec<usize>,
        /// The value.
        value: f64,
    },
    /// A density has no mass.
    #[error("the density has total mass {0:e}; it cannot be normalised")]
    NoMass(f64),
}

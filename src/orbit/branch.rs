//! What is known of a branch of periodic orbits, and how it is to be followed.

use super::OrbitError;
use super::find::unstable_count;
use super::multipliers::Multiplier;
use super::shooting::Point;
use crate::flow::MflDa;

/// A game with one parameter free.
pub trait Family {
    /// The flow at a value of the parameter, on the same grids always.
    ///
    /// # Errors
    /// [`OrbitError::Parameter`].
    fn flow(&self, parameter: f64) -> Result<MflDa, OrbitError>;
}

/// How a branch is to be followed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Continuation {
    /// First change of the parameter, with its sign.
    pub first_step: f64,
    /// The branch ends when the parameter leaves this interval.
    pub range: [f64; 2],
    /// Most points.
    pub most_points: usize,
    /// Largest arclength.
    pub longest_step: f64,
    /// Time steps of a period.
    pub steps: usize,
    /// Time steps of a period for tangents and multipliers.
    pub tangent_steps: usize,
    /// `|phi_T(u) - u|/|u|` to reach.
    pub tolerance: f64,
    /// Coupled multipliers at every point.
    pub multipliers: usize,
}

/// An orbit on a branch.
#[derive(Debug, Clone, PartialEq)]
pub struct BranchPoint {
    /// Value of the parameter.
    pub parameter: f64,
    /// The orbit.
    pub point: Point,
    /// `|phi_T(u) - u|/|u|`.
    pub residual: f64,
    /// Leading coupled multipliers.
    pub multipliers: Vec<Multiplier>,
}

impl BranchPoint {
    /// Whether all multipliers but the trivial one lie inside the unit circle.
    pub fn is_stable(&self) -> bool {
        unstable_count(&self.multipliers) == 0
    }
}

/// A fold of a branch.
#[derive(Debug, Clone, PartialEq)]
pub struct Fold {
    /// The orbit at the fold.
    pub at: BranchPoint,
    /// Estimated error of the parameter, from two step sizes and the last change of the vertex.
    pub error: f64,
    /// Number of the first point behind it.
    pub behind: usize,
}

/// Why a branch ended.
#[derive(Debug, Clone, PartialEq)]
pub enum BranchEnd {
    /// The parameter left its range.
    Range,
    /// As many points as were allowed.
    Points,
    /// The caller had enough.
    Stopped,
    /// The corrector failed at the shortest arclength.
    Failed(OrbitError),
}

/// A branch with its folds.
#[derive(Debug, Clone, PartialEq)]
pub struct Branch {
    /// Orbits in order.
    pub points: Vec<BranchPoint>,
    /// Folds in order.
    pub folds: Vec<Fold>,
    /// Why it ended.
    pub end: BranchEnd,
}

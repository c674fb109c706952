//! What can go wrong between two densities and their distance.

use super::Method;

/// Why there is no distance.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TransportError {
    /// The solver does not serve tori of this dimension.
    #[error("{method} serves tori of dimension {expected}, got dimension {got}")]
    Dimension {
        /// The solver.
        method: Method,
        /// The dimension it serves.
        expected: usize,
        /// The dimension of the densities.
        got: usize,
    },
    /// The densities live on tori of different periods.
    #[error("axis {axis}: the target has period {expected}, the source {got}; both must live on the same torus")]
    Period {
        /// Axis number, from 0.
        axis: usize,
        /// Period of the target.
        expected: f64,
        /// Period of the source.
        got: f64,
    },
    /// The densities are given from different origins.
    #[error("axis {axis}: the target has origin {expected}, the source {got}; give both from the same origin")]
    Origin {
        /// Axis number, from 0.
        axis: usize,
        /// Origin of the target.
        expected: f64,
        /// Origin of the source.
        got: f64,
    },
    /// An array has the wrong number of values.
    #[error("expected {expected} values, one for each node, got {got}")]
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
    /// A source given as target plus difference is negative.
    #[error("the source density is negative at node {index:?}: {value:e}")]
    Negative {
        /// Multi-index of the node.
        index: Vec<usize>,
        /// The value.
        value: f64,
    },
    /// A cloud without points.
    #[error("the cloud has no points; at least 1 is needed")]
    Empty,
    /// A coordinate of a cloud has no place on the torus.
    #[error(
        "point {index}, axis {axis}: the coordinate {value:e} has no place on the torus; it must be finite and near \
         enough to the origin to keep six digits of its period"
    )]
    Coordinate {
        /// Number of the point, from 0.
        index: usize,
        /// Axis number, from 0.
        axis: usize,
        /// The coordinate.
        value: f64,
    },
    /// A weight or mass is negative or not finite.
    #[error("weight {index} is {value:e}; weights must be finite and not negative")]
    Weight {
        /// Its position, from 0.
        index: usize,
        /// The weight.
        value: f64,
    },
    /// All weights or masses are 0.
    #[error("all weights are 0; the total mass must be positive")]
    NoMass,
    /// The tables of the solver would not fit the memory this program allows itself.
    #[error("{method} serves densities of up to {maximum} nodes, got {points}; resample the density")]
    TooManyPoints {
        /// The solver.
        method: Method,
        /// Nodes of the density.
        points: usize,
        /// Most nodes served.
        maximum: usize,
    },
    /// There is no reading of this name.
    #[error("unknown reading \"{got}\"; expected band-limited, constant or nodes")]
    Reading {
        /// What was asked for.
        got: String,
    },
    /// A grid could not be made.
    #[error(transparent)]
    Torus(#[from] crate::torus::TorusError),
    /// An iteration ended without reaching its tolerance.
    #[error("{method}: {stage} stopped after {steps} steps at {residual:.3e}, wanted {tolerance:.3e}")]
    NotConverged {
        /// The solver.
        method: Method,
        /// The iteration, for example "Newton for the shift".
        stage: &'static str,
        /// Steps taken.
        steps: usize,
        /// What was reached.
        residual: f64,
        /// What was wanted.
        tolerance: f64,
    },
    /// The map found is not the gradient of a convex function everywhere: it may not be optimal.
    #[error("{method}: the map is not optimal, smallest eigenvalue of its Jacobian {smallest:.3e}, must be positive")]
    NotConvex {
        /// The solver.
        method: Method,
        /// Smallest eigenvalue of `I + D^2 p`.
        smallest: f64,
    },
    /// The densities vary more than the solver can bear.
    #[error("{method}: max/min of the density is {contrast:.3e}, at most {maximum:.3e} can be served")]
    Contrast {
        /// The solver.
        method: Method,
        /// Largest over smallest value.
        contrast: f64,
        /// Largest contrast served.
        maximum: f64,
    },
    /// No map was found, not even between the densities with all values lifted to a share of their largest one.
    #[error(
        "{method}: {stage} failed after {steps} steps, even with all values lifted to {share:.0e} of the largest \
         (max/min {contrast:.3e}); a finer grid or less contrast is needed"
    )]
    Continuation {
        /// The solver.
        method: Method,
        /// The iteration that failed.
        stage: &'static str,
        /// Newton steps taken on the last grid.
        steps: usize,
        /// The share to which values were lifted.
        share: f64,
        /// Largest over smallest value of the densities.
        contrast: f64,
    },
    /// The band-limited function through the data is negative: the grid does not resolve the density.
    #[error(
        "{method}: the band-limited density dips to -{dip:.3e} of its largest value (at most {allowed:.1e} is \
         rounding); a finer grid is needed"
    )]
    Unresolved {
        /// The solver.
        method: Method,
        /// Depth of the dip over the largest value.
        dip: f64,
        /// Largest dip that passes for rounding.
        allowed: f64,
    },
}

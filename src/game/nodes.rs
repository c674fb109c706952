//! Coordinates of one node of a grid, as the evaluation of expressions and payoffs wants them.

use crate::torus::Grid;

/// Coordinates of the node at `position`, one for each axis.
pub(super) fn node(grid: &Grid, position: usize) -> Vec<f64> {
    let node = grid.node(position);
    node.iter().zip(grid.axes()).map(|(&j, a)| a.origin + a.period * (j as f64 / a.points as f64)).collect()
}

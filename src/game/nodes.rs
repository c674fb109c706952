//! Coordinates of the nodes of a grid, as the evaluation of expressions and payoffs wants them.

use crate::torus::Grid;

/// Coordinates of all nodes: `d` arrays of `N` values, one for each axis.
pub(crate) fn node_coordinates(grid: &Grid) -> Vec<Vec<f64>> {
    let axes = grid.axes().iter().enumerate();
    axes.map(|(i, axis)| {
        let along = axis.coordinates();
        (0..grid.len()).map(|position| along[grid.node(position)[i]]).collect()
    })
    .collect()
}

/// Coordinates of the node at `position`, one for each axis.
pub(super) fn node(grid: &Grid, position: usize) -> Vec<f64> {
    let node = grid.node(position);
    node.iter().zip(grid.axes()).map(|(&j, a)| a.origin + a.period * (j as f64 / a.points as f64)).collect()
}

//! The optimal map itself, read off a potential.
//!
//! The optimal pairs are `x = m - d(m)`, `y = T(x) = m + d(m)`, `d = grad phi`. At a given `x` the midpoint is the minimum
//! of the convex function `|m|^2/2 - phi(m) - x.m`: Newton with the matrix `I - D^2 phi(m)`, the step halved until the
//! residual `|m - d(m) - x|` falls. Off-grid values have an error below 1e-13 of the largest displacement.

use super::off_grid::OffGrid;
use super::{METHOD, Potential};
use crate::torus::{Fourier, Grid, gradient};
use crate::transport::TransportError;

/// Newton steps for one point.
const STEPS: usize = 60;
/// Halvings of one step.
const HALVINGS: usize = 30;
/// Residual, in units of the largest displacement, at which a point is found: what off-grid values leave.
const CLOSE: f64 = 1e-12;

/// An optimal map `T` from a source to a target.
#[derive(Debug, Clone)]
pub struct TransportMap {
    grid: Grid,
    /// `d` at the nodes of the grid, and anywhere.
    nodes: [Vec<f64>; 2],
    half: [OffGrid; 2],
    longest: f64,
}

impl TransportMap {
    /// The map of a potential. Cost: four transforms and the tables of two functions.
    pub fn new(potential: &Potential) -> TransportMap {
        let grid = potential.grid.clone();
        let fourier = Fourier::new(&grid);
        let mut scratch = fourier.scratch();
        let mut spectrum = fourier.zero_spectrum();
        fourier.forward(&potential.values, &mut spectrum, &mut scratch);
        let mut slope = [spectrum.clone(), spectrum.clone()];
        let mut nodes = [vec![0.0; grid.len()], vec![0.0; grid.len()]];
        for axis in 0..2 {
            gradient(&grid, axis, &spectrum, &mut slope[axis]);
            fourier.inverse(&slope[axis], &mut nodes[axis], &mut scratch);
        }
        let longest = nodes[0].iter().zip(&nodes[1]).fold(0.0_f64, |m, (a, b)| m.max(a.hypot(*b)));
        let half = slope.map(|slope| OffGrid::new(&grid, &slope));
        TransportMap { grid, nodes, half, longest }
    }

    /// The grid of midpoints on which the map was found.
    pub fn grid(&self) -> &Grid {
        &self.grid
    }

    /// `(x, T(x))` for every midpoint `m` of the grid: `m - d(m)` and `m + d(m)`, not brought back to one period.
    pub fn pairs(&self) -> impl Iterator<Item = ([f64; 2], [f64; 2])> + '_ {
        let [first, second] = [0, 1].map(|axis| self.grid.axis(axis).coordinates());
        let columns = self.grid.row_len();
        (0..self.grid.len()).map(move |j| {
            let (m, d) = ([first[j / columns], second[j % columns]], [self.nodes[0][j], self.nodes[1][j]]);
            ([m[0] - d[0], m[1] - d[1]], [m[0] + d[0], m[1] + d[1]])
        })
    }

    /// `T(x) - x`, in the unit of length of the torus.
    ///
    /// # Errors
    /// [`TransportError::NotConverged`] where the map is too steep for its grid.
    pub fn displacement(&self, x: [f64; 2]) -> Result<[f64; 2], TransportError> {
        let mut m = x;
        let (mut d, mut slopes) = self.half_displacement(m);
        let mut defect = [d[0], d[1]];
        for _ in 0..STEPS {
            let size = defect[0].hypot(defect[1]);
            if size <= CLOSE * self.longest {
                return Ok([2.0 * d[0], 2.0 * d[1]]);
            }
            let direction = solve_symmetric(slopes, defect);
            let mut step = 1.0;
            for _ in 0..HALVINGS {
                let trial = [m[0] + step * direction[0], m[1] + step * direction[1]];
                let (half, slope) = self.half_displacement(trial);
                let left = [half[0] - (trial[0] - x[0]), half[1] - (trial[1] - x[1])];
                if left[0].hypot(left[1]) < size {
                    (m, d, slopes, defect) = (trial, half, slope, left);
                    break;
                }
                step *= 0.5;
            }
        }
        Err(TransportError::NotConverged {
            method: METHOD,
            stage: "the midpoint of a pair of the map",
            steps: STEPS,
            residual: defect[0].hypot(defect[1]),
            tolerance: CLOSE * self.longest,
        })
    }

    /// `T(x) - x` at every node of a grid, one array for each axis.
    ///
    /// # Errors
    /// As [`TransportMap::displacement`].
    pub fn displacement_on(&self, grid: &Grid) -> Result<[Vec<f64>; 2], TransportError> {
        let [first, second] = [0, 1].map(|axis| grid.axis(axis).coordinates());
        let mut arrays = [Vec::with_capacity(grid.len()), Vec::with_capacity(grid.len())];
        for a in &first {
            for b in &second {
                let displacement = self.displacement([*a, *b])?;
                (0..2).for_each(|axis| arrays[axis].push(displacement[axis]));
            }
        }
        Ok(arrays)
    }

    /// `d(m)` and `phi_11, phi_12, phi_22`.
    fn half_displacement(&self, m: [f64; 2]) -> ([f64; 2], [f64; 3]) {
        let (first, [a, b]) = self.half[0].value_and_gradient(m);
        let (second, [_, c]) = self.half[1].value_and_gradient(m);
        ([first, second], [a, b, c])
    }
}

/// `(I - H)^-1 b` for `H = [a b; b c]`.
fn solve_symmetric([a, b, c]: [f64; 3], right: [f64; 2]) -> [f64; 2] {
    let determinant = (1.0 - a) * (1.0 - c) - b * b;
    [((1.0 - c) * right[0] + b * right[1]) / determinant, (b * right[0] + (1.0 - a) * right[1]) / determinant]
}

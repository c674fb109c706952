//! The two densities of one distance, pulled back to the midpoints of a lattice.
//!
//! ```text
//! x = m - grad phi(m),   y = m + grad phi(m),   q = nu(y) det(I + H),   q' = mu(x) det(I - H),   H = D^2 phi.
//! ```
//!
//! Outside of their box the densities are 0. For short displacements `q - q'` is formed without cancellation, as in
//! `monge_ampere/level.rs`.

use super::spline::{Fields, Lattice};
use crate::torus::{Density, Fourier, Grid, pad_values};
use crate::transport::monge_ampere::{OffGrid, near_rule, rise};
use rayon::prelude::*;
use std::f64::consts::PI;

/// Source, target and `target - source` at any point of their box.
#[derive(Debug)]
pub struct Densities {
    source: OffGrid,
    target: OffGrid,
    difference: OffGrid,
    ends: [[f64; 2]; 2],
    /// `pi/h` of the finer grid along each axis.
    finest: [f64; 2],
}

/// All three at the nodes of a lattice.
#[derive(Debug)]
pub struct AtNodes {
    source: Vec<f64>,
    target: Vec<f64>,
    difference: Vec<f64>,
}

/// A pair pulled back by a potential.
#[derive(Debug)]
pub struct PulledBack {
    /// `q`.
    pub pushed: Vec<f64>,
    /// `q'`.
    pub pulled: Vec<f64>,
    /// `q - s q'`, `s` the quotient of their sums.
    pub residual: Vec<f64>,
    /// Smallest eigenvalue of `I + H` and `I - H`.
    pub convexity: Vec<f64>,
    /// The largest value of `q` and `q'`.
    pub largest: f64,
}

impl Densities {
    /// From two densities in the same box.
    pub fn new(source: &Density, target: &Density) -> Densities {
        let points: Vec<usize> =
            source.grid().shape().iter().zip(target.grid().shape()).map(|(a, b)| *a.max(&b)).collect();
        let grid = source.grid().with_points(&points).expect("the larger of two grids");
        let [own_source, own_target] = [source, target].map(|d| pad_values(d.grid(), &grid, d.values()));
        let difference: Vec<f64> = if source.grid().shape() == target.grid().shape() {
            target.values().iter().zip(source.values()).map(|(g, f)| g - f).collect()
        } else {
            own_target.iter().zip(&own_source).map(|(g, f)| g - f).collect()
        };
        let axes = grid.axes();
        let ends = [0, 1].map(|i| [axes[i].origin, axes[i].origin + axes[i].period]);
        Densities {
            source: off_grid(&grid, &own_source),
            target: off_grid(&grid, &own_target),
            difference: off_grid(&grid, &difference),
            ends,
            finest: [0, 1].map(|i| PI / axes[i].spacing()),
        }
    }

    /// Values at the nodes of a lattice.
    pub fn at_nodes(&self, lattice: &Lattice) -> AtNodes {
        let values = |function: &OffGrid| values(function, lattice);
        AtNodes { source: values(&self.source), target: values(&self.target), difference: values(&self.difference) }
    }

    /// Pulls both back by the potential with these fields.
    pub fn pull_back(&self, lattice: &Lattice, nodes: &AtNodes, fields: &Fields) -> PulledBack {
        let longest = [0, 1].map(|i| fields.slope[i].iter().fold(0.0_f64, |m, d| m.max(d.abs())));
        let rule = near_rule((longest[0] * self.finest[0]).max(longest[1] * self.finest[1]));
        let both: Vec<(f64, f64)> = (0..lattice.nodes())
            .into_par_iter()
            .map(|j| {
                let (m, d) = (lattice.node(j), [fields.slope[0][j], fields.slope[1][j]]);
                let (trace, determinant) = invariants(fields, j);
                match rule {
                    Some(rule) => {
                        let mu_rise = rise(|x| self.source.value_and_gradient(x), m, [-d[0], -d[1]], rule).0;
                        let nu_rise = rise(|y| self.target.value_and_gradient(y), m, d, rule).0;
                        let (mu, nu) = (nodes.source[j] + mu_rise, nodes.target[j] + nu_rise);
                        let excess = (nu_rise - mu_rise)
                            + (nu * (trace + determinant) - mu * (determinant - trace))
                            + nodes.difference[j];
                        (mu * (1.0 - trace + determinant), excess)
                    }
                    None => {
                        let mu = self.inside(&self.source, [m[0] - d[0], m[1] - d[1]]);
                        let nu = self.inside(&self.target, [m[0] + d[0], m[1] + d[1]]);
                        let pulled = mu * (1.0 - trace + determinant);
                        (pulled, nu * (1.0 + trace + determinant) - pulled)
                    }
                }
            })
            .collect();
        let (pulled, excess): (Vec<f64>, Vec<f64>) = both.into_iter().unzip();
        let defect = excess.iter().sum::<f64>() / pulled.iter().sum::<f64>();
        let pushed: Vec<f64> = pulled.iter().zip(&excess).map(|(p, e)| p + e).collect();
        PulledBack {
            residual: excess.iter().zip(&pulled).map(|(e, p)| e - defect * p).collect(),
            convexity: (0..lattice.nodes()).map(|j| convexity(fields, j)).collect(),
            largest: pushed.iter().chain(&pulled).fold(0.0, |m: f64, q| m.max(*q)),
            pushed,
            pulled,
        }
    }

    fn inside(&self, function: &OffGrid, x: [f64; 2]) -> f64 {
        let is_inside = (0..2).all(|i| x[i] >= self.ends[i][0] && x[i] < self.ends[i][1]);
        if is_inside { function.value_and_gradient(x).0 } else { 0.0 }
    }
}

impl PulledBack {
    /// Whether there is mass at a node: `q` or `q'` above this share of the largest value.
    pub fn has_mass(&self, j: usize, share: f64) -> bool {
        self.pushed[j].max(self.pulled[j]) > share * self.largest
    }

    /// The smallest eigenvalue where there is mass.
    pub fn convexity_above(&self, share: f64) -> f64 {
        let with_mass = (0..self.pushed.len()).filter(|j| self.has_mass(*j, share));
        // A NaN must come through, which `f64::min` would hide.
        with_mass.map(|j| self.convexity[j]).fold(f64::INFINITY, |m, e| if e >= m { m } else { e })
    }
}

/// `tr H` and `det H`.
pub fn invariants(fields: &Fields, j: usize) -> (f64, f64) {
    let [a, b, c] = [fields.hessian[0][j], fields.hessian[1][j], fields.hessian[2][j]];
    (a + c, a * c - b * b)
}

fn convexity(fields: &Fields, j: usize) -> f64 {
    let [a, b, c] = [fields.hessian[0][j], fields.hessian[1][j], fields.hessian[2][j]];
    1.0 - 0.5 * (a + c).abs() - (0.5 * (a - c)).hypot(b)
}

/// A density at the nodes of a lattice.
pub fn density_at(density: &Density, lattice: &Lattice) -> Vec<f64> {
    values(&off_grid(density.grid(), density.values()), lattice)
}

fn values(function: &OffGrid, lattice: &Lattice) -> Vec<f64> {
    (0..lattice.nodes()).into_par_iter().map(|j| function.value_and_gradient(lattice.node(j)).0).collect()
}

fn off_grid(grid: &Grid, values: &[f64]) -> OffGrid {
    let fourier = Fourier::new(grid);
    let mut spectrum = fourier.zero_spectrum();
    fourier.forward(values, &mut spectrum, &mut fourier.scratch());
    OffGrid::new(grid, &spectrum)
}

//! The generator of one player's overdamped Langevin dynamics in one dimension, through its Witten factor.
//!
//! With `phi = -log mu*` and `u = h sqrt(mu*)` the generator `A h = -(1/mu*) (mu* h')'` becomes
//!
//! ```text
//! A = B^T B,   B = d/dx + phi'/2,   B sqrt(mu*) = 0,   B^T (1/sqrt(mu*)) = 0         (Helffer & Nier 2005, ch. 1).
//! ```
//!
//! `phi'` is taken from the payoff's gradient, never from derivatives of `mu*`. On an odd number of nodes the Fourier
//! derivative is a skew matrix with the constants as its only kernel, so `B` and its transpose have one null vector
//! each, as in the formula. The system bordered with them,
//!
//! ```text
//! ( B    p )                                  p = 1/sqrt(mu*) normalised,
//! ( q^T  0 ),                                 q = sqrt(mu*) normalised,
//! ```
//!
//! is regular; one factorisation of it serves `B` and `B^T`, and the inverse of `A` on functions of mean zero is two
//! solves. The zero eigenvalue of mass is thereby absent, not filtered out. Errors are those of singular values: about
//! `1e-16 s_max/s_min` relative, where `s^2` are the eigenvalues of `A`.
//!
//! With a diffusivity `rho` (`generator.rs`) the rows of `B` are multiplied by `sqrt(rho)`, and `p = 1/sqrt(rho p)`.
//!
//! Cost: `2 n^3/3` once, `4 n^2` for an application of the inverse.

use super::generator::{Generator, Landscape, ground_state, normalised_exponential};
use crate::game::payoff::dot;
use faer::Mat;
use nashflow_kernels::factor::Lu;
use std::f64::consts::PI;

/// `A^-1` in one dimension.
#[derive(Debug)]
pub struct WittenFactor {
    factor: Lu,
    ground: Vec<f64>,
    half_slope: Vec<f64>,
    /// `sqrt(rho)`, 1 for the entropy.
    roots: Vec<f64>,
    mass: f64,
    /// The derivative's matrix, row by row from the diagonal: twice, so that every row is a slice.
    derivative: Vec<f64>,
    norm: f64,
}

impl WittenFactor {
    /// From a density on a grid of one dimension with an odd number of points.
    pub fn new(landscape: &Landscape) -> WittenFactor {
        let Landscape { grid, log_density, slopes, log_diffusivity, mass, .. } = landscape;
        let slope = &slopes[0];
        let n = grid.len();
        assert!(
            grid.dimension() == 1 && n % 2 == 1,
            "one dimension and an odd number of nodes, got {:?}",
            grid.shape()
        );
        let ground = ground_state(log_density);
        let log_dual: Vec<f64> = log_density.iter().zip(log_diffusivity).map(|(p, rho)| p + rho).collect();
        let dual = normalised_exponential(&log_dual, -0.5);
        let roots: Vec<f64> = log_diffusivity.iter().map(|rho| (0.5 * rho).exp()).collect();
        let row = derivative_row(n, grid.volume());
        // Borders of the size of the derivative, so that the pivots do not depend on the unit of length.
        let scale = PI * n as f64 / grid.volume();
        let bordered = Mat::from_fn(n + 1, n + 1, |i, j| match (i == n, j == n) {
            (false, false) if i == j => roots[i] * 0.5 * slope[i],
            (false, false) => roots[i] * row[(i + n - j) % n],
            (false, true) => scale * dual[i],
            (true, false) => scale * ground[j],
            (true, true) => 0.0,
        });
        WittenFactor {
            factor: Lu::new(&bordered),
            ground,
            half_slope: slope.iter().map(|s| 0.5 * s).collect(),
            // Row i of the matrix is entry (i - k) mod n in column k: the reversed sequence, shifted.
            derivative: (0..2 * n).map(|m| row[(2 * n - m) % n]).collect(),
            norm: (scale + slope.iter().fold(0.0, |m: f64, s| m.max(0.5 * s.abs())))
                * roots.iter().fold(0.0, |m: f64, root| m.max(*root)),
            roots,
            mass: *mass,
        }
    }
}

impl Generator for WittenFactor {
    fn ground_state(&self) -> &[f64] {
        &self.ground
    }

    fn precondition(&mut self, columns: &mut Mat<f64>) {
        let n = self.ground.len();
        let mut bordered = Mat::from_fn(n + 1, columns.ncols(), |i, j| if i < n { columns[(i, j)] } else { 0.0 });
        self.factor.solve_transpose_in_place(&mut bordered);
        (0..columns.ncols()).for_each(|j| bordered[(n, j)] = 0.0);
        self.factor.solve_in_place(&mut bordered);
        for j in 0..columns.ncols() {
            columns.col_as_slice_mut(j).copy_from_slice(&bordered.col_as_slice(j)[..n]);
        }
    }

    fn is_inverted(&self) -> bool {
        true
    }

    fn factor_products(&mut self, u: &[f64], out: &mut Vec<f64>) {
        out.clear();
        out.extend((0..u.len()).map(|i| self.roots[i] * (self.slope_of(u, i) + self.half_slope[i] * u[i])));
    }

    fn mass(&self) -> f64 {
        self.mass
    }

    fn factor_norm(&self) -> f64 {
        self.norm
    }

    fn apply(&mut self, u: &[f64], out: &mut [f64]) {
        let mut factored = Vec::with_capacity(u.len());
        self.factor_products(u, &mut factored);
        factored.iter_mut().zip(&self.roots).for_each(|(f, root)| *f *= root);
        // The derivative is skew.
        out.iter_mut()
            .enumerate()
            .for_each(|(i, o)| *o = self.half_slope[i] * factored[i] - self.slope_of(&factored, i));
    }
}

impl WittenFactor {
    /// The derivative of `u` at node `i`.
    fn slope_of(&self, u: &[f64], i: usize) -> f64 {
        let n = u.len();
        dot(&self.derivative[n - i..2 * n - i], u)
    }
}

/// Entry `(j, k)` of the Fourier derivative on `n` (odd) nodes, as a function of `j - k mod n`.
fn derivative_row(n: usize, period: f64) -> Vec<f64> {
    let entry = |d: usize| match d {
        0 => 0.0,
        // Mirrored, so that the matrix is skew to the last bit.
        d if 2 * d > n => -entry_of(n - d, n, period),
        d => entry_of(d, n, period),
    };
    (0..n).map(entry).collect()
}

fn entry_of(d: usize, n: usize, period: f64) -> f64 {
    let sign = if d.is_multiple_of(2) { 1.0 } else { -1.0 };
    sign * PI / (period * (PI * d as f64 / n as f64).sin())
}

//! The generator of one player's overdamped Langevin dynamics in two dimensions, with a preconditioner.
//!
//! In the coordinates `u = h sqrt(mu*)`, with `phi = -log mu*`,
//!
//! ```text
//! A = sum_a B_a^T B_a,   B_a = d/dx_a + (d phi/dx_a)/2,   A sqrt(mu*) = 0                       (Witten Laplacian)
//! ```
//!
//! is applied through its factors, by transforms. The preconditioner is the square-root approximation of the same
//! operator by finite volumes,
//!
//! ```text
//! (S u)_i = sum_a (1/h_a^2) sum over both neighbours j along a of c_ij ( sqrt(mu_j/mu_i) u_i - u_j ),   S sqrt(mu*) = 0,
//! c_ij = (1 + d^2/8)/cosh(d/2),   d = log(mu_j/mu_i),
//! ```
//!
//! factorised by a sparse Cholesky method. It knows the wells and barriers of `mu*` as well as `A` does: the quotient of both
//! forms is between 1 and `pi^2/4` up to the error of the grid, at any temperature (a Laplacian knows nothing of wells and
//! fails at low temperature). The factor `c` is 1 where the grid resolves `mu*`; at the steep ends of a box on the plane, where
//! `mu*` changes by orders of magnitude between two nodes, the plain rates `c = 1` are larger than `A` by as much. `S` is singular with a known kernel: the node of largest density is held at 0 and the ground
//! state taken out afterwards, which solves the consistent system exactly.
//!
//! With a diffusivity `rho` (`generator.rs`) `B_a` is multiplied by `sqrt(rho)`, and `1/h_a^2` by the mean of `rho` of both cells.
//!
//! References: Donati, Heida, Keller & Weber, J. Phys. Condens. Matter 30 (2018) 425201 (square-root approximation);
//! Orszag, J. Comput. Phys. 37 (1980) 70 (finite differences as preconditioners of spectral operators).
//!
//! Cost: 6 transforms for a product; one sparse factorisation, and two triangular solves for a preconditioned vector.

use super::SpectrumError;
use super::generator::{Generator, Landscape, ground_state};
use crate::torus::{Fourier, FourierScratch, Grid, divergence, gradient};
use faer::Mat;
use nashflow_kernels::sparse::Cholesky;
use num_complex::Complex64;
use std::f64::consts::PI;

/// `A` in two dimensions, with a preconditioner.
pub struct SchroedingerOperator {
    fourier: Fourier,
    ground: Vec<f64>,
    /// `(d phi/dx_a)/2` for every axis.
    half_slopes: Vec<Vec<f64>>,
    /// `sqrt(rho)`, 1 for the entropy.
    roots: Vec<f64>,
    mass: f64,
    /// Bound on the norm of `A`.
    largest: f64,
    factor: Cholesky,
    held: usize,
    scratch: FourierScratch,
    spectrum: Vec<Complex64>,
    derivative: Vec<Complex64>,
    gradients: Vec<Vec<f64>>,
}

impl SchroedingerOperator {
    /// From a density on a grid of two dimensions.
    ///
    /// # Errors
    /// [`SpectrumError::Singular`] when the preconditioner cannot be factorised.
    pub fn new(landscape: &Landscape) -> Result<SchroedingerOperator, SpectrumError> {
        let Landscape { grid, log_density, slopes, log_diffusivity, mass, .. } = landscape;
        let fourier = Fourier::new(grid);
        let held = (0..grid.len()).fold(0, |m, i| if log_density[i] > log_density[m] { i } else { m });
        let half_slopes: Vec<Vec<f64>> = slopes.iter().map(|s| s.iter().map(|v| 0.5 * v).collect()).collect();
        let steepest = |s: &Vec<f64>| s.iter().fold(0.0, |m: f64, v| m.max(v.abs()));
        let axes = grid.axes().iter().zip(&half_slopes);
        let roots: Vec<f64> = log_diffusivity.iter().map(|rho| (0.5 * rho).exp()).collect();
        let fastest = roots.iter().fold(0.0, |m: f64, root| m.max(*root)).powi(2);
        Ok(SchroedingerOperator {
            largest: fastest * axes.map(|(a, s)| (PI / a.spacing() + steepest(s)).powi(2)).sum::<f64>(),
            ground: ground_state(log_density),
            half_slopes,
            factor: square_root_approximation(landscape, held)?,
            held,
            scratch: fourier.scratch(),
            spectrum: fourier.zero_spectrum(),
            derivative: fourier.zero_spectrum(),
            gradients: vec![vec![0.0; grid.len()]; grid.dimension()],
            roots,
            mass: *mass,
            fourier,
        })
    }

    /// `B_a u` into `self.gradients`.
    fn factor_rows(&mut self, u: &[f64]) {
        let grid = self.fourier.grid();
        self.fourier.forward(u, &mut self.spectrum, &mut self.scratch);
        for (axis, y) in self.gradients.iter_mut().enumerate() {
            gradient(grid, axis, &self.spectrum, &mut self.derivative);
            self.fourier.inverse(&self.derivative, y, &mut self.scratch);
            y.iter_mut().zip(u.iter().zip(&self.half_slopes[axis])).for_each(|(y, (u, s))| *y += s * u);
            y.iter_mut().zip(&self.roots).for_each(|(y, root)| *y *= root);
        }
    }
}

impl Generator for SchroedingerOperator {
    fn ground_state(&self) -> &[f64] {
        &self.ground
    }

    fn precondition(&mut self, columns: &mut Mat<f64>) {
        let (n, held) = (columns.nrows(), self.held);
        let kept = |i: usize| if i < held { i } else { i + 1 };
        for j in 0..columns.ncols() {
            self.centre(columns.col_as_slice_mut(j));
        }
        let mut solved = Mat::from_fn(n - 1, columns.ncols(), |i, j| columns[(kept(i), j)]);
        self.factor.solve_in_place(&mut solved);
        for j in 0..columns.ncols() {
            let (column, solved) = (columns.col_as_slice_mut(j), solved.col_as_slice(j));
            column[..held].copy_from_slice(&solved[..held]);
            column[held] = 0.0;
            column[held + 1..].copy_from_slice(&solved[held..]);
            self.centre(column);
        }
    }

    fn factor_products(&mut self, u: &[f64], out: &mut Vec<f64>) {
        self.factor_rows(u);
        out.clear();
        self.gradients.iter().for_each(|y| out.extend_from_slice(y));
    }

    fn mass(&self) -> f64 {
        self.mass
    }

    fn factor_norm(&self) -> f64 {
        self.largest.sqrt()
    }

    fn apply(&mut self, u: &[f64], out: &mut [f64]) {
        self.factor_rows(u);
        for y in &mut self.gradients {
            y.iter_mut().zip(&self.roots).for_each(|(y, root)| *y *= root);
        }
        let grid = self.fourier.grid().clone();
        self.derivative.fill(Complex64::ZERO);
        for (axis, y) in self.gradients.iter().enumerate() {
            self.fourier.forward(y, &mut self.spectrum, &mut self.scratch);
            divergence(&grid, axis, -1.0, &self.spectrum, &mut self.derivative);
        }
        self.fourier.inverse(&self.derivative, out, &mut self.scratch);
        for (y, slope) in self.gradients.iter().zip(&self.half_slopes) {
            out.iter_mut().zip(y.iter().zip(slope)).for_each(|(o, (y, s))| *o += s * y);
        }
    }
}

/// The factorised finite-volume operator without the node that is held.
fn square_root_approximation(landscape: &Landscape, held: usize) -> Result<Cholesky, SpectrumError> {
    let Landscape { grid, log_density, log_diffusivity, .. } = landscape;
    let kept = |i: usize| if i < held { Some(i) } else { i.checked_sub(1).filter(|_| i != held) };
    let mut entries = Vec::with_capacity(grid.len() * (1 + 2 * grid.dimension()));
    for i in 0..grid.len() {
        let Some(row) = kept(i) else { continue };
        let mut diagonal = 0.0;
        for (axis, neighbours) in neighbours(grid, i).into_iter().enumerate() {
            for j in neighbours {
                let diffusivity = 0.5 * (log_diffusivity[i].exp() + log_diffusivity[j].exp());
                let rise = log_density[j] - log_density[i];
                let rate = grid.axis(axis).spacing().powi(-2) * diffusivity * passage(rise);
                diagonal += rate * (0.5 * rise).exp();
                if let Some(column) = kept(j).filter(|column| *column < row) {
                    entries.push((row, column, -rate));
                }
            }
        }
        entries.push((row, row, diagonal));
    }
    Cholesky::new(grid.len() - 1, &entries).ok_or(SpectrumError::Singular)
}

/// The share `c(d)` of the passage between two nodes whose logarithms differ by `d`: 1 to fourth order, and on a steep slope such
/// that the diagonal is that of `-d^2/dx^2 + |phi'|^2/4`, of which the exponentials know nothing.
fn passage(d: f64) -> f64 {
    (2.0 + 0.25 * d * d) / (2.0 * (0.5 * d).cosh())
}

/// Both neighbours of a node along every axis.
fn neighbours(grid: &Grid, i: usize) -> Vec<[usize; 2]> {
    let node = grid.node(i);
    let shape = grid.shape();
    let mut stride = grid.len();
    (0..shape.len())
        .map(|axis| {
            let (n, at) = (shape[axis], node[axis]);
            stride /= n;
            [1, n - 1].map(|step| i - at * stride + (at + step) % n * stride)
        })
        .collect()
}

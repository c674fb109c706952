//! The periodic Monge-Ampere equation, symmetric in its two densities, collocated on one grid.
//!
//! Densities are relative to the uniform one (mean 1). The unknown lives at the midpoints `m` of the optimal pairs:
//!
//! ```text
//! x = m - grad phi(m),   y = m + grad phi(m),   H = D^2 phi,   -I < H < I,   T = y o x^-1
//! q = nu(y) det(I + H),    q' = mu(x) det(I - H)          both densities pulled back
//! r = q - s q',   s = mean q / mean q'                    residual; s makes the collocated system solvable
//! rho = log(q / (s q'))                                   residual of the logarithms, what Newton reduces
//! W2^2 = mean(|2 grad phi|^2 q')
//! ```
//!
//! Over `x` the map is steep wherever mass spreads out of a full region into an almost empty one; over `m` both `x`
//! and `y` have Lipschitz constant 2, whatever the contrast (the circle's `s = x + T` in two dimensions). `D y D x^-1
//! = (I + H)(I - H)^-1` is symmetric positive, so `T` is the optimal map of its image.
//!
//! For short displacements `d = grad phi` the difference is formed without cancellation, so that `W2 -> 0` keeps its
//! relative accuracy: `nu(m + d) - nu(m) = int_0^1 grad nu(m + t d).d dt` by Gauss quadrature, and
//!
//! ```text
//! q - q' = [nu(y) - nu(m)] + nu(y) [tr H + det H] - [mu(x) - mu(m)] - mu(x) [-tr H + det H] + [nu(m) - mu(m)].
//! ```
//!
//! Error bar (Peyre 2018, with the weight taken along the interpolation of the two measures):
//! `W2(T#mu, nu) <= C |r|`, `|r|^2 = mean(|Dy v|^2 / q)`, `v = grad Lap^-1 r`, `C = 2/(1 + sqrt(1 - D))`,
//! `D = max(0, sup(1 - q'/q))`: `v` is a flux over `m` whose image under `y` transports the defect.

use super::density::Densities;
use super::rise::{near_rule, rise};
use crate::torus::{Fourier, FourierScratch, Grid, spectral_tail};
use num_complex::Complex64;
use std::f64::consts::PI;

/// The two densities at the nodes of a level, relative to the uniform density.
#[derive(Debug, Clone)]
pub(super) struct Nodes {
    /// `mu`.
    pub source: Vec<f64>,
    /// `nu`.
    pub target: Vec<f64>,
    /// `nu - mu`, kept apart so that near pairs lose nothing.
    pub difference: Vec<f64>,
}

/// Why a potential cannot be evaluated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Refused {
    /// `I + H` or `I - H` has this smallest eigenvalue at a node.
    NotConvex(f64),
    /// `mu(x)` or `nu(y)` is not positive: this value.
    NotPositive(f64),
}

/// One grid with its transforms, its pair of densities and the fields of the current map.
#[derive(Debug)]
pub(super) struct Level {
    pub grid: Grid,
    pub nodes: Nodes,
    fourier: Fourier,
    scratch: FourierScratch,
    coordinates: [Vec<f64>; 2],
    /// Wavenumbers of the stored modes per axis, and those of odd derivatives (Nyquist mode 0).
    wavenumbers: [Vec<f64>; 2],
    odd_wavenumbers: [Vec<f64>; 2],
    /// `-1/|k|^2`, 0 for the mean.
    inverse_laplacian: Vec<f64>,
    spectrum: Vec<Complex64>,
    derivative: Vec<Complex64>,
    /// `grad phi`.
    pub displacement: [Vec<f64>; 2],
    /// `phi_11, phi_12, phi_22`.
    pub hessian: [Vec<f64>; 3],
    /// `grad log nu(y) + grad log mu(x)`.
    pub log_slope: [Vec<f64>; 2],
    /// `q`, `q'`, `r`, `rho`.
    pub pushed: Vec<f64>,
    pub pulled: Vec<f64>,
    pub residual: Vec<f64>,
    pub log_residual: Vec<f64>,
    flux: [Vec<f64>; 2],
    /// Largest coefficient of `r` among the outer modes.
    tail: f64,
    /// Smallest eigenvalue of `I + H` and `I - H` over the nodes.
    pub smallest_eigenvalue: f64,
}

impl Level {
    pub fn new(grid: &Grid, nodes: Nodes) -> Level {
        let fourier = Fourier::new(grid);
        let zeros = || vec![0.0; grid.len()];
        let half = |mut k: Vec<f64>| {
            k.truncate(grid.half_len());
            k.iter_mut().for_each(|k| *k = k.abs());
            k
        };
        let laplacian = |k: &[f64]| k.iter().map(|k| k * k).sum::<f64>();
        Level {
            nodes,
            scratch: fourier.scratch(),
            coordinates: [grid.axis(0).coordinates(), grid.axis(1).coordinates()],
            wavenumbers: [grid.axis(0).wavenumbers(), half(grid.axis(1).wavenumbers())],
            odd_wavenumbers: [grid.axis(0).odd_wavenumbers(), half(grid.axis(1).odd_wavenumbers())],
            inverse_laplacian: grid.symbol(|k| if laplacian(k) > 0.0 { -1.0 / laplacian(k) } else { 0.0 }),
            spectrum: fourier.zero_spectrum(),
            derivative: fourier.zero_spectrum(),
            displacement: [zeros(), zeros()],
            hessian: [zeros(), zeros(), zeros()],
            log_slope: [zeros(), zeros()],
            pushed: zeros(),
            pulled: zeros(),
            residual: zeros(),
            log_residual: zeros(),
            flux: [zeros(), zeros()],
            tail: 0.0,
            smallest_eigenvalue: 1.0,
            grid: grid.clone(),
            fourier,
        }
    }

    /// The spectrum of zero.
    pub fn zero_potential(&self) -> Vec<Complex64> {
        self.fourier.zero_spectrum()
    }

    /// Node values of a potential given by its coefficients.
    pub fn values_of(&mut self, spectrum: &[Complex64]) -> Vec<f64> {
        let mut values = vec![0.0; self.grid.len()];
        self.fourier.inverse(spectrum, &mut values, &mut self.scratch);
        values
    }

    /// Computes the map and the residual of a potential.
    ///
    /// # Errors
    /// [`Refused`] when the map is not convex at the nodes or a density is not positive.
    pub fn evaluate(&mut self, potential: &[Complex64], densities: Densities<'_>) -> Result<(), Refused> {
        self.differentiate(potential);
        self.smallest_eigenvalue = self.find_smallest_eigenvalue();
        if self.smallest_eigenvalue.is_nan() || self.smallest_eigenvalue <= 0.0 {
            return Err(Refused::NotConvex(self.smallest_eigenvalue));
        }
        let phase = self.longest_phase();
        match near_rule(phase) {
            Some(rule) => self.pull_back_near(densities, rule)?,
            None => self.pull_back_far(densities)?,
        }
        self.form_residual();
        Ok(())
    }

    fn differentiate(&mut self, potential: &[Complex64]) {
        let Level { fourier, scratch, derivative, wavenumbers: k, odd_wavenumbers: o, .. } = self;
        for axis in 0..2 {
            imaginary_symbol(potential, derivative, o, |k| k[axis]);
            fourier.inverse(derivative, &mut self.displacement[axis], scratch);
        }
        real_symbol(potential, derivative, k, |k| -k[0] * k[0]);
        fourier.inverse(derivative, &mut self.hessian[0], scratch);
        real_symbol(potential, derivative, o, |k| -k[0] * k[1]);
        fourier.inverse(derivative, &mut self.hessian[1], scratch);
        real_symbol(potential, derivative, k, |k| -k[1] * k[1]);
        fourier.inverse(derivative, &mut self.hessian[2], scratch);
    }

    /// Smallest eigenvalue of `I + H` and `I - H` at node `j`.
    pub fn eigenvalue(&self, j: usize) -> f64 {
        let [a, b, c] = [self.hessian[0][j], self.hessian[1][j], self.hessian[2][j]];
        1.0 - 0.5 * (a + c).abs() - (0.5 * (a - c)).hypot(b)
    }

    fn find_smallest_eigenvalue(&self) -> f64 {
        // A NaN must come through, which `f64::min` would hide.
        (0..self.grid.len()).map(|j| self.eigenvalue(j)).fold(f64::INFINITY, |m, e| if e >= m { m } else { e })
    }

    fn longest_phase(&self) -> f64 {
        let longest = |axis: usize| self.displacement[axis].iter().fold(0.0_f64, |m, d| m.max(d.abs()));
        (0..2).map(|axis| longest(axis) * PI / self.grid.axis(axis).spacing()).fold(0.0, f64::max)
    }

    /// `tr H` and `det H`.
    pub fn invariants(&self, j: usize) -> (f64, f64) {
        let [a, b, c] = [self.hessian[0][j], self.hessian[1][j], self.hessian[2][j]];
        (a + c, a * c - b * b)
    }

    fn midpoint_and_displacement(&self, j: usize) -> ([f64; 2], [f64; 2]) {
        let n = self.grid.row_len();
        let midpoint = [self.coordinates[0][j / n], self.coordinates[1][j % n]];
        (midpoint, [self.displacement[0][j], self.displacement[1][j]])
    }

    fn pull_back_far(&mut self, densities: Densities<'_>) -> Result<(), Refused> {
        for j in 0..self.grid.len() {
            let (m, d) = self.midpoint_and_displacement(j);
            let (mu, mu_slope) = densities.source_at([m[0] - d[0], m[1] - d[1]]);
            let (nu, nu_slope) = densities.target_at([m[0] + d[0], m[1] + d[1]]);
            check_positive(mu, nu)?;
            let (trace, determinant) = self.invariants(j);
            let pushed = nu * (1.0 + trace + determinant);
            let pulled = mu * (1.0 - trace + determinant);
            for axis in 0..2 {
                self.log_slope[axis][j] = nu_slope[axis] / nu + mu_slope[axis] / mu;
            }
            self.store(j, pushed, pulled, pushed - pulled);
        }
        Ok(())
    }

    fn pull_back_near(&mut self, densities: Densities<'_>, rule: &[(f64, f64)]) -> Result<(), Refused> {
        for j in 0..self.grid.len() {
            let (m, d) = self.midpoint_and_displacement(j);
            let (mu_rise, mu_slope) = rise(|x| densities.source_at(x), m, [-d[0], -d[1]], rule);
            let (nu_rise, nu_slope) = rise(|y| densities.target_at(y), m, d, rule);
            let mu = densities.lift_value(self.nodes.source[j]) + mu_rise;
            let nu = densities.lift_value(self.nodes.target[j]) + nu_rise;
            check_positive(mu, nu)?;
            let (trace, determinant) = self.invariants(j);
            let excess = (nu_rise - mu_rise)
                + (nu * (trace + determinant) - mu * (determinant - trace))
                + (1.0 - densities.floor) * self.nodes.difference[j];
            let pulled = mu * (1.0 - trace + determinant);
            for axis in 0..2 {
                self.log_slope[axis][j] = nu_slope[axis] / nu + mu_slope[axis] / mu;
            }
            self.store(j, pulled + excess, pulled, excess);
        }
        Ok(())
    }

    fn store(&mut self, j: usize, pushed: f64, pulled: f64, excess: f64) {
        self.pushed[j] = pushed;
        self.pulled[j] = pulled;
        self.residual[j] = excess;
    }

    /// Turns `q - q'` into `r`, and fills `rho`.
    fn form_residual(&mut self) {
        let defect = mean(&self.residual) / mean(&self.pulled);
        for ((r, rho), pulled) in self.residual.iter_mut().zip(&mut self.log_residual).zip(&self.pulled) {
            *r -= defect * pulled;
            *rho = (*r / ((1.0 + defect) * pulled)).ln_1p();
        }
    }

    /// Root mean square of `rho` under the pushed measure and Lebesgue measure together: what a Newton step must
    /// lower while far from the solution.
    pub fn merit(&self) -> f64 {
        let sum: f64 = self.log_residual.iter().zip(&self.pushed).map(|(rho, q)| rho * rho * (1.0 + q)).sum();
        (0.5 * sum / self.grid.len() as f64).sqrt()
    }

    /// `|T - x|` in `L2(mu)`.
    pub fn value(&self) -> f64 {
        let [d1, d2] = &self.displacement;
        let sum: f64 = d1.iter().zip(d2).zip(&self.pulled).map(|((a, b), q)| (a * a + b * b) * q).sum();
        2.0 * (sum / self.grid.len() as f64).sqrt()
    }

    /// `|r|` of the error bar: one Poisson solve.
    pub fn residual_length(&mut self) -> f64 {
        let Level { fourier, scratch, derivative, spectrum, odd_wavenumbers, .. } = self;
        fourier.forward(&self.residual, spectrum, scratch);
        self.tail = spectral_tail(&self.grid, spectrum) * largest_coefficient(spectrum);
        spectrum.iter_mut().zip(&self.inverse_laplacian).for_each(|(c, l)| *c *= l);
        for axis in 0..2 {
            imaginary_symbol(spectrum, derivative, odd_wavenumbers, |k| k[axis]);
            fourier.inverse(derivative, &mut self.flux[axis], scratch);
        }
        let mut sum = 0.0;
        for j in 0..self.grid.len() {
            let [a, b, c] = [1.0 + self.hessian[0][j], self.hessian[1][j], 1.0 + self.hessian[2][j]];
            let (v, w) = (self.flux[0][j], self.flux[1][j]);
            sum += ((a * v + b * w).powi(2) + (b * v + c * w).powi(2)) / self.pushed[j];
        }
        (sum / self.grid.len() as f64).sqrt()
    }

    /// Largest coefficient of `r` among the outer modes: what the grid may hide of it. After [`Level::residual_length`].
    pub fn residual_tail(&self) -> f64 {
        self.tail
    }

    /// Relative tail of a function given at the nodes.
    pub fn tail_of(&mut self, values: &[f64]) -> f64 {
        self.fourier.forward(values, &mut self.spectrum, &mut self.scratch);
        spectral_tail(&self.grid, &self.spectrum)
    }

    /// The constant `C` of the error bar.
    pub fn bar_constant(&self) -> f64 {
        let worst = self.pulled.iter().zip(&self.pushed).fold(0.0_f64, |m, (pulled, q)| m.max(1.0 - pulled / q));
        2.0 / (1.0 + (1.0 - worst.min(1.0)).sqrt())
    }

    /// First derivatives and second derivatives `11`, `12` of `h = Lap^-1 v`; `22` follows from the trace.
    pub fn differentiate_inverse_laplacian(
        &mut self,
        v: &[f64],
        first: &mut [Vec<f64>; 2],
        second: &mut [Vec<f64>; 2],
    ) {
        let Level { fourier, scratch, derivative, spectrum, wavenumbers: k, odd_wavenumbers: o, .. } = self;
        fourier.forward(v, spectrum, scratch);
        spectrum.iter_mut().zip(&self.inverse_laplacian).for_each(|(c, l)| *c *= l);
        for axis in 0..2 {
            imaginary_symbol(spectrum, derivative, o, |k| k[axis]);
            fourier.inverse(derivative, &mut first[axis], scratch);
        }
        real_symbol(spectrum, derivative, k, |k| -k[0] * k[0]);
        fourier.inverse(derivative, &mut second[0], scratch);
        real_symbol(spectrum, derivative, o, |k| -k[0] * k[1]);
        fourier.inverse(derivative, &mut second[1], scratch);
    }

    /// Convolves the potential with a Gaussian of this width: averages of convex functions are convex.
    pub fn smooth(&self, potential: &mut [Complex64], width: f64) {
        for (c, l) in potential.iter_mut().zip(&self.inverse_laplacian).filter(|(_, l)| **l < 0.0) {
            *c *= (0.5 * width * width / l).exp();
        }
    }

    /// `potential = base + step Lap^-1 v`.
    pub fn step_from(&mut self, base: &[Complex64], step: f64, v: &[f64], potential: &mut [Complex64]) {
        self.fourier.forward(v, &mut self.spectrum, &mut self.scratch);
        for (((p, b), v), l) in potential.iter_mut().zip(base).zip(&self.spectrum).zip(&self.inverse_laplacian) {
            *p = b + v * (l * step);
        }
    }
}

fn largest_coefficient(spectrum: &[Complex64]) -> f64 {
    spectrum.iter().fold(0.0_f64, |m, c| m.max(c.norm_sqr())).sqrt()
}

/// Mean in the order of the array.
pub(super) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn check_positive(mu: f64, nu: f64) -> Result<(), Refused> {
    if mu > 0.0 && nu > 0.0 { Ok(()) } else { Err(Refused::NotPositive(if mu > 0.0 { nu } else { mu })) }
}

fn real_symbol(spectrum: &[Complex64], out: &mut [Complex64], k: &[Vec<f64>; 2], f: impl Fn([f64; 2]) -> f64) {
    let rows = k[0].len();
    for ((column, out), k2) in spectrum.chunks_exact(rows).zip(out.chunks_exact_mut(rows)).zip(&k[1]) {
        for ((c, out), k1) in column.iter().zip(out).zip(&k[0]) {
            *out = c * f([*k1, *k2]);
        }
    }
}

fn imaginary_symbol(spectrum: &[Complex64], out: &mut [Complex64], k: &[Vec<f64>; 2], f: impl Fn([f64; 2]) -> f64) {
    let rows = k[0].len();
    for ((column, out), k2) in spectrum.chunks_exact(rows).zip(out.chunks_exact_mut(rows)).zip(&k[1]) {
        for ((c, out), k1) in column.iter().zip(out).zip(&k[0]) {
            let k = f([*k1, *k2]);
            *out = Complex64::new(-k * c.im, k * c.re);
        }
    }
}

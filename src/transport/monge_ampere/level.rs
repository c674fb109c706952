//! The periodic Monge-Ampere equation collocated on one grid.
//!
//! Densities are relative to the uniform one (mean 1). With `T = x + grad p`, `H = D^2 p`, `q = nu(T) det(I + H)`:
//!
//! ```text
//! r   = q - s mu,   s = mean q / mean mu          residual; s makes the collocated system solvable
//! rho = log(q / (s mu))                           residual of the logarithms, what Newton reduces
//! q - mu = [nu(T) - nu(x)] + nu(T) [tr H + det H] + [nu(x) - mu(x)]
//! ```
//!
//! For short displacements the last line is used with `nu(T) - nu(x) = int_0^1 grad nu(x + t d).d dt` by Gauss
//! quadrature, so that nothing cancels and `W2 -> 0` keeps its relative accuracy.
//!
//! Error bar (Peyre 2018, with the weight taken along the interpolation of the two measures; docs of the room):
//! `W2(T#mu, nu) <= C |r|`, `|r|^2 = mean(|DT v|^2 / q)`, `v = grad Lap^-1 r`, `C = 2/(1 + sqrt(1 - D))`,
//! `D = max(0, sup(1 - mu/q))`.

use super::target::Target;
use crate::torus::{Fourier, FourierScratch, Grid};
use num_complex::Complex64;
use std::f64::consts::PI;

/// Longest displacement, as phase `pi d / h` of the grid's finest mode, for the cancellation-free form.
const NEAR_PHASE: f64 = 0.34;

/// Nodes and weights of the Gauss-Legendre rules on `[0, 1]` with the phase up to which each leaves 1e-13: the error
/// of `m` nodes is `phase^(2m) (m!)^4 / ((2m + 1) ((2m)!)^3)`.
const GAUSS: [(f64, &[(f64, f64)]); 4] = [
    (1.5e-6, &[(0.5, 1.0)]),
    (4.5e-3, &[(0.211_324_865_405_187_12, 0.5), (0.788_675_134_594_812_9, 0.5)]),
    (2.4e-2, &[(0.112_701_665_379_258_31, 5.0 / 18.0), (0.5, 8.0 / 18.0), (0.887_298_334_620_741_7, 5.0 / 18.0)]),
    (
        NEAR_PHASE,
        &[
            (0.069_431_844_202_973_71, 0.173_927_422_568_726_93),
            (0.330_009_478_207_571_87, 0.326_072_577_431_273_07),
            (0.669_990_521_792_428_1, 0.326_072_577_431_273_07),
            (0.930_568_155_797_026_3, 0.173_927_422_568_726_93),
        ],
    ),
];

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
    /// `I + D^2 p` has this smallest eigenvalue at a node.
    NotConvex(f64),
    /// `nu(T)` or `mu` is not positive at a node.
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
    /// `grad p`.
    pub displacement: [Vec<f64>; 2],
    /// `p_11, p_12, p_22`.
    pub hessian: [Vec<f64>; 3],
    /// `nu(T)`, then its gradient at `T`.
    pub density: Vec<f64>,
    pub slope: [Vec<f64>; 2],
    /// `q`, `r`, `rho`.
    pub pushed: Vec<f64>,
    pub residual: Vec<f64>,
    pub log_residual: Vec<f64>,
    flux: [Vec<f64>; 2],
    /// Smallest eigenvalue of `I + D^2 p` over the nodes.
    pub smallest_eigenvalue: f64,
    /// Whether the cancellation-free form was used.
    pub near: bool,
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
            density: zeros(),
            slope: [zeros(), zeros()],
            pushed: zeros(),
            residual: zeros(),
            log_residual: zeros(),
            flux: [zeros(), zeros()],
            smallest_eigenvalue: 1.0,
            near: true,
            grid: grid.clone(),
            fourier,
        }
    }

    /// The spectrum of zero.
    pub fn zero_potential(&self) -> Vec<Complex64> {
        self.fourier.zero_spectrum()
    }

    /// Coefficients of a potential given at the nodes.
    pub fn spectrum_of(&mut self, values: &[f64]) -> Vec<Complex64> {
        let mut spectrum = self.fourier.zero_spectrum();
        self.fourier.forward(values, &mut spectrum, &mut self.scratch);
        spectrum
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
    pub fn evaluate(&mut self, potential: &[Complex64], target: &Target) -> Result<(), Refused> {
        self.differentiate(potential);
        self.smallest_eigenvalue = self.find_smallest_eigenvalue();
        if self.smallest_eigenvalue.is_nan() || self.smallest_eigenvalue <= 0.0 {
            return Err(Refused::NotConvex(self.smallest_eigenvalue));
        }
        let phase = self.longest_phase();
        self.near = phase <= NEAR_PHASE;
        match GAUSS.iter().find(|(longest, _)| phase <= *longest) {
            Some((_, rule)) => self.push_near(target, rule),
            None => self.push_far(target),
        }
        self.form_residual()
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

    /// Smallest eigenvalue of `I + D^2 p` at node `j`.
    pub fn eigenvalue(&self, j: usize) -> f64 {
        let [a, b, c] = [self.hessian[0][j], self.hessian[1][j], self.hessian[2][j]];
        1.0 + 0.5 * (a + c) - (0.5 * (a - c)).hypot(b)
    }

    fn find_smallest_eigenvalue(&self) -> f64 {
        // A NaN must come through, which `f64::min` would hide.
        (0..self.grid.len()).map(|j| self.eigenvalue(j)).fold(f64::INFINITY, |m, e| if e >= m { m } else { e })
    }

    fn longest_phase(&self) -> f64 {
        let longest = |axis: usize| self.displacement[axis].iter().fold(0.0_f64, |m, d| m.max(d.abs()));
        (0..2).map(|axis| longest(axis) * PI / self.grid.axis(axis).spacing()).fold(0.0, f64::max)
    }

    /// `det(I + D^2 p) - 1`.
    pub fn volume_change(&self, j: usize) -> f64 {
        let [a, b, c] = [self.hessian[0][j], self.hessian[1][j], self.hessian[2][j]];
        a + c + (a * c - b * b)
    }

    fn push_far(&mut self, target: &Target) {
        let n = self.grid.row_len();
        for j in 0..self.grid.len() {
            let image = [
                self.coordinates[0][j / n] + self.displacement[0][j],
                self.coordinates[1][j % n] + self.displacement[1][j],
            ];
            let (density, slope) = target.value_and_gradient(image);
            let pushed = density * (1.0 + self.volume_change(j));
            self.store(j, density, slope, pushed, pushed - self.nodes.source[j]);
        }
    }

    fn push_near(&mut self, target: &Target, rule: &[(f64, f64)]) {
        let n = self.grid.row_len();
        for j in 0..self.grid.len() {
            let x = [self.coordinates[0][j / n], self.coordinates[1][j % n]];
            let d = [self.displacement[0][j], self.displacement[1][j]];
            let mut rise = 0.0;
            for (t, weight) in rule {
                let (_, slope) = target.value_and_gradient([x[0] + t * d[0], x[1] + t * d[1]]);
                rise += weight * (slope[0] * d[0] + slope[1] * d[1]);
            }
            let (_, slope) = target.value_and_gradient([x[0] + d[0], x[1] + d[1]]);
            let density = self.nodes.target[j] + rise;
            let excess = rise + density * self.volume_change(j) + self.nodes.difference[j];
            self.store(j, density, slope, self.nodes.source[j] + excess, excess);
        }
    }

    fn store(&mut self, j: usize, density: f64, slope: [f64; 2], pushed: f64, excess: f64) {
        self.density[j] = density;
        self.slope[0][j] = slope[0];
        self.slope[1][j] = slope[1];
        self.pushed[j] = pushed;
        self.residual[j] = excess;
    }

    /// Turns `q - mu` into `r`, and fills `rho`.
    fn form_residual(&mut self) -> Result<(), Refused> {
        let worst =
            self.pushed.iter().chain(&self.nodes.source).fold(f64::INFINITY, |m, q| if *q >= m { m } else { *q });
        if worst.is_nan() || worst <= 0.0 {
            return Err(Refused::NotPositive(worst));
        }
        let defect = mean(&self.residual) / mean(&self.nodes.source);
        for ((r, rho), mu) in self.residual.iter_mut().zip(&mut self.log_residual).zip(&self.nodes.source) {
            *r -= defect * mu;
            *rho = (*r / ((1.0 + defect) * mu)).ln_1p();
        }
        Ok(())
    }

    /// Root mean square of `rho` under the pushed measure and Lebesgue measure together: what a Newton step must
    /// lower while far from the solution.
    pub fn merit(&self) -> f64 {
        let sum: f64 = self.log_residual.iter().zip(&self.pushed).map(|(rho, q)| rho * rho * (1.0 + q)).sum();
        (0.5 * sum / self.grid.len() as f64).sqrt()
    }

    /// `|grad p|` in `L2(mu)`.
    pub fn value(&self) -> f64 {
        let [d1, d2] = &self.displacement;
        let sum: f64 = d1.iter().zip(d2).zip(&self.nodes.source).map(|((a, b), mu)| (a * a + b * b) * mu).sum();
        (sum / self.grid.len() as f64).sqrt()
    }

    /// `|r|` of the error bar: one Poisson solve.
    pub fn residual_length(&mut self) -> f64 {
        let Level { fourier, scratch, derivative, spectrum, odd_wavenumbers, .. } = self;
        fourier.forward(&self.residual, spectrum, scratch);
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

    /// The constant `C` of the error bar.
    pub fn bar_constant(&self) -> f64 {
        let worst = self.nodes.source.iter().zip(&self.pushed).fold(0.0_f64, |m, (mu, q)| m.max(1.0 - mu / q));
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

    /// `potential = base + step Lap^-1 v`.
    pub fn step_from(&mut self, base: &[Complex64], step: f64, v: &[f64], potential: &mut [Complex64]) {
        self.fourier.forward(v, &mut self.spectrum, &mut self.scratch);
        for (((p, b), v), l) in potential.iter_mut().zip(base).zip(&self.spectrum).zip(&self.inverse_laplacian) {
            *p = b + v * (l * step);
        }
    }
}

/// Mean in the order of the array.
pub(super) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
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

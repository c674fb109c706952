//! Damped Newton-Krylov on one grid.
//!
//! The derivative of `rho` in the direction `h` is `L h - const` with
//!
//! ```text
//! L h = B : D^2 h + (grad log nu(y) + grad log mu(x)).grad h,     B = (I + H)^-1 + (I - H)^-1 = 2 (I - H^2)^-1.
//! ```
//!
//! Divided by `sqrt(det B)` and with `h = Lap^-1 v` the operator is the identity up to the anisotropy of `B` and
//! terms of lower order. The constant (the change of `log s`) is eliminated by the mean under `q`, for which `q L` is
//! a divergence at the solution:
//!
//! ```text
//! a (L - mean(q L)/mean(q)) Lap^-1 v = -a (rho - mean(q rho)/mean(q)),     a = 1/sqrt(det B) = sqrt(det(I - H^2))/2.
//! ```
//!
//! Five transforms a product. A step is halved until the map stays convex and, far from the solution, until the
//! residual of the logarithms falls.

use super::density::Densities;
use super::gmres::Gmres;
use super::level::{Level, Refused, mean};
use num_complex::Complex64;

/// Newton steps of one run; a problem started within reach takes fewer than ten.
const STEPS: usize = 16;
/// Products of one linear solve.
const PRODUCTS: usize = 100;
/// Halvings of one step.
const HALVINGS: usize = 7;
/// Below this residual of the logarithms full steps are taken without a test of descent: what is left there may be
/// rounding where the density is almost empty.
const CLOSE: f64 = 0.05;
/// A linear solve that leaves more than this has failed.
const USEFUL_REDUCTION: f64 = 0.7;

/// Why Newton gave up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Failure {
    /// The starting potential was refused.
    Start(Refused),
    /// The linear solver got no further than this reduction.
    Linear(f64),
    /// No step length lowered the residual.
    LineSearch,
    /// The limit of steps was reached at this residual length.
    Steps(f64),
    /// The products allowed were spent.
    Work,
}

/// Arrays of the linearised operator of one grid.
#[derive(Debug)]
pub(super) struct Newton {
    gmres: Gmres,
    operator: Linearisation,
    right_side: Vec<f64>,
    update: Vec<f64>,
    base: Vec<Complex64>,
}

#[derive(Debug)]
struct Linearisation {
    /// Factors of `h_11, h_12, h_22`.
    second_factors: [Vec<f64>; 3],
    /// Factors of `h_1, h_2`.
    first_factors: [Vec<f64>; 2],
    /// `q/a` and `a`.
    weight: Vec<f64>,
    scale: Vec<f64>,
    mean_pushed: f64,
    first: [Vec<f64>; 2],
    second: [Vec<f64>; 2],
}

/// What Newton runs did, and how much they may do.
#[derive(Debug, Clone, Copy)]
pub(super) struct Work {
    /// Newton steps.
    pub steps: usize,
    /// Products with the linearised operator.
    pub products: usize,
    /// Products after which no step is begun.
    pub allowed: usize,
}

impl Newton {
    pub fn new(level: &Level) -> Newton {
        let n = level.grid.len();
        let zeros = || vec![0.0; n];
        Newton {
            gmres: Gmres::new(n),
            operator: Linearisation {
                second_factors: [zeros(), zeros(), zeros()],
                first_factors: [zeros(), zeros()],
                weight: zeros(),
                scale: zeros(),
                mean_pushed: 1.0,
                first: [zeros(), zeros()],
                second: [zeros(), zeros()],
            },
            right_side: zeros(),
            update: zeros(),
            base: level.zero_potential(),
        }
    }

    /// Improves `potential` until the residual length is at most `relative` times the distance, or until rounding
    /// stops it. The level holds the fields of the result.
    ///
    /// # Errors
    /// [`Failure`].
    pub fn solve(
        &mut self,
        level: &mut Level,
        densities: Densities<'_>,
        potential: &mut [Complex64],
        relative: f64,
        work: &mut Work,
    ) -> Result<(), Failure> {
        level.evaluate(potential, densities).map_err(Failure::Start)?;
        let mut before = f64::INFINITY;
        for _ in 0..STEPS {
            let (merit, length) = (level.merit(), level.residual_length());
            let goal = relative * level.value().max(length);
            let stalled = merit < CLOSE && length > 0.3 * before && length < 1e-6 * level.value();
            if length <= goal || length == 0.0 || stalled {
                return Ok(());
            }
            if work.products > work.allowed {
                return Err(Failure::Work);
            }
            before = length;
            let forcing = (0.3 * goal / length).max(merit.min(0.1));
            self.operator.linearise(level);
            self.operator.right_side(level, &mut self.right_side);
            let reached = self.gmres.solve(
                |v, out| self.operator.apply(level, v, out),
                &self.right_side,
                &mut self.update,
                forcing,
                PRODUCTS,
            );
            work.steps += 1;
            work.products += reached.products;
            if reached.reduction > USEFUL_REDUCTION {
                return Err(Failure::Linear(reached.reduction));
            }
            self.search(level, densities, potential, merit)?;
        }
        Err(Failure::Steps(level.residual_length()))
    }

    /// Halves the step until it is acceptable.
    fn search(
        &mut self,
        level: &mut Level,
        densities: Densities<'_>,
        potential: &mut [Complex64],
        merit: f64,
    ) -> Result<(), Failure> {
        self.base.copy_from_slice(potential);
        let smallest = level.smallest_eigenvalue;
        let mut step = 1.0;
        for _ in 0..=HALVINGS {
            level.step_from(&self.base, step, &self.update, potential);
            if level.evaluate(potential, densities).is_ok() {
                let keeps_convex = level.smallest_eigenvalue >= 0.1 * smallest;
                if keeps_convex
                    && (merit < CLOSE && level.merit() < 2.0 * CLOSE || level.merit() <= (1.0 - 0.1 * step) * merit)
                {
                    return Ok(());
                }
            }
            step *= 0.5;
        }
        potential.copy_from_slice(&self.base);
        Err(Failure::LineSearch)
    }
}

impl Linearisation {
    fn linearise(&mut self, level: &Level) {
        for j in 0..level.grid.len() {
            let [a, b, c] = [level.hessian[0][j], level.hessian[1][j], level.hessian[2][j]];
            let (trace, determinant) = level.invariants(j);
            let root = ((1.0 + trace + determinant) * (1.0 - trace + determinant)).sqrt();
            self.second_factors[0][j] = (1.0 - b * b - c * c) / root;
            self.second_factors[1][j] = 2.0 * b * trace / root;
            self.second_factors[2][j] = (1.0 - a * a - b * b) / root;
            for axis in 0..2 {
                self.first_factors[axis][j] = 0.5 * root * level.log_slope[axis][j];
            }
            self.weight[j] = 2.0 * level.pushed[j] / root;
            self.scale[j] = 0.5 * root;
        }
        self.mean_pushed = mean(&level.pushed);
    }

    fn right_side(&self, level: &Level, out: &mut [f64]) {
        let weighted: f64 = level.pushed.iter().zip(&level.log_residual).map(|(q, rho)| q * rho).sum();
        let centre = weighted / (level.grid.len() as f64 * self.mean_pushed);
        for ((out, scale), rho) in out.iter_mut().zip(&self.scale).zip(&level.log_residual) {
            *out = -scale * (rho - centre);
        }
    }

    fn apply(&mut self, level: &mut Level, v: &[f64], out: &mut [f64]) {
        level.differentiate_inverse_laplacian(v, &mut self.first, &mut self.second);
        let trace = mean(v);
        let mut total = 0.0;
        for (j, out) in out.iter_mut().enumerate() {
            let h11 = self.second[0][j];
            let h22 = v[j] - trace - h11;
            *out = self.second_factors[0][j] * h11
                + self.second_factors[1][j] * self.second[1][j]
                + self.second_factors[2][j] * h22
                + self.first_factors[0][j] * self.first[0][j]
                + self.first_factors[1][j] * self.first[1][j];
            total += self.weight[j] * *out;
        }
        let correction = total / (v.len() as f64 * self.mean_pushed);
        for (out, scale) in out.iter_mut().zip(&self.scale) {
            *out -= correction * scale;
        }
    }
}

//! Damped Newton-Krylov on one grid.
//!
//! With `C` the cofactor matrix of `I + D^2 p`, the derivative of `q` in the direction `h` is
//! `L h = nu(T) C : D^2 h + q grad(log nu)(T).grad h` (`= div(nu(T) C grad h)`), that of `rho` is `L h / q - const`.
//! Divided by `a = nu(T) sqrt(det)` and with `h = Lap^-1 v` the operator is the identity up to the anisotropy of `C`
//! and terms of lower order, whatever the contrast of the densities:
//!
//! ```text
//! (1/a) (L - q mean(L)/mean(q)) Lap^-1 v = -sqrt(det) (rho - mean(q rho)/mean(q)).
//! ```
//!
//! Five transforms a product. A step is halved until the map stays convex and, far from the solution, until the
//! residual of the logarithms falls.

use super::gmres::Gmres;
use super::level::{Level, Refused, mean};
use super::target::Target;
use num_complex::Complex64;

/// Newton steps on one grid; a solvable problem takes fewer than ten once started within reach.
const STEPS: usize = 30;
/// Products of one linear solve.
const PRODUCTS: usize = 200;
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
    /// `a` and `sqrt(det)`.
    weight: Vec<f64>,
    root: Vec<f64>,
    mean_pushed: f64,
    first: [Vec<f64>; 2],
    second: [Vec<f64>; 2],
}

/// What a Newton run did.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Work {
    /// Newton steps.
    pub steps: usize,
    /// Products with the linearised operator.
    pub products: usize,
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
                root: zeros(),
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
        target: &Target,
        potential: &mut Vec<Complex64>,
        relative: f64,
        work: &mut Work,
    ) -> Result<(), Failure> {
        level.evaluate(potential, target).map_err(Failure::Start)?;
        let mut before = f64::INFINITY;
        for _ in 0..STEPS {
            let (merit, length) = (level.merit(), level.residual_length());
            let goal = relative * level.value().max(length);
            let stalled = merit < CLOSE && length > 0.3 * before && length < 1e-6 * level.value();
            if length <= goal || length == 0.0 || stalled {
                return Ok(());
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
            self.search(level, target, potential, merit)?;
        }
        Err(Failure::Steps(level.residual_length()))
    }

    /// Halves the step until it is acceptable.
    fn search(
        &mut self,
        level: &mut Level,
        target: &Target,
        potential: &mut [Complex64],
        merit: f64,
    ) -> Result<(), Failure> {
        self.base.copy_from_slice(potential);
        let smallest = level.smallest_eigenvalue;
        let mut step = 1.0;
        for _ in 0..=HALVINGS {
            level.step_from(&self.base, step, &self.update, potential);
            if level.evaluate(potential, target).is_ok() {
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
            let [a, b, c] = [1.0 + level.hessian[0][j], level.hessian[1][j], 1.0 + level.hessian[2][j]];
            let root = (a * c - b * b).sqrt();
            self.second_factors[0][j] = c / root;
            self.second_factors[1][j] = -2.0 * b / root;
            self.second_factors[2][j] = a / root;
            for axis in 0..2 {
                self.first_factors[axis][j] = root * level.slope[axis][j] / level.density[j];
            }
            self.weight[j] = level.density[j] * root;
            self.root[j] = root;
        }
        self.mean_pushed = mean(&level.pushed);
    }

    fn right_side(&self, level: &Level, out: &mut [f64]) {
        let weighted: f64 = level.pushed.iter().zip(&level.log_residual).map(|(q, rho)| q * rho).sum();
        let centre = weighted / (level.grid.len() as f64 * self.mean_pushed);
        for ((out, root), rho) in out.iter_mut().zip(&self.root).zip(&level.log_residual) {
            *out = -root * (rho - centre);
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
        for (out, root) in out.iter_mut().zip(&self.root) {
            *out -= correction * root;
        }
    }
}

//! Newton's method for the potential on one lattice, along a path of falling penalties.
//!
//! ```text
//! R_i(phi) = int b_i (q - s q') dm - penalty int D^2 b_i : D^2 (phi - phi_0) dm = 0        for every spline b_i
//! ```
//!
//! is the slope of the concave dual functional (file header of `mod.rs`) with a thin plate added, which carries `phi` on where there
//! is no mass; `phi_0` is the affine start. A lower penalty only brings in regions of a tenth of the density. The step is halved
//! until the map is convex where there is mass and `R.K^-1 R` falls.

use super::densities::{AtNodes, Densities, PulledBack};
use super::spline::{Fields, Lattice};
use super::stiffness::{Pattern, Stiffness};

/// First penalty of the path, and where it ends: below, tails are rounding.
pub const FIRST_PENALTY: f64 = 0.1;
const LAST_PENALTY: f64 = 1e-13;
/// From one penalty to the next; the root of it after a failure, up to the second number.
const FACTOR: f64 = 0.1;
const LARGEST_FACTOR: f64 = 0.5;
/// A stage ends when the decrement is below this share of the square root of its penalty, which is what the next one changes.
const STAGE: f64 = 0.03;
/// The last stage ends when the decrement is below this share of the distance.
const CLOSE: f64 = 1e-7;
/// Newton steps of one stage.
const STEPS: usize = 20;
/// Halvings of one step.
const HALVINGS: usize = 6;

/// A potential with the penalty it was found with.
#[derive(Debug, Clone)]
pub struct Stage {
    pub coefficients: Vec<f64>,
    pub penalty: f64,
}

/// One lattice with its matrix and the pair at its nodes.
#[derive(Debug)]
pub struct Problem<'a> {
    pub lattice: &'a Lattice,
    pub pattern: &'a Pattern,
    pub densities: &'a Densities,
    pub nodes: AtNodes,
    /// Coefficients of `phi_0`.
    pub start: Vec<f64>,
}

struct Point {
    fields: Fields,
    back: PulledBack,
    residual: Vec<f64>,
}

impl Problem<'_> {
    /// Follows the path from a stage as far as it goes: all stages that were solved, the lowest penalty last.
    pub fn follow(&self, from: Stage, steps: &mut usize) -> Vec<Stage> {
        let mut solved: Vec<Stage> = Vec::new();
        let Stage { mut coefficients, mut penalty } = from;
        let mut factor = FACTOR;
        loop {
            let is_last = penalty <= LAST_PENALTY;
            if self.solve(&mut coefficients, penalty, is_last, steps) {
                solved.push(Stage { coefficients: coefficients.clone(), penalty });
                factor = (factor * factor).max(FACTOR);
            } else {
                let Some(last) = solved.last() else { return solved };
                coefficients.clone_from(&last.coefficients);
                factor = factor.sqrt();
            }
            if is_last && solved.last().is_some_and(|last| last.penalty <= LAST_PENALTY) || factor > LARGEST_FACTOR {
                return solved;
            }
            penalty = (factor * solved.last().map_or(penalty, |last| last.penalty)).max(LAST_PENALTY);
        }
    }

    /// One stage; false when it cannot be solved.
    fn solve(&self, coefficients: &mut Vec<f64>, penalty: f64, is_last: bool, steps: &mut usize) -> bool {
        let mut point = self.point(coefficients, penalty);
        for _ in 0..STEPS {
            *steps += 1;
            let Some(matrix) = self.pattern.stiffness(self.lattice, &point.fields, &point.back, penalty) else {
                return false;
            };
            let step = matrix.solve(&point.residual);
            let decrement = dot(&point.residual, &step).max(0.0).sqrt();
            let goal = if is_last { CLOSE * self.distance(&point) } else { STAGE * penalty.sqrt() };
            let Some((trial, next, left)) = self.search(coefficients, &step, &point, &matrix, decrement, penalty)
            else {
                return decrement <= goal;
            };
            *coefficients = trial;
            point = next;
            if left <= goal {
                return true;
            }
        }
        false
    }

    /// The longest step that is acceptable, and the decrement it leaves.
    fn search(
        &self,
        base: &[f64],
        step: &[f64],
        point: &Point,
        matrix: &Stiffness,
        decrement: f64,
        penalty: f64,
    ) -> Option<(Vec<f64>, Point, f64)> {
        let lowest = 0.1 * point.back.convexity_above(penalty).min(1.0);
        let mut share = 1.0;
        for _ in 0..=HALVINGS {
            let trial: Vec<f64> = base.iter().zip(step).map(|(c, s)| c + share * s).collect();
            let next = self.point(&trial, penalty);
            let left = dot(&next.residual, &matrix.solve(&next.residual)).max(0.0).sqrt();
            if next.back.convexity_above(penalty) > lowest && left <= (1.0 - 0.1 * share) * decrement {
                return Some((trial, next, left));
            }
            share *= 0.5;
        }
        None
    }

    fn point(&self, coefficients: &[f64], penalty: f64) -> Point {
        let fields = self.lattice.fields(coefficients);
        let back = self.densities.pull_back(self.lattice, &self.nodes, &fields);
        let mut residual = self.lattice.moments(&back.residual, [0, 0]);
        let bent: Vec<f64> = coefficients.iter().zip(&self.start).map(|(c, s)| c - s).collect();
        let plate = self.lattice.fields(&bent).hessian;
        for (h, (factor, orders)) in plate.iter().zip([(1.0, [2, 0]), (2.0, [1, 1]), (1.0, [0, 2])]) {
            let force = self.lattice.moments(h, orders);
            residual.iter_mut().zip(force).for_each(|(r, f)| *r -= penalty * factor * f);
        }
        Point { fields, back, residual }
    }

    fn distance(&self, point: &Point) -> f64 {
        let [d1, d2] = &point.fields.slope;
        let sum: f64 = d1.iter().zip(d2).zip(&point.back.pulled).map(|((a, b), q)| (a * a + b * b) * q).sum();
        2.0 * (self.lattice.weight() * sum).max(0.0).sqrt()
    }
}

/// `a.b`.
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

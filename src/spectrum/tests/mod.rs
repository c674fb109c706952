//! The spectrum against closed forms, quadrature, published numbers and dense matrices.

mod closed_forms;
mod confirmation;
mod dense_matrix;
mod matrices;
mod uniform_game;
mod wells;

use super::ordering::sort_leading;
use super::*;
use crate::torus::Grid;

/// A game of two players.
pub(super) struct Case<F> {
    pub f: F,
    pub grids: [Grid; 2],
    pub temperature: [f64; 2],
    pub timescale: f64,
}

pub(super) fn circle(points: usize, period: f64) -> Grid {
    Grid::new(&[points], &[period], &[0.0]).unwrap()
}

fn square(points: usize) -> Grid {
    Grid::new(&[points, points], &[1.0, 1.0], &[0.0, 0.0]).unwrap()
}

impl<F: Fn(&[f64], &[f64]) -> f64 + Sync> Case<F> {
    pub fn payoff(&self) -> Payoff {
        Payoff::from_function(&self.f, &self.grids[0], &self.grids[1]).unwrap()
    }

    pub fn pair(&self) -> (Payoff, Equilibrium) {
        let payoff = self.payoff();
        let equilibrium = Equilibrium::solve(&payoff, self.temperature).unwrap();
        (payoff, equilibrium)
    }

    pub fn solve(&self, count: usize) -> Spectrum {
        let (payoff, equilibrium) = self.pair();
        Spectrum::solve(&payoff, &equilibrium, self.timescale, count).unwrap()
    }
}

#[track_caller]
fn assert_near(found: f64, expected: f64, tolerance: f64, what: &str) {
    assert!((found - expected).abs() <= tolerance, "{what}: {found:e} instead of {expected:e}");
}

#[track_caller]
pub(super) fn assert_same_eigenvalues(found: &[Complex64], expected: &[Complex64], relative: f64) {
    assert!(!found.is_empty() && found.len() <= expected.len(), "{found:?} instead of {expected:?}");
    for (i, (a, b)) in found.iter().zip(expected).enumerate() {
        assert!((a - b).norm() <= relative * b.norm(), "eigenvalue {i}: {found:?} instead of {expected:?}");
    }
}

/// Distinct values, leading first.
fn leading(mut values: Vec<Complex64>) -> Vec<Complex64> {
    sort_leading(&mut values, |value| *value);
    let mut distinct: Vec<Complex64> = Vec::new();
    for value in values {
        if distinct.iter().all(|v| (v - value).norm() > 1e-9 * value.norm()) {
            distinct.push(value);
        }
    }
    distinct
}

/// Distinct values with their numbers, leading first.
fn counted(values: &[Complex64]) -> Vec<(Complex64, usize)> {
    let mut out: Vec<(Complex64, usize)> = Vec::new();
    for value in values {
        match out.iter_mut().find(|(known, _)| (known - value).norm() <= 1e-9 * value.norm()) {
            Some((_, number)) => *number += 1,
            None => out.push((*value, 1)),
        }
    }
    out
}

#[track_caller]
fn assert_counted(found: &Spectrum, expected: &[(Complex64, usize)], relative: f64) {
    for (i, (value, number)) in expected[..found.eigenvalues.len()].iter().enumerate() {
        let (near, there) = (found.eigenvalues[i], found.multiplicities[i]);
        assert!(
            (near - value).norm() <= relative * value.norm() && there == Some(*number),
            "eigenvalue {i}: {near} {there:?} times instead of {value} {number} times"
        );
        assert!(found.residuals[i] <= 1e-9 * near.norm(), "residual {i}: {:e}", found.residuals[i]);
    }
    assert!(found.complete);
}

/// Both eigenvalues of `(-a, -p; q, -b)`.
fn pair(a: f64, b: f64, p: f64, q: f64) -> [Complex64; 2] {
    let root = Complex64::new((a - b) * (a - b) - 4.0 * p * q, 0.0).sqrt();
    [0.5 * (root - a - b), 0.5 * (-root - a - b)]
}

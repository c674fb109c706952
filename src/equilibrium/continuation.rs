//! Continuation in the temperature: from `s tau`, `s` so large that the uniform pair is a good guess, down to `s = 1`.
//!
//! The next level starts from the secant through the last two, linear in `s`: at low temperature the potentials at
//! the wells differ by multiples of `tau`. A level that takes few steps lets the factor between levels grow, one that
//! fails is retried from the same place with the square root of the factor.

use super::EquilibriumError;
use super::moments::{Pair, Problem};
use super::newton::{Outcome, solve_level};
use crate::game::Payoff;
use crate::regulariser::Regulariser;

/// Factor between the first two levels, and the largest one.
const FIRST_FACTOR: f64 = 4.0;
const LARGEST_FACTOR: f64 = 16.0;
/// A level closer than this to the last one does not help any more.
const SMALLEST_FACTOR: f64 = 1.01;
/// Newton steps of a level that let the factor grow, and those that make it shrink.
const FEW_STEPS: usize = 5;
const MANY_STEPS: usize = 9;

/// The equilibrium, and the Newton steps that were taken.
pub fn follow(
    payoff: &Payoff,
    temperature: [f64; 2],
    regulariser: Regulariser,
) -> Result<(Pair, usize), EquilibriumError> {
    let mut problem = Problem::new(payoff, regulariser);
    let strength = [0, 1].map(|p| temperature[p] * problem.uniform_diffusivity(p));
    let mut scale = (payoff.range() / strength[0].min(strength[1])).max(1.0);
    let at = |s: f64| [s * temperature[0], s * temperature[1]];
    let mut here = problem.uniform_moments();
    let mut before: Option<(f64, Vec<f64>)> = None;
    let mut iterations = 0;
    let mut level = |problem: &mut Problem, start: Vec<f64>, s: f64| {
        let outcome = solve_level(problem, start, at(s), s == 1.0);
        iterations += outcome.iterations;
        (outcome, iterations)
    };
    let failed = |outcome: &Outcome, reached: f64, iterations: usize| EquilibriumError::NotConverged {
        reached,
        residual: outcome.residual,
        iterations,
    };
    let (outcome, mut total) = level(&mut problem, here, scale);
    if !outcome.converged {
        return Err(failed(&outcome, f64::INFINITY, total));
    }
    here = outcome.moments;
    let mut factor = FIRST_FACTOR;
    while scale > 1.0 {
        let next = (scale / factor).max(1.0);
        let start =
            problem.better_start(&here, before.as_ref().map(|(s, z)| secant(*s, z, scale, &here, next)), at(next));
        let (outcome, steps) = level(&mut problem, start, next);
        total = steps;
        if !outcome.converged {
            factor = factor.sqrt();
            if factor < SMALLEST_FACTOR {
                return Err(failed(&outcome, scale, total));
            }
            continue;
        }
        if outcome.iterations <= FEW_STEPS {
            factor = (factor * factor).min(LARGEST_FACTOR);
        } else if outcome.iterations >= MANY_STEPS {
            factor = factor.sqrt();
        }
        before = Some((scale, here));
        here = outcome.moments;
        scale = next;
    }
    problem.evaluate(&here, temperature);
    Ok((problem.pair(), total))
}

fn secant(s0: f64, z0: &[f64], s1: f64, z1: &[f64], s: f64) -> Vec<f64> {
    let t = (s - s1) / (s1 - s0);
    z0.iter().zip(z1).map(|(a, b)| b + t * (b - a)).collect()
}

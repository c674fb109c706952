//! Continuation in the data: the source moves from the target (distance 0, solved by `p = 0`) to where it belongs
//! along the geometric path `mu_t ~ nu^(1-t) mu^t`, with a step that grows after success and halves after failure.

use super::level::{Level, Nodes, mean};
use super::newton::{Failure, Newton, Work};
use super::target::Target;
use num_complex::Complex64;

/// First step in `t`.
const FIRST_STEP: f64 = 0.25;
/// Shorter steps mean that the grid cannot carry the map.
const SHORTEST_STEP: f64 = 1.0 / 512.0;
/// Newton runs of one continuation.
const RUNS: usize = 60;
/// Relative residual length on the way.
const LOOSE: f64 = 1e-2;

/// Solves on `level` from `p = 0`; on success `potential` and the level's fields are those of the pair itself.
///
/// # Errors
/// `(t, failure)`: how far the path could be followed and what stopped it.
pub(super) fn solve(
    newton: &mut Newton,
    level: &mut Level,
    target: &Target,
    potential: &mut Vec<Complex64>,
    relative: f64,
    work: &mut Work,
) -> Result<(), (f64, Failure)> {
    let goal = level.nodes.clone();
    let outcome = follow(newton, level, &goal, target, potential, relative, work);
    level.nodes = goal;
    outcome
}

fn follow(
    newton: &mut Newton,
    level: &mut Level,
    goal: &Nodes,
    target: &Target,
    potential: &mut Vec<Complex64>,
    relative: f64,
    work: &mut Work,
) -> Result<(), (f64, Failure)> {
    potential.fill(Complex64::ZERO);
    let mut good = potential.clone();
    let (mut t, mut step) = (0.0_f64, FIRST_STEP);
    let mut failure = Failure::LineSearch;
    for _ in 0..RUNS {
        let next = (t + step).min(1.0);
        place(&mut level.nodes, goal, next);
        let tolerance = if next == 1.0 { relative } else { LOOSE };
        match newton.solve(level, target, potential, tolerance, work) {
            Ok(()) if next == 1.0 => return Ok(()),
            Ok(()) => {
                t = next;
                step *= 2.0;
                good.copy_from_slice(potential);
            }
            Err(reason) => {
                failure = reason;
                step *= 0.5;
                potential.copy_from_slice(&good);
                if step < SHORTEST_STEP {
                    break;
                }
            }
        }
    }
    Err((t, failure))
}

/// Sets the source to `mu_t`, exactly `mu` at `t = 1`.
fn place(nodes: &mut Nodes, goal: &Nodes, t: f64) {
    if t == 1.0 {
        nodes.source.copy_from_slice(&goal.source);
        nodes.difference.copy_from_slice(&goal.difference);
        return;
    }
    for ((out, mu), nu) in nodes.source.iter_mut().zip(&goal.source).zip(&goal.target) {
        *out = nu * (mu / nu).powf(t);
    }
    let mass = mean(&nodes.source);
    for ((mu, difference), nu) in nodes.source.iter_mut().zip(&mut nodes.difference).zip(&goal.target) {
        *mu /= mass;
        *difference = nu - *mu;
    }
}

//! Branches of periodic orbits in one parameter `p`, through folds.
//!
//! Pseudo-arclength continuation (Keller 1977): the unknowns are `z = (u, T, p)`, and beside the equations of an orbit
//! (`shooting.rs`) stands the plane at distance `s` from the last point along the secant `t` through the last two,
//!
//! ```text
//! phi_T(u; p) - u = 0,      < f(u_0), u - u_0 > = 0,      < t, z - z_0 > = s,
//! |dz|^2 = |du|^2/|u|^2 + (dT/T)^2 + (dp/p)^2.
//! ```
//!
//! The bordered system stays regular where the branch turns back in `p`. The derivative in `p` is a central difference of
//! two paths. A fold (`fold.rs`) is where `p` has an extremum along the branch.

use super::bordered::{Corrector, Unknown};
use super::branch::{Branch, BranchEnd, BranchPoint, Continuation, Family};
use super::fold::{locate_fold, turns};
use super::multipliers::coupled_multipliers;
use super::shooting::{Closed, Point, Shooting, shoot};
use super::{OrbitError, Symmetry};

/// A corrector with at most this many steps lets the arclength grow.
const FEW_CORRECTIONS: usize = 3;
/// Shortest arclength, as a share of the first one.
const SHORTEST: f64 = 1e-4;
/// Growth of the arclength.
const GROWTH: f64 = 1.6;
/// Successive secants make an angle whose cosine is at least this.
const LEAST_COSINE: f64 = 0.9;

/// Follows the branch through an orbit found at `parameter`.
///
/// `watch` is called after every point; the branch ends when it says no.
///
/// # Errors
/// [`OrbitError`] when not even the second point could be found.
pub fn follow_branch(
    family: &dyn Family,
    symmetry: &Symmetry,
    parameter: f64,
    start: &Point,
    how: &Continuation,
    watch: &mut dyn FnMut(&BranchPoint) -> bool,
) -> Result<Branch, OrbitError> {
    let first = at_parameter(family, symmetry, parameter, start, how)?;
    let mut going = watch(&first);
    let second = second_point(family, symmetry, &first, how)?;
    going &= watch(&second);
    let mut branch = Branch { points: vec![first, second], folds: Vec::new(), end: BranchEnd::Points };
    let (mut arclength, mut first_arclength) = (None, f64::NAN);
    while branch.points.len() < how.most_points {
        let count = branch.points.len();
        let [before, last] = [count - 2, count - 1].map(|i| Unknown::of(&branch.points[i]));
        if !going || !(how.range[0]..=how.range[1]).contains(&last.parameter) {
            branch.end = if going { BranchEnd::Range } else { BranchEnd::Stopped };
            break;
        }
        let corrector = Corrector::new(family, symmetry, &last, &last.minus(&before), how)?;
        let step = *arclength.get_or_insert(corrector.secant_length.min(how.longest_step));
        if first_arclength.is_nan() {
            first_arclength = step;
        }
        match corrector.solve(step, None) {
            Ok((next, corrections, cosine)) if cosine >= LEAST_COSINE || step <= SHORTEST * first_arclength => {
                going = watch(&next);
                branch.points.push(next);
                if turns(&branch.points) {
                    match locate_fold(family, symmetry, &branch.points, how) {
                        Ok(fold) => branch.folds.push(fold),
                        Err(error) => {
                            branch.end = BranchEnd::Failed(error);
                            break;
                        }
                    }
                }
                if corrections <= FEW_CORRECTIONS && cosine > 0.5 * (1.0 + LEAST_COSINE) {
                    arclength = Some((GROWTH * step).min(how.longest_step));
                }
            }
            Err(error) if step <= SHORTEST * first_arclength => {
                branch.end = BranchEnd::Failed(error);
                break;
            }
            _ => arclength = Some(0.5 * step),
        }
    }
    Ok(branch)
}

fn shooting(how: &Continuation) -> Shooting {
    Shooting { steps: how.steps, tangent_steps: how.tangent_steps, tolerance: how.tolerance, most_iterations: 12 }
}

/// The orbit near `guess` at a fixed value of the parameter.
fn at_parameter(
    family: &dyn Family,
    symmetry: &Symmetry,
    parameter: f64,
    guess: &Point,
    how: &Continuation,
) -> Result<BranchPoint, OrbitError> {
    let mut flow = family.flow(parameter)?;
    let Closed { point, residual, .. } = shoot(&mut flow, symmetry, guess, &shooting(how))?;
    let multipliers = coupled_multipliers(&mut flow, symmetry, &point, how.tangent_steps, how.multipliers)?;
    Ok(BranchPoint { parameter, point, residual, multipliers })
}

/// The orbit at the next value of the parameter; nearer when there is none.
fn second_point(
    family: &dyn Family,
    symmetry: &Symmetry,
    first: &BranchPoint,
    how: &Continuation,
) -> Result<BranchPoint, OrbitError> {
    let mut step = how.first_step;
    loop {
        match at_parameter(family, symmetry, first.parameter + step, &first.point, how) {
            Ok(point) => return Ok(point),
            Err(error) if step.abs() < 1e-3 * how.first_step.abs() => return Err(error),
            Err(_) => step *= 0.25,
        }
    }
}

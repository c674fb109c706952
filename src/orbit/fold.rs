//! Where a branch turns back: the extremum of its parameter.
//!
//! Between the three points around it `p(s)` is taken for a parabola, an orbit is computed at its vertex, and so on; an error
//! `e` in `s` leaves `e^2` in `p`.

use super::bordered::{Corrector, Unknown};
use super::branch::{BranchPoint, Continuation, Family, Fold};
use super::coordinates::dot;
use super::{OrbitError, Symmetry};

/// Parabolas for one fold.
const MOST_PARABOLAS: usize = 8;
/// A vertex that moves by less than this share of the parameter is the fold.
const FOLD_TOLERANCE: f64 = 1e-9;

/// Whether the parameter has an extremum at the last point but one.
pub(super) fn turns(points: &[BranchPoint]) -> bool {
    let [.., a, b, c] = points else { return false };
    (b.parameter - a.parameter) * (c.parameter - b.parameter) < 0.0
}

/// The fold around the last point but one.
///
/// At the vertex found with one number of time steps an orbit is computed with twice as many in the same plane: the
/// vertex moves a little along the branch, which `p` does not feel.
pub(super) fn locate_fold(
    family: &dyn Family,
    symmetry: &Symmetry,
    points: &[BranchPoint],
    how: &Continuation,
) -> Result<Fold, OrbitError> {
    let [.., a, b, c] = points else { unreachable!("a fold lies between three points") };
    let [a, b, c] = [a, b, c].map(Unknown::of);
    let secant = c.minus(&a);
    let corrector = Corrector::new(family, symmetry, &a, &secant, how)?;
    let place = |z: &Unknown| dot(&corrector.normal, &corrector.metric.pack(&z.minus(&a)));
    let mut known: Vec<(f64, Unknown)> = [a.clone(), b, c].into_iter().map(|z| (place(&z), z)).collect();
    let (mut change, mut at) = (f64::INFINITY, None::<(f64, BranchPoint)>);
    for _ in 0..MOST_PARABOLAS {
        let s = vertex([0, 1, 2].map(|i| (known[i].0, known[i].1.parameter)));
        let (point, _, _) = corrector.solve(s, Some(quadratic(&known, s)))?;
        change = at.as_ref().map_or(f64::INFINITY, |(_, before)| (before.parameter - point.parameter).abs());
        let settled = change <= FOLD_TOLERANCE * point.parameter.abs();
        known.push((s, Unknown::of(&point)));
        at = Some((s, point));
        if settled {
            break;
        }
        // The three points nearest to the vertex carry the next parabola.
        known.sort_by(|p, q| (p.0 - s).abs().total_cmp(&(q.0 - s).abs()));
        known.truncate(3);
    }
    let (s, coarse) = at.expect("at least one parabola");
    let finer = Continuation { steps: 2 * how.steps, ..*how };
    let corrector = Corrector::new(family, symmetry, &a, &secant, &finer)?;
    let (fine, _, _) = corrector.solve(s, Some(Unknown::of(&coarse)))?;
    let error = (fine.parameter - coarse.parameter).abs() / 15.0 + change;
    Ok(Fold { at: fine, error, behind: points.len() - 1 })
}

/// Where the parabola through three points has its extremum.
fn vertex(points: [(f64, f64); 3]) -> f64 {
    let [(s0, p0), (s1, p1), (s2, p2)] = points;
    let (first, second) = ((p1 - p0) / (s1 - s0), (p2 - p1) / (s2 - s1));
    let curvature = (second - first) / (s2 - s0);
    0.5 * (s0 + s1 - first / curvature)
}

/// The quadratic interpolation of three unknowns at `s`.
fn quadratic(known: &[(f64, Unknown)], s: f64) -> Unknown {
    let weight = |i: usize| -> f64 {
        (0..3).filter(|j| *j != i).map(|j| (s - known[j].0) / (known[i].0 - known[j].0)).product()
    };
    let rest = |i: usize| known[i].1.minus(&known[0].1);
    known[0].1.plus(weight(1), &rest(1)).plus(weight(2), &rest(2))
}

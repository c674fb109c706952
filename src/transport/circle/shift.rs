//! The cost of the coupling with shift `a` by the trapezoid rule in `s = x + T`, and its minimum over `a`.
//!
//! ```text
//! C(a)    = int_0^2 d^2 f g / (f + g) ds,     C'/2 = int_0^2 d g / (f + g) ds,     C''/2 = int_0^2 ds / (f + g),
//! ```
//!
//! `C` is convex in `a` over all windings, and `|a|` is at most the largest `|G(x) - x|`: the mean displacement
//! `int (T - x) dx` is `a` minus a mean of `G(T) - T`, and 0 at the minimum. Delon, Salomon and Sobolevski 2010.
//!
//! Newton in `a` inside a bracket. What is left to be gained is bounded, not guessed: a convex function stays above its
//! tangents and `C''/2` has a least value `m`, so that
//!
//! ```text
//! C(a) - min C <= min( (C'/2)^2 / m, |C'| (distance to the end of the bracket downhill) ).
//! ```
//!
//! Newton's own promise `(C'/2)^2 / (C''/2)` is none: where a vacuum makes `C''` as large as 1e11 it is tiny whatever the
//! slope. Where both densities have a vacuum, `C'` rises in a jump as narrow as the mass in
//! it, 1e-14 or less, which bisection of `a` would take 50 sweeps to find. The bracket is then halved in another
//! coordinate of the couplings: the displacement at `s_0`, the point that pairs the emptiest place of the source with
//! the emptiest of the target, in which `C'` has a moderate slope.
//!
//! The number of points is doubled until neither the cost nor the mass (`int f g/(f+g) ds`, known to be `1 + rho`) moves.

use super::coupling::{Pair, Point};
use crate::transport::{Method, TransportError};

/// Pairs are near when no more mass than this has to cross any place: it decides where Newton starts, nothing else.
const NEAR: f64 = 1e-2;
/// Most sweeps for one number of points; Newton takes about 5, halving in `s_0` adds about as many.
const MAXIMUM_SWEEPS: usize = 120;
/// The decrease of the cost that may still be had when Newton stops, relative to the cost.
const DECREMENT: f64 = 1e-17;
/// The same relative to the other errors: with vacuum on both sides they are so much larger than rounding that Newton
/// would chase noise for twenty sweeps.
const DECREMENT_OF_ERRORS: f64 = 1e-3;
/// Newton has all but arrived when it promises less than this share of the cost: the next step goes past the minimum, to
/// close the bracket, [`PAST`] times further than Newton says, and the square of that the next time.
const ARRIVED: f64 = 1e-12;
const PAST: f64 = 2.0;
/// Cost below which differences of cumulative functions are rounding: `(eps/2)^2`.
const COST_OF_ROUNDING: f64 = 1.2e-32;
/// The quadrature has settled when doubling it changes the cost by less than this share.
const SETTLED: f64 = 4e-15;
/// A change below this share of the other errors is worth no more doubling: the rule squares its error each time.
const NEGLIGIBLE: f64 = 1.0;
/// The mass is known: a quadrature that misses more of it has not seen the densities.
const MASS: f64 = 1e-11;
/// A quadrature that still moves by more than this at the work limit is an error.
const UNSETTLED: f64 = 1e-6;
/// Fewest points at which the quadrature may stop, and the limit of work.
const POINTS: std::ops::RangeInclusive<usize> = 64..=1 << 18;

/// Integrals over the coupling with one shift.
#[derive(Debug, Clone, Copy, Default)]
struct Integrals {
    cost: f64,
    half_slope: f64,
    half_curvature: f64,
    mass: f64,
    any_long: bool,
    /// The least cost is at most this much lower.
    left: f64,
}

/// The optimal coupling and its cost.
#[derive(Debug, Clone, Copy)]
pub(super) struct Optimum {
    /// `C` at the minimum.
    pub(super) cost: f64,
    /// The last change of the quadrature, and the other errors.
    pub(super) error: f64,
    /// `a`.
    pub(super) shift: f64,
    /// Whether a difference of cumulative functions was formed with cancellation anywhere.
    pub(super) any_long: bool,
}

/// Minimises the cost over the shift; leaves the points of the optimal coupling in `points`. `other_errors` says what
/// else the cost is uncertain by: the quadrature need not do much better.
pub(super) fn minimise(
    pair: &Pair,
    first_count: usize,
    points: &mut Vec<Point>,
    other_errors: impl Fn(&Optimum, &[Point]) -> f64,
) -> Result<Optimum, TransportError> {
    points.clear();
    points.resize(first_count.max(*POINTS.start()), Point::default());
    let (s_0, mut shift) = across_the_emptiest(pair);
    let mut known = None;
    let mut previous = f64::INFINITY;
    loop {
        let integrals;
        (shift, integrals) = newton(pair, s_0, shift, known, points, &other_errors)?;
        let cost = integrals.cost;
        let change = (cost - previous).abs();
        let mut optimum = Optimum { cost, error: change + integrals.left, shift, any_long: integrals.any_long };
        let sees_all = (integrals.mass - (1.0 + pair.floor)).abs() <= MASS;
        let at_limit = 2 * points.len() > *POINTS.end();
        let other = other_errors(&optimum, points);
        let settled = change <= SETTLED * cost || change <= NEGLIGIBLE * other;
        if sees_all && (settled || (at_limit && change <= UNSETTLED * cost)) {
            optimum.error += other;
            return Ok(optimum);
        }
        if at_limit {
            return Err(not_converged("the quadrature", points.len(), change / cost, UNSETTLED));
        }
        previous = cost;
        known = Some(shift);
        double(points);
    }
}

fn not_converged(stage: &'static str, steps: usize, residual: f64, tolerance: f64) -> TransportError {
    TransportError::NotConverged { method: Method::CircleSymmetric, stage, steps, residual, tolerance }
}

/// Twice the points: the old ones stay, the new ones start half way between their neighbours.
fn double(points: &mut Vec<Point>) {
    let n = points.len();
    points.resize(2 * n, Point::default());
    for j in (1..n).rev() {
        points[2 * j] = points[j];
    }
    for j in 0..n {
        let next = points[(2 * j + 2) % (2 * n)];
        points[2 * j + 1] = points[2 * j];
        points[2 * j + 1].d = 0.5 * (points[2 * j].d + next.d);
    }
}

/// A first coupling and its shift: the one that pairs the emptiest place of the source with the emptiest of the target,
/// or for near pairs the place where both are emptiest with itself. The optimal coupling sends little mass across it.
fn across_the_emptiest(pair: &Pair) -> (f64, f64) {
    let rows = pair.target.rows() as f64;
    let mut emptiest = [(f64::INFINITY, 0.0); 3];
    for (j, g) in pair.target.derivative_at_rows().enumerate() {
        let x = j as f64 / rows;
        let f = g + pair.difference.at(x).1;
        for (least, u) in emptiest.iter_mut().zip([f, g, f + g]) {
            if u < least.0 {
                *least = (u, x);
            }
        }
    }
    let [(_, x), (_, t), (_, both)] = emptiest;
    let (s_0, d_0) = if pair.difference.largest() <= NEAR { (2.0 * both, 0.0) } else { (x + t, t - x) };
    (s_0, pair.shift_through(s_0, d_0))
}

/// Newton in the shift for a fixed number of points.
fn newton(
    pair: &Pair,
    s_0: f64,
    first: f64,
    mut known: Option<f64>,
    points: &mut [Point],
    other_errors: &impl Fn(&Optimum, &[Point]) -> f64,
) -> Result<(f64, Integrals), TransportError> {
    let reach = pair.reach();
    let (mut low, mut high) = (-reach, reach);
    let mut shift = first.clamp(low, high);
    let mut last_slope = f64::INFINITY;
    let mut left = f64::INFINITY;
    let mut past = PAST;
    for _ in 0..MAXIMUM_SWEEPS {
        let mut integrals = sweep(pair, shift, known, points)?;
        known = Some(shift);
        let Integrals { half_slope, half_curvature, cost, .. } = integrals;
        let promised = half_slope * half_slope / half_curvature;
        let downhill = if half_slope > 0.0 { shift - low } else { high - shift };
        left = (half_slope * half_slope / pair.least_half_curvature()).min(2.0 * half_slope.abs() * downhill);
        let noise = if integrals.any_long { COST_OF_ROUNDING } else { 0.0 };
        let tight = high - low <= 2.0 * f64::EPSILON * low.abs().max(high.abs());
        let uncertain = || {
            let optimum = Optimum { cost, error: 0.0, shift, any_long: integrals.any_long };
            left <= DECREMENT_OF_ERRORS * other_errors(&optimum, points)
        };
        if left <= DECREMENT * cost + noise || tight || (left < cost && uncertain()) {
            integrals.cost = (cost - promised.min(left)).max(0.0);
            integrals.left = left;
            return Ok((shift, integrals));
        }
        if half_slope > 0.0 {
            high = shift
        } else {
            low = shift
        }
        let arrived = promised <= ARRIVED * cost;
        let mut next = shift - half_slope / half_curvature * if arrived { past } else { 1.0 };
        if arrived {
            past *= past;
        }
        if !(low < next && next < high) || half_slope.abs() > 0.5 * last_slope {
            let at = |a: f64| pair.point(s_0, a, 0.0, (-reach - a.abs(), reach + a.abs())).d;
            next = pair.shift_through(s_0, 0.5 * (at(low) + at(high)));
            if !(low < next && next < high) {
                next = 0.5 * (low + high);
            }
        }
        last_slope = half_slope.abs();
        shift = next;
    }
    Err(not_converged("Newton for the shift", MAXIMUM_SWEEPS, left, DECREMENT))
}

/// Solves for every point of the coupling with shift `a` and integrates. With `known` the points are those of that
/// shift, a good guess; without it every point starts from its neighbour.
fn sweep(pair: &Pair, a: f64, known: Option<f64>, points: &mut [Point]) -> Result<Integrals, TransportError> {
    let ds = 2.0 / points.len() as f64;
    let whole = pair.reach() + a.abs();
    let mut before: Option<Point> = None;
    let mut sums = Integrals::default();
    for (j, slot) in points.iter_mut().enumerate() {
        let s = ds * j as f64;
        let from_before = |p: Point| p.d + ds * (p.f - p.g) / (p.f + p.g);
        let guess = match known {
            Some(shift) => {
                let move_by = 2.0 * (a - shift) / (slot.f + slot.g);
                if move_by.abs() < ds { slot.d + move_by } else { before.map_or(slot.d, from_before) }
            }
            None => before.map_or(0.0, from_before),
        };
        // d(s) is Lipschitz with constant 1, up to rounding.
        let bracket = before.map_or((-whole, whole), |p| {
            let reach = 1.001 * ds + 2.0 * p.uncertainty();
            (p.d - reach, p.d + reach)
        });
        let point = pair.point(s, a, guess, bracket);
        if !point.is_solved() {
            return Err(not_converged("a point of the coupling", j, point.relative_residual(), Point::SOLVED));
        }
        let weight = 1.0 / (point.f + point.g);
        sums.cost += point.d * point.d * (point.f * point.g * weight);
        sums.half_slope += point.d * (point.g * weight);
        sums.half_curvature += weight;
        sums.mass += point.f * point.g * weight;
        sums.any_long |= !point.short;
        before = Some(point);
        *slot = point;
    }
    for sum in [&mut sums.cost, &mut sums.half_slope, &mut sums.half_curvature, &mut sums.mass] {
        *sum *= ds;
    }
    Ok(sums)
}

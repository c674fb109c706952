//! The predicates of a regular triangulation.
//!
//! With the lifted heights `f = |x|^2 - w` relative to the corner `a = 0`, the point `d` lies below the plane through those
//! of `a, b, c` (counter-clockwise) when
//!
//! ```text
//! f_d (b x c) + f_b (c x d) - f_c (b x d) < 0.
//! ```
//!
//! In doubles first; where their rounding leaves the sign open, with [`DoubleDouble`]: between triangles of area `O(e)` the
//! determinant is `O(e^2)`, its terms are `O(e)`. What is still open is a facet shorter than rounding.

use super::double_double::DoubleDouble;
use robust::{Coord, orient2d};

/// Bound on the rounding of the determinant, as a multiple of the sum of the sizes of its terms: products of three factors
/// that carry a few roundings each.
const ROUNDING: f64 = 16.0 * f64::EPSILON;
/// The same for numbers of two doubles.
const FINE_ROUNDING: f64 = 256.0 * f64::EPSILON * f64::EPSILON;

/// Whether `d` is lifted below the plane of `a`, `b`, `c` beyond doubt. `shares` are `b`, `c`, `d` seen from `a` in shares
/// of the periods `lengths`, exact; `weights` those of `a`, `b`, `c`, `d`.
#[inline]
pub(super) fn is_irregular(shares: [[f64; 2]; 3], lengths: [f64; 2], weights: [DoubleDouble; 4]) -> bool {
    let [b, c, d] = shares.map(|v| [v[0] * lengths[0], v[1] * lengths[1]]);
    let excess = [1, 2, 3].map(|i| weights[i].minus(weights[0]));
    in_doubles([b, c, d], excess).unwrap_or_else(|| in_double_doubles(shares, lengths, weights))
}

/// `None` when rounding leaves it open.
#[inline]
fn in_doubles([b, c, d]: [[f64; 2]; 3], excess: [f64; 3]) -> Option<bool> {
    let lift = |v: [f64; 2], w: f64| {
        let square = v[0] * v[0] + v[1] * v[1];
        (square - w, square + w.abs())
    };
    let ((fb, size_b), (fc, size_c), (fd, size_d)) = (lift(b, excess[0]), lift(c, excess[1]), lift(d, excess[2]));
    let cross = |p: [f64; 2], q: [f64; 2]| {
        let (m, n) = (p[0] * q[1], p[1] * q[0]);
        (m - n, m.abs() + n.abs())
    };
    let ((bc, size_bc), (cd, size_cd), (bd, size_bd)) = (cross(b, c), cross(c, d), cross(b, d));
    let determinant = fd * bc + fb * cd - fc * bd;
    let bound = ROUNDING * (size_d * size_bc + size_b * size_cd + size_c * size_bd);
    if determinant.abs() > bound { Some(determinant < 0.0) } else { None }
}

/// The common factor of the cross products, the area of the torus, is left out.
fn in_double_doubles(shares: [[f64; 2]; 3], lengths: [f64; 2], weights: [DoubleDouble; 4]) -> bool {
    let [metric_1, metric_2] = lengths.map(|l| DoubleDouble::from(l) * DoubleDouble::from(l));
    let points = shares.map(|v| v.map(DoubleDouble::from));
    let lift = |i: usize| {
        let [x, y] = points[i];
        let square = metric_1 * x * x + metric_2 * y * y;
        let excess = weights[i + 1] - weights[0];
        (square - excess, (square + excess.abs()).value())
    };
    let cross = |i: usize, j: usize| {
        let (m, n) = (points[i][0] * points[j][1], points[i][1] * points[j][0]);
        (m - n, (m.abs() + n.abs()).value())
    };
    let ((fb, size_b), (fc, size_c), (fd, size_d)) = (lift(0), lift(1), lift(2));
    let ((bc, size_bc), (cd, size_cd), (bd, size_bd)) = (cross(0, 1), cross(1, 2), cross(0, 2));
    let determinant = (fd * bc + fb * cd - fc * bd).value();
    determinant < -FINE_ROUNDING * (size_d * size_bc + size_b * size_cd + size_c * size_bd)
}

/// Positive when `a, b, c` run counter-clockwise, exact (Shewchuk 1997).
pub(super) fn orientation(a: [f64; 2], b: [f64; 2], c: [f64; 2]) -> f64 {
    let coord = |p: [f64; 2]| Coord { x: p[0], y: p[1] };
    orient2d(coord(a), coord(b), coord(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two pairs of points `e` apart at distance 1: which pair is joined across depends on the weights by `e`.
    #[test]
    fn edges_between_thin_triangles_are_told_apart() {
        for e in [1e-3, 1e-8, 1e-12].map(|e: f64| (e * (50.0_f64).exp2()).round() / (50.0_f64).exp2()) {
            // a = 0, c' = (1, 0) is b of the edge; c = (1, e), d = (0, -e)... the facet across a-b has the length of
            // `shift` in units of e.
            for shift in [-0.5, -1e-3, 1e-3, 0.5] {
                let shares = [[1.0, 0.0], [0.0, e], [1.0, -e]];
                let zero = DoubleDouble::default().plus(0.3);
                // The plane through a, b and c at d: f_b - f_c + (e + e) e must not exceed f_d.
                let weights = [zero, zero, zero, zero.plus(2.0 * e * e + shift * e * e)];
                assert_eq!(is_irregular(shares, [1.0, 1.0], weights), shift > 0.0, "{e:e}, {shift}");
            }
        }
    }
}

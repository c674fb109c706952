//! The minimum of a convex cost over the shift, from values, slopes and curvatures.
//!
//! Newton's method inside a bracket. A convex function stays above its tangents, so that with a falling tangent at `low`
//! and a rising one at `high`
//!
//! ```text
//! C(low) - min C <= |C'(low)| (high - low),     C(high) - min C <= |C'(high)| (high - low),
//! ```
//!
//! which is the stopping rule: it is a bound, not a guess. Where the curvature is known to be at least `C'' >= 2 m`
//! everywhere, so is `C(a) - min C <= (C'(a)/2)^2 / m`, from one side alone. At kinks (point masses, empty cells) Newton fails, and the
//! place where the two tangents meet is tried instead, which finds a kink between two straight lines at once.

use crate::transport::{Method, TransportError};

/// Cost and half its first and second derivative at one shift.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tangent {
    pub(super) cost: f64,
    pub(super) half_slope: f64,
    pub(super) half_curvature: f64,
    /// `int 2 |T - x| (dx + dT)`: how much the cost changes with an error of 1 in the flux of mass everywhere.
    pub(super) spread: f64,
}

/// The minimum found.
#[derive(Debug, Clone, Copy)]
pub(super) struct Minimum {
    pub(super) shift: f64,
    pub(super) cost: f64,
    /// As in [`Tangent`].
    pub(super) spread: f64,
    /// The true minimum is at most this much lower.
    pub(super) gap: f64,
}

/// What may still be gained when the search stops, relative to the cost.
const TOLERANCE: f64 = 1e-16;
/// The same in squared periods: the square of a distance no double position can resolve.
const FLOOR: f64 = 1e-34;
/// Newton has all but arrived when it promises less than this share of the cost: the next step goes past the minimum.
const ARRIVED: f64 = 1e-12;
/// So many times further than Newton says, and the square of that the next time, until the minimum is passed: near it
/// the slope is rounding.
const PAST: f64 = 2.0;
/// Halving the bracket alone would need 60 sweeps to the last bit of a shift, and every third one halves.
const MAXIMUM_SWEEPS: usize = 240;

/// Minimises over shifts in `[-reach, reach]`, starting at 0; half the second derivative is at least
/// `least_half_curvature`, 0 when no more is known.
pub(super) fn minimise(
    method: Method,
    reach: f64,
    least_half_curvature: f64,
    mut sweep: impl FnMut(f64) -> Result<Tangent, TransportError>,
) -> Result<Minimum, TransportError> {
    let mut search = Search { low: -reach, high: reach, below: None, above: None, least_half_curvature };
    let mut shift = 0.0;
    let mut widths = [f64::INFINITY; 3];
    let mut gap = f64::INFINITY;
    let mut past = PAST;
    for count in 0..MAXIMUM_SWEEPS {
        let here = sweep(shift)?;
        if here.half_slope == 0.0 {
            return Ok(Minimum { shift, cost: here.cost, spread: here.spread, gap: 0.0 });
        }
        search.narrow(shift, here);
        let best = search.best();
        gap = best.gap;
        if gap <= TOLERANCE * best.cost + FLOOR || search.is_exhausted() {
            return Ok(best);
        }
        let width = search.high - search.low;
        let arrived = here.half_slope * here.half_slope <= ARRIVED * here.cost * here.half_curvature;
        let slow = width > 0.5 * widths[count % 3] && !(arrived && search.is_open());
        shift = search.next(shift, here, slow, if arrived { past } else { 1.0 });
        if arrived {
            past *= past;
        }
        widths[count % 3] = width;
    }
    let stage = "the minimum over the shift";
    Err(TransportError::NotConverged { method, stage, steps: MAXIMUM_SWEEPS, residual: gap, tolerance: TOLERANCE })
}

/// A bracket and the tangents at its ends, where known.
#[derive(Debug)]
struct Search {
    low: f64,
    high: f64,
    below: Option<Tangent>,
    above: Option<Tangent>,
    least_half_curvature: f64,
}

impl Search {
    fn narrow(&mut self, shift: f64, here: Tangent) {
        if here.half_slope > 0.0 {
            (self.high, self.above) = (shift, Some(here));
        } else {
            (self.low, self.below) = (shift, Some(here));
        }
    }

    fn best(&self) -> Minimum {
        let width = self.high - self.low;
        let at = |shift: f64, tangent: &Option<Tangent>| {
            let known = |t: &Tangent| {
                let curved = t.half_slope * t.half_slope / self.least_half_curvature;
                Minimum { shift, cost: t.cost, spread: t.spread, gap: (2.0 * t.half_slope.abs() * width).min(curved) }
            };
            tangent
                .as_ref()
                .map_or(Minimum { shift, cost: f64::INFINITY, spread: f64::INFINITY, gap: f64::INFINITY }, known)
        };
        let (low, high) = (at(self.low, &self.below), at(self.high, &self.above));
        let best = if low.cost <= high.cost { low } else { high };
        // Both bounds hold for the lower of the two costs.
        Minimum { gap: low.gap.min(high.gap).min(best.gap), ..best }
    }

    /// No double is left between the ends, or none that moves a level.
    fn is_exhausted(&self) -> bool {
        self.high - self.low <= 2.0 * f64::EPSILON * self.low.abs().max(self.high.abs())
            || self.high - self.low <= 1e-32
    }

    /// Whether one end of the bracket is not an evaluated one.
    fn is_open(&self) -> bool {
        self.below.is_none() || self.above.is_none()
    }

    fn next(&self, shift: f64, here: Tangent, slow: bool, stretch: f64) -> f64 {
        let inside = |a: &f64| self.low < *a && *a < self.high;
        let middle = 0.5 * (self.low + self.high);
        if slow {
            return middle;
        }
        let step = -here.half_slope / here.half_curvature;
        Some(shift + stretch * step).filter(inside).or(self.meeting().filter(inside)).unwrap_or(middle)
    }

    /// Where the tangents at the two ends meet.
    fn meeting(&self) -> Option<f64> {
        let (below, above) = (self.below?, self.above?);
        let fall = above.cost - below.cost - 2.0 * above.half_slope * (self.high - self.low);
        Some(self.low + fall / (2.0 * (below.half_slope - above.half_slope)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(least_half_curvature: f64, cost: impl Fn(f64) -> Tangent) -> (Minimum, usize) {
        let mut sweeps = 0;
        let found = minimise(Method::CircleAtoms, 2.0, least_half_curvature, |a| {
            sweeps += 1;
            Ok(cost(a))
        });
        (found.unwrap(), sweeps)
    }

    #[test]
    fn a_parabola_takes_few_sweeps() {
        let (found, sweeps) = count(0.0, |a| {
            let d = a - 0.3;
            Tangent { cost: 1.0 + d * d, half_slope: d, half_curvature: 1.0, spread: 0.0 }
        });
        assert!((found.shift - 0.3).abs() <= 1e-8 && sweeps <= 5, "{found:?} in {sweeps}");
    }

    #[test]
    fn a_kink_is_found_where_the_tangents_meet() {
        let (found, sweeps) = count(0.0, |a| {
            let d = a - 0.123_456_789;
            let slope = if d < 0.0 { -0.5 } else { 1.5 };
            Tangent { cost: 1.0 + 2.0 * slope * d, half_slope: slope, half_curvature: 0.0, spread: 0.0 }
        });
        assert!((found.cost - 1.0).abs() <= 1e-15 && sweeps <= 12, "{found:?} in {sweeps}");
    }

    #[test]
    fn the_gap_covers_what_is_left() {
        let (found, _) = count(0.0, |a| {
            let d: f64 = a + 0.7;
            Tangent {
                cost: d.powi(4) + d.abs(),
                half_slope: 2.0 * d.powi(3) + 0.5 * d.signum(),
                half_curvature: 6.0 * d * d,
                spread: 0.0,
            }
        });
        assert!(found.cost <= found.gap + 1e-30, "{found:?}");
    }

    #[test]
    fn a_known_curvature_bounds_what_is_left_from_one_side() {
        // C'' = 2 (1 + 0.6 d + 6 d^2) is least at d = -0.05.
        let (least, minimum) = (0.985, 0.3);
        for a in [-0.4, 0.2, 0.29, 0.3001, 0.6] {
            let d: f64 = a - minimum;
            let here = Tangent {
                cost: 0.5 + d * d + 0.2 * d.powi(3) + d.powi(4),
                half_slope: d + 0.3 * d * d + 2.0 * d.powi(3),
                half_curvature: 1.0 + 0.6 * d + 6.0 * d * d,
                spread: 0.0,
            };
            let mut search = Search { low: -2.0, high: 2.0, below: None, above: None, least_half_curvature: least };
            search.narrow(a, here);
            let (left, gap) = (here.cost - 0.5, search.best().gap);
            assert!(left <= gap * (1.0 + 1e-12) && gap <= 40.0 * left, "{left} left, {gap} said, at {a}");
        }
    }
}

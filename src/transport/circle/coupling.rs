//! One point of the monotone coupling of two densities on `R/Z` with a given shift.
//!
//! Source `f = g + delta`, target `g`; `F`, `G` the cumulative functions with periodic parts of mean zero, `D = F - G`.
//! The coupling with shift `a` pairs `x` with `T`, `F(x) + a = G(T)`. It is parametrised by `s = x + T`, in which `x` and
//! `T` are Lipschitz with constant 1 whatever the densities, and the unknown is the displacement `d = T - x`:
//!
//! ```text
//! r(d) = G((s + d)/2) - G((s - d)/2) - D((s - d)/2) - a = 0,      r'(d) = (f(x) + g(T)) / 2 > 0.
//! ```
//!
//! Where `d` is short the increment of `G` is formed without cancellation and `D` is an array of its own, so `d` has
//! full relative accuracy ("displacement form"); elsewhere it is `d + (G(T) - T) - (G(x) - x)` ("symmetric form").
//! The form is chosen point by point: `|d|` at most one row of the table of `G`, that is a quarter of a cell of the
//! grid. Beyond that the rounding of `G`, 1e-17, is already below 1e-13 of the increment of a density near 1.
//!
//! The densities carry a common floor `rho` (the vacuum, see [`super::vacuum`]), so `r' > 0` in spite of rounding dips.
//!
//! Newton's method inside a bracket; `|d'(s)| <= 1` gives the bracket from the neighbouring point.

use super::antiderivative::Antiderivative;

/// More steps than bisection of a bracket down to the last bit needs.
const MAXIMUM_STEPS: usize = 200;

/// The two densities.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pair<'a> {
    /// `G(x) - x`.
    pub(super) target: &'a Antiderivative,
    /// `D = F - G`.
    pub(super) difference: &'a Antiderivative,
    /// Added to both densities.
    pub(super) floor: f64,
    /// No density is taken for less than this.
    pub(super) least: f64,
    /// No density is larger.
    pub(super) largest: f64,
    /// Whether increments may be formed from one row; false only where tests compare the two forms.
    pub(super) short_stretches: bool,
}

/// One point of the coupling.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Point {
    /// Displacement `T - x`.
    pub(super) d: f64,
    /// `f(x)`, floor included.
    pub(super) f: f64,
    /// `g(T)`, floor included.
    pub(super) g: f64,
    /// `G(T) - G(x)`: the mass of the target between the two.
    pub(super) flux: f64,
    /// `r(d)` that remains.
    residual: f64,
    /// Size of the terms of `r`.
    scale: f64,
    /// Whether the increment came from one row of the table.
    pub(super) short: bool,
}

impl Point {
    /// A point is solved when what remains of `r` is below this share of its terms, or rounding of the long increment
    /// (the two forms differ by that, and where a vacuum makes `d` cross from one to the other `r` jumps). A search that
    /// went astray leaves far more.
    pub(super) const SOLVED: f64 = 1e-12;

    /// `|r|` relative to the size of its terms.
    pub(super) fn relative_residual(&self) -> f64 {
        self.residual.abs() / self.scale
    }

    /// How far rounding can have moved `d`.
    pub(super) fn uncertainty(&self) -> f64 {
        4.0 * f64::EPSILON * self.scale / (self.f + self.g)
    }

    /// Whether the search succeeded.
    pub(super) fn is_solved(&self) -> bool {
        self.residual.abs() <= Self::SOLVED * self.scale + 4.0 * f64::EPSILON
    }
}

impl Pair<'_> {
    /// `|d| <= reach + |a|` for every pair of the coupling with shift `a`.
    pub(super) fn reach(&self) -> f64 {
        // 1.01: the largest value over the nodes of a four times finer grid is a little less than that over the circle.
        1.01 * (2.0 * self.target.largest() + self.difference.largest())
    }

    /// A lower bound of `C''/2 = int_0^2 ds / (f + g)` for every shift: `4 / int_0^2 (f + g) ds` by Cauchy-Schwarz, and
    /// neither density is larger than [`Pair::largest`].
    pub(super) fn least_half_curvature(&self) -> f64 {
        1.0 / self.largest
    }

    /// The shift of the coupling that pairs `(s - d)/2` with `(s + d)/2`.
    pub(super) fn shift_through(&self, s: f64, d: f64) -> f64 {
        self.evaluate(s, 0.0, d).residual
    }

    fn evaluate(&self, s: f64, a: f64, d: f64) -> Point {
        let (middle, half) = (0.5 * s, 0.5 * d);
        let (x, mass) = (middle - half, 1.0 + self.floor);
        let (big_d, delta) = self.difference.at(x);
        let stretch = if self.short_stretches { self.target.stretch(middle, d) } else { None };
        let (flux, source, target) = match stretch {
            Some(stretch) => (mass * d + stretch.increment, stretch.start, stretch.end),
            None => {
                let (start, source) = self.target.at(x);
                let (end, target) = self.target.at(middle + half);
                (mass * d + (end - start), source, target)
            }
        };
        let (f, g) = ((mass + source + delta).max(self.least), (mass + target).max(self.least));
        // Moving x by one rounding changes D by delta, and the long increment by f + g.
        let size = if stretch.is_some() { flux.abs() + delta.abs() } else { 1.0 + f + g };
        let scale = size + big_d.abs() + a.abs();
        Point { d, f, g, flux, residual: flux - big_d - a, scale, short: stretch.is_some() }
    }

    /// The point at `s` of the coupling with shift `a`, searched from `guess` in `[low, high]`; the bracket is given up
    /// for the whole range where it turns out not to hold the point.
    pub(super) fn point(&self, s: f64, a: f64, guess: f64, (low, high): (f64, f64)) -> Point {
        let point = self.search(s, a, guess.clamp(low, high), (low, high));
        if point.is_solved() {
            return point;
        }
        let whole = self.reach() + a.abs();
        self.search(s, a, point.d.clamp(-whole, whole), (-whole, whole))
    }

    /// `T - x` of the coupling with shift `a` at the place `x` of the source.
    pub(super) fn displacement_from(&self, x: f64, a: f64) -> f64 {
        let whole = self.reach() + a.abs();
        let (mut low, mut high) = (-whole, whole);
        let mut d = 0.0;
        for _ in 0..MAXIMUM_STEPS {
            // The point of the coupling at s = 2 x + d starts from (s - d) / 2 = x.
            let point = self.evaluate(2.0 * x + d, a, d);
            if point.residual > 0.0 {
                high = d
            } else {
                low = d
            }
            let newton = -point.residual / point.g;
            let mut next = d + newton;
            if !(low < next && next < high) {
                next = 0.5 * (low + high);
            }
            let settled = (next - d).abs() <= 2.0 * f64::EPSILON * next.abs();
            if settled || high - low <= f64::EPSILON * low.abs().max(high.abs()) {
                return next;
            }
            d = next;
        }
        d
    }

    fn search(&self, s: f64, a: f64, guess: f64, (mut low, mut high): (f64, f64)) -> Point {
        let mut point = self.evaluate(s, a, guess);
        let mut last_step = f64::INFINITY;
        for _ in 0..MAXIMUM_STEPS {
            if point.residual.abs() <= f64::EPSILON * point.scale {
                break;
            }
            if point.residual > 0.0 {
                high = point.d
            } else {
                low = point.d
            }
            let newton = -2.0 * point.residual / (point.f + point.g);
            let mut next = point.d + newton;
            if newton.abs() <= 1e-9 * point.d.abs() && newton.abs() <= 1e-17 {
                // Newton squares 1e-9, and the densities do not see a move of 1e-17.
                return Point { d: next, residual: 0.0, ..point };
            }
            if !(low < next && next < high) || newton.abs() > 0.5 * last_step {
                next = 0.5 * (low + high);
            }
            last_step = (next - point.d).abs();
            if next == point.d || high - low <= 2.0 * f64::EPSILON * low.abs().max(high.abs()) {
                break;
            }
            point = self.evaluate(s, a, next);
        }
        point
    }
}

//! Pieces (point masses, or a density constant on cells) against a band-limited density on `R/Z`.
//!
//! With the lifted cumulative function `G` of the density and the levels `F_i` of the pieces, the coupling with shift `a`
//! sends piece `i` to the cell `[z_i, z_{i+1}]`, `G(z_i) = F_i + a`. In the target coordinate `t` everything is smooth,
//! `x(t) = start_i + (G(t) - F_i - a) / f_i` on a cell and constant for a point mass:
//!
//! ```text
//! C     = sum_i int_{z_i}^{z_{i+1}} (t - x(t))^2 g(t) dt,
//! C'/2  = sum of int (t - x) dx over the cells of the source + sum over its gaps of (x'' - x') (z - (x' + x'')/2),
//! C''/2 = sum_i (z_{i+1} - z_i) / f_i + sum over its gaps of (x'' - x') / g(z).
//! ```
//!
//! Integrals by Gauss-Legendre on stretches over which the highest mode of `g` turns by at most `pi/4`: exact to rounding,
//! and a sum of positive terms, so that the cost keeps its relative accuracy however small the cells are.
//!
//! The density is raised by the floor `rho` of [`super::vacuum`] and divided by `1 + rho`, which changes the cumulative
//! function by at most `rho / 2` at any place and the cost by at most that much.
//!
//! Cost: about a hundred nanoseconds for each piece and sweep, and about five sweeps.

use super::antiderivative::Antiderivative;
use super::convex::Tangent;
use super::pieces::Pieces;
use super::sum::{Sum, twice_mean_modulus};
use super::vacuum::least_and_floor;
use crate::transport::{Method, TransportError};

/// A quadrature on `[-1, 1]`.
struct Rule<const K: usize> {
    nodes: [f64; K],
    weights: [f64; K],
}

/// Gauss-Legendre (Abramowitz and Stegun, table 25.4).
const EIGHT_POINTS: Rule<8> = Rule {
    nodes: [
        -0.960_289_856_497_536_3,
        -0.796_666_477_413_626_7,
        -0.525_532_409_916_329,
        -0.183_434_642_495_649_8,
        0.183_434_642_495_649_8,
        0.525_532_409_916_329,
        0.796_666_477_413_626_7,
        0.960_289_856_497_536_3,
    ],
    weights: [
        0.101_228_536_290_376_26,
        0.222_381_034_453_374_48,
        0.313_706_645_877_887_3,
        0.362_683_783_378_362,
        0.362_683_783_378_362,
        0.313_706_645_877_887_3,
        0.222_381_034_453_374_48,
        0.101_228_536_290_376_26,
    ],
};
/// The same with 4 points, for short stretches.
const FOUR_POINTS: Rule<4> = Rule {
    nodes: [-0.861_136_311_594_052_6, -0.339_981_043_584_856_3, 0.339_981_043_584_856_3, 0.861_136_311_594_052_6],
    weights: [0.347_854_845_137_453_85, 0.652_145_154_862_546_1, 0.652_145_154_862_546_1, 0.347_854_845_137_453_85],
};
/// Share of a row of the table below which a stretch is short.
const SHORT: f64 = 1.0 / 32.0;
/// Error of a place, as a share of the period, that is as good as none.
const SETTLED: f64 = 1e-17;
/// More steps than bisection of a bracket down to the last bit needs.
const MAXIMUM_STEPS: usize = 100;

/// A band-limited density, safely positive.
#[derive(Debug, Clone)]
pub(super) struct Smooth {
    table: Antiderivative,
    pub(super) floor: f64,
    least: f64,
    pub(super) largest: f64,
}

impl Smooth {
    /// From node values on `R/Z` of mean 1.
    pub(super) fn new(values: &[f64]) -> Result<Smooth, TransportError> {
        let mut table = Antiderivative::new(values.len())?;
        table.tabulate(values);
        let (least, floor, largest) = least_and_floor(&table);
        Ok(Smooth { table, floor, least, largest })
    }

    pub(super) fn table(&self) -> &Antiderivative {
        &self.table
    }

    /// The square of the distance by which a flux of this size moves the density: `int 4 S^2 / max(g, S) dt`.
    pub(super) fn square_of_error(&self, flux: f64) -> f64 {
        let at = |u: f64| 4.0 * flux * flux / (1.0 + self.floor + u).max(flux);
        self.table.derivative_at_rows().map(at).sum::<f64>() / self.table.rows() as f64
    }

    /// `(G(t), g(t))`.
    #[inline]
    pub(super) fn at(&self, t: f64) -> (f64, f64) {
        let (periodic, u) = self.table.at(t);
        let mass = 1.0 + self.floor;
        (t + periodic / mass, (mass + u).max(self.least) / mass)
    }

    /// `(G(t), g(t), g'(t))`; where `g` is raised to its least value, `g'` is infinite.
    #[inline]
    fn with_slope(&self, t: f64) -> (f64, f64, f64) {
        let (periodic, u, slope) = self.table.with_slope(t);
        let mass = 1.0 + self.floor;
        let g = mass + u;
        if g > self.least {
            (t + periodic / mass, g / mass, slope / mass)
        } else {
            (t + periodic / mass, self.least / mass, f64::INFINITY)
        }
    }

    /// The place with `G(t) = level`, searched from `guess`.
    ///
    /// A Newton step `s` leaves `g'/(2g) s^2` and, by the highest mode, less than `(M s)^2 s max g/g`: when both are
    /// below [`SETTLED`] it is the last, often the first.
    pub(super) fn inverse(&self, level: f64, guess: f64) -> Result<Place, TransportError> {
        let reach = 1.01 * self.table.largest() + 4.0 * f64::EPSILON;
        let (mut low, mut high) = (level - reach, level + reach);
        let mut t = guess.clamp(low, high);
        let mut last = f64::INFINITY;
        for _ in 0..MAXIMUM_STEPS {
            let (cumulative, g, slope) = self.with_slope(t);
            let residual = cumulative - level;
            let newton = -residual / g;
            let left = (0.5 * slope / g * newton * newton).abs();
            let beyond = (self.table.rows() as f64 * newton).powi(2) * newton.abs() * self.largest / g;
            let settled = left <= SETTLED && beyond <= SETTLED;
            if settled
                || residual.abs() <= f64::EPSILON * level.abs().max(0.25)
                || newton.abs() <= 1e-9 * last.min(1e-8)
            {
                return Ok(Place { t: t + newton, g, slope });
            }
            if residual > 0.0 {
                high = t
            } else {
                low = t
            }
            let mut next = t + newton;
            if !(low < next && next < high) || newton.abs() > 0.5 * last {
                next = 0.5 * (low + high);
            }
            last = (next - t).abs();
            if next == t || high - low <= f64::EPSILON * (low.abs() + high.abs()) {
                return Ok(Place { t: next, g, slope });
            }
            t = next;
        }
        Err(TransportError::NotConverged {
            method: Method::CircleSemiDiscrete,
            stage: "the place of a level of the density",
            steps: MAXIMUM_STEPS,
            residual: high - low,
            tolerance: f64::EPSILON,
        })
    }

    /// `int integrand(t, G(t), g(t)) dt` over `[from, to]`.
    #[inline]
    fn integral<const N: usize>(&self, from: f64, to: f64, integrand: impl Fn(f64, f64, f64) -> [f64; N]) -> [f64; N] {
        let rows = (to - from) * self.table.rows() as f64;
        if rows <= SHORT {
            return self.on_stretch(&FOUR_POINTS, 0.5 * (from + to), 0.5 * (to - from), &integrand);
        }
        let stretches = rows.ceil();
        let half = 0.5 * (to - from) / stretches;
        let mut sum = [0.0; N];
        for stretch in 0..stretches as usize {
            let middle = from + (2 * stretch + 1) as f64 * half;
            let part = self.on_stretch(&EIGHT_POINTS, middle, half, &integrand);
            sum.iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
        }
        sum
    }

    /// The same over a stretch of at most one row, with one rule.
    #[inline]
    fn on_stretch<const K: usize, const N: usize>(
        &self,
        rule: &Rule<K>,
        middle: f64,
        half: f64,
        integrand: &impl Fn(f64, f64, f64) -> [f64; N],
    ) -> [f64; N] {
        let offsets = rule.nodes.map(|node| half * node);
        let (periodic, u) = self.table.around(middle, offsets);
        let mass = 1.0 + self.floor;
        let mut sum = [0.0; N];
        for k in 0..K {
            let t = middle + offsets[k];
            let values = integrand(t, t + periodic[k] / mass, (mass + u[k]).max(self.least) / mass);
            sum.iter_mut().zip(values).for_each(|(sum, value)| *sum += rule.weights[k] * value);
        }
        sum.map(|sum| sum * half)
    }
}

/// A place and the density there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    t: f64,
    g: f64,
    /// `g'`, infinite where the density is raised.
    slope: f64,
}

impl Place {
    /// Where the cumulative function is higher by `mass`, to second order.
    fn after(&self, mass: f64) -> f64 {
        let first = mass / self.g;
        let second = -0.5 * self.slope / self.g * first * first;
        self.t + if second.abs() < 0.5 * first { first + second } else { first }
    }
}

/// Pieces and a density with one shift.
#[derive(Debug, Clone, Copy)]
pub(super) struct SemiDiscrete<'a> {
    pub(super) pieces: &'a Pieces,
    pub(super) density: &'a Smooth,
    pub(super) shift: f64,
}

/// The sums of a sweep.
#[derive(Debug, Default)]
struct Sums {
    cost: Sum,
    half_slope: Sum,
    half_curvature: Sum,
    spread: Sum,
}

impl SemiDiscrete<'_> {
    /// `z_0, .., z_n` with the densities there; `visit` gets the number of a piece, its cell and `g` at the end of it.
    pub(super) fn for_each_cell(&self, mut visit: impl FnMut(usize, [f64; 2], f64)) -> Result<(), TransportError> {
        let pieces = self.pieces;
        let mut from = self.density.inverse(self.shift, self.shift)?;
        for i in 0..pieces.len() {
            let level = pieces.levels[i + 1].high + self.shift;
            let mut to = self.density.inverse(level, from.after(pieces.mass(i)))?;
            to.t = to.t.max(from.t);
            visit(i, [from.t, to.t], to.g);
            from = to;
        }
        Ok(())
    }

    /// A lower bound of `C''/2` for every shift: cells fill the target, and the gaps between points the source. The
    /// density may be a little larger than at the rows of its table: a factor of 2.
    pub(super) fn least_half_curvature(&self) -> f64 {
        let thickness = |i: usize| self.pieces.mass(i) / self.pieces.width(i);
        if (0..self.pieces.len()).all(|i| self.pieces.width(i) == 0.0) {
            0.5 / self.density.largest
        } else {
            1.0 / (0..self.pieces.len()).map(thickness).fold(0.0, f64::max)
        }
    }

    pub(super) fn sweep(&self) -> Result<Tangent, TransportError> {
        let mut sums = Sums::default();
        self.for_each_cell(|i, [from, to], g_end| {
            let spread_out = self.pieces.width(i) > 0.0;
            if spread_out {
                self.add_cell(i, from, to, &mut sums)
            } else {
                self.add_atom(i, from, to, &mut sums)
            }
            let gap = self.pieces.gap(i);
            let (before, after) = (to - self.pieces.ends[i], (to - self.pieces.ends[i]) - gap);
            sums.half_slope.add(gap * 0.5 * (before + after));
            sums.half_curvature.add(gap / g_end);
            sums.spread.add(gap * twice_mean_modulus(before, after));
        })?;
        Ok(Tangent {
            cost: sums.cost.value(),
            half_slope: sums.half_slope.value(),
            half_curvature: sums.half_curvature.value(),
            spread: sums.spread.value(),
        })
    }

    /// Cost and spread of point masses on the line: what is left of a sweep where nothing goes round. The shift is the
    /// level of the lower end of the box.
    pub(super) fn sweep_of_line(&self) -> Result<[f64; 2], TransportError> {
        let mut sums = Sums::default();
        let last = self.pieces.len() - 1;
        self.for_each_cell(|i, [from, to], _| {
            self.add_atom(i, from, to, &mut sums);
            if i < last {
                let (here, next) = (self.pieces.ends[i], self.pieces.starts[i + 1]);
                sums.spread.add((next - here) * twice_mean_modulus(to - here, to - next));
            }
        })?;
        Ok([sums.cost.value(), sums.spread.value()])
    }

    fn add_atom(&self, i: usize, from: f64, to: f64, sums: &mut Sums) {
        let x = self.pieces.starts[i];
        let [cost] = self.density.integral(from, to, |t, _, g| [(t - x) * (t - x) * g]);
        sums.cost.add(cost);
        sums.spread.add(twice_mean_modulus(from - x, to - x) * (to - from));
    }

    fn add_cell(&self, i: usize, from: f64, to: f64, sums: &mut Sums) {
        let (start, end) = (self.pieces.starts[i], self.pieces.ends[i]);
        let thickness = self.pieces.mass(i) / (end - start);
        let level = self.pieces.levels[i].high + self.shift;
        let [cost, slope, spread] = self.density.integral(from, to, |t, cumulative, g| {
            let d = t - (start + (cumulative - level) / thickness).clamp(start, end);
            [d * d * g, d * g / thickness, 2.0 * d.abs() * (1.0 + g / thickness)]
        });
        sums.cost.add(cost);
        sums.half_slope.add(slope);
        sums.half_curvature.add((to - from) / thickness);
        sums.spread.add(spread);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;

    #[test]
    fn places_of_levels_are_found_from_any_guess() {
        let n = 256;
        let values = |kappa: f64| -> Vec<f64> {
            let u: Vec<f64> = (0..n).map(|j| (kappa * ((2.0 * PI * j as f64 / n as f64).cos() - 1.0)).exp()).collect();
            let mean = u.iter().sum::<f64>() / n as f64;
            u.iter().map(|u| u / mean).collect()
        };
        for kappa in [0.0, 3.0, 70.0] {
            let density = Smooth::new(&values(kappa)).unwrap();
            for i in 0..100 {
                let t = -0.7 + 0.0237 * i as f64;
                let (level, g) = density.at(t);
                for guess in [t, t + 0.3, -2.0, 5.0] {
                    let found = density.inverse(level, guess).unwrap().t;
                    let reach = 8.0 * f64::EPSILON * (1.0 + 1.0 / g);
                    assert!((found - t).abs() <= reach.min(1.0), "kappa {kappa}: {found} against {t} from {guess}");
                }
            }
        }
    }
}

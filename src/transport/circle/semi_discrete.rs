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
//! Cost: about a hundred nanoseconds for each piece and sweep, and about eight sweeps.

use super::antiderivative::Antiderivative;
use super::convex::Tangent;
use super::pieces::Pieces;
use super::sum::{Sum, twice_mean_modulus};
use super::vacuum::least_and_floor;
use crate::transport::{Method, TransportError};

/// Nodes and weights of Gauss-Legendre on `[-1, 1]`, half of them (Abramowitz and Stegun, table 25.4).
const EIGHT_POINTS: [(f64, f64); 4] = [
    (0.183_434_642_495_649_8, 0.362_683_783_378_362),
    (0.525_532_409_916_329, 0.313_706_645_877_887_3),
    (0.796_666_477_413_626_7, 0.222_381_034_453_374_48),
    (0.960_289_856_497_536_3, 0.101_228_536_290_376_26),
];
/// The same with 4 points, for stretches an eighth as long.
const FOUR_POINTS: [(f64, f64); 2] =
    [(0.339_981_043_584_856_3, 0.652_145_154_862_546_1), (0.861_136_311_594_052_6, 0.347_854_845_137_453_85)];
/// Share of a row of the table below which a stretch is short.
const SHORT: f64 = 1.0 / 32.0;
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

    /// `t` with `G(t) = level`, and `g(t)`; searched from `guess`.
    pub(super) fn inverse(&self, level: f64, guess: f64) -> Result<(f64, f64), TransportError> {
        let reach = 1.01 * self.table.largest() + 4.0 * f64::EPSILON;
        let (mut low, mut high) = (level - reach, level + reach);
        let mut t = guess.clamp(low, high);
        let mut last = f64::INFINITY;
        for _ in 0..MAXIMUM_STEPS {
            let (cumulative, g) = self.at(t);
            let residual = cumulative - level;
            let newton = -residual / g;
            if residual.abs() <= f64::EPSILON * level.abs().max(0.25) || newton.abs() <= 1e-9 * last.min(1e-8) {
                return Ok((t + newton, g));
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
                return Ok((next, g));
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

    /// Visits the nodes `t` of a rule for `[from, to]` with their weights, `g(t)` not included.
    #[inline]
    fn for_each_node(&self, from: f64, to: f64, mut visit: impl FnMut(f64, f64)) {
        let rows = (to - from) * self.table.rows() as f64;
        let rule: &[(f64, f64)] = if rows <= SHORT { &FOUR_POINTS } else { &EIGHT_POINTS };
        let stretches = rows.ceil().max(1.0);
        let half = 0.5 * (to - from) / stretches;
        for stretch in 0..stretches as usize {
            let middle = from + (2 * stretch + 1) as f64 * half;
            for (node, weight) in rule {
                visit(middle - half * node, weight * half);
                visit(middle + half * node, weight * half);
            }
        }
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
        let (mut z, mut g) = self.density.inverse(self.shift, self.shift)?;
        for i in 0..pieces.len() {
            let guess = z + pieces.mass(i) / g;
            let (end, g_end) = self.density.inverse(pieces.levels[i + 1].high + self.shift, guess)?;
            let end = end.max(z);
            visit(i, [z, end], g_end);
            (z, g) = (end, g_end);
        }
        Ok(())
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

    fn add_atom(&self, i: usize, from: f64, to: f64, sums: &mut Sums) {
        let x = self.pieces.starts[i];
        let mut cost = 0.0;
        self.density.for_each_node(from, to, |t, weight| cost += weight * (t - x) * (t - x) * self.density.at(t).1);
        sums.cost.add(cost);
        sums.spread.add(twice_mean_modulus(from - x, to - x) * (to - from));
    }

    fn add_cell(&self, i: usize, from: f64, to: f64, sums: &mut Sums) {
        let (start, end) = (self.pieces.starts[i], self.pieces.ends[i]);
        let thickness = self.pieces.mass(i) / (end - start);
        let level = self.pieces.levels[i].high + self.shift;
        let (mut cost, mut slope, mut spread) = (0.0, 0.0, 0.0);
        self.density.for_each_node(from, to, |t, weight| {
            let (cumulative, g) = self.density.at(t);
            let d = t - (start + (cumulative - level) / thickness).clamp(start, end);
            cost += weight * d * d * g;
            slope += weight * d * g / thickness;
            spread += weight * 2.0 * d.abs() * (1.0 + g / thickness);
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
                    let (found, _) = density.inverse(level, guess).unwrap();
                    let reach = 8.0 * f64::EPSILON * (1.0 + 1.0 / g);
                    assert!((found - t).abs() <= reach.min(1.0), "kappa {kappa}: {found} against {t} from {guess}");
                }
            }
        }
    }
}

//! A payoff as a double sum of Fourier modes, and the two operators that it gives.

use super::assemble::ProductTerm;
use super::coupling::Coupling;
use super::modes::{Modes, position};
use super::operator::{Payoff, Side};
use super::resolution::independent_modes;
use super::sample::{ROUNDING, Samples};
use super::tables::FactorFunction;
use crate::game::Player;
use crate::torus::{Fourier, Grid};
use std::collections::BTreeMap;

/// Trigonometric products are tried for at most this many coefficients: above, tables cannot win.
const MOST_TRIGONOMETRIC_TERMS: usize = 4096;
/// Products of coefficients of factors that may be added up.
const MOST_COEFFICIENTS: usize = 1 << 20;

/// Coefficients of `f` in products of `1, cos k.(x - o), sin k.(x - o)` of both players.
pub struct TrigonometricSum {
    modes: [Vec<Vec<i64>>; 2],
    /// `(function of x, function of y, coefficient)`; function 0 is 1, `1 + 2 s` and `2 + 2 s` the cosine and sine of
    /// mode `s`.
    entries: Vec<(usize, usize, f64)>,
}

impl TrigonometricSum {
    /// From values on grids that resolve `f`; coefficients at rounding level are dropped.
    pub fn of(samples: &Samples, rounding: f64) -> TrigonometricSum {
        let modes = [&samples.x, &samples.y].map(independent_modes);
        let along_y = analyse_rows(&samples.y, &modes[1], &samples.values);
        let (n_x, count_y) = (samples.x.len(), 1 + 2 * modes[1].len());
        let transposed: Vec<f64> = (0..count_y).flat_map(|b| along_y[b..].iter().step_by(count_y)).copied().collect();
        debug_assert_eq!(transposed.len(), count_y * n_x);
        let both = analyse_rows(&samples.x, &modes[0], &transposed);
        let count_x = 1 + 2 * modes[0].len();
        let entries = both.iter().enumerate().filter(|(_, c)| c.abs() > rounding);
        TrigonometricSum { modes, entries: entries.map(|(place, c)| (place % count_x, place / count_x, *c)).collect() }
    }

    /// Of `sum_k c_k A_k(x) B_k(y)` with factors on grids that resolve the sum; `None` when there would be more
    /// coefficients than a full table may have values.
    pub fn of_products(products: &[ProductTerm], grids: [&Grid; 2], rounding: f64) -> Option<TrigonometricSum> {
        let modes = grids.map(independent_modes);
        let mut sums: BTreeMap<(usize, usize), f64> = BTreeMap::new();
        let mut count = 0;
        for product in products {
            let a = analyse_rows(grids[0], &modes[0], &product.x.values(grids[0]));
            let b = analyse_rows(grids[1], &modes[1], &product.y.values(grids[1]));
            let (a, b) = (above_rounding(&a), above_rounding(&b));
            count += a.len() * b.len();
            if count > MOST_COEFFICIENTS {
                return None;
            }
            for (i, a) in a {
                for (j, b) in &b {
                    *sums.entry((i, *j)).or_default() += product.coefficient * a * b;
                }
            }
        }
        let entries = sums.into_iter().filter(|(_, c)| c.abs() > rounding).map(|((i, j), c)| (i, j, c)).collect();
        Some(TrigonometricSum { modes, entries })
    }

    /// From coefficients known otherwise.
    pub fn new(modes: [Vec<Vec<i64>>; 2], entries: Vec<(usize, usize, f64)>) -> TrigonometricSum {
        TrigonometricSum { modes, entries }
    }

    /// The largest coefficient of modes `|m| >= from` along one axis of a player.
    pub fn largest_from(&self, player: Player, axis: usize, from: usize) -> f64 {
        let sizes = self.entries.iter().filter(|e| self.mode_of(player, axis, e) >= from).map(|e| e.2.abs());
        sizes.fold(0.0, f64::max)
    }

    /// The highest mode along one axis of a player.
    pub fn highest_mode(&self, player: Player, axis: usize) -> usize {
        self.entries.iter().map(|e| self.mode_of(player, axis, e)).max().unwrap_or(0)
    }

    fn mode_of(&self, player: Player, axis: usize, entry: &(usize, usize, f64)) -> usize {
        match [entry.0, entry.1][player.index()] {
            0 => 0,
            i => self.modes[player.index()][(i - 1) / 2][axis].unsigned_abs() as usize,
        }
    }

    /// The spectral form.
    pub fn spectral(&self, x: &Grid, y: &Grid) -> Payoff {
        let mut used = [vec![false; self.modes[0].len()], vec![false; self.modes[1].len()]];
        for (a, b, _) in &self.entries {
            for (list, i) in used.iter_mut().zip([*a, *b]) {
                if i > 0 {
                    list[(i - 1) / 2] = true;
                }
            }
        }
        let place: Vec<Vec<usize>> = used.iter().map(|u| running_count(u)).collect();
        let kept = |p: usize| -> Vec<Vec<i64>> {
            self.modes[p].iter().zip(&used[p]).filter(|(_, u)| **u).map(|(m, _)| m.clone()).collect()
        };
        let kept = [kept(0), kept(1)];
        let mut statics = [vec![0.0; 2 * kept[0].len()], vec![0.0; 2 * kept[1].len()]];
        let mut constant = 0.0;
        let mut mixed = Vec::new();
        let index = |p: usize, i: usize| 2 * place[p][(i - 1) / 2] + (i - 1) % 2;
        for &(a, b, c) in &self.entries {
            match (a, b) {
                (0, 0) => constant = c,
                (a, 0) => statics[0][index(0, a)] = c,
                (0, b) => statics[1][index(1, b)] = c,
                (a, b) => mixed.push((index(0, a) as u32, index(1, b) as u32, c)),
            }
        }
        let [mx, my] = &kept;
        let rank = mx.len().min(my.len());
        Payoff {
            grids: [x.clone(), y.clone()],
            coupling: Coupling::new(2 * mx.len(), 2 * my.len(), mixed),
            sides: [
                Side::Modes(Modes::new(x, mx, constant, &statics[0])),
                Side::Modes(Modes::new(y, my, 0.0, &statics[1])),
            ],
            rank,
            error: 0.0,
            range: [0.0, 0.0],
            lines: [false; 2],
        }
    }

    /// As products of cosines and sines of single variables; `None` when there are too many.
    pub fn terms(&self, x: &Grid, y: &Grid) -> Option<Vec<ProductTerm>> {
        if self.entries.len() > MOST_TRIGONOMETRIC_TERMS {
            return None;
        }
        let mut terms = Vec::new();
        for &(a, b, c) in &self.entries {
            for (sign_x, factor_x) in products(x, &self.modes[0], a) {
                for (sign_y, factor_y) in products(y, &self.modes[1], b) {
                    terms.push(ProductTerm { coefficient: c * sign_x * sign_y, x: factor_x.clone(), y: factor_y });
                }
            }
        }
        Some(terms)
    }
}

/// The coefficients that are more than rounding of the largest one, with their positions.
fn above_rounding(coefficients: &[f64]) -> Vec<(usize, f64)> {
    let largest = coefficients.iter().fold(0.0_f64, |m, c| m.max(c.abs()));
    coefficients.iter().copied().enumerate().filter(|(_, c)| c.abs() > 0.25 * ROUNDING * largest).collect()
}

fn running_count(flags: &[bool]) -> Vec<usize> {
    flags
        .iter()
        .scan(0, |count, flag| {
            let here = *count;
            *count += usize::from(*flag);
            Some(here)
        })
        .collect()
}

/// Coefficients of every row in `1, cos, sin` of the given modes.
fn analyse_rows(grid: &Grid, modes: &[Vec<i64>], values: &[f64]) -> Vec<f64> {
    let fourier = Fourier::new(grid);
    let mut scratch = fourier.scratch();
    let mut spectrum = fourier.zero_spectrum();
    let mut out = Vec::with_capacity(values.len() / grid.len() * (1 + 2 * modes.len()));
    let positions: Vec<usize> = modes.iter().map(|m| position(grid, m)).collect();
    for row in values.chunks_exact(grid.len()) {
        fourier.forward(row, &mut spectrum, &mut scratch);
        out.push(spectrum[0].re);
        out.extend(positions.iter().flat_map(|p| [2.0 * spectrum[*p].re, -2.0 * spectrum[*p].im]));
    }
    out
}

/// `1`, `cos k.z` or `sin k.z`, `z = x - origin`, as signed products of functions of one variable.
fn products(grid: &Grid, modes: &[Vec<i64>], function: usize) -> Vec<(f64, FactorFunction)> {
    if function == 0 {
        return vec![(1.0, FactorFunction::one(grid))];
    }
    let (mode, sine) = (&modes[(function - 1) / 2], (function - 1) % 2 == 1);
    let table = |axis: usize, sine: bool| -> Vec<f64> {
        let n = grid.axis(axis).points;
        (0..n).map(|j| turn(mode[axis] * j as i64, n as i64, sine)).collect()
    };
    if grid.dimension() == 1 {
        return vec![(1.0, FactorFunction::Product(vec![table(0, sine)]))];
    }
    // cos(a + b) = cos a cos b - sin a sin b, sin(a + b) = sin a cos b + cos a sin b
    let product = |first: bool, second: bool| FactorFunction::Product(vec![table(0, first), table(1, second)]);
    let parts = if sine {
        [(1.0, product(true, false)), (1.0, product(false, true))]
    } else {
        [(1.0, product(false, false)), (-1.0, product(true, true))]
    };
    parts.into_iter().collect()
}

/// Cosine or sine of `2 pi m / n`, with the argument reduced exactly.
fn turn(m: i64, n: i64, sine: bool) -> f64 {
    let angle = 2.0 * std::f64::consts::PI * m.rem_euclid(n) as f64 / n as f64;
    if sine { angle.sin() } else { angle.cos() }
}

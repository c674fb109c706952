//! A payoff given as a function becomes an operator: the cheapest of three forms.
//!
//! 1. The points that `f` needs along each axis (`resolution.rs`) give coarse grids on which it is band-limited.
//! 2. If all its values there are few enough, they are taken once. Their trigonometric coefficients `C` give a sum of
//!    products of cosines and sines (exact for trigonometric sums) and the spectral form; their cross approximation,
//!    recompressed, gives a low-rank form. The cost model is [`Payoff::cost`].
//! 3. Otherwise rows and columns are taken on demand for the cross approximation alone.
//!
//! Factors found on coarse grids are padded in Fourier space to the players' grids, which is exact, so the cost of the
//! search does not depend on the players' grids. Finally the representation is compared with `f` at random nodes.

use super::assemble::{assemble, compress_product};
use super::cross::cross_approximation;
use super::modes::{Modes, position};
use super::resolution::{RESOLUTION_TOLERANCE, check_grids, independent_modes, points_needed};
use super::sample::{checked, node_coordinates, range_of_function};
use super::{Coupling, FactorFunction, Payoff, PayoffError, ProductTerm, Side};
use crate::game::Player;
use crate::torus::{Fourier, Grid, pad_values};
use faer::Mat;

/// Values of `f` on the coarse grids that are taken all at once: 32 MiB.
const MOST_SAMPLES: usize = 1 << 22;
/// Crosses after which a low rank is not low any more.
const MOST_CROSSES: usize = 512;
/// Bytes that factor tables may take.
const MOST_TABLE_BYTES: f64 = 2e9;
/// Coefficients and crosses below this share of the largest value of `f` are rounding.
pub const ROUNDING: f64 = 4.0 * f64::EPSILON;
/// Trigonometric products are tried for at most this many coefficients: above, tables cannot win.
const MOST_TRIGONOMETRIC_TERMS: usize = 4096;
/// A representation with a larger error, relative to the range, is refused.
const ACCEPTED_ERROR: f64 = 1e-10;

/// The operator of the function `f` on these grids.
///
/// # Errors
/// [`PayoffError`] when `f` is not finite, not smooth, not resolved, or too complex.
pub fn factorise(f: &impl Fn(&[f64], &[f64]) -> f64, x: &Grid, y: &Grid) -> Result<Payoff, PayoffError> {
    let range = range_of_function(f, x, y)?;
    let needed = points_needed(f, x, y, range, RESOLUTION_TOLERANCE)?;
    check_grids(f, x, y, range, &needed)?;
    let coarse = |grid: &Grid, needed: &[usize]| {
        let points: Vec<usize> = grid.shape().iter().zip(needed).map(|(n, m)| *n.min(m)).collect();
        grid.with_points(&points).expect("no larger than the grid itself")
    };
    let (cx, cy) = (coarse(x, &needed[0]), coarse(y, &needed[1]));
    let rounding = ROUNDING * range[0].abs().max(range[1].abs());
    let mut payoff = if cx.len() * cy.len() <= MOST_SAMPLES {
        let samples = Samples::take(f, &cx, &cy)?;
        from_samples(&samples, x, y, rounding)?
    } else {
        on_demand(f, x, y, &cx, &cy, rounding)?
    };
    payoff.range = range;
    payoff.error = payoff.sampled_error(f)?;
    if payoff.error <= ACCEPTED_ERROR {
        return Ok(payoff);
    }
    for player in Player::BOTH {
        for (axis, a) in [x, y][player.index()].axes().iter().enumerate() {
            let (points, needed, tail) = (a.points, needed[player.index()][axis], payoff.error);
            if points < needed {
                return Err(PayoffError::Unresolved { player, axis, points, needed: Some(needed), tail });
            }
        }
    }
    let bytes = 8.0 * cx.len() as f64 * cy.len() as f64;
    let limit = 8.0 * MOST_SAMPLES as f64;
    Err(PayoffError::TooComplex { rank: payoff.rank, error: payoff.error, bytes, limit })
}

/// Values of `f` on all pairs of nodes of two coarse grids, `N_x x N_y`.
pub struct Samples {
    pub x: Grid,
    pub y: Grid,
    pub values: Vec<f64>,
}

impl Samples {
    fn take(f: &impl Fn(&[f64], &[f64]) -> f64, x: &Grid, y: &Grid) -> Result<Samples, PayoffError> {
        let points_y: Vec<Vec<f64>> = (0..y.len()).map(|j| node_coordinates(y, j)).collect();
        let mut values = Vec::with_capacity(x.len() * y.len());
        for i in 0..x.len() {
            let point_x = node_coordinates(x, i);
            for point_y in &points_y {
                values.push(checked(f, &point_x, point_y)?);
            }
        }
        Ok(Samples { x: x.clone(), y: y.clone(), values })
    }
}

/// The cheapest form of a payoff of which all values on resolving grids are known, each with an error `rounding`.
pub fn from_samples(samples: &Samples, x: &Grid, y: &Grid, rounding: f64) -> Result<Payoff, PayoffError> {
    let coefficients = TrigonometricSum::of(samples, rounding);
    let spectral = coefficients.spectral(x, y);
    let mut best = match coefficients.terms(x, y) {
        Some(terms) => {
            let trigonometric = assemble(x, y, &terms)?;
            if trigonometric.cost() <= spectral.cost() { trigonometric } else { spectral }
        }
        None => spectral,
    };
    let cost_per_rank = x.len() * (1 + x.dimension()) + y.len() * (1 + y.dimension());
    let most = (best.cost() / cost_per_rank).min(MOST_CROSSES);
    if best.form() == super::PayoffForm::LowRank && best.rank() <= 2 {
        return Ok(best);
    }
    if let Some(terms) = low_rank(samples, x, y, rounding, most)? {
        let low_rank = assemble(x, y, &terms)?;
        if low_rank.cost() < best.cost() {
            best = low_rank;
        }
    }
    Ok(best)
}

/// Cross approximation of `f - S - T`, `S` and `T` its means, recompressed; `None` when the rank exceeds `most`.
fn low_rank(
    samples: &Samples,
    x: &Grid,
    y: &Grid,
    rounding: f64,
    most: usize,
) -> Result<Option<Vec<ProductTerm>>, PayoffError> {
    let (n_x, n_y) = (samples.x.len(), samples.y.len());
    let mut values = samples.values.clone();
    let s: Vec<f64> = values.chunks_exact(n_y).map(|row| row.iter().sum::<f64>() / n_y as f64).collect();
    let mut t = vec![0.0; n_y];
    for (row, s) in values.chunks_exact_mut(n_y).zip(&s) {
        for (v, t) in row.iter_mut().zip(&mut t) {
            *v -= s;
            *t += *v / n_x as f64;
        }
    }
    for row in values.chunks_exact_mut(n_y) {
        row.iter_mut().zip(&t).for_each(|(v, t)| *v -= t);
    }
    let cross = cross_approximation(
        n_x,
        n_y,
        |i| Ok::<_, PayoffError>(values[i * n_y..(i + 1) * n_y].to_vec()),
        |j| Ok(values[j..].iter().step_by(n_y).copied().collect()),
        rounding,
        2 * most + 4,
    )?;
    if cross.residual > rounding {
        return Ok(None);
    }
    let (columns, rows) = recompressed(cross.columns, cross.rows);
    if columns.len() > most {
        return Ok(None);
    }
    Ok(Some(padded_terms(samples, x, y, (s, t), columns, rows)))
}

fn recompressed(columns: Vec<Vec<f64>>, rows: Vec<Vec<f64>>) -> (Vec<Vec<f64>>, Vec<Vec<f64>>) {
    let rank = columns.len();
    if rank < 2 {
        return (columns, rows);
    }
    let matrix = |list: &[Vec<f64>]| Mat::from_fn(list[0].len(), rank, |j, r| list[r][j]);
    compress_product(&matrix(&columns), &Mat::identity(rank, rank), &matrix(&rows))
}

fn padded_terms(
    samples: &Samples,
    x: &Grid,
    y: &Grid,
    statics: (Vec<f64>, Vec<f64>),
    columns: Vec<Vec<f64>>,
    rows: Vec<Vec<f64>>,
) -> Vec<ProductTerm> {
    let on_x = |values: &[f64]| FactorFunction::Dense(pad_values(&samples.x, x, values));
    let on_y = |values: &[f64]| FactorFunction::Dense(pad_values(&samples.y, y, values));
    let mut terms = vec![
        ProductTerm { coefficient: 1.0, x: on_x(&statics.0), y: FactorFunction::one(y) },
        ProductTerm { coefficient: 1.0, x: FactorFunction::one(x), y: on_y(&statics.1) },
    ];
    terms.extend(columns.iter().zip(&rows).map(|(a, b)| ProductTerm { coefficient: 1.0, x: on_x(a), y: on_y(b) }));
    terms
}

/// Cross approximation with rows and columns of `f` evaluated when they are asked for.
fn on_demand(
    f: &impl Fn(&[f64], &[f64]) -> f64,
    x: &Grid,
    y: &Grid,
    cx: &Grid,
    cy: &Grid,
    rounding: f64,
) -> Result<Payoff, PayoffError> {
    let bytes_per_rank = 8.0 * (x.len() * (1 + x.dimension()) + y.len() * (1 + y.dimension())) as f64;
    let most = MOST_CROSSES.min((MOST_TABLE_BYTES / bytes_per_rank) as usize);
    let points = |grid: &Grid| (0..grid.len()).map(|j| node_coordinates(grid, j)).collect::<Vec<_>>();
    let (points_x, points_y) = (points(cx), points(cy));
    let base = checked(f, &points_x[0], &points_y[0])?;
    let s: Vec<f64> = points_x.iter().map(|p| checked(f, p, &points_y[0])).collect::<Result<_, _>>()?;
    let t: Vec<f64> =
        points_y.iter().map(|q| checked(f, &points_x[0], q).map(|v| v - base)).collect::<Result<_, _>>()?;
    let rest = |i: usize, j: usize| checked(f, &points_x[i], &points_y[j]).map(|v| v - s[i] - t[j]);
    let tolerance = 4.0 * rounding;
    let cross = cross_approximation(
        cx.len(),
        cy.len(),
        |i| (0..cy.len()).map(|j| rest(i, j)).collect(),
        |j| (0..cx.len()).map(|i| rest(i, j)).collect(),
        tolerance,
        most,
    )?;
    if cross.residual > tolerance {
        let bytes = 8.0 * cx.len() as f64 * cy.len() as f64;
        let error = ROUNDING * cross.residual / rounding;
        return Err(PayoffError::TooComplex { rank: most, error, bytes, limit: 8.0 * MOST_SAMPLES as f64 });
    }
    let samples = Samples { x: cx.clone(), y: cy.clone(), values: Vec::new() };
    let (columns, rows) = recompressed(cross.columns, cross.rows);
    assemble(x, y, &padded_terms(&samples, x, y, (s, t), columns, rows))
}

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

//! A payoff given as a function becomes an operator: the cheapest form that can be found.
//!
//! 1. The points that `f` needs along each axis (`resolution.rs`) give coarse grids on which it is band-limited.
//! 2. An expression whose tree shows that it is a finite sum of products is taken as that (`separate.rs`), if this is
//!    right to rounding.
//! 3. If all values of `f` on the coarse grids are few enough, they are taken once. Their trigonometric coefficients `C`
//!    give a sum of products of cosines and sines (exact for trigonometric sums) and the spectral form; their cross
//!    approximation, recompressed, gives a low-rank form. The cost model is [`Payoff::cost`]. Where 2 has answered this
//!    is done only if the values are very few, and the cheaper answer is taken.
//! 4. Otherwise rows and columns are taken on demand for the cross approximation alone: `O(r (N_x + N_y))` values.
//!
//! Factors found on coarse grids are padded in Fourier space to the players' grids, which is exact, so the cost of the
//! search does not depend on the players' grids. Finally the representation is compared with `f` at random nodes.

use super::PayoffError;
use super::assemble::{ProductTerm, assemble, compress_product, padded_terms};
use super::cross::cross_approximation;
use super::operator::{Payoff, PayoffForm};
use super::resolution::{RESOLUTION_TOLERANCE, check_grids, points_needed};
use super::sample::{PairFunction, ROUNDING, Samples, checked, range_of_function, repeated};
use super::separate::cheapest;
use super::trigonometric::TrigonometricSum;
use crate::game::Player;
use crate::game::nodes::node;
use crate::torus::Grid;
use faer::Mat;

/// Values of `f` on the coarse grids that are taken all at once: 32 MiB.
const MOST_SAMPLES: usize = 1 << 22;
/// Crosses after which a low rank is not low any more.
const MOST_CROSSES: usize = 512;
/// Bytes that factor tables may take.
const MOST_TABLE_BYTES: f64 = 2e9;
/// So few values on the coarse grids that the numerical search is made beside the symbolic one: some milliseconds.
const FEW_SAMPLES: usize = 1 << 16;
/// Error of a separated expression, as a share of the largest value of `f`, that is rounding: its factors carry a few
/// eps each, and so does `f`.
const SEPARATION_ROUNDING: f64 = 256.0 * f64::EPSILON;
/// Crosses on demand have seen a small part of the values only: their stated error is the largest sampled one times this.
/// All values on small grids differed by up to 4.3 times the sampled error.
const UNSAMPLED: f64 = 8.0;
/// A representation with a larger error, relative to the range, is refused.
const ACCEPTED_ERROR: f64 = 1e-10;

/// The operator of the function `f` on these grids.
///
/// # Errors
/// [`PayoffError`] when `f` is not finite, not smooth, not resolved, or too complex.
pub fn factorise(f: &impl PairFunction, x: &Grid, y: &Grid) -> Result<Payoff, PayoffError> {
    let range = range_of_function(f, x, y)?;
    let needed = points_needed(f, x, y, range, RESOLUTION_TOLERANCE)?;
    check_grids(f, x, y, range, &needed)?;
    let (cx, cy) = (coarse(x, &needed[0]), coarse(y, &needed[1]));
    let size = range[0].abs().max(range[1].abs());
    let separated = separated(f, [x, y], [&cx, &cy], range)?;
    if let Some(payoff) = &separated
        && cx.len() * cy.len() > FEW_SAMPLES
    {
        return Ok(payoff.clone());
    }
    let rounding = ROUNDING * size;
    let payoff = if cx.len() * cy.len() <= MOST_SAMPLES {
        let samples = Samples::take(f, &cx, &cy)?;
        let mut payoff = from_samples(&samples, x, y, rounding)?;
        payoff.range = range;
        payoff.error = payoff.sampled_error(f)?;
        payoff
    } else {
        on_demand(f, x, y, &cx, &cy, rounding, range)?
    };
    if let Some(separated) = separated
        && (separated.cost() <= payoff.cost() || payoff.error > ACCEPTED_ERROR)
    {
        return Ok(separated);
    }
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

/// The grid with no more points than are needed.
pub fn coarse(grid: &Grid, needed: &[usize]) -> Grid {
    let points: Vec<usize> = grid.shape().iter().zip(needed).map(|(n, m)| *n.min(m)).collect();
    grid.with_points(&points).expect("no larger than the grid itself")
}

/// The operator of a function that shows how it separates, if it is right to rounding.
fn separated(
    f: &impl PairFunction,
    grids: [&Grid; 2],
    coarse: [&Grid; 2],
    range: [f64; 2],
) -> Result<Option<Payoff>, PayoffError> {
    let Some(terms) = f.separated(grids[0].dimension()) else { return Ok(None) };
    // Factors of a finite function may overflow or have poles.
    let Ok(mut payoff) = cheapest(&terms, grids[0], grids[1], coarse) else { return Ok(None) };
    payoff.range = range;
    payoff.error = payoff.sampled_error(f)?;
    let size = range[0].abs().max(range[1].abs());
    Ok((payoff.error * payoff.range() <= SEPARATION_ROUNDING * size).then_some(payoff))
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
    if best.form() == PayoffForm::LowRank && best.rank() <= 2 {
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
    Ok(Some(padded_terms([&samples.x, &samples.y], x, y, (s, t), columns, rows)))
}

fn recompressed(columns: Vec<Vec<f64>>, rows: Vec<Vec<f64>>) -> (Vec<Vec<f64>>, Vec<Vec<f64>>) {
    let rank = columns.len();
    if rank < 2 {
        return (columns, rows);
    }
    let matrix = |list: &[Vec<f64>]| Mat::from_fn(list[0].len(), rank, |j, r| list[r][j]);
    compress_product(&matrix(&columns), &Mat::identity(rank, rank), &matrix(&rows))
}

/// Cross approximation with rows and columns of `f` evaluated when they are asked for.
fn on_demand(
    f: &impl PairFunction,
    x: &Grid,
    y: &Grid,
    cx: &Grid,
    cy: &Grid,
    rounding: f64,
    range: [f64; 2],
) -> Result<Payoff, PayoffError> {
    let bytes_per_rank = 8.0 * (x.len() * (1 + x.dimension()) + y.len() * (1 + y.dimension())) as f64;
    let most = MOST_CROSSES.min((MOST_TABLE_BYTES / bytes_per_rank) as usize);
    let (points_x, points_y) = (cx.node_coordinates(), cy.node_coordinates());
    let row = |i: usize| checked(f, &repeated(&node(cx, i), cy.len()), &points_y);
    let column = |j: usize| checked(f, &points_x, &repeated(&node(cy, j), cx.len()));
    let s = column(0)?;
    let t: Vec<f64> = row(0)?.iter().map(|v| v - s[0]).collect();
    let tolerance = 4.0 * rounding;
    let cross = cross_approximation(
        cx.len(),
        cy.len(),
        |i| Ok::<_, PayoffError>(row(i)?.iter().zip(&t).map(|(v, t)| v - s[i] - t).collect()),
        |j| Ok(column(j)?.iter().zip(&s).map(|(v, s)| v - s - t[j]).collect()),
        tolerance,
        most,
    )?;
    if cross.residual > tolerance {
        let bytes = 8.0 * cx.len() as f64 * cy.len() as f64;
        let error = ROUNDING * cross.residual / rounding;
        return Err(PayoffError::TooComplex { rank: most, error, bytes, limit: 8.0 * MOST_SAMPLES as f64 });
    }
    let (columns, rows) = recompressed(cross.columns, cross.rows);
    let mut payoff = assemble(x, y, &padded_terms([cx, cy], x, y, (s, t), columns, rows))?;
    payoff.range = range;
    payoff.error = UNSAMPLED * payoff.sampled_error(f)?;
    Ok(payoff)
}

#[cfg(test)]
mod tests;

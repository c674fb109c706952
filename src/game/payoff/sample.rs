//! Sampling a payoff: functions evaluated at many pairs of points, a deterministic random sequence, the range.

use super::PayoffError;
use crate::game::expression::SeparatedProduct;
use crate::game::nodes::node;
use crate::game::{Expression, Term};
use crate::torus::Grid;

/// Values, coefficients and crosses below this share of the largest value of a payoff are rounding.
pub const ROUNDING: f64 = 4.0 * f64::EPSILON;
/// Pairs of nodes at which the range of a payoff is looked for.
const RANGE_SAMPLES: usize = 1 << 15;
/// Products of a separated expression above which the numerical search is the better one.
const MOST_PRODUCTS: usize = 1024;

/// A function of a point of each player, evaluated at many pairs of points.
pub trait PairFunction {
    /// Values at the pairs `j`: `x[i][j]` and `y[i][j]` are coordinate `i` of their points.
    fn evaluate(&self, x: &[Vec<f64>], y: &[Vec<f64>], out: &mut [f64]);

    /// The function as a finite sum of products, where it is known to be one; `x_dimension` is that of the first point.
    fn separated(&self, _x_dimension: usize) -> Option<Vec<Term>> {
        None
    }
}

impl<F: Fn(&[f64], &[f64]) -> f64> PairFunction for F {
    fn evaluate(&self, x: &[Vec<f64>], y: &[Vec<f64>], out: &mut [f64]) {
        let (mut p, mut q) = (vec![0.0; x.len()], vec![0.0; y.len()]);
        for (j, out) in out.iter_mut().enumerate() {
            p.iter_mut().zip(x).for_each(|(p, axis)| *p = axis[j]);
            q.iter_mut().zip(y).for_each(|(q, axis)| *q = axis[j]);
            *out = self(&p, &q);
        }
    }
}

/// Of the variables of `x` followed by those of `y`.
impl PairFunction for Expression {
    fn evaluate(&self, x: &[Vec<f64>], y: &[Vec<f64>], out: &mut [f64]) {
        let variables: Vec<&[f64]> = x.iter().chain(y).map(Vec::as_slice).collect();
        self.evaluate_many(&variables, out);
    }

    fn separated(&self, x_dimension: usize) -> Option<Vec<Term>> {
        let products = Expression::separated(self, x_dimension, MOST_PRODUCTS)?;
        let term = |p: SeparatedProduct| Term { coefficient: p.coefficient, x: p.first, y: p.second };
        Some(products.into_iter().map(term).collect())
    }
}

/// Values of the payoff at pairs of points.
///
/// # Errors
/// [`PayoffError::NotFinite`] with the first place at which the value is not.
pub fn checked(f: &impl PairFunction, x: &[Vec<f64>], y: &[Vec<f64>]) -> Result<Vec<f64>, PayoffError> {
    let mut values = vec![0.0; x[0].len()];
    f.evaluate(x, y, &mut values);
    let place = |points: &[Vec<f64>], j: usize| points.iter().map(|axis| axis[j]).collect();
    match values.iter().position(|v| !v.is_finite()) {
        Some(j) => Err(PayoffError::NotFinite { x: place(x, j), y: place(y, j), value: values[j] }),
        None => Ok(values),
    }
}

/// One point, `count` times.
pub fn repeated(point: &[f64], count: usize) -> Vec<Vec<f64>> {
    point.iter().map(|p| vec![*p; count]).collect()
}

/// A deterministic sequence (Knuth's multiplier, upper bits): samples must be the same in every run.
#[derive(Debug, Clone)]
pub struct Sequence(u64);

impl Sequence {
    /// A sequence of its own for each seed.
    pub fn new(seed: u64) -> Sequence {
        let mut sequence = Sequence(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0xd1b5_4a32_d192_ed03);
        sequence.next();
        sequence
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    /// The next number in `[0, 1)`.
    pub fn unit(&mut self) -> f64 {
        self.next() as f64 / (1u64 << 31) as f64
    }

    /// The next number in `0..n`.
    pub fn below(&mut self, n: usize) -> usize {
        ((self.unit() * n as f64) as usize).min(n - 1)
    }

    /// A point of the torus.
    pub fn point(&mut self, grid: &Grid) -> Vec<f64> {
        grid.axes().iter().map(|a| a.origin + a.period * self.unit()).collect()
    }
}

/// Positions of a sub-lattice of at most `limit` nodes per axis.
pub fn thinned(grid: &Grid, limit: usize) -> Vec<usize> {
    let step = |axis: usize| grid.axis(axis).points.div_ceil(limit);
    match grid.dimension() {
        1 => (0..grid.len()).step_by(step(0)).collect(),
        _ => {
            let n = grid.row_len();
            let rows = (0..grid.rows()).step_by(step(0));
            rows.flat_map(|i| (0..n).step_by(step(1)).map(move |j| i * n + j)).collect()
        }
    }
}

/// Nodes per axis of the lattices on which a range is looked for.
pub fn samples_per_axis(x: &Grid, y: &Grid) -> usize {
    (RANGE_SAMPLES as f64).powf(1.0 / (x.dimension() + y.dimension()) as f64) as usize
}

/// Smallest and largest value on a lattice of nodes.
///
/// # Errors
/// [`PayoffError::NotFinite`] at the first value that is not.
pub fn range_of_function(f: &impl PairFunction, x: &Grid, y: &Grid) -> Result<[f64; 2], PayoffError> {
    let limit = samples_per_axis(x, y);
    let chosen = thinned(y, limit);
    let all = y.node_coordinates();
    let points_y: Vec<Vec<f64>> = all.iter().map(|axis| chosen.iter().map(|j| axis[*j]).collect()).collect();
    let mut range = [f64::INFINITY, f64::NEG_INFINITY];
    for i in thinned(x, limit) {
        for value in checked(f, &repeated(&node(x, i), chosen.len()), &points_y)? {
            range = [range[0].min(value), range[1].max(value)];
        }
    }
    Ok(range)
}

/// Values of `f` on all pairs of nodes of two coarse grids, `N_x x N_y`.
pub struct Samples {
    /// Grid of the rows.
    pub x: Grid,
    /// Grid of the columns.
    pub y: Grid,
    /// Row-major values.
    pub values: Vec<f64>,
}

impl Samples {
    /// Evaluates `f` at all pairs of nodes.
    ///
    /// # Errors
    /// [`PayoffError::NotFinite`] at the first value that is not.
    pub fn take(f: &impl PairFunction, x: &Grid, y: &Grid) -> Result<Samples, PayoffError> {
        let points_y = y.node_coordinates();
        let mut values = Vec::with_capacity(x.len() * y.len());
        for i in 0..x.len() {
            values.extend(checked(f, &repeated(&node(x, i), y.len()), &points_y)?);
        }
        Ok(Samples { x: x.clone(), y: y.clone(), values })
    }
}

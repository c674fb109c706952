//! One player's factor functions as tables: `A_1 .. A_r` and the static function `S` of
//! `f(x, y) = S(x) + T(y) + sum_ij C_ij A_i(x) B_j(y)` (and `B_j`, `T` for the other player).
//!
//! In two dimensions a function that is a product `a(x1) b(x2)` is held by its two 1-D factors, each distinct one
//! stored once. Row `i` of a combination `sum_i u_i A_i` is then `sum_q w_q b_q(x2)` with
//! `w_q = sum_{i: b_i = b_q} u_i a_i(x1)`: as many passes over the row as there are distinct `b`, and no traffic of
//! tables of `n^2` values. One dimension is the case of a single row with `a = 1`. What is no product is a table of
//! all nodes.
//!
//! Derivatives are tables too. They are taken spectrally, after coefficients at rounding level are set to 0: this
//! serves closures, tables and expressions alike, and the error stays near `eps k` for the wavenumbers `k` that
//! the function has, not for those that the grid has.

use super::kernels::{add_combination, combine, dot, sum};
use crate::torus::{Fourier, Grid, gradient};
use num_complex::Complex64;

/// Coefficients below this share of the largest one are rounding of the sampled values.
pub(super) const ROUNDING: f64 = 4.0 * f64::EPSILON;

/// A function of one player's variables, at the nodes of a grid.
#[derive(Debug, Clone, PartialEq)]
pub enum FactorFunction {
    /// A product of functions of one variable: a table of `n_i` values for each axis.
    Product(Vec<Vec<f64>>),
    /// Values at all nodes, row-major.
    Dense(Vec<f64>),
}

impl FactorFunction {
    /// The constant 1.
    pub fn one(grid: &Grid) -> FactorFunction {
        FactorFunction::Product(grid.axes().iter().map(|a| vec![1.0; a.points]).collect())
    }

    /// Values at all nodes.
    pub fn values(&self, grid: &Grid) -> Vec<f64> {
        match self {
            FactorFunction::Dense(values) => values.clone(),
            FactorFunction::Product(tables) if grid.dimension() == 1 => tables[0].clone(),
            FactorFunction::Product(tables) => {
                tables[0].iter().flat_map(|a| tables[1].iter().map(move |b| a * b)).collect()
            }
        }
    }
}

/// Tables of one player's functions; see the head of this file.
#[derive(Debug, Clone)]
pub struct FactorTables {
    rows: usize,
    row_len: usize,
    dimension: usize,
    /// Distinct non-constant functions of the last axis: `q x n`, and their derivatives.
    inner: [Vec<f64>; 2],
    inner_count: usize,
    /// How many of them the functions `A_i` use; the others occur in the static function only.
    moment_count: usize,
    /// Distinct functions of the first axis, node by node: `rows x p`, and their derivatives.
    outer: [Vec<f64>; 2],
    outer_count: usize,
    /// Position in `outer` and in `inner` (0 is the constant 1, `q` the table `q - 1`) of every product function.
    products: Vec<(u32, u32)>,
    /// Values, and derivatives along each axis, of the functions that are no products: `d x N`.
    dense: Vec<Vec<f64>>,
    dense_count: usize,
    /// The static function: weights of `1, inner..` for each row, `rows x (1 + q)`, and their derivatives along the
    /// first axis.
    static_weights: [Vec<f64>; 2],
    /// What of the static function is no sum of products: values and derivatives, empty when there is none.
    static_dense: Vec<Vec<f64>>,
}

impl FactorTables {
    /// Tables of `functions` and of the static function `sum_k constant_k function_k`.
    ///
    /// Product functions come first in the order of the moments, then dense ones; the second result says where each
    /// of `functions` went.
    pub fn new(
        grid: &Grid,
        functions: &[FactorFunction],
        static_part: &[(f64, FactorFunction)],
    ) -> (FactorTables, Vec<usize>) {
        let last = grid.dimension() - 1;
        let mut inner = TableSet::default();
        let mut outer = TableSet::default();
        if last == 0 {
            outer.insert(&[1.0]);
        }
        let mut position = vec![0; functions.len()];
        let mut products = Vec::new();
        for (f, place) in functions.iter().zip(&mut position) {
            if let FactorFunction::Product(factors) = f {
                let a = if last == 0 { 0 } else { outer.insert(&factors[0]) };
                let b = if is_one(&factors[last]) { 0 } else { 1 + inner.insert(&factors[last]) };
                *place = products.len();
                products.push((a as u32, b as u32));
            }
        }
        let mut dense_values = Vec::new();
        let mut dense_count = 0;
        for (f, place) in functions.iter().zip(&mut position) {
            if let FactorFunction::Dense(values) = f {
                *place = products.len() + dense_count;
                dense_count += 1;
                dense_values.extend_from_slice(values);
            }
        }
        let moment_count = inner.tables.len();
        let (static_products, static_values) = gather_static(grid, static_part, &inner);
        let placed: Vec<(Vec<f64>, usize)> =
            static_products.into_iter().map(|(a, b)| (a, if is_one(&b) { 0 } else { 1 + inner.insert(&b) })).collect();
        let rows = grid.rows();
        let static_weights = static_weights(grid, rows, 1 + inner.tables.len(), &placed);
        let tables = FactorTables {
            rows,
            row_len: grid.row_len(),
            dimension: grid.dimension(),
            inner: inner.with_derivatives(&axis_grid(grid, last)),
            inner_count: inner.tables.len(),
            moment_count,
            outer: if last == 0 {
                [vec![1.0], vec![0.0]]
            } else {
                outer.transposed_with_derivatives(&axis_grid(grid, 0))
            },
            outer_count: outer.tables.len(),
            products,
            dense: with_gradients(grid, dense_values),
            dense_count,
            static_weights,
            static_dense: with_gradients(grid, static_values),
        };
        (tables, position)
    }

    /// Tables of functions and of the static function, each as its values and its slopes along every axis: for functions
    /// whose periodic continuation is not smooth (`line.rs`). No two are merged, and in two dimensions none is taken for a
    /// product.
    pub fn with_slopes(grid: &Grid, functions: &[Vec<Vec<f64>>], static_part: &[Vec<f64>]) -> FactorTables {
        let count = functions.len();
        if grid.dimension() > 1 {
            let quantity = |i: usize| functions.iter().flat_map(|tables| tables[i].iter().copied()).collect();
            return FactorTables {
                rows: grid.rows(),
                row_len: grid.row_len(),
                dimension: grid.dimension(),
                inner: [Vec::new(), Vec::new()],
                inner_count: 0,
                moment_count: 0,
                outer: [Vec::new(), Vec::new()],
                outer_count: 0,
                products: Vec::new(),
                dense: (0..=grid.dimension()).map(quantity).collect(),
                dense_count: count,
                static_weights: [vec![0.0; grid.rows()], vec![0.0; grid.rows()]],
                static_dense: static_part.to_vec(),
            };
        }
        let all: Vec<&[Vec<f64>]> = functions.iter().map(Vec::as_slice).chain([static_part]).collect();
        let mut weights = vec![0.0; 2 + count];
        weights[1 + count] = 1.0;
        FactorTables {
            rows: 1,
            row_len: grid.len(),
            dimension: 1,
            inner: [0, 1].map(|i| all.iter().flat_map(|table| table[i].iter().copied()).collect()),
            inner_count: count + 1,
            moment_count: count,
            outer: [vec![1.0], vec![0.0]],
            outer_count: 1,
            products: (1..=count as u32).map(|b| (0, b)).collect(),
            dense: Vec::new(),
            dense_count: 0,
            static_weights: [weights, vec![0.0; 2 + count]],
            static_dense: Vec::new(),
        }
    }

    /// Number of functions `r`; moments and weights have `r` entries.
    pub fn count(&self) -> usize {
        self.products.len() + self.dense_count
    }

    /// Length of the scratch that the row kernels need.
    pub fn scratch_len(&self) -> usize {
        1 + self.inner_count
    }

    /// Multiplications per application: moments of one density and one gradient.
    pub fn cost(&self) -> usize {
        let nodes = self.rows * self.row_len;
        nodes * (self.moment_count + self.dense_count + self.dimension * (self.inner_count + self.dense_count))
            + self.rows * self.products.len() * (1 + self.dimension)
    }

    /// Adds row `row` of a density: `moments[i] += sum_j A_i(x_j) u_j`; returns the sum of the row.
    pub fn observe_row(&self, row: usize, values: &[f64], moments: &mut [f64], scratch: &mut [f64]) -> f64 {
        let n = self.row_len;
        scratch[0] = sum(values);
        for (s, table) in scratch[1..=self.moment_count].iter_mut().zip(self.inner[0].chunks_exact(n)) {
            *s = dot(table, values);
        }
        let outer = &self.outer[0][row * self.outer_count..(row + 1) * self.outer_count];
        for (m, &(a, b)) in moments.iter_mut().zip(&self.products) {
            *m += outer[a as usize] * scratch[b as usize];
        }
        for (d, m) in moments[self.products.len()..].iter_mut().enumerate() {
            *m += dot(&self.dense[0][self.dense_row(d, row)], values);
        }
        scratch[0]
    }

    /// Row `row` of `mass S + sum_i weights_i A_i`, or of its derivative along `axis`.
    pub fn combination_row(
        &self,
        derivative: Option<usize>,
        row: usize,
        mass: f64,
        weights: &[f64],
        scratch: &mut [f64],
        out: &mut [f64],
    ) {
        let last = self.dimension - 1;
        let along_first = usize::from(derivative.is_some_and(|axis| axis != last));
        let along_last = usize::from(derivative == Some(last));
        let width = 1 + self.inner_count;
        let static_row = &self.static_weights[along_first][row * width..(row + 1) * width];
        let scratch = &mut scratch[..width];
        for (w, s) in scratch.iter_mut().zip(static_row) {
            *w = mass * s;
        }
        let outer = &self.outer[along_first][row * self.outer_count..(row + 1) * self.outer_count];
        for (u, &(a, b)) in weights.iter().zip(&self.products) {
            scratch[b as usize] += u * outer[a as usize];
        }
        let constant = if along_last == 1 { 0.0 } else { scratch[0] };
        combine(constant, &scratch[1..], &self.inner[along_last], out);
        let quantity = derivative.map_or(0, |axis| 1 + axis);
        for (d, u) in weights[self.products.len()..].iter().enumerate() {
            add_combination(&[*u], &self.dense[quantity][self.dense_row(d, row)], out);
        }
        if let Some(table) = self.static_dense.get(quantity) {
            add_combination(&[mass], &table[self.dense_row(0, row)], out);
        }
    }

    /// Sum over all nodes of the static function times `values`.
    pub fn static_integral(&self, values: &[f64], scratch: &mut [f64]) -> f64 {
        let width = 1 + self.inner_count;
        let mut total = 0.0;
        for (row, values) in values.chunks_exact(self.row_len).enumerate() {
            let weights = &self.static_weights[0][row * width..(row + 1) * width];
            scratch[0] = sum(values);
            for (s, table) in scratch[1..width].iter_mut().zip(self.inner[0].chunks_exact(self.row_len)) {
                *s = dot(table, values);
            }
            total += dot(weights, &scratch[..width]);
            if let Some(table) = self.static_dense.first() {
                total += dot(&table[self.dense_row(0, row)], values);
            }
        }
        total
    }

    /// Values of function `i` at all nodes.
    pub fn function(&self, i: usize) -> Vec<f64> {
        let (rows, n) = (self.rows, self.row_len);
        match self.products.get(i) {
            None => {
                let start = (i - self.products.len()) * rows * n;
                self.dense[0][start..start + rows * n].to_vec()
            }
            Some(&(a, b)) => (0..rows * n)
                .map(|j| {
                    let inner = if b == 0 { 1.0 } else { self.inner[0][(b as usize - 1) * n + j % n] };
                    self.outer[0][(j / n) * self.outer_count + a as usize] * inner
                })
                .collect(),
        }
    }

    /// Values of the static function at all nodes.
    pub fn static_function(&self) -> Vec<f64> {
        let mut out = vec![0.0; self.rows * self.row_len];
        let mut scratch = vec![0.0; self.scratch_len()];
        let weights = vec![0.0; self.count()];
        for (row, out) in out.chunks_exact_mut(self.row_len).enumerate() {
            self.combination_row(None, row, 1.0, &weights, &mut scratch, out);
        }
        out
    }

    fn dense_row(&self, table: usize, row: usize) -> std::ops::Range<usize> {
        let start = (table * self.rows + row) * self.row_len;
        start..start + self.row_len
    }
}

/// Distinct tables of one axis, found by their bits.
#[derive(Default)]
struct TableSet {
    tables: Vec<Vec<f64>>,
}

impl TableSet {
    fn find(&self, table: &[f64]) -> Option<usize> {
        self.tables.iter().position(|t| t == table)
    }

    fn insert(&mut self, table: &[f64]) -> usize {
        self.find(table).unwrap_or_else(|| {
            self.tables.push(table.to_vec());
            self.tables.len() - 1
        })
    }

    fn with_derivatives(&self, axis: &Grid) -> [Vec<f64>; 2] {
        let mut all = with_gradients(axis, self.tables.concat());
        match (all.pop(), all.pop()) {
            (Some(derivatives), Some(values)) => [values, derivatives],
            _ => [Vec::new(), Vec::new()],
        }
    }

    fn transposed_with_derivatives(&self, axis: &Grid) -> [Vec<f64>; 2] {
        let (n, p) = (axis.len(), self.tables.len());
        self.with_derivatives(axis).map(|t| (0..n * p).map(|j| t[(j % p) * n + j / p]).collect())
    }
}

fn is_one(table: &[f64]) -> bool {
    table.iter().all(|t| *t == 1.0)
}

fn axis_grid(grid: &Grid, axis: usize) -> Grid {
    let a = grid.axis(axis);
    Grid::new(&[a.points], &[a.period], &[a.origin]).expect("an axis of a valid grid is a valid grid")
}

/// The values themselves, followed by their derivatives along each axis; empty when there are no values.
fn with_gradients(grid: &Grid, values: Vec<f64>) -> Vec<Vec<f64>> {
    if values.is_empty() {
        return Vec::new();
    }
    let fourier = Fourier::new(grid);
    let mut scratch = fourier.scratch();
    let (mut spectrum, mut derivative) = (fourier.zero_spectrum(), fourier.zero_spectrum());
    let mut out = vec![values];
    out.resize(1 + grid.dimension(), vec![0.0; out[0].len()]);
    for start in (0..out[0].len()).step_by(grid.len()) {
        let range = start..start + grid.len();
        fourier.forward(&out[0][range.clone()], &mut spectrum, &mut scratch);
        drop_rounding(&mut spectrum);
        for axis in 0..grid.dimension() {
            gradient(grid, axis, &spectrum, &mut derivative);
            fourier.inverse(&derivative, &mut out[1 + axis][range.clone()], &mut scratch);
        }
    }
    out
}

/// Sets coefficients at the level of rounding to 0, so that a derivative does not multiply them by large `k`.
pub fn drop_rounding(spectrum: &mut [Complex64]) {
    let largest = spectrum.iter().map(|c| c.norm()).fold(0.0, f64::max);
    for c in spectrum.iter_mut() {
        if c.norm() <= ROUNDING * largest {
            *c = Complex64::ZERO;
        }
    }
}

/// The static function as a short sum of products `a(x1) b(x2)` and a rest that is none (empty when there is none).
///
/// Terms whose `b` is a table that the other functions use already cost nothing. The remaining ones are merged by
/// equal `a` or by equal `b`, whichever leaves fewer new tables.
type StaticParts = (Vec<(Vec<f64>, Vec<f64>)>, Vec<f64>);

fn gather_static(grid: &Grid, static_part: &[(f64, FactorFunction)], inner: &TableSet) -> StaticParts {
    let last = grid.dimension() - 1;
    let mut free = Vec::new();
    let mut other: Vec<(Vec<f64>, Vec<f64>)> = Vec::new();
    let mut dense = Vec::new();
    for (c, f) in static_part {
        match f {
            FactorFunction::Dense(values) => {
                dense.resize(values.len(), 0.0);
                add_combination(&[*c], values, &mut dense);
            }
            FactorFunction::Product(factors) => {
                let first = if last == 0 { vec![*c] } else { factors[0].iter().map(|a| c * a).collect() };
                let second = factors[last].clone();
                let known = last == 1 && (is_one(&second) || inner.find(&second).is_some());
                if known { free.push((first, second)) } else { other.push((first, second)) }
            }
        }
    }
    let by_second = merge_equal(other.iter().map(|(a, b)| (1.0, b.clone(), a.clone())));
    // In the merged form by the first factor the coefficient has to leave it: tables are compared by direction.
    let by_first = merge_equal(other.iter().filter_map(|(a, b)| {
        let scale = a.iter().copied().find(|v| *v != 0.0)?;
        Some((scale, a.iter().map(|v| v / scale).collect(), b.clone()))
    }));
    if by_first.len() < by_second.len() {
        free.extend(by_first);
    } else {
        free.extend(by_second.into_iter().map(|(b, a)| (a, b)));
    }
    (free, dense)
}

/// Sums `scale * partner` over equal keys.
fn merge_equal(terms: impl Iterator<Item = (f64, Vec<f64>, Vec<f64>)>) -> Vec<(Vec<f64>, Vec<f64>)> {
    let mut merged: Vec<(Vec<f64>, Vec<f64>)> = Vec::new();
    for (scale, key, partner) in terms {
        let place = merged.iter().position(|(k, _)| *k == key).unwrap_or_else(|| {
            merged.push((key, vec![0.0; partner.len()]));
            merged.len() - 1
        });
        add_combination(&[scale], &partner, &mut merged[place].1);
    }
    merged
}

fn static_weights(grid: &Grid, rows: usize, width: usize, placed: &[(Vec<f64>, usize)]) -> [Vec<f64>; 2] {
    let mut weights = [vec![0.0; rows * width], vec![0.0; rows * width]];
    for (a, b) in placed {
        let derivative = match rows {
            1 => vec![0.0],
            _ => with_gradients(&axis_grid(grid, 0), a.clone()).swap_remove(1),
        };
        for row in 0..rows {
            weights[0][row * width + b] += a[row];
            weights[1][row * width + b] += derivative[row];
        }
    }
    weights
}

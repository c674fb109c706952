//! From a list of products `c A(x) B(y)` to the tables of a [`Payoff`].
//!
//! Functions are scaled to maximum 1, equal ones are merged, and products with a constant partner go to the static
//! functions `S` and `T`. In one dimension more functions than the rank of `C` are recompressed: with thin QR
//! factorisations `A = Q_A R_A`, `B = Q_B R_B` the singular values of `R_A C R_B^T` give the numerical rank, and the
//! singular vectors fewer functions. Cost: `O(terms^2)` comparisons of tables that almost always differ at once.

use super::PayoffError;
use super::coupling::Coupling;
use super::operator::{Payoff, Side};
use super::tables::{FactorFunction, FactorTables};
use crate::game::Player;
use crate::game::nodes::node;
use crate::torus::{Grid, pad_values};
use faer::Mat;
use nashflow_kernels::eigen;
use nashflow_kernels::factor::ThinQr;
use std::collections::BTreeMap;

/// One product `c A(x) B(y)`.
#[derive(Debug, Clone, PartialEq)]
pub struct ProductTerm {
    /// The coefficient `c`.
    pub coefficient: f64,
    /// `A`, on the grid of the first player.
    pub x: FactorFunction,
    /// `B`, on the grid of the second player.
    pub y: FactorFunction,
}

/// Tables that differ by less than this are the same function evaluated twice.
const SAME: f64 = 16.0 * f64::EPSILON;
/// Sums of coefficients that cancel to this share of their terms are 0.
const CANCELLED: f64 = 16.0 * f64::EPSILON;
/// Singular values below this share of the largest one are rounding of the tables.
const RANK_TOLERANCE: f64 = 1e-15;

/// Distinct functions of one player, scaled to maximum 1; function 0 is the constant.
struct Pool<'a> {
    grid: &'a Grid,
    /// Distinct tables for each axis; the last list is of values at all nodes.
    tables: Vec<Vec<Vec<f64>>>,
    functions: Vec<Key>,
}

#[derive(Debug, Clone, PartialEq)]
enum Key {
    Product(Vec<usize>),
    Dense(usize),
}

impl<'a> Pool<'a> {
    fn new(grid: &'a Grid) -> Pool<'a> {
        let mut tables: Vec<Vec<Vec<f64>>> = grid.axes().iter().map(|a| vec![vec![1.0; a.points]]).collect();
        tables.push(Vec::new());
        Pool { grid, tables, functions: vec![Key::Product(vec![0; grid.dimension()])] }
    }

    /// The number of the function and the factor that scaling took out; `None` for the zero function.
    fn insert(&mut self, function: &FactorFunction) -> Option<(usize, f64)> {
        let dimension = self.grid.dimension();
        let mut factor = 1.0;
        let key = match function {
            FactorFunction::Product(factors) => {
                let mut ids = Vec::with_capacity(dimension);
                for (axis, table) in factors.iter().enumerate() {
                    let (id, scale) = insert_table(&mut self.tables[axis], table)?;
                    factor *= scale;
                    ids.push(id);
                }
                Key::Product(ids)
            }
            FactorFunction::Dense(values) => match as_product(self.grid, values) {
                Some(factors) => return self.insert(&FactorFunction::Product(factors)),
                None => {
                    let (id, scale) = insert_table(&mut self.tables[dimension], values)?;
                    factor = scale;
                    Key::Dense(id)
                }
            },
        };
        let place = self.functions.iter().position(|k| *k == key).unwrap_or_else(|| {
            self.functions.push(key);
            self.functions.len() - 1
        });
        Some((place, factor))
    }

    fn function(&self, i: usize) -> FactorFunction {
        match &self.functions[i] {
            Key::Product(ids) => {
                FactorFunction::Product(ids.iter().zip(&self.tables).map(|(id, t)| t[*id].clone()).collect())
            }
            Key::Dense(id) => FactorFunction::Dense(self.tables[self.grid.dimension()][*id].clone()),
        }
    }
}

fn insert_table(tables: &mut Vec<Vec<f64>>, table: &[f64]) -> Option<(usize, f64)> {
    let peak = table.iter().copied().fold(0.0_f64, |m, t| if t.abs() > m.abs() { t } else { m });
    if peak == 0.0 {
        return None;
    }
    let scaled: Vec<f64> = table.iter().map(|t| t / peak).collect();
    for (id, known) in tables.iter().enumerate() {
        for sign in [1.0, -1.0] {
            if known.iter().zip(&scaled).all(|(a, b)| (a - sign * b).abs() <= SAME) {
                return Some((id, sign * peak));
            }
        }
    }
    tables.push(scaled);
    Some((tables.len() - 1, peak))
}

/// The two factors of a function of two variables that is a product, found from the cross through its largest value.
fn as_product(grid: &Grid, values: &[f64]) -> Option<Vec<Vec<f64>>> {
    let n = grid.row_len();
    let peak = (0..values.len()).fold(0, |m, j| if values[j].abs() > values[m].abs() { j } else { m });
    let size = values[peak].abs();
    if grid.dimension() == 1 {
        return Some(vec![values.to_vec()]);
    }
    let column: Vec<f64> = values[peak % n..].iter().step_by(n).map(|v| v / values[peak]).collect();
    let row = values[peak / n * n..][..n].to_vec();
    let fits = values.iter().enumerate().all(|(j, v)| (v - column[j / n] * row[j % n]).abs() <= SAME * size);
    fits.then(|| vec![column, row])
}

/// Builds the tables of a sum of products.
///
/// # Errors
/// [`PayoffError::NotFinite`] when a table or coefficient is.
pub fn assemble(x: &Grid, y: &Grid, terms: &[ProductTerm]) -> Result<Payoff, PayoffError> {
    check_finite(x, y, terms)?;
    let (mut pool_x, mut pool_y) = (Pool::new(x), Pool::new(y));
    let mut sums: BTreeMap<(usize, usize), [f64; 2]> = BTreeMap::new();
    for term in terms {
        if let (Some((i, a)), Some((j, b))) = (pool_x.insert(&term.x), pool_y.insert(&term.y)) {
            let c = term.coefficient * a * b;
            let sum = sums.entry((i, j)).or_default();
            sum[0] += c;
            sum[1] += c.abs();
        }
    }
    let scale = sums.values().fold(0.0_f64, |m, s| m.max(s[0].abs()));
    let kept = sums.into_iter().filter(|(_, s)| s[0].abs() > CANCELLED * s[1].max(f64::EPSILON * scale));
    let kept: Vec<((usize, usize), f64)> = kept.map(|(place, s)| (place, s[0])).collect();
    let statics = |pool: &Pool, side: fn(&(usize, usize)) -> (usize, usize), constant: bool| {
        let own = kept.iter().filter(|(place, _)| side(place).1 == 0 && (constant || side(place).0 != 0));
        own.map(|(place, c)| (*c, pool.function(side(place).0))).collect::<Vec<_>>()
    };
    let static_x = statics(&pool_x, |p| (p.0, p.1), true);
    let static_y = statics(&pool_y, |p| (p.1, p.0), false);
    let mixed: Vec<_> = kept.iter().filter(|((i, j), _)| *i != 0 && *j != 0).copied().collect();
    let (functions_x, functions_y, entries) = compact(&pool_x, &pool_y, &mixed);
    let (functions_x, functions_y, entries) = recompress(x, y, functions_x, functions_y, entries);
    let (tables_x, place_x) = FactorTables::new(x, &functions_x, &static_x);
    let (tables_y, place_y) = FactorTables::new(y, &functions_y, &static_y);
    let entries = entries.into_iter().map(|(i, j, c)| (place_x[i] as u32, place_y[j] as u32, c)).collect();
    let rank = functions_x.len().min(functions_y.len())
        + usize::from(!static_x.is_empty())
        + usize::from(!static_y.is_empty());
    let mut payoff = Payoff {
        grids: [x.clone(), y.clone()],
        coupling: Coupling::new(tables_x.count(), tables_y.count(), entries),
        sides: [Side::Tables(tables_x), Side::Tables(tables_y)],
        rank,
        error: 0.0,
        range: [0.0, 0.0],
        lines: [false; 2],
    };
    payoff.range = payoff.sampled_range();
    Ok(payoff)
}

fn check_finite(x: &Grid, y: &Grid, terms: &[ProductTerm]) -> Result<(), PayoffError> {
    for term in terms {
        for (player, grid, function) in [(Player::X, x, &term.x), (Player::Y, y, &term.y)] {
            let values = function.values(grid);
            assert_eq!(values.len(), grid.len(), "values of a factor on a grid of {:?}", grid.shape());
            if let Some(j) = values.iter().position(|v| !(v * term.coefficient).is_finite()) {
                let places = match player {
                    Player::X => (node(x, j), node(y, 0)),
                    Player::Y => (node(x, 0), node(y, j)),
                };
                return Err(PayoffError::NotFinite { x: places.0, y: places.1, value: values[j] * term.coefficient });
            }
        }
    }
    Ok(())
}

type Separated = (Vec<FactorFunction>, Vec<FactorFunction>, Vec<(usize, usize, f64)>);

/// Only the functions that occur, renumbered.
fn compact(pool_x: &Pool, pool_y: &Pool, mixed: &[((usize, usize), f64)]) -> Separated {
    let used = |pick: fn(&((usize, usize), f64)) -> usize| {
        let mut list: Vec<usize> = mixed.iter().map(pick).collect();
        list.sort_unstable();
        list.dedup();
        list
    };
    let (used_x, used_y) = (used(|e| e.0.0), used(|e| e.0.1));
    let place = |list: &[usize], i: usize| list.binary_search(&i).expect("every function of an entry is used");
    let entries = mixed.iter().map(|((i, j), c)| (place(&used_x, *i), place(&used_y, *j), *c)).collect();
    let take = |pool: &Pool, list: &[usize]| list.iter().map(|i| pool.function(*i)).collect();
    (take(pool_x, &used_x), take(pool_y, &used_y), entries)
}

/// Fewer functions when the rank is lower; in one dimension only, where every function is one table.
fn recompress(
    x: &Grid,
    y: &Grid,
    functions_x: Vec<FactorFunction>,
    functions_y: Vec<FactorFunction>,
    entries: Vec<(usize, usize, f64)>,
) -> Separated {
    let (p, q) = (functions_x.len(), functions_y.len());
    if x.dimension() + y.dimension() > 2 || p.max(q) < 2 || p.max(q) > x.len().min(y.len()) {
        return (functions_x, functions_y, entries);
    }
    let matrix = |functions: &[FactorFunction], grid: &Grid| {
        let tables: Vec<Vec<f64>> = functions.iter().map(|f| f.values(grid)).collect();
        Mat::from_fn(grid.len(), functions.len(), |j, i| tables[i][j])
    };
    let mut coupling = Mat::<f64>::zeros(p, q);
    entries.iter().for_each(|(i, j, c)| coupling[(*i, *j)] += c);
    let (left, right) = compress_product(&matrix(&functions_x, x), &coupling, &matrix(&functions_y, y));
    let rank = left.len();
    if 2 * rank >= p + q {
        return (functions_x, functions_y, entries);
    }
    let wrap = |tables: Vec<Vec<f64>>| tables.into_iter().map(|t| FactorFunction::Product(vec![t])).collect();
    (wrap(left), wrap(right), (0..rank).map(|i| (i, i, 1.0)).collect())
}

/// `S + T + sum_r a_r b_r`, known on coarse grids, on the players' grids.
pub fn padded_terms(
    coarse: [&Grid; 2],
    x: &Grid,
    y: &Grid,
    statics: (Vec<f64>, Vec<f64>),
    columns: Vec<Vec<f64>>,
    rows: Vec<Vec<f64>>,
) -> Vec<ProductTerm> {
    let on_x = |values: &[f64]| FactorFunction::Dense(pad_values(coarse[0], x, values));
    let on_y = |values: &[f64]| FactorFunction::Dense(pad_values(coarse[1], y, values));
    let mut terms = vec![
        ProductTerm { coefficient: 1.0, x: on_x(&statics.0), y: FactorFunction::one(y) },
        ProductTerm { coefficient: 1.0, x: FactorFunction::one(x), y: on_y(&statics.1) },
    ];
    terms.extend(columns.iter().zip(&rows).map(|(a, b)| ProductTerm { coefficient: 1.0, x: on_x(a), y: on_y(b) }));
    terms
}

/// `A C B^T = sum_r a_r b_r^T` with as few terms as rounding allows; the columns carry equal shares of each singular
/// value.
pub fn compress_product(a: &Mat<f64>, c: &Mat<f64>, b: &Mat<f64>) -> (Vec<Vec<f64>>, Vec<Vec<f64>>) {
    let (qr_a, qr_b) = (ThinQr::new(a), ThinQr::new(b));
    let core = &qr_a.r * c * qr_b.r.transpose();
    let svd = eigen::singular(&core).expect("the matrix is finite");
    let sigma: Vec<f64> = svd.S().column_vector().iter().copied().collect();
    let largest = sigma.first().copied().unwrap_or(0.0);
    let rank = sigma.iter().take_while(|s| **s > RANK_TOLERANCE * largest).count();
    let expand = |q: Mat<f64>, vectors: faer::MatRef<f64>| -> Vec<Vec<f64>> {
        let product = q * vectors;
        (0..rank).map(|r| product.col(r).iter().map(|v| v * sigma[r].sqrt()).collect()).collect()
    };
    (expand(qr_a.q, svd.U()), expand(qr_b.q, svd.V()))
}

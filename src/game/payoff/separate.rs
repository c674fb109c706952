//! A finite sum of products `sum_k c_k u_k(x) v_k(y)` becomes an operator: the cheapest of four representations.
//!
//! 1. The products themselves, equal factors merged (`assemble.rs`): the only one that keeps products `a(x1) b(x2)`.
//! 2. The double Fourier sum `C = sum_k c_k a_k b_k^T` of the factors' coefficients `a_k`, `b_k`, as modes, and
//! 3. the same sum as products of cosines and sines of single variables.
//! 4. Fewer products: with the means taken out of the factors, thin QR factorisations and a singular value decomposition
//!    give the least rank that rounding allows.
//!
//! Factors are needed on coarse grids that hold the whole sum; values of the sum at all pairs of nodes never are. Cost:
//! `O(t (N_x + N_y))` values and `O(t^2 (N_x + N_y))` operations for `t` products on the coarse grids. Factors of two
//! variables that are no products are tables of all nodes: an application stays `O(N r)`.

use super::PayoffError;
use super::assemble::{ProductTerm, assemble, compress_product, padded_terms};
use super::operator::Payoff;
use super::sample::{PairFunction, ROUNDING};
use super::tables::FactorFunction;
use super::trigonometric::TrigonometricSum;
use crate::game::{Expression, Term};
use crate::torus::Grid;
use faer::Mat;

/// Most products that are reduced by a singular value decomposition.
const MOST_REDUCED: usize = 512;

/// `sum_k c_k u_k(x) v_k(y)` as a function.
pub struct SumOfProducts<'a>(pub &'a [Term]);

impl PairFunction for SumOfProducts<'_> {
    fn evaluate(&self, x: &[Vec<f64>], y: &[Vec<f64>], out: &mut [f64]) {
        let (mut u, mut v) = (vec![0.0; out.len()], vec![0.0; out.len()]);
        out.fill(0.0);
        for term in self.0 {
            evaluate_at(&term.x, x, &mut u);
            evaluate_at(&term.y, y, &mut v);
            out.iter_mut().zip(u.iter().zip(&v)).for_each(|(o, (u, v))| *o += term.coefficient * (u * v));
        }
    }
}

fn evaluate_at(f: &Expression, points: &[Vec<f64>], out: &mut [f64]) {
    let variables: Vec<&[f64]> = points.iter().map(Vec::as_slice).collect();
    f.evaluate_many(&variables, out);
}

/// The products with their factors at all nodes.
pub fn tabulated(terms: &[Term], x: &Grid, y: &Grid) -> Vec<ProductTerm> {
    let points = [x.node_coordinates(), y.node_coordinates()];
    let table = |f: &Expression, points: &[Vec<f64>]| {
        let mut values = vec![0.0; points[0].len()];
        evaluate_at(f, points, &mut values);
        FactorFunction::Dense(values)
    };
    let product =
        |t: &Term| ProductTerm { coefficient: t.coefficient, x: table(&t.x, &points[0]), y: table(&t.y, &points[1]) };
    terms.iter().map(product).collect()
}

/// The cheapest representation on the grids `x`, `y` of a sum of products that the grids `coarse` resolve.
///
/// # Errors
/// [`PayoffError::NotFinite`] when a factor is.
pub fn cheapest(terms: &[Term], x: &Grid, y: &Grid, coarse: [&Grid; 2]) -> Result<Payoff, PayoffError> {
    let mut best = assemble(x, y, &tabulated(terms, x, y))?;
    let products = tabulated(terms, coarse[0], coarse[1]);
    let size = best.extremes().into_iter().fold(0.0_f64, |m, v| m.max(v.abs()));
    let mut candidates = Vec::new();
    if let Some(sum) = TrigonometricSum::of_products(&products, coarse, ROUNDING * size) {
        candidates.push(sum.spectral(x, y));
        if let Some(terms) = sum.terms(x, y) {
            candidates.push(assemble(x, y, &terms)?);
        }
    }
    if let Some(terms) = reduced(&products, x, y, coarse) {
        candidates.push(assemble(x, y, &terms)?);
    }
    for mut candidate in candidates {
        if (candidate.cost(), candidate.rank()) < (best.cost(), best.rank()) {
            candidate.range = best.range;
            best = candidate;
        }
    }
    Ok(best)
}

/// `sum_k c_k u_k v_k = S + T + sum_r a_r b_r` with the least number of products; `None` when there are too many.
fn reduced(products: &[ProductTerm], x: &Grid, y: &Grid, coarse: [&Grid; 2]) -> Option<Vec<ProductTerm>> {
    let [cx, cy] = coarse;
    let count = products.len();
    if count > MOST_REDUCED.min(cx.len()).min(cy.len()) {
        return None;
    }
    let (mut s, mut t) = (vec![0.0; cx.len()], vec![0.0; cy.len()]);
    let (mut left, mut right) = (Mat::zeros(cx.len(), count), Mat::zeros(cy.len(), count));
    for (k, product) in products.iter().enumerate() {
        let (u, v) = (product.x.values(cx), product.y.values(cy));
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let (mean_u, mean_v) = (mean(&u), mean(&v));
        let c = product.coefficient;
        for (j, u) in u.iter().enumerate() {
            s[j] += c * u * mean_v;
            left[(j, k)] = c * (u - mean_u);
        }
        for (j, v) in v.iter().enumerate() {
            t[j] += c * mean_u * (v - mean_v);
            right[(j, k)] = v - mean_v;
        }
    }
    let (columns, rows) = compress_product(&left, &Mat::identity(count, count), &right);
    Some(padded_terms(coarse, x, y, (s, t), columns, rows))
}

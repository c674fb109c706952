//! The functions of a payoff as expressions, at particles on the line: exact at every place, in the box of the densities
//! and outside.
//!
//! ```text
//! m_k = mean of A_k over the cloud,     V(x) = sum_k c_k A_k(x),     dV/dt_j = L_j sum_k c_k dA_k/dx_j,     x = o + L t
//! ```
//!
//! with the exact derivatives of what was written. Places are shares `t` of the box, below 0 and above 1 as well.
//!
//! Cost: one evaluation of every function, or of its derivative, for each particle.

use super::modes::CHUNK;
use crate::game::payoff::{dot, sum};
use crate::game::{Domain, Expression};
use crate::torus::Grid;

/// Functions of the places of one player.
#[derive(Debug, Clone)]
pub struct FactorSet {
    origins: Vec<f64>,
    periods: Vec<f64>,
    functions: Vec<Expression>,
    /// `dA_k/dx_j`, function after function.
    slopes: Vec<Vec<Expression>>,
    largest: Vec<f64>,
    /// Largest row sum of the second derivatives.
    curvatures: Vec<f64>,
}

impl FactorSet {
    /// Of functions of the coordinates of a player; bounds are taken at the nodes of the grid of his box.
    pub fn new(domain: &Domain, grid: &Grid, functions: Vec<Expression>) -> FactorSet {
        let axes = 0..domain.dimension();
        let slopes: Vec<Vec<Expression>> =
            functions.iter().map(|f| axes.clone().map(|axis| f.derivative(axis)).collect()).collect();
        let nodes = grid.node_coordinates();
        let nodes: Vec<&[f64]> = nodes.iter().map(Vec::as_slice).collect();
        let bounds = functions.iter().map(|f| largest(&nodes, &[f])).collect();
        let curvature = |slopes: &Vec<Expression>| {
            let row = |slope: &Expression| {
                let seconds: Vec<Expression> = axes.clone().map(|axis| slope.derivative(axis)).collect();
                largest(&nodes, &seconds.iter().collect::<Vec<_>>())
            };
            slopes.iter().map(row).fold(0.0, f64::max)
        };
        let curvatures = slopes.iter().map(curvature).collect();
        let (origins, periods) = (domain.origin().to_vec(), domain.period().to_vec());
        FactorSet { origins, periods, functions, slopes, largest: bounds, curvatures }
    }

    /// The first ones.
    pub fn first(&self, count: usize) -> FactorSet {
        FactorSet {
            origins: self.origins.clone(),
            periods: self.periods.clone(),
            functions: self.functions[..count].to_vec(),
            slopes: self.slopes[..count].to_vec(),
            largest: self.largest[..count].to_vec(),
            curvatures: self.curvatures[..count].to_vec(),
        }
    }

    /// Number of functions.
    pub fn len(&self) -> usize {
        self.functions.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.functions.is_empty()
    }

    /// `max |A_k|` at the nodes of the box.
    pub fn largest(&self, k: usize) -> f64 {
        self.largest[k]
    }

    /// `max_i sum_j a |d^2 A_k/dx_i dx_j|` at the nodes of the box, `a` per unit of length; `a_j = a/L_j^2` are given.
    pub fn curvature(&self, k: usize, a: &[f64]) -> f64 {
        self.curvatures[k] * a[0].abs() * self.periods[0] * self.periods[0]
    }

    /// Work space.
    pub fn scratch(&self) -> FactorScratch {
        FactorScratch {
            places: vec![vec![0.0; CHUNK]; self.periods.len()],
            values: vec![0.0; CHUNK],
            registers: vec![],
        }
    }

    /// Adds the sum of every function over at most 256 points; `shares` axis after axis.
    pub fn add_sums(&self, shares: &[f64], sums: &mut [f64], scratch: &mut FactorScratch) {
        self.for_each_value(shares, scratch, |k, values| sums[k] += sum(values));
    }

    /// The same, every point with a weight.
    pub fn add_weighted_sums(&self, shares: &[f64], weights: &[f64], sums: &mut [f64], scratch: &mut FactorScratch) {
        self.for_each_value(shares, scratch, |k, values| sums[k] += dot(values, weights));
    }

    /// Writes `sum_k c_k A_k` at the points.
    pub fn values(&self, coefficients: &[f64], shares: &[f64], out: &mut [f64], scratch: &mut FactorScratch) {
        out.fill(0.0);
        self.for_each_value(shares, scratch, |k, values| add(coefficients[k], values, out));
    }

    /// Writes `sum_k c_k dA_k/dt_j` at the points, axis after axis.
    pub fn gradients(&self, coefficients: &[f64], shares: &[f64], out: &mut [f64], scratch: &mut FactorScratch) {
        let n = self.fill_places(shares, scratch);
        out.fill(0.0);
        let FactorScratch { places, values, registers } = scratch;
        let (places, values) = (slices(places, n), &mut values[..n]);
        for (coefficient, slopes) in coefficients.iter().zip(&self.slopes).filter(|(c, _)| **c != 0.0) {
            for ((slope, period), out) in slopes.iter().zip(&self.periods).zip(out.chunks_exact_mut(n)) {
                if let Some(constant) = slope.as_constant() {
                    out.iter_mut().for_each(|o| *o += coefficient * period * constant);
                    continue;
                }
                slope.evaluate_few(&places, registers, values);
                add(coefficient * period, values, out);
            }
        }
    }

    fn for_each_value(&self, shares: &[f64], scratch: &mut FactorScratch, mut serve: impl FnMut(usize, &[f64])) {
        let n = self.fill_places(shares, scratch);
        let FactorScratch { places, values, registers } = scratch;
        let (places, values) = (slices(places, n), &mut values[..n]);
        for (k, function) in self.functions.iter().enumerate() {
            function.evaluate_few(&places, registers, values);
            serve(k, values);
        }
    }

    /// `x = o + L t`; returns the number of points.
    fn fill_places(&self, shares: &[f64], scratch: &mut FactorScratch) -> usize {
        let n = shares.len() / self.periods.len();
        assert!((1..=CHUNK).contains(&n), "{n} points in chunks of {CHUNK}");
        for (axis, shares) in shares.chunks_exact(n).enumerate() {
            let (origin, period) = (self.origins[axis], self.periods[axis]);
            scratch.places[axis].iter_mut().zip(shares).for_each(|(x, t)| *x = origin + period * t);
        }
        n
    }
}

/// Work space of a [`FactorSet`].
#[derive(Debug, Clone)]
pub struct FactorScratch {
    places: Vec<Vec<f64>>,
    values: Vec<f64>,
    registers: Vec<Vec<f64>>,
}

fn slices(places: &[Vec<f64>], n: usize) -> Vec<&[f64]> {
    places.iter().map(|axis| &axis[..n]).collect()
}

fn add(coefficient: f64, values: &[f64], out: &mut [f64]) {
    out.iter_mut().zip(values).for_each(|(o, v)| *o += coefficient * v);
}

/// The largest sum of absolute values at nodes; infinite where one is not a number.
fn largest(nodes: &[&[f64]], functions: &[&Expression]) -> f64 {
    let (mut sums, mut values) = (vec![0.0; nodes[0].len()], vec![0.0; nodes[0].len()]);
    for function in functions {
        function.evaluate_many(nodes, &mut values);
        sums.iter_mut().zip(&values).for_each(|(s, v)| *s += v.abs());
    }
    sums.into_iter().fold(0.0, |m, v| if v.is_nan() { f64::INFINITY } else { m.max(v) })
}

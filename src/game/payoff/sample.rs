//! Sampling a payoff: coordinates of nodes, a deterministic random sequence, range and error of a representation.

use super::{Payoff, PayoffError};
use crate::game::Player;
use crate::torus::{Fourier, Grid, evaluate, pad_values};

/// Pairs of nodes at which the range of a payoff is looked for.
const RANGE_SAMPLES: usize = 1 << 15;
/// Columns and values in each at which the error of a representation is measured.
const ERROR_COLUMNS: usize = 12;
const ERROR_VALUES: usize = 200;

/// Coordinates of the node at `position`, one per axis.
pub fn node_coordinates(grid: &Grid, position: usize) -> Vec<f64> {
    let node = grid.node(position);
    node.iter().zip(grid.axes()).map(|(&j, a)| a.origin + a.period * (j as f64 / a.points as f64)).collect()
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
fn thinned(grid: &Grid, limit: usize) -> Vec<usize> {
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

fn samples_per_axis(x: &Grid, y: &Grid) -> usize {
    (RANGE_SAMPLES as f64).powf(1.0 / (x.dimension() + y.dimension()) as f64) as usize
}

/// Smallest and largest value on a lattice of nodes.
///
/// # Errors
/// [`PayoffError::NotFinite`] at the first value that is not.
pub fn range_of_function(f: &impl Fn(&[f64], &[f64]) -> f64, x: &Grid, y: &Grid) -> Result<[f64; 2], PayoffError> {
    let limit = samples_per_axis(x, y);
    let points_y: Vec<Vec<f64>> = thinned(y, limit).into_iter().map(|j| node_coordinates(y, j)).collect();
    let mut range = [f64::INFINITY, f64::NEG_INFINITY];
    for i in thinned(x, limit) {
        let point_x = node_coordinates(x, i);
        for point_y in &points_y {
            let value = checked(f, &point_x, point_y)?;
            range = [range[0].min(value), range[1].max(value)];
        }
    }
    Ok(range)
}

/// A value of the payoff, or the error that names the place.
pub fn checked(f: &impl Fn(&[f64], &[f64]) -> f64, x: &[f64], y: &[f64]) -> Result<f64, PayoffError> {
    let value = f(x, y);
    if value.is_finite() { Ok(value) } else { Err(PayoffError::NotFinite { x: x.to_vec(), y: y.to_vec(), value }) }
}

impl Payoff {
    /// The column `f(., y_j)` at all nodes of the first player's grid.
    pub(super) fn column(&self, j: usize, work: &mut super::PayoffWork) -> Vec<f64> {
        let [x, y] = &self.grids;
        let mut point_mass = vec![0.0; y.len()];
        point_mass[j] = 1.0 / y.cell_volume();
        let mut column = vec![0.0; x.len()];
        self.potential(Player::X, &point_mass, &mut column, work);
        column
    }

    /// Largest difference from the values in some columns of `samples`, whose grids are coarser than the payoff's: the
    /// columns are moved to the payoff's grid exactly.
    pub(super) fn error_at_samples(&self, samples: &super::factorise::Samples) -> f64 {
        let [x, y] = &self.grids;
        let mut sequence = Sequence::new(9);
        let mut work = self.work();
        let rows = samples.values.chunks_exact(samples.y.len());
        let mut largest = 0.0_f64;
        for _ in 0..ERROR_COLUMNS {
            let i = sequence.below(samples.x.len());
            let row = rows.clone().nth(i).expect("a row of the samples");
            let fine = pad_values(&samples.y, y, row);
            let coordinates = node_coordinates(&samples.x, i);
            let mut point_mass = vec![0.0; y.len()];
            for _ in 0..ERROR_COLUMNS {
                let j = sequence.below(y.len());
                point_mass.fill(0.0);
                point_mass[j] = 1.0 / y.cell_volume();
                let mut column = vec![0.0; x.len()];
                self.potential(Player::X, &point_mass, &mut column, &mut work);
                let fourier = Fourier::new(x);
                let mut spectrum = fourier.zero_spectrum();
                fourier.forward(&column, &mut spectrum, &mut fourier.scratch());
                largest = largest.max((evaluate(x, &spectrum, &coordinates) - fine[j]).abs());
            }
        }
        largest
    }

    /// Smallest and largest value of the representation on a lattice of nodes.
    pub(super) fn sampled_range(&self) -> [f64; 2] {
        let [x, y] = &self.grids;
        let limit = samples_per_axis(x, y);
        let rows = thinned(x, limit);
        let mut work = self.work();
        let mut range = [f64::INFINITY, f64::NEG_INFINITY];
        for j in thinned(y, limit) {
            let column = self.column(j, &mut work);
            for value in rows.iter().map(|i| column[*i]) {
                range = [range[0].min(value), range[1].max(value)];
            }
        }
        range
    }

    /// Largest difference from `f` at random pairs of nodes, relative to the range.
    pub(super) fn sampled_error(&self, f: &impl Fn(&[f64], &[f64]) -> f64) -> Result<f64, PayoffError> {
        let [x, y] = &self.grids;
        let mut sequence = Sequence::new(7);
        let mut work = self.work();
        let mut largest = 0.0_f64;
        for _ in 0..ERROR_COLUMNS {
            let j = sequence.below(y.len());
            let column = self.column(j, &mut work);
            let point_y = node_coordinates(y, j);
            for _ in 0..ERROR_VALUES {
                let i = sequence.below(x.len());
                largest = largest.max((checked(f, &node_coordinates(x, i), &point_y)? - column[i]).abs());
            }
        }
        Ok(largest / self.range())
    }
}

//! The range of a payoff operator and its distance from the function that it stands for, sampled.

use super::PayoffError;
use super::operator::Payoff;
use super::sample::{PairFunction, Samples, Sequence, checked, repeated, samples_per_axis, thinned};
use super::work::PayoffWork;
use crate::game::Player;
use crate::game::nodes::node;
use crate::torus::{Fourier, evaluate, pad_values};

/// Columns and values in each at which the error of a representation is measured.
const ERROR_COLUMNS: usize = 12;
const ERROR_VALUES: usize = 200;

impl Payoff {
    /// The column `f(., y_j)` at all nodes of the first player's grid.
    pub(super) fn column(&self, j: usize, work: &mut PayoffWork) -> Vec<f64> {
        let [x, y] = &self.grids;
        let mut point_mass = vec![0.0; y.len()];
        point_mass[j] = 1.0 / y.cell_volume();
        let mut column = vec![0.0; x.len()];
        self.potential(Player::X, &point_mass, &mut column, work);
        column
    }

    /// Largest difference from the values in some columns of `samples`, whose grids are coarser than the payoff's: the
    /// columns are moved to the payoff's grid exactly.
    pub(super) fn error_at_samples(&self, samples: &Samples) -> f64 {
        let [x, y] = &self.grids;
        let mut sequence = Sequence::new(9);
        let mut work = self.work();
        let rows = samples.values.chunks_exact(samples.y.len());
        let mut largest = 0.0_f64;
        for _ in 0..ERROR_COLUMNS {
            let i = sequence.below(samples.x.len());
            let row = rows.clone().nth(i).expect("a row of the samples");
            let fine = pad_values(&samples.y, y, row);
            let coordinates = node(&samples.x, i);
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
    ///
    /// # Errors
    /// [`PayoffError::NotFinite`] when a value of `f` is not.
    pub(super) fn sampled_error(&self, f: &impl PairFunction) -> Result<f64, PayoffError> {
        let [x, y] = &self.grids;
        let points_x = x.node_coordinates();
        let mut sequence = Sequence::new(7);
        let mut work = self.work();
        let mut largest = 0.0_f64;
        for _ in 0..ERROR_COLUMNS {
            let j = sequence.below(y.len());
            let column = self.column(j, &mut work);
            let rows: Vec<usize> = (0..ERROR_VALUES).map(|_| sequence.below(x.len())).collect();
            let places: Vec<Vec<f64>> = points_x.iter().map(|axis| rows.iter().map(|i| axis[*i]).collect()).collect();
            let values = checked(f, &places, &repeated(&node(y, j), rows.len()))?;
            for (value, i) in values.iter().zip(&rows) {
                largest = largest.max((value - column[*i]).abs());
            }
        }
        Ok(largest / self.range())
    }
}

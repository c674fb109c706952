//! A payoff given by its values on a uniform grid, in an npy file, an HDF5 dataset, or whatever `array_file` reads.
//!
//! The array has one axis for each variable, x first; entry `(i, .., j, ..)` is `f` at `origin + i L/n`, and the end of
//! a period is not repeated. The values are read as those of a band-limited function, moved to the coarsest grids that
//! hold all its modes, and factorised like every other payoff.

use super::factorise::from_samples;
use super::resolution::points_for_mode;
use super::sample::{ROUNDING, Samples};
use super::trigonometric::TrigonometricSum;
use super::{Payoff, PayoffError};
use crate::array_file::{ArrayAddress, ArrayError};
use crate::game::Player;
use crate::torus::{Fourier, Grid, TorusError, resample};
use ndarray::ArrayD;
use std::path::Path;

/// Most values of a table: 256 MiB.
const MOST_VALUES: usize = 1 << 25;
/// Outer Fourier coefficients, relative to the range, above which a table does not resolve its function.
const ACCEPTED_TAIL: f64 = 1e-10;

/// What can be wrong with a table.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TableError {
    /// The file or dataset cannot be read.
    #[error("cannot read the payoff table: {0}")]
    Read(#[from] ArrayError),
    /// The number of axes is not the number of variables.
    #[error("the payoff table has shape {shape:?}; expected one axis for each of the {expected} variables, x first")]
    Dimension {
        /// Shape found.
        shape: Vec<usize>,
        /// Variables of both players.
        expected: usize,
    },
    /// Too many values.
    #[error("the payoff table of shape {shape:?} takes {bytes:.1e} bytes; at most {limit:.1e} are allowed")]
    TooLarge {
        /// Shape found.
        shape: Vec<usize>,
        /// Bytes as f64.
        bytes: f64,
        /// Bytes allowed.
        limit: f64,
    },
    /// A value is NaN or infinite.
    #[error("the payoff table holds {value} at index {index:?}")]
    NotFinite {
        /// Index in the array.
        index: Vec<usize>,
        /// The value.
        value: f64,
    },
    /// The last plane repeats the first one.
    #[error(
        "the payoff table repeats its first values at the end of axis {axis} ({points} points): the end of a period is \
         the beginning of the next, leave the last point out (in numpy: endpoint=False, or table[..., :-1])",
        axis = axis + 1
    )]
    EndPointTwice {
        /// Axis of the array, from 0.
        axis: usize,
        /// Its length.
        points: usize,
    },
    /// The values are not those of a function resolved by the table's own grid.
    #[error(
        "the payoff table does not resolve its function along axis {axis}: its last Fourier coefficients are {tail:.1e} \
         of the range; sample it on more than {points} points, or smooth it",
        axis = axis + 1
    )]
    Unresolved {
        /// Axis of the array, from 0.
        axis: usize,
        /// Its length.
        points: usize,
        /// Relative size of the last coefficients.
        tail: f64,
    },
    /// An axis cannot be a grid.
    #[error("the payoff table is no grid: {0}")]
    Grid(#[from] TorusError),
}

/// Values of a payoff on its own uniform grid.
#[derive(Debug, Clone)]
pub struct Table {
    values: ArrayD<f64>,
    /// Relative rounding of the values as stored.
    rounding: f64,
}

impl Table {
    /// Reads a table with `variables` axes: npy, text or npz without a dataset, a dataset of HDF5 or an array of npz with one.
    ///
    /// # Errors
    /// [`TableError`].
    pub fn read(path: &Path, dataset: Option<&str>, variables: usize) -> Result<Table, TableError> {
        let address = ArrayAddress { name: dataset.map(str::to_owned), ..ArrayAddress::whole(path) };
        let array = address.read()?;
        check_shape(&array.shape, variables)?;
        let values = ArrayD::from_shape_vec(array.shape, array.values).expect("one value for each index");
        Table::new(values, array.rounding.max(ROUNDING))
    }

    /// A table from values at hand, stored in double precision.
    ///
    /// # Errors
    /// [`TableError`] when a value is not finite or the end point is there twice.
    pub fn new(values: ArrayD<f64>, rounding: f64) -> Result<Table, TableError> {
        let values = values.as_standard_layout().into_owned();
        if let Some((index, value)) = values.indexed_iter().find(|(_, v)| !v.is_finite()) {
            return Err(TableError::NotFinite { index: ndarray::Dimension::slice(&index).to_vec(), value: *value });
        }
        let table = Table { values, rounding };
        table.check_end_points()?;
        Ok(table)
    }

    /// A plane that repeats the first one is a second end point if leaving it out makes the function smoother: a
    /// symmetric function can have equal first and last values by right.
    fn check_end_points(&self) -> Result<(), TableError> {
        let scale = self.values.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
        for axis in 0..self.values.ndim() {
            let n = self.values.shape()[axis];
            let (first, last) = (self.plane(axis, 0), self.plane(axis, n - 1));
            let same = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| (a - b).abs() <= 1e-9 * scale);
            if n <= Grid::MINIMUM_POINTS || !same(&first, &last) || same(&first, &self.plane(axis, 1)) {
                continue;
            }
            if self.line_tail(axis, n - 1) < 0.5 * self.line_tail(axis, n) {
                return Err(TableError::EndPointTwice { axis, points: n });
            }
        }
        Ok(())
    }

    fn plane(&self, axis: usize, index: usize) -> Vec<f64> {
        self.values.index_axis(ndarray::Axis(axis), index).iter().copied().collect()
    }

    /// The largest coefficient above two thirds of the modes, over all lines along `axis` cut to `points`.
    fn line_tail(&self, axis: usize, points: usize) -> f64 {
        let grid = Grid::new(&[points], &[1.0], &[0.0]).expect("at least four points");
        let fourier = Fourier::new(&grid);
        let (mut scratch, mut spectrum) = (fourier.scratch(), fourier.zero_spectrum());
        let mut largest = 0.0_f64;
        for lane in self.values.lanes(ndarray::Axis(axis)) {
            let line: Vec<f64> = lane.iter().take(points).copied().collect();
            fourier.forward(&line, &mut spectrum, &mut scratch);
            largest = spectrum[points / 3..].iter().fold(largest, |m, c| m.max(c.norm()));
        }
        largest
    }

    /// The values on the two players' domains, by the table's own grids.
    fn samples(&self, x: &Grid, y: &Grid) -> Result<Samples, TableError> {
        let (shape_x, shape_y) = self.values.shape().split_at(x.dimension());
        Ok(Samples {
            x: x.with_points(shape_x)?,
            y: y.with_points(shape_y)?,
            values: self.values.iter().copied().collect(),
        })
    }

    /// Points per player and axis that hold every mode of the table above rounding.
    ///
    /// # Errors
    /// [`TableError::Unresolved`] when the table's own grid does not.
    pub fn points_needed(&self, x: &Grid, y: &Grid) -> Result<[Vec<usize>; 2], PayoffError> {
        let samples = self.samples(x, y)?;
        let size = samples.values.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
        let sum = TrigonometricSum::of(&samples, self.rounding.max(ROUNDING) * size);
        let range = samples.range();
        let mut needed = [Vec::new(), Vec::new()];
        for player in Player::BOTH {
            let grid = [&samples.x, &samples.y][player.index()];
            for axis in 0..grid.dimension() {
                let n = grid.axis(axis).points;
                let tail = sum.largest_from(player, axis, n * 5 / 12) / range;
                if tail > ACCEPTED_TAIL.max(8.0 * self.rounding) {
                    let axis = axis + player.index() * samples.x.dimension();
                    return Err(TableError::Unresolved { axis, points: n, tail }.into());
                }
                needed[player.index()].push(points_for_mode(sum.highest_mode(player, axis)));
            }
        }
        Ok(needed)
    }

    /// The operator on the players' grids.
    ///
    /// # Errors
    /// [`PayoffError`] when the table or a grid does not resolve the function.
    pub fn payoff(&self, x: &Grid, y: &Grid) -> Result<Payoff, PayoffError> {
        let needed = self.points_needed(x, y)?;
        for player in Player::BOTH {
            for (axis, a) in [x, y][player.index()].axes().iter().enumerate() {
                let needed = needed[player.index()][axis];
                if a.points < needed {
                    let tail = self.rounding;
                    return Err(PayoffError::Unresolved { player, axis, points: a.points, needed: Some(needed), tail });
                }
            }
        }
        let samples = self.samples(x, y)?;
        let size = samples.values.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
        let range = samples.range();
        let coarse = samples.moved(
            &x.with_points(&needed[0]).map_err(TableError::from)?,
            &y.with_points(&needed[1]).map_err(TableError::from)?,
        );
        let mut payoff = from_samples(&coarse, x, y, self.rounding.max(ROUNDING) * size)?;
        payoff.error = payoff.error_at_samples(&coarse) / range;
        Ok(payoff)
    }
}

impl Samples {
    /// `max - min` of the values.
    fn range(&self) -> f64 {
        let (low, high) =
            self.values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(*v), h.max(*v)));
        (high - low).max(f64::MIN_POSITIVE)
    }

    /// The same band-limited function on other grids of the same domains.
    fn moved(&self, x: &Grid, y: &Grid) -> Samples {
        let along_y = resample_rows(&self.y, y, &self.values);
        let transposed = transpose(&along_y, y.len());
        let along_x = resample_rows(&self.x, x, &transposed);
        Samples { x: x.clone(), y: y.clone(), values: transpose(&along_x, x.len()) }
    }
}

fn resample_rows(from: &Grid, to: &Grid, values: &[f64]) -> Vec<f64> {
    let (coarse, fine) = (Fourier::new(from), Fourier::new(to));
    let (mut read, mut write, mut spectrum) = (coarse.scratch(), fine.scratch(), coarse.zero_spectrum());
    let mut out = vec![0.0; values.len() / from.len() * to.len()];
    for (row, out) in values.chunks_exact(from.len()).zip(out.chunks_exact_mut(to.len())) {
        coarse.forward(row, &mut spectrum, &mut read);
        fine.inverse(&resample(from, to, &spectrum), out, &mut write);
    }
    out
}

fn transpose(values: &[f64], columns: usize) -> Vec<f64> {
    (0..columns).flat_map(|j| values[j..].iter().step_by(columns)).copied().collect()
}

fn check_shape(shape: &[usize], variables: usize) -> Result<(), TableError> {
    if shape.len() != variables {
        return Err(TableError::Dimension { shape: shape.to_vec(), expected: variables });
    }
    let bytes = 8.0 * shape.iter().map(|n| *n as f64).product::<f64>();
    let limit = 8.0 * MOST_VALUES as f64;
    if bytes > limit {
        return Err(TableError::TooLarge { shape: shape.to_vec(), bytes, limit });
    }
    if let Some(axis) = shape.iter().position(|n| *n < Grid::MINIMUM_POINTS) {
        return Err(TorusError::TooFewPoints { axis, points: shape[axis] }.into());
    }
    Ok(())
}

#[cfg(test)]
mod tests;

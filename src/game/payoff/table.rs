//! A payoff given by its values on a uniform grid, in an npy file or an HDF5 dataset.
//!
//! The array has one axis for each variable, x first; entry `(i, .., j, ..)` is `f` at `origin + i L/n`, and the end of
//! a period is not repeated. The values are read as those of a band-limited function, moved to the coarsest grids that
//! hold all its modes, and factorised like every other payoff.

use super::dataset::own_dataset;
use super::factorise::from_samples;
use super::resolution::points_for_mode;
use super::sample::{ROUNDING, Samples};
use super::trigonometric::TrigonometricSum;
use super::{Payoff, PayoffError};
use crate::game::Player;
use crate::torus::{Fourier, Grid, TorusError, resample};
use ndarray::ArrayD;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Most values of a table: 256 MiB.
const MOST_VALUES: usize = 1 << 25;
/// Longest npy header that is read.
const MOST_HEADER_BYTES: u64 = 1 << 16;
/// Outer Fourier coefficients, relative to the range, above which a table does not resolve its function.
const ACCEPTED_TAIL: f64 = 1e-10;

/// What can be wrong with a table.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TableError {
    /// The file or dataset cannot be opened or read. The message leaves the path to the one who asked for the file.
    #[error("cannot read the payoff table: {reason}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system or the library said.
        reason: String,
    },
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
    /// Reads a table with `variables` axes; sizes are checked before anything is allocated.
    ///
    /// # Errors
    /// [`TableError`].
    pub fn read(path: &Path, dataset: Option<&str>, variables: usize) -> Result<Table, TableError> {
        let failed = |reason: String| TableError::Read { path: path.to_owned(), reason };
        let metadata = std::fs::metadata(path).map_err(|e| failed(e.to_string()))?;
        if !metadata.is_file() {
            return Err(failed("it is not a regular file".into()));
        }
        match dataset {
            Some(dataset) => Self::read_hdf5(path, dataset, variables),
            None => Self::read_npy(path, metadata.len(), variables),
        }
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

    fn read_npy(path: &Path, bytes_in_file: u64, variables: usize) -> Result<Table, TableError> {
        let failed = |reason: String| TableError::Read { path: path.to_owned(), reason };
        let header = npy_header(path).map_err(failed)?;
        let shape = shape_in(&header).ok_or_else(|| failed("its npy header has no shape".into()))?;
        check_shape(&shape, variables)?;
        let single = header.contains("f4");
        if !single && !header.contains("f8") {
            return Err(failed("expected float64 or float32 values (dtype '<f8' or '<f4')".into()));
        }
        let bytes = shape.iter().product::<usize>() * if single { 4 } else { 8 };
        if (bytes as u64) > bytes_in_file {
            return Err(failed(format!("its header announces {bytes} bytes of values, the file has {bytes_in_file}")));
        }
        if single {
            let values: ArrayD<f32> = ndarray_npy::read_npy(path).map_err(|e| failed(e.to_string()))?;
            Table::new(values.mapv(f64::from), f64::from(f32::EPSILON))
        } else {
            let values: ArrayD<f64> = ndarray_npy::read_npy(path).map_err(|e| failed(e.to_string()))?;
            Table::new(values, ROUNDING)
        }
    }

    fn read_hdf5(path: &Path, dataset: &str, variables: usize) -> Result<Table, TableError> {
        let failed = |e: hdf5::Error| TableError::Read { path: path.to_owned(), reason: e.to_string() };
        let file = hdf5::File::open(path).map_err(failed)?;
        let dataset = own_dataset(&file, dataset).map_err(failed)?.ok_or_else(|| TableError::Read {
            path: path.to_owned(),
            reason: format!("{dataset} is a link or has its values in another file; name a dataset of this file"),
        })?;
        check_shape(&dataset.shape(), variables)?;
        let single = dataset.dtype().map_err(failed)?.size() <= 4;
        let values = dataset.read_dyn::<f64>().map_err(failed)?;
        Table::new(values, if single { f64::from(f32::EPSILON) } else { ROUNDING })
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

/// The dictionary in the header of an npy file, as text.
fn npy_header(path: &Path) -> Result<String, String> {
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|e| e.to_string())?;
    file.take(MOST_HEADER_BYTES).read_to_end(&mut bytes).map_err(|e| e.to_string())?;
    if !bytes.starts_with(b"\x93NUMPY") || bytes.len() < 12 {
        return Err("it is not an npy file (an HDF5 dataset is written FILE.h5:/dataset)".into());
    }
    let (start, length): (usize, usize) = match bytes[6] {
        1 => (10, usize::from(u16::from_le_bytes([bytes[8], bytes[9]]))),
        _ => (12, u32::from_le_bytes([bytes[8], bytes[9], bytes[10], bytes[11]]) as usize),
    };
    let header = bytes.get(start..start.saturating_add(length)).ok_or("its npy header is cut off or too long")?;
    Ok(String::from_utf8_lossy(header).into_owned())
}

/// The tuple after `'shape':`; numbers too large for a `usize` count as the largest one.
fn shape_in(header: &str) -> Option<Vec<usize>> {
    let (_, rest) = header.split_once("'shape'")?;
    let (_, rest) = rest.split_once('(')?;
    let (tuple, _) = rest.split_once(')')?;
    let numbers = tuple.split(',').map(str::trim).filter(|n| !n.is_empty());
    numbers.map(|n| n.parse::<u128>().ok().map(|n| usize::try_from(n).unwrap_or(usize::MAX))).collect()
}

#[cfg(test)]
mod tests;

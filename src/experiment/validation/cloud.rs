//! The points of one player in a file of arrays, or their weights: shapes, rows, replicas.
//!
//! An array has the axes `replicas, rows, N, d`, of which the first is there with `--replicas` only, the second may be
//! left out when there is one row, and the last in dimension 1. Weights are read as places in dimension 1.

use super::ValidationError;
use crate::array_file::{ArrayAddress, NumericArray};
use crate::game::Player;
use crate::validation::Size;

/// Where the points of one player come from.
#[derive(Debug)]
pub(super) struct PlayerCloud {
    word: String,
    /// `points` or `weights`.
    what: &'static str,
    player: Player,
    dimension: usize,
    has_replicas: bool,
    rows: usize,
    source: Source,
    size: Size,
    /// Relative rounding of the coordinates as stored.
    pub rounding: f64,
}

#[derive(Debug)]
enum Source {
    /// All rows, row-major.
    Array(Vec<f64>),
    /// Rows of an HDF5 file, read when they are wanted.
    Rows(ArrayAddress),
}

/// Which array holds the points of a player, or their weights.
pub(super) struct CloudArray<'a> {
    /// The argument of the command, for messages.
    pub word: &'a str,
    /// `points` or `weights`.
    pub what: &'static str,
    pub player: Player,
    pub address: &'a ArrayAddress,
    /// Axes of the torus; one for weights.
    pub dimension: usize,
}

impl PlayerCloud {
    /// Reads the array, or the first of its rows.
    ///
    /// `rows` is the number of times, `first` a time that is in the file when rows are to be read one by one.
    pub fn open(
        array: &CloudArray<'_>,
        rows: usize,
        has_replicas: bool,
        first: Option<f64>,
    ) -> Result<PlayerCloud, ValidationError> {
        let CloudArray { word, what, player, address, dimension } = *array;
        let source = ArrayAddress { time: first, ..address.clone() };
        let array = source.read()?;
        let by_rows = first.is_some();
        let mut cloud = PlayerCloud {
            word: word.to_owned(),
            what,
            player,
            dimension,
            has_replicas,
            rows: if by_rows { 1 } else { rows },
            source: Source::Rows(address.clone()),
            size: Size { replicas: 1, points: 0 },
            rounding: array.rounding,
        };
        cloud.size = cloud.size_of(&array.shape)?;
        if !by_rows {
            cloud.source = Source::Array(array.values);
        }
        Ok(cloud)
    }

    /// Points and replicas.
    pub fn size(&self) -> Size {
        self.size
    }

    /// Axes of the torus.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// Coordinates of all points of a row, replica after replica.
    pub fn row(&self, row: usize, time: Option<f64>) -> Result<Vec<f64>, ValidationError> {
        match &self.source {
            Source::Array(values) => {
                let length = self.size.points * self.dimension;
                let start = |replica: usize| (replica * self.rows + row) * length;
                Ok((0..self.size.replicas).flat_map(|r| &values[start(r)..start(r) + length]).copied().collect())
            }
            Source::Rows(address) => {
                let NumericArray { shape, values, .. } = ArrayAddress { time, ..address.clone() }.read()?;
                assert_eq!(self.size_of(&shape)?, self.size, "rows of one array");
                Ok(values)
            }
        }
    }

    /// The point that has this index among all points of a row, in words.
    pub fn place(&self, index: usize, time: Option<f64>) -> String {
        let mut place = self.player.letter().to_owned();
        if let Some(time) = time {
            place += &format!(" at time {time}");
        }
        if self.has_replicas {
            place += &format!(", replica {}", index / self.size.points);
        }
        format!("{place}, point {}", index % self.size.points)
    }

    fn size_of(&self, shape: &[usize]) -> Result<Size, ValidationError> {
        let size = sizes(shape, self.dimension, self.rows, self.has_replicas);
        let size = size.ok_or_else(|| {
            let message = format!(
                "the {} of {} have shape {shape:?}; expected {} (dimension {}, {} time{}{})",
                self.what,
                self.player.letter(),
                self.expected(),
                self.dimension,
                self.rows,
                if self.rows == 1 { "" } else { "s" },
                if self.has_replicas { "" } else { "; a leading axis of replicas needs --replicas" }
            );
            ValidationError::input(&self.word, message)
        })?;
        if size.points == 0 || size.replicas == 0 {
            let message =
                format!("the {} of {} have shape {shape:?}: the cloud is empty", self.what, self.player.letter());
            return Err(ValidationError::input(&self.word, message));
        }
        if self.has_replicas && size.replicas < 2 {
            return Err(ValidationError::input(
                "--replicas",
                format!("shape {shape:?} has one replica; at least 2 are needed"),
            ));
        }
        Ok(size)
    }

    /// The shapes that are understood.
    fn expected(&self) -> String {
        let (replicas, dimension) = (if self.has_replicas { "R, " } else { "" }, self.dimension);
        let full = format!("({replicas}{}, N, {dimension})", self.rows);
        match (self.rows, self.dimension) {
            (1, 1) => format!("{full}, ({replicas}N, 1) or ({replicas}N)"),
            (_, 1) => format!("{full} or ({replicas}{}, N)", self.rows),
            (1, _) => format!("{full} or ({replicas}N, {dimension})"),
            _ => full,
        }
    }
}

/// Replicas and points of an array of this shape.
fn sizes(shape: &[usize], dimension: usize, rows: usize, has_replicas: bool) -> Option<Size> {
    let (replicas, rest) = match (has_replicas, shape) {
        (true, [replicas, rest @ ..]) => (*replicas, rest),
        (true, []) => return None,
        (false, shape) => (1, shape),
    };
    let points = match *rest {
        [t, n, d] if t == rows && d == dimension => n,
        [n, d] if rows == 1 && d == dimension => n,
        [t, n] if dimension == 1 && t == rows => n,
        [n] if rows == 1 && dimension == 1 => n,
        _ => return None,
    };
    Some(Size { replicas, points })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_read_by_dimension_and_number_of_times() {
        let read = |shape: &[usize], dimension, rows, replicas| {
            sizes(shape, dimension, rows, replicas).map(|size| (size.replicas, size.points))
        };
        assert_eq!(read(&[7], 1, 1, false), Some((1, 7)));
        assert_eq!(read(&[7, 1], 1, 1, false), Some((1, 7)));
        assert_eq!(read(&[1, 7], 1, 1, false), Some((1, 7)));
        assert_eq!(read(&[3, 7], 1, 3, false), Some((1, 7)));
        assert_eq!(read(&[3, 7, 1], 1, 3, false), Some((1, 7)));
        assert_eq!(read(&[7, 2], 2, 1, false), Some((1, 7)));
        assert_eq!(read(&[3, 7, 2], 2, 3, false), Some((1, 7)));
        assert_eq!(read(&[5, 3, 7, 2], 2, 3, true), Some((5, 7)));
        assert_eq!(read(&[5, 7], 1, 1, true), Some((5, 7)));
        for (shape, dimension, rows, replicas) in [
            (&[7][..], 1, 3, false),
            (&[7], 2, 1, false),
            (&[7, 2], 1, 1, false),
            (&[7, 3], 1, 3, false),
            (&[7, 1], 2, 1, false),
            (&[2, 7], 2, 1, false),
            (&[4, 7, 2], 2, 3, false),
            (&[5, 3, 7, 2], 2, 3, false),
            (&[7], 1, 1, true),
            (&[], 1, 1, true),
        ] {
            assert_eq!(read(shape, dimension, rows, replicas), None, "{shape:?}");
        }
    }
}

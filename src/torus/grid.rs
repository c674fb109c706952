//! The nodes and wavenumbers of a uniform grid on a flat torus; no data.

use super::TorusError;
use std::f64::consts::PI;

/// One periodic axis: `points` nodes at `origin + j period / points`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Axis {
    /// Number of nodes.
    pub points: usize,
    /// Length `L` of the period.
    pub period: f64,
    /// Coordinate of node 0.
    pub origin: f64,
}

impl Axis {
    /// Spacing `L / n`.
    pub fn spacing(&self) -> f64 {
        self.period / self.points as f64
    }

    /// Coordinates of the nodes.
    pub fn coordinates(&self) -> Vec<f64> {
        (0..self.points).map(|j| self.origin + self.period * (j as f64 / self.points as f64)).collect()
    }

    /// The node nearest to a coordinate of the period.
    pub fn nearest(&self, coordinate: f64) -> usize {
        ((coordinate - self.origin) / self.spacing()).round() as usize % self.points
    }

    /// The signed mode number `m` at position `index` of a full transform: `0, 1, .., -2, -1`.
    ///
    /// On an even grid the Nyquist mode `n/2` is given the positive sign.
    pub fn mode(&self, index: usize) -> i64 {
        let n = self.points as i64;
        let m = index as i64;
        if 2 * m > n { m - n } else { m }
    }

    /// `2 pi / L`, the wavenumber of mode 1.
    pub fn unit_wavenumber(&self) -> f64 {
        2.0 * PI / self.period
    }

    /// Whether position `index` of a full transform is the Nyquist mode of an even grid.
    pub fn is_nyquist(&self, index: usize) -> bool {
        2 * index == self.points
    }

    /// Wavenumbers `k` in the order of a full transform, Nyquist mode included.
    pub fn wavenumbers(&self) -> Vec<f64> {
        (0..self.points).map(|j| self.unit_wavenumber() * self.mode(j) as f64).collect()
    }

    /// Wavenumbers for odd derivatives: as [`Axis::wavenumbers`], but the Nyquist mode of an even grid is 0,
    /// since the derivative of `cos(n x / 2)` vanishes at every node.
    pub fn odd_wavenumbers(&self) -> Vec<f64> {
        let mut k = self.wavenumbers();
        if self.points.is_multiple_of(2) {
            k[self.points / 2] = 0.0;
        }
        k
    }
}

/// A uniform grid on a flat torus of dimension 1 or 2.
///
/// The dimension is a run-time number: a game pairs players of different dimensions, and every kernel works on
/// flat row-major arrays, so one type serves all combinations (see docs/decisions.md).
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    axes: Vec<Axis>,
}

impl Grid {
    /// Fewest nodes per axis.
    pub const MINIMUM_POINTS: usize = 4;
    /// Most nodes of one grid: 2^24, or 128 MiB for a density.
    pub const MAXIMUM_POINTS: usize = 1 << 24;

    /// A grid with the given points, periods and origins, one entry per axis.
    ///
    /// # Errors
    /// [`TorusError`] when the dimension is not 1 or 2, an axis has fewer than [`Grid::MINIMUM_POINTS`] nodes, all
    /// axes together more than [`Grid::MAXIMUM_POINTS`], or a period or origin is not a usable number. Nothing is
    /// allocated before these checks.
    ///
    /// # Panics
    /// When the three slices differ in length.
    #[track_caller]
    pub fn new(points: &[usize], period: &[f64], origin: &[f64]) -> Result<Grid, TorusError> {
        assert!(
            points.len() == period.len() && points.len() == origin.len(),
            "one entry per axis: {} points, {} periods, {} origins",
            points.len(),
            period.len(),
            origin.len()
        );
        if !(1..=2).contains(&points.len()) {
            return Err(TorusError::Dimension(points.len()));
        }
        let total: f64 = points.iter().map(|&n| n as f64).product();
        if total > Self::MAXIMUM_POINTS as f64 {
            return Err(TorusError::TooManyPoints { points: total, bytes: 8.0 * total });
        }
        let mut axes = Vec::with_capacity(points.len());
        for axis in 0..points.len() {
            if points[axis] < Self::MINIMUM_POINTS {
                return Err(TorusError::TooFewPoints { axis, points: points[axis] });
            }
            if !(period[axis].is_finite() && period[axis] > 0.0) {
                return Err(TorusError::Period { axis, period: period[axis] });
            }
            if !origin[axis].is_finite() {
                return Err(TorusError::Origin { axis, origin: origin[axis] });
            }
            axes.push(Axis { points: points[axis], period: period[axis], origin: origin[axis] });
        }
        Ok(Grid { axes })
    }

    /// The same torus with other numbers of points.
    ///
    /// # Errors
    /// As [`Grid::new`].
    pub fn with_points(&self, points: &[usize]) -> Result<Grid, TorusError> {
        Grid::new(points, &self.periods(), &self.origins())
    }

    /// Number of axes, 1 or 2.
    pub fn dimension(&self) -> usize {
        self.axes.len()
    }

    /// The axes, first (slowest) to last (fastest).
    pub fn axes(&self) -> &[Axis] {
        &self.axes
    }

    /// Axis `i`.
    pub fn axis(&self, i: usize) -> &Axis {
        &self.axes[i]
    }

    /// Points per axis: the shape of an array of values.
    pub fn shape(&self) -> Vec<usize> {
        self.axes.iter().map(|a| a.points).collect()
    }

    /// Periods per axis.
    pub fn periods(&self) -> Vec<f64> {
        self.axes.iter().map(|a| a.period).collect()
    }

    /// Origins per axis.
    pub fn origins(&self) -> Vec<f64> {
        self.axes.iter().map(|a| a.origin).collect()
    }

    /// Number of nodes.
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        self.axes.iter().map(|a| a.points).product()
    }

    /// Volume `|X| = prod L_i`.
    pub fn volume(&self) -> f64 {
        self.axes.iter().map(|a| a.period).product()
    }

    /// Volume of one cell, `|X| / N`: the weight of every node in the trapezoid rule.
    pub fn cell_volume(&self) -> f64 {
        self.volume() / self.len() as f64
    }

    /// The weight of points in the cell around every node over the volume of the cell: with weights of sum 1 a density.
    ///
    /// `shares` are `(x - origin) / period` of the points, row-major, one weight for each point. Points outside of `[0, 1)`, of
    /// clouds on the line, are in no cell.
    pub fn histogram(&self, shares: &[f64], weights: impl IntoIterator<Item = f64>) -> Vec<f64> {
        let mut values = vec![0.0; self.len()];
        let inside = |point: &[f64]| point.iter().all(|share| (0.0..1.0).contains(share));
        for (point, weight) in shares.chunks(self.dimension()).zip(weights).filter(|(point, _)| inside(point)) {
            let cell = point.iter().zip(&self.axes).fold(0, |cell, (share, axis)| {
                cell * axis.points + (share * axis.points as f64).round() as usize % axis.points
            });
            values[cell] += weight / self.cell_volume();
        }
        values
    }

    /// Integral over the torus of the function with these node values (trapezoid rule: spectrally accurate).
    pub fn integral(&self, values: &[f64]) -> f64 {
        debug_assert_eq!(values.len(), self.len());
        values.iter().sum::<f64>() * self.cell_volume()
    }

    /// Points along the last axis: the length of a contiguous row of values.
    pub fn row_len(&self) -> usize {
        self.axes[self.axes.len() - 1].points
    }

    /// Number of contiguous rows of values: 1 in one dimension, `n_1` in two.
    pub fn rows(&self) -> usize {
        self.len() / self.row_len()
    }

    /// Stored modes of the last axis, `n/2 + 1`.
    pub fn half_len(&self) -> usize {
        self.row_len() / 2 + 1
    }

    /// Number of stored Fourier coefficients.
    ///
    /// In one dimension coefficient `m` stands at `m = 0..=n/2`. In two dimensions the array is transposed: the
    /// coefficient of modes `(m_1, m_2)` stands at `m_2 * n_1 + index(m_1)`, `m_2 = 0..=n_2/2`, so that both passes
    /// of the transform run over contiguous memory.
    pub fn spectrum_len(&self) -> usize {
        self.rows() * self.half_len()
    }

    /// Signed mode numbers of the coefficient at `position` of the stored spectrum, one per axis.
    pub fn modes(&self, position: usize) -> Vec<i64> {
        match self.axes.as_slice() {
            [_] => vec![position as i64],
            [first, _] => vec![first.mode(position % first.points), (position / first.points) as i64],
            _ => unreachable!("a grid has one or two axes"),
        }
    }

    /// Whether the mode of a stored coefficient is a Nyquist mode along an axis.
    pub fn is_nyquist(&self, position: usize) -> bool {
        self.modes(position).iter().zip(&self.axes).any(|(m, axis)| 2 * m.unsigned_abs() as usize == axis.points)
    }

    /// Whether a stored coefficient is that of the one of `k` and `-k` whose last nonzero entry is positive.
    pub fn is_upper(&self, position: usize) -> bool {
        self.modes(position).into_iter().rev().find(|m| *m != 0).is_some_and(|m| m > 0)
    }

    /// Fills one number per stored coefficient from its wavenumber vector, Nyquist modes included.
    pub fn symbol(&self, mut f: impl FnMut(&[f64]) -> f64) -> Vec<f64> {
        let unit: Vec<f64> = self.axes.iter().map(Axis::unit_wavenumber).collect();
        let mut k = vec![0.0; self.dimension()];
        (0..self.spectrum_len())
            .map(|position| {
                for (axis, m) in self.modes(position).into_iter().enumerate() {
                    k[axis] = unit[axis] * m as f64;
                }
                f(&k)
            })
            .collect()
    }

    /// How often the coefficient at `position` counts in a sum over the full spectrum: 2 for a stored mode whose
    /// conjugate is not stored, 1 for `m_last = 0` and for the Nyquist mode of an even last axis.
    pub fn multiplicity(&self, position: usize) -> f64 {
        let m = position / self.rows();
        if m == 0 || 2 * m == self.row_len() { 1.0 } else { 2.0 }
    }

    /// Multi-index of the node at `position` of a flat array of values.
    pub fn node(&self, position: usize) -> Vec<usize> {
        match self.axes.as_slice() {
            [_] => vec![position],
            [_, last] => vec![position / last.points, position % last.points],
            _ => unreachable!("a grid has one or two axes"),
        }
    }

    /// Coordinates of all nodes: an array for each axis, with one value for each node.
    pub fn node_coordinates(&self) -> Vec<Vec<f64>> {
        let axes = self.axes.iter().enumerate();
        axes.map(|(i, axis)| {
            let along = axis.coordinates();
            (0..self.len()).map(|position| along[self.node(position)[i]]).collect()
        })
        .collect()
    }
}

/// Whether `n` is an even product of powers of 2, 3 and 5, for which the transforms are fastest.
pub fn is_fast_size(n: usize) -> bool {
    if n == 0 || !n.is_multiple_of(2) {
        return false;
    }
    let mut rest = n;
    for p in [2, 3, 5] {
        while rest.is_multiple_of(p) {
            rest /= p;
        }
    }
    rest == 1
}

/// The smallest fast size that is at least `n`.
pub fn next_fast_size(n: usize) -> usize {
    (n.max(Grid::MINIMUM_POINTS)..).find(|&m| is_fast_size(m)).expect("there is a power of two above every number")
}

/// Prime factors of odd sizes of fast transforms.
const FAST_ODD_FACTORS: [usize; 4] = [3, 5, 7, 11];

/// The smallest odd size of fast transforms that is at least `n`.
pub fn next_fast_odd_size(n: usize) -> usize {
    let rest = |n: usize| {
        FAST_ODD_FACTORS.iter().fold(n, |mut rest, factor| {
            while rest.is_multiple_of(*factor) {
                rest /= factor;
            }
            rest
        })
    };
    (n.max(1)..).find(|n| rest(*n) == 1).expect("there is a power of three above every number")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_refused_before_anything_is_allocated() {
        let huge = Grid::new(&[1_000_000_000], &[1.0], &[0.0]);
        assert!(matches!(huge, Err(TorusError::TooManyPoints { .. })));
        let huge = Grid::new(&[usize::MAX, usize::MAX], &[1.0, 1.0], &[0.0, 0.0]);
        assert!(matches!(huge, Err(TorusError::TooManyPoints { .. })));
        assert!(matches!(Grid::new(&[3], &[1.0], &[0.0]), Err(TorusError::TooFewPoints { .. })));
        assert!(matches!(Grid::new(&[8], &[0.0], &[0.0]), Err(TorusError::Period { .. })));
        assert!(matches!(Grid::new(&[8], &[1.0], &[f64::NAN]), Err(TorusError::Origin { .. })));
        assert!(matches!(Grid::new(&[], &[], &[]), Err(TorusError::Dimension(0))));
    }

    #[test]
    fn every_mode_is_counted_once() {
        for shape in [vec![8], vec![9], vec![6, 8], vec![7, 9], vec![5, 4]] {
            let ones = vec![1.0; shape.len()];
            let grid = Grid::new(&shape, &ones, &ones).unwrap();
            let counted: f64 = (0..grid.spectrum_len()).map(|p| grid.multiplicity(p)).sum();
            assert_eq!(counted, grid.len() as f64, "shape {shape:?}");
        }
    }

    #[test]
    fn fast_sizes_are_even_and_smooth() {
        assert_eq!(next_fast_size(127), 128);
        assert_eq!(next_fast_size(129), 144);
        assert_eq!(next_fast_size(1), 4);
        assert!(!is_fast_size(75) && is_fast_size(150) && !is_fast_size(14));
    }
}

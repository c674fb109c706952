//! A density that is constant on the cells of its grid: the cell of node `i` is `[x_i - h/2, x_i + h/2)` per axis.
//!
//! Segments are cut at the grid lines; on a piece `P` and `S` are linear and `B` and `C` quadratic along the segment, so
//! the midpoint rule and two Gauss points are exact.

use super::along::Along;
use crate::transport::Histogram;

/// Tables of the fields of [`super::field`], row-major, one entry a cell: values at the lower left corner.
#[derive(Debug, Clone)]
pub(super) struct PiecewiseConstant {
    shape: [usize; 2],
    spacing: [f64; 2],
    cells: Vec<Cell>,
    rows: Vec<Row>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Cell {
    /// `d_1 P`.
    slope: f64,
    /// `P` at the lower end in `x_1`.
    p: f64,
    /// `B` there.
    b: f64,
}

/// A row of constant `x_2`.
#[derive(Debug, Clone, Copy, Default)]
struct Row {
    /// `d_2 S`.
    slope: f64,
    /// `S` at the lower end in `x_2`.
    s: f64,
    /// `C` there.
    c: f64,
}

impl PiecewiseConstant {
    /// Reads masses as those of cells. Cost: one pass.
    pub fn new(histogram: &Histogram, lengths: [f64; 2]) -> PiecewiseConstant {
        let axes = histogram.grid().axes();
        let shape = [axes[0].points, axes[1].points];
        let spacing = [lengths[0] / shape[0] as f64, lengths[1] / shape[1] as f64];
        let per_mass = histogram.masses().len() as f64;
        let value = |i: usize, j: usize| histogram.masses()[i * shape[1] + j] * per_mass;
        let mut field =
            PiecewiseConstant { shape, spacing, cells: vec![Cell::default(); shape[0] * shape[1]], rows: Vec::new() };
        let mut means = Vec::with_capacity(shape[1]);
        for j in 0..shape[1] {
            let column: Vec<f64> = (0..shape[0]).map(|i| value(i, j)).collect();
            let (mean, tables) = twice_integrated(&column, spacing[0]);
            means.push(mean);
            for (i, [slope, p, b]) in tables.into_iter().enumerate() {
                field.cells[i * shape[1] + j] = Cell { slope, p, b };
            }
        }
        let (_, tables) = twice_integrated(&means, spacing[1]);
        field.rows = tables.into_iter().map(|[slope, s, c]| Row { slope, s, c }).collect();
        field
    }

    /// As [`super::field::Field::along`].
    pub fn along(&self, p: [f64; 2], q: [f64; 2]) -> Along {
        let mut sum = Along::default();
        self.for_each_piece(p, q, |cell, row, [x, y], share, step| {
            let flux = (cell.p + cell.slope * x) * step[1] - (row.s + row.slope * y) * step[0];
            sum.flux += flux * share;
            sum.excess += (cell.slope + row.slope) * share;
        });
        sum
    }

    /// As [`super::field::Field::flux_moment`].
    pub fn flux_moment(&self, p: [f64; 2], q: [f64; 2]) -> f64 {
        let (mut sum, mut begin) = (0.0, 0.0);
        self.for_each_piece(p, q, |cell, row, [x, y], share, step| {
            let flux = (cell.p + cell.slope * x) * step[1] - (row.s + row.slope * y) * step[0];
            let change = (cell.slope - row.slope) * step[0] * step[1];
            sum += share * ((begin + share / 2.0) * flux + change * share * share / 12.0);
            begin += share;
        });
        sum
    }

    /// As [`super::field::Field::potentials`].
    pub fn potentials(&self, p: [f64; 2], q: [f64; 2]) -> [f64; 2] {
        let length = (q[0] - p[0]).hypot(q[1] - p[1]);
        let mut sum = [0.0; 2];
        self.for_each_piece(p, q, |cell, row, [x, y], share, step| {
            // Simpson's variance form of the two-point rule: mean of z^2 is (middle)^2 + (extent)^2 / 12.
            let square = |middle: f64, extent: f64| middle * middle + extent * extent * share * share / 12.0;
            sum[0] += share * (cell.b + cell.p * x + cell.slope / 2.0 * square(x, step[0]));
            sum[1] += share * (row.c + row.s * y + row.slope / 2.0 * square(y, step[1]));
        });
        sum.map(|s| s * length)
    }

    /// Calls `take(cell, row, middle, share, q - p)` for every piece of the segment in one cell, `middle` relative to the
    /// lower left corner of the cell, `share` of the segment's length.
    fn for_each_piece(&self, p: [f64; 2], q: [f64; 2], mut take: impl FnMut(&Cell, &Row, [f64; 2], f64, [f64; 2])) {
        let step = [q[0] - p[0], q[1] - p[1]];
        // In units of cells, counted from the lower end of the cell of node 0.
        let from = [0, 1].map(|i| p[i] / self.spacing[i] + 0.5);
        let extent = [0, 1].map(|i| step[i] / self.spacing[i]);
        let mut index = [0, 1].map(|i| {
            let floor = from[i].floor();
            // A segment that runs down from a grid line starts in the cell below.
            if floor == from[i] && extent[i] < 0.0 { floor - 1.0 } else { floor }
        });
        let mut start = 0.0;
        loop {
            let leave = [0, 1].map(|i| match extent[i] {
                e if e > 0.0 => (index[i] + 1.0 - from[i]) / e,
                e if e < 0.0 => (index[i] - from[i]) / e,
                _ => f64::INFINITY,
            });
            let end = leave[0].min(leave[1]).min(1.0);
            if end > start {
                let middle = (start + end) / 2.0;
                let place = [0, 1].map(|i| (from[i] + extent[i] * middle - index[i]) * self.spacing[i]);
                let at = [0, 1].map(|i| (index[i] as i64).rem_euclid(self.shape[i] as i64) as usize);
                take(&self.cells[at[0] * self.shape[1] + at[1]], &self.rows[at[1]], place, end - start, step);
                start = end;
            }
            if end >= 1.0 {
                return;
            }
            let axis = usize::from(leave[1] < leave[0]);
            index[axis] += extent[axis].signum();
        }
    }
}

/// Mean of the values and, for each cell, value minus mean, its antiderivative at the cell's lower end, and the
/// antiderivative of that: both of mean zero over the period.
fn twice_integrated(values: &[f64], spacing: f64) -> (f64, Vec<[f64; 3]>) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let mut cells: Vec<[f64; 3]> = values.iter().map(|v| [v - mean, 0.0, 0.0]).collect();
    for level in 1..3 {
        let mut sum = 0.0;
        let mut average = 0.0;
        for cell in &mut cells {
            cell[level] = sum;
            // Over the cell: value + slope x (+ curvature x^2 / 2).
            let below = cell[level - 1];
            let curvature = if level == 2 { cell[0] } else { 0.0 };
            average += sum + below * spacing / 2.0 + curvature * spacing * spacing / 6.0;
            sum += below * spacing + curvature * spacing * spacing / 2.0;
        }
        average /= n;
        cells.iter_mut().for_each(|cell| cell[level] -= average);
    }
    (mean, cells)
}

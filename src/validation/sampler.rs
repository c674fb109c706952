//! Independent points from a density on a torus.
//!
//! The band-limited density is tabulated on a finer grid and interpolated linearly between its nodes (bilinearly in
//! dimension 2). A point takes its cell with probability the cell's mass, which is the mean of its corners, and its place
//! in the cell from the exact inverse of the linear laws:
//!
//! ```text
//! density proportional to a + (b - a) t on [0, 1]:     t = u (a + b) / (a + sqrt(a^2 + u (b^2 - a^2))),   u uniform.
//! ```
//!
//! The grid is made finer until the law that is sampled is within [`SHARE_OF_NOISE`]` / sqrt(N)` of the density in total
//! variation, measured at the middles of the cells: no test with `N` points tells the two apart. Node values that are
//! negative by rounding count as 0, and what that moves is part of the measured distance.
//!
//! Cost: a few transforms of the finer grid; `O(log cells)` a point.

use super::Stream;
use crate::torus::{Density, Grid, TorusError, next_fast_size, pad_values};

/// Distance from the density in total variation that is allowed, times the square root of the number of points.
const SHARE_OF_NOISE: f64 = 0.01;
/// Most nodes of the finer grid.
const MOST_NODES: usize = 1 << 20;
/// Fewest nodes of the finer grid per axis.
const FEWEST_POINTS: usize = 64;

/// Draws points from a density.
#[derive(Debug, Clone)]
pub struct Sampler {
    grid: Grid,
    /// Node values on the finer grid, not negative.
    values: Vec<f64>,
    /// Sums of cell masses up to and including each cell.
    cumulative: Vec<f64>,
    deviation: f64,
}

impl Sampler {
    /// Prepares samples of up to `points` points.
    ///
    /// # Errors
    /// [`TorusError`] when the density has more than [`MOST_NODES`] nodes.
    pub fn new(density: &Density, points: usize) -> Result<Sampler, TorusError> {
        let allowed = SHARE_OF_NOISE / (points.max(1) as f64).sqrt();
        let mut grid = finer(density.grid(), 1)?;
        let mut values = pad_values(density.grid(), &grid, density.values());
        loop {
            let next = finer(&grid, 2)?;
            let next_values = pad_values(density.grid(), &next, density.values());
            let deviation = deviation(&grid, &values, &next, &next_values);
            if deviation <= allowed || next.len() > MOST_NODES {
                values.iter_mut().for_each(|v| *v = v.max(0.0));
                let cumulative = cumulative(&grid, &values);
                return Ok(Sampler { grid, values, cumulative, deviation });
            }
            (grid, values) = (next, next_values);
        }
    }

    /// Distance in total variation between the law that is sampled and the density.
    pub fn deviation(&self) -> f64 {
        self.deviation
    }

    /// Coordinates of `count` independent points, row-major.
    pub fn sample(&self, count: usize, stream: &mut Stream) -> Vec<f64> {
        let mut points = Vec::with_capacity(count * self.grid.dimension());
        for _ in 0..count {
            let level = stream.uniform() * self.cumulative[self.cumulative.len() - 1];
            let cell = self.cumulative.partition_point(|sum| *sum <= level).min(self.cumulative.len() - 1);
            self.push_point_of_cell(cell, stream, &mut points);
        }
        points
    }

    fn push_point_of_cell(&self, cell: usize, stream: &mut Stream, points: &mut Vec<f64>) {
        let corners = corners(&self.grid, cell).map(|position| self.values[position]);
        let node = self.grid.node(cell);
        let place = |axis: usize, t: f64| {
            let axis_of_grid = self.grid.axis(axis);
            axis_of_grid.origin + axis_of_grid.period * ((node[axis] as f64 + t) / axis_of_grid.points as f64)
        };
        let [a, b, c, d] = corners;
        if self.grid.dimension() == 1 {
            points.push(place(0, linear(a, c, stream.uniform())));
            return;
        }
        let t = linear(a + b, c + d, stream.uniform());
        let s = linear(a + t * (c - a), b + t * (d - b), stream.uniform());
        points.extend([place(0, t), place(1, s)]);
    }
}

/// The same torus with `factor` times as many nodes, and at least [`FEWEST_POINTS`], per axis.
fn finer(grid: &Grid, factor: usize) -> Result<Grid, TorusError> {
    grid.with_points(&grid.shape().iter().map(|n| next_fast_size((n * factor).max(FEWEST_POINTS))).collect::<Vec<_>>())
}

/// Positions of the nodes `(i, j), (i, j+1), (i+1, j), (i+1, j+1)` of a cell; in dimension 1 `i` is all there is.
fn corners(grid: &Grid, cell: usize) -> [usize; 4] {
    if grid.dimension() == 1 {
        let next = (cell + 1) % grid.len();
        return [cell, cell, next, next];
    }
    let (n, row) = (grid.row_len(), cell / grid.row_len());
    let (next_row, column, next_column) = ((row + 1) % grid.rows(), cell % n, (cell % n + 1) % n);
    [(row, column), (row, next_column), (next_row, column), (next_row, next_column)].map(|(i, j)| i * n + j)
}

fn cumulative(grid: &Grid, values: &[f64]) -> Vec<f64> {
    let mut sum = 0.0;
    (0..grid.len())
        .map(|cell| {
            sum += corners(grid, cell).map(|position| values[position]).iter().sum::<f64>();
            sum
        })
        .collect()
}

/// Half the integral of the modulus of the difference between the linear interpolant of `values`, negative ones taken
/// as 0, and the true values at the nodes of a grid of twice as many nodes, nearly.
fn deviation(grid: &Grid, values: &[f64], next: &Grid, next_values: &[f64]) -> f64 {
    let difference = |position: usize| {
        let node = next.node(position);
        let along = |axis: usize| {
            let n = grid.axis(axis).points;
            let place = node[axis] as f64 * n as f64 / next.axis(axis).points as f64;
            let below = (place.floor() as usize).min(n - 1);
            (below, place - below as f64)
        };
        let (i, t) = along(0);
        let (j, s) = if grid.dimension() == 2 { along(1) } else { (0, 0.0) };
        let cell = if grid.dimension() == 2 { i * grid.row_len() + j } else { i };
        let [a, b, c, d] = corners(grid, cell).map(|p| values[p].max(0.0));
        let interpolated = (1.0 - t) * ((1.0 - s) * a + s * b) + t * ((1.0 - s) * c + s * d);
        (interpolated - next_values[position]).abs()
    };
    0.5 * next.cell_volume() * (0..next.len()).map(difference).sum::<f64>()
}

/// The place on `[0, 1]` of level `u` for a density proportional to `a + (b - a) t`.
fn linear(a: f64, b: f64, u: f64) -> f64 {
    let root = (a * a + u * (b - a) * (b + a)).max(0.0).sqrt();
    if a + root > 0.0 { (u * (a + b) / (a + root)).min(1.0) } else { u }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    fn density(shape: &[usize], period: &[f64], origin: &[f64], f: impl Fn(&[f64]) -> f64) -> Density {
        let grid = Grid::new(shape, period, origin).unwrap();
        let place = |axis: usize, j: usize| origin[axis] + period[axis] * j as f64 / shape[axis] as f64;
        let values = (0..grid.len()).map(|position| {
            let point: Vec<f64> = grid.node(position).iter().enumerate().map(|(axis, &j)| place(axis, j)).collect();
            f(&point)
        });
        Density::normalised(&grid, values.collect()).unwrap()
    }

    #[test]
    fn levels_of_linear_laws_come_back() {
        for (a, b) in [(1.0, 1.0), (0.0, 2.0), (2.0, 0.0), (1.0, 1e-300), (3.0, 5.0)] {
            for u in [0.0, 1e-9, 0.3, 0.999, 1.0] {
                let t = linear(a, b, u);
                let level = (a * t + 0.5 * (b - a) * t * t) / (0.5 * (a + b));
                assert!((level - u).abs() <= 4.0 * f64::EPSILON, "{a} {b} {u}: {level}");
            }
        }
    }

    /// Kolmogorov-Smirnov: `sqrt(N) sup |F_N - F|` exceeds 1.95 with probability 0.001.
    #[test]
    fn points_on_the_circle_follow_the_cumulative_function() {
        let (kappa, period, origin) = (2.0, 3.0, -1.0);
        let density = density(&[32], &[period], &[origin], |x| (kappa * (TAU * (x[0] + 1.0) / period).cos()).exp());
        let count = 40_000;
        let sampler = Sampler::new(&density, count).unwrap();
        let mut points = sampler.sample(count, &mut Stream::new(&[1]));
        points.sort_by(f64::total_cmp);
        assert!(points[0] >= origin && points[count - 1] < origin + period);
        let fine = 6000;
        let weight = |j: f64| (kappa * (TAU * j / fine as f64).cos()).exp();
        let total: f64 = (0..fine).map(|j| weight(j as f64)).sum();
        let (mut level, mut supremum) = (0.0, 0.0_f64);
        for j in 0..fine {
            let x = origin + period * j as f64 / fine as f64;
            let below = points.partition_point(|p| *p < x) as f64 / count as f64;
            supremum = supremum.max((below - level / total).abs());
            level += weight(j as f64 + 0.5);
        }
        assert!(supremum * (count as f64).sqrt() <= 1.95, "{}", supremum * (count as f64).sqrt());
    }

    /// Means of waves against the Bessel quotient `I1/I0` and its products, in standard errors.
    #[test]
    fn points_on_the_torus_have_the_moments_of_the_density() {
        let density = density(&[24, 32], &[1.0, 2.0], &[0.5, -1.0], |x| {
            (1.0 * (TAU * x[0]).cos() + 2.0 * (TAU * x[1] / 2.0).cos()).exp()
        });
        let count = 40_000;
        let sampler = Sampler::new(&density, count).unwrap();
        assert!(sampler.deviation() <= SHARE_OF_NOISE / 200.0, "{}", sampler.deviation());
        let points = sampler.sample(count, &mut Stream::new(&[7]));
        let mean = |f: &dyn Fn(&[f64]) -> f64| points.chunks_exact(2).map(f).sum::<f64>() / count as f64;
        let (first, second) = (0.446_389_965_896_534_5, 0.697_774_657_964_008);
        let cases: [(&dyn Fn(&[f64]) -> f64, f64); 4] = [
            (&|x| (TAU * x[0]).cos(), first),
            (&|x| (TAU * x[1] / 2.0).cos(), second),
            (&|x| (TAU * x[0]).cos() * (TAU * x[1] / 2.0).cos(), first * second),
            (&|x| (TAU * x[0]).sin() * (TAU * x[1] / 2.0).sin(), 0.0),
        ];
        for (index, (f, expected)) in cases.iter().enumerate() {
            let error = (mean(f) - expected) * (count as f64).sqrt();
            assert!(error.abs() <= 3.5, "case {index}: {error} standard deviations of a function within [-1, 1]");
        }
    }
}

//! Clouds as densities: shares of the points in cells over the volume of a cell.

use crate::torus::{Grid, TorusError};

/// Fewest and most bins along an axis, of dimension 1 and 2.
const FEWEST: usize = 8;
const MOST: [usize; 2] = [128, 48];

/// Bins along an axis are this many times the power of the number of points that balances noise and width: densities fill a
/// part of their tori only.
const FACTOR: f64 = 4.0;

/// A grid of cells for so many points.
pub(super) fn cells(points: usize, periods: &[f64], origins: &[f64]) -> Result<Grid, TorusError> {
    let dimension = periods.len();
    let power = 1.0 / (dimension as f64 + 2.0);
    let bins = (FACTOR * (points as f64).powf(power)).ceil() as usize;
    let bins = bins.clamp(FEWEST, MOST[dimension.clamp(1, 2) - 1]);
    Grid::new(&vec![bins; dimension], periods, origins)
}

/// A place this far outside of a torus, as a share of the period, is one inside but for rounding.
const ROUNDING: f64 = 1e-9;

/// The cloud of `points` (row-major) on the cells, each around a node; its integral is 1, less the points of a cloud on the line
/// that lie outside of the box.
pub(super) fn histogram(points: &[f64], weights: Option<&[f64]>, grid: &Grid) -> Vec<f64> {
    let axes = grid.axes();
    let share = |(k, x): (usize, &f64)| {
        let axis = axes[k % axes.len()];
        let share = (x - axis.origin) / axis.period;
        if !(-ROUNDING..=1.0 + ROUNDING).contains(&share) {
            return share;
        }
        let wrapped = share - share.floor();
        if wrapped < 1.0 { wrapped } else { 0.0 }
    };
    let shares: Vec<f64> = points.iter().enumerate().map(share).collect();
    match weights {
        Some(weights) => grid.histogram(&shares, weights.iter().copied()),
        None => grid.histogram(&shares, std::iter::repeat(axes.len() as f64 / points.len() as f64)),
    }
}

/// Node values of a fine grid of one axis replaced by their means over bins of `width` cells.
pub(super) fn coarser(values: &[f64], width: usize) -> Vec<f64> {
    let means = values.chunks(width).flat_map(|bin| {
        let mean = bin.iter().sum::<f64>() / bin.len() as f64;
        std::iter::repeat_n(mean, bin.len())
    });
    means.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn histograms_are_densities() {
        let grid = cells(1000, &[2.0], &[-1.0]).unwrap();
        let points: Vec<f64> = (0..1000).map(|k| (0.37 * f64::from(k)).rem_euclid(2.0) - 1.0).collect();
        let values = histogram(&points, None, &grid);
        assert!((grid.integral(&values) - 1.0).abs() <= 1e-12);
        assert!((grid.integral(&coarser(&values, 3)) - 1.0).abs() <= 1e-12);
        assert!(values.iter().all(|v| (v - 0.5).abs() <= 0.1), "{values:?}");
    }

    #[test]
    fn points_on_the_line_outside_of_the_box_are_in_no_cell_and_rounding_is_no_outside() {
        let grid = Grid::new(&[4], &[1.0], &[0.0]).unwrap();
        assert_eq!(histogram(&[0.5, 1.5, -0.5, 1.0], None, &grid), [1.0, 0.0, 1.0, 0.0]);
    }

    #[test]
    fn a_point_lies_in_the_cell_of_the_nearest_node() {
        let grid = Grid::new(&[4, 4], &[1.0, 1.0], &[0.0, 0.0]).unwrap();
        let values = histogram(&[0.26, 0.99], None, &grid);
        assert_eq!(values.iter().position(|v| *v > 0.0), Some(4));
    }
}

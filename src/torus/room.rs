//! A function in a box as one on a torus twice as long along every axis, the rest of which is empty.
//!
//! Two points of the box are then at most half a turn apart along every axis, so that nothing is nearer the other way round:
//! distances between them, and W2 of densities, are those of the line or plane.

use super::Grid;

/// The grid of twice the points and periods, same origins and spacings, and the values on it, 0 outside of the box.
///
/// # Panics
/// When there is not one value for each node.
#[track_caller]
pub fn with_room(grid: &Grid, values: &[f64]) -> (Grid, Vec<f64>) {
    assert_eq!(grid.len(), values.len(), "one value for each node");
    let points: Vec<usize> = grid.shape().iter().map(|n| 2 * n).collect();
    let periods: Vec<f64> = grid.periods().iter().map(|period| 2.0 * period).collect();
    let torus = Grid::new(&points, &periods, &grid.origins()).expect("twice a grid of densities is one");
    let mut padded = vec![0.0; torus.len()];
    let (from, to) = (grid.row_len(), torus.row_len());
    for (row, values) in values.chunks_exact(from).enumerate() {
        padded[row * to..row * to + from].copy_from_slice(values);
    }
    (torus, padded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_and_values_of_the_box_are_kept() {
        let grid = Grid::new(&[4, 5], &[1.0, 3.0], &[-0.5, 2.0]).unwrap();
        let own: Vec<f64> = (1..=20).map(f64::from).collect();
        let (torus, values) = with_room(&grid, &own);
        assert_eq!((torus.shape(), torus.periods(), torus.origins()), (vec![8, 10], vec![2.0, 6.0], vec![-0.5, 2.0]));
        for (row, found) in values.chunks_exact(10).enumerate() {
            let expected = own.chunks_exact(5).nth(row).unwrap_or(&[0.0; 5]);
            assert_eq!((&found[..5], &found[5..]), (expected, &[0.0; 5][..]));
        }
        for axis in 0..2 {
            let (inner, outer) = (grid.axis(axis).coordinates(), torus.axis(axis).coordinates());
            assert_eq!(inner[..], outer[..inner.len()]);
        }
    }
}

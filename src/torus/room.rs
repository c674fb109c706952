//! A function in a box as one on a torus twice as long along every axis, the rest of which is empty.
//!
//! Two points of the box are then at most half a turn apart along every axis, so that nothing is nearer the other way round:
//! distances between them, and W2 of densities, are those of the line or plane.

use super::{Axis, Grid, TorusError};

/// The grid of twice the points and periods, same origins and spacings, and the values on it, 0 outside of the box.
///
/// # Panics
/// When there is not one value for each node.
#[track_caller]
pub fn with_room(grid: &Grid, values: &[f64]) -> (Grid, Vec<f64>) {
    let points: Vec<usize> = grid.shape().iter().map(|n| 2 * n).collect();
    let periods: Vec<f64> = grid.periods().iter().map(|period| 2.0 * period).collect();
    let torus = Grid::new(&points, &periods, &grid.origins()).expect("twice a grid of densities is one");
    let padded = in_corner(grid, &torus, values);
    (torus, padded)
}

/// The same with so many points along every axis, no fewer than the box has.
///
/// # Errors
/// [`TorusError`] when these are no grid.
///
/// # Panics
/// As [`with_room`], and when there are fewer points than in the box.
#[track_caller]
pub fn with_points_around(grid: &Grid, values: &[f64], points: &[usize]) -> Result<(Grid, Vec<f64>), TorusError> {
    assert!(grid.shape().iter().zip(points).all(|(n, wanted)| n <= wanted), "{points:?} around {:?}", grid.shape());
    let periods: Vec<f64> = grid.axes().iter().zip(points).map(|(axis, n)| axis.spacing() * *n as f64).collect();
    let torus = Grid::new(points, &periods, &grid.origins())?;
    let padded = in_corner(grid, &torus, values);
    Ok((torus, padded))
}

/// Values of a box in the lower corner of a torus of the same spacing.
#[track_caller]
fn in_corner(grid: &Grid, torus: &Grid, values: &[f64]) -> Vec<f64> {
    assert_eq!(grid.len(), values.len(), "one value for each node");
    let mut padded = vec![0.0; torus.len()];
    let (from, to) = (grid.row_len(), torus.row_len());
    for (row, values) in values.chunks_exact(from).enumerate() {
        padded[row * to..row * to + from].copy_from_slice(values);
    }
    padded
}

/// The box of a torus that [`with_room`] has made, and the values there.
///
/// # Panics
/// When there is not one value for each node, or an axis has an odd number of nodes.
#[track_caller]
pub fn without_room(torus: &Grid, values: &[f64]) -> (Grid, Vec<f64>) {
    assert_eq!(torus.len(), values.len(), "one value for each node");
    assert!(torus.shape().iter().all(|n| n % 2 == 0), "twice as many nodes as in the box, got {:?}", torus.shape());
    let points: Vec<usize> = torus.shape().iter().map(|n| n / 2).collect();
    let periods: Vec<f64> = torus.periods().iter().map(|period| 0.5 * period).collect();
    let grid = Grid::new(&points, &periods, &torus.origins()).expect("half a grid of densities is one");
    let rows = values.chunks_exact(torus.row_len()).take(torus.rows() / if points.len() > 1 { 2 } else { 1 });
    let inside = rows.flat_map(|row| &row[..row.len() / 2]).copied().collect();
    (grid, inside)
}

/// Nodes of the polynomials of [`interpolated_in_box`].
const STENCIL: usize = 6;

/// Values at the nodes of `to`, a grid of the same box, of a function that is smooth in the box but not across its seam: by
/// polynomials of degree 5 through the nearest nodes of the box, axis by axis.
///
/// # Panics
/// When there is not one value for each node of `from`, or an axis has fewer than 6 nodes.
#[track_caller]
pub fn interpolated_in_box(from: &Grid, to: &Grid, values: &[f64]) -> Vec<f64> {
    axis_by_axis(from, to, values, by_polynomials)
}

/// Values at the nodes of `to` of a function that is known at those of `from`, by a linear way to go from the values at the
/// nodes of one axis to those at the nodes of another, taken axis by axis.
///
/// # Panics
/// When there is not one value for each node of `from`.
#[track_caller]
pub fn axis_by_axis(
    from: &Grid,
    to: &Grid,
    values: &[f64],
    along: impl Fn(&Axis, &Axis, &[f64]) -> Vec<f64>,
) -> Vec<f64> {
    assert_eq!(from.len(), values.len(), "one value for each node");
    let last = from.dimension() - 1;
    let rows: Vec<Vec<f64>> =
        values.chunks_exact(from.row_len()).map(|row| along(from.axis(last), to.axis(last), row)).collect();
    if last == 0 {
        return rows.concat();
    }
    let column = |j: usize| rows.iter().map(|row| row[j]).collect::<Vec<f64>>();
    let columns: Vec<Vec<f64>> = (0..to.row_len()).map(|j| along(from.axis(0), to.axis(0), &column(j))).collect();
    (0..to.rows()).flat_map(|i| columns.iter().map(move |column| column[i])).collect()
}

/// Values at the nodes of one axis.
fn by_polynomials(source: &Axis, target: &Axis, values: &[f64]) -> Vec<f64> {
    assert!(source.points >= STENCIL, "at least {STENCIL} nodes, got {}", source.points);
    let at = |x: f64| {
        let place = (x - source.origin) / source.spacing();
        let first =
            (place.floor() as isize - STENCIL as isize / 2 + 1).clamp(0, (source.points - STENCIL) as isize) as usize;
        let share = |i: usize| {
            let others = (0..STENCIL).filter(|j| *j != i);
            others.map(|j| (place - (first + j) as f64) / (i as f64 - j as f64)).product::<f64>()
        };
        (0..STENCIL).map(|i| share(i) * values[first + i]).sum()
    };
    target.coordinates().into_iter().map(at).collect()
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
        assert_eq!(without_room(&torus, &values), (grid.clone(), own.clone()));
        for (row, found) in values.chunks_exact(10).enumerate() {
            let expected = own.chunks_exact(5).nth(row).unwrap_or(&[0.0; 5]);
            assert_eq!((&found[..5], &found[5..]), (expected, &[0.0; 5][..]));
        }
        for axis in 0..2 {
            let (inner, outer) = (grid.axis(axis).coordinates(), torus.axis(axis).coordinates());
            assert_eq!(inner[..], outer[..inner.len()]);
        }
    }

    #[test]
    fn polynomials_of_a_box_are_moved_exactly() {
        let (from, to) = ([12, 9], [7, 11]);
        let [from, to] = [from, to].map(|shape| Grid::new(&shape, &[2.0, 3.0], &[-1.0, 0.5]).unwrap());
        let values = |grid: &Grid| -> Vec<f64> {
            let [x, y] = [0, 1].map(|axis| grid.axis(axis).coordinates());
            x.iter().flat_map(|x| y.iter().map(move |y| x.powi(5) - 2.0 * x * y.powi(4) + y)).collect()
        };
        for (found, exact) in interpolated_in_box(&from, &to, &values(&from)).iter().zip(values(&to)) {
            assert!((found - exact).abs() < 1e-10, "{found} for {exact}");
        }
    }
}

//! The band-limited function behind a spectrum, evaluated anywhere:
//! `u(x) = sum_k u_hat(k) exp(i k.(x - origin))`, by direct summation.
//!
//! Cost: `O(N)` for each point. This is the slow, plain reference; fast evaluation of many points lives with those
//! who need it.

use super::Grid;
use num_complex::Complex64;

/// Value at `point` (one coordinate per axis, anywhere on the line) of the function with these coefficients.
pub fn evaluate(grid: &Grid, spectrum: &[Complex64], point: &[f64]) -> f64 {
    assert_eq!(point.len(), grid.dimension(), "one coordinate per axis");
    let rows = grid.rows();
    let last = grid.dimension() - 1;
    let turn = |axis: usize, m: i64| {
        let a = grid.axis(axis);
        Complex64::cis(a.unit_wavenumber() * m as f64 * (point[axis] - a.origin))
    };
    let first: Vec<Complex64> = match last {
        0 => vec![Complex64::ONE],
        _ => (0..rows)
            .map(|i| {
                let a = grid.axis(0);
                // The Nyquist mode of an even axis is a cosine: half at +n/2, half at -n/2.
                if a.is_nyquist(i) { Complex64::from(turn(0, a.mode(i)).re) } else { turn(0, a.mode(i)) }
            })
            .collect(),
    };
    let mut sum = 0.0;
    for (m, column) in spectrum.chunks_exact(rows).enumerate() {
        let inner: Complex64 = column.iter().zip(&first).map(|(c, e)| c * e).sum();
        sum += grid.multiplicity(m * rows) * (inner * turn(last, m as i64)).re;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::torus::Fourier;

    #[test]
    fn evaluation_at_the_nodes_returns_the_values() {
        for shape in [vec![8], vec![9], vec![8, 6], vec![7, 9], vec![7, 8]] {
            let period: Vec<f64> = (0..shape.len()).map(|i| 1.5 + i as f64).collect();
            let origin = vec![-0.25; shape.len()];
            let grid = Grid::new(&shape, &period, &origin).unwrap();
            let fourier = Fourier::new(&grid);
            let values: Vec<f64> = (0..grid.len()).map(|j| ((j * j * 7 + 3 * j) % 11) as f64 - 4.0).collect();
            let mut spectrum = fourier.zero_spectrum();
            fourier.forward(&values, &mut spectrum, &mut fourier.scratch());
            for (j, u) in values.iter().enumerate() {
                let point: Vec<f64> = grid
                    .node(j)
                    .iter()
                    .enumerate()
                    .map(|(i, &n)| origin[i] + n as f64 * grid.axis(i).spacing() + period[i])
                    .collect();
                let computed = evaluate(&grid, &spectrum, &point);
                assert!((computed - u).abs() <= 1e-12, "shape {shape:?}, node {j}: {computed} against {u}");
            }
        }
    }
}

//! Spectral derivatives: `d/dx_i -> i k_i`, with the Nyquist mode of an even axis dropped.

use super::Grid;
use num_complex::Complex64;

/// Coefficients of `du/dx_axis`.
///
/// On an even grid the derivative of the Nyquist mode of that axis is 0 at all nodes and is set to 0.
pub fn gradient(grid: &Grid, axis: usize, spectrum: &[Complex64], out: &mut [Complex64]) {
    for_each_wavenumber(grid, axis, |position, k| out[position] = Complex64::new(0.0, k) * spectrum[position]);
}

/// Adds `scale * i k_axis * flux` to `out`: one term of a divergence.
pub fn divergence(grid: &Grid, axis: usize, scale: f64, flux: &[Complex64], out: &mut [Complex64]) {
    for_each_wavenumber(grid, axis, |position, k| out[position] += Complex64::new(0.0, scale * k) * flux[position]);
}

fn for_each_wavenumber(grid: &Grid, axis: usize, mut f: impl FnMut(usize, f64)) {
    let rows = grid.rows();
    let k = grid.axis(axis).odd_wavenumbers();
    let last = axis + 1 == grid.dimension();
    for m in 0..grid.half_len() {
        for i in 0..rows {
            f(m * rows + i, if last { k[m].abs() } else { k[i] });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::torus::Fourier;
    use std::f64::consts::PI;

    #[test]
    fn derivatives_of_resolved_modes_are_exact_on_even_and_odd_grids() {
        for shape in [[12, 16], [13, 17], [13, 16]] {
            let grid = Grid::new(&shape, &[2.0, 3.0], &[0.5, -1.0]).unwrap();
            let fourier = Fourier::new(&grid);
            let mut scratch = fourier.scratch();
            let phase = |j: usize| {
                let node = grid.node(j);
                2.0 * PI * (3.0 * node[0] as f64 / shape[0] as f64 - 5.0 * node[1] as f64 / shape[1] as f64)
            };
            let values: Vec<f64> = (0..grid.len()).map(|j| phase(j).sin()).collect();
            let mut spectrum = fourier.zero_spectrum();
            fourier.forward(&values, &mut spectrum, &mut scratch);
            for (axis, k) in [(0, 2.0 * PI * 3.0 / 2.0), (1, -2.0 * PI * 5.0 / 3.0)] {
                let mut d = fourier.zero_spectrum();
                gradient(&grid, axis, &spectrum, &mut d);
                let mut du = vec![0.0; grid.len()];
                fourier.inverse(&d, &mut du, &mut scratch);
                for (j, computed) in du.iter().enumerate() {
                    let exact = k * phase(j).cos();
                    assert!(
                        (computed - exact).abs() <= 1e-13 * k.abs() * 10.0,
                        "axis {axis}: {computed} against {exact}"
                    );
                }
            }
        }
    }

    #[test]
    fn the_nyquist_mode_has_no_derivative_on_an_even_grid() {
        let grid = Grid::new(&[8], &[1.0], &[0.0]).unwrap();
        let mut spectrum = vec![Complex64::ZERO; 5];
        spectrum[4] = Complex64::ONE;
        let mut d = vec![Complex64::ONE; 5];
        gradient(&grid, 0, &spectrum, &mut d);
        assert_eq!(d, vec![Complex64::ZERO; 5]);
    }
}

//! The spectral tail: how well a grid resolves a function.
//!
//! For each axis, the largest coefficient among the outer sixth of its modes, and at least among the Nyquist mode and the
//! mode before it, divided by the largest coefficient of all. (The Nyquist mode alone would say nothing: odd derivatives
//! drop it, so a flow may never fill it.) A smooth function that is resolved to rounding has a tail near 1e-16; what the grid cuts off is of the order
//! of the tail.

use super::{Fourier, Grid};
use num_complex::Complex64;

/// Modes `|m| > OUTER n/2` form the tail.
const OUTER: f64 = 5.0 / 6.0;

/// The largest tail of any axis, relative to the largest coefficient.
pub fn spectral_tail(grid: &Grid, spectrum: &[Complex64]) -> f64 {
    tail_per_axis(grid, spectrum).into_iter().fold(0.0, f64::max)
}

/// The tail of every axis, relative to the largest coefficient; 0 for the zero function.
pub fn tail_per_axis(grid: &Grid, spectrum: &[Complex64]) -> Vec<f64> {
    let outer: Vec<f64> = grid.axes().iter().map(|a| last_inner_mode(a.points)).collect();
    let (largest, tails) = largest_beyond(grid, spectrum, &outer);
    tails.into_iter().map(|t| if largest > 0.0 { (t / largest).sqrt() } else { 0.0 }).collect()
}

/// For every axis, whether the spectrum falls into its tail: whether the largest coefficient of the tail is less than half of
/// the largest one of the tail and as many modes again before it. Coefficients of smooth functions fall at least like
/// `exp(-c |m|)`, from sixth to sixth of the modes by the sixth root of the tail; noise does not fall.
pub fn falls_into_tail(grid: &Grid, spectrum: &[Complex64]) -> Vec<bool> {
    let outer: Vec<f64> = grid.axes().iter().map(|a| last_inner_mode(a.points)).collect();
    let before: Vec<f64> = grid.axes().iter().zip(&outer).map(|(a, o)| 2.0 * o - (a.points / 2) as f64).collect();
    let [tail, both] = [outer, before].map(|modes| largest_beyond(grid, spectrum, &modes).1);
    tail.iter().zip(both).map(|(tail, both)| tail.sqrt() < 0.5 * both.sqrt()).collect()
}

/// The largest squared coefficient of all, and for every axis that of its modes above `mode`.
fn largest_beyond(grid: &Grid, spectrum: &[Complex64], mode: &[f64]) -> (f64, Vec<f64>) {
    let rows = grid.rows();
    let dimension = grid.dimension();
    let first_is_beyond: Vec<bool> = match dimension {
        1 => vec![false],
        _ => (0..rows).map(|i| grid.axis(0).mode(i).unsigned_abs() as f64 > mode[0]).collect(),
    };
    let (mut largest, mut beyond) = (0.0_f64, vec![0.0_f64; dimension]);
    for (m, column) in spectrum.chunks_exact(rows).enumerate() {
        for (c, first) in column.iter().zip(&first_is_beyond) {
            let size = c.norm_sqr();
            largest = largest.max(size);
            if *first {
                beyond[0] = beyond[0].max(size);
            }
            if m as f64 > mode[dimension - 1] {
                beyond[dimension - 1] = beyond[dimension - 1].max(size);
            }
        }
    }
    (largest, beyond)
}

/// As [`tail_per_axis`], from node values.
pub fn tails_of_values(grid: &Grid, values: &[f64]) -> Vec<f64> {
    let fourier = Fourier::new(grid);
    let mut spectrum = fourier.zero_spectrum();
    fourier.forward(values, &mut spectrum, &mut fourier.scratch());
    tail_per_axis(grid, &spectrum)
}

/// Modes above this one form the tail.
fn last_inner_mode(points: usize) -> f64 {
    let highest_but_nyquist = (points - 1) / 2;
    (OUTER * (points / 2) as f64).min(highest_but_nyquist as f64 - 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_sees_the_highest_mode_that_has_a_derivative_on_every_grid() {
        for points in 4..40 {
            let grid = Grid::new(&[points], &[1.0], &[0.0]).unwrap();
            let mut spectrum = vec![Complex64::ZERO; grid.spectrum_len()];
            spectrum[0] = Complex64::ONE;
            spectrum[(points - 1) / 2] = Complex64::new(0.25, 0.0);
            assert_eq!(tail_per_axis(&grid, &spectrum), vec![0.25], "{points} points");
        }
    }

    #[test]
    fn the_tail_belongs_to_its_axis() {
        let grid = Grid::new(&[24, 12], &[1.0, 1.0], &[0.0, 0.0]).unwrap();
        let mut spectrum = vec![Complex64::ZERO; grid.spectrum_len()];
        spectrum[0] = Complex64::ONE;
        assert_eq!(tail_per_axis(&grid, &spectrum), vec![0.0, 0.0]);
        spectrum[11] = Complex64::new(0.0, 1e-3);
        assert_eq!(tail_per_axis(&grid, &spectrum), vec![1e-3, 0.0]);
        spectrum[6 * 24] = Complex64::new(1e-5, 0.0);
        let tails = tail_per_axis(&grid, &spectrum);
        assert!((tails[0] - 1e-3).abs() < 1e-18 && (tails[1] - 1e-5).abs() < 1e-20);
    }

    /// Along each axis in turn coefficients that fall, of a smooth function, or do not, of noise; the other axis does the other.
    #[test]
    fn smooth_functions_fall_into_the_tail_and_noise_does_not() {
        let grid = Grid::new(&[96, 60], &[1.0, 2.0], &[0.0, 0.0]).unwrap();
        for axis in 0..2 {
            for tail in [1e-3_f64, 1e-10] {
                let rate = [0, 1].map(|a| if a == axis { tail.ln() / (grid.axis(a).points / 2) as f64 } else { 0.0 });
                let mut spectrum = Fourier::new(&grid).zero_spectrum();
                for (m, column) in spectrum.chunks_exact_mut(96).enumerate() {
                    for (i, c) in column.iter_mut().enumerate() {
                        let first = grid.axis(0).mode(i).unsigned_abs() as f64;
                        // Irregular phases: sizes count.
                        *c =
                            Complex64::from_polar((rate[0] * first + rate[1] * m as f64).exp(), (7 * i + 3 * m) as f64);
                    }
                }
                assert_eq!(falls_into_tail(&grid, &spectrum), [0, 1].map(|a| a == axis), "axis {axis}, tail {tail}");
            }
        }
        let circle = Grid::new(&[64], &[1.0], &[0.0]).unwrap();
        let smooth: Vec<Complex64> = (0..33).map(|m| Complex64::from((-0.5 * f64::from(m)).exp())).collect();
        let noisy: Vec<Complex64> = smooth.iter().map(|c| c + 1e-4).collect();
        assert_eq!([falls_into_tail(&circle, &smooth), falls_into_tail(&circle, &noisy)], [[true], [false]]);
    }
}

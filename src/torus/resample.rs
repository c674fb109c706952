//! Moving a band-limited function between grids of the same torus.
//!
//! To more points this is exact: the coefficients are padded with zeros, and the Nyquist coefficient of an even axis,
//! a cosine, is split into its two halves. To fewer points the modes that do not fit are dropped, and what the drop
//! costs is visible in the spectral tail before it is made.

use super::{Fourier, Grid};
use num_complex::Complex64;

/// Coefficients on `to` of the function with coefficients `spectrum` on `from`.
///
/// # Panics
/// When the grids differ in dimension.
#[track_caller]
pub fn resample(from: &Grid, to: &Grid, spectrum: &[Complex64]) -> Vec<Complex64> {
    assert_eq!(from.dimension(), to.dimension(), "the same torus on both sides");
    let last = from.dimension() - 1;
    let half_modes = from.half_len().min(to.half_len());
    let mut out = vec![Complex64::ZERO; to.spectrum_len()];
    for m in 0..half_modes {
        let weight = half_weight(from.axis(last).points, to.axis(last).points, m);
        let source = &spectrum[m * from.rows()..(m + 1) * from.rows()];
        let target = &mut out[m * to.rows()..(m + 1) * to.rows()];
        if last == 0 {
            target[0] = source[0] * weight;
        } else {
            resample_column(source, target, weight);
        }
    }
    out
}

/// Values on `to` of the function with these values on `from`, which must not be finer than `to` on any axis.
pub fn pad_values(from: &Grid, to: &Grid, values: &[f64]) -> Vec<f64> {
    if from.shape() == to.shape() {
        return values.to_vec();
    }
    let (coarse, fine) = (Fourier::new(from), Fourier::new(to));
    let mut spectrum = coarse.zero_spectrum();
    coarse.forward(values, &mut spectrum, &mut coarse.scratch());
    let mut out = vec![0.0; to.len()];
    fine.inverse(&resample(from, to, &spectrum), &mut out, &mut fine.scratch());
    out
}

/// On the stored half axis: the Nyquist coefficient counts once on its own grid and twice (with its conjugate) on a
/// finer one, and the other way round when it is the target's Nyquist mode.
fn half_weight(from: usize, to: usize, m: usize) -> f64 {
    match (2 * m == from, 2 * m == to) {
        (true, false) => 0.5,
        (false, true) => 2.0,
        _ => 1.0,
    }
}

/// Along the full first axis.
fn resample_column(source: &[Complex64], target: &mut [Complex64], weight: f64) {
    let (n, t) = (source.len(), target.len());
    let position = |m: i64, n: usize| m.rem_euclid(n as i64) as usize;
    let limit = n.min(t) as i64 / 2;
    for m in -limit..=limit {
        let fits = |size: usize| 2 * m.unsigned_abs() as usize <= size;
        if !fits(n) || !fits(t) {
            continue;
        }
        let share = if 2 * m.unsigned_abs() as usize == n { 0.5 } else { 1.0 };
        target[position(m, t)] += source[position(m, n)] * (weight * share);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::torus::evaluate;

    #[test]
    fn padding_keeps_the_function_and_truncation_undoes_it() {
        let cases: [(Vec<usize>, Vec<usize>); 6] = [
            (vec![8], vec![12]),
            (vec![8], vec![9]),
            (vec![9], vec![16]),
            (vec![8, 6], vec![12, 10]),
            (vec![7, 6], vec![7, 9]),
            (vec![8, 9], vec![9, 16]),
        ];
        for (small, large) in cases {
            let unit = vec![1.0; small.len()];
            let origin = vec![0.0; small.len()];
            let coarse = Grid::new(&small, &unit, &origin).unwrap();
            let fine = Grid::new(&large, &unit, &origin).unwrap();
            let values: Vec<f64> = (0..coarse.len()).map(|j| ((j * 37 + 11) % 17) as f64).collect();
            let fourier = Fourier::new(&coarse);
            let mut spectrum = fourier.zero_spectrum();
            fourier.forward(&values, &mut spectrum, &mut fourier.scratch());
            let padded = resample(&coarse, &fine, &spectrum);
            let point = vec![0.3217; small.len()];
            let (a, b) = (evaluate(&coarse, &spectrum, &point), evaluate(&fine, &padded, &point));
            assert!((a - b).abs() <= 1e-12, "{small:?} -> {large:?}: {a} became {b}");
            let back = resample(&fine, &coarse, &padded);
            for (c, d) in spectrum.iter().zip(&back) {
                assert!((c - d).norm() <= 1e-13, "{small:?} -> {large:?} and back: {c} became {d}");
            }
            let fine_values = pad_values(&coarse, &fine, &values);
            assert!((coarse.integral(&values) - fine.integral(&fine_values)).abs() <= 1e-13 * 20.0);
        }
    }
}

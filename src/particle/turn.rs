//! Cosine and sine of an angle counted in turns: `cos 2 pi t`, `sin 2 pi t` for `0 <= t <= 1`.
//!
//! A turn is cut into quarters exactly: with `q = round(4 t)`, `r = t - q/4` has no rounding, `|2 pi r| <= pi/4`, and the
//! Taylor polynomials of degree 16 and 17 leave less than 3e-17. The error is that of rounding `2 pi r` and of the
//! polynomials, below 2 units of 2^-53. No branches: the loop runs on vector registers, about 1 ns for each pair.

use crate::registers::on_widest_registers;
use std::f64::consts::TAU;

/// `3/2 2^52`: adding it rounds a small number to an integer, which then stands in the last bits.
const ROUNDER: f64 = 6_755_399_441_055_744.0;

/// Coefficients of `(sin a - a)/a^3` in powers of `a^2`.
const SINE: [f64; 8] = [
    -1.0 / 6.0,
    1.0 / 120.0,
    -1.0 / 5040.0,
    1.0 / 362_880.0,
    -1.0 / 39_916_800.0,
    1.0 / 6_227_020_800.0,
    -1.0 / 1_307_674_368_000.0,
    1.0 / 355_687_428_096_000.0,
];
/// Coefficients of `(cos a - 1)/a^2` in powers of `a^2`.
const COSINE: [f64; 8] = [
    -1.0 / 2.0,
    1.0 / 24.0,
    -1.0 / 720.0,
    1.0 / 40_320.0,
    -1.0 / 3_628_800.0,
    1.0 / 479_001_600.0,
    -1.0 / 87_178_291_200.0,
    1.0 / 20_922_789_888_000.0,
];

/// Writes `cos 2 pi t` and `sin 2 pi t` for every `t` of `turns`, each between 0 and 1.
///
/// # Panics
/// When the slices differ in length.
pub fn cosines_and_sines(turns: &[f64], cosines: &mut [f64], sines: &mut [f64]) {
    assert!(turns.len() == cosines.len() && turns.len() == sines.len(), "three slices of one length");
    on_widest_registers!(kernel(turns: &[f64], cosines: &mut [f64], sines: &mut [f64]))
}

#[inline(always)]
fn kernel(turns: &[f64], cosines: &mut [f64], sines: &mut [f64]) {
    for ((t, cosine), sine) in turns.iter().zip(cosines).zip(sines) {
        (*cosine, *sine) = cosine_and_sine(*t);
    }
}

/// `(cos 2 pi t, sin 2 pi t)`.
#[inline(always)]
pub fn cosine_and_sine(t: f64) -> (f64, f64) {
    let shifted = 4.0 * t + ROUNDER;
    let quarter = shifted.to_bits();
    let a = TAU * (t - 0.25 * (shifted - ROUNDER));
    let z = a * a;
    let c = 1.0 + z * horner(&COSINE, z);
    let s = a + a * (z * horner(&SINE, z));
    let (c, s) = if quarter & 1 == 0 { (c, s) } else { (s, c) };
    // Quarters 1 and 2 turn the cosine round, 2 and 3 the sine.
    let sign = |flag: u64| (flag & 2) << 62;
    (f64::from_bits(c.to_bits() ^ sign(quarter.wrapping_add(1))), f64::from_bits(s.to_bits() ^ sign(quarter)))
}

#[inline(always)]
fn horner(coefficients: &[f64; 8], z: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, c| sum * z + c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cosines_and_sines_are_right_to_the_last_bits_in_every_quarter() {
        let turns: Vec<f64> = (0..=8000).map(|j| f64::from(j) / 8000.0).chain([1.0 - f64::EPSILON, 1e-300]).collect();
        let (mut cosines, mut sines) = (vec![f64::NAN; turns.len()], vec![f64::NAN; turns.len()]);
        cosines_and_sines(&turns, &mut cosines, &mut sines);
        for ((t, c), s) in turns.iter().zip(&cosines).zip(&sines) {
            // The reference turns by the rest of a quarter: sin(2 pi t) itself loses digits near t = 1.
            let quarter = (4.0 * t).round();
            let a = TAU * (t - 0.25 * quarter);
            let (sin, cos) = a.sin_cos();
            let (x, y) = [(cos, sin), (-sin, cos), (-cos, -sin), (sin, -cos)][quarter as usize % 4];
            assert!((c - x).abs() <= f64::EPSILON, "cos 2 pi {t}: {c} against {x}");
            assert!((s - y).abs() <= f64::EPSILON, "sin 2 pi {t}: {s} against {y}");
        }
    }
}

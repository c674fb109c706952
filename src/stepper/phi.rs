//! The phi functions of exponential integrators,
//!
//! ```text
//! phi_0(z) = e^z,    phi_{k+1}(z) = (phi_k(z) - 1/k!) / z,    phi_k(z) = sum_j z^j / (j+k)!
//! ```
//!
//! The recursion loses digits to cancellation for small `z` and is used only for `|z| >= 2`; below that the series
//! is summed to rounding. Real and complex `z` go through the same lines: a coefficient that keeps only the real part
//! of a complex phi function makes a scheme of order 1 as soon as advection is in `L`.

use num_complex::Complex64;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// Numbers that can stand on the diagonal of the linear part: `f64` or [`Complex64`].
pub trait Symbol:
    Copy
    + Send
    + Sync
    + std::fmt::Debug
    + PartialEq
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Mul<f64, Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + 'static
{
    /// The real number `x`.
    fn real(x: f64) -> Self;
    /// Absolute value.
    fn modulus(self) -> f64;
    /// `e^self`.
    fn exponential(self) -> Self;
    /// `self * u`.
    fn times(self, u: Complex64) -> Complex64;
}

impl Symbol for f64 {
    fn real(x: f64) -> f64 {
        x
    }
    fn modulus(self) -> f64 {
        self.abs()
    }
    fn exponential(self) -> f64 {
        self.exp()
    }
    #[inline(always)]
    fn times(self, u: Complex64) -> Complex64 {
        u * self
    }
}

impl Symbol for Complex64 {
    fn real(x: f64) -> Complex64 {
        Complex64::from(x)
    }
    fn modulus(self) -> f64 {
        self.norm()
    }
    fn exponential(self) -> Complex64 {
        self.exp()
    }
    #[inline(always)]
    fn times(self, u: Complex64) -> Complex64 {
        self * u
    }
}

/// Below this modulus the series is summed.
const SERIES_RADIUS: f64 = 2.0;
/// Terms of the series: `2^28 / 31! = 3e-26`.
const SERIES_TERMS: usize = 28;

/// `[phi_0(z), phi_1(z), phi_2(z), phi_3(z)]`, each to a few units in the last place of its size.
pub fn phi<S: Symbol>(z: S) -> [S; 4] {
    let exponential = z.exponential();
    if z.modulus() >= SERIES_RADIUS {
        let one = S::real(1.0);
        let phi1 = (exponential - one) / z;
        let phi2 = (phi1 - one) / z;
        let phi3 = (phi2 - S::real(0.5)) / z;
        return [exponential, phi1, phi2, phi3];
    }
    // Horner for phi_3, then upwards without cancellation: phi_k = 1/k! + z phi_{k+1}.
    let mut phi3 = S::real(1.0);
    for j in (1..=SERIES_TERMS).rev() {
        phi3 = S::real(1.0) + z * phi3 * (1.0 / (j + 3) as f64);
    }
    phi3 = phi3 * (1.0 / 6.0);
    let phi2 = S::real(0.5) + z * phi3;
    let phi1 = S::real(1.0) + z * phi2;
    [exponential, phi1, phi2, phi3]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines `re im  re im (phi_1)  re im (phi_2)  re im (phi_3)`, computed with 50 digits.
    const REFERENCE: &str = include_str!("../../data/reference/phi.txt");

    #[test]
    fn phi_functions_agree_with_fifty_digit_values() {
        let mut lines = 0;
        for line in REFERENCE.lines().filter(|l| !l.starts_with('#')) {
            let v: Vec<f64> = line.split_whitespace().map(|w| w.parse().unwrap()).collect();
            let z = Complex64::new(v[0], v[1]);
            let computed = phi(z);
            for k in 1..4 {
                let exact = Complex64::new(v[2 * k], v[2 * k + 1]);
                let error = (computed[k] - exact).norm() / exact.norm();
                assert!(error <= 8.0 * f64::EPSILON, "phi_{k}({z}) = {} against {exact}: {error:e}", computed[k]);
                if z.im == 0.0 {
                    let real = phi(z.re)[k];
                    let error = (real - exact.re).abs() / exact.norm();
                    assert!(error <= 8.0 * f64::EPSILON, "real phi_{k}({}) = {real} against {exact}: {error:e}", z.re);
                }
            }
            lines += 1;
        }
        assert!(lines >= 40, "only {lines} reference values");
    }
}

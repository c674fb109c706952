//! `phi(s) = s^2/2`: chi^2. `P(s) = s^2/2`, the porous medium equation, and the best response is piecewise linear in the
//! potential, `((c - V)/tau)_+`: a compact support where `tau` is small.
//!
//! Up to constants it is Tsallis `q = 2` at half the temperature, `tau s^2/2 = (tau/2)(s^2 - s) + (tau/2) s`.
//! Wang & Chizat, arXiv 2602.11999.

use super::ConvexFunction;

/// The function `s^2/2`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChiSquared;

impl ConvexFunction for ChiSquared {
    fn value(&self, s: f64) -> f64 {
        0.5 * s * s
    }

    fn slope(&self, s: f64) -> f64 {
        s
    }

    fn compliance(&self, _s: f64) -> f64 {
        1.0
    }

    fn pressure_slope(&self, s: f64) -> f64 {
        s
    }

    fn tilt(&self, _s: f64) -> f64 {
        0.0
    }

    fn lower(&self, peak: f64, drop: f64) -> f64 {
        (peak - drop).max(0.0)
    }

    fn drop_to_vacuum(&self, s: f64) -> Option<f64> {
        Some(s)
    }

    fn divergence(&self, r: f64, b: f64) -> f64 {
        0.5 * (r - b) * (r - b)
    }

    fn chord_diffusivity(&self, a: f64, b: f64) -> f64 {
        0.5 * (a + b)
    }

    fn mobility(&self, a: f64, b: f64) -> f64 {
        0.5 * (a + b)
    }
}

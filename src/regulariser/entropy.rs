//! `phi(s) = s log s`: the entropy. `P(s) = s`, and the best response is the Gibbs density.

use super::{ConvexFunction, SERIES_LIMIT, larger_and_log_ratio, series};

/// The function `s log s`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entropy;

impl ConvexFunction for Entropy {
    fn value(&self, s: f64) -> f64 {
        if s > 0.0 { s * s.ln() } else { 0.0 }
    }

    fn slope(&self, s: f64) -> f64 {
        s.ln() + 1.0
    }

    fn compliance(&self, s: f64) -> f64 {
        s
    }

    fn pressure_slope(&self, _s: f64) -> f64 {
        1.0
    }

    fn tilt(&self, _s: f64) -> f64 {
        1.0
    }

    fn lower(&self, peak: f64, drop: f64) -> f64 {
        peak * (-drop).exp()
    }

    fn drop_to_vacuum(&self, _s: f64) -> Option<f64> {
        None
    }

    fn divergence(&self, r: f64, b: f64) -> f64 {
        if r <= 0.0 || b <= 0.0 {
            return if r <= 0.0 { b } else { f64::INFINITY };
        }
        let e = (r - b) / b;
        if e.abs() < SERIES_LIMIT {
            return b * series(e, 0.5, |k| -(k - 1.0) / (k + 1.0));
        }
        (r * (r / b).ln() - r + b).max(0.0)
    }

    fn chord_diffusivity(&self, _a: f64, _b: f64) -> f64 {
        1.0
    }

    fn mobility(&self, a: f64, b: f64) -> f64 {
        if a <= 0.0 || b <= 0.0 {
            return 0.0;
        }
        let (a, z) = larger_and_log_ratio(a, b);
        if z == 0.0 { a } else { a * z.exp_m1() / z }
    }
}

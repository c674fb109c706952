//! `phi(s) = -log s`: the relative entropy of the uniform density to the player's. `P(s) = log s`, a diffusion that is
//! faster the thinner the density, and the best response is `tau/(V - c)` with `c < min V`: positive, with a power law
//! around the bottom of the potential.
//!
//! In one and in two dimensions the mass of `tau/(V - c)` takes every positive value as `c` rises to `min V`, so that there
//! always is a best response; in three dimensions there may be none.

use super::{ConvexFunction, SERIES_LIMIT, larger_and_log_ratio, series};

/// The function `-log s`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReverseKl;

impl ConvexFunction for ReverseKl {
    fn value(&self, s: f64) -> f64 {
        -s.ln()
    }

    fn slope(&self, s: f64) -> f64 {
        -1.0 / s
    }

    fn compliance(&self, s: f64) -> f64 {
        s * s
    }

    fn pressure_slope(&self, s: f64) -> f64 {
        1.0 / s
    }

    fn tilt(&self, s: f64) -> f64 {
        2.0 * s
    }

    fn lower(&self, peak: f64, drop: f64) -> f64 {
        peak / (1.0 + peak * drop)
    }

    fn drop_to_vacuum(&self, _s: f64) -> Option<f64> {
        None
    }

    fn divergence(&self, r: f64, b: f64) -> f64 {
        if r <= 0.0 || b <= 0.0 {
            return f64::INFINITY;
        }
        let e = (r - b) / b;
        if e.abs() < SERIES_LIMIT {
            return series(e, 0.5, |k| -k / (k + 1.0));
        }
        (e - (r / b).ln()).max(0.0)
    }

    fn chord_diffusivity(&self, a: f64, b: f64) -> f64 {
        let (a, z) = larger_and_log_ratio(a, b);
        if z == 0.0 { 1.0 / a } else { z / (a * z.exp_m1()) }
    }

    fn mobility(&self, a: f64, b: f64) -> f64 {
        let (a, z) = larger_and_log_ratio(a, b);
        if z == 0.0 { a } else { a * z * z.exp() / z.exp_m1() }
    }
}

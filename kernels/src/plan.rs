//! Plans of Fourier transforms.

use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};
use rustfft::{Fft, FftPlanner};
use std::sync::Arc;

/// Transforms of `n` real numbers: forward and inverse, neither normalised.
#[inline(never)]
pub fn real(n: usize) -> (Arc<dyn RealToComplex<f64>>, Arc<dyn ComplexToReal<f64>>) {
    let mut planner = RealFftPlanner::new();
    (planner.plan_fft_forward(n), planner.plan_fft_inverse(n))
}

/// Transforms of `n` complex numbers: forward and inverse, neither normalised.
#[inline(never)]
pub fn complex(n: usize) -> (Arc<dyn Fft<f64>>, Arc<dyn Fft<f64>>) {
    let mut planner = FftPlanner::new();
    (planner.plan_fft_forward(n), planner.plan_fft_inverse(n))
}

//! A payoff `f(x, y) = k(x - y)`: its Fourier coefficients are those of the kernel.
//!
//! With `z = x - y = (x - o_x) - (y - o_y) + (o_x - o_y)`, each mode `a cos k.z + b sin k.z` of the kernel becomes
//!
//! ```text
//! A (cos cos + sin sin) + B (sin cos - cos sin),   A = a cos p + b sin p,   B = b cos p - a sin p,   p = k.(o_x - o_y)
//! ```
//!
//! in the angles `k.(x - o_x)` and `k.(y - o_y)`: four entries of `C`, a spectral form without a dense matrix.

use super::assemble::assemble;
use super::resolution::{RESOLUTION_TOLERANCE, check_grids, independent_modes, points_needed};
use super::sample::{ROUNDING, range_of_function};
use super::trigonometric::TrigonometricSum;
use super::{Payoff, PayoffError, modes};
use crate::game::nodes::node;
use crate::torus::{Fourier, Grid};

/// Both players of a convolution live on the same torus.
///
/// # Errors
/// [`PayoffError::KernelDomains`].
pub fn check_domains(x: &Grid, y: &Grid) -> Result<(), PayoffError> {
    let same = x.dimension() == y.dimension()
        && x.axes().iter().zip(y.axes()).all(|(a, b)| (a.period - b.period).abs() <= 1e-14 * a.period);
    if same { Ok(()) } else { Err(PayoffError::KernelDomains { x: x.periods(), y: y.periods() }) }
}

/// The operator of the kernel `k`, a periodic function of `x - y`.
///
/// # Errors
/// [`PayoffError`] when the domains differ, or `k` is not finite, not smooth or not resolved.
pub fn convolution(k: &impl Fn(&[f64]) -> f64, x: &Grid, y: &Grid) -> Result<Payoff, PayoffError> {
    check_domains(x, y)?;
    let f = pairwise(k);
    let range = range_of_function(&f, x, y)?;
    let needed = points_needed(&f, x, y, range, RESOLUTION_TOLERANCE)?;
    check_grids(&f, x, y, range, &needed)?;
    let size = range[0].abs().max(range[1].abs());
    let sum = coefficients(k, &needed[0], ROUNDING * size, x, y);
    let spectral = sum.spectral(x, y);
    let tables = sum.terms(x, y).map(|terms| assemble(x, y, &terms)).transpose()?;
    let mut payoff = match tables {
        Some(tables) if tables.cost() <= spectral.cost() => tables,
        _ => spectral,
    };
    payoff.range = range;
    payoff.error = payoff.sampled_error(&f)?;
    Ok(payoff)
}

/// `f(x, y) = k(x - y)`.
pub fn pairwise(k: &impl Fn(&[f64]) -> f64) -> impl Fn(&[f64], &[f64]) -> f64 {
    move |x, y| {
        let mut z = [0.0; 2];
        for (z, (a, b)) in z.iter_mut().zip(x.iter().zip(y)) {
            *z = a - b;
        }
        k(&z[..x.len()])
    }
}

fn coefficients(k: &impl Fn(&[f64]) -> f64, points: &[usize], threshold: f64, x: &Grid, y: &Grid) -> TrigonometricSum {
    let grid =
        Grid::new(points, &x.periods(), &vec![0.0; points.len()]).expect("fewer points than a player's grid has");
    let fourier = Fourier::new(&grid);
    let mut spectrum = fourier.zero_spectrum();
    let values: Vec<f64> = (0..grid.len()).map(|j| k(&node(&grid, j))).collect();
    fourier.forward(&values, &mut spectrum, &mut fourier.scratch());
    let mut kept = Vec::new();
    let mut entries = vec![(0, 0, spectrum[0].re)];
    for mode in independent_modes(&grid) {
        let c = spectrum[modes::position(&grid, &mode)];
        if c.norm() <= threshold || !modes::fits(x, &mode) || !modes::fits(y, &mode) {
            continue;
        }
        let phase: f64 = (0..mode.len())
            .map(|i| mode[i] as f64 * x.axis(i).unit_wavenumber() * (x.axis(i).origin - y.axis(i).origin))
            .sum();
        let (sin, cos) = phase.sin_cos();
        let (a, b) = (2.0 * c.re, -2.0 * c.im);
        let (even, odd) = (a * cos + b * sin, b * cos - a * sin);
        let (cosine, sine) = (1 + 2 * kept.len(), 2 + 2 * kept.len());
        kept.push(mode);
        let four = [(cosine, cosine, even), (sine, sine, even), (sine, cosine, odd), (cosine, sine, -odd)];
        entries.extend(four.into_iter().filter(|e| e.2.abs() > threshold));
    }
    TrigonometricSum::new([kept.clone(), kept], entries)
}

//! The error bar of a distance between two densities on `R/Z`.
//!
//! An error of the densities is an error `S(x)` of the flux of mass across `x`. It moves the squared distance by
//!
//! ```text
//! |Delta C| <= int 2 |d| |S| dx + 4 int S^2 / max(rho(x), |S|) dx,
//! ```
//!
//! the first variation (potentials have the slope `2 d`) and the square of the distance between a density and its
//! perturbation, `2 |S / rho|_{L2(rho)}` (Peyre 2018), where no mass has to go further than the flux can carry it; and
//! by at most `int |S| dx`, for no potential of either pair is steeper than 1. The integrals are taken over `ds`, which
//! is at least `dx` and at least `dT`, with the larger of the errors of the two densities.
//!
//! `|S|` is put together from
//! - what the grid does not resolve: modes as large as those in the outer sixth of the spectrum, of the difference (near
//!   pairs: an error of the target counts in proportion to `|d|`) or of both densities (far pairs);
//! - rounding of the cumulative functions.
//!
//! To this come the change of the quadrature at its last doubling, the rounding of the sums and the vacuum: the true
//! cost is above the computed one by at most `rho/4` (see [`super::vacuum`]) and by at most the flux across the vacuum
//! times half the circle it may have to travel.

use super::coupling::{Pair, Point};
use super::semi_discrete::Smooth;
use super::shift::Optimum;
use super::vacuum::Vacuum;

/// Units of rounding in a sum of Taylor terms or of a few thousand points.
const ROUNDING: f64 = 8.0 * f64::EPSILON;
/// Noise of node values, in units of their maximum: all modes carry as much of it as the tail.
const NOISE: f64 = 4.0 * f64::EPSILON;
/// Flux of white noise for one unit of amplitude: its standard deviation is `sqrt(sum_k 1/2 / (2 pi k)^2) = 0.14`; three
/// of these and a little more.
const FLUX_OF_NOISE: f64 = 0.5;
/// Flux beyond the end of a spectrum for one unit of amplitude there: as many modes as there are up to the end, each
/// half as large as the one before the last octave, `sum A / (2 pi k) = A / (4 pi)`, and a little more for aliasing.
const FLUX_OF_TAIL: f64 = 0.1;

/// What the densities, the rounding and the vacuum leave open of the squared distance.
pub(super) fn density_error(pair: &Pair, vacuum: &Vacuum, optimum: &Optimum, points: &[Point]) -> f64 {
    let flux_of = |tail: f64| flux_of_tail(tail, vacuum.largest);
    let either = pair.target.tail().max(pair.difference.tail_of_sum(pair.target));
    let far = flux_of(either) + ROUNDING;
    let in_proportion = FLUX_OF_NOISE * pair.target.tail() + ROUNDING * vacuum.largest;
    let of_difference = flux_of(pair.difference.tail());
    let rounding = ROUNDING * (pair.difference.largest() + optimum.shift.abs());
    let flux_error =
        |p: &Point| rounding + if p.short { (of_difference + in_proportion * p.d.abs()).min(far) } else { far };
    let (mut first, mut second, mut most, mut across) = (0.0, 0.0, 0.0, 0.0);
    for p in points {
        let error = flux_error(p);
        let thin = p.f.min(p.g);
        first += 2.0 * p.d.abs() * error;
        second += 4.0 * error * error / thin.max(error);
        most += error;
        across += 0.5 * p.flux.abs() * (pair.floor / thin).min(1.0);
    }
    let ds = 2.0 / points.len() as f64;
    ROUNDING * optimum.cost + most.min(first + second) * ds + (0.25 * pair.floor).min(across * ds)
}

/// Flux of what a spectrum with this tail does not resolve, for a density with this maximum.
fn flux_of_tail(tail: f64, largest: f64) -> f64 {
    FLUX_OF_NOISE * tail.min(NOISE * largest) + FLUX_OF_TAIL * tail
}

/// Error of the cumulative function of a density that stands alone: its tail, rounding and half the floor.
pub(super) fn flux_error(density: &Smooth) -> f64 {
    flux_of_tail(density.table().tail(), density.largest) + ROUNDING + 0.5 * density.floor
}

/// Error of a squared distance from an error `flux` of a cumulative function: in proportion to `spread`, the integral of
/// `2 |d|`, and by `square`, the square of the distance by which the flux moves the measure; at most `2 flux`, for no
/// potential is steeper than 1. To this comes the rounding of the sums.
pub(super) fn cost_error(cost: f64, flux: f64, spread: f64, square: f64) -> f64 {
    ROUNDING * cost + (flux * spread + square).min(2.0 * flux)
}

/// The same on the line, where points lie up to `reach` periods apart: no potential is steeper than `2 reach`.
pub(super) fn line_cost_error(cost: f64, flux: f64, spread: f64, square: f64, reach: f64) -> f64 {
    ROUNDING * cost + (flux * spread + square).min(2.0 * reach * reach * flux)
}

/// Bar on the distance, from the bar on its square.
pub(super) fn distance_error(cost: f64, cost_error: f64) -> f64 {
    if cost_error == 0.0 {
        return 0.0;
    }
    let above = cost_error / ((cost + cost_error).sqrt() + cost.sqrt());
    let below = cost_error / (cost.sqrt() + (cost - cost_error).max(0.0).sqrt());
    // Where the bar exceeds the cost the distance may be 0: it cannot be further below than its value.
    above.max(if cost_error > cost { cost.sqrt() } else { below })
}

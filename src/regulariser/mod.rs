//! Regularisers: what keeps the densities of the two players spread out.
//!
//! ```text
//! F(mu, nu) = int int f dmu dnu + tau_x int phi(mu) - tau_y int phi(nu),        phi convex, phi' its slope,
//! d_t mu = div(mu grad (V[nu] + tau_x phi'(mu))) = div(mu grad V[nu]) + tau_x Lap P(mu),   P(s) = s phi'(s) - phi(s).
//! ```
//!
//! | regulariser | file | `phi(s)` | `P(s)` | densities |
//! |---|---|---|---|---|
//! | entropy | `entropy.rs` | `s log s` | `s` | positive |
//! | Tsallis `q` | `tsallis.rs` | `(s^q - s)/(q - 1)` | `s^q` | `q > 1`: may vanish; `q < 1`: positive |
//! | chi^2 | `chi_squared.rs` | `s^2/2` | `s^2/2` | may vanish |
//! | reverse KL | `reverse_kl.rs` | `-log s` | `log s` | positive |
//!
//! docs/regularisers.md. The relative entropy to a reference density `pi` is the entropy with the payoff less
//! `tau log pi` ([`crate::game::RegulariserChoice`]). `best_response.rs` holds the best response. Nothing here
//! knows of games; how far a pair is from the equilibrium is in [`crate::diagnostics`].

mod best_response;
mod chi_squared;
mod entropy;
#[cfg(test)]
pub(crate) mod properties;
mod reverse_kl;
mod tsallis;

pub(crate) use best_response::from_drops;
pub use best_response::{BestResponse, best_response};
pub use chi_squared::ChiSquared;
pub use entropy::Entropy;
pub use reverse_kl::ReverseKl;
pub use tsallis::Tsallis;

/// A convex function of the value `s >= 0` of a density, and what equilibria, flows and spectra need of it.
pub trait ConvexFunction {
    /// `phi(s)`; its limit at 0, which may be infinite.
    fn value(&self, s: f64) -> f64;

    /// `phi'(s)`; its limit at 0, which may be `-inf`.
    fn slope(&self, s: f64) -> f64;

    /// `1/phi''(s)` for `s > 0`: how much a density moves when its slope does.
    fn compliance(&self, s: f64) -> f64;

    /// `P'(s) = s phi''(s)` for `s > 0`: the diffusivity in units of the temperature.
    fn pressure_slope(&self, s: f64) -> f64;

    /// `-phi'''(s)/phi''(s)^2` for `s > 0`: how `log phi''` falls when the slope rises.
    fn tilt(&self, s: f64) -> f64;

    /// The density whose slope lies `drop >= 0` below that of `peak > 0`; 0 where no slope is as low as that.
    fn lower(&self, peak: f64, drop: f64) -> f64;

    /// `phi'(s) - phi'(0)`, where it is finite: the drop from `s` to a vacuum.
    fn drop_to_vacuum(&self, s: f64) -> Option<f64>;

    /// `phi(r) - phi(b) - phi'(b)(r - b) >= 0` for `r, b >= 0`, accurate for `r` near `b`.
    fn divergence(&self, r: f64, b: f64) -> f64;

    /// `(P(b) - P(a))/(b - a)`, its limit where `a = b`.
    fn chord_diffusivity(&self, a: f64, b: f64) -> f64;

    /// `(P(b) - P(a))/(phi'(b) - phi'(a))`: a mean of `a` and `b`, with which a difference of slopes becomes one of
    /// pressures.
    fn mobility(&self, a: f64, b: f64) -> f64;
}

/// The regulariser of a game, the same for both players.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Regulariser {
    /// `s log s`.
    Entropy(Entropy),
    /// `(s^q - s)/(q - 1)`.
    Tsallis(Tsallis),
    /// `s^2/2`.
    ChiSquared(ChiSquared),
    /// `-log s`.
    ReverseKl(ReverseKl),
}

impl Regulariser {
    /// The entropy, with which every formula of docs/model.md holds.
    pub const ENTROPY: Regulariser = Regulariser::Entropy(Entropy);

    /// The function `phi`.
    pub fn function(&self) -> &dyn ConvexFunction {
        match self {
            Regulariser::Entropy(entropy) => entropy,
            Regulariser::Tsallis(tsallis) => tsallis,
            Regulariser::ChiSquared(chi_squared) => chi_squared,
            Regulariser::ReverseKl(reverse_kl) => reverse_kl,
        }
    }

    /// Whether this is the entropy.
    pub fn is_entropy(&self) -> bool {
        matches!(self, Regulariser::Entropy(_))
    }

    /// Whether a best response may vanish somewhere.
    pub fn may_vanish(&self) -> bool {
        self.function().drop_to_vacuum(1.0).is_some()
    }
}

/// `sum_{k >= 2} c_k e^k` of a divergence near `r = b`, from the smallest term up: `c_2 = first`, `c_{k+1} = ratio(k) c_k`.
fn series(e: f64, first: f64, ratio: impl Fn(f64) -> f64) -> f64 {
    let sum = (2..TERMS).rev().fold(1.0, |sum, k| 1.0 + ratio(f64::from(k)) * e * sum);
    first * e * e * sum
}

/// Below this relative difference a divergence is summed as a series.
const SERIES_LIMIT: f64 = 0.03;
/// Terms of the series: `0.03^11` is far below rounding.
const TERMS: i32 = 12;

/// The larger of two positive numbers, and the logarithm of the smaller one over it, whose exponential does not overflow.
fn larger_and_log_ratio(a: f64, b: f64) -> (f64, f64) {
    if a >= b { (a, (b / a).ln()) } else { (b, (a / b).ln()) }
}

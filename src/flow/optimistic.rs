//! Optimistic descent-ascent: players answer to what the other will probably do,
//!
//! ```text
//! d_t mu =       div(mu grad V[2 nu - nubar]) + tau_x Lap mu,       d_t nubar = a (nu - nubar),       nubar(0) = nu(0),
//! d_t nu = eta (-div(nu grad U[2 mu - mubar]) + tau_y Lap nu),      d_t mubar = a (mu - mubar),       mubar(0) = mu(0).
//! ```
//!
//! The optimistic step uses `2 V_k - V_{k-1}` (Rakhlin & Sridharan 2013; Daskalakis, Ilyas, Syrgkanis & Zeng 2018); here
//! the earlier potential is the average over a past of length `1/a`, which does not depend on the step of the time
//! stepping. For `a` to infinity this is MFL-DA. docs/dynamics.md, section 8.
//!
//! Cost per evaluation: that of MFL-DA and at most two more transforms.

use super::ForgettingAverage;
use crate::game::Payoff;

/// The flow at these temperatures; `timescale` is `eta`, and `rate` is `a`, the inverse of how far the past reaches.
pub fn optimistic(payoff: Payoff, temperature: [f64; 2], timescale: f64, rate: f64) -> ForgettingAverage {
    ForgettingAverage::weighted(payoff, temperature, timescale, rate, [2.0, -1.0])
}

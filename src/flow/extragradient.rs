//! Extragradient descent-ascent: players answer to where the other will be a moment `d` later,
//!
//! ```text
//! (mu~, nu~) = e^{L d} (mu, nu) + d phi_1(L d) N(mu, nu),          one exponential Euler step of MFL-DA,
//! d_t mu =       div(mu grad V[nu~]) + tau_x Lap mu,
//! d_t nu = eta (-div(nu grad U[mu~]) + tau_y Lap nu).
//! ```
//!
//! Korpelevich 1976 moves from the same point along the velocity found at the predicted one; here the prediction keeps
//! its length `d` while the step of the time stepping goes to 0. For `d = 0` this is MFL-DA. docs/dynamics.md,
//! section 8.
//!
//! Cost per evaluation: twice that of MFL-DA and at most two more transforms.

use super::{Flow, MflDa, PairLayout};
use crate::game::Payoff;
use crate::stepper::{Semilinear, phi};
use num_complex::Complex64;

/// Extragradient descent-ascent. Its state are the coefficients of the pair.
#[derive(Debug)]
pub struct Extragradient {
    inner: MflDa,
    /// `e^{L d}` and `d phi_1(L d)`.
    decay: Vec<f64>,
    weight: Vec<f64>,
    predicted: Vec<Complex64>,
}

impl Extragradient {
    /// The flow at these temperatures; `timescale` is `eta`, and `lookahead` is `d`.
    pub fn new(payoff: Payoff, temperature: [f64; 2], timescale: f64, lookahead: f64) -> Extragradient {
        let inner = MflDa::new(payoff, temperature, timescale);
        let (decay, weight) = inner
            .symbol()
            .iter()
            .map(|l| {
                let [phi0, phi1, ..] = phi(l * lookahead);
                (phi0, lookahead * phi1)
            })
            .unzip();
        let predicted = vec![Complex64::ZERO; inner.layout().len()];
        Extragradient { inner, decay, weight, predicted }
    }
}

impl Semilinear<f64> for Extragradient {
    fn symbol(&self) -> &[f64] {
        self.inner.symbol()
    }

    fn nonlinear(&mut self, u: &[Complex64], out: &mut [Complex64]) {
        let Extragradient { inner, decay, weight, predicted } = self;
        inner.nonlinear(u, out);
        for ((((predicted, u), n), e), w) in predicted.iter_mut().zip(u).zip(&*out).zip(decay).zip(weight) {
            *predicted = u * *e + n * *w;
        }
        inner.drift_under(predicted, u, out);
    }

    fn norm(&self, u: &[Complex64]) -> f64 {
        self.inner.norm(u)
    }
}

impl Flow for Extragradient {
    fn layout(&self) -> &PairLayout {
        self.inner.layout()
    }

    fn payoff(&self) -> &Payoff {
        self.inner.payoff()
    }
}

//! Descent-ascent under forgetting averages of the potentials: players answer to what they remember.
//!
//! ```text
//! d_t mu =       div(mu grad Vbar) + tau_x Lap mu,       d_t Vbar = a (V[nu] - Vbar),      Vbar(0) = V[nu(0)],
//! d_t nu = eta (-div(nu grad Ubar) + tau_y Lap nu),      d_t Ubar = a (U[mu] - Ubar),      Ubar(0) = U[mu(0)].
//! ```
//!
//! Lu & Monmarche, arXiv 2505.07642; docs/dynamics.md, section 4. Potentials are linear in densities of mass 1, so
//! that `Vbar = V[nubar]` with `d_t nubar = a (nu - nubar)`: averaged densities are kept, not potentials. `a` is the
//! same for both players, whatever `eta`. The equilibrium is stationary, but may be unstable between two values of `a`.
//!
//! The same state serves every force that is made of the pair and its average, `w_0 nu + w_1 nubar` (`optimistic.rs`).
//!
//! Cost per evaluation: that of MFL-DA and at most two more transforms.

use super::{Flow, MflDa, PairLayout};
use crate::game::Payoff;
use crate::stepper::Semilinear;
use num_complex::Complex64;

/// Descent-ascent with a memory. Its state are the coefficients of the pair and of its average.
#[derive(Debug)]
pub struct ForgettingAverage {
    inner: MflDa,
    symbol: Vec<f64>,
    rate: f64,
    /// `w_0`, `w_1`.
    weights: [f64; 2],
    /// The pair whose forces act.
    acting: Vec<Complex64>,
}

impl ForgettingAverage {
    /// The flow at these temperatures; `timescale` is `eta`, and `rate` is `a`, at which the past is forgotten.
    pub fn new(payoff: Payoff, temperature: [f64; 2], timescale: f64, rate: f64) -> ForgettingAverage {
        Self::weighted(payoff, temperature, timescale, rate, [0.0, 1.0])
    }

    /// The flow under the forces of `w_0 (mu, nu) + w_1 (mubar, nubar)`.
    pub(super) fn weighted(
        payoff: Payoff,
        temperature: [f64; 2],
        timescale: f64,
        rate: f64,
        weights: [f64; 2],
    ) -> ForgettingAverage {
        let inner = MflDa::new(payoff, temperature, timescale);
        let symbol = [inner.symbol(), &inner.layout().symbol_but_means([-rate; 2])].concat();
        let acting = vec![Complex64::ZERO; inner.layout().len()];
        ForgettingAverage { inner, symbol, rate, weights, acting }
    }
}

impl Semilinear<f64> for ForgettingAverage {
    fn symbol(&self) -> &[f64] {
        &self.symbol
    }

    fn nonlinear(&mut self, u: &[Complex64], out: &mut [Complex64]) {
        let ForgettingAverage { inner, rate, weights: [now, past], acting, .. } = self;
        let (pair, average) = u.split_at(acting.len());
        let (out_pair, out_average) = out.split_at_mut(acting.len());
        for ((acting, u), average) in acting.iter_mut().zip(pair).zip(average) {
            *acting = u * *now + average * *past;
        }
        inner.drift_under(acting, pair, out_pair);
        out_average.iter_mut().zip(pair).for_each(|(out, u)| *out = u * *rate);
        inner.layout().clear_means(out_average);
    }

    fn norm(&self, u: &[Complex64]) -> f64 {
        self.inner.layout().largest_norm(u)
    }
}

impl Flow for ForgettingAverage {
    fn layout(&self) -> &PairLayout {
        self.inner.layout()
    }

    fn payoff(&self) -> &Payoff {
        self.inner.payoff()
    }

    fn start(&self, densities: [&[f64]; 2]) -> Vec<Complex64> {
        self.inner.layout().from_values(densities).repeat(2)
    }
}

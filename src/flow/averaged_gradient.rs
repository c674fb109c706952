//! Averaged-gradient descent-ascent: players answer to the weighted average of the whole past,
//!
//! ```text
//! d_t mu =       div(mu grad V[nubar]) + tau_x Lap mu,       nubar(t) = ((r + 1)/t^(r + 1)) int_0^t s^r nu(s) ds,
//! d_t nu = eta (-div(nu grad U[mubar]) + tau_y Lap nu),      and mubar likewise.
//! ```
//!
//! Kim et al., arXiv 2312.01127; docs/dynamics.md, section 7. The averages follow
//! `d_t nubar = ((r + 1)/t)(nu - nubar)`, `nubar(0) = nu(0)`, whose right-hand side has the limit
//! `((r + 1)/(r + 2)) d_t nu` at `t = 0`. All times scale alike near 0, so that steps must grow with `t`: the step
//! control does that by itself. A scheme of fixed step sees the first steps with an error of order 2 whatever its own order, which is
//! why ETDRK4 is refused.
//!
//! Cost per evaluation: that of MFL-DA and at most two more transforms.

use super::{Flow, MflDa, PairLayout};
use crate::game::Payoff;
use crate::stepper::Semilinear;
use num_complex::Complex64;

/// Averaged-gradient descent-ascent. Its state are the coefficients of the pair and of its average, and the time.
#[derive(Debug)]
pub struct AveragedGradient {
    inner: MflDa,
    symbol: Vec<f64>,
    /// `r`.
    exponent: f64,
    len: usize,
}

impl AveragedGradient {
    /// The flow at these temperatures; `timescale` is `eta`, and the past of time `s` weighs `s^exponent`.
    pub fn new(payoff: Payoff, temperature: [f64; 2], timescale: f64, exponent: f64) -> AveragedGradient {
        let inner = MflDa::new(payoff, temperature, timescale);
        let len = inner.layout().len();
        let mut symbol = inner.symbol().to_vec();
        symbol.resize(2 * len + 1, 0.0);
        AveragedGradient { inner, symbol, exponent, len }
    }
}

impl Semilinear<f64> for AveragedGradient {
    fn symbol(&self) -> &[f64] {
        &self.symbol
    }

    fn nonlinear(&mut self, u: &[Complex64], out: &mut [Complex64]) {
        let AveragedGradient { inner, exponent, len, .. } = self;
        let (pair, rest) = u.split_at(*len);
        let (average, time) = (&rest[..*len], rest[*len].re);
        let (out_pair, out_rest) = out.split_at_mut(*len);
        out_rest[*len] = Complex64::ONE;
        let out_average = &mut out_rest[..*len];
        if time > 0.0 {
            inner.drift_under(average, pair, out_pair);
            let rate = (*exponent + 1.0) / time;
            out_average.iter_mut().zip(pair).zip(average).for_each(|((out, u), average)| *out = (u - average) * rate);
        } else {
            inner.nonlinear(pair, out_pair);
            let share = (*exponent + 1.0) / (*exponent + 2.0);
            let velocity = inner.symbol().iter().zip(pair).zip(&*out_pair).map(|((l, u), n)| u * *l + n);
            out_average.iter_mut().zip(velocity).for_each(|(out, velocity)| *out = velocity * share);
        }
        inner.layout().clear_means(out_average);
    }

    /// That of the densities and their averages; the time is exact.
    fn norm(&self, u: &[Complex64]) -> f64 {
        self.inner.layout().largest_norm(&u[..2 * self.len])
    }
}

impl Flow for AveragedGradient {
    fn layout(&self) -> &PairLayout {
        self.inner.layout()
    }

    fn payoff(&self) -> &Payoff {
        self.inner.payoff()
    }

    fn start(&self, densities: [&[f64]; 2]) -> Vec<Complex64> {
        let mut state = self.inner.layout().from_values(densities).repeat(2);
        state.push(Complex64::ZERO);
        state
    }
}

//! Quasistatic descent: y is always at his best response, the limit of infinitely large `eta`,
//!
//! ```text
//! d_t mu = div(mu grad V[nu]) + tau_x Lap mu,       nu = G_y(mu) = exp(+U[mu]/tau_y)/Z,
//! ```
//!
//! the Wasserstein gradient flow of `max_nu F(mu, nu)`, which decreases along it. Ma & Ying, arXiv 2202.10947;
//! docs/dynamics.md, section 9. The initial density of y is not used. Near the equilibrium the flow is
//! `d_t h = -A_x (tau_x h + K K^T h/tau_y)`: there is nothing that turns.
//!
//! Cost per evaluation: that of MFL-DA, two transforms, the potential of y and an exponential of his every node.

use super::node_space::NodeSpace;
use super::{Flow, MflDa, PairLayout};
use crate::game::{Payoff, Player};
use crate::stepper::Semilinear;
use crate::torus::resample;
use num_complex::Complex64;

/// Quasistatic descent of x. Its state are the coefficients of `mu`.
#[derive(Debug)]
pub struct Quasistatic {
    inner: MflDa,
    temperature: [f64; 2],
    symbol: Vec<f64>,
    space: NodeSpace,
    /// Room for a pair and for its velocity.
    pair: Vec<Complex64>,
    out: Vec<Complex64>,
}

impl Quasistatic {
    /// The flow at these temperatures.
    pub fn new(payoff: Payoff, temperature: [f64; 2]) -> Quasistatic {
        let space = NodeSpace::new(&payoff);
        let inner = MflDa::new(payoff, temperature, 1.0);
        let layout = inner.layout();
        let symbol = inner.symbol()[..layout.grid(Player::X).spectrum_len()].to_vec();
        let (pair, out) = (vec![Complex64::ZERO; layout.len()], vec![Complex64::ZERO; layout.len()]);
        Quasistatic { inner, temperature, symbol, space, pair, out }
    }

    /// `(mu, G_y(mu))` in `self.pair`.
    fn answer(&mut self, mu: &[Complex64]) {
        let Quasistatic { inner, temperature, space, pair, .. } = self;
        let (x, y) = inner.layout().parts_mut(pair);
        x.copy_from_slice(mu);
        space.x().load(mu);
        let side = space.y_facing_x(inner.payoff());
        side.respond(*temperature);
        side.store_potential(y);
    }
}

impl Semilinear<f64> for Quasistatic {
    fn symbol(&self) -> &[f64] {
        &self.symbol
    }

    fn nonlinear(&mut self, u: &[Complex64], out: &mut [Complex64]) {
        self.answer(u);
        self.inner.nonlinear(&self.pair, &mut self.out);
        out.copy_from_slice(&self.out[..u.len()]);
    }

    fn norm(&self, u: &[Complex64]) -> f64 {
        self.inner.layout().norm_of(Player::X, u)
    }
}

impl Flow for Quasistatic {
    fn layout(&self) -> &PairLayout {
        self.inner.layout()
    }

    fn payoff(&self) -> &Payoff {
        self.inner.payoff()
    }

    fn start(&self, densities: [&[f64]; 2]) -> Vec<Complex64> {
        let mut state = self.inner.layout().from_values(densities);
        state.truncate(self.symbol.len());
        state
    }

    fn pair<'a>(&mut self, state: &'a [Complex64], buffer: &'a mut Vec<Complex64>) -> &'a [Complex64] {
        self.answer(state);
        buffer.clone_from(&self.pair);
        buffer
    }

    fn resample(&self, to: &PairLayout, state: &[Complex64]) -> Vec<Complex64> {
        resample(self.inner.layout().grid(Player::X), to.grid(Player::X), state)
    }
}

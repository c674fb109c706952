//! The Wasserstein-Fisher-Rao gradient descent-ascent flow: mass is transported, and is born and dies,
//!
//! ```text
//! d_t mu =       div(mu grad V[nu]) + tau_x Lap mu - g mu (V[nu] + tau_x log mu - <V[nu] + tau_x log mu>_mu)
//! d_t nu = eta (-div(nu grad U[mu]) + tau_y Lap nu + g nu (U[mu] - tau_y log nu - <U[mu] - tau_y log nu>_nu))
//! ```
//!
//! with weight `g` on the second part; Domingo-Enrich et al., arXiv 2002.06277; docs/dynamics.md, section 5. Diffusion
//! is the symbol, the rest the nonlinear part, formed at the nodes. `r log r` is 0 where rounding has made a density
//! `r <= 0`: the limit, so that a dip below 0 is transported but not multiplied.
//!
//! Cost per evaluation: that of MFL-DA, two transforms for each player, the potentials and a logarithm of every node.

use super::node_space::{NodeSide, NodeSpace};
use super::{Flow, MflDa, PairLayout};
use crate::game::{Payoff, Player};
use crate::stepper::Semilinear;
use num_complex::Complex64;

/// The Wasserstein-Fisher-Rao flow of one game on two grids. Its state are the coefficients of the pair.
#[derive(Debug)]
pub struct WassersteinFisherRao {
    inner: MflDa,
    temperature: [f64; 2],
    /// `g`, `eta g`.
    rates: [f64; 2],
    space: NodeSpace,
    reaction: Vec<Complex64>,
}

impl WassersteinFisherRao {
    /// The flow at these temperatures; `timescale` is `eta`, and `weight` is `g`.
    pub fn new(payoff: Payoff, temperature: [f64; 2], timescale: f64, weight: f64) -> WassersteinFisherRao {
        let space = NodeSpace::new(&payoff);
        let inner = MflDa::new(payoff, temperature, timescale);
        let reaction = vec![Complex64::ZERO; inner.layout().len()];
        WassersteinFisherRao { inner, temperature, rates: [weight, timescale * weight], space, reaction }
    }
}

/// `-rate r (p - <p>_r)`, `p = +-potential + tau log r`, in place of the potential.
fn react(side: &mut NodeSide, temperature: [f64; 2], rates: [f64; 2]) {
    let (tau, rate) = (temperature[side.player.index()], rates[side.player.index()]);
    let sign = match side.player {
        Player::X => 1.0,
        Player::Y => -1.0,
    };
    let mut total = 0.0;
    for (p, r) in side.potential.iter_mut().zip(&side.values) {
        let entropy = if *r > 0.0 { tau * r * r.ln() } else { 0.0 };
        *p = sign * *p * r + entropy;
        total += *p;
    }
    let mean = total / side.values.iter().sum::<f64>();
    side.potential.iter_mut().zip(&side.values).for_each(|(p, r)| *p = -rate * (*p - mean * r));
}

impl Semilinear<f64> for WassersteinFisherRao {
    fn symbol(&self) -> &[f64] {
        self.inner.symbol()
    }

    fn nonlinear(&mut self, u: &[Complex64], out: &mut [Complex64]) {
        let WassersteinFisherRao { inner, temperature, rates, space, reaction } = self;
        inner.nonlinear(u, out);
        space.load(inner.layout(), u);
        space.find_potentials(inner.payoff());
        space.for_both(|side| react(side, *temperature, *rates));
        space.store_potentials(inner.layout(), reaction);
        inner.layout().clear_means(reaction);
        out.iter_mut().zip(&*reaction).for_each(|(out, reaction)| *out += reaction);
    }

    fn norm(&self, u: &[Complex64]) -> f64 {
        self.inner.norm(u)
    }
}

impl Flow for WassersteinFisherRao {
    fn layout(&self) -> &PairLayout {
        self.inner.layout()
    }

    fn payoff(&self) -> &Payoff {
        self.inner.payoff()
    }

    fn explicit_drift(&self, pair: &[Complex64]) -> Option<[f64; 2]> {
        self.inner.explicit_drift(pair)
    }
}

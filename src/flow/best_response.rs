//! The best-response flow: each player moves straight towards his best answer to the other,
//!
//! ```text
//! d_t mu =     a (G_x(nu) - mu),      G_x(nu) = exp(-V[nu]/tau_x)/Z,
//! d_t nu = eta a (G_y(mu) - nu),      G_y(mu) = exp(+U[mu]/tau_y)/Z.
//! ```
//!
//! Lascu, Majka & Szpruch, arXiv 2306.03033; docs/dynamics.md, section 3. The linear part is `-a`. Near the equilibrium
//! of `eta = 1` the eigenvalues are `-a (1 +- i sigma/sqrt(tau_x tau_y))`, `sigma` the singular values of the coupling
//! `K` of docs/numerics.md, section 14. A state is a mixture of the initial one and of Gibbs densities with positive
//! weights; a mode that the initial density has decays at the rate `a` whatever its wavenumber.
//!
//! Cost per evaluation: two transforms for each player, the potentials and an exponential of every node.

use super::node_space::NodeSpace;
use super::{Flow, PairLayout};
use crate::game::{Payoff, Player};
use crate::stepper::Semilinear;
use num_complex::Complex64;

/// The best-response flow of one game on two grids. Its state are the coefficients of the pair.
#[derive(Debug)]
pub struct BestResponse {
    payoff: Payoff,
    layout: PairLayout,
    /// `-a`, `-eta a`; 0 for the masses.
    symbol: Vec<f64>,
    /// `a`, `eta a`.
    rates: [f64; 2],
    temperature: [f64; 2],
    space: NodeSpace,
}

impl BestResponse {
    /// The flow at these temperatures; `timescale` is `eta`, the speed of the y player, and `rate` is `a`.
    pub fn new(payoff: Payoff, temperature: [f64; 2], timescale: f64, rate: f64) -> BestResponse {
        let layout = PairLayout::new(payoff.grid(Player::X), payoff.grid(Player::Y));
        let rates = [rate, timescale * rate];
        let symbol = layout.symbol_but_means(rates.map(|rate| -rate));
        let space = NodeSpace::new(&payoff);
        BestResponse { payoff, layout, symbol, rates, temperature, space }
    }
}

impl Semilinear<f64> for BestResponse {
    fn symbol(&self) -> &[f64] {
        &self.symbol
    }

    fn nonlinear(&mut self, u: &[Complex64], out: &mut [Complex64]) {
        let BestResponse { payoff, layout, space, rates, temperature, .. } = self;
        space.load(layout, u);
        space.find_potentials(payoff);
        space.for_both(|side| side.respond(*temperature));
        space.store_potentials(layout, out);
        let (x, y) = layout.parts_mut(out);
        x.iter_mut().for_each(|c| *c *= rates[0]);
        y.iter_mut().for_each(|c| *c *= rates[1]);
        layout.clear_means(out);
    }

    fn norm(&self, u: &[Complex64]) -> f64 {
        self.layout.norm(u)
    }
}

impl Flow for BestResponse {
    fn layout(&self) -> &PairLayout {
        &self.layout
    }

    fn payoff(&self) -> &Payoff {
        &self.payoff
    }
}

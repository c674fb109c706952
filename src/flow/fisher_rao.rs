//! The Fisher-Rao gradient descent-ascent flow of `F(mu, nu)`, in which mass is not transported but born and dies:
//!
//! ```text
//! d_t mu =     -mu (V[nu] + tau_x log mu - <V[nu] + tau_x log mu>_mu)
//! d_t nu = eta  nu (U[mu] - tau_y log nu - <U[mu] - tau_y log nu>_nu)
//! ```
//!
//! Lascu, Majka & Szpruch, arXiv 2405.15834; docs/dynamics.md, section 2. The means only keep the masses. With
//! `mu = exp(u)/int exp(u)`, `nu = exp(w)/int exp(w)` and the free constants chosen so that `u` and `w` have mean 0,
//!
//! ```text
//! d_t u = -tau_x u - V[nu],     d_t w = eta (-tau_y w + U[mu])        but for constants,
//! ```
//!
//! whose linear part is a number for each player and whose other part is as smooth as the payoff. Densities stay
//! positive, of mass 1, and `u` has no mode that the initial state and the payoff do not have.
//!
//! Cost per evaluation: two transforms, the potentials and an exponential of every node. Nothing is smoothed: a kink of
//! the initial log-density stays until it has decayed, so that it must be resolved at the start; a density that is 0
//! somewhere has no log-density and stays 0 there.

use super::node_space::{NodeSide, NodeSpace};
use super::{Flow, PairLayout};
use crate::game::{Payoff, Player};
use crate::stepper::Semilinear;
use num_complex::Complex64;

/// The Fisher-Rao flow of one game on two grids. Its state are the coefficients of `u` and `w`.
#[derive(Debug)]
pub struct FisherRao {
    payoff: Payoff,
    layout: PairLayout,
    /// `-tau_x`, `-eta tau_y`; 0 for the means.
    symbol: Vec<f64>,
    timescale: f64,
    space: NodeSpace,
}

impl FisherRao {
    /// The flow at these temperatures; `timescale` is `eta`, the speed of the y player.
    pub fn new(payoff: Payoff, temperature: [f64; 2], timescale: f64) -> FisherRao {
        let layout = PairLayout::new(payoff.grid(Player::X), payoff.grid(Player::Y));
        let symbol = layout.symbol_but_means([-temperature[0], -timescale * temperature[1]]);
        let space = NodeSpace::new(&payoff);
        FisherRao { payoff, layout, symbol, timescale, space }
    }
}

impl Semilinear<f64> for FisherRao {
    fn symbol(&self) -> &[f64] {
        &self.symbol
    }

    fn nonlinear(&mut self, u: &[Complex64], out: &mut [Complex64]) {
        let FisherRao { payoff, layout, space, timescale, .. } = self;
        space.load(layout, u);
        space.for_both(NodeSide::exponentiate);
        space.find_potentials(payoff);
        space.store_potentials(layout, out);
        let (x, y) = layout.parts_mut(out);
        x.iter_mut().for_each(|c| *c = -*c);
        y.iter_mut().for_each(|c| *c *= *timescale);
        layout.clear_means(out);
    }

    /// Of a difference of log-densities: the relative difference of the densities, in the mean square.
    fn norm(&self, u: &[Complex64]) -> f64 {
        self.layout.largest_root_mean_square(u)
    }
}

impl Flow for FisherRao {
    fn layout(&self) -> &PairLayout {
        &self.layout
    }

    fn payoff(&self) -> &Payoff {
        &self.payoff
    }

    fn start(&self, densities: [&[f64]; 2]) -> Vec<Complex64> {
        let logarithms = densities.map(|density| density.iter().map(|r| r.ln()).collect::<Vec<f64>>());
        let mut state = self.layout.from_values([&logarithms[0], &logarithms[1]]);
        self.layout.clear_means(&mut state);
        state
    }

    fn pair<'a>(&mut self, state: &'a [Complex64], buffer: &'a mut Vec<Complex64>) -> &'a [Complex64] {
        let FisherRao { layout, space, .. } = self;
        space.load(layout, state);
        space.for_both(NodeSide::exponentiate);
        buffer.resize(layout.len(), Complex64::ZERO);
        space.store_values(layout, buffer);
        buffer
    }
}

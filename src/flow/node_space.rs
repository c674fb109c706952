//! Both players at their nodes: functions brought there, the potentials that these make, and the way back.

use super::{PARALLEL_NODES, PairLayout};
use crate::diagnostics::{log_gibbs, log_normalise};
use crate::game::{Payoff, PayoffWork, Player};
use crate::torus::{Fourier, FourierScratch, Grid};
use num_complex::Complex64;

/// One player's arrays.
#[derive(Debug)]
pub(super) struct NodeSide {
    pub(super) player: Player,
    fourier: Fourier,
    scratch: FourierScratch,
    /// His density, or whatever was loaded, at the nodes.
    pub(super) values: Vec<f64>,
    /// `V[nu]` or `U[mu]` at the nodes.
    pub(super) potential: Vec<f64>,
    work: PayoffWork,
}

impl NodeSide {
    /// The function with these coefficients into `values`.
    pub(super) fn load(&mut self, part: &[Complex64]) {
        self.fourier.inverse(part, &mut self.values, &mut self.scratch);
    }

    /// The potential that these values of the opponent make.
    fn find_potential(&mut self, payoff: &Payoff, opponent: &[f64]) {
        payoff.potential(self.player, opponent, &mut self.potential, &mut self.work);
    }

    /// `exp(values)/int exp(values)` in place of `values`.
    pub(super) fn exponentiate(&mut self) {
        log_normalise(self.fourier.grid(), &mut self.values);
        self.values.iter_mut().for_each(|u| *u = u.exp());
    }

    /// The Gibbs density of the potential in its place.
    pub(super) fn respond(&mut self, temperature: [f64; 2]) {
        log_gibbs(self.fourier.grid(), self.player, temperature[self.player.index()], &mut self.potential);
        self.potential.iter_mut().for_each(|v| *v = v.exp());
    }

    /// The coefficients of the `potential`.
    pub(super) fn store_potential(&mut self, part: &mut [Complex64]) {
        self.fourier.forward(&self.potential, part, &mut self.scratch);
    }

    /// The coefficients of the `values`.
    fn store_values(&mut self, part: &mut [Complex64]) {
        self.fourier.forward(&self.values, part, &mut self.scratch);
    }
}

/// The arrays of both players.
#[derive(Debug)]
pub(super) struct NodeSpace {
    sides: [NodeSide; 2],
    parallel: bool,
}

impl NodeSpace {
    pub(super) fn new(payoff: &Payoff) -> NodeSpace {
        let sides = Player::BOTH.map(|player| {
            let fourier = Fourier::new(payoff.grid(player));
            let nodes = payoff.grid(player).len();
            NodeSide {
                player,
                scratch: fourier.scratch(),
                fourier,
                values: vec![0.0; nodes],
                potential: vec![0.0; nodes],
                work: payoff.work(),
            }
        });
        let nodes: usize = payoff.grids().iter().map(Grid::len).sum();
        NodeSpace { sides, parallel: nodes >= PARALLEL_NODES }
    }

    /// Does the same for both players, on two threads where the grids are large.
    pub(super) fn for_both(&mut self, f: impl Fn(&mut NodeSide) + Sync) {
        let [x, y] = &mut self.sides;
        if self.parallel {
            rayon::join(|| f(x), || f(y));
        } else {
            f(x);
            f(y);
        }
    }

    /// [`NodeSide::load`] of both.
    pub(super) fn load(&mut self, layout: &PairLayout, u: &[Complex64]) {
        self.for_both(|side| side.load(layout.part(side.player, u)));
    }

    /// The potentials that the `values` of the opponents make.
    pub(super) fn find_potentials(&mut self, payoff: &Payoff) {
        let [x, y] = &mut self.sides;
        // The values are lent to the other side for a moment.
        let (mu, nu) = (std::mem::take(&mut x.values), std::mem::take(&mut y.values));
        self.for_both(|side| side.find_potential(payoff, if side.player == Player::X { &nu } else { &mu }));
        [self.sides[0].values, self.sides[1].values] = [mu, nu];
    }

    /// The y player with the potential that the `values` of x make.
    pub(super) fn y_facing_x(&mut self, payoff: &Payoff) -> &mut NodeSide {
        let [x, y] = &mut self.sides;
        y.find_potential(payoff, &x.values);
        y
    }

    /// The x player.
    pub(super) fn x(&mut self) -> &mut NodeSide {
        &mut self.sides[0]
    }

    /// The coefficients of the `potential` arrays.
    pub(super) fn store_potentials(&mut self, layout: &PairLayout, out: &mut [Complex64]) {
        self.store(layout, out, NodeSide::store_potential);
    }

    /// The coefficients of the `values` arrays.
    pub(super) fn store_values(&mut self, layout: &PairLayout, out: &mut [Complex64]) {
        self.store(layout, out, NodeSide::store_values);
    }

    fn store(&mut self, layout: &PairLayout, out: &mut [Complex64], one: fn(&mut NodeSide, &mut [Complex64])) {
        let [x, y] = &mut self.sides;
        let (out_x, out_y) = layout.parts_mut(out);
        if self.parallel {
            rayon::join(|| one(x, out_x), || one(y, out_y));
        } else {
            one(x, out_x);
            one(y, out_y);
        }
    }
}

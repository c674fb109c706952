//! Both players at their nodes: functions brought there, the potentials that these make, and the way back.

use super::{PARALLEL_NODES, PairLayout};
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
    pub(super) fn grid(&self) -> &Grid {
        self.fourier.grid()
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

    /// The functions with these coefficients into `values`.
    pub(super) fn load(&mut self, layout: &PairLayout, u: &[Complex64]) {
        self.for_both(|side| side.fourier.inverse(layout.part(side.player, u), &mut side.values, &mut side.scratch));
    }

    /// The potentials that the `values` of the opponents make.
    pub(super) fn find_potentials(&mut self, payoff: &Payoff) {
        let [x, y] = &mut self.sides;
        let (mu, nu) = (&x.values, &y.values);
        let (v, u) = (&mut x.potential, &mut y.potential);
        let (work_x, work_y) = (&mut x.work, &mut y.work);
        if self.parallel {
            rayon::join(|| payoff.potential(Player::X, nu, v, work_x), || payoff.potential(Player::Y, mu, u, work_y));
        } else {
            payoff.potential(Player::X, nu, v, work_x);
            payoff.potential(Player::Y, mu, u, work_y);
        }
    }

    /// The coefficients of the `potential` arrays.
    pub(super) fn store_potentials(&mut self, layout: &PairLayout, out: &mut [Complex64]) {
        self.store(layout, out, |side| (&side.potential, &side.fourier, &mut side.scratch));
    }

    /// The coefficients of the `values` arrays.
    pub(super) fn store_values(&mut self, layout: &PairLayout, out: &mut [Complex64]) {
        self.store(layout, out, |side| (&side.values, &side.fourier, &mut side.scratch));
    }

    fn store(
        &mut self,
        layout: &PairLayout,
        out: &mut [Complex64],
        array: impl Fn(&mut NodeSide) -> (&Vec<f64>, &Fourier, &mut FourierScratch) + Sync,
    ) {
        let [x, y] = &mut self.sides;
        let (out_x, out_y) = layout.parts_mut(out);
        let forward = |side: &mut NodeSide, out: &mut [Complex64]| {
            let (values, fourier, scratch) = array(side);
            fourier.forward(values, out, scratch);
        };
        if self.parallel {
            rayon::join(|| forward(x, out_x), || forward(y, out_y));
        } else {
            forward(x, out_x);
            forward(y, out_y);
        }
    }
}

//! Mean-field Langevin descent-ascent, the Wasserstein gradient descent-ascent flow of `F(mu, nu)`:
//!
//! ```text
//! d_t mu =       div(mu grad V[nu]) + tau_x Lap mu
//! d_t nu = eta ( -div(nu grad U[mu]) + tau_y Lap nu )
//! ```
//!
//! Seo, Shin, Monmarche & Choi, arXiv 2602.01564, eq. (1); docs/model.md, section 1. Fourier pseudo-spectral: diffusion
//! is the symbol `-tau |k|^2`; the drift is multiplied at the nodes, row by row between an inverse and a forward
//! transform, and its divergence is `i k.flux`. The coefficient of `k = 0` of the drift is exactly 0, so mass is conserved
//! to the last bit of that coefficient.
//!
//! Cost per evaluation: `1 + d` real transforms for each player of dimension `d`, and the payoff operator.

use super::pair::PairLayout;
use crate::game::{Payoff, PayoffWork, Player};
use crate::stepper::Semilinear;
use crate::torus::{Fourier, FourierScratch};
use num_complex::Complex64;

/// From this many nodes for both players together, the players are advanced on two threads.
const PARALLEL_NODES: usize = 4 * 128 * 128;

/// One player's half of the flow.
#[derive(Debug)]
struct Side {
    player: Player,
    fourier: Fourier,
    scratch: FourierScratch,
    /// The density at the nodes.
    values: Vec<f64>,
    /// Coefficients of the second component of the flux (2-D only).
    flux: Vec<Complex64>,
    /// `+k` for the descending player, `-eta k` for the ascending one; Nyquist modes 0. One array per axis.
    wavenumbers: Vec<Vec<f64>>,
}

impl Side {
    fn new(player: Player, payoff: &Payoff, sign: f64) -> Side {
        let grid = payoff.grid(player);
        let fourier = Fourier::new(grid);
        let scratch = fourier.scratch();
        let second = if grid.dimension() == 2 { grid.spectrum_len() } else { 0 };
        let wavenumbers: Vec<Vec<f64>> =
            grid.axes().iter().map(|a| a.odd_wavenumbers().into_iter().map(|k| sign * k).collect()).collect();
        Side {
            player,
            fourier,
            scratch,
            values: vec![0.0; grid.len()],
            flux: vec![Complex64::ZERO; second],
            wavenumbers,
        }
    }

    /// Node values of the density; the opponent's potential sees every row as it appears.
    fn observe(&mut self, payoff: &Payoff, part: &[Complex64], opponent_work: &mut PayoffWork) {
        let Side { player, fourier, scratch, values, .. } = self;
        payoff.begin(opponent_work);
        let n = fourier.grid().row_len();
        fourier.inverse_rows(
            part,
            |i, row| {
                values[i * n..(i + 1) * n].copy_from_slice(row);
                payoff.observe_row(*player, i, row, opponent_work);
            },
            scratch,
        );
        payoff.finish(player.opponent(), part, opponent_work);
    }

    /// `div(density grad potential)`, with the sign and timescale of the player.
    fn drift(&mut self, payoff: &Payoff, work: &mut PayoffWork, out: &mut [Complex64]) {
        self.flux(0, payoff, work, out);
        let rows = self.fourier.grid().rows();
        if self.wavenumbers.len() == 1 {
            for (c, k) in out.iter_mut().zip(&self.wavenumbers[0]) {
                *c = Complex64::new(-k * c.im, k * c.re);
            }
            return;
        }
        let mut second = std::mem::take(&mut self.flux);
        self.flux(1, payoff, work, &mut second);
        let [k1, k2] = &self.wavenumbers[..] else { unreachable!("a grid has one or two axes") };
        for ((out, second), k2) in out.chunks_exact_mut(rows).zip(second.chunks_exact(rows)).zip(k2) {
            for ((c, s), k1) in out.iter_mut().zip(second).zip(k1) {
                *c = Complex64::new(-k1 * c.im - k2 * s.im, k1 * c.re + k2 * s.re);
            }
        }
        self.flux = second;
    }

    /// Coefficients of `density * d potential / d x_axis`.
    fn flux(&mut self, axis: usize, payoff: &Payoff, work: &mut PayoffWork, out: &mut [Complex64]) {
        let Side { player, fourier, scratch, values, .. } = self;
        let n = fourier.grid().row_len();
        fourier.forward_rows(
            |i, row| {
                payoff.drift_row(*player, axis, i, work, row);
                for (r, v) in row.iter_mut().zip(&values[i * n..(i + 1) * n]) {
                    *r *= v;
                }
            },
            out,
            scratch,
        );
    }
}

/// The flow of one game on two grids.
#[derive(Debug)]
pub struct MflDa {
    payoff: Payoff,
    layout: PairLayout,
    symbol: Vec<f64>,
    sides: [Side; 2],
    /// Work space of each player's potential.
    works: [PayoffWork; 2],
}

impl MflDa {
    /// The flow at these temperatures; `timescale` is `eta`, the speed of the y player.
    pub fn new(payoff: Payoff, temperature: [f64; 2], timescale: f64) -> MflDa {
        let layout = PairLayout::new(payoff.grid(Player::X), payoff.grid(Player::Y));
        let mut symbol = Vec::with_capacity(layout.len());
        for (player, rate) in Player::BOTH.into_iter().zip([temperature[0], timescale * temperature[1]]) {
            symbol.extend(layout.grid(player).symbol(|k| -rate * k.iter().map(|k| k * k).sum::<f64>()));
        }
        let sides = [Side::new(Player::X, &payoff, 1.0), Side::new(Player::Y, &payoff, -timescale)];
        let works = [payoff.work(), payoff.work()];
        MflDa { payoff, layout, symbol, sides, works }
    }

    /// Where the two densities stand in the state.
    pub fn layout(&self) -> &PairLayout {
        &self.layout
    }

    /// The payoff operator.
    pub fn payoff(&self) -> &Payoff {
        &self.payoff
    }

    /// Node values of a player's density at the state that was evaluated last.
    pub fn last_values(&self, player: Player) -> &[f64] {
        &self.sides[player.index()].values
    }

    /// `max |grad V[nu]|` and `max |grad U[mu]|` over the nodes at this state.
    pub fn largest_drift(&self, state: &[Complex64]) -> [f64; 2] {
        let mut work = self.payoff.work();
        let values = Player::BOTH.map(|player| {
            let fourier = Fourier::new(self.layout.grid(player));
            let mut values = vec![0.0; fourier.grid().len()];
            fourier.inverse(self.layout.part(player, state), &mut values, &mut fourier.scratch());
            values
        });
        Player::BOTH.map(|player| {
            let grid = self.layout.grid(player);
            let mut squared = vec![0.0; grid.len()];
            let mut component = vec![0.0; grid.len()];
            for axis in 0..grid.dimension() {
                let opponent = &values[player.opponent().index()];
                self.payoff.gradient(player, axis, opponent, &mut component, &mut work);
                squared.iter_mut().zip(&component).for_each(|(s, c)| *s += c * c);
            }
            squared.into_iter().fold(0.0, f64::max).sqrt()
        })
    }
}

impl Semilinear<f64> for MflDa {
    fn symbol(&self) -> &[f64] {
        &self.symbol
    }

    fn nonlinear(&mut self, u: &[Complex64], out: &mut [Complex64]) {
        let MflDa { payoff, layout, sides: [x, y], works: [work_x, work_y], .. } = self;
        let (u_x, u_y) = (layout.part(Player::X, u), layout.part(Player::Y, u));
        let (out_x, out_y) = layout.parts_mut(out);
        let payoff = &*payoff;
        if layout.grid(Player::X).len() + layout.grid(Player::Y).len() >= PARALLEL_NODES {
            rayon::join(|| x.observe(payoff, u_x, work_y), || y.observe(payoff, u_y, work_x));
            rayon::join(|| x.drift(payoff, work_x, out_x), || y.drift(payoff, work_y, out_y));
        } else {
            x.observe(payoff, u_x, work_y);
            y.observe(payoff, u_y, work_x);
            x.drift(payoff, work_x, out_x);
            y.drift(payoff, work_y, out_y);
        }
    }

    fn norm(&self, u: &[Complex64]) -> f64 {
        self.layout.norm(u)
    }
}

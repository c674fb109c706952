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
//! In two dimensions both components of the flux go through one complex transform, `z = flux_1 + i flux_2`, and the
//! divergence is read off it: with `w(k) = conj(z_hat(-k))`,
//!
//! ```text
//! i k_1 flux_1_hat + i k_2 flux_2_hat = i k_1 (z_hat + w) / 2 + k_2 (z_hat - w) / 2.
//! ```
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
    /// Transform of the pair of fluxes, and one row of the components of the gradient (2-D only).
    pair: Vec<Complex64>,
    gradient: [Vec<f64>; 2],
    /// `+k` for the descending player, `-eta k` for the ascending one; Nyquist modes 0. One array per axis. In two
    /// dimensions times `1 / 2N`, which the transform of a pair leaves to be done.
    wavenumbers: Vec<Vec<f64>>,
}

impl Side {
    fn new(player: Player, payoff: &Payoff, sign: f64) -> Side {
        let grid = payoff.grid(player);
        let fourier = Fourier::new(grid);
        let scratch = fourier.scratch();
        let two_axes = grid.dimension() == 2;
        let pair = if two_axes { grid.len() } else { 0 };
        let row = if two_axes { grid.row_len() } else { 0 };
        let factor = if two_axes { sign * 0.5 / grid.len() as f64 } else { sign };
        let wavenumbers: Vec<Vec<f64>> =
            grid.axes().iter().map(|a| a.odd_wavenumbers().into_iter().map(|k| factor * k).collect()).collect();
        Side {
            player,
            fourier,
            scratch,
            values: vec![0.0; grid.len()],
            pair: vec![Complex64::ZERO; pair],
            gradient: [vec![0.0; row], vec![0.0; row]],
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
        if self.wavenumbers.len() == 1 {
            self.flux(payoff, work, out);
            for (c, k) in out.iter_mut().zip(&self.wavenumbers[0]) {
                *c = Complex64::new(-k * c.im, k * c.re);
            }
        } else {
            self.flux_pair(payoff, work);
            self.divergence(out);
        }
    }

    /// Coefficients of `density * d potential / dx` in one dimension.
    fn flux(&mut self, payoff: &Payoff, work: &mut PayoffWork, out: &mut [Complex64]) {
        let Side { player, fourier, scratch, values, .. } = self;
        fourier.forward_rows(
            |i, row| {
                payoff.drift_row(*player, 0, i, work, row);
                row.iter_mut().zip(values.iter()).for_each(|(r, v)| *r *= v);
            },
            out,
            scratch,
        );
    }

    /// Transform of `density * (d potential / dx_1 + i d potential / dx_2)`.
    fn flux_pair(&mut self, payoff: &Payoff, work: &mut PayoffWork) {
        let Side { player, fourier, scratch, values, pair, gradient: [first, second], .. } = self;
        let n = fourier.grid().row_len();
        fourier.forward_pair(
            |i, row| {
                payoff.drift_row(*player, 0, i, work, first);
                payoff.drift_row(*player, 1, i, work, second);
                let values = &values[i * n..(i + 1) * n];
                for (((z, v), a), b) in row.iter_mut().zip(values).zip(first.iter()).zip(second.iter()) {
                    *z = Complex64::new(v * a, v * b);
                }
            },
            pair,
            scratch,
        );
    }

    /// The divergence of the fluxes in `self.pair`.
    fn divergence(&self, out: &mut [Complex64]) {
        let (rows, n) = (self.fourier.grid().rows(), self.fourier.grid().row_len());
        let [k1, k2] = &self.wavenumbers[..] else { unreachable!("a grid has one or two axes") };
        for (m, (out, &k2)) in out.chunks_exact_mut(rows).zip(k2).enumerate() {
            let column = &self.pair[m * rows..][..rows];
            let mirror = &self.pair[(n - m) % n * rows..][..rows];
            let combine = |k1: f64, z: Complex64, w: Complex64| {
                let (sum_re, sum_im, difference_re, difference_im) =
                    (z.re + w.re, z.im - w.im, z.re - w.re, z.im + w.im);
                Complex64::new(k2 * difference_re - k1 * sum_im, k1 * sum_re + k2 * difference_im)
            };
            out[0] = combine(k1[0], column[0], mirror[0]);
            let opposite = mirror[1..].iter().rev();
            for (((c, k1), z), w) in out[1..].iter_mut().zip(&k1[1..]).zip(&column[1..]).zip(opposite) {
                *c = combine(*k1, *z, *w);
            }
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::game::payoff::{FactorFunction, ProductTerm};
    use crate::torus::{Grid, divergence};

    #[test]
    fn the_drift_is_the_divergence_of_the_fluxes_transformed_one_by_one() {
        for shapes in [[[12, 10], [9, 14]], [[11, 9], [16, 15]]] {
            let [x, y] = shapes.map(|shape| Grid::new(&shape, &[2.0, 3.0], &[0.5, -1.0]).unwrap());
            let wave = |grid: &Grid, a: f64, b: f64| -> Vec<f64> {
                let turn = |j: usize, axis: usize| grid.node(j)[axis] as f64 / grid.axis(axis).points as f64;
                let phase = |j: usize| 2.0 * std::f64::consts::PI * (a * turn(j, 0) + b * turn(j, 1)) + 0.3 * a;
                (0..grid.len()).map(|j| 1.0 + 0.5 * phase(j).sin() + 0.2 * (2.0 * phase(j)).cos()).collect()
            };
            let dense = |grid: &Grid, a: f64, b: f64| FactorFunction::Dense(wave(grid, a, b));
            let term = ProductTerm { coefficient: 1.3, x: dense(&x, 1.0, -1.0), y: dense(&y, 1.0, 1.0) };
            let payoff = Payoff::from_factors(&x, &y, &[term]).unwrap();
            let timescale = 1.7;
            let mut flow = MflDa::new(payoff.clone(), [0.1, 0.2], timescale);
            let values = [wave(&x, 2.0, 1.0), wave(&y, 1.0, -2.0)];
            let state = flow.layout().from_values([&values[0], &values[1]]);
            let mut computed = vec![Complex64::new(f64::NAN, f64::NAN); state.len()];
            flow.nonlinear(&state, &mut computed);
            for (player, scale) in [(Player::X, 1.0), (Player::Y, -timescale)] {
                let grid = payoff.grid(player);
                let fourier = Fourier::new(grid);
                let mut expected = fourier.zero_spectrum();
                for axis in 0..2 {
                    let mut flux = vec![0.0; grid.len()];
                    let opponent = &values[player.opponent().index()];
                    payoff.gradient(player, axis, opponent, &mut flux, &mut payoff.work());
                    flux.iter_mut().zip(&values[player.index()]).for_each(|(f, u)| *f *= u);
                    let mut spectrum = fourier.zero_spectrum();
                    fourier.forward(&flux, &mut spectrum, &mut fourier.scratch());
                    divergence(grid, axis, scale, &spectrum, &mut expected);
                }
                let size = expected.iter().map(|c| c.norm()).fold(0.0, f64::max);
                for (c, e) in flow.layout().part(player, &computed).iter().zip(&expected) {
                    assert!((c - e).norm() <= 1e-14 * size, "{player:?} on {shapes:?}: {c} against {e}, size {size:e}");
                }
            }
        }
    }
}

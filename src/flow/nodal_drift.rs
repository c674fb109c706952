//! The drift `div(mu grad V[nu])` multiplied at the nodes, between an inverse and a forward transform.
//!
//! Rows go through the payoff and the product while they are in the first-level cache. In two dimensions both
//! components of the flux go through one complex transform, `z = flux_1 + i flux_2`, and the divergence is read off it:
//! with `w(k) = conj(z_hat(-k))`,
//!
//! ```text
//! i k_1 flux_1_hat + i k_2 flux_2_hat = i k_1 (z_hat + w) / 2 + k_2 (z_hat - w) / 2.
//! ```
//!
//! Cost per evaluation: `1 + d` real transforms for each player of dimension `d`, and the payoff operator. For every
//! payoff; one of few waves needs no transforms (`harmonic_drift.rs`).

use super::pair::PairLayout;
use crate::game::{Payoff, PayoffWork, Player};
use crate::torus::{Fourier, FourierScratch};
use num_complex::Complex64;

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

    /// All components of the player's force at the nodes, one axis after the other.
    fn force(&self, payoff: &Payoff, work: &mut PayoffWork, out: &mut [f64]) {
        let grid = self.fourier.grid();
        for (axis, out) in out.chunks_exact_mut(grid.len()).enumerate() {
            for (row, out) in out.chunks_exact_mut(grid.row_len()).enumerate() {
                payoff.drift_row(self.player, axis, row, work, out);
            }
        }
    }

    /// The derivative of [`Side::drift`] at the density `values` under the force `force`; the changes of the density
    /// and of the opponent have been observed.
    fn drift_derivative(
        &mut self,
        payoff: &Payoff,
        work: &mut PayoffWork,
        (values, force): (&[f64], &[f64]),
        out: &mut [Complex64],
    ) {
        let Side { player, fourier, scratch, values: change, pair, gradient: [first, second], wavenumbers } = self;
        let n = fourier.grid().row_len();
        if let [wavenumbers] = &wavenumbers[..] {
            fourier.forward_rows(
                |i, row| {
                    payoff.drift_row(*player, 0, i, work, row);
                    for (((r, v), f), c) in row.iter_mut().zip(values).zip(force).zip(change.iter()) {
                        *r = *r * v + f * c;
                    }
                },
                out,
                scratch,
            );
            return out.iter_mut().zip(wavenumbers).for_each(|(c, k)| *c = Complex64::new(-k * c.im, k * c.re));
        }
        let (force_1, force_2) = force.split_at(values.len());
        fourier.forward_pair(
            |i, row| {
                payoff.drift_row(*player, 0, i, work, first);
                payoff.drift_row(*player, 1, i, work, second);
                for (j, z) in row.iter_mut().enumerate() {
                    let (v, c) = (values[i * n + j], change[i * n + j]);
                    *z = Complex64::new(v * first[j] + c * force_1[i * n + j], v * second[j] + c * force_2[i * n + j]);
                }
            },
            pair,
            scratch,
        );
        self.divergence(out);
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

/// Densities and forces at the nodes, of both players: what the derivative of the drift at a state is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct NodalFields {
    values: [Vec<f64>; 2],
    /// One axis after the other.
    forces: [Vec<f64>; 2],
}

/// The drift of both players, always under the payoff that it was made for.
#[derive(Debug)]
pub struct NodalDrift {
    sides: [Side; 2],
    /// Work space of each player's potential.
    works: [PayoffWork; 2],
}

impl NodalDrift {
    /// Of a flow in which `y` moves `timescale` times as fast.
    pub fn new(payoff: &Payoff, timescale: f64) -> NodalDrift {
        let sides = [Side::new(Player::X, payoff, 1.0), Side::new(Player::Y, payoff, -timescale)];
        NodalDrift { sides, works: [payoff.work(), payoff.work()] }
    }

    /// `N(u)`; both players at the same time where `parallel` says so.
    pub fn evaluate(
        &mut self,
        payoff: &Payoff,
        layout: &PairLayout,
        u: &[Complex64],
        out: &mut [Complex64],
        parallel: bool,
    ) {
        self.observe(payoff, layout, u, parallel);
        self.drift(payoff, layout, out, parallel);
    }

    /// The drift of `u` under the forces of `acting`.
    pub fn evaluate_under(
        &mut self,
        payoff: &Payoff,
        layout: &PairLayout,
        acting: &[Complex64],
        u: &[Complex64],
        out: &mut [Complex64],
        parallel: bool,
    ) {
        self.observe(payoff, layout, acting, parallel);
        let [x, y] = &mut self.sides;
        let load = |side: &mut Side| {
            side.fourier.inverse(layout.part(side.player, u), &mut side.values, &mut side.scratch);
        };
        if parallel {
            rayon::join(|| load(x), || load(y));
        } else {
            load(x);
            load(y);
        }
        self.drift(payoff, layout, out, parallel);
    }

    /// [`Side::observe`] of both players.
    fn observe(&mut self, payoff: &Payoff, layout: &PairLayout, u: &[Complex64], parallel: bool) {
        let NodalDrift { sides: [x, y], works: [work_x, work_y] } = self;
        let (u_x, u_y) = (layout.part(Player::X, u), layout.part(Player::Y, u));
        if parallel {
            rayon::join(|| x.observe(payoff, u_x, work_y), || y.observe(payoff, u_y, work_x));
        } else {
            x.observe(payoff, u_x, work_y);
            y.observe(payoff, u_y, work_x);
        }
    }

    /// [`Side::drift`] of both players.
    fn drift(&mut self, payoff: &Payoff, layout: &PairLayout, out: &mut [Complex64], parallel: bool) {
        let NodalDrift { sides: [x, y], works: [work_x, work_y] } = self;
        let (out_x, out_y) = layout.parts_mut(out);
        if parallel {
            rayon::join(|| x.drift(payoff, work_x, out_x), || y.drift(payoff, work_y, out_y));
        } else {
            x.drift(payoff, work_x, out_x);
            y.drift(payoff, work_y, out_y);
        }
    }

    /// What [`NodalDrift::derivative`] at this state needs.
    pub fn fields(&mut self, payoff: &Payoff, layout: &PairLayout, state: &[Complex64]) -> NodalFields {
        self.observe(payoff, layout, state, false);
        let NodalDrift { sides: [x, y], works: [work_x, work_y] } = self;
        let room = |player: Player| vec![0.0; layout.grid(player).len() * layout.grid(player).dimension()];
        let mut forces = [room(Player::X), room(Player::Y)];
        x.force(payoff, work_x, &mut forces[0]);
        y.force(payoff, work_y, &mut forces[1]);
        NodalFields { values: [x.values.clone(), y.values.clone()], forces }
    }

    /// `N'(u) w` at the state of `fields`.
    pub fn derivative(
        &mut self,
        payoff: &Payoff,
        layout: &PairLayout,
        fields: &NodalFields,
        direction: &[Complex64],
        out: &mut [Complex64],
    ) {
        self.observe(payoff, layout, direction, false);
        let NodalDrift { sides: [x, y], works: [work_x, work_y] } = self;
        let (out_x, out_y) = layout.parts_mut(out);
        x.drift_derivative(payoff, work_x, (&fields.values[0], &fields.forces[0]), out_x);
        y.drift_derivative(payoff, work_y, (&fields.values[1], &fields.forces[1]), out_y);
    }
}

//! How far the stationary law of Euler-Maruyama is from the equilibrium, to first order in the step `h`.
//!
//! Of one potential the law is the Gibbs law of `V - (h/4)|grad V|^2 + (h tau/2) Lap V` instead of `V` (docs/numerics.md,
//! section 15). Of a game, where the biased clouds feel each other, it is `mu*(1 + p)`, `nu*(1 + q)` with
//!
//! ```text
//! tau_x p + K q   =     h (|grad V|^2/4 - tau_x Lap V/2) + c,       (K q)(x)   = int f(x, y) q(y) nu*(y) dy,
//! tau_y q - K^T p = eta h (|grad U|^2/4 + tau_y Lap U/2) + c',      (K^T p)(y) = int f(x, y) p(x) mu*(x) dx,
//! ```
//!
//! `V = V[nu*]`, `U = U[mu*]`, `c` and `c'` such that `int p mu* = int q nu* = 0`. Without `q` the first line is
//! `(tau_x + K K^T/tau_y) p = ..`, self-adjoint and positive in `L2(mu*)`: conjugate gradients, which end after as many
//! steps as the payoff has functions, and one.
//!
//! Cost: two potentials for each step. The law is linear in `h`: where `p` or `q` reaches -1 it means nothing, and the
//! caller is told so.

use crate::game::{Payoff, PayoffWork, Player};
use crate::torus::{Density, Fourier, gradient};

/// Reduction of the residual.
const TOLERANCE: f64 = 1e-12;
/// More steps than any payoff of finite rank has needed.
const MOST_STEPS: usize = 500;

/// A pair of Gibbs densities, and what the equations between them need.
struct Pair<'a> {
    payoff: &'a Payoff,
    equilibrium: [&'a [f64]; 2],
    work: PayoffWork,
}

impl Pair<'_> {
    /// `K q` or `K^T p`, less its mean under the density of `player`, who feels it.
    fn felt(&mut self, player: Player, relative: &[f64]) -> Vec<f64> {
        let opponent = self.equilibrium[player.opponent().index()];
        let change: Vec<f64> = relative.iter().zip(opponent).map(|(r, density)| r * density).collect();
        let mut out = vec![0.0; self.equilibrium[player.index()].len()];
        self.payoff.potential(player, &change, &mut out, &mut self.work);
        self.centre(player, &mut out);
        out
    }

    fn mean_product(&self, player: Player, a: &[f64], b: &[f64]) -> f64 {
        let density = self.equilibrium[player.index()];
        let total: f64 = density.iter().sum();
        a.iter().zip(b).zip(density).map(|((a, b), r)| a * b * r).sum::<f64>() / total
    }

    fn centre(&self, player: Player, values: &mut [f64]) {
        let density = self.equilibrium[player.index()];
        let mean = values.iter().zip(density).map(|(v, r)| v * r).sum::<f64>() / density.iter().sum::<f64>();
        values.iter_mut().for_each(|v| *v -= mean);
    }
}

/// `p` and `q` at the nodes of the equilibrium densities, for a step of length `step`; `timescale` is `eta`.
///
/// # Errors
/// The reason when the step is too large for a law that is linear in it, or the equations were not solved.
///
/// # Panics
/// When the densities are not on the grids of the payoff.
pub fn stationary_bias(
    payoff: &Payoff,
    equilibrium: [&Density; 2],
    temperature: [f64; 2],
    timescale: f64,
    step: f64,
) -> Result<[Vec<f64>; 2], String> {
    let densities = equilibrium.map(Density::values);
    let mut pair = Pair { payoff, equilibrium: densities, work: payoff.work() };
    let speed = [1.0, timescale];
    let [a, b] = Player::BOTH.map(|player| {
        let p = player.index();
        let mut potential = vec![0.0; densities[p].len()];
        payoff.potential(player, densities[player.opponent().index()], &mut potential, &mut pair.work);
        let mut source = source(payoff, player, &potential, temperature[p]);
        source.iter_mut().for_each(|s| *s *= speed[p] * step);
        pair.centre(player, &mut source);
        source
    });
    let mut right = pair.felt(Player::X, &b);
    right.iter_mut().zip(&a).for_each(|(r, a)| *r = a - *r / temperature[1]);
    let p = solve(&mut pair, temperature, &right)?;
    let mut q = pair.felt(Player::Y, &p);
    q.iter_mut().zip(&b).for_each(|(q, b)| *q = (b + *q) / temperature[1]);
    let least = p.iter().chain(&q).fold(0.0_f64, |least, v| least.min(*v));
    if least <= -1.0 {
        return Err(format!("the step {step:e} is too large for a law that is linear in it"));
    }
    Ok([p, q])
}

/// `|grad V|^2/4 -+ tau Lap V/2`.
fn source(payoff: &Payoff, player: Player, potential: &[f64], tau: f64) -> Vec<f64> {
    let grid = payoff.grid(player);
    let sign = match player {
        Player::X => -0.5,
        Player::Y => 0.5,
    };
    let fourier = Fourier::new(grid);
    let (mut spectrum, mut scratch) = (fourier.zero_spectrum(), fourier.scratch());
    fourier.forward(potential, &mut spectrum, &mut scratch);
    let squares = grid.symbol(|k| k.iter().map(|k| k * k).sum());
    let laplacian: Vec<_> = spectrum.iter().zip(&squares).map(|(c, k)| -c * k).collect();
    let mut out = vec![0.0; grid.len()];
    fourier.inverse(&laplacian, &mut out, &mut scratch);
    out.iter_mut().for_each(|v| *v *= sign * tau);
    let (mut along, mut slope) = (fourier.zero_spectrum(), vec![0.0; grid.len()]);
    for axis in 0..grid.dimension() {
        gradient(grid, axis, &spectrum, &mut along);
        fourier.inverse(&along, &mut slope, &mut scratch);
        out.iter_mut().zip(&slope).for_each(|(v, s)| *v += 0.25 * s * s);
    }
    out
}

/// `(tau_x + K K^T/tau_y) p = right` by conjugate gradients.
fn solve(pair: &mut Pair<'_>, temperature: [f64; 2], right: &[f64]) -> Result<Vec<f64>, String> {
    let apply = |pair: &mut Pair<'_>, p: &[f64]| {
        let between = pair.felt(Player::Y, p);
        let mut out = pair.felt(Player::X, &between);
        out.iter_mut().zip(p).for_each(|(o, p)| *o = temperature[0] * p + *o / temperature[1]);
        out
    };
    let mut solution = vec![0.0; right.len()];
    let (mut residual, mut direction) = (right.to_vec(), right.to_vec());
    let mut square = pair.mean_product(Player::X, &residual, &residual);
    let goal = TOLERANCE * TOLERANCE * square;
    for _ in 0..MOST_STEPS {
        if square <= goal {
            return Ok(solution);
        }
        let image = apply(pair, &direction);
        let length = square / pair.mean_product(Player::X, &direction, &image);
        solution.iter_mut().zip(&direction).for_each(|(s, d)| *s += length * d);
        residual.iter_mut().zip(&image).for_each(|(r, i)| *r -= length * i);
        let next = pair.mean_product(Player::X, &residual, &residual);
        direction.iter_mut().zip(&residual).for_each(|(d, r)| *d = r + next / square * *d);
        square = next;
    }
    Err(format!("the bias of the step was not found in {MOST_STEPS} steps of conjugate gradients"))
}

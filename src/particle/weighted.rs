//! Steps of weighted particles: the schemes of [`super::euler_maruyama`] and [`super::heun`] for places and logarithms of
//! weights together.
//!
//! ```text
//! Euler:   X' = X + h b(X, w) + sigma sqrt(h) z,                      log w' = log w + h r(X, w)
//! Heun:    P, v  by one step of Euler,
//!          X' = X + (h/2) (b(X, w) + b(P, v)) + sigma sqrt(h) z,      log w' = log w + (h/2) (r(X, w) + r(P, v))
//! ```
//!
//! The noise does not depend on the state and the weights have none, so that the weak orders are the same, 1 and 2. Weights
//! are divided by their sum after each stage: `r` ([`super::reaction`]) is known up to a number that the mass decides. The
//! noise is that of particles without weights: a single particle has weight 1 and moves as it does there.
//!
//! Cost: per stage that of [`super::modes`] and of [`super::kernel_density`].

use super::box_muller::normals;
use super::ensemble::Ensemble;
use super::modes::CHUNK;
use super::motion::{Factor, wrap};
use super::stream::{BLOCK, Purpose};
use super::system::{ParticleScheme, ParticleSystem};
use crate::game::Player;
use rayon::prelude::*;

/// Where a player's particles go, and what becomes of their weights.
struct Slope {
    /// `dV/dt_j`, as shares are stored.
    gradients: Vec<f64>,
    /// `d log w/dt`.
    rates: Vec<f64>,
}

impl Slope {
    fn mean(&self, other: &Slope) -> Slope {
        let mean = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| 0.5 * (a + b)).collect();
        Slope { gradients: mean(&self.gradients, &other.gradients), rates: mean(&self.rates, &other.rates) }
    }
}

/// One step of length `h`.
pub(super) fn advance(system: &mut ParticleSystem, h: f64) {
    let before = Player::BOTH.map(|player| system.cloud(player).clone());
    let noise = of_both(|player| noise(system, player));
    let first = of_both(|player| slope(system, player));
    let moved = |system: &ParticleSystem, slopes: &[Slope; 2]| {
        Player::BOTH.map(|player| {
            let (p, factors) = (player.index(), system.mobility(player).factors(h));
            step(&before[p], &factors, &slopes[p], &noise[p], h)
        })
    };
    let predicted = moved(system, &first);
    system.set_clouds(predicted);
    if system.scheme() == ParticleScheme::Heun {
        let second = of_both(|player| slope(system, player));
        let corrected = moved(system, &[0, 1].map(|p| first[p].mean(&second[p])));
        system.set_clouds(corrected);
    }
}

fn of_both<R: Send>(serve: impl Fn(Player) -> R + Sync) -> [R; 2] {
    let (x, y) = rayon::join(|| serve(Player::X), || serve(Player::Y));
    [x, y]
}

/// Normal numbers for every coordinate, as shares are stored: those of particles without weights.
fn noise(system: &ParticleSystem, player: Player) -> Vec<f64> {
    let cloud = system.cloud(player);
    let (block, chunk) = (BLOCK * cloud.dimension(), CHUNK * cloud.dimension());
    let (streams, player, step) = system.streams(player);
    let mut noise = vec![0.0; cloud.shares().len()];
    noise.par_chunks_mut(block).enumerate().for_each(|(index, noise)| {
        let mut stream = streams.block(player, Purpose::Noise, index, step);
        let (mut bits, mut drawn) = (vec![0; chunk], vec![0.0; chunk]);
        for noise in noise.chunks_mut(chunk) {
            let even = noise.len().next_multiple_of(2);
            stream.fill(&mut bits[..even]);
            normals(&bits[..even], &mut drawn[..even]);
            noise.copy_from_slice(&drawn[..noise.len()]);
        }
    });
    noise
}

fn slope(system: &ParticleSystem, player: Player) -> Slope {
    let (cloud, field) = (system.cloud(player), system.field(player));
    let shares = cloud.shares();
    let mut gradients = vec![0.0; shares.len()];
    let chunk = CHUNK * cloud.dimension();
    gradients.par_chunks_mut(chunk).zip(shares.par_chunks(chunk)).for_each_init(
        || field.felt.scratch(),
        |scratch, (out, shares)| field.felt.gradients(field.potential, shares, out, scratch),
    );
    let rates = system.reaction(player).rates(field.felt, field.potential, shares, cloud.weights());
    Slope { gradients, rates }
}

/// `X + a g + b z` and `w exp(h r)` over its sum. The largest exponent is taken out, so that nothing overflows.
fn step(from: &Ensemble, factors: &[Factor], slope: &Slope, noise: &[f64], h: f64) -> Ensemble {
    let Slope { gradients, rates } = slope;
    let dimension = factors.len();
    let mut shares = from.shares().to_vec();
    let chunk = CHUNK * dimension;
    let causes = gradients.par_chunks(chunk).zip(noise.par_chunks(chunk));
    shares.par_chunks_mut(chunk).zip(causes).for_each(|(shares, (gradients, noise))| {
        let n = shares.len() / dimension;
        for ((i, t), (g, z)) in shares.iter_mut().enumerate().zip(gradients.iter().zip(noise)) {
            let Factor { drift, noise } = factors[i / n];
            *t = wrap(*t + (drift * g + noise * z));
        }
    });
    let alive = from.weights().iter().zip(rates).filter(|(w, _)| **w > 0.0);
    let largest = alive.map(|(_, r)| h * r).fold(f64::NEG_INFINITY, f64::max);
    let weights =
        from.weights().par_iter().zip(rates).map(|(w, r)| if *w > 0.0 { w * (h * r - largest).exp() } else { 0.0 });
    Ensemble::stored(dimension, shares, weights.collect())
}

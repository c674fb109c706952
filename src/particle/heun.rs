//! Heun's scheme with additive noise, for the `N + M` particles together:
//!
//! ```text
//! P  = Z + h b(Z) + sigma sqrt(h) z,
//! Z' = Z + (h/2) (b(Z) + b(P)) + sigma sqrt(h) z.
//! ```
//!
//! Weak order 2 because the noise does not depend on the state: the explicit scheme of Kloeden and Platen 1992, (15.1.1)
//! to (15.1.4), after Platen 1987, which then has no further terms. Noise of a normal law is used, not of the three-point
//! law that would do, so that the increments are those of Brownian motion. Unlike schemes that are of order 2 for the
//! stationary law alone (Leimkuhler and Matthews 2013) it is so at every time, which is what clouds on their way, or on a
//! cycle, are compared by. The forces at `P` are those between the particles at their predicted places: the means of the
//! modes are taken a second time. Two evaluations of the drift a step.

use super::motion::{Factor, Space, for_each_chunk};
use super::system::ParticleSystem;
use crate::game::Player;
use crate::registers::on_widest_registers;

/// One step of length `h`.
pub(super) fn advance(system: &mut ParticleSystem, h: f64) {
    let mut predicted = Player::BOTH.map(|player| vec![0.0; system.cloud(player).shares().len()]);
    let means = system.both(&mut predicted, |system, player, cloud, predicted| {
        let (field, factors) = (system.field(player), system.mobility(player).factors(h));
        for_each_chunk(field, system.streams(player), cloud, predicted, |pass, stream, shares, predicted| {
            pass.feel(shares);
            pass.draw(shares.len(), stream);
            let n = shares.len() / factors.len();
            let places = shares.chunks_exact_mut(n).zip(predicted.chunks_exact_mut(n));
            let causes = pass.gradients.chunks_exact(n).zip(pass.noise.chunks_exact(n));
            for (((shares, predicted), (gradients, noise)), factor) in places.zip(causes).zip(&factors) {
                predict(field.space, *factor, gradients, noise, shares, predicted);
            }
            pass.observe(predicted);
        })
    });
    system.set_means(means);
    let means = system.both(&mut predicted, |system, player, cloud, predicted| {
        let (field, factors) = (system.field(player), system.mobility(player).factors(h));
        for_each_chunk(field, system.streams(player), cloud, predicted, |pass, _, shares, predicted| {
            pass.feel(predicted);
            let n = shares.len() / factors.len();
            let parts = shares.chunks_exact_mut(n).zip(pass.gradients.chunks_exact(n));
            for ((shares, gradients), factor) in parts.zip(&factors) {
                correct(field.space, factor.drift, gradients, shares);
            }
            pass.observe(shares);
        })
    });
    system.set_means(means);
}

/// `P = t + a g + b z`, on the circle wrapped; `t <- t + (a/2) g + b z`, not yet wrapped.
fn predict(space: Space, factor: Factor, gradients: &[f64], noise: &[f64], shares: &mut [f64], predicted: &mut [f64]) {
    let Factor { drift: a, noise: b } = factor;
    on_widest_registers!(predict_kernel(
        space: Space, a: f64, b: f64, gradients: &[f64], noise: &[f64], shares: &mut [f64], predicted: &mut [f64]
    ))
}

#[inline(always)]
fn predict_kernel(
    space: Space,
    a: f64,
    b: f64,
    gradients: &[f64],
    noise: &[f64],
    shares: &mut [f64],
    predicted: &mut [f64],
) {
    for (((t, p), g), z) in shares.iter_mut().zip(predicted).zip(gradients).zip(noise) {
        let (drift, noise) = (a * g, b * z);
        *p = space.place(*t + (drift + noise));
        *t += 0.5 * drift + noise;
    }
}

/// `t <- t + (a/2) g`, on the circle wrapped.
fn correct(space: Space, a: f64, gradients: &[f64], shares: &mut [f64]) {
    on_widest_registers!(correct_kernel(space: Space, a: f64, gradients: &[f64], shares: &mut [f64]))
}

#[inline(always)]
fn correct_kernel(space: Space, a: f64, gradients: &[f64], shares: &mut [f64]) {
    for (t, g) in shares.iter_mut().zip(gradients) {
        *t = space.place(*t + 0.5 * a * g);
    }
}

//! Euler-Maruyama: `Z' = Z + h b(Z) + sigma sqrt(h) z` for the `N + M` particles together.
//!
//! Weak order 1 (Kloeden and Platen 1992, section 14.1). Its stationary law differs from the Gibbs law by `O(h)`: it is
//! that of the potential `V - (h/4) |grad V|^2 + (h tau/2) Lap V` (docs/numerics.md). One evaluation of the drift a step.

use super::motion::{Factor, Space, for_each_chunk};
use super::system::ParticleSystem;
use crate::registers::on_widest_registers;

/// One step of length `h`.
pub(super) fn advance(system: &mut ParticleSystem, h: f64) {
    let means = system.both(&mut [vec![], vec![]], |system, player, cloud, _| {
        let (field, factors) = (system.field(player), system.mobility(player).factors(h));
        for_each_chunk(field, system.streams(player), cloud, &mut [], |pass, stream, shares, _| {
            pass.feel(shares);
            pass.draw(shares.len(), stream);
            let n = shares.len() / factors.len();
            let causes = pass.gradients.chunks_exact(n).zip(pass.noise.chunks_exact(n));
            for ((shares, (gradients, noise)), factor) in shares.chunks_exact_mut(n).zip(causes).zip(&factors) {
                move_by(field.space, *factor, gradients, noise, shares);
            }
            pass.observe(shares);
        })
    });
    system.set_means(means);
}

/// `t <- t + a g + b z`, on the circle wrapped.
fn move_by(space: Space, factor: Factor, gradients: &[f64], noise: &[f64], shares: &mut [f64]) {
    let Factor { drift: a, noise: b } = factor;
    on_widest_registers!(move_kernel(
        space: Space, a: f64, b: f64, gradients: &[f64], noise: &[f64], shares: &mut [f64]
    ))
}

#[inline(always)]
fn move_kernel(space: Space, a: f64, b: f64, gradients: &[f64], noise: &[f64], shares: &mut [f64]) {
    for ((t, g), z) in shares.iter_mut().zip(gradients).zip(noise) {
        *t = space.place(*t + (a * g + b * z));
    }
}

//! Particles on the line that have got out of hand.
//!
//! An explicit step `h` overshoots where `h |V'(x)| > 2 |x|`. Under a force that grows faster than `|x|` a particle that gets
//! there is thrown out ever farther, and is lost within a few steps (Hutzenthaler, Jentzen, Kloeden 2011): the moments of
//! Euler-Maruyama are infinite in the limit of many particles, with any step. A particle that is not finite, or farther
//! than [`ESCAPE`] boxes from the box of the densities, has escaped; a run ends there.

use super::ensemble::Ensemble;
use crate::game::Player;
use rayon::prelude::*;

/// Widths of the box beyond which a particle is lost: no particle that follows its equation gets there.
pub const ESCAPE: f64 = 100.0;

/// A particle that was lost.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Escape {
    /// Whose.
    pub player: Player,
    /// Number of the particle.
    pub particle: usize,
    /// Steps taken when it was seen.
    pub steps: u64,
}

/// Whether the share of a box is that of a lost particle.
pub fn is_lost(share: f64) -> bool {
    // A share that is not a number is in no range.
    !(-ESCAPE..=1.0 + ESCAPE).contains(&share)
}

/// The first particle that was lost.
pub(super) fn first_lost(cloud: &Ensemble) -> Option<usize> {
    let any = cloud.shares().par_chunks(1 << 16).any(|shares| shares.iter().any(|t| is_lost(*t)));
    any.then(|| cloud.rows().iter().position(|t| is_lost(*t)).map(|at| at / cloud.dimension())).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_particle_beyond_the_limit_or_without_a_place_is_found() {
        let mut rows: Vec<f64> = (0..2 * 70_000).map(|i| (i as f64 * 0.618).fract() * 3.0 - 1.0).collect();
        let cloud = |rows: &[f64]| Ensemble::on_line(2, rows);
        assert_eq!(first_lost(&cloud(&rows)), None);
        rows[2 * 69_000 + 1] = 1.0 + 1.001 * ESCAPE;
        assert_eq!(first_lost(&cloud(&rows)), Some(69_000));
        rows[2 * 40_000] = -1.001 * ESCAPE;
        assert_eq!(first_lost(&cloud(&rows)), Some(40_000));
        assert!([f64::NAN, f64::INFINITY, f64::NEG_INFINITY].into_iter().all(is_lost));
    }
}

//! What the schemes have in common: how fast a player's particles move, and one pass over them in blocks.
//!
//! In shares `t = (x - origin)/L` of the periods a step of length `h` is
//!
//! ```text
//! dt_j = -+ e h/L_j^2 dV/dt_j + sqrt(2 e tau h)/L_j z_j,     e = 1, minus sign for x;   e = eta, plus sign for y
//! ```

use super::basis::{Basis, BasisScratch};
use super::box_muller::normals;
use super::modes::CHUNK;
use super::stream::{BLOCK, BlockStream, Purpose, RandomStreams};
use crate::game::{Game, Player};
use rayon::prelude::*;

/// What moves one player's particles, per unit of time.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Mobility {
    /// `-+ e/L_j^2`.
    drift: Vec<f64>,
    /// `2 e tau/L_j^2`: variance.
    diffusion: Vec<f64>,
    space: Space,
}

/// What multiplies gradient and normal number along one axis in a step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Factor {
    pub drift: f64,
    pub noise: f64,
}

impl Mobility {
    /// Of a player of a game.
    pub fn new(game: &Game, player: Player) -> Mobility {
        let e = match player {
            Player::X => -1.0,
            Player::Y => game.timescale(),
        };
        let tau = game.temperature(player);
        let periods = game.domain(player).period();
        Mobility {
            drift: periods.iter().map(|l| e / (l * l)).collect(),
            diffusion: periods.iter().map(|l| 2.0 * e.abs() * tau / (l * l)).collect(),
            space: if game.domain(player).is_line() { Space::Line } else { Space::Torus },
        }
    }

    /// Dimension of the torus.
    pub fn dimension(&self) -> usize {
        self.drift.len()
    }

    /// Where the particles live.
    pub fn space(&self) -> Space {
        self.space
    }

    /// What multiplies the gradient per unit of time, one for each axis.
    pub fn drift(&self) -> &[f64] {
        &self.drift
    }

    /// For a step of length `h`, one for each axis.
    pub fn factors(&self, h: f64) -> Vec<Factor> {
        let pairs = self.drift.iter().zip(&self.diffusion);
        pairs.map(|(a, d)| Factor { drift: a * h, noise: (d * h).sqrt() }).collect()
    }
}

/// Where a player's particles live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Space {
    Torus,
    Line,
}

impl Space {
    /// The place of a share that a step has come to.
    #[inline(always)]
    pub fn place(self, t: f64) -> f64 {
        match self {
            Space::Torus => wrap(t),
            Space::Line => t,
        }
    }
}

/// The potential that a player feels in a step, and what his opponent feels of him.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field<'a> {
    pub felt: &'a Basis,
    /// Coefficients of what is felt.
    pub potential: &'a [f64],
    pub coupled: &'a Basis,
    pub dimension: usize,
    /// Whether places are those of the line, which has no end, or of the circle.
    pub space: Space,
}

/// One thread's work space in a pass.
pub(super) struct Pass<'a> {
    field: Field<'a>,
    felt: BasisScratch,
    coupled: BasisScratch,
    bits: Vec<u64>,
    /// `dV/dt_j` at the particles of a chunk, axis after axis.
    pub gradients: Vec<f64>,
    /// Normal numbers, as many.
    pub noise: Vec<f64>,
    sums: Vec<f64>,
}

impl<'a> Pass<'a> {
    fn new(field: Field<'a>) -> Pass<'a> {
        let length = CHUNK * field.dimension;
        Pass {
            field,
            felt: field.felt.scratch(),
            coupled: field.coupled.scratch(),
            bits: vec![0; length],
            gradients: vec![0.0; length],
            noise: vec![0.0; length],
            sums: vec![0.0; field.coupled.len()],
        }
    }

    /// Fills [`Pass::gradients`] at these places.
    pub fn feel(&mut self, shares: &[f64]) {
        let Field { felt, potential, .. } = self.field;
        felt.gradients(potential, shares, &mut self.gradients[..shares.len()], &mut self.felt);
    }

    /// Fills the first `length` of [`Pass::noise`].
    pub fn draw(&mut self, length: usize, stream: &mut BlockStream) {
        // Normal numbers come in pairs.
        let even = length.next_multiple_of(2);
        stream.fill(&mut self.bits[..even]);
        normals(&self.bits[..even], &mut self.noise[..even]);
    }

    /// Adds what the opponent feels of these places to the sums of the block.
    pub fn observe(&mut self, shares: &[f64]) {
        self.field.coupled.add_sums(shares, &mut self.sums, &mut self.coupled);
    }
}

/// Serves all particles, block by block, and returns the means that [`Pass::observe`] has seen.
///
/// `serve` gets a chunk of `first` and the same chunk of `second`, which is as long, or empty where there is none.
pub(super) fn for_each_chunk(
    field: Field<'_>,
    streams: (&RandomStreams, Player, u64),
    first: &mut [f64],
    second: &mut [f64],
    serve: impl Fn(&mut Pass<'_>, &mut BlockStream, &mut [f64], &mut [f64]) + Sync,
) -> Vec<f64> {
    let count = first.len() / field.dimension;
    let (block, chunk) = (BLOCK * field.dimension, CHUNK * field.dimension);
    let (streams, player, step) = streams;
    let of_block = |pass: &mut Pass<'_>, (index, (first, second)): (usize, (&mut [f64], &mut [f64]))| {
        pass.sums.fill(0.0);
        let mut stream = streams.block(player, Purpose::Noise, index, step);
        let mut seconds = second.chunks_mut(chunk);
        for first in first.chunks_mut(chunk) {
            serve(pass, &mut stream, first, seconds.next().unwrap_or(&mut []));
        }
        pass.sums.clone()
    };
    if count <= BLOCK {
        let sums = of_block(&mut Pass::new(field), (0, (first, second)));
        return mean(&[sums], count as f64);
    }
    let blocks = first.len().div_ceil(block);
    let mut seconds: Vec<&mut [f64]> = second.chunks_mut(block).collect();
    seconds.resize_with(blocks, || &mut []);
    let all = first.par_chunks_mut(block).zip(seconds).enumerate();
    let sums: Vec<Vec<f64>> = all.map_init(|| Pass::new(field), of_block).collect();
    mean(&sums, count as f64)
}

/// Means from the sums of blocks, added in their order, over `mass`.
pub(super) fn mean(blocks: &[Vec<f64>], mass: f64) -> Vec<f64> {
    let mut total = vec![0.0; blocks[0].len()];
    for block in blocks {
        total.iter_mut().zip(block).for_each(|(t, b)| *t += b);
    }
    total.iter_mut().for_each(|t| *t /= mass);
    total
}

/// The place on the circle: a share in `[0, 1)`. A tiny negative number becomes 0, not 1.
#[inline(always)]
pub(super) fn wrap(t: f64) -> f64 {
    let share = t - t.floor();
    if share < 1.0 { share } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_wrapped_into_the_circle_whatever_their_sign() {
        let ends = [(-1e-18, 0.0), (1.0, 0.0), (-0.0, 0.0), (1.25, 0.25), (-0.75, 0.25), (0.5, 0.5), (-3.5, 0.5)];
        for (t, expected) in ends {
            assert_eq!(wrap(t), expected, "{t}");
        }
    }
}

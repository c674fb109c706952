//! Random numbers that are functions of a counter: ChaCha with 8 rounds (Bernstein 2008; Aumasson 2020 on the rounds), one
//! stream for each block of particles, one place in it for each step.
//!
//! ```text
//! key     = seed
//! stream  = (replica, player, use) 2^32 + block
//! place   = step x WORDS_OF_A_STEP
//! ```
//!
//! A block draws the same numbers whichever thread serves it, and a run that is continued needs nothing but the number of
//! its step. Two clouds of different size share the numbers of their common blocks.

use crate::game::Player;
use chacha20::ChaCha8Rng;
use chacha20::rand_core::{Rng, SeedableRng};

/// Particles of a block.
pub const BLOCK: usize = 4096;
/// Numbers of 64 bits that a block may draw in one step: two for each particle, which is one for each axis.
const DRAWS_OF_A_STEP: usize = 2 * BLOCK;
/// Words of 32 bits that lie between the places of two steps.
const WORDS_OF_A_STEP: u128 = 2 * DRAWS_OF_A_STEP as u128;
/// What the key holds besides the seed.
const KEY: &[u8; 24] = b"nashflow particle system";

/// What numbers are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The Brownian motions.
    Noise,
    /// The initial places.
    Start,
}

/// The random numbers of one realisation of a particle system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RandomStreams {
    key: [u8; 32],
    replica: u64,
}

impl RandomStreams {
    /// Most replicas of one seed.
    pub const MAXIMUM_REPLICAS: u64 = 1 << 30;

    /// The numbers of a replica under a seed.
    ///
    /// # Panics
    /// When `replica` is [`RandomStreams::MAXIMUM_REPLICAS`] or more.
    pub fn new(seed: u64, replica: u64) -> RandomStreams {
        assert!(replica < Self::MAXIMUM_REPLICAS, "replica {replica} of at most {}", Self::MAXIMUM_REPLICAS);
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..].copy_from_slice(KEY);
        RandomStreams { key, replica }
    }

    /// The numbers that a block draws in a step.
    pub fn block(&self, player: Player, purpose: Purpose, block: usize, step: u64) -> BlockStream {
        let block = u32::try_from(block).expect("a cloud has fewer than 2^32 blocks");
        let use_of = match purpose {
            Purpose::Noise => 0,
            Purpose::Start => 1,
        };
        let mut generator = ChaCha8Rng::from_seed(self.key);
        generator.set_stream((((self.replica * 2 + player.index() as u64) * 2 + use_of) << 32) | u64::from(block));
        generator.set_word_pos(u128::from(step) * WORDS_OF_A_STEP);
        BlockStream { generator }
    }
}

/// The numbers of one block in one step, in order.
pub struct BlockStream {
    generator: ChaCha8Rng,
}

impl BlockStream {
    /// The next numbers of 64 bits.
    pub fn fill(&mut self, out: &mut [u64]) {
        out.iter_mut().for_each(|number| *number = self.generator.next_u64());
    }

    /// The next number in `[0, 1)`, a multiple of `2^-53`.
    pub fn uniform(&mut self) -> f64 {
        (self.generator.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn first(replica: u64, player: Player, purpose: Purpose, block: usize, step: u64) -> u64 {
        let mut out = [0];
        RandomStreams::new(7, replica).block(player, purpose, block, step).fill(&mut out);
        out[0]
    }

    #[test]
    fn every_replica_player_purpose_block_and_step_has_numbers_of_its_own() {
        let mut seen = HashSet::new();
        for replica in [0, 1, 2, (1 << 30) - 1] {
            for player in Player::BOTH {
                for purpose in [Purpose::Noise, Purpose::Start] {
                    for block in [0, 1, 5000] {
                        for step in [0, 1, 1_000_000_000_000] {
                            assert!(seen.insert(first(replica, player, purpose, block, step)));
                        }
                    }
                }
            }
        }
        assert_eq!(seen.len(), 4 * 2 * 2 * 3 * 3);
    }

    #[test]
    fn the_numbers_of_a_step_end_where_those_of_the_next_begin() {
        let streams = RandomStreams::new(7, 0);
        let mut long = vec![0; DRAWS_OF_A_STEP + 1];
        streams.block(Player::Y, Purpose::Noise, 3, 41).fill(&mut long);
        assert_eq!(long[DRAWS_OF_A_STEP], first(0, Player::Y, Purpose::Noise, 3, 42));
    }

    #[test]
    fn the_generator_is_that_of_the_specification() {
        // ChaCha8, key 0, IV 0: the first words of the key stream of draft-strombergson-chacha-test-vectors, TC1.
        let mut generator = ChaCha8Rng::from_seed([0; 32]);
        assert_eq!(generator.next_u64().to_le_bytes(), [0x3e, 0x00, 0xef, 0x2f, 0x89, 0x5f, 0x40, 0xd6]);
    }
}

//! Random designs: points of a box that are functions of a seed.
//!
//! `uniform` draws every coordinate by itself. A Latin hypercube (McKay, Beckman, Conover 1979) of `n` points has in every
//! coordinate one value in each of the `n` intervals of equal length: the intervals are permuted (Fisher and Yates), and the
//! place within each is drawn.
//!
//! Random numbers are ChaCha with 8 rounds, as for particles (`particle/stream.rs`), one stream for each coordinate.

use chacha20::ChaCha8Rng;
use chacha20::rand_core::{Rng, SeedableRng};

/// What the key holds besides the seed.
const KEY: &[u8; 24] = b"nashflow sweep design   ";

/// How points are spread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Design {
    Uniform,
    LatinHypercube,
}

impl Design {
    pub const ALL: [Design; 2] = [Design::LatinHypercube, Design::Uniform];

    /// As written in a sweep file.
    pub fn name(self) -> &'static str {
        match self {
            Design::Uniform => "uniform",
            Design::LatinHypercube => "latin-hypercube",
        }
    }

    /// `points` shares in `[0, 1)` of one coordinate.
    pub fn shares(self, seed: u64, coordinate: u64, points: usize) -> Vec<f64> {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..].copy_from_slice(KEY);
        let mut generator = ChaCha8Rng::from_seed(key);
        generator.set_stream(coordinate);
        match self {
            Design::Uniform => (0..points).map(|_| unit(&mut generator)).collect(),
            Design::LatinHypercube => {
                let mut intervals: Vec<usize> = (0..points).collect();
                for last in (1..points).rev() {
                    // With at most 10^6 points the bias of the product is below 1e-10.
                    let other = (unit(&mut generator) * (last + 1) as f64) as usize;
                    intervals.swap(last, other);
                }
                let place = |interval: usize| (interval as f64 + unit(&mut generator)) / points as f64;
                intervals.into_iter().map(place).collect()
            }
        }
    }
}

/// A multiple of `2^-53` in `[0, 1)`.
fn unit(generator: &mut ChaCha8Rng) -> f64 {
    (generator.next_u64() >> 11) as f64 * (-53f64).exp2()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_latin_hypercube_has_one_point_in_every_interval() {
        for points in [1, 2, 17, 1000] {
            let mut counts = vec![0; points];
            for share in Design::LatinHypercube.shares(3, 1, points) {
                counts[(share * points as f64) as usize] += 1;
            }
            assert!(counts.iter().all(|count| *count == 1), "{counts:?}");
        }
    }

    #[test]
    fn shares_are_uniform_and_depend_on_seed_and_coordinate() {
        for design in Design::ALL {
            let shares = design.shares(1, 0, 4000);
            assert!(shares.iter().all(|share| (0.0..1.0).contains(share)));
            let mean = shares.iter().sum::<f64>() / 4000.0;
            // The standard error of uniform numbers is 1/sqrt(12 n) = 0.0046.
            assert!((mean - 0.5).abs() <= 4.0 * 0.0046, "{mean}");
            assert_eq!(shares, design.shares(1, 0, 4000));
            assert_ne!(shares, design.shares(2, 0, 4000));
            assert_ne!(shares, design.shares(1, 1, 4000));
            let other = design.shares(1, 1, 4000);
            let product: f64 = shares.iter().zip(&other).map(|(a, b)| (a - 0.5) * (b - 0.5)).sum::<f64>() / 4000.0;
            // 1/(12 sqrt n) = 0.0013.
            assert!(product.abs() <= 4.0 * 0.0013, "{product}");
        }
    }
}

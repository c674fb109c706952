//! The particles of one player: places as shares of the periods, in blocks.
//!
//! A share `t = (x - origin)/period` is kept in `[0, 1)`, so that angles are reduced without rounding, however long the
//! system runs. Particles are stored in chunks of [`CHUNK`], a chunk axis after axis, and served and summed in blocks of
//! [`BLOCK`], which are whole numbers of chunks.

use super::modes::{CHUNK, ModeSet};
use super::motion::mean;
use super::stream::BLOCK;
use rayon::prelude::*;

/// Particles on one torus.
#[derive(Debug, Clone, PartialEq)]
pub struct Ensemble {
    dimension: usize,
    count: usize,
    shares: Vec<f64>,
}

impl Ensemble {
    /// From shares of the periods in `[0, 1)`, one row of `dimension` numbers for each particle.
    ///
    /// # Panics
    /// When there are no particles, the numbers do not make whole rows, or one is not in `[0, 1)`.
    #[track_caller]
    pub fn from_rows(dimension: usize, rows: &[f64]) -> Ensemble {
        assert!(
            !rows.is_empty() && rows.len().is_multiple_of(dimension),
            "{} numbers in rows of {dimension}",
            rows.len()
        );
        assert!(rows.iter().all(|t| (0.0..1.0).contains(t)), "shares of the periods lie in [0, 1)");
        let mut shares = Vec::with_capacity(rows.len());
        for chunk in rows.chunks(CHUNK * dimension) {
            (0..dimension).for_each(|axis| shares.extend(chunk[axis..].iter().step_by(dimension)));
        }
        Ensemble { dimension, count: rows.len() / dimension, shares }
    }

    /// Shares, one row for each particle.
    pub fn rows(&self) -> Vec<f64> {
        let mut rows = Vec::with_capacity(self.shares.len());
        for chunk in self.shares.chunks(CHUNK * self.dimension) {
            let n = chunk.len() / self.dimension;
            (0..n).for_each(|i| rows.extend(chunk[i..].iter().step_by(n)));
        }
        rows
    }

    /// Number of particles.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Dimension of the torus.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// Shares as they are stored.
    pub(super) fn shares(&self) -> &[f64] {
        &self.shares
    }

    /// Takes the shares out, to be put back by [`Ensemble::put_shares`].
    pub(super) fn take_shares(&mut self) -> Vec<f64> {
        std::mem::take(&mut self.shares)
    }

    pub(super) fn put_shares(&mut self, shares: Vec<f64>) {
        self.shares = shares;
    }

    /// Means of the cosines and sines of the modes, in the order of [`ModeSet::add_sums`].
    pub fn mean_modes(&self, modes: &ModeSet) -> Vec<f64> {
        let of_block = |block: &[f64]| {
            let (mut sums, mut scratch) = (vec![0.0; 2 * modes.len()], modes.scratch());
            block.chunks(CHUNK * self.dimension).for_each(|chunk| modes.add_sums(chunk, &mut sums, &mut scratch));
            sums
        };
        let blocks: Vec<Vec<f64>> = self.shares.par_chunks(BLOCK * self.dimension).map(of_block).collect();
        mean(&blocks, self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_as_they_were_given_and_modes_are_means_over_all_blocks() {
        for (dimension, count) in [(1, 3), (1, 2 * BLOCK + 5), (2, BLOCK), (2, BLOCK + 7)] {
            let rows: Vec<f64> = (0..count * dimension).map(|i| (i as f64 * 0.754_877_666_2).fract()).collect();
            let ensemble = Ensemble::from_rows(dimension, &rows);
            assert_eq!((ensemble.count(), ensemble.rows()), (count, rows.clone()));
            let modes = ModeSet::new(dimension, vec![[2, 0]]);
            let plain = rows.iter().step_by(dimension).map(|t| (4.0 * std::f64::consts::PI * t).cos()).sum::<f64>();
            assert!((ensemble.mean_modes(&modes)[0] - plain / count as f64).abs() <= 1e-14);
        }
    }

    #[test]
    #[should_panic(expected = "[0, 1)")]
    fn a_share_outside_the_torus_is_refused() {
        Ensemble::from_rows(1, &[0.5, f64::NAN]);
    }
}

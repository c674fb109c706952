//! The particles of one player: places as shares of the periods, in blocks.
//!
//! A share `t = (x - origin)/period` is kept in `[0, 1)`, so that angles are reduced without rounding, however long the
//! system runs. On the line it is the share of the box that the densities have, and may be any number. Particles are stored in chunks of [`CHUNK`], a chunk axis after axis, and served and summed in blocks of
//! [`BLOCK`], which are whole numbers of chunks. Particles have equal weights, or weights of their own, whose sum is 1.

use super::basis::Basis;
use super::modes::CHUNK;
use super::motion::mean;
use super::stream::BLOCK;
use crate::game::payoff::sum;
use rayon::prelude::*;

/// Particles on one torus, or on the line.
#[derive(Debug, Clone, PartialEq)]
pub struct Ensemble {
    dimension: usize,
    count: usize,
    shares: Vec<f64>,
    /// One for each particle, in the order of the rows; none when all are equal.
    weights: Vec<f64>,
}

impl Ensemble {
    /// A sum of 1e7 weights differs from 1 by less.
    pub const ROUNDING_OF_MASS: f64 = 1e-11;

    /// From shares of the periods in `[0, 1)`, one row of `dimension` numbers for each particle.
    ///
    /// # Panics
    /// When there are no particles, the numbers do not make whole rows, or one is not in `[0, 1)`.
    #[track_caller]
    pub fn from_rows(dimension: usize, rows: &[f64]) -> Ensemble {
        assert!(rows.iter().all(|t| (0.0..1.0).contains(t)), "shares of the periods lie in [0, 1)");
        Ensemble::on_line(dimension, rows)
    }

    /// From shares of the box of a player on the line, inside or outside of it.
    ///
    /// # Panics
    /// As [`Ensemble::from_rows`], but for places that are not finite only.
    #[track_caller]
    pub fn on_line(dimension: usize, rows: &[f64]) -> Ensemble {
        assert!(
            !rows.is_empty() && rows.len().is_multiple_of(dimension),
            "{} numbers in rows of {dimension}",
            rows.len()
        );
        assert!(rows.iter().all(|t| t.is_finite()), "places are finite");
        let mut shares = Vec::with_capacity(rows.len());
        for chunk in rows.chunks(CHUNK * dimension) {
            (0..dimension).for_each(|axis| shares.extend(chunk[axis..].iter().step_by(dimension)));
        }
        Ensemble { dimension, count: rows.len() / dimension, shares, weights: Vec::new() }
    }

    /// The same places with these weights, kept as they are.
    ///
    /// # Panics
    /// When there is not one weight for each particle, or they are not finite, not negative and of sum 1.
    #[track_caller]
    pub fn with_weights(self, weights: Vec<f64>) -> Ensemble {
        assert_eq!(weights.len(), self.count, "one weight for each particle");
        assert!(weights.iter().all(|w| w.is_finite() && *w >= 0.0), "weights are finite and not negative");
        let mass = total(&weights);
        assert!((mass - 1.0).abs() <= Self::ROUNDING_OF_MASS, "weights of sum 1, not {mass}");
        Ensemble { weights, ..self }
    }

    /// From shares as they are stored, with weights that are divided by their sum.
    pub(super) fn stored(dimension: usize, shares: Vec<f64>, mut weights: Vec<f64>) -> Ensemble {
        let mass = total(&weights);
        weights.iter_mut().for_each(|w| *w /= mass);
        Ensemble { dimension, count: shares.len() / dimension, shares, weights: Vec::new() }.with_weights(weights)
    }

    /// Weights of sum 1, in the order of the rows; empty when all are equal.
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// `(sum w)^2 / sum w^2`: of how many particles of equal weight the cloud is worth in a mean.
    pub fn effective_count(&self) -> f64 {
        if self.weights.is_empty() {
            return self.count as f64;
        }
        let squares: Vec<f64> = self.weights.iter().map(|w| w * w).collect();
        total(&self.weights).powi(2) / total(&squares)
    }

    /// The sum of the weights minus 1: rounding.
    pub fn mass_error(&self) -> f64 {
        if self.weights.is_empty() { 0.0 } else { total(&self.weights) - 1.0 }
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

    /// Means of the functions of a basis over the cloud.
    pub fn means(&self, basis: &Basis) -> Vec<f64> {
        let weights = |index: usize, length: usize| self.weights.get(index..(index + length).min(self.count));
        let of_block = |(index, block): (usize, &[f64])| {
            let (mut sums, mut scratch) = (vec![0.0; basis.len()], basis.scratch());
            for (chunk, places) in block.chunks(CHUNK * self.dimension).enumerate() {
                match weights(index * BLOCK + chunk * CHUNK, CHUNK) {
                    Some(weights) => basis.add_weighted_sums(places, weights, &mut sums, &mut scratch),
                    None => basis.add_sums(places, &mut sums, &mut scratch),
                }
            }
            sums
        };
        let blocks = self.shares.par_chunks(BLOCK * self.dimension).enumerate().map(of_block);
        let mass = if self.weights.is_empty() { self.count as f64 } else { 1.0 };
        mean(&blocks.collect::<Vec<_>>(), mass)
    }
}

/// The sum, block by block.
fn total(values: &[f64]) -> f64 {
    values.chunks(BLOCK).map(sum).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::particle::modes::ModeSet;

    #[test]
    fn rows_come_back_as_they_were_given_and_modes_are_means_over_all_blocks() {
        for (dimension, count) in [(1, 3), (1, 2 * BLOCK + 5), (2, BLOCK), (2, BLOCK + 7)] {
            let rows: Vec<f64> = (0..count * dimension).map(|i| (i as f64 * 0.754_877_666_2).fract()).collect();
            let ensemble = Ensemble::from_rows(dimension, &rows);
            assert_eq!((ensemble.count(), ensemble.rows()), (count, rows.clone()));
            let modes = Basis::Modes(ModeSet::new(dimension, vec![[2, 0]]));
            let plain = rows.iter().step_by(dimension).map(|t| (4.0 * std::f64::consts::PI * t).cos()).sum::<f64>();
            assert!((ensemble.means(&modes)[0] - plain / count as f64).abs() <= 1e-14);
        }
    }

    #[test]
    fn means_with_weights_are_those_of_particles_that_count_as_often() {
        let (count, modes) = (2 * BLOCK + 300, Basis::Modes(ModeSet::new(2, vec![[1, 0], [2, 3]])));
        let rows: Vec<f64> = (0..2 * count).map(|i| (i as f64 * 0.754_877_666_2).fract()).collect();
        let often = |i: usize| 1 + (i * i) % 3;
        let total: usize = (0..count).map(often).sum();
        let weights = (0..count).map(|i| often(i) as f64 / total as f64).collect();
        let weighted = Ensemble::from_rows(2, &rows).with_weights(weights);
        let repeated: Vec<f64> = (0..count).flat_map(|i| rows[2 * i..2 * i + 2].repeat(often(i))).collect();
        let repeated = Ensemble::from_rows(2, &repeated);
        for (ours, plain) in weighted.means(&modes).iter().zip(repeated.means(&modes)) {
            assert!((ours - plain).abs() <= 1e-14, "{ours} and {plain}");
        }
        let squares: usize = (0..count).map(|i| often(i).pow(2)).sum();
        let effective = (total * total) as f64 / squares as f64;
        assert!((weighted.effective_count() - effective).abs() <= 1e-12 * effective);
        assert_eq!(repeated.effective_count(), total as f64);
    }

    #[test]
    #[should_panic(expected = "[0, 1)")]
    fn a_share_outside_the_torus_is_refused() {
        Ensemble::from_rows(1, &[0.5, f64::NAN]);
    }
}

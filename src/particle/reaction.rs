//! How the weights of Wasserstein-Fisher-Rao particles grow and shrink: the reaction of
//! [`crate::flow::WassersteinFisherRao`] with the density of the cloud smoothed,
//!
//! ```text
//! d log w_i/dt = -g e (p(X_i) - <p>),      p = V + tau log(K_eps * mu),      e = 1      for x
//!                                          p = -U + tau log(K_eps * nu),     e = eta    for y,      <.> weighted by w
//! ```
//!
//! A cloud has no `log mu`. That reactions of the entropy take the logarithm of a smoothed density is the way of Lu, Lu and
//! Nolen 2019 (arXiv 1905.09863, section 4); as `eps -> 0` after `N -> infinity` the limit is the flow itself (Lu, Slepcev
//! and Wang 2023, Nonlinearity 36, 5731). The price, for a smooth density, by Taylor's formula and by counting:
//!
//! ```text
//! bias of p   tau (eps^2/2) Lap mu/mu + O(eps^4) + O(tau/(N eps^d mu)),      noise of p   tau (N (2 sqrt(pi) eps)^d mu)^(-1/2)
//! ```
//!
//! Both are smallest together at `eps ~ N^(-1/(d + 4))` ([`default_bandwidth`]). The transport has no such error: its
//! entropy is the noise of the particles. Only `<p>` needs the masses, which stay 1 because weights are divided by their sum.

use super::basis::{Basis, BasisScratch};
use super::kernel_density::{KernelDensity, MOST_NODES, nodes};
use super::modes::CHUNK;
use crate::game::{Game, Player};
use crate::torus::{Density, Fourier};
use rayon::prelude::*;
use std::f64::consts::TAU;

/// `e`.
pub(super) fn speed(game: &Game, player: Player) -> f64 {
    match player {
        Player::X => 1.0,
        Player::Y => game.timescale(),
    }
}

/// The reaction of one player.
#[derive(Debug, Clone, PartialEq)]
pub struct Reaction {
    /// `g e`.
    rate: f64,
    temperature: f64,
    /// Of the potential in `p`: 1 for x, -1 for y.
    sign: f64,
    kernel: KernelDensity,
}

impl Reaction {
    /// Most nodes of the grid that smooths, which is finer than half a width along every axis.
    pub const MOST_NODES: usize = MOST_NODES;

    /// Of a player; `weight` is `g`, `bandwidth` is `eps` in units of length.
    ///
    /// # Panics
    /// When [`Reaction::serves`] says no.
    pub fn new(game: &Game, player: Player, weight: f64, bandwidth: f64) -> Reaction {
        let sign = match player {
            Player::X => 1.0,
            Player::Y => -1.0,
        };
        let kernel = KernelDensity::new(bandwidth, game.domain(player).period());
        Reaction { rate: weight * speed(game, player), temperature: game.temperature(player), sign, kernel }
    }

    /// Whether a width is not too small for the grid that smooths.
    pub fn serves(bandwidth: f64, periods: &[f64]) -> bool {
        bandwidth > 0.0 && nodes(bandwidth, periods).is_some()
    }

    /// `d log w/dt` for every particle; `potential` are the coefficients of what is felt.
    pub(super) fn rates(&self, felt: &Basis, potential: &[f64], shares: &[f64], weights: &[f64]) -> Vec<f64> {
        let grid = self.kernel.deposit(shares, weights);
        let dimension = shares.len() / weights.len();
        let mut rates = vec![0.0; weights.len()];
        let chunks =
            rates.par_chunks_mut(CHUNK).zip(shares.par_chunks(CHUNK * dimension)).zip(weights.par_chunks(CHUNK));
        let of_chunk = |scratch: &mut BasisScratch, ((out, shares), weights): ((&mut [f64], &[f64]), &[f64])| {
            let mut densities = [0.0; CHUNK];
            self.kernel.read(&grid, shares, &mut densities[..out.len()]);
            felt.values(potential, shares, out, scratch);
            let mut sum = 0.0;
            for ((p, density), weight) in out.iter_mut().zip(&densities).zip(weights) {
                // A weight that has underflowed to 0 may be alone; it stays 0 whatever its rate.
                *p = self.sign * *p + self.temperature * density.max(f64::MIN_POSITIVE).ln();
                sum += *p * weight;
            }
            sum
        };
        let sums: Vec<f64> = chunks.map_init(|| felt.scratch(), of_chunk).collect();
        let mean = sums.iter().sum::<f64>();
        rates.par_iter_mut().for_each(|p| *p = -self.rate * (*p - mean));
        rates
    }
}

/// `eps = s N^(-1/(d + 4))` for `N` particles in dimension `d`, `s` being [`narrowest_width`].
pub fn default_bandwidth(width: f64, dimension: usize, count: usize) -> f64 {
    width * (count as f64).powf(-1.0 / (dimension as f64 + 4.0))
}

/// The width of the narrowest of these densities: `sqrt(d/2) |mu| / |grad mu|` in the mean square, which is the deviation of
/// a Gaussian, and at most `L/(2 pi)`.
pub fn narrowest_width(densities: &[&Density]) -> f64 {
    densities.iter().map(|density| width(density)).fold(f64::INFINITY, f64::min)
}

fn width(density: &Density) -> f64 {
    let grid = density.grid();
    let fourier = Fourier::new(grid);
    let mut spectrum = fourier.zero_spectrum();
    fourier.forward(density.values(), &mut spectrum, &mut fourier.scratch());
    let squares = grid.symbol(|k| k.iter().map(|k| k * k).sum());
    let (mut total, mut slope) = (0.0, 0.0);
    for (position, c) in spectrum.iter().enumerate() {
        let power = grid.multiplicity(position) * c.norm_sqr();
        total += power;
        slope += squares[position] * power;
    }
    let widest = grid.periods().iter().fold(f64::INFINITY, |least, l| least.min(l / TAU));
    (0.5 * grid.dimension() as f64 * total / slope).sqrt().min(widest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::torus::Grid;

    #[test]
    fn the_default_width_is_the_deviation_of_a_gaussian_and_at_most_a_radian() {
        let grid = Grid::new(&[64, 96], &[1.0, 1.5], &[0.0, 0.0]).unwrap();
        let value = |p: usize| {
            let node = grid.node(p);
            let at = |j: usize, centre: f64| (node[j] as f64 * grid.axis(j).spacing() - centre) / 0.07;
            (-0.5 * (at(0, 0.5).powi(2) + at(1, 0.75).powi(2))).exp()
        };
        let gaussian = Density::normalised(&grid, (0..grid.len()).map(value).collect()).unwrap();
        let uniform = Density::uniform(&grid);
        assert!((narrowest_width(&[&uniform]) - 1.0 / TAU).abs() <= 1e-15);
        let width = narrowest_width(&[&uniform, &gaussian]);
        assert!((width - 0.07).abs() <= 1e-9, "{width}");
        assert!((default_bandwidth(width, 2, 64) - 0.07 / 2.0).abs() <= 1e-9);
    }
}

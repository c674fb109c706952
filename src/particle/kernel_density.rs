//! The density of weighted particles, smoothed by a Gaussian of width `eps`, at the particles themselves:
//!
//! ```text
//! (K_eps * mu)(t) = sum_j w_j K_eps(t - t_j),      K_eps(t - t') = h^d sum_z phi(t - z) phi(z - t'),
//! phi the Gaussian of variance eps^2/2, z the nodes of a grid of spacing h <= eps/2,
//! ```
//!
//! the fast Gauss transform by way of a grid (Greengard and Lee 2004, SIAM Review 46, section 2, with both Gaussians equal).
//! The sum over nodes is the Gaussian of variance `eps^2` with a relative error of `2 exp(-2 pi^2) = 5e-9` for each axis,
//! and `phi` ends where it has fallen to `exp(-20) = 2e-9`. Every term is positive, so that a particle always has a density:
//! no less than its own share of it. In units of the uniform density; periodic, whatever the width.
//!
//! Cost: `(2 x 10)^d` multiplications for each particle, twice, and two exponentials an axis.

use super::modes::CHUNK;
use super::stream::BLOCK;
use rayon::prelude::*;

/// Nodes for each width.
const NODES_PER_WIDTH: f64 = 2.0;
/// `phi` reaches so many widths far.
const REACH: f64 = 4.5;
/// Most nodes of a grid.
pub const MOST_NODES: usize = 1 << 20;
/// Grids that particles are spread on at the same time, block by block in turn, then added in order: the sum does not
/// depend on the number of threads.
const LANES: usize = 16;

/// Nodes along every axis for a width, or `None` when they are more than [`MOST_NODES`].
pub fn nodes(bandwidth: f64, periods: &[f64]) -> Option<Vec<usize>> {
    let wanted: Vec<f64> =
        periods.iter().map(|period| (NODES_PER_WIDTH * period / bandwidth).ceil().max(1.0)).collect();
    let fits = wanted.iter().product::<f64>() <= MOST_NODES as f64;
    fits.then(|| wanted.iter().map(|n| *n as usize).collect())
}

/// The smoothing of one player's cloud.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct KernelDensity {
    axes: Vec<Axis>,
}

#[derive(Debug, Clone, PartialEq)]
struct Axis {
    nodes: usize,
    /// Nodes on either side that a particle is spread on.
    reach: usize,
    /// `1/(2 s^2)`, `s` the deviation of `phi` as a share of the period.
    steepness: f64,
    /// `phi` at distance 0, times `sqrt(h)`.
    height: f64,
    /// `exp(-(j h)^2/(2 s^2))`.
    decay: Vec<f64>,
}

impl Axis {
    fn new(bandwidth: f64, period: f64, nodes: usize) -> Axis {
        let (spacing, deviation) = (1.0 / nodes as f64, bandwidth / period / std::f64::consts::SQRT_2);
        let reach = (REACH * bandwidth / (period * spacing)).ceil() as usize;
        let steepness = 0.5 / (deviation * deviation);
        let height = spacing.sqrt() / ((2.0 * std::f64::consts::PI).sqrt() * deviation);
        let decay = (0..=reach).map(|j| (-(j as f64 * spacing).powi(2) * steepness).exp()).collect();
        Axis { nodes, reach, steepness, height, decay }
    }

    /// `sqrt(h) phi(t - z)` at the nodes around a place, in `out`, and the first of them.
    fn spread(&self, t: f64, out: &mut Vec<f64>) -> usize {
        let (n, reach) = (self.nodes as f64, self.reach);
        let nearest = (t * n).round();
        let offset = t - nearest / n;
        let up = (2.0 * self.steepness * offset / n).exp();
        let down = 1.0 / up;
        let middle = self.height * (-offset * offset * self.steepness).exp();
        out.clear();
        out.resize(2 * reach + 1, middle);
        let (mut above, mut below) = (middle, middle);
        for j in 1..=reach {
            above *= up;
            below *= down;
            out[reach + j] = above * self.decay[j];
            out[reach - j] = below * self.decay[j];
        }
        (nearest as i64 - reach as i64).rem_euclid(self.nodes as i64) as usize
    }
}

/// The nodes around one particle and their shares of it.
#[derive(Default)]
struct Stencil {
    first: [usize; 2],
    shares: [Vec<f64>; 2],
}

impl Stencil {
    /// Calls `visit(node, share)` for every node around the particle `i` of a chunk.
    fn visit(&mut self, axes: &[Axis], chunk: &[f64], i: usize, mut visit: impl FnMut(usize, f64)) {
        let n = chunk.len() / axes.len();
        for (j, axis) in axes.iter().enumerate() {
            self.first[j] = axis.spread(chunk[j * n + i], &mut self.shares[j]);
        }
        let last = &axes[axes.len() - 1];
        let mut along_row = |row: usize, factor: f64| {
            let mut node = self.first[axes.len() - 1];
            for share in &self.shares[axes.len() - 1] {
                visit(row * last.nodes + node, factor * share);
                node = if node + 1 == last.nodes { 0 } else { node + 1 };
            }
        };
        if axes.len() == 1 {
            return along_row(0, 1.0);
        }
        let mut row = self.first[0];
        for share in &self.shares[0] {
            along_row(row, *share);
            row = if row + 1 == axes[0].nodes { 0 } else { row + 1 };
        }
    }
}

impl KernelDensity {
    /// Of this width, in units of length.
    ///
    /// # Panics
    /// When the width is not positive, or so small that [`nodes`] gives none.
    pub fn new(bandwidth: f64, periods: &[f64]) -> KernelDensity {
        assert!(bandwidth > 0.0 && bandwidth.is_finite(), "a width is positive and finite, got {bandwidth}");
        let nodes = nodes(bandwidth, periods).expect("a width that a grid can serve");
        KernelDensity { axes: periods.iter().zip(nodes).map(|(l, n)| Axis::new(bandwidth, *l, n)).collect() }
    }

    /// `h^(d/2) sum_j w_j phi(z - t_j)` at the nodes; `shares` as an [`super::Ensemble`] stores them.
    pub fn deposit(&self, shares: &[f64], weights: &[f64]) -> Vec<f64> {
        let dimension = self.axes.len();
        let size: usize = self.axes.iter().map(|axis| axis.nodes).product();
        let blocks = weights.len().div_ceil(BLOCK);
        let of_lane = |lane: usize| {
            let (mut grid, mut stencil) = (vec![0.0; size], Stencil::default());
            for block in (lane..blocks).step_by(LANES) {
                let end = weights.len().min((block + 1) * BLOCK);
                let shares = &shares[block * BLOCK * dimension..end * dimension];
                let chunks = shares.chunks(CHUNK * dimension).zip(weights[block * BLOCK..end].chunks(CHUNK));
                for (chunk, weights) in chunks {
                    for (i, weight) in weights.iter().enumerate() {
                        stencil.visit(&self.axes, chunk, i, |node, share| grid[node] += weight * share);
                    }
                }
            }
            grid
        };
        let lanes: Vec<Vec<f64>> = (0..LANES.min(blocks)).into_par_iter().map(of_lane).collect();
        let mut total = vec![0.0; size];
        lanes.iter().for_each(|lane| total.iter_mut().zip(lane).for_each(|(t, l)| *t += l));
        total
    }

    /// The smoothed density at the particles of a chunk.
    pub fn read(&self, grid: &[f64], chunk: &[f64], out: &mut [f64]) {
        let mut stencil = Stencil::default();
        for (i, out) in out.iter_mut().enumerate() {
            let mut sum = 0.0;
            stencil.visit(&self.axes, chunk, i, |node, share| sum += share * grid[node]);
            *out = sum;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::particle::Ensemble;

    /// The Gaussian on the circle, by its images.
    fn gaussian(distance: f64, deviation: f64) -> f64 {
        let image = |k: i32| (-0.5 * ((distance + f64::from(k)) / deviation).powi(2)).exp();
        (-8..=8).map(image).sum::<f64>() / ((2.0 * std::f64::consts::PI).sqrt() * deviation)
    }

    #[test]
    fn the_density_is_the_sum_of_gaussians_around_all_particles_whatever_the_width() {
        for (periods, bandwidth) in [(vec![2.0], 0.05), (vec![1.0], 0.9), (vec![1.0, 3.0], 0.2), (vec![0.5, 0.5], 0.01)]
        {
            let (d, count) = (periods.len(), 600);
            let rows: Vec<f64> = (0..count * d).map(|i| (i as f64 * 0.754_877_666_2).fract().powi(2)).collect();
            let weights: Vec<f64> = (0..count).map(|i| (1.0 + (i as f64).sin()) / count as f64).collect();
            let cloud = Ensemble::from_rows(d, &rows);
            let kernel = KernelDensity::new(bandwidth, &periods);
            let grid = kernel.deposit(cloud.shares(), &weights);
            for (c, chunk) in cloud.shares().chunks(CHUNK * d).enumerate() {
                let mut found = vec![f64::NAN; chunk.len() / d];
                kernel.read(&grid, chunk, &mut found);
                for (i, found) in found.iter().enumerate().step_by(17) {
                    let here = &rows[(c * CHUNK + i) * d..][..d];
                    let term = |(there, w): (&[f64], &f64)| {
                        let axis = |j: usize| gaussian(here[j] - there[j], bandwidth / periods[j]);
                        w * (0..d).map(axis).product::<f64>()
                    };
                    let direct: f64 = rows.chunks_exact(d).zip(&weights).map(term).sum();
                    assert!((found / direct - 1.0).abs() <= 3e-8, "{periods:?}, {bandwidth}: {found} and {direct}");
                }
            }
        }
    }

    #[test]
    fn widths_that_need_too_many_nodes_have_none() {
        assert_eq!(nodes(0.5, &[1.0, 2.0]), Some(vec![4, 8]));
        assert_eq!(nodes(1e-3, &[1.0, 1.0]), None);
        assert_eq!(nodes(1e-300, &[1.0]), None);
    }
}

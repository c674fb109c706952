//! The two densities of one distance, brought to a common ladder of grids.
//!
//! The base grid holds both band-limited functions; finer rungs double it (Fourier padding, exact), coarser ones take
//! every second node, which keeps positive densities positive where a truncated series would not.
//!
//! **Floor.** Both may be mixed with the uniform law, `mu_e = (1 - e) mu + e u`, so that no value is below a share of
//! the largest one; what this does to the distance stands in the certificate's file.

use super::level::Nodes;
use crate::torus::{Density, Fourier, Grid, pad_values, resample};
use num_complex::Complex64;

/// Fewest nodes of an axis of the base grid.
const FEWEST: usize = 16;
/// Axes are halved while they have at least this many nodes.
const HALVED_FROM: usize = 32;
/// Units of rounding of a node value.
const ROUNDING: f64 = 2.0 * f64::EPSILON;
/// Share of the largest density below which a value of a band-limited function is rounding.
const VACUUM: f64 = 5e-15;
/// How much deeper a band-limited function may dip between the nodes of a grid twice as fine than at them.
const BETWEEN_NODES: f64 = 1.5;
/// A floor within this factor of the lowest one counts as the lowest.
const LOWEST: f64 = 2.0;
/// Most nodes of the grid on which a result is certified: 1024 x 1024.
const MOST_NODES: usize = 1 << 20;

/// One function on the base grid: its values and coefficients.
#[derive(Debug)]
struct Field {
    values: Vec<f64>,
    spectrum: Vec<Complex64>,
}

/// A pair on its base grid, relative to the uniform density.
#[derive(Debug)]
pub(super) struct Pair {
    base: Grid,
    source: Field,
    target: Field,
    /// `target - source`, formed on the data's own grid when they share it.
    difference: Field,
    /// Smallest and largest value of both on the grid twice as fine.
    pub range: (f64, f64),
    /// Distance that rounding of the node values of the difference leaves open, in units of length: white noise of
    /// amplitude `a` on `N` nodes has modes of size `a/sqrt(N)`.
    pub noise: f64,
}

impl Pair {
    /// # Panics
    /// When the densities live on different tori (checked by the caller).
    pub fn new(source: &Density, target: &Density) -> Pair {
        let base = base_grid(source.grid(), target.grid());
        let mu = Field::padded(source.grid(), &base, source.values());
        let nu = Field::padded(target.grid(), &base, target.values());
        let difference = if source.grid().shape() == target.grid().shape() {
            Field::padded(source.grid(), &base, &subtract(target.values(), source.values()))
        } else {
            Field::new(&base, subtract(&nu.values, &mu.values))
        };
        let rounded = root_mean_square(&mu.values).max(root_mean_square(&nu.values));
        Pair::assemble(base, [mu, nu, difference], rounded)
    }

    /// The pair `(target + difference)/mass` and target, the difference kept as an array of its own.
    pub fn from_difference(target: &Density, difference: &[f64]) -> Pair {
        let (grid, g) = (target.grid(), target.values());
        let excess = difference.iter().sum::<f64>() / g.iter().sum::<f64>();
        // nu - (nu + h)/(1 + e) = (e nu - h)/(1 + e).
        let balanced: Vec<f64> = g.iter().zip(difference).map(|(g, h)| (excess * g - h) / (1.0 + excess)).collect();
        let base = base_grid(grid, grid);
        let mu = Field::padded(grid, &base, &subtract(g, &balanced));
        let nu = Field::padded(grid, &base, g);
        let difference = Field::padded(grid, &base, &balanced);
        let rounded = root_mean_square(&difference.values);
        Pair::assemble(base, [mu, nu, difference], rounded)
    }

    fn assemble(base: Grid, [source, target, difference]: [Field; 3], rounded: f64) -> Pair {
        let diameter = 0.5 * base.axis(0).period.hypot(base.axis(1).period);
        let noise = ROUNDING * rounded / (base.len() as f64).sqrt() * diameter;
        let mut pair = Pair { base, source, target, difference, range: (0.0, 0.0), noise };
        pair.range = pair.find_range();
        pair
    }

    fn find_range(&self) -> (f64, f64) {
        let points: Vec<usize> = self.base.shape().iter().map(|n| 2 * n).collect();
        let fine = self.base.with_points(&points).expect("the base grid is far below the largest grid");
        let range = |u: Vec<f64>| u.iter().fold((f64::INFINITY, 0.0_f64), |(a, b), u| (a.min(*u), b.max(*u)));
        let mu = range(self.source.at(&self.base, &fine));
        let nu = range(self.target.at(&self.base, &fine));
        (mu.0.min(nu.0), mu.1.max(nu.1))
    }

    /// The share `e` of the uniform density that lifts both to `share` of their largest value, or above rounding when
    /// that is more; 0 when they are above.
    pub fn floor(&self, share: f64) -> f64 {
        let (smallest, largest) = self.range;
        let share = share.max(VACUUM);
        let smallest = if smallest < 0.0 { BETWEEN_NODES * smallest } else { smallest };
        ((share * largest - smallest) / (1.0 - smallest)).max(0.0)
    }

    /// Whether no floor of the pair is much lower.
    pub fn is_lowest(&self, floor: f64) -> bool {
        floor <= LOWEST * self.floor(0.0)
    }

    /// Coefficients of the source on the base grid.
    pub fn source_spectrum(&self) -> (&Grid, &[Complex64]) {
        (&self.base, &self.source.spectrum)
    }

    /// Whether the difference vanishes at every node.
    pub fn is_equal(&self) -> bool {
        self.difference.values.iter().all(|u| *u == 0.0)
    }

    /// The pair at the nodes of a rung.
    pub fn nodes(&self, grid: &Grid) -> Nodes {
        Nodes {
            source: self.source.at(&self.base, grid),
            target: self.target.at(&self.base, grid),
            difference: self.difference.at(&self.base, grid),
        }
    }

    /// Grids from coarse to fine, and the position of the base grid among them. The last one only certifies.
    pub fn ladder(&self) -> (Vec<Grid>, usize) {
        let grid = |points: &[usize]| self.base.with_points(points).expect("rungs are between 16 and 2^20 nodes");
        let mut points = self.base.shape();
        let mut rungs = vec![grid(&points)];
        while points.iter().any(|n| *n >= HALVED_FROM) {
            points.iter_mut().filter(|n| **n >= HALVED_FROM).for_each(|n| *n /= 2);
            rungs.insert(0, grid(&points));
        }
        let base = rungs.len() - 1;
        let mut points = self.base.shape();
        // Twice at least: what is solved on the base grid is certified on the next.
        while rungs.len() < base + 2 || 4 * points.iter().product::<usize>() <= MOST_NODES {
            points.iter_mut().for_each(|n| *n *= 2);
            rungs.push(grid(&points));
        }
        (rungs, base)
    }
}

impl Field {
    fn new(base: &Grid, values: Vec<f64>) -> Field {
        let fourier = Fourier::new(base);
        let mut spectrum = fourier.zero_spectrum();
        fourier.forward(&values, &mut spectrum, &mut fourier.scratch());
        Field { values, spectrum }
    }

    /// From values of a density on its own grid.
    fn padded(grid: &Grid, base: &Grid, values: &[f64]) -> Field {
        let volume = grid.volume();
        let relative: Vec<f64> = values.iter().map(|u| u * volume).collect();
        Field::new(base, pad_values(grid, base, &relative))
    }

    /// Values at the nodes of a rung: every `stride`-th node of the base grid, or padded.
    fn at(&self, base: &Grid, grid: &Grid) -> Vec<f64> {
        let (from, to) = (base.shape(), grid.shape());
        if from.iter().zip(&to).any(|(from, to)| from < to) {
            let fourier = Fourier::new(grid);
            let mut values = vec![0.0; grid.len()];
            fourier.inverse(&resample(base, grid, &self.spectrum), &mut values, &mut fourier.scratch());
            return values;
        }
        let stride = [from[0] / to[0], from[1] / to[1]];
        let node = |j: usize| (j / to[1]) * stride[0] * from[1] + (j % to[1]) * stride[1];
        (0..grid.len()).map(|j| self.values[node(j)]).collect()
    }
}

fn subtract(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a - b).collect()
}

fn root_mean_square(values: &[f64]) -> f64 {
    (values.iter().map(|u| u * u).sum::<f64>() / values.len() as f64).sqrt()
}

/// The smallest grid that holds both and can be halved often.
fn base_grid(a: &Grid, b: &Grid) -> Grid {
    let points: Vec<usize> =
        a.shape().iter().zip(b.shape()).map(|(a, b)| halvable_size((*a).max(b).max(FEWEST))).collect();
    a.with_points(&points).expect("slightly larger than a valid grid")
}

/// The smallest fast size from `n` on that is a multiple of 8.
fn halvable_size(n: usize) -> usize {
    (n.div_ceil(8) * 8..).step_by(8).find(|&m| crate::torus::is_fast_size(m)).expect("powers of two are among them")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn density(shape: [usize; 2]) -> Density {
        let grid = Grid::new(&shape, &[1.0, 2.0], &[0.0, 0.5]).unwrap();
        let values = (0..grid.len()).map(|j| 2.0 + ((j * 31) % 17) as f64).collect();
        Density::normalised(&grid, values).unwrap()
    }

    #[test]
    fn rungs_are_nested_and_all_nodes_agree() {
        let pair = Pair::new(&density([100, 20]), &density([9, 64]));
        let (ladder, base) = pair.ladder();
        let shapes: Vec<Vec<usize>> = ladder.iter().map(Grid::shape).collect();
        assert_eq!(shapes[base], vec![120, 64]);
        assert_eq!(shapes[0], vec![30, 16]);
        assert_eq!(shapes[base + 1], vec![240, 128]);
        let coarse = pair.nodes(&ladder[0]);
        for rung in &ladder[1..base + 2] {
            let nodes = pair.nodes(rung);
            let stride = [rung.axis(0).points / 30, rung.axis(1).points / 16];
            for j in 0..ladder[0].len() {
                let i = (j / 16) * stride[0] * rung.axis(1).points + (j % 16) * stride[1];
                assert!((coarse.source[j] - nodes.source[i]).abs() <= 1e-13 * 10.0);
                assert!((coarse.difference[j] - nodes.difference[i]).abs() <= 1e-13 * 10.0);
                assert!((nodes.target[i] - nodes.source[i] - nodes.difference[i]).abs() <= 1e-13 * 10.0);
            }
        }
    }

    #[test]
    fn the_floor_lifts_the_smallest_value_to_the_share_asked_for() {
        let grid = Grid::new(&[16, 16], &[1.0, 1.0], &[0.0, 0.0]).unwrap();
        let wave = |j: usize| (2.0 * std::f64::consts::PI * (j % 16) as f64 / 16.0).cos();
        let empty = Density::normalised(&grid, (0..256).map(|j| 1.0 + wave(j)).collect()).unwrap();
        let pair = Pair::new(&empty, &Density::uniform(&grid));
        let floor = pair.floor(1e-6);
        let lifted = pair.nodes(&grid).source.into_iter().map(|u| (1.0 - floor) * u + floor);
        let smallest = lifted.fold(f64::INFINITY, f64::min);
        assert!((smallest - 2e-6).abs() <= 1e-11, "{smallest:e}");
        assert_eq!(Pair::new(&Density::uniform(&grid), &Density::uniform(&grid)).floor(1e-6), 0.0);
    }
}

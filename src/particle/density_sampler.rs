//! Points distributed by a band-limited density, exactly: by inverting its cumulative distribution function.
//!
//! In one dimension, with `t` the share of the period and `F(t) = t + sum_{k>0} 2 Re(c_k (e^(2 pi i k t) - 1)/(2 pi i k))`,
//! the point of the level `u` is `F(t) = u`. In two dimensions the first coordinate is drawn from its marginal, which is
//! band-limited too, and the second from its conditional law, whose coefficients at `t_1` are
//! `sum_{k_1} c_{k_1 k_2} e^(2 pi i k_1 t_1)`. The root is bracketed by a table of `F` and found by Newton's method, which
//! falls back on bisection, to 2^-52 of the period or of the level.
//!
//! Levels are independent ([`Sampling::Independent`]), or spread ([`Sampling::Stratified`]): the first ones `(i + U_i)/N`,
//! the second ones the radical inverse of `i` in base 2 plus one random shift modulo 1 (Hammersley's points, shifted:
//! Cranley and Patterson 1976). Every point by itself has the density as its law, in both ways.
//!
//! Where rounding has left a density negative by 1e-16 of its maximum, no point falls but by the same share.
//!
//! Cost: `O(modes)` for each Newton step and point, in two dimensions `O(number of coefficients)` for each point.

use super::ensemble::Ensemble;
use super::stream::{BLOCK, BlockStream, Purpose, RandomStreams};
use crate::game::Player;
use crate::torus::{Density, Fourier};
use num_complex::Complex64;
use rayon::prelude::*;
use std::f64::consts::TAU;

/// Coefficients below this share of the mean are rounding.
const ROUNDING: f64 = 1e-17;
/// Nodes of the table for each mode.
const NODES_PER_MODE: usize = 8;
/// More than bisection of a bracket down to the last bit takes.
const MAXIMUM_STEPS: usize = 100;

/// How levels are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sampling {
    /// Independent and identically distributed.
    Independent,
    /// Spread evenly.
    Stratified,
}

impl Sampling {
    /// Both ways.
    pub const ALL: [Sampling; 2] = [Sampling::Independent, Sampling::Stratified];

    /// The name that a user types.
    pub fn name(self) -> &'static str {
        match self {
            Sampling::Independent => "iid",
            Sampling::Stratified => "stratified",
        }
    }
}

/// Draws points from one density.
#[derive(Debug, Clone)]
pub struct DensitySampler {
    first: Cumulative,
    /// For each `k_2 > 0` the coefficients over `k_1`, `-highest .. highest`; empty in one dimension.
    conditional: Vec<Vec<Complex64>>,
    dimension: usize,
}

impl DensitySampler {
    /// Prepares to draw from a density.
    pub fn new(density: &Density) -> DensitySampler {
        let grid = density.grid();
        let fourier = Fourier::new(grid);
        let mut spectrum = fourier.zero_spectrum();
        fourier.forward(density.values(), &mut spectrum, &mut fourier.scratch());
        let mean = spectrum[0].re;
        spectrum.iter_mut().for_each(|c| *c /= mean);
        let dimension = grid.dimension();
        if dimension == 1 {
            let first = Cumulative::new(one_sided(spectrum, grid.row_len()));
            return DensitySampler { first, conditional: Vec::new(), dimension };
        }
        let rows = grid.rows();
        let first = Cumulative::new(one_sided(spectrum[..rows / 2 + 1].to_vec(), rows));
        let highest = (rows - 1) / 2;
        let column = |k2: usize| {
            let of = |k1: i64| spectrum[k2 * rows + k1.rem_euclid(rows as i64) as usize];
            (-(highest as i64)..=highest as i64).map(of).collect::<Vec<Complex64>>()
        };
        let mut conditional: Vec<Vec<Complex64>> = (1..=(grid.row_len() - 1) / 2).map(column).collect();
        let resolved = |column: &Vec<Complex64>| column.iter().any(|c| c.norm() > ROUNDING);
        conditional.truncate(conditional.iter().rposition(resolved).map_or(0, |last| last + 1));
        // The mean over t_2 at t_1 is the marginal, column 0.
        conditional.insert(0, column(0));
        DensitySampler { first, conditional, dimension }
    }

    /// Draws the cloud of a player.
    ///
    /// # Panics
    /// When `count` is 0.
    pub fn sample(&self, sampling: Sampling, count: usize, streams: &RandomStreams, player: Player) -> Ensemble {
        assert!(count > 0, "a cloud has at least one particle");
        let shift = streams.block(player, Purpose::Start, 0, 1).uniform();
        let mut rows = vec![0.0; count * self.dimension];
        rows.par_chunks_mut(BLOCK * self.dimension).enumerate().for_each(|(block, rows)| {
            let mut stream = streams.block(player, Purpose::Start, block, 0);
            for (i, point) in rows.chunks_exact_mut(self.dimension).enumerate() {
                let levels = levels(sampling, block * BLOCK + i, count, shift, &mut stream);
                self.point(levels, point);
            }
        });
        Ensemble::from_rows(self.dimension, &rows)
    }

    /// The point of two levels in `[0, 1)`, the second for a second coordinate.
    fn point(&self, levels: [f64; 2], out: &mut [f64]) {
        out[0] = self.first.invert(levels[0]);
        if self.dimension == 2 {
            let powers = powers(out[0], self.conditional[0].len() / 2);
            let at = |column: &Vec<Complex64>| column.iter().zip(&powers).map(|(c, e)| c * e).sum::<Complex64>();
            let mean = at(&self.conditional[0]).re;
            let coefficients: Vec<Complex64> = self.conditional[1..].iter().map(|column| at(column) / mean).collect();
            out[1] = Cumulative::new(coefficients).invert(levels[1]);
        }
    }
}

/// Two numbers in `[0, 1)` for particle `i` of `count`.
fn levels(sampling: Sampling, i: usize, count: usize, shift: f64, stream: &mut BlockStream) -> [f64; 2] {
    let [u, v] = [stream.uniform(), stream.uniform()];
    match sampling {
        Sampling::Independent => [u, v],
        Sampling::Stratified => {
            let first = (i as f64 + u) / count as f64;
            let inverse = (i as u64).reverse_bits() as f64 / 2f64.powi(64);
            [first.min(1.0 - f64::EPSILON), (inverse + shift).fract()]
        }
    }
}

/// `e^(2 pi i k t)` for `k = -highest .. highest`.
fn powers(t: f64, highest: usize) -> Vec<Complex64> {
    (-(highest as i64)..=highest as i64).map(|k| Complex64::cis(TAU * (k as f64 * t).fract())).collect()
}

/// The coefficients `k > 0` below the Nyquist mode, without a tail of rounding.
fn one_sided(mut spectrum: Vec<Complex64>, points: usize) -> Vec<Complex64> {
    spectrum.truncate((points - 1) / 2 + 1);
    spectrum.remove(0);
    spectrum
}

/// The cumulative distribution function of a density on the circle of length 1.
#[derive(Debug, Clone)]
struct Cumulative {
    /// `2 c_k/(2 pi i k)`, `k = 1, 2, ..`.
    coefficients: Vec<Complex64>,
    /// Their sum: `F(0) = 0`.
    start: f64,
    /// `F(j/M)`, not decreasing, from 0 to 1.
    table: Vec<f64>,
}

impl Cumulative {
    /// From the Fourier coefficients `c_k`, `k = 1, 2, ..`, of a density of mean 1.
    fn new(mut spectrum: Vec<Complex64>) -> Cumulative {
        spectrum.truncate(spectrum.iter().rposition(|c| c.norm() > ROUNDING).map_or(0, |last| last + 1));
        let integral = |(k, c): (usize, &Complex64)| 2.0 * c / Complex64::new(0.0, TAU * (k + 1) as f64);
        let coefficients: Vec<Complex64> = spectrum.iter().enumerate().map(integral).collect();
        let start = coefficients.iter().map(|c| c.re).sum();
        let mut cumulative = Cumulative { coefficients, start, table: Vec::new() };
        let nodes = NODES_PER_MODE * (cumulative.coefficients.len() + 1);
        let mut highest = 0.0_f64;
        let table = (0..=nodes).map(|j| {
            highest = highest.max(cumulative.at(j as f64 / nodes as f64).0);
            highest
        });
        let mut table: Vec<f64> = table.collect();
        (table[0], table[nodes]) = (0.0, 1.0);
        table.iter_mut().for_each(|level| *level = level.min(1.0));
        cumulative.table = table;
        cumulative
    }

    /// `F(t)` and the density at `t`.
    fn at(&self, t: f64) -> (f64, f64) {
        let turn = Complex64::cis(TAU * t);
        let (mut power, mut level, mut density) = (Complex64::ONE, 0.0, 1.0);
        for (k, c) in self.coefficients.iter().enumerate() {
            power *= turn;
            let term = c * power;
            level += term.re;
            density -= TAU * (k + 1) as f64 * term.im;
        }
        (t + (level - self.start), density)
    }

    /// The share `t` in `[0, 1)` with `F(t) = level`.
    fn invert(&self, level: f64) -> f64 {
        let nodes = self.table.len() - 1;
        let cell = self.table.partition_point(|f| *f <= level).clamp(1, nodes) - 1;
        let (mut low, mut high) = (cell as f64 / nodes as f64, (cell + 1) as f64 / nodes as f64);
        let rise = self.table[cell + 1] - self.table[cell];
        let mut t = if rise > 0.0 { low + (high - low) * (level - self.table[cell]) / rise } else { low };
        for _ in 0..MAXIMUM_STEPS {
            let (reached, density) = self.at(t);
            let miss = reached - level;
            let newton = t - miss / density;
            if (newton - t).abs() <= f64::EPSILON {
                break;
            }
            if miss > 0.0 {
                high = t
            } else {
                low = t
            }
            t = if newton > low && newton < high { newton } else { 0.5 * (low + high) };
            if t <= low || t >= high {
                break;
            }
        }
        if t < 1.0 { t } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::torus::Grid;

    #[test]
    fn levels_come_back_from_their_points_in_flat_steep_and_nearly_empty_densities() {
        let grid = Grid::new(&[256], &[2.0], &[-1.0]).unwrap();
        let turn = |j: usize| TAU * j as f64 / 256.0;
        let densities: [&dyn Fn(f64) -> f64; 4] =
            [&|_| 1.0, &|a| 1.0 + 0.9 * a.cos(), &|a| (20.0 * (a - 1.0).cos()).exp(), &|a| 1.0 - (3.0 * a).cos()];
        for (index, density) in densities.iter().enumerate() {
            let values = (0..256).map(|j| density(turn(j))).collect();
            let cumulative = DensitySampler::new(&Density::normalised(&grid, values).unwrap()).first;
            for i in 0..4096 {
                let level = f64::from(i) / 4096.0;
                let t = cumulative.invert(level);
                let (reached, slope) = cumulative.at(t);
                assert!((0.0..1.0).contains(&t));
                // Rounding of the sum, and of the place.
                let rounding = 16.0 * f64::EPSILON + 4.0 * f64::EPSILON * slope;
                assert!((reached - level).abs() <= rounding, "density {index}, level {level}: {t} has {reached}");
            }
        }
    }
}

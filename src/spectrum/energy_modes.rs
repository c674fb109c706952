//! The modes of a generator with the lowest energies: `A u = a u`, `0 < a_1 <= a_2 <= ..`, by a block Davidson method.
//!
//! ```text
//! V orthonormal,   V^T A V y = a y,   u = V y,   V <- V + P^-1 (A u - a u)  for every wanted mode that has not converged,
//! ```
//!
//! with the generator's preconditioner `P`. A block finds modes of one energy together, up to as many as it has vectors. The
//! start is the modes of a grid half as fine along every axis that still resolves the ground state, roughly, moved to this
//! one, down to a grid so coarse that its matrix is diagonalised or that no axis can be made coarser: they hold all that is
//! smooth, and what is left is what the preconditioner is good at. The landscape of a box is moved by polynomials on a few nodes:
//! the series of its logarithm would ring from the seam.
//!
//! Products `A u` are rounded by `1e-16 |A|`, energies from them too. An energy is therefore the square of `|B u|`, which is
//! rounded by `1e-16 |B|` before it is squared, and modes whose energies drown in the rounding of the products are told
//! apart by the singular values of `B` on the space they span.
//!
//! Reference: Davidson, J. Comput. Phys. 17 (1975) 87; Saad (2011), sections 8.3 and 8.5.
//!
//! Cost: for every mode about ten products and preconditioned vectors on the finest grid, fewer when the coarser one
//! resolves it; orthogonalisation `O(n m^2)`.

use super::SpectrumError;
use super::generator::{Generator, Landscape};
use super::subspace::Subspace;
use crate::torus::{Fourier, Grid, interpolated_in_box, next_fast_odd_size, resample};
use faer::Mat;
use nashflow_kernels::eigen;

/// Nodes up to which all modes are computed at once.
const DENSE: usize = 450;
/// An axis is made coarser when the waves of the ground state that are lost are below this share of its largest.
const ROUGH: f64 = 0.01;
/// Residual of a mode relative to its energy on the finest grid and on coarser ones, where it is a start only.
const TOLERANCES: [f64; 2] = [1e-11, 1e-4];
/// Rounding of products `A u`, relative to the bound on the norm of `A`.
const ROUNDING: f64 = 1e-15;
/// More vectors than modes: the last of a block converge slowest.
const GUARD: f64 = 0.25;
const LEAST_GUARD: usize = 8;
/// Vectors of the space at most, in blocks.
const BLOCKS: usize = 3;
/// Steps at most, and steps in which residuals have to be halved.
const MOST_STEPS: usize = 300;
const PATIENCE: usize = 25;
/// The sum of the energies falls when it does so by this share.
const LOWER: f64 = 1e-9;
/// Modes with a residual of so many times their energy, or of so many roundings, are not accurate enough to be counted.
const ACCURATE: f64 = 1e-7;
const ROUNDINGS: f64 = 100.0;
/// Modes whose energies are below so many times the rounding of the products are told apart by the factor.
const DROWNED: f64 = 1e4;

/// The lowest modes of a generator.
#[derive(Debug, Clone)]
pub struct EnergyModes {
    /// Energies `a`, rising.
    pub energies: Vec<f64>,
    /// Orthonormal modes as columns.
    pub vectors: Mat<f64>,
    /// `|A u - a u|` of each.
    pub residuals: Vec<f64>,
}

impl EnergyModes {
    /// The first `count` of them.
    pub fn lowest(&self, count: usize) -> EnergyModes {
        let count = count.min(self.energies.len());
        EnergyModes {
            energies: self.energies[..count].to_vec(),
            vectors: self.vectors.subcols(0, count).to_owned(),
            residuals: self.residuals[..count].to_vec(),
        }
    }
}

/// A generator on a grid and, for starts, on coarser ones.
pub struct Cascade {
    landscape: Landscape,
    /// The generator.
    pub generator: Box<dyn Generator>,
    coarser: Option<Box<Cascade>>,
    known: Option<EnergyModes>,
    tolerance: f64,
}

impl Cascade {
    /// From the density on the finest grid.
    ///
    /// # Errors
    /// Those of the generators.
    pub fn new(landscape: Landscape) -> Result<Cascade, SpectrumError> {
        Cascade::level(landscape, TOLERANCES[0])
    }

    fn level(landscape: Landscape, tolerance: f64) -> Result<Cascade, SpectrumError> {
        let generator = landscape.generator()?;
        let half = if generator.len() > DENSE { coarser(&landscape, generator.ground_state()) } else { None };
        let coarser = half.map(|half| Cascade::level(half, TOLERANCES[1]).map(Box::new)).transpose()?;
        Ok(Cascade { landscape, generator, coarser, known: None, tolerance })
    }

    /// Whether the first `count` known modes have converged.
    pub fn is_accurate(&self, count: usize) -> bool {
        let rounding = ROUNDINGS * ROUNDING * self.generator.factor_norm().powi(2);
        self.known.as_ref().is_some_and(|known| {
            let pairs = known.residuals.iter().zip(&known.energies).take(count);
            pairs.into_iter().all(|(residual, energy)| *residual <= ACCURATE * energy + rounding)
        })
    }

    /// The modes with the `wanted` lowest energies, or all if there are fewer.
    pub fn modes(&mut self, wanted: usize) -> &EnergyModes {
        let wanted = wanted.min(self.generator.len() - 1);
        if self.known.as_ref().is_none_or(|known| known.energies.len() < wanted) {
            let block = (wanted + LEAST_GUARD.max((GUARD * wanted as f64) as usize)).min(self.generator.len() - 1);
            self.known = Some(if self.generator.len() <= DENSE {
                all(&mut *self.generator)
            } else {
                let start = start(self.known.as_ref(), self.coarser.as_deref_mut(), &self.landscape.grid, block);
                davidson(&mut *self.generator, start, wanted, self.tolerance)
            });
        }
        self.known.as_ref().expect("modes that were just computed")
    }
}

/// The density on half as many points along every axis that can do with them, if there is one.
fn coarser(landscape: &Landscape, ground: &[f64]) -> Option<Landscape> {
    let fourier = Fourier::new(&landscape.grid);
    let mut spectrum = fourier.zero_spectrum();
    fourier.forward(ground, &mut spectrum, &mut fourier.scratch());
    let largest = spectrum.iter().fold(0.0, |m: f64, c| m.max(c.norm()));
    let half = |axis: usize, n: usize| {
        let half = next_fast_odd_size(n.div_ceil(2));
        let is_lost = |p: usize| 2 * landscape.grid.modes(p)[axis].unsigned_abs() as usize >= half;
        let lost = (0..spectrum.len()).filter(|p| is_lost(*p)).fold(0.0, |m: f64, p| m.max(spectrum[p].norm()));
        if lost <= ROUGH * largest { half.min(n) } else { n }
    };
    let shape = landscape.grid.shape();
    let points: Vec<usize> = shape.iter().enumerate().map(|(axis, n)| half(axis, *n)).collect();
    if points == shape {
        return None;
    }
    let grid = landscape.grid.with_points(&points).expect("fewer points than on a grid that exists");
    let is_box = landscape.is_box;
    let moved = |values: &[f64]| {
        if is_box { interpolated_in_box(&landscape.grid, &grid, values) } else { moved(&landscape.grid, &grid, values) }
    };
    Some(Landscape {
        is_box,
        log_density: moved(&landscape.log_density),
        slopes: landscape.slopes.iter().map(|s| moved(s)).collect(),
        log_diffusivity: moved(&landscape.log_diffusivity),
        mass: landscape.mass,
        grid: grid.clone(),
    })
}

/// Node values on another grid.
fn moved(from: &Grid, to: &Grid, values: &[f64]) -> Vec<f64> {
    let (source, target) = (Fourier::new(from), Fourier::new(to));
    let mut spectrum = source.zero_spectrum();
    source.forward(values, &mut spectrum, &mut source.scratch());
    let mut out = vec![0.0; to.len()];
    target.inverse(&resample(from, to, &spectrum), &mut out, &mut target.scratch());
    out
}

/// What is known on this grid, modes of the coarser one beyond, and vectors without symmetry for the rest.
fn start(known: Option<&EnergyModes>, coarser: Option<&mut Cascade>, grid: &Grid, block: usize) -> Mat<f64> {
    let mut out = Mat::zeros(grid.len(), block);
    for j in 0..block {
        out.col_as_slice_mut(j).copy_from_slice(&irregular(grid.len(), j));
    }
    if let Some(coarser) = coarser {
        let source = coarser.landscape.grid.clone();
        let modes = coarser.modes(block);
        for j in 0..block.min(modes.energies.len()) {
            out.col_as_slice_mut(j).copy_from_slice(&moved(&source, grid, modes.vectors.col_as_slice(j)));
        }
    }
    if let Some(known) = known {
        let count = known.energies.len().min(block);
        out.subcols_mut(0, count).copy_from(known.vectors.subcols(0, count));
    }
    out
}

/// A fixed vector without symmetry: the fractional parts of multiples of the golden ratio.
pub fn irregular(len: usize, shift: usize) -> Vec<f64> {
    (1..=len).map(|i| ((i + shift * len) as f64 * 0.618_033_988_749_894_9).fract() - 0.5).collect()
}

/// All modes, from the matrix.
fn all(generator: &mut dyn Generator) -> EnergyModes {
    let n = generator.len();
    let mut matrix = Mat::zeros(n, n);
    let mut unit = vec![0.0; n];
    for j in 0..n {
        unit[j] = 1.0;
        generator.apply(&unit, matrix.col_as_slice_mut(j));
        unit[j] = 0.0;
    }
    // The ground state goes to the end of the spectrum.
    let (ground, shift) = (generator.ground_state(), 2.0 * generator.factor_norm().powi(2));
    let lifted = Mat::from_fn(n, n, |i, j| 0.5 * (matrix[(i, j)] + matrix[(j, i)]) + shift * ground[i] * ground[j]);
    let eigen = eigen::symmetric_pairs(&lifted).expect("the eigenvalues of a symmetric matrix of finite numbers");
    let mut vectors = eigen.U().subcols(0, n - 1).to_owned();
    for j in 0..n - 1 {
        generator.centre(vectors.col_as_slice_mut(j));
    }
    let images = &matrix * &vectors;
    finished(generator, vectors, images)
}

fn davidson(generator: &mut dyn Generator, start: Mat<f64>, wanted: usize, tolerance: f64) -> EnergyModes {
    let (n, block) = (start.nrows(), start.ncols());
    let none = Mat::zeros(n, 0);
    let rounding = ROUNDING * generator.factor_norm().powi(2);
    let mut space = Subspace::empty(n);
    space.extend(generator, &none, start);
    let (mut settled, mut is_checked) = (vec![false; wanted], false);
    let (mut best, mut waited) = (f64::INFINITY, 0);
    let mut lowest_sum = f64::INFINITY;
    for step in 0.. {
        let eigen = eigen::symmetric_pairs(&space.projected).expect("the eigenvalues of a small matrix");
        let wanted = wanted.min(space.len());
        let mut residuals = Vec::new();
        let mut excess = 0.0;
        for j in (0..wanted).filter(|j| !settled[*j]).collect::<Vec<_>>() {
            let (y, energy) = (eigen.U().col(j), eigen.S()[j]);
            let residual = &space.images * y - (&space.vectors * y) * faer::Scale(energy);
            let share = residual.norm_l2() / (rounding + tolerance * energy.abs());
            settled[j] = share <= 1.0;
            if share > 1.0 {
                excess += share;
                residuals.push(residual);
            }
        }
        // A mode that comes late, another copy above all, lowers the energies long before residuals fall.
        let sum: f64 = (0..wanted).map(|j| eigen.S()[j]).sum();
        if sum < (1.0 - LOWER) * lowest_sum {
            lowest_sum = sum;
            (best, waited) = (excess, 0);
        } else {
            waited = if excess < 0.5 * best { 0 } else { waited + 1 };
            best = best.min(excess);
        }
        let is_last = space.len() + 1 >= n || step >= MOST_STEPS || waited >= PATIENCE;
        let rotated = |columns: &Mat<f64>, count: usize| columns * eigen.U().subcols(0, count);
        if residuals.is_empty() && !is_checked {
            // A mode that came late has moved the others.
            settled.fill(false);
            is_checked = true;
            (best, waited) = (f64::INFINITY, 0);
            continue;
        }
        if residuals.is_empty() || is_last {
            return finished(generator, rotated(&space.vectors, wanted), rotated(&space.images, wanted));
        }
        is_checked = false;
        let mut directions = Mat::from_fn(n, residuals.len(), |i, j| residuals[j][i]);
        generator.precondition(&mut directions);
        if space.len() + directions.ncols() > BLOCKS * block {
            let kept = block.min(space.len());
            space = Subspace {
                vectors: rotated(&space.vectors, kept),
                images: rotated(&space.images, kept),
                projected: Mat::from_fn(kept, kept, |i, j| if i == j { eigen.S()[i] } else { 0.0 }),
            };
        }
        if space.extend(generator, &none, directions) == 0 {
            return finished(generator, rotated(&space.vectors, wanted), rotated(&space.images, wanted));
        }
    }
    unreachable!("the loop has no other end")
}

/// Energies from the factor; drowned ones are told apart.
fn finished(generator: &mut dyn Generator, mut vectors: Mat<f64>, mut images: Mat<f64>) -> EnergyModes {
    let count = vectors.ncols();
    let mut products = Vec::new();
    let mut energy = |generator: &mut dyn Generator, u: &[f64]| -> f64 {
        generator.factor_products(u, &mut products);
        crate::game::payoff::dot(&products, &products)
    };
    let mut energies: Vec<f64> = (0..count).map(|j| energy(generator, vectors.col_as_slice(j))).collect();
    let level = DROWNED * ROUNDING * generator.factor_norm().powi(2);
    let drowned = energies.iter().take_while(|a| **a < level).count();
    if drowned > 0 && generator.is_inverted() {
        // Other modes in a drowned one, rounding of the products over their energies, may weigh more than its own energy.
        let mut space = Subspace::empty(vectors.nrows());
        let mut columns = vectors.subcols(0, drowned).to_owned();
        generator.precondition(&mut columns);
        if space.extend(generator, &Mat::zeros(vectors.nrows(), 0), columns) == drowned {
            vectors.subcols_mut(0, drowned).copy_from(&space.vectors);
            images.subcols_mut(0, drowned).copy_from(&space.images);
            for (j, a) in energies.iter_mut().enumerate().take(drowned) {
                *a = energy(generator, vectors.col_as_slice(j));
            }
        }
    }
    if drowned > 1 {
        let mut slopes = Vec::new();
        let columns: Vec<Vec<f64>> = (0..drowned)
            .map(|j| {
                generator.factor_products(vectors.col_as_slice(j), &mut slopes);
                slopes.clone()
            })
            .collect();
        let factor = Mat::from_fn(columns[0].len(), drowned, |i, j| columns[j][i]);
        let singular = eigen::singular(&factor).expect("the singular values of a few columns of finite numbers");
        // Falling singular values.
        let rotation = Mat::from_fn(drowned, drowned, |i, j| singular.V()[(i, drowned - 1 - j)]);
        for turned in [&mut vectors, &mut images] {
            let columns = turned.subcols(0, drowned) * &rotation;
            turned.subcols_mut(0, drowned).copy_from(&columns);
        }
        for (j, a) in energies.iter_mut().enumerate().take(drowned) {
            *a = energy(generator, vectors.col_as_slice(j));
        }
    }
    let residual = |j: usize| {
        let pairs = images.col_as_slice(j).iter().zip(vectors.col_as_slice(j));
        pairs.map(|(a, u)| (a - energies[j] * u).powi(2)).sum::<f64>().sqrt()
    };
    let residuals = (0..count).map(residual).collect();
    EnergyModes { energies, vectors, residuals }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;

    /// Two wells along the first axis, a barrier of `2 depth`, and a wave along both.
    fn wells(points: [usize; 2], depth: f64) -> Landscape {
        let grid = Grid::new(&points, &[1.0, 1.0], &[0.0, 0.0]).unwrap();
        let at = |j: usize| {
            let node = grid.node(j);
            [node[0] as f64 / points[0] as f64, node[1] as f64 / points[1] as f64].map(|s| 2.0 * PI * s)
        };
        let wave = |f: &dyn Fn([f64; 2]) -> f64| (0..grid.len()).map(|j| f(at(j))).collect::<Vec<f64>>();
        let log_density = wave(&|[s, t]| -depth * (2.0 * s).cos() - 0.5 * (s + t).sin());
        let slopes = vec![
            wave(&|[s, t]| 2.0 * PI * (-2.0 * depth * (2.0 * s).sin() + 0.5 * (s + t).cos())),
            wave(&|[s, t]| 2.0 * PI * 0.5 * (s + t).cos()),
        ];
        Landscape::of_entropy(&grid, log_density, slopes)
    }

    #[test]
    fn a_cascade_finds_the_modes_of_the_matrix() {
        for depth in [1.0, 4.0] {
            let mut cascade = Cascade::new(wells([33, 27], depth)).unwrap();
            assert!(cascade.coarser.is_some());
            let all = all(&mut *cascade.generator);
            // Growing in two steps is finding them at once.
            cascade.modes(10);
            let found = cascade.modes(40).clone();
            for j in 0..40 {
                let (near, there) = (found.energies[j], all.energies[j]);
                assert!((near - there).abs() <= 1e-10 * there, "energy {j} at depth {depth}: {near} and {there}");
                assert!(found.residuals[j] <= 1e-8 * there, "residual {j}: {:e}", found.residuals[j]);
            }
        }
    }

    #[test]
    fn drowned_energies_are_told_apart() {
        // Wells of a circle times wells of a circle: three energies far below the rounding of the products.
        let grid = Grid::new(&[63, 63], &[1.0, 1.0], &[0.0, 0.0]).unwrap();
        let at = |j: usize, axis: usize| 4.0 * PI * grid.node(j)[axis] as f64 / 63.0;
        let depths = [13.0, 14.0];
        let log_density = (0..grid.len()).map(|j| -(0..2).map(|a| depths[a] * at(j, a).cos()).sum::<f64>()).collect();
        let slopes =
            (0..2).map(|a| (0..grid.len()).map(|j| -4.0 * PI * depths[a] * at(j, a).sin()).collect()).collect();
        let mut cascade = Cascade::new(Landscape::of_entropy(&grid, log_density, slopes)).unwrap();
        let circle = |depth: f64| {
            let grid = Grid::new(&[63], &[1.0], &[0.0]).unwrap();
            let angle = |j: usize| 4.0 * PI * j as f64 / 63.0;
            let log_density = (0..63).map(|j| -depth * angle(j).cos()).collect();
            let slopes = vec![(0..63).map(|j| -4.0 * PI * depth * angle(j).sin()).collect()];
            Cascade::new(Landscape::of_entropy(&grid, log_density, slopes)).unwrap().modes(1).energies[0]
        };
        let [shallow, deep] = depths.map(circle);
        let found = &cascade.modes(12).energies;
        assert!(shallow < 1e-7 && deep < 0.2 * shallow, "{shallow:e} {deep:e}");
        for (near, there) in found.iter().zip([deep, shallow, deep + shallow]) {
            assert!((near - there).abs() <= 1e-6 * there, "{near:e} and {there:e}");
        }
        assert!(found[3] > 1.0);
    }
}

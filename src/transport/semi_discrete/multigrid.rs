//! The preconditioner of the linear systems: a multigrid cycle for Laplacians of graphs.
//!
//! The coarse spaces are made of clusters of sites ([`super::aggregation`]), two pairings a level. Coarse matrices are
//! Laplacians again. On each coarse level up to two steps of conjugate gradients with the next cycle as preconditioner
//! (the K-cycle, Notay, Vassilevski 2008) make the convergence independent of the size.
//!
//! Cost: set-up about four products with the matrix, a cycle about six.

use super::aggregation::{collapsed, matched};
use super::elimination::Elimination;
use super::laplacian::{Laplacian, dot};

/// Up to this size a system is solved by elimination.
pub(super) const DIRECT: usize = 48;
/// No coarser level is made when it would keep more than this share of the sites.
const STALLED: f64 = 0.75;
/// Largest system on which a stalled hierarchy ends in elimination.
const LARGEST_DIRECT: usize = 512;
/// Relaxations in place of the elimination of a larger one.
const SWEEPS: usize = 8;
/// A second inner step is taken when the first leaves more than this share of the residual (Notay, Vassilevski 2008).
const ENOUGH: f64 = 0.25;

/// One level of the cycle: the clusters of its sites and what a cycle needs.
#[derive(Debug, Clone)]
struct Level {
    matrix: Laplacian,
    /// Cluster of each site, the site of the next level.
    cluster: Vec<u32>,
    residual: Vec<f64>,
    work: Work,
}

/// Vectors of the coarse iteration below a level.
#[derive(Debug, Clone)]
struct Work {
    right: Vec<f64>,
    solution: Vec<f64>,
    first: Vec<f64>,
    first_image: Vec<f64>,
    second: Vec<f64>,
    second_image: Vec<f64>,
}

impl Work {
    fn new(size: usize) -> Work {
        let zeros = || vec![0.0; size];
        Work {
            right: zeros(),
            solution: zeros(),
            first: zeros(),
            first_image: zeros(),
            second: zeros(),
            second_image: zeros(),
        }
    }
}

/// The multigrid cycle of one Laplacian.
#[derive(Debug, Clone)]
pub(super) struct Multigrid {
    levels: Vec<Level>,
    coarsest: Coarsest,
}

impl Multigrid {
    /// The levels of `matrix`.
    pub fn new(matrix: Laplacian) -> Multigrid {
        let mut levels = Vec::new();
        let mut matrix = matrix;
        while matrix.size() > DIRECT {
            let (pairs, count) = matched(&matrix);
            let halved = collapsed(&matrix, &pairs, count);
            let (quads, fewer) = matched(&halved);
            if fewer as f64 > STALLED * matrix.size() as f64 {
                break;
            }
            let coarse = collapsed(&halved, &quads, fewer);
            let cluster = pairs.iter().map(|p| quads[*p as usize]).collect();
            let residual = vec![0.0; matrix.size()];
            levels.push(Level { residual, matrix, cluster, work: Work::new(fewer) });
            matrix = coarse;
        }
        Multigrid { levels, coarsest: Coarsest::new(matrix) }
    }

    /// The matrix it was made for.
    pub fn matrix(&self) -> &Laplacian {
        self.levels.first().map_or(&self.coarsest.matrix, |level| &level.matrix)
    }

    /// `x = M^-1 r`.
    pub fn cycle(&mut self, r: &[f64], x: &mut [f64]) {
        cycle(&mut self.levels, &self.coarsest, r, x);
    }
}

fn cycle(levels: &mut [Level], coarsest: &Coarsest, r: &[f64], x: &mut [f64]) {
    let Some((level, below)) = levels.split_first_mut() else {
        coarsest.solve(r, x);
        return;
    };
    let Level { matrix, cluster, residual, work } = level;
    matrix.relax_zero(r, x);
    matrix.residual_of_relaxed(r, x, residual);
    work.right.fill(0.0);
    for (a, value) in residual.iter().enumerate() {
        work.right[cluster[a] as usize] += value;
    }
    coarse_solve(work, below, coarsest);
    for (a, value) in x.iter_mut().enumerate() {
        *value += work.solution[cluster[a] as usize];
    }
    matrix.relax_downwards(r, x, residual);
}

/// One or two steps of flexible conjugate gradients (Notay, Vassilevski 2008, algorithm 3.1).
fn coarse_solve(work: &mut Work, below: &mut [Level], coarsest: &Coarsest) {
    let Work { right, solution, first, first_image, second, second_image } = work;
    cycle(below, coarsest, right, first);
    let Some(level) = below.first() else {
        solution.copy_from_slice(first);
        return;
    };
    level.matrix.apply(first, first_image);
    let (energy, work_done, norm) = (dot(first, first_image), dot(first, right), dot(right, right));
    if energy <= 0.0 {
        solution.copy_from_slice(first);
        return;
    }
    let step = work_done / energy;
    right.iter_mut().zip(first_image.iter()).for_each(|(r, v)| *r -= step * v);
    if dot(right, right) <= ENOUGH * ENOUGH * norm {
        solution.iter_mut().zip(first.iter()).for_each(|(x, c)| *x = step * c);
        return;
    }
    cycle(below, coarsest, right, second);
    below[0].matrix.apply(second, second_image);
    let (mixed, energy_two, work_two) = (dot(second, first_image), dot(second, second_image), dot(second, right));
    let rest = energy_two - mixed * mixed / energy;
    let along = if rest > 0.0 { work_two / rest } else { 0.0 };
    let back = step - along * mixed / energy;
    for ((x, c), d) in solution.iter_mut().zip(first.iter()).zip(second.iter()) {
        *x = back * c + along * d;
    }
}

/// The last level: solved by elimination, or relaxed where it is too large for that.
#[derive(Debug, Clone)]
struct Coarsest {
    matrix: Laplacian,
    elimination: Option<Elimination>,
}

impl Coarsest {
    fn new(matrix: Laplacian) -> Coarsest {
        let elimination = (matrix.size() <= LARGEST_DIRECT).then(|| Elimination::new(&matrix));
        Coarsest { matrix, elimination }
    }

    fn solve(&self, r: &[f64], x: &mut [f64]) {
        if let Some(elimination) = &self.elimination {
            elimination.solve(r, x);
            return;
        }
        x.fill(0.0);
        let mut before = vec![0.0; x.len()];
        for _ in 0..SWEEPS {
            self.matrix.relax_upwards(r, x, &mut before);
            self.matrix.relax_downwards(r, x, &mut before);
        }
    }
}

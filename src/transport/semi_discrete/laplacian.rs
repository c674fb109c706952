//! Weighted Laplacians of graphs and the linear systems of Newton's method.
//!
//! ```text
//! (A delta)_a = sum_b H_ab (delta_a - delta_b) = r_a,     H_ab >= 0,     sum r = 0
//! ```
//!
//! Conjugate gradients, preconditioned by one multigrid cycle whose coarse spaces are made of clusters of sites found by
//! pairwise matching along the strongest couplings, twice a level (Notay 2010, algorithms 4.1 and 4.2). Coarse matrices
//! are Laplacians again. On each coarse level up to two steps of conjugate gradients with the next cycle as
//! preconditioner (the K-cycle, Notay, Vassilevski 2008) make the convergence independent of the size. As the
//! preconditioner is then not linear, the flexible form of the method is used.
//!
//! Cost: set-up about four products with the matrix, a cycle about six.

/// Up to this size a system is solved by elimination.
const DIRECT: usize = 48;
/// No coarser level is made when it would keep more than this share of the sites.
const STALLED: f64 = 0.75;
/// Largest system on which a stalled hierarchy ends in elimination.
const LARGEST_DIRECT: usize = 512;
/// Relaxations in place of the elimination of a larger one.
const SWEEPS: usize = 8;
/// Two sites are joined only when their coupling is at least this share of the strongest of either.
const STRONG: f64 = 0.25;
/// A second inner step is taken when the first leaves more than this share of the residual (Notay, Vassilevski 2008).
const ENOUGH: f64 = 0.25;

/// A Laplacian in compressed rows; the diagonal apart.
#[derive(Debug, Clone, Default)]
pub(super) struct Laplacian {
    start: Vec<u32>,
    column: Vec<u32>,
    /// `H_ab`.
    coupling: Vec<f64>,
    /// `sum_b H_ab`.
    diagonal: Vec<f64>,
}

impl Laplacian {
    /// The Laplacian of the edges `(a, b, H_ab)`; loops are left out, parallel edges kept side by side.
    pub fn new(size: usize, edges: impl Iterator<Item = (u32, u32, f64)> + Clone) -> Laplacian {
        let edges = edges.filter(|(a, b, h)| a != b && *h > 0.0);
        let mut start = vec![0u32; size + 1];
        for (a, b, _) in edges.clone() {
            start[a as usize + 1] += 1;
            start[b as usize + 1] += 1;
        }
        for a in 0..size {
            start[a + 1] += start[a];
        }
        let entries = start[size] as usize;
        let (mut column, mut coupling) = (vec![0u32; entries], vec![0.0; entries]);
        let mut place = start.clone();
        for (a, b, h) in edges {
            for (from, to) in [(a, b), (b, a)] {
                let p = place[from as usize] as usize;
                column[p] = to;
                coupling[p] = h;
                place[from as usize] += 1;
            }
        }
        let mut laplacian = Laplacian { start, column, coupling, diagonal: Vec::new() };
        laplacian.diagonal = (0..size).map(|a| laplacian.row(a).map(|(_, h)| h).sum()).collect();
        laplacian
    }

    /// Number of sites.
    pub fn size(&self) -> usize {
        self.diagonal.len()
    }

    fn row(&self, a: usize) -> impl Iterator<Item = (usize, f64)> + '_ {
        let range = self.start[a] as usize..self.start[a + 1] as usize;
        self.column[range.clone()].iter().map(|b| *b as usize).zip(self.coupling[range].iter().copied())
    }

    fn neighbour_sum(&self, a: usize, x: &[f64]) -> f64 {
        self.row(a).map(|(b, h)| h * x[b]).sum()
    }

    /// `y = A x`.
    fn apply(&self, x: &[f64], y: &mut [f64]) {
        for (a, y) in y.iter_mut().enumerate() {
            *y = self.row(a).map(|(b, h)| h * (x[a] - x[b])).sum();
        }
    }

    /// `y = r - A x`.
    fn residual(&self, r: &[f64], x: &[f64], y: &mut [f64]) {
        for (a, y) in y.iter_mut().enumerate() {
            *y = r[a] - self.row(a).map(|(b, h)| h * (x[a] - x[b])).sum::<f64>();
        }
    }

    fn relax(&self, a: usize, r: &[f64], x: &mut [f64]) {
        if self.diagonal[a] > 0.0 {
            x[a] = (r[a] + self.neighbour_sum(a, x)) / self.diagonal[a];
        }
    }
}

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
struct Multigrid {
    levels: Vec<Level>,
    coarsest: Coarsest,
}

impl Multigrid {
    fn new(matrix: Laplacian) -> Multigrid {
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

    /// `x = M^-1 r`.
    fn cycle(&mut self, r: &[f64], x: &mut [f64]) {
        cycle(&mut self.levels, &self.coarsest, r, x);
    }
}

fn cycle(levels: &mut [Level], coarsest: &Coarsest, r: &[f64], x: &mut [f64]) {
    let Some((level, below)) = levels.split_first_mut() else {
        coarsest.solve(r, x);
        return;
    };
    let Level { matrix, cluster, residual, work } = level;
    x.fill(0.0);
    for a in 0..matrix.size() {
        matrix.relax(a, r, x);
    }
    matrix.residual(r, x, residual);
    work.right.fill(0.0);
    for (a, value) in residual.iter().enumerate() {
        work.right[cluster[a] as usize] += value;
    }
    coarse_solve(work, below, coarsest);
    for (a, value) in x.iter_mut().enumerate() {
        *value += work.solution[cluster[a] as usize];
    }
    for a in (0..matrix.size()).rev() {
        matrix.relax(a, r, x);
    }
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

/// Clusters of at most two sites along strong couplings: cluster of each site, and their number.
fn matched(matrix: &Laplacian) -> (Vec<u32>, usize) {
    const FREE: u32 = u32::MAX;
    let size = matrix.size();
    let strongest: Vec<f64> = (0..size).map(|a| matrix.row(a).map(|(_, h)| h).fold(0.0, f64::max)).collect();
    let mut cluster = vec![FREE; size];
    let mut count = 0;
    for a in 0..size {
        if cluster[a] != FREE {
            continue;
        }
        let mut partner = None;
        let mut most = STRONG * strongest[a];
        for (b, h) in matrix.row(a) {
            if cluster[b] == FREE && b != a && h > 0.0 && h >= most {
                most = h;
                partner = Some(b);
            }
        }
        cluster[a] = count;
        if let Some(b) = partner {
            cluster[b] = count;
        }
        count += 1;
    }
    (cluster, count as usize)
}

/// The Laplacian between clusters: couplings added up.
fn collapsed(matrix: &Laplacian, cluster: &[u32], count: usize) -> Laplacian {
    let mut members_start = vec![0u32; count + 1];
    cluster.iter().for_each(|c| members_start[*c as usize + 1] += 1);
    for c in 0..count {
        members_start[c + 1] += members_start[c];
    }
    let mut members = vec![0u32; cluster.len()];
    let mut place = members_start.clone();
    for (a, c) in cluster.iter().enumerate() {
        members[place[*c as usize] as usize] = a as u32;
        place[*c as usize] += 1;
    }
    let mut coarse = Laplacian {
        start: Vec::with_capacity(count + 1),
        column: Vec::with_capacity(matrix.column.len()),
        coupling: Vec::with_capacity(matrix.column.len()),
        diagonal: Vec::with_capacity(count),
    };
    // Where the entry of a cluster stands in the row being made.
    let mut entry = vec![u32::MAX; count];
    coarse.start.push(0);
    for c in 0..count {
        let begin = coarse.column.len();
        for a in &members[members_start[c] as usize..members_start[c + 1] as usize] {
            for (b, h) in matrix.row(*a as usize) {
                let d = cluster[b] as usize;
                if d == c {
                    continue;
                }
                let p = entry[d] as usize;
                if p >= begin && p < coarse.column.len() && coarse.column[p] as usize == d {
                    coarse.coupling[p] += h;
                } else {
                    entry[d] = coarse.column.len() as u32;
                    coarse.column.push(d as u32);
                    coarse.coupling.push(h);
                }
            }
        }
        coarse.start.push(coarse.column.len() as u32);
        coarse.diagonal.push(coarse.coupling[begin..].iter().sum());
    }
    coarse
}

/// How the last level is solved.
#[derive(Debug, Clone)]
enum Coarsest {
    Direct(Elimination),
    Relaxed(Laplacian),
}

impl Coarsest {
    fn new(matrix: Laplacian) -> Coarsest {
        if matrix.size() <= LARGEST_DIRECT {
            Coarsest::Direct(Elimination::new(&matrix))
        } else {
            Coarsest::Relaxed(matrix)
        }
    }

    fn solve(&self, r: &[f64], x: &mut [f64]) {
        match self {
            Coarsest::Direct(elimination) => elimination.solve(r, x),
            Coarsest::Relaxed(matrix) => {
                x.fill(0.0);
                for _ in 0..SWEEPS {
                    (0..matrix.size()).for_each(|a| matrix.relax(a, r, x));
                    (0..matrix.size()).rev().for_each(|a| matrix.relax(a, r, x));
                }
            }
        }
    }
}

/// Dense Cholesky factors of a small Laplacian, the last site of each connected part held at 0.
#[derive(Debug, Clone)]
struct Elimination {
    size: usize,
    lower: Vec<f64>,
}

impl Elimination {
    fn new(matrix: &Laplacian) -> Elimination {
        let n = matrix.size();
        let mut lower = vec![0.0; n * n];
        for a in 0..n {
            for (b, h) in matrix.row(a) {
                lower[a * n + b] -= h;
            }
        }
        // Elimination of one site leaves a Laplacian on the others: its diagonal is the sum of couplings, so nothing is
        // subtracted and a pivot has all its digits.
        for a in 0..n {
            let pivot: f64 = -lower[a * n + a + 1..(a + 1) * n].iter().sum::<f64>();
            lower[a * n + a] = pivot;
            if pivot <= 0.0 {
                continue;
            }
            for b in a + 1..n {
                let factor = lower[a * n + b] / pivot;
                if factor != 0.0 {
                    for c in a + 1..n {
                        if c != b {
                            lower[b * n + c] -= factor * lower[a * n + c];
                        }
                    }
                }
            }
        }
        Elimination { size: n, lower }
    }

    /// `A x = r` for `r` of sum 0 on each connected part.
    fn solve(&self, r: &[f64], x: &mut [f64]) {
        let n = self.size;
        x.copy_from_slice(r);
        for a in 0..n {
            let row = &self.lower[a * n..(a + 1) * n];
            if row[a] > 0.0 {
                let value = x[a] / row[a];
                for b in a + 1..n {
                    x[b] -= row[b] * value;
                }
            }
        }
        for a in (0..n).rev() {
            let row = &self.lower[a * n..(a + 1) * n];
            x[a] = if row[a] > 0.0 { (x[a] - (a + 1..n).map(|b| row[b] * x[b]).sum::<f64>()) / row[a] } else { 0.0 };
        }
    }
}

/// How a solve ended.
#[derive(Debug, Clone, Copy)]
pub(super) struct Solved {
    /// Steps of conjugate gradients.
    pub steps: usize,
    /// Norm of the residual over that of the right side.
    pub residual: f64,
}

/// Solves `A x = r` until the residual is `tolerance` times its first size or `most` steps are done; `r` is left as the
/// residual.
pub(super) fn solve(matrix: Laplacian, r: &mut [f64], x: &mut [f64], tolerance: f64, most: usize) -> Solved {
    let n = matrix.size();
    // Rounding leaves a constant that no solution can meet.
    let mean = r.iter().sum::<f64>() / n as f64;
    r.iter_mut().for_each(|v| *v -= mean);
    if n <= DIRECT {
        Elimination::new(&matrix).solve(r, x);
        let right = r.to_vec();
        matrix.residual(&right, x, r);
        let norm = dot(&right, &right).sqrt();
        return Solved { steps: 1, residual: if norm > 0.0 { dot(r, r).sqrt() / norm } else { 0.0 } };
    }
    let mut multigrid = Multigrid::new(matrix.clone());
    let (mut z, mut p, mut image) = (vec![0.0; n], vec![0.0; n], vec![0.0; n]);
    x.fill(0.0);
    let start = dot(r, r).sqrt();
    let mut energy = 0.0;
    for step in 0..most {
        let norm = dot(r, r).sqrt();
        if norm <= tolerance * start {
            return Solved { steps: step, residual: norm / start.max(f64::MIN_POSITIVE) };
        }
        multigrid.cycle(r, &mut z);
        let beta = if energy > 0.0 { -dot(&z, &image) / energy } else { 0.0 };
        p.iter_mut().zip(&z).for_each(|(p, z)| *p = z + beta * *p);
        matrix.apply(&p, &mut image);
        energy = dot(&p, &image);
        if energy <= 0.0 {
            return Solved { steps: step, residual: norm / start.max(f64::MIN_POSITIVE) };
        }
        let alpha = dot(&p, r) / energy;
        x.iter_mut().zip(&p).for_each(|(x, p)| *x += alpha * p);
        r.iter_mut().zip(&image).for_each(|(r, v)| *r -= alpha * v);
    }
    Solved { steps: most, residual: dot(r, r).sqrt() / start }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

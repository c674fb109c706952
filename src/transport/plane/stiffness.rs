//! The derivative of the residual and its factorisation.
//!
//! ```text
//! K_ij = int grad b_i . (q (I + H)^-1 + q' (I - H)^-1) grad b_j dm  +  penalty int D^2 b_i : D^2 b_j dm
//! ```
//!
//! is symmetric and positive up to constants, of which one is taken away by a spring at the heaviest spline: the residual adds up
//! to 0, so that the spring is at rest in the solution. Cost: `64^2` for every node, and a sparse Cholesky factorisation.

use super::densities::{PulledBack, invariants};
use super::spline::{DEGREE, Fields, LOCAL, Lattice, SUPPORT, Table};
use faer::Mat;
use nashflow_kernels::sparse::{Cholesky, CholeskyPattern};

/// Eigenvalues of `I + H` and `I - H` below this count as this in `K`, which need not be exact.
const STEEPEST: f64 = 0.01;

/// Splines that meet, the entries of their matrix, and the penalty.
#[derive(Debug)]
pub struct Pattern {
    factorisation: CholeskyPattern,
    /// Position of the first entry for every column and every difference of the first index.
    starts: Vec<[usize; SUPPORT]>,
    /// `int D^2 b_a : D^2 b_b` over one cell.
    penalty: Vec<f64>,
}

/// A factorised matrix.
#[derive(Debug)]
pub struct Stiffness {
    factor: Cholesky,
}

impl Pattern {
    /// Of the splines of a lattice; none when memory is short.
    pub fn new(lattice: &Lattice) -> Option<Pattern> {
        let [m, n] = [0, 1].map(|i| lattice.axes[i].len());
        let (mut pointers, mut rows) = (vec![0], Vec::new());
        let mut starts = Vec::with_capacity(m * n);
        for first in 0..m {
            for second in 0..n {
                let mut start = [usize::MAX; SUPPORT];
                for (d, start) in start.iter_mut().enumerate().take_while(|(d, _)| first + d < m) {
                    *start = rows.len();
                    let lowest = lowest_row(second, d);
                    rows.extend((lowest..n.min(second + SUPPORT)).map(|row| (first + d) * n + row));
                }
                pointers.push(rows.len());
                starts.push(start);
            }
        }
        let factorisation = CholeskyPattern::new(m * n, pointers, rows)?;
        Some(Pattern { factorisation, starts, penalty: penalty(lattice) })
    }

    /// The matrix of a pair pulled back; none when it cannot be factorised.
    pub fn stiffness(&self, lattice: &Lattice, fields: &Fields, back: &PulledBack, penalty: f64) -> Option<Stiffness> {
        let weight = lattice.weight();
        self.factorised(lattice, penalty, |j| tensor(fields, back, j).map(|a| weight * a))
    }

    /// `int g grad b_i . grad b_j` with a penalty, for a density given at the nodes.
    pub fn weighted(&self, lattice: &Lattice, density: &[f64], penalty: f64) -> Option<Stiffness> {
        let weight = lattice.weight();
        self.factorised(lattice, penalty, |j| [weight * density[j].max(0.0), 0.0, weight * density[j].max(0.0)])
    }

    fn factorised(&self, lattice: &Lattice, penalty: f64, tensor: impl Fn(usize) -> [f64; 3]) -> Option<Stiffness> {
        let mut values = vec![0.0; self.factorisation.entries()];
        let [rows, columns] = [0, 1].map(|i| lattice.axes[i].cells);
        let mut local = vec![0.0; LOCAL * LOCAL];
        for first in 0..rows {
            for second in 0..columns {
                local.iter_mut().zip(&self.penalty).for_each(|(k, p)| *k = penalty * p);
                add_cell(lattice, [first, second], &tensor, &mut local);
                self.scatter(lattice, [first, second], &local, &mut values);
            }
        }
        let diagonal = |j: &usize| values[self.starts[*j][0]];
        let heaviest = (0..self.starts.len()).max_by(|a, b| diagonal(a).total_cmp(&diagonal(b)))?;
        values[self.starts[heaviest][0]] *= 2.0;
        let factor = self.factorisation.factorise(values)?;
        Some(Stiffness { factor })
    }

    fn scatter(&self, lattice: &Lattice, [first, second]: [usize; 2], local: &[f64], values: &mut [f64]) {
        let n = lattice.axes[1].len();
        for a in 0..LOCAL {
            for b in 0..=a {
                // Row a is behind column b in the order of the splines.
                let ([a1, a2], [b1, b2]) = ([a / SUPPORT, a % SUPPORT], [b / SUPPORT, b % SUPPORT]);
                let column = (first + b1) * n + second + b2;
                let lowest = lowest_row(second + b2, a1 - b1);
                values[self.starts[column][a1 - b1] + second + a2 - lowest] += local[a * LOCAL + b];
            }
        }
    }
}

impl Stiffness {
    /// `K^-1 r`.
    pub fn solve(&self, r: &[f64]) -> Vec<f64> {
        let mut column = Mat::from_fn(r.len(), 1, |i, _| r[i]);
        self.factor.solve_in_place(&mut column);
        column.col_as_slice(0).to_vec()
    }
}

/// First row that a column with this second index meets, in the rows whose first index is larger by `d`.
fn lowest_row(second: usize, d: usize) -> usize {
    if d == 0 { second } else { second.saturating_sub(DEGREE) }
}

/// `q (I + H)^-1 + q' (I - H)^-1`; negative densities are rounding and count as 0 here.
fn tensor(fields: &Fields, back: &PulledBack, j: usize) -> [f64; 3] {
    let (q, p) = (back.pushed[j].max(0.0), back.pulled[j].max(0.0));
    if back.convexity[j] < STEEPEST {
        return [q + p, 0.0, q + p];
    }
    let [a, b, c] = [fields.hessian[0][j], fields.hessian[1][j], fields.hessian[2][j]];
    let (trace, determinant) = invariants(fields, j);
    let (q, p) = (q / (1.0 + trace + determinant), p / (1.0 - trace + determinant));
    [q * (1.0 + c) + p * (1.0 - c), (p - q) * b, q * (1.0 + a) + p * (1.0 - a)]
}

/// Adds `sum over the nodes of a cell of grad b_a . A grad b_b`, the lower triangle.
fn add_cell(lattice: &Lattice, cell: [usize; 2], tensor: &impl Fn(usize) -> [f64; 3], local: &mut [f64]) {
    let [x, y] = &lattice.axes;
    for (s, first) in x.tables.iter().enumerate() {
        for (t, second) in y.tables.iter().enumerate() {
            let node = (cell[0] * x.tables.len() + s) * y.nodes() + cell[1] * y.tables.len() + t;
            let [a11, a12, a22] = tensor(node);
            let (g1, g2) = (products(first, second, 1, 0), products(first, second, 0, 1));
            for a in 0..LOCAL {
                let (u, v) = (a11 * g1[a] + a12 * g2[a], a12 * g1[a] + a22 * g2[a]);
                let row = &mut local[a * LOCAL..=a * LOCAL + a];
                row.iter_mut().zip(g1.iter().zip(&g2)).for_each(|(k, (g1, g2))| *k += u * g1 + v * g2);
            }
        }
    }
}

/// Derivatives of these orders of all splines of a cell.
fn products(first: &Table, second: &Table, along: usize, across: usize) -> [f64; LOCAL] {
    std::array::from_fn(|a| first[along][a / SUPPORT] * second[across][a % SUPPORT])
}

fn penalty(lattice: &Lattice) -> Vec<f64> {
    let mut out = vec![0.0; LOCAL * LOCAL];
    let weight = lattice.weight();
    for first in &lattice.axes[0].tables {
        for second in &lattice.axes[1].tables {
            for (factor, along, across) in [(1.0, 2, 0), (2.0, 1, 1), (1.0, 0, 2)] {
                let h = products(first, second, along, across);
                for a in 0..LOCAL {
                    for b in 0..=a {
                        out[a * LOCAL + b] += weight * factor * h[a] * h[b];
                    }
                }
            }
        }
    }
    out
}

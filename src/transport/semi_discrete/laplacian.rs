//! Weighted Laplacians of graphs, the matrices of Newton's method.
//!
//! ```text
//! (A delta)_a = sum_b H_ab (delta_a - delta_b) = r_a,     H_ab >= 0,     sum r = 0
//! ```
//!
//! Vectors are worked on in blocks of [`BLOCK`] sites, side by side, and sums are added up block by block, so that no
//! result depends on the number of threads. Sites are numbered along a curve, so that few couplings join two blocks.

use rayon::prelude::*;

/// Sites of a block.
const BLOCK: usize = 1 << 12;

/// A Laplacian in compressed rows; the diagonal apart.
#[derive(Debug, Clone, Default)]
pub(super) struct Laplacian {
    pub start: Vec<u32>,
    pub column: Vec<u32>,
    /// `H_ab`.
    pub coupling: Vec<f64>,
    /// Where the couplings of a row to earlier sites of its block end; they come first.
    pub split: Vec<u32>,
    /// `1 / sum_b H_ab`, 0 for a site without couplings.
    pub inverse_diagonal: Vec<f64>,
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
        let mut laplacian = Laplacian { start, column, coupling, ..Laplacian::default() };
        laplacian.prepare_rows();
        laplacian
    }

    /// Puts the couplings to earlier sites of the block first in each row, and sums the rows.
    pub fn prepare_rows(&mut self) {
        let size = self.start.len() - 1;
        (self.split, self.inverse_diagonal) = (Vec::with_capacity(size), Vec::with_capacity(size));
        for a in 0..size {
            let range = self.start[a] as usize..self.start[a + 1] as usize;
            let mut split = range.start;
            let mut sum = 0.0;
            for p in range {
                let b = self.column[p] as usize;
                sum += self.coupling[p];
                if b < a && b >= a - a % BLOCK {
                    self.column.swap(p, split);
                    self.coupling.swap(p, split);
                    split += 1;
                }
            }
            self.split.push(split as u32);
            self.inverse_diagonal.push(inverse(sum));
        }
    }

    /// Number of sites.
    pub fn size(&self) -> usize {
        self.inverse_diagonal.len()
    }

    /// The couplings of a row.
    #[inline]
    pub fn row(&self, a: usize) -> impl Iterator<Item = (usize, f64)> + '_ {
        self.entries(self.start[a]..self.start[a + 1])
    }

    #[inline]
    fn entries(&self, range: std::ops::Range<u32>) -> impl Iterator<Item = (usize, f64)> + '_ {
        let range = range.start as usize..range.end as usize;
        self.column[range.clone()].iter().map(|b| *b as usize).zip(self.coupling[range].iter().copied())
    }

    /// `y = A x`.
    pub fn apply(&self, x: &[f64], y: &mut [f64]) {
        for_each_block(y, |first, y| {
            for (a, y) in (first..).zip(y) {
                *y = self.row(a).map(|(b, h)| h * (x[a] - x[b])).sum();
            }
        });
    }

    /// `y = r - A x`.
    pub fn residual(&self, r: &[f64], x: &[f64], y: &mut [f64]) {
        for_each_block(y, |first, y| {
            for (a, y) in (first..).zip(y) {
                *y = r[a] - self.row(a).map(|(b, h)| h * (x[a] - x[b])).sum::<f64>();
            }
        });
    }

    /// One Gauss-Seidel sweep within each block for `A x = r`, upwards from `x = 0`: half the couplings meet a zero.
    pub fn relax_zero(&self, r: &[f64], x: &mut [f64]) {
        for_each_block(x, |first, x| {
            for i in 0..x.len() {
                let a = first + i;
                let known: f64 = self.entries(self.start[a]..self.split[a]).map(|(b, h)| h * x[b - first]).sum();
                x[i] = (r[a] + known) * self.inverse_diagonal[a];
            }
        });
    }

    /// `y = r - A x` after [`Laplacian::relax_zero`], from the other half of the couplings.
    pub fn residual_of_relaxed(&self, r: &[f64], x: &[f64], y: &mut [f64]) {
        for_each_block(y, |first, y| {
            for (a, y) in (first..).zip(y) {
                let alone = self.inverse_diagonal[a] == 0.0;
                let rest = || self.entries(self.split[a]..self.start[a + 1]).map(|(b, h)| h * x[b]).sum();
                *y = if alone { r[a] } else { rest() };
            }
        });
    }

    /// One Gauss-Seidel sweep within each block for `A x = r`, upwards; from block to block the values are those before
    /// the sweep, which are left in `before`.
    pub fn relax_upwards(&self, r: &[f64], x: &mut [f64], before: &mut [f64]) {
        before.copy_from_slice(x);
        for_each_block(x, |first, x| (0..x.len()).for_each(|i| self.relax(first, i, r, x, before)));
    }

    /// The same downwards: the transpose of the other sweep.
    pub fn relax_downwards(&self, r: &[f64], x: &mut [f64], before: &mut [f64]) {
        before.copy_from_slice(x);
        for_each_block(x, |first, x| (0..x.len()).rev().for_each(|i| self.relax(first, i, r, x, before)));
    }

    /// Solves the row of the site `i` of the block `x`.
    #[inline]
    fn relax(&self, first: usize, i: usize, r: &[f64], x: &mut [f64], before: &[f64]) {
        let a = first + i;
        if self.inverse_diagonal[a] > 0.0 {
            let value = |b: usize| x.get(b.wrapping_sub(first)).copied().unwrap_or_else(|| before[b]);
            x[i] = (r[a] + self.row(a).map(|(b, h)| h * value(b)).sum::<f64>()) * self.inverse_diagonal[a];
        }
    }
}

/// `1 / value`, 0 for 0.
fn inverse(value: f64) -> f64 {
    if value > 0.0 { 1.0 / value } else { 0.0 }
}

/// Calls `work(first, block)` for every block of `y`; `first` is the place of its first entry.
fn for_each_block(y: &mut [f64], work: impl Fn(usize, &mut [f64]) + Sync) {
    if y.len() <= BLOCK {
        work(0, y);
    } else {
        y.par_chunks_mut(BLOCK).enumerate().for_each(|(block, y)| work(block * BLOCK, y));
    }
}

/// Inner product.
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let block = |(a, b): (&[f64], &[f64])| -> f64 { a.iter().zip(b).map(|(a, b)| a * b).sum() };
    if a.len() <= BLOCK {
        return block((a, b));
    }
    let sums: Vec<f64> = a.par_chunks(BLOCK).zip(b.par_chunks(BLOCK)).map(block).collect();
    sums.iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::test_random::Random;

    /// The half sweep and the half residual against the whole ones, over several blocks, with a site that has no couplings.
    #[test]
    fn a_sweep_from_zero_needs_half_of_the_couplings() {
        let size = 2 * BLOCK + 77;
        let mut random = Random(11);
        let far = |random: &mut Random| (random.next() * (size - 1) as f64) as u32;
        let mut edges = Vec::new();
        for a in 0..size as u32 - 1 {
            edges.push((a, (a + 1) % (size as u32 - 1), 0.1 + random.next()));
            edges.push((a, far(&mut random), random.next()));
        }
        let matrix = Laplacian::new(size, edges.iter().copied());
        assert_eq!(matrix.row(size - 1).count(), 0);
        let r: Vec<f64> = (0..size).map(|_| random.next() - 0.5).collect();
        let zeros = || vec![0.0; size];
        let (mut whole, mut half, mut before) = (zeros(), vec![f64::NAN; size], zeros());
        matrix.relax_upwards(&r, &mut whole, &mut before);
        matrix.relax_zero(&r, &mut half);
        let (mut whole_rest, mut half_rest) = (zeros(), vec![f64::NAN; size]);
        matrix.residual(&r, &whole, &mut whole_rest);
        matrix.residual_of_relaxed(&r, &half, &mut half_rest);
        for a in 0..size {
            assert!((whole[a] - half[a]).abs() <= 1e-14, "site {a}: {} and {}", whole[a], half[a]);
            assert!((whole_rest[a] - half_rest[a]).abs() <= 1e-13, "site {a}: {} and {}", whole_rest[a], half_rest[a]);
        }
    }
}

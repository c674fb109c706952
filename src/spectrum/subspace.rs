//! A growing space of orthonormal vectors with a generator's products of them.
//!
//! Candidates are taken orthogonal to what is outside, to the space and to each other, twice, as one pass leaves rounding over
//! what it takes out. What is left of a candidate is dropped when it is rounding itself.

use super::generator::Generator;
use faer::Mat;
use faer::prelude::*;

/// A candidate of which less than this share is new is dropped.
const NEW: f64 = 1e-10;

/// Orthonormal vectors, centred and orthogonal to those outside.
#[derive(Debug, Clone)]
pub struct Subspace {
    /// The vectors as columns.
    pub vectors: Mat<f64>,
    /// `A` of every vector.
    pub images: Mat<f64>,
    /// Products of vectors and images: `A` on the space.
    pub projected: Mat<f64>,
}

impl Subspace {
    /// Without vectors, on so many nodes.
    pub fn empty(nodes: usize) -> Subspace {
        Subspace { vectors: Mat::zeros(nodes, 0), images: Mat::zeros(nodes, 0), projected: Mat::zeros(0, 0) }
    }

    /// Number of vectors.
    pub fn len(&self) -> usize {
        self.vectors.ncols()
    }

    /// Adds what is new of the candidates; how many vectors that were.
    pub fn extend(&mut self, generator: &mut dyn Generator, outside: &Mat<f64>, mut candidates: Mat<f64>) -> usize {
        let before = self.len();
        self.vectors.reserve(candidates.nrows(), before + candidates.ncols());
        self.images.reserve(candidates.nrows(), before + candidates.ncols());
        for j in 0..candidates.ncols() {
            normalise(candidates.col_as_slice_mut(j));
        }
        for _ in 0..2 {
            for j in 0..candidates.ncols() {
                generator.centre(candidates.col_as_slice_mut(j));
            }
            for known in [outside, &self.vectors] {
                if known.ncols() > 0 {
                    let shares = known.transpose() * &candidates;
                    candidates -= known * shares;
                }
            }
        }
        for j in 0..candidates.ncols() {
            let mut column = candidates.col_as_slice(j).to_vec();
            let mut left = norm(&column);
            for _ in 0..2 {
                for i in before..self.len() {
                    remove(self.vectors.col_as_slice(i), &mut column);
                }
                generator.centre(&mut column);
                for known in [outside.as_ref(), self.vectors.subcols(0, before)] {
                    if known.ncols() > 0 {
                        let shares = known.transpose() * ColRef::from_slice(&column);
                        let share = known * shares;
                        column.iter_mut().zip(share.iter()).for_each(|(c, s)| *c -= s);
                    }
                }
                let now = norm(&column);
                if now <= NEW {
                    left = 0.0;
                    break;
                }
                left = left.min(now);
                column.iter_mut().for_each(|v| *v /= now);
            }
            if left > NEW {
                self.push(generator, &column);
            }
        }
        self.project(before);
        self.len() - before
    }

    /// Completes `projected`, known for the first `before` vectors.
    fn project(&mut self, before: usize) {
        let size = self.len();
        let added = self.vectors.transpose() * self.images.subcols(before, size - before);
        let known = &self.projected;
        self.projected = Mat::from_fn(size, size, |i, j| match (i < before, j < before) {
            (true, true) => known[(i, j)],
            (_, false) => added[(i, j - before)],
            (false, true) => added[(j, i - before)],
        });
    }

    fn push(&mut self, generator: &mut dyn Generator, vector: &[f64]) {
        let (rows, columns) = (self.vectors.nrows(), self.len());
        self.vectors.resize_with(rows, columns + 1, |_, _| 0.0);
        self.images.resize_with(rows, columns + 1, |_, _| 0.0);
        self.vectors.col_as_slice_mut(columns).copy_from_slice(vector);
        generator.apply(vector, self.images.col_as_slice_mut(columns));
    }
}

fn normalise(v: &mut [f64]) {
    let size = norm(v);
    if size > 0.0 {
        v.iter_mut().for_each(|v| *v /= size);
    }
}

/// The Euclidean norm.
pub fn norm(v: &[f64]) -> f64 {
    crate::game::payoff::dot(v, v).sqrt()
}

/// Takes the share of `v` out of `u`; how much it was.
pub fn remove(v: &[f64], u: &mut [f64]) -> f64 {
    let share = crate::game::payoff::dot(v, u);
    u.iter_mut().zip(v).for_each(|(a, b)| *a -= share * b);
    share
}

//! Arnoldi's method for the eigenvalues of largest magnitude of a real operator given by its products.
//!
//! `P V_m = V_m H_m + h v_{m+1} e_m^T` with orthonormal `V_m` (Gram-Schmidt twice); the eigenvalues of `H_m` approach
//! those of `P`, the largest first, and `|P x - theta x| = h |e_m^T y|` for `x = V_m y` says how far they are. There is
//! no restart: the inverse of a parabolic operator needs few vectors.
//!
//! Reference: Saad, Numerical Methods for Large Eigenvalue Problems (2011), section 6.2.

use super::hessenberg::eigenvector;
use super::subspace::remove;
use crate::game::payoff::dot;
use faer::Mat;
use nashflow_kernels::eigen;
use num_complex::Complex64;

/// Vectors between two looks at the eigenvalues, and the growth of that number.
const FIRST_LOOK: usize = 20;
const GROWTH: f64 = 1.25;
/// A new direction below this share of the product is rounding: the space is invariant.
const BREAKDOWN: f64 = 1e-14;

/// An eigenvalue with its residual.
#[derive(Debug, Clone)]
pub struct RitzPair {
    /// Eigenvalue of the operator.
    pub value: Complex64,
    /// `|P x - value x|` for the eigenvector `x` of norm 1.
    pub residual: f64,
    /// Coordinates of `x` in the basis.
    coordinates: Vec<Complex64>,
}

/// A Krylov space and its eigenvalues, the largest first.
#[derive(Debug)]
pub struct Arnoldi {
    /// Orthonormal vectors that the space stays orthogonal to: the kernel. In a product their share is rounding, but it would
    /// grow when what is left of the product is small.
    kernel: Vec<Vec<f64>>,
    basis: Vec<Vec<f64>>,
    hessenberg: Vec<Vec<f64>>,
    /// Ritz pairs by falling magnitude.
    pub pairs: Vec<RitzPair>,
    /// Whether the space is invariant: it holds every eigenvalue that the start reaches.
    pub invariant: bool,
}

impl Arnoldi {
    /// Extends the space from `start`, orthogonal to the `kernel`, until `enough` says so or there are `most` vectors.
    pub fn run(
        mut start: Vec<f64>,
        kernel: Vec<Vec<f64>>,
        most: usize,
        mut product: impl FnMut(&[f64], &mut [f64]),
        mut enough: impl FnMut(&Arnoldi) -> bool,
    ) -> Arnoldi {
        let dimension = start.len() - kernel.len();
        let most = most.min(dimension);
        for q in &kernel {
            remove(q, &mut start);
        }
        let norm = dot(&start, &start).sqrt();
        let first = start.iter().map(|v| v / norm).collect();
        let mut space =
            Arnoldi { kernel, basis: vec![first], hessenberg: Vec::new(), pairs: Vec::new(), invariant: false };
        let mut look = FIRST_LOOK;
        loop {
            space.extend(&mut product);
            let size = space.hessenberg.len();
            space.invariant |= size == dimension;
            if size < look && size < most && !space.invariant {
                continue;
            }
            space.pairs = space.ritz_pairs();
            if enough(&space) || size >= most || space.invariant {
                return space;
            }
            look = (look as f64 * GROWTH).ceil() as usize;
        }
    }

    fn extend(&mut self, product: &mut impl FnMut(&[f64], &mut [f64])) {
        let last = &self.basis[self.basis.len() - 1];
        let mut next = vec![0.0; last.len()];
        product(last, &mut next);
        let before = dot(&next, &next).sqrt();
        let mut column = vec![0.0; self.basis.len() + 1];
        for _ in 0..2 {
            for q in &self.kernel {
                remove(q, &mut next);
            }
            for (v, h) in self.basis.iter().zip(&mut column) {
                *h += remove(v, &mut next);
            }
        }
        let norm = dot(&next, &next).sqrt();
        self.invariant = norm <= BREAKDOWN * before;
        column[self.basis.len()] = norm;
        self.hessenberg.push(column);
        if !self.invariant {
            next.iter_mut().for_each(|v| *v /= norm);
            self.basis.push(next);
        }
    }

    fn ritz_pairs(&self) -> Vec<RitzPair> {
        let m = self.hessenberg.len();
        let h = Mat::from_fn(m, m, |i, j| self.hessenberg[j].get(i).copied().unwrap_or(0.0));
        let values = eigen::values(&h).expect("the eigenvalues of a small matrix of finite numbers");
        let beyond = if self.invariant { 0.0 } else { self.hessenberg[m - 1][m] };
        let mut pairs: Vec<RitzPair> = values
            .into_iter()
            .map(|value| {
                let value = Complex64::new(value.re, value.im);
                let coordinates = eigenvector(&self.hessenberg, value);
                RitzPair { value, residual: beyond * coordinates[m - 1].norm(), coordinates }
            })
            .collect();
        pairs.sort_by(|a, b| b.value.norm().total_cmp(&a.value.norm()));
        pairs
    }

    /// Number of vectors.
    pub fn len(&self) -> usize {
        self.hessenberg.len()
    }

    /// The eigenvector of a pair, of Euclidean norm 1.
    pub fn vector(&self, pair: &RitzPair) -> Vec<Complex64> {
        let mut x = vec![Complex64::ZERO; self.basis[0].len()];
        for (v, c) in self.basis.iter().zip(&pair.coordinates) {
            x.iter_mut().zip(v).for_each(|(x, v)| *x += c * v);
        }
        x
    }
}

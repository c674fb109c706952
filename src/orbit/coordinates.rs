//! States and tangent vectors as real vectors whose Euclidean length is the norm of the flow.
//!
//! ```text
//! |v|^2 = sum over the players of |X| int v^2 dx = sum over the players of |X|^2 sum_k |v_hat(k)|^2
//! ```
//!
//! The coefficient of `k = 0` is left out: tangent vectors have no mass, neither before a product with the linearised
//! return map nor after it. With mass left in, every player would add a multiplier 1 that means nothing.

use crate::flow::PairLayout;
use crate::game::Player;
use num_complex::Complex64;

/// The weights that make the Euclidean product of packed vectors the product of the flow.
#[derive(Debug, Clone)]
pub(super) struct Coordinates {
    weights: Vec<f64>,
    /// First coefficient and length of the columns that hold `m` and `-m`.
    columns: Vec<(usize, usize)>,
}

impl Coordinates {
    pub fn new(layout: &PairLayout) -> Coordinates {
        let mut weights = Vec::with_capacity(layout.len());
        let mut columns = Vec::new();
        for player in Player::BOTH {
            let grid = layout.grid(player);
            columns.push((weights.len(), grid.rows()));
            if grid.row_len().is_multiple_of(2) {
                columns.push((weights.len() + grid.row_len() / 2 * grid.rows(), grid.rows()));
            }
            weights.push(0.0);
            weights.extend((1..grid.spectrum_len()).map(|p| grid.volume() * grid.multiplicity(p).sqrt()));
        }
        Coordinates { weights, columns }
    }

    /// Length of a packed vector.
    pub fn len(&self) -> usize {
        2 * self.weights.len()
    }

    pub fn pack(&self, state: &[Complex64]) -> Vec<f64> {
        state.iter().zip(&self.weights).flat_map(|(c, w)| [w * c.re, w * c.im]).collect()
    }

    pub fn unpack(&self, packed: &[f64]) -> Vec<Complex64> {
        let coefficient = |(pair, w): (&[f64], &f64)| {
            if *w == 0.0 { Complex64::ZERO } else { Complex64::new(pair[0] / w, pair[1] / w) }
        };
        let mut state: Vec<Complex64> = packed.chunks_exact(2).zip(&self.weights).map(coefficient).collect();
        for &(first, length) in &self.columns {
            let column = &mut state[first..first + length];
            for m in 0..=length / 2 {
                let mirror = (length - m) % length;
                let mean = 0.5 * (column[m] + column[mirror].conj());
                (column[m], column[mirror]) = (mean, mean.conj());
            }
        }
        state
    }

    /// The product of two states or tangent vectors, without their masses.
    pub fn product(&self, a: &[Complex64], b: &[Complex64]) -> f64 {
        let term = |((a, b), w): ((&Complex64, &Complex64), &f64)| w * w * (a.re * b.re + a.im * b.im);
        a.iter().zip(b).zip(&self.weights).map(term).sum()
    }
}

/// `sum a_j b_j`.
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// `a - b`.
pub(super) fn difference(a: &[Complex64], b: &[Complex64]) -> Vec<Complex64> {
    a.iter().zip(b).map(|(a, b)| a - b).collect()
}

/// `a + scale b`.
pub(super) fn sum(a: &[Complex64], scale: f64, b: &[Complex64]) -> Vec<Complex64> {
    a.iter().zip(b).map(|(a, b)| a + b * scale).collect()
}

//! What the linearisation needs of a player's generator `A = -(1/mu*) div(mu* grad .) = B^T B`.

use super::SpectrumError;
use crate::game::{Payoff, Player};
use faer::Mat;

/// The generator in the coordinates `u_j = h(x_j) sqrt(mu*(x_j) cell)`, in which it is symmetric in the Euclidean
/// product, which is that of `L2(mu*)`.
pub trait Generator {
    /// `sqrt(mu* cell)`: the function 1, of Euclidean norm 1. The kernel of `A`.
    fn ground_state(&self) -> &[f64];

    /// `out = A^-1 (input - mean)`, orthogonal to the ground state.
    ///
    /// # Errors
    /// [`SpectrumError::Inverse`] when an iteration ends above rounding.
    fn apply_inverse(&mut self, input: &[f64], out: &mut [f64]) -> Result<(), SpectrumError>;

    /// `out = B u`: for every axis the derivative of `h` times `sqrt(mu* cell)`.
    fn factor_products(&mut self, u: &[f64], out: &mut Vec<f64>);

    /// `out = A u = B^T B u`.
    fn apply(&mut self, u: &[f64], out: &mut [f64]);

    /// A bound on the norm of `B`.
    fn factor_norm(&self) -> f64;

    /// Number of nodes.
    fn len(&self) -> usize {
        self.ground_state().len()
    }

    /// Takes out the part along the ground state: the mean over `mu*`.
    fn centre(&self, u: &mut [f64]) {
        let mean: f64 = u.iter().zip(self.ground_state()).map(|(u, q)| u * q).sum();
        u.iter_mut().zip(self.ground_state()).for_each(|(u, q)| *u -= mean * q);
    }
}

/// `sqrt(mu*)` from `log mu*`, of Euclidean norm 1.
pub fn ground_state(log_density: &[f64]) -> Vec<f64> {
    normalised_exponential(log_density, 0.5)
}

/// `exp(share v)` over its Euclidean norm.
pub fn normalised_exponential(v: &[f64], share: f64) -> Vec<f64> {
    let largest = v.iter().fold(f64::NEG_INFINITY, |m, v| m.max(share * v));
    let mut out: Vec<f64> = v.iter().map(|v| (share * v - largest).exp()).collect();
    let norm = out.iter().map(|v| v * v).sum::<f64>().sqrt();
    out.iter_mut().for_each(|v| *v /= norm);
    out
}

/// All functions `A_i` (or `B_j`) of a player, centred, times `sqrt(mu* cell)`.
pub fn weighted_functions(payoff: &Payoff, player: Player, generator: &dyn Generator) -> Vec<Vec<f64>> {
    let weighted = |i: usize| {
        let mut values = payoff.function(player, i);
        values.iter_mut().zip(generator.ground_state()).for_each(|(v, q)| *v *= q);
        generator.centre(&mut values);
        values
    };
    (0..payoff.function_count(player)).map(weighted).collect()
}

/// The payoff's matrix `C`.
pub fn coupling_matrix(payoff: &Payoff) -> Mat<f64> {
    let (rows, columns) = (payoff.coupling().rows(), payoff.coupling().columns());
    let entries = payoff.coupling().to_dense();
    Mat::from_fn(rows, columns, |i, j| entries[i * columns + j])
}

//! What the linearisation needs of a player's generator `A = -(1/mu*) div(mu* grad .)`.

/// The generator in the coordinates `u_j = h(x_j) sqrt(mu*(x_j) cell)`, in which it is symmetric in the Euclidean
/// product, which is that of `L2(mu*)`.
pub trait Generator {
    /// `sqrt(mu* cell)`: the function 1, of Euclidean norm 1. The kernel of `A`.
    fn ground_state(&self) -> &[f64];

    /// `out = A^-1 (input - mean)`, orthogonal to the ground state.
    fn apply_inverse(&mut self, input: &[f64], out: &mut [f64]);

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

//! What the linearisation needs of a player's generator `A = -(1/mu*) div(mu* grad .) = B^T B`.
//!
//! With another regulariser than the entropy `tau h` becomes `tau phi''(mu*) mu* h`. With `rho = P'(mu*) = mu* phi''(mu*)` and
//! `k = sqrt(rho) h` the linearisation has its old form,
//!
//! ```text
//! d_t k_x = -A~_x (tau_x k_x + K~ k_y),     A~ = sqrt(rho) A sqrt(rho),     K~ = K/sqrt(rho_x rho_y),
//! ```
//!
//! and so has everything that follows from it. With the density `p = mu*/rho = 1/phi''(mu*)`, of mass `W`, the generator is
//! `A~ = -(1/p) div(p rho grad .) = B~^T B~` in `L2(p)`, `B~ = sqrt(rho) (grad + grad(phi_p)/2)`, `phi_p = -log p`, and
//! `grad phi_p = (-phi'''/phi''^2) grad V/tau` is again taken from the payoff. For the entropy `rho = 1` and `p = mu*`.

use super::{SchroedingerOperator, SpectrumError, WittenFactor};
use crate::equilibrium::Equilibrium;
use crate::game::{Payoff, Player};
use crate::torus::Grid;
use faer::Mat;

/// The generator in the coordinates `u_j = h(x_j) sqrt(mu*(x_j) cell)`, in which it is symmetric in the Euclidean
/// product, which is that of `L2(mu*)`.
pub trait Generator {
    /// `sqrt(mu* cell)` (`sqrt(p cell/W)`): the function 1, of Euclidean norm 1. The kernel of `A`.
    fn ground_state(&self) -> &[f64];

    /// Every column `r` becomes `A^-1 (r - mean)`, orthogonal to the ground state: up to rounding in one dimension, up to the
    /// error of finite volumes in two.
    fn precondition(&mut self, columns: &mut Mat<f64>);

    /// Whether `precondition` is the inverse up to rounding.
    fn is_inverted(&self) -> bool {
        false
    }

    /// `out = B u`: for every axis the derivative of `h` times `sqrt(mu* cell)`.
    fn factor_products(&mut self, u: &[f64], out: &mut Vec<f64>);

    /// `out = A u = B^T B u`.
    fn apply(&mut self, u: &[f64], out: &mut [f64]);

    /// `W`, the mass of the density `p`; 1 for the entropy.
    fn mass(&self) -> f64;

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

/// The density of which a generator is made.
#[derive(Debug, Clone)]
pub struct Landscape {
    /// Its grid, odd along every axis.
    pub grid: Grid,
    /// `log mu*` at the nodes; `log p` of another regulariser than the entropy.
    pub log_density: Vec<f64>,
    /// The derivatives of minus that along every axis, from the payoff.
    pub slopes: Vec<Vec<f64>>,
    /// `log rho` at the nodes.
    pub log_diffusivity: Vec<f64>,
    /// `W`.
    pub mass: f64,
    /// Whether the torus is a box on the line or plane: the logarithm has a kink or a jump at its seam.
    pub is_box: bool,
}

impl Landscape {
    /// Of a player at the equilibrium of `payoff`.
    pub fn new(payoff: &Payoff, equilibrium: &Equilibrium, player: Player) -> Landscape {
        let (own, other) = (player.index(), player.opponent().index());
        let grid = payoff.grid(player);
        let mut work = payoff.work();
        let sign = if player == Player::X { 1.0 } else { -1.0 };
        let mut slopes: Vec<Vec<f64>> = (0..grid.dimension())
            .map(|axis| {
                let mut slope = vec![0.0; grid.len()];
                payoff.gradient(player, axis, equilibrium.densities()[other], &mut slope, &mut work);
                slope.iter_mut().for_each(|v| *v *= sign / equilibrium.temperature()[own]);
                slope
            })
            .collect();
        if equilibrium.regulariser().is_entropy() {
            let log_density = equilibrium.log_densities()[own].to_vec();
            let is_box = payoff.is_on_line(player);
            return Landscape { is_box, ..Landscape::of_entropy(grid, log_density, slopes) };
        }
        let (regulariser, density) = (equilibrium.regulariser(), equilibrium.densities()[own]);
        let function = regulariser.function();
        for slope in &mut slopes {
            slope.iter_mut().zip(density).for_each(|(v, r)| *v *= function.tilt(*r));
        }
        let weights: Vec<f64> = density.iter().map(|r| function.compliance(*r)).collect();
        Landscape {
            mass: grid.integral(&weights),
            grid: grid.clone(),
            log_density: weights.iter().map(|p| p.ln()).collect(),
            slopes,
            log_diffusivity: density.iter().map(|r| function.pressure_slope(*r).ln()).collect(),
            is_box: payoff.is_on_line(player),
        }
    }

    /// Of a density with the entropy as its regulariser.
    pub fn of_entropy(grid: &Grid, log_density: Vec<f64>, slopes: Vec<Vec<f64>>) -> Landscape {
        let log_diffusivity = vec![0.0; grid.len()];
        Landscape { log_diffusivity, mass: 1.0, is_box: false, grid: grid.clone(), log_density, slopes }
    }

    /// Its generator.
    ///
    /// # Errors
    /// [`SpectrumError::Singular`] when a factorisation fails.
    pub fn generator(&self) -> Result<Box<dyn Generator>, SpectrumError> {
        Ok(match self.grid.dimension() {
            1 => Box::new(WittenFactor::new(self)),
            _ => Box::new(SchroedingerOperator::new(self)?),
        })
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

/// All functions `A_i` (or `B_j`) of a player, centred, times `sqrt(p cell)`, which for the entropy is `sqrt(mu* cell)`.
pub fn weighted_functions(payoff: &Payoff, player: Player, generator: &dyn Generator) -> Vec<Vec<f64>> {
    let size = generator.mass().sqrt();
    let weighted = |i: usize| {
        let mut values = payoff.function(player, i);
        values.iter_mut().zip(generator.ground_state()).for_each(|(v, q)| *v *= q * size);
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

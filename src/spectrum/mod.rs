//! The spectrum of the linearisation at the mixed Nash equilibrium and the rates it guarantees.
//!
//! ```text
//! d_t h = -A_x (tau_x h + K g),    d_t g = -eta A_y (tau_y g - K^T h),     A_x = -(1/mu*) div(mu* grad .)
//! spectral gap    = -max Re lambda,
//! guaranteed rate =  min(tau_x gap A_x, eta tau_y gap A_y)  <=  spectral gap.
//! ```
//!
//! The flow contracts at the guaranteed rate in the tangent norm of W2 (Seo, Shin, Monmarche & Choi 2026); the spectral
//! gap is what `log W2(t)` shows in the end.
//!
//! `witten.rs` inverts a player's generator in one dimension; `linearisation.rs` the coupled pair; `arnoldi.rs` finds the
//! leading eigenvalues; `completeness.rs` says when none can have been missed.

mod arnoldi;
mod completeness;
mod error;
mod generator;
mod linearisation;
mod schroedinger;
mod witten;

use crate::equilibrium::Equilibrium;
use crate::game::{Payoff, Player};
pub use error::SpectrumError;

use arnoldi::{Arnoldi, RitzPair};
use generator::Generator;
use linearisation::InverseLinearisation;
use num_complex::Complex64;
use schroedinger::SchroedingerOperator;
use witten::WittenFactor;

/// Relative residual of an eigenvalue that counts as converged.
const TOLERANCE: f64 = 1e-11;
/// Krylov vectors at most.
const MOST_VECTORS: usize = 400;

/// Leading eigenvalues on one pair of grids.
#[derive(Debug, Clone)]
pub struct Spectrum {
    /// Eigenvalues by falling real part, of a conjugate pair the upper one first.
    pub eigenvalues: Vec<Complex64>,
    /// Error of each as its residual shows it, absolute.
    pub residuals: Vec<f64>,
    /// Smallest eigenvalues of `A_x`, `A_y`: the Poincare constants of `mu*` and `nu*` (inverse squared length).
    pub poincare: [f64; 2],
    /// Bound on `|Im lambda|`.
    pub largest_frequency: f64,
    /// Whether no eigenvalue can have been missed among those listed.
    pub complete: bool,
    /// Krylov vectors used.
    pub vectors: usize,
}

impl Spectrum {
    /// The `count` leading eigenvalues of the linearisation at an equilibrium of `payoff`, on the payoff's grids.
    pub fn solve(payoff: &Payoff, equilibrium: &Equilibrium, timescale: f64, count: usize) -> Result<Spectrum, SpectrumError> {
        let temperature = equilibrium.temperature();
        let mut x = generator(payoff, equilibrium, Player::X)?;
        let mut y = generator(payoff, equilibrium, Player::Y)?;
        let poincare = [smallest_eigenvalue(&mut *x)?, smallest_eigenvalue(&mut *y)?];
        let largest_frequency = completeness::largest_frequency(payoff, [&*x, &*y], timescale);
        let mut inverse = InverseLinearisation::new(payoff, [&mut *x, &mut *y], temperature, timescale);
        let start = start(inverse.len());
        let mut complete = false;
        let mut found = Vec::new();
        let space = Arnoldi::run(
            start,
            MOST_VECTORS.min(inverse.len().saturating_sub(2)),
            |input, out| inverse.apply(input, out),
            |space| {
                (found, complete) = leading(space, count, largest_frequency);
                complete
            },
        )?;
        Ok(Spectrum {
            eigenvalues: found.iter().map(|p| -1.0 / p.value).collect(),
            residuals: found.iter().map(|p| p.residual / p.value.norm_sqr()).collect(),
            poincare,
            largest_frequency,
            complete,
            vectors: space.len(),
        })
    }
}

/// The `count` leading pairs among those converged, and whether none can be missing.
fn leading(space: &Arnoldi, count: usize, largest_frequency: f64) -> (Vec<RitzPair>, bool) {
    let converged = |pair: &RitzPair| pair.residual <= TOLERANCE * pair.value.norm();
    // Eigenvalues come by falling |theta| = 1/|lambda|: up to the first that is not converged, all are known.
    let known = space.pairs.iter().position(|p| !converged(p)).unwrap_or(space.pairs.len());
    let radius = if space.invariant { f64::INFINITY } else { space.pairs.get(known).map_or(0.0, |p| 1.0 / p.value.norm()) };
    let mut pairs: Vec<RitzPair> = space.pairs[..known].to_vec();
    let eigenvalue = |p: &RitzPair| -1.0 / p.value;
    pairs.sort_by(|a, b| {
        let (a, b) = (eigenvalue(a), eigenvalue(b));
        b.re.total_cmp(&a.re).then(b.im.total_cmp(&a.im))
    });
    pairs.truncate(count);
    let reach = pairs.last().map_or(f64::INFINITY, |p| eigenvalue(p).re.hypot(largest_frequency));
    let complete = space.invariant || (pairs.len() == count && reach < radius);
    (pairs, complete)
}

fn generator(
    payoff: &Payoff,
    equilibrium: &Equilibrium,
    player: Player,
) -> Result<Box<dyn Generator>, SpectrumError> {
    let (own, other) = (player.index(), player.opponent().index());
    let grid = payoff.grid(player);
    let mut work = payoff.work();
    let sign = if player == Player::X { 1.0 } else { -1.0 };
    let slopes: Vec<Vec<f64>> = (0..grid.dimension())
        .map(|axis| {
            let mut slope = vec![0.0; grid.len()];
            payoff.gradient(player, axis, equilibrium.densities()[other], &mut slope, &mut work);
            slope.iter_mut().for_each(|v| *v *= sign / equilibrium.temperature()[own]);
            slope
        })
        .collect();
    let log_density = equilibrium.log_densities()[own];
    Ok(match grid.dimension() {
        1 => Box::new(WittenFactor::new(grid, log_density, &slopes[0])),
        _ => Box::new(SchroedingerOperator::new(grid, log_density, &slopes)?),
    })
}

/// The Poincare constant: the smallest positive eigenvalue of `A`.
fn smallest_eigenvalue(generator: &mut dyn Generator) -> Result<f64, SpectrumError> {
    let mut begin = start(generator.len());
    generator.centre(&mut begin);
    let converged = |space: &Arnoldi| space.pairs[0].residual <= TOLERANCE * space.pairs[0].value.norm();
    let most = MOST_VECTORS.min(generator.len() - 1);
    let space = Arnoldi::run(begin, most, |input, out| generator.apply_inverse(input, out), converged)?;
    Ok(1.0 / space.pairs[0].value.re)
}

/// A fixed vector without symmetry: the fractional parts of multiples of the golden ratio.
fn start(len: usize) -> Vec<f64> {
    (1..=len).map(|j| (j as f64 * 0.618_033_988_749_894_9).fract() - 0.5).collect()
}

#[cfg(test)]
mod tests;

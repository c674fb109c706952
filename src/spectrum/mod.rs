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
//! With another regulariser than the entropy `tau h` becomes `tau phi''(mu*) mu* h`, and the same holds with the generators of
//! `generator.rs`.
//!
//! `witten.rs` and `schroedinger.rs` hold a player's generator in one and in two dimensions; `linearisation.rs` what couples
//! them. Two players of one dimension without a slow mode: `inverse_search.rs` takes the leading eigenvalues from the inverse
//! by `arnoldi.rs`. Otherwise: `energy_search.rs` takes them from each player's `energy_modes.rs` by `galerkin.rs`.
//! `completeness.rs` says when none can have been missed; `transient.rs` bounds what grows before it decays;
//! `confirmation.rs` compares two grids.

mod arnoldi;
mod completeness;
mod confirmation;
mod dense;
mod energy_modes;
mod energy_search;
mod error;
mod galerkin;
mod generator;
mod hessenberg;
mod inverse_search;
mod linearisation;
mod ordering;
mod schroedinger;
mod subspace;
mod transient;
mod witten;

pub use confirmation::{ConfirmedSpectrum, Estimate};
pub use error::SpectrumError;

use crate::equilibrium::Equilibrium;
use crate::game::payoff::dot;
use crate::game::{Payoff, Player};
use arnoldi::Arnoldi;
use energy_modes::{Cascade, irregular};
use faer::Mat;
use generator::{Generator, Landscape};
use linearisation::{Coupling, InverseLinearisation};
use num_complex::Complex64;
use ordering::turned;
use schroedinger::SchroedingerOperator;
use std::f64::consts::PI;
use transient::Rates;
use witten::WittenFactor;

/// Relative residual of an eigenvalue that counts as converged.
const TOLERANCE: f64 = 1e-11;
/// Rounding of a factor's products, relative to its norm.
const ROUNDING: f64 = 1e-15;
/// A constant this many times above what rounding could do to it is resolved: the square of 1000 in the singular value.
const RESOLVED: f64 = 1e6;
/// Where the Poincare constant of a circle is below this share of that of the uniform density, rounding of the inverse would
/// leave the other eigenvalues fewer than nine digits or so: they are taken from energy modes.
const SLOW: f64 = 1e-5;

/// Leading eigenvalues on one pair of grids.
#[derive(Debug, Clone)]
pub struct Spectrum {
    /// Eigenvalues by falling real part, of a conjugate pair the upper one first; repeated ones once.
    pub eigenvalues: Vec<Complex64>,
    /// Error of each as its residual shows it, absolute.
    pub residuals: Vec<f64>,
    /// How many equal eigenvalues each stands for; not known where they come from the inverse.
    pub multiplicities: Vec<Option<usize>>,
    /// Perturbations `(mu* h, nu* g)` of the densities at the nodes, `|h|^2 + |g|^2 = 1` in `L2(mu*)` and `L2(nu*)`, the
    /// entry of largest weight being real and positive.
    pub eigenfunctions: Vec<[Vec<Complex64>; 2]>,
    /// Smallest positive eigenvalues of `A_x`, `A_y`: for the entropy the Poincare constants of `mu*` and `nu*` (inverse
    /// squared length).
    pub poincare: [f64; 2],
    /// `min(tau_x C_x, eta tau_y C_y)`.
    pub guaranteed_rate: f64,
    /// Bound on the growth of `|(h, g)|` in `L2(mu*)` and `L2(nu*)` over all times.
    pub growth_bound: f64,
    /// Bound on `|Im lambda|`.
    pub largest_frequency: f64,
    /// Whether no eigenvalue can have been missed among those listed.
    pub complete: bool,
    /// Basis vectors used.
    pub vectors: usize,
}

impl Spectrum {
    /// The `count` leading eigenvalues of the linearisation at an equilibrium of `payoff`, on the payoff's grids.
    ///
    /// Two players of one dimension cost `O(n^3)`; otherwise it is a sparse factorisation and some hundred products for every
    /// player.
    ///
    /// # Errors
    /// [`SpectrumError`] when a generator cannot be factorised, its gap is rounding, or nothing converges.
    ///
    /// # Panics
    /// When an axis has an even number of points, on which the derivative has false zeros, or `count` is 0.
    pub fn solve(
        payoff: &Payoff,
        equilibrium: &Equilibrium,
        timescale: f64,
        count: usize,
    ) -> Result<Spectrum, SpectrumError> {
        assert!(count > 0, "at least one eigenvalue, got {count}");
        if let Some(player) = equilibrium.vacuum() {
            return Err(SpectrumError::Vacuum { player });
        }
        let landscapes = Player::BOTH.map(|player| Landscape::new(payoff, equilibrium, player));
        let is_circle = |landscape: &Landscape| landscape.grid.dimension() == 1;
        let temperature = equilibrium.temperature();
        if landscapes.iter().all(is_circle) {
            let [mut x, mut y] = landscapes.each_ref().map(Landscape::generator);
            let (x, y) = (x.as_mut().map_err(|e| e.clone())?, y.as_mut().map_err(|e| e.clone())?);
            let poincare = [circle_constant(&mut **x, Player::X)?, circle_constant(&mut **y, Player::Y)?];
            let is_slow = |p: usize| poincare[p] < SLOW * (2.0 * PI / landscapes[p].grid.volume()).powi(2);
            if !is_slow(0) && !is_slow(1) {
                let rates = Rates { temperature, timescale, poincare };
                let bounds = Bounds::new(payoff, [&mut **x, &mut **y], &rates);
                let coupling = bounds.coupling(temperature);
                let mut inverse = InverseLinearisation::new([&mut **x, &mut **y], coupling, timescale);
                let found = inverse_search::search(&mut inverse, count, bounds.largest_frequency);
                return Spectrum::new(payoff, [&**x, &**y], found, bounds, &rates);
            }
        }
        let [x, y] = landscapes;
        let mut cascades = [Cascade::new(x)?, Cascade::new(y)?];
        let poincare = [lowest_energy(&mut cascades[0], Player::X)?, lowest_energy(&mut cascades[1], Player::Y)?];
        let rates = Rates { temperature, timescale, poincare };
        let [x, y] = &mut cascades;
        let bounds = Bounds::new(payoff, [&mut *x.generator, &mut *y.generator], &rates);
        let coupling = bounds.coupling(temperature);
        let found = energy_search::search(&mut cascades, &coupling, temperature, timescale, count);
        let [x, y] = &cascades;
        Spectrum::new(payoff, [&*x.generator, &*y.generator], found, bounds, &rates)
    }

    fn new(
        payoff: &Payoff,
        generators: [&dyn Generator; 2],
        found: Found,
        bounds: Bounds,
        rates: &Rates,
    ) -> Result<Spectrum, SpectrumError> {
        if found.modes.is_empty() {
            return Err(SpectrumError::NotConverged { vectors: found.vectors });
        }
        let cells = Player::BOTH.map(|player| payoff.grid(player).cell_volume());
        let densities = |z: &[Complex64]| {
            let (u, w) = z.split_at(generators[0].len());
            let scaled = |u: &[Complex64], p: usize| -> Vec<Complex64> {
                let size = generators[p].mass().sqrt();
                u.iter().zip(generators[p].ground_state()).map(|(u, q)| u * (q * size) / cells[p]).collect()
            };
            [scaled(u, 0), scaled(w, 1)]
        };
        Ok(Spectrum {
            eigenvalues: found.modes.iter().map(|m| m.eigenvalue).collect(),
            residuals: found.modes.iter().map(|m| m.residual).collect(),
            multiplicities: found.modes.iter().map(|m| m.multiplicity).collect(),
            eigenfunctions: found.modes.iter().map(|m| densities(&m.vector)).collect(),
            poincare: rates.poincare,
            guaranteed_rate: rates.guaranteed(),
            growth_bound: bounds.growth,
            largest_frequency: bounds.largest_frequency,
            complete: found.complete,
            vectors: found.vectors,
        })
    }
}

/// An eigenvalue of `L` with its vector.
#[derive(Clone)]
struct Mode {
    eigenvalue: Complex64,
    residual: f64,
    /// How many equal ones there are, where that is known.
    multiplicity: Option<usize>,
    /// In the coordinates of the generators, of norm 1, the largest entry real and positive.
    vector: Vec<Complex64>,
}

/// What a search for eigenvalues ends with.
struct Found {
    /// Leading first.
    modes: Vec<Mode>,
    /// Whether none can be missing among them.
    complete: bool,
    /// Basis vectors used.
    vectors: usize,
}

/// The payoff's functions and what follows from them for all eigenvalues and times.
struct Bounds {
    functions: [Vec<Vec<f64>>; 2],
    matrix: Mat<f64>,
    largest_frequency: f64,
    growth: f64,
}

impl Bounds {
    fn new(payoff: &Payoff, [x, y]: [&mut dyn Generator; 2], rates: &Rates) -> Bounds {
        let matrix = generator::coupling_matrix(payoff);
        let functions =
            [generator::weighted_functions(payoff, Player::X, x), generator::weighted_functions(payoff, Player::Y, y)];
        let largest_frequency =
            completeness::largest_frequency(&functions, &matrix, [&mut *x, &mut *y], rates.timescale);
        let growth = transient::growth_bound(&functions, &matrix, [x, y], rates);
        Bounds { functions, matrix, largest_frequency, growth }
    }

    fn coupling(&self, temperature: [f64; 2]) -> Coupling {
        Coupling::new(self.functions.clone(), self.matrix.clone(), temperature)
    }
}

/// The Poincare constant of a player of one dimension: the smallest positive eigenvalue of `A`, from the products of its
/// factor.
fn circle_constant(generator: &mut dyn Generator, player: Player) -> Result<f64, SpectrumError> {
    let converged = |space: &Arnoldi| space.pairs[0].residual <= TOLERANCE * space.pairs[0].value.norm();
    let kernel = vec![generator.ground_state().to_vec()];
    let mut column = Mat::zeros(generator.len(), 1);
    let space = Arnoldi::run(
        irregular(generator.len(), 0),
        kernel,
        inverse_search::MOST_VECTORS,
        |input, out| {
            column.col_as_slice_mut(0).copy_from_slice(input);
            generator.precondition(&mut column);
            out.copy_from_slice(column.col_as_slice(0));
        },
        converged,
    );
    if !converged(&space) {
        return Err(SpectrumError::NotConverged { vectors: space.len() });
    }
    let vector: Vec<f64> = turned(space.vector(&space.pairs[0])).iter().map(|v| v.re).collect();
    let mut products = Vec::new();
    generator.factor_products(&vector, &mut products);
    resolved(dot(&products, &products) / dot(&vector, &vector), generator, player)
}

/// The Poincare constant, where the modes are computed anyway.
fn lowest_energy(cascade: &mut Cascade, player: Player) -> Result<f64, SpectrumError> {
    let value = cascade.modes(energy_search::FIRST_MODES).energies[0];
    resolved(value, &*cascade.generator, player)
}

fn resolved(value: f64, generator: &dyn Generator, player: Player) -> Result<f64, SpectrumError> {
    let rounding = (ROUNDING * generator.factor_norm()).powi(2);
    if value > RESOLVED * rounding {
        return Ok(value);
    }
    Err(SpectrumError::BelowResolution { player, value, rounding })
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

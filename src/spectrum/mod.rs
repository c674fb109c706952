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
//! `witten.rs` and `schroedinger.rs` invert a player's generator in one and in two dimensions; `linearisation.rs` the coupled
//! pair; `arnoldi.rs` finds the leading eigenvalues; `completeness.rs` says when none can have been missed;
//! `transient.rs` bounds what grows before it decays; `confirmation.rs` compares two grids.

mod arnoldi;
mod completeness;
mod confirmation;
mod error;
mod generator;
mod hessenberg;
mod linearisation;
mod schroedinger;
mod transient;
mod witten;

pub use confirmation::{ConfirmedSpectrum, Estimate};
pub use error::SpectrumError;

use crate::equilibrium::Equilibrium;
use crate::game::payoff::dot;
use crate::game::{Payoff, Player};
use arnoldi::{Arnoldi, RitzPair};
use generator::Generator;
use linearisation::InverseLinearisation;
use num_complex::Complex64;
use schroedinger::SchroedingerOperator;
use transient::Rates;
use witten::WittenFactor;

/// Relative residual of an eigenvalue that counts as converged.
const TOLERANCE: f64 = 1e-11;
/// Krylov vectors at most, in one dimension and where a player has two.
const MOST_VECTORS: [usize; 2] = [400, 200];
/// Looks at a Krylov space in which no further eigenvalue converges and the next one comes no nearer, after which it is given
/// up: a much smaller eigenvalue leaves only rounding of the others in the products.
const FRUITLESS_LOOKS: usize = 4;
/// The next eigenvalue comes nearer when its residual falls below this share of the smallest so far.
const NEARER: f64 = 0.5;
/// Eigenvalues nearer to each other, relative, are listed once. Copies of a repeated eigenvalue come into a Krylov space by
/// rounding alone: whether they are there says nothing.
const DISTINCT: f64 = 1e-7;
/// A Ritz value so near to a converged one, relative, is its copy.
const NEARLY: f64 = 1e-5;
/// Rounding of a factor's products, relative to its norm.
const ROUNDING: f64 = 1e-15;
/// A constant this many times above what rounding could do to it is resolved: the square of 1000 in the singular value.
const RESOLVED: f64 = 1e6;

/// Leading eigenvalues on one pair of grids.
#[derive(Debug, Clone)]
pub struct Spectrum {
    /// Eigenvalues by falling real part, of a conjugate pair the upper one first; repeated ones once.
    pub eigenvalues: Vec<Complex64>,
    /// Error of each as its residual shows it, absolute.
    pub residuals: Vec<f64>,
    /// Perturbations `(mu* h, nu* g)` of the densities at the nodes, `|h|^2 + |g|^2 = 1` in `L2(mu*)` and `L2(nu*)`, the
    /// entry of largest weight being real and positive.
    pub eigenfunctions: Vec<[Vec<Complex64>; 2]>,
    /// Smallest positive eigenvalues of `A_x`, `A_y`: the Poincare constants of `mu*` and `nu*` (inverse squared length).
    pub poincare: [f64; 2],
    /// `min(tau_x C_x, eta tau_y C_y)`.
    pub guaranteed_rate: f64,
    /// Bound on the growth of `|(h, g)|` in `L2(mu*)` and `L2(nu*)` over all times.
    pub growth_bound: f64,
    /// Bound on `|Im lambda|`.
    pub largest_frequency: f64,
    /// Whether no eigenvalue can have been missed among those listed.
    pub complete: bool,
    /// Krylov vectors used.
    pub vectors: usize,
}

impl Spectrum {
    /// The `count` leading eigenvalues of the linearisation at an equilibrium of `payoff`, on the payoff's grids.
    ///
    /// In one dimension `O(n^3)`, in two a sparse factorisation and some hundred solves by conjugate gradients.
    ///
    /// # Errors
    /// [`SpectrumError`] when a generator cannot be inverted, its gap is rounding, or nothing converges.
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
        let mut x = generator(payoff, equilibrium, Player::X)?;
        let mut y = generator(payoff, equilibrium, Player::Y)?;
        let dimension = payoff.grids().iter().map(|grid| grid.dimension()).max().unwrap_or(1);
        let most_vectors = MOST_VECTORS[dimension - 1];
        let poincare = [
            poincare_constant(&mut *x, Player::X, most_vectors)?,
            poincare_constant(&mut *y, Player::Y, most_vectors)?,
        ];
        let rates = Rates { temperature: equilibrium.temperature(), timescale, poincare };
        let matrix = generator::coupling_matrix(payoff);
        let functions = [
            generator::weighted_functions(payoff, Player::X, &*x),
            generator::weighted_functions(payoff, Player::Y, &*y),
        ];
        let largest_frequency = completeness::largest_frequency(&functions, &matrix, [&mut *x, &mut *y], timescale);
        let growth_bound = transient::growth_bound(&functions, &matrix, [&mut *x, &mut *y], &rates);
        let temperature = rates.temperature;
        let mut inverse = InverseLinearisation::new(functions, matrix, [&mut *x, &mut *y], temperature, timescale);
        let mut found = Leading::default();
        let mut progress = Progress::default();
        let space = Arnoldi::run(
            start(inverse.len()),
            inverse.kernel(),
            most_vectors,
            |input, out| inverse.apply(input, out),
            |space| {
                found = Leading::new(space, count, largest_frequency);
                found.complete || progress.has_ended(&found)
            },
        )?;
        let modes = modes(&space, &found.pairs, &mut inverse);
        if modes.is_empty() {
            return Err(SpectrumError::NotConverged { vectors: space.len() });
        }
        let roots = Player::BOTH.map(|player| payoff.grid(player).cell_volume().sqrt());
        let densities = |z: &[Complex64]| {
            let (u, w) = z.split_at(x.len());
            let scaled = |u: &[Complex64], generator: &dyn Generator, root: f64| -> Vec<Complex64> {
                u.iter().zip(generator.ground_state()).map(|(u, q)| u * q / (root * root)).collect()
            };
            [scaled(u, &*x, roots[0]), scaled(w, &*y, roots[1])]
        };
        Ok(Spectrum {
            eigenvalues: modes.iter().map(|m| m.eigenvalue).collect(),
            residuals: modes.iter().map(|m| m.residual).collect(),
            eigenfunctions: modes.iter().map(|m| densities(&m.vector)).collect(),
            poincare,
            guaranteed_rate: rates.guaranteed(),
            growth_bound,
            largest_frequency,
            complete: found.complete,
            vectors: space.len(),
        })
    }
}

/// The leading pairs among those converged.
#[derive(Default)]
struct Leading {
    pairs: Vec<RitzPair>,
    /// Whether none can be missing.
    complete: bool,
    /// How many Ritz values are known before the first that has not converged, and its relative residual.
    known: usize,
    next_residual: f64,
}

/// Whether looks at a growing space still find something.
struct Progress {
    known: usize,
    next_residual: f64,
    fruitless: usize,
}

impl Default for Progress {
    fn default() -> Progress {
        Progress { known: 0, next_residual: f64::INFINITY, fruitless: 0 }
    }
}

impl Progress {
    fn has_ended(&mut self, found: &Leading) -> bool {
        if found.known > self.known || found.next_residual < NEARER * self.next_residual {
            *self = Progress { known: found.known, next_residual: found.next_residual, fruitless: 0 };
        } else {
            self.fruitless += 1;
        }
        self.fruitless >= FRUITLESS_LOOKS
    }
}

impl Leading {
    fn new(space: &Arnoldi, count: usize, largest_frequency: f64) -> Leading {
        let converged = |pair: &RitzPair| pair.residual <= TOLERANCE * pair.value.norm();
        // Eigenvalues come by falling |theta| = 1/|lambda|: up to the first that is not converged, all are known. Another
        // copy of one that is known, on its way into the space, is nothing new.
        let is_new = |i: usize| {
            let pair = &space.pairs[i];
            let near = NEARLY * pair.value.norm();
            !converged(pair) && space.pairs[..i].iter().all(|p| (p.value - pair.value).norm() > near || !converged(p))
        };
        let known = (0..space.pairs.len()).find(|i| is_new(*i)).unwrap_or(space.pairs.len());
        let radius = match space.pairs.get(known).or(space.pairs.last()) {
            Some(pair) if !space.invariant => 1.0 / pair.value.norm(),
            _ => f64::INFINITY,
        };
        let eigenvalue = |p: &RitzPair| -1.0 / p.value;
        let mut sorted: Vec<RitzPair> = space.pairs[..known].iter().filter(|p| converged(p)).cloned().collect();
        sort_leading(&mut sorted, eigenvalue);
        let mut pairs: Vec<RitzPair> = Vec::new();
        for pair in sorted {
            if pairs.len() < count && pairs.iter().all(|p| is_distinct(eigenvalue(p), eigenvalue(&pair))) {
                pairs.push(pair);
            }
        }
        let reach = pairs.last().map_or(f64::INFINITY, |p| eigenvalue(p).re.hypot(largest_frequency));
        let complete = space.invariant || (pairs.len() == count && reach < radius);
        let next_residual = space.pairs.get(known).map_or(0.0, |pair| pair.residual / pair.value.norm());
        Leading { pairs, complete, known, next_residual }
    }
}

/// An eigenvalue of `L` with its vector.
struct Mode {
    eigenvalue: Complex64,
    residual: f64,
    vector: Vec<Complex64>,
}

/// Eigenvalues from the quotients of the vectors, sorted, repeated ones once.
fn modes(space: &Arnoldi, pairs: &[RitzPair], inverse: &mut InverseLinearisation) -> Vec<Mode> {
    let mut all: Vec<Mode> = pairs
        .iter()
        .map(|pair| {
            let vector = turned(space.vector(pair));
            let quotient = inverse.quotient(&vector);
            // A conjugate pair this near to the axis would be listed once.
            let is_real = 2.0 * quotient.im.abs() <= DISTINCT * quotient.norm();
            let eigenvalue = if is_real { Complex64::new(quotient.re, 0.0) } else { quotient };
            Mode { eigenvalue, residual: pair.residual * eigenvalue.norm_sqr(), vector }
        })
        .collect();
    sort_leading(&mut all, |mode| mode.eigenvalue);
    let mut modes: Vec<Mode> = Vec::new();
    for mode in all {
        if modes.iter().all(|m| is_distinct(m.eigenvalue, mode.eigenvalue)) {
            modes.push(mode);
        }
    }
    modes
}

/// Sorts by falling real part; of a conjugate pair, whose real parts agree up to rounding, the upper one comes first.
fn sort_leading<T>(items: &mut [T], eigenvalue: impl Fn(&T) -> Complex64) {
    items.sort_by(|a, b| {
        let (a, b) = (eigenvalue(a), eigenvalue(b));
        b.re.total_cmp(&a.re).then(b.im.total_cmp(&a.im))
    });
    for i in 1..items.len() {
        let (a, b) = (eigenvalue(&items[i - 1]), eigenvalue(&items[i]));
        if a.im < 0.0 && !is_distinct(a.conj(), b) {
            items.swap(i - 1, i);
        }
    }
}

fn is_distinct(a: Complex64, b: Complex64) -> bool {
    (a - b).norm() > DISTINCT * a.norm()
}

/// The vector with its largest entry real and positive.
fn turned(mut vector: Vec<Complex64>) -> Vec<Complex64> {
    let largest =
        vector.iter().fold(Complex64::ZERO, |m, v| if v.norm() > m.norm() * (1.0 + DISTINCT) { *v } else { m });
    let turn = largest.conj() / largest.norm();
    vector.iter_mut().for_each(|v| *v *= turn);
    vector
}

fn generator(payoff: &Payoff, equilibrium: &Equilibrium, player: Player) -> Result<Box<dyn Generator>, SpectrumError> {
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

/// The Poincare constant: the smallest positive eigenvalue of `A`, from the products of its factor.
fn poincare_constant(generator: &mut dyn Generator, player: Player, most: usize) -> Result<f64, SpectrumError> {
    let converged = |space: &Arnoldi| space.pairs[0].residual <= TOLERANCE * space.pairs[0].value.norm();
    let kernel = vec![generator.ground_state().to_vec()];
    let space = Arnoldi::run(
        start(generator.len()),
        kernel,
        most,
        |input, out| generator.apply_inverse(input, out),
        converged,
    )?;
    if !converged(&space) {
        return Err(SpectrumError::NotConverged { vectors: space.len() });
    }
    let vector: Vec<f64> = turned(space.vector(&space.pairs[0])).iter().map(|v| v.re).collect();
    let mut products = Vec::new();
    generator.factor_products(&vector, &mut products);
    let value = dot(&products, &products) / dot(&vector, &vector);
    let rounding = (ROUNDING * generator.factor_norm()).powi(2);
    if value > RESOLVED * rounding {
        return Ok(value);
    }
    Err(SpectrumError::BelowResolution { player, value, rounding })
}

/// A fixed vector without symmetry: the fractional parts of multiples of the golden ratio.
fn start(len: usize) -> Vec<f64> {
    (1..=len).map(|j| (j as f64 * 0.618_033_988_749_894_9).fract() - 0.5).collect()
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

//! An eigenvalue counts only if a second, finer grid has it too.
//!
//! Discretised generators can have false eigenvalues; these move with the grid, the true ones do not. Leading eigenvalues
//! are accepted in order up to the first that the second grid does not repeat, and the difference is their error.

use super::{Spectrum, SpectrumError};
use num_complex::Complex64;

/// Largest difference between both grids of an eigenvalue that counts, relative.
const AGREEMENT: f64 = 1e-4;

/// A number and the error that two grids and the residuals show.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The number on the finer grid.
    pub value: f64,
    /// Error bar, absolute.
    pub error: f64,
}

/// Leading eigenvalues that two grids share.
#[derive(Debug, Clone)]
pub struct ConfirmedSpectrum {
    /// Eigenvalues by falling real part, of a conjugate pair the upper one first; repeated ones once.
    pub eigenvalues: Vec<Complex64>,
    /// Error of each: difference between the grids and residuals, absolute.
    pub errors: Vec<f64>,
    /// How many equal eigenvalues each stands for; of two players of one dimension that is not known.
    pub multiplicities: Vec<Option<usize>>,
    /// Error of each as its residual shows it, on the finer grid.
    pub residuals: Vec<f64>,
    /// `-max Re lambda`.
    pub gap: Estimate,
    /// `|Im lambda|` of the leading eigenvalue; 0 when it is real.
    pub frequency: Estimate,
    /// Poincare constants of `mu*` and `nu*`: the smallest positive eigenvalues of `A_x`, `A_y` (inverse squared length).
    pub poincare: [Estimate; 2],
    /// `min(tau_x C_x, eta tau_y C_y)`.
    pub guaranteed_rate: Estimate,
    /// Bound on the growth of `|(h, g)|` in `L2(mu*)` and `L2(nu*)`, which is `L2(1/mu*)` of the densities.
    pub growth_bound: f64,
    /// Bound on `|Im lambda|` of every eigenvalue.
    pub largest_frequency: f64,
    /// Whether no eigenvalue beyond those listed can have a larger real part than the last of them.
    pub complete: bool,
    /// How many more eigenvalues were asked for but not repeated by the second grid.
    pub unconfirmed: usize,
}

impl ConfirmedSpectrum {
    /// What a spectrum on a coarse and one on a finer grid share.
    ///
    /// # Errors
    /// [`SpectrumError::Unconfirmed`] when the grids do not agree on the leading eigenvalue or a Poincare constant.
    pub fn new(coarse: &Spectrum, fine: &Spectrum) -> Result<ConfirmedSpectrum, SpectrumError> {
        let pairs: Vec<(usize, usize)> = (0..fine.eigenvalues.len())
            .map_while(|i| nearest(&coarse.eigenvalues, fine.eigenvalues[i]).map(|j| (i, j)))
            .take_while(|(i, _)| has_all_copies(coarse, fine, *i))
            .collect();
        if pairs.is_empty() {
            let first = |s: &Spectrum| s.eigenvalues.first().map_or(f64::NAN, |v| v.re);
            return Err(unconfirmed("the leading eigenvalue", first(coarse), first(fine)));
        }
        let error = |&(i, j): &(usize, usize)| {
            (fine.eigenvalues[i] - coarse.eigenvalues[j]).norm()
                + fine.residuals[i]
                + rounding(fine.eigenvalues[i].norm())
        };
        let errors: Vec<f64> = pairs.iter().map(error).collect();
        let part = |pick: fn(Complex64) -> f64| {
            let (i, j) = pairs[0];
            let (now, then) = (pick(fine.eigenvalues[i]), pick(coarse.eigenvalues[j]));
            Estimate { value: now, error: (now - then).abs() + fine.residuals[i] + rounding(now) }
        };
        let poincare = |p: usize| agreed("the Poincare constant", coarse.poincare[p], fine.poincare[p]);
        let frequency =
            if fine.eigenvalues[0].im == 0.0 { Estimate { value: 0.0, error: 0.0 } } else { part(|v| v.im.abs()) };
        Ok(ConfirmedSpectrum {
            eigenvalues: pairs.iter().map(|p| fine.eigenvalues[p.0]).collect(),
            residuals: pairs.iter().map(|p| fine.residuals[p.0]).collect(),
            multiplicities: pairs.iter().map(|p| fine.multiplicities[p.0]).collect(),
            gap: part(|v| -v.re),
            frequency,
            poincare: [poincare(0)?, poincare(1)?],
            guaranteed_rate: agreed("the guaranteed rate", coarse.guaranteed_rate, fine.guaranteed_rate)?,
            growth_bound: coarse.growth_bound.max(fine.growth_bound),
            largest_frequency: fine.largest_frequency,
            complete: coarse.complete && fine.complete && pairs.len() == fine.eigenvalues.len(),
            unconfirmed: fine.eigenvalues.len() - pairs.len(),
            errors,
        })
    }
}

/// The eigenvalue of the other grid that agrees with `value`.
fn nearest(others: &[Complex64], value: Complex64) -> Option<usize> {
    let distance = |j: &usize| (others[*j] - value).norm();
    let best = (0..others.len()).min_by(|a, b| distance(a).total_cmp(&distance(b)))?;
    (distance(&best) <= AGREEMENT * value.norm()).then_some(best)
}

/// Whether as many eigenvalues of the coarse grid agree with that one of the fine grid as there are copies of it; what is not
/// known of one of the grids contradicts nothing.
fn has_all_copies(coarse: &Spectrum, fine: &Spectrum, i: usize) -> bool {
    let value = fine.eigenvalues[i];
    let near = |(other, _): &(&Complex64, &Option<usize>)| (**other - value).norm() <= AGREEMENT * value.norm();
    let pairs = coarse.eigenvalues.iter().zip(&coarse.multiplicities);
    let number: Option<usize> = pairs.filter(near).map(|(_, number)| *number).sum();
    number.zip(fine.multiplicities[i]).is_none_or(|(there, here)| here <= there)
}

fn agreed(what: &'static str, coarse: f64, fine: f64) -> Result<Estimate, SpectrumError> {
    if (coarse - fine).abs() <= AGREEMENT * fine.abs() {
        return Ok(Estimate { value: fine, error: (coarse - fine).abs() + rounding(fine) });
    }
    Err(unconfirmed(what, coarse, fine))
}

/// Two grids can agree to the last bit by accident; no number is better than its rounding.
fn rounding(value: f64) -> f64 {
    4.0 * f64::EPSILON * value.abs()
}

fn unconfirmed(what: &'static str, coarse: f64, fine: f64) -> SpectrumError {
    SpectrumError::Unconfirmed { what, coarse, fine }
}

//! The functions through which particles feel each other: Fourier modes on a torus, the payoff's own functions on the line.

use super::factors::{FactorScratch, FactorSet};
use super::modes::{ModeScratch, ModeSet};

/// Functions of a place, with numbers for coefficients and means: two for a mode (cosine, sine), one for a function of the
/// payoff.
#[derive(Debug, Clone)]
pub enum Basis {
    /// `cos 2 pi k.t`, `sin 2 pi k.t`.
    Modes(ModeSet),
    /// Functions as they were written.
    Factors(FactorSet),
}

/// Work space of a [`Basis`].
#[derive(Debug, Clone)]
pub enum BasisScratch {
    /// Of modes.
    Modes(ModeScratch),
    /// Of functions.
    Factors(FactorScratch),
}

impl Basis {
    /// How many numbers its coefficients are.
    pub fn len(&self) -> usize {
        match self {
            Basis::Modes(modes) => 2 * modes.len(),
            Basis::Factors(factors) => factors.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Work space for the other methods.
    pub fn scratch(&self) -> BasisScratch {
        match self {
            Basis::Modes(modes) => BasisScratch::Modes(modes.scratch()),
            Basis::Factors(factors) => BasisScratch::Factors(factors.scratch()),
        }
    }

    /// Adds the sums over at most 256 points, their shares given axis after axis.
    pub fn add_sums(&self, shares: &[f64], sums: &mut [f64], scratch: &mut BasisScratch) {
        match (self, scratch) {
            (Basis::Modes(modes), BasisScratch::Modes(scratch)) => modes.add_sums(shares, sums, scratch),
            (Basis::Factors(factors), BasisScratch::Factors(scratch)) => factors.add_sums(shares, sums, scratch),
            _ => foreign(),
        }
    }

    /// The same, every point with a weight.
    pub fn add_weighted_sums(&self, shares: &[f64], weights: &[f64], sums: &mut [f64], scratch: &mut BasisScratch) {
        match (self, scratch) {
            (Basis::Modes(modes), BasisScratch::Modes(scratch)) => {
                modes.add_weighted_sums(shares, weights, sums, scratch)
            }
            (Basis::Factors(factors), BasisScratch::Factors(scratch)) => {
                factors.add_weighted_sums(shares, weights, sums, scratch)
            }
            _ => foreign(),
        }
    }

    /// Writes the sum of the functions with these coefficients at the points.
    pub fn values(&self, coefficients: &[f64], shares: &[f64], out: &mut [f64], scratch: &mut BasisScratch) {
        match (self, scratch) {
            (Basis::Modes(modes), BasisScratch::Modes(scratch)) => modes.values(coefficients, shares, out, scratch),
            (Basis::Factors(factors), BasisScratch::Factors(scratch)) => {
                factors.values(coefficients, shares, out, scratch)
            }
            _ => foreign(),
        }
    }

    /// Writes its derivatives by the shares at the points, axis after axis.
    pub fn gradients(&self, coefficients: &[f64], shares: &[f64], out: &mut [f64], scratch: &mut BasisScratch) {
        match (self, scratch) {
            (Basis::Modes(modes), BasisScratch::Modes(scratch)) => modes.gradients(coefficients, shares, out, scratch),
            (Basis::Factors(factors), BasisScratch::Factors(scratch)) => {
                factors.gradients(coefficients, shares, out, scratch)
            }
            _ => foreign(),
        }
    }
}

fn foreign() -> ! {
    unreachable!("work space of another kind of functions")
}

//! Time stepping of semilinear systems `du/dt = L u + N(u)` with a diagonal linear part.
//!
//! The state is one flat array of Fourier coefficients; `L` is one number per coefficient (real for diffusion, complex
//! when advection is treated exactly). Nothing here knows of games, densities or files.
//!
//! | scheme | order | file | source |
//! |---|---|---|---|
//! | IMEX Euler | 1 | `imex_euler.rs` | Ascher, Ruuth & Wetton 1995 |
//! | SBDF2 | 2 | `sbdf2.rs` | Ascher, Ruuth & Wetton 1995, eq. (30); variable step: Wang & Ruuth 2008 |
//! | ETDRK4 | 4 | `etdrk4.rs` | Cox & Matthews 2002, eq. (26)-(29) |
//! | a system's own, adaptive | 2 | `own_scheme.rs` | see the file |
//! | ETD4(3), adaptive | 4 | `etd43.rs` | Krogstad 2005; embedded estimate: see the file |

mod controller;
mod etd43;
mod etdrk4;
mod imex_euler;
mod own_scheme;
mod phi;
mod sbdf2;
#[cfg(test)]
pub(crate) mod test_problem;

pub use controller::{Controller, Verdict};
pub use etd43::Etd43;
pub use etdrk4::Etdrk4;
pub use imex_euler::ImexEuler;
pub use own_scheme::OwnScheme;
pub use phi::{Symbol, phi};
pub use sbdf2::Sbdf2;

use num_complex::Complex64;

/// A system `du/dt = L u + N(u)`.
pub trait Semilinear<S: Symbol>: Send {
    /// The diagonal of `L`, one entry per coefficient.
    fn symbol(&self) -> &[S];
    /// Writes `N(u)` to `out`.
    fn nonlinear(&mut self, u: &[Complex64], out: &mut [Complex64]);
    /// Size of a state or of a difference of states, in the norm in which tolerances are stated.
    fn norm(&self, u: &[Complex64]) -> f64;

    /// Writes the state after a step of length `h`, by a scheme of order 2 that the system brings with it, to `out`; the
    /// difference to a scheme of order 1 in the norm. `None` from a system without one.
    fn own_step(&mut self, _u: &[Complex64], _h: f64, _out: &mut [Complex64]) -> Option<f64> {
        None
    }
}

/// One accepted step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// Length of the step in time.
    pub length: f64,
    /// Estimated local error in the norm of the system; NaN for schemes that have no estimate.
    pub error: f64,
    /// Attempts that were rejected before this one.
    pub rejected: usize,
}

/// What a scheme remembers between steps beyond the state itself: enough to continue with the same bits.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Memory {
    /// Numbers: step size, controller memory, last step.
    pub numbers: Vec<f64>,
    /// Earlier states, each as long as the state.
    pub states: Vec<Vec<Complex64>>,
}

/// Why a step could not be taken.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum StepperError {
    /// The scheme produced NaN or infinity.
    #[error("the state is no longer finite after a step of {step:e}: the step is too large for this scheme")]
    NotFinite {
        /// Length of the step.
        step: f64,
    },
    /// Too many attempts were rejected in a row.
    #[error("{rejected} steps were rejected in a row, the last of length {step:e} with error {error:e}")]
    RejectedTooOften {
        /// Rejections in a row.
        rejected: usize,
        /// Length of the last attempt.
        step: f64,
        /// Its error estimate.
        error: f64,
    },
    /// The step that the tolerance asks for does not move the clock.
    #[error("the step {step:e} that the tolerance asks for is too small to move the clock")]
    StepTooSmall {
        /// Length of the step.
        step: f64,
    },
}

/// A scheme that advances a state step by step.
pub trait Stepper<S: Symbol>: Send {
    /// Order of convergence in the step.
    fn order(&self) -> u32;

    /// Advances `u` by one step of at most `limit > 0`, which is what is left of the run.
    ///
    /// A step that would leave less than a sliver takes all that is left.
    ///
    /// # Errors
    /// [`StepperError`]; `u` is then the state before the step.
    fn advance(
        &mut self,
        system: &mut dyn Semilinear<S>,
        u: &mut Vec<Complex64>,
        limit: f64,
    ) -> Result<Step, StepperError>;

    /// The state at the fraction `theta` in (0, 1) of the last step. Does not disturb the steps that follow.
    fn interpolate(&mut self, system: &mut dyn Semilinear<S>, theta: f64, out: &mut [Complex64]);

    /// What must be kept to continue from here with the same bits.
    fn memory(&self) -> Memory;

    /// Takes back what [`Stepper::memory`] gave, for the state `u` of the same time. The states may have been padded to
    /// a finer grid, together with `u` and the system.
    fn restore(&mut self, system: &mut dyn Semilinear<S>, u: &[Complex64], memory: &Memory);
}

/// A remainder below this share of the step is taken with the step before it.
const SLIVER: f64 = 1e-6;

/// Length of the next fixed step when `limit` is left: the step, or all that is left.
fn fixed_length(step: f64, limit: f64) -> f64 {
    if limit <= step * (1.0 + SLIVER) { limit } else { step }
}

/// Ends a fixed step of length `h`: a state that is no longer finite is put back to `start`.
fn end_fixed_step(h: f64, start: &[Complex64], u: &mut [Complex64]) -> Result<Step, StepperError> {
    // A sum of squares is finite only if every term is; one pass without branches.
    if u.iter().map(Complex64::norm_sqr).sum::<f64>().is_finite() {
        return Ok(Step { length: h, error: f64::NAN, rejected: 0 });
    }
    u.copy_from_slice(start);
    Err(StepperError::NotFinite { step: h })
}

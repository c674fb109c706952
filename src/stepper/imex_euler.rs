//! IMEX Euler, order 1: implicit in the linear part, explicit in the rest,
//!
//! ```text
//! u_{n+1} = (u_n + h N(u_n)) / (1 - h L)
//! ```
//!
//! Ascher, Ruuth & Wetton, SIAM J. Numer. Anal. 32 (1995), section 2. Keeps every stationary state of `L u + N(u) = 0`.

use super::{Memory, Semilinear, Step, Stepper, StepperError, Symbol, end_fixed_step, fixed_length};
use num_complex::Complex64;

/// IMEX Euler with a fixed step.
#[derive(Debug, Clone)]
pub struct ImexEuler {
    step: f64,
    /// The state before the last step, and the length of that step.
    start: Vec<Complex64>,
    last: f64,
    nonlinear: Vec<Complex64>,
}

impl ImexEuler {
    /// Steps of length `step > 0`.
    pub fn new(step: f64) -> ImexEuler {
        ImexEuler { step, start: Vec::new(), last: 0.0, nonlinear: Vec::new() }
    }
}

/// `out = (u + h n) / (1 - h L)`.
pub(super) fn implicit_euler<S: Symbol>(
    symbol: &[S],
    h: f64,
    u: &[Complex64],
    nonlinear: &[Complex64],
    out: &mut [Complex64],
) {
    for (((out, u), n), &l) in out.iter_mut().zip(u).zip(nonlinear).zip(symbol) {
        *out = (S::real(1.0) / (S::real(1.0) - l * h)).times(u + n * h);
    }
}

impl<S: Symbol> Stepper<S> for ImexEuler {
    fn order(&self) -> u32 {
        1
    }

    fn advance(
        &mut self,
        system: &mut dyn Semilinear<S>,
        u: &mut Vec<Complex64>,
        limit: f64,
    ) -> Result<Step, StepperError> {
        let h = fixed_length(self.step, limit);
        self.nonlinear.resize(u.len(), Complex64::ZERO);
        self.start.clone_from(u);
        system.nonlinear(u, &mut self.nonlinear);
        implicit_euler(system.symbol(), h, &self.start, &self.nonlinear, u);
        let step = end_fixed_step(h, &self.start, u)?;
        self.last = h;
        Ok(step)
    }

    fn interpolate(&mut self, system: &mut dyn Semilinear<S>, theta: f64, out: &mut [Complex64]) {
        implicit_euler(system.symbol(), theta * self.last, &self.start, &self.nonlinear, out);
    }

    fn memory(&self) -> Memory {
        Memory::default()
    }

    fn restore(&mut self, _system: &mut dyn Semilinear<S>, _u: &[Complex64], _memory: &Memory) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stepper::test_problem::{assert_observed_order, assert_stationary_states_are_kept};

    #[test]
    fn imex_euler_is_of_order_one() {
        assert_observed_order(1, |h| Box::new(ImexEuler::new(h)), |h| Box::new(ImexEuler::new(h)));
    }

    #[test]
    fn imex_euler_keeps_stationary_states() {
        assert_stationary_states_are_kept(|h| Box::new(ImexEuler::new(h)));
    }
}

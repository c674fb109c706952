//! SBDF2, order 2: the backward differentiation formula for the linear part, extrapolation for the rest,
//!
//! ```text
//! (1/h) [ (1+2w)/(1+w) u_{n+1} - (1+w) u_n + w^2/(1+w) u_{n-1} ] = L u_{n+1} + (1+w) N_n - w N_{n-1},   w = h / h_before
//! ```
//!
//! Ascher, Ruuth & Wetton 1995, eq. (30) for `w = 1`; Wang & Ruuth, J. Comput. Math. 26 (2008), for a last step of
//! another length. The first step is one IMEX Euler step: its local error is of the order `h^2`, so the scheme keeps
//! order 2. Keeps every stationary state.

use super::imex_euler::implicit_euler;
use super::{Memory, Semilinear, Step, Stepper, StepperError, Symbol, end_fixed_step, fixed_length};
use num_complex::Complex64;

/// SBDF2 with a fixed step.
#[derive(Debug, Clone)]
pub struct Sbdf2 {
    step: f64,
    /// The two states from which the last step started, newest first, with `N` at each; `h_before` lies between them.
    start: Vec<Complex64>,
    start_nonlinear: Vec<Complex64>,
    before: Option<Before>,
    last: f64,
}

#[derive(Debug, Clone)]
struct Before {
    length: f64,
    u: Vec<Complex64>,
    nonlinear: Vec<Complex64>,
}

impl Sbdf2 {
    /// Steps of length `step > 0`.
    pub fn new(step: f64) -> Sbdf2 {
        Sbdf2 { step, start: Vec::new(), start_nonlinear: Vec::new(), before: None, last: 0.0 }
    }

    /// A step of length `h` from the stored start.
    fn take<S: Symbol>(&self, symbol: &[S], h: f64, out: &mut [Complex64]) {
        let Some(before) = &self.before else {
            implicit_euler(symbol, h, &self.start, &self.start_nonlinear, out);
            return;
        };
        let w = h / before.length;
        let (c0, c1, c2) = ((1.0 + 2.0 * w) / (1.0 + w), 1.0 + w, w * w / (1.0 + w));
        for j in 0..out.len() {
            let rest = self.start[j] * c1 - before.u[j] * c2
                + (self.start_nonlinear[j] * (1.0 + w) - before.nonlinear[j] * w) * h;
            out[j] = (S::real(1.0) / (S::real(c0) - symbol[j] * h)).times(rest);
        }
    }
}

impl<S: Symbol> Stepper<S> for Sbdf2 {
    fn order(&self) -> u32 {
        2
    }

    fn advance(
        &mut self,
        system: &mut dyn Semilinear<S>,
        u: &mut Vec<Complex64>,
        limit: f64,
    ) -> Result<Step, StepperError> {
        let h = fixed_length(self.step, limit);
        if self.last > 0.0 {
            let (spare, spare_nonlinear) = self.before.take().map(|b| (b.u, b.nonlinear)).unwrap_or_default();
            self.before = Some(Before {
                length: self.last,
                u: std::mem::replace(&mut self.start, spare),
                nonlinear: std::mem::replace(&mut self.start_nonlinear, spare_nonlinear),
            });
        }
        self.start.clone_from(u);
        self.start_nonlinear.resize(u.len(), Complex64::ZERO);
        system.nonlinear(u, &mut self.start_nonlinear);
        self.take(system.symbol(), h, u);
        let step = end_fixed_step(h, &self.start, u)?;
        self.last = h;
        Ok(step)
    }

    fn interpolate(&mut self, system: &mut dyn Semilinear<S>, theta: f64, out: &mut [Complex64]) {
        self.take(system.symbol(), theta * self.last, out);
    }

    fn memory(&self) -> Memory {
        if self.last > 0.0 {
            Memory { numbers: vec![self.last], states: vec![self.start.clone()] }
        } else {
            Memory::default()
        }
    }

    fn restore(&mut self, system: &mut dyn Semilinear<S>, _u: &[Complex64], memory: &Memory) {
        self.before = None;
        self.last = memory.numbers.first().copied().unwrap_or(0.0);
        if let Some(start) = memory.states.first() {
            self.start.clone_from(start);
            self.start_nonlinear = vec![Complex64::ZERO; start.len()];
            system.nonlinear(start, &mut self.start_nonlinear);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stepper::test_problem::{
        assert_interpolation_is_accurate, assert_observed_order, assert_restored_runs_are_equal,
        assert_stationary_states_are_kept,
    };

    #[test]
    fn sbdf2_is_of_order_two() {
        assert_observed_order(2, |h| Box::new(Sbdf2::new(h)), |h| Box::new(Sbdf2::new(h)));
    }

    #[test]
    fn sbdf2_keeps_stationary_states() {
        assert_stationary_states_are_kept(|h| Box::new(Sbdf2::new(h)));
    }

    #[test]
    fn sbdf2_interpolates_to_the_order_of_its_steps() {
        assert_interpolation_is_accurate(1e-3, 2e-4, || Box::new(Sbdf2::new(1e-3)));
    }

    #[test]
    fn sbdf2_continues_with_the_same_bits() {
        assert_restored_runs_are_equal(|| Box::new(Sbdf2::new(1e-2)));
    }
}

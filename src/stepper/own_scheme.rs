//! The scheme of order 2 that a system brings with it, in adaptive steps.
//!
//! The system steps itself and says how far that is from a scheme of order 1, `e = |u_2 - u_1| = O(h^2)`. Where the state
//! is of size 1, `e^(3/2)` is of the size of the error of `u_2` in one step; so a step is accepted when
//!
//! ```text
//! e <= tolerance^(2/3) min(1, max(RELATIVE |u_2 - u|, LEAST)).
//! ```
//!
//! so that a step errs by about the tolerance, and a run, whose steps are about `tolerance^(1/3)` of the times of the system
//! long, by about `tolerance^(2/3)`: 5e-6 at 1e-8, which is below what a grid of second order leaves. The second factor follows a decay with correct digits of its rate until steps move little; without its lower end an initial
//! layer, in which a nearly empty part fills, would have to be resolved however thin. The scheme has no dense output: a state
//! inside a step is that of a shorter step.

use super::etd43::step_within;
use super::{Controller, Memory, Semilinear, Step, Stepper, StepperError, Symbol, Verdict};
use num_complex::Complex64;

/// Difference of both orders relative to the increment, in units of the permitted difference.
const RELATIVE: f64 = 1000.0;
/// Share of the permitted difference that is never refused.
const LEAST: f64 = 1e-4;
/// Differences below this share of the state are rounding and never rejected.
const ROUNDING: f64 = 1e-14;
/// The first step is tried with this share of what is left.
const FIRST_SHARE: f64 = 1e-3;

/// Adaptive steps of a system's own scheme.
#[derive(Debug, Clone)]
pub struct OwnScheme {
    tolerance: f64,
    controller: Option<Controller>,
    /// The state before the last step, and the length of that step.
    start: Vec<Complex64>,
    last: f64,
    increment: Vec<Complex64>,
}

impl OwnScheme {
    /// Steps whose error, each, is about `tolerance` in the norm of the system.
    pub fn new(tolerance: f64) -> OwnScheme {
        OwnScheme { tolerance, controller: None, start: Vec::new(), last: 0.0, increment: Vec::new() }
    }

    /// Pairs of potentials that so many steps take.
    pub fn evaluations(accepted: usize, rejected: usize) -> usize {
        2 * (accepted + rejected)
    }

    /// Error of the rate of a decay that was followed in steps of this length: extrapolated implicit Euler multiplies by
    /// `2/(1 + z/2)^2 - 1/(1 + z) = exp(-z + z^3/6 - ..)`, `z = rate step`.
    pub fn rate_error(step: f64, rate: f64) -> f64 {
        rate * (rate * step).powi(2) / 6.0
    }

    /// The difference of both orders, and that in units of the permitted one.
    fn attempt<S: Symbol>(&mut self, system: &mut dyn Semilinear<S>, h: f64, out: &mut [Complex64]) -> (f64, f64) {
        let error = system.own_step(&self.start, h, out).expect("a system with a scheme of its own");
        self.increment.clear();
        self.increment.extend(out.iter().zip(&self.start).map(|(v, u)| v - u));
        let relative = (RELATIVE * system.norm(&self.increment)).clamp(LEAST, 1.0) * self.tolerance.powf(2.0 / 3.0);
        (error, error / relative.max(ROUNDING * system.norm(out)))
    }
}

impl<S: Symbol> Stepper<S> for OwnScheme {
    fn order(&self) -> u32 {
        2
    }

    fn advance(
        &mut self,
        system: &mut dyn Semilinear<S>,
        u: &mut Vec<Complex64>,
        limit: f64,
    ) -> Result<Step, StepperError> {
        let mut controller = self.controller.unwrap_or_else(|| Controller::new(FIRST_SHARE * limit));
        self.start.clone_from(u);
        loop {
            let h = step_within(controller.step(), limit);
            let (error, ratio) = self.attempt(system, h, u);
            let rejected = controller.rejected();
            // The controller's law is that of a difference of order h^4.
            if controller.judge(h, ratio * ratio) == Verdict::Accept {
                self.controller = Some(controller);
                self.last = h;
                return Ok(Step { length: h, error, rejected });
            }
            let Some(failure) = controller.failure(h, error, limit) else { continue };
            u.copy_from_slice(&self.start);
            return Err(failure);
        }
    }

    fn interpolate(&mut self, system: &mut dyn Semilinear<S>, theta: f64, out: &mut [Complex64]) {
        system.own_step(&self.start, theta * self.last, out).expect("a system with a scheme of its own");
    }

    fn memory(&self) -> Memory {
        Memory { numbers: self.controller.map_or(Vec::new(), |c| c.numbers().to_vec()), states: Vec::new() }
    }

    fn restore(&mut self, _system: &mut dyn Semilinear<S>, _u: &[Complex64], memory: &Memory) {
        self.controller = memory.numbers.first_chunk().map(|numbers| Controller::from_numbers(*numbers));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `u' = -u` by extrapolated implicit Euler.
    struct Decay;

    impl Semilinear<f64> for Decay {
        fn symbol(&self) -> &[f64] {
            &[0.0]
        }

        fn nonlinear(&mut self, u: &[Complex64], out: &mut [Complex64]) {
            out[0] = -u[0];
        }

        fn norm(&self, u: &[Complex64]) -> f64 {
            u[0].norm()
        }

        fn own_step(&mut self, u: &[Complex64], h: f64, out: &mut [Complex64]) -> Option<f64> {
            let (halves, whole) = (u[0] / (1.0 + 0.5 * h).powi(2), u[0] / (1.0 + h));
            out[0] = 2.0 * halves - whole;
            Some((halves - whole).norm())
        }
    }

    /// The state and the steps at time 1, from 1.
    fn end(tolerance: f64) -> (f64, usize) {
        let (mut u, mut time, mut steps) = (vec![Complex64::ONE], 0.0, 0);
        let mut stepper = OwnScheme::new(tolerance);
        while time < 1.0 {
            time += stepper.advance(&mut Decay, &mut u, 1.0 - time).unwrap().length;
            steps += 1;
        }
        (u[0].re, steps)
    }

    #[test]
    fn a_run_errs_by_about_the_tolerance_to_the_power_two_thirds() {
        for tolerance in [1e-4, 1e-5, 1e-6, 1e-7, 1e-8] {
            let (u, steps) = end(tolerance);
            let error = (u - (-1.0_f64).exp()).abs() / tolerance.powf(2.0 / 3.0);
            assert!((0.1..1.0).contains(&error), "tolerance {tolerance:e}: {error} of its power in {steps} steps");
            let rate = (-u.ln() - 1.0).abs();
            let expected = OwnScheme::rate_error(1.0 / steps as f64, 1.0);
            assert!((0.3..3.0).contains(&(rate / expected)), "tolerance {tolerance:e}: {rate:e}, not {expected:e}");
        }
    }

    #[test]
    fn a_state_inside_a_step_is_that_of_a_shorter_step_and_the_memory_continues_with_the_same_bits() {
        let mut stepper = OwnScheme::new(1e-5);
        let mut u = vec![Complex64::ONE];
        for _ in 0..5 {
            stepper.advance(&mut Decay, &mut u, 1.0).unwrap();
        }
        let before = u.clone();
        let length = stepper.advance(&mut Decay, &mut u, 1.0).unwrap().length;
        let (mut inside, mut shorter) = (u.clone(), u.clone());
        stepper.interpolate(&mut Decay, 0.3, &mut inside);
        Decay.own_step(&before, 0.3 * length, &mut shorter);
        assert_eq!(inside, shorter);
        let mut restored = OwnScheme::new(1e-5);
        restored.restore(&mut Decay, &u, &Stepper::<f64>::memory(&stepper));
        let mut other = u.clone();
        for _ in 0..5 {
            let one = stepper.advance(&mut Decay, &mut u, 1.0).unwrap();
            assert_eq!(restored.advance(&mut Decay, &mut other, 1.0).unwrap(), one);
        }
        assert_eq!(u, other);
    }
}

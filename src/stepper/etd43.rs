//! ETD4(3): an embedded exponential pair with an adaptive step, order 4.
//!
//! Krogstad's fourth-order scheme (J. Comput. Phys. 203 (2005), eq. (51)):
//!
//! ```text
//! u2 = e^{Lh/2} u + (h/2) phi_1' N1                                  phi_k' = phi_k(Lh/2), phi_k = phi_k(Lh)
//! u3 = e^{Lh/2} u + h [ (phi_1'/2 - phi_2') N1 + phi_2' N2 ]
//! u4 = e^{Lh} u   + h [ (phi_1 - 2 phi_2) N1 + 2 phi_2 N3 ]
//! v  = e^{Lh} u   + h [ (phi_1 - 3 phi_2 + 4 phi_3) N1 + (2 phi_2 - 4 phi_3)(N2 + N3) + (4 phi_3 - phi_2) N4 ]
//! ```
//!
//! with `N5 = N(v)`, which is the next step's `N1`, so that a step costs 4 evaluations. Replacing `N4` by `N5` in the
//! last line gives a third-order solution (the exponential form of the embedded formula of the classical Runge-Kutta
//! scheme; compare Whalen, Brio & Moloney, J. Comput. Phys. 280 (2015)), hence the estimate
//!
//! ```text
//! error = | h (4 phi_3 - phi_2) (N4 - N5) |.
//! ```
//!
//! **Tolerance.** A step is accepted when `error <= CALIBRATION tolerance`, and when `error <= RELATIVE CALIBRATION tolerance |v - u|`, or
//! it is rounding. The first makes the error of the propagated fourth-order solution proportional to the tolerance; the
//! measured factor is in docs/validation.md. The second keeps every increment accurate in proportion to itself, so that
//! a decay towards equilibrium is followed with correct digits far below the tolerance.
//!
//! **Dense output.** `N` inside the step is interpolated by the parabola through `N1`, `(N2+N3)/2` and `N5`, and the
//! linear part is integrated exactly: `u(theta) = phi_0 u + theta h [phi_1 N1 + theta phi_2 a + 2 theta^2 phi_3 b]` at
//! `theta h L`, `a = -3 N1 + 4 Nm - N5`, `b = 2 N1 - 4 Nm + 2 N5`. Its local error is of the order `h^4`, a few per cent of
//! the tolerance, it costs no evaluation, and the steps do not depend on where it is asked for.
//!
//! Every stationary state of `L u + N(u) = 0` is kept exactly: the coefficients of a constant `N` sum to `h phi_1`.

use super::{Controller, Memory, SLIVER, Semilinear, Step, Stepper, StepperError, Symbol, Verdict, phi};
use num_complex::Complex64;

/// Local error permitted in units of the tolerance.
const CALIBRATION: f64 = 1.0;
/// Local error permitted relative to the increment, in units of the tolerance.
const RELATIVE: f64 = 100.0;
/// Shares of `tolerance |lambda|` and of `tolerance rate` in the error of a rate: what covers tolerance 1e-5 (measured
/// there: 2.3 and 9; at 1e-8 less than 1).
const RATE_SHARE_OF_LAMBDA: f64 = 3.0;
const RATE_SHARE: f64 = 10.0;
/// Errors below this share of the state are rounding and never rejected.
const ROUNDING: f64 = 1e-14;
/// Step lengths whose tables are kept.
const TABLES: usize = 3;

/// `e^{Lh}`, `e^{Lh/2}` and `h phi_k` at `Lh` and `Lh/2`, for one step length.
#[derive(Debug, Clone)]
struct Table<S> {
    h: f64,
    full: Vec<S>,
    half: Vec<S>,
    half1: Vec<S>,
    half2: Vec<S>,
    full1: Vec<S>,
    full2: Vec<S>,
    full3: Vec<S>,
}

impl<S: Symbol> Table<S> {
    fn new(symbol: &[S], h: f64) -> Table<S> {
        let mut table = Table {
            h,
            full: Vec::with_capacity(symbol.len()),
            half: Vec::with_capacity(symbol.len()),
            half1: Vec::with_capacity(symbol.len()),
            half2: Vec::with_capacity(symbol.len()),
            full1: Vec::with_capacity(symbol.len()),
            full2: Vec::with_capacity(symbol.len()),
            full3: Vec::with_capacity(symbol.len()),
        };
        for &l in symbol {
            let [half, half1, half2, _] = phi(l * (0.5 * h));
            let [full, full1, full2, full3] = phi(l * h);
            table.half.push(half);
            table.half1.push(half1 * h);
            table.half2.push(half2 * h);
            table.full.push(full);
            table.full1.push(full1 * h);
            table.full2.push(full2 * h);
            table.full3.push(full3 * h);
        }
        table
    }
}

/// The adaptive pair.
#[derive(Debug, Clone)]
pub struct Etd43<S> {
    tolerance: f64,
    controller: Option<Controller>,
    /// Most recently used first.
    tables: Vec<Table<S>>,
    /// The state before the last step and the length of that step.
    start: Vec<Complex64>,
    last: f64,
    /// `N` at the start of the last step and at its end.
    n1: Vec<Complex64>,
    n5: Vec<Complex64>,
    inner: [Vec<Complex64>; 3],
    stage: Vec<Complex64>,
}

impl<S: Symbol> Etd43<S> {
    /// A pair that keeps the error of the solution, in the norm of the system, below about `tolerance`.
    pub fn new(tolerance: f64) -> Etd43<S> {
        Etd43 {
            tolerance,
            controller: None,
            tables: Vec::new(),
            start: Vec::new(),
            last: 0.0,
            n1: Vec::new(),
            n5: Vec::new(),
            inner: Default::default(),
            stage: Vec::new(),
        }
    }

    /// How much the time stepping may change a decay at rate `rate`, or the frequency of an oscillation that sets the
    /// step, when the steps have the mean length `step`.
    ///
    /// The step control aims at `(|lambda| h)^3 / 24 = RELATIVE tolerance`, which gives back the `|lambda|` that sets the
    /// step; where the linear part, which is exact, leaves little to the scheme, that is less than the rate. The sum of
    /// both covers what was measured on kernel games of strength 0.01 to 100 at tolerances of 1e-5 and less
    /// (tests/library/known_answer/rotation.rs).
    pub fn rate_error(tolerance: f64, step: f64, rate: f64) -> f64 {
        let lambda = (24.0 * RELATIVE * tolerance).cbrt() / step;
        tolerance * (RATE_SHARE_OF_LAMBDA * lambda + RATE_SHARE * rate)
    }

    fn allocate(&mut self, len: usize) {
        let Etd43 { start, n1, n5, inner, stage, .. } = self;
        let [n2, n3, n4] = inner;
        for v in [start, n1, n5, n2, n3, n4, stage] {
            v.resize(len, Complex64::ZERO);
        }
    }

    /// Step with which the first attempt is made: the change it would cause is a small part of the state.
    fn first_step(&mut self, system: &mut dyn Semilinear<S>, u: &[Complex64], limit: f64) -> f64 {
        for ((r, n), (&l, u)) in self.stage.iter_mut().zip(&self.n5).zip(system.symbol().iter().zip(u)) {
            *r = n + l.times(*u);
        }
        let rate = system.norm(&self.stage) / system.norm(u);
        let step = 0.1 * self.tolerance.powf(0.25) / rate;
        if step.is_finite() { step.min(limit) } else { limit }
    }

    fn table(&mut self, symbol: &[S], h: f64) {
        let found = self.tables.iter().position(|t| t.h == h && t.full.len() == symbol.len());
        let table = match found {
            Some(i) => self.tables.remove(i),
            None => {
                self.tables.truncate(TABLES - 1);
                Table::new(symbol, h)
            }
        };
        self.tables.insert(0, table);
    }

    /// From `u` (in `start`) and `n1` to `v` (in `out`) and `n5`; leaves `v - u` to the caller and the estimated
    /// error in `stage`.
    fn attempt(&mut self, system: &mut dyn Semilinear<S>, h: f64, out: &mut [Complex64]) {
        self.table(system.symbol(), h);
        let len = self.start.len();
        // Slices of one length known to the compiler: no bounds checks in the loops.
        let table = &self.tables[0];
        let [half, half1, half2] = [&table.half[..len], &table.half1[..len], &table.half2[..len]];
        let [full, full1] = [&table.full[..len], &table.full1[..len]];
        let [full2, full3] = [&table.full2[..len], &table.full3[..len]];
        let u = &self.start[..len];
        let [n1, n5, stage] = [&mut self.n1, &mut self.n5, &mut self.stage].map(|v| &mut v[..len]);
        let [n2, n3, n4] = self.inner.each_mut().map(|v| &mut v[..len]);
        let out = &mut out[..len];
        for j in 0..len {
            stage[j] = half[j].times(u[j]) + half1[j].times(n1[j]) * 0.5;
        }
        system.nonlinear(stage, n2);
        for j in 0..len {
            stage[j] = half[j].times(u[j]) + half1[j].times(n1[j]) * 0.5 + half2[j].times(n2[j] - n1[j]);
        }
        system.nonlinear(stage, n3);
        for j in 0..len {
            stage[j] = full[j].times(u[j]) + full1[j].times(n1[j]) + full2[j].times(n3[j] - n1[j]) * 2.0;
        }
        system.nonlinear(stage, n4);
        for j in 0..len {
            let (p2, p3) = (full2[j], full3[j]);
            out[j] = full[j].times(u[j])
                + full1[j].times(n1[j])
                + (p2 * 2.0 - p3 * 4.0).times(n2[j] + n3[j])
                + (p3 * 4.0 - p2 * 3.0).times(n1[j])
                + (p3 * 4.0 - p2).times(n4[j]);
        }
        system.nonlinear(out, n5);
        for j in 0..len {
            stage[j] = (full3[j] * 4.0 - full2[j]).times(n4[j] - n5[j]);
        }
    }

    /// Error of the attempt in units of the permitted one, and the error itself.
    fn error_ratio(&mut self, system: &mut dyn Semilinear<S>, v: &[Complex64]) -> (f64, f64) {
        let error = system.norm(&self.stage);
        for ((d, v), u) in self.stage.iter_mut().zip(v).zip(&self.start) {
            *d = v - u;
        }
        let increment = system.norm(&self.stage);
        let relative = (RELATIVE * increment).min(1.0) * CALIBRATION * self.tolerance;
        let permitted = relative.max(ROUNDING * system.norm(v));
        (error / permitted, error)
    }
}

impl<S: Symbol> Stepper<S> for Etd43<S> {
    fn order(&self) -> u32 {
        4
    }

    fn advance(
        &mut self,
        system: &mut dyn Semilinear<S>,
        u: &mut Vec<Complex64>,
        limit: f64,
    ) -> Result<Step, StepperError> {
        if self.controller.is_none() {
            self.allocate(u.len());
            system.nonlinear(u, &mut self.n5);
            let step = self.first_step(system, u, limit);
            self.controller = Some(Controller::new(step));
        }
        let mut controller = self.controller.expect("set above");
        self.start.copy_from_slice(u);
        std::mem::swap(&mut self.n1, &mut self.n5);
        loop {
            let h = step_within(controller.step(), limit);
            self.attempt(system, h, u);
            let (ratio, error) = self.error_ratio(system, u);
            let rejected = controller.rejected();
            if controller.judge(h, ratio) == Verdict::Accept {
                self.controller = Some(controller);
                self.last = h;
                return Ok(Step { length: h, error, rejected });
            }
            let Some(failure) = controller.failure(h, error, limit) else { continue };
            u.copy_from_slice(&self.start);
            std::mem::swap(&mut self.n1, &mut self.n5);
            return Err(failure);
        }
    }

    fn interpolate(&mut self, system: &mut dyn Semilinear<S>, theta: f64, out: &mut [Complex64]) {
        let h = theta * self.last;
        let [n2, n3, _] = &self.inner;
        for (j, &l) in system.symbol().iter().enumerate() {
            let [phi0, phi1, phi2, phi3] = phi(l * h);
            let (n1, n5, middle) = (self.n1[j], self.n5[j], (n2[j] + n3[j]) * 0.5);
            let a = (middle * 4.0 - n1 * 3.0 - n5) * theta;
            let b = (n1 - middle * 2.0 + n5) * (2.0 * theta * theta);
            out[j] = phi0.times(self.start[j]) + (phi1.times(n1) + phi2.times(a) + phi3.times(b) * 2.0) * h;
        }
    }

    fn memory(&self) -> Memory {
        Memory { numbers: self.controller.map_or(Vec::new(), |c| c.numbers().to_vec()), states: Vec::new() }
    }

    fn restore(&mut self, system: &mut dyn Semilinear<S>, u: &[Complex64], memory: &Memory) {
        let Some(numbers) = memory.numbers.first_chunk() else { return };
        self.controller = Some(Controller::from_numbers(*numbers));
        self.tables.clear();
        self.allocate(u.len());
        system.nonlinear(u, &mut self.n5);
    }
}

/// The wanted step, or what is left; the last two steps share what is left, so that none is a sliver.
pub(super) fn step_within(wanted: f64, limit: f64) -> f64 {
    if limit <= wanted * (1.0 + SLIVER) {
        limit
    } else if limit < 2.0 * wanted {
        0.5 * limit
    } else {
        wanted
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stepper::test_problem::{
        assert_interpolation_is_accurate, assert_restored_runs_are_equal, assert_stationary_states_are_kept,
        assert_tolerance_is_proportional,
    };

    #[test]
    fn the_error_is_proportional_to_the_tolerance() {
        assert_tolerance_is_proportional(|tolerance| Box::new(Etd43::new(tolerance)));
    }

    #[test]
    fn the_pair_keeps_stationary_states() {
        assert_stationary_states_are_kept(|_| Box::new(Etd43::new(1e-6)));
    }

    #[test]
    fn dense_output_is_as_accurate_as_the_tolerance() {
        assert_interpolation_is_accurate(f64::INFINITY, 1e-9, || Box::new(Etd43::new(1e-9)));
    }

    #[test]
    fn the_pair_continues_with_the_same_bits() {
        assert_restored_runs_are_equal(|| Box::new(Etd43::new(1e-7)));
    }

    #[test]
    fn no_step_is_a_sliver() {
        for limit in [0.1, 0.1000000001, 0.13, 0.19999, 0.2, 0.3] {
            let first = step_within(0.1, limit);
            assert!(first > 0.0 && (limit - first == 0.0 || limit - first >= 0.05), "{limit}: {first}");
        }
    }
}

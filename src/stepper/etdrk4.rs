//! ETDRK4, order 4, with a fixed step.
//!
//! ```text
//! a = e^{Lh/2} u + Q N(u)                    Q  = (h/2) phi_1(Lh/2)
//! b = e^{Lh/2} u + Q N(a)
//! c = e^{Lh/2} a + Q (2 N(b) - N(u))
//! u' = e^{Lh} u + f1 N(u) + 2 f2 (N(a) + N(b)) + f3 N(c)
//! f1 = h (phi_1 - 3 phi_2 + 4 phi_3),  f2 = h (phi_2 - 2 phi_3),  f3 = h (4 phi_3 - phi_2)      at Lh
//! ```
//!
//! Cox & Matthews, J. Comput. Phys. 176 (2002), eq. (26)-(29); their coefficients in terms of phi functions, which are
//! evaluated without cancellation (`phi.rs`). Cost: 4 evaluations of `N` a step. Keeps every stationary state.

use super::{Memory, Semilinear, Step, Stepper, StepperError, Symbol, end_fixed_step, fixed_length, phi};
use num_complex::Complex64;

/// The coefficient tables for one step length.
#[derive(Debug, Clone)]
struct Table<S> {
    h: f64,
    full: Vec<S>,
    half: Vec<S>,
    q: Vec<S>,
    f1: Vec<S>,
    f2: Vec<S>,
    f3: Vec<S>,
}

impl<S: Symbol> Table<S> {
    fn empty() -> Table<S> {
        Table { h: 0.0, full: vec![], half: vec![], q: vec![], f1: vec![], f2: vec![], f3: vec![] }
    }

    /// Rebuilds the table if the step or the size of the system has changed.
    fn prepare(&mut self, symbol: &[S], h: f64) {
        if self.h == h && self.full.len() == symbol.len() {
            return;
        }
        *self = Table { h, ..Table::empty() };
        for &l in symbol {
            let [full, phi1, phi2, phi3] = phi(l * h);
            let [half, half1, ..] = phi(l * (0.5 * h));
            self.full.push(full);
            self.half.push(half);
            self.q.push(half1 * (0.5 * h));
            self.f1.push((phi1 - phi2 * 3.0 + phi3 * 4.0) * h);
            self.f2.push((phi2 - phi3 * 2.0) * h);
            self.f3.push((phi3 * 4.0 - phi2) * h);
        }
    }
}

/// ETDRK4 with a fixed step.
#[derive(Debug, Clone)]
pub struct Etdrk4<S> {
    step: f64,
    table: Table<S>,
    /// Tables for interpolation and for a last step of another length.
    other: Table<S>,
    start: Vec<Complex64>,
    last: f64,
    stage: [Vec<Complex64>; 2],
    nonlinear: [Vec<Complex64>; 4],
}

impl<S: Symbol> Etdrk4<S> {
    /// Steps of length `step > 0`.
    pub fn new(step: f64) -> Etdrk4<S> {
        Etdrk4 {
            step,
            table: Table::empty(),
            other: Table::empty(),
            start: Vec::new(),
            last: 0.0,
            stage: Default::default(),
            nonlinear: Default::default(),
        }
    }

    /// A step of length `h` from `self.start`.
    fn take(&mut self, system: &mut dyn Semilinear<S>, h: f64, out: &mut [Complex64]) {
        let table = if h == self.step { &mut self.table } else { &mut self.other };
        table.prepare(system.symbol(), h);
        let len = self.start.len();
        for v in self.stage.iter_mut().chain(&mut self.nonlinear) {
            v.resize(len, Complex64::ZERO);
        }
        // Slices of one length known to the compiler: no bounds checks in the loops.
        let [full, half, q] = [&table.full[..len], &table.half[..len], &table.q[..len]];
        let [f1, f2, f3] = [&table.f1[..len], &table.f2[..len], &table.f3[..len]];
        let u = &self.start[..len];
        let [a, b] = self.stage.each_mut().map(|v| &mut v[..len]);
        let [nu, na, nb, nc] = self.nonlinear.each_mut().map(|v| &mut v[..len]);
        let out = &mut out[..len];
        system.nonlinear(u, nu);
        for j in 0..len {
            a[j] = half[j].times(u[j]) + q[j].times(nu[j]);
        }
        system.nonlinear(a, na);
        for j in 0..len {
            b[j] = half[j].times(u[j]) + q[j].times(na[j]);
        }
        system.nonlinear(b, nb);
        let c = b;
        for j in 0..len {
            c[j] = half[j].times(a[j]) + q[j].times(nb[j] * 2.0 - nu[j]);
        }
        system.nonlinear(c, nc);
        for j in 0..len {
            out[j] = full[j].times(u[j]) + f1[j].times(nu[j]) + f2[j].times((na[j] + nb[j]) * 2.0) + f3[j].times(nc[j]);
        }
    }
}

impl<S: Symbol> Stepper<S> for Etdrk4<S> {
    fn order(&self) -> u32 {
        4
    }

    fn advance(
        &mut self,
        system: &mut dyn Semilinear<S>,
        u: &mut Vec<Complex64>,
        limit: f64,
    ) -> Result<Step, StepperError> {
        let h = fixed_length(self.step, limit);
        self.start.clone_from(u);
        self.take(system, h, u);
        let step = end_fixed_step(h, &self.start, u)?;
        self.last = h;
        Ok(step)
    }

    fn interpolate(&mut self, system: &mut dyn Semilinear<S>, theta: f64, out: &mut [Complex64]) {
        self.take(system, theta * self.last, out);
    }

    fn memory(&self) -> Memory {
        Memory::default()
    }

    fn restore(&mut self, _system: &mut dyn Semilinear<S>, _u: &[Complex64], _memory: &Memory) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stepper::test_problem::{
        assert_interpolation_is_accurate, assert_observed_order, assert_stationary_states_are_kept,
    };

    #[test]
    fn etdrk4_is_of_order_four_for_real_and_complex_symbols() {
        assert_observed_order(4, |h| Box::new(Etdrk4::new(h)), |h| Box::new(Etdrk4::new(h)));
    }

    #[test]
    fn etdrk4_keeps_stationary_states() {
        assert_stationary_states_are_kept(|h| Box::new(Etdrk4::new(h)));
    }

    #[test]
    fn etdrk4_interpolates_to_the_order_of_its_steps() {
        assert_interpolation_is_accurate(1e-3, 1e-9, || Box::new(Etdrk4::new(1e-3)));
    }
}

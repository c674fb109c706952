//! Annealed descent-ascent: MFL-DA at the temperatures `theta(t) tau_x`, `theta(t) tau_y`.
//!
//! In the clock `s = int_0^t theta` diffusion is constant and stays the symbol:
//!
//! ```text
//! d_s mu =        div(mu grad V[nu])/theta(t) + tau_x Lap mu
//! d_s nu = eta ( -div(nu grad U[mu])/theta(t) + tau_y Lap nu ).
//! ```
//!
//! docs/dynamics.md, section 6. The clock is one more unknown, which every scheme advances exactly, and `t` is found from
//! it by Newton's method. Steps are steps of the clock; everything outside speaks of `t`. Energy, duality gap and
//! equilibrium are those of the temperatures of the game, that is of `theta = 1`. Cost: that of MFL-DA.

use super::{Flow, MflDa, PairLayout};
use crate::game::{Payoff, TemperatureSchedule};
use crate::stepper::Semilinear;
use num_complex::Complex64;

/// Annealed descent-ascent. Its state are the coefficients of the pair, and the clock.
#[derive(Debug)]
pub struct Annealing {
    inner: MflDa,
    schedule: TemperatureSchedule,
    symbol: Vec<f64>,
}

impl Annealing {
    /// The flow at these temperatures times the schedule; `timescale` is `eta`.
    pub fn new(payoff: Payoff, temperature: [f64; 2], timescale: f64, schedule: TemperatureSchedule) -> Annealing {
        let inner = MflDa::new(payoff, temperature, timescale);
        let symbol = [inner.symbol(), &[0.0]].concat();
        Annealing { inner, schedule, symbol }
    }
}

impl Semilinear<f64> for Annealing {
    fn symbol(&self) -> &[f64] {
        &self.symbol
    }

    fn nonlinear(&mut self, u: &[Complex64], out: &mut [Complex64]) {
        let (pair, clock) = u.split_at(self.inner.layout().len());
        let (out, out_clock) = out.split_at_mut(pair.len());
        let speed = 1.0 / self.schedule.factor(self.schedule.time_at(clock[0].re));
        self.inner.nonlinear(pair, out);
        out.iter_mut().for_each(|c| *c *= speed);
        out_clock[0] = Complex64::ONE;
    }

    /// That of the densities; the clock is exact.
    fn norm(&self, u: &[Complex64]) -> f64 {
        self.inner.norm(&u[..self.inner.layout().len()])
    }
}

impl Flow for Annealing {
    fn layout(&self) -> &PairLayout {
        self.inner.layout()
    }

    fn payoff(&self) -> &Payoff {
        self.inner.payoff()
    }

    fn start(&self, densities: [&[f64]; 2]) -> Vec<Complex64> {
        let mut state = self.inner.layout().from_values(densities);
        state.push(Complex64::ZERO);
        state
    }

    fn clock(&self, time: f64) -> f64 {
        self.schedule.integral(time)
    }

    fn time(&self, clock: f64) -> f64 {
        self.schedule.time_at(clock)
    }
}

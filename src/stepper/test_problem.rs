//! A problem with its exact answer, and the claims every scheme is held to.
//!
//! Component 0 is time itself (`L = 0`, `N = 1`); component `j` follows `s_j(t) = a_j exp(i w_j t)` exactly, with
//! `a_j = (1+|l_j|)^-3`: as in a parabolic equation with smooth data, stiff components are small. (Forced at the order
//! of 1, a stiff component follows any exponential scheme of classical order 4 with order 3 only: Hochbruck &
//! Ostermann, SIAM J. Numer. Anal. 43 (2005).)
//!
//! ```text
//! du_j/dt = l_j u_j + N_j,    N_j = s_j' - l_j s_j + u_j^2 - s_j^2 + (u_{j+1} - s_{j+1})
//! ```
//!
//! The symbols run from not stiff to stiff for every step used, real or complex.

use super::{Memory, Semilinear, Stepper, Symbol};
use num_complex::Complex64;

pub(crate) type BoxedStepper<S> = Box<dyn Stepper<S>>;

/// Frozen at `t = 0`, the problem has the stationary state `s(0)`.
pub(crate) struct TestProblem<S> {
    symbol: Vec<S>,
    frozen: bool,
}

impl TestProblem<f64> {
    pub(crate) fn real() -> TestProblem<f64> {
        TestProblem { symbol: vec![0.0, -1.0, -3.0, -50.0, -2e3], frozen: false }
    }
}

impl TestProblem<Complex64> {
    pub(crate) fn complex() -> TestProblem<Complex64> {
        let symbol = [(0.0, 0.0), (0.0, 5.0), (-3.0, -7.0), (-50.0, 30.0), (-2e3, 4e2)];
        TestProblem { symbol: symbol.map(|(re, im)| Complex64::new(re, im)).to_vec(), frozen: false }
    }
}

impl<S: Symbol> TestProblem<S> {
    fn exact(&self, t: f64) -> Vec<Complex64> {
        let mut s = vec![Complex64::from(t)];
        for j in 1..self.symbol.len() {
            let amplitude = (1.0 + self.symbol[j].modulus()).powi(-3);
            s.push(Complex64::from_polar(amplitude, 0.3 + (1.0 + 0.5 * j as f64) * t));
        }
        s
    }

    fn error(&self, u: &[Complex64], t: f64) -> f64 {
        u.iter().zip(self.exact(t)).map(|(u, s)| (u - s).norm()).fold(0.0, f64::max)
    }
}

impl<S: Symbol> Semilinear<S> for TestProblem<S> {
    fn symbol(&self) -> &[S] {
        &self.symbol
    }

    fn nonlinear(&mut self, u: &[Complex64], out: &mut [Complex64]) {
        let s = self.exact(if self.frozen { 0.0 } else { u[0].re });
        let speed = if self.frozen { 0.0 } else { 1.0 };
        out[0] = Complex64::from(speed);
        for j in 1..u.len() {
            let rate = Complex64::new(0.0, speed * (1.0 + 0.5 * j as f64));
            let next = if j + 1 < u.len() { u[j + 1] - s[j + 1] } else { Complex64::ZERO };
            out[j] = rate * s[j] - self.symbol[j].times(s[j]) + u[j] * u[j] - s[j] * s[j] + next;
        }
    }

    fn norm(&self, u: &[Complex64]) -> f64 {
        u.iter().map(|c| c.norm()).fold(0.0, f64::max)
    }
}

/// Runs to time 1 and returns the state.
fn run<S: Symbol>(problem: &mut TestProblem<S>, stepper: &mut dyn Stepper<S>) -> Vec<Complex64> {
    let mut u = problem.exact(0.0);
    let mut t = 0.0;
    while 1.0 - t > 1e-13 {
        t += stepper.advance(problem, &mut u, 1.0 - t).expect("the test problem is harmless").length;
    }
    u
}

/// The slope of log error against log step, over a ladder of steps, is `order` within 0.15 or better for real and for
/// complex symbols, and the scheme declares that order.
pub(crate) fn assert_observed_order(
    order: u32,
    real: impl Fn(f64) -> BoxedStepper<f64>,
    complex: impl Fn(f64) -> BoxedStepper<Complex64>,
) {
    let steps = [1.0 / 32.0, 1.0 / 64.0, 1.0 / 128.0];
    assert_eq!(real(0.1).order(), order);
    let errors = steps.map(|h| {
        let mut problem = TestProblem::real();
        let u = run(&mut problem, real(h).as_mut());
        problem.error(&u, 1.0)
    });
    check_slope("real", order, errors);
    let errors = steps.map(|h| {
        let mut problem = TestProblem::complex();
        let u = run(&mut problem, complex(h).as_mut());
        problem.error(&u, 1.0)
    });
    check_slope("complex", order, errors);
}

fn check_slope(kind: &str, order: u32, errors: [f64; 3]) {
    for pair in errors.windows(2) {
        let slope = (pair[0] / pair[1]).log2();
        assert!(
            (slope - f64::from(order)).abs() <= 0.15 * f64::from(order).max(1.0),
            "{kind} symbols: order {slope:.3} observed, {order} declared; errors {errors:?}"
        );
    }
}

/// The error at the end is proportional to the tolerance, from 1e-5 to 1e-10, and never above it.
pub(crate) fn assert_tolerance_is_proportional(stepper: impl Fn(f64) -> BoxedStepper<f64>) {
    let mut ratios = Vec::new();
    for k in 5..=10 {
        let tolerance = 10f64.powi(-k);
        let mut problem = TestProblem::real();
        let u = run(&mut problem, stepper(tolerance).as_mut());
        ratios.push(problem.error(&u, 1.0) / tolerance);
    }
    for ratio in &ratios {
        assert!(*ratio <= 1.0 && *ratio >= 1e-3, "error over tolerance for 1e-5 .. 1e-10: {ratios:?}");
    }
    let (low, high) = ratios.iter().fold((f64::MAX, 0.0_f64), |(l, h), r| (l.min(*r), h.max(*r)));
    assert!(high <= 5.0 * low, "not proportional: {ratios:?}");
}

/// A stationary state stays where it is to rounding, whatever the step.
pub(crate) fn assert_stationary_states_are_kept(stepper: impl Fn(f64) -> BoxedStepper<f64>) {
    for h in [1e-3, 0.02] {
        let mut problem = TestProblem { frozen: true, ..TestProblem::real() };
        let mut stepper = stepper(h);
        let mut u = problem.exact(0.0);
        for _ in 0..50 {
            stepper.advance(&mut problem, &mut u, 1e9).expect("nothing moves");
        }
        let drift = problem.error(&u, 0.0);
        assert!(drift <= 1e-13, "step {h}: the stationary state moved by {drift:e}");
    }
}

/// The interpolated states of ten steps, of at most `step`, differ from the exact ones by at most `bound`.
pub(crate) fn assert_interpolation_is_accurate(step: f64, bound: f64, stepper: impl Fn() -> BoxedStepper<f64>) {
    let mut problem = TestProblem::real();
    let mut stepper = stepper();
    let mut u = problem.exact(0.0);
    let mut t = 0.0;
    let mut out = u.clone();
    for _ in 0..200 {
        let taken = stepper.advance(&mut problem, &mut u, 1.0).expect("harmless").length;
        assert!(taken <= step);
        for theta in [0.01, 0.3, 0.5, 0.9] {
            stepper.interpolate(&mut problem, theta, &mut out);
            let error = problem.error(&out, t + theta * taken);
            assert!(error <= bound, "theta {theta} of the step from {t}: error {error:e} above {bound:e}");
        }
        t += taken;
    }
}

/// A run cut after any of its first steps and continued from the scheme's memory has the same bits.
pub(crate) fn assert_restored_runs_are_equal(stepper: impl Fn() -> BoxedStepper<f64>) {
    const STEPS: usize = 12;
    let mut states = vec![];
    let mut memories: Vec<Memory> = vec![];
    let mut problem = TestProblem::real();
    let mut whole = stepper();
    let mut u = problem.exact(0.0);
    for _ in 0..STEPS {
        states.push(u.clone());
        memories.push(whole.memory());
        whole.advance(&mut problem, &mut u, 1.0).expect("harmless");
    }
    for cut in 0..STEPS {
        let mut part = stepper();
        let mut v = states[cut].clone();
        part.restore(&mut problem, &v, &memories[cut]);
        for _ in cut..STEPS {
            part.advance(&mut problem, &mut v, 1.0).expect("harmless");
        }
        assert_eq!(u, v, "cut after {cut} steps");
    }
}

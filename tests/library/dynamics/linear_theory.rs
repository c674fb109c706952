//! The rotation game near its uniform equilibrium: with `z = m + i n` of the first modes, `p = 4 pi^2 tau` and
//! `q = 2 pi^2 c`, MFL-DA is `z' = -p z + i q z`, and every other dynamics a linear equation with a known answer.

use crate::support::comparison::{assert_at_most, assert_close};
use crate::support::evolution::{Evolution, evolve, game};
use nashflow::game::Player;
use num_complex::Complex64;
use std::f64::consts::PI;

const TAU: f64 = 0.1;
const P: f64 = 4.0 * PI * PI * TAU;
const Q: f64 = 2.0 * PI * PI;
const I: Complex64 = Complex64::I;

/// A small perturbation of the uniform pair, x alone, under this `[flow]`.
fn perturbed(flow: &[&str], time: f64, snapshots: usize) -> Evolution {
    let text = r#"
        [game]
        payoff = "cos(2*pi*(x - y))"
        temperature = 0.1
        [initial]
        x = "1 + 4e-6*cos(2*pi*(x - 0.2))"
        y = "1"
        [solver]
        grid = 24
        tolerance = 1e-11
    "#;
    let (time, snapshots) = (format!("solver.time={time}"), format!("output.snapshots={snapshots}"));
    evolve(&game(text, &[&[time.as_str(), &snapshots], flow].concat()))
}

/// `z` relative to its start, of snapshot `i`.
fn z(evolution: &Evolution, i: usize) -> Complex64 {
    let start = evolution.spectrum(0, Player::X)[1];
    (evolution.spectrum(i, Player::X)[1] / start) + I * (evolution.spectrum(i, Player::Y)[1] / start)
}

#[track_caller]
fn assert_follows(what: &str, evolution: &Evolution, exact: impl Fn(f64) -> Complex64) {
    let exact: Vec<Complex64> = evolution.times.iter().map(|t| exact(*t)).collect();
    let size = exact.iter().map(|z| z.norm()).fold(0.0, f64::max);
    let errors = exact.iter().enumerate().map(|(i, exact)| (z(evolution, i) - exact).norm());
    assert_at_most(&format!("{what}: z"), errors.fold(0.0, f64::max) / size, 3e-8);
}

/// Both roots of `(l + p)(l + a) = c`, that with the larger real part first.
fn roots(a: f64, c: Complex64) -> [Complex64; 2] {
    let middle = Complex64::from(-0.5 * (P + a));
    let half = (Complex64::from(0.25 * (P - a) * (P - a)) + c).sqrt();
    if half.re >= 0.0 { [middle + half, middle - half] } else { [middle - half, middle + half] }
}

/// `z` with `z(0) = 1` and `z'(0) = start` that is made of two exponentials.
fn two_exponentials([first, second]: [Complex64; 2], start: Complex64, t: f64) -> Complex64 {
    let weight = (start - second) / (first - second);
    weight * (first * t).exp() + (Complex64::ONE - weight) * (second * t).exp()
}

#[test]
fn fisher_rao_decays_at_tau_and_turns_at_half_the_coupling() {
    let evolution = perturbed(&["flow.dynamics=fisher-rao"], 8.0, 40);
    assert_follows("fisher-rao", &evolution, |t| ((-TAU + 0.5 * I) * t).exp());
}

#[test]
fn best_response_decays_at_its_rate_and_turns_at_the_coupling_over_the_temperature() {
    let evolution = perturbed(&["flow.dynamics=best-response", "flow.rate=2"], 2.0, 40);
    assert_follows("best-response", &evolution, |t| (2.0 * (-1.0 + 0.5 / TAU * I) * t).exp());
}

#[test]
fn wasserstein_fisher_rao_adds_its_weight_to_the_square_of_the_wavenumber() {
    let evolution = perturbed(&["flow.dynamics=wasserstein-fisher-rao", "flow.weight=7"], 0.5, 20);
    assert_follows("wasserstein-fisher-rao", &evolution, |t| ((4.0 * PI * PI + 7.0) * (-TAU + 0.5 * I) * t).exp());
}

#[test]
fn annealing_decays_with_the_integral_of_its_schedule() {
    let evolution = perturbed(&["flow.dynamics=annealing", "flow.schedule=0.3 + 2*exp(-3*t)"], 1.0, 20);
    let integral = |t: f64| 0.3 * t + 2.0 / 3.0 * (1.0 - (-3.0 * t).exp());
    assert_follows("annealing", &evolution, |t| (-P * integral(t) + I * Q * t).exp());
}

#[test]
fn the_forgetting_average_follows_the_roots_of_its_quadratic_equation() {
    for rate in [0.5, 5.0, 200.0] {
        let evolution = perturbed(&["flow.dynamics=forgetting-average", &format!("flow.rate={rate}")], 0.6, 20);
        let exact = |t: f64| two_exponentials(roots(rate, I * Q * rate), -P + I * Q, t);
        assert_follows(&format!("forgetting-average at {rate}"), &evolution, exact);
    }
}

/// `(l + p)(l + a) = i q a` crosses the imaginary axis at `a = 0.17197` and `a = 90.628`.
#[test]
fn the_forgetting_average_is_unstable_between_two_rates() {
    for (rate, from, to, unstable) in [
        (0.1700, 6.0, 9.0, false),
        (0.1740, 6.0, 9.0, true),
        (1.7197, 2.0, 3.0, true),
        (90.0, 0.5, 1.0, true),
        (91.3, 0.5, 1.0, false),
    ] {
        let settings = ["flow.dynamics=forgetting-average", &format!("flow.rate={rate}")];
        let evolution = perturbed(&settings, to, (to / 0.5).round() as usize);
        let first = evolution.times.iter().position(|t| *t == from).expect("a snapshot");
        let last = evolution.times.len() - 1;
        let growth = (z(&evolution, last).norm() / z(&evolution, first).norm()).ln() / (to - from);
        let [root, _] = roots(rate, I * Q * rate);
        assert_close(&format!("growth at a = {rate}"), growth, root.re, 1e-6, root.norm());
        assert_eq!(growth > 0.0, unstable, "a = {rate}: growth {growth}");
    }
}

#[test]
fn optimism_follows_the_roots_of_its_quadratic_equation() {
    // z' = -p z + i q (2 z - w), w' = a (z - w)
    for rate in [3.0, 60.0] {
        let evolution = perturbed(&["flow.dynamics=optimistic", &format!("flow.rate={rate}")], 0.5, 20);
        let (p, q) = (P, Q);
        let exact = |t: f64| {
            // l^2 + (p + a - 2 i q) l + a (p - i q) = 0
            let (b, c) = (p + rate - 2.0 * I * q, rate * (p - I * q));
            let half = (b * b * 0.25 - c).sqrt();
            two_exponentials([-0.5 * b + half, -0.5 * b - half], -p + I * q, t)
        };
        assert_follows(&format!("optimistic at {rate}"), &evolution, exact);
    }
}

#[test]
fn extragradient_damps_by_the_square_of_the_frequency() {
    let lookahead = 0.02;
    let evolution = perturbed(&["flow.dynamics=extragradient", &format!("flow.lookahead={lookahead}")], 0.5, 20);
    let decay = (-P * lookahead).exp();
    let rate = -P + I * Q * (decay + I * Q * (1.0 - decay) / P);
    assert!(rate.re < -P - 0.8 * Q * Q * lookahead, "more damping than {P}: {rate}");
    assert_follows("extragradient", &evolution, |t| (rate * t).exp());
}

#[test]
fn quasistatic_descent_does_not_turn_and_decays_with_the_square_of_the_coupling() {
    let evolution = perturbed(&["flow.dynamics=quasistatic"], 0.1, 20);
    let rate = 4.0 * PI * PI * (TAU + 0.25 / TAU);
    // n is the answer to m at all times.
    assert_follows("quasistatic", &evolution, |t| (-rate * t).exp() * Complex64::new(1.0, 0.5 / TAU));
}

/// `z' = -p z + i q w`, `w' = ((r + 1)/t)(z - w)`, stepped in `log t` by the classical Runge-Kutta scheme from where the
/// first terms of the series hold.
fn averaged(exponent: f64, time: f64) -> Complex64 {
    let start: f64 = 1e-9;
    let slope = -P + I * Q;
    let mut state =
        [Complex64::ONE + slope * start, Complex64::ONE + slope * start * (exponent + 1.0) / (exponent + 2.0)];
    let velocity = |s: f64, [z, w]: [Complex64; 2]| [(-P * z + I * Q * w) * s.exp(), (exponent + 1.0) * (z - w)];
    let steps = 40_000;
    let (from, h) = (start.ln(), (time / start).ln() / f64::from(steps));
    for step in 0..steps {
        let s = from + h * f64::from(step);
        let plus = |k: [Complex64; 2], h: f64| [state[0] + k[0] * h, state[1] + k[1] * h];
        let k1 = velocity(s, state);
        let k2 = velocity(s + 0.5 * h, plus(k1, 0.5 * h));
        let k3 = velocity(s + 0.5 * h, plus(k2, 0.5 * h));
        let k4 = velocity(s + h, plus(k3, h));
        state = [0, 1].map(|j| state[j] + (k1[j] + k2[j] * 2.0 + k3[j] * 2.0 + k4[j]) * (h / 6.0));
    }
    state[0]
}

#[test]
fn the_averaged_gradient_follows_its_equation_from_the_first_moment() {
    for exponent in [-0.5, 0.0, 2.0] {
        let settings = ["flow.dynamics=averaged-gradient", &format!("flow.exponent={exponent}")];
        let evolution = perturbed(&settings, 0.5, 5);
        let exact = |t: f64| if t == 0.0 { Complex64::ONE } else { averaged(exponent, t) };
        assert_follows(&format!("averaged-gradient, r = {exponent}"), &evolution, exact);
    }
}

//! Kernel games: every mode is a harmonic oscillator with damping,
//! `m'' : (m_k, n_k)' = -4 pi^2 k^2/L^2 ([tau, c_k; -c_k, tau]) (m_k, n_k)` near the uniform state.

use crate::support::comparison::{assert_at_most, assert_close, assert_relative};
use crate::support::evolution::{Evolution, bundled, evolve, game};
use crate::support::experiment::{Ran, run_game};
use crate::support::form::tries;
use nashflow::experiment::Verdict;
use nashflow::game::Player;
use num_complex::Complex64;
use std::f64::consts::PI;

/// `4 pi^2 tau` at `tau = 0.1`.
const RATE: f64 = 3.947_841_760_435_74;
/// `2 pi^2`, the angular frequency at `c = 1`.
const FREQUENCY: f64 = 19.739_208_802_178_7;

/// The coefficient of mode 1 of one player at snapshot `i`.
fn mode_one(evolution: &Evolution, i: usize, player: Player) -> Complex64 {
    evolution.spectrum(i, player)[1]
}

/// Angular frequency of mode 1 between two snapshots: `m' = -omega n`, `n' = omega m`, so `m - i n` turns at `-omega`.
fn turning(evolution: &Evolution, first: usize, last: usize) -> f64 {
    let angle = |i: usize| {
        let (m, n) = (mode_one(evolution, i, Player::X), mode_one(evolution, i, Player::Y));
        (m - Complex64::I * n).arg()
    };
    let turned = |i: usize| {
        let step = angle(i) - angle(i + 1);
        step - 2.0 * PI * (step / (2.0 * PI)).round()
    };
    (first..last).map(turned).sum::<f64>() / (evolution.times[last] - evolution.times[first])
}

#[test]
fn the_distance_decays_at_four_pi_squared_tau() {
    let ran = run_game(&bundled("rotation", &[]));
    let decay = ran.summary.decay.expect("a decay");
    assert_relative("rotation: rate", decay.rate, RATE, 1e-6);
    assert_close("rotation: rate within its bar", decay.rate, RATE, 1.0, decay.error);
    assert_at_most("rotation: bar of the rate", decay.error, 1e-4);
    assert_eq!(ran.summary.verdict, Verdict::Converged);
}

#[test]
fn the_first_mode_turns_at_two_pi_squared() {
    let file = bundled("rotation", &["solver.grid=64", "solver.time=3", "solver.tolerance=1e-11", "output.every=0.01"]);
    let evolution = evolve(&file);
    assert_relative("rotation: frequency", turning(&evolution, 200, 300), FREQUENCY, 1e-6);
}

#[test]
fn a_tiny_perturbation_follows_the_linear_solution() {
    let file = game(
        r#"
        [game]
        payoff = "cos(2*pi*(x - y))"
        temperature = 0.1
        [initial]
        x = "1 + 2e-5*cos(2*pi*(x - 0.2))"
        y = "1"
        [solver]
        grid = 32
        tolerance = 1e-12
        time = 1.0
        [output]
        every = 0.05
        "#,
        &[],
    );
    let evolution = evolve(&file);
    let start = mode_one(&evolution, 0, Player::X);
    for (i, t) in evolution.times.iter().enumerate() {
        let envelope = (-RATE * t).exp();
        let (m, n) = (mode_one(&evolution, i, Player::X), mode_one(&evolution, i, Player::Y));
        let (expected_m, expected_n) =
            (start * envelope * (FREQUENCY * t).cos(), start * envelope * (FREQUENCY * t).sin());
        assert_at_most(&format!("mode 1 of mu at {t:.2}"), (m - expected_m).norm() / start.norm(), 5e-9);
        assert_at_most(&format!("mode 1 of nu at {t:.2}"), (n - expected_n).norm() / start.norm(), 5e-9);
    }
}

/// The kernel `c cos 2 pi z` from a start close enough to uniform that the decay is exponential from early on.
fn kernel(c: f64, time: f64, tolerance: f64) -> Ran {
    run_game(&game(
        r#"
        [game]
        kernel = "c*cos(2*pi*z)"
        temperature = 0.1
        [game.parameters]
        c = 1.0
        [initial]
        x = "exp(0.2*cos(2*pi*(x - 0.25)))"
        y = "exp(0.1*cos(2*pi*y))"
        [output]
        snapshots = 100
        "#,
        &[
            &format!("game.parameters.c={c:?}"),
            &format!("solver.time={time:?}"),
            &format!("solver.tolerance={tolerance:e}"),
        ],
    ))
}

#[test]
fn the_rate_does_not_depend_on_the_strength_of_the_coupling() {
    for (c, time, tolerance) in [(0.01, 4.0, 1e-6), (1.0, 4.0, 1e-6), (100.0, 1.0, 2e-5)] {
        let ran = kernel(c, time, 1e-8);
        let decay = ran.summary.decay.expect("a decay");
        // At c = 100 the run is short, and the square of the start is still seen.
        assert_relative(&format!("c = {c}: rate"), decay.rate, RATE, tolerance);
        assert_close(&format!("c = {c}: rate within its bar"), decay.rate, RATE, 1.0, decay.error);
        let w2 = ran.dataset("w2");
        assert!(w2[w2.len() - 1] < 1.5 * w2[0] * (-RATE * time).exp(), "c = {c}: {:?}", w2.last());
    }
}

#[test]
fn the_bar_of_the_rate_holds_the_error_of_the_time_stepping() {
    for (i, c) in [0.01, 0.1, 1.0, 10.0].into_iter().enumerate() {
        // In the short form the tolerances alternate between the strengths.
        for tolerance in [1e-5, 1e-6, 1e-7].into_iter().skip(i % tries(2, 1)).step_by(tries(2, 1)) {
            let what = format!("c = {c}, tolerance {tolerance:e}: rate within its bar");
            let decay = kernel(c, 4.0, tolerance).summary.decay.expect("a decay");
            assert_close(&what, decay.rate, RATE, 1.0, decay.error);
        }
    }
}

#[test]
fn a_kernel_of_period_three_decays_and_turns_as_computed() {
    let text = r#"
        [game]
        kernel = "0.5*cos(2*pi*z/3)"
        temperature = 0.07
        [game.domain]
        x = { dim = 1, period = 3.0 }
        y = { dim = 1, period = 3.0 }
        [initial]
        x = "exp(0.05*cos(2*pi*x/3))"
        y = "1"
        [solver]
        time = 20.0
        [output]
        snapshots = 200
        "#;
    let ran = run_game(&game(text, &[]));
    let decay = ran.summary.decay.expect("a decay");
    let rate = 0.307_054_359_145_002;
    assert_relative("period 3: rate", decay.rate, rate, 1e-6);
    assert_close("period 3: rate within its bar", decay.rate, rate, 1.0, decay.error);
    let evolution = evolve(&game(text, &["solver.grid=48", "solver.tolerance=1e-11"]));
    assert_relative("period 3: frequency", turning(&evolution, 100, 200), 1.096_622_711_232_15, 1e-6);
}

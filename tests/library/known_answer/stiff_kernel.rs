//! A stiff kernel: near the uniform state the drift vanishes, yet mode 20 turns at 39478 for ever, so an explicit step
//! must stay below about 2.8/39478 although no step bound from the present drift says so.

use crate::support::comparison::{assert_at_most, assert_close, assert_relative};
use crate::support::evolution::game;
use crate::support::experiment::{Ran, run_error, run_game};
use nashflow::game::GameFile;
use std::f64::consts::PI;

fn stiff(overrides: &[&str]) -> GameFile {
    game(
        r#"
        [game]
        kernel = "5*cos(40*pi*z)"
        temperature = 0.01
        [initial]
        x = "1+0.1*cos(2*pi*x)+0.001*cos(40*pi*x)"
        y = "1"
        [solver]
        grid = 160
        time = 2.0
        [output]
        times = [0.5]
        "#,
        overrides,
    )
}

/// Amplitude of `cos 2 pi x` in `mu` at snapshot `i`.
fn amplitude(ran: &Ran, i: usize) -> f64 {
    let (mu, x) = (ran.row("mu", i), ran.dataset("x"));
    2.0 * mu.iter().zip(&x).map(|(m, x)| m * (2.0 * PI * x).cos()).sum::<f64>() / x.len() as f64
}

#[test]
fn the_adaptive_run_of_the_stiff_kernel_is_right() {
    let ran = run_game(&stiff(&["solver.grid=auto"]));
    assert_relative("stiff kernel: mode 1 at t = 0.5", amplitude(&ran, 1), 0.082_086_871_7, 2e-6);
    assert_relative("stiff kernel: W2 at t = 2", ran.summary.last.w2.expect("a distance"), 5.109_75e-3, 2e-6);
    let nu = ran.row("nu", ran.summary.snapshots - 1);
    let off = nu.iter().map(|v| (v - 1.0).abs()).fold(0.0, f64::max);
    assert_at_most("stiff kernel: y away from uniform at t = 2", off, 1e-12);
}

#[test]
fn etdrk4_is_right_at_a_step_of_5e_5_and_fails_at_2e_4() {
    let fixed = ["solver.scheme=etdrk4", "output.snapshots=1"];
    let ran = run_game(&stiff(&[&fixed[..], &["solver.step=5e-5", "solver.time=0.1"]].concat()));
    let expected = 0.1 * (-4.0 * PI * PI * 0.01 * 0.1_f64).exp();
    assert_close("stiff kernel, etdrk4 at 5e-5: mode 1 at t = 0.1", amplitude(&ran, 1), expected, 1e-6, expected);
    let error = run_error(&stiff(&[&fixed[..], &["solver.step=2e-4", "solver.time=0.5"]].concat()));
    println!("{error}");
    assert_eq!(error.exit_status(), 3, "{error}");
}

#[test]
fn the_other_schemes_are_right_below_the_step_the_frequency_asks_for_and_fail_above() {
    for (scheme, good, bad) in [("imex-euler", 1e-7, 2e-5), ("sbdf2", 1e-6, 1e-4)] {
        let scheme_key = format!("solver.scheme={scheme}");
        let at = |step: f64, time: f64| {
            let (step, time) = (format!("solver.step={step:e}"), format!("solver.time={time:?}"));
            stiff(&[&scheme_key, &step, &time, "output.snapshots=1"])
        };
        let ran = run_game(&at(good, 0.005));
        let expected = 0.1 * (-4.0 * PI * PI * 0.01 * 0.005_f64).exp();
        assert_close(&format!("stiff kernel, {scheme}: mode 1"), amplitude(&ran, 1), expected, 1e-6, expected);
        let error = run_error(&at(bad, 0.5));
        println!("{scheme}: {error}");
        assert_eq!(error.exit_status(), 3, "{scheme}: {error}");
    }
}

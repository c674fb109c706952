//! Equilibria in closed form.

use crate::support::comparison::{assert_all_close, assert_at_most, assert_close, assert_relative};
use crate::support::evolution::game;
use crate::support::experiment::{equilibrium_of, run_game};
use nashflow::experiment::{Verdict, equilibrium};
use nashflow::game::{Expression, GameFile, Scope};
use std::f64::consts::PI;

/// A game of one payoff at one temperature.
fn with(payoff: &str, temperature: f64, overrides: &[&str]) -> GameFile {
    game(&format!("[game]\npayoff = \"{payoff}\"\ntemperature = {temperature:?}\n"), overrides)
}

/// `exp(-potential/tau)/Z` at `x`, the integral by the trapezoid rule on far more nodes than any run has.
fn gibbs(potential: fn(f64) -> f64, tau: f64) -> impl Fn(f64) -> f64 {
    const NODES: usize = 1 << 14;
    let lowest = (0..NODES).map(|j| potential(j as f64 / NODES as f64)).fold(f64::INFINITY, f64::min);
    let weight = move |x: f64| (-(potential(x) - lowest) / tau).exp();
    let mass = (0..NODES).map(|j| weight(j as f64 / NODES as f64)).sum::<f64>() / NODES as f64;
    move |x| weight(x) / mass
}

#[test]
fn a_separable_game_arrives_at_its_gibbs_densities() {
    let ran = run_game(&with(
        "cos(2*pi*x) - cos(2*pi*y) - 0.3*sin(4*pi*y)",
        0.1,
        &["solver.time=2", "output.snapshots=20", "initial.y=2 + sin(2*pi*y)"],
    ));
    assert_eq!(ran.summary.verdict, Verdict::Converged, "{}", ran.summary.reason);
    let mu = gibbs(|x| (2.0 * PI * x).cos(), 0.1);
    let nu = gibbs(|y| (2.0 * PI * y).cos() + 0.3 * (4.0 * PI * y).sin(), 0.1);
    let (x, y) = (ran.dataset("x"), ran.dataset("y"));
    let expected = [x.iter().map(|x| mu(*x)).collect::<Vec<_>>(), y.iter().map(|y| nu(*y)).collect::<Vec<_>>()];
    for (name, expected) in ["mu", "nu"].into_iter().zip(&expected) {
        let largest = expected.iter().copied().fold(0.0, f64::max);
        let found = ran.dataset(&format!("equilibrium/{name}"));
        assert_all_close(&format!("separable: {name}* pointwise"), &found, expected, 1e-13, largest);
        let arrived = ran.row(name, ran.summary.snapshots - 1);
        assert_all_close(&format!("separable: {name} at the end"), &arrived, expected, 1e-9, largest);
    }
}

#[test]
fn a_separable_game_of_two_dimensions_has_product_gibbs_densities() {
    let file = game(
        r#"
        [game]
        payoff = "cos(2*pi*x1) + 0.5*sin(4*pi*x2) - sin(2*pi*y1) - cos(2*pi*y2)"
        temperature = { x = 0.2, y = 0.3 }
        [game.domain]
        x = { dim = 2, period = 1.0 }
        y = { dim = 2, period = 1.0 }
        [solver]
        grid = 80
        time = 0
        "#,
        &[],
    );
    let ran = run_game(&file);
    let (a, c) = (gibbs(|x| (2.0 * PI * x).cos(), 0.2), gibbs(|x| 0.5 * (4.0 * PI * x).sin(), 0.2));
    let (d, b) = (gibbs(|y| (2.0 * PI * y).sin(), 0.3), gibbs(|y| (2.0 * PI * y).cos(), 0.3));
    let (x1, x2) = (ran.dataset("x1"), ran.dataset("x2"));
    let product = |f: &dyn Fn(f64) -> f64, g: &dyn Fn(f64) -> f64| -> Vec<f64> {
        x1.iter().flat_map(|s| x2.iter().map(|t| f(*s) * g(*t))).collect()
    };
    assert_all_close("2-D: mu* pointwise", &ran.dataset("equilibrium/mu"), &product(&a, &c), 1e-12, 100.0);
    assert_all_close("2-D: nu* pointwise", &ran.dataset("equilibrium/nu"), &product(&d, &b), 1e-12, 100.0);
}

#[test]
fn precedence_of_powers_and_signs_is_that_of_the_closed_form() {
    let ran = run_game(&with("-cos(2*pi*x)^2 + cos(2*pi*y)^2", 0.1, &["solver.time=0", "solver.grid=128"]));
    // e^5/I_0(5)
    for name in ["equilibrium/mu", "equilibrium/nu"] {
        let density = ran.dataset(name);
        assert_relative(&format!("{name}(0)"), density[0], 5.448_379_495_456_02, 1e-12);
        assert_relative(&format!("{name}(1/4)"), density[32], 2.473_560_464_130_66e-4, 1e-10);
    }
    let scope = Scope::new(["x", "y"]);
    for (text, value) in [("2^3^2", 512.0), ("(-1)^0", 1.0), ("2^-1", 0.5), ("-2^2", -4.0)] {
        let parsed = Expression::parse(text, &scope).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(parsed.as_constant(), Some(value), "{text}");
    }
    for text in ["2x", "x y"] {
        assert!(Expression::parse(text, &scope).is_err(), "{text} is refused");
    }
}

#[test]
fn a_uniform_start_has_the_gap_of_two_bessel_functions_and_mass_one() {
    let ran = run_game(&with(
        "cos(2*pi*x) - cos(2*pi*y)",
        0.05,
        &["solver.time=0.5", "output.snapshots=10", "initial.x=\"1\"", "initial.y=\"1\""],
    ));
    let gap = ran.dataset("nikaido_isoda");
    assert_close("2 tau log I_0(1/tau)", gap[0], 1.758_961_042_824_43, 1e-13, 1.0);
    for name in ["mass_x", "mass_y"] {
        let off = ran.dataset(name).into_iter().map(|m| (m - 1.0).abs()).fold(0.0, f64::max);
        assert_at_most(name, off, 1e-13);
    }
    assert_at_most("gap of the equilibrium", ran.summary.equilibrium.nikaido_isoda, 1e-14);
}

#[test]
fn payoffs_with_a_kink_or_a_jump_at_the_seam_are_refused_as_bad_input() {
    for payoff in ["(x-0.5)^2 - (y-0.5)^2", "x^2 - cos(2*pi*y)", "x - y", "cos(3*x) + cos(2*pi*y)"] {
        let text = format!("[game]\npayoff = \"{payoff}\"\ntemperature = 0.05\n");
        let message = match GameFile::parse("test.toml", &text, &[]) {
            Err(error) => error.to_string(),
            Ok(file) => {
                let error = equilibrium(&file, None).expect_err(payoff);
                assert_eq!(error.exit_status(), 2, "{payoff}: {error}");
                error.to_string()
            }
        };
        println!("{payoff}: {message}");
        assert!(message.contains("payoff"), "{payoff}: {message}");
    }
}

#[test]
fn a_sharp_peak_has_its_height_on_an_automatic_grid() {
    let report = equilibrium_of(&with("cos(2*pi*x) - cos(2*pi*y)", 1e-3, &[]));
    // e^1000/I_0(1000)
    assert_relative("height of the peak at tau = 1e-3", report.max_density[0], 79.256_633_294_412_6, 1e-10);
    assert_relative("height of the peak of y", report.max_density[1], 79.256_633_294_412_6, 1e-10);
}

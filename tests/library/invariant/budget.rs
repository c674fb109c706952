//! Budgets: what a state loses per unit of time, measured along a run, against the dissipation computed from the state.

use crate::support::comparison::{assert_at_most, assert_relative};
use crate::support::evolution::{Evolution, evolve, evolve_from, game, grids};
use crate::support::experiment::run_game;
use crate::support::slow::{Game, Side};
use nashflow::game::Player;
use std::f64::consts::PI;

/// `du/dt` at the middle of five equally spaced values, error of the order `spacing^4`.
fn slope(values: &[f64; 5], spacing: f64) -> f64 {
    (values[0] - 8.0 * values[1] + 8.0 * values[3] - values[4]) / (12.0 * spacing)
}

fn text(grid: &str) -> String {
    format!(
        r#"
        [game]
        payoff = "cos(2*pi*(x - y)) + 0.5*cos(4*pi*x) - 0.4*sin(2*pi*y)"
        temperature = {{ x = 0.3, y = 0.2 }}
        timescale = 1.7
        [initial]
        x = "exp(cos(2*pi*(x - 0.25)))"
        y = "exp(cos(2*pi*y))"
        [solver]
        grid = {grid}
        tolerance = 1e-12
        time = 0.08
        "#
    )
}

fn slow(n: usize) -> Game {
    let f = |x: &[f64], y: &[f64]| {
        let (a, b) = (2.0 * PI * x[0], 2.0 * PI * y[0]);
        (a - b).cos() + 0.5 * (2.0 * a).cos() - 0.4 * b.sin()
    };
    let side = || Side::new(&[n], &[1.0], &[0.0]);
    Game::new(side(), side(), f, [0.3, 0.2], 1.7)
}

#[test]
fn the_energy_changes_at_the_rate_of_the_two_dissipations_far_from_equilibrium() {
    let ran = run_game(&game(&text("75"), &["output.times=[0.0198, 0.0199, 0.02, 0.0201, 0.0202]"]));
    let energy: [f64; 5] = ran.dataset("energy")[1..6].try_into().unwrap();
    let expected = slow(75).energy_rate(&ran.row("mu", 3), &ran.row("nu", 3));
    assert_relative("dF/dt against the dissipations", slope(&energy, 1e-4), expected, 1e-7);
}

/// `<h, A^-1 h>/2` of the perturbation `r = r* (1 + h)` on the circle of period 1:
/// `int (c - S)^2/r*`, `S = int_0^x h dr*`, `c = int(S/r*)/int(1/r*)`; and `int h^2 dr*`.
fn quadratic_forms(side: &Side, perturbation: &[f64], equilibrium: &[f64]) -> (f64, f64) {
    let n = perturbation.len();
    // The antiderivative of a mean-zero function by dense Fourier sums.
    let antiderivative = |x: f64| -> f64 {
        (1..=n / 2)
            .map(|m| {
                let k = 2.0 * PI * m as f64;
                let (mut a, mut b) = (0.0, 0.0);
                for (node, p) in side.nodes.iter().zip(perturbation) {
                    a += 2.0 / n as f64 * p * (k * node[0]).cos();
                    b += 2.0 / n as f64 * p * (k * node[0]).sin();
                }
                (a * (k * x).sin() + b * (1.0 - (k * x).cos())) / k
            })
            .sum()
    };
    let s: Vec<f64> = side.nodes.iter().map(|x| antiderivative(x[0])).collect();
    let over = |values: &[f64]| side.integral(&values.iter().zip(equilibrium).map(|(v, r)| v / r).collect::<Vec<_>>());
    let c = over(&s) / over(&vec![1.0; n]);
    let squared: Vec<f64> = s.iter().map(|s| (c - s).powi(2)).collect();
    let size: Vec<f64> = perturbation.iter().map(|p| p * p).collect();
    (0.5 * over(&squared), over(&size))
}

#[test]
fn near_the_equilibrium_the_coupling_cancels_from_the_decay_of_half_the_squared_distance() {
    // Section 3 of the model: dE/dt = -tau_x |h|^2 - tau_y |g|^2, E = <h, A^-1 h>/2 + <g, A^-1 g>/(2 eta).
    const SIZE: f64 = 1e-4;
    let n = 61;
    let slow = slow(n);
    let [mu_star, nu_star] = slow.equilibrium(0.1, 3000);
    let perturbed = |side: &Side, density: &[f64], wave: &dyn Fn(f64) -> f64| -> Vec<f64> {
        let mean = side.integral(&side.nodes.iter().zip(density).map(|(x, r)| wave(x[0]) * r).collect::<Vec<_>>());
        side.nodes.iter().zip(density).map(|(x, r)| r * (1.0 + SIZE * (wave(x[0]) - mean))).collect()
    };
    let mu = perturbed(&slow.x, &mu_star, &|x| (2.0 * PI * x).cos() + 0.5 * (4.0 * PI * (x - 0.1)).sin());
    let nu = perturbed(&slow.y, &nu_star, &|y| (2.0 * PI * (y - 0.3)).sin() - 0.4 * (4.0 * PI * y).cos());
    let times = "output.times=[0.0096, 0.0098, 0.01, 0.0102, 0.0104]";
    let file = game(&text(&n.to_string()), &[times, "solver.tolerance=1e-14", "solver.time=0.02"]);
    assert_eq!(grids(&file)[0].len(), n);
    let evolution: Evolution = evolve_from(&file, [&mu, &nu]);
    let minus = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a - b).collect::<Vec<f64>>();
    let forms = |i: usize| {
        let dx = minus(&evolution.values(i, Player::X), &mu_star);
        let dy = minus(&evolution.values(i, Player::Y), &nu_star);
        let (ex, hx) = quadratic_forms(&slow.x, &dx, &mu_star);
        let (ey, hy) = quadratic_forms(&slow.y, &dy, &nu_star);
        (ex + ey / slow.timescale, -slow.temperature[0] * hx - slow.temperature[1] * hy)
    };
    let energies = [1, 2, 3, 4, 5].map(|i| forms(i).0);
    assert_relative("dE/dt near the equilibrium", slope(&energies, 2e-4), forms(3).1, 3.0 * SIZE);
    assert!(energies.windows(2).all(|e| e[1] < e[0]), "E decreases: {energies:?}");
}

#[test]
fn the_equilibrium_stays_where_it_is() {
    let slow = slow(61);
    let [mu, nu] = slow.equilibrium(0.1, 3000);
    for scheme in ["adaptive", "imex-euler", "sbdf2", "etdrk4"] {
        let mut settings = vec!["solver.time=0.5".to_owned(), "output.snapshots=1".to_owned()];
        if scheme != "adaptive" {
            settings.extend([format!("solver.scheme={scheme}"), "solver.step=1e-3".to_owned()]);
        }
        let settings: Vec<&str> = settings.iter().map(String::as_str).collect();
        let evolution = evolve_from(&game(&text("61"), &settings), [&mu, &nu]);
        for (player, start) in [(Player::X, &mu), (Player::Y, &nu)] {
            let off = crate::support::comparison::largest_difference(&evolution.values(1, player), start);
            assert_at_most(&format!("{scheme}: the equilibrium moved, {player:?}"), off, 1e-12);
        }
    }
}

#[test]
fn the_duality_gap_bounds_the_relative_entropies_along_a_run() {
    let ran = run_game(&game(&text("75"), &["solver.time=1", "output.snapshots=40"]));
    let (gap, x, y) = (ran.dataset("nikaido_isoda"), ran.dataset("kl_x"), ran.dataset("kl_y"));
    for i in 0..gap.len() {
        let sum = 0.3 * x[i] + 0.2 * y[i];
        assert!(
            sum >= 0.0 && gap[i].is_finite() && sum <= gap[i] * (1.0 + 1e-9) + 1e-25,
            "{i}: {sum} above {}",
            gap[i]
        );
    }
}

#[test]
fn evolutions_do_not_depend_on_the_grid_they_are_resolved_on() {
    let coarse = evolve(&game(&text("65"), &["output.snapshots=1"]));
    let fine = evolve(&game(&text("{ x = 80, y = 81 }"), &["output.snapshots=1"]));
    for player in Player::BOTH {
        let moved =
            nashflow::torus::resample(coarse.layout.grid(player), fine.layout.grid(player), coarse.spectrum(1, player));
        let off = moved.iter().zip(fine.spectrum(1, player)).map(|(a, b)| (a - b).norm()).fold(0.0, f64::max);
        assert_at_most(&format!("65 points against 80 and 81, {player:?}"), off, 1e-11);
    }
}

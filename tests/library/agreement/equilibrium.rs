//! The equilibrium and the scalar diagnostics against their definitions.

use crate::support::comparison::{assert_all_close, assert_close};
use crate::support::evolution::game;
use crate::support::experiment::run_game;
use crate::support::slow::{Game, Side};
use std::f64::consts::PI;

/// A game without symmetry, moderately warm so that damped iteration converges.
fn games() -> (nashflow::game::GameFile, Game) {
    let file = game(
        r#"
        [game]
        payoff = "sin(2*pi*(x + y)) + 0.7*cos(2*pi*x)*exp(0.5*sin(2*pi*y)) + 0.4*cos(4*pi*x) - 0.3*sin(2*pi*y)"
        temperature = { x = 0.4, y = 0.3 }
        [initial]
        x = "exp(2*cos(2*pi*(x - 0.1)))"
        y = "exp(2*cos(2*pi*(y - 0.7)))"
        [solver]
        grid = 51
        tolerance = 1e-9
        time = 0.05
        [output]
        snapshots = 4
        "#,
        &[],
    );
    let f = |x: &[f64], y: &[f64]| {
        let (a, b) = (2.0 * PI * x[0], 2.0 * PI * y[0]);
        (a + b).sin() + 0.7 * a.cos() * (0.5 * b.sin()).exp() + 0.4 * (2.0 * a).cos() - 0.3 * b.sin()
    };
    let side = || Side::new(&[51], &[1.0], &[0.0]);
    (file, Game::new(side(), side(), f, [0.4, 0.3], 1.0))
}

#[test]
fn the_equilibrium_agrees_with_damped_iteration_of_the_gibbs_answers() {
    let (file, slow) = games();
    let [mu, nu] = slow.equilibrium(0.1, 3000);
    let ran = run_game(&file);
    assert_all_close("mu*", &ran.dataset("equilibrium/mu"), &mu, 1e-12, mu.iter().copied().fold(0.0, f64::max));
    assert_all_close("nu*", &ran.dataset("equilibrium/nu"), &nu, 1e-12, nu.iter().copied().fold(0.0, f64::max));
    let energy = slow.energy(&mu, &nu);
    assert_close("energy of the equilibrium", ran.summary.equilibrium.energy, energy, 1e-12, 1.0);
}

#[test]
fn energy_gap_and_relative_entropy_agree_with_their_definitions_far_from_equilibrium() {
    let (file, slow) = games();
    let [mu_star, nu_star] = slow.equilibrium(0.1, 3000);
    let ran = run_game(&file);
    let (gap, energy) = (ran.dataset("nikaido_isoda"), ran.dataset("energy"));
    let (kl_x, kl_y) = (ran.dataset("kl_x"), ran.dataset("kl_y"));
    let relative_entropy = |side: &Side, r: &[f64], q: &[f64]| {
        side.integral(&r.iter().zip(q).map(|(r, q)| r * (r / q).ln()).collect::<Vec<_>>())
    };
    for i in 0..ran.summary.snapshots {
        let (mu, nu) = (ran.row("mu", i), ran.row("nu", i));
        assert_close(&format!("gap, snapshot {i}"), gap[i], slow.duality_gap(&mu, &nu), 1e-12, 1.0);
        assert_close(&format!("energy, snapshot {i}"), energy[i], slow.energy(&mu, &nu), 1e-12, 1.0);
        assert_close(&format!("KL x, snapshot {i}"), kl_x[i], relative_entropy(&slow.x, &mu, &mu_star), 1e-12, 1.0);
        assert_close(&format!("KL y, snapshot {i}"), kl_y[i], relative_entropy(&slow.y, &nu, &nu_star), 1e-12, 1.0);
    }
}

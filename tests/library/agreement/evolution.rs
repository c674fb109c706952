//! Evolutions: dense sums and the classical Runge-Kutta scheme with tiny steps against the run.

use crate::support::comparison::assert_all_close;
use crate::support::evolution::{evolve, game};
use crate::support::slow::{Game, Side};
use crate::support::two_circles::{TWO_CIRCLES, slow_two_circles};
use nashflow::game::Player;
use std::f64::consts::PI;

fn largest(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |m: f64, v| m.max(v.abs()))
}

#[test]
fn one_dimension_two_temperatures_two_timescales_two_periods_agree_with_dense_sums() {
    let settings = ["solver.grid={ x = 45, y = 41 }", "solver.time=0.25", "output.snapshots=2"];
    let file = game(TWO_CIRCLES, &settings);
    let (slow, mut state) = slow_two_circles([45, 41], [0.3, 0.2]);
    let fast = evolve(&file);
    for (i, steps) in [(1, 2000), (2, 2000)] {
        state = slow.evolve(&state[0], &state[1], 0.125, steps);
        for player in Player::BOTH {
            let expected = &state[player.index()];
            let what = format!("1-D, time {}, {player:?}", fast.times[i]);
            assert_all_close(&what, &fast.values(i, player), expected, 1e-10, largest(expected));
        }
    }
}

#[test]
fn the_torus_cycle_agrees_with_dense_sums() {
    let file = crate::support::evolution::bundled(
        "limit-cycle",
        &[
            "game.temperature=0.5",
            "solver.grid=63",
            "solver.time=1.0",
            "solver.tolerance=1e-12",
            "initial.x=exp(2*cos((x-1.9)/3))",
            "initial.y=exp(2*cos(y/3))",
            "output.snapshots=1",
        ],
    );
    let f = |x: &[f64], y: &[f64]| {
        let w = |t: f64| 0.84375 * (4.0 * t).cos() - 1.125 * (2.0 * t).cos();
        let (a, b) = (x[0] / 3.0, y[0] / 3.0);
        w(a) + 13.5 * a.sin() * b.sin() - w(b)
    };
    let side = || Side::new(&[63], &[6.0 * PI], &[-3.0 * PI]);
    let slow = Game::new(side(), side(), f, [0.5, 0.5], 1.0);
    let mu = slow.x.density(|x| (2.0 * ((x[0] - 1.9) / 3.0).cos()).exp());
    let nu = slow.y.density(|y| (2.0 * (y[0] / 3.0).cos()).exp());
    let expected = slow.evolve(&mu, &nu, 1.0, 2500);
    let fast = evolve(&file);
    for player in Player::BOTH {
        let expected = &expected[player.index()];
        assert_all_close(&format!("cycle, {player:?}"), &fast.values(1, player), expected, 1e-10, largest(expected));
    }
}

#[test]
fn two_dimensions_on_a_tiny_grid_agree_with_dense_sums() {
    let file = game(
        r#"
        [game]
        payoff = "cos(2*pi*(x1 - y1))*sin(pi*x2 + 2*pi*y2) + 0.6*sin(2*pi*x1) - 0.5*cos(2*pi*(y1 + y2))"
        temperature = { x = 0.2, y = 0.25 }
        timescale = 0.8
        [game.domain]
        x = { dim = 2, period = [1.0, 2.0], origin = [0.0, -1.0] }
        y = { dim = 2, period = 1.0 }
        [initial]
        x = "2 + cos(2*pi*x1)*sin(pi*x2)"
        y = "2 + sin(2*pi*(y1 + 2*y2))"
        [solver]
        grid = { x = [11, 9], y = [9, 13] }
        tolerance = 1e-12
        time = 0.1
        [output]
        snapshots = 1
        "#,
        &[],
    );
    let f = |x: &[f64], y: &[f64]| {
        let (a1, a2, b1, b2) = (2.0 * PI * x[0], PI * x[1], 2.0 * PI * y[0], 2.0 * PI * y[1]);
        (a1 - b1).cos() * (a2 + b2).sin() + 0.6 * a1.sin() - 0.5 * (b1 + b2).cos()
    };
    let x = Side::new(&[11, 9], &[1.0, 2.0], &[0.0, -1.0]);
    let y = Side::new(&[9, 13], &[1.0, 1.0], &[0.0, 0.0]);
    let slow = Game::new(x, y, f, [0.2, 0.25], 0.8);
    let mu = slow.x.density(|x| 2.0 + (2.0 * PI * x[0]).cos() * (PI * x[1]).sin());
    let nu = slow.y.density(|y| 2.0 + (2.0 * PI * (y[0] + 2.0 * y[1])).sin());
    let expected = slow.evolve(&mu, &nu, 0.1, 500);
    let fast = evolve(&file);
    for player in Player::BOTH {
        let expected = &expected[player.index()];
        assert_all_close(&format!("2-D, {player:?}"), &fast.values(1, player), expected, 1e-10, largest(expected));
    }
}

#[test]
fn one_dimension_against_two_agrees_with_dense_sums() {
    let file = game(
        r#"
        [game]
        payoff = "cos(2*pi*(x - y1)) + 0.5*sin(2*pi*x)*cos(pi*y2) - 0.3*cos(2*pi*y1 + pi*y2)"
        temperature = 0.15
        [game.domain]
        x = { dim = 1, period = 1.0 }
        y = { dim = 2, period = [1.0, 2.0], origin = [0.0, -1.0] }
        [initial]
        x = "2 + cos(2*pi*x)"
        y = "2 + sin(2*pi*y1)*cos(pi*y2)"
        [solver]
        grid = { x = 31, y = [15, 13] }
        tolerance = 1e-12
        time = 0.1
        [output]
        snapshots = 1
        "#,
        &[],
    );
    let f = |x: &[f64], y: &[f64]| {
        let (a, b1, b2) = (2.0 * PI * x[0], 2.0 * PI * y[0], PI * y[1]);
        (a - b1).cos() + 0.5 * a.sin() * b2.cos() - 0.3 * (b1 + b2).cos()
    };
    let y = Side::new(&[15, 13], &[1.0, 2.0], &[0.0, -1.0]);
    let slow = Game::new(Side::new(&[31], &[1.0], &[0.0]), y, f, [0.15, 0.15], 1.0);
    let mu = slow.x.density(|x| 2.0 + (2.0 * PI * x[0]).cos());
    let nu = slow.y.density(|y| 2.0 + (2.0 * PI * y[0]).sin() * (PI * y[1]).cos());
    let expected = slow.evolve(&mu, &nu, 0.1, 1000);
    let fast = evolve(&file);
    for player in Player::BOTH {
        let expected = &expected[player.index()];
        assert_all_close(&format!("1x2, {player:?}"), &fast.values(1, player), expected, 1e-10, largest(expected));
    }
}

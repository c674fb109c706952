//! Symmetries of the flow as symmetries of whole runs.

use crate::support::comparison::{assert_all_close, assert_relative};
use crate::support::evolution::{Evolution, evolve, game};
use crate::support::experiment::{Ran, run_game};
use nashflow::game::{GameFile, Player};

fn column(ran: &Ran, name: &str) -> Vec<f64> {
    ran.dataset(name)
}

fn largest(values: &[f64]) -> f64 {
    values.iter().fold(f64::MIN_POSITIVE, |m: f64, v| m.max(v.abs()))
}

/// The game `f` at temperatures `(a, b)`, and `-f(y, x)` with the players exchanged.
fn swapped_pair(timescale: f64) -> [GameFile; 2] {
    let plain = format!(
        r#"
        [game]
        payoff = "cos(2*pi*(x - y/2)) + 0.5*cos(4*pi*x) - 0.5*sin(2*pi*y) + 0.3*sin(2*pi*x)*cos(pi*y)"
        temperature = {{ x = 0.15, y = 0.25 }}
        timescale = {timescale:?}
        [game.domain]
        x = {{ dim = 1, period = 1.0 }}
        y = {{ dim = 1, period = 2.0, origin = -0.5 }}
        [initial]
        x = "exp(cos(2*pi*(x - 0.25)))"
        y = "exp(1.5*cos(pi*y))"
        [solver]
        grid = {{ x = 100, y = 108 }}
        time = 0.4
        tolerance = 1e-10
        [output]
        snapshots = 8
        "#
    );
    let swapped = format!(
        r#"
        [game]
        payoff = "-cos(2*pi*(y - x/2)) - 0.5*cos(4*pi*y) + 0.5*sin(2*pi*x) - 0.3*sin(2*pi*y)*cos(pi*x)"
        temperature = {{ x = 0.25, y = 0.15 }}
        timescale = {:?}
        [game.domain]
        x = {{ dim = 1, period = 2.0, origin = -0.5 }}
        y = {{ dim = 1, period = 1.0 }}
        [initial]
        x = "exp(1.5*cos(pi*x))"
        y = "exp(cos(2*pi*(y - 0.25)))"
        [solver]
        grid = {{ x = 108, y = 100 }}
        time = {:?}
        tolerance = 1e-10
        [output]
        snapshots = 8
        "#,
        1.0 / timescale,
        0.4 * timescale
    );
    [game(&plain, &[]), game(&swapped, &[])]
}

#[test]
fn exchanging_the_players_and_the_sign_of_the_payoff_exchanges_everything() {
    // With a timescale the exchanged game runs on the clock of the other player: time eta t.
    for timescale in [1.0, 2.0] {
        let [plain, swapped] = swapped_pair(timescale).map(|file| run_game(&file));
        for (name, other) in [("w2_x", "w2_y"), ("w2_y", "w2_x"), ("kl_x", "kl_y"), ("mu", "nu"), ("nu", "mu")] {
            let (a, b) = (column(&plain, name), column(&swapped, other));
            assert_all_close(&format!("swap, eta = {timescale}: {name}"), &a, &b, 1e-12, largest(&b));
        }
        for name in ["w2", "nikaido_isoda"] {
            let (a, b) = (column(&plain, name), column(&swapped, name));
            assert_all_close(&format!("swap, eta = {timescale}: {name}"), &a, &b, 1e-12, largest(&b));
        }
        let minus: Vec<f64> = column(&swapped, "energy").into_iter().map(|e| -e).collect();
        assert_all_close(&format!("swap, eta = {timescale}: energy"), &column(&plain, "energy"), &minus, 1e-12, 1.0);
        for (a, b) in [("equilibrium/mu", "equilibrium/nu"), ("equilibrium/nu", "equilibrium/mu")] {
            let (a, b) = (column(&plain, a), column(&swapped, b));
            assert_all_close("swap: equilibrium", &a, &b, 1e-12, largest(&b));
        }
    }
}

/// Everything moved by `x -> x + a`, `y -> y + b`.
fn moved(a: f64, b: f64) -> Evolution {
    evolve(&game(
        r#"
        [game]
        payoff = "cos(2*pi*(x - y - a + b)) + 0.5*cos(4*pi*(x - a)) - 0.3*sin(2*pi*(y - b))"
        temperature = { x = 0.2, y = 0.15 }
        timescale = 1.3
        [game.parameters]
        a = 0.0
        b = 0.0
        [initial]
        x = "exp(cos(2*pi*(x - a - 0.25)))"
        y = "exp(1.5*sin(2*pi*(y - b)))"
        [solver]
        grid = { x = 60, y = 75 }
        time = 0.3
        tolerance = 1e-10
        [output]
        snapshots = 3
        "#,
        &[&format!("game.parameters.a={a:?}"), &format!("game.parameters.b={b:?}")],
    ))
}

#[test]
fn moving_the_game_and_the_start_by_whole_cells_moves_the_evolution() {
    let (plain, shifted) = (moved(0.0, 0.0), moved(7.0 / 60.0, 31.0 / 75.0));
    for i in 0..plain.states.len() {
        for (player, cells) in [(Player::X, 7), (Player::Y, 31)] {
            let mut expected = plain.values(i, player);
            expected.rotate_right(cells);
            let what = format!("translation by {cells} cells, {player:?}, snapshot {i}");
            assert_all_close(&what, &shifted.values(i, player), &expected, 1e-11, largest(&expected));
        }
    }
    assert_eq!(plain.steps, shifted.steps, "as many steps");
}

#[test]
fn stretching_space_and_rescaling_temperature_and_time_is_the_same_game() {
    // x = 3 x': grad^2 gains 1/9, so time runs 9 times slower at equal temperature and payoff; distances gain 3.
    let text = |period: f64, time: f64| {
        format!(
            r#"
            [game]
            payoff = "cos(2*pi*(x - y)/l) + 0.4*sin(4*pi*x/l)"
            temperature = 0.2
            [game.parameters]
            l = {period:?}
            [game.domain]
            x = {{ dim = 1, period = {period:?} }}
            y = {{ dim = 1, period = {period:?} }}
            [initial]
            x = "exp(cos(2*pi*x/l))"
            y = "exp(sin(2*pi*y/l))"
            [solver]
            grid = 64
            time = {time:?}
            tolerance = 1e-10
            [output]
            snapshots = 4
            "#
        )
    };
    let (unit, triple) = (run_game(&game(&text(1.0, 0.2), &[])), run_game(&game(&text(3.0, 1.8), &[])));
    let (a, b) = (unit.dataset("w2"), triple.dataset("w2"));
    for i in 0..a.len() {
        assert_relative(&format!("stretching, snapshot {i}: w2"), b[i], 3.0 * a[i], 1e-8);
    }
    let (a, b) = (unit.dataset("nikaido_isoda"), triple.dataset("nikaido_isoda"));
    assert_all_close("stretching: duality gap", &b, &a, 1e-9, largest(&a));
}

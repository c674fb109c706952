//! Every dynamics against dense sums and the classical Runge-Kutta scheme on its formula.

use crate::support::comparison::assert_all_close;
use crate::support::evolution::{evolve, game};
use crate::support::slow::Game;
use crate::support::slow_dynamics::{
    Arrays, annealed, best_answer_of_y, best_response, fisher_rao, quasistatic, runge_kutta, under_averaged_potentials,
    wasserstein_fisher_rao,
};
use crate::support::two_circles::{TWO_CIRCLES, slow_two_circles};
use nashflow::game::Player;

const TIME: f64 = 0.2;
const STEPS: usize = 1200;
const POINTS: [usize; 2] = [35, 31];
const SETTINGS: [&str; 4] =
    ["game.temperature.y=0.4", "solver.grid={ x = 35, y = 31 }", "solver.time=0.2", "output.snapshots=1"];

fn slow() -> (Game, Arrays) {
    let (game, start) = slow_two_circles(POINTS, [0.3, 0.4]);
    (game, start.into())
}

#[track_caller]
fn assert_agrees(flow: &[&str], expected: &[Vec<f64>]) {
    let fast = evolve(&game(TWO_CIRCLES, &[&SETTINGS, flow].concat()));
    for (player, expected) in Player::BOTH.into_iter().zip(expected) {
        let largest = expected.iter().copied().fold(0.0, f64::max);
        let what = format!("{} {player:?}", flow[0]);
        assert_all_close(&what, &fast.values(1, player), expected, 1e-9, largest);
    }
}

#[test]
fn fisher_rao_and_best_response_agree_with_their_formulas() {
    let (game, start) = slow();
    let expected = runge_kutta(start.clone(), 0.0, TIME, STEPS, |_, state| fisher_rao(&game, state));
    assert_agrees(&["flow.dynamics=fisher-rao"], &expected);
    let expected = runge_kutta(start, 0.0, TIME, STEPS, |_, state| best_response(&game, 3.0, state));
    assert_agrees(&["flow.dynamics=best-response", "flow.rate=3"], &expected);
}

#[test]
fn wasserstein_fisher_rao_agrees_with_its_formula() {
    let (game, start) = slow();
    let expected = runge_kutta(start, 0.0, TIME, STEPS, |_, state| wasserstein_fisher_rao(&game, 5.0, state));
    assert_agrees(&["flow.dynamics=wasserstein-fisher-rao", "flow.weight=5"], &expected);
}

#[test]
fn annealing_agrees_with_its_formula() {
    let (game, start) = slow();
    let velocity = |t: f64, state: &Arrays| annealed(&game, 0.5 + (-8.0 * t).exp(), state);
    let expected = runge_kutta(start, 0.0, TIME, STEPS, velocity);
    assert_agrees(&["flow.dynamics=annealing", "flow.schedule=0.5 + exp(-8*t)"], &expected);
}

#[test]
fn dynamics_with_a_memory_agree_with_averaged_potentials() {
    let (game, start) = slow();
    let potentials = game.potentials(&start[0], &start[1]);
    let start: Arrays = start.into_iter().chain(potentials).collect();
    for (name, weights) in [("forgetting-average", [0.0, 1.0]), ("optimistic", [2.0, -1.0])] {
        let velocity = |_: f64, state: &Arrays| under_averaged_potentials(&game, 6.0, weights, state);
        let expected = runge_kutta(start.clone(), 0.0, TIME, STEPS, velocity);
        assert_agrees(&[&format!("flow.dynamics={name}"), "flow.rate=6"], &expected);
    }
}

/// Stepped in `s = log t` from `t = 1e-10` on.
#[test]
fn the_averaged_gradient_agrees_with_averaged_potentials() {
    let (game, start) = slow();
    let first: f64 = 1e-10;
    let potentials = game.potentials(&start[0], &start[1]);
    let start: Arrays = start.into_iter().chain(potentials).collect();
    let velocity = |s: f64, state: &Arrays| -> Arrays {
        let t = s.exp();
        let mut out = under_averaged_potentials(&game, 1.0, [0.0, 1.0], state);
        // d/ds = t d/dt, and the averages move at (r + 1)/t.
        out.iter_mut().enumerate().for_each(|(i, array)| {
            let factor = if i < 2 { t } else { 2.5 };
            array.iter_mut().for_each(|v| *v *= factor);
        });
        out
    };
    let expected = runge_kutta(start, first.ln(), TIME.ln(), 12_000, velocity);
    assert_agrees(&["flow.dynamics=averaged-gradient", "flow.exponent=1.5"], &expected);
}

#[test]
fn quasistatic_descent_agrees_with_its_formula() {
    let (game, start) = slow();
    let velocity = |_: f64, state: &Arrays| quasistatic(&game, state);
    let mut expected = runge_kutta(start[..1].to_vec(), 0.0, TIME, STEPS, velocity);
    expected.push(best_answer_of_y(&game, &expected[0]));
    assert_agrees(&["flow.dynamics=quasistatic"], &expected);
}

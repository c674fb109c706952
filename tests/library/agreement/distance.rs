//! W2 of the snapshots of a run against slow quantile functions.

use crate::support::comparison::{assert_at_most, assert_relative};
use crate::support::evolution::bundled;
use crate::support::experiment::run_game;
use crate::support::form::tries;
use crate::support::slow::circle_distance;

#[test]
fn w2_of_every_snapshot_agrees_with_quantile_functions() {
    let file = bundled(
        "two-temperatures",
        &[
            "game.temperature={ x = 0.4, y = 0.6 }",
            "initial.x=exp(1.2*cos(2*pi*(x-0.25)))",
            "initial.y=exp(1.2*cos(2*pi*y))",
            "solver.grid=101",
            "solver.time=0.2",
            "output.snapshots=2",
        ],
    );
    let ran = run_game(&file);
    let error = ran.dataset("w2_error");
    for (p, (player, density)) in [("x", "mu"), ("y", "nu")].into_iter().enumerate() {
        let target = ran.dataset(&format!("equilibrium/{density}"));
        let distances = ran.dataset(&format!("w2_{player}"));
        // In the short form the snapshots alternate between the players.
        for (i, distance) in distances.iter().enumerate().skip(p % tries(2, 1)).step_by(tries(2, 1)) {
            let slow = circle_distance(&ran.row(density, i), &target, 1.0, 250);
            assert_relative(&format!("w2_{player}, snapshot {i}"), *distance, slow, 1e-12);
            assert_at_most(&format!("error bar, snapshot {i}"), error[i], 1e-8);
        }
    }
}

#[test]
fn w2_on_a_long_circle_agrees_with_quantile_functions() {
    let file = bundled(
        "limit-cycle",
        &[
            "game.temperature=2.0",
            "solver.grid=121",
            "solver.time=0.5",
            "output.snapshots=2",
            "initial.x=exp(cos((x-1.9)/3))",
            "initial.y=exp(cos(y/3))",
        ],
    );
    let ran = run_game(&file);
    let distances = ran.dataset("w2_x");
    let target = ran.dataset("equilibrium/mu");
    for (i, distance) in distances.iter().enumerate().step_by(tries(2, 1)) {
        let slow = circle_distance(&ran.row("mu", i), &target, 6.0 * std::f64::consts::PI, 250);
        assert_relative(&format!("period 6 pi, snapshot {i}"), *distance, slow, 1e-12);
    }
}

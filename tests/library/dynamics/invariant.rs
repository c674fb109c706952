//! Masses, positivity, and the places where two dynamics are one.

use crate::support::comparison::{assert_at_most, assert_between};
use crate::support::evolution::{Evolution, bundled, evolve};
use nashflow::game::Player;

const ALL: [&[&str]; 9] = [
    &["flow.dynamics=fisher-rao"],
    &["flow.dynamics=best-response", "flow.rate=5"],
    &["flow.dynamics=forgetting-average", "flow.rate=5"],
    &["flow.dynamics=optimistic", "flow.rate=20"],
    &["flow.dynamics=wasserstein-fisher-rao", "flow.weight=3"],
    &["flow.dynamics=annealing", "flow.schedule=1 + exp(-5*t)"],
    &["flow.dynamics=extragradient", "flow.lookahead=0.01"],
    &["flow.dynamics=quasistatic"],
    &["flow.dynamics=averaged-gradient", "flow.exponent=0.5"],
];

fn short(game: &str, settings: &[&str]) -> Evolution {
    evolve(&bundled(game, settings))
}

#[test]
fn no_dynamics_changes_the_mass_of_a_player_or_makes_a_density_negative() {
    for flow in ALL {
        for (name, grid, time) in [
            ("two-temperatures", "solver.grid=64", "solver.time=0.2"),
            ("players-1x2", "solver.grid={ x = 45, y = [32, 35] }", "solver.time=0.02"),
        ] {
            let evolution = short(name, &[flow, &[grid, time, "output.snapshots=3"]].concat());
            for i in 0..evolution.states.len() {
                for player in Player::BOTH {
                    let mass = evolution.spectrum(i, player)[0].re * evolution.layout.grid(player).volume();
                    assert_at_most(&format!("{name}, {}: mass error", flow[0]), (mass - 1.0).abs(), 2e-13);
                    let least = evolution.values(i, player).into_iter().fold(f64::INFINITY, f64::min);
                    assert!(least > 0.0, "{name}, {}: {least} at snapshot {i}", flow[0]);
                }
            }
        }
    }
}

const COMMON: [&str; 4] = ["solver.grid=64", "solver.time=0.05", "solver.tolerance=1e-11", "output.snapshots=2"];

fn of(flow: &[&str]) -> Evolution {
    short("two-temperatures", &[&COMMON[..], flow].concat())
}

#[test]
fn dynamics_without_their_own_part_are_descent_ascent() {
    let plain = of(&[]);
    for flow in [
        &["flow.dynamics=wasserstein-fisher-rao", "flow.weight=0"][..],
        &["flow.dynamics=annealing", "flow.schedule=1"],
        &["flow.dynamics=extragradient", "flow.lookahead=0"],
    ] {
        assert_at_most(&format!("{} and mfl-da", flow[0]), of(flow).final_difference(&plain), 1e-10);
    }
}

#[test]
fn small_parts_of_their_own_change_descent_ascent_in_proportion() {
    let plain = of(&[]);
    let difference = |key: &str, value: f64, name: &str| {
        of(&[&format!("flow.dynamics={name}"), &format!("flow.{key}={value}")]).final_difference(&plain)
    };
    for (name, key, small, smaller) in [
        ("wasserstein-fisher-rao", "weight", 1e-3, 1e-4),
        ("extragradient", "lookahead", 1e-5, 1e-6),
        // The memory of a rate a reaches 1/a back.
        ("forgetting-average", "rate", 1e3, 1e4),
        ("optimistic", "rate", 1e3, 1e4),
    ] {
        let ratio = difference(key, small, name) / difference(key, smaller, name);
        assert_between(&format!("{name}: ratio of the differences"), ratio, 9.0, 11.0);
    }
}

#[test]
fn descent_ascent_of_a_fast_opponent_is_quasistatic() {
    let settings = ["solver.grid=64", "solver.time=0.05", "solver.tolerance=1e-9", "output.snapshots=1"];
    let of = |flow: &str| short("two-temperatures", &[&settings[..], &[flow]].concat());
    let limit = of("flow.dynamics=quasistatic");
    let differences = [100.0, 400.0].map(|eta: f64| of(&format!("game.timescale={eta}")).final_difference(&limit));
    assert_between("differences at eta = 100 and 400", differences[0] / differences[1], 3.2, 4.8);
}

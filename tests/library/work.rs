//! How much work results take, counted and not timed: a loss of efficiency fails here.
//!
//! Each count was measured, and may grow by [`SPARE`] before a test fails: on another processor last bits differ, and with
//! them now and then a step.

use crate::support::comparison::assert_at_most;
use crate::support::evolution::bundled;
use crate::support::experiment::{equilibrium_of, run_game};
use nashflow::torus::{Density, Grid};
use nashflow::transport::{Cloud, DiscreteTransport, Histogram, MongeAmpere, SemiDiscrete};
use std::f64::consts::TAU;

const SPARE: f64 = 1.05;

#[track_caller]
fn assert_work(what: &str, count: usize, measured: usize) {
    assert_at_most(what, count as f64, (measured as f64 * SPARE).ceil());
    assert_at_most(&format!("{what}: the count here has become too generous"), measured as f64, 1.5 * count as f64);
}

#[test]
fn steps_of_runs() {
    for (game, most) in [("rotation", 2956), ("convolution", 3482), ("separable", 3091)] {
        let summary = run_game(&bundled(game, &[])).summary;
        assert_work(&format!("{game}: steps"), summary.steps, most);
        assert_at_most(&format!("{game}: rejected steps"), summary.rejected as f64, 0.0);
    }
}

#[test]
fn newton_steps_of_equilibria() {
    let games = [("rotation", 2), ("limit-cycle", 2), ("wang-chizat-random", 14), ("double-well-line", 4)];
    for (game, most) in games {
        let equilibrium = equilibrium_of(&bundled(game, &[])).equilibrium;
        assert_at_most(&format!("{game}: Newton steps"), equilibrium.iterations as f64, most as f64);
    }
}

fn source(x: f64, y: f64) -> f64 {
    (0.7 * (TAU * (x - 0.15)).cos() + 0.5 * (TAU * y).sin() + 0.4 * (TAU * (x + y)).cos()).exp()
}

fn target(x: f64, y: f64) -> f64 {
    let mixed = 0.3 * (2.0 * TAU * x).sin() * (TAU * y).cos();
    (0.6 * (TAU * x).sin() + 0.8 * (TAU * (y - 0.3)).cos() + mixed).exp()
}

fn grid(n: usize) -> Grid {
    Grid::new(&[n, n], &[1.0, 1.0], &[0.0, 0.0]).unwrap()
}

fn on_nodes(n: usize, f: fn(f64, f64) -> f64) -> Vec<f64> {
    (0..n * n).map(|k| f((k / n) as f64 / n as f64, (k % n) as f64 / n as f64)).collect()
}

#[test]
fn newton_and_krylov_steps_of_monge_ampere() {
    for (n, newton_steps, products) in [(32, 7, 26), (128, 7, 26)] {
        let [a, b] = [source, target].map(|f| Density::normalised(&grid(n), on_nodes(n, f)).unwrap());
        let mut solver = MongeAmpere::new(&b).unwrap();
        solver.distance(&a).unwrap();
        assert_work(&format!("{n}^2: Newton steps"), solver.effort().newton_steps, newton_steps);
        assert_work(&format!("{n}^2: products"), solver.effort().krylov_products, products);
    }
}

#[test]
fn pivots_and_arcs_of_the_network_simplex() {
    for (n, pivots, arcs) in [(32, 5080, 17322), (64, 23333, 69007)] {
        let [a, b] = [source, target].map(|f| Histogram::new(&grid(n), &on_nodes(n, f)).unwrap());
        let effort = DiscreteTransport::between_histograms(&a, &b).unwrap().effort();
        assert_work(&format!("{n}^2: pivots"), effort.pivots as usize, pivots);
        assert_work(&format!("{n}^2: arcs"), effort.arcs, arcs);
        assert_work(&format!("{n}^2: rounds of pricing"), effort.rounds as usize, 1);
    }
}

/// Points of a Weyl sequence: hardly a pair of them is near.
fn points(count: usize) -> Vec<f64> {
    let weyl = |i: usize, step: f64| ((i as f64 + 0.5) * step).fract();
    (0..count).flat_map(|i| [weyl(i, 0.754_877_666_246_692_8), weyl(i, 0.569_840_290_998_053_3)]).collect()
}

#[test]
fn newton_and_linear_steps_of_clouds_against_a_density() {
    let density = Density::normalised(&grid(64), on_nodes(64, source)).unwrap();
    for (count, newton_steps, linear_steps) in [(100, 6, 24), (10_000, 5, 35)] {
        let mut solver = SemiDiscrete::new(&density).unwrap();
        solver.distance(&Cloud::new(&points(count), None, &[1.0, 1.0], &[0.0, 0.0]).unwrap()).unwrap();
        let effort = solver.effort().unwrap();
        assert_work(&format!("{count} points: Newton steps"), effort.newton_steps, newton_steps);
        assert_work(&format!("{count} points: linear steps"), effort.linear_steps, linear_steps);
    }
}

//! The porous medium equation `d_t u = (u^q)_xx` from a point: the solution of Barenblatt, exact on a circle until its support
//! meets itself.

use super::{cells, simulation_from, with_settings};
use crate::support::evolution::initial;
use nashflow::game::Player;

const TEXT: &str = r#"
    [game]
    payoff = "0*x*y"
    temperature = 1
    regulariser = "tsallis"
    tsallis_q = 2
    [game.domain]
    x = { period = 8, origin = -4 }
    y = { period = 8, origin = -4 }
    [solver]
    grid = 64
    tolerance = 1e-7
    time = 1
"#;

/// `t^-a (C - k x^2 t^(-2 a))_+^(1/(q - 1))`, `a = 1/(q + 1)`, `k = a (q - 1)/(2 q)`, unnormalised.
fn barenblatt(q: f64, c: f64, x: f64, t: f64) -> f64 {
    let a = 1.0 / (q + 1.0);
    let k = a * (q - 1.0) / (2.0 * q);
    t.powf(-a) * (c - k * x * x * t.powf(-2.0 * a)).max(0.0).powf(1.0 / (q - 1.0))
}

/// Mean over the cell around `x`: what finite volumes approximate.
fn cell_mean(q: f64, c: f64, x: f64, t: f64, h: f64) -> f64 {
    const PARTS: usize = 400;
    let at = |i: usize| barenblatt(q, c, x + h * ((i as f64 + 0.5) / PARTS as f64 - 0.5), t);
    (0..PARTS).map(at).sum::<f64>() / PARTS as f64
}

/// `C` for which the mass is 1.
fn constant_of_mass_one(q: f64) -> f64 {
    let mass =
        |c: f64| (0..80_000).map(|i| barenblatt(q, c, -4.0 + 1e-4 * (f64::from(i) + 0.5), 1.0)).sum::<f64>() * 1e-4;
    let (mut low, mut high) = (0.0, 2.0);
    for _ in 0..60 {
        let c = 0.5 * (low + high);
        if mass(c) < 1.0 { low = c } else { high = c }
    }
    low
}

/// L1 error at time 2 of a run from the solution of time 1, and whether empty cells are empty.
fn error(q: f64, c: f64, points: usize) -> f64 {
    let settings = [format!("solver.grid={points}"), format!("game.tsallis_q={q}")];
    let file = with_settings(TEXT, &settings);
    let h = 8.0 / points as f64;
    let exact = |t: f64| (0..points).map(|j| cell_mean(q, c, -4.0 + h * j as f64, t, h)).collect::<Vec<f64>>();
    let mut start = exact(1.0);
    let mass: f64 = start.iter().sum::<f64>() * h;
    start.iter_mut().for_each(|u| *u /= mass);
    let uniform = initial(&file)[Player::Y.index()].values().to_vec();
    let mut simulation = simulation_from(&file, [&start, &uniform]);
    while simulation.advance().unwrap().is_some() {}
    let [mu, nu] = cells(simulation.flow(), simulation.state());
    assert!(nu.iter().all(|v| (v - 0.125).abs() <= 1e-12));
    mu.iter().zip(exact(2.0)).map(|(u, v)| (u - v).abs()).sum::<f64>() * h
}

#[test]
fn the_solution_of_barenblatt_is_met_with_the_order_that_its_edge_allows() {
    // The edge is a kink for q = 2 (error h^2 there), and steeper for q = 3: u ~ distance^(1/2).
    for (q, least) in [(2.0, 1.7), (1.5, 1.8), (3.0, 0.8)] {
        let c = constant_of_mass_one(q);
        let errors = [64, 128, 256].map(|points| error(q, c, points));
        let order = (errors[0] / errors[2]).log2() / 2.0;
        println!("q {q}: errors {errors:?}, order {order:.3}");
        assert!(order >= least && errors[2] < 2e-3, "q {q}: order {order}, errors {errors:?}");
    }
}

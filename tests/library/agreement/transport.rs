//! The solvers of the transport room against each other, where two of them can answer the same question.

use crate::support::comparison::{assert_at_most, assert_between, assert_relative};
use nashflow::torus::{Density, Grid};
use nashflow::transport::{
    CircleDistance, Cloud, DiscreteTransport, Distance, Histogram, Measure, MongeAmpere, circle_distance,
};
use std::f64::consts::TAU;

/// Densities of the reference values (data/reference/transport.py).
fn a(x: [f64; 2]) -> f64 {
    (0.7 * (TAU * (x[0] - 0.15)).cos() + 0.5 * (TAU * x[1]).sin() + 0.4 * (TAU * (x[0] + x[1])).cos()).exp()
}

fn b(x: [f64; 2]) -> f64 {
    let mixed = 0.3 * (2.0 * TAU * x[0]).sin() * (TAU * x[1]).cos();
    (0.6 * (TAU * x[0]).sin() + 0.8 * (TAU * (x[1] - 0.3)).cos() + mixed).exp()
}

fn a_on_the_circle(x: f64) -> f64 {
    (3.0 * (TAU * (x - 0.1)).cos()).exp()
}

fn b_on_the_circle(x: f64) -> f64 {
    (2.0 * (TAU * (x - 0.55)).cos() + 0.5 * (2.0 * TAU * x).sin()).exp()
}

fn grid(shape: &[usize], periods: &[f64]) -> Grid {
    Grid::new(shape, periods, &vec![0.0; shape.len()]).unwrap()
}

/// Values at the nodes, in coordinates that run from 0 to 1 along every axis.
fn on_nodes(shape: [usize; 2], f: impl Fn([f64; 2]) -> f64) -> Vec<f64> {
    let [n1, n2] = shape;
    (0..n1 * n2).map(|k| f([(k / n2) as f64 / n1 as f64, (k % n2) as f64 / n2 as f64])).collect()
}

fn on_circle(n: usize, f: impl Fn(f64) -> f64) -> Vec<f64> {
    (0..n).map(|i| f(i as f64 / n as f64)).collect()
}

/// W2 between the masses at nodes, with its bar.
fn between_nodes(shape: &[usize], periods: &[f64], masses: [&[f64]; 2]) -> Distance {
    let grid = grid(shape, periods);
    let [source, target] = masses.map(|m| Histogram::new(&grid, m).unwrap());
    match shape.len() {
        1 => circle_distance(&Measure::Nodes(source), &Measure::Nodes(target)).unwrap(),
        _ => DiscreteTransport::between_histograms(&source, &target).unwrap().distance(),
    }
}

#[track_caller]
fn assert_within_bars(what: &str, one: Distance, other: Distance, rounding: f64) {
    let apart = (one.value - other.value).abs();
    let allowed = one.error + other.error + rounding * one.value;
    assert!(
        apart <= allowed,
        "{what}: {:.16e} and {:.16e}, {apart:e} apart, allowed {allowed:e}",
        one.value,
        other.value
    );
}

#[test]
fn point_masses_at_nodes_have_the_distances_of_a_dense_solver() {
    let reference = include_str!("../../../data/reference/transport.txt");
    let mut cases = 0;
    for line in reference.lines().filter(|line| !line.starts_with('#')) {
        let [shape, periods, square, gap] = line.split(' ').collect::<Vec<_>>().try_into().unwrap();
        let shape: Vec<usize> = shape.split(',').map(|n| n.parse().unwrap()).collect();
        let periods: Vec<f64> = periods.split(',').map(|p| p.parse().unwrap()).collect();
        let (square, gap): (f64, f64) = (square.parse().unwrap(), gap.parse().unwrap());
        let masses = match *shape.as_slice() {
            [n] => [on_circle(n, a_on_the_circle), on_circle(n, b_on_the_circle)],
            [n1, n2] => [on_nodes([n1, n2], a), on_nodes([n1, n2], b)],
            _ => unreachable!("{line}"),
        };
        let ours = between_nodes(&shape, &periods, [&masses[0], &masses[1]]);
        // The other solver's own gap, and the rounding of its masses.
        assert_relative(line, ours.value.powi(2), square, 1e-14 + 4.0 * gap.abs() / square);
        assert_at_most("error bar", ours.error, 1e-12);
        cases += 1;
    }
    assert_eq!(cases, 8);
}

#[test]
fn points_on_a_line_of_the_torus_are_points_on_a_circle() {
    let mut state = 7_u64;
    let mut draw = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    for (n, m, weighted) in [(1, 1, false), (2, 3, true), (40, 40, false), (37, 90, true), (400, 300, true)] {
        let period = 0.5 + draw();
        let mut side = |count: usize| {
            // Crowded at one end, so that some mass had better go round the other side.
            let points: Vec<f64> = (0..count).map(|_| draw().powi(3) * period).collect();
            let weights: Vec<f64> = (0..count).map(|_| if weighted { draw() } else { 1.0 }).collect();
            (points, weights)
        };
        let sides = [side(n), side(m)];
        let on_circle =
            sides.each_ref().map(|(x, w)| Measure::Atoms(Cloud::new(x, Some(w), &[period], &[0.0]).unwrap()));
        let on_torus = sides.each_ref().map(|(x, w)| {
            let rows: Vec<f64> = x.iter().flat_map(|x| [*x, 0.3]).collect();
            Cloud::new(&rows, Some(w), &[period, 1.0], &[0.0, 0.0]).unwrap()
        });
        let circle = circle_distance(&on_circle[0], &on_circle[1]).unwrap();
        let torus = DiscreteTransport::between_clouds(&on_torus[0], &on_torus[1]).unwrap().distance();
        assert_within_bars(&format!("{n} and {m} points"), circle, torus, 1e-15);
        assert_at_most("bar on the torus", torus.error, 1e-12);
    }
}

/// Masses at nodes approach the densities with the square of the spacing, and the limit is the continuous distance.
#[test]
fn the_grid_optimum_approaches_the_continuous_distance_with_the_square_of_the_spacing() {
    let torus = grid(&[64, 64], &[1.0, 1.0]);
    let density = |f: fn([f64; 2]) -> f64| Density::normalised(&torus, on_nodes([64, 64], f)).unwrap();
    let continuous = MongeAmpere::new(&density(b)).unwrap().distance(&density(a)).unwrap();
    assert_at_most("bar of the continuous distance", continuous.error, 1e-9 * continuous.value);
    let bias = |n: usize| {
        let nodes = between_nodes(&[n, n], &[1.0, 1.0], [&on_nodes([n, n], a), &on_nodes([n, n], b)]);
        nodes.value.powi(2) - continuous.value.powi(2)
    };
    let biases = [16, 32, 64].map(bias);
    for (coarse, fine) in biases.iter().zip(&biases[1..]) {
        assert_between("order", (coarse / fine).log2(), 1.7, 2.3);
    }
}

#[test]
fn the_circle_optimum_of_nodes_approaches_the_continuous_distance() {
    let density = |f: fn(f64) -> f64| Density::normalised(&grid(&[256], &[1.0]), on_circle(256, f)).unwrap();
    let continuous =
        CircleDistance::new(&density(b_on_the_circle)).unwrap().distance(&density(a_on_the_circle)).unwrap();
    // Quantile functions with 4001 quadrature points.
    assert_relative("W2(a, b)", continuous.value, 0.3318134067702, 1e-12);
    let bias = |n: usize| {
        let masses = [on_circle(n, a_on_the_circle), on_circle(n, b_on_the_circle)];
        between_nodes(&[n], &[1.0], [&masses[0], &masses[1]]).value - continuous.value
    };
    let biases = [64, 128, 256, 512].map(bias);
    let order = (biases[0] / biases[3]).abs().log2() / 3.0;
    assert_between("order over three halvings", order, 1.5, 2.5);
}

/// The trap: between `rho` and `rho (1 + e phi)` the distance is proportional to `e`; that of the nodes goes like its root.
#[test]
fn close_densities_are_as_far_apart_as_their_perturbation_is_large_but_their_nodes_are_not() {
    let n = 128;
    let rho = on_circle(n, a_on_the_circle);
    let mass: f64 = rho.iter().sum();
    let sine = on_circle(n, |x| (TAU * x).sin());
    let mean = rho.iter().zip(&sine).map(|(r, s)| r * s).sum::<f64>() / mass;
    let circle = grid(&[n], &[1.0]);
    let density = |values: Vec<f64>| Density::normalised(&circle, values).unwrap();
    let mut solver = CircleDistance::new(&density(rho.clone())).unwrap();
    let perturbed = |e: f64| rho.iter().zip(&sine).map(|(r, s)| r * (1.0 + e * (s - mean))).collect::<Vec<f64>>();
    let sizes: Vec<f64> = (2..=9).map(|k| 10.0_f64.powi(-k)).collect();
    let continuous: Vec<f64> = sizes.iter().map(|e| solver.distance(&density(perturbed(*e))).unwrap().value).collect();
    // The weighted H^-1 norm of phi. Node values carry 1e-16, and the distance is of first order only as e -> 0.
    for (e, distance) in sizes.iter().zip(&continuous) {
        assert_relative(&format!("W2/e at e = {e:e}"), distance / e, 0.04442682505, 0.1 * e + 1e-15 / e + 1e-10);
    }
    for (pair, e) in continuous.windows(2).zip(&sizes) {
        assert_between("slope", (pair[0] / pair[1]).log10(), 1.0 - 0.1 * e - 1e-6, 1.0 + 0.1 * e + 1e-6);
    }
    let nodes: Vec<f64> =
        [1e-5, 1e-7].iter().map(|e| between_nodes(&[n], &[1.0], [&rho, &perturbed(*e)]).value).collect();
    assert_between("slope of the nodes", (nodes[0] / nodes[1]).log10() / 2.0, 0.49, 0.51);
}

#[test]
fn the_trap_on_the_torus() {
    let shape = [32, 32];
    let torus = grid(&shape, &[1.0, 1.0]);
    let rho = on_nodes(shape, a);
    let bump = on_nodes(shape, |x| (TAU * (x[0] - 2.0 * x[1])).cos() + 0.5 * (TAU * x[1]).sin());
    let mass: f64 = rho.iter().sum();
    let mean = rho.iter().zip(&bump).map(|(r, s)| r * s).sum::<f64>() / mass;
    let density = |values: Vec<f64>| Density::normalised(&torus, values).unwrap();
    let mut solver = MongeAmpere::new(&density(rho.clone())).unwrap();
    let perturbed = |e: f64| rho.iter().zip(&bump).map(|(r, s)| r * (1.0 + e * (s - mean))).collect::<Vec<f64>>();
    let distances: Vec<f64> =
        (2..=9).map(|k| solver.distance(&density(perturbed(10.0_f64.powi(-k)))).unwrap().value).collect();
    for (k, pair) in distances.windows(2).enumerate() {
        let e = 10.0_f64.powi(-2 - k as i32);
        assert_between("slope", (pair[0] / pair[1]).log10(), 1.0 - 0.5 * e - 1e-5, 1.0 + 0.5 * e + 1e-5);
    }
    let nodes: Vec<f64> =
        [1e-5, 1e-7].iter().map(|e| between_nodes(&shape, &[1.0, 1.0], [&rho, &perturbed(*e)]).value).collect();
    assert_between("slope of the nodes", (nodes[0] / nodes[1]).log10() / 2.0, 0.49, 0.51);
}

//! What holds for every pair: small distances to first order, symmetries, the triangle inequality, contrast without
//! bound, and the map.

use super::tests::{
    P, assert_near, circle, density, density_a, density_b, distance, square, torus, weighted_dual_norm,
};
use super::*;
use crate::form::tries;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

#[test]
fn the_distance_to_a_small_perturbation_is_proportional_to_it() {
    let nu = density(&square(25), density_a);
    let wave = |j: usize| (P * ((j / 25) as f64 + 2.0 * (j % 25) as f64) / 25.0).sin();
    let relative: Vec<f64> = nu.values().iter().enumerate().map(|(j, v)| v * wave(j)).collect();
    let mass = relative.iter().sum::<f64>() / nu.values().iter().sum::<f64>();
    let balanced: Vec<f64> = relative.iter().zip(nu.values()).map(|(h, v)| h - mass * v).collect();
    let norm = weighted_dual_norm(&nu, &balanced);
    let mut solver = MongeAmpere::new(&nu).unwrap();
    for e in [1e-2, 1e-3, 1e-5, 1e-7, 1e-9, 1e-12, 1e-30] {
        solver.set_warm_start(None).unwrap();
        let scaled: Vec<f64> = relative.iter().map(|h| e * h).collect();
        let found = solver.distance_of_difference(&scaled).unwrap();
        let shortened = found.value / e * (1.0 + e * mass);
        assert_near(shortened / norm, 1.0, 0.05 * e + 1e-9, "over the dual norm");
        assert!(found.error <= 1e-9 * found.value, "{e:e}: {found:?}");
    }
}

#[test]
fn a_difference_and_its_density_have_the_same_distance() {
    let grid = square(48);
    let (mu, nu) = (density(&grid, density_b), density(&grid, density_a));
    let difference: Vec<f64> = mu.values().iter().zip(nu.values()).map(|(a, b)| a - b).collect();
    let one = MongeAmpere::new(&nu).unwrap().distance_of_difference(&difference).unwrap();
    let other = distance(&mu, &nu);
    assert_near(one.value, other.value, 1e-13, "difference against density");
    assert!(one.error <= 1e-9 * one.value);
}

#[test]
fn differences_that_are_no_differences_of_densities_are_refused() {
    let mut solver = MongeAmpere::new(&Density::uniform(&square(8))).unwrap();
    assert_eq!(solver.distance_of_difference(&[0.0; 3]), Err(TransportError::Length { expected: 64, got: 3 }));
    let mut values = vec![0.0; 64];
    assert_eq!(solver.distance_of_difference(&values), Ok(Distance::ZERO));
    values[9] = -1.5;
    assert_eq!(
        solver.distance_of_difference(&values),
        Err(TransportError::Negative { index: vec![1, 1], value: -0.5 })
    );
    values[9] = f64::NAN;
    let refused = solver.distance_of_difference(&values);
    assert!(matches!(refused, Err(TransportError::NotFinite { index, .. }) if index == [1, 1]));
}

#[test]
fn products_agree_with_two_circles_to_twelve_digits() {
    let f = [|x: f64| (P * x).cos().exp(), |y: f64| (0.5 * (P * y).sin()).exp()];
    let g = [|x: f64| (0.8 * (P * (x - 0.3)).cos()).exp(), |y: f64| (0.7 * (P * (y - 0.1)).cos()).exp()];
    let [first, second] = [0, 1].map(|axis| circle(f[axis], g[axis]));
    let grid = torus([64, 64], [3.0, 0.5]);
    let (mu, nu) = (density(&grid, |x, y| f[0](x) * f[1](y)), density(&grid, |x, y| g[0](x) * g[1](y)));
    let found = MongeAmpere::new(&nu).unwrap().with_relative_tolerance(1e-12).distance(&mu).unwrap();
    let exact = (3.0 * first.value).hypot(0.5 * second.value);
    assert_near(found.value, exact, 1e-12 * exact, "two circles");
}

/// A density that depends on `x + y` alone moves along the diagonal: `1/sqrt(2)` of the circle's distance.
#[test]
fn sheared_densities_of_any_contrast_are_served_with_bars_that_hold() {
    let grid = square(64);
    for (steepness, worst) in [(7.0, 1e-9), (25.0, 1e-2), (10.0, 1e-4)].into_iter().take(tries(2, 3)) {
        let peak = |t: f64| (steepness * ((P * t).cos() - 1.0)).exp();
        let source = density(&grid, |x, y| peak(x + y));
        let along = circle(peak, |_| 1.0);
        let exact = along.value / 2f64.sqrt();
        let found = distance(&source, &Density::uniform(&grid));
        assert_near(found.value, exact, found.error + along.error, "circle along the diagonal");
        assert!(found.error <= worst * found.value, "{steepness}: {found:?}");
    }
}

#[test]
fn peaks_that_are_no_products_are_served_where_they_are_almost_empty() {
    let grid = square(64);
    // The emptier, the slower: contrasts of 1e7 and of 3e10.
    let depth = tries(4, 6) as f64;
    let peak = |x: f64, y: f64| (depth * (P * (x + y)).cos() + depth * (P * (x - 2.0 * y)).cos() - 2.0 * depth).exp();
    let (source, target) = (density(&grid, peak), Density::uniform(&grid));
    let there = distance(&source, &target);
    let back = distance(&target, &source);
    assert_near(there.value, back.value, there.error + back.error, "both orders");
    assert!(there.error.max(back.error) <= 0.05 * there.value, "{there:?}, {back:?}");
}

/// `exp` of a trigonometric sum with these coefficients.
fn wavy(coefficients: [f64; 5]) -> impl Fn(f64, f64) -> f64 {
    let [a, b, c, d, e] = coefficients;
    move |x, y| {
        (a * (P * x).cos() + b * (P * y).sin() + c * (P * (x + y)).cos() + d * (P * (x - y)).sin() + e * (P * x).sin())
            .exp()
    }
}

fn coefficients() -> impl Strategy<Value = [f64; 5]> {
    prop::array::uniform5(-0.4..0.4)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() })]

    #[test]
    fn translation_reflection_swap_and_scale_leave_the_distance(
        a in coefficients(), b in coefficients(), shift in 0..32_usize, period in 0.1..10.0
    ) {
        let grid = torus([32, 32], [1.0, 0.7]);
        let (f, g) = (wavy(a), wavy(b));
        let reference = distance(&density(&grid, &f), &density(&grid, &g));
        let s = shift as f64 / 32.0;
        let moved = |u: &dyn Fn(f64, f64) -> f64| density(&grid, |x, y| u(x - s, y + s));
        let mirrored = |u: &dyn Fn(f64, f64) -> f64| density(&grid, |x, y| u(-x, y));
        let large = torus([32, 32], [period, 0.7 * period]);
        let scaled = distance(&density(&large, &f), &density(&large, &g));
        for (other, scale) in [
            (distance(&moved(&f), &moved(&g)), 1.0),
            (distance(&mirrored(&f), &mirrored(&g)), 1.0),
            (distance(&density(&grid, &g), &density(&grid, &f)), 1.0),
            (scaled, period),
        ] {
            let bars = other.error / scale + reference.error;
            prop_assert!((other.value / scale - reference.value).abs() <= bars, "{other:?} against {reference:?}");
        }
    }

    #[test]
    fn the_triangle_inequality_holds(a in coefficients(), b in coefficients(), c in coefficients()) {
        let grid = square(32);
        let [a, b, c] = [a, b, c].map(|u| density(&grid, wavy(u)));
        let (ab, bc, ac) = (distance(&a, &b), distance(&b, &c), distance(&a, &c));
        prop_assert!(ac.value <= ab.value + bc.value + ab.error + bc.error + ac.error, "{ab:?}, {bc:?}, {ac:?}");
    }
}

#[test]
fn the_map_pushes_the_source_to_the_target_at_the_cost_of_the_distance() {
    let grid = torus([64, 64], [1.0, 2.0]);
    let (mu, nu) = (density(&grid, density_a), density(&grid, density_b));
    let mut solver = MongeAmpere::new(&nu).unwrap();
    assert!(solver.map().is_none());
    let found = solver.distance(&mu).unwrap();
    let map = solver.map().unwrap();
    let [first, second] = map.displacement_on(&grid).unwrap();
    let mean = |f: &dyn Fn(usize) -> f64| (0..grid.len()).map(f).sum::<f64>() * grid.cell_volume();
    let cost = mean(&|j| (first[j].powi(2) + second[j].powi(2)) * mu.values()[j]);
    assert_near(cost.sqrt(), found.value, 1e-9 * found.value, "cost of the map");
    let node = |j: usize| [(j / 64) as f64 / 64.0, (j % 64) as f64 / 64.0];
    for (k, l) in [(1.0, 0.0), (0.0, 1.0), (1.0, 1.0), (2.0, -1.0)] {
        let wave = |x: [f64; 2]| (P * (k * x[0] + l * x[1]) + 0.4).cos();
        let pushed = mean(&|j| wave([node(j)[0] + first[j], node(j)[1] + 0.5 * second[j]]) * mu.values()[j]);
        let exact = mean(&|j| wave(node(j)) * nu.values()[j]);
        assert_near(pushed, exact, 1e-8, "moments of the image");
    }
}

#[test]
fn the_map_of_a_product_moves_every_row_alike_and_its_pairs_lie_on_it() {
    let f = |x: f64, y: f64| ((P * x).cos() + 0.5 * (P * y).sin()).exp();
    let g = |x: f64, y: f64| (0.8 * (P * (x - 0.3)).cos() + 0.7 * (P * (y - 0.1)).cos()).exp();
    let grid = square(32);
    let mut solver = MongeAmpere::new(&density(&grid, g)).unwrap();
    solver.distance(&density(&grid, f)).unwrap();
    let map = solver.map().unwrap();
    let [first, second] = map.displacement_on(&grid).unwrap();
    for j in 0..grid.len() {
        assert_near(first[j], first[j - j % 32], 1e-8, "first axis");
        assert_near(second[j], second[j % 32], 1e-8, "second axis");
    }
    for (x, y) in map.pairs().step_by(37) {
        let displacement = map.displacement(x).unwrap();
        (0..2).for_each(|axis| assert_near(x[axis] + displacement[axis], y[axis], 1e-11, "a pair"));
    }
    solver.distance_of_difference(&vec![0.0; grid.len()]).unwrap();
    assert_eq!(solver.map().unwrap().displacement([0.3, 0.4]), Ok([0.0, 0.0]));
    assert!(solver.distance_of_difference(&[]).is_err());
}

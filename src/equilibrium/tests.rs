//! The equilibrium against closed forms, a slow second implementation, and identities.

use super::*;
use crate::game::payoff::{FactorFunction, PayoffForm, ProductTerm};
use crate::torus::Grid;
use std::f64::consts::PI;

fn circle(points: usize) -> Grid {
    Grid::new(&[points], &[1.0], &[0.0]).unwrap()
}

fn game(f: impl Fn(f64, f64) -> f64, points: usize) -> Payoff {
    let grid = circle(points);
    Payoff::from_function(|x, y| f(2.0 * PI * x[0], 2.0 * PI * y[0]), &grid, &grid).unwrap()
}

/// Eight random trigonometric products and a rotation, which keeps the equilibrium mixed.
fn random_game(seed: u64, rotation: f64, points: usize) -> Payoff {
    let grid = circle(points);
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / (1u64 << 31) as f64
    };
    let wave = |sine: bool, mode: usize| {
        let angle = |j: usize| 2.0 * PI * ((mode * j) % points) as f64 / points as f64;
        let table = (0..points).map(|j| if sine { angle(j).sin() } else { angle(j).cos() }).collect();
        FactorFunction::Product(vec![table])
    };
    let mut terms = Vec::new();
    for _ in 0..8 {
        let coefficient = 3.0 * (next() + next() - 1.0);
        let x = wave(next() < 0.5, (4.0 * next()) as usize);
        let y = wave(next() < 0.5, (4.0 * next()) as usize);
        terms.push(ProductTerm { coefficient, x, y });
    }
    for sine in [false, true] {
        terms.push(ProductTerm { coefficient: rotation, x: wave(sine, 1), y: wave(sine, 1) });
    }
    Payoff::from_factors(&grid, &grid, &terms).unwrap()
}

/// Damped fixed point of the best responses, by potentials at all nodes: slow, and nothing in common with Newton.
fn damped_fixed_point(payoff: &Payoff, temperature: [f64; 2], damping: f64, steps: usize) -> [Vec<f64>; 2] {
    let mut work = payoff.work();
    let mut pair = Player::BOTH.map(|p| vec![1.0 / payoff.grid(p).volume(); payoff.grid(p).len()]);
    for _ in 0..steps {
        let responses = Player::BOTH
            .map(|p| log_best_response(payoff, p, temperature[p.index()], &pair[p.opponent().index()], &mut work));
        for (density, response) in pair.iter_mut().zip(responses) {
            density.iter_mut().zip(response).for_each(|(r, g)| *r += damping * (g.exp() - *r));
        }
    }
    pair
}

fn largest_difference(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).fold(0.0, |m, (a, b)| if (a - b).is_nan() { f64::NAN } else { m.max((a - b).abs()) })
}

#[test]
fn a_separable_game_has_gibbs_densities_and_squares_bind_before_minus() {
    let payoff = game(|a, b| -a.cos().powi(2) + b.cos().powi(2), 128);
    let equilibrium = Equilibrium::solve(&payoff, [0.1, 0.1]).unwrap();
    for density in equilibrium.densities() {
        // e^5/I_0(5) at 0, at 1/4 the same with -5
        assert!((density[0] - 5.448_379_495_456_02).abs() <= 1e-12, "{}", density[0]);
        assert!((density[32] - 2.473_560_464_130_66e-4).abs() <= 1e-16 * 100.0, "{}", density[32]);
    }
}

#[test]
fn the_certificate_of_two_decoupled_wells_is_at_rounding() {
    let payoff = game(|a, b| a.cos() - b.cos(), 256);
    let equilibrium = Equilibrium::solve(&payoff, [0.05, 0.05]).unwrap();
    assert!(equilibrium.nikaido_isoda() <= 1e-14, "{:e}", equilibrium.nikaido_isoda());
    assert!(equilibrium.residual() <= 1e-12, "{:e}", equilibrium.residual());
    let [x, _] = equilibrium.bounds().unwrap();
    assert!(x.relative_entropy <= 1e-12 && x.l1 <= 1e-6, "{x:?}");
}

#[test]
fn a_pure_rotation_has_the_uniform_equilibrium_at_every_temperature() {
    let payoff = game(|a, b| (a - b).cos(), 64);
    for tau in [1.0, 0.1, 0.005] {
        let equilibrium = Equilibrium::solve(&payoff, [tau, 2.0 * tau]).unwrap();
        for density in equilibrium.densities() {
            assert!(largest_difference(density, &[1.0; 64]) <= 1e-15 * 4.0 / tau, "tau {tau}");
        }
        assert!(equilibrium.nikaido_isoda() <= 1e-16);
    }
}

#[test]
fn random_games_agree_with_the_damped_fixed_point() {
    for seed in 1..5 {
        let payoff = random_game(seed, 1.5, 96);
        let temperature = [1.0, 1.3];
        let equilibrium = Equilibrium::solve(&payoff, temperature).unwrap();
        let slow = damped_fixed_point(&payoff, temperature, 0.15, 1200);
        for (density, slow) in equilibrium.densities().into_iter().zip(&slow) {
            let difference = largest_difference(density, slow);
            assert!(difference <= 1e-10, "game {seed}: {difference:e}");
        }
    }
}

#[test]
fn random_games_with_a_strong_rotation_are_solved_to_rounding_down_to_low_temperature() {
    for seed in 1..7 {
        let payoff = random_game(seed, 8.0, 256);
        let size = payoff.extremes()[0].abs().max(payoff.extremes()[1].abs());
        for tau in [0.3, 0.1, 0.03, payoff.range() / 400.0] {
            let equilibrium = Equilibrium::solve_on_grid(&payoff, [tau, tau]).unwrap();
            let error = equilibrium.nikaido_isoda() / payoff.range();
            assert!(error <= 1e-16, "game {seed}, tau {tau}: {error:e}");
            let residual = equilibrium.residual() * tau / size;
            assert!(residual <= 64.0 * f64::EPSILON, "game {seed}, tau {tau}: {residual:e}");
            assert!(equilibrium.iterations() <= 60, "game {seed}, tau {tau}: {} steps", equilibrium.iterations());
        }
    }
}

#[test]
fn a_strong_tilt_at_low_temperature_keeps_its_log_density_where_the_density_underflows() {
    let payoff = game(|a, b| a.cos() - b.cos() + 0.1 * a.sin() * b.sin(), 512);
    let tau = payoff.range() / 1600.0;
    let equilibrium = Equilibrium::solve(&payoff, [tau, tau]).unwrap();
    let low = equilibrium.log_densities()[0].iter().fold(0.0_f64, |m, v| m.min(*v));
    assert!(low < -780.0 && low.is_finite(), "{low}");
    assert_eq!(equilibrium.densities()[0].iter().filter(|r| **r == 0.0).count().min(1), 1);
    assert!(equilibrium.nikaido_isoda() <= 1e-16);
}

#[test]
fn swapping_the_players_swaps_the_equilibrium() {
    let f = |a: f64, b: f64| (a - b).cos() + 0.7 * (2.0 * a).sin() * b.cos() - 0.4 * b.sin();
    let (payoff, swapped) = (game(f, 96), game(|a, b| -f(b, a), 96));
    let (one, other) =
        (Equilibrium::solve(&payoff, [0.1, 0.2]).unwrap(), Equilibrium::solve(&swapped, [0.2, 0.1]).unwrap());
    for p in 0..2 {
        let difference = largest_difference(one.densities()[p], other.densities()[1 - p]);
        assert!(difference <= 1e-12, "{difference:e}");
    }
    assert!((one.energy() + other.energy()).abs() <= 1e-13);
}

#[test]
fn translating_the_game_translates_the_equilibrium() {
    let f = |a: f64, b: f64| (a - b).cos() + 0.7 * (2.0 * a).sin() * b.cos() - 0.4 * b.sin();
    let step = 2.0 * PI / 96.0;
    let (payoff, moved) = (game(f, 96), game(|a, b| f(a - 7.0 * step, b - 30.0 * step), 96));
    let [one, other] = [&payoff, &moved].map(|p| Equilibrium::solve(p, [0.1, 0.2]).unwrap());
    for (p, shift) in [(0, 7), (1, 30)] {
        let mut expected = one.densities()[p].to_vec();
        expected.rotate_right(shift);
        let difference = largest_difference(&expected, other.densities()[p]);
        assert!(difference <= 1e-12, "{difference:e}");
    }
}

#[test]
fn a_grid_too_coarse_is_an_error_that_names_the_one_needed() {
    let payoff = game(|a, b| a.cos() - b.cos(), 32);
    let error = Equilibrium::solve(&payoff, [1e-3, 1e-3]).unwrap_err();
    let EquilibriumError::Unresolved { player: Player::X, axis: 0, points: 32, needed, tail } = error else {
        panic!("{error}")
    };
    assert!((480..=576).contains(&needed) && tail > 1e-3, "{error}");
    let fine = game(|a, b| a.cos() - b.cos(), needed);
    let equilibrium = Equilibrium::solve(&fine, [1e-3, 1e-3]).unwrap();
    assert!((equilibrium.densities()[0][needed / 2] - 79.256_633_294_412_6).abs() <= 1e-9);
}

#[test]
fn temperatures_must_be_positive_numbers() {
    let payoff = game(|a, b| a.cos() - b.cos(), 32);
    for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let error = Equilibrium::solve(&payoff, [0.1, bad]).unwrap_err();
        assert!(matches!(error, EquilibriumError::Temperature { player: Player::Y, .. }), "{error}");
    }
}

#[test]
fn a_spectral_payoff_of_four_variables_is_solved_without_a_matrix() {
    let grid = Grid::new(&[30, 30], &[1.0, 1.0], &[0.0, 0.0]).unwrap();
    let f = |x: &[f64], y: &[f64]| {
        let [a, b, c, d] = [x[0], x[1], y[0], y[1]].map(|t| 2.0 * PI * t);
        (0.1 * (a - c).cos() + 0.08 * (b - d).cos() * (b + c).sin() + 0.05 * a.sin() - 0.06 * d.cos()).exp()
    };
    let payoff = Payoff::from_function(f, &grid, &grid).unwrap();
    assert_eq!(payoff.form(), PayoffForm::Spectral);
    let temperature = [0.06, 0.08];
    let equilibrium = Equilibrium::solve(&payoff, temperature).unwrap();
    assert!(equilibrium.nikaido_isoda() <= 1e-17, "{:e}", equilibrium.nikaido_isoda());
    let slow = damped_fixed_point(&payoff, temperature, 0.2, 300);
    for (density, slow) in equilibrium.densities().into_iter().zip(&slow) {
        let difference = largest_difference(density, slow);
        assert!(difference <= 1e-10, "{difference:e}");
    }
}

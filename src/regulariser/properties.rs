//! What holds for every regulariser, and the answers that are known in closed form.

use super::*;
use crate::torus::Grid;
use std::f64::consts::PI;

/// One of every kind.
pub(crate) fn all() -> Vec<Regulariser> {
    let tsallis = [0.5, 1.5, 2.0, 3.0].map(|q| Regulariser::Tsallis(Tsallis::new(q)));
    let others = [Regulariser::ENTROPY, Regulariser::ChiSquared(ChiSquared), Regulariser::ReverseKl(ReverseKl)];
    others.into_iter().chain(tsallis).collect()
}

fn circle(n: usize) -> Grid {
    Grid::new(&[n], &[1.0], &[0.0]).unwrap()
}

fn close(a: f64, b: f64, tolerance: f64, what: &str) {
    assert!((a - b).abs() <= tolerance * (1.0 + b.abs()), "{what}: {a} against {b}");
}

#[test]
fn slopes_compliances_pressures_and_tilts_are_derivatives() {
    let h = 1e-4;
    let derivative = |f: &dyn Fn(f64) -> f64, s: f64| (f(s + h) - f(s - h)) / (2.0 * h);
    for regulariser in all() {
        let phi = regulariser.function();
        for s in [0.3, 1.0, 2.7] {
            let what = format!("{regulariser:?} at {s}");
            close(derivative(&|s| phi.value(s), s), phi.slope(s), 1e-6, &what);
            let curvature = derivative(&|s| phi.slope(s), s);
            close(1.0 / curvature, phi.compliance(s), 1e-6, &what);
            close(phi.pressure_slope(s), s / phi.compliance(s), 1e-13, &what);
            close(derivative(&|s| phi.compliance(s), s), phi.tilt(s), 1e-6, &what);
            if let Some(drop) = phi.drop_to_vacuum(s) {
                close(phi.slope(s) - phi.slope(0.0), drop, 1e-13, &what);
            }
        }
    }
}

#[test]
fn a_density_below_a_peak_has_the_slope_that_was_asked_for_or_vanishes() {
    for regulariser in all() {
        let phi = regulariser.function();
        for (peak, drop) in [(0.4, 0.1), (1.3, 0.7), (2.0, 1e-9), (0.5, 40.0)] {
            let b = phi.lower(peak, drop);
            if b > 0.0 {
                close(phi.slope(b), phi.slope(peak) - drop, 1e-12, &format!("{regulariser:?}, {peak}, {drop}"));
            } else {
                assert!(phi.drop_to_vacuum(peak).unwrap() <= drop);
            }
        }
    }
}

#[test]
fn chords_and_mobilities_turn_differences_of_slopes_into_differences_of_pressures() {
    for regulariser in all() {
        let phi = regulariser.function();
        let pressure = |s: f64| s * phi.slope(s) - phi.value(s);
        for (a, b) in [(0.4, 1.1), (1.1, 0.4), (2.0, 2.5), (1e-3, 1.0)] {
            let what = format!("{regulariser:?} at {a}, {b}");
            let rise = pressure(b) - pressure(a);
            close(phi.mobility(a, b) * (phi.slope(b) - phi.slope(a)), rise, 1e-12, &what);
            close(phi.chord_diffusivity(a, b) * (b - a), rise, 1e-12, &what);
            assert_eq!(phi.mobility(a, b), phi.mobility(b, a), "{what}");
        }
        for (near, s) in [(1.0 + 1e-9, 1.0), (1.0, 1.0)] {
            close(phi.mobility(near, s), s, 1e-8, "the mean of equals");
            close(phi.chord_diffusivity(near, s), phi.pressure_slope(s), 1e-8, "the chord of equals");
        }
        assert!(phi.mobility(1e-300, 1.0).is_finite() && phi.mobility(1e-300, 1.0) >= 0.0, "{regulariser:?}");
    }
}

#[test]
fn divergences_agree_on_both_sides_of_the_series_and_keep_their_digits_near_zero() {
    for regulariser in all() {
        let phi = regulariser.function();
        for b in [0.4, 1.7] {
            for e in [-0.5, -0.031, -0.029, 0.029, 0.031, 0.5, 3.0] {
                let r = b * (1.0 + e);
                let direct = phi.value(r) - phi.value(b) - phi.slope(b) * (r - b);
                close(phi.divergence(r, b), direct, 1e-14, &format!("{regulariser:?} at {b}, {e}"));
            }
            let e: f64 = 1e-9;
            let expected = 0.5 * (b * e).powi(2) / phi.compliance(b);
            let found = phi.divergence(b * (1.0 + e), b);
            assert!((found / expected - 1.0).abs() <= 1e-6, "{regulariser:?}: {found:e} against {expected:e}");
        }
    }
}

#[test]
fn tsallis_two_is_chi_squared_at_twice_the_temperature_and_tsallis_near_one_the_entropy() {
    let grid = circle(64);
    let potential: Vec<f64> = (0..64).map(|j| (2.0 * PI * j as f64 / 64.0).cos() + (0.7 * j as f64).sin()).collect();
    let of = |phi: &dyn ConvexFunction, tau: f64| best_response(phi, &grid, -1.0 / tau, &potential).density;
    for tau in [3.0, 0.4] {
        for (one, other) in of(&ChiSquared, tau).iter().zip(of(&Tsallis::new(2.0), 0.5 * tau)) {
            assert!((one - other).abs() <= 1e-13, "{one} against {other}");
        }
        for q in [1.0 + 1e-8, 1.0 - 1e-8] {
            for (one, other) in of(&Tsallis::new(q), tau).iter().zip(of(&Entropy, tau)) {
                assert!((one - other).abs() <= 1e-6 * other.max(1e-3), "q {q}: {one} against {other}");
            }
        }
    }
}

#[test]
fn the_best_response_of_chi_squared_is_linear_in_the_potential_where_it_is_positive() {
    let grid = circle(200);
    let potential: Vec<f64> = (0..200).map(|j| (2.0 * PI * j as f64 / 200.0).cos() + 0.3 * (j as f64).sin()).collect();
    let tau = 0.5;
    let found = best_response(&ChiSquared, &grid, 1.0 / tau, &potential);
    let lowest = potential.iter().copied().fold(f64::INFINITY, f64::min);
    let c = tau * found.peak + lowest;
    let vacuum = found.density.iter().filter(|b| **b == 0.0).count();
    assert!((50..150).contains(&vacuum), "{vacuum} empty nodes");
    for (b, v) in found.density.iter().zip(&potential) {
        assert!((b - ((c - v) / tau).max(0.0)).abs() <= 1e-14 * found.peak, "{b}");
    }
    assert!((grid.integral(&found.density) - 1.0).abs() <= 1e-14);
}

#[test]
fn the_best_response_of_reverse_kl_to_a_cosine_is_the_poisson_kernel() {
    // int_0^1 tau/(C - cos 2 pi x) dx = tau/sqrt(C^2 - 1) = 1
    for (tau, n) in [(1.0, 128), (0.1, 512), (0.02, 4096)] {
        let grid = circle(n);
        let cosine = |j: usize| (2.0 * PI * j as f64 / n as f64).cos();
        let potential: Vec<f64> = (0..n).map(|j| -cosine(j)).collect();
        let found = best_response(&ReverseKl, &grid, 1.0 / tau, &potential).density;
        let c = f64::hypot(1.0, tau);
        for (j, b) in found.iter().enumerate() {
            let expected = tau / (tau * tau / (c + 1.0) + (1.0 - cosine(j)));
            assert!((b / expected - 1.0).abs() <= 1e-11, "tau {tau}, node {j}: {b} against {expected}");
        }
    }
}

#[test]
fn the_mass_is_one_however_low_the_temperature() {
    let grid = Grid::new(&[24, 20], &[1.0, 2.0], &[0.0, 0.0]).unwrap();
    let potential: Vec<f64> = (0..grid.len()).map(|j| (0.37 * j as f64).sin()).collect();
    for regulariser in all() {
        for tau in [1e6, 1.0, 1e-2, 1e-6, 1e-12] {
            for sign in [1.0, -1.0] {
                let found = best_response(regulariser.function(), &grid, sign / tau, &potential);
                let mass = grid.integral(&found.density);
                assert!((mass - 1.0).abs() <= 1e-13, "{regulariser:?}, tau {tau}: {mass}");
            }
        }
    }
}

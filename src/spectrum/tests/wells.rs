//! Wells and barriers: small gaps, and what stands beside them.

use super::matrices::dense_factored;
use super::*;
use crate::experiment::Discretisation;
use crate::form::tries;
use crate::game::catalogue;

/// The smallest positive eigenvalue of `h -> -e^V/tau (tau e^-V/tau h')'`, for `V = a cos(4 pi x)`, by inverse iteration with
/// the double integral `h <- int_0^x e^V/tau int_s^1/4 e^-V/tau h` on a quarter period, where `h` is odd about the barrier
/// and even about the well. All terms are positive: nothing cancels, however small the eigenvalue.
fn well_gap(a: f64, tau: f64) -> f64 {
    let n = 4000;
    let step = 0.25 / n as f64;
    let weight = |x: f64| (a * (4.0 * PI * x).cos() / tau).exp();
    let node = |i: usize| i as f64 * step;
    // Cumulative integrals by the cubic through four nodes.
    let cumulative = |v: &[f64]| -> Vec<f64> {
        let mut sum = vec![0.0; n + 1];
        for i in 0..n {
            let cell = if i == 0 {
                9.0 * v[0] + 19.0 * v[1] - 5.0 * v[2] + v[3]
            } else if i == n - 1 {
                v[n - 3] - 5.0 * v[n - 2] + 19.0 * v[n - 1] + 9.0 * v[n]
            } else {
                13.0 * (v[i] + v[i + 1]) - v[i - 1] - v[i + 2]
            };
            sum[i + 1] = sum[i] + step / 24.0 * cell;
        }
        sum
    };
    let mut h = vec![1.0; n + 1];
    let mut gap = 0.0;
    for _ in 0..60 {
        let inner = cumulative(&(0..=n).map(|i| h[n - i] / weight(node(n - i))).collect::<Vec<f64>>());
        let outer = cumulative(&(0..=n).map(|i| weight(node(i)) * inner[n - i]).collect::<Vec<f64>>());
        gap = tau / outer[n];
        h = outer.iter().map(|v| v / outer[n]).collect();
    }
    gap
}

#[test]
fn small_gaps_have_correct_relative_digits() {
    // 40 digits of mpmath.
    assert_near(well_gap(0.5, 0.05), 1.00904863787505e-7, 1e-16, "the quadrature itself");
    for tau in [0.05, 0.0375, 0.03, 0.027] {
        let f = |x: &[f64], y: &[f64]| 0.5 * (4.0 * PI * x[0]).cos() - 0.4 * (4.0 * PI * y[0]).cos();
        let case = Case { f, grids: [circle(257, 1.0), circle(257, 1.0)], temperature: [tau; 2], timescale: 1.0 };
        let found = case.solve(8);
        let gaps = [well_gap(0.5, tau), well_gap(0.4, tau)];
        println!("tau {tau}: {gaps:?} found {:?} {:?}", found.eigenvalues, found.poincare);
        assert_near(found.guaranteed_rate, gaps[0], 1e-6 * gaps[0], "guaranteed rate");
        for (i, gap) in gaps.into_iter().enumerate() {
            assert_near(-found.eigenvalues[i].re, gap, 1e-6 * gap, "slow eigenvalue");
            assert_eq!(found.eigenvalues[i].im, 0.0);
        }
        assert!(found.eigenvalues[2].re < -10.0);
        assert!(found.complete);
        if tau == 0.0375 {
            let (payoff, equilibrium) = case.pair();
            assert_fast_ones_are_of_the_matrix(&found, &dense_factored(&payoff, &equilibrium, f, 1.0));
        }
    }
    let gap = well_gap(0.5, 0.0375);
    assert!(gap < 2e-10 && gap > 5e-11, "a gap of about 1e-10: {gap:e}");
}

#[test]
fn two_dimensional_wells_keep_the_digits_of_one_dimension() {
    let f = |x: &[f64], y: &[f64]| {
        0.5 * (4.0 * PI * x[0]).cos() + 0.2 * (2.0 * PI * x[1]).cos() - 0.4 * (4.0 * PI * y[0]).cos()
    };
    let wells = Grid::new(&[147, 45], &[1.0, 1.0], &[0.0, 0.0]).unwrap();
    for tau in [0.0375, 0.05].into_iter().take(tries(1, 2)) {
        let found = Case { f, grids: [wells.clone(), wells.clone()], temperature: [tau; 2], timescale: 1.0 }.solve(4);
        println!("tau {tau}: found {:?} {:?} {:?}", found.eigenvalues, found.residuals, found.poincare);
        for (i, gap) in [well_gap(0.5, tau), well_gap(0.4, tau)].into_iter().enumerate() {
            assert_near(tau * found.poincare[i], gap, 1e-6 * gap, "Poincare constant");
            assert_near(-found.eigenvalues[i].re, gap, 1e-6 * gap, "slow eigenvalue");
            assert!(found.residuals[i] <= 1e-6 * gap, "residual {:e} of {gap:e}", found.residuals[i]);
        }
        // Waves of the second player along the axis without wells, of either well.
        let wave = 4.0 * PI * PI * tau;
        assert_near(-found.eigenvalues[2].re, wave, 1e-6 * wave, "an eigenvalue next to a tiny one");
        assert!(found.complete);
    }
}

/// The payoff ties tiny energies of both players together; a second axis of x has nothing to do with it.
#[test]
fn a_slow_pair_of_players_in_two_dimensions_is_that_of_one_dimension() {
    let tau = [0.06; 2];
    let tied = |x: f64, y: f64| {
        let wave = |m: f64, s: f64| (2.0 * PI * m * s).cos();
        wave(1.0, x - y) + 0.8 * wave(3.0, x) - 0.7 * wave(3.0, y)
    };
    let circles = [circle(225, 1.0), circle(225, 1.0)];
    let f = |x: &[f64], y: &[f64]| tied(x[0], y[0]);
    let there = Case { f, grids: circles.clone(), temperature: tau, timescale: 1.0 }.solve(2);
    let [x, y] = circles;
    // A lower wave along the second axis needs fewer points.
    let (height, points) = if tries(0, 1) == 1 { (0.2, 45) } else { (0.05, 29) };
    let f = |x: &[f64], y: &[f64]| tied(x[0], y[0]) + height * (2.0 * PI * x[1]).cos();
    let torus = Grid::new(&[x.len(), points], &[1.0, 1.0], &[0.0, 0.0]).unwrap();
    let here = Case { f, grids: [torus, y], temperature: tau, timescale: 1.0 }.solve(3);
    println!("{:?} {:?}; {:?} {:?}", here.eigenvalues, here.residuals, there.eigenvalues, there.residuals);
    let pair = there.eigenvalues[0];
    assert!(pair.re > -1e-7 && pair.im > 1e-9, "a slow pair: {pair}");
    for (i, eigenvalue) in there.eigenvalues.iter().enumerate() {
        let off = (here.eigenvalues[i] - eigenvalue).norm();
        assert!(off <= 1e-7 * eigenvalue.norm(), "{} instead of {eigenvalue}", here.eigenvalues[i]);
        assert!(here.residuals[i] <= 1e-7 * eigenvalue.norm(), "residual {:e} of {eigenvalue}", here.residuals[i]);
    }
    assert!(here.complete && here.eigenvalues[2].re < -1.0, "{:?}", here.eigenvalues);
}

/// A double well on the line, cut off smoothly far from where the density is.
#[test]
fn double_wells_on_the_line_have_their_published_leading_pairs() {
    let period = 14.0;
    let cut = |s: f64| {
        let r = ((s.abs() - 4.5) / 2.5).clamp(0.0, 1.0);
        let bump = |r: f64| if r > 0.0 { (-1.0 / r).exp() } else { 0.0 };
        bump(1.0 - r) / (bump(1.0 - r) + bump(r))
    };
    // The walls rise up to the seam, so that they hold no well of their own.
    let well = move |s: f64| {
        let height = s.abs() * cut(s) + 0.5 * period * (1.0 - cut(s));
        height.powi(4) / 12.0 - height * height / 2.0
    };
    let f = move |x: &[f64], y: &[f64]| well(x[0]) - well(y[0]) + 1.5 * x[0] * cut(x[0]) * y[0] * cut(y[0]);
    let grid = Grid::new(&[401], &[period], &[-0.5 * period]).unwrap();
    for (tau, re, im) in [(0.25, -0.189, 0.207), (0.5, -0.365, 0.714)] {
        let case = Case { f, grids: [grid.clone(), grid.clone()], temperature: [tau; 2], timescale: 1.0 };
        let found = case.solve(2);
        println!("tau {tau}: {:?}", found.eigenvalues);
        assert_same_eigenvalues(&found.eigenvalues, &[Complex64::new(re, im), Complex64::new(re, -im)], 2e-3);
    }
}

#[test]
fn a_gap_below_rounding_is_an_error() {
    let f = |x: &[f64], y: &[f64]| 0.5 * (4.0 * PI * x[0]).cos() - 0.5 * (4.0 * PI * y[0]).cos();
    let case = Case { f, grids: [circle(401, 1.0), circle(401, 1.0)], temperature: [0.015; 2], timescale: 1.0 };
    let payoff = case.payoff();
    let equilibrium = Equilibrium::solve(&payoff, case.temperature).unwrap();
    let error = Spectrum::solve(&payoff, &equilibrium, 1.0, 2).unwrap_err();
    assert!(matches!(error, SpectrumError::BelowResolution { .. }), "{error:?}");
}

#[test]
fn next_to_a_gap_near_rounding_the_others_keep_their_digits() {
    let game = catalogue::get("limit-cycle").unwrap().load(&[]).unwrap();
    let discretisation = Discretisation::new(game.game(), &[vec![289], vec![289]]).unwrap();
    let found = Spectrum::solve(&discretisation.payoff, &discretisation.equilibrium, 1.0, 8).unwrap();
    let well = |s: f64| 0.84375 * (4.0 * s / 3.0).cos() - 1.125 * (2.0 * s / 3.0).cos();
    let f = |x: &[f64], y: &[f64]| well(x[0]) - well(y[0]) + 13.5 * (x[0] / 3.0).sin() * (y[0] / 3.0).sin();
    let matrix = dense_factored(&discretisation.payoff, &discretisation.equilibrium, f, 1.0);
    assert!(found.complete && found.eigenvalues.len() == 8, "{:?}", found.eigenvalues);
    // Both players see the same landscape.
    let [x, y] = found.poincare;
    assert!(x < 2e-20 && (x - y).abs() <= 1e-4 * x, "{x:e} {y:e}");
    assert_fast_ones_are_of_the_matrix(&found, &matrix);
}

/// What is not tiny, against all eigenvalues of the whole matrix.
#[track_caller]
fn assert_fast_ones_are_of_the_matrix(found: &Spectrum, matrix: &Mat<f64>) {
    let all: Vec<Complex64> =
        nashflow_kernels::eigen::values(matrix).unwrap().iter().map(|v| -Complex64::new(v.re, v.im)).collect();
    let pairs = found.eigenvalues.iter().zip(&found.residuals);
    let fast: Vec<_> = pairs.filter(|(value, _)| value.re < -1e-2).collect();
    assert!(fast.len() >= 3, "{:?}", found.eigenvalues);
    for (value, residual) in fast {
        let off = all.iter().map(|v| (v - value).norm()).fold(f64::INFINITY, f64::min);
        assert!(off <= 1e-8 * value.norm() && *residual <= 1e-9 * value.norm(), "{value} is off by {off:e}");
    }
}

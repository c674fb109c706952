//! The spectrum against closed forms, quadrature, published numbers and dense matrices.

use super::galerkin::{PlayerSpace, Projection};
use super::ordering::sort_leading;
use super::*;
use crate::experiment::Discretisation;
use crate::game::catalogue;
use crate::torus::Grid;
use faer::Mat;
use std::f64::consts::PI;

/// A game of two players.
pub(super) struct Case<F> {
    pub f: F,
    pub grids: [Grid; 2],
    pub temperature: [f64; 2],
    pub timescale: f64,
}

pub(super) fn circle(points: usize, period: f64) -> Grid {
    Grid::new(&[points], &[period], &[0.0]).unwrap()
}

fn square(points: usize) -> Grid {
    Grid::new(&[points, points], &[1.0, 1.0], &[0.0, 0.0]).unwrap()
}

impl<F: Fn(&[f64], &[f64]) -> f64 + Sync> Case<F> {
    pub fn payoff(&self) -> Payoff {
        Payoff::from_function(&self.f, &self.grids[0], &self.grids[1]).unwrap()
    }

    pub fn pair(&self) -> (Payoff, Equilibrium) {
        let payoff = self.payoff();
        let equilibrium = Equilibrium::solve(&payoff, self.temperature).unwrap();
        (payoff, equilibrium)
    }

    pub fn solve(&self, count: usize) -> Spectrum {
        let (payoff, equilibrium) = self.pair();
        Spectrum::solve(&payoff, &equilibrium, self.timescale, count).unwrap()
    }
}

#[track_caller]
fn assert_near(found: f64, expected: f64, tolerance: f64, what: &str) {
    assert!((found - expected).abs() <= tolerance, "{what}: {found:e} instead of {expected:e}");
}

#[track_caller]
pub(super) fn assert_same_eigenvalues(found: &[Complex64], expected: &[Complex64], relative: f64) {
    assert!(!found.is_empty() && found.len() <= expected.len(), "{found:?} instead of {expected:?}");
    for (i, (a, b)) in found.iter().zip(expected).enumerate() {
        assert!((a - b).norm() <= relative * b.norm(), "eigenvalue {i}: {found:?} instead of {expected:?}");
    }
}

/// Distinct values, leading first.
fn leading(mut values: Vec<Complex64>) -> Vec<Complex64> {
    sort_leading(&mut values, |value| *value);
    let mut distinct: Vec<Complex64> = Vec::new();
    for value in values {
        if distinct.iter().all(|v| (v - value).norm() > 1e-9 * value.norm()) {
            distinct.push(value);
        }
    }
    distinct
}

/// Both eigenvalues of `(-a, -p; q, -b)`.
fn pair(a: f64, b: f64, p: f64, q: f64) -> [Complex64; 2] {
    let root = Complex64::new((a - b) * (a - b) - 4.0 * p * q, 0.0).sqrt();
    [0.5 * (root - a - b), 0.5 * (-root - a - b)]
}

#[test]
fn the_rotation_game_has_its_exact_spectrum() {
    for (c, tau, eta) in
        [(1.0, [0.1, 0.1], 1.0), (0.01, [0.1, 0.1], 1.0), (100.0, [0.1, 0.1], 1.0), (2.0, [0.05, 0.2], 3.0)]
    {
        let f = move |x: &[f64], y: &[f64]| c * (2.0 * PI * (x[0] - y[0])).cos();
        let case = Case { f, grids: [circle(65, 1.0), circle(65, 1.0)], temperature: tau, timescale: eta };
        let found = case.solve(8);
        let k2 = 4.0 * PI * PI;
        let mut all = pair(k2 * tau[0], eta * k2 * tau[1], 0.5 * k2 * c, 0.5 * eta * k2 * c).to_vec();
        for m in 2..=32 {
            let m2 = f64::from(m * m);
            all.extend([tau[0], eta * tau[1]].map(|t| Complex64::new(-k2 * m2 * t, 0.0)));
        }
        assert_same_eigenvalues(&found.eigenvalues, &leading(all), 1e-11);
        assert_eq!(found.eigenvalues.len(), 8);
        assert!(found.complete);
        assert_near(found.guaranteed_rate, k2 * tau[0].min(eta * tau[1]), 1e-9, "guaranteed rate");
        assert_near(found.largest_frequency, eta.sqrt() * 0.5 * k2 * c, 1e-9 * k2 * c, "largest frequency");
        if eta == 1.0 {
            assert_near(found.growth_bound, 1.0, 0.0, "growth: A_x K = K A_y");
        }
    }
}

#[test]
fn periods_may_differ() {
    let (c, tau, eta, periods) = (1.5, [0.1, 0.3], 0.5, [2.0, 3.0]);
    let k = periods.map(|l| 2.0 * PI / l);
    let f = move |x: &[f64], y: &[f64]| c * (k[0] * x[0]).cos() * (k[1] * y[0]).cos();
    let grids = [circle(45, periods[0]), circle(51, periods[1])];
    let found = Case { f, grids, temperature: tau, timescale: eta }.solve(6);
    let [a, b] = [tau[0] * k[0] * k[0], eta * tau[1] * k[1] * k[1]];
    let mut all = pair(a, b, 0.5 * k[0] * k[0] * c, 0.5 * eta * k[1] * k[1] * c).to_vec();
    for m in 1..=20 {
        let m2 = f64::from(m * m);
        all.extend([a, b].map(|v| Complex64::new(-v * m2, 0.0)));
    }
    assert_same_eigenvalues(&found.eigenvalues, &leading(all), 1e-11);
    for (p, k) in k.into_iter().enumerate() {
        assert_near(found.poincare[p], k * k, 1e-11 * k * k, "Poincare constant");
    }
}

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
    for tau in [0.05, 0.0375] {
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

/// `L` as a dense matrix in `(h, g)`, collocated: `(1/mu*) D (mu* D (tau h + K g))`.
fn dense(payoff: &Payoff, equilibrium: &Equilibrium, f: impl Fn(&[f64], &[f64]) -> f64, eta: f64) -> Mat<f64> {
    let grids = payoff.grids();
    let sizes = [grids[0].len(), grids[1].len()];
    let point = |grid: &Grid, i: usize| -> Vec<f64> {
        grid.node(i).iter().zip(grid.axes()).map(|(&j, axis)| axis.coordinates()[j]).collect()
    };
    let density = equilibrium.densities();
    let generator = |p: usize| -> Mat<f64> {
        let (grid, mu) = (&grids[p], density[p]);
        let mut a = Mat::zeros(sizes[p], sizes[p]);
        for axis in 0..grid.dimension() {
            let d = Mat::from_fn(sizes[p], sizes[p], |i, j| collocated_derivative(grid, axis, i, j));
            let flux = Mat::from_fn(sizes[p], sizes[p], |i, j| mu[i] * d[(i, j)]);
            let sum = &d * flux;
            a += Mat::from_fn(sizes[p], sizes[p], |i, j| -sum[(i, j)] / mu[i]);
        }
        a
    };
    let points = [0, 1].map(|p| (0..sizes[p]).map(|i| point(&grids[p], i)).collect::<Vec<_>>());
    let cells = [0, 1].map(|p| grids[p].cell_volume());
    let k = Mat::from_fn(sizes[0], sizes[1], |i, j| f(&points[0][i], &points[1][j]) * density[1][j] * cells[1]);
    let kt = Mat::from_fn(sizes[1], sizes[0], |j, i| f(&points[0][i], &points[1][j]) * density[0][i] * cells[0]);
    let (ax, ay, n) = (generator(0), generator(1), sizes[0]);
    let (xy, yx) = (&ax * k, &ay * kt);
    let tau = equilibrium.temperature();
    Mat::from_fn(sizes[0] + sizes[1], sizes[0] + sizes[1], |i, j| match (i < n, j < n) {
        (true, true) => -tau[0] * ax[(i, j)],
        (true, false) => -xy[(i, j - n)],
        (false, true) => eta * yx[(i - n, j)],
        (false, false) => -eta * tau[1] * ay[(i - n, j - n)],
    })
}

fn collocated_derivative(grid: &Grid, axis: usize, i: usize, j: usize) -> f64 {
    let (a, b) = (grid.node(i), grid.node(j));
    if (0..grid.dimension()).any(|other| other != axis && a[other] != b[other]) || i == j {
        return 0.0;
    }
    let (n, period) = (grid.axis(axis).points, grid.axis(axis).period);
    let d = a[axis] as f64 - b[axis] as f64;
    let sign = if (a[axis] + b[axis]).is_multiple_of(2) { 1.0 } else { -1.0 };
    sign * PI / (period * (PI * d / n as f64).sin())
}

#[track_caller]
fn agrees_with_dense<F: Fn(&[f64], &[f64]) -> f64 + Sync>(case: &Case<F>, count: usize) {
    let payoff = case.payoff();
    let equilibrium = Equilibrium::solve(&payoff, case.temperature).unwrap();
    let found = Spectrum::solve(&payoff, &equilibrium, case.timescale, count).unwrap();
    let matrix = dense(&payoff, &equilibrium, &case.f, case.timescale);
    let all = matrix.eigenvalues().unwrap();
    let mut values: Vec<Complex64> = all.iter().map(|v| Complex64::new(v.re, v.im)).collect();
    values.sort_by(|a, b| a.norm().total_cmp(&b.norm()));
    assert!(values[1].norm() < 1e-7 * values[2].norm(), "two zeros of mass: {:?}", &values[..3]);
    assert_same_eigenvalues(&found.eigenvalues, &leading(values[2..].to_vec()), 1e-8);
    assert_eq!(found.eigenvalues.len(), count);
    assert!(found.complete);
}

#[test]
fn the_spectrum_is_that_of_the_dense_matrix() {
    let hard = |x: &[f64], y: &[f64]| {
        (4.0 * PI * x[0]).sin() + (4.0 * PI * y[0]).sin() + 2.0 * (2.0 * PI * (x[0] + y[0])).cos()
    };
    agrees_with_dense(
        &Case { f: hard, grids: [circle(81, 1.0), circle(81, 1.0)], temperature: [0.4; 2], timescale: 1.0 },
        8,
    );
    let unlike = |x: &[f64], y: &[f64]| {
        (2.0 * PI * (x[0] - y[0])).cos() + 0.5 * (4.0 * PI * x[0]).cos() - 0.5 * (4.0 * PI * y[0]).sin()
    };
    agrees_with_dense(
        &Case { f: unlike, grids: [circle(71, 1.0), circle(61, 1.0)], temperature: [0.4, 0.5], timescale: 2.0 },
        8,
    );
}

#[test]
fn the_spectrum_in_two_dimensions_is_that_of_the_dense_matrix() {
    let f = |x: &[f64], y: &[f64]| {
        (2.0 * PI * (x[0] - y[0])).cos() + 0.5 * (2.0 * PI * x[0]).sin() * (2.0 * PI * y[1]).cos()
            - 0.6 * (2.0 * PI * (x[1] + y[1])).sin()
            + 0.3 * (2.0 * PI * (x[0] + x[1])).cos()
    };
    agrees_with_dense(&Case { f, grids: [square(19), square(19)], temperature: [1.2, 1.0], timescale: 1.5 }, 6);
    let f = |x: &[f64], y: &[f64]| {
        (2.0 * PI * (x[0] - y[0])).cos() + 0.5 * (2.0 * PI * x[0]).sin() * (PI * y[1]).cos()
            - 0.3 * (2.0 * PI * y[0] + PI * y[1]).cos()
    };
    let torus = Grid::new(&[21, 23], &[1.0, 2.0], &[0.0, -1.0]).unwrap();
    let grids = [circle(23, 1.0), torus.clone()];
    agrees_with_dense(&Case { f, grids, temperature: [0.8, 1.0], timescale: 1.0 }, 6);
    let f = |x: &[f64], y: &[f64]| -f(y, x);
    agrees_with_dense(&Case { f, grids: [torus, circle(23, 1.0)], temperature: [1.0, 0.8], timescale: 1.0 }, 6);
}

/// A game on two unit squares with uniform equilibrium: `sum c_i a_i(x) b_i(y)`, `a_i` and `b_i` orthogonal waves or products of
/// two waves, with `|k|^2/(4 pi^2)` and mean square of each.
struct UniformGame {
    coefficients: [f64; 3],
    levels: [[usize; 3]; 2],
    squares: [[f64; 3]; 2],
}

const PLAYERS_2X2: UniformGame = UniformGame {
    coefficients: [1.0, 0.7, -0.5],
    levels: [[2, 4, 5], [5, 2, 5]],
    squares: [[0.25, 0.5, 0.25], [0.25, 0.25, 0.25]],
};

fn players_2x2(x: &[f64], y: &[f64]) -> f64 {
    let wave = |m: f64, s: f64| (2.0 * PI * m * s).cos();
    let odd = |m: f64, s: f64| (2.0 * PI * m * s).sin();
    wave(1.0, x[0]) * odd(1.0, x[1]) * odd(1.0, y[0]) * wave(2.0, y[1])
        + 0.7 * odd(2.0, x[0]) * wave(1.0, y[0]) * wave(1.0, y[1])
        - 0.5 * wave(1.0, x[0]) * wave(2.0, x[1]) * wave(2.0, y[0]) * odd(1.0, y[1])
}

impl UniformGame {
    /// Every eigenvalue of modes with `|k|^2 <= 4 pi^2 most`: for each term the pair of the block of `a_i` and `b_i`, and
    /// `-4 pi^2 tau |k|^2` for every other wave.
    fn eigenvalues(&self, tau: [f64; 2], eta: f64, most: usize) -> Vec<Complex64> {
        let unit = 4.0 * PI * PI;
        let mut all = Vec::new();
        for i in 0..3 {
            let [p, q] = [self.levels[0][i] as f64, self.levels[1][i] as f64];
            let c = self.coefficients[i];
            let sent = [unit * p * c * self.squares[1][i], eta * unit * q * c * self.squares[0][i]];
            all.extend(pair(unit * p * tau[0], eta * unit * q * tau[1], sent[0], sent[1]));
        }
        for player in 0..2 {
            let rate = [tau[0], eta * tau[1]][player];
            for level in 1..=most {
                let side = -(most as i64)..=most as i64;
                let waves = side.clone().flat_map(|a| side.clone().map(move |b| (a * a + b * b) as usize));
                let number = waves.filter(|k2| *k2 == level).count();
                let tied = self.levels[player].iter().filter(|l| **l == level).count();
                all.extend(vec![Complex64::from(-unit * rate * level as f64); number - tied]);
            }
        }
        sort_leading(&mut all, |value| *value);
        all
    }
}

/// Distinct values with their numbers, leading first.
fn counted(values: &[Complex64]) -> Vec<(Complex64, usize)> {
    let mut out: Vec<(Complex64, usize)> = Vec::new();
    for value in values {
        match out.iter_mut().find(|(known, _)| (known - value).norm() <= 1e-9 * value.norm()) {
            Some((_, number)) => *number += 1,
            None => out.push((*value, 1)),
        }
    }
    out
}

#[track_caller]
fn assert_counted(found: &Spectrum, expected: &[(Complex64, usize)], relative: f64) {
    for (i, (value, number)) in expected[..found.eigenvalues.len()].iter().enumerate() {
        let (near, there) = (found.eigenvalues[i], found.multiplicities[i]);
        assert!(
            (near - value).norm() <= relative * value.norm() && there == Some(*number),
            "eigenvalue {i}: {near} {there:?} times instead of {value} {number} times"
        );
        assert!(found.residuals[i] <= 1e-9 * near.norm(), "residual {i}: {:e}", found.residuals[i]);
    }
    assert!(found.complete);
}

#[test]
fn waves_in_two_dimensions_have_their_exact_pairs_and_multiplicities() {
    for (tau, eta) in [([0.05; 2], 1.0), ([0.1; 2], 1.0), ([0.05, 0.08], 1.5)] {
        let case = Case { f: players_2x2, grids: [square(27), square(25)], temperature: tau, timescale: eta };
        let found = case.solve(12);
        println!("tau {tau:?}: {:?} {:?} vectors {}", found.eigenvalues, found.multiplicities, found.vectors);
        assert_eq!(found.eigenvalues.len(), 12);
        assert_counted(&found, &counted(&PLAYERS_2X2.eigenvalues(tau, eta, 20)), 1e-11);
    }
}

/// `-L` as a dense matrix `diag(B^T B) M` in the coordinates of the generators, `B` from the derivative's matrix and the
/// payoff's gradient: the same discretisation, so that all eigenvalues agree at any temperature.
fn dense_factored(payoff: &Payoff, equilibrium: &Equilibrium, f: impl Fn(&[f64], &[f64]) -> f64, eta: f64) -> Mat<f64> {
    let landscapes = Player::BOTH.map(|player| Landscape::new(payoff, equilibrium, player));
    let ground = [0, 1].map(|p| -> Vec<f64> {
        let cell = landscapes[p].grid.cell_volume();
        equilibrium.densities()[p].iter().map(|v| (v * cell).sqrt()).collect()
    });
    let generator = |p: usize| -> Mat<f64> {
        let Landscape { grid, slopes, .. } = &landscapes[p];
        let n = grid.len();
        let mut a = Mat::zeros(n, n);
        for (axis, slope) in slopes.iter().enumerate() {
            let b = Mat::from_fn(n, n, |i, j| {
                collocated_derivative(grid, axis, i, j) + if i == j { 0.5 * slope[i] } else { 0.0 }
            });
            a += b.transpose() * &b;
        }
        a
    };
    let point = |grid: &Grid, i: usize| -> Vec<f64> {
        grid.node(i).iter().zip(grid.axes()).map(|(&j, axis)| axis.coordinates()[j]).collect()
    };
    let points = [0, 1].map(|p| (0..ground[p].len()).map(|i| point(&landscapes[p].grid, i)).collect::<Vec<_>>());
    let (n, tau) = (ground[0].len(), equilibrium.temperature());
    let centred = |p: usize| {
        let q = &ground[p];
        Mat::from_fn(q.len(), q.len(), |i, j| if i == j { 1.0 } else { 0.0 } - q[i] * q[j])
    };
    let k = Mat::from_fn(n, ground[1].len(), |i, j| ground[0][i] * f(&points[0][i], &points[1][j]) * ground[1][j]);
    let k = centred(0) * k * centred(1);
    let (ax, ay) = (generator(0), generator(1));
    let (xy, yx) = (&ax * &k, &ay * k.transpose());
    let size = n + ground[1].len();
    Mat::from_fn(size, size, |i, j| match (i < n, j < n) {
        (true, true) => tau[0] * ax[(i, j)],
        (true, false) => xy[(i, j - n)],
        (false, true) => -eta * yx[(i - n, j)],
        (false, false) => eta * tau[1] * ay[(i - n, j - n)],
    })
}

#[test]
fn no_pair_and_no_copy_is_missed_where_the_equilibrium_is_not_uniform() {
    let wells = |x: &[f64], y: &[f64]| {
        players_2x2(x, y) + 0.1 * (2.0 * PI * x[0]).cos() - 0.08 * (2.0 * PI * (y[0] + y[1])).sin()
    };
    let plain = |x: &[f64], y: &[f64]| players_2x2(x, y);
    let games: [&(dyn Fn(&[f64], &[f64]) -> f64 + Sync); 2] = [&wells, &plain];
    for f in games {
        for (tau, eta) in [([0.05; 2], 1.0), ([0.1, 0.07], 1.0), ([0.2; 2], 2.5)] {
            // One player's modes come from a cascade of grids, the other's from its matrix.
            let case = Case { f, grids: [square(23), square(15)], temperature: tau, timescale: eta };
            let payoff = case.payoff();
            let equilibrium = Equilibrium::solve_on_grid(&payoff, tau).unwrap();
            let found = Spectrum::solve(&payoff, &equilibrium, eta, 12).unwrap();
            let matrix = dense_factored(&payoff, &equilibrium, f, eta);
            let all = matrix.eigenvalues().unwrap();
            let mut values: Vec<Complex64> = all.iter().map(|v| -Complex64::new(v.re, v.im)).collect();
            values.sort_by(|a, b| a.norm().total_cmp(&b.norm()));
            assert!(values[1].norm() < 1e-8 * values[2].norm(), "two zeros of mass: {:?}", &values[..3]);
            let mut values = values[2..].to_vec();
            sort_leading(&mut values, |value| *value);
            println!("tau {tau:?}: {:?} {:?} vectors {}", found.eigenvalues, found.multiplicities, found.vectors);
            assert_eq!(found.eigenvalues.len(), 12);
            assert_counted(&found, &counted(&values), 1e-9);
        }
    }
}

#[test]
fn what_is_counted_has_as_many_eigenvalues_before_the_line_as_the_projection() {
    let f = |x: &[f64], y: &[f64]| {
        players_2x2(x, y) + 0.1 * (2.0 * PI * x[0]).cos() - 0.08 * (2.0 * PI * (y[0] + y[1])).sin()
    };
    let tau = [0.05, 0.06];
    let case = Case { f, grids: [square(15), square(13)], temperature: tau, timescale: 1.0 };
    let payoff = case.payoff();
    let equilibrium = Equilibrium::solve_on_grid(&payoff, tau).unwrap();
    let all = dense_factored(&payoff, &equilibrium, f, 1.0).eigenvalues().unwrap();
    let mut rates: Vec<f64> = all.iter().map(|v| v.re).filter(|re| *re > 1e-6).collect();
    rates.sort_by(f64::total_cmp);
    let mut cascades = Player::BOTH.map(|player| Cascade::new(Landscape::new(&payoff, &equilibrium, player)).unwrap());
    let [x, y] = &mut cascades;
    let functions = [
        generator::weighted_functions(&payoff, Player::X, &*x.generator),
        generator::weighted_functions(&payoff, Player::Y, &*y.generator),
    ];
    let coupling = Coupling::new(functions, generator::coupling_matrix(&payoff), tau);
    let (mut counted, mut wrong) = (0, 0);
    for modes in [4, 8, 12, 18, 24, 36, 60] {
        let spaces = [0, 1].map(|p| PlayerSpace::new(cascades[p].modes(modes).lowest(modes), 1.0, tau[p]));
        let projection = Projection::new(&spaces, &coupling);
        let cut = spaces[0].cut().min(spaces[1].cut());
        let tails = completeness::Tails::new(&spaces, &coupling, &mut cascades, 1.0);
        let projected = projection.matrix.eigenvalues().unwrap();
        for line in (1..60).map(f64::from).filter(|line| *line < cut) {
            let here = projected.iter().filter(|z| z.re < line).count();
            let there = rates.iter().filter(|rate| **rate < line).count();
            if completeness::is_counted(&projection, &coupling, &tails, line, cut) {
                assert_eq!(here, there, "{modes} modes, line at {line}, energies up to {cut}");
                counted += 1;
            } else if here != there {
                wrong += 1;
            }
        }
    }
    assert!(counted > 20 && wrong > 2, "{counted} lines are counted, {wrong} would be counted wrongly");
}

/// `exp(t L)` by its Taylor series and squaring.
fn exponential(l: &Mat<f64>, t: f64) -> Mat<f64> {
    let size = l.nrows();
    let halvings = 30;
    let small = l * faer::Scale(t / f64::from(1 << halvings));
    let mut e = Mat::<f64>::identity(size, size) + &small + &small * &small * faer::Scale(0.5);
    for _ in 0..halvings {
        e = &e * &e;
    }
    e
}

#[test]
fn nothing_grows_beyond_the_bound_and_something_grows() {
    let f =
        |x: &[f64], y: &[f64]| 2.0 * (2.0 * PI * x[0]).cos() * (4.0 * PI * y[0]).cos() + 0.2 * (2.0 * PI * x[0]).sin();
    for eta in [1.0, 3.0] {
        let case = Case { f, grids: [circle(25, 1.0), circle(25, 1.0)], temperature: [0.2, 0.1], timescale: eta };
        let payoff = case.payoff();
        let equilibrium = Equilibrium::solve_on_grid(&payoff, case.temperature).unwrap();
        let bound = Spectrum::solve(&payoff, &equilibrium, eta, 2).unwrap().growth_bound;
        let l = dense(&payoff, &equilibrium, f, eta);
        let weight: Vec<f64> = equilibrium.densities().iter().flat_map(|d| d.iter().map(|v| v.sqrt())).collect();
        let mut largest: f64 = 0.0;
        for t in [0.002, 0.005, 0.01, 0.02, 0.05, 0.1] {
            let e = exponential(&l, t);
            let scaled = Mat::from_fn(50, 50, |i, j| weight[i] * e[(i, j)] / weight[j]);
            largest = largest.max(scaled.singular_values().unwrap()[0]);
        }
        println!("eta {eta}: bound {bound}, largest {largest}");
        assert!(largest > 1.2 && largest <= bound, "growth {largest}, bound {bound}");
    }
}

#[test]
fn eigenfunctions_solve_the_linearised_equation() {
    let f = |x: &[f64], y: &[f64]| {
        (2.0 * PI * (x[0] - y[0])).cos() + 0.5 * (4.0 * PI * x[0]).cos() - 0.5 * (4.0 * PI * y[0]).sin()
    };
    let case = Case { f, grids: [circle(61, 1.0), circle(63, 1.0)], temperature: [0.4, 0.5], timescale: 2.0 };
    let payoff = case.payoff();
    let equilibrium = Equilibrium::solve(&payoff, case.temperature).unwrap();
    let found = Spectrum::solve(&payoff, &equilibrium, 2.0, 4).unwrap();
    let l = dense(&payoff, &equilibrium, f, 2.0);
    for (value, parts) in found.eigenvalues.iter().zip(&found.eigenfunctions) {
        let h: Vec<Complex64> = parts
            .iter()
            .zip(equilibrium.densities())
            .flat_map(|(part, density)| part.iter().zip(density).map(|(a, b)| a / b))
            .collect();
        let size = h.iter().map(|v| v.norm()).fold(0.0, f64::max);
        for i in 0..h.len() {
            let product: Complex64 = (0..h.len()).map(|j| l[(i, j)] * h[j]).sum();
            assert!((product - value * h[i]).norm() < 1e-7 * value.norm() * size, "node {i} of {value}");
        }
        for part in parts {
            assert!(part.iter().sum::<Complex64>().norm() < 1e-10 * part.len() as f64, "mass");
        }
    }
}

#[test]
fn a_finer_grid_does_not_change_the_spectrum_of_the_cycle() {
    let file = catalogue::get("limit-cycle").unwrap().load(&["game.temperature=0.1".to_owned()]).unwrap();
    let solve = |n: usize| {
        let d = Discretisation::new(file.game(), &[vec![n], vec![n]]).unwrap();
        Spectrum::solve(&d.payoff, &d.equilibrium, 1.0, 8).unwrap()
    };
    let (coarse, fine) = (solve(225), solve(271));
    assert_same_eigenvalues(&coarse.eigenvalues, &fine.eigenvalues, 1e-4);
    assert_same_eigenvalues(&coarse.eigenvalues[..2], &fine.eigenvalues[..2], 1e-8);
    let both = ConfirmedSpectrum::new(&coarse, &fine).unwrap();
    assert!(both.eigenvalues.len() >= 5 && both.gap.error < 1e-6 * both.gap.value, "{both:?}");
}

#[test]
fn what_moves_with_the_grid_is_not_confirmed() {
    let f = |x: &[f64], y: &[f64]| (2.0 * PI * (x[0] - y[0])).cos();
    let case = Case { f, grids: [circle(21, 1.0), circle(21, 1.0)], temperature: [0.1; 2], timescale: 1.0 };
    let mut fine = case.solve(4);
    let mut coarse = fine.clone();
    coarse.eigenvalues[2] *= 1.001;
    let both = ConfirmedSpectrum::new(&coarse, &fine).unwrap();
    assert_eq!((both.eigenvalues.len(), both.unconfirmed, both.complete), (2, 2, false));
    coarse.eigenvalues[0] *= 1.001;
    assert!(matches!(ConfirmedSpectrum::new(&coarse, &fine), Err(SpectrumError::Unconfirmed { .. })));
    let mut coarse = fine.clone();
    (fine.multiplicities[1], coarse.multiplicities[1]) = (Some(2), Some(1));
    let both = ConfirmedSpectrum::new(&coarse, &fine).unwrap();
    assert_eq!((both.eigenvalues.len(), both.unconfirmed), (1, 3), "a copy that the other grid lacks");
    (fine.multiplicities, coarse.multiplicities) = (vec![Some(1); 4], vec![Some(1); 4]);
    let mut coarse = fine.clone();
    coarse.poincare[1] *= 1.001;
    assert!(matches!(ConfirmedSpectrum::new(&coarse, &fine), Err(SpectrumError::Unconfirmed { .. })));
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
    let all: Vec<Complex64> = matrix.eigenvalues().unwrap().iter().map(|v| -Complex64::new(v.re, v.im)).collect();
    let pairs = found.eigenvalues.iter().zip(&found.residuals);
    let fast: Vec<_> = pairs.filter(|(value, _)| value.re < -1e-2).collect();
    assert!(fast.len() >= 3, "{:?}", found.eigenvalues);
    for (value, residual) in fast {
        let off = all.iter().map(|v| (v - value).norm()).fold(f64::INFINITY, f64::min);
        assert!(off <= 1e-8 * value.norm() && *residual <= 1e-9 * value.norm(), "{value} is off by {off:e}");
    }
}

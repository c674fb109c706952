//! The operator against dense sums, in every combination of dimensions and forms.

use super::sample::Sequence;
use super::*;
use crate::game::Player;
use crate::game::nodes::node;
use crate::torus::Grid;
use std::f64::consts::PI;

/// Odd and even grids, periods other than 1, origins other than 0.
fn grid(points: &[usize], salt: f64) -> Grid {
    let period: Vec<f64> = (0..points.len()).map(|i| 1.0 + salt + 0.5 * i as f64).collect();
    let origin: Vec<f64> = (0..points.len()).map(|i| 0.3 - salt + 0.1 * i as f64).collect();
    Grid::new(points, &period, &origin).unwrap()
}

/// `z = 2 pi (x - shift) / L` on every axis.
fn angles(grid: &Grid, point: &[f64]) -> Vec<f64> {
    point.iter().zip(grid.axes()).map(|(x, a)| 2.0 * PI * x / a.period).collect()
}

fn random_values(grid: &Grid, seed: u64) -> Vec<f64> {
    let mut sequence = Sequence::new(seed);
    (0..grid.len()).map(|_| sequence.unit() - 0.3).collect()
}

/// `int f nu` (or `int f mu`) and its centred derivative by dense sums.
struct Dense<'a, F> {
    f: F,
    grids: [&'a Grid; 2],
}

impl<F: Fn(&[f64], &[f64]) -> f64> Dense<'_, F> {
    fn at(&self, player: Player, point: &[f64], values: &[f64]) -> f64 {
        let other = self.grids[player.opponent().index()];
        let sum: f64 = values
            .iter()
            .enumerate()
            .map(|(j, u)| {
                let q = node(other, j);
                u * if player == Player::X { (self.f)(point, &q) } else { (self.f)(&q, point) }
            })
            .sum();
        sum * other.cell_volume()
    }

    /// Sixth-order central difference with a step at which truncation and rounding are both near 1e-11.
    fn derivative(&self, player: Player, axis: usize, point: &[f64], values: &[f64]) -> f64 {
        let h = 4e-3 * self.grids[player.index()].axis(axis).period;
        let shifted = |k: f64| {
            let mut p = point.to_vec();
            p[axis] += k * h;
            self.at(player, &p, values)
        };
        (45.0 * (shifted(1.0) - shifted(-1.0)) - 9.0 * (shifted(2.0) - shifted(-2.0)) + (shifted(3.0) - shifted(-3.0)))
            / (60.0 * h)
    }
}

fn agrees_with_dense_sums(f: impl Fn(&[f64], &[f64]) -> f64, payoff: &Payoff, label: &str) {
    let [x, y] = Player::BOTH.map(|p| payoff.grid(p).clone());
    let dense = Dense { f, grids: [&x, &y] };
    let mut work = payoff.work();
    work.poison();
    for player in Player::BOTH {
        let (own, other) = (payoff.grid(player), payoff.grid(player.opponent()));
        let values = random_values(other, 11 + player.index() as u64);
        let scale = payoff.range().max(payoff.extremes()[1].abs()) * other.volume();
        let mut potential = vec![f64::NAN; own.len()];
        payoff.potential(player, &values, &mut potential, &mut work);
        let checked: Vec<usize> = (0..own.len()).step_by(own.len().div_ceil(37)).collect();
        for &j in &checked {
            let expected = dense.at(player, &node(own, j), &values);
            let difference = (potential[j] - expected).abs();
            assert!(
                difference <= 1e-12 * scale,
                "{label}: potential of {player:?} at {j}: {} against {expected}",
                potential[j]
            );
        }
        for axis in 0..own.dimension() {
            let mut gradient = vec![f64::NAN; own.len()];
            payoff.gradient(player, axis, &values, &mut gradient, &mut work);
            for &j in &checked {
                let expected = dense.derivative(player, axis, &node(own, j), &values);
                let difference = (gradient[j] - expected).abs();
                assert!(
                    difference <= 1e-7 * scale / own.axis(axis).period,
                    "{label}: derivative {axis} of {player:?} at {j}: {} against {expected}",
                    gradient[j]
                );
            }
        }
    }
}

#[test]
fn trigonometric_sums_agree_with_dense_sums_in_all_dimensions() {
    for (px, py) in
        [(vec![24], vec![21]), (vec![15, 16], vec![18, 13]), (vec![20], vec![16, 15]), (vec![14, 15], vec![25])]
    {
        let (x, y) = (grid(&px, 0.5), grid(&py, 0.25));
        let (gx, gy) = (x.clone(), y.clone());
        let f = move |p: &[f64], q: &[f64]| {
            let (a, b) = (angles(&gx, p), angles(&gy, q));
            let (a2, b2) = (a.last().unwrap(), b.last().unwrap());
            2.5 + a[0].cos() - 0.7 * (2.0 * a2).sin()
                + 1.3 * b[0].sin() * b2.cos()
                + (a[0] - b[0]).cos()
                + 0.4 * (a[0] + a2).sin() * (2.0 * b2).cos()
                - 0.2 * a2.cos() * (b[0] + b2).sin()
        };
        let payoff = Payoff::from_function(&f, &x, &y).unwrap();
        assert!(payoff.error() <= 1e-14, "{px:?} {py:?}: error {:e}", payoff.error());
        agrees_with_dense_sums(&f, &payoff, &format!("{px:?} against {py:?}, {:?}", payoff.form()));
    }
}

#[test]
fn a_smooth_payoff_of_two_variables_is_found_with_a_small_error() {
    let (x, y) = (grid(&[64], 0.0), grid(&[75], 1.0));
    let (gx, gy) = (x.clone(), y.clone());
    let f = move |p: &[f64], q: &[f64]| {
        let (a, b) = (angles(&gx, p)[0], angles(&gy, q)[0]);
        (0.8 * (a - b).cos() + 0.3 * (a + b).sin()).exp() / (2.0 + b.cos())
    };
    let payoff = Payoff::from_function(&f, &x, &y).unwrap();
    assert!(payoff.error() <= 1e-13, "error {:e}", payoff.error());
    assert!(payoff.rank() <= 40, "{:?} of rank {}", payoff.form(), payoff.rank());
    agrees_with_dense_sums(&f, &payoff, "smooth 1x1");
}

#[test]
fn a_generic_smooth_payoff_of_four_variables_takes_the_spectral_form() {
    let (x, y) = (grid(&[24, 24], 0.0), grid(&[24, 20], 0.0));
    let (gx, gy) = (x.clone(), y.clone());
    let f = move |p: &[f64], q: &[f64]| {
        let (a, b) = (angles(&gx, p), angles(&gy, q));
        (0.08 * (a[0] - b[0]).cos() + 0.06 * (a[1] - b[1]).cos() * (a[1] + b[0]).sin()).exp()
    };
    let payoff = Payoff::from_function(&f, &x, &y).unwrap();
    assert!(payoff.error() <= 1e-12, "error {:e}, rank {}", payoff.error(), payoff.rank());
    agrees_with_dense_sums(&f, &payoff, &format!("generic 2x2, {:?} of rank {}", payoff.form(), payoff.rank()));
}

#[test]
fn products_of_wide_spectra_keep_a_low_rank() {
    let (x, y) = (grid(&[96, 90], 0.0), grid(&[90, 96], 0.0));
    let (gx, gy) = (x.clone(), y.clone());
    let f = move |p: &[f64], q: &[f64]| {
        let (a, b) = (angles(&gx, p), angles(&gy, q));
        (3.0 * a[0].cos() + a[1].sin()).exp() * (2.0 * b[0].sin() * b[1].cos()).exp() + (2.0 * a[1].cos()).exp()
    };
    let payoff = Payoff::from_function(&f, &x, &y).unwrap();
    assert_eq!((payoff.form(), payoff.rank()), (PayoffForm::LowRank, 3), "error {:e}", payoff.error());
    assert!(payoff.error() <= 1e-13, "error {:e}", payoff.error());
}

#[test]
fn a_given_sum_of_products_keeps_its_constants_and_merges_equal_factors() {
    let (x, y) = (grid(&[16], 0.0), grid(&[12, 10], 0.0));
    let table = |grid: &Grid, axis: usize, g: fn(f64) -> f64| -> Vec<f64> {
        let n = grid.axis(axis).points;
        (0..n).map(|j| g(2.0 * PI * j as f64 / n as f64)).collect()
    };
    let on_x = |g| FactorFunction::Product(vec![table(&x, 0, g)]);
    let on_y = |g, h| FactorFunction::Product(vec![table(&y, 0, g), table(&y, 1, h)]);
    let one = |_: f64| 1.0;
    let term = |coefficient, x, y| ProductTerm { coefficient, x, y };
    let terms = [
        term(2.0, on_x(f64::cos), on_y(f64::sin, one)),
        term(-3.0, on_x(|t| -t.cos()), on_y(f64::sin, one)),
        term(0.5, on_x(one), on_y(|t| 2.0 + t.sin(), f64::cos)),
        term(7.0, on_x(one), on_y(one, one)),
    ];
    let payoff = Payoff::from_factors(&x, &y, &terms).unwrap();
    assert_eq!(payoff.function_count(Player::X), 1);
    assert_eq!(payoff.rank(), 3);
    let (gx, gy) = (x.clone(), y.clone());
    let f = move |p: &[f64], q: &[f64]| {
        let turn = |g: &Grid, axis: usize, c: f64| 2.0 * PI * (c - g.axis(axis).origin) / g.axis(axis).period;
        let (a, b, c) = (turn(&gx, 0, p[0]), turn(&gy, 0, q[0]), turn(&gy, 1, q[1]));
        5.0 * a.cos() * b.sin() + 0.5 * (2.0 + b.sin()) * c.cos() + 7.0
    };
    agrees_with_dense_sums(f, &payoff, "terms");
}

#[test]
fn bad_payoffs_are_refused_with_the_reason() {
    let (x, y) = (Grid::new(&[64], &[1.0], &[0.0]).unwrap(), Grid::new(&[64], &[1.0], &[0.0]).unwrap());
    let kink = Payoff::from_function(|p, q| (p[0] - 0.5).powi(2) - (q[0] - 0.5).powi(2), &x, &y);
    assert!(
        matches!(kink, Err(PayoffError::NotSmooth { player: Player::X, axis: 0, exponent }) if (exponent - 2.0).abs() < 0.1),
        "{kink:?}"
    );
    let jump = Payoff::from_function(|p, q| p[0] * (2.0 * PI * q[0]).cos(), &x, &y);
    assert!(
        matches!(jump, Err(PayoffError::NotSmooth { player: Player::X, exponent, .. }) if (exponent - 1.0).abs() < 0.1),
        "{jump:?}"
    );
    let coarse = x.with_points(&[16]).unwrap();
    let fast = Payoff::from_function(|p, q| (2.0 * PI * (p[0] - 20.0 * q[0])).cos(), &x, &coarse);
    assert!(
        matches!(fast, Err(PayoffError::Unresolved { player: Player::Y, axis: 0, points: 16, needed: Some(50), .. })),
        "{fast:?}"
    );
    let infinite = Payoff::from_function(|p, q| (2.0 * PI * p[0]).cos() / (p[0] - 0.5) + q[0] * 0.0, &x, &y);
    assert!(matches!(infinite, Err(PayoffError::NotFinite { .. })), "{infinite:?}");
}

#[test]
fn the_row_interface_gives_the_bits_of_the_whole_gradient() {
    let (x, y) = (grid(&[16, 18], 0.0), grid(&[30], 0.0));
    let (gx, gy) = (x.clone(), y.clone());
    let f = move |p: &[f64], q: &[f64]| {
        let (a, b) = (angles(&gx, p), angles(&gy, q));
        (a[0] + a[1] - b[0]).cos() + a[0].sin()
    };
    let payoff = Payoff::from_function(f, &x, &y).unwrap();
    let values = random_values(&y, 5);
    let (mut work, mut other) = (payoff.work(), payoff.work());
    let mut whole = vec![0.0; x.len()];
    payoff.gradient(Player::X, 1, &values, &mut whole, &mut work);
    other.poison();
    payoff.begin(&mut other);
    payoff.observe_row(Player::Y, 0, &values, &mut other);
    payoff.finish(Player::X, &[], &mut other);
    let mut row = vec![f64::NAN; 18];
    for i in 0..16 {
        payoff.drift_row(Player::X, 1, i, &mut other, &mut row);
        assert_eq!(row, whole[i * 18..(i + 1) * 18]);
    }
}

#[test]
fn a_convolution_has_four_entries_per_mode_whatever_the_origins() {
    let (x, y) = (
        Grid::new(&[40, 30], &[1.0, 2.0], &[0.1, -0.4]).unwrap(),
        Grid::new(&[36, 45], &[1.0, 2.0], &[0.0, 0.3]).unwrap(),
    );
    let k = |z: &[f64]| (0.3 * (2.0 * PI * z[0]).cos() + 0.2 * (PI * (z[0] * 2.0 - z[1])).sin()).exp();
    let payoff = Payoff::from_kernel(k, &x, &y).unwrap();
    assert!(payoff.error() <= 1e-13, "{:e}", payoff.error());
    agrees_with_dense_sums(|p: &[f64], q: &[f64]| k(&[p[0] - q[0], p[1] - q[1]]), &payoff, "kernel in two dimensions");
    let other = Grid::new(&[36], &[1.0], &[0.0]).unwrap();
    assert!(matches!(Payoff::from_kernel(k, &x, &other), Err(PayoffError::KernelDomains { .. })));
}

#[test]
fn every_source_of_one_game_gives_the_same_operator_and_the_same_needs() {
    use crate::game::{Expression, PayoffSource, Scope, Term};
    let grid = Grid::new(&[32], &[1.0], &[0.0]).unwrap();
    let parse = |text: &str, names: &[&str]| Expression::parse(text, &Scope::new(names.iter().copied())).unwrap();
    let term = |coefficient, x: &str, y: &str| Term { coefficient, x: parse(x, &["x"]), y: parse(y, &["y"]) };
    let sources = [
        PayoffSource::Expression(parse("2*cos(2*pi*(x - y))", &["x", "y"])),
        PayoffSource::Kernel(parse("2*cos(2*pi*z)", &["z"])),
        PayoffSource::Terms(vec![term(2.0, "cos(2*pi*x)", "cos(2*pi*y)"), term(2.0, "sin(2*pi*x)", "sin(2*pi*y)")]),
    ];
    for source in &sources {
        let payoff = Payoff::new(source, &grid, &grid).unwrap();
        assert_eq!(payoff.rank(), 2, "{source:?}");
        assert!((payoff.range() - 4.0).abs() <= 1e-14 * 4.0, "{}", payoff.range());
        agrees_with_dense_sums(|p: &[f64], q: &[f64]| 2.0 * (2.0 * PI * (p[0] - q[0])).cos(), &payoff, "source");
        assert_eq!(Payoff::points_needed(source, &grid, &grid).unwrap(), [vec![6], vec![6]], "{source:?}");
    }
    let rough = PayoffSource::Terms(vec![term(1.0, "abs(sin(2*pi*x))", "cos(2*pi*y)")]);
    let error = Payoff::new(&rough, &grid, &grid).unwrap_err();
    assert!(matches!(error, PayoffError::NotSmooth { player: Player::X, .. }), "{error}");
}

use super::*;
use crate::form::tries;
use crate::torus::with_room;
use crate::transport::CircleDistance;

fn grid(points: usize, half: f64) -> Grid {
    Grid::new(&[points, points], &[2.0 * half; 2], &[-half; 2]).unwrap()
}

fn density(grid: &Grid, f: impl Fn([f64; 2]) -> f64) -> Density {
    let [x, y] = [0, 1].map(|axis| grid.axis(axis).coordinates());
    let columns = grid.row_len();
    let values = (0..grid.len()).map(|j| f([x[j / columns], y[j % columns]])).collect();
    Density::normalised(grid, values).unwrap()
}

/// A Gaussian of this mean and covariance `11`, `12`, `22`.
fn gaussian(grid: &Grid, m: [f64; 2], [a, b, c]: [f64; 3]) -> Density {
    let d = a * c - b * b;
    density(grid, |x| {
        let (u, v) = (x[0] - m[0], x[1] - m[1]);
        (-0.5 * (c * u * u - 2.0 * b * u * v + a * v * v) / d).exp()
    })
}

/// `|m - n|^2 + tr(A + B - 2 (A B)^(1/2))`, the trace of the root from trace and determinant.
fn bures(m: [f64; 2], a: [f64; 3], n: [f64; 2], b: [f64; 3]) -> f64 {
    let determinant = |s: [f64; 3]| s[0] * s[2] - s[1] * s[1];
    let product = a[0] * b[0] + 2.0 * a[1] * b[1] + a[2] * b[2];
    let root = (product + 2.0 * (determinant(a) * determinant(b)).sqrt()).sqrt();
    let shift = (m[0] - n[0]).powi(2) + (m[1] - n[1]).powi(2);
    (shift + a[0] + a[2] + b[0] + b[2] - 2.0 * root).sqrt()
}

#[test]
fn gaussians_have_the_distance_of_bures() {
    let grid = grid(96, 6.0);
    let (m, a, n, b) = ([0.5, 0.3], [0.3, 0.1, 0.2], [-0.4, 0.1], [0.2, -0.05, 0.35]);
    let mut solver = PlaneDistance::new(&gaussian(&grid, n, b)).unwrap();
    let found = solver.distance(&gaussian(&grid, m, a)).unwrap();
    let exact = bures(m, a, n, b);
    assert!((found.value - exact).abs() <= found.error && found.error <= 1e-7 * exact, "{found:?} for {exact}");
}

/// `exp(-v/tau)` of a double well with a slope, and a Gaussian, on a line.
fn well(tau: f64, slope: f64) -> impl Fn(f64) -> f64 {
    move |s| (-(s.powi(4) / 12.0 - s * s / 2.0 + slope * s) / tau).exp()
}

fn hill(mean: f64, variance: f64) -> impl Fn(f64) -> f64 {
    move |s| (-(s - mean) * (s - mean) / (2.0 * variance)).exp()
}

/// On the line, by the circle's solver in a box with room.
fn on_line(points: usize, half: f64, f: impl Fn(f64) -> f64, g: impl Fn(f64) -> f64) -> Distance {
    let grid = Grid::new(&[points], &[2.0 * half], &[-half]).unwrap();
    let roomy = |f: &dyn Fn(f64) -> f64| {
        let values: Vec<f64> = grid.axis(0).coordinates().iter().map(|x| f(*x)).collect();
        let (torus, values) = with_room(&grid, &values);
        Density::normalised(&torus, values).unwrap()
    };
    CircleDistance::new(&roomy(&g)).unwrap().distance(&roomy(&f)).unwrap()
}

#[test]
fn products_have_the_distances_of_their_lines() {
    let grid = grid(96, 4.6);
    let target = density(&grid, |x| well(0.5, 0.0)(x[0]) * well(0.5, 0.2)(x[1]));
    let tolerance = if tries(0, 1) == 1 { 1e-6 } else { 1e-5 };
    let mut solver = PlaneDistance::new(&target).unwrap().with_relative_tolerance(tolerance);
    // From far away to near, each from the potential of the one before; the last one also from nothing.
    let mut last = None;
    for share in [1.0, 0.1, 1e-4].into_iter().step_by(tries(2, 1)) {
        let a = |s: f64| hill(0.7, 0.3)(s).powf(share) * well(0.5, 0.0)(s).powf(1.0 - share);
        let b = |s: f64| hill(-0.4, 0.4)(s).powf(share) * well(0.5, 0.2)(s).powf(1.0 - share);
        let source = density(&grid, |x| a(x[0]) * b(x[1]));
        let found = solver.distance(&source).unwrap();
        let (x, y) = (on_line(192, 4.6, a, well(0.5, 0.0)), on_line(192, 4.6, b, well(0.5, 0.2)));
        let exact = x.value.hypot(y.value);
        println!("{found:?} for {exact} +- {:.1e}, {} steps", x.error + y.error, solver.newton_steps());
        assert!((found.value - exact).abs() <= found.error + x.error + y.error, "{found:?} for {exact}");
        assert!(found.error <= tolerance * exact, "{found:?}");
        last = Some((source, found));
    }
    let (source, warm) = last.unwrap();
    solver.set_warm_start(None).unwrap();
    let cold = solver.distance(&source).unwrap();
    assert!((cold.value - warm.value).abs() <= cold.error + warm.error, "{cold:?} and {warm:?}");
}

/// Mass of an unnormalised density on a line to the left of a point, by Simpson's rule.
fn share_left(f: &dyn Fn(f64) -> f64, half: f64, x: f64) -> f64 {
    let integral = |a: f64, b: f64| {
        let h = (b - a) / 400.0;
        (0..200).map(|k| a + 2.0 * h * f64::from(k)).map(|s| h / 3.0 * (f(s) + 4.0 * f(s + h) + f(s + 2.0 * h))).sum()
    };
    let [left, right]: [f64; 2] = [integral(-half, x), integral(x, half)];
    left / (left + right)
}

/// The value is of second order in the potential, and hides its faults of first order; the map does not: along every axis
/// it takes each share of the mass to the same share.
#[test]
fn the_map_of_a_product_is_that_of_its_lines() {
    let (half, grid) = (4.6, grid(96, 4.6));
    let (hills, wells) = ([hill(0.7, 0.3), hill(-0.4, 0.4)], [well(0.5, 0.0), well(0.5, 0.2)]);
    let from = [0, 1].map(|i| &hills[i] as &dyn Fn(f64) -> f64);
    let to = [0, 1].map(|i| &wells[i] as &dyn Fn(f64) -> f64);
    let [source, target] = [&from, &to].map(|f| density(&grid, |x| f[0](x[0]) * f[1](x[1])));
    let mut solver = PlaneDistance::new(&target).unwrap();
    let found = solver.distance(&source).unwrap();
    let potential = solver.warm_start().unwrap();
    let lattice = Lattice::new(&grid, potential.grid.shape()[0] - DEGREE, 1);
    let fields = lattice.fields(&potential.values);
    let (mut worst, mut checked) = (0.0_f64, 0);
    for j in (0..lattice.nodes()).step_by(tries(3, 1)) {
        let (m, d) = (lattice.node(j), [fields.slope[0][j], fields.slope[1][j]]);
        for i in 0..2 {
            let [before, after] = [share_left(from[i], half, m[i] - d[i]), share_left(to[i], half, m[i] + d[i])];
            let others = share_left(from[1 - i], half, m[1 - i] - d[1 - i]);
            if (0.01..0.99).contains(&before) && (0.01..0.99).contains(&others) {
                worst = worst.max((before - after).abs());
                checked += 1;
            }
        }
    }
    println!("{found:?}: at most {worst:.1e} at {checked} places");
    assert!(checked > 200 && worst <= 1e-5, "{worst} at {checked}, {found:?}");
}

#[test]
fn a_turned_plane_has_the_same_distances() {
    let grid = grid(96, 4.6);
    let distance = |angle: f64| {
        let turned = |x: [f64; 2]| {
            let (s, c) = angle.sin_cos();
            [c * x[0] + s * x[1], c * x[1] - s * x[0]]
        };
        let target = density(&grid, |x| {
            let [a, b] = turned(x);
            (-(a.powi(4) / 4.0 + b.powi(4) / 3.0 + 0.5 * a * a * b * b - 0.5 * a * b + 0.3 * a) / 0.4).exp()
        });
        let source = density(&grid, |x| {
            let [a, b] = turned(x);
            (-((a - 0.6).powi(2) + 0.8 * (b + 0.3).powi(2)) / 0.5).exp()
        });
        PlaneDistance::new(&target).unwrap().with_relative_tolerance(1e-6).distance(&source).unwrap()
    };
    let (a, b) = (distance(0.0), distance(0.5));
    assert!((a.value - b.value).abs() <= a.error + b.error && a.error <= 1e-6 * a.value, "{a:?} and {b:?}");
    assert!(a.value > 0.5, "{a:?}");
}

#[test]
fn small_shifts_keep_their_digits() {
    let grid = grid(96, 5.0);
    let mut solver = PlaneDistance::new(&gaussian(&grid, [0.0, 0.0], [0.3, 0.1, 0.2])).unwrap();
    for shift in [1e-2, 1e-5] {
        let found = solver.distance(&gaussian(&grid, [0.6 * shift, 0.8 * shift], [0.3, 0.1, 0.2])).unwrap();
        assert!((found.value - shift).abs() <= found.error && found.error <= 1e-4 * shift, "{found:?} for {shift}");
    }
}

#[test]
fn a_start_of_another_box_or_size_is_refused() {
    let grid = grid(48, 5.0);
    let mut solver = PlaneDistance::new(&gaussian(&grid, [0.0, 0.0], [0.3, 0.0, 0.3])).unwrap();
    let zeros = |grid: Grid| Some(Potential { values: vec![0.0; grid.len()], grid });
    assert!(solver.set_warm_start(zeros(grid.clone())).is_err());
    let other = Grid::new(&[31, 31], &[9.0, 10.0], &[-5.0, -5.0]).unwrap();
    assert!(solver.set_warm_start(zeros(other)).is_err());
    assert!(solver.set_warm_start(zeros(grid.with_points(&[31, 31]).unwrap())).is_ok());
}

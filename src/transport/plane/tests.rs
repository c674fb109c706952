use super::*;

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
    let started = std::time::Instant::now();
    let found = solver.distance(&gaussian(&grid, m, a)).unwrap();
    let exact = bures(m, a, n, b);
    println!("{found:?} for {exact}, {:?}, {} steps", started.elapsed(), solver.newton_steps());
    assert!((found.value - exact).abs() <= found.error && found.error <= 1e-7 * exact, "{found:?} for {exact}");
}

#[test]
fn timing() {
    let grid = grid(108, 4.6);
    let well = |tau: f64, c: f64| move |s: f64| (-(s.powi(4) / 12.0 - s * s / 2.0 + c * s) / tau).exp();
    let hill = |m: f64, v: f64| move |s: f64| (-(s - m) * (s - m) / (2.0 * v)).exp();
    for (tau, a, b) in [(0.5, hill(0.7, 0.3), hill(-0.4, 0.4)), (0.25, hill(1.0, 0.2), hill(-0.4, 0.2)), (0.125, hill(1.0, 0.15), hill(-0.4, 0.15))] {
        let (f, g) = (well(tau, 0.0), well(tau, 0.2));
        let target = density(&grid, |x| f(x[0]) * g(x[1]));
        let now = std::time::Instant::now();
        let mut solver = PlaneDistance::new(&target).unwrap();
        println!("tau {tau}: poincare {} {:?}", solver.poincare, now.elapsed());
        for t in [1.0, 0.95, 0.5, 0.1, 1e-2, 1e-3, 1e-4, 1e-6] {
            let now = std::time::Instant::now();
            let source = density(&grid, |x| (a(x[0]) * b(x[1])).powf(t) * (f(x[0]) * g(x[1])).powf(1.0 - t));
            let found = solver.distance(&source);
            println!("  {t} {found:?} {:?} {} steps", now.elapsed(), solver.newton_steps());
        }
    }
}

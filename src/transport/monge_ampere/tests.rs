//! Facts that pin the solver; slow, independent computations of the same distances.

use super::*;
use std::f64::consts::PI;

fn torus(points: [usize; 2], period: [f64; 2]) -> Grid {
    Grid::new(&points, &period, &[0.0, 0.0]).unwrap()
}

/// A density from a formula in coordinates scaled to period 1.
fn density(grid: &Grid, f: impl Fn(f64, f64) -> f64) -> Density {
    let [n, m] = [grid.axis(0).points, grid.axis(1).points];
    let values = (0..n * m).map(|j| f((j / m) as f64 / n as f64, (j % m) as f64 / m as f64)).collect();
    Density::normalised(grid, values).unwrap()
}

const P: f64 = 2.0 * PI;

fn density_a(x: f64, y: f64) -> f64 {
    (0.7 * (P * (x - 0.15)).cos() + 0.5 * (P * y).sin() + 0.4 * (P * (x + y)).cos()).exp()
}

fn density_b(x: f64, y: f64) -> f64 {
    (0.6 * (P * x).sin() + 0.8 * (P * (y - 0.3)).cos() + 0.3 * (2.0 * P * x).sin() * (P * y).cos()).exp()
}

fn distance(source: &Density, target: &Density) -> Distance {
    let mut solver = MongeAmpere::new(target).unwrap();
    let started = std::time::Instant::now();
    let found = solver.distance(source).unwrap();
    let cold = started.elapsed();
    let started = std::time::Instant::now();
    let again = solver.distance(source);
    println!(
        "{found:?} {:?} cold {cold:?} {:?} warm {again:?} {:?}",
        solver.effort(),
        solver.warm.as_ref().unwrap().grid.shape(),
        started.elapsed()
    );
    found
}

#[test]
fn explore() {
    for n in [16, 32, 64, 128] {
        let grid = torus([n, n], [1.0, 1.0]);
        println!("n = {n}");
        distance(&density(&grid, density_a), &density(&grid, density_b));
        distance(&density(&grid, density_b), &density(&grid, density_a));
    }
}

#[test]
fn explore_contrast() {
    let grid = torus([128, 128], [1.0, 1.0]);
    for k in [1.0, 2.0, 3.0, 3.5, 5.0, 8.0] {
        let a = density(&grid, |x, y| (k * ((P * x).cos() + (P * y).cos())).exp());
        let b = density(&grid, |x, y| (k * ((P * (x - 0.3)).cos() + (P * (y - 0.1) + (P * x).sin()).cos())).exp());
        println!("k = {k}, contrast {:e}", (4.0 * k).exp());
        for (s, t) in [(&a, &b), (&b, &a), (&Density::uniform(&grid), &a), (&a, &Density::uniform(&grid))] {
            let mut solver = MongeAmpere::new(t).unwrap();
            let started = std::time::Instant::now();
            let found = solver.distance(s);
            println!("{found:?} {:?} {:?}", solver.effort(), started.elapsed());
        }
    }
}

#[test]
fn explore_near() {
    let grid = torus([64, 64], [1.0, 1.0]);
    let a = density(&grid, density_a);
    for e in [1e-2, 1e-4, 1e-6, 1e-8, 1e-10, 1e-12] {
        let b = density(&grid, |x, y| density_a(x, y) * (1.0 + e * (P * (x + 2.0 * y)).sin()));
        let d = distance(&b, &a);
        println!("{e:e}: {:.12e}", d.value / e);
    }
}

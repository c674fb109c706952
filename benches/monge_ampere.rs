//! Seconds of one Wasserstein-2 distance on the torus of dimension 2: cold, warm, and for a near pair.

use divan::{Bencher, black_box};
use nashflow::torus::{Density, Grid};
use nashflow::transport::MongeAmpere;
use std::f64::consts::TAU;

fn main() {
    divan::main();
}

fn density(n: usize, f: impl Fn(f64, f64) -> f64) -> Density {
    let grid = Grid::new(&[n, n], &[1.0, 1.0], &[0.0, 0.0]).expect("a valid torus");
    let values = (0..n * n).map(|j| f((j / n) as f64 / n as f64, (j % n) as f64 / n as f64)).collect();
    Density::normalised(&grid, values).expect("a positive density")
}

fn source(n: usize, power: f64) -> Density {
    density(n, |x, y| {
        (power * (0.7 * (TAU * (x - 0.15)).cos() + 0.5 * (TAU * y).sin() + 0.4 * (TAU * (x + y)).cos())).exp()
    })
}

fn target(n: usize) -> Density {
    density(n, |x, y| {
        let wave = 0.3 * (2.0 * TAU * x).sin() * (TAU * y).cos();
        (0.6 * (TAU * x).sin() + 0.8 * (TAU * (y - 0.3)).cos() + wave).exp()
    })
}

/// From nothing: the solver, its tables and all grids.
#[divan::bench(args = [32, 64, 128, 256])]
fn cold(bencher: Bencher, n: usize) {
    let (mu, nu) = (source(n, 1.0), target(n));
    bencher.bench(|| MongeAmpere::new(black_box(&nu)).unwrap().distance(black_box(&mu)).unwrap());
}

/// Two sources in turn, one per cent apart, each started from the other's potential.
#[divan::bench(args = [32, 64, 128, 256])]
fn warm(bencher: Bencher, n: usize) {
    let sources = [source(n, 1.0), source(n, 0.99)];
    let mut solver = MongeAmpere::new(&target(n)).unwrap();
    let mut turn = 0;
    solver.distance(&sources[1]).unwrap();
    bencher.bench_local(|| {
        turn = 1 - turn;
        solver.distance(black_box(&sources[turn])).unwrap()
    });
}

/// A pair at distance about 1e-9.
#[divan::bench(args = [64, 128])]
fn near(bencher: Bencher, n: usize) {
    let (mu, nu) = (source(n, 1.0), source(n, 1.0 + 1e-8));
    bencher.bench(|| MongeAmpere::new(black_box(&nu)).unwrap().distance(black_box(&mu)).unwrap());
}

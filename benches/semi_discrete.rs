//! Time of one distance between atoms and a density on the torus: `cargo bench --bench semi_discrete`.

use divan::{Bencher, black_box};
use nashflow::torus::{Density, Grid};
use nashflow::transport::{Cloud, Histogram, SemiDiscrete};
use std::f64::consts::TAU;

fn main() {
    divan::main();
}

fn grid(n: usize) -> Grid {
    Grid::new(&[n, n], &[1.0, 1.0], &[0.0, 0.0]).unwrap()
}

fn values(n: usize) -> Vec<f64> {
    let at = |j: usize| TAU * j as f64 / n as f64;
    let f = |s: f64, t: f64| (0.7 * (s - 0.15 * TAU).cos() + 0.5 * t.sin() + 0.4 * (s + t).cos()).exp();
    (0..n * n).map(|k| f(at(k / n), at(k % n))).collect()
}

/// Hashed points, independent of each other.
fn cloud(n: usize) -> Cloud {
    let mut state = 1_u64;
    let mut draw = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let points: Vec<f64> = (0..2 * n).map(|_| draw()).collect();
    Cloud::new(&points, None, &[1.0, 1.0], &[0.0, 0.0]).unwrap()
}

/// The start of the solver from nothing, every time.
fn bench(bencher: Bencher, solver: SemiDiscrete, atoms: usize) {
    let cloud = cloud(atoms);
    bencher.with_inputs(|| solver.clone()).bench_local_values(|mut solver| solver.distance(black_box(&cloud)).unwrap());
}

#[divan::bench(args = [100, 1000, 10_000, 100_000], sample_count = 3, sample_size = 1)]
fn uniform(bencher: Bencher, atoms: usize) {
    bench(bencher, SemiDiscrete::new(&Density::uniform(&grid(16))).unwrap(), atoms);
}

#[divan::bench(args = [100, 1000, 10_000, 100_000], sample_count = 3, sample_size = 1)]
fn band_limited(bencher: Bencher, atoms: usize) {
    bench(bencher, SemiDiscrete::new(&Density::normalised(&grid(64), values(64)).unwrap()).unwrap(), atoms);
}

#[divan::bench(args = [100, 1000, 10_000, 100_000], sample_count = 3, sample_size = 1)]
fn constant_on_cells(bencher: Bencher, atoms: usize) {
    bench(bencher, SemiDiscrete::piecewise_constant(&Histogram::new(&grid(64), &values(64)).unwrap()).unwrap(), atoms);
}

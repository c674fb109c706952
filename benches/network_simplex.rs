//! Time of one exact distance between point masses on the torus: `cargo bench --bench network_simplex`.

use divan::{Bencher, black_box};
use nashflow::torus::Grid;
use nashflow::transport::{Cloud, DiscreteTransport, Histogram};
use std::f64::consts::TAU;

fn main() {
    divan::main();
}

fn histogram(n: usize, f: impl Fn(f64, f64) -> f64) -> Histogram {
    let grid = Grid::new(&[n, n], &[1.0, 1.0], &[0.0, 0.0]).unwrap();
    let at = |j: usize| TAU * j as f64 / n as f64;
    let masses: Vec<f64> = (0..n * n).map(|k| f(at(k / n), at(k % n))).collect();
    Histogram::new(&grid, &masses).unwrap()
}

fn bench_histograms(bencher: Bencher, source: Histogram, target: Histogram) {
    bencher.bench_local(|| DiscreteTransport::between_histograms(black_box(&source), black_box(&target)).unwrap());
}

/// The pair of the reference values.
#[divan::bench(args = [32, 64, 128, 256], sample_count = 3, sample_size = 1)]
fn smooth(bencher: Bencher, n: usize) {
    let a = |s: f64, t: f64| (0.7 * (s - 0.15 * TAU).cos() + 0.5 * t.sin() + 0.4 * (s + t).cos()).exp();
    let b = |s: f64, t: f64| (0.6 * s.sin() + 0.8 * (t - 0.3 * TAU).cos() + 0.3 * (2.0 * s).sin() * t.cos()).exp();
    bench_histograms(bencher, histogram(n, a), histogram(n, b));
}

/// Hashed numbers: no structure to predict from.
#[divan::bench(args = [32, 64, 128], sample_count = 3, sample_size = 1)]
fn noise(bencher: Bencher, n: usize) {
    let hash = |seed: f64| move |s: f64, t: f64| ((s * 127.1 + t * 311.7 + seed).sin() * 43758.5453).fract().abs();
    bench_histograms(bencher, histogram(n, hash(0.3)), histogram(n, hash(1.7)));
}

/// Points against crowded points, equal weights.
#[divan::bench(args = [1000, 10_000], sample_count = 3, sample_size = 1)]
fn clouds(bencher: Bencher, n: usize) {
    let cloud = |shift: f64, power: i32| {
        let weyl = |i: usize, step: f64| ((i as f64 + shift) * step).fract().powi(power);
        let points: Vec<f64> =
            (0..n).flat_map(|i| [weyl(i, 0.754_877_666_246_692_8), weyl(i, 0.569_840_290_998_053_3)]).collect();
        Cloud::new(&points, None, &[1.0, 1.0], &[0.0, 0.0]).unwrap()
    };
    let (source, target) = (cloud(0.3, 1), cloud(0.7, 2));
    bencher.bench_local(|| DiscreteTransport::between_clouds(black_box(&source), black_box(&target)).unwrap());
}

//! Time of one distance on the circle, sorting included: `cargo bench --bench circle`.

use divan::{Bencher, black_box};
use nashflow::torus::{Density, Grid};
use nashflow::transport::{CircleDistance, Cloud, Measure, circle_distance};
use std::f64::consts::PI;

fn main() {
    divan::main();
}

fn density(n: usize, u: impl Fn(f64) -> f64) -> Density {
    let grid = Grid::new(&[n], &[1.0], &[0.0]).unwrap();
    let values = (0..n).map(|j| u(2.0 * PI * j as f64 / n as f64)).collect();
    Density::normalised(&grid, values).unwrap()
}

fn bench(bencher: Bencher, source: Density, target: Density) {
    let mut solver = CircleDistance::new(&target).unwrap();
    bencher.bench_local(|| solver.distance(black_box(&source)).unwrap());
}

fn bump(t: f64) -> f64 {
    (3.0 * (t - 0.6).cos()).exp()
}

#[divan::bench(args = [64, 256, 1024])]
fn far(bencher: Bencher, n: usize) {
    bench(bencher, density(n, bump), density(n, |t| (2.0 * (t - 3.4).cos() + 0.5 * (2.0 * t).sin()).exp()));
}

#[divan::bench(args = [64, 256, 1024])]
fn near(bencher: Bencher, n: usize) {
    bench(bencher, density(n, |t| bump(t) * (1.0 + 1e-6 * t.sin())), density(n, bump));
}

/// Density falling to rounding: the vacuum of a low temperature.
#[divan::bench(args = [256, 1024])]
fn far_at_low_temperature(bencher: Bencher, n: usize) {
    let well = |c: f64| density(n, move |t| (70.0 * ((t - c).cos() - 1.0)).exp());
    bench(bencher, well(1.0), well(2.5));
}

#[divan::bench(args = [256, 1024])]
fn near_at_low_temperature(bencher: Bencher, n: usize) {
    let well = |c: f64| density(n, move |t| (70.0 * ((t - c).cos() - 1.0)).exp());
    bench(bencher, well(1.0), well(1.0 + 1e-6));
}

/// Points with `u^power`, `u` a Weyl sequence of this step, in a scattered order.
fn scattered(n: usize, step: f64, power: i32) -> Vec<f64> {
    (0..n).map(|i| (i as f64 * step).fract().powi(power)).collect()
}

fn cloud(points: &[f64], weights: Option<&[f64]>) -> Measure {
    Measure::Atoms(Cloud::new(points, weights, &[1.0], &[0.0]).unwrap())
}

fn bench_measures(bencher: Bencher, source: Measure, target: Measure) {
    bencher.bench_local(|| circle_distance(black_box(&source), black_box(&target)).unwrap());
}

const GOLDEN: f64 = 0.618_033_988_749_894_9;
const PLASTIC: f64 = 0.754_877_666_246_692_8;

#[divan::bench(args = [10_000, 100_000, 1_000_000])]
fn atoms(bencher: Bencher, n: usize) {
    bench_measures(bencher, cloud(&scattered(n, GOLDEN, 1), None), cloud(&scattered(n, PLASTIC, 2), None));
}

#[divan::bench(args = [10_000, 100_000, 1_000_000])]
fn weighted_atoms(bencher: Bencher, n: usize) {
    let weights: Vec<f64> = scattered(n, PLASTIC, 1).iter().map(|w| 0.1 + w).collect();
    let weighted = |step, power| cloud(&scattered(n, step, power), Some(&weights));
    bench_measures(bencher, weighted(GOLDEN, 1), weighted(PLASTIC, 2));
}

#[divan::bench(args = [10_000, 100_000, 1_000_000])]
fn atoms_against_the_uniform_density(bencher: Bencher, n: usize) {
    bench_measures(bencher, cloud(&scattered(n, PLASTIC, 2), None), Measure::Density(density(64, |_| 1.0)));
}

#[divan::bench(args = [10_000, 100_000, 1_000_000])]
fn atoms_against_a_density(bencher: Bencher, n: usize) {
    bench_measures(bencher, cloud(&scattered(n, PLASTIC, 2), None), Measure::Density(density(64, bump)));
}

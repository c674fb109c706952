//! Time of one distance on the circle: `cargo bench --bench circle`.

use divan::{Bencher, black_box};
use nashflow::torus::{Density, Grid};
use nashflow::transport::CircleDistance;
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

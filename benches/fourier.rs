//! Real transforms of the arrays of a run: the floor under every time step.

use divan::Bencher;
use nashflow::torus::{Fourier, Grid};

fn main() {
    divan::main();
}

fn grid(shape: &[usize]) -> Grid {
    let unit = vec![1.0; shape.len()];
    Grid::new(shape, &unit, &unit).expect("a small grid")
}

fn values(grid: &Grid) -> Vec<f64> {
    (0..grid.len()).map(|j| 1.0 + 0.5 * (j as f64).sin()).collect()
}

#[divan::bench(args = [128, 256, 1024])]
fn forward_1d(bencher: Bencher, n: usize) {
    forward(bencher, &[n]);
}

#[divan::bench(args = [128, 256, 1024])]
fn inverse_1d(bencher: Bencher, n: usize) {
    inverse(bencher, &[n]);
}

#[divan::bench(args = [64, 128, 256])]
fn forward_2d(bencher: Bencher, n: usize) {
    forward(bencher, &[n, n]);
}

#[divan::bench(args = [64, 128, 256])]
fn inverse_2d(bencher: Bencher, n: usize) {
    inverse(bencher, &[n, n]);
}

fn forward(bencher: Bencher, shape: &[usize]) {
    let fourier = Fourier::new(&grid(shape));
    let mut scratch = fourier.scratch();
    let values = values(fourier.grid());
    let mut spectrum = fourier.zero_spectrum();
    bencher.bench_local(|| fourier.forward(&values, &mut spectrum, &mut scratch));
}

fn inverse(bencher: Bencher, shape: &[usize]) {
    let fourier = Fourier::new(&grid(shape));
    let mut scratch = fourier.scratch();
    let mut values = values(fourier.grid());
    let mut spectrum = fourier.zero_spectrum();
    fourier.forward(&values, &mut spectrum, &mut scratch);
    bencher.bench_local(|| fourier.inverse(&spectrum, &mut values, &mut scratch));
}

//! One ETDRK4 step of the flow beside the transforms it contains, on the same arrays in the same run.
//!
//! In one dimension a step holds 16 real transforms (4 stages, 2 players, 1 inverse and 1 forward), in two 24 (1 inverse
//! and 2 forward). Targets: a step costs at most 2x its transforms up to 128^2 and 2.5x at 256^2.

use divan::Bencher;
use nashflow::flow::{Flow, MflDa};
use nashflow::game::{Payoff, Player};
use nashflow::stepper::{Etdrk4, Stepper};
use nashflow::torus::{Fourier, Grid};
use std::f64::consts::PI;

fn main() {
    divan::main();
}

/// The limit cycle on the torus.
fn cycle(n: usize) -> MflDa {
    let grid = Grid::new(&[n], &[6.0 * PI], &[-3.0 * PI]).expect("valid");
    let w = |s: f64| 0.28125 - 1.125 * (2.0 * s / 3.0).cos() + 0.84375 * (4.0 * s / 3.0).cos();
    let f = move |x: &[f64], y: &[f64]| w(x[0]) + 13.5 * (x[0] / 3.0).sin() * (y[0] / 3.0).sin() - w(y[0]);
    let payoff = Payoff::from_function(f, &grid, &grid).expect("a trigonometric sum");
    MflDa::new(payoff, [0.0625, 0.0625], 1.0)
}

/// A trigonometric game of two-dimensional players.
fn torus2(n: usize) -> MflDa {
    let grid = Grid::new(&[n, n], &[1.0, 1.0], &[0.0, 0.0]).expect("valid");
    let (c, s) = (|m: f64, z: f64| (2.0 * PI * m * z).cos(), |m: f64, z: f64| (2.0 * PI * m * z).sin());
    let f = move |x: &[f64], y: &[f64]| {
        c(1.0, x[0]) * s(1.0, x[1]) * s(1.0, y[0]) * c(2.0, y[1]) + 0.7 * s(2.0, x[0]) * c(1.0, y[0]) * c(1.0, y[1])
            - 0.5 * c(1.0, x[0]) * c(2.0, x[1]) * c(2.0, y[0]) * s(1.0, y[1])
    };
    let payoff = Payoff::from_function(f, &grid, &grid).expect("a trigonometric sum");
    MflDa::new(payoff, [0.05, 0.05], 1.0)
}

fn step(bencher: Bencher, mut flow: MflDa) {
    let start = |player: Player| -> Vec<f64> {
        let grid = flow.layout().grid(player);
        (0..grid.len())
            .map(|j| {
                let node = grid.node(j);
                let phase: f64 = node.iter().zip(grid.axes()).map(|(&i, a)| i as f64 / a.points as f64).sum();
                (1.0 + 0.5 * (2.0 * PI * phase).cos()) / grid.volume()
            })
            .collect()
    };
    let values = [start(Player::X), start(Player::Y)];
    let mut state = flow.layout().from_values([&values[0], &values[1]]);
    let mut stepper = Etdrk4::new(1e-4);
    bencher.bench_local(|| stepper.advance(&mut flow, &mut state, 1.0).expect("a small step"));
}

fn transforms(bencher: Bencher, flow: MflDa, inverse: usize, forward: usize) {
    let fourier = Fourier::new(flow.layout().grid(Player::X));
    let mut scratch = fourier.scratch();
    let mut values = vec![1.0; fourier.grid().len()];
    let mut spectrum = fourier.zero_spectrum();
    bencher.bench_local(|| {
        for _ in 0..inverse {
            fourier.inverse(&spectrum, &mut values, &mut scratch);
        }
        for _ in 0..forward {
            fourier.forward(&values, &mut spectrum, &mut scratch);
        }
    });
}

#[divan::bench(args = [256, 1024])]
fn step_1d(bencher: Bencher, n: usize) {
    step(bencher, cycle(n));
}

#[divan::bench(args = [256, 1024])]
fn transforms_1d(bencher: Bencher, n: usize) {
    transforms(bencher, cycle(n), 8, 8);
}

#[divan::bench(args = [64, 128, 256])]
fn step_2d(bencher: Bencher, n: usize) {
    step(bencher, torus2(n));
}

#[divan::bench(args = [64, 128, 256])]
fn transforms_2d(bencher: Bencher, n: usize) {
    transforms(bencher, torus2(n), 8, 16);
}

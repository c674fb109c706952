//! The payoff's row kernels beside one pair of transforms of the same array, and the equilibrium of a random game.

use nashflow::equilibrium::Equilibrium;
use nashflow::game::Player;
use nashflow::game::payoff::{FactorFunction, Payoff, ProductTerm};
use nashflow::torus::{Fourier, Grid};
use std::f64::consts::PI;

fn main() {
    divan::main();
}

/// `rank` trigonometric products with decaying coefficients and a rotation.
fn game(rank: usize, points: usize) -> Payoff {
    let grid = Grid::new(&[points], &[1.0], &[0.0]).unwrap();
    let wave = |k: usize| {
        let angle = |j: usize| 2.0 * PI * ((k / 2 + 1) * j) as f64 / points as f64;
        FactorFunction::Product(vec![
            (0..points).map(|j| if k.is_multiple_of(2) { angle(j).cos() } else { angle(j).sin() }).collect(),
        ])
    };
    let coefficient = |k: usize| if k < 2 { 5.0 } else { (1.7 * k as f64).sin() };
    let terms: Vec<ProductTerm> = (0..rank)
        .map(|k| ProductTerm { coefficient: coefficient(k), x: wave(k), y: wave((k * 5 + k / 4) % rank) })
        .chain((0..4).map(|k| ProductTerm { coefficient: 0.5, x: wave(k), y: FactorFunction::one(&grid) }))
        .collect();
    Payoff::from_factors(&grid, &grid, &terms).unwrap()
}

#[divan::bench(args = [1, 3, 6, 12])]
fn observe_and_drift_256(bencher: divan::Bencher, rank: usize) {
    let payoff = game(rank, 256);
    let mut work = payoff.work();
    let density = vec![1.0; 256];
    let mut out = vec![0.0; 256];
    bencher.bench_local(|| {
        payoff.begin(&mut work);
        payoff.observe_row(Player::Y, 0, divan::black_box(&density), &mut work);
        payoff.finish(Player::X, &[], &mut work);
        payoff.drift_row(Player::X, 0, 0, &mut work, &mut out);
        out[0]
    });
}

#[divan::bench]
fn transform_pair_256(bencher: divan::Bencher) {
    let grid = Grid::new(&[256], &[1.0], &[0.0]).unwrap();
    let fourier = Fourier::new(&grid);
    let (mut scratch, mut spectrum) = (fourier.scratch(), fourier.zero_spectrum());
    let mut values = vec![1.0; 256];
    bencher.bench_local(|| {
        fourier.forward(divan::black_box(&values), &mut spectrum, &mut scratch);
        fourier.inverse(&spectrum, &mut values, &mut scratch);
    });
}

#[divan::bench(args = [0.3, 0.1, 0.03, 0.01])]
fn equilibrium_of_rank_12_at_256(bencher: divan::Bencher, temperature: f64) {
    let payoff = game(12, 256);
    bencher.bench_local(|| Equilibrium::solve_on_grid(&payoff, [temperature; 2]).unwrap().iterations());
}

//! The eight leading eigenvalues of a game's linearisation on one pair of grids. Targets: 0.1 s for circles of 256 nodes, 5 s
//! for tori of 64^2 and 30 s for tori of 128^2 against each other, of which the command needs two, one a little finer.

use divan::Bencher;
use nashflow::equilibrium::Equilibrium;
use nashflow::game::Payoff;
use nashflow::spectrum::Spectrum;
use nashflow::torus::Grid;
use std::f64::consts::PI;

fn main() {
    divan::main();
}

fn wave(m: f64, s: f64) -> f64 {
    (2.0 * PI * m * s).cos()
}

/// Two wells for each player, tied together: the hard case of Wang and Chizat.
#[divan::bench(args = [257, 513], sample_count = 10, sample_size = 1)]
fn circles(bencher: Bencher, n: usize) {
    let grid = Grid::new(&[n], &[1.0], &[0.0]).expect("valid");
    let f = |x: &[f64], y: &[f64]| wave(2.0, x[0] - 0.125) + wave(2.0, y[0] - 0.125) + 2.0 * wave(1.0, x[0] + y[0]);
    bench(bencher, &Payoff::from_function(f, &grid, &grid).expect("a trigonometric sum"), [0.1, 0.1]);
}

/// Products of waves of both directions, and wells along one for each player.
#[divan::bench(args = [75, 135], sample_count = 3, sample_size = 1)]
fn tori(bencher: Bencher, n: usize) {
    let grid = Grid::new(&[n, n], &[1.0, 1.0], &[0.0, 0.0]).expect("valid");
    let f = |x: &[f64], y: &[f64]| {
        wave(1.0, x[0]) * wave(1.0, x[1] - 0.25) * wave(1.0, y[0] - 0.25) * wave(2.0, y[1])
            + 0.7 * wave(2.0, x[0] - 0.125) * wave(1.0, y[0]) * wave(1.0, y[1])
            - 0.5 * wave(1.0, x[0]) * wave(2.0, x[1]) * wave(2.0, y[0]) * wave(1.0, y[1] - 0.25)
            + 0.3 * wave(2.0, x[0])
            - 0.3 * wave(2.0, y[1])
    };
    bench(bencher, &Payoff::from_function(f, &grid, &grid).expect("a trigonometric sum"), [0.1, 0.1]);
}

fn bench(bencher: Bencher, payoff: &Payoff, temperature: [f64; 2]) {
    let equilibrium = Equilibrium::solve(payoff, temperature).expect("an equilibrium");
    bencher.bench_local(|| Spectrum::solve(payoff, &equilibrium, 1.0, 8).expect("a spectrum"));
}

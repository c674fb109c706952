//! A game in two dimensions with a uniform equilibrium, and all its eigenvalues.

use super::pair;
use crate::spectrum::ordering::sort_leading;
use num_complex::Complex64;
use std::f64::consts::PI;

/// A game on two unit squares with uniform equilibrium: `sum c_i a_i(x) b_i(y)`, `a_i` and `b_i` orthogonal waves or products of
/// two waves, with `|k|^2/(4 pi^2)` and mean square of each.
pub(super) struct UniformGame {
    coefficients: [f64; 3],
    levels: [[usize; 3]; 2],
    squares: [[f64; 3]; 2],
}

pub(super) const PLAYERS_2X2: UniformGame = UniformGame {
    coefficients: [1.0, 0.7, -0.5],
    levels: [[2, 4, 5], [5, 2, 5]],
    squares: [[0.25, 0.5, 0.25], [0.25, 0.25, 0.25]],
};

pub(super) fn players_2x2(x: &[f64], y: &[f64]) -> f64 {
    let wave = |m: f64, s: f64| (2.0 * PI * m * s).cos();
    let odd = |m: f64, s: f64| (2.0 * PI * m * s).sin();
    wave(1.0, x[0]) * odd(1.0, x[1]) * odd(1.0, y[0]) * wave(2.0, y[1])
        + 0.7 * odd(2.0, x[0]) * wave(1.0, y[0]) * wave(1.0, y[1])
        - 0.5 * wave(1.0, x[0]) * wave(2.0, x[1]) * wave(2.0, y[0]) * odd(1.0, y[1])
}

impl UniformGame {
    /// Every eigenvalue of modes with `|k|^2 <= 4 pi^2 most`: for each term the pair of the block of `a_i` and `b_i`, and
    /// `-4 pi^2 tau |k|^2` for every other wave.
    pub fn eigenvalues(&self, tau: [f64; 2], eta: f64, most: usize) -> Vec<Complex64> {
        let unit = 4.0 * PI * PI;
        let mut all = Vec::new();
        for i in 0..3 {
            let [p, q] = [self.levels[0][i] as f64, self.levels[1][i] as f64];
            let c = self.coefficients[i];
            let sent = [unit * p * c * self.squares[1][i], eta * unit * q * c * self.squares[0][i]];
            all.extend(pair(unit * p * tau[0], eta * unit * q * tau[1], sent[0], sent[1]));
        }
        for player in 0..2 {
            let rate = [tau[0], eta * tau[1]][player];
            for level in 1..=most {
                let side = -(most as i64)..=most as i64;
                let waves = side.clone().flat_map(|a| side.clone().map(move |b| (a * a + b * b) as usize));
                let number = waves.filter(|k2| *k2 == level).count();
                let tied = self.levels[player].iter().filter(|l| **l == level).count();
                all.extend(vec![Complex64::from(-unit * rate * level as f64); number - tied]);
            }
        }
        sort_leading(&mut all, |value| *value);
        all
    }
}

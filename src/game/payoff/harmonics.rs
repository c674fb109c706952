//! One player's functions as few Fourier modes, for flows that work on Fourier coefficients alone.
//!
//! ```text
//! A_i(x) = sum_k A_i_hat(k) exp(i k.(x - o)),   int A_i u dx = |X| sum_k conj(A_i_hat(k)) u_hat(k).
//! ```
//!
//! A payoff of a few sines and cosines, in whichever form it is held, has a handful of such modes: a moment is then a
//! handful of products, and the potential is its handful of coefficients. Modes whose coefficient is rounding of the
//! largest one are left out, as they are where tables are differentiated (`tables.rs`); functions with a Nyquist mode,
//! or with more modes than asked for, have no such form.

use super::operator::Payoff;
use super::tables::ROUNDING;
use crate::game::Player;
use crate::torus::Fourier;
use num_complex::Complex64;
use std::collections::BTreeMap;

/// The functions `A_i` and `S` of `X` (`B_j` and `T` of `Y`), mode by mode.
#[derive(Debug, Clone, PartialEq)]
pub struct Harmonics {
    /// Signed mode numbers, one of `k` and `-k` each, never 0.
    waves: Vec<Vec<i64>>,
    /// Position of each wave in the stored spectrum.
    positions: Vec<usize>,
    /// `A_i_hat` of each wave: `waves x functions`.
    functions: Vec<Complex64>,
    /// `S_hat` of each wave.
    static_part: Vec<Complex64>,
    /// `A_i_hat(0)`.
    means: Vec<f64>,
    volume: f64,
}

impl Payoff {
    /// The player's functions as Fourier modes, if they have no more than `most` of them.
    pub fn harmonics(&self, player: Player, most: usize) -> Option<Harmonics> {
        let grid = self.grid(player);
        let count = self.function_count(player);
        // So many independent functions do not fit into `most` sines and cosines and the constant.
        if count > 2 * most + 1 {
            return None;
        }
        let fourier = Fourier::new(grid);
        let (mut spectrum, mut scratch) = (fourier.zero_spectrum(), fourier.scratch());
        let mut waves: BTreeMap<usize, Vec<Complex64>> = BTreeMap::new();
        let mut means = Vec::with_capacity(count);
        for i in 0..=count {
            let values = if i < count { self.function(player, i) } else { self.static_function(player) };
            fourier.forward(&values, &mut spectrum, &mut scratch);
            let largest = spectrum.iter().map(|c| c.norm()).fold(0.0, f64::max);
            means.push(spectrum[0].re);
            for (place, c) in spectrum.iter().enumerate().skip(1).filter(|(_, c)| c.norm() > ROUNDING * largest) {
                if grid.is_nyquist(place) {
                    return None;
                }
                if grid.is_upper(place) {
                    waves.entry(place).or_insert_with(|| vec![Complex64::ZERO; count + 1])[i] = *c;
                }
            }
            if waves.len() > most {
                return None;
            }
        }
        means.truncate(count);
        let modes: Vec<Vec<i64>> = waves.keys().map(|place| grid.modes(*place)).collect();
        let mut harmonics = Harmonics {
            positions: waves.keys().copied().collect(),
            waves: modes,
            functions: Vec::with_capacity(waves.len() * count),
            static_part: Vec::with_capacity(waves.len()),
            means,
            volume: grid.volume(),
        };
        for coefficients in waves.into_values() {
            harmonics.functions.extend_from_slice(&coefficients[..count]);
            harmonics.static_part.push(coefficients[count]);
        }
        Some(harmonics)
    }
}

impl Harmonics {
    /// Signed mode numbers of the waves.
    pub fn waves(&self) -> &[Vec<i64>] {
        &self.waves
    }

    /// Number of functions `A_i`.
    pub fn count(&self) -> usize {
        self.means.len()
    }

    /// `int A_i u` of the function with these Fourier coefficients; returns `int u`.
    pub fn moments(&self, spectrum: &[Complex64], moments: &mut [f64]) -> f64 {
        let mass = self.volume * spectrum[0].re;
        for (m, mean) in moments.iter_mut().zip(&self.means) {
            *m = mean * mass;
        }
        for (place, functions) in self.positions.iter().zip(self.functions.chunks_exact(self.count().max(1))) {
            let u = spectrum[*place] * (2.0 * self.volume);
            for (m, a) in moments.iter_mut().zip(functions) {
                *m += a.re * u.re + a.im * u.im;
            }
        }
        mass
    }

    /// Coefficients of `mass S + sum_i weights_i A_i`, one for each wave.
    pub fn combination(&self, mass: f64, weights: &[f64], out: &mut [Complex64]) {
        for (w, c) in out.iter_mut().enumerate() {
            let functions = &self.functions[w * self.count()..][..self.count()];
            *c = self.static_part[w] * mass;
            for (u, a) in weights.iter().zip(functions) {
                *c += a * *u;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::game::payoff::modes::position;
    use crate::game::payoff::{FactorFunction, ProductTerm};
    use crate::torus::Grid;

    /// A payoff of three waves of `x` and two of `y`, with a static part, on grids of any parity.
    fn payoff(points: &[usize], of_y: &[usize]) -> Payoff {
        let grid = |points: &[usize]| Grid::new(points, &vec![2.0; points.len()], &vec![0.3; points.len()]).unwrap();
        let (x, y) = (grid(points), grid(of_y));
        let wave = |grid: &Grid, a: f64, b: f64| -> FactorFunction {
            let turn = |j: usize| -> f64 {
                let weights = [a, b];
                let node = grid.node(j);
                node.iter().zip(grid.axes()).zip(weights).map(|((&i, axis), w)| w * i as f64 / axis.points as f64).sum()
            };
            FactorFunction::Dense((0..grid.len()).map(|j| (0.7 + 2.0 * std::f64::consts::PI * turn(j)).sin()).collect())
        };
        let terms = [
            ProductTerm { coefficient: 1.3, x: wave(&x, 1.0, 2.0), y: wave(&y, 1.0, -1.0) },
            ProductTerm { coefficient: -0.4, x: wave(&x, 2.0, -1.0), y: wave(&y, 2.0, 1.0) },
            ProductTerm { coefficient: 0.9, x: wave(&x, 1.0, 0.0), y: FactorFunction::one(&y) },
        ];
        Payoff::from_factors(&x, &y, &terms).unwrap()
    }

    #[test]
    fn moments_and_combinations_are_those_of_the_node_values() {
        for (shape_x, shape_y) in [(vec![12], vec![15]), (vec![9, 8], vec![14]), (vec![10, 11], vec![8, 9])] {
            let payoff = payoff(&shape_x, &shape_y);
            for player in Player::BOTH {
                let grid = payoff.grid(player);
                let harmonics = payoff.harmonics(player, 4).expect("few waves");
                let values: Vec<f64> = (0..grid.len()).map(|j| ((3 * j + 2) % 11) as f64).collect();
                let fourier = Fourier::new(grid);
                let mut spectrum = fourier.zero_spectrum();
                fourier.forward(&values, &mut spectrum, &mut fourier.scratch());
                let mut work = payoff.work();
                let mut expected = vec![0.0; payoff.function_count(player)];
                let mass = payoff.function_integrals(player, &values, &mut expected, &mut work);
                let mut moments = vec![f64::NAN; harmonics.count()];
                assert!((harmonics.moments(&spectrum, &mut moments) - mass).abs() <= 1e-14 * mass);
                for (m, e) in moments.iter().zip(&expected) {
                    assert!((m - e).abs() <= 1e-14 * mass, "{player:?} on {shape_x:?} {shape_y:?}: {m} against {e}");
                }
                let weights: Vec<f64> = (0..harmonics.count()).map(|i| 0.5 + i as f64).collect();
                let mut out = vec![Complex64::ZERO; harmonics.waves().len()];
                harmonics.combination(0.6, &weights, &mut out);
                let mut potential = vec![0.0; grid.len()];
                payoff.combination(player, 0.6, &weights, &mut potential, &mut work);
                fourier.forward(&potential, &mut spectrum, &mut fourier.scratch());
                let size = spectrum.iter().map(|c| c.norm()).fold(0.0, f64::max);
                for (wave, c) in harmonics.waves().iter().zip(&out) {
                    let expected = spectrum[position(grid, wave)];
                    assert!((c - expected).norm() <= 1e-14 * size, "{player:?}, wave {wave:?}: {c} against {expected}");
                }
            }
        }
    }

    #[test]
    fn functions_of_many_waves_or_with_a_nyquist_mode_have_no_such_form() {
        assert!(payoff(&[16], &[16]).harmonics(Player::X, 2).is_some());
        assert!(payoff(&[16], &[16]).harmonics(Player::X, 1).is_none());
        assert!(payoff(&[4], &[16]).harmonics(Player::X, 8).is_none(), "wave 2 of 4 points");
    }
}

//! What an orbit looks like: averages over one period and the size of the swing.
//!
//! Averages over a period are means over equidistant times, which converge faster than any power of the spacing for a
//! smooth orbit. The amplitude of a player is the largest distance of his density from its average over the orbit, in the
//! norm of the flow, `|X|^(1/2) |.|_L2`: dimensionless, and at least the L1 distance. `|X|` is the volume of the torus.

use super::coordinates::difference;
use super::shooting::Point;
use super::trajectory::follow;
use crate::diagnostics::{energy, nikaido_isoda};
use crate::flow::{Flow, MflDa, PairLayout};
use crate::game::Player;
use crate::torus::Fourier;
use num_complex::Complex64;

/// Fewest times at which an orbit is looked at.
const FEWEST_SAMPLES: usize = 128;

/// An orbit, looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct Portrait {
    /// States at equidistant times of one period, the first at time 0, the last one spacing before the end.
    pub samples: Vec<Vec<Complex64>>,
    /// Amplitude of each player.
    pub amplitude: [f64; 2],
    /// Their estimated errors: that of the largest of finitely many samples.
    pub amplitude_error: [f64; 2],
    /// Nikaido-Isoda error of every sample.
    pub gaps: Vec<f64>,
    /// `F(mu, nu)` of every sample.
    pub energies: Vec<f64>,
}

impl Portrait {
    /// Average of the Nikaido-Isoda error.
    pub fn nikaido_isoda(&self) -> f64 {
        mean(&self.gaps)
    }

    /// Average of `F(mu, nu)`.
    pub fn energy(&self) -> f64 {
        mean(&self.energies)
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Looks at an orbit in `steps` time steps a period.
pub fn portrait(flow: &mut MflDa, temperature: [f64; 2], orbit: &Point, steps: usize) -> Portrait {
    let stride = (steps / FEWEST_SAMPLES).max(1);
    // Whole strides only, so that the spacing is one.
    let steps = steps.div_ceil(stride) * stride;
    let mut samples = vec![orbit.state.clone()];
    let mut step = 0;
    follow(flow, &orbit.state, orbit.period, steps, |_, state| {
        step += 1;
        if step % stride == 0 && step < steps {
            samples.push(state.to_vec());
        }
    });
    let [(amplitude_x, error_x), (amplitude_y, error_y)] = amplitudes(flow, &samples);
    let mut work = flow.payoff().work();
    let fouriers = Player::BOTH.map(|player| Fourier::new(flow.layout().grid(player)));
    let (mut gaps, mut energies) = (Vec::new(), Vec::new());
    for sample in &samples {
        let [mu, nu] = Player::BOTH.map(|player| {
            let fourier = &fouriers[player.index()];
            let mut values = vec![0.0; fourier.grid().len()];
            fourier.inverse(flow.layout().part(player, sample), &mut values, &mut fourier.scratch());
            values
        });
        gaps.push(nikaido_isoda(flow.payoff(), temperature, &mu, &nu, &mut work));
        energies.push(energy(flow.payoff(), temperature, &mu, &nu, &mut work));
    }
    Portrait { samples, amplitude: [amplitude_x, amplitude_y], amplitude_error: [error_x, error_y], gaps, energies }
}

/// The largest distance of each player's density from its average, with its error.
fn amplitudes(flow: &MflDa, samples: &[Vec<Complex64>]) -> [(f64, f64); 2] {
    let layout = flow.layout();
    let mut average = vec![Complex64::ZERO; layout.len()];
    for sample in samples {
        average.iter_mut().zip(sample).for_each(|(m, c)| *m += c / samples.len() as f64);
    }
    Player::BOTH.map(|player| {
        let squares: Vec<f64> =
            samples.iter().map(|s| own_part(layout, player, &difference(s, &average)).powi(2)).collect();
        let (square, error) = largest(&squares);
        let amplitude = square.sqrt();
        (amplitude, if amplitude > 0.0 { error / (2.0 * amplitude) } else { error.sqrt() })
    })
}

/// The norm of one player's part.
fn own_part(layout: &PairLayout, player: Player, state: &[Complex64]) -> f64 {
    let mut own = state.to_vec();
    let (x, y) = layout.parts_mut(&mut own);
    let other = if player == Player::X { y } else { x };
    other.fill(Complex64::ZERO);
    layout.norm(&own)
}

/// The maximum of a periodic function from equidistant samples, by the parabola through the three around the largest; its
/// error by the parabola of twice the spacing, which is off by some sixteen times as much.
fn largest(samples: &[f64]) -> (f64, f64) {
    let n = samples.len();
    let top = (0..n).max_by(|a, b| samples[*a].total_cmp(&samples[*b])).expect("an orbit has samples");
    let vertex = |stride: usize| {
        let (left, middle, right) = (samples[(top + n - stride) % n], samples[top], samples[(top + stride) % n]);
        let (slope, curvature) = (0.5 * (right - left), left + right - 2.0 * middle);
        if curvature < 0.0 { middle - 0.5 * slope * slope / curvature } else { middle }
    };
    let (near, far) = (vertex(1), vertex(2));
    (near, (near - far).abs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    #[test]
    fn the_largest_value_between_samples_is_found_within_its_error() {
        for n in [32_usize, 100, 257] {
            for phase in [0.0, 0.1, 0.37, 0.5] {
                let at = |t: f64| (1.2 * (TAU * t).cos()).exp();
                let samples: Vec<f64> = (0..n).map(|k| at((k as f64 + phase) / n as f64)).collect();
                let (found, error) = largest(&samples);
                let off = (found - at(0.0)).abs();
                assert!(off <= error + 1e-15 * found, "{n} samples, phase {phase}: off by {off:e}, bar {error:e}");
                assert!(error <= 2e3 * (n as f64).powi(-3), "{n} samples, phase {phase}: {error:e}");
            }
        }
    }
}

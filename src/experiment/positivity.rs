//! The watch over the minimum of the densities.
//!
//! A pseudo-spectral density may undershoot a little beside a steep flank. Below `-DEEPEST_DIP` times its maximum it is
//! no density and the run ends; below `-ROUNDING` times its maximum the summary says so.
//!
//! Node values are looked at after every accepted step, which costs an inverse transform for each player.

use crate::flow::PairLayout;
use crate::game::{Player, Scheme};
use crate::torus::{Fourier, FourierScratch};
use num_complex::Complex64;

/// Deepest dip below 0, as a share of the maximum, that a density may have.
const DEEPEST_DIP: f64 = 1e-3;
/// Dips below this share of the maximum are rounding: transforms of a million nodes leave some 1e-14.
const ROUNDING: f64 = 1e-12;

/// The density that fell deepest below 0, as a share of its maximum.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lowest {
    /// When.
    pub time: f64,
    /// Whose density.
    pub player: Player,
    /// Its smallest node value.
    pub minimum: f64,
    /// Its largest node value.
    pub maximum: f64,
}

impl Lowest {
    /// How far below 0, as a share of the maximum.
    pub fn depth(&self) -> f64 {
        -self.minimum / self.maximum
    }

    /// Whether the state is no pair of densities any more.
    pub fn is_too_deep(&self) -> bool {
        self.depth().is_nan() || self.depth() > DEEPEST_DIP
    }

    /// For the summary of a game whose players live on these lines.
    pub fn note(&self, lines: [bool; 2]) -> String {
        let on_line = if lines[self.player.index()] {
            "; W2 on the line counts what is below 0 as 0, and its error bar holds that"
        } else {
            ""
        };
        format!(
            "the density of player {} fell to {:.1e} at time {}, beside a maximum of {:.1e}{on_line}",
            self.player.letter(),
            self.minimum,
            self.time,
            self.maximum
        )
    }

    /// The deeper of two, the earlier when they are equal.
    pub fn deeper(before: Option<Lowest>, now: Lowest) -> Lowest {
        before.filter(|before| before.depth() >= now.depth()).unwrap_or(now)
    }
}

/// Which player's values are negative beyond rounding, the deeper dip of both.
pub fn dip(values: [&[f64]; 2], time: f64) -> Option<Lowest> {
    let dips = Player::BOTH.into_iter().zip(values).filter_map(|(player, values)| {
        let minimum = extreme(values, f64::min);
        if minimum >= 0.0 {
            return None;
        }
        let found = Lowest { time, player, minimum, maximum: extreme(values, f64::max) };
        (found.depth() > ROUNDING).then_some(found)
    });
    dips.fold(None, |before, now| Some(Lowest::deeper(before, now)))
}

/// Looks at the states of a run.
#[derive(Debug)]
pub struct Watch {
    layout: PairLayout,
    transforms: [(Fourier, FourierScratch, Vec<f64>); 2],
}

impl Watch {
    /// For states of this layout.
    pub fn new(layout: &PairLayout) -> Watch {
        let transforms = Player::BOTH.map(|player| {
            let fourier = Fourier::new(layout.grid(player));
            let scratch = fourier.scratch();
            (fourier, scratch, vec![0.0; layout.grid(player).len()])
        });
        Watch { layout: layout.clone(), transforms }
    }

    /// [`dip`] of a state of this time.
    pub fn look(&mut self, state: &[Complex64], time: f64) -> Option<Lowest> {
        for (player, (fourier, scratch, values)) in Player::BOTH.into_iter().zip(&mut self.transforms) {
            fourier.inverse(self.layout.part(player, state), values, scratch);
        }
        let [(_, _, mu), (_, _, nu)] = &self.transforms;
        dip([mu, nu], time)
    }
}

/// What to change.
pub fn advice(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::Adaptive => "lower solver.tolerance or raise solver.grid",
        _ => "reduce solver.step, or use the scheme adaptive",
    }
}

/// Minimum or maximum, in lanes that the processor works on side by side.
fn extreme(values: &[f64], pick: impl Fn(f64, f64) -> f64) -> f64 {
    let mut lanes = [values[0]; 8];
    let chunks = values.chunks_exact(8);
    let rest = chunks.remainder();
    for chunk in chunks {
        for (lane, value) in lanes.iter_mut().zip(chunk) {
            *lane = pick(*lane, *value);
        }
    }
    rest.iter().chain(&lanes[1..]).fold(lanes[0], |best, value| pick(best, *value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deeper_dip_is_found_wherever_it_is_and_rounding_is_none() {
        for position in 0..21 {
            let (mut mu, nu) = ([1.0; 21], [0.5; 3]);
            mu[(position + 1) % 21] = 4.0;
            mu[position] = -2e-3;
            let found = dip([&mu, &nu], 0.5).unwrap();
            assert_eq!(found, Lowest { time: 0.5, player: Player::X, minimum: -2e-3, maximum: 4.0 });
            assert!(!found.is_too_deep());
            mu[position] = -5e-3;
            assert!(dip([&mu, &nu], 0.5).unwrap().is_too_deep());
            mu[position] = -1e-14;
            assert_eq!(dip([&mu, &nu], 0.5), None);
        }
        let (mu, nu) = ([1.0, -1e-6], [1.0, -1e-5]);
        assert_eq!(dip([&mu, &nu], 1.0).unwrap().player, Player::Y);
    }

    #[test]
    fn the_deepest_of_all_times_is_kept_and_the_first_of_equals() {
        let at = |time: f64, minimum: f64| Lowest { time, player: Player::X, minimum, maximum: 1.0 };
        let kept = [at(1.0, -1e-6), at(2.0, -1e-5), at(3.0, -1e-5)]
            .into_iter()
            .fold(None, |before, now| Some(Lowest::deeper(before, now)));
        assert_eq!(kept, Some(at(2.0, -1e-5)));
    }
}

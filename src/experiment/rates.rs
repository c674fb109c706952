//! The measured decay of a run beside the spectrum at its equilibrium: what the flow does beside what the theorem says.
//!
//! The distance of a general state decays at the gap in the end. A state that does not excite the slowest modes (the
//! limit-cycle games have modes that only mirror images tell apart) decays like the slowest eigenvalue it excites, so the
//! rate is compared with the list too. No decay is slower than the guaranteed rate.

use super::discretisation::discretise_automatically;
use super::{RunError, SpectrumSummary, linear_spectrum};
use crate::diagnostics::Decay;
use crate::game::{Game, GameFile, Player};
use crate::spectrum::SpectrumError;
use serde::Serialize;

/// Eigenvalues of a run with two players of dimension 1, and with others.
const COUNTS: [usize; 2] = [8, 4];
/// Most nodes of both players together for which a run computes the spectrum, in the same two cases: a few seconds, and about
/// half a minute.
const MOST_NODES: [usize; 2] = [1536, 16384];
/// Farthest that an eigenvalue may be from a rate to be called its cause, as a share of the rate.
const NEAR: f64 = 0.02;

/// Ratios of the measured rate to what the linearisation says.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RateComparison {
    /// Measured rate over the spectral gap.
    pub to_gap: f64,
    /// Measured rate over the guaranteed rate: not below 1 but for the errors of both.
    pub to_guaranteed: f64,
    /// The eigenvalue whose real part is nearest, if it is within 2 % or the error of the rate.
    pub eigenvalue: Option<[f64; 2]>,
    /// Measured rate over minus its real part.
    pub to_eigenvalue: Option<f64>,
}

impl RateComparison {
    /// Compares a decay with a spectrum.
    pub fn new(decay: &Decay, spectrum: &SpectrumSummary) -> RateComparison {
        let off = |value: &[f64; 2]| (decay.rate + value[0]).abs();
        let nearest = spectrum.eigenvalues.iter().copied().min_by(|a, b| off(a).total_cmp(&off(b)));
        let eigenvalue = nearest.filter(|value| off(value) <= (NEAR * decay.rate).max(decay.error));
        RateComparison {
            to_gap: decay.rate / spectrum.gap,
            to_guaranteed: decay.rate / spectrum.guaranteed_rate,
            eigenvalue,
            to_eigenvalue: eigenvalue.map(|[re, _]| -decay.rate / re),
        }
    }
}

/// The leading eigenvalues for the summary and the file of a run, on the grids that resolve the equilibrium, or why
/// there are none.
pub fn spectrum_of_run(file: &GameFile) -> Result<SpectrumSummary, String> {
    if !file.flow().is_mfl_da() {
        return Err(format!("the linearisation is that of mfl-da, which says nothing of {}", file.flow().name()));
    }
    let game = file.game();
    let reason = |error: RunError| error.to_string();
    let shapes = match discretise_automatically(game) {
        Err(RunError::Edge { player }) => return Err(SpectrumError::Vacuum { player }.to_string()),
        discretised => discretised.map_err(reason)?.shapes(),
    };
    few_enough_nodes(game, &shapes)?;
    let case = case(game);
    let linear = linear_spectrum(game, &shapes, COUNTS[case]).map_err(reason)?;
    Ok(SpectrumSummary::new(&linear, game, COUNTS[case]))
}

/// Whether the spectrum on grids of these shapes takes no longer than a run should wait for it, or why it does.
pub fn few_enough_nodes(game: &Game, shapes: &[Vec<usize>; 2]) -> Result<(), String> {
    let most = MOST_NODES[case(game)];
    let nodes: usize = shapes.iter().map(|shape| shape.iter().product::<usize>()).sum();
    if nodes <= most {
        return Ok(());
    }
    Err(format!(
        "the equilibrium needs {nodes} nodes, more than the {most} for which a run computes it; the command spectrum does"
    ))
}

/// 0 for two players of dimension 1, 1 for others.
fn case(game: &Game) -> usize {
    usize::from(Player::BOTH.iter().any(|player| game.domain(*player).dimension() > 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decay(rate: f64, error: f64) -> Decay {
        Decay { rate, error, from: 0.0, to: 1.0 }
    }

    fn spectrum(eigenvalues: &[[f64; 2]]) -> SpectrumSummary {
        let game = crate::game::catalogue::get("rotation").unwrap().load(&[]).unwrap();
        let mut summary = spectrum_of_run(&game).unwrap();
        summary.eigenvalues = eigenvalues.to_vec();
        (summary.gap, summary.guaranteed_rate) = (-eigenvalues[0][0], -0.5 * eigenvalues[0][0]);
        summary
    }

    #[test]
    fn the_rate_is_compared_with_the_gap_and_with_the_eigenvalue_that_causes_it() {
        let spectrum = spectrum(&[[-1e-9, 0.0], [-0.5, 0.3], [-2.0, 0.0]]);
        let found = RateComparison::new(&decay(0.501, 1e-4), &spectrum);
        assert_eq!(found.eigenvalue, Some([-0.5, 0.3]));
        assert_eq!(found.to_eigenvalue, Some(0.501 / 0.5));
        assert_eq!((found.to_gap, found.to_guaranteed), (0.501 / 1e-9, 0.501 / 0.5e-9));
        assert_eq!(RateComparison::new(&decay(1.0, 1e-4), &spectrum).eigenvalue, None);
        assert_eq!(RateComparison::new(&decay(1.0, 0.6), &spectrum).eigenvalue, Some([-0.5, 0.3]));
    }
}

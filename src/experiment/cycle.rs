//! Whether a run has ended on a cycle.

use super::Discretisation;
use super::cells::is_in_cells;
use super::discretisation::temperatures;
use super::line::told_amplitudes;
use crate::flow::{MflDa, PairLayout};
use crate::game::{GameFile, Player};
use crate::orbit::{OrbitError, Symmetry, recurrence};
use crate::output::{StateIndex, read_state};
use serde::Serialize;
use std::path::Path;

/// Turns that a run must have made before it is said to be periodic.
const FEWEST_TURNS: f64 = 2.0;

/// The cycle that a run has ended on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CycleSummary {
    /// Period.
    pub period: f64,
    /// Its estimated error.
    pub period_error: f64,
    /// Amplitude of both players: largest distance from the average over the cycle, `|X|^(1/2) |.|_L2`, on the line `|.|_L2`.
    pub amplitude: [f64; 2],
    /// Their estimated errors.
    pub amplitude_error: [f64; 2],
    /// By what share of the period the return of the last state came early or late.
    pub phase_error: f64,
    /// Distance of the last state from the cycle, as a share of the amplitude.
    pub distance: f64,
    /// By what factor that distance shrinks in one turn.
    pub contraction: f64,
}

/// Looks at the last state of the finished run in `output`; a reason when it is not on a cycle.
///
/// The file is read, so that a finished run gets the verdict it had when it ended.
pub fn cycle_at_end(file: &GameFile, discretisation: &Discretisation, output: &Path) -> Result<CycleSummary, String> {
    if !file.flow().is_mfl_da() {
        return Err(format!("cycles are looked for in mfl-da only, not in {}", file.flow().name()));
    }
    let (game, solver) = (file.game(), file.solver());
    if is_in_cells(game) {
        return Err(format!("cycles are looked for with the entropy only, not with {}", game.regulariser().name()));
    }
    let read = |player| read_state(output, player, StateIndex::Last).map_err(|error| error.to_string());
    let (mu, nu) = (read(Player::X)?, read(Player::Y)?);
    let payoff = discretisation.payoff.clone();
    let symmetry = Symmetry::find(&payoff);
    let state = PairLayout::new(&mu.grid, &nu.grid).from_values([&mu.values, &nu.values]);
    let mut flow = MflDa::new(payoff, temperatures(game), game.timescale());
    let time = solver.time() / FEWEST_TURNS;
    let found = recurrence(&mut flow, temperatures(game), &symmetry, &state, time, solver.tolerance());
    match found {
        Ok(found) => Ok(CycleSummary {
            period: found.period,
            period_error: found.period_error,
            amplitude: told_amplitudes(game, found.amplitude),
            amplitude_error: told_amplitudes(game, found.amplitude_error),
            phase_error: found.phase_error,
            distance: found.distance,
            contraction: found.contraction(),
        }),
        Err(OrbitError::NoReturn { .. }) => {
            Err(format!("the flow does not return to its last state within {time:.4} time units, half the run"))
        }
        Err(error) => Err(error.to_string()),
    }
}

//! What a game file asks to be stepped, how, and by which clock.

use super::cells::is_in_cells;
use super::discretisation::temperatures;
use super::{Clock, Discretisation};
use crate::flow::{Flow, NonlinearDiffusion, chosen_flow};
use crate::game::{GameFile, Scheme};
use crate::stepper::{Etd43, Etdrk4, ImexEuler, OwnScheme, Sbdf2, Stepper};

/// The right-hand side of the game's dynamics or, with a regulariser that is no entropy, of its finite volumes.
pub(super) fn new_flow(file: &GameFile, discretisation: &Discretisation) -> Box<dyn Flow> {
    let game = file.game();
    if is_in_cells(file.game()) {
        let (payoff, regulariser) = (discretisation.payoff.clone(), game.regulariser().regulariser());
        return Box::new(NonlinearDiffusion::new(payoff, regulariser, temperatures(game), game.timescale()));
    }
    chosen_flow(file.flow(), discretisation.payoff.clone(), temperatures(game), game.timescale())
}

/// The clock of the steps, up to the final time.
pub(super) fn new_clock(file: &GameFile, flow: &impl Flow) -> Clock {
    Clock::new(flow.clock(file.solver().time()), file.solver().step())
}

/// The clock of the steps at the snapshot times.
pub(super) fn ticks(file: &GameFile, flow: &impl Flow) -> Vec<f64> {
    file.output().times().iter().map(|time| flow.clock(*time)).collect()
}

/// The scheme, or that of the finite volumes, which have their own.
pub(super) fn new_stepper(file: &GameFile) -> Box<dyn Stepper<f64>> {
    let solver = file.solver();
    if is_in_cells(file.game()) {
        return Box::new(OwnScheme::new(solver.tolerance()));
    }
    match (solver.scheme(), solver.step()) {
        (Scheme::ImexEuler, Some(step)) => Box::new(ImexEuler::new(step)),
        (Scheme::Sbdf2, Some(step)) => Box::new(Sbdf2::new(step)),
        (Scheme::Etdrk4, Some(step)) => Box::new(Etdrk4::new(step)),
        _ => Box::new(Etd43::new(solver.tolerance())),
    }
}

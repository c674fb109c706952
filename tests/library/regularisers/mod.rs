//! Regularisers beside the entropy: closed forms, two code paths for one regulariser, the porous medium, invariants of finite
//! volumes, linear theory.

mod closed_form;
mod equilibrium;
mod finite_volumes;
mod linear_theory;
mod porous_medium;

use crate::support::evolution::{game, grids};
use nashflow::experiment::{Clock, Simulation};
use nashflow::flow::{Flow, NonlinearDiffusion};
use nashflow::game::{GameFile, Payoff, Player};
use nashflow::stepper::OwnScheme;
use num_complex::Complex64;

/// The payoff of a game on its grids, and its temperatures.
fn payoff_of(file: &GameFile) -> (Payoff, [f64; 2]) {
    let [x, y] = grids(file);
    let payoff = Payoff::new(file.game().source(), &x, &y).unwrap();
    (payoff, Player::BOTH.map(|player| file.game().temperature(player)))
}

/// The finite volumes of a game on its grids.
fn flow_of(file: &GameFile) -> NonlinearDiffusion {
    let (payoff, temperature) = payoff_of(file);
    NonlinearDiffusion::new(payoff, file.game().regulariser().regulariser(), temperature, file.game().timescale())
}

/// A simulation of the game from these values of the cells.
fn simulation_from(file: &GameFile, values: [&[f64]; 2]) -> Simulation<NonlinearDiffusion> {
    let flow = flow_of(file);
    let state = flow.start(values);
    let stepper = Box::new(OwnScheme::new(file.solver().tolerance()));
    Simulation::new(flow, stepper, state, Clock::new(file.solver().time(), None))
}

/// The cells of both players in a state.
fn cells(flow: &NonlinearDiffusion, state: &[Complex64]) -> [Vec<f64>; 2] {
    flow.cells(state).expect("finite volumes are cells")
}

fn with_settings(text: &str, settings: &[String]) -> GameFile {
    game(text, &settings.iter().map(String::as_str).collect::<Vec<_>>())
}

//! Games whose densities are stepped by finite volumes: those with another regulariser than the entropies.

use super::discretisation::initial_density;
use super::{Discretisation, RunError};
use crate::game::{Game, GridChoice, Player, Solver};
use crate::torus::Density;

/// Whether a game is one of those.
pub fn is_in_cells(game: &Game) -> bool {
    !game.regulariser().is_entropic()
}

/// The game and its initial densities, which no spectral tail judges: kinks, jumps and vacua are welcome.
///
/// # Errors
/// [`RunError`] for an automatic grid, for what is wrong with payoff or equilibrium there, for initial states that cannot be
/// read, and for one that vanishes where the regulariser does not let it.
pub fn discretise_in_cells(game: &Game, solver: &Solver) -> Result<(Discretisation, [Density; 2]), RunError> {
    let name = game.regulariser().name();
    let GridChoice::Fixed(shapes) = solver.grid() else {
        let message = format!(
            "the regulariser {name} is stepped by finite volumes, whose error is of the order h^2: \"auto\" cannot be used; \
             write a number of points, say 256"
        );
        return Err(RunError::Regulariser { key: "solver.grid", message });
    };
    let discretisation = Discretisation::new(game, shapes)?;
    let start = |player| initial_density(game, discretisation.grid(player), player);
    let densities = [start(Player::X)?, start(Player::Y)?];
    let may_vanish = game.regulariser().regulariser().may_vanish();
    for (player, density) in Player::BOTH.into_iter().zip(&densities) {
        if !may_vanish && density.values().iter().any(|r| *r <= 0.0) {
            let message = format!(
                "vanishes at a node; with the regulariser {name} mass there would have an infinite energy or diffusivity"
            );
            return Err(RunError::initial(player, message));
        }
    }
    Ok((discretisation, densities))
}

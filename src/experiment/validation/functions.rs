//! The functions through which the payoff of a game sees a player's density, as observables of his cloud.
//!
//! `f(x, y) = S(x) + T(y) + sum_ij C_ij A_i(x) B_j(y)`: the x player's cloud acts on the other through its means of `S` and
//! the `A_i`, and its energy is its mean of `V[nu]`; the y player's through `T`, the `B_j` and `U[mu]`.

use super::ValidationError;
use crate::game::payoff::Payoff;
use crate::game::{GameFile, Player};
use crate::torus::Grid;
use crate::validation::Function;

/// Most functions `A_i` or `B_j`.
const MOST_FUNCTIONS: usize = 32;

/// The payoff on the grids of a run, if it could be had.
pub(super) struct PayoffFunctions {
    payoff: Option<Payoff>,
}

impl PayoffFunctions {
    /// Builds the payoff on the grids of the run. When it cannot be built (its table is in a file that is not there any
    /// more), a note says so.
    pub fn new(
        file: &GameFile,
        grids: Result<[Grid; 2], ValidationError>,
        notes: &mut Vec<String>,
    ) -> Result<PayoffFunctions, ValidationError> {
        let payoff = match grids {
            Ok([x, y]) => file.game().payoff(&x, &y).map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        let payoff = match payoff {
            Ok(payoff) => {
                for player in Player::BOTH {
                    let count = payoff.function_count(player);
                    if count > MOST_FUNCTIONS {
                        notes.push(format!(
                            "of the payoff's {count} functions of {} the first {MOST_FUNCTIONS} are among the observables",
                            player.letter()
                        ));
                    }
                }
                Some(payoff)
            }
            Err(reason) => {
                notes.push(format!("the payoff's moments are left out: {reason}"));
                None
            }
        };
        Ok(PayoffFunctions { payoff })
    }

    /// The functions of a player whose opponent has these values.
    pub fn of(&self, player: Player, opponent: &[f64]) -> Vec<Function> {
        let Some(payoff) = &self.payoff else { return Vec::new() };
        let [static_part, factor, potential] = match player {
            Player::X => ["S", "A", "V[nu]"],
            Player::Y => ["T", "B", "U[mu]"],
        };
        let mut values = vec![0.0; payoff.grid(player).len()];
        payoff.potential(player, opponent, &mut values, &mut payoff.work());
        let mut functions = vec![Function { name: potential.to_owned(), values }];
        functions.push(Function { name: static_part.to_owned(), values: payoff.static_function(player) });
        let factors = 0..payoff.function_count(player).min(MOST_FUNCTIONS);
        functions.extend(
            factors.map(|i| Function { name: format!("{factor}_{}", i + 1), values: payoff.function(player, i) }),
        );
        functions
    }
}

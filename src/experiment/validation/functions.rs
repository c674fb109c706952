//! The functions through which the payoff of a game sees a player's density, as observables of his cloud.
//!
//! `f(x, y) = S(x) + T(y) + sum_ij C_ij A_i(x) B_j(y)`: the x player's cloud acts on the other through its means of `S` and
//! the `A_i`, and its energy is its mean of `V[nu]`; the y player's through `T`, the `B_j` and `U[mu]`. On a torus they are tables
//! at the nodes; where a player lives on the line they are the functions as they were written.

use super::ValidationError;
use crate::game::payoff::{Payoff, ProductFactors};
use crate::game::{Expression, GameFile, Player};
use crate::torus::Grid;
use crate::validation::{Function, PlaceFunction};

/// Most functions `A_i` or `B_j`.
const MOST_FUNCTIONS: usize = 32;

/// The payoff on the grids of a run, if it could be had.
pub(super) struct PayoffFunctions {
    payoff: Option<Payoff>,
    /// Where a player lives on the line.
    factors: Option<ProductFactors>,
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
        let game = file.game();
        let factors = match game.lines() {
            [false, false] => None,
            _ => ProductFactors::new(game.source(), game.domain(Player::X).dimension()).ok(),
        };
        Ok(PayoffFunctions { payoff, factors })
    }

    /// The functions of a player whose opponent has these values.
    pub fn of(&self, player: Player, opponent: &[f64]) -> Vec<Function> {
        let Some(payoff) = &self.payoff else { return Vec::new() };
        let [static_part, factor, potential] = names(player);
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

    /// The same at every place of the line, for a player who lives there.
    pub fn on_line(&self, player: Player, opponent: &[f64]) -> Vec<PlaceFunction> {
        let (Some(payoff), Some(factors)) = (&self.payoff, &self.factors) else { return Vec::new() };
        let other = player.opponent();
        let [static_name, factor_name, potential_name] = names(player);
        let (own, statics) = (&factors.coupled[player.index()], &factors.statics[player.index()]);
        let weights = factors.coefficients.iter().enumerate().map(|(k, c)| {
            let products = payoff.function(other, k).iter().zip(opponent).map(|(b, density)| b * density).sum::<f64>();
            c * products * payoff.grid(other).cell_volume()
        });
        let mixed = weights.zip(own.iter().cloned());
        let potential = statics.iter().cloned().chain(mixed).collect();
        let mut functions = vec![sum_of(potential_name, potential), sum_of(static_name, statics.clone())];
        let single = |(i, function): (usize, &Expression)| {
            sum_of(&format!("{factor_name}_{}", i + 1), vec![(1.0, function.clone())])
        };
        functions.extend(own.iter().take(MOST_FUNCTIONS).enumerate().map(single));
        functions
    }
}

/// Of the static function, of the factors, and of the potential.
fn names(player: Player) -> [&'static str; 3] {
    match player {
        Player::X => ["S", "A", "V[nu]"],
        Player::Y => ["T", "B", "U[mu]"],
    }
}

/// `sum_k c_k A_k`.
fn sum_of(name: &str, terms: Vec<(f64, Expression)>) -> PlaceFunction {
    PlaceFunction::new(name.to_owned(), move |coordinates, out| {
        let mut values = vec![0.0; out.len()];
        out.fill(0.0);
        for (coefficient, function) in &terms {
            function.evaluate_many(coordinates, &mut values);
            out.iter_mut().zip(&values).for_each(|(o, v)| *o += coefficient * v);
        }
    })
}

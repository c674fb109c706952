//! The game: expressions, the payoff operator, the game file, the bundled games.

pub mod expression;
mod player;

pub use expression::{Expression, ExpressionError, Scope};
pub use player::Player;

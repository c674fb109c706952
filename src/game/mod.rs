//! The game: expressions, the payoff operator, the game file, the bundled games.

pub mod payoff;
mod player;

pub use payoff::{Payoff, PayoffError, PayoffWork};
pub use player::Player;

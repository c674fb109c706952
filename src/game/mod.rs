//! The game: expressions, the payoff operator, the game file, the bundled games.

mod player;

pub use player::Player;

//! The game: expressions, the payoff operator, the game file, the bundled games.

pub mod catalogue;
mod definition;
mod error;
pub mod expression;
mod file;
pub mod payoff;
mod player;
mod sampling;
mod settings;
mod source;

pub use definition::{Domain, Game};
pub use error::{Fault, GameError};
pub use expression::{Expression, ExpressionError, Scope};
pub use file::{Diagnostic, GameFile};
pub use payoff::{Payoff, PayoffError, PayoffWork};
pub use player::Player;
pub use sampling::sample_density;
pub use settings::{GridChoice, Output, Schedule, Scheme, Solver};
pub use source::{Initial, PayoffSource, Term, coordinate_names};

//! The game: expressions, the payoff operator, the game file, the bundled games.

pub mod catalogue;
mod definition;
mod diagnostic;
mod domain;
mod error;
pub mod expression;
mod fault;
mod file;
mod flow_choice;
mod nodes;
pub mod payoff;
mod player;
mod reference;
mod regulariser_choice;
mod sampling;
mod schedule;
mod settings;
mod source;
mod sweep_file;

pub use definition::Game;
pub use diagnostic::Diagnostic;
pub use domain::Domain;
pub use error::GameError;
pub use expression::{Expression, ExpressionError, Scope};
pub use fault::Fault;
pub use file::GameFile;
pub use flow_choice::FlowChoice;
pub use payoff::{Payoff, PayoffError, PayoffWork};
pub use player::Player;
pub use regulariser_choice::RegulariserChoice;
pub use sampling::sample_density;
pub use schedule::TemperatureSchedule;
pub use settings::{GridChoice, Output, Schedule, Scheme, Solver};
pub use source::{Initial, PayoffSource, Term, coordinate_names};
pub use sweep_file::{AxisVariable, BaseGame, FILE_KEYS, MAXIMUM_POINTS, SweepAxis, SweepFile, Vocabulary, file_part};

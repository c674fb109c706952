//! Why a cloud could not be judged, and what the program exits with.

use crate::array_file::ArrayError;
use crate::experiment::error::{BAD_INPUT, NUMERICAL_FAILURE};
use crate::game::GameError;
use crate::output::OutputError;

/// What can end `validate` early; nothing has been written then.
#[derive(Debug, thiserror::Error)]
pub enum ValidationError {
    /// A cloud, a time or an option that cannot be used.
    #[error("{what}: {message}")]
    Input {
        /// As typed.
        what: String,
        /// What is wrong and what is allowed.
        message: String,
    },
    /// A file that cannot be read.
    #[error(transparent)]
    Array(#[from] ArrayError),
    /// The file of the run.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// The game in the file of the run.
    #[error(transparent)]
    Game(#[from] GameError),
    /// No density of the run can be compared with.
    #[error("{0}")]
    Density(String),
}

impl ValidationError {
    pub(super) fn input(what: impl std::fmt::Display, message: impl Into<String>) -> ValidationError {
        ValidationError::Input { what: what.to_string(), message: message.into() }
    }

    /// What the program exits with: 2 for bad input, 3 for a numerical failure or a failed write.
    pub fn exit_status(&self) -> i32 {
        match self {
            ValidationError::Output(error) if error.is_failed_write() => NUMERICAL_FAILURE,
            ValidationError::Density(_) => NUMERICAL_FAILURE,
            _ => BAD_INPUT,
        }
    }
}

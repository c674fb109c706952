//! Why there is no distance between two measures that a user named, and what the program exits with.

use crate::array_file::ArrayError;
use crate::experiment::error::{BAD_INPUT, NUMERICAL_FAILURE};
use crate::output::OutputError;
use crate::transport::TransportError;

/// What can end `w2` early.
#[derive(Debug, thiserror::Error)]
pub enum W2Error {
    /// A measure or an option that cannot be used.
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
    /// A file of a run that cannot be read, or a plan that cannot be written.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// The solver gave no answer.
    #[error("{source}{advice}")]
    Solver {
        /// Its reason.
        source: TransportError,
        /// What to change; begins with a separator, or is empty.
        advice: &'static str,
    },
}

impl W2Error {
    pub(super) fn input(what: impl std::fmt::Display, message: impl Into<String>) -> W2Error {
        W2Error::Input { what: what.to_string(), message: message.into() }
    }

    /// What the program exits with: 2 for bad input, 3 for a numerical failure or a failed write.
    pub fn exit_status(&self) -> i32 {
        match self {
            W2Error::Input { .. } | W2Error::Array(_) => BAD_INPUT,
            W2Error::Output(error) if error.is_failed_write() => NUMERICAL_FAILURE,
            W2Error::Output(_) => BAD_INPUT,
            W2Error::Solver { source, .. } => match source {
                TransportError::Dimension { .. }
                | TransportError::Period { .. }
                | TransportError::Origin { .. }
                | TransportError::TooManyPoints { .. } => BAD_INPUT,
                _ => NUMERICAL_FAILURE,
            },
        }
    }
}

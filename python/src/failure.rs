//! Errors of the library as Python exceptions with the text of the command.

use nashflow::experiment::{RunError, ValidationError, W2Error};
use nashflow::game::GameError as GameFault;
use pyo3::create_exception;
use pyo3::exceptions::{PyKeyboardInterrupt, PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use std::path::Path;

create_exception!(
    nashflow,
    InputError,
    PyValueError,
    "Input that cannot be used: what the command refuses with exit status 2."
);
create_exception!(
    nashflow,
    GameError,
    InputError,
    "A game, or a request about it, that cannot be used (exit status 2)."
);
create_exception!(
    nashflow,
    NumericalError,
    PyRuntimeError,
    "A computation that failed, or a file that could not be written (exit status 3)."
);

/// Exit status of the command for bad input.
const BAD_INPUT: i32 = 2;
/// Exit status of the command after an interruption.
const INTERRUPTED: i32 = 130;

/// Why there is no result.
#[derive(Debug)]
pub struct Failure {
    message: String,
    status: i32,
    of_game: bool,
}

impl Failure {
    /// A failure of a computation on the game that goes by this name.
    pub fn of_game(error: &RunError, game: &Path) -> Failure {
        Failure { message: error.with_game(game), status: error.exit_status(), of_game: true }
    }

    /// Whether the computation has stopped because it was asked to.
    pub fn is_interruption(&self) -> bool {
        self.status == INTERRUPTED
    }

    /// The exception.
    pub fn into_exception(self) -> PyErr {
        match self.status {
            INTERRUPTED => PyKeyboardInterrupt::new_err(self.message),
            BAD_INPUT if self.of_game => GameError::new_err(self.message),
            BAD_INPUT => InputError::new_err(self.message),
            _ => NumericalError::new_err(self.message),
        }
    }
}

impl From<GameFault> for Failure {
    fn from(error: GameFault) -> Failure {
        Failure { message: error.to_string(), status: BAD_INPUT, of_game: true }
    }
}

impl From<W2Error> for Failure {
    fn from(error: W2Error) -> Failure {
        Failure { message: error.to_string(), status: error.exit_status(), of_game: false }
    }
}

impl From<ValidationError> for Failure {
    fn from(error: ValidationError) -> Failure {
        Failure { message: error.to_string(), status: error.exit_status(), of_game: false }
    }
}

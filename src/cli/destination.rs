//! Calls that end in one file, with signals handled.

use super::arguments::GameArguments;
use super::run::command_line;
use super::signal::Interrupt;
use crate::experiment::{Destination, RunError};
use std::path::Path;

/// Calls `solve` with the output file as the arguments name it.
pub fn with_destination<R>(
    game: &GameArguments,
    output: Option<&Path>,
    solve: impl FnOnce(Option<Destination<'_>>) -> Result<R, RunError>,
) -> Result<R, RunError> {
    let interrupt = Interrupt::install(game.common.json);
    let (command, before_writing) = (command_line(), || interrupt.begin_writing());
    let result = solve(output.map(|path| Destination {
        path,
        overwrite: game.common.force,
        command: &command,
        before_writing: &before_writing,
    }));
    // What is printed now must not be followed by the report of an interruption.
    interrupt.begin_writing();
    result
}

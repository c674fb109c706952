//! Whether a cloud that knows its game is one of the game of the run.

use super::{CloudSource, ValidationError};
use crate::experiment::resumption::first_difference;
use crate::game::GameFile;
use crate::output::embedded_game;
use std::path::Path;

/// Compares the game in the cloud's file, if there is one, with that of the run. Names do not count, nor how it is solved;
/// another initial state is remarked on.
///
/// # Errors
/// [`ValidationError::Input`] with the first key of `[game]` that differs.
pub(super) fn check(
    cloud: CloudSource<'_>,
    run: impl std::fmt::Display,
    file: &GameFile,
    notes: &mut Vec<String>,
) -> Result<(), ValidationError> {
    let CloudSource::Typed(word) = cloud else { return Ok(()) };
    let Some(text) = embedded_game(Path::new(word)) else { return Ok(()) };
    let parse = |text: &str| text.parse::<toml::Table>().ok();
    let (Some(of_cloud), Some(of_run)) = (parse(&text), parse(file.text())) else {
        return Err(ValidationError::input(word, "the game in its attribute game is not readable TOML"));
    };
    let part = |table: &toml::Table, name: &str| {
        let mut part = table.get(name).cloned().unwrap_or_else(|| toml::Value::Table(toml::Table::new()));
        if let Some(part) = part.as_table_mut() {
            part.remove("name");
        }
        part
    };
    if let Some((key, then, now)) = first_difference("game", &part(&of_cloud, "game"), &part(&of_run, "game")) {
        let message = format!("is a cloud of another game: {key} is {then} in it and {now} in {run}");
        return Err(ValidationError::input(word, message));
    }
    let [cloud, run] = [part(&of_cloud, "initial"), part(&of_run, "initial")];
    if let Some((key, then, now)) = first_difference("initial", &cloud, &run) {
        notes.push(format!("the cloud began elsewhere: {key} is {then} in its file and {now} in the run"));
    }
    let [cloud, run] = [part(&of_cloud, "flow"), part(&of_run, "flow")];
    if let Some((key, then, now)) = first_difference("flow", &cloud, &run) {
        notes.push(format!("the cloud follows another dynamics: {key} is {then} in its file and {now} in the run"));
    }
    Ok(())
}

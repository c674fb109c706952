//! `--resume`: what an earlier run left, and whether it was a run of the same game.

use super::checkpoint::{belongs_to, failures, lowest, notes, seam, shapes};
use super::notes::collect;
use super::rates::spectrum_of_run;
use super::summary::{Counters, Evidence, Summary};
use super::{Discretisation, RunError};
use crate::game::{GameFile, Player};
use crate::output::{
    Checkpoint, Diagnostics, EquilibriumRecord, Layout, OutputError, Resumed, RunWriter, finished_run, stored_plan,
};
use std::path::Path;

/// What was found.
pub enum Resumption {
    /// The run is complete.
    Finished(Box<Finished>),
    /// There is something to do.
    Unfinished(Box<Unfinished>),
}

/// A complete run.
pub struct Finished {
    file: GameFile,
    discretisation: Discretisation,
    snapshots: Vec<(f64, Diagnostics)>,
    steps: usize,
    rejected: usize,
    notes: Vec<String>,
}

/// An interrupted run.
pub struct Unfinished {
    /// Writes where the run stopped.
    pub writer: RunWriter,
    /// The last checkpoint, if there was one.
    pub checkpoint: Option<Checkpoint>,
    /// The grids of the checkpoint.
    pub shapes: Option<[Vec<usize>; 2]>,
    /// The equilibrium in the file.
    pub equilibrium: Option<EquilibriumRecord>,
    /// The snapshots before it.
    pub snapshots: Vec<(f64, Diagnostics)>,
}

impl Finished {
    fn new(file: &GameFile, output: &Path, resumed: Resumed) -> Result<Finished, RunError> {
        let reason = "it is finished but has no checkpoint".to_owned();
        let damaged = OutputError::Damaged { path: output.to_path_buf(), reason };
        let Resumed { checkpoint, snapshots, layout, .. } = resumed;
        let checkpoint = checkpoint.ok_or(damaged)?;
        let shapes = shapes(&checkpoint).unwrap_or_else(|| Player::BOTH.map(|player| layout.grid(player).shape()));
        let mut on_the_way = notes(&checkpoint);
        on_the_way.extend(seam(&checkpoint).map(super::seam::note));
        let notes =
            collect(on_the_way, lowest(&checkpoint).as_ref(), file.game().lines(), &snapshots, &failures(&checkpoint));
        let rejected = checkpoint.integers.get("rejected").and_then(|v| v.first()).copied().unwrap_or(0);
        let file = in_boxes_of(file, &layout)?;
        Ok(Finished {
            discretisation: Discretisation::new(file.game(), &shapes)?,
            file,
            steps: checkpoint.step_count as usize,
            rejected: rejected as usize,
            snapshots,
            notes,
        })
    }

    /// The summary of the complete run, for a call that was to continue it.
    pub fn summary(&self, output: &Path) -> Summary {
        self.conclude(output, Some("the run was finished already; nothing was done"))
    }

    fn conclude(&self, output: &Path, note: Option<&str>) -> Summary {
        let file = &self.file;
        let counters = Counters { steps: self.steps, rejected: self.rejected, wall_seconds: None };
        let mut notes = self.notes.clone();
        notes.extend(note.map(str::to_owned));
        let evidence = Evidence { snapshots: &self.snapshots, counters, notes, spectrum: spectrum_of_run(file) };
        Summary::new(file, output, &self.discretisation, evidence)
    }
}

/// A finished run, its conclusions drawn again from its output.
#[derive(Debug)]
pub struct ConcludedRun {
    /// Its game.
    pub file: GameFile,
    /// The game on the grids of the output.
    pub discretisation: Discretisation,
    /// What it has to say for itself.
    pub summary: Summary,
}

/// The conclusions of a finished run, drawn again from its output.
///
/// # Errors
/// [`RunError::NotARun`] when the run is not finished, errors of its game (which may name files that are gone) and of the
/// file.
pub fn conclude_run(output: &Path) -> Result<ConcludedRun, RunError> {
    let not_a_run = || RunError::NotARun { path: output.to_path_buf() };
    let resumed = finished_run(output)?.ok_or_else(not_a_run)?;
    let file = GameFile::parse(output, &resumed.header.game, &[])?;
    if resumed.snapshots.is_empty() || resumed.checkpoint.is_none() {
        return Err(not_a_run());
    }
    let finished = Finished::new(&file, output, resumed)?;
    let summary = finished.conclude(output, None);
    Ok(ConcludedRun { file: finished.file, discretisation: finished.discretisation, summary })
}

/// Opens what an earlier run left at `output`; `None` when there is nothing.
///
/// # Errors
/// [`RunError::OtherGame`] when the game in the file is another one, and errors of the file; it is not touched then.
pub fn resume(file: &GameFile, output: &Path) -> Result<Option<Resumption>, RunError> {
    let Some((header, times)) = stored_plan(output)? else { return Ok(None) };
    compare(&header.game, file, output)?;
    if times != file.output().times() {
        return Err(RunError::NotARun { path: output.to_path_buf() });
    }
    let Some(mut resumed) = RunWriter::resume(output)? else { return Ok(None) };
    let damaged = |reason: &str| OutputError::Damaged { path: output.to_path_buf(), reason: reason.to_owned() };
    if resumed.checkpoint.as_ref().is_some_and(|checkpoint| !belongs_to(checkpoint, &resumed.snapshots)) {
        return Err(damaged("its snapshots are not those before its checkpoint").into());
    }
    let shapes = resumed.checkpoint.as_ref().and_then(shapes);
    if let Some(writer) = resumed.writer.take() {
        let unfinished = Unfinished {
            writer,
            checkpoint: resumed.checkpoint,
            shapes,
            equilibrium: resumed.equilibrium,
            snapshots: resumed.snapshots,
        };
        return Ok(Some(Resumption::Unfinished(Box::new(unfinished))));
    }
    Ok(Some(Resumption::Finished(Box::new(Finished::new(file, output, resumed)?))))
}

/// The game in the boxes of its file: those of players on the line may have been enlarged on the way.
pub fn in_boxes_of(file: &GameFile, layout: &Layout) -> Result<GameFile, RunError> {
    let mut domain = Player::BOTH.map(|player| file.game().domain(player).clone());
    for player in Player::BOTH.into_iter().filter(|player| file.game().box_is_chosen(*player)) {
        let place = &mut domain[player.index()];
        *place = place.like(layout.grid(player))?;
    }
    let same = Player::BOTH.into_iter().all(|player| domain[player.index()] == *file.game().domain(player));
    if same { Ok(file.clone()) } else { Ok(file.in_boxes(domain)?) }
}

/// An output that is in the way of a run, with the advice to resume it where that is possible.
pub fn advise_resume(error: OutputError, file: &GameFile) -> OutputError {
    match error {
        OutputError::Exists { path, .. } if is_run_of(file, &path) => {
            OutputError::Exists { path, hint: ", --resume continues it or, when it is finished, tells its summary" }
        }
        other => other,
    }
}

fn is_run_of(file: &GameFile, path: &Path) -> bool {
    let plan = stored_plan(path).ok().flatten();
    plan.is_some_and(|(header, times)| compare(&header.game, file, path).is_ok() && times == file.output().times())
}

/// Refuses a game whose keys have other values than in the file. Comments and order do not count.
pub(super) fn compare(stored: &str, file: &GameFile, output: &Path) -> Result<(), RunError> {
    if stored == file.text() {
        return Ok(());
    }
    let parse = |text: &str| text.parse::<toml::Table>().map(toml::Value::Table).ok();
    let (then, now) = (parse(stored), parse(file.text()));
    let difference = match (&then, &now) {
        (Some(then), Some(now)) => first_difference("", then, now),
        _ => Some(("the whole game".to_owned(), "other text".to_owned(), "unreadable".to_owned())),
    };
    match difference {
        None => Ok(()),
        Some((key, then, now)) => Err(RunError::OtherGame { path: output.to_path_buf(), key, now, then }),
    }
}

/// Key, value in the file, value now.
pub(super) fn first_difference(
    prefix: &str,
    then: &toml::Value,
    now: &toml::Value,
) -> Option<(String, String, String)> {
    let (toml::Value::Table(a), toml::Value::Table(b)) = (then, now) else {
        return (then != now).then(|| (prefix.to_owned(), then.to_string(), now.to_string()));
    };
    let mut keys: Vec<&String> = a.keys().chain(b.keys()).collect();
    keys.sort();
    keys.dedup();
    keys.into_iter().find_map(|key| {
        let name = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        match (a.get(key), b.get(key)) {
            (Some(x), Some(y)) => first_difference(&name, x, y),
            (Some(x), None) => Some((name, x.to_string(), "absent".to_owned())),
            (None, Some(y)) => Some((name, "absent".to_owned(), y.to_string())),
            (None, None) => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_key_that_differs_is_named_and_order_does_not_count() {
        let parse = |text: &str| toml::Value::Table(text.parse().unwrap());
        let a = parse("[game]\nname = 'a'\ntemperature = 0.1\n[solver]\ntime = 1.0\n");
        let b = parse("[solver]\ntime = 1.0 # comment\n[game]\ntemperature = 0.1\nname = 'a'\n");
        assert_eq!(first_difference("", &a, &b), None);
        let c = parse("[game]\nname = 'a'\ntemperature = 0.2\n[solver]\ntime = 1.0\n");
        let (key, then, now) = first_difference("", &a, &c).unwrap();
        assert_eq!((key.as_str(), then.as_str(), now.as_str()), ("game.temperature", "0.1", "0.2"));
        let d = parse("[game]\nname = 'a'\ntemperature = 0.1\n");
        assert_eq!(first_difference("", &a, &d).unwrap().0, "solver");
    }
}

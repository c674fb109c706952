//! The command `run`: equilibrium, evolution with diagnostics, distances, verdict, output file.
//!
//! Order of things: the destination is looked at, the game is put on grids, the file is created, a [`Session`] takes the pair
//! to its final time, and conclusions are drawn. On the line this begins again where a box has proved too small.

use super::RunError;
use super::resumption::{Resumption, Unfinished, advise_resume, in_boxes_of, resume};
use super::seam;
use super::session::Session;
use super::summary::Summary;
use crate::game::{GameFile, Player};
use crate::output::{Diagnostics, check_destination};
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

/// Enlargements of the boxes of one run.
const MOST_ENLARGEMENTS: usize = 8;

/// How a run is to be done.
#[derive(Debug, Clone)]
pub struct RunOptions {
    /// The output file.
    pub output: PathBuf,
    /// Whether an older output may be replaced.
    pub overwrite: bool,
    /// Whether to go on with an interrupted run.
    pub resume: bool,
    /// The command line, for the record.
    pub command: String,
    /// Wall time between checkpoints.
    pub checkpoint_every: Duration,
}

/// Where a run stands.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    /// Time reached.
    pub time: f64,
    /// Final time.
    pub end: f64,
    /// Accepted steps.
    pub steps: usize,
    /// Length of the last step.
    pub step: f64,
    /// Distance at the last snapshot; NaN when it could not be had.
    pub w2: f64,
}

/// Runs a game to its final time, or says what prevented it.
///
/// `interrupt` is looked at after every step: when it is set, a checkpoint is written and the run ends with
/// [`RunError::Interrupted`]. `watch` is called once before the file of a new run is created, and after every step.
///
/// # Errors
/// [`RunError`].
pub fn run(
    file: &GameFile,
    options: &RunOptions,
    interrupt: &AtomicBool,
    watch: &mut dyn FnMut(&Progress),
) -> Result<Summary, RunError> {
    let resumption = if options.resume { resume(file, &options.output)? } else { None };
    match resumption {
        Some(Resumption::Finished(finished)) => Ok(finished.summary(&options.output)),
        Some(Resumption::Unfinished(unfinished)) => {
            let started = Instant::now();
            let recorded = run_in_boxes(file, options, Some(*unfinished), watch, &mut |session, watch| {
                session.run_to_end(started, interrupt, watch)
            })?;
            Ok(recorded.summary)
        }
        None => Ok(run_recorded(file, options, interrupt, watch)?.summary),
    }
}

/// A finished run with what was measured at its snapshots.
pub(super) struct Recorded {
    pub summary: Summary,
    /// Times and diagnostics.
    pub snapshots: Vec<(f64, Diagnostics)>,
}

/// [`run`] from the beginning.
///
/// # Errors
/// As [`run`].
pub(super) fn run_recorded(
    file: &GameFile,
    options: &RunOptions,
    interrupt: &AtomicBool,
    watch: &mut dyn FnMut(&Progress),
) -> Result<Recorded, RunError> {
    let started = Instant::now();
    check_destination(&options.output, options.overwrite).map_err(|error| advise_resume(error, file))?;
    run_in_boxes(file, options, None, watch, &mut |session, watch| session.run_to_end(started, interrupt, watch))
}

/// What takes a session to its end, told of every step through its second argument.
type Completion<'a> = dyn FnMut(Session<'_>, &mut dyn FnMut(&Progress)) -> Result<Recorded, RunError> + 'a;

/// Takes a session to its end. Where mass comes to the seam of a box that the program has chosen, the run begins again in a
/// larger one and says so.
fn run_in_boxes(
    file: &GameFile,
    options: &RunOptions,
    mut unfinished: Option<Unfinished>,
    watch: &mut dyn FnMut(&Progress),
    complete: &mut Completion<'_>,
) -> Result<Recorded, RunError> {
    let mut options = options.clone();
    let mut notes = Vec::new();
    let mut file = match &unfinished {
        Some(left) => {
            let there = in_boxes_of(file, left.writer.layout())?;
            let is_own = |player| there.game().domain(player) == file.game().domain(player);
            if left.checkpoint.is_some() || Player::BOTH.into_iter().all(is_own) {
                there
            } else {
                // Without a checkpoint nothing tells how the run came into a larger box.
                (unfinished, options.overwrite) = (None, true);
                file.clone()
            }
        }
        None => file.clone(),
    };
    loop {
        let outcome = match unfinished.take() {
            Some(unfinished) => Session::resume(&file, &options, unfinished, watch).and_then(|session| {
                // What led to the box it goes on in.
                notes.extend(session.notes.iter().filter(|note| seam::is_enlargement(note)).cloned());
                complete(session, watch)
            }),
            None => Session::fresh(&file, &options, None, watch).and_then(|mut session| {
                session.notes.extend(notes.iter().cloned());
                complete(session, watch)
            }),
        };
        let error = match outcome {
            Ok(recorded) => return Ok(recorded),
            Err(error) => error,
        };
        match seam::enlarged(&file, &error).filter(|_| notes.len() < MOST_ENLARGEMENTS) {
            Some(enlarged) => {
                let (wider, note) = enlarged?;
                (file, options.overwrite) = (wider, true);
                notes.push(note);
            }
            None => return Err(error),
        }
    }
}

/// [`run`] for one point of a sweep: goes on with what an earlier call left at the output, replaces what it cannot go on
/// with, and computes no spectrum.
///
/// # Errors
/// As [`run`].
pub(super) fn run_point(file: &GameFile, options: &RunOptions, interrupt: &AtomicBool) -> Result<Recorded, RunError> {
    let (started, unwatched) = (Instant::now(), &mut |_: &Progress| {});
    let unfinished = match resume(file, &options.output) {
        Ok(Some(Resumption::Unfinished(unfinished))) => Some(*unfinished),
        _ => None,
    };
    run_in_boxes(file, options, unfinished, unwatched, &mut |mut session, unwatched| {
        session.evolve(interrupt, unwatched)?;
        session.finish(started.elapsed(), Err("it was not asked for".to_owned()))
    })
}

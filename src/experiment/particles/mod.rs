//! The command `particles`: the N-particle system of a game, measured against the densities of infinitely many.
//!
//! Order of things: the request is checked, clouds and forces are prepared ([`setup`]), the densities are computed at the
//! snapshot times ([`mean_field`]), all replicas move from snapshot to snapshot and are measured there ([`replicas`],
//! [`distance`]). With an output file it can be stopped and gone on with ([`checkpoint`]). A [`ladder`] does so for several
//! numbers of particles.

mod bias;
mod checkpoint;
mod distance;
mod exit;
mod ladder;
mod mean_field;
mod reaction;
mod replicas;
mod report;
mod room;
mod setup;

pub use bias::StepBias;
pub use exit::{Exit, ExitGrowth, RungExit};
pub use ladder::{LadderReport, LadderRequest, Power, Rung, RungDecay, ladder};
#[cfg(test)]
pub(crate) use mean_field::mean_field;
pub use report::{DistanceSummary, ParticleCounts, ParticleReport, PerPlayer, SnapshotSummary};
pub use setup::ParticleRequest;

use super::{Progress, RunError};
use crate::game::GameFile;
use crate::output::ParticleWriter;
use checkpoint::{Header, checkpoint};
use replicas::Replicas;
use setup::Setup;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// A checkpoint is not written again before ten times as long as writing the last one took.
const PATIENCE: u32 = 10;

/// Where clouds and distances go.
#[derive(Clone)]
pub struct ParticleOutput<'a> {
    /// The file.
    pub path: &'a Path,
    /// Whether an older file may be replaced.
    pub overwrite: bool,
    /// Whether to go on with an interrupted run.
    pub resume: bool,
    /// The command line, for the record.
    pub command: &'a str,
    /// Wall time between checkpoints.
    pub checkpoint_every: Duration,
    /// Called when the particles begin to move: from then on an interruption leaves a checkpoint.
    pub before_moving: &'a dyn Fn(),
    /// Set when the run is to stop with a checkpoint.
    pub interrupted: &'a AtomicBool,
}

/// Simulates the particle system of a game; with an output, writes clouds and distances.
///
/// # Errors
/// [`RunError`]; without checkpoint nothing is written then. [`RunError::Interrupted`] with the checkpoint's path.
pub fn particles(
    file: &GameFile,
    request: &ParticleRequest,
    output: Option<&ParticleOutput<'_>>,
    watch: &mut dyn FnMut(&Progress),
) -> Result<ParticleReport, RunError> {
    let started = Instant::now();
    RunError::unless_entropy("the command particles", file)?;
    let (writer, stored) = match output.map(open).transpose()? {
        Some((writer, stored)) => (Some(writer), stored),
        None => (None, None),
    };
    let setup = Setup::new(file, request, output.is_some())?;
    let counts = setup.counts();
    let mut command = output.map(|output| output.command.to_owned()).unwrap_or_default();
    let mut replicas = match (&writer, &stored, output) {
        (Some(writer), Some(json), Some(output)) => {
            let header = Header::read(json, writer, output.path, file, request, counts)?;
            let (systems, record) = header.restore(writer, &setup)?;
            command = header.command;
            Replicas::with(&setup, systems, record, true)
        }
        _ => Replicas::new(&setup, counts, output.is_some())?,
    };
    match (&writer, output) {
        (Some(writer), Some(output)) => {
            (output.before_moving)();
            let mut saved = Saved { at: Instant::now(), took: Duration::ZERO };
            replicas.run(&mut |replicas, time| saved.pause(writer, output, &setup, &command, replicas, time), watch)?;
        }
        _ => replicas.run(&mut |_, _| Ok(()), watch)?,
    }
    let record = replicas.finish();
    let mut report = ParticleReport::new(&setup, &record, counts);
    if let (Some(writer), Some(output)) = (writer, output) {
        writer.finish(file.text(), &command, &record.to_file(&setup))?;
        report.output = Some(output.path.display().to_string());
    }
    report.wall_seconds = started.elapsed().as_secs_f64();
    Ok(report)
}

/// The writer of an output, and the header of the checkpoint that it goes on from.
fn open(output: &ParticleOutput<'_>) -> Result<(ParticleWriter, Option<String>), RunError> {
    if output.resume
        && let Some((writer, header)) = ParticleWriter::resume(output.path)?
    {
        return Ok((writer, Some(header)));
    }
    Ok((ParticleWriter::create(output.path, output.overwrite)?, None))
}

/// When the last checkpoint was written, and how long that took.
struct Saved {
    at: Instant,
    took: Duration,
}

impl Saved {
    /// Writes a checkpoint when it is time, and stops the run when that is asked for.
    fn pause(
        &mut self,
        writer: &ParticleWriter,
        output: &ParticleOutput<'_>,
        setup: &Setup<'_>,
        command: &str,
        replicas: &Replicas<'_>,
        time: f64,
    ) -> Result<(), RunError> {
        let interrupted = output.interrupted.load(Ordering::Relaxed);
        if !interrupted && self.at.elapsed() < output.checkpoint_every.max(PATIENCE * self.took) {
            return Ok(());
        }
        let begun = Instant::now();
        let record = replicas.record();
        let header = Header::new(setup, record, replicas.steps(), command).to_json();
        let state = checkpoint(replicas.systems(), record);
        writer.checkpoint(setup.file.text(), command, &record.to_file(setup), &header, &state)?;
        (self.at, self.took) = (Instant::now(), begun.elapsed());
        if interrupted { Err(RunError::Interrupted { time, path: writer.part() }) } else { Ok(()) }
    }
}

//! Stopping a system of particles and going on with it, bit for bit.
//!
//! A state of the system is a function of the seed, the replica, the initial clouds and the steps taken (see
//! [`crate::particle`]): the shares of the particles, their weights if they have any, and the number of steps are all there
//! is to remember of it.

use super::replicas::Record;
use super::setup::{ParticleRequest, Setup};
use crate::experiment::RunError;
use crate::experiment::resumption::compare;
use crate::game::{GameFile, Player};
use crate::output::{CheckpointSize, OutputError, ParticleCheckpoint, ParticleWriter, ResumedParticles};
use crate::particle::{Ensemble, ParticleSystem};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Which run a checkpoint belongs to, and where that stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Header {
    game: String,
    /// Of the call that began the run.
    pub command: String,
    options: Vec<(String, String)>,
    /// Steps taken of each replica.
    pub steps: u64,
    /// Snapshots measured.
    snapshots: usize,
    failures: Vec<String>,
}

/// The options that decide what the particles do, as text: a number by its shortest exact form.
fn options(request: &ParticleRequest, counts: [usize; 2]) -> Vec<(String, String)> {
    let step = request.step.map_or_else(|| "the default".to_owned(), |step| format!("{step:?}"));
    let bandwidth = request.bandwidth.map_or_else(|| "the default".to_owned(), |[x, y]| format!("{x:?},{y:?}"));
    [
        ("-n", format!("{},{}", counts[0], counts[1])),
        ("--replicas", request.replicas.to_string()),
        ("--scheme", request.scheme.name().to_owned()),
        ("--step", step),
        ("--seed", request.seed.to_string()),
        ("--sampling", request.sampling.name().to_owned()),
        ("--no-distances", (!request.distances).to_string()),
        ("--bandwidth", bandwidth),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

impl Header {
    /// Of a run under way.
    pub fn new(setup: &Setup<'_>, record: &Record, steps: u64, command: &str) -> Header {
        Header {
            game: setup.file.text().to_owned(),
            command: command.to_owned(),
            options: options(setup.request, record.counts),
            steps,
            snapshots: record.times.len(),
            failures: record.failures.clone(),
        }
    }

    /// As stored.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("strings and whole numbers are valid JSON")
    }

    /// Reads a stored header and refuses one of another run.
    pub fn read(
        json: &str,
        writer: &ParticleWriter,
        output: &Path,
        file: &GameFile,
        request: &ParticleRequest,
        counts: [usize; 2],
    ) -> Result<Header, RunError> {
        let damaged = |reason: String| OutputError::Damaged { path: writer.part(), reason };
        let header: Header =
            serde_json::from_str(json).map_err(|error| damaged(format!("checkpoint/header: {error}")))?;
        compare(&header.game, file, output)?;
        let wanted = options(request, counts);
        for ((name, then), (_, now)) in header.options.iter().zip(&wanted) {
            if then != now {
                let message = format!("{} was begun with {then}, now it is {now}", writer.part().display());
                return Err(RunError::option(name, message));
            }
        }
        let within = header.snapshots <= file.output().times().len() && header.snapshots > 0;
        if header.options != wanted || !within {
            return Err(damaged("its header contradicts itself".to_owned()).into());
        }
        Ok(header)
    }

    /// Reads the state that belongs to the header.
    pub fn restore(
        &self,
        writer: &ParticleWriter,
        setup: &Setup<'_>,
    ) -> Result<(Vec<ParticleSystem>, Record), RunError> {
        let dimensions = Player::BOTH.map(|player| setup.file.game().domain(player).dimension());
        let (counts, replicas) = (setup.counts(), setup.request.replicas);
        let one = [0, 1].map(|p| counts[p] * dimensions[p]);
        let size = CheckpointSize {
            shares: one.map(|one| one * replicas),
            measured: self.snapshots * replicas * Record::NUMBERS,
            snapshots: self.snapshots,
            lines: setup.file.game().lines(),
            weights: setup.reaction.as_ref().map(|_| counts.map(|count| count * replicas)),
        };
        let ResumedParticles { state, positions, weights } = writer.read(size)?;
        let reactions = setup.reactions(counts)?;
        let system = |replica: usize| {
            let cloud = |p: usize| {
                let make = if setup.file.game().lines()[p] { Ensemble::on_line } else { Ensemble::from_rows };
                let cloud = make(dimensions[p], &state.shares[p][replica * one[p]..][..one[p]]);
                match &reactions {
                    Some(_) => cloud.with_weights(state.weights[p][replica * counts[p]..][..counts[p]].to_vec()),
                    None => cloud,
                }
            };
            setup.system(replica as u64, [cloud(0), cloud(1)], self.steps, reactions.as_ref())
        };
        let systems = (0..replicas).map(system).collect();
        let times = setup.file.output().times()[..self.snapshots].to_vec();
        let failures = self.failures.clone();
        Ok((systems, Record::restore(times, replicas, counts, failures, &state.measured, &positions, &weights)))
    }
}

/// What a checkpoint remembers of a system and its record.
pub(super) fn checkpoint(systems: &[ParticleSystem], record: &Record) -> ParticleCheckpoint {
    let shares = |player: Player| systems.iter().flat_map(|system| system.cloud(player).rows()).collect();
    let weights = |player: Player| systems.iter().flat_map(|system| system.cloud(player).weights().to_vec()).collect();
    let (shares, weights) = (Player::BOTH.map(shares), Player::BOTH.map(weights));
    ParticleCheckpoint { shares, weights, measured: record.numbers() }
}

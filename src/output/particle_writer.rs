//! Writes the file of clouds: checkpoints beside it while the particles move, the file itself at the end.
//!
//! After every checkpoint `OUT.h5.part` is the file as it would be had the run ended there, and holds in `/checkpoint` what
//! going on needs with all its bits: the shares of the periods of all particles, the measurements, and a header by which
//! the caller knows the run again. It is replaced by one rename, so a killed process leaves the last one whole.

use super::OutputError;
use super::arrays::{Array, Builder, Values, replace};
use super::contents::{open, read_column};
use super::lock::Lock;
use super::own_dataset::{damaged, dataset};
use super::particles::{GROUPS, ParticleRecord, contents, describe};
use super::place::Place;
use crate::game::Player;
use hdf5::File;
use std::path::{Path, PathBuf};

const GROUP: &str = "checkpoint";
/// Longest header that is read back.
const MAXIMUM_HEADER: usize = 1 << 28;

/// Where a run of particles stands.
#[derive(Debug, Clone, PartialEq)]
pub struct ParticleCheckpoint {
    /// Shares of the periods in `[0, 1)`, on the line of the box, replica by replica, particle by particle, of x and of y.
    pub shares: [Vec<f64>; 2],
    /// Weights, replica by replica, of x and of y; empty when all are equal.
    pub weights: [Vec<f64>; 2],
    /// Measurements, snapshot by snapshot, replica by replica; NaN where one could not be had.
    pub measured: Vec<f64>,
}

/// A checkpoint that was read back, with the clouds of its snapshots.
#[derive(Debug, Clone, PartialEq)]
pub struct ResumedParticles {
    /// Where the run stands.
    pub state: ParticleCheckpoint,
    /// Coordinates of x and of y, as [`ParticleRecord::positions`].
    pub positions: [Vec<f64>; 2],
    /// Weights of x and of y, as [`ParticleRecord::weights`].
    pub weights: [Vec<f64>; 2],
}

/// How many numbers a checkpoint must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckpointSize {
    /// Shares of x and of y.
    pub shares: [usize; 2],
    /// Measurements.
    pub measured: usize,
    /// Snapshots in the file.
    pub snapshots: usize,
    /// Whether x and y live on the line, where shares may be any numbers.
    pub lines: [bool; 2],
    /// Weights of x and of y, if there are any.
    pub weights: Option<[usize; 2]>,
}

/// The owner of an output while the particles move.
#[derive(Debug)]
pub struct ParticleWriter {
    place: Place,
    _lock: Lock,
}

impl ParticleWriter {
    /// Takes possession of an output that is not there, or may be overwritten. Nothing is written yet.
    ///
    /// # Errors
    /// [`OutputError`] when it exists, is being written, or cannot be an output.
    pub fn create(path: &Path, overwrite: bool) -> Result<ParticleWriter, OutputError> {
        let place = Place::new(path)?;
        let lock = place.lock()?;
        if !overwrite && let Some(existing) = place.existing() {
            let hint = if place.part.exists() { ", --resume continues it" } else { "" };
            return Err(OutputError::Exists { path: existing.to_path_buf(), hint });
        }
        Ok(ParticleWriter { place, _lock: lock })
    }

    /// Takes possession of what an earlier run left, with the header of its last checkpoint; `None` when there is nothing.
    ///
    /// # Errors
    /// [`OutputError`] when the output is complete, is being written, or holds no checkpoint of ours.
    pub fn resume(path: &Path) -> Result<Option<(ParticleWriter, String)>, OutputError> {
        let place = Place::new(path)?;
        let lock = place.lock()?;
        let part = &place.part;
        if !part.exists() {
            let finished = OutputError::Exists { path: place.output.clone(), hint: ", there is nothing to resume" };
            return if place.output.exists() { Err(finished) } else { Ok(None) };
        }
        let file = open(part, false)?;
        let bytes = dataset(&file, part, "checkpoint/header")?;
        if bytes.size() > MAXIMUM_HEADER {
            return Err(damaged(part, format!("its header has {} bytes", bytes.size())));
        }
        let bytes = bytes.read_raw::<u8>().map_err(OutputError::damaged(part, "checkpoint/header"))?;
        let header = String::from_utf8(bytes).map_err(|error| damaged(part, format!("its header: {error}")))?;
        Ok(Some((ParticleWriter { place, _lock: lock }, header)))
    }

    /// The file of the last checkpoint.
    pub fn part(&self) -> PathBuf {
        self.place.part.clone()
    }

    /// Reads the last checkpoint and the clouds of its snapshots, which must have these sizes.
    ///
    /// # Errors
    /// [`OutputError::Damaged`] when they have others.
    pub fn read(&self, size: CheckpointSize) -> Result<ResumedParticles, OutputError> {
        let part = &self.place.part;
        let file = open(part, false)?;
        let [x, y] = Player::BOTH.map(|player| -> Result<_, OutputError> {
            let (letter, expected) = (player.letter(), size.shares[player.index()]);
            let name = format!("checkpoint/{letter}");
            let shares = column(&file, part, &name, expected)?;
            let is_place = |share: &f64| {
                if size.lines[player.index()] { share.is_finite() } else { (0.0..1.0).contains(share) }
            };
            if !shares.iter().all(is_place) {
                return Err(damaged(part, format!("{name} holds what are not places of particles")));
            }
            Ok((shares, all(&file, part, &format!("particles/{letter}"), expected * size.snapshots)?))
        });
        let ((x, positions_x), (y, positions_y)) = (x?, y?);
        let measured = column(&file, part, "checkpoint/measured", size.measured)?;
        let [(now_x, all_x), (now_y, all_y)] = match size.weights {
            None => Default::default(),
            Some(counts) => {
                let [x, y] = Player::BOTH.map(|player| weights(&file, part, player, counts[player.index()], size));
                [x?, y?]
            }
        };
        let state = ParticleCheckpoint { shares: [x, y], weights: [now_x, now_y], measured };
        Ok(ResumedParticles { state, positions: [positions_x, positions_y], weights: [all_x, all_y] })
    }

    /// Replaces the checkpoint.
    ///
    /// # Errors
    /// [`OutputError`], as for any output; the last checkpoint stays.
    pub fn checkpoint(
        &self,
        game: &str,
        command: &str,
        record: &ParticleRecord,
        header: &str,
        checkpoint: &ParticleCheckpoint,
    ) -> Result<(), OutputError> {
        let (source, mut all) = contents(game, command, record);
        all.extend(state(header, checkpoint));
        let groups = [&GROUPS[..], &[GROUP]].concat();
        replace(&self.place, &self.place.part, &groups, &all, |file| describe(file, game, &source, record))
    }

    /// Writes the file, and removes the checkpoint.
    ///
    /// # Errors
    /// [`OutputError`], as for any output; the last checkpoint stays.
    pub fn finish(self, game: &str, command: &str, record: &ParticleRecord) -> Result<(), OutputError> {
        let (source, arrays) = contents(game, command, record);
        let describe = |file: &File| describe(file, game, &source, record);
        replace(&self.place, &self.place.output, &GROUPS, &arrays, describe)?;
        self.place.remove(&self.place.part)
    }
}

/// Weights of a player now, and at all snapshots.
fn weights(
    file: &File,
    part: &Path,
    player: Player,
    count: usize,
    size: CheckpointSize,
) -> Result<(Vec<f64>, Vec<f64>), OutputError> {
    let letter = player.letter();
    let name = format!("checkpoint/{letter}_weight");
    let now = column(file, part, &name, count)?;
    if !now.iter().all(|weight| (0.0..=1.0).contains(weight)) {
        return Err(damaged(part, format!("{name} holds what are not weights")));
    }
    Ok((now, all(file, part, &format!("particles/{letter}_weight"), count * size.snapshots)?))
}

/// The numbers of an array of this size, whatever its axes.
fn all(file: &File, part: &Path, name: &str, size: usize) -> Result<Vec<f64>, OutputError> {
    let array = dataset(file, part, name)?;
    if array.size() != size {
        return Err(damaged(part, format!("{name} has shape {:?}", array.shape())));
    }
    array.read_raw::<f64>().map_err(OutputError::damaged(part, name))
}

fn state(header: &str, checkpoint: &ParticleCheckpoint) -> Vec<Array> {
    let mut builder = Builder::new(GROUP);
    builder.push("header", "which run this is, JSON", &[], Values::Bytes(header.as_bytes().to_vec()));
    for player in Player::BOTH {
        let long_name = format!("shares of the periods of the particles of {}", player.letter());
        builder.push(player.letter(), &long_name, &[], Values::Float(checkpoint.shares[player.index()].clone()));
        let weights = &checkpoint.weights[player.index()];
        if !weights.is_empty() {
            let long_name = format!("weights of the particles of {}", player.letter());
            builder.push(&format!("{}_weight", player.letter()), &long_name, &[], Values::Float(weights.clone()));
        }
    }
    builder.push("measured", "measurements so far", &[], Values::Float(checkpoint.measured.clone()));
    builder.arrays
}

fn column(file: &File, path: &Path, name: &str, expected: usize) -> Result<Vec<f64>, OutputError> {
    let found = dataset(file, path, name)?;
    if found.shape() != [expected] {
        return Err(damaged(path, format!("{name} has shape {:?}, expected [{expected}]", found.shape())));
    }
    read_column(&found, path, name)
}

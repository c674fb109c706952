//! The file of particle clouds, in the manner of H5MD: places of every particle at the snapshot times, and what was
//! measured of them.
//!
//! `/particles/x` has the shape `(time, particle, axis)`, with several replicas `(replica, time, particle, axis)`, and
//! likewise `/particles/y`; weights, where particles have any, are `/particles/x_weight` without the last axis; the columns at the root have `(time)` or `(replica, time)`.

use super::arrays::{Array, Builder, Values};
use super::attribute::{write_number, write_text};
use super::header::Header;
use super::layout::LINE;
use super::source::{GROUP, Source};
use crate::game::Player;
use hdf5::{File, Result};

/// Root attribute `format`.
pub(super) const FORMAT: &str = "nashflow particles";
/// Root attribute `format_version`: raised when readers of older files would misread the new ones.
const FORMAT_VERSION: i64 = 1;

/// One number for each replica and time.
#[derive(Debug, Clone, PartialEq)]
pub struct ParticleColumn {
    /// Name of the dataset.
    pub name: String,
    /// What it is.
    pub long_name: String,
    /// Replica by replica; NaN where it could not be had.
    pub values: Vec<f64>,
}

/// Clouds and what was measured of them. Pairs hold the x player first.
#[derive(Debug, Clone, PartialEq)]
pub struct ParticleRecord {
    /// Name of the game.
    pub title: String,
    /// Snapshot times.
    pub times: Vec<f64>,
    /// Number of realisations.
    pub replicas: usize,
    /// Numbers of particles.
    pub counts: [usize; 2],
    /// Periods of the axes.
    pub periods: [Vec<f64>; 2],
    /// Origins of the axes.
    pub origins: [Vec<f64>; 2],
    /// Whether a player lives on the line or plane: periods and origins are then those of the box of the densities.
    pub lines: [bool; 2],
    /// Coordinates: replica by replica, time by time, particle by particle.
    pub positions: [Vec<f64>; 2],
    /// Weights: replica by replica, time by time, particle by particle; empty when all are equal.
    pub weights: [Vec<f64>; 2],
    /// Measurements.
    pub columns: Vec<ParticleColumn>,
    /// Name of the scheme.
    pub scheme: &'static str,
    /// Seed of the random numbers.
    pub seed: u64,
    /// Longest step.
    pub step: f64,
}

/// Groups of the file.
pub(super) const GROUPS: [&str; 2] = ["particles", GROUP];

/// All datasets, and what the file says of itself.
pub(super) fn contents(game: &str, command: &str, record: &ParticleRecord) -> (Source, Vec<Array>) {
    let mut arrays = arrays(record);
    let source = Source::new(FORMAT, FORMAT_VERSION, &Header::new(game, command, &record.title), &arrays);
    arrays.extend(source.arrays(&[("game", game)]));
    (source, arrays)
}

/// Attributes of the root.
pub(super) fn describe(file: &File, game: &str, source: &Source, record: &ParticleRecord) -> Result<()> {
    source.describe(file, &[("game", game)])?;
    write_text(file, "scheme", record.scheme)?;
    write_text(file, "seed", &record.seed.to_string())?;
    write_number(file, "step", record.step)
}

fn arrays(record: &ParticleRecord) -> Vec<Array> {
    let mut builder = Builder::new("");
    let mut leading = vec!["time".to_owned()];
    if record.replicas > 1 {
        builder.count("replica", "number of the realisation, from 0", record.replicas);
        leading.insert(0, "replica".to_owned());
    }
    builder.push("time", "time", &[], Values::Float(record.times.clone()));
    let names = |axes: &[String]| -> Vec<String> { [leading.clone(), axes.to_vec()].concat() };
    let push = |builder: &mut Builder<'_>, name: &str, long_name: &str, axes: &[String], values: &[f64]| {
        let axes: Vec<&str> = axes.iter().map(String::as_str).collect();
        builder.push(name, long_name, &axes, Values::Float(values.to_vec()));
    };
    for player in Player::BOTH {
        let (p, letter) = (player.index(), player.letter());
        let of = |what: &str| format!("particles/{letter}_{what}");
        let (particle, axis) = (of("particle"), of("axis"));
        builder.count(&particle, &format!("number of the particle of {letter}, from 0"), record.counts[p]);
        builder.count(&axis, &format!("axis of the torus of {letter}, from 0"), record.periods[p].len());
        let long_name = format!("places of the particles of {letter}");
        push(
            &mut builder,
            &format!("particles/{letter}"),
            &long_name,
            &names(&[particle.clone(), axis.clone()]),
            &record.positions[p],
        );
        if record.lines[p] {
            builder.arrays.last_mut().expect("just pushed").attributes.push((LINE, 1.0));
        }
        if !record.weights[p].is_empty() {
            let long_name = format!("weights of the particles of {letter}, of sum 1");
            push(&mut builder, &of("weight"), &long_name, &names(&[particle]), &record.weights[p]);
        }
        for (what, long_name, values) in [
            ("period", "period of the torus", &record.periods[p]),
            ("origin", "origin of the torus", &record.origins[p]),
        ] {
            push(&mut builder, &of(what), long_name, std::slice::from_ref(&axis), values);
        }
    }
    for column in &record.columns {
        push(&mut builder, &column.name, &column.long_name, &names(&[]), &column.values);
    }
    builder.arrays
}

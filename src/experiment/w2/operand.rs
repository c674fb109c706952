//! What a user types for a measure, and what it means.
//!
//! ```text
//! expr:FORMULA                    a density in x, or in x1 and x2
//! density:FILE  cloud:FILE        values on a grid, points; FILE may name an array: FILE.h5:/dataset, FILE.npz:name
//! FILE                            points, when its shape is (N,), (N, 1) or (N, 2)
//! RUN.h5:/mu@12.5                 a state of a run; without a time the last one
//! RUN.h5:/equilibrium/nu          an equilibrium of a run
//! RUN.h5@12.5  RUN.h5:/equilibrium  both players
//! CLOUD.h5:/particles/x@12.5      points of a file of clouds; CLOUD.h5@12.5 both players
//! ```

use super::W2Error;
use crate::array_file::{ArrayAddress, FileFormat};
use crate::game::{Player, Scope, expression};
use crate::output::StateIndex;
use std::path::{Path, PathBuf};

/// The dataset that tells the file of a run; whether the file is whole shows when it is read.
const GAME: &str = "checkpoint/game";

/// Where one measure comes from.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Source {
    /// A density as a formula.
    Formula(String),
    /// Values on a grid.
    Density(ArrayAddress),
    /// Points.
    Cloud(ArrayAddress),
    /// An array without a prefix: points, if its shape says so.
    Array(ArrayAddress),
    /// A density of a run.
    State {
        /// The file of the run.
        path: PathBuf,
        /// Whose density.
        player: Player,
        /// Which of them.
        which: StateIndex,
    },
}

/// A measure that is asked for.
#[derive(Debug, Clone)]
pub enum W2Operand<'a> {
    /// As typed: `expr:FORMULA`, `density:FILE`, `cloud:FILE`, `FILE`, `RUN.h5:/mu@12.5`, `RUN.h5@12.5`.
    Typed(&'a str),
    /// Values on a grid, one axis of the array for each axis of the torus.
    Density {
        /// What it goes by in messages.
        name: &'a str,
        /// The values.
        values: ArrayAddress,
    },
    /// Points.
    Cloud {
        /// What it goes by in messages.
        name: &'a str,
        /// Of shape `(N,)`, `(N, 1)` or `(N, 2)`.
        points: ArrayAddress,
    },
}

impl<'a> W2Operand<'a> {
    /// What it goes by in messages.
    pub fn name(&self) -> &'a str {
        match self {
            W2Operand::Typed(name) | W2Operand::Density { name, .. } | W2Operand::Cloud { name, .. } => name,
        }
    }

    pub(super) fn resolve(&self) -> Result<Operand, W2Error> {
        match self {
            W2Operand::Typed(word) => Operand::parse(word),
            W2Operand::Density { values, .. } => Ok(Operand::One(Source::Density(values.clone()))),
            W2Operand::Cloud { points, .. } => Ok(Operand::One(Source::Cloud(points.clone()))),
        }
    }
}

/// What a word means: one measure, or one of each player.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Operand {
    /// A measure on one torus.
    One(Source),
    /// A pair of measures, x first.
    Pair([Source; 2]),
}

impl Operand {
    /// Takes a word apart; looks into HDF5 files to see whether they are ours.
    pub fn parse(word: &str) -> Result<Operand, W2Error> {
        if let Some(formula) = word.strip_prefix("expr:") {
            return Ok(Operand::One(Source::Formula(formula.to_owned())));
        }
        if let Some(rest) = word.strip_prefix("cloud:") {
            return clouds(parse_address(word, rest)?, Source::Cloud);
        }
        if let Some(rest) = word.strip_prefix("density:") {
            let address = parse_address(word, rest)?;
            return state(&address).map(|state| state.unwrap_or(Operand::One(Source::Density(address))));
        }
        let address = parse_address(word, word)?;
        match state(&address)? {
            Some(state) => Ok(state),
            None => clouds(address, Source::Array),
        }
    }
}

fn parse_address(word: &str, text: &str) -> Result<ArrayAddress, W2Error> {
    if text.is_empty() {
        return Err(W2Error::input(word, "a file is missing"));
    }
    // The name of a file may have an @ of its own.
    if Path::new(text).exists() {
        return Ok(ArrayAddress::whole(text));
    }
    match text.rsplit_once('@') {
        Some((before, time)) => match expression::constant(time, &Scope::default()) {
            Ok(time) => Ok(ArrayAddress { time: Some(time), ..ArrayAddress::parse(before) }),
            Err(_) if !ArrayAddress::parse(before).path.exists() => Ok(ArrayAddress::parse(text)),
            Err(error) => Err(W2Error::input(word, format!("expected a time after @: {error}"))),
        },
        None => Ok(ArrayAddress::parse(text)),
    }
}

/// The state of a run that an address names; `None` for other files and other datasets.
fn state(address: &ArrayAddress) -> Result<Option<Operand>, W2Error> {
    let game = ArrayAddress { name: Some(GAME.to_owned()), ..ArrayAddress::whole(&address.path) };
    if FileFormat::of(&address.path)? != FileFormat::Hdf5 || !game.is_dataset() {
        return Ok(None);
    }
    let name = address.name.as_deref().map(|name| name.trim_matches('/'));
    let which = match name {
        Some(name) if name.starts_with("equilibrium") => {
            if let Some(time) = address.time {
                return Err(W2Error::input(address.path.display(), format!("@{time}: an equilibrium has no time")));
            }
            StateIndex::Equilibrium
        }
        _ => address.time.map_or(StateIndex::Last, StateIndex::Time),
    };
    let of = |player| Source::State { path: address.path.clone(), player, which };
    Ok(match name {
        None | Some("equilibrium") => Some(Operand::Pair(Player::BOTH.map(of))),
        Some("mu" | "equilibrium/mu") => Some(Operand::One(of(Player::X))),
        Some("nu" | "equilibrium/nu") => Some(Operand::One(of(Player::Y))),
        Some(_) => None,
    })
}

/// The array of an address, or those of both players in a file of clouds.
fn clouds(address: ArrayAddress, kind: fn(ArrayAddress) -> Source) -> Result<Operand, W2Error> {
    let is_whole = address.name.as_deref().is_none_or(|name| name.trim_matches('/') == "particles");
    if is_whole && FileFormat::of(&address.path)? == FileFormat::Hdf5 {
        let of =
            |player: Player| ArrayAddress { name: Some(format!("particles/{}", player.letter())), ..address.clone() };
        if Player::BOTH.iter().all(|player| of(*player).is_dataset()) {
            return Ok(Operand::Pair(Player::BOTH.map(|player| kind(of(player)))));
        }
    }
    Ok(Operand::One(kind(address)))
}

//! The run that a cloud is compared with: its file, or its arrays in memory.

use super::ValidationError;
use crate::array_file::NumericArray;
use crate::game::{GameFile, Player};
use crate::output::{StateIndex, StoredState, read_game, read_state, read_times};
use crate::torus::Grid;
use std::path::Path;

/// Where the densities of a run are.
#[derive(Debug, Clone, Copy)]
pub enum RunSource<'a> {
    /// The output file.
    File(&'a Path),
    /// Arrays in memory.
    Arrays(&'a RunArrays),
}

/// A run in memory: what its output file holds under these names.
#[derive(Debug, Clone)]
pub struct RunArrays {
    /// What it goes by in messages.
    pub name: String,
    /// The attribute `game`: the game file, TOML.
    pub game: String,
    /// `/time`.
    pub times: Vec<f64>,
    /// `/mu` and `/nu`, of shape `(T, n..)`.
    pub densities: [NumericArray; 2],
    /// `/equilibrium/mu` and `/equilibrium/nu`, of shape `(n..)`, if they are there.
    pub equilibrium: Option<[NumericArray; 2]>,
}

impl<'a> RunSource<'a> {
    /// What it goes by in messages.
    pub fn name(&self) -> std::path::Display<'a> {
        self.path().display()
    }

    fn path(&self) -> &'a Path {
        match self {
            RunSource::File(path) => path,
            RunSource::Arrays(run) => Path::new(&run.name),
        }
    }

    /// The game of the run.
    pub(super) fn game_file(&self) -> Result<GameFile, ValidationError> {
        let text = match self {
            RunSource::File(path) => &read_game(path)?,
            RunSource::Arrays(run) => &run.game,
        };
        Ok(GameFile::parse(self.path(), text, &[])?)
    }

    /// Times of the snapshots.
    pub(super) fn times(&self) -> Result<Vec<f64>, ValidationError> {
        match self {
            RunSource::File(path) => Ok(read_times(path)?),
            RunSource::Arrays(run) => Ok(run.times.clone()),
        }
    }

    /// The grids of both players.
    pub(super) fn grids(&self, file: &GameFile) -> Result<[Grid; 2], ValidationError> {
        match self {
            RunSource::File(_) => {
                let [x, y] = Player::BOTH.map(|player| self.state(file, player, StateIndex::Equilibrium));
                Ok([x?.grid, y?.grid])
            }
            RunSource::Arrays(run) => {
                let [x, y] = Player::BOTH.map(|player| run.grid(file, player));
                Ok([x?, y?])
            }
        }
    }

    /// The density of a player.
    pub(super) fn state(
        &self,
        file: &GameFile,
        player: Player,
        which: StateIndex,
    ) -> Result<StoredState, ValidationError> {
        match self {
            RunSource::File(path) => Ok(read_state(path, player, which)?),
            RunSource::Arrays(run) => run.state(file, player, which),
        }
    }
}

impl RunArrays {
    fn grid(&self, file: &GameFile, player: Player) -> Result<Grid, ValidationError> {
        let name = player.density();
        let (domain, shape) = (file.game().domain(player), &self.densities[player.index()].shape);
        let expected = 1 + domain.dimension();
        if shape.len() != expected || shape[0] != self.times.len() {
            let message = format!(
                "{name} has shape {shape:?}; expected {expected} axes, the first of {} times",
                self.times.len()
            );
            return Err(ValidationError::input(&self.name, message));
        }
        domain.grid(&shape[1..]).map_err(|error| ValidationError::input(&self.name, format!("{name}: {error}")))
    }

    fn state(&self, file: &GameFile, player: Player, which: StateIndex) -> Result<StoredState, ValidationError> {
        let grid = self.grid(file, player)?;
        let missing = |what: String| ValidationError::input(&self.name, format!("it holds no {what}"));
        let (values, time) = match which {
            StateIndex::Equilibrium => {
                let pair = self.equilibrium.as_ref().ok_or_else(|| missing("equilibrium".to_owned()))?;
                (&pair[player.index()].values[..], None)
            }
            StateIndex::Time(_) | StateIndex::Snapshot(_) | StateIndex::Last => {
                let row = match which {
                    StateIndex::Time(time) => self.times.iter().position(|known| *known == time),
                    StateIndex::Snapshot(index) => Some(index),
                    _ => self.times.len().checked_sub(1),
                };
                let row = row.filter(|row| *row < self.times.len()).ok_or_else(|| missing(format!("{which:?}")))?;
                let rows = &self.densities[player.index()].values;
                (&rows[row * grid.len()..(row + 1) * grid.len()], Some(self.times[row]))
            }
        };
        if values.len() != grid.len() || values.iter().any(|value| !value.is_finite()) {
            let name = player.density();
            let message = format!("a state of {name} is not {} finite numbers", grid.len());
            return Err(ValidationError::input(&self.name, message));
        }
        Ok(StoredState { line: false, values: values.to_vec(), grid, time })
    }
}

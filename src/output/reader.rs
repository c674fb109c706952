//! A state of a finished or unfinished run, as the initial state of another.

use super::OutputError;
use super::contents::{open, read_column, read_grid, read_line, written_rows};
use super::header::Header;
use super::own_dataset::dataset;
use super::record::check_finite;
use super::row::read_row;
use crate::array_file::position_of_time;
use crate::game::Player;
use crate::torus::Grid;
use hdf5::types::VarLenUnicode;
use std::path::Path;

/// Which state of a file.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum StateIndex {
    /// The last snapshot written.
    Last,
    /// The snapshot with this index, from 0.
    Snapshot(usize),
    /// The snapshot of this time, which must be a stored one up to rounding.
    Time(f64),
    /// The equilibrium.
    Equilibrium,
}

/// A density read from a file.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredState {
    /// Its grid, with period and origin.
    pub grid: Grid,
    /// Whether the grid is a box on the line or plane.
    pub line: bool,
    /// Node values, row-major; finite.
    pub values: Vec<f64>,
    /// Time of the snapshot; `None` for the equilibrium.
    pub time: Option<f64>,
}

/// Reads the density of `player` (`/mu` or `/nu`) from a file of nashflow, while it is written or after.
///
/// # Errors
/// [`OutputError`] for a file that is not ours or is damaged, whose data lie in other files, whose shapes contradict
/// each other or exceed [`Grid::MAXIMUM_POINTS`] (tested before anything is allocated), that holds no such state, or
/// whose values are not finite.
pub fn read_state(path: &Path, player: Player, which: StateIndex) -> Result<StoredState, OutputError> {
    let file = open(path, false)?;
    Header::read(&file, path)?;
    let grid = read_grid(&file, path, player)?;
    let line = read_line(&file, path, player)?.is_some();
    let name = player.density();
    let missing = |reason: String| OutputError::NoSuchState { path: path.to_path_buf(), reason };
    let (name, time, values) = if which == StateIndex::Equilibrium {
        let name = format!("equilibrium/{name}");
        if file.group("equilibrium").is_err() {
            return Err(missing("it holds no equilibrium".to_string()));
        }
        let found = dataset(&file, path, &name)?;
        check_shape(path, &name, &found.shape(), &grid.shape())?;
        (name, None, found.read_raw::<f64>())
    } else {
        let times = read_column(&dataset(&file, path, "time")?, path, "time")?;
        let count = written_rows(&times);
        let row = match which {
            StateIndex::Snapshot(index) => index,
            StateIndex::Time(time) => position_of_time(&times[..count], time).map_err(|nearest| {
                let there = nearest.map(|nearest| format!("; the nearest is {nearest}")).unwrap_or_default();
                missing(format!("it holds no snapshot of time {time}{there}"))
            })?,
            _ => count.wrapping_sub(1),
        };
        if row >= count {
            return Err(missing(format!("it holds {count} snapshots; {which:?} was asked for")));
        }
        let found = dataset(&file, path, name)?;
        check_shape(path, name, &found.shape(), &[vec![times.len()], grid.shape()].concat())?;
        (name.to_string(), Some(times[row]), read_row(&found, row))
    };
    let values = values.map_err(OutputError::damaged(path, &name))?;
    check_finite(&name, &values, |place| grid.node(place), time.unwrap_or(f64::INFINITY))?;
    Ok(StoredState { grid, line, values, time })
}

/// The game of a file of nashflow, TOML, as it was after overrides.
///
/// # Errors
/// [`OutputError`] for a file that is not ours or is damaged.
pub fn read_game(path: &Path) -> Result<String, OutputError> {
    Ok(Header::read(&open(path, false)?, path)?.0.game)
}

/// Times of the snapshots that have been written.
///
/// # Errors
/// [`OutputError`] for a file that is not ours or is damaged.
pub fn read_times(path: &Path) -> Result<Vec<f64>, OutputError> {
    let file = open(path, false)?;
    Header::read(&file, path)?;
    let mut times = read_column(&dataset(&file, path, "time")?, path, "time")?;
    times.truncate(written_rows(&times));
    Ok(times)
}

/// The game that any HDF5 file carries: that of a file of ours, or the text of its attribute `game`.
pub fn embedded_game(path: &Path) -> Option<String> {
    if let Ok(game) = read_game(path) {
        return Some(game);
    }
    let attribute = open(path, false).ok()?.attr("game").ok()?;
    attribute.read_scalar::<VarLenUnicode>().ok().map(|text| text.as_str().to_owned())
}

fn check_shape(path: &Path, name: &str, found: &[usize], expected: &[usize]) -> Result<(), OutputError> {
    if found == expected {
        return Ok(());
    }
    let reason = format!("{name} has shape {found:?}, expected {expected:?}");
    Err(OutputError::Damaged { path: path.to_path_buf(), reason })
}

//! Looking into the file of a periodic orbit.

use super::OutputError;
use super::attribute::read_bytes;
use super::contents::{check_some_times, open, read_column, read_grid};
use super::header::Header;
use super::orbit::BRANCH_KEY;
use super::own_dataset::{damaged, dataset, has_hard_link};
use super::record::check_finite;
use super::row::read_row;
use crate::game::Player;
use crate::torus::Grid;
use hdf5::File;
use num_complex::Complex64;
use std::path::{Path, PathBuf};

/// Most multipliers of an orbit that are read.
const MAXIMUM_MULTIPLIERS: usize = 1 << 20;

/// Orbits along a branch, or its folds.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BranchColumns {
    /// Values of the key.
    pub parameter: Vec<f64>,
    /// Their uncertainty, 0 where they were chosen.
    pub parameter_error: Vec<f64>,
    /// Periods.
    pub period: Vec<f64>,
    /// 1 where the orbit attracts, else 0.
    pub stable: Vec<f64>,
    /// Leading coupled multipliers of each orbit.
    pub multipliers: Vec<Vec<Complex64>>,
}

/// A branch with its folds.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredBranch {
    /// The key that varies.
    pub key: String,
    /// Orbits in order along the branch.
    pub points: BranchColumns,
    /// Folds in order.
    pub folds: BranchColumns,
}

/// The file of a periodic orbit, open for reading.
#[derive(Debug)]
pub struct OrbitReader {
    file: File,
    path: PathBuf,
    header: Header,
    grids: [Grid; 2],
    times: Vec<f64>,
}

impl OrbitReader {
    /// Opens the file.
    ///
    /// # Errors
    /// [`OutputError`] for a file that is not ours, is damaged, or is of another kind.
    pub fn open(path: &Path) -> Result<OrbitReader, OutputError> {
        let file = open(path, false)?;
        let (header, _) = Header::read(&file, path)?;
        let grids = [read_grid(&file, path, Player::X)?, read_grid(&file, path, Player::Y)?];
        let times = read_column(&dataset(&file, path, "time")?, path, "time")?;
        check_some_times(path, &times)?;
        for (name, grid) in Player::BOTH.map(Player::density).iter().zip(&grids) {
            let (found, expected) = (dataset(&file, path, name)?.shape(), [vec![times.len()], grid.shape()].concat());
            if found != expected {
                return Err(damaged(path, format!("{name} has shape {found:?}, expected {expected:?}")));
            }
        }
        Ok(OrbitReader { file, path: path.to_path_buf(), header, grids, times })
    }

    /// Who wrote it, when, from which game.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The grids of both players.
    pub fn grids(&self) -> &[Grid; 2] {
        &self.grids
    }

    /// Times since the section, the first 0; the period is not among them.
    pub fn times(&self) -> &[f64] {
        &self.times
    }

    /// Node values of a player's density at a time of the orbit.
    ///
    /// # Errors
    /// [`OutputError`] when it cannot be read or is not finite.
    pub fn density(&self, player: Player, row: usize) -> Result<Vec<f64>, OutputError> {
        let name = player.density();
        let values = read_row(&dataset(&self.file, &self.path, name)?, row);
        let values = values.map_err(OutputError::damaged(&self.path, name))?;
        check_finite(name, &values, |place| self.grids[player.index()].node(place), self.times[row])?;
        Ok(values)
    }

    /// A number of the group `orbit`: `period`, `period_error`, `residual`, `amplitude_x`, `stable`, ..
    ///
    /// # Errors
    /// [`OutputError`] when it is missing.
    pub fn number(&self, name: &str) -> Result<f64, OutputError> {
        let read = self.file.group("orbit").and_then(|group| group.attr(name)?.read_scalar::<f64>());
        read.map_err(OutputError::damaged(&self.path, &format!("attribute {name} of orbit")))
    }

    /// A column over the times: `nikaido_isoda` or `energy`.
    ///
    /// # Errors
    /// [`OutputError`] when it is missing or has another length.
    pub fn diagnostic(&self, name: &str) -> Result<Vec<f64>, OutputError> {
        self.column(name, self.times.len())
    }

    /// Floquet multipliers.
    ///
    /// # Errors
    /// [`OutputError`] when they are missing.
    pub fn multipliers(&self) -> Result<Vec<Complex64>, OutputError> {
        let name = "orbit/multipliers";
        let count = dataset(&self.file, &self.path, name)?.shape().first().copied().unwrap_or(0);
        self.pairs(name, &[count, 2])
    }

    /// The branch with its folds; `None` without one.
    ///
    /// # Errors
    /// [`OutputError`] when the branch is damaged.
    pub fn branch(&self) -> Result<Option<StoredBranch>, OutputError> {
        if !has_hard_link(&self.file, "branch") {
            return Ok(None);
        }
        let key = self.file.group("checkpoint").and_then(|group| read_bytes(&group, BRANCH_KEY));
        let key = key.map_err(OutputError::damaged(&self.path, &format!("attribute {BRANCH_KEY} of checkpoint")))?;
        let key = String::from_utf8_lossy(&key).into_owned();
        Ok(Some(StoredBranch { key, points: self.rows("branch")?, folds: self.rows("fold")? }))
    }

    fn rows(&self, group: &str) -> Result<BranchColumns, OutputError> {
        let name = format!("{group}/parameter");
        let parameter = read_column(&dataset(&self.file, &self.path, &name)?, &self.path, &name)?;
        let rows = parameter.len();
        let column = |what: &str| self.column(&format!("{group}/{what}"), rows);
        let name = format!("{group}/multipliers");
        let shape = dataset(&self.file, &self.path, &name)?.shape();
        let each = shape.get(1).copied().unwrap_or(0);
        let multipliers = self.pairs(&name, &[rows, each, 2])?;
        Ok(BranchColumns {
            parameter_error: column("parameter_error")?,
            period: column("period")?,
            stable: column("stable")?,
            multipliers: if each == 0 { Vec::new() } else { multipliers.chunks(each).map(<[_]>::to_vec).collect() },
            parameter,
        })
    }

    fn column(&self, name: &str, rows: usize) -> Result<Vec<f64>, OutputError> {
        let values = read_column(&dataset(&self.file, &self.path, name)?, &self.path, name)?;
        if values.len() != rows {
            return Err(damaged(&self.path, format!("{name} has {} values of {rows}", values.len())));
        }
        Ok(values)
    }

    fn pairs(&self, name: &str, expected: &[usize]) -> Result<Vec<Complex64>, OutputError> {
        let found = dataset(&self.file, &self.path, name)?;
        if found.shape() != expected || found.size() > MAXIMUM_MULTIPLIERS {
            return Err(damaged(&self.path, format!("{name} has shape {:?}, expected {expected:?}", found.shape())));
        }
        let values = found.read_raw::<f64>().map_err(OutputError::damaged(&self.path, name))?;
        Ok(values.chunks(2).map(|pair| Complex64::new(pair[0], pair[1])).collect())
    }
}

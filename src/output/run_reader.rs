//! Looking into the file of a run, finished or not: one array at a time, so that files larger than memory can be looked at.

use super::OutputError;
use super::contents::{check_times, open, read_blank, read_column, written_rows};
use super::header::Header;
use super::own_dataset::{damaged, dataset, has_hard_link};
use super::record::check_finite;
use super::row::read_row;
use crate::game::Player;
use crate::torus::Grid;
use hdf5::File;
use std::path::{Path, PathBuf};

/// A file of `nashflow run` (or of `nashflow equilibrium -o`), open for reading.
#[derive(Debug)]
pub struct RunReader {
    file: File,
    path: PathBuf,
    header: Header,
    finished: bool,
    grids: [Grid; 2],
    times: Vec<f64>,
}

impl RunReader {
    /// Opens the file and checks that every dataset of a run is there with its shape and type.
    ///
    /// # Errors
    /// [`OutputError`] for a file that is not ours, is damaged, or is of another kind.
    pub fn open(path: &Path) -> Result<RunReader, OutputError> {
        let file = open(path, false)?;
        let blank = read_blank(&file, path)?;
        let finished = super::contents::is_finished(&blank);
        let mut times = read_column(&dataset(&file, path, "time")?, path, "time")?;
        times.truncate(written_rows(&times));
        check_times(path, &times)?;
        let grids = Player::BOTH.map(|player| blank.layout.grid(player).clone());
        Ok(RunReader { file, path: path.to_path_buf(), header: blank.header, finished, grids, times })
    }

    /// Who wrote it, when, from which game.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Whether the run has come to its end.
    pub fn is_finished(&self) -> bool {
        self.finished
    }

    /// The grid of a player.
    pub fn grid(&self, player: Player) -> &Grid {
        &self.grids[player.index()]
    }

    /// Times of the snapshots that have been written.
    pub fn times(&self) -> &[f64] {
        &self.times
    }

    /// Node values of a player's density in the snapshot `row`.
    ///
    /// # Errors
    /// [`OutputError`] when it cannot be read or is not finite.
    ///
    /// # Panics
    /// When there is no such snapshot.
    pub fn density(&self, player: Player, row: usize) -> Result<Vec<f64>, OutputError> {
        let (name, grid) = (player.density(), self.grid(player));
        assert!(row < self.times.len(), "snapshot {row} of {}", self.times.len());
        let values = read_row(&dataset(&self.file, &self.path, name)?, row);
        let values = values.map_err(OutputError::damaged(&self.path, name))?;
        check_finite(name, &values, |place| grid.node(place), self.times[row])?;
        Ok(values)
    }

    /// Node values of a player's equilibrium; `None` when the file holds none.
    ///
    /// # Errors
    /// [`OutputError`] when it cannot be read or is not finite.
    pub fn equilibrium(&self, player: Player) -> Result<Option<Vec<f64>>, OutputError> {
        if !has_hard_link(&self.file, "equilibrium") {
            return Ok(None);
        }
        let name = format!("equilibrium/{}", player.density());
        let values = dataset(&self.file, &self.path, &name)?.read_raw::<f64>();
        let values = values.map_err(OutputError::damaged(&self.path, &name))?;
        check_finite(&name, &values, |place| self.grid(player).node(place), f64::INFINITY)?;
        Ok(Some(values))
    }

    /// A diagnostic at every snapshot that has been written, such as `w2`; NaN where it could not be had.
    ///
    /// # Errors
    /// [`OutputError`] when it cannot be read, or is shorter than the times.
    pub fn diagnostic(&self, name: &str) -> Result<Vec<f64>, OutputError> {
        let mut values = self.column(name)?;
        if values.len() < self.times.len() {
            return Err(damaged(&self.path, format!("{name} has {} values of {}", values.len(), self.times.len())));
        }
        values.truncate(self.times.len());
        Ok(values)
    }

    /// Ends and lengths of the accepted steps that have been written.
    ///
    /// # Errors
    /// [`OutputError`] when they cannot be read, or differ in number.
    pub fn steps(&self) -> Result<[Vec<f64>; 2], OutputError> {
        let mut ends = self.column("steps/time")?;
        let mut lengths = self.column("steps/step")?;
        if ends.len() != lengths.len() {
            return Err(damaged(&self.path, format!("{} ends of {} steps", ends.len(), lengths.len())));
        }
        ends.truncate(written_rows(&ends));
        lengths.truncate(ends.len());
        Ok([ends, lengths])
    }

    fn column(&self, name: &str) -> Result<Vec<f64>, OutputError> {
        read_column(&dataset(&self.file, &self.path, name)?, &self.path, name)
    }
}

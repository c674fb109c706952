//! What a report shows of an orbit, read from its file.

use crate::game::Player;
use crate::output::{Header, OrbitReader, StoredBranch};
use crate::report::ReportError;
use crate::report::motion::{Frames, rows_in_memory};
use num_complex::Complex64;
use std::path::Path;

/// An orbit as it is shown.
pub(super) struct Record {
    pub header: Header,
    pub times: Vec<f64>,
    pub gap: Vec<f64>,
    pub energy: Vec<f64>,
    pub frames: Frames,
    pub multipliers: Vec<Complex64>,
    pub period: f64,
    pub period_error: f64,
    /// With its error.
    pub amplitude: [(f64, f64); 2],
    pub mean_gap: f64,
    pub mean_energy: f64,
    pub residual: f64,
    pub stable: bool,
    pub branch: Option<StoredBranch>,
}

impl Record {
    /// Reads a file.
    ///
    /// # Errors
    /// [`ReportError`] when it is damaged.
    pub fn read(path: &Path) -> Result<Record, ReportError> {
        let reader = OrbitReader::open(path)?;
        let times = reader.times().to_vec();
        let rows = rows_in_memory(reader.grids(), times.len());
        let series = |player| rows.iter().map(|row| reader.density(player, *row)).collect::<Result<Vec<_>, _>>();
        let frames = Frames {
            names: ["density mu", "density nu"],
            grids: reader.grids().clone(),
            times: rows.iter().map(|row| times[*row]).collect(),
            densities: [series(Player::X)?, series(Player::Y)?],
            reference: None,
            drift: None,
            closes: true,
            cells: false,
        };
        Ok(Record {
            header: reader.header().clone(),
            gap: reader.diagnostic("nikaido_isoda")?,
            energy: reader.diagnostic("energy")?,
            frames,
            multipliers: reader.multipliers()?,
            period: reader.number("period")?,
            period_error: reader.number("period_error")?,
            amplitude: [
                (reader.number("amplitude_x")?, reader.number("amplitude_x_error")?),
                (reader.number("amplitude_y")?, reader.number("amplitude_y_error")?),
            ],
            mean_gap: reader.number("nikaido_isoda")?,
            mean_energy: reader.number("energy")?,
            residual: reader.number("residual")?,
            stable: reader.number("stable")? == 1.0,
            branch: reader.branch()?,
            times,
        })
    }
}

//! Looking at the place of an output before anything is computed.

use super::OutputError;
use super::contents::{dataset, open, read_column};
use super::header::Header;
use super::place::Place;
use std::path::Path;

/// Whether [`super::RunWriter::create`] could write there now; leaves nothing behind.
///
/// # Errors
/// As [`super::RunWriter::create`], but for the room on the disk.
pub fn check_destination(path: &Path, overwrite: bool) -> Result<(), OutputError> {
    let place = Place::new(path)?;
    match place.existing() {
        Some(existing) if !overwrite => Err(OutputError::Exists { path: existing.to_path_buf(), hint: "" }),
        _ => place.lock().map(drop),
    }
}

/// The header and the planned snapshot times of what [`super::RunWriter::resume`] would continue, finished or not; `None`
/// when there is none.
///
/// # Errors
/// [`OutputError`] for a file that is not ours.
pub fn stored_plan(path: &Path) -> Result<Option<(Header, Vec<f64>)>, OutputError> {
    let place = Place::new(path)?;
    if place.existing().is_none() {
        return Ok(None);
    }
    let target = if place.part.exists() { &place.part } else { &place.output };
    let file = open(target, false)?;
    let (header, _) = Header::read(&file, target)?;
    let name = "checkpoint/planned_time";
    let times = read_column(&dataset(&file, target, name)?, target, name)?;
    Ok(Some((header, times)))
}

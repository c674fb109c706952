//! Going on with the file of an interrupted run.
//!
//! The rows after the checkpoint are made unwritten again, times first, so that the resumed run writes them anew and
//! the file becomes that of an uninterrupted run, byte for byte in every dataset.

use super::OutputError;
use super::blank::Blank;
use super::checkpoint::Checkpoint;
use super::contents::{is_finished, open, read_blank, read_column, written_rows};
use super::header::Header;
use super::layout::Layout;
use super::own_dataset::dataset;
use super::place::Place;
use super::record::{Diagnostics, EquilibriumRecord};
use super::work_file::WorkFile;
use super::worker::Worker;
use super::writer::RunWriter;
use hdf5::File;
use std::path::Path;

/// The file of an earlier run.
#[derive(Debug)]
pub struct Resumed {
    /// Goes on writing after the checkpoint; `None` when the file is finished and there is nothing to do.
    pub writer: Option<RunWriter>,
    /// The header as it was written. The caller compares the game.
    pub header: Header,
    /// The layout of the file.
    pub layout: Layout,
    /// The equilibrium, if it was stored.
    pub equilibrium: Option<EquilibriumRecord>,
    /// Where to go on; `None` before the first checkpoint: the run starts afresh on the same file.
    pub checkpoint: Option<Checkpoint>,
    /// Times and diagnostics of the snapshots that stay: those before the checkpoint, or all of a finished file.
    pub snapshots: Vec<(f64, Diagnostics)>,
    /// Whether the file is finished.
    pub finished: bool,
}

impl RunWriter {
    /// Opens what an earlier run left at `path` (or at `path` with `.part`, where a run that was to replace an older
    /// output writes). `None` when there is nothing: the run starts from the beginning.
    ///
    /// # Errors
    /// [`OutputError::Locked`] while another process writes; [`OutputError::Foreign`], [`OutputError::Damaged`],
    /// [`OutputError::Newer`] or [`OutputError::Grid`] for a file that can not be resumed, which is not touched.
    pub fn resume(path: &Path) -> Result<Option<Resumed>, OutputError> {
        let place = Place::new(path)?;
        if place.existing().is_none() {
            return Ok(None);
        }
        let lock = place.lock()?;
        let target = if place.part.exists() { place.part.clone() } else { place.output.clone() };
        let file = open(&target, false)?;
        let blank = read_blank(&file, &target)?;
        if is_finished(&blank) {
            return finished(file, blank, &target).map(Some);
        }
        drop(file);
        let file = open(&target, true)?;
        let (header, layout, equilibrium) = (blank.header.clone(), blank.layout.clone(), blank.equilibrium.clone());
        let times = read_column(&dataset(&file, &target, "time")?, &target, "time")?;
        let mut work = WorkFile::attach(file, blank, &target).map_err(OutputError::damaged(&target, "datasets"))?;
        let checkpoint = work.newest_checkpoint().map_err(OutputError::damaged(&target, "checkpoint"))?;
        let (count, steps) = checked_counts(&target, &work, &times, checkpoint.as_ref())?;
        work.rewind(count, written_rows(&times), steps).map_err(OutputError::write(&target, "resume"))?;
        let diagnostics = work.read_diagnostics().map_err(OutputError::damaged(&target, "diagnostics"))?;
        let snapshots: Vec<_> = times.into_iter().zip(diagnostics).collect();
        let last_time = snapshots.last().map(|(time, _)| *time);
        place.remove(&place.temporary)?;
        let writer = Some(RunWriter::start(Worker { place, work, target, _lock: lock }, last_time)?);
        Ok(Some(Resumed { writer, header, layout, equilibrium, checkpoint, snapshots, finished: false }))
    }
}

/// Snapshots and steps before the checkpoint, which must be in the file.
fn checked_counts(
    path: &Path,
    work: &WorkFile,
    times: &[f64],
    checkpoint: Option<&Checkpoint>,
) -> Result<(usize, usize), OutputError> {
    let Some(checkpoint) = checkpoint else { return Ok((0, 0)) };
    let written = written_rows(times);
    if checkpoint.snapshot_count > written as u64 || checkpoint.step_count > work.blank.steps as u64 {
        let reason = format!(
            "its checkpoint comes after {} snapshots and {} steps, but it holds {written} and has room for {}",
            checkpoint.snapshot_count, checkpoint.step_count, work.blank.steps
        );
        return Err(OutputError::Damaged { path: path.to_path_buf(), reason });
    }
    Ok((checkpoint.snapshot_count as usize, checkpoint.step_count as usize))
}

/// What a finished run has left, without a lock: nobody writes to it. `None` when the run is not finished.
///
/// # Errors
/// [`OutputError`] for a file that is not ours, is damaged, or is of another kind.
pub fn finished_run(path: &Path) -> Result<Option<Resumed>, OutputError> {
    let file = open(path, false)?;
    let blank = read_blank(&file, path)?;
    if is_finished(&blank) { finished(file, blank, path).map(Some) } else { Ok(None) }
}

fn finished(file: File, blank: Blank, path: &Path) -> Result<Resumed, OutputError> {
    let times = read_column(&dataset(&file, path, "time")?, path, "time")?;
    let (header, layout, equilibrium) = (blank.header.clone(), blank.layout.clone(), blank.equilibrium.clone());
    let mut work = WorkFile::attach(file, blank, path).map_err(OutputError::damaged(path, "datasets"))?;
    work.snapshots = times.len();
    let checkpoint = work.newest_checkpoint().map_err(OutputError::damaged(path, "checkpoint"))?;
    let diagnostics = work.read_diagnostics().map_err(OutputError::damaged(path, "diagnostics"))?;
    let snapshots = times.into_iter().zip(diagnostics).collect();
    Ok(Resumed { writer: None, header, layout, equilibrium, checkpoint, snapshots, finished: true })
}

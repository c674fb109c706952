//! The file while a run goes on: numbers overwritten in place, in an order that a kill at any moment can not spoil.
//!
//! A row exists for a reader once its time is a number. So the arrays are written and flushed before the time is, and
//! the same holds for `/steps`. A checkpoint goes to the slot that does not hold the newest one; its sequence number
//! is written last, after everything before it has reached the disk.

use super::OutputError;
use super::blank::Blank;
use super::checkpoint::{Checkpoint, SLOT_HEADER};
use super::place;
use super::record::{Diagnostics, Snapshot, StepRecord};
use super::row::{read_range, read_row, write_range, write_row};
use crate::game::Player;
use crate::torus::pad_values;
use hdf5::{Dataset, File, Hyperslab, Result};
use std::ops::Range;
use std::path::{Path, PathBuf};

/// Handles of the datasets that are written during a run.
pub(super) struct WorkFile {
    pub blank: Blank,
    pub path: PathBuf,
    /// Snapshots in the file.
    pub snapshots: usize,
    /// Steps in the file, staged ones included.
    pub steps: usize,
    file: File,
    time: Dataset,
    mu: Dataset,
    nu: Dataset,
    diagnostics: Vec<Dataset>,
    step_time: Dataset,
    step_length: Dataset,
    step_error: Dataset,
    /// Absent in a finished file without a checkpoint.
    slots: Option<Slots>,
    /// Times of the steps whose other columns are written but not yet flushed.
    staged: Vec<f64>,
}

struct Slots {
    state: Dataset,
    sequence: Dataset,
    newest: u64,
}

impl Slots {
    /// The checkpoint in a slot of `size` bytes, unless it is torn.
    fn read(&self, slot: usize, number: u64, size: usize) -> Result<Option<Checkpoint>> {
        let bytes = |range: Range<usize>| -> Result<Vec<u8>> {
            Ok(self.state.read_slice_1d::<u8, _>(Hyperslab::from((slot, range)))?.to_vec())
        };
        let Some(end) = Checkpoint::slot_length(&bytes(0..SLOT_HEADER.min(size))?) else { return Ok(None) };
        Ok(if end <= size { Checkpoint::decode(&bytes(0..end)?, number) } else { None })
    }
}

impl WorkFile {
    /// Takes over an open file whose datasets have the shapes of `blank`.
    pub fn attach(file: File, blank: Blank, path: &Path) -> Result<WorkFile> {
        let diagnostics = Diagnostics::NAMES.iter().map(|(name, _)| file.dataset(name)).collect::<Result<_>>()?;
        let slots = match blank.slot {
            0 => None,
            _ => Some(Slots {
                state: file.dataset("checkpoint/state")?,
                sequence: file.dataset("checkpoint/sequence")?,
                newest: 0,
            }),
        };
        Ok(WorkFile {
            path: path.to_path_buf(),
            snapshots: 0,
            steps: 0,
            time: file.dataset("time")?,
            mu: file.dataset("mu")?,
            nu: file.dataset("nu")?,
            diagnostics,
            step_time: file.dataset("steps/time")?,
            step_length: file.dataset("steps/step")?,
            step_error: file.dataset("steps/error")?,
            slots,
            staged: Vec::new(),
            blank,
            file,
        })
    }

    /// Whether `count` more steps fit.
    pub fn has_room(&self, count: usize) -> bool {
        self.steps + count <= self.blank.steps
    }

    /// Writes steps without showing them yet: the next snapshot or checkpoint does.
    pub fn stage_steps(&mut self, steps: &[StepRecord]) -> std::result::Result<(), OutputError> {
        assert!(self.has_room(steps.len()), "{} + {} steps in room for {}", self.steps, steps.len(), self.blank.steps);
        let column = |f: fn(&StepRecord) -> f64| steps.iter().map(f).collect::<Vec<f64>>();
        write_range(&self.step_length, self.steps, &column(|s| s.step))
            .and_then(|()| write_range(&self.step_error, self.steps, &column(|s| s.error)))
            .map_err(OutputError::write(&self.path, "steps"))?;
        self.staged.extend(column(|s| s.time));
        self.steps += steps.len();
        Ok(())
    }

    pub fn put_snapshot(&mut self, snapshot: &Snapshot) -> std::result::Result<(), OutputError> {
        self.write_snapshot(snapshot)
            .map_err(OutputError::write(&self.path, &format!("snapshot {}", self.snapshots)))?;
        self.snapshots += 1;
        Ok(())
    }

    fn write_snapshot(&mut self, snapshot: &Snapshot) -> Result<()> {
        let row = self.snapshots;
        write_row(&self.mu, row, &snapshot.mu)?;
        write_row(&self.nu, row, &snapshot.nu)?;
        for (dataset, value) in self.diagnostics.iter().zip(snapshot.diagnostics.values()) {
            write_range(dataset, row, &[value])?;
        }
        self.file.flush()?;
        write_range(&self.time, row, &[snapshot.time])?;
        self.show_steps()?;
        self.file.flush()
    }

    /// Writes the times of steps whose other columns have been flushed.
    fn show_steps(&mut self) -> Result<()> {
        write_range(&self.step_time, self.steps - self.staged.len(), &self.staged)?;
        self.staged.clear();
        Ok(())
    }

    /// Bytes that a slot needs for this checkpoint.
    pub fn slot_size(checkpoint: &Checkpoint) -> usize {
        checkpoint.encode(0).len()
    }

    /// # Panics
    /// When the slots are too small: see [`WorkFile::slot_size`].
    pub fn put_checkpoint(&mut self, checkpoint: &Checkpoint) -> std::result::Result<(), OutputError> {
        let slots = self.slots.as_ref().expect("a file with checkpoint slots");
        let number = slots.newest + 1;
        let slot = (number % 2) as usize;
        let bytes = checkpoint.encode(number);
        assert!(bytes.len() <= self.blank.slot, "{} bytes in a slot of {}", bytes.len(), self.blank.slot);
        self.write_slot(slot, &bytes).map_err(OutputError::write(&self.path, "checkpoint"))?;
        place::sync(&self.path)?;
        let slots = self.slots.as_mut().expect("a file with checkpoint slots");
        slots.newest = number;
        let number = ndarray::arr1(&[number]);
        slots
            .sequence
            .write_slice(&number, slot..slot + 1)
            .and_then(|()| self.file.flush())
            .map_err(OutputError::write(&self.path, "sequence number of the checkpoint"))
    }

    fn write_slot(&mut self, slot: usize, bytes: &[u8]) -> Result<()> {
        let slots = self.slots.as_ref().expect("a file with checkpoint slots");
        let view = ndarray::ArrayView2::from_shape((1, bytes.len()), bytes).expect("one row of bytes");
        slots.state.write_slice(view, (slot..slot + 1, 0..bytes.len()))?;
        self.file.flush()?;
        self.show_steps()?;
        self.file.flush()
    }

    /// The newest whole checkpoint; its slot is not the one that the next checkpoint overwrites.
    pub fn newest_checkpoint(&mut self) -> Result<Option<Checkpoint>> {
        let Some(slots) = &mut self.slots else { return Ok(None) };
        let mut newest: Option<(u64, Checkpoint)> = None;
        for (slot, number) in slots.sequence.read_raw::<u64>()?.into_iter().enumerate() {
            if number == 0 || newest.as_ref().is_some_and(|(best, _)| number <= *best) {
                continue;
            }
            if let Some(checkpoint) = slots.read(slot, number, self.blank.slot)? {
                newest = Some((number, checkpoint));
            }
        }
        slots.newest = newest.as_ref().map_or(0, |(number, _)| *number);
        Ok(newest.map(|(_, checkpoint)| checkpoint))
    }

    /// Copies every snapshot and step of `old` into this file, which may have finer grids of the same tori.
    pub fn copy_from(&mut self, old: &WorkFile) -> Result<()> {
        let count = old.snapshots;
        for (player, from, to) in [(Player::X, &old.mu, &self.mu), (Player::Y, &old.nu, &self.nu)] {
            let (coarse, fine) = (old.blank.layout.grid(player), self.blank.layout.grid(player));
            for row in 0..count {
                write_row(to, row, &pad_values(coarse, fine, &read_row(from, row)?))?;
            }
        }
        for (from, to) in old.diagnostics.iter().zip(&self.diagnostics) {
            write_range(to, 0, &read_range(from, 0, count)?)?;
        }
        write_range(&self.time, 0, &read_range(&old.time, 0, count)?)?;
        self.snapshots = count;
        let shown = old.steps - old.staged.len();
        let columns = [(&old.step_length, &self.step_length), (&old.step_error, &self.step_error)];
        for (from, to) in columns {
            write_range(to, 0, &read_range(from, 0, old.steps)?)?;
        }
        write_range(&self.step_time, 0, &read_range(&old.step_time, 0, shown)?)?;
        write_range(&self.step_time, shown, &old.staged)?;
        self.steps = old.steps;
        self.file.flush()
    }

    /// Makes the rows from `count` and the steps from `steps` unwritten again; `written` rows have a time.
    ///
    /// Times go first, so that no reader sees a row half gone. One row more than has a time may have been begun.
    pub fn rewind(&mut self, count: usize, written: usize, steps: usize) -> Result<()> {
        let planned = self.blank.layout.times().len();
        let room = self.blank.steps;
        write_range(&self.time, count, &vec![f64::NAN; planned - count])?;
        write_range(&self.step_time, steps, &vec![f64::NAN; room - steps])?;
        self.file.flush()?;
        for row in count..(written + 1).min(planned) {
            write_row(&self.mu, row, &vec![f64::NAN; self.blank.layout.grid(Player::X).len()])?;
            write_row(&self.nu, row, &vec![f64::NAN; self.blank.layout.grid(Player::Y).len()])?;
        }
        for dataset in &self.diagnostics {
            write_range(dataset, count, &vec![f64::NAN; planned - count])?;
        }
        for dataset in [&self.step_length, &self.step_error] {
            write_range(dataset, steps, &vec![f64::NAN; room - steps])?;
        }
        self.file.flush()?;
        (self.snapshots, self.steps) = (count, steps);
        Ok(())
    }

    /// Diagnostics of the snapshots in the file.
    pub fn read_diagnostics(&self) -> Result<Vec<Diagnostics>> {
        let read = |dataset| read_range(dataset, 0, self.snapshots);
        let columns = self.diagnostics.iter().map(read).collect::<Result<Vec<_>>>()?;
        let row = |k: usize| Diagnostics::from_values(std::array::from_fn(|column| columns[column][k]));
        Ok((0..self.snapshots).map(row).collect())
    }
}

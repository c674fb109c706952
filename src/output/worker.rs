//! The side of the writer that owns the file: it runs in a thread of its own.

use super::OutputError;
use super::blank::Blank;
use super::checkpoint::Checkpoint;
use super::header::State;
use super::layout::Layout;
use super::lock::Lock;
use super::place::Place;
use super::record::{EigenvalueRecord, EquilibriumRecord, Snapshot, StepRecord};
use super::work_file::WorkFile;
use crate::game::Player;
use crate::torus::pad_values;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender};

/// What the run tells the file.
pub(super) enum Message {
    Snapshot(Box<Snapshot>),
    Steps(Vec<StepRecord>),
    Equilibrium(EquilibriumRecord),
    /// Written when the run is finished.
    Spectrum(EigenvalueRecord),
    Checkpoint(Checkpoint),
    Regrid(Box<Layout>, Option<Checkpoint>),
    /// Answered when everything before it is written.
    Barrier(SyncSender<()>),
    Finish,
}

/// The file of a run and the names around it.
pub(super) struct Worker {
    pub place: Place,
    pub work: WorkFile,
    /// Where the work file stands: the output, or `.part` while an older output is kept.
    pub target: PathBuf,
    pub _lock: Lock,
}

impl Worker {
    /// Works until the sender is gone, `Finish` came, or a write failed.
    pub fn run(mut self, messages: Receiver<Message>) -> Result<(), OutputError> {
        for message in messages {
            let result = match message {
                Message::Finish => return self.finish(),
                other => self.handle(other),
            };
            if let Err(error) = result {
                self.abandon(&error);
                return Err(error);
            }
        }
        Ok(())
    }

    /// After a failed write the handles are leaked: closing them would write again, and crash.
    fn abandon(self, error: &OutputError) {
        if error.leaves_hdf5_broken() {
            std::mem::forget(self.work);
        }
    }

    fn handle(&mut self, message: Message) -> Result<(), OutputError> {
        match message {
            Message::Snapshot(snapshot) => self.work.put_snapshot(&snapshot),
            Message::Steps(steps) => self.steps(&steps),
            Message::Equilibrium(equilibrium) => {
                self.rewrite(Blank { equilibrium: Some(equilibrium), ..self.work.blank.clone() }, None)
            }
            Message::Spectrum(spectrum) => {
                self.work.blank.spectrum = Some(spectrum);
                Ok(())
            }
            Message::Checkpoint(checkpoint) => self.checkpoint(&checkpoint),
            Message::Regrid(layout, checkpoint) => self.regrid(*layout, checkpoint),
            Message::Barrier(answer) => {
                // Nobody may wait for the answer any more; then it is of no interest.
                let _ = answer.send(());
                Ok(())
            }
            Message::Finish => unreachable!("handled by the loop, which ends with it"),
        }
    }

    fn steps(&mut self, steps: &[StepRecord]) -> Result<(), OutputError> {
        if !self.work.has_room(steps.len()) {
            let room = (self.work.steps + steps.len()).max(2 * self.work.blank.steps);
            self.rewrite(Blank { steps: room, ..self.work.blank.clone() }, None)?;
        }
        self.work.stage_steps(steps)
    }

    fn checkpoint(&mut self, checkpoint: &Checkpoint) -> Result<(), OutputError> {
        let needed = WorkFile::slot_size(checkpoint);
        if needed > self.work.blank.slot {
            return self.rewrite(Blank { slot: with_margin(needed), ..self.work.blank.clone() }, Some(checkpoint));
        }
        self.work.put_checkpoint(checkpoint)
    }

    fn regrid(&mut self, layout: Layout, checkpoint: Option<Checkpoint>) -> Result<(), OutputError> {
        let old = &self.work.blank;
        let pad = |player: Player, values: &[f64]| pad_values(old.layout.grid(player), layout.grid(player), values);
        let equilibrium = old.equilibrium.as_ref().and_then(|equilibrium| {
            let fits = Player::BOTH.iter().all(|&p| is_refinement(&old.layout, &layout, p));
            fits.then(|| EquilibriumRecord {
                mu: pad(Player::X, &equilibrium.mu),
                nu: pad(Player::Y, &equilibrium.nu),
                attributes: equilibrium.attributes.clone(),
            })
        });
        let needed = checkpoint.as_ref().map_or(0, |c| with_margin(WorkFile::slot_size(c)));
        let slot = old.slot.max(needed);
        self.rewrite(Blank { layout, equilibrium, slot, ..old.clone() }, checkpoint.as_ref())
    }

    /// Writes the file anew with other shapes and puts it in place at once: a kill leaves the old or the new one.
    ///
    /// The new file holds `checkpoint`, or else the newest one of the old file.
    fn rewrite(&mut self, blank: Blank, checkpoint: Option<&Checkpoint>) -> Result<(), OutputError> {
        let new = self.rewritten(blank, checkpoint)?;
        self.place.install(&self.target)?;
        self.work = new;
        self.work.path.clone_from(&self.target);
        Ok(())
    }

    fn rewritten(&mut self, blank: Blank, checkpoint: Option<&Checkpoint>) -> Result<WorkFile, OutputError> {
        self.place.reserve(blank.bytes())?;
        let written = self.write_temporary(blank, checkpoint);
        self.place.unless_failed(written)
    }

    fn write_temporary(&mut self, blank: Blank, checkpoint: Option<&Checkpoint>) -> Result<WorkFile, OutputError> {
        let temporary = self.place.temporary.clone();
        let file = blank.create(&temporary)?;
        let mut new = WorkFile::attach(file, blank, &temporary).map_err(OutputError::write(&temporary, "new file"))?;
        if let Err(error) = self.copy_into(&mut new, checkpoint) {
            std::mem::forget(new);
            return Err(error);
        }
        Ok(new)
    }

    fn copy_into(&mut self, new: &mut WorkFile, checkpoint: Option<&Checkpoint>) -> Result<(), OutputError> {
        new.copy_from(&self.work).map_err(OutputError::write(&self.place.temporary, "copy of the earlier rows"))?;
        let stored = match checkpoint {
            Some(_) => None,
            None => self.work.newest_checkpoint().map_err(OutputError::damaged(&self.work.path, "checkpoint"))?,
        };
        match checkpoint.or(stored.as_ref()) {
            Some(checkpoint) if new.blank.slot > 0 => new.put_checkpoint(checkpoint),
            _ => Ok(()),
        }
    }

    /// Compresses the file and puts it in the place of the output.
    fn finish(mut self) -> Result<(), OutputError> {
        match self.compress() {
            Ok(()) => Ok(()),
            Err(error) => {
                self.abandon(&error);
                Err(error)
            }
        }
    }

    fn compress(&mut self) -> Result<(), OutputError> {
        let old = &self.work.blank;
        let (snapshots, steps) = (self.work.snapshots, self.work.steps);
        let layout = old.layout.truncated(snapshots);
        let mut blank = Blank { layout, steps, state: State::Finished, slot: 0, ..old.clone() };
        let newest = self.work.newest_checkpoint().map_err(OutputError::damaged(&self.work.path, "checkpoint"))?;
        let is_last = |c: &Checkpoint| c.snapshot_count == snapshots as u64 && c.step_count == steps as u64;
        let last = newest.filter(is_last);
        blank.slot = last.as_ref().map_or(0, WorkFile::slot_size);
        drop(self.rewritten(blank, last.as_ref())?);
        self.place.install(&self.place.output)?;
        self.place.remove(&self.place.part)
    }
}

/// Room for checkpoints to grow a little without a rewrite of the file.
fn with_margin(bytes: usize) -> usize {
    (bytes + bytes / 8).next_multiple_of(4096)
}

/// Whether every axis of the new grid has at least the points of the old one.
pub(super) fn is_refinement(old: &Layout, new: &Layout, player: Player) -> bool {
    let (old, new) = (old.grid(player), new.grid(player));
    old.shape().iter().zip(new.shape()).all(|(&coarse, fine)| coarse <= fine)
}

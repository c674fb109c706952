//! The side of the writer that the run sees: it checks what it is given and hands it to the writing thread.

use super::OutputError;
use super::blank::Blank;
use super::checkpoint::Checkpoint;
use super::header::{Header, State};
use super::layout::Layout;
use super::place::Place;
use super::record::{EigenvalueRecord, EquilibriumRecord, Snapshot, StepRecord, check_finite};
use super::work_file::WorkFile;
use super::worker::{Message, Worker, is_refinement};
use crate::game::Player;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;

/// Messages that may wait for the disk before the solver does. A snapshot may be 256 MiB, so they are few.
const WAITING_MESSAGES: usize = 4;
/// Room for steps in a new file; it doubles when it is full.
const FIRST_STEPS: usize = 4096;
/// Arrays of the size of the state expected in a checkpoint: the state and what a four-step method remembers.
const STATES_IN_CHECKPOINT: usize = 5;

/// Writes the output file of a run, in a thread of its own.
///
/// Everything handed over is checked at once and written soon. An error of the disk comes back from the next call, or
/// from [`RunWriter::flush`] or [`RunWriter::finish`]; after one, see [`OutputError::leaves_hdf5_broken`]. Dropping the
/// writer leaves the readable, resumable file of an unfinished run.
#[derive(Debug)]
pub struct RunWriter {
    path: PathBuf,
    work_path: PathBuf,
    layout: Layout,
    snapshots: usize,
    steps: usize,
    last_time: Option<f64>,
    waiting_steps: Vec<StepRecord>,
    sender: Option<SyncSender<Message>>,
    thread: Option<JoinHandle<Result<(), OutputError>>>,
}

impl RunWriter {
    /// Takes the lock and creates the file, complete but for the numbers, before anything is computed.
    ///
    /// With `overwrite`, an older output stays whole in its place until [`RunWriter::finish`]; the run is written to
    /// `path` with `.part` appended.
    ///
    /// # Errors
    /// [`OutputError::Exists`] (nothing is touched), [`OutputError::NotAFile`], [`OutputError::Locked`],
    /// [`OutputError::NoRoom`], [`OutputError::System`] for a folder that is missing or can not be written, or
    /// [`OutputError::Write`].
    pub fn create(path: &Path, header: &Header, layout: &Layout, overwrite: bool) -> Result<RunWriter, OutputError> {
        let place = Place::new(path)?;
        let refuse = || match place.existing() {
            Some(existing) if !overwrite => Err(OutputError::Exists { path: existing.to_path_buf(), hint: "" }),
            _ => Ok(()),
        };
        refuse()?;
        let lock = place.lock()?;
        // Another run may have put its output there between the first look and the lock.
        refuse()?;
        let target = if place.output.exists() { place.part.clone() } else { place.output.clone() };
        let blank = first_blank(header, layout);
        place.reserve(blank.bytes())?;
        let file = place.unless_failed(blank.create(&place.temporary))?;
        place.install(&target)?;
        if target == place.output {
            place.remove(&place.part)?;
        }
        let work = WorkFile::attach(file, blank, &target).map_err(OutputError::write(&target, "new file"))?;
        RunWriter::start(Worker { place, work, target, _lock: lock }, None)
    }

    /// Starts the writing thread on an open file.
    pub(super) fn start(worker: Worker, last_time: Option<f64>) -> Result<RunWriter, OutputError> {
        let (sender, receiver) = sync_channel(WAITING_MESSAGES);
        let (path, work_path) = (worker.place.output.clone(), worker.target.clone());
        let (layout, snapshots, steps) = (worker.work.blank.layout.clone(), worker.work.snapshots, worker.work.steps);
        let thread = std::thread::Builder::new()
            .name("output".to_string())
            .spawn(move || worker.run(receiver))
            .map_err(OutputError::system("start the writing thread of", &path))?;
        let (sender, thread) = (Some(sender), Some(thread));
        Ok(RunWriter {
            path,
            work_path,
            layout,
            snapshots,
            steps,
            last_time,
            waiting_steps: Vec::new(),
            sender,
            thread,
        })
    }

    /// The output as it was named, links followed.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file that is being written: the output, or `.part` beside an older output that is kept until the end.
    pub fn work_path(&self) -> &Path {
        &self.work_path
    }

    /// The layout of the file.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Snapshots handed over so far, those before a resume included.
    pub fn snapshot_count(&self) -> usize {
        self.snapshots
    }

    /// Accepted steps handed over so far, those before a resume included.
    pub fn step_count(&self) -> usize {
        self.steps
    }

    /// Records an accepted step; it reaches the file with the next snapshot or checkpoint.
    pub fn step(&mut self, step: StepRecord) -> Result<(), OutputError> {
        for (name, value) in [("steps/time", step.time), ("steps/step", step.step)] {
            check_finite(name, &[value], |_| vec![self.steps], step.time)?;
        }
        self.waiting_steps.push(step);
        self.steps += 1;
        Ok(())
    }

    /// Hands over the next snapshot.
    ///
    /// # Errors
    /// [`OutputError::NotFinite`] and [`OutputError::Order`], with nothing written; an earlier error of the disk.
    ///
    /// # Panics
    /// When the arrays do not fit the grids or there are more snapshots than planned times.
    #[track_caller]
    pub fn snapshot(&mut self, snapshot: Snapshot) -> Result<(), OutputError> {
        let planned = self.layout.times().len();
        assert!(self.snapshots < planned, "snapshot {} of {planned} planned", self.snapshots + 1);
        self.check_pair(["mu", "nu"], &snapshot.mu, &snapshot.nu, snapshot.time)?;
        let before = self.last_time.unwrap_or(f64::NEG_INFINITY);
        if !(snapshot.time.is_finite() && before < snapshot.time) {
            return Err(OutputError::Order { before, after: snapshot.time });
        }
        self.send_steps()?;
        self.last_time = Some(snapshot.time);
        self.snapshots += 1;
        self.send(Message::Snapshot(Box::new(snapshot)))
    }

    /// Stores the equilibrium, replacing an earlier one. Best before the first snapshot: the file is written anew.
    ///
    /// # Errors
    /// [`OutputError::NotFinite`], with nothing written; an earlier error of the disk.
    ///
    /// # Panics
    /// When the arrays do not fit the grids.
    #[track_caller]
    pub fn equilibrium(&mut self, equilibrium: EquilibriumRecord) -> Result<(), OutputError> {
        self.check_pair(["equilibrium/mu", "equilibrium/nu"], &equilibrium.mu, &equilibrium.nu, f64::INFINITY)?;
        self.send(Message::Equilibrium(equilibrium))
    }

    /// Keeps the spectrum for the finished file.
    ///
    /// # Errors
    /// [`OutputError::NotFinite`], with nothing written; an earlier error of the disk.
    pub fn spectrum(&mut self, spectrum: EigenvalueRecord) -> Result<(), OutputError> {
        spectrum.check_finite()?;
        self.send(Message::Spectrum(spectrum))
    }

    /// Stores what the solver needs to go on from here. What was handed over before is on the disk before it counts.
    ///
    /// # Errors
    /// [`OutputError::NotFinite`] for a number that is not finite, with nothing written; an earlier error of the disk.
    ///
    /// # Panics
    /// When its counts are not those of this writer.
    #[track_caller]
    pub fn checkpoint(&mut self, checkpoint: Checkpoint) -> Result<(), OutputError> {
        self.check_checkpoint(&checkpoint)?;
        self.send_steps()?;
        self.send(Message::Checkpoint(checkpoint))
    }

    /// Moves the file to other grids of the same tori: earlier snapshots and the equilibrium are padded in Fourier.
    ///
    /// The file is replaced at once, together with the checkpoint, so that a resumed run never starts from a state on
    /// a grid that is no longer the file's. Before the first snapshot the grids may also shrink (an equilibrium that
    /// does not fit any more is dropped) and a checkpoint is not needed.
    ///
    /// # Errors
    /// As [`RunWriter::checkpoint`].
    ///
    /// # Panics
    /// When snapshots have been written and a grid gets coarser, planned times get fewer, or there is no checkpoint.
    #[track_caller]
    pub fn regrid(&mut self, layout: &Layout, checkpoint: Option<Checkpoint>) -> Result<(), OutputError> {
        if self.snapshots > 0 {
            for player in Player::BOTH {
                let (old, new) = (self.layout.grid(player).shape(), layout.grid(player).shape());
                assert!(
                    is_refinement(&self.layout, layout, player),
                    "{player:?}: snapshots on {old:?}, regrid to {new:?}"
                );
            }
            let (count, planned) = (self.snapshots, layout.times().len());
            assert!(count <= planned, "{count} snapshots written, {planned} times planned");
            assert!(checkpoint.is_some(), "{count} snapshots written: a regrid needs a checkpoint");
        }
        if let Some(checkpoint) = &checkpoint {
            self.check_checkpoint(checkpoint)?;
        }
        self.send_steps()?;
        self.layout = layout.clone();
        self.send(Message::Regrid(Box::new(layout.clone()), checkpoint))
    }

    /// Waits until everything handed over, steps excepted, can be read from the file.
    pub fn flush(&mut self) -> Result<(), OutputError> {
        let (sender, receiver) = sync_channel(1);
        self.send(Message::Barrier(sender))?;
        receiver.recv().or_else(|_| self.failure())
    }

    /// Ends the run: the file is compressed, with the snapshots and steps that were written, and put in place.
    ///
    /// The last checkpoint is kept when nothing was handed over after it.
    ///
    /// # Panics
    /// When there is no snapshot.
    #[track_caller]
    pub fn finish(mut self) -> Result<(), OutputError> {
        assert!(self.snapshots > 0, "a finished run has at least one snapshot");
        self.send_steps()?;
        self.send(Message::Finish)?;
        self.sender = None;
        self.join()
    }

    fn send_steps(&mut self) -> Result<(), OutputError> {
        match std::mem::take(&mut self.waiting_steps) {
            none if none.is_empty() => Ok(()),
            steps => self.send(Message::Steps(steps)),
        }
    }

    fn send(&mut self, message: Message) -> Result<(), OutputError> {
        match &self.sender {
            Some(sender) if sender.send(message).is_ok() => Ok(()),
            _ => self.failure(),
        }
    }

    /// The error that ended the thread.
    fn failure(&mut self) -> Result<(), OutputError> {
        self.sender = None;
        self.join()?;
        Err(OutputError::Stopped { path: self.path.clone() })
    }

    fn join(&mut self) -> Result<(), OutputError> {
        match self.thread.take().map(JoinHandle::join) {
            None => Ok(()),
            Some(Ok(result)) => result,
            Some(Err(panic)) => std::panic::resume_unwind(panic),
        }
    }

    #[track_caller]
    fn check_pair(&self, names: [&str; 2], mu: &[f64], nu: &[f64], time: f64) -> Result<(), OutputError> {
        for (player, name, values) in [(Player::X, names[0], mu), (Player::Y, names[1], nu)] {
            let grid = self.layout.grid(player);
            assert_eq!(values.len(), grid.len(), "{name}: values for a grid of {:?}", grid.shape());
            check_finite(name, values, |place| grid.node(place), time)?;
        }
        Ok(())
    }

    #[track_caller]
    fn check_checkpoint(&self, checkpoint: &Checkpoint) -> Result<(), OutputError> {
        assert_eq!(checkpoint.snapshot_count, self.snapshots as u64, "snapshots before the checkpoint");
        assert_eq!(checkpoint.step_count, self.steps as u64, "steps before the checkpoint");
        for (name, values) in &checkpoint.numbers {
            check_finite(&format!("checkpoint {name}"), values, |place| vec![place], checkpoint.time)?;
        }
        Ok(())
    }
}

impl Drop for RunWriter {
    fn drop(&mut self) {
        self.sender = None;
        if let Some(thread) = self.thread.take() {
            // The run is ending with an error of its own, which matters more than one of the file.
            let _ = thread.join();
        }
    }
}

fn first_blank(header: &Header, layout: &Layout) -> Blank {
    let nodes: usize = Player::BOTH.iter().map(|&player| layout.grid(player).len()).sum();
    Blank {
        header: header.clone(),
        layout: layout.clone(),
        equilibrium: None,
        spectrum: None,
        steps: FIRST_STEPS,
        slot: (8 * STATES_IN_CHECKPOINT * nodes + 4096).next_multiple_of(4096),
        state: State::Running,
    }
}

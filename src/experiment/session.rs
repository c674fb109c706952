//! A run under way: its state, its observers, its file.
//!
//! After every step the minimum of the densities is looked at, the snapshots that fall into it are interpolated, measured and
//! handed to the writer; then the spectral tails decide whether an automatic grid must grow or a fixed one has failed; then a
//! checkpoint may be due. Steps do not depend on snapshots, and nothing depends on when checkpoints are made.

use super::advice::{after_failed_step, check_fixed_grid};
use super::cells::is_in_cells;
use super::checkpoint;
use super::discretisation::{discretise_evolution, temperatures};
use super::equilibrium::record;
use super::grid_growth::grown_shapes;
use super::line::line_records;
use super::notes;
use super::positivity::{Lowest, Watch, advice as positivity_advice, dip};
use super::rates::spectrum_of_run;
use super::run::{Progress, Recorded, RunOptions};
use super::seam;
use super::summary::{Counters, Evidence, Summary};
use super::time_stepping::{new_clock, new_flow, new_stepper, ticks};
use super::{Discretisation, Measurement, RunError, Simulation, SpectrumSummary};
use crate::flow::{Flow, PairLayout};
use crate::game::{GameFile, GridChoice, Player, Scheme};
use crate::output::{Checkpoint, Diagnostics, Header, Layout, RunWriter, StepRecord};
use num_complex::Complex64;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// A run under way.
pub(super) struct Session<'a> {
    file: &'a GameFile,
    options: &'a RunOptions,
    discretisation: Discretisation,
    measurement: Measurement,
    simulation: Simulation<Box<dyn Flow>>,
    writer: RunWriter,
    snapshots: Vec<(f64, Diagnostics)>,
    pub(super) notes: Vec<String>,
    positivity: Watch,
    /// Largest share of a density in the seam of its box, at the snapshots; `None` off the line.
    seam: Option<f64>,
    lowest: Option<Lowest>,
    buffer: Vec<Complex64>,
    pair: Vec<Complex64>,
    /// The clock of the steps at the snapshot times.
    ticks: Vec<f64>,
    /// Time reached.
    time: f64,
    last_step: f64,
    last_checkpoint: Instant,
}

impl<'a> Session<'a> {
    /// From the initial densities; `writer` is that of an interrupted run that had no checkpoint yet.
    pub(super) fn fresh(
        file: &'a GameFile,
        options: &'a RunOptions,
        writer: Option<RunWriter>,
        watch: &mut dyn FnMut(&Progress),
    ) -> Result<Session<'a>, RunError> {
        let game = file.game();
        let (discretisation, [mu, nu]) = discretise_evolution(file)?;
        let layout = Layout::new(mu.grid(), nu.grid(), file.output().times())?.with_lines(line_records(file));
        watch(&Progress { time: 0.0, end: file.solver().time(), steps: 0, step: f64::NAN, w2: f64::NAN });
        let mut writer = match writer {
            Some(mut writer) => {
                writer.regrid(&layout, None)?;
                writer
            }
            None => {
                let header = Header::new(file.text(), &options.command, game.name());
                RunWriter::create(&options.output, &header, &layout, options.overwrite)?
            }
        };
        writer.equilibrium(record(&discretisation))?;
        let flow = new_flow(file, &discretisation);
        let state = flow.start([mu.values(), nu.values()]);
        let measurement = Measurement::new(&discretisation, temperatures(game));
        let positivity = Watch::new(flow.layout());
        let (ticks, clock) = (ticks(file, &flow), new_clock(file, &flow));
        let simulation = Simulation::new(flow, new_stepper(file), state, clock);
        let mut session = Session {
            file,
            options,
            discretisation,
            measurement,
            simulation,
            writer,
            snapshots: Vec::new(),
            notes: Vec::new(),
            positivity,
            seam: None,
            lowest: None,
            buffer: Vec::new(),
            pair: Vec::new(),
            ticks,
            time: 0.0,
            last_step: f64::NAN,
            last_checkpoint: Instant::now(),
        };
        session.take_first_snapshot()?;
        Ok(session)
    }

    pub(super) fn resume(
        file: &'a GameFile,
        options: &'a RunOptions,
        unfinished: super::resumption::Unfinished,
        watch: &mut dyn FnMut(&Progress),
    ) -> Result<Session<'a>, RunError> {
        let super::resumption::Unfinished { mut writer, checkpoint, shapes, snapshots, equilibrium } = unfinished;
        let (Some(stored), Some(shapes)) = (checkpoint, shapes) else {
            return Session::fresh(file, options, Some(writer), watch);
        };
        let discretisation = Discretisation::new(file.game(), &shapes)?;
        let computed = record(&discretisation);
        // A kill between the move to a finer grid and its equilibrium leaves the old one, padded.
        if equilibrium.as_ref() != Some(&computed) {
            writer.equilibrium(computed)?;
        }
        let mut measurement = Measurement::new(&discretisation, temperatures(file.game()));
        let flow = new_flow(file, &discretisation);
        let positivity = Watch::new(flow.layout());
        let (ticks, clock) = (ticks(file, &flow), new_clock(file, &flow));
        let simulation = checkpoint::restore(
            &stored,
            flow,
            new_stepper(file),
            clock,
            &mut measurement,
            &discretisation,
            &options.output,
        )?;
        let time = simulation.flow().time(simulation.clock().time);
        Ok(Session {
            file,
            options,
            discretisation,
            measurement,
            simulation,
            writer,
            snapshots,
            notes: checkpoint::notes(&stored),
            positivity,
            seam: checkpoint::seam(&stored),
            lowest: checkpoint::lowest(&stored),
            buffer: Vec::new(),
            pair: Vec::new(),
            ticks,
            time,
            last_step: f64::NAN,
            last_checkpoint: Instant::now(),
        })
    }

    pub(super) fn run_to_end(
        mut self,
        started: Instant,
        interrupt: &AtomicBool,
        watch: &mut dyn FnMut(&Progress),
    ) -> Result<Recorded, RunError> {
        // The spectrum does not depend on the evolution. An interrupted run does not wait for it.
        let copy = self.file.clone();
        let pool = own_pool();
        let compute = move || match pool {
            Some(pool) => pool?.install(|| spectrum_of_run(&copy)),
            None => spectrum_of_run(&copy),
        };
        let spectrum = std::thread::Builder::new().name("spectrum".to_owned()).spawn(compute);
        let spectrum = spectrum.map_err(|source| RunError::Thread { source })?;
        self.evolve(interrupt, watch)?;
        let spectrum = spectrum.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        let mut recorded = self.finish(started.elapsed(), spectrum)?;
        // The look for a cycle belongs to this call.
        recorded.summary.wall_seconds = Some(started.elapsed().as_secs_f64());
        Ok(recorded)
    }

    pub(super) fn evolve(&mut self, interrupt: &AtomicBool, watch: &mut dyn FnMut(&Progress)) -> Result<(), RunError> {
        loop {
            if interrupt.load(Ordering::Relaxed) {
                self.checkpoint()?;
                self.writer.flush()?;
                let time = self.time;
                return Err(RunError::Interrupted { time, path: self.writer.work_path().to_path_buf() });
            }
            match self.step() {
                Ok(true) => watch(&self.progress()),
                Ok(false) => return Ok(()),
                Err(error) => return Err(self.keep_last_state(error)),
            }
            if self.last_checkpoint.elapsed() >= self.options.checkpoint_every {
                self.checkpoint()?;
            }
        }
    }

    /// One step, with the snapshots that fall into it, and an automatic grid grown after it where its tails have risen;
    /// whether there was a step to take.
    fn step(&mut self) -> Result<bool, RunError> {
        let times = self.file.output().times();
        let (time, steps) = (self.time, self.simulation.clock().steps);
        let mut stretch = match self.simulation.advance() {
            Ok(Some(stretch)) => stretch,
            Ok(None) => return Ok(false),
            Err(source) => {
                let (flow, pair) = self.simulation.flow_and_pair(&mut self.pair);
                let advice = after_failed_step(self.file, flow, pair, &source);
                return Err(RunError::Step { time, steps, source, advice, kept: String::new() });
            }
        };
        self.last_step = stretch.step.length;
        let scheme = self.file.solver().scheme();
        let (to, error) = (stretch.flow().time(stretch.to), stretch.step.error);
        self.time = to;
        let good = |snapshots: &[(f64, Diagnostics)]| snapshots.last().map_or(0.0, |(time, _)| *time);
        let mut grown = Ok(None);
        // Cells are judged by no spectral tail, and are never negative.
        if !is_in_cells(self.file.game()) {
            let (flow, pair) = stretch.flow_and_pair(None, &mut self.pair);
            if let Err(error) = check_fixed_grid(self.file, flow, pair) {
                return Err(self.at_time(error, to));
            }
            let dip = self.positivity.look(pair, to);
            if let GridChoice::Auto = self.file.solver().grid() {
                grown = grown_shapes(self.file, flow.layout(), pair, dip.as_ref());
            }
            if let Some(dip) = dip {
                keep_positive(&mut self.lowest, dip, scheme, good(&self.snapshots), &self.writer)?;
            }
        }
        while let Some(&tick) = self.ticks.get(self.snapshots.len()).filter(|&&tick| tick <= stretch.to) {
            let next = times[self.snapshots.len()];
            stretch.state_at(tick, &mut self.buffer);
            let (flow, pair) = stretch.flow_and_pair(Some(&self.buffer), &mut self.pair);
            let snapshot = self.measurement.measure(flow.payoff(), next, pair, flow.cells(&self.buffer));
            if let Some(dip) = dip([&snapshot.mu, &snapshot.nu], next) {
                keep_positive(&mut self.lowest, dip, scheme, good(&self.snapshots), &self.writer)?;
            }
            let seam = seam::check(self.file, flow.layout(), [&snapshot.mu, &snapshot.nu], next);
            let seam = seam.map_err(|error| kept_until(error, good(&self.snapshots), &self.writer))?;
            self.seam = seam.map(|share| self.seam.map_or(share, |before| before.max(share)));
            self.snapshots.push((next, snapshot.diagnostics));
            self.writer.snapshot(snapshot)?;
        }
        self.writer.step(StepRecord { time: to, step: self.last_step, error })?;
        if let Some(shapes) = grown.map_err(|error| self.at_time(error, to))? {
            self.regrid(&shapes)?;
        }
        Ok(true)
    }

    fn take_first_snapshot(&mut self) -> Result<(), RunError> {
        let cells = self.simulation.flow().cells(self.simulation.state());
        let (flow, pair) = self.simulation.flow_and_pair(&mut self.pair);
        let snapshot = self.measurement.measure(flow.payoff(), 0.0, pair, cells);
        self.seam = seam::check(self.file, flow.layout(), [&snapshot.mu, &snapshot.nu], 0.0)?;
        self.snapshots.push((0.0, snapshot.diagnostics));
        Ok(self.writer.snapshot(snapshot)?)
    }

    /// Dates an error of the grid and says what is left.
    fn at_time(&self, error: RunError, now: f64) -> RunError {
        let mut error = error.dated(now);
        if let RunError::Unresolved { advice, .. } = &mut error {
            *advice = format!("{advice}. {}", self.last_good_snapshot());
        }
        error
    }

    fn last_good_snapshot(&self) -> String {
        let time = self.snapshots.last().map_or(0.0, |(time, _)| *time);
        format!("The last good snapshot, of time {time:?}, is in {}", self.writer.work_path().display())
    }

    fn regrid(&mut self, shapes: &[Vec<usize>; 2]) -> Result<(), RunError> {
        let game = self.file.game();
        let (warm_starts, failures) = (self.measurement.warm_starts(), self.measurement.failures().clone());
        self.discretisation = Discretisation::new(game, shapes)?;
        self.measurement = Measurement::new(&self.discretisation, temperatures(game));
        // A potential of the old grid is as good a start as before.
        self.measurement.offer_warm_starts(warm_starts);
        self.measurement.keep_failures(failures);
        let flow = new_flow(self.file, &self.discretisation);
        let after: PairLayout = flow.layout().clone();
        self.positivity = Watch::new(&after);
        self.simulation.regrid(flow);
        let layout = self.writer.layout().with_grids(after.grid(Player::X), after.grid(Player::Y));
        self.notes.push(format!("at time {} the grid grew to {shapes:?}", self.time));
        let stored = self.stored();
        self.writer.regrid(&layout, Some(stored))?;
        Ok(self.writer.equilibrium(record(&self.discretisation))?)
    }

    fn checkpoint(&mut self) -> Result<(), RunError> {
        self.last_checkpoint = Instant::now();
        Ok(self.writer.checkpoint(self.stored())?)
    }

    fn stored(&self) -> Checkpoint {
        let (lowest, notes) = (self.lowest.as_ref(), &self.notes);
        checkpoint::store(&self.simulation, &self.measurement, notes, lowest, self.seam, &self.snapshots)
    }

    fn progress(&self) -> Progress {
        let clock = self.simulation.clock();
        Progress {
            time: self.time,
            end: self.file.solver().time(),
            steps: clock.steps,
            step: self.last_step,
            w2: self.snapshots.last().map_or(f64::NAN, |(_, d)| d.w2),
        }
    }

    /// Stores the last good state before an error of the numerics leaves the run, and says where it is.
    fn keep_last_state(&mut self, error: RunError) -> RunError {
        let RunError::Step { time, steps, source, advice, .. } = error else { return error };
        let stored = self.checkpoint().and_then(|()| Ok(self.writer.flush()?));
        let kept = match stored {
            Ok(()) => format!("The last good state is in {}", self.writer.work_path().display()),
            Err(error) => format!("The last good state could not be stored: {error}"),
        };
        RunError::Step { time, steps, source, advice, kept }
    }

    pub(super) fn finish(
        mut self,
        wall: Duration,
        spectrum: Result<SpectrumSummary, String>,
    ) -> Result<Recorded, RunError> {
        self.checkpoint()?;
        let Session {
            file,
            options,
            discretisation,
            measurement,
            simulation,
            mut writer,
            snapshots,
            mut notes,
            lowest,
            seam,
            ..
        } = self;
        notes.extend(seam.map(seam::note));
        if let Ok(spectrum) = &spectrum {
            writer.spectrum(spectrum.record())?;
        }
        writer.finish()?;
        let notes = notes::collect(notes, lowest.as_ref(), file.game().lines(), &snapshots, measurement.failures());
        let counters = Counters {
            steps: simulation.clock().steps,
            rejected: simulation.rejected(),
            wall_seconds: Some(wall.as_secs_f64()),
        };
        let evidence = Evidence { snapshots: &snapshots, counters, notes, spectrum };
        let summary = Summary::new(file, &options.output, &discretisation, evidence);
        Ok(Recorded { summary, snapshots })
    }
}

/// A pool for work beside this thread: of as many threads as the pool that this thread belongs to, and `None`, the global
/// one, when it belongs to none.
fn own_pool() -> Option<Result<rayon::ThreadPool, String>> {
    rayon::current_thread_index()?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(rayon::current_num_threads()).build();
    Some(pool.map_err(|error| format!("no threads for it: {error}")))
}

/// Says where the state before an error of the seam is.
fn kept_until(mut error: RunError, good: f64, writer: &RunWriter) -> RunError {
    if let RunError::Seam { kept, .. } = &mut error {
        *kept = format!(". The last good snapshot, of time {good:?}, is in {}", writer.work_path().display());
    }
    error
}

/// Keeps the deepest dip, and refuses one that no density has.
fn keep_positive(
    lowest: &mut Option<Lowest>,
    dip: Lowest,
    scheme: Scheme,
    good: f64,
    writer: &RunWriter,
) -> Result<(), RunError> {
    *lowest = Some(Lowest::deeper(*lowest, dip));
    if !dip.is_too_deep() {
        return Ok(());
    }
    let Lowest { time, player, minimum, maximum } = dip;
    let path = writer.work_path().to_path_buf();
    Err(RunError::Negative { time, player, minimum, maximum, advice: positivity_advice(scheme), good, path })
}

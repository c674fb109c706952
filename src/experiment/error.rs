//! Why an experiment could not be done, and what the program exits with.

use crate::equilibrium::EquilibriumError;
use crate::game::{GameError, GameFile, PayoffError, PayoffSource, Player};
use crate::orbit::OrbitError;
use crate::output::OutputError;
use crate::spectrum::SpectrumError;
use crate::stepper::StepperError;
use crate::torus::TorusError;
use std::path::{Path, PathBuf};

/// Exit status for bad input.
pub const BAD_INPUT: i32 = 2;
/// Exit status for a numerical failure.
pub const NUMERICAL_FAILURE: i32 = 3;
/// Exit status after an interruption.
pub const INTERRUPTED: i32 = 130;

/// What can end a `run`, an `equilibrium` or a `spectrum` early.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The game file.
    #[error(transparent)]
    Game(#[from] GameError),
    /// The payoff: not smooth, not resolved by a fixed grid, too complex.
    #[error("{key}: {source}")]
    Payoff {
        /// The key that the payoff comes from, and the file of a table.
        key: String,
        /// What is wrong.
        source: PayoffError,
    },
    /// A grid that cannot be.
    #[error("solver.grid: {0}")]
    Grid(TorusError),
    /// An initial state that cannot be used.
    #[error("initial.{}: {message}", player.letter())]
    Initial {
        /// Whose.
        player: Player,
        /// What is wrong and what is allowed.
        message: String,
    },
    /// A command that does not know every dynamics.
    #[error("flow.dynamics: the command {command} is for {served}, not for {dynamics}; --set flow.dynamics=mfl-da")]
    Dynamics {
        /// The command.
        command: &'static str,
        /// The dynamics that it knows.
        served: &'static str,
        /// The dynamics of the game file.
        dynamics: &'static str,
    },
    /// A command that does not know the line.
    #[error(
        "game.domain.{}.space: {command} is for players on tori in this version, not on the line",
        player.letter()
    )]
    Line {
        /// What is not.
        command: &'static str,
        /// Who lives on the line.
        player: Player,
    },
    /// A particle on the line that got out of hand.
    #[error(
        "the particles of {} got out of hand: at time {time} particle {particle} of replica {replica} was farther from the box \
         of the densities than {} of its widths, or nowhere; steps of {step:e} are too long for the forces there: ask for \
         shorter ones with --step",
        player.letter(),
        crate::particle::ESCAPE
    )]
    Escape {
        /// Whose.
        player: Player,
        /// Number of the particle, from 0.
        particle: usize,
        /// Number of the replica, from 0.
        replica: usize,
        /// After the step that lost it.
        time: f64,
        /// Length of the step.
        step: f64,
    },
    /// Something that is not possible with the regulariser of the game.
    #[error("{key}: {message}")]
    Regulariser {
        /// The key to change.
        key: &'static str,
        /// What is not possible, and what is.
        message: String,
    },
    /// An equilibrium whose density has an edge, on an automatic grid.
    #[error(
        "solver.grid: the equilibrium density of player {} vanishes on part of the torus, and no grid resolves the edge of \
         its support: \"auto\" cannot be used; write a number of points, say 256",
        player.letter()
    )]
    Edge {
        /// Whose.
        player: Player,
    },
    /// An option of the command line.
    #[error("{option}: {message}")]
    Option {
        /// As typed.
        option: String,
        /// What is wrong and what is allowed.
        message: String,
    },
    /// The output file.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// `--resume` of a file with other snapshot times: that of the command `equilibrium`.
    #[error("{}: cannot be resumed: it holds an equilibrium, not a run; --force replaces it", path.display())]
    NotARun {
        /// The output file.
        path: PathBuf,
    },
    /// `--resume` with a game that is not the one in the file.
    #[error(
        "{}: cannot be resumed: {key} is {now} in the game given now and {then} in the file; --force starts anew",
        path.display()
    )]
    OtherGame {
        /// The output file.
        path: PathBuf,
        /// First key that differs.
        key: String,
        /// Its value in the game given now.
        now: String,
        /// Its value in the file.
        then: String,
    },
    /// The equilibrium could not be computed on this grid.
    #[error("{0}")]
    Equilibrium(#[from] EquilibriumError),
    /// The spectrum could not be computed, or its grids do not agree.
    #[error("the spectrum: {0}")]
    Spectrum(#[from] SpectrumError),
    /// A density is not resolved by its grid.
    #[error(
        "{what} of player {} is not resolved{} on {shape:?} points: its spectral tail is {tail:.1e}; {advice}",
        player.letter(),
        time.map(|t| format!(" at time {t:?}")).unwrap_or_default()
    )]
    Unresolved {
        /// Which density.
        what: String,
        /// Whose.
        player: Player,
        /// When; `None` before the run.
        time: Option<f64>,
        /// Points per axis.
        shape: Vec<usize>,
        /// Largest tail.
        tail: f64,
        /// What to change.
        advice: String,
    },
    /// A density has become negative by more than a scheme may leave it.
    #[error(
        "at time {time:?} the density of player {} is negative: its minimum is {minimum:.1e} beside a maximum of \
         {maximum:.1e}; {advice}. The last good snapshot, of time {good:?}, is in {}",
        player.letter(),
        path.display()
    )]
    Negative {
        /// Time of the snapshot that was not written.
        time: f64,
        /// Whose.
        player: Player,
        /// Smallest node value.
        minimum: f64,
        /// Largest node value.
        maximum: f64,
        /// What to change.
        advice: &'static str,
        /// Time of the last snapshot in the file.
        good: f64,
        /// The output file.
        path: PathBuf,
    },
    /// Mass has reached the ends of the box of a player on the line.
    #[error(
        "at time {time:?} the density of player {letter} in the outer 5 % of his box is {share:.1e} of its maximum, more \
         than solver.tolerance = {limit:e}: enlarge the box, game.domain.{letter} = {{ space = \"line\", period = {wider:.3} }} \
         or more{kept}",
        letter = player.letter(),
        wider = 1.25 * period
    )]
    Seam {
        /// Time of the state.
        time: f64,
        /// Whose.
        player: Player,
        /// Largest density there, as a share of the maximum.
        share: f64,
        /// What is allowed.
        limit: f64,
        /// Length of the box.
        period: f64,
        /// Where the last good state is.
        kept: String,
    },
    /// A time step failed.
    #[error("at time {time:?}, after {steps} steps: {source}; {advice}. {kept}")]
    Step {
        /// Last time at which the state was good.
        time: f64,
        /// Steps taken.
        steps: usize,
        /// What happened.
        source: StepperError,
        /// What to change.
        advice: String,
        /// Where the last good state is.
        kept: String,
    },
    /// No orbit, branch or edge state.
    #[error("{0}")]
    Orbit(OrbitError),
    /// Ctrl-C, SIGTERM or SIGHUP while dynamics were compared.
    #[error("interrupted at time {time:?} of {dynamics}; nothing was written")]
    ComparisonInterrupted {
        /// The dynamics that was running.
        dynamics: String,
        /// Time it had reached.
        time: f64,
    },
    /// Ctrl-C, SIGTERM or SIGHUP while a ladder was run.
    #[error("interrupted: {finished} of {runs} runs were finished; nothing was written")]
    LadderInterrupted {
        /// Finished runs.
        finished: usize,
        /// All runs.
        runs: usize,
    },
    /// No rung of a ladder could be run.
    #[error("all rungs failed; the finest: {message}")]
    AllRungs {
        /// Why the finest did.
        message: String,
    },
    /// Ctrl-C, SIGTERM or SIGHUP in a sweep.
    #[error("interrupted: {finished} of {points} points are finished; they are in {}", path.display())]
    SweepInterrupted {
        /// Finished points, those of earlier calls included.
        finished: usize,
        /// All points of this call.
        points: usize,
        /// The journal.
        path: PathBuf,
    },
    /// Journals that cannot be merged.
    #[error("{}: {reason}", path.display())]
    Merge {
        /// The journal, or the folder.
        path: PathBuf,
        /// What is wrong and what to do.
        reason: String,
    },
    /// No folder for files that are thrown away.
    #[error("{}: {source}", path.display())]
    Workplace {
        /// The folder.
        path: PathBuf,
        /// What happened.
        source: std::io::Error,
    },
    /// The system has no more threads, or no memory for one.
    #[error("cannot start a thread: {source}")]
    Thread {
        /// What happened.
        source: std::io::Error,
    },
    /// Ctrl-C, SIGTERM or SIGHUP.
    #[error("interrupted at time {time:?}; {} holds a checkpoint", path.display())]
    Interrupted {
        /// Time reached.
        time: f64,
        /// The file that was being written: the output, or `.part` beside an older one.
        path: PathBuf,
    },
}

impl RunError {
    /// A fault of the payoff of this origin.
    pub fn payoff(origin: &PayoffSource, source: PayoffError) -> RunError {
        let key = match origin {
            PayoffSource::Expression(_) => "game.payoff".to_owned(),
            PayoffSource::Terms(_) => "game.terms".to_owned(),
            PayoffSource::Kernel(_) => "game.kernel".to_owned(),
            PayoffSource::Table { path, dataset } => {
                format!(
                    "game.table: {}{}",
                    path.display(),
                    dataset.as_ref().map(|d| format!(":{d}")).unwrap_or_default()
                )
            }
        };
        RunError::Payoff { key, source }
    }

    /// A grid that does not resolve a state, with the time of the state; other errors as they are.
    pub(super) fn dated(mut self, now: f64) -> RunError {
        if let RunError::Unresolved { time, .. } = &mut self {
            *time = Some(now);
        }
        self
    }

    /// Refuses players on the line.
    pub(super) fn unless_torus(command: &'static str, file: &GameFile) -> Result<(), RunError> {
        match Player::BOTH.into_iter().find(|player| file.game().lines()[player.index()]) {
            None => Ok(()),
            Some(player) => Err(RunError::Line { command, player }),
        }
    }

    /// Refuses every dynamics but mean-field Langevin descent-ascent.
    pub(super) fn unless_mfl_da(command: &'static str, file: &GameFile) -> Result<(), RunError> {
        if file.flow().is_mfl_da() {
            return Ok(());
        }
        Err(RunError::Dynamics { command, served: "mfl-da", dynamics: file.flow().name() })
    }

    /// Refuses every regulariser but the entropy and the relative entropy.
    pub(super) fn unless_entropy(what: &str, file: &GameFile) -> Result<(), RunError> {
        let regulariser = file.game().regulariser();
        if regulariser.is_entropic() {
            return Ok(());
        }
        let name = regulariser.name();
        let message = format!("{what} is for the regularisers entropy and kl, not for {name}");
        Err(RunError::Regulariser { key: "game.regulariser", message })
    }

    /// A fault of an option.
    pub fn option(option: &str, message: impl Into<String>) -> RunError {
        RunError::Option { option: option.to_owned(), message: message.into() }
    }

    /// A fault of an initial state.
    pub fn initial(player: Player, message: String) -> RunError {
        RunError::Initial { player, message }
    }

    /// What the program exits with: 2 for bad input, 3 for a numerical failure or a failed write, 130 when interrupted.
    pub fn exit_status(&self) -> i32 {
        match self {
            RunError::Game(_)
            | RunError::Payoff { .. }
            | RunError::Grid(_)
            | RunError::Initial { .. }
            | RunError::Dynamics { .. }
            | RunError::Line { .. }
            | RunError::Regulariser { .. }
            | RunError::Edge { .. }
            | RunError::Option { .. }
            | RunError::Merge { .. }
            | RunError::Orbit(OrbitError::Parameter { .. })
            | RunError::NotARun { .. }
            | RunError::OtherGame { .. } => BAD_INPUT,
            RunError::Output(error) => match error {
                OutputError::NotFinite { .. } | OutputError::Order { .. } => NUMERICAL_FAILURE,
                error if error.is_failed_write() => NUMERICAL_FAILURE,
                _ => BAD_INPUT,
            },
            RunError::Equilibrium(_)
            | RunError::Spectrum(_)
            | RunError::Unresolved { .. }
            | RunError::Negative { .. }
            | RunError::Seam { .. }
            | RunError::Orbit(_)
            | RunError::Escape { .. }
            | RunError::Workplace { .. }
            | RunError::Thread { .. }
            | RunError::AllRungs { .. }
            | RunError::Step { .. } => NUMERICAL_FAILURE,
            RunError::Interrupted { .. }
            | RunError::ComparisonInterrupted { .. }
            | RunError::LadderInterrupted { .. }
            | RunError::SweepInterrupted { .. } => INTERRUPTED,
        }
    }

    /// The message; before it this name of the game file, where a key of it is at fault and the message does not name it.
    pub fn with_game(&self, game: &Path) -> String {
        let concerns_game = matches!(
            self,
            RunError::Payoff { .. }
                | RunError::Grid(_)
                | RunError::Initial { .. }
                | RunError::Dynamics { .. }
                | RunError::Line { .. }
                | RunError::Regulariser { .. }
                | RunError::Edge { .. }
        );
        if concerns_game { format!("{}: {self}", game.display()) } else { self.to_string() }
    }

    /// One of several by its name.
    ///
    /// # Errors
    /// [`RunError::Option`] with the names there are.
    pub fn named<T: Copy>(option: &str, name: &str, all: &[T], name_of: fn(T) -> &'static str) -> Result<T, RunError> {
        all.iter().copied().find(|value| name_of(*value) == name).ok_or_else(|| {
            let known: Vec<&str> = all.iter().map(|value| name_of(*value)).collect();
            RunError::option(option, format!("unknown name `{name}`; allowed: {}", known.join(", ")))
        })
    }

    /// Whether HDF5 was left in a state in which its exit handlers must not run.
    pub fn leaves_hdf5_broken(&self) -> bool {
        matches!(self, RunError::Output(error) if error.leaves_hdf5_broken())
    }
}

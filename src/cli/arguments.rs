//! The arguments as typed.

use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// Mean-field Langevin descent-ascent: equilibrium, evolution, exact Wasserstein distances.
#[derive(Debug, Parser)]
#[command(name = "nashflow", version, about, arg_required_else_help = true)]
#[command(after_help = "Exit status: 0 done, 2 bad input, 3 numerical failure, 130 interrupted.")]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Solve a game: equilibrium, evolution with diagnostics, distance to the equilibrium, HDF5 output.
    #[command(after_help = "\
Examples:
  nashflow run limit-cycle
  nashflow run game.toml --set game.temperature=0.1 --set solver.time=50 -o warm.h5
  nashflow run game.toml -o long.h5 --resume")]
    Run(RunArguments),
    /// Compute the mixed Nash equilibrium with its certificate.
    #[command(after_help = "\
Examples:
  nashflow equilibrium rotation
  nashflow equilibrium game.toml --json -o equilibrium.h5")]
    Equilibrium(EquilibriumArguments),
    /// List, show or copy the bundled games.
    Games(GamesArguments),
}

/// What every command on a game takes.
#[derive(Debug, Args)]
pub struct GameArguments {
    /// Game file (TOML), or the name of a bundled game
    pub game: PathBuf,
    /// Override a key of the game file, for example game.temperature=0.1
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub overrides: Vec<String>,
    /// Print one JSON object instead of a table
    #[arg(long)]
    pub json: bool,
    /// Number of threads; results do not depend on it
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
    /// Print no progress
    #[arg(long)]
    pub quiet: bool,
    /// Replace an existing output file
    #[arg(long)]
    pub force: bool,
}

/// `nashflow run`.
#[derive(Debug, Args)]
pub struct RunArguments {
    #[command(flatten)]
    pub game: GameArguments,
    /// Output file; the name of the game with .h5 by default
    #[arg(short, long, value_name = "OUT.h5")]
    pub output: Option<PathBuf>,
    /// Continue an interrupted run; start it when there is none
    #[arg(long, conflicts_with = "force")]
    pub resume: bool,
    /// Wall time between checkpoints
    #[arg(long, value_name = "SECONDS", default_value_t = 5.0)]
    pub checkpoint_seconds: f64,
}

/// `nashflow equilibrium`.
#[derive(Debug, Args)]
pub struct EquilibriumArguments {
    #[command(flatten)]
    pub game: GameArguments,
    /// Write the arrays to this file
    #[arg(short, long, value_name = "OUT.h5")]
    pub output: Option<PathBuf>,
}

/// `nashflow games`.
#[derive(Debug, Args)]
pub struct GamesArguments {
    #[command(subcommand)]
    pub command: GamesCommand,
}

/// What to do with the bundled games.
#[derive(Debug, Subcommand)]
pub enum GamesCommand {
    /// Name and purpose of every bundled game
    List {
        /// Print one JSON object instead of a table
        #[arg(long)]
        json: bool,
    },
    /// Print the file of a bundled game
    Show {
        /// Name of the game
        name: String,
    },
    /// Copy the file of a bundled game to a file of your own
    Copy {
        /// Name of the game
        name: String,
        /// Where to; NAME.toml here by default
        destination: Option<PathBuf>,
        /// Replace an existing file
        #[arg(long)]
        force: bool,
    },
}

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
    /// Run several dynamics from one initial state, side by side.
    #[command(after_help = "\
A dynamics is NAME, or NAME:KEY=VALUE with keys of [flow].

Examples:
  nashflow compare rotation --dynamics mfl-da,fisher-rao,best-response
  nashflow compare game.toml --dynamics mfl-da,forgetting-average:rate=5 --w2 1e-2,1e-4 -o compared.h5")]
    Compare(CompareArguments),
    /// Run a game on a ladder of grids and of tolerances or steps: observed orders, error bars, what suffices.
    #[command(after_help = "\
A rung of --grids is the number of points of the longest axis: of all axes where solver.grid is auto or one number, and with
the ratios of solver.grid where its axes are unequal. Give one rung to hold a grid, a tolerance or a step fixed.

Examples:
  nashflow converge rotation
  nashflow converge game.toml --grids 32,48,64,96 --tolerances 1e-4,1e-6,1e-8 --accuracy 1e-5
  nashflow converge game.toml --set solver.scheme=sbdf2 --set solver.step=1e-3 --steps dt,dt/2,dt/4 --json")]
    Converge(ConvergeArguments),
    /// Compute the mixed Nash equilibrium with its certificate.
    #[command(after_help = "\
Examples:
  nashflow equilibrium rotation
  nashflow equilibrium game.toml --json -o equilibrium.h5")]
    Equilibrium(EquilibriumArguments),
    /// Find a limit cycle: period, Floquet multipliers, its branch with folds, the boundary of its basin.
    #[command(after_help = "\
GAME may be the output of a run (RUN.h5): then the search starts from its last state.

Examples:
  nashflow orbit limit-cycle
  nashflow orbit limit-cycle --continue game.temperature -o branch.h5
  nashflow orbit run.h5 --set game.temperature=0.1 --json
  nashflow orbit limit-cycle --set game.temperature=0.13 --edge rest.toml cycle.toml")]
    Orbit(OrbitArguments),
    /// Compute how the flow approaches its equilibrium: leading eigenvalues, spectral gap, guaranteed rate.
    #[command(after_help = "\
Every number is computed on two odd grids, the finer of which is printed; what they do not agree on is left out.

Examples:
  nashflow spectrum rotation
  nashflow spectrum limit-cycle --set game.temperature=0.1 -k 4
  nashflow spectrum players-1x2 --json -o modes.h5")]
    Spectrum(SpectrumArguments),
    /// Compute a game at many parameters and initial states: arrays over the axes of a sweep file.
    #[command(after_help = "\
SWEEP is a sweep file (TOML), or the name of a bundled sweep. With -o OUT.h5 the whole sweep becomes one file. With -o FOLDER a
shard becomes a journal in the folder, and --merge makes the same file of all journals; a shard that is run again goes on.

Examples:
  nashflow sweep basin -o basin.h5
  nashflow sweep sweep.toml -o sweep.h5 --resume
  nashflow sweep sweep.toml -o shards --shard 0/8
  nashflow sweep --merge shards -o sweep.h5
  nashflow sweep sweep.toml -o shards --print-slurm 8 > array.sh")]
    Sweep(SweepArguments),
    /// Simulate the N-particle system of a game, and measure its clouds against the densities.
    #[command(after_help = "\
The particles start from the initial densities of the game, or from its clouds ([initial] x = { cloud = \"points.npy\" }).
Distances are exact: to the density of infinitely many particles at the same time, and to the equilibrium.

Examples:
  nashflow particles limit-cycle -n 1e4 -o cloud.h5
  nashflow particles rotation -n 1000,500 --replicas 32 --json
  nashflow particles two-temperatures --ladder 1e2,1e3,1e4 --replicas 32")]
    Particles(ParticlesArguments),
    /// Compute the exact Wasserstein-2 distance between two densities or particle clouds, with its error bar.
    #[command(after_help = "\
A and B are each one of
  expr:FORMULA            density in x, or in x1 and x2, unnormalised
  density:FILE            values on a grid
  cloud:FILE, or FILE     N points, an array of shape (N,), (N, 1) or (N, 2)
  RUN.h5:/mu@12.5         state of a run; RUN.h5:/equilibrium/nu; RUN.h5@12.5 for both players
FILE is npy, npz (FILE.npz:name), text (CSV) or HDF5 (FILE.h5:/dataset).

Examples:
  nashflow w2 'expr:exp(3*cos(2*pi*(x-0.1)))' 'expr:1'
  nashflow w2 cloud.npy density:rho.npy --period 2*pi --origin -pi
  nashflow w2 a.csv b.csv --weights-a wa.csv --plan plan.h5
  nashflow w2 run.h5@0.5 run.h5:/equilibrium --json")]
    W2(W2Arguments),
    /// Judge a particle cloud against a run: its distance, the distance of independent points, bias, a verdict.
    #[command(after_help = "\
CLOUD is one of
  FILE.h5           /particles/x, /particles/y and /time
  FILE.npz          x, y and times
  x=FILE,y=FILE     points of each player, or of one; npy, text, FILE.npz:name, FILE.h5:/dataset; with --time or --times
Points have shape (N, d), or (T, N, d) for T times; with --replicas (R, N, d) or (R, T, N, d).

Examples:
  nashflow validate particles.h5 --against run.h5
  nashflow validate x=a.npy,y=b.npy --against run.h5 --time 0.5
  nashflow validate clouds.npz --against run.h5 --replicas --json
  nashflow validate particles.h5 --against run.h5 -o judged.h5
  nashflow validate x=late.csv --against run.h5 --equilibrium")]
    Validate(ValidateArguments),
    /// Show what a file holds: pictures, and one page of HTML that opens without a network.
    #[command(after_help = "\
The folder gets report.html and the pictures. It appears whole, and replaces nothing but an older report (--force).

Examples:
  nashflow report limit-cycle.h5
  nashflow report branch.h5
  nashflow report run.h5 -o report --format svg,png --force")]
    Report(ReportArguments),
    /// List, show or copy the bundled games.
    Games(GamesArguments),
    /// Print a script that completes commands and options in a shell.
    #[command(after_help = "\
Examples:
  nashflow completions bash > ~/.local/share/bash-completion/completions/nashflow
  nashflow completions zsh > ~/.zfunc/_nashflow
  nashflow completions fish > ~/.config/fish/completions/nashflow.fish")]
    Completions(CompletionsArguments),
    /// Print the manual page of the program, or of a command.
    #[command(after_help = "\
Examples:
  nashflow man > nashflow.1
  nashflow man run > nashflow-run.1")]
    Man(ManArguments),
}

/// What every command that computes takes.
#[derive(Debug, Args)]
pub struct CommonArguments {
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

/// What every command on a game takes.
#[derive(Debug, Args)]
pub struct GameArguments {
    /// Game file (TOML), or the name of a bundled game
    pub game: PathBuf,
    /// Override a key of the game file, for example game.temperature=0.1
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub overrides: Vec<String>,
    #[command(flatten)]
    pub common: CommonArguments,
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

/// `nashflow completions`.
#[derive(Debug, Args)]
pub struct CompletionsArguments {
    /// The shell
    pub shell: clap_complete::Shell,
}

/// `nashflow man`.
#[derive(Debug, Args)]
pub struct ManArguments {
    /// The command
    pub command: Option<String>,
}

/// `nashflow report`.
#[derive(Debug, Args)]
pub struct ReportArguments {
    /// A file of run (finished or not), spectrum, orbit, sweep, particles, validate, compare or converge
    #[arg(value_name = "FILE.h5")]
    pub file: PathBuf,
    /// The folder; the name of the file with .report by default
    #[arg(short, long, value_name = "OUT")]
    pub output: Option<PathBuf>,
    /// Formats of the pictures, between commas
    #[arg(long, value_name = "svg,png", default_value = "svg,png")]
    pub format: String,
    #[command(flatten)]
    pub common: CommonArguments,
}

/// `nashflow compare`.
#[derive(Debug, Args)]
pub struct CompareArguments {
    #[command(flatten)]
    pub game: GameArguments,
    /// The dynamics, between commas
    #[arg(long, value_name = "A,B,..")]
    pub dynamics: String,
    /// Distances to the equilibrium whose first times are printed
    #[arg(long, value_name = "W2,..", default_value = "1e-1,1e-2,1e-4", allow_hyphen_values = true)]
    pub w2: String,
    /// Duality gaps whose first times are printed
    #[arg(long, value_name = "NI,..", default_value = "1e-2,1e-4", allow_hyphen_values = true)]
    pub ni: String,
    /// Write the diagnostics of all dynamics to this file
    #[arg(short, long, value_name = "OUT.h5")]
    pub output: Option<PathBuf>,
}

/// `nashflow converge`.
#[derive(Debug, Args)]
pub struct ConvergeArguments {
    #[command(flatten)]
    pub game: GameArguments,
    /// Points of the longest axis, increasing [default: 3/8, 1/2, 5/8, 3/4, 1 and 5/4 of those that the game asks for]
    #[arg(long, value_name = "N,N,..", allow_hyphen_values = true)]
    pub grids: Option<String>,
    /// Tolerances of the scheme adaptive, decreasing [default: 100, 10, 1 and 1/10 times that of the game]
    #[arg(long, value_name = "T,T,..", allow_hyphen_values = true)]
    pub tolerances: Option<String>,
    /// Steps of the other schemes, decreasing; dt is that of the game [default: dt,dt/2,dt/4,dt/8]
    #[arg(long, value_name = "H,H,..", allow_hyphen_values = true)]
    pub steps: Option<String>,
    /// Accuracy that is wanted in every quantity
    #[arg(long, value_name = "E", default_value = "1e-6", allow_hyphen_values = true)]
    pub accuracy: String,
    /// Compare only these quantities [default: all]
    #[arg(long, value_name = "A,B,..")]
    pub quantities: Option<String>,
    /// Write values and errors at all rungs to this file
    #[arg(short, long, value_name = "OUT.h5")]
    pub output: Option<PathBuf>,
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

/// `nashflow orbit`.
#[derive(Debug, Args)]
pub struct OrbitArguments {
    #[command(flatten)]
    pub game: GameArguments,
    /// Write the orbit, and the branch, to this file
    #[arg(short, long, value_name = "OUT.h5")]
    pub output: Option<PathBuf>,
    /// Number of Floquet multipliers
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=40))]
    pub multipliers: u16,
    /// Time that the flow is followed in search of a return [default: ten times solver.time, at least 200]
    #[arg(long, value_name = "TIME")]
    pub time: Option<f64>,
    /// Follow the branch of the orbit in this number of the game file, through folds
    #[arg(long = "continue", value_name = "KEY", conflicts_with = "edge")]
    pub continuation: Option<String>,
    /// Where the branch ends [default: upwards, and until it comes back to where it began]
    #[arg(long, value_name = "VALUE", requires = "continuation", allow_hyphen_values = true)]
    pub to: Option<f64>,
    /// Most points of the branch
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u16).range(3..))]
    pub points: u16,
    /// Bisect between the initial states of two game files, of which one goes to the equilibrium and one to a cycle
    #[arg(long, num_args = 2, value_names = ["A.toml", "B.toml"])]
    pub edge: Option<Vec<PathBuf>>,
    /// Width of the last interval of the bisection, as a share of the way from A to B
    #[arg(long, value_name = "SHARE", default_value_t = 1e-8, requires = "edge")]
    pub width: f64,
}

/// `nashflow spectrum`.
#[derive(Debug, Args)]
pub struct SpectrumArguments {
    #[command(flatten)]
    pub game: GameArguments,
    /// Number of eigenvalues, 1 to 100; a repeated one counts once
    #[arg(short = 'k', long, value_name = "K", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=100))]
    pub count: u16,
    /// Write the eigenfunctions and the equilibrium to this file
    #[arg(short, long, value_name = "OUT.h5")]
    pub output: Option<PathBuf>,
}

/// `nashflow sweep`.
#[derive(Debug, Args)]
pub struct SweepArguments {
    /// Sweep file (TOML), or the name of a bundled sweep
    #[arg(value_name = "SWEEP", required_unless_present = "merge", conflicts_with = "merge")]
    pub sweep: Option<PathBuf>,
    /// Override a key of the base game for all points, for example solver.time=50
    #[arg(long = "set", value_name = "KEY=VALUE", conflicts_with = "merge")]
    pub overrides: Vec<String>,
    /// File of arrays, or folder of the journals of shards
    #[arg(short, long, value_name = "OUT.h5|FOLDER")]
    pub output: Option<PathBuf>,
    /// Keep the points that an interrupted sweep has finished and compute the others; start when there is none
    #[arg(long, conflicts_with_all = ["force", "merge", "print_slurm"])]
    pub resume: bool,
    /// Only the points whose number leaves the rest K when divided by N [default: all, or those of the Slurm array task]
    #[arg(long, value_name = "K/N", conflicts_with_all = ["merge", "print_slurm"], allow_hyphen_values = true)]
    pub shard: Option<String>,
    /// Make one file of these journals, or of those in these folders
    #[arg(long, value_name = "FOLDER|JOURNAL", num_args = 1..)]
    pub merge: Vec<PathBuf>,
    /// With --merge: write NaN where points are missing
    #[arg(long, requires = "merge")]
    pub partial: bool,
    /// Print the script of a Slurm job array of N tasks
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000), conflicts_with = "merge")]
    pub print_slurm: Option<u32>,
    #[command(flatten)]
    pub common: CommonArguments,
}

/// `nashflow particles`.
#[derive(Debug, Args)]
pub struct ParticlesArguments {
    #[command(flatten)]
    pub game: GameArguments,
    /// Particles of each player, or of x and of y [default: 1000, or those of the initial clouds]
    #[arg(
        short = 'n',
        long = "particles",
        value_name = "N[,M]",
        allow_hyphen_values = true,
        conflicts_with = "ladder"
    )]
    pub particles: Option<String>,
    /// Realisations, each with random numbers of its own
    #[arg(long, value_name = "R", default_value = "1", allow_hyphen_values = true)]
    pub replicas: String,
    /// Time stepping: heun (weak order 2) or euler-maruyama (weak order 1)
    #[arg(long, value_name = "SCHEME", default_value = "heun")]
    pub scheme: String,
    /// Longest step [default: a tenth of the time scale of the fastest drift]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub step: Option<String>,
    /// Seed of the random numbers
    #[arg(long, value_name = "SEED", default_value_t = 0)]
    pub seed: u64,
    /// How clouds are drawn from the initial densities: iid or stratified
    #[arg(long, value_name = "WAY", default_value = "iid")]
    pub sampling: String,
    /// Compute no distances
    #[arg(long)]
    pub no_distances: bool,
    /// Width over which particles with weights see their density, of both players or of x and of y [default: by number]
    #[arg(long, value_name = "WIDTH[,WIDTH]", allow_hyphen_values = true)]
    pub bandwidth: Option<String>,
    /// Error, floor and decay rate against these numbers of particles
    #[arg(long, value_name = "N,N,..", allow_hyphen_values = true, conflicts_with = "output")]
    pub ladder: Option<String>,
    /// With a ladder: mean time until the distance to the equilibrium is above (out of the basin) or below (off a cycle) a
    /// level
    #[arg(long, value_name = "above=W2|below=W2", requires = "ladder")]
    pub exit: Option<String>,
    /// Write clouds and distances to this file
    #[arg(short, long, value_name = "OUT.h5")]
    pub output: Option<PathBuf>,
    /// Go on with an interrupted run; the result is that of an uninterrupted one
    #[arg(long, conflicts_with_all = ["force", "ladder"])]
    pub resume: bool,
    /// Wall time between checkpoints
    #[arg(long, value_name = "SECONDS", default_value_t = 30.0, allow_hyphen_values = true)]
    pub checkpoint_seconds: f64,
}

/// `nashflow w2`.
#[derive(Debug, Args)]
pub struct W2Arguments {
    /// First measure
    #[arg(value_name = "A")]
    pub source: String,
    /// Second measure
    #[arg(value_name = "B")]
    pub target: String,
    /// Period of the torus, or one for each axis: 1, 2*pi, 1,2 [default: that of a run's file, or 1]
    #[arg(long, value_name = "L[,L]", allow_hyphen_values = true)]
    pub period: Option<String>,
    /// Origin of the torus, or one for each axis [default: that of a run's file, or 0]
    #[arg(long, value_name = "O[,O]", allow_hyphen_values = true)]
    pub origin: Option<String>,
    /// The points live on the line or plane: no period, nothing wraps [default: as the other measure's run says]
    #[arg(long, conflicts_with_all = ["period", "origin"])]
    pub line: bool,
    /// Weights of the points of A
    #[arg(long, value_name = "FILE")]
    pub weights_a: Option<String>,
    /// Weights of the points of B
    #[arg(long, value_name = "FILE")]
    pub weights_b: Option<String>,
    /// How values on a grid are read: band-limited, constant or nodes [default: band-limited]
    #[arg(long, value_name = "READING")]
    pub reading: Option<String>,
    /// Error bar over distance to aim at
    #[arg(long, value_name = "SHARE", allow_hyphen_values = true)]
    pub tolerance: Option<String>,
    /// Write the transport plan or map to this file
    #[arg(long, value_name = "OUT.h5")]
    pub plan: Option<PathBuf>,
    #[command(flatten)]
    pub common: CommonArguments,
}

/// `nashflow validate`.
#[derive(Debug, Args)]
pub struct ValidateArguments {
    /// The cloud: FILE.h5, FILE.npz, or x=FILE,y=FILE
    #[arg(value_name = "CLOUD")]
    pub cloud: String,
    /// Output file of the run that holds the densities
    #[arg(long, value_name = "RUN.h5")]
    pub against: PathBuf,
    /// Times to compare; of a cloud without times of its own the times of its rows
    #[arg(long, value_name = "T[,T]", allow_hyphen_values = true, conflicts_with_all = ["times", "equilibrium"])]
    pub time: Option<String>,
    /// File with the times of the rows of the cloud
    #[arg(long, value_name = "FILE", conflicts_with = "equilibrium")]
    pub times: Option<String>,
    /// Compare with the equilibrium of the run
    #[arg(long)]
    pub equilibrium: bool,
    /// The arrays have a leading axis of independent replicas
    #[arg(long)]
    pub replicas: bool,
    /// Probability that independent points of the densities are called anything but indistinguishable
    #[arg(long, value_name = "P", default_value_t = 0.05)]
    pub false_alarm_rate: f64,
    /// Clouds drawn from each density to compare with [default: 39 to 199, by cost]
    #[arg(long, value_name = "B")]
    pub samples: Option<usize>,
    /// Names the random numbers
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// Write densities, clouds and findings to this file, for `report`
    #[arg(short, long, value_name = "OUT.h5")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub common: CommonArguments,
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

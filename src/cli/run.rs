//! `nashflow run`.

use super::arguments::{GameArguments, RunArguments};
use super::number::{or_null, significant, with_error};
use super::progress::Bar;
use super::signal::Interrupt;
use super::sparkline::sparkline;
use super::table::Table;
use super::{BAD_INPUT, conclude, report_failure};
use crate::diagnostics::Decay;
use crate::digits::evolved_distance;
use crate::experiment::{LineSummary, RateComparison, RunError, RunOptions, SpectrumSummary, Summary, run};
use crate::game::{GameError, GameFile, catalogue};
use std::path::PathBuf;
use std::time::Duration;

/// The exit status of the command.
pub fn main(arguments: &RunArguments) -> i32 {
    match checkpoint_interval(arguments.checkpoint_seconds) {
        Ok(checkpoint_every) => conclude(&arguments.game, || solve(arguments, checkpoint_every), render),
        Err(message) => report_failure(&message, BAD_INPUT, arguments.game.common.json),
    }
}

fn solve(arguments: &RunArguments, checkpoint_every: Duration) -> Result<Summary, RunError> {
    let file = load(&arguments.game)?;
    let options = RunOptions {
        output: arguments.output.clone().unwrap_or_else(|| default_output(&file)),
        overwrite: arguments.game.common.force,
        resume: arguments.resume,
        command: command_line(),
        checkpoint_every,
    };
    let interrupt = Interrupt::install(arguments.game.common.json);
    if arguments.resume {
        interrupt.begin_writing();
    }
    let bar = Bar::new(arguments.game.common.quiet);
    let result = run(&file, &options, interrupt.flag(), &mut |progress| {
        interrupt.begin_writing();
        bar.show(progress);
    });
    bar.clear();
    result
}

/// The game file, or the bundled game of that name when there is no such file.
pub fn load(arguments: &GameArguments) -> Result<GameFile, GameError> {
    catalogue::load(&arguments.game, &arguments.overrides)
}

/// The name of the game file with `.h5`, in the present folder.
fn default_output(file: &GameFile) -> PathBuf {
    // Not with_extension: a name such as tau=0.0625.toml has dots of its own.
    let mut name = file.path().file_stem().unwrap_or_default().to_os_string();
    name.push(".h5");
    PathBuf::from(name)
}

/// The command line as typed.
pub fn command_line() -> String {
    std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

/// The wall time between checkpoints.
pub fn checkpoint_interval(seconds: f64) -> Result<Duration, String> {
    Duration::try_from_secs_f64(seconds)
        .map_err(|_| format!("--checkpoint-seconds {seconds}: must be finite and not negative"))
}

/// A time as it was written, unless its scale makes it unreadable.
fn plain(time: f64) -> String {
    if time == 0.0 || (1e-3..1e6).contains(&time) { time.to_string() } else { format!("{time:e}") }
}

/// The gap with its frequency and the guaranteed rate.
fn spectral_gap(spectrum: &SpectrumSummary) -> String {
    let frequency = match spectrum.frequency {
        0.0 => String::new(),
        value => format!(", frequency {}", with_error(value, spectrum.frequency_error)),
    };
    let guaranteed = with_error(spectrum.guaranteed_rate, spectrum.guaranteed_rate_error);
    format!("{}{frequency}; guaranteed rate {guaranteed}", with_error(spectrum.gap, spectrum.gap_error))
}

/// The measured rate as multiples of what the linearisation says.
fn comparison(decay: &Decay, rates: &RateComparison) -> String {
    let multiple = |ratio: f64| with_error(ratio, ratio * decay.error / decay.rate);
    let eigenvalue = match (rates.eigenvalue, rates.to_eigenvalue) {
        (Some([re, im]), Some(ratio)) if (rates.to_gap - ratio).abs() > f64::EPSILON * ratio => {
            let pair = if im == 0.0 { String::new() } else { format!(" +- {}i", significant(im.abs(), 6)) };
            format!(", {} that of the eigenvalue {}{pair}", multiple(ratio), significant(re, 6))
        }
        _ => String::new(),
    };
    format!(
        "{} of the gap{eigenvalue}, {} of the guaranteed rate",
        multiple(rates.to_gap),
        multiple(rates.to_guaranteed)
    )
}

/// The boxes of players on the line, and what is known of the mass outside.
pub fn line_rows(table: &mut Table, lines: &[LineSummary]) {
    for line in lines {
        let known = match (line.mass, line.radius, &line.centre, line.a, line.b, line.q) {
            (Some(mass), Some(radius), Some(centre), Some(a), Some(b), Some(q)) => {
                let centre: Vec<String> = centre.iter().map(|c| significant(*c, 4)).collect();
                format!(
                    "mass beyond {} from {} at most {} for all times (a {}, b {}, q {})",
                    significant(radius, 4),
                    centre.join(", "),
                    significant(mass, 2),
                    significant(a, 4),
                    significant(b, 4),
                    significant(q, 4)
                )
            }
            _ => format!("no bound of the mass outside for all times: {}", line.reason.as_deref().unwrap_or("none")),
        };
        table.row(&format!("{} on the line", line.player), format!("{}; {known}", line.box_in_words()));
    }
}

/// The summary for people.
fn render(summary: &Summary) -> String {
    let (first, last) = (&summary.initial, &summary.last);
    let distance = |w2: Option<f64>, error: Option<f64>| match (w2, error) {
        (Some(w2), Some(error)) => with_error(w2, error),
        _ => "null".to_owned(),
    };
    let now = match (last.w2, last.w2_error) {
        (Some(w2), Some(error)) => evolved_distance(w2, error, summary.tolerance, first.w2),
        _ => "null".to_owned(),
    };
    let dynamics = match summary.regulariser {
        "entropy" => summary.dynamics.to_owned(),
        regulariser => format!("{}, regulariser {regulariser}", summary.dynamics),
    };
    let mut table = Table::new();
    table
        .row(
            "payoff",
            format!(
                "{}, rank {}, error {}",
                summary.payoff.form,
                summary.payoff.rank,
                significant(summary.payoff.error, 1)
            ),
        )
        .row("grid", format!("{:?} x {:?}", summary.grid.x, summary.grid.y));
    line_rows(&mut table, &summary.lines);
    table
        .row("dynamics", dynamics)
        .row("steps", format!("{} accepted, {} rejected ({})", summary.steps, summary.rejected, summary.scheme))
        .row(
            "equilibrium",
            format!(
                "duality gap {}, residual {}, energy {}",
                significant(summary.equilibrium.nikaido_isoda, 1),
                significant(summary.equilibrium.residual, 1),
                significant(summary.equilibrium.energy, 10)
            ),
        )
        .row("W2 at t = 0", distance(first.w2, first.w2_error))
        .row(
            &format!("W2 at t = {}", plain(summary.time)),
            format!("{now}  (x {}, y {})", or_null(last.w2_x, 4), or_null(last.w2_y, 4)),
        )
        .row("duality gap", or_null(last.nikaido_isoda, 4))
        .row(
            "state",
            format!(
                "mass error {}, minimum {}, tail {}",
                or_null(last.mass_error, 1),
                or_null(last.min_density, 2),
                or_null(last.tail, 1)
            ),
        );
    if let Some(spectrum) = &summary.spectrum {
        table.row("spectral gap", spectral_gap(spectrum));
    }
    match &summary.decay {
        Some(decay) => table.row(
            "decay of W2",
            format!("rate {} on t = {} .. {}", with_error(decay.rate, decay.error), plain(decay.from), plain(decay.to)),
        ),
        None => table.row("decay of W2", "none that is exponential"),
    };
    if let (Some(decay), Some(rates)) = (&summary.decay, &summary.rates) {
        table.row("", comparison(decay, rates));
    }
    if let Some(line) = sparkline(&summary.history) {
        table.row("log W2", line);
    }
    table.row("verdict", format!("{}: {}", summary.verdict.name(), summary.reason));
    for note in &summary.notes {
        table.row("note", note.as_str());
    }
    let wall = summary.wall_seconds.map(|s| format!(" in {} s", significant(s, 3))).unwrap_or_default();
    let snapshots = if summary.snapshots == 1 { "snapshot" } else { "snapshots" };
    table.row("output", format!("{} ({} {snapshots}{wall})", summary.output, summary.snapshots));
    format!("{}\n{}", summary.game, table.render())
}

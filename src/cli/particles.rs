//! `nashflow particles`.

use super::arguments::ParticlesArguments;
use super::destination::with_destination;
use super::number::{constant, significant, with_error};
use super::progress::Bar;
use super::run::{checkpoint_interval, command_line, load};
use super::signal::Interrupt;
use super::table::Table;
use super::{BAD_INPUT, conclude, report_failure};
use crate::experiment::{
    DistanceSummary, Exit, LadderReport, LadderRequest, ParticleOutput, ParticleReport, ParticleRequest, Power,
    RunError, Rung, StepBias, ladder, particles,
};
use crate::particle::{ParticleScheme, Sampling};
use std::time::Duration;

/// Rows of the table of snapshots.
const ROWS: usize = 11;

/// The exit status of the command.
pub fn main(arguments: &ParticlesArguments) -> i32 {
    let checkpoint_every = match checkpoint_interval(arguments.checkpoint_seconds) {
        Ok(interval) => interval,
        Err(message) => return report_failure(&message, BAD_INPUT, arguments.game.common.json),
    };
    match &arguments.ladder {
        Some(counts) => conclude(&arguments.game, || climb(arguments, counts), render_ladder),
        None => conclude(&arguments.game, || simulate(arguments, checkpoint_every), render),
    }
}

fn simulate(arguments: &ParticlesArguments, checkpoint_every: Duration) -> Result<ParticleReport, RunError> {
    let (request, file) = (request(arguments)?, load(&arguments.game)?);
    if arguments.resume && arguments.output.is_none() {
        return Err(RunError::option("--resume", "only a run with an output file can be resumed; add -o OUT.h5"));
    }
    let interrupt = Interrupt::install(arguments.game.common.json);
    let (command, before_moving) = (command_line(), || interrupt.begin_writing());
    let output = arguments.output.as_deref().map(|path| ParticleOutput {
        path,
        overwrite: arguments.game.common.force,
        resume: arguments.resume,
        command: &command,
        checkpoint_every,
        before_moving: &before_moving,
        interrupted: interrupt.flag(),
    });
    let bar = Bar::new(arguments.game.common.quiet);
    let result = particles(&file, &request, output.as_ref(), &mut |progress| bar.show(progress));
    bar.clear();
    // What is printed now must not be followed by the report of an interruption.
    interrupt.begin_writing();
    result
}

fn climb(arguments: &ParticlesArguments, counts: &str) -> Result<LadderReport, RunError> {
    let counts = counts.split(',').map(|text| count("--ladder", text)).collect::<Result<_, _>>()?;
    let exit = arguments.exit.as_deref().map(exit).transpose()?;
    let (request, file) = (LadderRequest { counts, exit, particles: request(arguments)? }, load(&arguments.game)?);
    let bar = Bar::new(arguments.game.common.quiet);
    let result =
        with_destination(&arguments.game, None, |_| ladder(&file, &request, &mut |progress| bar.show(progress)));
    bar.clear();
    result
}

/// What was asked for, read.
fn request(arguments: &ParticlesArguments) -> Result<ParticleRequest, RunError> {
    let counts = arguments.particles.as_deref().map(|text| of_players(text, |text| count("-n", text)));
    let bandwidth = arguments.bandwidth.as_deref().map(|text| of_players(text, |text| number("--bandwidth", text)));
    Ok(ParticleRequest {
        counts: counts.transpose()?,
        scheme: RunError::named("--scheme", &arguments.scheme, &ParticleScheme::ALL, ParticleScheme::name)?,
        step: arguments.step.as_deref().map(|text| number("--step", text)).transpose()?,
        replicas: count("--replicas", &arguments.replicas)?,
        seed: arguments.seed,
        sampling: RunError::named("--sampling", &arguments.sampling, &Sampling::ALL, Sampling::name)?,
        distances: !arguments.no_distances,
        bandwidth: bandwidth.transpose()?,
    })
}

/// `VALUE` of both players, or `VALUE,VALUE` of x and of y.
fn of_players<T: Copy>(text: &str, read: impl Fn(&str) -> Result<T, RunError>) -> Result<[T; 2], RunError> {
    match text.split_once(',') {
        Some((x, y)) => Ok([read(x)?, read(y)?]),
        None => read(text).map(|value| [value; 2]),
    }
}

/// `above=LEVEL` or `below=LEVEL`.
fn exit(text: &str) -> Result<Exit, RunError> {
    match text.split_once('=') {
        Some(("above", level)) => Ok(Exit::Above(number("--exit", level)?)),
        Some(("below", level)) => Ok(Exit::Below(number("--exit", level)?)),
        _ => Err(RunError::option("--exit", format!("expected above=LEVEL or below=LEVEL, got {text}"))),
    }
}

/// A number, or a constant expression such as `1/64`.
fn number(option: &str, text: &str) -> Result<f64, RunError> {
    constant(text).map_err(|error| RunError::option(&format!("{option} {text}"), error.to_string()))
}

/// A whole number, also as 1e5.
fn count(option: &str, text: &str) -> Result<usize, RunError> {
    let value = number(option, text)?;
    if value >= 1.0 && value.fract() == 0.0 && value <= 1e15 {
        return Ok(value as usize);
    }
    Err(RunError::option(option, format!("expected whole numbers of at least 1, got {text}")))
}

/// A root mean square with its standard error.
fn distance(found: Option<&DistanceSummary>) -> String {
    match found {
        None => "null".to_owned(),
        Some(DistanceSummary { w2, standard_error: Some(error), .. }) => with_error(*w2, *error),
        Some(found) => significant(found.w2, 4),
    }
}

/// The bias that is predicted, or why there is none where it is worth a line.
fn step_bias(table: &mut Table, bias: &StepBias, scheme: &str) {
    match (bias.w2, &bias.reason) {
        (Some(w2), _) => table.row("bias of the step", format!("{} predicted at rest", significant(w2, 4))),
        (None, Some(reason)) if scheme == ParticleScheme::EulerMaruyama.name() => {
            table.row("bias of the step", format!("null: {reason}"))
        }
        _ => table,
    };
}

fn render(report: &ParticleReport) -> String {
    let mut table = Table::new();
    table
        .row(
            "particles",
            format!(
                "{} and {}, {} replicas ({})",
                report.particles.x, report.particles.y, report.replicas, report.sampling
            ),
        )
        .row("scheme", format!("{}, weak order {}", report.scheme, report.weak_order))
        .row("steps", format!("{}, the longest {}", report.steps, significant(report.step, 3)));
    let last = report.snapshots.len() - 1;
    if let Some(bandwidth) = report.bandwidth {
        let end = &report.snapshots[last];
        let widths = format!("{} and {}", significant(bandwidth.x, 3), significant(bandwidth.y, 3));
        table
            .row("weights", format!("{}, density seen over {widths}", report.dynamics))
            .row(
                "effective",
                format!("{} and {} at the end", significant(end.effective.x, 4), significant(end.effective.y, 4)),
            )
            .row("mass error", significant(end.mass_error, 2));
    }
    table.row("", "W2 to the density, W2 to the equilibrium, payoff");
    let stride = last.div_ceil(ROWS - 1).max(1);
    let shown = (0..=last).filter(|k| k % stride == 0 || *k == last);
    for snapshot in shown.map(|k| &report.snapshots[k]) {
        let payoff = match snapshot.payoff_error {
            Some(error) => with_error(snapshot.payoff, error),
            None => significant(snapshot.payoff, 4),
        };
        let distances = [&snapshot.mean_field, &snapshot.equilibrium].map(|found| distance(found.as_ref()));
        table.row(
            &format!("t = {}", significant(snapshot.time, 4)),
            format!("{}, {}, {payoff}", distances[0], distances[1]),
        );
    }
    step_bias(&mut table, &report.step_bias, report.scheme);
    for note in &report.notes {
        table.row("note", note.as_str());
    }
    if let Some(output) = &report.output {
        table.row("output", output.as_str());
    }
    format!("{}\n{}", report.game, table.render())
}

fn render_ladder(report: &LadderReport) -> String {
    let mut table = Table::new();
    let gap = report.gap.map_or_else(|| "null".to_owned(), |gap| significant(gap, 6));
    table
        .row("replicas", format!("{} ({})", report.replicas, report.sampling))
        .row("scheme", format!("{}, longest step {}", report.scheme, significant(report.step, 3)))
        .row("spectral gap", gap)
        .row("", "error, floor (independent points), decay rate (of the densities on the same stretch)");
    for rung in &report.rungs {
        table.row(&format!("N = {}", rung.particles.x), line(rung));
    }
    step_bias(&mut table, &report.step_bias, report.scheme);
    for (rung, exit) in report.rungs.iter().filter_map(|rung| Some((rung, rung.exit?))) {
        let time = match (exit.mean_time, exit.standard_error) {
            (Some(mean), Some(error)) => with_error(mean, error),
            _ => format!("null: none left in {}", significant(exit.time_inside, 4)),
        };
        let of = format!("{} of {}", exit.exits, report.replicas);
        table.row(&format!("exit, N = {}", rung.particles.x), format!("mean time {time} ({of} left)"));
    }
    if let Some(growth) = report.exit_growth {
        table.row("exit ~ exp(c N)", format!("c = {}", with_error(growth.rate, growth.standard_error)));
    }
    for (label, power) in [("error ~ N^", report.error_power), ("floor ~ N^", report.floor_power)] {
        if let Some(Power { exponent, standard_error }) = power {
            table.row(label, with_error(exponent, standard_error));
        }
    }
    for note in &report.notes {
        table.row("note", note.as_str());
    }
    format!("{}\n{}", report.game, table.render())
}

fn line(rung: &Rung) -> String {
    let [error, floor, iid] = [&rung.error, &rung.floor, &rung.iid_floor].map(|found| distance(found.as_ref()));
    let decay = rung.decay.map_or_else(
        || "null: the start is too near to the floor".to_owned(),
        |decay| {
            let rate = match decay.standard_error {
                Some(error) => with_error(decay.rate, error),
                None => significant(decay.rate, 4),
            };
            format!("{rate} ({})", significant(decay.mean_field_rate, 5))
        },
    );
    format!("{error}, {floor} ({iid}), {decay}")
}

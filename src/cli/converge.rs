//! `nashflow converge`.

use super::arguments::ConvergeArguments;
use super::conclude;
use super::number::{constant, or_null, significant, with_error};
use super::progress::Bar;
use super::run::{command_line, load};
use super::signal::Interrupt;
use super::table::Columns;
use crate::experiment::{
    AlongReport, Behaviour, ConvergenceLadder, ConvergenceReport, ConvergenceRequest, Destination, QuantityReport,
    RunError, RungReport, converge,
};
use crate::game::{GameFile, Scope, expression};

/// The exit status of the command.
pub fn main(arguments: &ConvergeArguments) -> i32 {
    conclude(&arguments.game, || solve(arguments), render)
}

fn solve(arguments: &ConvergeArguments) -> Result<ConvergenceReport, RunError> {
    let rungs = |option: &str, text: &Option<String>, scope: &Scope| -> Result<Option<Vec<f64>>, RunError> {
        text.as_deref().map(|text| numbers(option, text, scope)).transpose()
    };
    let none = Scope::default();
    let grids = rungs("--grids", &arguments.grids, &none)?;
    let tolerances = rungs("--tolerances", &arguments.tolerances, &none)?;
    let accuracy = constant(&arguments.accuracy)
        .map_err(|error| RunError::option("--accuracy", format!("{}: {error}", arguments.accuracy)))?;
    let file = load(&arguments.game)?;
    let steps = rungs("--steps", &arguments.steps, &with_step(&file))?;
    let names = |text: &String| text.split(',').map(|name| name.trim().to_owned()).collect();
    let request = ConvergenceRequest {
        grids,
        tolerances,
        steps,
        quantities: arguments.quantities.as_ref().map(names),
        accuracy,
        threads: rayon::current_num_threads(),
    };
    let common = &arguments.game.common;
    let (bar, interrupt) = (Bar::new(common.quiet), Interrupt::install(common.json));
    // The runs have files to be removed, so that a signal must not end the program where it stands.
    interrupt.begin_writing();
    let command = command_line();
    let destination = arguments.output.as_deref().map(|path| Destination {
        path,
        overwrite: common.force,
        command: &command,
        before_writing: &|| {},
    });
    let result = converge(&file, &request, destination, interrupt.flag(), &mut |done, all| bar.show_runs(done, all));
    bar.clear();
    result
}

/// What a step may be written with: `dt` is that of the game.
fn with_step(file: &GameFile) -> Scope {
    let mut scope = Scope::default();
    if let Some(step) = file.solver().step() {
        scope.add_parameter("dt", step).expect("dt is a name without another meaning");
    }
    scope
}

fn numbers(option: &str, text: &str, scope: &Scope) -> Result<Vec<f64>, RunError> {
    let number = |part: &str| {
        expression::constant(part, scope).map_err(|error| RunError::option(option, format!("{part}: {error}")))
    };
    text.split(',').map(number).collect()
}

fn render(report: &ConvergenceReport) -> String {
    let (grids, times) = (&report.grids, &report.times);
    let mut text = format!(
        "{}, {}, to time {}: {}, {}\n",
        report.game,
        report.scheme,
        report.time,
        counted(grids.rungs.len(), "grid"),
        counted(times.rungs.len(), times.axis)
    );
    text.push_str(&runs(report));
    let shown: Vec<&QuantityReport> = report.quantities.iter().filter(|quantity| quantity.error.is_some()).collect();
    let hidden = report.quantities.iter().filter(|quantity| quantity.error.is_none());
    text.push_str("\nvalues, with the error of the grid and of the steps\n");
    text.push_str(&values(&shown, times.axis));
    if grids.rungs.len() > 1 {
        text.push_str("\nerrors by grid\n");
        text.push_str(&errors(&shown, grids, |quantity| quantity.grids.as_ref()));
    }
    if times.rungs.len() > 1 {
        text.push_str(&format!("\nerrors by {}\n", times.axis));
        text.push_str(&errors(&shown, times, |quantity| quantity.times.as_ref()));
    }
    text.push_str(&missing(hidden));
    for note in &report.notes {
        text.push_str(&format!("  note: {note}\n"));
    }
    if let Some(output) = &report.output {
        text.push_str(&format!("  written to {output}\n"));
    }
    text.push_str(&format!("\n{}\n", report.sentence));
    text
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// Quantities without an error bar, those with the same reason together.
fn missing<'a>(hidden: impl Iterator<Item = &'a QuantityReport>) -> String {
    let mut lines: Vec<(&str, Vec<&str>)> = Vec::new();
    for quantity in hidden {
        let reason = quantity.reason.as_deref().unwrap_or_default();
        match lines.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, names)) => names.push(&quantity.name),
            None => lines.push((reason, vec![&quantity.name])),
        }
    }
    lines.iter().map(|(reason, names)| format!("  no error bar for {}: {reason}\n", names.join(", "))).collect()
}

/// The runs, and why some failed.
fn runs(report: &ConvergenceReport) -> String {
    let mut table =
        Columns::new(&["n", "grid", report.times.axis, "steps", "tail", "verdict", "run accepts it", "seconds"]);
    // The finest run stands at the end of both ladders.
    let times = &report.times.rungs[..report.times.rungs.len() - 1];
    let all: Vec<&RungReport> = report.grids.rungs.iter().chain(times).collect();
    all.iter().for_each(|run| table.row(row(run)));
    let mut text = table.render();
    for run in all {
        if let Some(failure) = &run.failure {
            text.push_str(&format!("  n = {}, {}: {failure}\n", run.points, accuracy(run)));
        }
    }
    text
}

fn accuracy(run: &RungReport) -> String {
    run.tolerance.or(run.step).map_or_else(|| "null".to_owned(), |value| format!("{value:e}"))
}

fn row(run: &RungReport) -> Vec<String> {
    let count = |count: Option<usize>| count.map_or_else(|| "null".to_owned(), |count| count.to_string());
    let verdict = if run.failure.is_some() { "failed" } else { run.verdict.map_or("null", |verdict| verdict.name()) };
    vec![
        run.points.to_string(),
        format!("{:?} x {:?}", run.grid.x, run.grid.y),
        accuracy(run),
        count(run.steps),
        or_null(run.tail, 1),
        verdict.to_owned(),
        if run.accepted { "yes" } else { "no" }.to_owned(),
        significant(run.wall_seconds, 2),
    ]
}

/// Values with their error bars, and how they converge.
fn values(shown: &[&QuantityReport], axis: &str) -> String {
    let mut table = Columns::new(&["quantity", "value", "in n", &format!("in the {axis}"), "stated bars"]);
    for quantity in shown {
        let value = match (quantity.value, quantity.error) {
            (Some(value), Some(error)) => with_error(value, error),
            (None, Some(error)) => format!("+- {error:.0e}"),
            _ => "null".to_owned(),
        };
        let from = if quantity.from == Some("richardson") { " (extrapolated)" } else { "" };
        let bars = quantity.bars.map_or_else(String::new, |bars| {
            let failed = if bars.failed > 0 { format!(", {} failed", bars.failed) } else { String::new() };
            let undecided = if bars.undecided > 0 { format!(", {} undecided", bars.undecided) } else { String::new() };
            format!("{} held{failed}{undecided}", bars.held)
        });
        table.row(vec![
            quantity.name.clone(),
            format!("{value}{from}"),
            quantity.grids.as_ref().map_or_else(String::new, behaviour),
            quantity.times.as_ref().map_or_else(String::new, behaviour),
            bars,
        ]);
    }
    table.render()
}

/// `spectral, a digit each 7.1 points`, `order 3.99`.
fn behaviour(along: &AlongReport) -> String {
    let order = |order: Option<f64>| order.map_or_else(|| "no order".to_owned(), |order| format!("order {order:.2}"));
    match along.behaviour {
        None => "one value".to_owned(),
        Some(Behaviour::Spectral) => match along.rate {
            Some(rate) => format!("spectral, a digit each {} points", significant(std::f64::consts::LN_10 / rate, 2)),
            None => "spectral".to_owned(),
        },
        Some(Behaviour::Algebraic) => order(along.order),
        Some(Behaviour::AtFloor) => "at its floor".to_owned(),
        Some(Behaviour::Undetermined) => "undetermined".to_owned(),
        Some(Behaviour::NotConverging) => "does not fall".to_owned(),
    }
}

/// Errors of every quantity at the rungs of a ladder.
fn errors<'a>(
    shown: &[&'a QuantityReport],
    ladder: &ConvergenceLadder,
    along: impl Fn(&'a QuantityReport) -> Option<&'a AlongReport>,
) -> String {
    let title = |run: &RungReport| match ladder.axis {
        "grid" => format!("n = {}", run.points),
        _ => accuracy(run),
    };
    let titles: Vec<String> = std::iter::once("quantity".to_owned()).chain(ladder.rungs.iter().map(title)).collect();
    let mut table = Columns::new(&titles.iter().map(String::as_str).collect::<Vec<_>>());
    for quantity in shown {
        let Some(along) = along(quantity) else { continue };
        let error = |error: &Option<f64>| error.map_or_else(|| "null".to_owned(), |error| format!("{error:.0e}"));
        table.row(std::iter::once(quantity.name.clone()).chain(along.errors.iter().map(error)).collect());
    }
    table.render()
}

//! `nashflow compare`.

use super::arguments::CompareArguments;
use super::conclude;
use super::number::{constants, or_null, significant};
use super::progress::Bar;
use super::run::{command_line, load};
use super::signal::Interrupt;
use super::table::Columns;
use crate::experiment::{
    ComparisonReport, ComparisonRequest, ContestantReport, Crossing, Destination, RunError, compare, split_dynamics,
};

/// The exit status of the command.
pub fn main(arguments: &CompareArguments) -> i32 {
    conclude(&arguments.game, || solve(arguments), render)
}

fn solve(arguments: &CompareArguments) -> Result<ComparisonReport, RunError> {
    let request = ComparisonRequest {
        dynamics: split_dynamics(&arguments.dynamics),
        w2: thresholds("--w2", &arguments.w2)?,
        nikaido_isoda: thresholds("--ni", &arguments.ni)?,
    };
    let file = load(&arguments.game)?;
    let common = &arguments.game.common;
    let (bar, interrupt, command) = (Bar::new(common.quiet), Interrupt::install(common.json), command_line());
    // The runs have files to be removed, so that a signal must not end the program where it stands.
    interrupt.begin_writing();
    let destination = arguments.output.as_deref().map(|path| Destination {
        path,
        overwrite: common.force,
        command: &command,
        before_writing: &|| {},
    });
    let result = compare(&file, &request, destination, interrupt.flag(), &mut |progress| bar.show(progress));
    bar.clear();
    result
}

fn thresholds(option: &str, text: &str) -> Result<Vec<f64>, RunError> {
    constants(text).map_err(|(part, error)| RunError::option(option, format!("{part}: {error}")))
}

fn render(report: &ComparisonReport) -> String {
    let first = &report.dynamics[0];
    let heads = |name: &str, times: &[Crossing]| -> Vec<String> {
        times.iter().map(|crossing| format!("{name} {:e}", crossing.threshold)).collect()
    };
    let titles = [
        vec!["dynamics".to_owned()],
        heads("W2", &first.w2_times),
        heads("NI", &first.nikaido_isoda_times),
        ["verdict", "rate of W2", "W2", "steps", "evaluations", "seconds"].map(str::to_owned).to_vec(),
    ]
    .concat();
    let mut table = Columns::new(&titles.iter().map(String::as_str).collect::<Vec<_>>());
    report.dynamics.iter().for_each(|one| table.row(row(one)));
    let mut text = format!("{}, to time {}; columns W2 and NI: first time at that value\n", report.game, report.time);
    text.push_str(&table.render());
    for one in &report.dynamics {
        if let Some(failure) = &one.failure {
            text.push_str(&format!("  {}: {failure}\n", one.label));
        }
    }
    if let Some(output) = &report.output {
        text.push_str(&format!("  written to {output}\n"));
    }
    text
}

fn row(one: &ContestantReport) -> Vec<String> {
    let times = one.w2_times.iter().chain(&one.nikaido_isoda_times).map(|crossing| or_null(crossing.time, 4));
    let count = |count: Option<usize>| count.map_or_else(|| "null".to_owned(), |count| count.to_string());
    let last = [
        one.verdict.map_or("failed", |verdict| verdict.name()).to_owned(),
        or_null(one.decay.map(|decay| decay.rate), 5),
        or_null(one.last.as_ref().and_then(|last| last.w2), 3),
        count(one.steps),
        count(one.evaluations),
        significant(one.wall_seconds, 2),
    ];
    std::iter::once(one.label.clone()).chain(times).chain(last).collect()
}

//! `nashflow validate`.

use super::arguments::ValidateArguments;
use super::conclude_operands;
use super::number::{constants, or_null, significant, with_error};
use super::progress::Bar;
use super::run::command_line;
use super::signal::Interrupt;
use super::table::{Columns, Table};

use crate::experiment::{
    CloudSource, Destination, PlayerReport, RunSource, TimeChoice, TimeReport, ValidationError, ValidationReport,
    ValidationRequest, validate,
};

/// Observables that the table shows for one time.
const SHOWN: usize = 3;

/// The exit status of the command.
pub fn main(arguments: &ValidateArguments) -> i32 {
    conclude_operands(&arguments.common, |interrupt| solve(arguments, interrupt), render, ValidationError::exit_status)
}

fn solve(arguments: &ValidateArguments, interrupt: &Interrupt) -> Result<ValidationReport, ValidationError> {
    let wanted = arguments.time.as_deref().map(constants).transpose();
    let wanted = wanted.map_err(|(part, error)| ValidationError::Input {
        what: format!("--time {part}"),
        message: error.to_string(),
    })?;
    let times = match (&wanted, &arguments.times, arguments.equilibrium) {
        (Some(times), ..) => TimeChoice::These(times),
        (None, Some(file), _) => TimeChoice::InFile(file),
        (None, None, true) => TimeChoice::Equilibrium,
        (None, None, false) => TimeChoice::OfCloud,
    };
    let bar = Bar::new(arguments.common.quiet);
    let command = command_line();
    let before_writing = || interrupt.begin_writing();
    let destination = arguments.output.as_deref().map(|path| Destination {
        path,
        overwrite: arguments.common.force,
        command: &command,
        before_writing: &before_writing,
    });
    let report = validate(&ValidationRequest {
        cloud: CloudSource::Typed(&arguments.cloud),
        against: RunSource::File(&arguments.against),
        times,
        has_replicas: arguments.replicas,
        samples: arguments.samples,
        false_alarm_rate: arguments.false_alarm_rate,
        seed: arguments.seed,
        destination,
        progress: &|done, all| bar.show_samples(done, all),
    });
    bar.clear();
    report
}

/// The answer for people.
fn render(report: &ValidationReport) -> String {
    let mut text = match report.all() {
        [one] => render_one(one),
        several => render_several(several),
    };
    let mut table = Table::new();
    table.row("verdict", report.verdict()).row(
        "false alarms",
        format!(
            "in {} % of clouds of independent points, over {} tests; {} samples, no p-value is below {}",
            significant(100.0 * report.false_alarm_rate, 3),
            report.tests,
            report.samples,
            significant(report.smallest_p_value, 2)
        ),
    );
    for note in &report.notes {
        table.row("note", note.as_str());
    }
    text.push('\n');
    text + &table.render()
}

fn players(report: &TimeReport) -> impl Iterator<Item = (&'static str, &PlayerReport)> {
    [("x", &report.x), ("y", &report.y)].into_iter().filter_map(|(letter, player)| Some((letter, player.as_ref()?)))
}

/// One time: everything, player after player.
fn render_one(report: &TimeReport) -> String {
    let mut table = Table::new();
    table.row("time", report.time.map_or("equilibrium".to_owned(), |time| time.to_string()));
    for (letter, player) in players(report) {
        let label = |text: &str| format!("{letter}  {text}");
        table.row(&label("points"), player.points.to_string());
        if player.effective_points != player.points as f64 {
            table.row(&label("effective points"), significant(player.effective_points, 5));
        }
        match (player.w2, player.error) {
            (Some(w2), Some(error)) => table.row(&label("W2"), with_error(w2, error)),
            _ => table.row(&label("W2"), format!("null: {}", player.reason.as_deref().unwrap_or("no answer"))),
        };
        if let Some(floor) = player.floor {
            let range = format!(
                "{} ({} .. {}), by theory {}",
                significant(floor.mean, 4),
                significant(floor.low, 4),
                significant(floor.high, 4),
                or_null(floor.asymptotic, 4)
            );
            table.row(&label("of independent points"), range);
        }
        if let (Some(above), Some(below)) = (player.p_value, player.p_value_below) {
            let values = format!("{} as far, {} as near", significant(above, 2), significant(below, 2));
            table.row(&label("p-value"), values);
        }
        if let (Some(excess), Some([low, high])) = (player.excess, player.excess_interval) {
            let interval = format!("{} ({} .. {})", significant(excess, 3), significant(low, 3), significant(high, 3));
            table.row(&label("excess"), interval);
        }
        let chi = player.chi_square;
        table.row(
            &label("moments"),
            format!("chi^2 {} of {}, p-value {}", significant(chi.value, 4), chi.degrees, significant(chi.p_value, 2)),
        );
        for bias in worst(player) {
            table.row(&label(&format!("bias of {}", bias.observable)), bias_in_words(bias));
        }
        if let Some(replicas) = player.replicas {
            table.row(&label("replicas"), format!("{} of {} points", replicas.count, replicas.points));
            if let (Some(bias), Some([low, high])) = (replicas.bias, replicas.bias_interval) {
                let bias = format!("{} ({} .. {})", significant(bias, 3), significant(low, 3), significant(high, 3));
                table.row(&label("common bias"), bias);
            }
            if let (Some(noise), Some(floor)) = (replicas.noise, replicas.noise_floor) {
                let noise =
                    format!("{} a replica, {} of independent points", significant(noise, 4), significant(floor, 4));
                table.row(&label("noise"), noise);
            }
        }
        table.row(&label("finding"), player.verdict.as_str());
    }
    table.render()
}

fn bias_in_words(bias: &crate::experiment::BiasReport) -> String {
    let score = bias.z.map_or("null".to_owned(), |z| format!("{z:+.1}"));
    format!("{:+.2e} +- {:.1e}, {score} standard errors", bias.bias, bias.standard_error)
}

/// The observables with the largest scores.
fn worst(player: &PlayerReport) -> Vec<&crate::experiment::BiasReport> {
    let mut all: Vec<_> = player.bias.iter().collect();
    all.sort_by(|a, b| b.z.unwrap_or(0.0).abs().total_cmp(&a.z.unwrap_or(0.0).abs()));
    all.truncate(SHOWN);
    all
}

/// Several times: a line for each player and time.
fn render_several(reports: &[TimeReport]) -> String {
    let mut columns =
        Columns::new(&["time", "", "W2", "independent", "5 % .. 95 %", "p", "excess", "worst moment", "finding"]);
    for report in reports {
        for (letter, player) in players(report) {
            let floor = player.floor;
            let worst = worst(player).first().map_or(String::new(), |bias| {
                format!("{} {}", bias.observable, bias.z.map_or("null".to_owned(), |z| format!("{z:+.1}")))
            });
            columns.row(vec![
                report.time.map_or("equilibrium".to_owned(), |time| time.to_string()),
                letter.to_owned(),
                or_null(player.w2, 4),
                or_null(floor.map(|floor| floor.mean), 4),
                floor.map_or("null".to_owned(), |f| format!("{} .. {}", significant(f.low, 3), significant(f.high, 3))),
                or_null(player.p_value, 2),
                or_null(player.excess, 3),
                worst,
                player.verdict.clone(),
            ]);
        }
    }
    columns.render()
}

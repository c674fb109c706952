//! `nashflow w2`.

use super::arguments::W2Arguments;
use super::conclude_operands;
use super::number::{constant, constants, significant, with_error};
use super::run::command_line;
use super::signal::Interrupt;
use super::table::Table;

use crate::array_file::ArrayAddress;
use crate::experiment::{Destination, W2Error, W2Operand, W2Report, W2Request, w2};

/// The exit status of the command.
pub fn main(arguments: &W2Arguments) -> i32 {
    conclude_operands(&arguments.common, |interrupt| solve(arguments, interrupt), render, W2Error::exit_status)
}

fn solve(arguments: &W2Arguments, interrupt: &Interrupt) -> Result<W2Report, W2Error> {
    let periods = arguments.period.as_deref().map(|text| numbers("--period", text)).transpose()?;
    let origins = arguments.origin.as_deref().map(|text| numbers("--origin", text)).transpose()?;
    let reading = arguments.reading.as_deref().map(str::parse).transpose();
    let tolerance = arguments.tolerance.as_deref().map(|text| number("--tolerance", text)).transpose()?;
    let (command, before_writing) = (command_line(), || interrupt.begin_writing());
    let plan = arguments.plan.as_deref();
    w2(&W2Request {
        operands: [W2Operand::Typed(&arguments.source), W2Operand::Typed(&arguments.target)],
        periods: periods.as_deref(),
        origins: origins.as_deref(),
        line: arguments.line,
        weights: [&arguments.weights_a, &arguments.weights_b].map(|file| file.as_deref().map(ArrayAddress::parse)),
        reading: reading.map_err(|error| option("--reading", error))?,
        tolerance,
        plan: plan.map(|path| Destination {
            path,
            overwrite: arguments.common.force,
            command: &command,
            before_writing: &before_writing,
        }),
    })
}

fn option(name: &str, message: impl std::fmt::Display) -> W2Error {
    W2Error::Input { what: name.to_owned(), message: message.to_string() }
}

/// Constant expressions between commas.
fn numbers(name: &str, text: &str) -> Result<Vec<f64>, W2Error> {
    constants(text).map_err(|(part, error)| option(&format!("{name} {part}"), error))
}

/// A number, or a constant expression such as `2*pi`.
fn number(name: &str, text: &str) -> Result<f64, W2Error> {
    constant(text).map_err(|error| option(&format!("{name} {text}"), error))
}

/// The answer for people.
fn render(report: &W2Report) -> String {
    let mut table = Table::new();
    table.row("W2", with_error(report.w2, report.error));
    if let (Some(x), Some(y), Some(dx), Some(dy)) = (report.w2_x, report.w2_y, report.error_x, report.error_y) {
        table.row("W2 of x", with_error(x, dx)).row("W2 of y", with_error(y, dy));
    }
    table.row("method", report.method.as_str());
    if let Some(gap) = report.gap {
        table.row("duality gap", format!("{} of the squared distance", significant(gap, 2)));
    }
    for note in &report.notes {
        table.row("note", note.as_str());
    }
    if let Some(plan) = &report.plan {
        table.row("plan", plan.as_str());
    }
    table.render()
}

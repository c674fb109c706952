//! The command line: arguments as typed, one small file per command, results on stdout, everything else on stderr.

mod arguments;
mod compare;
mod continuation;
mod converge;
mod destination;
mod equilibrium;
mod games;
mod number;
mod orbit;
mod particles;
mod progress;
mod reference;
mod report;
mod run;
mod signal;
mod sparkline;
mod spectrum;
mod sweep;
mod table;
mod validate;
mod w2;

use crate::experiment::RunError;
use arguments::{Arguments, Command, CommonArguments, GameArguments};
use clap::Parser;
use signal::Interrupt;
use std::io::{IsTerminal, Write};
use std::path::Path;

/// Exit status for bad input, the same as that of a usage error.
const BAD_INPUT: i32 = 2;
/// Exit status where the system has not what is needed.
const FAILED: i32 = 3;
/// Exit status after an interruption.
const INTERRUPTED: i32 = 130;

/// Runs the program with the arguments of the process; the exit status.
pub fn main() -> i32 {
    signal::ignore_file_size_limit();
    ignore_hdf5_locking();
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        // Help and version are not errors: clap gives them status 0 and stdout.
        Err(error) if error.use_stderr() && std::env::args_os().any(|word| word == "--json") => {
            let message = error.to_string();
            return report_failure(message.trim_start_matches("error: ").trim_end(), error.exit_code(), true);
        }
        Err(error) => {
            let status = error.exit_code();
            let _ = error.print();
            return status;
        }
    };
    match arguments.command {
        Command::Run(arguments) => run::main(&arguments),
        Command::Compare(arguments) => compare::main(&arguments),
        Command::Converge(arguments) => converge::main(&arguments),
        Command::Equilibrium(arguments) => equilibrium::main(&arguments),
        Command::Orbit(arguments) => orbit::main(&arguments),
        Command::Spectrum(arguments) => spectrum::main(&arguments),
        Command::Sweep(arguments) => sweep::main(&arguments),
        Command::Particles(arguments) => particles::main(&arguments),
        Command::W2(arguments) => w2::main(&arguments),
        Command::Validate(arguments) => validate::main(&arguments),
        Command::Report(arguments) => report::main(&arguments),
        Command::Games(arguments) => games::main(&arguments),
        Command::Completions(arguments) => reference::completions(&arguments),
        Command::Man(arguments) => reference::man(&arguments),
    }
}

/// Locks are ours, and HDF5 would follow this variable rather than what it is told: readers kept out of a file that is being
/// written, a file called damaged that is in use.
fn ignore_hdf5_locking() {
    // SAFETY: the process has one thread yet.
    unsafe { std::env::remove_var("HDF5_USE_FILE_LOCKING") };
}

/// Ends the process without running exit handlers, with what was printed flushed.
pub fn leave(status: i32) -> ! {
    let _ = std::io::stdout().flush();
    let _ = std::io::stderr().flush();
    // SAFETY: _exit takes any integer and does not return; nothing is left to clean up.
    unsafe { libc::_exit(status) }
}

/// Prints a result. A reader that has gone away (`| head`) is no error of ours.
fn print(text: &str) {
    let mut stdout = std::io::stdout().lock();
    let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
}

/// Prints one JSON object.
fn print_json(value: &impl serde::Serialize) {
    print(&format!("{}\n", serde_json::to_string_pretty(value).expect("summaries have string keys")));
}

/// Sets the threads, computes, and prints what came of it.
fn conclude<R: serde::Serialize>(
    arguments: &GameArguments,
    solve: impl FnOnce() -> Result<R, RunError>,
    render: impl FnOnce(&R) -> String,
) -> i32 {
    let common = &arguments.common;
    if let Err(status) = set_threads(common) {
        return status;
    }
    finish(common, solve(), render, |error| report_error(error, &arguments.game, common.json))
}

/// Prints what came of a computation, or reports its error.
fn finish<R: serde::Serialize, E>(
    common: &CommonArguments,
    result: Result<R, E>,
    render: impl FnOnce(&R) -> String,
    report: impl FnOnce(&E) -> i32,
) -> i32 {
    match result {
        Ok(result) if common.json => print_json(&result),
        Ok(result) => print(&harmless(&render(&result))),
        Err(error) => return report(&error),
    }
    0
}

/// The same for a command whose operands are no game: its errors stand for themselves.
fn conclude_operands<R: serde::Serialize, E: std::fmt::Display>(
    common: &CommonArguments,
    solve: impl FnOnce(&Interrupt) -> Result<R, E>,
    render: impl FnOnce(&R) -> String,
    exit_status: impl FnOnce(&E) -> i32,
) -> i32 {
    let interrupt = Interrupt::install(common.json);
    if let Err(status) = set_threads(common) {
        return status;
    }
    let result = solve(&interrupt);
    // What is printed now must not be followed by the report of an interruption.
    interrupt.begin_writing();
    finish(common, result, render, |error| report_failure(&error.to_string(), exit_status(error), common.json))
}

/// Reports an error on stderr, and as the one object on stdout with `--json`.
fn report_error(error: &RunError, game: &Path, json: bool) -> i32 {
    let mut message = error.with_game(game);
    if let Some(advice) = continuation::advice(error) {
        message = format!("{message}; {advice}");
    }
    report_failure(&message, error.exit_status(), json)
}

fn report_failure(message: &str, status: i32, json: bool) -> i32 {
    let _ = writeln!(std::io::stderr(), "{} {}", error_word(), harmless(message));
    if json {
        print_json(&serde_json::json!({ "error": message, "status": status }));
    }
    status
}

/// A text with its control characters written out, but for ends of lines and tabs: file names, and strings of files that somebody else
/// has written, must not give orders to the terminal.
fn harmless(text: &str) -> std::borrow::Cow<'_, str> {
    let gives_orders = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    if !text.contains(gives_orders) {
        return text.into();
    }
    text.chars().map(|c| if gives_orders(c) { c.escape_unicode().to_string() } else { c.to_string() }).collect()
}

/// `error:`, red on a terminal; there neither where `NO_COLOR` is set (no-color.org) nor where `TERM` knows no colours.
fn error_word() -> &'static str {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let plain = is_set("NO_COLOR") || std::env::var_os("TERM").is_none_or(|term| term == "dumb");
    if std::io::stderr().is_terminal() && !plain { "\x1b[1;31merror:\x1b[0m" } else { "error:" }
}

/// Starts the threads, as many as there are processors unless a number is given; results do not depend on it. The exit
/// status where that is not possible.
fn set_threads(common: &CommonArguments) -> Result<(), i32> {
    let mut threads = rayon::ThreadPoolBuilder::new();
    if let Some(count) = common.threads {
        if !(1..=1024).contains(&count) {
            let message = format!("--threads {count}: must be between 1 and 1024");
            return Err(report_failure(&message, BAD_INPUT, common.json));
        }
        threads = threads.num_threads(count);
    }
    threads.build_global().map_err(|error| {
        let message = format!("cannot start threads: {error}; --threads 1 needs fewest");
        report_failure(&message, FAILED, common.json)
    })
}

//! `nashflow completions` and `nashflow man`: what shells and readers of manuals want to know, generated from the arguments.

use super::arguments::{Arguments, CompletionsArguments, ManArguments};
use super::{BAD_INPUT, print, report_failure};
use clap::CommandFactory;

/// Prints a script that completes commands and options.
pub fn completions(arguments: &CompletionsArguments) -> i32 {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "nashflow", &mut script);
    print(&String::from_utf8_lossy(&script));
    0
}

/// Prints the manual page of the program, or of a command.
pub fn man(arguments: &ManArguments) -> i32 {
    let mut program = Arguments::command();
    program.build();
    let page = match &arguments.command {
        None => Some(program),
        Some(name) => program.find_subcommand(name).cloned(),
    };
    let Some(page) = page else {
        let known: Vec<String> =
            Arguments::command().get_subcommands().map(|command| command.get_name().to_owned()).collect();
        let name = arguments.command.as_deref().unwrap_or_default();
        return report_failure(&format!("no command `{name}`; there are {}", known.join(", ")), BAD_INPUT, false);
    };
    let mut text = Vec::new();
    if let Err(error) = clap_mangen::Man::new(page).render(&mut text) {
        return report_failure(&format!("the manual page could not be made: {error}"), 3, false);
    }
    print(&String::from_utf8_lossy(&text));
    0
}

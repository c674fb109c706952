//! Bad input that is not a property of one game file: status 2, what is wrong, what is allowed, nothing written.

use crate::workspace::{CIRCLES, Workspace};

/// A folder with one good game.
fn with_game() -> Workspace {
    let workspace = Workspace::new();
    workspace.write("game.toml", CIRCLES);
    workspace
}

#[track_caller]
fn refused(arguments: &[&str], words: &[&str]) {
    with_game().refuses(arguments, words);
}

#[test]
fn what_is_not_a_game_file_is_named() {
    refused(&["run", "missing.toml"], &["missing.toml", "No such file"]);
    refused(&["run", "."], &[".: is a directory"]);
    let workspace = with_game();
    workspace.make_pipe("pipe");
    workspace.run(&["run", "pipe"]).fails(2, &["pipe", "a pipe or a device"]);
    refused(&["run", "/dev/zero"], &["/dev/zero", "device"]);
    refused(&["equilibrium", "missing.toml"], &["missing.toml", "No such file"]);
    refused(&["run", "game.toml/game.toml"], &["game.toml/game.toml"]);
}

#[test]
fn an_unknown_bundled_game_is_answered_with_those_there_are() {
    refused(&["run", "rotatoin"], &["rotatoin", "rotation", "limit-cycle", "players-2x2"]);
    refused(&["equilibrium", "limit_cycle"], &["limit_cycle", "limit-cycle-warm"]);
}

#[test]
fn an_override_that_can_not_be_is_named_with_what_is_allowed() {
    let set = |value: &str, words: &[&str]| {
        for command in ["run", "equilibrium"] {
            refused(&[command, "game.toml", "--set", value], words);
        }
    };
    set("game.temprature=0.1", &["game.toml", "temprature", "--set game.temprature=0.1", "temperature"]);
    set("solvers.grid=64", &["solvers", "solver"]);
    set("game.temperature", &["--set game.temperature", "key=value"]);
    set("=1", &["--set =1", "key"]);
    set("game..temperature=1", &["--set game..temperature=1", "key"]);
    set("game.temperature.x.y=1", &["--set game.temperature.x.y=1", "game.temperature is not a table"]);
    set("game.temperature=[0.1", &["game.temperature", "[0.1"]);
    set("game.temperature=-0.1", &["game.temperature", "-0.1", "from --set"]);
    set("solver.grid=1000000000", &["solver.grid", "1000000000", "bytes"]);
    set("solver.grid={x=128}", &["solver.grid.y", "missing"]);
    set("game.domain.x.dim=3", &["game.domain.x.dim", "1 or 2", "3"]);
    set("game.payoff=cos(2*pi*q)", &["game.payoff", "q", "x"]);
    set("initial.x=\"-1\"", &["initial.x", "negative"]);
    set("initial.x=1", &["initial.x", "in quotes"]);
}

#[test]
fn numbers_of_threads_and_seconds_are_checked() {
    refused(&["run", "game.toml", "--threads", "0"], &["--threads 0", "1 and 1024"]);
    refused(&["run", "game.toml", "--threads", "100000"], &["--threads 100000", "1 and 1024"]);
    refused(&["equilibrium", "game.toml", "--threads", "0"], &["--threads 0"]);
    refused(&["run", "game.toml", "--checkpoint-seconds", "nan"], &["--checkpoint-seconds"]);
    refused(&["run", "game.toml", "--checkpoint-seconds=-1"], &["--checkpoint-seconds -1"]);
}

#[test]
fn usage_errors_end_with_status_2_and_say_how_it_is_done() {
    refused(&["run"], &["<GAME>", "Usage: nashflow run"]);
    refused(&["run", "game.toml", "--frobnicate"], &["--frobnicate"]);
    refused(&["run", "game.toml", "extra.toml"], &["extra.toml"]);
    refused(&["run", "game.toml", "--threads", "two"], &["--threads", "two"]);
    refused(&["run", "game.toml", "--resume", "--force"], &["--resume", "--force"]);
    refused(&["rum", "game.toml"], &["rum", "run"]);
    refused(&["run", "game.toml", "-o"], &["--output"]);
    refused(&["equilibrium", "game.toml", "--resume"], &["--resume"]);
    let workspace = Workspace::new();
    let outcome = workspace.run(&[]);
    assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(2), ""));
    assert!(outcome.stderr.contains("Usage: nashflow"), "{}", outcome.stderr);
    workspace.run(&["games"]).status.filter(|status| *status == 2).expect("status 2");
}

#[test]
fn help_and_version_are_results() {
    let workspace = Workspace::new();
    let version = workspace.run(&["--version"]).succeeds().stdout;
    assert_eq!(version, format!("nashflow {}\n", env!("CARGO_PKG_VERSION")));
    let help = workspace.run(&["--help"]).succeeds().stdout;
    for word in ["run", "equilibrium", "games", "Exit status: 0 done, 2 bad input, 3 numerical failure, 130"] {
        assert!(help.contains(word), "{help}");
    }
    let help = workspace.run(&["run", "--help"]).succeeds().stdout;
    for word in ["--set", "--output", "--json", "--threads", "--quiet", "--force", "--resume", "--checkpoint-seconds"] {
        assert!(help.contains(word), "{help}");
    }
}

#[test]
fn a_payoff_that_is_not_smooth_or_not_periodic_is_refused() {
    let payoff = |formula: &str, words: &[&str]| {
        for command in ["run", "equilibrium"] {
            refused(&[command, "game.toml", "--set", &format!("game.payoff={formula}")], words);
        }
    };
    payoff("(x-0.5)^2 - (y-0.5)^2", &["game.payoff", "periodic"]);
    for formula in ["x", "x^2", "cos(3*x)", "cos(2*pi*x*(1+1e-9))"] {
        payoff(formula, &["game.payoff", "periodic in x"]);
    }
    payoff("abs(cos(2*pi*x)) - cos(2*pi*y)", &["game.payoff"]);
    // Continuous on the circle, with a kink at the seam: the kind of (x - 1/2)^2 without its jump.
    payoff("sqrt((1 - cos(2*pi*x))/2) - cos(2*pi*y)", &["game.payoff"]);
}

#[test]
fn a_payoff_too_fine_for_a_fixed_grid_names_the_grid_that_would_do() {
    for command in ["run", "equilibrium"] {
        let arguments = [command, "game.toml", "--set", "game.payoff=cos(80*pi*(x-y))", "--set", "solver.grid=64"];
        refused(&arguments, &["game.payoff", "64 points", "it needs 100 points"]);
    }
}

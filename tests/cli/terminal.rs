//! What terminals and shells get: completions, manual pages, the line of blocks, no colours on a pipe.

use crate::workspace::Workspace;
use std::process::Command;

#[test]
fn completions_know_every_command_and_are_read_by_bash() {
    let workspace = Workspace::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = workspace.run(&["completions", shell]).succeeds().stdout;
        for command in ["run", "converge", "report", "validate", "--temperature-or-none"] {
            assert_eq!(script.contains(command), command != "--temperature-or-none", "{shell} {command}");
        }
        workspace.write(shell, script);
    }
    let read = Command::new("bash").args(["-n", "bash"]).current_dir(workspace.folder()).output().unwrap();
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    workspace.run(&["completions", "cmd"]).fails(2, &["cmd", "bash"]);
}

#[test]
fn there_is_a_manual_page_for_the_program_and_for_every_command() {
    let workspace = Workspace::new();
    let page = workspace.run(&["man"]).succeeds().stdout;
    assert!(page.contains(".TH nashflow 1") && page.contains("Exit status"), "{page}");
    let help = workspace.run(&["help"]).succeeds().stdout;
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    // A description of two lines goes on further to the right.
    let named = listed.filter_map(|line| line.strip_prefix("  ").filter(|rest| !rest.starts_with(' ')));
    let mut count = 0;
    for command in named.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help") {
        let page = workspace.run(&["man", command]).succeeds().stdout;
        assert!(page.contains(&format!(".TH nashflow-{command} 1")), "{page}");
        count += 1;
    }
    assert!(count >= 13, "{count} commands");
    workspace.run(&["man", "rnu"]).fails(2, &["rnu", "run", "spectrum"]);
}

#[test]
fn the_table_of_a_run_shows_how_the_distance_fell() {
    let workspace = Workspace::new();
    let table = workspace.run(&["run", "rotation", "--set", "solver.time=1"]).succeeds().stdout;
    let line = table.lines().find(|line| line.contains("log W2")).unwrap_or_else(|| panic!("{table}"));
    assert!(line.contains('\u{2588}') && line.contains('\u{2581}') && line.contains(" .. "), "{line}");
}

/// stderr is no terminal here: words only, whatever the terminal could do.
#[test]
fn nothing_is_coloured_on_a_pipe() {
    let workspace = Workspace::new();
    let mut command = workspace.command(&["run", "absent.toml"]);
    let output = command.env("TERM", "xterm-256color").env("CLICOLOR_FORCE", "").output().unwrap();
    assert!(output.stderr.starts_with(b"error: ") && !output.stderr.contains(&0x1b), "{output:?}");
}

/// `script` gives the program a terminal of its own.
#[test]
fn errors_are_red_on_a_terminal_unless_that_is_not_wanted() {
    let workspace = Workspace::new();
    let program = assert_cmd::cargo::cargo_bin!("nashflow");
    let on_terminal = |colours: &str| {
        let mut command = Command::new("script");
        let call = format!("{} run absent.toml", program.display());
        command.args(["-qec", &call, "/dev/null"]).current_dir(workspace.folder()).env("TERM", "xterm");
        let output = command.env("NO_COLOR", colours).output().expect("script, of util-linux, is there");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    assert!(on_terminal("").contains("\u{1b}[1;31merror:\u{1b}[0m"), "{:?}", on_terminal(""));
    assert!(on_terminal("1").contains("error: ") && !on_terminal("1").contains('\u{1b}'));
}

//! Pipes, locales, line ends, names of other writing systems.

use crate::contents::{self, assert_same};
use crate::workspace::{CIRCLES, Outcome, Workspace};
use std::ffi::OsStr;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::process::Stdio;

const SHORT: [&str; 2] = ["--set", "solver.time=0.02"];

fn with_game() -> Workspace {
    let workspace = Workspace::new();
    workspace.write("game.toml", CIRCLES);
    workspace
}

#[test]
fn a_reader_that_leaves_early_is_no_panic() {
    let workspace = with_game();
    let commands: [&[&str]; 6] = [
        &["run", "game.toml", "--force"],
        &["run", "game.toml", "--force", "--json"],
        &["equilibrium", "game.toml", "--json"],
        &["games", "list"],
        &["games", "show", "limit-cycle"],
        &["--help"],
    ];
    for arguments in commands {
        let mut child = workspace.start(arguments);
        let mut first = [0];
        // `head -c 1`: reads one byte and goes away.
        let mut stdout = child.stdout.take().unwrap();
        stdout.read_exact(&mut first).unwrap();
        drop(stdout);
        let outcome = workspace.finish(child, arguments);
        assert_eq!((outcome.status, outcome.stderr.as_str()), (Some(0), ""), "{arguments:?}");

        // Gone before anything is written.
        let mut child = workspace.start(arguments);
        drop(child.stdout.take());
        let outcome = workspace.finish(child, arguments);
        assert_eq!((outcome.status, outcome.stderr.as_str()), (Some(0), ""), "{arguments:?}");
    }
    let mut child = workspace
        .command(&["run", "missing.toml", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop((child.stdout.take(), child.stderr.take()));
    assert_eq!(child.wait().unwrap().code(), Some(2));
}

#[test]
fn nothing_is_said_on_a_pipe_while_it_runs() {
    let workspace = with_game();
    for flags in [&[][..], &["--quiet"], &["--json", "--quiet"]] {
        let arguments = [&["run", "game.toml", "--force"][..], flags].concat();
        assert!(!workspace.run(&arguments).succeeds().stdout.contains('\r'));
    }
}

#[test]
fn the_locale_changes_nothing() {
    let workspace = with_game();
    let run = |locale: &str, output: &str| {
        let arguments = [&["run", "game.toml", "-o", output][..], &SHORT].concat();
        let mut command = workspace.command(&arguments);
        let outcome = Outcome::new(command.env("LC_ALL", locale).env("LANG", locale).output().unwrap(), &arguments);
        outcome.succeeds();
        let arguments = ["run", "missing.toml"];
        let outcome = workspace.command(&arguments).env("LC_ALL", locale).output().unwrap();
        Outcome::new(outcome, &arguments).fails(2, &["No such file"]);
    };
    for locale in ["C", "de_DE.UTF-8", "tr_TR.UTF-8"] {
        run(locale, &format!("{locale}.h5"));
        assert_same(&workspace.path("C.h5"), &workspace.path(&format!("{locale}.h5")));
    }
}

#[test]
fn files_of_other_systems_and_names_of_other_scripts_are_read() {
    let workspace = with_game();
    let run = |game: &str, output: &str| {
        let arguments = [&["run", game, "-o", output, "--json"][..], &SHORT].concat();
        workspace.run(&arguments).succeeds().json()
    };
    run("game.toml", "plain.h5");
    workspace.write("crlf.toml", CIRCLES.replace('\n', "\r\n"));
    workspace.write("bom.toml", format!("\u{feff}{CIRCLES}"));
    workspace.write("Überspiel ∮ 100%.toml", CIRCLES);
    for (i, game) in ["crlf.toml", "bom.toml", "Überspiel ∮ 100%.toml"].into_iter().enumerate() {
        let output = format!("{i} ∮.h5");
        assert_eq!(run(game, &output)["output"], output);
        let (plain, other) = (workspace.path("plain.h5"), workspace.path(&output));
        let (plain, other) = (contents::Contents::read(&plain), contents::Contents::read(&other));
        for name in ["/mu", "/nu", "/w2", "/time", "/steps/time"] {
            assert!(plain.datasets[name] == other.datasets[name], "{game}: {name}");
        }
    }
    workspace.run(&[&["run", "Überspiel ∮ 100%.toml"][..], &SHORT].concat()).succeeds();
    assert!(workspace.path("Überspiel ∮ 100%.h5").is_file());
}

#[test]
fn a_game_whose_name_has_dots_keeps_them_in_the_default_output() {
    let workspace = Workspace::new();
    workspace.write("tau=0.0625.toml", CIRCLES);
    workspace.run(&[&["run", "tau=0.0625.toml"][..], &SHORT].concat()).succeeds();
    assert_eq!(workspace.names(), ["tau=0.0625.h5", "tau=0.0625.toml"]);
}

#[test]
fn names_that_are_not_utf8_are_refused_where_hdf5_can_not_have_them() {
    let workspace = with_game();
    let strange = OsStr::from_bytes(b"strange-\xff.h5");
    for command in ["run", "equilibrium"] {
        let output = workspace.command(&[command, "game.toml"]).arg("-o").arg(strange).output().unwrap();
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(2) && message.contains("is not UTF-8"), "{message}");
    }
    assert_eq!(workspace.names(), ["game.toml"]);
    let strange = OsStr::from_bytes(b"strange-\xff.toml");
    std::fs::copy(workspace.path("game.toml"), workspace.folder().join(strange)).unwrap();
    let arguments = [&["run", "-o", "out.h5"][..], &SHORT].concat();
    let output = workspace.command(&arguments).arg(strange).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
}

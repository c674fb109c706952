//! Where the output goes: what can not be an output is refused before anything is computed; old files are kept.

use crate::contents::{self, assert_same};
use crate::workspace::{CIRCLES, Workspace, freeze, signal, wait_until};
use std::path::Path;

/// What a message must name: the output, or its folder where that is at fault.
fn folder_of(output: &str) -> &str {
    output.rsplit_once('/').map_or(output, |(folder, _)| folder)
}

fn with_game() -> Workspace {
    let workspace = Workspace::new();
    workspace.write("game.toml", CIRCLES);
    workspace
}

#[test]
fn an_output_that_exists_is_not_touched_without_force() {
    let workspace = with_game();
    workspace.write("game.h5", "precious");
    for command in [&["run", "game.toml"][..], &["equilibrium", "game.toml", "-o", "game.h5"]] {
        workspace.run(command).fails(2, &["game.h5 already exists", "--force"]);
        assert_eq!(workspace.read("game.h5"), b"precious");
        assert_eq!(workspace.names(), ["game.h5", "game.toml"]);
    }
    workspace.run(&["run", "game.toml", "--force"]).succeeds();
    assert_eq!(contents::times(&workspace.path("game.h5")).len(), 26);
    let finished = workspace.read("game.h5");
    workspace.run(&["run", "game.toml"]).fails(2, &["game.h5 already exists", "--force", "--resume"]);
    assert!(workspace.read("game.h5") == finished);
    assert_eq!(workspace.names(), ["game.h5", "game.toml"]);
}

#[test]
fn what_can_not_be_an_output_is_refused_before_anything_is_computed() {
    let workspace = with_game();
    std::fs::create_dir(workspace.path("folder")).unwrap();
    std::os::unix::fs::symlink("/dev/full", workspace.path("link.h5")).unwrap();
    let before = workspace.names();
    let outputs = [
        "folder",
        "missing/out.h5",
        "/dev/full",
        "/dev/null/x.h5",
        "/proc/x.h5",
        "link.h5",
        "game.toml/x.h5",
        "",
        "..",
        "/",
    ];
    for output in outputs {
        for command in ["run", "equilibrium", "spectrum"] {
            // A game whose equilibrium could not even be computed: the destination is looked at first.
            let hopeless = ["--set", "game.temperature=1e-3", "--set", "solver.grid=32"];
            let arguments = [&[command, "game.toml", "-o", output][..], &hopeless].concat();
            workspace.run(&arguments).fails(2, &[folder_of(output)]);
            assert_eq!(workspace.names(), before, "{output}");
        }
    }
    for output in ["folder", "missing/out.h5", "/dev/full", "/proc/x.h5"] {
        workspace.run(&["run", "game.toml", "-o", output, "--force"]).fails(2, &[folder_of(output)]);
        workspace.run(&["run", "game.toml", "-o", output, "--resume"]).fails(2, &[folder_of(output)]);
    }
    assert_eq!(workspace.names(), before);
    assert_eq!(std::fs::read_dir(workspace.path("folder")).unwrap().count(), 0);
}

#[test]
fn the_old_output_survives_a_forced_run_that_fails_or_is_killed() {
    let workspace = with_game();
    workspace.write("old.h5", "precious");
    // A step that blows up after the first snapshots.
    let failing = [
        "run",
        "game.toml",
        "-o",
        "old.h5",
        "--force",
        "--set",
        "game.temperature=0.05",
        "--set",
        "solver.scheme=imex-euler",
        "--set",
        "solver.step=0.2",
        "--set",
        "solver.time=10",
    ];
    workspace.run(&failing).fails(3, &["at time"]);
    assert_eq!(workspace.read("old.h5"), b"precious");
    std::fs::remove_file(workspace.path("old.h5.part")).unwrap();

    let arguments = ["run", "game.toml", "-o", "old.h5", "--checkpoint-seconds", "0"];
    let mut child = workspace.start(&[&arguments[..], &["--force"]].concat());
    let part = workspace.path("old.h5.part");
    assert!(wait_until(&mut child, || contents::snapshots_so_far(&part) >= 5), "over too soon");
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(workspace.read("old.h5"), b"precious");
    workspace.run(&["run", "game.toml", "-o", "old.h5"]).fails(2, &["old.h5 already exists"]);
    workspace.run(&[&arguments[..], &["--resume"]].concat()).succeeds();
    workspace.run(&["run", "game.toml", "-o", "whole.h5"]).succeeds();
    assert_same(&workspace.path("whole.h5"), &workspace.path("old.h5"));
    assert!(!part.exists());
}

#[test]
fn a_second_process_on_the_same_output_is_refused_and_the_first_is_unharmed() {
    let workspace = with_game();
    workspace.run(&["run", "game.toml", "-o", "whole.h5"]).succeeds();
    let arguments = ["run", "game.toml", "-o", "out.h5", "--checkpoint-seconds", "0"];
    let mut first = workspace.start(&arguments);
    let output = workspace.path("out.h5");
    assert!(wait_until(&mut first, || contents::snapshots_so_far(&output) >= 3), "over too soon");
    freeze(&first);
    let before = workspace.read("out.h5");
    for (flags, word) in
        [(&[][..], "already exists"), (&["--force"], "another process"), (&["--resume"], "another process")]
    {
        workspace.run(&[&arguments[..], flags].concat()).fails(2, &["out.h5", word]);
        assert!(workspace.read("out.h5") == before, "{flags:?}");
    }
    workspace.run(&["equilibrium", "game.toml", "-o", "out.h5", "--force"]).fails(2, &["another process"]);
    signal(&first, libc::SIGCONT);
    workspace.finish(first, &arguments).succeeds();
    assert_same(&workspace.path("whole.h5"), &output);
    assert_eq!(workspace.names(), ["game.toml", "out.h5", "whole.h5"]);
}

#[test]
fn of_several_processes_that_start_at_once_one_runs() {
    let workspace = with_game();
    let arguments = ["run", "game.toml", "-o", "out.h5"];
    let started: Vec<_> = (0..4).map(|_| workspace.start(&arguments)).collect();
    let mut done = 0;
    for child in started {
        let outcome = workspace.finish(child, &arguments);
        match outcome.status {
            Some(0) => done += 1,
            _ => drop(outcome.fails(2, &["out.h5"])),
        }
    }
    assert_eq!(done, 1);
    workspace.run(&["run", "game.toml", "-o", "whole.h5"]).succeeds();
    assert_same(&workspace.path("whole.h5"), &workspace.path("out.h5"));
    assert_eq!(workspace.names(), ["game.toml", "out.h5", "whole.h5"]);
}

#[test]
fn names_may_be_relative_absolute_linked_and_strange() {
    let workspace = with_game();
    std::fs::create_dir_all(workspace.path("a folder/below")).unwrap();
    let run = |output: &str| workspace.run(&["run", "game.toml", "--set", "solver.time=0.02", "-o", output]).succeeds();
    let absolute = workspace.path("absolute.h5");
    let longest = format!("{}.h5", "n".repeat(255 - 3 - ".part".len()));
    let names = [
        "./here.h5",
        "a folder/below/../out.h5",
        "Überspiel ∮ 100%.h5",
        "no-suffix",
        "-dash.h5",
        absolute.to_str().unwrap(),
        &longest,
    ];
    for name in names {
        let argument = if name.starts_with('-') { format!("./{name}") } else { name.to_owned() };
        run(&argument);
        assert_eq!(contents::times(&workspace.folder().join(Path::new(name))).len(), 26, "{name}");
    }
    std::os::unix::fs::symlink("target.h5", workspace.path("link.h5")).unwrap();
    workspace.write("target.h5", "old");
    workspace.run(&["run", "game.toml", "--set", "solver.time=0.02", "-o", "link.h5", "--force"]).succeeds();
    assert!(workspace.path("link.h5").is_symlink());
    assert_eq!(contents::times(&workspace.path("target.h5")).len(), 26);
}

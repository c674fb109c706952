//! What others read: h5py, xarray with both engines, ncdump, during a run and after it, warnings being errors.

use crate::contents;
use crate::workspace::{CIRCLES, Workspace, wait_until};
use std::path::{Path, PathBuf};
use std::process::Command;

/// `NASHFLOW_PYTHON`, else the environment of the repository, else whatever `python3` is.
pub fn python() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join(".venv/bin/python");
    match std::env::var_os("NASHFLOW_PYTHON") {
        Some(python) => python.into(),
        None if own.exists() => own,
        None => "python3".into(),
    }
}

/// Runs tests/python/open_run.py; its number of snapshots.
#[track_caller]
fn read(path: &Path, state: &str, game: &Path) -> usize {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/open_run.py");
    let output = Command::new(python()).arg(script).arg(path).arg(state).arg(game).output().unwrap_or_else(|error| {
        panic!("{}: {error}; the packages of tests/requirements.txt are needed", python().display())
    });
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success() && output.stderr.is_empty(), "{}{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout).trim().parse().unwrap()
}

#[test]
fn snapshots_on_equal_grids_are_read_with_their_own_axes() {
    let workspace = Workspace::new();
    let game = CIRCLES.replace("snapshots = 25", "snapshots = 100").replace("[output]", "grid = 101\n[output]");
    workspace.write("game.toml", &game);
    workspace.run(&["run", "game.toml"]).succeeds();
    assert_eq!(contents::open(&workspace.path("game.h5")).dataset("mu").unwrap().shape(), [101, 101]);
    assert_eq!(read(&workspace.path("game.h5"), "finished", &workspace.path("game.toml")), 101);
}

#[test]
fn players_of_unequal_dimension_are_read_too() {
    let workspace = Workspace::new();
    workspace.run(&["games", "copy", "players-1x2", "game.toml"]).succeeds();
    let text = String::from_utf8(workspace.read("game.toml")).unwrap();
    let mut game: toml::Table = text.parse().unwrap();
    game["solver"].as_table_mut().unwrap().insert("time".to_owned(), 0.01.into());
    workspace.write("game.toml", game.to_string());
    workspace.run(&["run", "game.toml"]).succeeds();
    assert!(read(&workspace.path("game.h5"), "finished", &workspace.path("game.toml")) > 1);
}

#[test]
fn a_long_game_is_kept_whole_in_the_attribute() {
    let workspace = Workspace::new();
    let mut game = "[game]\nname = \"Überspiel ∮\"\ntemperature = 0.1\n".to_owned();
    for k in 0..3000 {
        let (m, n) = (1 + k % 3, 1 + k % 2);
        game += &format!(
            "[[game.terms]]\nx = \"cos({}*pi*x)\"\ny = \"sin({}*pi*y)\"\ncoefficient = 0.00025\n",
            2 * m,
            2 * n
        );
    }
    game += "[solver]\ntime = 0.01\n[output]\nsnapshots = 2\n";
    assert!(game.len() > 100_000);
    workspace.write("game.toml", &game);
    let object = workspace.run(&["run", "game.toml", "--json"]).succeeds().json();
    assert_eq!(object["game"], "Überspiel ∮");
    assert_eq!(read(&workspace.path("game.h5"), "finished", &workspace.path("game.toml")), 3);
}

#[test]
fn the_file_of_a_run_under_way_shows_the_snapshots_so_far() {
    let workspace = Workspace::new();
    let game = CIRCLES.replace("time = 0.5", "time = 200").replace("snapshots = 25", "every = 0.005");
    workspace.write("game.toml", &game);
    let arguments = ["run", "game.toml", "--checkpoint-seconds", "0.1"];
    let mut child = workspace.start(&arguments);
    let output = workspace.path("game.h5");
    assert!(wait_until(&mut child, || contents::snapshots_so_far(&output) >= 10));
    let written = read(&output, "running", &workspace.path("game.toml"));
    assert!((10..40_001).contains(&written), "{written}");
    assert!(child.try_wait().unwrap().is_none(), "the run was over too soon");
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(read(&output, "running", &workspace.path("game.toml")) >= written);
}

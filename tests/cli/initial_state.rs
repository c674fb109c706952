//! `initial.x = { file = ".." }`: a run that starts where another ended; what can not be a start.

use crate::contents;
use crate::workspace::{CIRCLES, TORI, Workspace};
use std::path::Path;

fn last_state(path: &Path, name: &str) -> Vec<f64> {
    let rows = contents::times(path).len();
    let values = contents::open(path).dataset(name).unwrap().read_raw::<f64>().unwrap();
    values[values.len() / rows * (rows - 1)..].to_vec()
}

/// Runs to `half` and on to `end` from the file, against one run to `end`.
#[track_caller]
fn assert_continues(game: &str, half: &str, rest: &str, end: &str, tolerance: f64) {
    let workspace = Workspace::new();
    workspace.write("game.toml", game);
    let set_time = |time: &str| format!("solver.time={time}");
    workspace.run(&["run", "game.toml", "-o", "half.h5", "--set", &set_time(half)]).succeeds();
    workspace.run(&["run", "game.toml", "-o", "whole.h5", "--set", &set_time(end)]).succeeds();
    let (x, y) = ("initial.x={ file = \"half.h5\" }", "initial.y={ file = \"half.h5\" }");
    let arguments = ["run", "game.toml", "-o", "rest.h5", "--set", x, "--set", y, "--set", &set_time(rest)];
    workspace.run(&arguments).succeeds();
    for (name, letter) in [("mu", "x"), ("nu", "y")] {
        let (whole, rest) =
            (last_state(&workspace.path("whole.h5"), name), last_state(&workspace.path("rest.h5"), name));
        let largest = whole.iter().copied().fold(0.0, f64::max);
        // Automatic grids may end differently; with the same number of nodes the states are compared there.
        assert_eq!(whole.len(), rest.len(), "grids of player {letter}");
        let difference = whole.iter().zip(&rest).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(difference <= tolerance * largest, "{name}: {difference:e} of {largest}");
    }
}

#[test]
fn a_run_goes_on_from_the_last_snapshot_of_another() {
    let game = CIRCLES.replace("tolerance = 1e-6", "tolerance = 1e-9\ngrid = 96");
    assert_continues(&game, "0.2", "0.1", "0.3", 1e-7);
    let game = TORI.replace("tolerance = 1e-6", "tolerance = 1e-6\ngrid = 48");
    assert_continues(&game, "0.02", "0.01", "0.03", 1e-5);
}

#[test]
fn the_state_of_an_unfinished_run_is_a_start_too() {
    let workspace = Workspace::new();
    workspace.write("game.toml", CIRCLES);
    workspace.run(&["equilibrium", "game.toml", "-o", "pair.h5"]).succeeds();
    let arguments = [
        "run",
        "game.toml",
        "--json",
        "--set",
        "solver.time=0",
        "--set",
        "initial.x={file=\"pair.h5\"}",
        "--set",
        "initial.y={file=\"pair.h5\"}",
    ];
    let object = workspace.run(&arguments).succeeds().json();
    assert!(object["initial"]["w2"].as_f64() < Some(1e-10), "{object:#}");
    assert_eq!(object["verdict"], "converged");
}

#[test]
fn paths_of_states_are_relative_to_the_game_file() {
    let workspace = Workspace::new();
    std::fs::create_dir(workspace.path("below")).unwrap();
    workspace.write("below/game.toml", CIRCLES);
    workspace.run(&["run", "below/game.toml", "-o", "below/a.h5", "--set", "solver.time=0.01"]).succeeds();
    let start = ["--set", "initial.x={file=\"a.h5\"}", "--set", "solver.time=0.01"];
    workspace.run(&[&["run", "below/game.toml", "-o", "b.h5"][..], &start].concat()).succeeds();
}

#[test]
fn what_can_not_be_a_start_is_refused_with_the_key() {
    let workspace = Workspace::new();
    workspace.write("game.toml", CIRCLES);
    workspace.write("text.h5", "x,y\n");
    hdf5::File::create(workspace.path("foreign.h5")).unwrap().new_dataset::<f64>().shape(3).create("mu").unwrap();
    let other = CIRCLES.replace("[initial]", "[game.domain]\nx = { period = 2.0 }\ny = { origin = 0.25 }\n[initial]");
    workspace.write("other.toml", &other);
    workspace.run(&["run", "other.toml", "-o", "other.h5", "--set", "solver.time=0"]).succeeds();
    workspace.write("tori.toml", TORI);
    workspace.run(&["run", "tori.toml", "-o", "tori.h5", "--set", "solver.time=0"]).succeeds();
    workspace.make_pipe("pipe");
    let before = workspace.names();
    let refused = |value: &str, words: &[&str]| {
        for player in ["x", "y"] {
            let set = format!("initial.{player}={value}");
            workspace.run(&["run", "game.toml", "--set", &set]).fails(2, words);
            assert_eq!(workspace.names(), before, "{value}");
        }
    };
    refused("{ file = \"other.h5\" }", &["initial.", "other.h5", "period"]);
    refused("{ file = \"tori.h5\" }", &["initial.", "tori.h5"]);
    refused("{ file = \"missing.h5\" }", &["initial.", "missing.h5"]);
    refused("{ file = \"text.h5\" }", &["initial.", "text.h5", "not an HDF5 file"]);
    refused("{ file = \"foreign.h5\" }", &["initial.", "foreign.h5", "not written by nashflow"]);
    refused("{ file = \".\" }", &["initial.", "."]);
    refused("{ file = \"pipe\" }", &["initial.", "pipe", "not a regular file"]);
    refused("{ file = \"/etc/passwd\" }", &["initial.", "/etc/passwd"]);
    refused("{ file = \"/dev/zero\" }", &["initial.", "/dev/zero"]);
    refused("{ cloud = \"points.npy\" }", &["initial.", "points.npy", "cloud"]);
    refused("{ file = \"a.h5\", cloud = \"b.npy\" }", &["initial.", "either file or cloud"]);
    let message = workspace.run(&["run", "game.toml", "--set", "initial.x={ file = \"/etc/passwd\" }"]).stderr;
    assert!(!message.contains("root"), "{message}");
}

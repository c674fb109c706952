//! `--resume` after kill -9 at any moment gives the bytes of an uninterrupted run; what can not be resumed is refused
//! and left untouched.

use crate::contents::{self, assert_increasing, assert_same};
use crate::form::tries;
use crate::workspace::{CIRCLES, Moments, TORI, Workspace};
use std::time::{Duration, Instant};

/// Kills runs at random moments of their life, resumes each, and compares; one run in three is killed again while it
/// is resumed. Returns how many kills met a running program.
pub fn kill_and_resume(game: &str, kills: usize, checkpoint_seconds: &str, seed: u64) -> usize {
    let workspace = Workspace::new();
    workspace.write("game.toml", game);
    let arguments = ["run", "game.toml", "-o", "out.h5", "--checkpoint-seconds", checkpoint_seconds];
    let resume = [&arguments[..], &["--resume"]].concat();
    let started = Instant::now();
    workspace.run(&["run", "game.toml", "-o", "whole.h5", "--checkpoint-seconds", checkpoint_seconds]).succeeds();
    let life = started.elapsed();
    let (whole, output) = (workspace.path("whole.h5"), workspace.path("out.h5"));
    let mut moments = Moments::new(seed);
    let mut kill_at = |arguments: &[&str]| {
        let mut child = workspace.start(arguments);
        std::thread::sleep(life.mul_f64(moments.next()));
        let running = child.try_wait().unwrap().is_none();
        child.kill().unwrap();
        child.wait().unwrap();
        running
    };
    let mut met = 0;
    for number in 0..kills {
        met += usize::from(kill_at(&arguments));
        if number % 3 == 0 {
            met += usize::from(kill_at(&resume));
        }
        if output.exists() {
            // Whatever was written before is there and can be read.
            let times = contents::times(&output);
            let written = times.iter().take_while(|time| !time.is_nan()).count();
            assert!(times[written..].iter().all(|time| time.is_nan()), "{times:?}");
        }
        workspace.run(&resume).succeeds();
        assert_same(&whole, &output);
        assert_increasing(&output);
        assert_eq!(workspace.names(), ["game.toml", "out.h5", "whole.h5"]);
        std::fs::remove_file(&output).unwrap();
    }
    met
}

#[test]
fn a_killed_run_between_circles_resumes_to_the_same_bytes() {
    let kills = tries(3, 100);
    let met = kill_and_resume(CIRCLES, kills, "0", 1) + kill_and_resume(CIRCLES, kills, "0.02", 2);
    assert!(met > kills, "only {met} kills met a running program");
}

#[test]
fn a_killed_run_between_tori_resumes_to_the_same_bytes_although_its_grid_grows() {
    let kills = tries(2, 100);
    let met = kill_and_resume(TORI, kills, "0", 3);
    assert!(met >= kills / 2, "only {met} of {kills} kills met a running program");
}

#[test]
fn the_schemes_with_a_memory_resume_to_the_same_bytes() {
    for scheme in ["sbdf2", "etdrk4", "imex-euler"] {
        let game = CIRCLES.replace("tolerance = 1e-6", &format!("scheme = \"{scheme}\"\nstep = 2e-3"));
        kill_and_resume(&game, 2, "0.01", 4);
    }
}

#[test]
fn a_file_that_still_has_the_equilibrium_of_a_coarser_grid_gets_the_right_one() {
    let workspace = Workspace::new();
    workspace.write("game.toml", CIRCLES);
    // On a fixed grid nothing else would write the equilibrium again.
    let fixed = ["--set", "solver.grid=128"];
    workspace.run(&[&["run", "game.toml", "-o", "whole.h5"][..], &fixed].concat()).succeeds();
    let arguments = [&["run", "game.toml", "-o", "out.h5", "--checkpoint-seconds", "0"][..], &fixed].concat();
    let output = workspace.path("out.h5");
    let mut child = workspace.start(&arguments);
    assert!(crate::workspace::wait_until(&mut child, || contents::snapshots_so_far(&output) >= 5));
    child.kill().unwrap();
    child.wait().unwrap();
    // What a kill between the new grid and its equilibrium leaves: the old one, padded, which is right to rounding only.
    let file = hdf5::File::open_rw(&output).unwrap();
    let mu = file.dataset("equilibrium/mu").unwrap();
    let mut values = mu.read_raw::<f64>().unwrap();
    values.iter_mut().for_each(|value| *value *= 1.0 + f64::EPSILON);
    mu.write(&ndarray::arr1(&values)).unwrap();
    // An open dataset would keep its values from the disk.
    drop(mu);
    file.close().unwrap();
    assert_eq!(contents::open(&output).dataset("equilibrium/mu").unwrap().read_raw::<f64>().unwrap(), values);
    workspace.run(&[&arguments[..], &["--resume"]].concat()).succeeds();
    assert_same(&workspace.path("whole.h5"), &output);
}

#[test]
fn a_finished_run_is_left_alone() {
    let workspace = Workspace::new();
    workspace.write("game.toml", CIRCLES);
    let first = workspace.run(&["run", "game.toml", "--json"]).succeeds().json();
    let before = workspace.read("game.h5");
    for _ in 0..2 {
        let again = workspace.run(&["run", "game.toml", "--resume", "--json"]).succeeds().json();
        assert!(again["wall_seconds"].is_null(), "{again:#}");
        for key in ["grid", "steps", "rejected", "snapshots", "equilibrium", "initial", "final", "decay", "verdict"] {
            assert_eq!(first[key], again[key], "{key}");
        }
        assert!(workspace.read("game.h5") == before);
    }
    assert_eq!(workspace.names(), ["game.h5", "game.toml"]);
}

#[test]
fn the_same_command_works_the_first_time_and_later() {
    let workspace = Workspace::new();
    workspace.write("game.toml", CIRCLES);
    workspace.run(&["run", "game.toml", "-o", "whole.h5"]).succeeds();
    workspace.run(&["run", "game.toml", "--resume"]).succeeds();
    assert_same(&workspace.path("whole.h5"), &workspace.path("game.h5"));
}

#[test]
fn a_run_killed_before_its_first_checkpoint_starts_anew() {
    let workspace = Workspace::new();
    workspace.write("game.toml", CIRCLES);
    workspace.run(&["run", "game.toml", "-o", "whole.h5"]).succeeds();
    let arguments = ["run", "game.toml", "--checkpoint-seconds", "1000"];
    let output = workspace.path("game.h5");
    let mut child = workspace.start(&arguments);
    assert!(crate::workspace::wait_until(&mut child, || contents::snapshots_so_far(&output) >= 5));
    child.kill().unwrap();
    child.wait().unwrap();
    workspace.run(&[&arguments[..], &["--resume"]].concat()).succeeds();
    assert_same(&workspace.path("whole.h5"), &output);
}

/// A folder with the finished `done.h5` and the killed `killed.h5` of one game.
fn with_earlier_runs() -> Workspace {
    let workspace = Workspace::new();
    workspace.write("game.toml", CIRCLES);
    workspace.run(&["run", "game.toml", "-o", "done.h5"]).succeeds();
    let output = workspace.path("killed.h5");
    let mut child = workspace.start(&["run", "game.toml", "-o", "killed.h5", "--checkpoint-seconds", "0"]);
    assert!(crate::workspace::wait_until(&mut child, || contents::snapshots_so_far(&output) >= 5));
    child.kill().unwrap();
    child.wait().unwrap();
    // A moment of this file system's clock, so that a changed file would be seen by its time too.
    std::thread::sleep(Duration::from_millis(10));
    workspace
}

#[test]
fn another_game_is_not_resumed_and_the_key_is_named() {
    let workspace = with_earlier_runs();
    let changes = [
        ("solver.tolerance=1e-7", "solver.tolerance"),
        ("game.payoff=cos(2*pi*(x - y))", "game.payoff"),
        ("output.snapshots=50", "output.snapshots"),
        ("game.parameters.c=2.0", "game.parameters.c"),
        ("game.temperature=0.2", "game.temperature"),
        ("solver.time=1.0", "solver.time"),
        ("solver.grid=128", "solver.grid"),
        ("initial.y=\"1\"", "initial.y"),
    ];
    for output in ["done.h5", "killed.h5"] {
        let before = workspace.read(output);
        for (set, key) in changes {
            let arguments = ["run", "game.toml", "-o", output, "--resume", "--set", set];
            workspace.run(&arguments).fails(2, &[output, "cannot be resumed", key]);
            assert!(workspace.read(output) == before, "{set}");
        }
        workspace.run(&["run", "game.toml", "-o", output]).fails(2, &[output, "already exists", "--resume"]);
        assert!(workspace.read(output) == before);
    }
    // Comments and the order of the keys are not the game.
    workspace.write(
        "game.toml",
        format!("# the same game\n{}", CIRCLES.replace("temperature = 0.1", "temperature = 0.1 # warm")),
    );
    for output in ["done.h5", "killed.h5"] {
        workspace.run(&["run", "game.toml", "-o", output, "--resume"]).succeeds();
    }
}

#[test]
fn what_is_not_ours_is_not_resumed() {
    let workspace = with_earlier_runs();
    hdf5::File::create(workspace.path("foreign.h5")).unwrap().new_dataset::<f64>().shape(3).create("time").unwrap();
    workspace.write("text.h5", "time,x\n0,1\n");
    workspace.write("empty.h5", "");
    let whole = workspace.read("killed.h5");
    workspace.write("half.h5", &whole[..whole.len() / 2]);
    for (output, word) in [
        ("foreign.h5", "not written by nashflow"),
        ("text.h5", "not an HDF5 file"),
        ("empty.h5", "not an HDF5 file"),
        ("half.h5", "damaged"),
    ] {
        let before = workspace.read(output);
        workspace.run(&["run", "game.toml", "-o", output, "--resume"]).fails(2, &[output, word]);
        assert!(workspace.read(output) == before, "{output}");
        workspace.run(&["run", "game.toml", "-o", output]).fails(2, &[output, "already exists"]);
        assert!(workspace.read(output) == before, "{output}");
    }
    assert!(
        !workspace
            .names()
            .iter()
            .any(|name| (name.ends_with(".lock") && name != "killed.h5.lock") || name.ends_with(".tmp")),
        "{:?}",
        workspace.names()
    );
}

/// Between a single mode and the uniform equilibrium lie sharper densities: the grid grows several times.
const SHARPENING: &str = "[game]\nkernel = \"5*cos(2*pi*z)\"\ntemperature = 0.01\n[initial]\n\
                          x = \"1 + 0.5*cos(2*pi*x)\"\ny = \"1 + 0.5*sin(2*pi*y)\"\n[solver]\ntime = 0.1\n[output]\n\
                          every = 0.001\n";

/// The summary of a run without its wall time.
fn timeless(summary: &str) -> String {
    summary.lines().filter(|line| !line.contains("\"wall_seconds\"")).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_summary_of_a_resumed_run_is_that_of_an_uninterrupted_one() {
    let arguments = ["run", "game.toml", "-o", "out.h5", "--checkpoint-seconds", "0", "--json"];
    let resume = [&arguments[..], &["--resume"]].concat();
    let (whole, killed) = (Workspace::new(), Workspace::new());
    for workspace in [&whole, &killed] {
        workspace.write("game.toml", SHARPENING);
    }
    let expected = whole.run(&arguments).succeeds().stdout;
    assert!(expected.contains("the grid grew"), "{expected}");
    let mut moments = Moments::new(11);
    for _ in 0..3 {
        let wanted = 2 + (90.0 * moments.next()) as usize;
        let output = killed.path("out.h5");
        let mut child = killed.start(&arguments);
        assert!(crate::workspace::wait_until(&mut child, || contents::snapshots_so_far(&output) >= wanted));
        child.kill().unwrap();
        child.wait().unwrap();
        let resumed = killed.run(&resume).succeeds().stdout;
        assert_eq!(timeless(&expected), timeless(&resumed), "killed after {wanted} snapshots");
        std::fs::remove_file(&output).unwrap();
    }
    // A finished run tells the same, and that nothing was done.
    let again = whole.run(&resume).succeeds().json();
    let notes = again["notes"].as_array().unwrap();
    assert!(notes[0].as_str().unwrap().contains("the grid grew"), "{again:#}");
    assert!(notes.last().unwrap().as_str().unwrap().contains("finished already"), "{again:#}");
}

#[test]
fn a_file_of_the_command_equilibrium_is_not_taken_for_a_run() {
    let workspace = Workspace::new();
    workspace.write("game.toml", CIRCLES);
    workspace.run(&["equilibrium", "game.toml", "-o", "pair.h5"]).succeeds();
    let before = workspace.read("pair.h5");
    let run = ["run", "game.toml", "-o", "pair.h5"];
    workspace.run(&[&run[..], &["--resume"]].concat()).fails(2, &["pair.h5", "an equilibrium", "--force"]);
    // Resuming is advised where it works only.
    for arguments in [&run[..], &["equilibrium", "game.toml", "-o", "pair.h5"]] {
        let message = workspace.run(arguments).fails(2, &["pair.h5 already exists", "--force"]).stderr;
        assert!(!message.contains("--resume"), "{message}");
    }
    assert!(workspace.read("pair.h5") == before);
    workspace.run(&[&run[..], &["--force"]].concat()).succeeds();
}

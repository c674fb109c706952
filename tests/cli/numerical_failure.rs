//! Status 3: what can not be computed on this grid or with this step, and where the last good state is.

use crate::contents;
use crate::workspace::{CIRCLES, Workspace};

const SEPARABLE: &str = "[game]\npayoff = \"cos(2*pi*x) - cos(2*pi*y)\"\ntemperature = 0.05\n";

#[test]
fn an_equilibrium_too_sharp_for_a_fixed_grid_names_the_grid_needed() {
    let workspace = Workspace::new();
    workspace.write("cold.toml", SEPARABLE);
    let cold = ["--set", "game.temperature=1e-3", "--set", "solver.grid=32"];
    for command in ["run", "equilibrium"] {
        let outcome = workspace.run(&[&[command, "cold.toml"][..], &cold].concat());
        let message = outcome.fails(3, &["equilibrium of player x", "32 points", "points are needed"]).stderr;
        let needed: usize = message.split("about ").nth(1).unwrap().split_whitespace().next().unwrap().parse().unwrap();
        assert!((400..1000).contains(&needed), "{message}");
        let outcome = workspace.run(&[&[command, "cold.toml", "--json"][..], &cold].concat());
        assert_eq!((outcome.status, outcome.json()["status"].as_u64()), (Some(3), Some(3)));
    }
    assert_eq!(workspace.names(), ["cold.toml"]);
    let auto = ["equilibrium", "cold.toml", "--json", "--set", "game.temperature=1e-3"];
    let largest = workspace.run(&auto).succeeds().json()["max_density"][0].as_f64().unwrap();
    assert!((largest / 79.2566332944126 - 1.0).abs() <= 1e-10, "{largest}");
}

#[test]
fn a_step_far_too_large_ends_with_status_3_and_the_last_good_time() {
    let workspace = Workspace::new();
    workspace.write("fast.toml", SEPARABLE);
    for (scheme, step, time) in
        [("imex-euler", 1.0, 1.0), ("imex-euler", 1.0, 10.0), ("sbdf2", 0.2, 10.0), ("etdrk4", 0.5, 10.0)]
    {
        let set = [format!("solver.scheme={scheme}"), format!("solver.step={step}"), format!("solver.time={time}")];
        let mut arguments = vec!["run", "fast.toml", "-o", "fast.h5", "--force"];
        set.iter().for_each(|set| arguments.extend(["--set", set]));
        let message = workspace.run(&arguments).fails(3, &["at time ", "solver.step"]).stderr;
        assert!(!message.to_lowercase().contains("inf") && !message.contains("NaN"), "{message}");
        let file = contents::open(&workspace.path("fast.h5"));
        for name in ["mu", "nu"] {
            let good = contents::snapshots_so_far(&workspace.path("fast.h5"));
            let shape = file.dataset(name).unwrap().shape();
            let values = file.dataset(name).unwrap().read_raw::<f64>().unwrap();
            let written = &values[..good * shape[1]];
            let largest = written.iter().copied().fold(0.0, f64::max);
            assert!(written.iter().all(|v| *v >= -1e-2 * largest), "{scheme}: a negative density was passed on");
        }
    }
}

#[test]
fn a_fixed_grid_that_stops_resolving_the_state_is_refused_with_advice() {
    let workspace = Workspace::new();
    // The equilibrium is uniform and the start a single mode; what lies between is sharper.
    let game = "[game]\nkernel = \"5*cos(2*pi*z)\"\ntemperature = 0.01\n[initial]\nx = \"1 + 0.5*cos(2*pi*x)\"\n\
                y = \"1 + 0.5*sin(2*pi*y)\"\n[solver]\ntime = 1\n[output]\nevery = 0.001\n";
    workspace.write("sharp.toml", game);
    let arguments = ["run", "sharp.toml", "--set", "solver.grid=32"];
    workspace.run(&arguments).fails(3, &["not resolved at time 0.0", "[32] points", "points would do", "auto"]);
    assert_eq!(workspace.names(), ["sharp.h5", "sharp.toml"]);
    assert!((5..20).contains(&contents::snapshots_so_far(&workspace.path("sharp.h5"))));
    // Trying the same again changes nothing; on a grid that grows the game can be run.
    workspace.run(&[&arguments[..], &["--resume"]].concat()).fails(3, &["not resolved at time 0.0"]);
    let object =
        workspace.run(&["run", "sharp.toml", "--force", "--json", "--set", "solver.time=0.1"]).succeeds().json();
    assert!(object["grid"]["x"][0].as_u64() > Some(64), "{object:#}");
    assert!(object["notes"][0].as_str().unwrap().contains("the grid grew"), "{object:#}");
}

#[test]
fn an_initial_density_that_no_grid_resolves_is_refused() {
    let workspace = Workspace::new();
    workspace.write("kink.toml", CIRCLES);
    let arguments = ["run", "kink.toml", "--set", "initial.x=abs(x - 0.5)"];
    let outcome = workspace.run(&arguments);
    assert_eq!(workspace.names(), ["kink.toml"]);
    outcome.fails(2, &["kink.toml", "initial.x", "no grid resolves", "kink"]);
}

/// Runs what must end with status 3 and these words, at once and when it is resumed, and then the changed game.
fn fails_and_can_be_repaired(game: &[&str], words: &[&str], repair: &[&str]) {
    let workspace = Workspace::new();
    workspace.write("hard.toml", SEPARABLE);
    let arguments = [&["run", "hard.toml", "-o", "out.h5"][..], game].concat();
    let all = [&["at time ", "The last good state is in ", "out.h5; the changed game needs --force"], words].concat();
    let first = workspace.run(&arguments).fails(3, &all).stderr;
    assert_eq!(workspace.names(), ["hard.toml", "out.h5"]);
    assert_eq!(contents::snapshots_so_far(&workspace.path("out.h5")), 1);
    // The state before the failure is there: a resumed run comes to the same end.
    let again = workspace.run(&[&arguments[..], &["--resume"]].concat()).fails(3, &all).stderr;
    let what = |message: &str| message.split("The last good").next().unwrap().to_owned();
    assert_eq!(what(&again), what(&first));
    let arguments = [&["run", "hard.toml", "-o", "out.h5", "--force"][..], repair].concat();
    workspace.run(&arguments).succeeds();
}

#[test]
fn a_step_too_small_to_move_the_clock_names_the_time_span() {
    let strong = ["--set", "game.payoff=\"1e8*(cos(2*pi*x) - cos(2*pi*y))\"", "--set", "game.temperature=5e6"];
    let long = [&strong[..], &["--set", "solver.time=1e10"]].concat();
    let short = [&strong[..], &["--set", "solver.time=1e-8"]].concat();
    fails_and_can_be_repaired(&long, &["too small to move the clock", "lower solver.time"], &short);
}

#[test]
fn steps_rejected_too_often_name_the_drift_that_overflows() {
    let huge = ["--set", "game.payoff=\"1e305*(cos(2*pi*x) - cos(2*pi*y))\"", "--set", "game.temperature=5e303"];
    let words = ["21 steps were rejected in a row", "the drift overflows", "larger units"];
    fails_and_can_be_repaired(&huge, &words, &["--set", "solver.time=0.01"]);
}

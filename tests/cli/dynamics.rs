//! `[flow]` and `compare` as users type them.

use crate::contents::assert_same;
use crate::form::tries;
use crate::resume::kill_and_resume;
use crate::workspace::{CIRCLES, Workspace};

/// The game on two circles with a dynamics.
fn game(flow: &str) -> String {
    format!("{CIRCLES}\n[flow]\n{flow}\n")
}

const WITH_A_MEMORY: [&str; 3] = [
    "dynamics = \"averaged-gradient\"\nexponent = 1",
    "dynamics = \"annealing\"\nschedule = \"0.4 + exp(-3*t)\"",
    "dynamics = \"forgetting-average\"\nrate = 8",
];

#[test]
fn killed_runs_of_dynamics_that_remember_resume_to_the_same_bytes() {
    let met: usize = WITH_A_MEMORY.iter().map(|flow| kill_and_resume(&game(flow), tries(2, 50), "0", 11)).sum();
    assert!(met >= 3, "only {met} kills met a running program");
}

#[test]
fn any_number_of_threads_gives_the_same_bytes_with_every_dynamics() {
    let others = ["dynamics = \"fisher-rao\"", "dynamics = \"best-response\"", "dynamics = \"quasistatic\""];
    for flow in WITH_A_MEMORY.iter().chain(&others) {
        let workspace = Workspace::new();
        workspace.write("game.toml", game(flow).replace("time = 0.5", "time = 0.05"));
        for threads in ["1", "3"] {
            let output = format!("{threads}.h5");
            workspace.run(&["run", "game.toml", "-o", &output, "--threads", threads]).succeeds();
        }
        assert_same(&workspace.path("1.h5"), &workspace.path("3.h5"));
    }
}

#[test]
fn commands_that_do_not_know_every_dynamics_refuse_the_others() {
    let workspace = Workspace::new();
    workspace.write("game.toml", game("dynamics = \"best-response\""));
    for (command, served) in [
        ("spectrum", "is for mfl-da, not for best-response"),
        ("orbit", "is for mfl-da, not for best-response"),
        ("particles", "is for mfl-da and wasserstein-fisher-rao, not for best-response"),
    ] {
        workspace.refuses(&[command, "game.toml"], &["game.toml: flow.dynamics", command, served]);
    }
    workspace.run(&["equilibrium", "game.toml"]).succeeds();
}

#[test]
fn setting_the_dynamics_removes_the_keys_of_the_former_one() {
    let workspace = Workspace::new();
    workspace.write("game.toml", game("dynamics = \"forgetting-average\"\nrate = 3"));
    let set = ["--set", "flow.dynamics=fisher-rao", "--set", "solver.time=0.05", "--json", "-o", "out.h5"];
    let outcome = workspace.run(&[&["run", "game.toml"], &set[..]].concat()).succeeds();
    assert_eq!(outcome.json()["dynamics"], "fisher-rao");
    workspace.refuses(
        &["run", "game.toml", "-o", "other.h5", "--set", "flow.dynamics=fisher-rao", "--set", "flow.rate=3"],
        &["flow.rate: unknown key"],
    );
}

#[test]
fn compare_puts_each_dynamics_beside_the_run_that_it_is() {
    let workspace = Workspace::new();
    workspace.write("game.toml", CIRCLES);
    let dynamics = "mfl-da,best-response:rate=4,fisher-rao";
    let arguments = ["compare", "game.toml", "--dynamics", dynamics, "--w2", "0.1,1e-9", "--ni", "0.01"];
    let outcome = workspace.run(&[&arguments[..], &["--json", "-o", "both.h5"]].concat()).succeeds();
    assert_eq!(workspace.names(), ["both.h5", "game.toml"]);
    let report = outcome.json();
    let rows = report["dynamics"].as_array().unwrap();
    assert_eq!(rows.len(), 3);
    for (row, set) in rows.iter().zip([
        &["flow.dynamics=mfl-da"][..],
        &["flow.dynamics=best-response", "flow.rate=4"],
        &["flow.dynamics=fisher-rao"],
    ]) {
        let overrides = set.iter().flat_map(|setting| ["--set", *setting]).collect::<Vec<_>>();
        let name = row["dynamics"].as_str().unwrap();
        let run = workspace.run(&[&["run", "game.toml", "--json", "--force", "-o", "one.h5"], &overrides[..]].concat());
        let run = run.succeeds().json();
        for key in ["verdict", "final", "steps", "rejected", "decay", "reason"] {
            assert_eq!(row[key], run[key], "{name}: {key}");
        }
        let count = |key: &str| row[key].as_u64().unwrap();
        assert_eq!(count("evaluations"), 1 + 4 * (count("steps") + count("rejected")));
        assert!(row["failure"].is_null() && row["w2_times"][1]["time"].is_null(), "{row}");
        let time = row["w2_times"][0]["time"].as_f64();
        let (first, last) = (run["initial"]["w2"].as_f64().unwrap(), run["final"]["w2"].as_f64().unwrap());
        assert!(first > 0.1, "{first}");
        assert_eq!(time.is_some(), last < 0.1, "{name}: {time:?}, W2 {first} to {last}");
    }
    let w2 = crate::contents::open(&workspace.path("both.h5")).dataset("w2").unwrap().read_raw::<f64>().unwrap();
    assert_eq!(w2.len(), 3 * 26);
    assert!((0..3).all(|row| rows[row]["final"]["w2"].as_f64() == Some(w2[26 * row + 25])));
    let people = workspace.run(&arguments).succeeds().stdout;
    assert!(people.contains("best-response:rate=4") && people.contains("evaluations"), "{people}");
}

#[test]
fn a_dynamics_that_fails_is_a_row_and_the_others_go_on() {
    let workspace = Workspace::new();
    // A Gaussian has no smooth logarithm on a circle.
    workspace.write("game.toml", CIRCLES.replace("exp(3*cos(2*pi*y))", "exp(-(y - 0.5)^2/0.01)"));
    let outcome = workspace.run(&["compare", "game.toml", "--dynamics", "fisher-rao,mfl-da", "--json"]).succeeds();
    let report = outcome.json();
    assert!(report["dynamics"][0]["failure"].as_str().unwrap().contains("initial.y"), "{report}");
    assert!(report["dynamics"][0]["verdict"].is_null() && report["dynamics"][1]["failure"].is_null());
    workspace.run(&["compare", "game.toml", "--dynamics", "fisher-rao"]).fails(2, &["game.toml: initial.y"]);
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let workspace = Workspace::new();
    workspace.write("game.toml", CIRCLES);
    for (dynamics, more, words) in [
        ("mfl", &[][..], "unknown dynamics `mfl`"),
        ("forgetting-average", &[], "flow.rate: is missing"),
        ("fisher-rao:rate=1", &[], "flow.rate: unknown key"),
        ("mfl-da,mfl-da", &[], "is there twice"),
        ("", &[], "at least one"),
        ("mfl-da", &["--w2", "-1"], "positive"),
        ("mfl-da", &["--ni", "small"], "--ni"),
    ] {
        workspace.refuses(&[&["compare", "game.toml", "--dynamics", dynamics], more].concat(), &[words]);
    }
}

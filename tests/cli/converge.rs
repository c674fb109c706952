//! `nashflow converge`: declared orders, spectral convergence, error bars that hold, what it refuses.

use crate::contents;
use crate::form::tries;
use crate::readers::python;
use crate::workspace::{Outcome, Workspace, signal, wait_until};
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Stdio};

/// A game on two circles, a run of a few dozen steps.
const GAME: &str = "[game]\npayoff = \"cos(2*pi*(x - y)) + 0.5*cos(2*pi*x)\"\ntemperature = 0.5\n\
    [initial]\nx = \"exp(cos(2*pi*(x - 0.2)))\"\ny = \"exp(sin(2*pi*y))\"\n\
    [solver]\ntime = 0.1\ntolerance = 1e-6\ngrid = 48\n[output]\nsnapshots = 4\n";

fn small() -> Workspace {
    let workspace = Workspace::new();
    workspace.write("game.toml", GAME);
    workspace
}

fn quantity<'a>(report: &'a Value, name: &str) -> &'a Value {
    let all = report["quantities"].as_array().unwrap();
    all.iter().find(|quantity| quantity["name"] == name).unwrap_or_else(|| panic!("no {name} in {report}"))
}

fn numbers(values: &Value) -> Vec<f64> {
    values.as_array().unwrap().iter().map(|value| value.as_f64().unwrap_or(f64::NAN)).collect()
}

/// A number of `run --json` or `spectrum --json` under the name that it has here.
fn of_run(run: &Value, name: &str) -> f64 {
    let value = match name {
        "gap" | "guaranteed_rate" | "frequency" => &run["spectrum"][name],
        "equilibrium_energy" => &run["equilibrium"]["energy"],
        _ => match name.strip_prefix("initial_") {
            Some(name) => &run["initial"][name],
            None => &run["final"][name],
        },
    };
    value.as_f64().unwrap_or_else(|| panic!("no {name} in {run}"))
}

const OF_RUN: [&str; 6] = ["initial_w2", "initial_nikaido_isoda", "w2", "w2_x", "nikaido_isoda", "energy"];

#[test]
fn rungs_hold_what_the_commands_say_of_their_games() {
    let workspace = small();
    let ladders = ["--grids", "16,24,32,48", "--tolerances", "1e-4,1e-5,1e-6,1e-7"];
    let arguments = [&["converge", "game.toml", "-o", "out.h5", "--json"], &ladders[..]].concat();
    let report = workspace.run(&arguments).succeeds().json();
    assert_eq!(workspace.names(), ["game.toml", "out.h5"]);
    let set = |grid: &str, tolerance: &str| -> Value {
        let (grid, tolerance) = (format!("solver.grid={grid}"), format!("solver.tolerance={tolerance}"));
        let run = ["run", "game.toml", "-o", "run.h5", "--force", "--json", "--set", &grid, "--set", &tolerance];
        workspace.run(&run).succeeds().json()
    };
    for (ladder, rung, run) in [("grids", 2, set("32", "1e-7")), ("times", 0, set("48", "1e-4"))] {
        let row = &report[ladder]["rungs"][rung];
        assert_eq!(
            (&row["steps"], &row["rejected"], &row["accepted"]),
            (&run["steps"], &run["rejected"], &Value::Bool(true))
        );
        for name in OF_RUN.iter().filter(|name| ladder == "grids" || !name.starts_with("initial_")) {
            let found = &quantity(&report, name)[ladder]["values"][rung];
            assert_eq!(found.as_f64(), Some(of_run(&run, name)), "{name} in {ladder}");
        }
    }
    let spectrum =
        workspace.run(&["spectrum", "game.toml", "--json", "--set", "solver.grid=32", "-k", "1"]).succeeds().json();
    for name in ["gap", "guaranteed_rate", "frequency", "equilibrium_energy"] {
        let found = quantity(&report, name)["grids"]["values"][2].as_f64().unwrap();
        assert_eq!(found, of_run(&spectrum, name), "{name}");
    }
    // A grid whose tails are above the tolerance is run for its error, and a run refuses it.
    let coarse = &report["grids"]["rungs"][0];
    assert!(
        coarse["failure"].is_null() && coarse["accepted"] == false && coarse["tail"].as_f64().unwrap() > 1e-7,
        "{coarse}"
    );
    let refused = ["run", "game.toml", "-o", "no.h5", "--set", "solver.grid=16", "--set", "solver.tolerance=1e-7"];
    workspace.run(&refused).fails(3, &["is not resolved"]);
    // What has no value has a reason.
    for name in ["period", "decay_rate"] {
        let missing = quantity(&report, name);
        assert!(missing["value"].is_null() && missing["error"].is_null() && missing["reason"].is_string(), "{missing}");
    }
    let file = contents::open(&workspace.path("out.h5"));
    let w2 = quantity(&report, "w2");
    let position = report["quantities"].as_array().unwrap().iter().position(|q| q["name"] == "w2").unwrap();
    let stored = file.dataset("error_by_tolerance").unwrap().read_2d::<f64>().unwrap();
    // The reader of JSON rounds the last digit.
    let printed = numbers(&w2["times"]["errors"]);
    assert!(stored.row(position).iter().zip(&printed).all(|(a, b)| (a - b).abs() <= 1e-14 * b), "{stored} {printed:?}");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/open_convergence.py");
    let output = Command::new(python()).arg(script).arg(workspace.path("out.h5")).output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    let people = workspace.run(&[&["converge", "game.toml"], &ladders[..]].concat()).succeeds().stdout;
    for words in ["errors by grid", "errors by tolerance", "n = 48", report["sentence"].as_str().unwrap()] {
        assert!(people.contains(words), "{words}\n{people}");
    }
}

/// The bundled games on which orders are measured, their settings and first steps for the orders 1, 2 and 4.
const CASES: [(&str, &[&str], &str, [&str; 3]); 3] = [
    ("rotation", &["solver.time=0.1", "output.snapshots=1"], "20,24,28,32,40", ["2e-4", "5e-4", "2e-3"]),
    ("two-temperatures", &["solver.time=0.05", "output.snapshots=1"], "36,40,44,48,56,72", ["1e-4", "2e-4", "5e-4"]),
    (
        "limit-cycle",
        &[
            "game.temperature=0.5",
            "initial.x=exp(2*cos((x-1.9)/3))",
            "initial.y=exp(2*cos(y/3))",
            "solver.time=0.5",
            "output.snapshots=1",
        ],
        "40,48,56,64,72,96",
        ["1e-3", "2e-3", "1e-2"],
    ),
];
/// What is compared in these cases, without the spectrum.
const COMPARED: &str = "w2,nikaido_isoda,energy,kl_x,kl_y,cos_x,sin_y,state";

fn overrides<'a>(settings: &[&'a str]) -> Vec<&'a str> {
    settings.iter().flat_map(|setting| ["--set", *setting]).collect()
}

#[test]
fn three_bundled_games_show_the_declared_orders_and_error_bars_that_hold() {
    for (game, settings, grids, steps) in CASES {
        let workspace = Workspace::new();
        // Another scheme, a finer grid and a finer tolerance know better.
        let exact = ["solver.grid=128", "solver.tolerance=1e-12"];
        let run = [&["run", game, "-o", "exact.h5", "--json"][..], &overrides(settings), &overrides(&exact)].concat();
        let exact = workspace.run(&run).succeeds().json();
        for (scheme, order, step) in
            [("imex-euler", 1.0, steps[0]), ("sbdf2", 2.0, steps[1]), ("etdrk4", 4.0, steps[2])]
        {
            let (scheme_key, step_key) = (format!("solver.scheme={scheme}"), format!("solver.step={step}"));
            let mine = [&scheme_key[..], &step_key, "solver.tolerance=1e-4"];
            // The grids once for each game.
            let grids = if scheme == "etdrk4" { grids } else { "96" };
            let last = ["--grids", grids, "--quantities", COMPARED, "--json"];
            let arguments = [&["converge", game][..], &overrides(settings), &overrides(&mine), &last].concat();
            let report = workspace.run(&arguments).succeeds().json();
            assert_eq!(report["times"]["declared_order"].as_f64(), Some(order));
            let state = quantity(&report, "state");
            let observed = state["times"]["order"].as_f64().unwrap();
            assert!((observed - order).abs() <= 0.2, "{game}, {scheme}: order {observed}");
            for name in ["w2", "nikaido_isoda", "energy"] {
                let found = quantity(&report, name);
                let (value, error) = (found["value"].as_f64().unwrap(), found["error"].as_f64().unwrap());
                let off = (value - of_run(&exact, name)).abs();
                assert!(off <= error, "{game}, {scheme}: {name} is off by {off:e}, said {error:e}");
                let values = numbers(&found["times"]["values"]);
                let finest = (values[values.len() - 1] - of_run(&exact, name)).abs();
                let bars = numbers(&found["times"]["errors"]);
                if grids == "96" && found["from"] == "richardson" {
                    assert!(error <= 0.3 * finest, "{game}, {scheme}: {name}: {error:e} is no better than {finest:e}");
                    assert!(finest <= bars[bars.len() - 1], "{game}, {scheme}: {name}: {finest:e} beyond {bars:?}");
                }
            }
            if scheme == "etdrk4" {
                for name in ["state", "kl_x"] {
                    let along = &quantity(&report, name)["grids"];
                    assert_eq!(along["behaviour"], "spectral", "{game}: {name}: {along}");
                    let fits = &along["fits"];
                    let residual = |law: &str| fits[law]["residual"].as_f64().unwrap();
                    assert!(residual("exponential") < residual("power"), "{game}: {name}: {along}");
                }
            }
        }
    }
}

#[test]
fn what_is_said_to_suffice_does() {
    let workspace = small();
    let ladders = ["--grids", "16,20,24,32,48,64", "--tolerances", "1e-3,1e-4,1e-5,1e-6,1e-7,1e-8", "--quantities"];
    let exact =
        ["run", "game.toml", "-o", "exact.h5", "--json", "--set", "solver.grid=96", "--set", "solver.tolerance=1e-11"];
    let exact = workspace.run(&exact).succeeds().json();
    let names = OF_RUN.join(",");
    for accuracy in ["1e-3", "1e-5", "1e-7"].into_iter().step_by(tries(2, 1)) {
        let arguments =
            [&["converge", "game.toml"], &ladders[..], &[&names, "--accuracy", accuracy, "--json"]].concat();
        let report = workspace.run(&arguments).succeeds().json();
        let found = &report["sufficient"];
        let (points, tolerance) = (found["points"].as_u64().unwrap(), found["tolerance"].as_f64().unwrap());
        let (grid, tolerance) = (format!("solver.grid={points}"), format!("solver.tolerance={tolerance:e}"));
        let run = ["run", "game.toml", "-o", "run.h5", "--force", "--json", "--set", &grid, "--set", &tolerance];
        let run = workspace.run(&run).succeeds().json();
        let wanted: f64 = accuracy.parse().unwrap();
        for name in OF_RUN {
            let off = (of_run(&run, name) - of_run(&exact, name)).abs();
            assert!(off <= wanted, "{name} at {points}, {tolerance} is off by {off:e}, {accuracy} was wanted");
        }
        let sentence = report["sentence"].as_str().unwrap();
        assert!(sentence.contains(&format!("n = {points}")) && sentence.contains("suffice"), "{sentence}");
    }
    let impossible = [&["converge", "game.toml"], &ladders[..], &[&names, "--accuracy", "1e-30", "--json"]].concat();
    let report = workspace.run(&impossible).succeeds().json();
    assert!(report["sufficient"].is_null() && report["sentence"].as_str().unwrap().contains("no rung suffices"));
}

#[test]
fn stated_error_bars_are_held_against_the_errors_seen() {
    let workspace = small();
    let ladders =
        ["--grids", "32,40,48", "--tolerances", "1e-3,1e-4,1e-5,1e-6", "--quantities", "w2,gap,state", "--json"];
    let report = workspace.run(&[&["converge", "game.toml"], &ladders[..]].concat()).succeeds().json();
    for name in ["w2", "gap", "state"] {
        let quantity = quantity(&report, name);
        let mut counted = [0, 0, 0];
        for ladder in ["grids", "times"] {
            let along = &quantity[ladder];
            if along.is_null() {
                continue;
            }
            let (errors, stated) = (numbers(&along["errors"]), numbers(&along["stated"]));
            for (rung, held) in
                along["held"].as_array().unwrap().iter().enumerate().filter(|(rung, _)| !stated[*rung].is_nan())
            {
                counted[match held.as_bool() {
                    Some(true) => 0,
                    Some(false) => 1,
                    None => 2,
                }] += 1;
                // An error is the distance to the best value plus its bar.
                assert_eq!(
                    held.as_bool() == Some(true),
                    errors[rung] <= stated[rung],
                    "{name}, {ladder}, {rung}: {along}"
                );
            }
        }
        let bars = ["held", "failed", "undecided"].map(|key| quantity["bars"][key].as_u64().unwrap());
        assert_eq!(bars, counted, "{name}");
    }
    // The tolerance is the error of the state here.
    assert_eq!(quantity(&report, "state")["bars"]["failed"], 0, "{report}");
    let stated = numbers(&quantity(&report, "state")["times"]["stated"]);
    assert_eq!(stated, [1e-3, 1e-4, 1e-5, 1e-6]);
}

#[test]
fn a_rung_that_fails_is_a_row_with_its_reason_unless_all_do() {
    let workspace = small();
    let report = workspace.run(&["converge", "game.toml", "--grids", "4,24,32,48", "--json"]).succeeds().json();
    let failed = &report["grids"]["rungs"][0];
    assert!(failed["failure"].as_str().unwrap().contains("is not resolved on [4] points"), "{failed}");
    let w2 = quantity(&report, "w2");
    assert!(
        w2["grids"]["values"][0].is_null() && w2["grids"]["errors"][0].is_null() && w2["error"].is_number(),
        "{w2}"
    );
    let people = workspace.run(&["converge", "game.toml", "--grids", "4,24,32,48"]).succeeds().stdout;
    assert!(people.contains("failed") && people.contains("n = 4, 1e-7: "), "{people}");
    let all = ["converge", "game.toml", "--grids", "4,5,6"];
    workspace.run(&all).fails(3, &["all rungs failed", "is not resolved on [6] points"]);
    assert_eq!(workspace.names(), ["game.toml"]);
    // Both players in two dimensions, each with its own shape.
    let shapes =
        ["--set", "solver.grid={ x = 24, y = [20, 16] }", "--set", "solver.time=0.01", "--set", "output.snapshots=1"];
    let planes =
        ["converge", "players-1x2", "--grids", "12,18,24", "--tolerances", "1e-4", "--quantities", "state", "--json"];
    let report = workspace.run(&[&planes[..], &shapes].concat()).succeeds().json();
    assert_eq!(report["grids"]["rungs"][1]["grid"], serde_json::json!({"x": [18], "y": [15, 12]}));
    assert!(report["sentence"].as_str().unwrap().contains("the tolerance was not varied"), "{report}");
}

#[test]
fn any_number_of_threads_gives_the_same_numbers() {
    let workspace = small();
    let report = |threads: &str, output: &str| {
        let arguments = ["converge", "game.toml", "--json", "--threads", threads, "-o", output];
        let mut command = workspace.command(&arguments);
        let output = command.env("SOURCE_DATE_EPOCH", "1").output().unwrap();
        let mut report = Outcome::new(output, &arguments).succeeds().json();
        remove(&mut report, &["wall_seconds", "output"]);
        report
    };
    assert_eq!(report("1", "one.h5"), report("3", "three.h5"));
    let values = |file: &str| {
        let file = contents::open(&workspace.path(file));
        let all = file.dataset("value_by_grid").unwrap().read_raw::<f64>().unwrap();
        all.iter().map(|value| value.to_bits()).collect::<Vec<u64>>()
    };
    assert_eq!(values("one.h5"), values("three.h5"));
}

/// Takes keys out of an object and of all objects in it.
fn remove(value: &mut Value, keys: &[&str]) {
    match value {
        Value::Object(object) => {
            keys.iter().for_each(|key| drop(object.remove(*key)));
            object.values_mut().for_each(|inner| remove(inner, keys));
        }
        Value::Array(all) => all.iter_mut().for_each(|inner| remove(inner, keys)),
        _ => {}
    }
}

#[test]
fn an_interruption_leaves_nothing() {
    let workspace = small();
    workspace.write("game.toml", GAME.replace("time = 0.1", "time = 2000"));
    std::fs::create_dir(workspace.path("temporary")).unwrap();
    let arguments = ["converge", "game.toml", "-o", "out.h5", "--json"];
    let mut command = workspace.command(&arguments);
    command.env("TMPDIR", workspace.path("temporary")).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let is_running = || {
        let folders = std::fs::read_dir(workspace.path("temporary")).unwrap();
        folders.flatten().any(|folder| std::fs::read_dir(folder.path()).is_ok_and(|files| files.count() > 0))
    };
    assert!(wait_until(&mut child, is_running), "no run began");
    signal(&child, libc::SIGTERM);
    let outcome = workspace.finish(child, &arguments);
    assert_eq!((outcome.status, outcome.json()["status"].as_u64()), (Some(130), Some(130)), "{outcome:?}");
    assert!(outcome.stderr.contains("runs were finished; nothing was written"), "{outcome:?}");
    assert_eq!(workspace.names(), ["game.toml", "temporary"]);
    assert_eq!(std::fs::read_dir(workspace.path("temporary")).unwrap().count(), 0);
}

#[test]
fn ladders_that_make_no_sense_are_refused() {
    let workspace = small();
    workspace.write("old.h5", "kept");
    let fixed = ["--set", "solver.scheme=sbdf2", "--set", "solver.step=1e-3"];
    let plain = |more: &[&'static str]| -> Vec<&'static str> { [&["converge", "game.toml"], more].concat() };
    let stepped =
        |more: &[&'static str]| -> Vec<&'static str> { [&["converge", "game.toml"], &fixed[..], more].concat() };
    for (arguments, words) in [
        (plain(&["--grids", "16,32"]), &["--grids", "at least 3 rungs, got 2", "one rung holds the grid fixed"][..]),
        (plain(&["--grids", "32,16,64"]), &["--grids", "must increase", "16.0 after 32.0"]),
        (plain(&["--grids", "16,16,64"]), &["--grids", "must increase"]),
        (plain(&["--grids", "16,x,64"]), &["--grids", "unknown name `x`"]),
        (plain(&["--grids", ""]), &["--grids", "the expression is empty"]),
        (plain(&["--grids", "16.5,32,64"]), &["--grids", "whole numbers between 4 and 16777216, got 16.5"]),
        (plain(&["--grids", "2,32,64"]), &["--grids", "whole numbers between 4"]),
        (plain(&["--grids", "-8,32,64"]), &["--grids", "whole numbers between 4"]),
        (plain(&["--grids", "16,32,1e30"]), &["--grids", "got 1e30"]),
        (plain(&["--grids", "16,32,16777216", "--set", "output.snapshots=10000"]), &["output.snapshots", "bytes"]),
        (plain(&["--grids", "64", "--tolerances", "1e-6"]), &["--grids", "leave nothing to compare"]),
        (plain(&["--tolerances", "1e-4,1e-5"]), &["--tolerances", "at least 3 rungs"]),
        (plain(&["--tolerances", "1e-6,1e-5,1e-4"]), &["--tolerances", "must decrease"]),
        (plain(&["--tolerances", "1e-4,1e-6,1e-20"]), &["--tolerances", "between 1e-14 and 0.1, got 1e-20"]),
        (plain(&["--tolerances", "1,1e-6,1e-7"]), &["--tolerances", "between 1e-14 and 0.1, got 1.0"]),
        (plain(&["--steps", "1e-3,1e-4,1e-5"]), &["--steps", "adaptive chooses its own steps"]),
        (plain(&["--steps", "dt,dt/2,dt/4"]), &["--steps", "unknown name `dt`"]),
        (stepped(&["--tolerances", "1e-3,1e-4,1e-5"]), &["--tolerances", "sbdf2 has a fixed step"]),
        (stepped(&["--steps", "dt,dt/2,1e-14"]), &["--steps", "at least 1e-10"]),
        (stepped(&["--steps", "dt,0,dt/4"]), &["--steps", "positive"]),
        (stepped(&["--steps", "dt/4,dt/2,dt"]), &["--steps", "must decrease"]),
        (plain(&["--accuracy", "0"]), &["--accuracy", "positive"]),
        (plain(&["--accuracy", "small"]), &["--accuracy", "unknown name"]),
        (plain(&["--quantities", "w2,verdict"]), &["--quantities", "`verdict` is none; allowed: "]),
        (plain(&["--quantities", "w2,w2"]), &["--quantities", "there twice"]),
        (plain(&["-o", "old.h5"]), &["old.h5 already exists"]),
        (plain(&["-o", "no/out.h5"]), &["cannot open the folder no"]),
        (plain(&["--set", "game.temperatur=1"]), &["game.temperatur", "unknown key"]),
        (
            vec!["converge", "players-2x2", "--grids", "16,32,8192"],
            &["--grids", "8192 points give player x", "67108864 points"],
        ),
        (
            vec!["converge", "players-1x2", "--set", "solver.grid={ x = 64, y = [32, 8] }", "--grids", "16,32,64"],
            &["--grids", "give player y the grid [8, 2]", "at least 4"],
        ),
    ] {
        workspace.refuses(&arguments, words);
    }
    assert_eq!(workspace.read("old.h5"), b"kept");
}

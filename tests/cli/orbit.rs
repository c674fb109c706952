//! `nashflow orbit`: limit cycles, their branches, the boundaries of their basins; and the verdict `periodic` of `run`.

use crate::workspace::Workspace;
use serde_json::Value;

/// The torus cycle where it needs few nodes.
const WARM: [&str; 6] = ["limit-cycle", "--set", "game.temperature=0.14", "--set", "solver.grid=240", "--quiet"];

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("not a number: {value}"))
}

fn dataset(file: &hdf5::File, name: &str) -> (Vec<usize>, Vec<f64>) {
    let dataset = file.dataset(name).unwrap_or_else(|error| panic!("{name}: {error}"));
    (dataset.shape(), dataset.read_raw().unwrap())
}

#[test]
fn the_object_has_the_keys_of_the_contract_and_the_file_starts_another_run() {
    let workspace = Workspace::new();
    let arguments = [&["orbit"], &WARM[..], &["--json", "-o", "cycle.h5"]].concat();
    let object = workspace.run(&arguments).succeeds().json();
    assert!((number(&object["period"]) - 5.45836).abs() <= 5e-6, "{object:#}");
    assert!(number(&object["period_error"]) <= 1e-8 && number(&object["residual"]) <= 1e-10, "{object:#}");
    for player in ["x", "y"] {
        let [amplitude, error] = ["amplitude", "amplitude_error"].map(|key| number(&object[key][player]));
        assert!(amplitude > 1.0 && error > 0.0 && error <= 1e-3 * amplitude, "{object:#}");
    }
    let multipliers = object["multipliers"].as_array().unwrap();
    assert_eq!(multipliers.len(), 4, "{object:#}");
    assert!((number(&multipliers[3][0]) - 0.680).abs() <= 5e-4 && number(&multipliers[3][1]) == 0.0, "{object:#}");
    assert_eq!((&object["stable"], &object["nearly_conserved"]), (&Value::Bool(true), &Value::from(2)));
    assert_eq!(object["symmetry"].as_array().unwrap().len(), 2, "{object:#}");
    let file = hdf5::File::open(workspace.path("cycle.h5")).unwrap();
    let (shape, time) = dataset(&file, "time");
    assert_eq!(dataset(&file, "mu").0, [shape[0], 240]);
    assert!(time[0] == 0.0 && time[1] > 0.0);
    assert_eq!(dataset(&file, "orbit/multipliers").0, [4, 2]);
    drop(file);
    let plain: Vec<&str> = arguments.iter().copied().filter(|word| *word != "--json").collect();
    workspace.run(&plain).fails(2, &["cycle.h5 already exists", "--force"]);
    // The orbit is a start like any other output, and a run from there is periodic from its first turns on.
    let start = ["--set", "initial.x={file=\"cycle.h5\"}", "--set", "initial.y={file=\"cycle.h5\"}"];
    let run = [&["run"], &WARM[..], &start[..], &["--set", "solver.time=11", "--json", "-o", "run.h5"]].concat();
    let ran = workspace.run(&run).succeeds().json();
    assert_eq!(ran["verdict"], "periodic", "{ran:#}");
    assert!((number(&ran["cycle"]["period"]) - number(&object["period"])).abs() <= 1e-7, "{ran:#}");
    assert!(number(&ran["cycle"]["distance"]) <= 1e-5, "{ran:#}");
    // From the end of that run the same orbit is found.
    let again = workspace.run(&["orbit", "run.h5", "--json", "--multipliers", "1"]).succeeds().json();
    assert!((number(&again["period"]) - number(&object["period"])).abs() <= 1e-8, "{again:#}");
}

#[test]
fn people_get_a_table() {
    let workspace = Workspace::new();
    let outcome = workspace.run(&[&["orbit"], &WARM[..]].concat()).succeeds();
    for words in ["period       5.4583564", "stable", "multipliers", "mirror-x", "no force changes"] {
        assert!(outcome.stdout.contains(words), "no {words:?} in\n{}", outcome.stdout);
    }
    assert!(workspace.names().is_empty());
}

#[test]
fn a_branch_goes_round_its_fold_and_is_written() {
    let workspace = Workspace::new();
    let branch = ["--continue", "game.temperature", "--points", "7", "-o", "branch.h5"];
    let object = workspace.run(&[&["orbit"], &WARM[..], &branch[..], &["--json"]].concat()).succeeds().json();
    let (points, folds) =
        (object["branch"]["points"].as_array().unwrap(), object["branch"]["folds"].as_array().unwrap());
    assert!(folds.len() == 1 && points.len() <= 7, "{object:#}");
    assert!((number(&folds[0]["parameter"]) - 0.143_115).abs() <= 1e-6, "{object:#}");
    assert!(points[0]["stable"] == true && points[points.len() - 1]["stable"] == false, "{object:#}");
    let file = hdf5::File::open(workspace.path("branch.h5")).unwrap();
    let (_, parameter) = dataset(&file, "branch/parameter");
    assert_eq!(parameter.len(), points.len());
    assert_eq!(dataset(&file, "branch/mu").0, [points.len(), 240]);
    assert_eq!(dataset(&file, "branch/multipliers").0, [points.len(), 3, 2]);
    assert_eq!(dataset(&file, "fold/parameter").1, [number(&folds[0]["parameter"])]);
}

#[test]
fn what_cannot_be_continued_is_refused_with_its_key() {
    let workspace = Workspace::new();
    for (key, words) in [
        ("game.nothing", "there is no such key"),
        ("game.payoff", "holds one number"),
        ("game.domain.x.origin", "holds one number"),
    ] {
        let arguments = [&["orbit"], &WARM[..], &["--continue", key]].concat();
        workspace.run(&arguments).fails(2, &[key, words]);
    }
    let backwards = [&["orbit"], &WARM[..], &["--continue", "game.temperature", "--to", "0.14"]].concat();
    workspace.run(&backwards).fails(2, &["where it begins"]);
    workspace.run(&["orbit", "limit-cycle", "--time=-1"]).fails(2, &["--time"]);
}

#[test]
fn a_game_without_a_cycle_ends_with_status_3() {
    let workspace = Workspace::new();
    workspace.run(&["orbit", "separable", "--time", "20"]).fails(3, &["no orbit from this state"]);
    workspace
        .run(&["orbit", "limit-cycle", "--set", "game.temperature=0.15", "--set", "solver.grid=240"])
        .fails(3, &["no orbit from this state"]);
}

#[test]
fn the_boundary_of_the_basin_leads_to_the_unstable_orbit() {
    let workspace = Workspace::new();
    workspace.write("rest.toml", "[initial]\nx = \"1\"\ny = \"1\"\n");
    let edge = ["--edge", "rest.toml", "limit-cycle", "--width", "1e-4"];
    let object = workspace.run(&[&["orbit"], &WARM[..], &edge[..], &["--json"]].concat()).succeeds().json();
    assert_eq!(object["equilibrium_from"], 1, "{object:#}");
    assert!(number(&object["edge"]["period"]) > number(&object["cycle"]["period"]) + 0.2, "{object:#}");
    assert_eq!((&object["edge"]["stable"], &object["cycle"]["stable"]), (&Value::Bool(false), &Value::Bool(true)));
    let same = [&["orbit"], &WARM[..], &["--edge", "rest.toml", "rest.toml"]].concat();
    workspace.run(&same).fails(3, &["neither state leads to a cycle"]);
    workspace.run(&[&["orbit"], &WARM[..], &["--edge", "rest.toml", "none.toml"]].concat()).fails(2, &["none.toml"]);
}

#[test]
fn automatic_grids_of_a_boundary_resolve_the_sharper_of_both_states() {
    let workspace = Workspace::new();
    workspace.write("rest.toml", "[initial]\nx = \"1\"\ny = \"1\"\n");
    workspace.write("sharp.toml", "[initial]\nx = \"exp(400*cos(x/3 - 0.6))\"\ny = \"exp(400*cos(y/3))\"\n");
    let game = ["orbit", "limit-cycle", "--set", "game.temperature=0.13", "--quiet", "--json"];
    let edge = ["--edge", "rest.toml", "sharp.toml", "--width", "1e-3"];
    let object = workspace.run(&[&game[..], &edge[..]].concat()).succeeds().json();
    // Of the branch at this temperature, docs/limit-cycles.md.
    assert!((number(&object["cycle"]["period"]) - 5.348887518).abs() <= 1e-8, "{object:#}");
    assert!((number(&object["edge"]["period"]) - 5.860047591).abs() <= 1e-8, "{object:#}");
    let plain = workspace.run(&game).succeeds().json();
    let points = |object: &Value| number(&object["grid"]["x"][0]);
    assert!(points(&object) > points(&plain), "{object:#}");
}

#[test]
fn a_run_on_the_cycle_is_periodic_and_the_same_run_above_the_fold_is_not() {
    let workspace = Workspace::new();
    for (temperature, verdict) in [("0.1", "periodic"), ("0.15", "undecided")] {
        let set = format!("game.temperature={temperature}");
        let common = ["--set", &set, "--set", "solver.time=25", "--set", "solver.tolerance=1e-7", "--force"];
        let command = [&["run", "limit-cycle", "-o", "run.h5"], &common[..]].concat();
        let object = workspace.run(&[&command[..], &["--json"]].concat()).succeeds().json();
        assert_eq!(object["verdict"], verdict, "{object:#}");
        if verdict == "periodic" {
            assert!((number(&object["cycle"]["period"]) - 5.197939).abs() <= 1e-6, "{object:#}");
            assert!(number(&object["cycle"]["phase_error"]) <= 1e-4, "{object:#}");
            let resume: Vec<&str> = command.iter().copied().filter(|word| *word != "--force").collect();
            let again = workspace.run(&[&resume[..], &["--resume", "--json"]].concat()).succeeds().json();
            assert_eq!(again["cycle"], object["cycle"], "a finished run keeps its verdict");
        } else {
            assert_eq!(object["cycle"], Value::Null, "{object:#}");
        }
    }
}

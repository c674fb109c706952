//! What `run` and `equilibrium` print: every key of the object, its type, and what people read.

use crate::contents;
use crate::workspace::{CIRCLES, TORI, Workspace};
use serde_json::Value;

/// Types as JSON has them; `?` behind a type allows null.
fn has_type(value: &Value, kind: &str) -> bool {
    let is_number = |value: &Value| value.as_f64().is_some_and(f64::is_finite);
    match kind.strip_suffix('?') {
        Some(kind) => value.is_null() || has_type(value, kind),
        None => match kind {
            "string" => value.as_str().is_some_and(|text| !text.is_empty()),
            "number" => is_number(value),
            "count" => value.as_u64().is_some(),
            "counts" => value.as_array().is_some_and(|all| !all.is_empty() && all.iter().all(|n| n.as_u64().is_some())),
            "pair" => value.as_array().is_some_and(|all| all.len() == 2 && all.iter().all(is_number)),
            "strings" => value.as_array().is_some_and(|all| all.iter().all(Value::is_string)),
            "null" => value.is_null(),
            _ => unreachable!("{kind}"),
        },
    }
}

#[track_caller]
fn assert_types(object: &Value, types: &[(&str, &str)]) {
    for (pointer, kind) in types {
        let value = object.pointer(pointer).unwrap_or_else(|| panic!("no {pointer} in {object:#}"));
        assert!(has_type(value, kind), "{pointer} is {value}, expected {kind}");
    }
}

const GRID_AND_EQUILIBRIUM: [(&str, &str); 12] = [
    ("/game", "string"),
    ("/grid/x", "counts"),
    ("/grid/y", "counts"),
    ("/payoff/form", "string"),
    ("/payoff/rank", "count"),
    ("/payoff/error", "number"),
    ("/equilibrium/nikaido_isoda", "number"),
    ("/equilibrium/residual", "number"),
    ("/equilibrium/energy", "number"),
    ("/equilibrium/kl_bound", "pair"),
    ("/equilibrium/l1_bound", "pair"),
    ("/equilibrium/w2_bound", "pair"),
];

const RUN: [(&str, &str); 33] = [
    ("/output", "string"),
    ("/dynamics", "string"),
    ("/scheme", "string"),
    ("/time", "number"),
    ("/steps", "count"),
    ("/rejected", "count"),
    ("/snapshots", "count"),
    ("/wall_seconds", "number"),
    ("/initial/w2", "number"),
    ("/initial/w2_x", "number"),
    ("/initial/w2_y", "number"),
    ("/initial/w2_error", "number"),
    ("/initial/nikaido_isoda", "number"),
    ("/initial/energy", "number"),
    ("/initial/mass_error", "number"),
    ("/initial/min_density", "number"),
    ("/initial/tail", "number"),
    ("/final/w2", "number"),
    ("/final/w2_x", "number"),
    ("/final/w2_y", "number"),
    ("/final/w2_error", "number"),
    ("/final/nikaido_isoda", "number"),
    ("/final/energy", "number"),
    ("/final/mass_error", "number"),
    ("/final/min_density", "number"),
    ("/final/tail", "number"),
    ("/verdict", "string"),
    ("/reason", "string"),
    ("/notes", "strings"),
    ("/spectrum/gap", "number"),
    ("/spectrum/frequency", "number"),
    ("/spectrum/guaranteed_rate", "number"),
    ("/spectrum/eigenvalues/0", "pair"),
];

#[test]
fn run_prints_every_key_of_its_object_with_its_type() {
    let workspace = Workspace::new();
    workspace.write("circles.toml", CIRCLES);
    let object = workspace.run(&["run", "circles.toml", "--json"]).succeeds().json();
    assert_types(&object, &GRID_AND_EQUILIBRIUM);
    assert_types(&object, &RUN);
    assert!(object.pointer("/decay").is_some(), "{object:#}");
    assert_eq!(object["game"], "Two circles");
    assert_eq!((object["time"].as_f64(), object["snapshots"].as_u64()), (Some(0.5), Some(26)));
    assert_eq!(object["output"], "circles.h5");
    assert!(object["final"]["w2"].as_f64() < object["initial"]["w2"].as_f64());
    assert!(object["final"]["mass_error"].as_f64() < Some(1e-13));
    assert_eq!(workspace.names(), ["circles.h5", "circles.toml"]);
}

#[test]
fn the_decay_is_a_rate_with_an_error_over_a_stretch_of_time() {
    let workspace = Workspace::new();
    let object = workspace.run(&["run", "rotation", "--json", "--set", "solver.time=3"]).succeeds().json();
    let keys =
        [("/decay/rate", "number"), ("/decay/error", "number"), ("/decay/from", "number"), ("/decay/to", "number")];
    assert_types(&object, &keys);
    let [rate, error, from, to] = keys.map(|(pointer, _)| object.pointer(pointer).unwrap().as_f64().unwrap());
    let exact = 0.4 * std::f64::consts::PI.powi(2);
    assert!((rate - exact).abs() <= (5.0 * error).max(1e-6), "{rate} +- {error}, not {exact}");
    assert!(0.0 < from && from < to && to <= 3.0, "{from} .. {to}");
}

#[test]
fn what_could_not_be_had_is_null() {
    let workspace = Workspace::new();
    workspace.write("circles.toml", CIRCLES);
    let short = ["run", "circles.toml", "--json", "--set", "solver.time=0"];
    let object = workspace.run(&short).succeeds().json();
    assert_types(&object, &GRID_AND_EQUILIBRIUM);
    assert_types(&object, &RUN);
    assert_types(&object, &[("/decay", "null")]);
    assert_eq!((object["steps"].as_u64(), object["snapshots"].as_u64()), (Some(0), Some(1)));
    assert_eq!(object["verdict"], "undecided");
    assert!(!object.to_string().contains("NaN"));
}

#[test]
fn players_of_two_dimensions_have_two_numbers_of_points() {
    let workspace = Workspace::new();
    workspace.write("tori.toml", TORI);
    let object = workspace.run(&["run", "tori.toml", "--json", "--set", "solver.time=0.01"]).succeeds().json();
    assert_types(&object, &GRID_AND_EQUILIBRIUM);
    assert_types(&object, &RUN);
    for player in ["x", "y"] {
        assert_eq!(object["grid"][player].as_array().unwrap().len(), 2);
    }
    let mixed = workspace.run(&["equilibrium", "players-1x2", "--json"]).succeeds().json();
    let counts = ["x", "y"].map(|player| mixed["grid"][player].as_array().unwrap().len());
    assert_eq!(counts, [1, 2]);
}

#[test]
fn equilibrium_prints_its_certificate_and_writes_its_arrays_when_asked() {
    let workspace = Workspace::new();
    workspace.write("circles.toml", CIRCLES);
    let object = workspace.run(&["equilibrium", "circles.toml", "--json"]).succeeds().json();
    assert_types(&object, &GRID_AND_EQUILIBRIUM);
    assert_types(&object, &[("/max_density", "pair"), ("/min_density", "pair"), ("/output", "null")]);
    assert_eq!(workspace.names(), ["circles.toml"]);
    let written = workspace.run(&["equilibrium", "circles.toml", "--json", "-o", "pair.h5"]).succeeds().json();
    assert_eq!(written["output"], "pair.h5");
    let mu = contents::open(&workspace.path("pair.h5")).dataset("equilibrium/mu").unwrap().read_raw::<f64>().unwrap();
    let largest = mu.iter().copied().fold(0.0, f64::max);
    assert_eq!(Some(largest), object["max_density"][0].as_f64());
    workspace.run(&["equilibrium", "circles.toml", "-o", "pair.h5"]).fails(2, &["pair.h5 already exists", "--force"]);
    workspace.run(&["equilibrium", "circles.toml", "-o", "pair.h5", "--force"]).succeeds();
    assert_eq!(workspace.names(), ["circles.toml", "pair.h5"]);
}

#[test]
fn people_get_a_table_with_the_verdict() {
    let workspace = Workspace::new();
    workspace.write("circles.toml", CIRCLES);
    let table = workspace.run(&["run", "circles.toml", "-o", "out.h5"]).succeeds().stdout;
    assert_eq!(table.lines().next(), Some("Two circles"));
    for label in ["grid", "steps", "equilibrium", "W2 at t = 0 ", "W2 at t = 0.5", "decay of W2", "verdict", "output"] {
        assert!(table.lines().any(|line| line.trim_start().starts_with(label)), "no {label:?} in\n{table}");
    }
    assert!(table.contains("out.h5 (26 snapshots") && table.ends_with('\n'), "{table}");
    let table = workspace.run(&["equilibrium", "circles.toml"]).succeeds().stdout;
    assert!(table.contains("duality gap") && table.contains("residual"), "{table}");
}

#[test]
fn set_overrides_keys_and_the_file_keeps_the_game_that_was_run() {
    let workspace = Workspace::new();
    workspace.write("circles.toml", CIRCLES);
    let arguments = [
        "run",
        "circles.toml",
        "--json",
        "--quiet",
        "--set",
        "game.name=Überspiel",
        "--set",
        "solver.time = 0.1",
        "--set",
        "game.parameters.c=0.5",
        "--set",
        "output.every=0.05",
        "--set",
        "solver.grid={x=96,y=90}",
    ];
    let object = workspace.run(&arguments).succeeds().json();
    assert_eq!(object["game"], "Überspiel");
    assert_eq!((object["time"].as_f64(), object["snapshots"].as_u64()), (Some(0.1), Some(3)));
    assert_eq!(object["grid"].to_string(), r#"{"x":[96],"y":[90]}"#);
    let file = contents::open(&workspace.path("circles.h5"));
    let text = |name: &str| file.attr(name).unwrap().read_scalar::<hdf5::types::VarLenUnicode>().unwrap().to_string();
    let game: toml::Table = text("game").parse().unwrap();
    assert_eq!(game["game"]["parameters"]["c"].as_float(), Some(0.5));
    assert_eq!(game["output"].to_string().replace(' ', ""), "{every=0.05}");
    assert!(text("command").ends_with("--set solver.grid={x=96,y=90}"), "{}", text("command"));
    assert_eq!((text("format").as_str(), text("nashflow_version").as_str()), ("nashflow", env!("CARGO_PKG_VERSION")));
    assert_eq!(contents::times(&workspace.path("circles.h5")), [0.0, 0.05, 0.1]);
}

#[test]
fn the_uniform_start_of_a_separable_game_has_the_duality_gap_of_the_closed_form() {
    let workspace = Workspace::new();
    let game = "[game]\npayoff = \"cos(2*pi*x) - cos(2*pi*y)\"\ntemperature = 0.05\n";
    workspace.write("separable.toml", game);
    let arguments = ["run", "separable.toml", "--json", "--set", "solver.time=1", "--set", "output.snapshots=5"];
    let object = workspace.run(&arguments).succeeds().json();
    // 2 tau log I0(1/tau)
    let gap = object["initial"]["nikaido_isoda"].as_f64().unwrap();
    assert!((gap - 1.75896104282443).abs() <= 1e-12, "{gap:e}");
    assert!(object["equilibrium"]["nikaido_isoda"].as_f64().unwrap() <= 1e-14);
    assert_eq!(object["verdict"], "converged");
    let file = contents::open(&workspace.path("separable.h5"));
    for name in ["mass_x", "mass_y"] {
        let masses = file.dataset(name).unwrap().read_raw::<f64>().unwrap();
        assert!(masses.len() == 6 && masses.iter().all(|mass| (mass - 1.0).abs() <= 1e-13), "{name}: {masses:?}");
    }
}

#[test]
fn a_start_that_would_overflow_is_evaluated_in_logarithms() {
    let workspace = Workspace::new();
    workspace.write("peak.toml", "[game]\npayoff = \"cos(2*pi*x) - cos(2*pi*y)\"\ntemperature = 0.05\n");
    let peak = |name: &str, formula: &str| {
        let initial = format!("initial.x={formula}");
        let arguments = ["run", "peak.toml", "-o", name, "--json", "--set", "solver.time=0", "--set", &initial];
        let object = workspace.run(&arguments).succeeds().json();
        assert!(object["grid"]["x"][0].as_u64() >= Some(256), "{object:#}");
        let mu = contents::open(&workspace.path(name)).dataset("mu").unwrap().read_raw::<f64>().unwrap();
        mu.into_iter().fold(0.0, f64::max)
    };
    let (plain, shifted) = (peak("a.h5", "exp(800*cos(2*pi*x))"), peak("b.h5", "exp(800*(cos(2*pi*x)-1))"));
    for largest in [plain, shifted] {
        assert!((largest / 70.8870701334662 - 1.0).abs() <= 1e-12, "{largest}");
    }
}

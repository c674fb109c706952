//! The measured decay of a run beside its spectral gap and the guaranteed rate.

use crate::workspace::Workspace;
use serde_json::Value;
use std::f64::consts::PI;

#[test]
fn the_measured_decay_stands_beside_gap_and_guaranteed_rate_in_summary_table_and_file() {
    let workspace = Workspace::new();
    // The y player relaxes faster: gap and guaranteed rate part, and the coupled pair causes the decay.
    let more = ["--set", "game.timescale=1.5", "--set", "solver.time=4", "--set", "solver.tolerance=1e-9"];
    let object = workspace.run(&[&["run", "rotation", "--json"][..], &more].concat()).succeeds().json();
    let number =
        |pointer: &str| object.pointer(pointer).and_then(Value::as_f64).unwrap_or_else(|| panic!("{object:#}"));
    let gap = number("/spectrum/gap");
    // -4 pi^2 (tau (1 + eta)/2 +- ..): a complex pair has half the trace of its block.
    assert!((gap - 4.0 * PI * PI * 0.1 * 1.25).abs() <= 1e-10 * gap, "{gap}");
    assert!((number("/spectrum/guaranteed_rate") - 4.0 * PI * PI * 0.1).abs() <= 1e-10 * gap);
    for (pointer, ratio) in [("to_gap", 1.0), ("to_eigenvalue", 1.0), ("to_guaranteed", 1.25)] {
        let found = number(&format!("/rates/{pointer}"));
        assert!((found / ratio - 1.0).abs() <= 1e-5, "{pointer} {found}");
    }
    let file = hdf5::File::open(workspace.path("rotation.h5")).unwrap();
    let stored = file.group("spectrum").unwrap().attr("gap").unwrap().read_scalar::<f64>().unwrap();
    assert_eq!(stored, gap);
    let eigenvalues = file.dataset("spectrum/eigenvalues").unwrap().read_2d::<f64>().unwrap();
    assert_eq!(eigenvalues[[0, 0]], -gap);
    let table = workspace.run(&[&["run", "rotation", "--resume"][..], &more].concat()).succeeds().stdout;
    for text in ["spectral gap", "guaranteed rate 3.947841", "of the gap, 1.25000"] {
        assert!(table.contains(text), "{text} is not in\n{table}");
    }
}

#[test]
fn the_decay_of_games_of_every_kind_is_an_eigenvalue_and_never_below_the_guaranteed_rate() {
    let workspace = Workspace::new();
    for (game, time) in [("separable", "1"), ("convolution", "9"), ("limit-cycle-warm", "500"), ("players-1x2", "6")] {
        let time = format!("solver.time={time}");
        let object = workspace.run(&["run", game, "--json", "--set", &time]).succeeds().json();
        let ratio = |key: &str| object["rates"][key].as_f64().unwrap_or_else(|| panic!("{object:#}"));
        assert!((ratio("to_eigenvalue") - 1.0).abs() <= 1e-3, "{game}: {}", object["rates"]);
        assert!(ratio("to_guaranteed") >= 1.0 - 1e-3, "{game}: {}", object["rates"]);
        // Mass on mirror images, which this start does not tell apart, decays slower than all that is seen.
        let is_gap = (ratio("to_gap") - 1.0).abs() <= 1e-3;
        assert_eq!(is_gap, game != "limit-cycle-warm", "{game}: {}", object["rates"]);
    }
}

#[test]
fn a_spectrum_that_cannot_be_had_is_null_with_a_reason_and_so_are_the_ratios() {
    let workspace = Workspace::new();
    // The wells exchange mass at a rate below rounding.
    let game = "[game]\npayoff = \"0.5*cos(4*pi*x) - 0.5*cos(4*pi*y)\"\ntemperature = 0.004\n[initial]\n\
                x = \"1+0.1*cos(4*pi*x)\"\ny = \"1\"\n[solver]\ntime = 0.01\n";
    workspace.write("wells.toml", game);
    let object = workspace.run(&["run", "wells.toml", "--json"]).succeeds().json();
    assert!(object["spectrum"].is_null() && object["rates"].is_null(), "{object:#}");
    let notes = object["notes"].as_array().unwrap();
    assert!(notes.iter().any(|note| note.as_str().unwrap().starts_with("no spectrum: ")), "{object:#}");
    assert!(!hdf5::File::open(workspace.path("wells.h5")).unwrap().link_exists("spectrum"));
}

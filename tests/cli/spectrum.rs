//! `nashflow spectrum`: known spectra, the object of `--json`, the file of eigenfunctions, refusals and failures.

use crate::workspace::{CIRCLES, Workspace};
use std::f64::consts::PI;

/// A game file with this key for the payoff, at a temperature.
fn game(payoff: &str, temperature: f64) -> String {
    format!("[game]\n{payoff}\ntemperature = {temperature}\n[initial]\nx = \"1\"\ny = \"1\"\n[solver]\ntime = 1.0\n")
}

/// The object of a game that must be solved.
#[track_caller]
fn solved(text: &str, more: &[&str]) -> serde_json::Value {
    let workspace = Workspace::new();
    workspace.write("game.toml", text);
    let outcome = workspace.run(&[&["spectrum", "game.toml", "--json"][..], more].concat()).succeeds();
    assert_eq!(workspace.names(), ["game.toml"]);
    outcome.json()
}

#[track_caller]
fn number(object: &serde_json::Value, path: &[&str]) -> f64 {
    let value = path.iter().fold(object, |value, key| &value[key]);
    value.as_f64().unwrap_or_else(|| panic!("{path:?} is {value}"))
}

#[track_caller]
fn assert_near(found: f64, expected: f64, relative: f64) {
    assert!((found - expected).abs() <= relative * expected.abs(), "{found} instead of {expected}");
}

#[test]
fn the_object_has_the_keys_of_the_contract() {
    let object = solved(CIRCLES, &["-k", "5", "--quiet", "--threads", "1"]);
    for key in ["game", "grid", "payoff", "equilibrium", "spectrum", "output"] {
        assert!(object.get(key).is_some(), "{key}");
    }
    let spectrum = &object["spectrum"];
    let eigenvalues = spectrum["eigenvalues"].as_array().unwrap();
    assert_eq!(eigenvalues.len(), 5);
    assert_eq!(number(spectrum, &["gap"]), -eigenvalues[0][0].as_f64().unwrap());
    assert_eq!(number(spectrum, &["frequency"]), eigenvalues[0][1].as_f64().unwrap().abs());
    assert!(number(spectrum, &["guaranteed_rate"]) <= number(spectrum, &["gap"]));
    for (value, error) in eigenvalues.iter().zip(spectrum["errors"].as_array().unwrap()) {
        assert!(error.as_f64().unwrap() < 1e-7 * value[0].as_f64().unwrap().abs());
    }
    assert_eq!(spectrum["complete"], true);
    assert!(object["output"].is_null());
}

#[test]
fn the_table_shows_gap_rate_and_eigenvalues() {
    let workspace = Workspace::new();
    let outcome = workspace.run(&["spectrum", "rotation", "-k", "3"]).succeeds();
    for words in
        ["Rotation", "spectral gap", "3.94784176043", "19.7392088021", "guaranteed rate", "i +-", "growth at most"]
    {
        assert!(outcome.stdout.contains(words), "{words}: {}", outcome.stdout);
    }
    assert!(outcome.stderr.is_empty(), "{}", outcome.stderr);
    let help = workspace.run(&["spectrum", "--help"]).succeeds().stdout;
    assert!(help.contains("nashflow spectrum rotation") && help.contains("--count"), "{help}");
}

#[test]
fn there_is_no_threshold_in_a_zero_sum_kernel_game() {
    for c in [0.01, 1.0, 100.0] {
        let object = solved(&game(&format!("kernel = \"{c}*cos(2*pi*z)\""), 0.1), &[]);
        assert_near(number(&object, &["spectrum", "gap"]), 3.94784176043574, 1e-12);
        assert_near(number(&object, &["spectrum", "frequency"]), 2.0 * PI * PI * c, 1e-11);
        assert_eq!(object["spectrum"]["growth_bound"], 1.0);
    }
    let periods =
        "kernel = \"0.5*cos(2*pi*z/3)\"\ndomain = { x = { dim = 1, period = 3.0 }, y = { dim = 1, period = 3.0 } }";
    let object = solved(&game(periods, 0.07), &[]);
    assert_near(number(&object, &["spectrum", "gap"]), 0.307054359145002, 1e-12);
    assert_near(number(&object, &["spectrum", "frequency"]), 1.09662271123215, 1e-12);
}

#[test]
fn a_tiny_gap_keeps_its_digits_and_hides_no_fast_eigenvalue() {
    let object = solved(&game("payoff = \"0.5*cos(4*pi*x) - 0.5*cos(4*pi*y)\"", 0.05), &["-k", "2"]);
    assert_near(number(&object, &["spectrum", "gap"]), 1.00904863787505e-7, 1e-8);
    assert_near(number(&object, &["spectrum", "guaranteed_rate"]), 1.00904863787505e-7, 1e-8);
    assert_eq!(number(&object, &["spectrum", "frequency"]), 0.0);
    assert_near(object["spectrum"]["eigenvalues"][1][0].as_f64().unwrap(), -74.53, 1e-3);
}

#[test]
fn a_table_gives_the_gap_of_its_period_and_one_with_the_end_repeated_is_refused() {
    let workspace = Workspace::new();
    let table =
        |n: usize| ndarray::Array2::from_shape_fn((n, n), |(i, j)| (2.0 * PI * (i as f64 - j as f64) / 64.0).cos());
    ndarray_npy::write_npy(workspace.path("open.npy"), &table(64)).unwrap();
    ndarray_npy::write_npy(workspace.path("closed.npy"), &table(65)).unwrap();
    for name in ["open", "closed"] {
        workspace.write(&format!("{name}.toml"), game(&format!("table = \"{name}.npy\""), 0.1));
    }
    let object = workspace.run(&["spectrum", "open.toml", "--json"]).succeeds().json();
    assert_near(number(&object, &["spectrum", "gap"]), 3.94784176043574, 1e-10);
    assert_near(number(&object, &["spectrum", "frequency"]), 19.7392088021787, 1e-10);
    workspace.run(&["spectrum", "closed.toml"]).fails(2, &["closed.npy"]);
}

#[test]
fn players_of_unlike_dimension_have_the_spectrum_of_the_swapped_game() {
    let domain = |a: &str, b: &str| format!("domain = {{ x = {a}, y = {b} }}");
    let (line, torus) = ("{ dim = 1, period = 1.0 }", "{ dim = 2, period = [1.0, 2.0] }");
    let one = format!(
        "payoff = \"cos(2*pi*(x - y1)) + 0.5*sin(2*pi*x)*cos(pi*y2) - 0.3*cos(2*pi*y1 + pi*y2)\"\n{}",
        domain(line, torus)
    );
    let other = format!(
        "payoff = \"0.3*cos(2*pi*x1 + pi*x2) - cos(2*pi*(y - x1)) - 0.5*sin(2*pi*y)*cos(pi*x2)\"\n{}",
        domain(torus, line)
    );
    let objects = [one, other].map(|text| solved(&game(&text, 0.3), &["-k", "4"]));
    for key in ["gap", "frequency", "guaranteed_rate", "growth_bound"] {
        let [a, b] = [0, 1].map(|i| number(&objects[i], &["spectrum", key]));
        assert!((a - b).abs() <= 1e-6 * b.abs().max(1e-3), "{key}: {a} and {b}");
    }
}

#[test]
fn eigenfunctions_are_written_with_their_scales() {
    let workspace = Workspace::new();
    workspace.write("game.toml", CIRCLES);
    let command = ["spectrum", "game.toml", "-k", "3", "-o", "modes.h5"];
    workspace.run(&command).succeeds();
    let file = hdf5::File::open(workspace.path("modes.h5")).unwrap();
    let n = file.dataset("x").unwrap().size();
    assert_eq!(file.dataset("spectrum/eigenvalues").unwrap().shape(), [3, 2]);
    assert_eq!(file.dataset("spectrum/mu").unwrap().shape(), [3, 2, n]);
    assert_eq!(file.dataset("equilibrium/mu").unwrap().shape(), [n]);
    let gap = file.dataset("spectrum/eigenvalues").unwrap().attr("gap").unwrap().read_scalar::<f64>().unwrap();
    let values = file.dataset("spectrum/eigenvalues").unwrap().read_raw::<f64>().unwrap();
    assert_eq!(gap, -values[0]);
    let modes = file.dataset("spectrum/mu").unwrap().read_raw::<f64>().unwrap();
    for mode in modes.chunks(n) {
        let size: f64 = mode.iter().map(|v| v.abs()).sum();
        assert!(mode.iter().sum::<f64>().abs() <= 1e-10 * size.max(1.0), "mass of an eigenfunction");
    }
    drop(file);
    workspace.run(&command).fails(2, &["modes.h5 already exists", "--force"]);
    workspace.run(&[&command[..], &["--force"]].concat()).succeeds();
    assert_eq!(workspace.names(), ["game.toml", "modes.h5"]);
}

#[test]
fn what_can_not_be_had_is_refused_or_fails_without_a_file() {
    let workspace = Workspace::new();
    workspace.write("game.toml", CIRCLES);
    for count in ["0", "101", "-1", "many"] {
        workspace.run(&["spectrum", "game.toml", &format!("--count={count}")]).fails(2, &["--count"]);
    }
    workspace.run(&["spectrum", "missing.toml"]).fails(2, &["missing.toml"]);
    let coarse = ["--set", "game.temperature=1e-3", "--set", "solver.grid=32", "-o", "out.h5"];
    workspace.run(&[&["spectrum", "game.toml"][..], &coarse].concat()).fails(3, &["points"]);
    workspace.write("deep.toml", game("payoff = \"0.5*cos(4*pi*x) - 0.5*cos(4*pi*y)\"", 0.015));
    workspace.run(&["spectrum", "deep.toml", "-o", "out.h5"]).fails(3, &["below resolution", "temperature"]);
    assert_eq!(workspace.names(), ["deep.toml", "game.toml"]);
}

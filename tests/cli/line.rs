//! Players on the line as the program shows them: boxes, bounds, attributes, distances that do not wind.

use crate::contents::{assert_same, open};
use crate::form::tries;
use crate::workspace::Workspace;

/// Boxes of length 10 by default, in which the densities are nearer the other way round than along the line.
const GAME: &str = r#"
[game]
payoff = "x^2/2 + x*y/4 - y^2/2"
temperature = 0.2
[game.domain]
x = { space = "line", period = 10 }
y = { space = "line", period = 10 }
[initial]
x = "exp(-(x - 2.8)^2/(2*0.04))"
y = "exp(-(y + 2.8)^2/(2*0.09))"
[solver]
time = 0
"#;

fn distance(workspace: &Workspace, a: &str, b: &str) -> f64 {
    workspace.run(&["w2", a, b, "--json"]).succeeds().json()["w2"].as_f64().unwrap()
}

#[test]
fn distances_of_states_on_the_line_do_not_wind() {
    let workspace = Workspace::new();
    std::fs::write(workspace.path("game.toml"), GAME).unwrap();
    workspace.run(&["run", "game.toml", "-o", "a.h5"]).succeeds();
    let gaussian = |mean: f64, variance: f64| format!("expr:exp(-(x - ({mean}))^2/(2*{variance}))");
    for (mean, variance) in [(-2.8, 0.04), (-2.4, 0.09), (2.0, 0.01)] {
        let exact = f64::hypot(mean - 2.8, f64::sqrt(variance) - 0.2);
        let got = distance(&workspace, "a.h5:/mu@0", &gaussian(mean, variance));
        assert!((got - exact).abs() < 1e-9, "{mean}, {variance}: {got} for {exact}");
    }
    // Another box, of other length and origin: the same density.
    let other = ["--set", "game.domain.x={space=\"line\", period=9, origin=-3}"];
    workspace.run(&[&["run", "game.toml", "-o", "b.h5"][..], &other].concat()).succeeds();
    assert!(distance(&workspace, "a.h5:/mu@0", "b.h5:/mu@0") < 1e-7);
    std::fs::write(workspace.path("far.txt"), "-7.2\n-7.2\n").unwrap();
    let exact = f64::hypot(10.0, 0.2);
    let got = distance(&workspace, "a.h5:/mu@0", "cloud:far.txt");
    assert!((got - exact).abs() < 1e-9, "{got} for {exact}");
}

#[test]
fn what_has_no_place_on_the_line_is_refused() {
    let workspace = Workspace::new();
    std::fs::write(workspace.path("game.toml"), GAME).unwrap();
    workspace.run(&["run", "game.toml", "-o", "a.h5"]).succeeds();
    workspace.run(&["w2", "a.h5:/mu", "expr:exp(-x^2)", "--period", "10"]).fails(2, &["--period", "on the line"]);
    workspace.run(&["w2", "a.h5:/mu", "expr:exp(-(x-6)^2)"]).fails(2, &["outside of [-5, 5]"]);
}

#[test]
fn the_bound_stands_in_summary_object_and_file() {
    let workspace = Workspace::new();
    let run = ["run", "double-well-line", "--set", "solver.time=0.1", "--set", "output.snapshots=1", "-o", "run.h5"];
    let shown = workspace.run(&run).succeeds().stdout;
    assert!(shown.contains("x on the line") && shown.contains("for all times"), "{shown}");
    let object = workspace.run(&["equilibrium", "double-well-line", "--json"]).succeeds().json();
    let file = hdf5::File::open(workspace.path("run.h5")).unwrap();
    for (i, name) in ["x", "y"].into_iter().enumerate() {
        let line = &object["lines"][i];
        assert_eq!(line["player"], name);
        let attribute = |key: &str| file.dataset(name).unwrap().attr(key).unwrap().read_scalar::<f64>().unwrap();
        assert_eq!(attribute("line"), 1.0);
        for key in ["a", "b", "q", "radius", "mass"] {
            let (shown, stored) = (line[key].as_f64().unwrap(), attribute(&format!("tail_{key}")));
            assert!((shown - stored).abs() <= 1e-12 * stored, "{name} {key}: {shown}, {stored}");
        }
        assert!(line["mass"].as_f64().unwrap() <= 1e-14, "{line}");
    }
}

#[test]
fn an_orbit_goes_on_from_its_file_in_the_box_of_that_file() {
    let workspace = Workspace::new();
    let hot = ["orbit", "double-well-line", "--set", "game.temperature=0.1", "-o", "orbit.h5", "--json"];
    let first = workspace.run(&hot).succeeds().json();
    let second = workspace.run(&["orbit", "orbit.h5", "--json"]).succeeds().json();
    let period = |object: &serde_json::Value| object["period"].as_f64().unwrap();
    assert!((period(&first) - period(&second)).abs() < 1e-8, "{first}\n{second}");
    assert_eq!(first["lines"][0]["low"], second["lines"][0]["low"]);
}

/// Hotter for a while than the boxes are made for: both players get larger ones on the way.
const TOO_HOT: [&str; 10] = [
    "--set",
    "game.temperature=0.0625",
    "--set",
    "flow.dynamics=annealing",
    "--set",
    "flow.schedule='1 + 60*exp(-t)'",
    "--set",
    "solver.time=0.2",
    "--set",
    "output.snapshots=40",
];

#[test]
fn a_run_killed_in_a_larger_box_goes_on_there_and_tells_of_all_boxes() {
    let workspace = Workspace::new();
    let arguments = |output: &'static str| {
        let run =
            ["run", "double-well-line", "--set", "solver.tolerance=1e-3", "--checkpoint-seconds", "0", "-o", output];
        [&run[..], &TOO_HOT[..]].concat()
    };
    let began_again = |object: &serde_json::Value| -> Vec<String> {
        let notes = object["notes"].as_array().unwrap().iter().map(|note| note.as_str().unwrap().to_owned());
        notes.filter(|note| note.contains("began again")).collect()
    };
    let started = std::time::Instant::now();
    let whole = workspace.run(&[&arguments("whole.h5")[..], &["--json"]].concat()).succeeds().json();
    let life = started.elapsed();
    let boxes = began_again(&whole);
    assert_eq!(boxes.len(), 2, "{whole}");
    for share in [0.5, 0.7, 0.9].into_iter().step_by(tries(2, 1)) {
        let mut child = workspace.start(&arguments("out.h5"));
        std::thread::sleep(life.mul_f64(share));
        child.kill().unwrap();
        child.wait().unwrap();
        let resumed = workspace.run(&[&arguments("out.h5")[..], &["--resume", "--json"]].concat()).succeeds().json();
        assert_eq!(began_again(&resumed), boxes, "killed at {share} of its life");
        assert_same(&workspace.path("whole.h5"), &workspace.path("out.h5"));
        std::fs::remove_file(workspace.path("out.h5")).unwrap();
    }
}

#[test]
fn dynamics_are_compared_on_the_line() {
    let workspace = Workspace::new();
    let compare = ["compare", "double-well-line", "--dynamics", "mfl-da,best-response", "--w2", "1.5", "--json"];
    let short = ["--set", "game.temperature=0.25", "--set", "solver.time=0.5", "--set", "output.snapshots=5"];
    let object = workspace.run(&[&compare[..], &short[..]].concat()).succeeds().json();
    for row in object["dynamics"].as_array().unwrap() {
        assert!(row["final"]["w2"].as_f64().unwrap() > 0.1, "{object}");
    }
}

#[test]
fn states_on_the_plane_have_the_distance_of_the_plane() {
    let workspace = Workspace::new();
    workspace.write(
        "plane.toml",
        r#"
        [game]
        payoff = "x1^2/2 + x2^2 - y^2/2"
        temperature = 0.2
        [game.domain]
        x = { dim = 2, space = "line" }
        y = { space = "line" }
        [initial]
        x = "exp(-(x1^2 + x2^2)/(2*0.2))"
        y = "exp(-y^2/(2*0.2))"
        "#,
    );
    workspace.run(&["equilibrium", "plane.toml", "-o", "at-rest.h5"]).succeeds();
    // The equilibrium has the variances 0.2 and 0.1.
    let shifted = "expr:exp(-(x1-0.3)^2/(2*0.2)-(x2+0.4)^2/(2*0.1))";
    let object = workspace.run(&["w2", "at-rest.h5:/equilibrium/mu", shifted, "--json"]).succeeds().json();
    let (w2, error) = (object["w2"].as_f64().unwrap(), object["error"].as_f64().unwrap());
    assert!((w2 - 0.5).abs() <= error && error < 1e-7, "{object}");
    assert_eq!(object["method"], "plane, dual potential");
    // Wells elsewhere and narrower: another box, variances 0.1 and 0.05.
    let elsewhere = ["--set", "game.payoff=(x1 - 0.3)^2 + 2*(x2 + 0.4)^2 - y^2/2", "-o", "elsewhere.h5"];
    workspace.run(&[&["equilibrium", "plane.toml"][..], &elsewhere].concat()).succeeds();
    let states = ["at-rest.h5", "elsewhere.h5"].map(|name| format!("{name}:/equilibrium/mu"));
    let [a, b] = ["at-rest.h5", "elsewhere.h5"].map(|name| {
        let axis = open(&workspace.path(name)).dataset("x1").unwrap();
        ["origin", "period"].map(|name| axis.attr(name).unwrap().read_raw::<f64>().unwrap())
    });
    assert!(a != b, "one box, {a:?}");
    let object = workspace.run(&["w2", &states[0], &states[1], "--json"]).succeeds().json();
    let (w2, error) = (object["w2"].as_f64().unwrap(), object["error"].as_f64().unwrap());
    let deviations = [(0.2_f64, 0.1_f64), (0.1, 0.05)].map(|(a, b)| a.sqrt() - b.sqrt());
    let exact = (0.25 + deviations[0].powi(2) + deviations[1].powi(2)).sqrt();
    assert!((w2 - exact).abs() <= error && error < 1e-6, "{object}, {exact}");
}

/// The box in which a line is periodised must not be seen in what is told of a cycle.
#[test]
fn the_amplitude_of_a_cycle_is_that_of_its_densities_in_any_box() {
    let workspace = Workspace::new();
    let mut told = Vec::new();
    for (file, more) in [("own.h5", vec![]), ("wide.h5", vec!["--set", "game.domain.x.period=12"])] {
        let words = [&["orbit", "double-well-line", "--set", "game.temperature=0.1", "--json", "-o", file][..], &more];
        let object = workspace.run(&words.concat()).succeeds().json();
        let value = |key: &str, player: &str| object[key][player].as_f64().unwrap();
        let mu = open(&workspace.path(file)).dataset("mu").unwrap();
        let (samples, values) = (mu.shape()[0], mu.read_raw::<f64>().unwrap());
        let n = values.len() / samples;
        let attribute = |name: &str| {
            let axis = open(&workspace.path(file)).dataset("x").unwrap();
            axis.attr(name).unwrap().read_raw::<f64>().unwrap()[0]
        };
        let mean = |j: usize| (0..samples).map(|s| values[s * n + j]).sum::<f64>() / samples as f64;
        let means: Vec<f64> = (0..n).map(mean).collect();
        let square = |s: usize| values[s * n..][..n].iter().zip(&means).map(|(u, m)| (u - m).powi(2)).sum::<f64>();
        let largest = (0..samples).map(square).fold(0.0, f64::max) * attribute("period") / n as f64;
        let (amplitude, error) = (value("amplitude", "x"), value("amplitude_error", "x"));
        // The largest sample is below the largest value of the curve, by about as much as its error says.
        assert!((amplitude - largest.sqrt()).abs() <= 1e-3 * amplitude, "{amplitude} and {}", largest.sqrt());
        told.push([(amplitude, error), (value("amplitude", "y"), value("amplitude_error", "y"))]);
    }
    for (own, wide) in told[0].iter().zip(&told[1]) {
        assert!((own.0 - wide.0).abs() <= 3.0 * (own.1 + wide.1), "{told:?}");
    }
}

/// Steep ends of a wide box, where the explicit drift is next to unstable: the grid stays cheap, where one that grew on after the
/// noise would have thousands of nodes, and W2 is right to the tolerance.
#[test]
fn no_grid_grows_on_and_on_after_the_noise_at_the_steep_ends_of_a_box() {
    let workspace = Workspace::new();
    workspace.write(
        "steep.toml",
        r#"
        [game]
        payoff = "x^4/2 - y^2/2"
        temperature = { x = 0.5, y = 0.3 }
        domain = { x = { space = "line" }, y = { space = "line" } }
        [initial]
        x = "exp(-(x - 0.5)^2)"
        y = "exp(-(y + 0.3)^2)"
        [solver]
        time = 0.05
        [output]
        snapshots = 1
        "#,
    );
    let [loose, tight] = ["1e-7", "1e-11"].map(|tolerance| {
        let tolerance = format!("solver.tolerance={tolerance}");
        let words = ["run", "steep.toml", "--set", &tolerance, "-o", "out.h5", "--force", "--json"];
        workspace.run(&words).succeeds().json()
    });
    for object in [&loose, &tight] {
        assert!(object["grid"]["x"][0].as_u64().unwrap() <= 600, "{object:#}");
        assert!(object["steps"].as_u64().unwrap() <= 2000, "{object:#}");
    }
    let last = |object: &serde_json::Value| object["final"]["w2"].as_f64().unwrap();
    let off = (last(&loose) - last(&tight)).abs();
    assert!(off <= 1e-7, "{off:e}: {} {}", loose["final"], tight["final"]);
}

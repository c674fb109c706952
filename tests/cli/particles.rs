//! `nashflow particles`: clouds from files, known distances, floors, the ladder, threads, refusals.

use crate::contents::{assert_same, open};
use crate::form::tries;
use crate::workspace::{CIRCLES, Moments, TORI, Workspace, signal, wait_until};
use std::f64::consts::PI;
use std::time::Instant;

/// A rotation from clouds in files: the equilibrium is uniform.
const FROM_CLOUDS: &str = r#"[game]
kernel = "c*cos(2*pi*z)"
temperature = 0.1
parameters.c = 1.0
[initial]
x = { cloud = "x.csv" }
y = { cloud = "y.csv" }
[solver]
time = 0.0
"#;

/// The same from densities, as far from the equilibrium as `x` says.
const ROTATION: &str = r#"[game]
kernel = "cos(2*pi*z)"
temperature = 0.1
[initial]
x = "1"
y = "1"
[solver]
time = 0.1
[output]
snapshots = 1
"#;

fn number(object: &serde_json::Value, path: &[&str]) -> f64 {
    let value = path.iter().fold(object, |value, key| match key.parse::<usize>() {
        Ok(index) => &value[index],
        Err(_) => &value[key],
    });
    value.as_f64().unwrap_or_else(|| panic!("{path:?} is {value}"))
}

#[track_caller]
fn assert_near(found: f64, expected: f64, error: f64) {
    assert!((found - expected).abs() <= error, "{found} instead of {expected} +- {error}");
}

#[test]
fn clouds_that_are_the_same_on_the_circle_are_the_same() {
    for period in ["1", "2*pi"] {
        let length = if period == "1" { 1.0 } else { 2.0 * PI };
        let mut distances = vec![];
        for cloud in [[-1e-18, 0.25], [1.0, 0.25], [0.0, 1.25], [-0.0, -0.75], [1.0 - f64::EPSILON / 2.0, 0.25]] {
            let workspace = Workspace::new();
            let text = cloud.map(|t| format!("{:?}\n", t * length)).concat();
            workspace.write("x.csv", &text);
            workspace.write("y.csv", "0.5\n");
            let game = FROM_CLOUDS.replace(
                "[initial]",
                &format!("domain.x.period = \"{period}\"\ndomain.y.period = \"{period}\"\n[initial]"),
            );
            workspace.write("game.toml", game.replace("2*pi*z", &format!("2*pi*z/({period})")));
            let object = workspace.run(&["particles", "game.toml", "--json", "-o", "out.h5"]).succeeds().json();
            distances.push(number(&object, &["snapshots", "0", "equilibrium", "w2_x"]));
            let places = open(&workspace.path("out.h5")).dataset("particles/x").unwrap();
            assert_eq!(places.shape(), [1, 2, 1]);
            assert!(places.read_raw::<f64>().unwrap().iter().all(|x| (0.0..length).contains(x)), "{cloud:?}");
        }
        for found in &distances {
            assert_near(*found, distances[0], 1e-15 * length);
        }
    }
}

#[test]
fn equal_points_have_the_distance_of_a_point_to_the_uniform_density() {
    let workspace = Workspace::new();
    for (name, point) in [("x.csv", "0.3\n"), ("y.csv", "0.999999999999999\n")] {
        workspace.write(name, point.repeat(1000));
    }
    workspace.write("game.toml", FROM_CLOUDS);
    let object = workspace.run(&["particles", "game.toml", "--json"]).succeeds().json();
    for player in ["w2_x", "w2_y"] {
        assert_near(number(&object, &["snapshots", "0", "equilibrium", player]), 0.288675134594813, 1e-12);
    }
    assert_eq!(number(&object, &["particles", "x"]), 1000.0);
    let torus = "[game]\nkernel = 'cos(2*pi*z1) + cos(2*pi*z2)'\ntemperature = 0.1\ndomain.x.dim = 2\ndomain.y.dim = 2\n\
                 [initial]\nx = { cloud = 'x.csv' }\ny = { cloud = 'y.csv' }\n[solver]\ntime = 0.0\n";
    workspace.write("torus.toml", torus);
    workspace.write("x.csv", "0.3,0.9999999999999999\n".repeat(1000));
    workspace.write("y.csv", "1,1\n".repeat(1000));
    let object = workspace.run(&["particles", "torus.toml", "--json"]).succeeds().json();
    for player in ["w2_x", "w2_y"] {
        assert_near(number(&object, &["snapshots", "0", "equilibrium", player]), 0.408248290463863, 1e-8);
    }
}

#[test]
fn the_payoff_of_two_points_is_that_of_their_difference() {
    let workspace = Workspace::new();
    workspace.write("x.csv", "0.3\n");
    workspace.write("y.csv", "0.1\n");
    workspace.write("game.toml", FROM_CLOUDS);
    let object = workspace.run(&["particles", "game.toml", "--json"]).succeeds().json();
    assert_near(number(&object, &["snapshots", "0", "payoff"]), (0.4 * PI).cos(), 1e-14);
    assert!(object["snapshots"][0]["mean_field"].is_null());
    assert!(object["notes"].to_string().contains("cloud"), "{}", object["notes"]);
}

#[test]
fn floors_of_the_circle_have_their_constant_and_clouds_stay_on_them() {
    let workspace = Workspace::new();
    workspace.write("game.toml", ROTATION);
    let words = ["particles", "game.toml", "--ladder", "100,1000", "--replicas", "200", "--json"];
    let object = workspace.run(&words).succeeds().json();
    for (rung, n) in [("0", 100.0_f64), ("1", 1000.0)] {
        for what in ["error", "floor", "iid_floor"] {
            let found = number(&object, &["rungs", rung, what, "w2"]);
            let error = number(&object, &["rungs", rung, what, "standard_error"]);
            // N E W2^2 = 1/12 for each player.
            assert_near(found, (1.0 / (6.0 * n)).sqrt(), 4.0 * error + 0.01 * found);
            assert!(error < 0.1 * found);
        }
        assert!(object["rungs"][rung.parse::<usize>().unwrap()]["decay"].is_null());
    }
    let error = number(&object, &["floor_power", "standard_error"]);
    assert_near(number(&object, &["floor_power", "exponent"]), -0.5, 4.0 * error);
    assert!(!object["notes"].to_string().contains("still"), "{}", object["notes"]);
}

#[test]
fn floors_of_the_torus_grow_with_the_logarithm() {
    let workspace = Workspace::new();
    let torus = "[game]\nkernel = 'cos(2*pi*z1) + cos(2*pi*z2)'\ntemperature = 0.1\ndomain.x.dim = 2\ndomain.y.dim = 2\n\
                 [solver]\ntime = 0.0\n";
    workspace.write("torus.toml", torus);
    let words = ["particles", "torus.toml", "--ladder", "50,1600", "--replicas", "12", "--json"];
    let object = workspace.run(&words).succeeds().json();
    let scaled = |rung: &str, n: f64| {
        let w2 = number(&object, &["rungs", rung, "floor", "w2"]);
        (n * w2 * w2, 2.0 * n * w2 * number(&object, &["rungs", rung, "floor", "standard_error"]))
    };
    let ((small, small_error), (large, large_error)) = (scaled("0", 50.0), scaled("1", 1600.0));
    // N E W2^2 = (log N)/(4 pi) + c for each player.
    assert_near(large - small, 2.0 * 32.0_f64.ln() / (4.0 * PI), 4.0 * small_error.hypot(large_error));
}

#[test]
fn clouds_decay_at_the_spectral_gap_whatever_their_size() {
    let workspace = Workspace::new();
    let game = ROTATION.replace("x = \"1\"", "x = \"1 + 0.9*cos(2*pi*x)\"").replace("time = 0.1", "time = 1.0");
    workspace.write("game.toml", game.replace("snapshots = 1", "snapshots = 40"));
    let words = ["particles", "game.toml", "--ladder", "1000,10000", "--replicas", "6", "--json"];
    let object = workspace.run(&words).succeeds().json();
    assert_near(number(&object, &["gap"]), 0.4 * PI * PI, 1e-6);
    for rung in ["0", "1"] {
        let decay = |key: &str| number(&object, &["rungs", rung, "decay", key]);
        assert_near(decay("rate"), decay("mean_field_rate"), 5.0 * decay("standard_error") + 0.02);
        assert_near(decay("mean_field_rate"), 0.4 * PI * PI, 0.15);
        assert!(decay("standard_error") < 0.3, "{}", decay("standard_error"));
    }
    // After a time of 1 the densities are about 0.1 exp(-3.95) from the equilibrium, half the floor of 10000 points.
    let notes = object["notes"].to_string();
    assert!(notes.contains("the densities are still 1.9e-3 from the equilibrium"), "{notes}");
}

#[test]
fn any_number_of_threads_and_every_repetition_gives_the_same_bytes() {
    for (game, n) in [
        (CIRCLES.replace("snapshots = 25", "snapshots = 2"), "9000,5000"),
        (TORI.replace("snapshots = 10", "snapshots = 1"), "300,200"),
    ] {
        let workspace = Workspace::new();
        workspace.write("game.toml", &game);
        for threads in ["1", "3", "8"] {
            let output = format!("{threads}.h5");
            let words = ["particles", "game.toml", "-n", n, "--replicas", "2", "-o", &output, "--threads", threads];
            workspace.run(&words).succeeds();
            assert_same(&workspace.path("1.h5"), &workspace.path(&output));
        }
        workspace
            .run(&["particles", "game.toml", "-n", n, "--replicas", "2", "-o", "other.h5", "--seed", "1"])
            .succeeds();
        let places =
            |name: &str| open(&workspace.path(name)).dataset("particles/y").unwrap().read_raw::<f64>().unwrap();
        assert_ne!(places("1.h5"), places("other.h5"));
    }
}

/// Snapshots so far apart that each shows independent points of the uniform equilibrium: a system is outside with a
/// probability `p` that a few lines of their own give, and the mean time is `(1/p - 1/2)` times the distance of snapshots.
#[test]
fn exit_times_of_systems_without_memory_are_those_of_independent_points() {
    let (n, interval, level) = (20, 0.25, 0.1_f64);
    let workspace = Workspace::new();
    let game = ROTATION.replace("cos(2*pi*z)", "0.01*cos(2*pi*z)").replace("temperature = 0.1", "temperature = 1");
    workspace.write("game.toml", game.replace("time = 0.1", "time = 10").replace("snapshots = 1", "snapshots = 40"));
    let inside = |points: usize| {
        ["--sampling", "stratified", "--replicas", "200", "--ladder"]
            .map(str::to_owned)
            .into_iter()
            .chain([points.to_string(), "--exit".to_owned(), format!("above={level}"), "--json".to_owned()])
            .collect::<Vec<_>>()
    };
    let words = inside(n);
    let words: Vec<&str> = ["particles", "game.toml"].into_iter().chain(words.iter().map(String::as_str)).collect();
    let object = workspace.run(&words).succeeds().json();
    let exit = |key: &str| number(&object, &["rungs", "0", "exit", key]);
    // On a circle of length 1 the squared distance of sorted points t_i to the uniform density is
    // (1/N) sum (t_i - (2 i - 1)/(2 N) - their mean + 1/2)^2 + 1/(12 N^2).
    let mut random = Moments::new(3);
    let mut square = || {
        let mut points: Vec<f64> = (0..n).map(|_| random.next()).collect();
        points.sort_by(f64::total_cmp);
        let mean = points.iter().sum::<f64>() / n as f64;
        let term = |(i, t): (usize, &f64)| (t - (2 * i + 1) as f64 / (2 * n) as f64 - mean + 0.5).powi(2);
        points.iter().enumerate().map(term).sum::<f64>() / n as f64 + 1.0 / (12 * n * n) as f64
    };
    let draws = 40_000;
    let outside = (0..draws).filter(|_| square() + square() > level * level).count() as f64 / f64::from(draws);
    assert!((0.1..0.6).contains(&outside), "{outside}");
    assert_near(exit("mean_time"), interval * (1.0 / outside - 0.5), 4.0 * exit("standard_error"));
    assert!(exit("standard_error") <= 0.1 * exit("mean_time") && exit("exits") >= 150.0);
}

#[test]
fn an_interrupted_or_killed_run_resumes_to_the_same_bytes() {
    let circles = CIRCLES.replace("snapshots = 25", "snapshots = 1");
    let tori = TORI.replace("snapshots = 10", "snapshots = 2");
    // More steps between snapshots than between two looks at the clock, and distances that take longer than the steps.
    for (game, options) in [
        (weighted(), ["-n", "3000,200", "--step", "2e-3", "--scheme", "heun"]),
        (circles, ["-n", "5000,4000", "--step", "4e-4", "--scheme", "heun"]),
        (tori, ["-n", "200,100", "--step", "1e-3", "--scheme", "euler-maruyama"]),
    ] {
        let workspace = Workspace::new();
        workspace.write("game.toml", game);
        let common = ["particles", "game.toml", "--replicas", "2", "--checkpoint-seconds", "0"];
        let words = |output| [&common[..], &options, &["-o", output]].concat();
        let started = Instant::now();
        workspace.run(&words("whole.h5")).succeeds();
        let life = started.elapsed();
        let (mut moments, mut met) = (Moments::new(5), 0);
        for number in 0..tries(4, 70) {
            let arguments = words("out.h5");
            let mut child = workspace.start(&arguments);
            let part = workspace.path("out.h5.part");
            wait_until(&mut child, || part.exists());
            std::thread::sleep(life.mul_f64(0.7 * moments.next()));
            if number % 2 == 0 {
                signal(&child, libc::SIGINT);
                let outcome = workspace.finish(child, &arguments);
                assert!(matches!(outcome.status, Some(0 | 130)), "{outcome:?}");
                assert!(outcome.status == Some(0) || outcome.stderr.contains("--resume"), "{outcome:?}");
            } else {
                child.kill().unwrap();
                child.wait().unwrap();
            }
            if part.exists() {
                met += 1;
                let file = open(&part);
                let (times, places) = (file.dataset("time").unwrap(), file.dataset("particles/x").unwrap());
                assert_eq!(places.shape()[..2], [2, times.size()], "what was measured before can be read");
                drop(file);
                workspace.run(&[&arguments[..], &["--resume"]].concat()).succeeds();
            }
            assert_same(&workspace.path("whole.h5"), &workspace.path("out.h5"));
            assert_eq!(workspace.names(), ["game.toml", "out.h5", "whole.h5"]);
            std::fs::remove_file(workspace.path("out.h5")).unwrap();
        }
        assert!(met >= 2, "only {met} met a running program");
    }
}

#[test]
fn only_the_run_that_was_interrupted_is_resumed() {
    let workspace = Workspace::new();
    workspace.write("game.toml", CIRCLES.replace("snapshots = 25", "snapshots = 2"));
    let words =
        ["particles", "game.toml", "-n", "20000", "--step", "1e-4", "-o", "out.h5", "--checkpoint-seconds", "0"];
    let mut child = workspace.start(&words);
    let part = workspace.path("out.h5.part");
    assert!(wait_until(&mut child, || part.exists()));
    child.kill().unwrap();
    child.wait().unwrap();
    let before = workspace.read("out.h5.part");
    let refused = |more: &[&str], what: &str| {
        workspace.run(&[&words[..], more].concat()).fails(2, &[what]);
        assert!(workspace.read("out.h5.part") == before && !workspace.path("out.h5").exists());
    };
    refused(&["--resume", "--seed", "1"], "--seed");
    refused(&["--resume", "--replicas", "2"], "--replicas");
    refused(&["--resume", "--no-distances"], "--no-distances");
    refused(&["--resume", "--set", "game.temperature=0.3"], "game.temperature");
    refused(&[], "--resume continues it");
    let mut damaged = before.clone();
    damaged.truncate(before.len() / 2);
    workspace.write("out.h5.part", &damaged);
    workspace.run(&[&words[..], &["--resume"]].concat()).fails(2, &["out.h5.part"]);
    assert!(workspace.read("out.h5.part") == damaged);
}

#[test]
fn the_file_of_a_cloud_can_be_measured_against_that_of_the_run() {
    let workspace = Workspace::new();
    workspace.write("game.toml", CIRCLES.replace("snapshots = 25", "snapshots = 2"));
    workspace.run(&["run", "game.toml", "-o", "run.h5", "--quiet"]).succeeds();
    let words = ["particles", "game.toml", "-n", "500,400", "-o", "cloud.h5", "--json"];
    let object = workspace.run(&words).succeeds().json();
    let file = open(&workspace.path("cloud.h5"));
    assert_eq!(file.dataset("particles/x").unwrap().shape(), [3, 500, 1]);
    assert_eq!(file.dataset("particles/y").unwrap().shape(), [3, 400, 1]);
    for (time, index) in [("0.25", "1"), ("0.5", "2")] {
        let (cloud, run) = (format!("cloud.h5@{time}"), format!("run.h5@{time}"));
        let w2 = workspace.run(&["w2", &cloud, &run, "--json"]).succeeds().json();
        // The run has a tolerance of 1e-6.
        assert_near(number(&object, &["snapshots", index, "mean_field", "w2"]), number(&w2, &["w2"]), 1e-5);
        let stored = file.dataset("w2_mean_field").unwrap().read_raw::<f64>().unwrap();
        let reported = number(&object, &["snapshots", index, "mean_field", "w2"]);
        assert_near(stored[index.parse::<usize>().unwrap()], reported, 4.0 * f64::EPSILON * reported);
    }
}

/// Two circles under the Wasserstein-Fisher-Rao flow.
fn weighted() -> String {
    CIRCLES.replace("snapshots = 25", "snapshots = 2") + "[flow]\ndynamics = \"wasserstein-fisher-rao\"\nweight = 20\n"
}

#[test]
fn weights_are_written_with_their_mass_and_judged_with_the_cloud() {
    let workspace = Workspace::new();
    workspace.write("game.toml", weighted());
    workspace.run(&["run", "game.toml", "-o", "run.h5", "--quiet"]).succeeds();
    let words = ["particles", "game.toml", "-n", "500,400", "-o", "cloud.h5", "--json", "--set", "solver.time=0.25"];
    let object = workspace.run(&words).succeeds().json();
    assert_eq!(object["dynamics"], "wasserstein-fisher-rao");
    let file = open(&workspace.path("cloud.h5"));
    for (player, count) in [("x", 500), ("y", 400)] {
        assert!(number(&object, &["bandwidth", player]) > 0.0);
        let weights = file.dataset(&format!("particles/{player}_weight")).unwrap();
        assert_eq!(weights.shape(), [3, count]);
        let weights = weights.read_raw::<f64>().unwrap();
        for (index, weights) in weights.chunks_exact(count).enumerate() {
            assert_near(weights.iter().sum(), 1.0, 1e-13);
            let effective = 1.0 / weights.iter().map(|w| w * w).sum::<f64>();
            let reported = number(&object, &["snapshots", &index.to_string(), "effective", player]);
            assert_near(reported, effective, 1e-10 * effective);
            assert!(if index == 0 {
                (effective - count as f64).abs() < 1e-8
            } else {
                effective < 0.999 * count as f64
            });
        }
    }
    assert!(number(&object, &["snapshots", "2", "mass_error"]) <= 1e-13);
    // The distance of the cloud with its weights, by another command, with the file of the run.
    let words = ["validate", "cloud.h5", "--against", "run.h5", "--time", "0.25", "--samples", "39", "--json"];
    let judged = workspace.run(&words).succeeds().json();
    for (player, w2) in [("x", "w2_x"), ("y", "w2_y")] {
        let reported = number(&object, &["snapshots", "2", "mean_field", w2]);
        assert_near(number(&judged, &[player, "w2"]), reported, 1e-5);
        let effective = number(&object, &["snapshots", "2", "effective", player]);
        assert_near(number(&judged, &[player, "effective_points"]), effective, 1e-9 * effective);
    }
    assert!(judged["notes"].to_string().contains("have weights"), "{}", judged["notes"]);
}

#[test]
fn the_bias_of_the_step_is_predicted_for_euler_maruyama_and_null_with_a_reason_otherwise() {
    let workspace = Workspace::new();
    let game = "[game]\npayoff = 'cos(2*pi*x) - cos(2*pi*y)'\ntemperature = 0.5\n[solver]\ntime = 0.4\n[output]\nsnapshots = 1\n";
    workspace.write("game.toml", game);
    let run = |words: &[&str]| {
        let common = ["particles", "game.toml", "--step", "1/100", "--sampling", "stratified", "--json"];
        workspace.run(&[&common[..], words].concat()).succeeds().json()
    };
    let euler = run(&["-n", "400000", "--scheme", "euler-maruyama"]);
    let (predicted, found) =
        (number(&euler, &["step_bias", "w2"]), number(&euler, &["snapshots", "1", "equilibrium", "w2"]));
    // Noise of 1/(6 N) in the square, and terms of second order in the step.
    assert!(predicted * predicted > 10.0 / 2.4e6, "a bias of {predicted} drowns in the noise");
    assert_near(found, predicted, 0.25 * predicted);
    let heun = run(&["-n", "10"]);
    assert!(heun["step_bias"]["w2"].is_null());
    assert!(heun["step_bias"]["reason"].as_str().unwrap().contains("heun"), "{}", heun["step_bias"]);
}

#[test]
fn one_particle_is_a_system() {
    let workspace = Workspace::new();
    workspace.write("game.toml", CIRCLES.replace("snapshots = 25", "snapshots = 2"));
    let object = workspace.run(&["particles", "game.toml", "-n", "1", "--json"]).succeeds().json();
    assert_eq!((number(&object, &["particles", "x"]), number(&object, &["particles", "y"])), (1.0, 1.0));
    assert!(object["snapshots"][2]["equilibrium"]["standard_error"].is_null());
}

#[test]
fn what_cannot_be_done_is_refused_with_what_is_allowed() {
    let workspace = Workspace::new();
    workspace.write("game.toml", CIRCLES);
    workspace.write("clouds.toml", FROM_CLOUDS);
    workspace.write("x.csv", "0.1\n0.2\n0.3\n");
    workspace.write("y.csv", "0.1\nnan\n");
    let refused = |words: &[&str], expected: &[&str]| {
        workspace.refuses(&[&["particles"], words].concat(), expected);
    };
    for n in ["0", "-3", "1.5", "1e8", "10,0", "nan", "1e999"] {
        refused(&["game.toml", "-n", n], &["-n"]);
    }
    refused(&["game.toml", "--replicas", "0"], &["--replicas", "1"]);
    refused(&["game.toml", "-n", "1e7", "--replicas", "100"], &["-n", "bytes"]);
    refused(&["game.toml", "-n", "1e7", "-o", "big.h5"], &["-o", "bytes", "snapshots"]);
    refused(&["game.toml", "--scheme", "milstein"], &["--scheme", "heun", "euler-maruyama"]);
    refused(&["game.toml", "--sampling", "sobol"], &["--sampling", "iid", "stratified"]);
    for step in ["0", "-1e-3", "nan", "1e-300"] {
        refused(&["game.toml", "--step", step], &["--step"]);
    }
    refused(&["game.toml", "--ladder", "100,100"], &["--ladder", "increase"]);
    refused(&["game.toml", "--ladder", "10", "--no-distances"], &["--ladder"]);
    refused(&["clouds.toml"], &["initial.y", "y.csv", "1", "NaN"]);
    workspace.write("y.csv", "0.1\n1e16\n");
    refused(&["clouds.toml"], &["initial.y", "y.csv", "1", "1e16"]);
    workspace.write("y.csv", "0.1,0.2\n0.1,0.2\n");
    refused(&["clouds.toml"], &["initial.y", "shape", "(N, 1)"]);
    workspace.write("y.csv", "0.1\n0.2\n");
    refused(&["clouds.toml", "-n", "3"], &["-n", "player y", "2"]);
    refused(&["clouds.toml", "--ladder", "10"], &["--ladder", "clouds"]);
    refused(&["clouds.toml", "--set", "initial.y=1"], &["initial.y", "cloud"]);
    workspace.write("out.h5", "kept");
    refused(&["game.toml", "-o", "out.h5"], &["out.h5", "--force"]);
    assert_eq!(workspace.read("out.h5"), b"kept");
    refused(&["game.toml", "-o", "nowhere/out.h5"], &["nowhere"]);
    refused(&["game.toml", "--resume"], &["--resume", "-o"]);
    refused(&["game.toml", "--bandwidth", "0.1"], &["--bandwidth", "weights", "mfl-da"]);
    workspace.write("weighted.toml", weighted());
    for width in ["0", "-0.1", "nan", "1e-9", "2", "0.1,0", "wide"] {
        refused(&["weighted.toml", "--bandwidth", width], &["--bandwidth"]);
    }
    for exit in ["0.1", "above=-1", "beside=1", "below=x", "above="] {
        refused(&["game.toml", "--ladder", "10", "--exit", exit], &["--exit"]);
    }
}

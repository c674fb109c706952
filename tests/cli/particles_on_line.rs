//! `nashflow particles` and `validate` for players on the line and plane, and clouds there in `w2`.

use crate::contents::{assert_same, open};
use crate::workspace::{Moments, Workspace};
use serde_json::Value;

const SHORT: [&str; 6] = ["double-well-line", "--set", "solver.time=0.4", "--set", "output.snapshots=2", "--set"];
const TEMPERATURE: &str = "game.temperature=0.1";

fn arguments<'a>(command: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&[command][..], &SHORT, &[TEMPERATURE], more].concat()
}

fn number(object: &Value, pointer: &str) -> f64 {
    object.pointer(pointer).and_then(Value::as_f64).unwrap_or_else(|| panic!("{pointer} of {object}"))
}

#[test]
fn clouds_of_the_double_wells_follow_their_densities_and_are_judged_so() {
    let workspace = Workspace::new();
    workspace.run(&arguments("run", &["-o", "run.h5"])).succeeds();
    let options = ["-n", "2000,1500", "--sampling", "iid", "-o", "cloud.h5", "--json"];
    let object = workspace.run(&arguments("particles", &options)).succeeds().json();
    let judged = workspace.run(&["validate", "cloud.h5", "--against", "run.h5", "--json"]).succeeds().json();
    assert_eq!(judged["verdict"], "statistically indistinguishable", "{judged}");
    for k in 0..3 {
        let (w2, own) = (number(&object, &format!("/snapshots/{k}/mean_field/w2_x")), format!("/times/{k}/x"));
        let [low, high] = ["low", "high"].map(|end| number(&judged, &format!("{own}/floor/{end}")));
        assert!(w2 > 0.5 * low && w2 < 2.0 * high, "{w2} beside {low} .. {high}");
        assert!(
            (number(&judged, &format!("{own}/w2")) - w2).abs() <= 1e-6 * w2,
            "the solver of validate has the run's grid"
        );
        // The bar has room for the mass that the bound leaves outside.
        let error = number(&object, &format!("/snapshots/{k}/mean_field/error"));
        assert!((1e-8..1e-5).contains(&error), "{error}");
    }
    let observables: Vec<&str> =
        judged["times"][0]["x"]["bias"].as_array().unwrap().iter().map(|b| b["observable"].as_str().unwrap()).collect();
    assert_eq!(observables, ["u", "u^2", "u^3", "u^4", "V[nu]", "S", "A_1"]);
    let file = hdf5::File::open(workspace.path("cloud.h5")).unwrap();
    for name in ["particles/x", "particles/y"] {
        assert_eq!(file.dataset(name).unwrap().attr("line").unwrap().read_scalar::<f64>().unwrap(), 1.0);
    }
    // The same cloud, moved by the length of the box: on a circle nothing would have happened.
    let period = file.dataset("particles/x_period").unwrap().read_raw::<f64>().unwrap()[0];
    let x = file.dataset("particles/x").unwrap().read_raw::<f64>().unwrap();
    let moved: Vec<String> = x[4000..6000].iter().map(|x| format!("{:?}\n", x + period)).collect();
    workspace.write("moved.csv", moved.concat());
    let validate = ["validate", "x=moved.csv", "--against", "run.h5", "--time", "0.4", "--samples", "39", "--json"];
    let judged = workspace.run(&validate).succeeds().json();
    assert_eq!(judged["verdict"], "biased", "{judged}");
    let distance = number(&judged, "/x/w2");
    assert!((distance - period).abs() <= 0.01 * period, "{distance} of {period}");
}

#[test]
fn a_run_of_particles_on_the_line_resumes_to_the_same_bytes_for_any_number_of_threads() {
    let workspace = Workspace::new();
    let of = |output: &'static str, threads: &'static str| {
        let options =
            ["-n", "5000,300", "--checkpoint-seconds", "0", "--step", "0.002", "-o", output, "--threads", threads];
        let mut all: Vec<String> = arguments("particles", &options).into_iter().map(str::to_owned).collect();
        all.push("--no-distances".to_owned());
        all
    };
    let words = |all: &[String]| all.iter().map(String::as_str).collect::<Vec<&str>>().join("\u{1f}");
    let run = |all: &[String]| {
        let joined = words(all);
        workspace.run(&joined.split('\u{1f}').collect::<Vec<_>>()).succeeds()
    };
    let started = std::time::Instant::now();
    run(&of("whole.h5", "1"));
    let life = started.elapsed();
    let arguments = of("out.h5", "2");
    let joined = words(&arguments);
    let split: Vec<&str> = joined.split('\u{1f}').collect();
    let mut child = workspace.start(&split);
    std::thread::sleep(life.mul_f64(0.6));
    child.kill().unwrap();
    child.wait().unwrap();
    if !workspace.path("out.h5").exists() {
        workspace.run(&[&split[..], &["--resume"]].concat()).succeeds();
    }
    assert_same(&workspace.path("whole.h5"), &workspace.path("out.h5"));
}

#[test]
fn what_gets_out_of_hand_on_the_line_or_has_no_place_there_is_said() {
    let workspace = Workspace::new();
    let weights = ["--set", "flow.dynamics=wasserstein-fisher-rao"];
    workspace.run(&arguments("particles", &weights)).fails(2, &["game.domain.x.space", "particles with weights"]);
    workspace.write("near.csv", "1.9\n-9.5\n2.1\n");
    workspace.write("far.csv", "1.9\n2e4\n");
    let from = |cloud: &str| format!("initial={{x={{cloud=\"{cloud}\"}}, y={{cloud=\"near.csv\"}}}}");
    let boxes = "game.domain={x={space=\"line\", period=8}, y={space=\"line\", period=8}}";
    let start = |cloud: &str, more: &[&str]| {
        let initial = from(cloud);
        let all = [&["--set", &initial, "--set", boxes, "--set", "solver.time=0"][..], more].concat();
        workspace.run(&arguments("particles", &all))
    };
    start("near.csv", &["-o", "near.h5"]).succeeds();
    let file = hdf5::File::open(workspace.path("near.h5")).unwrap();
    for (found, given) in file.dataset("particles/x").unwrap().read_raw::<f64>().unwrap().iter().zip([1.9, -9.5, 2.1]) {
        assert!((found - given).abs() <= 1e-14 * 9.5, "{found} for {given}: nothing is wrapped");
    }
    let long = ["--step", "0.5", "--scheme", "euler-maruyama", "--set", "solver.time=20", "-o", "lost.h5"];
    let parts = ["x got out of hand", "particle 1 of replica 0", "steps of 5e-1", "shorter ones with --step"];
    start("near.csv", &long).fails(3, &parts);
    assert!(!workspace.path("lost.h5").exists());
    start("far.csv", &[]).fails(2, &["initial.x", "far.csv", "point 1", "2e4", "widths from the box"]);
}

#[test]
fn clouds_on_the_line_and_plane_are_compared_without_a_period() {
    let workspace = Workspace::new();
    workspace.write("a.csv", "0\n5\n");
    workspace.write("b.csv", "12\n-1\n");
    let line = ["w2", "cloud:a.csv", "cloud:b.csv", "--line"];
    let w2 = number(&workspace.run(&[&line[..], &["--json"]].concat()).succeeds().json(), "/w2");
    assert!((w2 - 25.0_f64.sqrt()).abs() <= 1e-14, "{w2}: 0 to -1, 5 to 12");
    workspace.write("p.csv", "0,0\n5,1\n");
    workspace.write("q.csv", "12,1\n-1,3\n");
    let w2 = number(&workspace.run(&["w2", "cloud:p.csv", "cloud:q.csv", "--line", "--json"]).succeeds().json(), "/w2");
    // (0, 0) to (-1, 3), (5, 1) to (12, 1).
    assert!((w2 - 29.5_f64.sqrt()).abs() <= 1e-12, "{w2}");
    let w2 = number(&workspace.run(&["w2", "cloud:a.csv", "cloud:a.csv", "--line", "--json"]).succeeds().json(), "/w2");
    assert_eq!(w2, 0.0);
    workspace.run(&[&line[..], &["--period", "3"]].concat()).fails(2, &["--line", "--period"]);
    workspace.run(&["w2", "expr:exp(-x^2)", "expr:exp(-x^2)", "--line"]).fails(2, &["--line", "needs points"]);
}

/// Quadratic wells: the densities are Gaussians for all times.
const PLANE: &str = r#"
[game]
payoff = "x1^2/2 + x2^2 + x1*y/2 - y^2/2"
temperature = 0.2
[game.domain]
x = { dim = 2, space = "line" }
y = { space = "line" }
[initial]
x = "exp(-((x1 - 0.5)^2 + x2^2)/(2*0.2))"
y = "exp(-y^2/(2*0.2))"
[solver]
time = 0.2
[output]
snapshots = 1
"#;

#[test]
fn clouds_on_the_plane_have_distances_and_are_judged() {
    let workspace = Workspace::new();
    workspace.write("plane.toml", PLANE);
    workspace.run(&["run", "plane.toml", "-o", "run.h5"]).succeeds();
    let particles = ["particles", "plane.toml", "-n", "80", "--sampling", "iid", "-o", "cloud.h5", "--json"];
    let object = workspace.run(&particles).succeeds().json();
    for k in 0..2 {
        let w2 = number(&object, &format!("/snapshots/{k}/mean_field/w2_x"));
        // Deviations 0.45, 80 points: the floor of the plane is of the order of 0.45 log N/sqrt(N).
        assert!((0.05..0.3).contains(&w2), "{object}");
    }
    let validate = ["validate", "cloud.h5", "--against", "run.h5", "--samples", "39", "--time", "0.2", "--json"];
    let judged = workspace.run(&validate).succeeds().json();
    assert_eq!(judged["verdict"], "statistically indistinguishable", "{judged}");
    let x = &judged["x"];
    assert!(x["w2"].is_number() && x["floor"]["asymptotic"].is_null() && x["reason"].is_null(), "{x}");
    assert!(judged["notes"].as_array().unwrap().iter().any(|note| note.as_str().unwrap().contains("on the plane")));
}

/// Two players in wells of their own, `exp(-10 z^2)`, who forget where they were within a twentieth.
const APART: &str = r#"
[game]
payoff = "10*x^2 - 10*y^2"
temperature = 1.0
domain = { x = { space = "line" }, y = { space = "line" } }
[initial]
x = "exp(-10*x^2)"
y = "exp(-10*y^2)"
[solver]
time = 10
[output]
snapshots = 40
"#;

/// Levels `j/n`, `j = 0 .. n`, of the standard normal law: its density there.
fn normal_density_at_levels(n: usize) -> Vec<f64> {
    const SPACING: f64 = 1e-4;
    let density = |z: f64| (-0.5 * z * z).exp() / std::f64::consts::TAU.sqrt();
    let (mut levels, mut mass) = (vec![0.0], 0.0);
    for z in (-90_000..90_000).map(|k| (f64::from(k) + 0.5) * SPACING) {
        mass += SPACING * density(z);
        if mass * n as f64 >= levels.len() as f64 && levels.len() < n {
            levels.push(density(z));
        }
    }
    levels.push(0.0);
    levels
}

/// At every snapshot the points are independent of those before: an exit has the probability that independent points are as
/// far from the equilibrium.
#[test]
fn exit_times_on_the_line_are_those_of_independent_points() {
    let (n, interval, deviation) = (20, 0.25, 0.05_f64.sqrt());
    let level = 0.6 * deviation;
    let workspace = Workspace::new();
    workspace.write("apart.toml", APART);
    let exit = format!("above={level}");
    let words =
        ["--ladder", "20", "--replicas", "200", "--sampling", "stratified", "--scheme", "heun", "--step", "5e-3"];
    let words = [&["particles", "apart.toml"][..], &words, &["--exit", &exit, "--json"]].concat();
    let object = workspace.run(&words).succeeds().json();
    let exit = |key: &str| number(&object, &format!("/rungs/0/exit/{key}"));
    // W2^2 of sorted points t_i = mean of t_i^2 + s^2 - 2 sum t_i s (phi(z_(i-1)) - phi(z_i)), z_i the quantile of level i/n.
    let phi = normal_density_at_levels(n);
    let mut random = Moments::new(5);
    let mut normal = || (-2.0 * (1.0 - random.next()).ln()).sqrt() * (std::f64::consts::TAU * random.next()).cos();
    let mut square = || {
        let mut points: Vec<f64> = (0..n).map(|_| deviation * normal()).collect();
        points.sort_by(f64::total_cmp);
        let of_point = |(i, t): (usize, &f64)| t * t / n as f64 - 2.0 * t * deviation * (phi[i] - phi[i + 1]);
        points.iter().enumerate().map(of_point).sum::<f64>() + deviation * deviation
    };
    let draws = 40_000;
    let outside = (0..draws).filter(|_| square() + square() > level * level).count() as f64 / f64::from(draws);
    let expected = interval * (1.0 / outside - 0.5);
    assert!((0.1..0.6).contains(&outside), "{outside}");
    assert!(
        (exit("mean_time") - expected).abs() <= 4.0 * exit("standard_error"),
        "{} for {expected}",
        exit("mean_time")
    );
    assert!(exit("standard_error") <= 0.1 * exit("mean_time") && exit("exits") >= 150.0);
}

/// A loose tolerance leaves dips below 0 where a density is almost 0: every command takes what is above, and says so.
#[test]
fn densities_that_dip_below_zero_far_out_have_distances_with_bars() {
    let workspace = Workspace::new();
    let game = APART.replace("10*x^2 - 10*y^2", "x^4/2 - y^2/2").replace("time = 10", "time = 1.5\ntolerance = 1e-7");
    let game = game.replace("exp(-10*x^2)", "exp(-2*(x - 1)^2)").replace("exp(-10*y^2)", "exp(-2*(y + 1)^2)");
    workspace.write("dips.toml", game.replace("snapshots = 40", "snapshots = 1"));
    let fixed = ["dips.toml", "--set", "solver.grid=128"];
    let loose = workspace.run(&[&["run"], &fixed[..], &["-o", "loose.h5", "--json"]].concat()).succeeds().json();
    let tight = ["-o", "tight.h5", "--json", "--set", "solver.tolerance=1e-11"];
    let tight = workspace.run(&[&["run"], &fixed[..], &tight].concat()).succeeds().json();
    let last = |file: &str, name: &str| {
        *open(&workspace.path(file)).dataset(name).unwrap().read_raw::<f64>().unwrap().last().unwrap()
    };
    let lowest = last("loose.h5", "min_x");
    assert!(lowest < -1e-12 && lowest > -1e-7, "{lowest}: no dip to be tested");
    assert!(loose["notes"].to_string().contains("W2 on the line counts what is below 0 as 0"), "{loose}");
    let (w2, bar, exact) = (last("loose.h5", "w2_x"), last("loose.h5", "w2_error"), last("tight.h5", "w2_x"));
    assert!((w2 - exact).abs() <= bar && bar < 1e-3 * exact, "{w2} +- {bar}, {exact} of {tight}");
    let command = workspace.run(&["w2", "loose.h5:/mu@1.5", "loose.h5:/equilibrium/mu", "--json"]).succeeds().json();
    assert!((number(&command, "/w2") - w2).abs() <= 1e-9 * w2 && number(&command, "/error") >= 0.5 * bar, "{command}");
    assert!(command["notes"].to_string().contains("dips below 0"), "{command}");
    let particles =
        [&["particles"], &fixed[..], &["-n", "300", "--sampling", "iid", "-o", "cloud.h5", "--json"]].concat();
    let particles = workspace.run(&particles).succeeds().json();
    assert!(number(&particles, "/snapshots/1/mean_field/w2_x") > 0.0, "{particles}");
    assert!(particles["notes"].to_string().contains("x: the density dips below 0"), "{particles}");
    let judged = workspace.run(&["validate", "cloud.h5", "--against", "loose.h5", "--json"]).succeeds().json();
    assert!(number(&judged, "/times/1/x/w2") > 0.0 && judged["notes"].to_string().contains("dips below 0"), "{judged}");
}

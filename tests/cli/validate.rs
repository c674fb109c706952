//! `nashflow validate`: however clouds are stored they are judged alike, and the answer has the agreed keys.

use crate::w2_files::write_npz;
use crate::workspace::{CIRCLES, Moments, TORI, Workspace};
use ndarray::{Array1, Array2, Array3, ArrayD, Axis, IxDyn};
use ndarray_npy::write_npy;
use serde_json::Value;

pub const GOOD: &str = "statistically indistinguishable";

/// A folder with a run of two circles at times 0, 0.05, 0.1 in run.h5.
pub fn with_run() -> Workspace {
    let workspace = Workspace::new();
    let game = CIRCLES.replace("time = 0.5", "time = 0.1").replace("snapshots = 25", "every = 0.05");
    workspace.write("game.toml", game);
    workspace.run(&["run", "game.toml", "-o", "run.h5"]).succeeds();
    workspace
}

/// Independent points of the initial densities `exp(3 cos 2 pi (x - 1/4))` and `exp(3 cos 2 pi y)`.
pub fn initial_cloud(count: usize, seed: u64) -> [Vec<f64>; 2] {
    let mut random = Moments::new(seed);
    for _ in 0..10 {
        random.next();
    }
    [0.25, 0.0].map(|centre| {
        let mut points = Vec::new();
        while points.len() < count {
            let x = random.next();
            if random.next() < (3.0 * ((std::f64::consts::TAU * (x - centre)).cos() - 1.0)).exp() {
                points.push(x);
            }
        }
        points
    })
}

#[track_caller]
fn validate(workspace: &Workspace, arguments: &[&str]) -> Value {
    let all = [&["validate"], arguments, &["--against", "run.h5", "--json"]].concat();
    workspace.run(&all).succeeds().json()
}

fn column(points: &[f64]) -> Array2<f64> {
    Array1::from(points.to_vec()).insert_axis(Axis(1))
}

#[test]
fn every_way_of_storing_a_cloud_is_judged_alike() {
    let workspace = with_run();
    let [x, y] = initial_cloud(200, 1);
    for (name, points) in [("x", &x), ("y", &y)] {
        write_npy(workspace.path(&format!("{name}.npy")), &Array1::from(points.clone())).unwrap();
        write_npy(workspace.path(&format!("{name}-column.npy")), &column(points)).unwrap();
        let lines: Vec<String> = points.iter().map(f64::to_string).collect();
        workspace.write(&format!("{name}.csv"), format!("angle\n{}\n", lines.join("\n")));
    }
    write_npz(&workspace, "plain.npz", &[("x", column(&x)), ("y", column(&y))]);
    let zero = Array2::zeros((1, 1));
    write_npz(&workspace, "timed.npz", &[("x", column(&x)), ("y", column(&y)), ("times", zero)]);
    let file = hdf5::File::create(workspace.path("cloud.h5")).unwrap();
    file.new_dataset_builder().with_data(&[0.0]).create("time").unwrap();
    let group = file.create_group("particles").unwrap();
    group.new_dataset_builder().with_data(&column(&x).insert_axis(Axis(0))).create("x").unwrap();
    group.new_dataset_builder().with_data(&column(&y).insert_axis(Axis(0))).create("y").unwrap();
    drop(group);
    file.close().unwrap();
    let answer = validate(&workspace, &["x=x.npy,y=y.npy", "--time", "0"]);
    assert_eq!(answer["time"], 0.0);
    assert_eq!((&answer["x"]["points"], &answer["verdict"]), (&200.into(), &GOOD.into()), "{answer:#}");
    for arguments in [
        &["y=y-column.npy,x=x-column.npy", "--time", "0"][..],
        &["x=x.csv,y=y.csv", "--time", "0"],
        &["x=plain.npz:x,y=plain.npz:y", "--time", "0"],
        &["plain.npz", "--time", "0"],
        &["timed.npz"],
        &["timed.npz", "--time", "0"],
        &["cloud.h5"],
        &["x=cloud.h5:/particles/x,y=cloud.h5:/particles/y", "--time", "0"],
        &["cloud.h5", "--threads", "1"],
    ] {
        let other = validate(&workspace, arguments);
        for key in ["time", "x", "y", "verdict", "samples", "tests"] {
            assert_eq!(other[key], answer[key], "{arguments:?}: {key}");
        }
    }
    let alone = validate(&workspace, &["x=x.npy", "--time", "0"]);
    assert_eq!((&alone["x"]["w2"], &alone["y"]), (&answer["x"]["w2"], &Value::Null));
    let w2 = workspace.run(&["w2", "x.npy", "run.h5:/mu@0", "--json"]).succeeds().json();
    assert_eq!((&alone["x"]["w2"], &alone["x"]["error"]), (&w2["w2"], &w2["error"]), "the distance is that of w2");
}

/// C05: points on the seam, on either side of it, and turns away from it.
#[test]
fn points_anywhere_on_the_line_are_wrapped_and_counted() {
    let workspace = with_run();
    let clouds = [[-1e-18, 0.25], [1.0, 0.25], [0.0, 1.25], [-0.0, -0.75], [1.0 - 2.0_f64.powi(-53), 0.25]];
    let answers: Vec<Value> = clouds
        .iter()
        .map(|points| {
            write_npy(workspace.path("x.npy"), &Array1::from(points.to_vec())).unwrap();
            validate(&workspace, &["x=x.npy", "--time", "0.1"])
        })
        .collect();
    let w2 = |answer: &Value| answer["x"]["w2"].as_f64().unwrap();
    for answer in &answers {
        assert!((w2(answer) - w2(&answers[0])).abs() <= 2.0 * f64::EPSILON, "{} {}", w2(answer), w2(&answers[0]));
        assert_eq!(answer["x"]["p_value"], answers[0]["x"]["p_value"]);
    }
    let noted = |answer: &Value| answer["notes"].to_string().contains("outside the fundamental domain");
    assert_eq!(answers.iter().map(noted).collect::<Vec<_>>(), [true, true, true, true, false]);
}

#[test]
fn several_times_are_rows_and_the_answer_is_a_list() {
    let workspace = with_run();
    let rows = |shape: &[usize], values: Vec<f64>| ArrayD::from_shape_vec(IxDyn(shape), values).unwrap();
    let [x, y] = initial_cloud(60, 2);
    // The second row is the first one: no state of time 0.05.
    write_npy(workspace.path("x.npy"), &rows(&[2, 60, 1], [x.clone(), x.clone()].concat())).unwrap();
    write_npy(workspace.path("y.npy"), &rows(&[2, 60], [y.clone(), y.clone()].concat())).unwrap();
    write_npy(workspace.path("times.npy"), &Array1::from(vec![0.0, 0.05])).unwrap();
    let answer = validate(&workspace, &["x=x.npy,y=y.npy", "--times", "times.npy"]);
    let times: Vec<&Value> = answer["times"].as_array().unwrap().iter().collect();
    assert_eq!(times.iter().map(|t| t["time"].as_f64().unwrap()).collect::<Vec<_>>(), [0.0, 0.05]);
    assert_eq!((&times[0]["verdict"], &times[1]["verdict"]), (&GOOD.into(), &"biased".into()));
    assert_eq!((&answer["verdict"], &answer["tests"]), (&"biased".into(), &16.into()));
    let same = validate(&workspace, &["x=x.npy,y=y.npy", "--time", "0,0.05"]);
    assert_eq!(same["times"], answer["times"]);
    let text =
        workspace.run(&["validate", "x=x.npy,y=y.npy", "--time", "0,0.05", "--against", "run.h5"]).succeeds().stdout;
    assert!(text.lines().count() >= 5 && text.contains("worst moment") && text.contains("verdict"), "{text}");

    let file = hdf5::File::create(workspace.path("cloud.h5")).unwrap();
    file.new_dataset_builder().with_data(&[0.0, 0.05, f64::NAN]).create("time").unwrap();
    let group = file.create_group("particles").unwrap();
    let padded =
        |points: &[f64]| Array3::from_shape_fn((3, 60, 1), |(t, i, _)| if t < 2 { points[i] } else { f64::NAN });
    group.new_dataset_builder().with_data(&padded(&x)).create("x").unwrap();
    group.new_dataset_builder().with_data(&padded(&y)).create("y").unwrap();
    drop(group);
    file.close().unwrap();
    let unfinished = validate(&workspace, &["cloud.h5"]);
    assert_eq!(unfinished["times"], answer["times"], "rows of an unfinished file are read one by one");
    assert!(unfinished["notes"].to_string().contains("1 of 3 rows"), "{}", unfinished["notes"]);
    let one = validate(&workspace, &["cloud.h5", "--time", "0.05"]);
    assert_eq!(one["x"]["w2"], answer["times"][1]["x"]["w2"]);
}

#[test]
fn replicas_are_a_leading_axis() {
    let workspace = with_run();
    let [x, y] = initial_cloud(240, 3);
    write_npy(workspace.path("x.npy"), &Array2::from_shape_vec((8, 30), x.clone()).unwrap()).unwrap();
    write_npy(workspace.path("y.npy"), &Array3::from_shape_vec((8, 30, 1), y).unwrap()).unwrap();
    write_npy(workspace.path("union.npy"), &Array1::from(x)).unwrap();
    let answer = validate(&workspace, &["x=x.npy,y=y.npy", "--replicas", "--time", "0"]);
    assert_eq!(answer["verdict"], GOOD, "{answer:#}");
    let replicas = &answer["x"]["replicas"];
    assert_eq!((&replicas["count"], &replicas["points"]), (&8.into(), &30.into()));
    let number = |value: &Value| value.as_f64().unwrap();
    assert!(number(&replicas["bias_interval"][0]) <= number(&replicas["bias"]), "{replicas}");
    let union = validate(&workspace, &["x=union.npy", "--time", "0"]);
    assert_eq!(union["x"]["w2"], answer["x"]["w2"]);
    assert!(union["x"].get("replicas").is_none());
    let text =
        workspace.run(&["validate", "x=x.npy", "--replicas", "--time", "0", "--against", "run.h5"]).succeeds().stdout;
    assert!(text.contains("8 of 30 points") && text.contains("noise"), "{text}");
}

#[test]
fn the_answer_has_the_agreed_keys_and_its_numbers_fit_together() {
    let workspace = with_run();
    let [x, _] = initial_cloud(300, 4);
    write_npy(workspace.path("x.npy"), &Array1::from(x.clone())).unwrap();
    let answer = validate(&workspace, &["x=x.npy", "--time", "0", "--samples", "99", "--seed", "5"]);
    let x_part = &answer["x"];
    let number = |value: &Value| value.as_f64().unwrap_or_else(|| panic!("{value} is no number in {answer:#}"));
    let (w2, floor) = (number(&x_part["w2"]), &x_part["floor"]);
    let [mean, low, high, law] = ["mean", "low", "high", "asymptotic"].map(|key| number(&floor[key]));
    assert!(low < mean && mean < high && (law / mean - 1.0).abs() < 0.2, "{floor}");
    assert!(number(&x_part["excess"]) <= w2 && number(&x_part["excess_interval"][0]) <= number(&x_part["excess"]));
    assert!(number(&x_part["p_value"]) >= 0.01 && number(&answer["smallest_p_value"]) == 0.01);
    assert_eq!(number(&answer["false_alarm_rate"]), 0.05);
    let biases = x_part["bias"].as_array().unwrap();
    let cosine = biases.iter().find(|bias| bias["observable"] == "cos 1").unwrap();
    let plain = x.iter().map(|x| (std::f64::consts::TAU * x).cos()).sum::<f64>() / 300.0;
    assert!((number(&cosine["cloud"]) - plain).abs() <= 1e-13);
    assert!(number(&cosine["density"]).abs() <= 1e-13, "the density is centred at a quarter");
    assert_eq!(number(&cosine["bias"]), number(&cosine["cloud"]) - number(&cosine["density"]));
    assert!((number(&cosine["z"]) - number(&cosine["bias"]) / number(&cosine["standard_error"])).abs() <= 1e-12);
    let names: Vec<&str> = biases.iter().map(|bias| bias["observable"].as_str().unwrap()).collect();
    assert!(names.contains(&"V[nu]") && names.contains(&"A_1") && names.contains(&"sin 4"), "{names:?}");
    let same = validate(&workspace, &["x=x.npy", "--time", "0", "--samples", "99", "--seed", "5", "--threads", "1"]);
    assert_eq!(same, answer);
    let other = validate(&workspace, &["x=x.npy", "--time", "0", "--samples", "99", "--seed", "6"]);
    assert_eq!(other["x"]["w2"], answer["x"]["w2"]);
    assert_ne!(other["x"]["floor"], answer["x"]["floor"]);
}

#[test]
fn a_cloud_of_rest_is_compared_with_the_equilibrium() {
    let workspace = with_run();
    write_npy(workspace.path("x.npy"), &Array1::from(vec![0.1, 0.4, 0.6, 0.65])).unwrap();
    let answer = validate(&workspace, &["x=x.npy", "--equilibrium"]);
    assert_eq!(answer["time"], Value::Null);
    let w2 = workspace.run(&["w2", "x.npy", "run.h5:/equilibrium/mu", "--json"]).succeeds().json();
    assert_eq!(answer["x"]["w2"], w2["w2"]);
}

#[test]
fn clouds_on_the_torus_are_judged_too() {
    let workspace = Workspace::new();
    workspace.write("tori.toml", TORI);
    workspace.run(&["run", "tori.toml", "-o", "run.h5", "--set", "output.snapshots=1"]).succeeds();
    let mut random = Moments::new(9);
    let mut points = |count: usize, shift: f64| {
        let density = |x: f64, y: f64| {
            let tau = std::f64::consts::TAU;
            ((tau * (x - shift)).cos() + 0.5 * (tau * (x - 2.0 * y)).cos() - 1.5).exp()
        };
        let mut points = Vec::new();
        while points.len() < 2 * count {
            let (x, y) = (random.next(), random.next());
            if random.next() < density(x, y) {
                points.extend([x, y]);
            }
        }
        Array2::from_shape_vec((count, 2), points).unwrap()
    };
    write_npz(&workspace, "cloud.npz", &[("x", points(150, 0.1)), ("y", points(150, 0.6))]);
    let judge = |cloud: &str| validate(&workspace, &[cloud, "--time", "0", "--samples", "59"]);
    let answer = judge("cloud.npz");
    assert_eq!(answer["verdict"], GOOD, "{:#}", answer["x"]);
    assert!(answer["x"]["bias"].as_array().unwrap().len() >= 48);
    write_npz(&workspace, "swapped.npz", &[("x", points(150, 0.6)), ("y", points(150, 0.1))]);
    assert_eq!(judge("swapped.npz")["verdict"], "biased");
}

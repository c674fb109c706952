//! `nashflow w2`: known distances, from other people's bug reports among others, through the program.

use crate::workspace::{Outcome, Workspace};
use ndarray::Array1;
use ndarray_npy::write_npy;
use serde_json::Value;
use std::f64::consts::{PI, TAU};

/// An array of one axis in a file.
fn line(workspace: &Workspace, name: &str, values: &[f64]) {
    write_npy(workspace.path(name), &Array1::from(values.to_vec())).unwrap();
}

#[track_caller]
fn run(workspace: &Workspace, arguments: &[&str]) -> Outcome {
    workspace.run(&[&["w2"], arguments, &["--json"]].concat()).succeeds()
}

/// The answer, whose bar must cover the expected value and be small.
#[track_caller]
pub fn distance(workspace: &Workspace, arguments: &[&str], expected: f64, tolerance: f64) -> Value {
    let object = run(workspace, arguments).json();
    let (w2, error) = (object["w2"].as_f64().unwrap(), object["error"].as_f64().unwrap());
    assert!((w2 - expected).abs() <= tolerance, "{arguments:?}: expected {expected:e}, got {w2:e} +- {error:e}");
    assert!((w2 - expected).abs() <= error + 1e-15, "{arguments:?}: {w2:e} +- {error:e} does not cover {expected:e}");
    assert!((0.0..=1e-8).contains(&error), "{arguments:?}: bar {error:e}");
    assert!(w2.is_sign_positive());
    object
}

fn notes(object: &Value) -> String {
    object["notes"].as_array().unwrap().iter().map(|note| note.as_str().unwrap()).collect::<Vec<_>>().join("\n")
}

/// C01: the distance on a circle does not change when both clouds are turned.
#[test]
fn atoms_on_the_circle_keep_their_distance_when_both_are_turned() {
    let workspace = Workspace::new();
    for shift in [0.0, 0.02, 0.37, -5.0] {
        line(&workspace, "a.npy", &[0.10, 0.11, 0.40, 0.60].map(|x| x + shift));
        line(&workspace, "b.npy", &[0.21, 0.15, 0.70, 0.95].map(|x| x + shift));
        distance(&workspace, &["a.npy", "b.npy"], 0.132476412994918, 2e-14);
    }
}

/// C03: unequal numbers of atoms, unnormalised densities and weights.
#[test]
fn unequal_lengths_and_sums_are_normalised_and_named() {
    let workspace = Workspace::new();
    line(&workspace, "a.npy", &[0.0, 1.0 / 3.0, 2.0 / 3.0]);
    line(&workspace, "b.npy", &[0.1, 0.6]);
    distance(&workspace, &["a.npy", "b.npy"], 0.160439211979929, 2e-14);
    let object = distance(&workspace, &["expr:2 + cos(2*pi*x)", "expr:1000*(2 + cos(2*pi*x))"], 0.0, 1e-14);
    let sums = notes(&object);
    assert!(sums.contains('2') && sums.contains("2000"), "{sums}");
    line(&workspace, "w.npy", &[0.5, 0.48]);
    let object = run(&workspace, &["b.npy", "b.npy", "--weights-a", "w.npy"]).json();
    assert!(notes(&object).contains("w.npy: the weights sum to 0.98"), "{}", notes(&object));
    for (weights, words) in [
        (vec![0.5, -1e-3], &["w.npy", "weight 1", "-1e-3"][..]),
        (vec![0.0, 0.0], &["w.npy", "all weights are 0"]),
        (vec![f64::NAN, 1.0], &["w.npy", "weight 0", "NaN"]),
        (vec![1.0; 3], &["w.npy", "2", "3"]),
    ] {
        line(&workspace, "w.npy", &weights);
        workspace.run(&["w2", "a.npy", "b.npy", "--weights-b", "w.npy"]).fails(2, words);
    }
}

/// C04: unsorted supports with weights, split atoms, atoms without mass.
#[test]
fn the_order_of_atoms_split_atoms_and_empty_atoms_do_not_count() {
    let workspace = Workspace::new();
    let expected = 0.112361025271221;
    line(&workspace, "q.npy", &[0.05, 0.55, 0.8]);
    line(&workspace, "wq.npy", &[0.5, 0.25, 0.25]);
    for (points, weights) in [
        (vec![0.7, 0.1, 0.95, 0.4], vec![0.1, 0.4, 0.3, 0.2]),
        (vec![0.1, 0.4, 0.7, 0.95], vec![0.4, 0.2, 0.1, 0.3]),
        (vec![0.95, 0.1, 0.4, 0.1, 0.7], vec![0.3, 0.25, 0.2, 0.15, 0.1]),
        (vec![0.33, 0.7, 0.1, 0.95, 0.4], vec![0.0, 0.1, 0.4, 0.3, 0.2]),
    ] {
        line(&workspace, "p.npy", &points);
        line(&workspace, "wp.npy", &weights);
        let options = ["--weights-a", "wp.npy", "--weights-b", "wq.npy"];
        distance(&workspace, &[&["p.npy", "q.npy"], &options[..]].concat(), expected, 2e-14);
        let swapped = ["--weights-a", "wq.npy", "--weights-b", "wp.npy"];
        distance(&workspace, &[&["q.npy", "p.npy"], &swapped[..]].concat(), expected, 2e-14);
    }
}

/// C05: points a rounding below a multiple of the period.
#[test]
fn points_at_the_seam_are_one_point() {
    let workspace = Workspace::new();
    let clouds =
        [[-1e-18, 0.25], [1.0, 0.25], [0.0, 1.25], [-0.0, -0.75], [1.0 - f64::EPSILON / 2.0, 0.25], [0.0, 0.25]];
    for (period, option) in [(1.0, "1"), (TAU, "2*pi")] {
        for (i, cloud) in clouds.iter().enumerate() {
            line(&workspace, &format!("{i}.npy"), &cloud.map(|x| x * period));
            let single = Array1::from(cloud.map(|x| (x * period) as f32).to_vec());
            write_npy(workspace.path(&format!("single{i}.npy")), &single).unwrap();
        }
        for i in 0..clouds.len() {
            let (a, b) = (format!("{i}.npy"), format!("{}.npy", (i + 1) % clouds.len()));
            distance(&workspace, &[&a, &b, "--period", option], 0.0, 2e-16 * period);
            let object = run(&workspace, &[&a, &format!("single{i}.npy"), "--period", option]).json();
            assert!(object["w2"].as_f64().unwrap() < 1e-7 * period, "{object}");
            assert!(notes(&object).contains("single precision"), "{object}");
        }
    }
    line(&workspace, "far.npy", &[0.5, 1e16]);
    workspace.run(&["w2", "0.npy", "far.npy"]).fails(2, &["far.npy", "point 1", "1e16"]);
}

/// C07: hours of the day.
#[test]
fn hours_of_the_day_go_round_midnight() {
    let workspace = Workspace::new();
    write_npy(workspace.path("a.npy"), &Array1::from(vec![23_i64, 23, 0, 1, 22, 22])).unwrap();
    write_npy(workspace.path("b.npy"), &Array1::from(vec![1_i32, 2, 3, 0, 24, 4])).unwrap();
    let object = distance(&workspace, &["a.npy", "b.npy", "--period", "24"], 6.5_f64.sqrt(), 1e-13);
    assert!(notes(&object).contains("b.npy: 1 of 6 points were outside"), "{}", notes(&object));
}

/// C08: a thousand copies of one point against a density of the circle.
#[test]
fn equal_points_against_a_density_of_the_circle() {
    let workspace = Workspace::new();
    let peak = "expr:exp(3*cos(2*pi*(x-1/4)))";
    line(&workspace, "zero.npy", &[0.0; 1000]);
    line(&workspace, "quarter.npy", &[0.25; 1000]);
    distance(&workspace, &["zero.npy", "expr:1"], 0.288675134594813, 1e-14);
    distance(&workspace, &[peak, "zero.npy"], 0.268498585863310, 1e-12);
    distance(&workspace, &["quarter.npy", peak], 0.105170336533326, 1e-12);
    // The density from a file, as a state of somebody else's solver.
    let values: Vec<f64> = (0..64).map(|i| (3.0 * (TAU * (f64::from(i) / 64.0 - 0.25)).cos()).exp()).collect();
    let file = hdf5::File::create(workspace.path("state.h5")).unwrap();
    file.new_dataset_builder().with_data(&values).create("rho").unwrap();
    file.close().unwrap();
    distance(&workspace, &["zero.npy", "density:state.h5"], 0.268498585863310, 1e-10);
    distance(&workspace, &["zero.npy", "density:state.h5:/rho"], 0.268498585863310, 1e-10);
}

/// C09: many atoms at the centres of equal cells.
#[test]
fn a_million_cell_centres_against_the_uniform_density() {
    let workspace = Workspace::new();
    let count = 1_000_000_u64;
    // A stride coprime to the number shuffles the points.
    let points: Vec<f64> = (0..count).map(|i| (((i * 7_919) % count) as f64 + 0.5) / count as f64).collect();
    line(&workspace, "points.npy", &points);
    distance(&workspace, &["points.npy", "expr:1"], 2.88675134594813e-7, 1e-15);
}

/// C11: distances far below a cell, and none at all.
#[test]
fn tiny_distances_keep_their_digits_and_equal_densities_have_none() {
    let workspace = Workspace::new();
    for (wave, expected) in [("2", 1.12539539519638e-11), ("6", 3.75131798394788e-12)] {
        let other = format!("expr:1 + 1e-10*cos({wave}*pi*x)");
        distance(&workspace, &["expr:1", &other], expected, 1e-5 * expected);
        distance(&workspace, &[&other, "expr:1"], expected, 1e-5 * expected);
    }
    line(&workspace, "a.npy", &[0.3, 0.2, 0.9]);
    for arguments in [["expr:exp(cos(2*pi*x))"; 2], ["expr:exp(cos(2*pi*x1)+sin(2*pi*x2))"; 2], ["a.npy"; 2]] {
        let object = distance(&workspace, &arguments, 0.0, 0.0);
        assert!(object["error"].as_f64().unwrap() <= 1e-15, "{object}");
    }
}

/// C15: densities whose exponent overflows.
#[test]
fn densities_far_beyond_the_range_of_floats_are_evaluated_in_logarithms() {
    let workspace = Workspace::new();
    let at = |centre: &str| format!("expr:exp(800*(cos(2*pi*(x-{centre}))-1))");
    distance(&workspace, &[&at("0.1"), &at("0.3")], 0.2, 1e-12);
    distance(&workspace, &["expr:exp(800*cos(2*pi*x))", &at("0.3")], 0.3, 1e-12);
    distance(&workspace, &[&at("0.1"), "expr:1"], 0.283177371660519, 1e-12);
    line(&workspace, "centre.npy", &[0.1]);
    // Rounding of the density far from its peak, seen through squared distances.
    distance(&workspace, &[&at("0.1"), "centre.npy"], 5.62873751690090e-3, 1e-11);
}

#[test]
fn densities_of_the_torus_decouple_axis_by_axis() {
    let workspace = Workspace::new();
    let circle = |a: &str, b: &str| run(&workspace, &[a, b]).json()["w2"].as_f64().unwrap();
    let x1 = circle("expr:exp(cos(2*pi*x))", "expr:exp(sin(2*pi*x))");
    let x2 = circle("expr:2+sin(2*pi*x)", "expr:1");
    let object = distance(
        &workspace,
        &["expr:exp(cos(2*pi*x1))*(2+sin(2*pi*x2))", "expr:exp(sin(2*pi*x1))", "--tolerance", "1e-8"],
        x1.hypot(x2),
        1e-8,
    );
    assert_eq!(object["method"], "periodic Monge-Ampere");
    // Distances scale with the period.
    let wide = ["expr:exp(cos(x/3))", "expr:exp(sin(x/3))", "--period", "6*pi", "--origin", "-3*pi"];
    distance(&workspace, &wide, 6.0 * PI * x1, 1e-12);
}

#[test]
fn the_answer_for_people_has_no_more_digits_than_are_known() {
    let workspace = Workspace::new();
    let text = workspace.run(&["w2", "expr:2+cos(2*pi*x)", "expr:1"]).succeeds().stdout;
    assert!(text.contains("W2 ") && text.contains(" +- ") && text.contains("method"), "{text}");
    assert!(text.contains("note") && text.contains("normalised"), "{text}");
}

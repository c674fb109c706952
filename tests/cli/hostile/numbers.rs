//! NaN, infinities, -0.0 and denormals wherever a number can stand: refused with its place, or harmless.

use crate::w2_files::write_npz;
use crate::workspace::Workspace;
use ndarray::{Array1, Array2, array};
use ndarray_npy::write_npy;

const GAME: &str = "[game]\npayoff = \"c*cos(2*pi*(x - y))\"\ntemperature = 0.5\n[game.parameters]\nc = 1.0\n[solver]\ngrid = 48\n\
                    time = 0.01\n[output]\nsnapshots = 1\n";
const BAD: [f64; 4] = [f64::NAN, -f64::NAN, f64::INFINITY, f64::NEG_INFINITY];

fn folder() -> Workspace {
    let workspace = Workspace::new();
    workspace.write("game.toml", GAME);
    write_npy(workspace.path("good.npy"), &array![0.1, 0.6]).unwrap();
    workspace.run(&["run", "game.toml", "-o", "run.h5"]).succeeds();
    workspace
}

#[test]
fn numbers_that_are_none_in_a_game_are_refused_with_their_key() {
    let workspace = folder();
    let keys = [
        "game.temperature",
        "game.timescale",
        "game.parameters.c",
        "game.domain.x.period",
        "game.domain.y.origin",
        "solver.tolerance",
        "solver.time",
        "solver.grid",
        "output.every",
        "output.snapshots",
        "output.times",
    ];
    for key in keys {
        for value in ["nan", "-nan", "inf", "-inf", "\"1/0\"", "\"0/0\"", "\"log(-1)\"", "1e999", "\"1e999\"", "-1e999"]
        {
            // What is written for all axes or both players stands in one number.
            let value = if key == "output.times" { format!("[0.001, {value}]") } else { value.to_owned() };
            let set = format!("{key}={value}");
            let last = key.split('.').nth(1).unwrap();
            workspace.refuses(&["run", "game.toml", "-o", "out.h5", "--set", &set], &["game.toml", last]);
        }
    }
    for value in ["nan", "inf", "-1", "0", "1e999"] {
        for option in ["--step", "-n"] {
            workspace.refuses(&["particles", "game.toml", &format!("{option}={value}")], &[option]);
        }
    }
}

#[test]
fn smallest_and_largest_numbers_are_answered_or_refused() {
    let workspace = folder();
    // The inverse of a temperature must be a number; a denormal period has no nodes.
    for set in
        ["game.temperature=5e-324", "game.timescale=5e-324", "game.domain.x.period=5e-324", "solver.tolerance=5e-324"]
    {
        let key = set.split('=').next().unwrap().split('.').nth(1).unwrap();
        workspace.refuses(&["run", "game.toml", "-o", "out.h5", "--set", set], &["game.toml", key]);
    }
    for set in
        ["game.temperature=1e308", "game.parameters.c=5e-324", "game.parameters.c=-0.0", "game.domain.x.origin=-0.0"]
    {
        let outcome = workspace.run(&["run", "game.toml", "-o", "out.h5", "--force", "--json", "--set", set]);
        assert!(matches!(outcome.status, Some(0 | 2 | 3)), "{set}: {outcome:?}");
        let object = outcome.json();
        if outcome.status == Some(0) {
            assert!(object["equilibrium"]["nikaido_isoda"].as_f64().unwrap().abs() <= 1e-9, "{set}: {object:#}");
            let file = crate::contents::open(&workspace.path("out.h5"));
            for name in ["mu", "nu", "time", "energy"] {
                let values = file.dataset(name).unwrap().read_raw::<f64>().unwrap();
                assert!(values.iter().all(|value| value.is_finite()), "{set}: {name}");
            }
        }
    }
    // Still the plain answer.
    let plain = workspace.run(&["run", "game.toml", "-o", "a.h5", "--json"]).succeeds().json();
    let minus = ["run", "game.toml", "-o", "b.h5", "--json", "--set", "game.domain.x.origin=-0.0"];
    assert_eq!(plain["final"], workspace.run(&minus).succeeds().json()["final"]);
}

#[test]
fn numbers_that_are_none_in_clouds_weights_and_tables_are_named_by_their_place() {
    let workspace = folder();
    for bad in BAD {
        write_npy(workspace.path("cloud.npy"), &array![0.1, bad, 0.3]).unwrap();
        write_npy(workspace.path("plane.npy"), &array![[0.1, 0.2], [0.3, bad]]).unwrap();
        write_npy(workspace.path("three.npy"), &array![0.1, 0.2, 0.3]).unwrap();
        write_npy(workspace.path("density.npy"), &array![1.0, 1.0, bad, 1.0, 1.0]).unwrap();
        let mut table = Array2::<f64>::zeros((8, 8));
        table[[3, 5]] = bad;
        write_npy(workspace.path("table.npy"), &table).unwrap();
        workspace.write("cloud.csv", format!("0.1\n{bad}\n"));
        let file = hdf5::File::create(workspace.path("cloud.h5")).unwrap();
        file.create_group("particles").unwrap();
        file.new_dataset_builder().with_data(&array![[[0.1], [bad]]]).create("particles/x").unwrap();
        file.new_dataset_builder().with_data(&array![0.0]).create("time").unwrap();
        file.close().unwrap();
        write_npz(&workspace, "weights.npz", &[("x", array![[0.1, 0.2]]), ("x_weight", array![[0.5, bad]])]);
        let against = ["--against", "run.h5"];
        for (arguments, words) in [
            (&["w2", "cloud.npy", "good.npy"][..], &["cloud.npy", "point 1"][..]),
            (&["w2", "plane.npy", "plane.npy"], &["plane.npy", "point 1, axis 1"]),
            (&["w2", "cloud.csv", "good.npy"], &["cloud.csv", "point 1"]),
            (&["w2", "three.npy", "three.npy", "--weights-a", "cloud.npy"], &["cloud.npy", "1"]),
            (&["w2", "density:density.npy", "expr:1"], &["density.npy", "[2]"]),
            (&["equilibrium", "game.toml", "--set", "game.table=table.npy"], &["table.npy", "[3, 5]"]),
            (&["particles", "game.toml", "--set", "initial.x={cloud=\"cloud.npy\"}"], &["cloud.npy", "1"]),
            (&[&["validate", "x=cloud.npy", "--time", "0"], &against[..]].concat(), &["cloud.npy", "point 1"]),
            (&[&["validate", "cloud.h5"], &against[..]].concat(), &["cloud.h5", "point 1"]),
            (&[&["validate", "weights.npz", "--time", "0"], &against[..]].concat(), &["weights.npz", "1"]),
            (&[&["validate", "x=good.npy", "--times", "cloud.npy"], &against[..]].concat(), &["time"]),
        ] {
            workspace.refuses(arguments, words);
        }
    }
}

#[test]
fn denormal_negative_and_zero_weights() {
    let workspace = folder();
    write_npy(workspace.path("points.npy"), &array![0.1, 0.2, 0.3]).unwrap();
    let w2 = |weights: [f64; 3]| {
        write_npy(workspace.path("weights.npy"), &Array1::from(weights.to_vec())).unwrap();
        workspace.run(&["w2", "points.npy", "good.npy", "--weights-a", "weights.npy", "--json"])
    };
    // A weight of 5e-324 beside others is one of 0 to rounding; alone it is the whole cloud.
    let without = w2([0.5, 0.5, 0.0]).succeeds().json()["w2"].as_f64().unwrap();
    for tiny in [5e-324, 1e-310, -0.0] {
        let with = w2([0.5, 0.5, tiny]).succeeds().json()["w2"].as_f64().unwrap();
        assert!((with - without).abs() <= 1e-12, "{tiny}: {with} {without}");
    }
    let equal = w2([1.0; 3]).succeeds().json()["w2"].as_f64().unwrap();
    let all_tiny = w2([5e-324; 3]);
    match all_tiny.status {
        Some(0) => assert!((all_tiny.json()["w2"].as_f64().unwrap() - equal).abs() <= 1e-12, "{all_tiny:?}"),
        status => assert!(status == Some(2) && all_tiny.stderr.contains("weights.npy"), "{all_tiny:?}"),
    }
    for bad in [[0.5, 0.5, -5e-324], [0.0; 3], [-1.0, 1.0, 1.0], [1e308; 3]] {
        let outcome = w2(bad);
        match outcome.status {
            // Weights whose sum overflows are still equal weights, where they are scaled first.
            Some(0) => assert!((outcome.json()["w2"].as_f64().unwrap() - equal).abs() <= 1e-12, "{bad:?}: {outcome:?}"),
            status => assert!(status == Some(2) && outcome.stderr.contains("weights.npy"), "{bad:?}: {outcome:?}"),
        }
        assert!(bad == [1e308; 3] || outcome.status == Some(2), "{bad:?}: {outcome:?}");
    }
}

#[test]
fn coordinates_at_the_seam_and_denormals_are_places() {
    let workspace = folder();
    let distance = |a: f64, b: f64| {
        write_npy(workspace.path("a.npy"), &array![a]).unwrap();
        write_npy(workspace.path("b.npy"), &array![b]).unwrap();
        workspace.run(&["w2", "a.npy", "b.npy", "--json"]).succeeds().json()["w2"].as_f64().unwrap()
    };
    for (a, b) in [(-0.0, 0.0), (5e-324, 0.0), (-5e-324, 0.0), (0.0, 1.0), (-1e-300, 1.0 - f64::EPSILON / 2.0)] {
        let found = distance(a, b);
        assert!((0.0..=1e-15).contains(&found), "{a:e} {b:e}: {found:e}");
    }
}

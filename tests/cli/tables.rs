//! Payoffs sampled on a grid: npy and HDF5.

use crate::workspace::Workspace;
use ndarray::Array2;
use ndarray_npy::write_npy;
use std::f64::consts::TAU;

const GAME: &str =
    "[game]\ntemperature = 0.1\n[initial]\nx = \"exp(cos(2*pi*x))\"\n[solver]\ntime = 0.2\n[output]\nsnapshots = 4\n";

fn payoff(points: usize, intervals: usize) -> Array2<f64> {
    let z = |i: usize| i as f64 / intervals as f64;
    Array2::from_shape_fn((points, points), |(i, j)| (TAU * (z(i) - z(j))).cos() + 0.3 * (TAU * z(i)).sin())
}

#[test]
fn tables_of_either_format_give_the_run_of_their_formula() {
    let workspace = Workspace::new();
    workspace.write("game.toml", GAME);
    let values = payoff(32, 32);
    write_npy(workspace.path("c.npy"), &values).unwrap();
    write_npy(workspace.path("fortran.npy"), &values.t().as_standard_layout().into_owned().reversed_axes()).unwrap();
    let file = hdf5::File::create(workspace.path("table.h5")).unwrap();
    file.new_dataset_builder().with_data(&values).create("f").unwrap();
    file.create_group("group").unwrap().new_dataset_builder().with_data(&values).chunk((8, 8)).create("g").unwrap();
    file.close().unwrap();
    let run = |set: &str| {
        let object = workspace.run(&["run", "game.toml", "--json", "--force", "--set", set]).succeeds().json();
        ["w2_x", "w2_y", "energy", "nikaido_isoda"].map(|key| object["final"][key].as_f64().unwrap())
    };
    let expected = run("game.payoff=cos(2*pi*(x - y)) + 0.3*sin(2*pi*x)");
    write_npy(workspace.path("single.npy"), &values.mapv(|value| value as f32)).unwrap();
    for table in ["c.npy", "fortran.npy", "table.h5:/f", "table.h5:/group/g", "single.npy"] {
        let got = run(&format!("game.table={table}"));
        let tolerance = if table == "single.npy" { 1e-6 } else { 1e-9 };
        for (a, b) in expected.iter().zip(&got) {
            assert!((a - b).abs() <= tolerance, "{table}: {expected:?} {got:?}");
        }
    }
}

#[test]
fn a_table_with_the_end_point_twice_is_refused() {
    let workspace = Workspace::new();
    workspace.write("game.toml", GAME);
    write_npy(workspace.path("twice.npy"), &payoff(65, 64)).unwrap();
    write_npy(workspace.path("once.npy"), &payoff(64, 64)).unwrap();
    for command in ["run", "equilibrium"] {
        let outcome = workspace.run(&[command, "game.toml", "--set", "game.table=twice.npy"]);
        outcome.fails(2, &["game.table", "twice.npy", "65 points", "leave the last point out"]);
    }
    assert_eq!(workspace.names(), ["game.toml", "once.npy", "twice.npy"]);
    workspace.run(&["equilibrium", "game.toml", "--set", "game.table=once.npy"]).succeeds();
}

#[test]
fn what_is_not_a_table_is_named() {
    let workspace = Workspace::new();
    workspace.write("game.toml", GAME);
    let mut values = payoff(16, 16);
    values[[3, 5]] = f64::NAN;
    write_npy(workspace.path("nan.npy"), &values).unwrap();
    write_npy(workspace.path("flat.npy"), &ndarray::Array1::<f64>::zeros(16)).unwrap();
    workspace.write("text.npy", "1 2\n3 4\n");
    workspace.write(
        "short.npy",
        &b"\x93NUMPY\x01\x00\x76\x00{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000, 2), }"[..],
    );
    hdf5::File::create(workspace.path("empty.h5")).unwrap();
    let file = hdf5::File::create(workspace.path("other.h5")).unwrap();
    file.new_dataset_builder().with_data(&payoff(32, 32)).create("f").unwrap();
    file.close().unwrap();
    let file = hdf5::File::create(workspace.path("link.h5")).unwrap();
    file.link_external("other.h5", "/f", "f").unwrap();
    file.link_external("other.h5", "/", "group").unwrap();
    file.close().unwrap();
    workspace.make_pipe("pipe");
    let before = workspace.names();
    let refused = |table: &str, words: &[&str]| {
        let set = format!("game.table={table}");
        workspace.run(&["run", "game.toml", "--set", &set]).fails(2, words);
        assert_eq!(workspace.names(), before);
    };
    refused("nan.npy", &["nan.npy", "[3, 5]"]);
    refused("flat.npy", &["flat.npy"]);
    refused("text.npy", &["text.npy"]);
    refused("short.npy", &["short.npy"]);
    refused("missing.npy", &["missing.npy", "No such file"]);
    refused("empty.h5:/f", &["empty.h5", "/f"]);
    refused("link.h5:/f", &["link.h5", "/f", "another file"]);
    refused("link.h5:/group/f", &["link.h5", "another file"]);
    refused("pipe", &["pipe", "not a regular file"]);
    refused("pipe:/f", &["pipe", "not a regular file"]);
    refused("/dev/zero", &["/dev/zero", "not a regular file"]);
    refused("/etc/passwd", &["/etc/passwd"]);
    refused("game.toml", &["game.toml"]);
}

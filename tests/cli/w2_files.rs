//! `nashflow w2`: the files that measures come from.

use crate::workspace::{CIRCLES, Workspace};
use ndarray::{Array1, Array2, Array3, ShapeBuilder, array};
use ndarray_npy::{WriteNpyExt, write_npy};
use std::f64::consts::TAU;
use std::io::Write;

/// Members of an npz file, as numpy writes it.
pub fn write_npz(workspace: &Workspace, name: &str, members: &[(&str, Array2<f64>)]) {
    let mut archive = zip::ZipWriter::new(std::fs::File::create(workspace.path(name)).unwrap());
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    for (key, array) in members {
        let mut bytes = std::io::Cursor::new(Vec::new());
        array.write_npy(&mut bytes).unwrap();
        archive.start_file(format!("{key}.npy"), options).unwrap();
        archive.write_all(bytes.get_ref()).unwrap();
    }
    archive.finish().unwrap();
}

/// The bytes of an npy file.
fn npy(version: u8, descr: &str, shape: &str, values: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n");
    let length = header.len() as u32;
    let mut bytes = b"\x93NUMPY".to_vec();
    bytes.extend([version, 0]);
    match version {
        1 => bytes.extend((length as u16).to_le_bytes()),
        _ => bytes.extend(length.to_le_bytes()),
    }
    bytes.extend(header.as_bytes());
    bytes.extend(values);
    bytes
}

#[track_caller]
fn w2(workspace: &Workspace, arguments: &[&str]) -> f64 {
    workspace.run(&[&["w2"], arguments, &["--json"]].concat()).succeeds().json()["w2"].as_f64().unwrap()
}

/// C30c: one cloud, however it is stored, is one cloud.
#[test]
fn every_way_of_storing_a_cloud_gives_the_same_cloud() {
    let workspace = Workspace::new();
    let points: Array2<f64> = array![[0.1, 0.2], [0.6, 0.9]];
    write_npy(workspace.path("c.npy"), &points).unwrap();
    let fortran = Array2::from_shape_vec((2, 2).f(), vec![0.1, 0.6, 0.2, 0.9]).unwrap();
    write_npy(workspace.path("fortran.npy"), &fortran).unwrap();
    let big: Vec<u8> = points.iter().flat_map(|x| x.to_be_bytes()).collect();
    let little: Vec<u8> = points.iter().flat_map(|x| x.to_le_bytes()).collect();
    workspace.write("big.npy", npy(1, ">f8", "(2, 2)", &big));
    workspace.write("two.npy", npy(2, "<f8", "(2, 2)", &little));
    workspace.write("three.npy", npy(3, "<f8", "(2, 2)", &little));
    write_npz(&workspace, "one.npz", &[("points", points.clone())]);
    write_npz(&workspace, "many.npz", &[("a", array![[0.5, 0.5]]), ("points", points.clone())]);
    workspace.write("comma.csv", "x1,x2\n0.1,0.2\n0.6,0.9\n");
    workspace.write("blank.txt", "# two points\n0.1 0.2\n\n0.6   0.9\r\n");
    workspace.write("semicolon.csv", "0.1;0.2\n0.6;0.9\n");
    let file = hdf5::File::create(workspace.path("all.h5")).unwrap();
    file.new_dataset_builder().with_data(&points).create("plain").unwrap();
    let group = file.create_group("packed").unwrap();
    group.new_dataset_builder().with_data(&points).chunk((1, 2)).shuffle().deflate(4).create("gzip").unwrap();
    drop(group);
    file.close().unwrap();
    for name in [
        "fortran.npy",
        "big.npy",
        "two.npy",
        "three.npy",
        "one.npz",
        "many.npz:points",
        "comma.csv",
        "blank.txt",
        "semicolon.csv",
        "all.h5:/plain",
        "all.h5:/packed/gzip",
        "cloud:all.h5",
    ] {
        assert_eq!(w2(&workspace, &["c.npy", name]), 0.0, "{name}");
    }
}

#[test]
fn points_of_a_circle_may_be_a_column() {
    let workspace = Workspace::new();
    write_npy(workspace.path("line.npy"), &array![0.1, 0.6, 0.7]).unwrap();
    write_npy(workspace.path("column.npy"), &array![[0.7], [0.1], [0.6]]).unwrap();
    workspace.write("column.csv", "angle\n0.6\n0.7\n0.1\n");
    for name in ["column.npy", "column.csv", "cloud:line.npy"] {
        assert_eq!(w2(&workspace, &["line.npy", name]), 0.0, "{name}");
    }
}

#[test]
fn the_three_readings_of_a_density_are_told_apart() {
    let workspace = Workspace::new();
    let a = |x: f64| (3.0 * (TAU * (x - 0.1)).cos()).exp();
    let b = |x: f64| (2.0 * (TAU * (x - 0.55)).cos() + 0.5 * (2.0 * TAU * x).sin()).exp();
    let sample = |n: usize, f: &dyn Fn(f64) -> f64| -> Array1<f64> { (0..n).map(|i| f(i as f64 / n as f64)).collect() };
    for (points, nodes) in [(16, 0.11064451173725226_f64), (64, 0.1102478439285289)] {
        write_npy(workspace.path("a.npy"), &sample(points, &a)).unwrap();
        write_npy(workspace.path("b.npy"), &sample(points, &b)).unwrap();
        let got = w2(&workspace, &["density:a.npy", "density:b.npy", "--reading", "nodes"]);
        assert!((got * got - nodes).abs() <= 1e-13, "{points}: {} {nodes}", got * got);
        let constant = w2(&workspace, &["density:a.npy", "density:b.npy", "--reading", "constant"]);
        assert!(constant != got);
    }
    let smooth = w2(&workspace, &["density:a.npy", "density:b.npy"]);
    assert!((smooth - 0.3318134067702).abs() <= 1e-12, "{smooth}");
    let formulas = ["expr:exp(3*cos(2*pi*(x-0.1)))", "expr:exp(2*cos(2*pi*(x-0.55))+0.5*sin(4*pi*x))"];
    assert!((w2(&workspace, &formulas) - smooth).abs() <= 1e-12);
}

/// A short run of two circles in run.h5.
fn with_run() -> Workspace {
    let workspace = Workspace::new();
    let game = CIRCLES.replace("time = 0.5", "time = 0.1").replace("snapshots = 25", "every = 0.05");
    workspace.write("game.toml", game);
    workspace.run(&["run", "game.toml", "-o", "run.h5"]).succeeds();
    workspace
}

#[test]
fn states_of_a_run_are_named_by_player_and_time() {
    let workspace = with_run();
    let stored =
        |name: &str| hdf5::File::open(workspace.path("run.h5")).unwrap().dataset(name).unwrap().read_1d::<f64>();
    let (x, y, both) = (stored("w2_x").unwrap(), stored("w2_y").unwrap(), stored("w2").unwrap());
    for (row, time) in ["0", "0.05", "0.1"].iter().enumerate() {
        let mu = w2(&workspace, &[&format!("run.h5:/mu@{time}"), "run.h5:/equilibrium/mu"]);
        assert!((mu - x[row]).abs() <= 1e-12, "{mu} {}", x[row]);
        let nu = w2(&workspace, &["run.h5:/equilibrium/nu", &format!("run.h5:/nu@{time}")]);
        assert!((nu - y[row]).abs() <= 1e-12, "{nu} {}", y[row]);
        let arguments = ["w2", &format!("run.h5@{time}"), "run.h5:/equilibrium", "--json"];
        let object = workspace.run(&arguments).succeeds().json();
        assert!((object["w2"].as_f64().unwrap() - both[row]).abs() <= 1e-12);
        assert!((object["w2_x"].as_f64().unwrap() - mu).abs() <= 1e-12);
        assert!((object["w2_y"].as_f64().unwrap() - nu).abs() <= 1e-12);
    }
    assert_eq!(w2(&workspace, &["run.h5", "run.h5@0.1"]), 0.0, "without a time the last state");
    assert_eq!(w2(&workspace, &["density:run.h5:/mu", "run.h5:/mu@0.1"]), 0.0);
    assert!(w2(&workspace, &["run.h5:/mu@0", "expr:exp(3*cos(2*pi*(x-0.25)))"]) < 1e-12);
    let text = workspace.run(&["w2", "run.h5@0", "run.h5:/equilibrium"]).succeeds().stdout;
    assert!(text.contains("W2 of x") && text.contains("W2 of y"), "{text}");
}

#[test]
fn a_state_that_is_not_there_or_half_a_pair_is_refused() {
    let workspace = with_run();
    let refused = |arguments: &[&str], words: &[&str]| {
        workspace.run(&[&["w2"], arguments].concat()).fails(2, words);
    };
    let equilibrium = "run.h5:/equilibrium/mu";
    refused(&["run.h5:/mu@0.07", equilibrium], &["run.h5", "time 0.07", "nearest is 0.05"]);
    refused(&["run.h5:/mu@later", equilibrium], &["run.h5", "time after @"]);
    refused(&["run.h5:/rho", equilibrium], &["run.h5", "/rho"]);
    refused(&["run.h5:/equilibrium/mu@1", equilibrium], &["run.h5", "no time"]);
    refused(&["run.h5", equilibrium], &["run.h5", "both players", "/mu@TIME"]);
    refused(&[equilibrium, "run.h5@0"], &["run.h5@0", "both players"]);
    refused(&["run.h5:/mu@0", equilibrium, "--period", "2"], &["--period", "contradicts", "run.h5"]);
    refused(&["run.h5:/mu@0", equilibrium, "--origin", "0.5"], &["--origin", "contradicts"]);
    workspace.run(&["w2", "run.h5:/mu@0", equilibrium, "--period", "1"]).succeeds();
}

#[test]
fn clouds_of_a_file_of_particles_are_named_by_player_and_time() {
    let workspace = Workspace::new();
    let file = hdf5::File::create(workspace.path("cloud.h5")).unwrap();
    file.new_dataset_builder().with_data(&array![0.0, 0.5]).create("time").unwrap();
    let group = file.create_group("particles").unwrap();
    let x = Array3::from_shape_fn((2, 3, 1), |(t, i, _)| 0.1 * t as f64 + 0.2 * i as f64);
    let y = Array3::from_shape_fn((2, 3, 1), |(t, i, _)| 0.05 * t as f64 + 0.1 * i as f64);
    group.new_dataset_builder().with_data(&x).create("x").unwrap();
    group.new_dataset_builder().with_data(&y).create("y").unwrap();
    drop(group);
    file.close().unwrap();
    let got = w2(&workspace, &["cloud.h5:/particles/y@0", "cloud.h5:/particles/y@0.5"]);
    assert!((got - 0.05).abs() <= 1e-15, "{got}");
    let object = workspace.run(&["w2", "cloud.h5@0", "cloud.h5@0.5", "--json"]).succeeds().json();
    assert!((object["w2_x"].as_f64().unwrap() - 0.1).abs() <= 1e-15, "{object}");
    assert!((object["w2_y"].as_f64().unwrap() - 0.05).abs() <= 1e-15, "{object}");
    workspace.run(&["w2", "cloud.h5@0.2", "cloud.h5@0"]).fails(2, &["cloud.h5", "time 0.2", "@0"]);
}

#[test]
fn names_of_files_may_look_like_addresses() {
    let workspace = Workspace::new();
    for name in ["a@0.5", "a@b.npy", "r\u{e9}sum\u{e9} 100%.npy", "a:b.npy"] {
        let (cloud, other) = (array![0.1, 0.6], array![0.2, 0.7]);
        write_npy(workspace.path(name), &cloud).unwrap();
        write_npy(workspace.path("other.npy"), &other).unwrap();
        assert!((w2(&workspace, &[name, "other.npy"]) - 0.1).abs() <= 1e-15, "{name}");
    }
}

/// Where a density underflows its node values are rounding of either sign, in files of ours too.
#[test]
fn states_with_a_vacuum_are_read_as_cells_and_nodes() {
    let workspace = Workspace::new();
    workspace.run(&["run", "limit-cycle", "--set", "solver.time=0.1", "--set", "output.snapshots=1"]).succeeds();
    let (a, b) = ("limit-cycle.h5:/mu@0.1", "limit-cycle.h5:/equilibrium/mu");
    let smooth = w2(&workspace, &[a, b]);
    let spacing = 6.0 * std::f64::consts::PI / 288.0;
    for reading in ["constant", "nodes"] {
        let object = workspace.run(&["w2", a, b, "--reading", reading, "--json"]).succeeds().json();
        let found = object["w2"].as_f64().unwrap();
        assert!((found - smooth).abs() <= spacing, "{reading}: {found}, {smooth}");
        let notes = object["notes"].to_string();
        assert!(notes.contains("are rounding and count as 0"), "{reading}: {notes}");
    }
}

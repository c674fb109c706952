//! `nashflow validate`: bad input ends with status 2, a message that says what is wrong, and nothing written.

use crate::validate::{initial_cloud, with_run};
use crate::w2_files::write_npz;
use crate::workspace::{TORI, Workspace};
use ndarray::{Array1, Array2, Array3, Axis, array};
use ndarray_npy::write_npy;

#[track_caller]
fn refused(workspace: &Workspace, arguments: &[&str], words: &[&str]) {
    workspace.refuses(&[&["validate"], arguments].concat(), words);
}

/// A run, and good clouds x.npy, y.npy.
fn folder() -> Workspace {
    let workspace = with_run();
    let [x, y] = initial_cloud(20, 1);
    write_npy(workspace.path("x.npy"), &Array1::from(x)).unwrap();
    write_npy(workspace.path("y.npy"), &Array1::from(y)).unwrap();
    workspace
}

#[test]
fn shapes_that_do_not_fit() {
    let workspace = folder();
    let against = ["--against", "run.h5"];
    let case = |shape: &[usize], extra: &[&str], words: &[&str]| {
        let array = ndarray::ArrayD::<f64>::zeros(ndarray::IxDyn(shape));
        write_npy(workspace.path("bad.npy"), &array).unwrap();
        refused(&workspace, &[&["x=bad.npy"], &against[..], extra].concat(), words);
    };
    case(&[20, 2], &["--time", "0"], &["[20, 2]", "expected", "(N, 1)", "dimension 1"]);
    case(&[2, 20, 2], &["--time", "0,0.1"], &["[2, 20, 2]", "(2, N, 1)", "2 times"]);
    case(&[3, 20, 1], &["--time", "0,0.1"], &["[3, 20, 1]", "2 times", "--replicas"]);
    case(&[20], &["--time", "0,0.1"], &["[20]", "(2, N)"]);
    case(&[0, 1], &["--time", "0"], &["empty"]);
    case(&[0], &["--time", "0"], &["empty"]);
    case(&[1, 20, 1], &["--time", "0", "--replicas"], &["one replica"]);
    case(&[20], &["--time", "0", "--replicas"], &["[20]", "(R, N)"]);
    case(&[4, 0], &["--time", "0", "--replicas"], &["empty"]);
}

#[test]
fn a_file_of_replicas_asks_for_the_option() {
    let workspace = with_run();
    let words = ["particles", "game.toml", "-n", "20", "--replicas", "2", "-o", "cloud.h5"];
    workspace.run(&words).succeeds();
    for time in [&[][..], &["--time", "0.1"]] {
        let words = [&["cloud.h5", "--against", "run.h5"], time].concat();
        refused(&workspace, &words, &["particles/x", "[2, 3, 20, 1]", "validate --replicas"]);
        workspace.run(&[&["validate"][..], &words, &["--replicas"]].concat()).succeeds();
    }
}

/// C23: one bad coordinate poisons nothing but is named.
#[test]
fn coordinates_without_a_place_are_named() {
    let workspace = folder();
    for bad in [f64::NAN, f64::INFINITY, 1e16] {
        let mut rows = Array3::from_elem((2, 20, 1), 0.5);
        rows[[1, 7, 0]] = bad;
        write_npy(workspace.path("bad.npy"), &rows).unwrap();
        let words = ["bad.npy", "x at time 0.1, point 7", "no place on the torus"];
        refused(&workspace, &["x=bad.npy,y=bad.npy", "--time", "0,0.1", "--against", "run.h5"], &words);
        refused(
            &workspace,
            &["y=bad.npy", "--time", "0", "--replicas", "--against", "run.h5"],
            &["y at time 0, replica 1, point 7"],
        );
    }
}

#[test]
fn times_that_do_not_match_are_answered_with_the_nearest() {
    let workspace = folder();
    let against = ["--against", "run.h5"];
    let cloud = "x=x.npy,y=y.npy";
    refused(&workspace, &[&[cloud], &against[..]].concat(), &["no times", "--time", "--times", "--equilibrium"]);
    let case =
        |time: &str, words: &[&str]| refused(&workspace, &[&[cloud, "--time", time], &against[..]].concat(), words);
    case("0.07", &["no state of time 0.07", "nearest is 0.05"]);
    case("0.3", &["nearest is 0.1"]);
    case("-1", &["nearest is 0"]);
    case("soon", &["--time soon"]);
    case("1/0", &["--time"]);
    case("0,0", &["times 0 and 1 are both 0"]);
    write_npz(&workspace, "timed.npz", &[("x", Array2::zeros((2, 20))), ("times", array![[0.0, 0.07]])]);
    refused(&workspace, &[&["timed.npz"], &against[..]].concat(), &["0.07", "nearest is 0.05"]);
    refused(
        &workspace,
        &[&["timed.npz", "--time", "0.05"], &against[..]].concat(),
        &["the cloud has no state of time 0.05", "nearest is 0.07"],
    );
    refused(&workspace, &[&["timed.npz", "--times", "x.npy"], &against[..]].concat(), &["--times", "of its own"]);
    for (times, words) in [
        (array![[0.0, f64::INFINITY]], &["time 1 is inf"][..]),
        (array![[f64::NAN, 0.0]], &["time 0 is NaN"]),
        (array![[0.1, 0.1]], &["both 0.1"]),
        (array![[0.0, 0.05, 0.1]], &["[2, 20]", "3 times"]),
        (array![[0.0, 0.05], [0.1, 0.2]], &["times have shape [2, 2]"]),
    ] {
        write_npz(&workspace, "bad.npz", &[("x", Array2::zeros((2, 20))), ("times", times)]);
        refused(&workspace, &[&["bad.npz"], &against[..]].concat(), words);
    }
    refused(&workspace, &[&[cloud, "--times", "missing.npy"], &against[..]].concat(), &["missing.npy"]);
}

#[test]
fn files_that_are_no_cloud_or_no_run() {
    let workspace = folder();
    let against = ["--time", "0", "--against", "run.h5"];
    let case = |cloud: &str, words: &[&str]| refused(&workspace, &[&[cloud], &against[..]].concat(), words);
    case("x.npy", &["one array", "x=x.npy", "y=x.npy"]);
    case("run.h5", &["is the file of a run", "--against"]);
    case("missing.h5", &["missing.h5"]);
    case("x=missing.npy", &["missing.npy"]);
    case("x=", &["a file is missing"]);
    case("x=x.npy,y=", &["a file is missing after y="]);
    write_npz(&workspace, "other.npz", &[("a", Array2::zeros((2, 1)))]);
    case("other.npz", &["no points", "x and y in an npz"]);
    hdf5::File::create(workspace.path("other.h5")).unwrap().close().unwrap();
    case("other.h5", &["no points", "/particles/x"]);
    workspace.write("broken.npz", b"PK\x03\x04rubbish");
    case("broken.npz", &["broken.npz"]);
    workspace.write("broken.csv", "0.1\n0.2\nmany\n");
    case("x=broken.csv", &["broken.csv:3", "many"]);
    workspace.write(
        "objects.npy",
        b"\x93NUMPY\x01\x00\x46\x00{'descr': '|O', 'fortran_order': False, 'shape': (2,), }                    \n",
    );
    case("x=objects.npy", &["never unpickled"]);
    workspace.make_pipe("pipe");
    case("x=pipe", &["not a regular file"]);
    for run in ["x.npy", "other.h5", "missing.h5", "pipe"] {
        refused(&workspace, &["x=x.npy", "--time", "0", "--against", run], &[run]);
    }
}

#[test]
fn options_out_of_range() {
    let workspace = folder();
    let case = |options: &[&str], words: &[&str]| {
        refused(&workspace, &[&["x=x.npy", "--time", "0", "--against", "run.h5"], options].concat(), words);
    };
    case(&["--samples", "38"], &["--samples", "between 39", "got 38"]);
    case(&["--samples", "1000000"], &["100000"]);
    case(&["--false-alarm-rate", "0"], &["--false-alarm-rate", "positive"]);
    case(&["--false-alarm-rate", "nan"], &["--false-alarm-rate"]);
    case(&["--false-alarm-rate", "1e-9"], &["--false-alarm-rate", "samples"]);
    case(&["--false-alarm-rate", "0.01", "--samples", "39"], &["between 199"]);
    case(&["--threads", "0"], &["--threads"]);
    let arguments = ["validate", "x=x.npy", "--time", "0", "--equilibrium", "--against", "run.h5"];
    assert_eq!(workspace.run(&arguments).status, Some(2));
}

#[test]
fn clouds_of_another_game_or_dimension() {
    let workspace = folder();
    workspace.write("tori.toml", TORI);
    workspace.run(&["run", "tori.toml", "-o", "tori.h5", "--set", "output.snapshots=1"]).succeeds();
    refused(&workspace, &["x=x.npy", "--time", "0", "--against", "tori.h5"], &["[20]", "dimension 2"]);
    let text = String::from_utf8(workspace.read("game.toml")).unwrap();
    let write = |name: &str, game: &str| {
        let file = hdf5::File::create(workspace.path(name)).unwrap();
        file.new_dataset_builder().with_data(&[0.0]).create("time").unwrap();
        let value: hdf5::types::VarLenUnicode = game.parse().unwrap();
        file.new_attr::<hdf5::types::VarLenUnicode>().create("game").unwrap().write_scalar(&value).unwrap();
        let group = file.create_group("particles").unwrap();
        let points = Array1::from(initial_cloud(20, 1)[0].clone()).insert_axis(Axis(0)).insert_axis(Axis(2));
        group.new_dataset_builder().with_data(&points).create("x").unwrap();
    };
    write("same.h5", &text.replace("Two circles", "By another name"));
    workspace.run(&["validate", "same.h5", "--against", "run.h5", "--quiet"]).succeeds();
    write("warm.h5", &text.replace("temperature = 0.1", "temperature = 0.2"));
    refused(
        &workspace,
        &["warm.h5", "--against", "run.h5"],
        &["another game", "game.temperature is 0.2", "0.1 in run.h5"],
    );
    write("unreadable.h5", "[game");
    refused(&workspace, &["unreadable.h5", "--against", "run.h5"], &["not readable TOML"]);
    write("elsewhere.h5", &text.replace("x - 0.25", "x - 0.26"));
    let note = workspace.run(&["validate", "elsewhere.h5", "--against", "run.h5"]).succeeds().stdout;
    assert!(note.contains("began elsewhere: initial.x"), "{note}");
}

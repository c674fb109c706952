//! `nashflow w2`: bad input ends with status 2, a message that says what is wrong, and nothing written.

use crate::w2_files::write_npz;
use crate::workspace::{CIRCLES, Workspace};
use ndarray::{Array1, Array2, Array3, array};
use ndarray_npy::write_npy;
use std::io::Write;

/// A folder with good measures of either dimension.
fn folder() -> Workspace {
    let workspace = Workspace::new();
    write_npy(workspace.path("good.npy"), &array![0.1, 0.6]).unwrap();
    write_npy(workspace.path("plane.npy"), &array![[0.1, 0.6], [0.2, 0.3]]).unwrap();
    workspace
}

#[track_caller]
fn refused(workspace: &Workspace, arguments: &[&str], words: &[&str]) {
    workspace.refuses(&[&["w2"], arguments].concat(), words);
}

/// An npy file of version 1.0 with this header and these values.
fn forged(workspace: &Workspace, header: &str, values: &[u8]) {
    let length = (header.len() as u16).to_le_bytes();
    workspace.write("bad.npy", [b"\x93NUMPY\x01\x00", &length[..], header.as_bytes(), values].concat());
}

fn header(descr: &str, shape: &str) -> String {
    format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}")
}

#[test]
fn malformed_npy_files() {
    let workspace = folder();
    let cases: [(&[u8], &[&str]); 6] = [
        (b"", &["bad.npy", "not an npy file"]),
        (b"1 2\n3 4\n", &["bad.npy", "not an npy file"]),
        (b"\x93NUMPY", &["bad.npy", "header is cut off"]),
        (b"\x93NUMPY\x01\x00\xff\x00{'descr'", &["bad.npy", "header is cut off"]),
        (b"\x93NUMPY\x09\x00\x10\x00{}", &["bad.npy", "version 9.0"]),
        (b"\x93NUMPY\x02\x00\xff\xff\xff\xff{}", &["bad.npy", "4294967295 bytes"]),
    ];
    for (bytes, words) in cases {
        workspace.write("bad.npy", bytes);
        refused(&workspace, &["good.npy", "bad.npy"], words);
    }
    for (descr, shape, words) in [
        ("|O", "(2,)", &["bad.npy", "objects are never unpickled"][..]),
        ("<c16", "(2,)", &["bad.npy", "<c16"]),
        ("<U4", "(2,)", &["bad.npy", "<U4"]),
        ("<f8", "(-2,)", &["bad.npy", "tuple of lengths"]),
        ("<f8", "2", &["bad.npy", "tuple of lengths"]),
        ("<f8", "(1000000000, 2)", &["bad.npy", "1000000000", "1.6e10 bytes", "allowed"]),
        ("<f8", "(1000000000,)", &["bad.npy", "8.0e9 bytes"]),
        ("<f8", "(18446744073709551617, 8)", &["bad.npy", "bytes", "allowed"]),
        ("<f8", "(4294967296, 4294967296)", &["bad.npy", "bytes", "allowed"]),
        ("<f8", "(100, 2)", &["bad.npy", "1600 bytes", "there are 16"]),
        ("<f8", "(0,)", &["bad.npy", "no points"]),
        ("<f8", "(0, 2)", &["bad.npy"]),
        ("<f8", "(1, 2, 1)", &["bad.npy", "density:bad.npy", "cloud:bad.npy"]),
    ] {
        forged(&workspace, &header(descr, shape), &[0; 16]);
        refused(&workspace, &["bad.npy", "good.npy"], words);
    }
    forged(&workspace, "{'descr': '<f8', 'shape': (2,)}", &[0; 16]);
    refused(&workspace, &["bad.npy", "good.npy"], &["bad.npy", "fortran_order"]);
}

#[test]
fn malformed_npz_files() {
    let workspace = folder();
    workspace.write("bad.npz", "PK\x03\x04 and nothing more");
    refused(&workspace, &["good.npy", "bad.npz"], &["bad.npz", "npz"]);
    workspace.write("bad.npz", "no archive");
    refused(&workspace, &["good.npy", "bad.npz"], &["bad.npz", "not an npz file"]);
    write_npz(&workspace, "two.npz", &[("x", array![[0.1]]), ("y", array![[0.2]])]);
    refused(&workspace, &["good.npy", "two.npz"], &["two.npz", "x, y", "name one"]);
    refused(&workspace, &["good.npy", "two.npz:z"], &["two.npz", "no array z", "x, y"]);
    write_npz(&workspace, "none.npz", &[]);
    refused(&workspace, &["good.npy", "none.npz"], &["none.npz", "no arrays"]);
    // A bomb: 1 GB of zeros in a megabyte, and a header that announces them.
    let mut archive = zip::ZipWriter::new(std::fs::File::create(workspace.path("bomb.npz")).unwrap());
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    archive.start_file("x.npy", options).unwrap();
    let header = header("<f8", "(130000000,)");
    archive.write_all(b"\x93NUMPY\x01\x00").unwrap();
    archive.write_all(&(header.len() as u16).to_le_bytes()).unwrap();
    archive.write_all(header.as_bytes()).unwrap();
    let zeros = vec![0; 1 << 20];
    (0..992).for_each(|_| archive.write_all(&zeros).unwrap());
    archive.finish().unwrap();
    refused(&workspace, &["good.npy", "bomb.npz"], &["bomb.npz", "bytes", "allowed"]);
}

#[test]
fn malformed_text_files() {
    let workspace = folder();
    let long = "1".repeat(2_000_000);
    for (text, words) in [
        ("", &["bad.csv", "no numbers"][..]),
        ("x1,x2\n", &["bad.csv", "no numbers"]),
        ("# nothing\n\n", &["bad.csv", "no numbers"]),
        ("0.1,0.2\n0.3\n", &["bad.csv:2", "expected 2 columns", "got 1"]),
        ("x\n0.1\nabc\n", &["bad.csv:3", "column 1", "\"abc\""]),
        ("0.1;0.2\n0,3;0,4\n", &["bad.csv:2", "decimals are written with a point"]),
        ("0.1,0.2,\n", &["bad.csv:1", "column 3"]),
        (",x1,x2\n0,0.1,0.2\n", &["density:bad.csv", "cloud:bad.csv", "[1, 3]"]),
        ("0.1\n\u{0}\n", &["bad.csv:2"]),
        ("0.1\ninf\n", &["bad.csv", "point 1", "inf"]),
        ("0.1\nnan\n", &["bad.csv", "point 1", "NaN"]),
        (&long, &["bad.csv:1", "longer than"]),
    ] {
        workspace.write("bad.csv", text);
        refused(&workspace, &["bad.csv", "good.npy"], words);
    }
    workspace.write("bad.csv", b"0.1\n\xff\xfe\n");
    refused(&workspace, &["bad.csv", "good.npy"], &["bad.csv:2", "UTF-8"]);
}

#[test]
fn malformed_and_foreign_hdf5_files() {
    let workspace = folder();
    workspace.write("bad.h5", "no HDF5");
    refused(&workspace, &["bad.h5:/x", "good.npy"], &["bad.h5", "not an HDF5 file"]);
    workspace.write("bad.h5", b"\x89HDF\r\n\x1a\n and nothing more");
    refused(&workspace, &["bad.h5:/x", "good.npy"], &["bad.h5"]);
    let file = hdf5::File::create(workspace.path("other.h5")).unwrap();
    file.new_dataset_builder().with_data(&array![0.1, 0.6]).create("x").unwrap();
    file.new_dataset_builder().with_data(&array![true, false]).create("flags").unwrap();
    file.new_dataset::<f64>().shape(0).create("empty").unwrap();
    file.new_dataset::<f64>().chunk(1000).shape(1_000_000_000_000_usize).create("huge").unwrap();
    file.link_external("good.h5", "/x", "outside").unwrap();
    file.close().unwrap();
    refused(&workspace, &["other.h5", "good.npy"], &["other.h5", "/flags", "/x", "name one"]);
    refused(&workspace, &["other.h5:/y", "good.npy"], &["other.h5", "no dataset /y", "/x"]);
    refused(&workspace, &["other.h5:/x/y", "good.npy"], &["other.h5", "/x/y"]);
    refused(&workspace, &["other.h5:/flags", "good.npy"], &["other.h5", "expected real numbers"]);
    refused(&workspace, &["other.h5:/empty", "good.npy"], &["other.h5", "no points"]);
    refused(&workspace, &["other.h5:/huge", "good.npy"], &["other.h5", "8.0e12 bytes", "allowed"]);
    refused(&workspace, &["other.h5:/outside", "good.npy"], &["other.h5", "another file"]);
    refused(&workspace, &["other.h5:/x@1", "good.npy"], &["other.h5", "/time"]);
    refused(&workspace, &["good.npy@1", "good.npy"], &["good.npy", "only HDF5"]);
    refused(&workspace, &["good.npy:/x", "good.npy"], &["good.npy", "only HDF5 and npz"]);
    refused(&workspace, &["density:other.h5:/empty", "expr:1"], &["other.h5"]);
}

#[test]
fn what_is_no_file_of_numbers() {
    let workspace = folder();
    workspace.make_pipe("pipe");
    refused(&workspace, &["missing.npy", "good.npy"], &["missing.npy", "No such file"]);
    refused(&workspace, &["cloud:", "good.npy"], &["cloud:", "file is missing"]);
    refused(&workspace, &["", "good.npy"], &["file is missing"]);
    refused(&workspace, &[".", "good.npy"], &[".: it is not a regular file"]);
    refused(&workspace, &["pipe", "good.npy"], &["pipe", "not a regular file"]);
    refused(&workspace, &["good.npy", "/dev/zero"], &["/dev/zero", "not a regular file"]);
    let secret = workspace.run(&["w2", "/etc/passwd", "good.npy"]).fails(2, &["/etc/passwd:"]);
    assert!(!secret.stderr.contains("root"), "{}", secret.stderr);
}

#[test]
fn formulas_that_are_no_densities() {
    let workspace = folder();
    for (formula, words) in [
        ("", &["expr:"][..]),
        ("cos(2*pi*y)", &["y", "known: x"]),
        ("1 +", &["expr:1 +"]),
        ("cos(2*pi*x)", &["negative"]),
        ("-1", &["negative"]),
        ("0", &["mass"]),
        ("1/0", &["expr:1/0"]),
        ("log(-1 - cos(2*pi*x)^2)", &["NaN"]),
        ("x", &["no grid", "jump"]),
        ("abs(x-0.5)", &["no grid", "kink"]),
        ("x + x1", &["not both"]),
        ("1 + 0.5*cos(3*x)", &["no grid", "periods [1.0]"]),
    ] {
        let word = format!("expr:{formula}");
        refused(&workspace, &[&word, "expr:1"], words);
    }
    refused(&workspace, &["expr:2+cos(2*pi*x1)", "good.npy"], &["dimension 2", "good.npy has dimension 1"]);
    refused(&workspace, &["plane.npy", "good.npy"], &["plane.npy", "dimension 2", "good.npy has dimension 1"]);
}

#[test]
fn values_that_are_no_densities_and_points_that_have_no_place() {
    let workspace = folder();
    let density = |values: &[f64]| write_npy(workspace.path("rho.npy"), &Array1::from(values.to_vec())).unwrap();
    for (values, words) in [
        (&[1.0, 2.0, f64::NAN, 1.0][..], &["rho.npy", "[2]", "NaN"][..]),
        (&[1.0, f64::INFINITY, 2.0, 1.0], &["rho.npy", "[1]", "inf"]),
        (&[1.0, 1.0, 1.0, -0.1], &["rho.npy", "[3]", "-1e-1"]),
        (&[0.0; 4], &["rho.npy", "mass"]),
        (&[1.0; 3], &["rho.npy", "3 points", "at least 4"]),
    ] {
        density(values);
        refused(&workspace, &["density:rho.npy", "expr:1"], words);
    }
    write_npy(workspace.path("rho.npy"), &Array3::<f64>::ones((4, 4, 4))).unwrap();
    refused(&workspace, &["density:rho.npy", "expr:1"], &["rho.npy", "dimension 3", "1 and 2"]);
    write_npy(workspace.path("rho.npy"), &Array2::<f64>::ones((8, 8))).unwrap();
    refused(&workspace, &["rho.npy", "expr:1"], &["density:rho.npy", "cloud:rho.npy", "[8, 8]"]);
    refused(&workspace, &["cloud:rho.npy", "expr:1"], &["rho.npy", "[8, 8]", "(N, 2)"]);
    refused(&workspace, &["density:rho.npy", "good.npy"], &["dimension 2", "dimension 1"]);
    refused(&workspace, &["density:good.npy", "expr:1"], &["good.npy", "at least 4"]);
    for bad in [f64::NAN, f64::INFINITY, 1e16, -1e300] {
        write_npy(workspace.path("points.npy"), &array![[0.1, 0.2], [0.3, bad]]).unwrap();
        refused(&workspace, &["points.npy", "plane.npy"], &["points.npy", "point 1, axis 1"]);
    }
    write_npy(workspace.path("points.npy"), &Array2::<f64>::zeros((5, 3))).unwrap();
    refused(&workspace, &["points.npy", "expr:1"], &["[5, 3]", "density:points.npy", "cloud:points.npy"]);
}

#[test]
fn options_that_can_not_be() {
    let workspace = folder();
    let refused = |arguments: &[&str], words: &[&str]| refused(&workspace, arguments, words);
    for (period, words) in [
        ("0", &["--period", "positive", "0"][..]),
        ("-1", &["--period", "positive", "-1"]),
        ("1/0", &["--period 1/0"]),
        ("x", &["--period x"]),
        ("1,2", &["--period", "one number per axis", "got 2"]),
        ("", &["--period"]),
        ("1e-320", &["--period", "positive"]),
    ] {
        refused(&["good.npy", "good.npy", "--period", period], words);
    }
    refused(&["good.npy", "good.npy", "--origin", "1e999"], &["--origin"]);
    refused(&["plane.npy", "plane.npy", "--period", "1,2,3"], &["--period", "that is 2, got 3"]);
    refused(&["density:good.npy", "expr:1", "--reading", "smooth"], &["--reading", "band-limited, constant or nodes"]);
    refused(&["good.npy", "expr:1", "--reading", "nodes"], &["--reading", "values on a grid"]);
    for tolerance in ["0", "1", "-1e-9", "2*x"] {
        refused(&["expr:1", "expr:1", "--tolerance", tolerance], &["--tolerance"]);
    }
    refused(&["expr:1", "good.npy", "--weights-a", "good.npy"], &["expr:1", "only clouds take weights"]);
    refused(&["good.npy", "good.npy", "--weights-a", "missing.npy"], &["missing.npy"]);
    refused(&["good.npy", "good.npy", "--weights-a", "plane.npy"], &["plane.npy", "one number for each point"]);
    refused(&["good.npy", "good.npy", "--threads", "0"], &["--threads 0"]);
    refused(&["good.npy"], &["<B>", "Usage"]);
    refused(&["good.npy", "good.npy", "good.npy"], &["good.npy"]);
}

#[test]
fn the_place_of_a_plan_is_looked_at_before_anything_is_computed() {
    let workspace = folder();
    workspace.write("plan.h5", "something older");
    refused(&workspace, &["good.npy", "good.npy", "--plan", "plan.h5"], &["plan.h5 already exists", "--force"]);
    assert_eq!(workspace.read("plan.h5"), b"something older");
    refused(&workspace, &["good.npy", "good.npy", "--plan", "."], &["not a regular file"]);
    refused(&workspace, &["good.npy", "good.npy", "--plan", "missing/plan.h5"], &["missing"]);
    refused(&workspace, &["missing.npy", "good.npy", "--plan", "new.h5"], &["missing.npy"]);
}

#[test]
fn a_damaged_run_is_refused() {
    let workspace = folder();
    let game = CIRCLES.replace("time = 0.5", "time = 0.01").replace("snapshots = 25", "snapshots = 1");
    workspace.write("game.toml", game);
    workspace.run(&["run", "game.toml", "-o", "run.h5"]).succeeds();
    let bytes = workspace.read("run.h5");
    for share in [1, 2, 3] {
        workspace.write("cut.h5", &bytes[..bytes.len() * share / 4]);
        refused(&workspace, &["cut.h5:/mu", "expr:1"], &["cut.h5"]);
    }
}

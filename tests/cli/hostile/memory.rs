//! Sizes that would not fit: refused from the arithmetic, before memory is asked for.

use super::measured::run_within;
use crate::workspace::Workspace;
use ndarray::array;
use ndarray_npy::write_npy;

/// What the program may have had when it refuses.
const MOST_MEMORY: u64 = 200_000_000;

const GAME: &str = "[game]\npayoff = \"cos(2*pi*(x - y))\"\ntemperature = 0.1\n";
const PLANE: &str = "[game]\npayoff = \"cos(2*pi*(x1 - y1))\"\ntemperature = 0.1\n[game.domain]\nx = { dim = 2, period = 1 }\n\
                     y = { dim = 2, period = 1 }\n";

#[track_caller]
fn refused(workspace: &Workspace, arguments: &[&str], words: &[&str]) {
    let before = workspace.names();
    let ran = run_within(MOST_MEMORY, workspace, arguments);
    assert!(ran.time.as_secs() < 5, "{arguments:?}: {:?}", ran.time);
    ran.outcome.fails(2, words);
    assert_eq!(workspace.names(), before, "{arguments:?}");
}

fn forged_npy(shape: &str, bytes: usize) -> Vec<u8> {
    let header = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}\n");
    let mut file = b"\x93NUMPY\x01\x00".to_vec();
    file.extend((header.len() as u16).to_le_bytes());
    file.extend(header.as_bytes());
    file.extend(vec![0; bytes]);
    file
}

#[test]
fn grids_snapshots_and_clouds_that_do_not_fit_are_refused_with_the_bytes_they_need() {
    let workspace = Workspace::new();
    workspace.write("game.toml", GAME);
    workspace.write("plane.toml", PLANE);
    for (game, set, words) in [
        ("game.toml", "solver.grid=1000000000", &["solver.grid", "8.0e9 bytes", "at most"][..]),
        ("game.toml", "solver.grid=1e15", &["solver.grid", "bytes"]),
        ("game.toml", "solver.grid=1e300", &["solver.grid"]),
        ("plane.toml", "solver.grid=65536", &["solver.grid", "3.4e10 bytes"]),
        ("plane.toml", "solver.grid={x=[65536,65536],y=[8,8]}", &["solver.grid", "3.4e10 bytes"]),
        ("plane.toml", "solver.grid=4294967296", &["solver.grid", "bytes"]),
        ("game.toml", "output.snapshots=1000000000", &["output.snapshots", "1000000"]),
        ("game.toml", "output.every=1e-12", &["output.every"]),
    ] {
        for command in ["run", "equilibrium"] {
            refused(&workspace, &[command, game, "--set", set], words);
        }
    }
    refused(
        &workspace,
        &["run", "game.toml", "--set", "solver.grid=1000000", "--set", "output.snapshots=100000"],
        &["output.snapshots", "bytes"],
    );
    for (counts, words) in [("1e12", &["-n", "10000000"][..]), ("1e6,1e18", &["-n"]), ("1e300", &["-n"])] {
        refused(&workspace, &["particles", "game.toml", "-n", counts], words);
    }
    refused(&workspace, &["particles", "game.toml", "-n", "1e7", "--replicas", "1e6"], &["--replicas"]);
    let many = ["particles", "game.toml", "-n", "1e6", "--set", "output.snapshots=1e5", "-o", "out.h5"];
    refused(&workspace, &many, &["-o", "bytes"]);
}

#[test]
fn arrays_that_announce_more_than_there_is_are_refused() {
    let workspace = Workspace::new();
    workspace.write("game.toml", GAME);
    write_npy(workspace.path("good.npy"), &array![0.1, 0.6]).unwrap();
    workspace.write("huge.npy", forged_npy("(1000000000000, 2)", 100));
    workspace.write("short.npy", forged_npy("(60000000,)", 100));
    workspace.write("wrap.npy", forged_npy("(4294967296, 4294967296)", 100));
    workspace.write("many.npy", forged_npy(&format!("({})", "1,".repeat(5000)), 8));
    for file in ["huge.npy", "short.npy", "wrap.npy"] {
        let table = format!("game.table={file}");
        let cloud = format!("initial.x={{cloud=\"{file}\"}}");
        refused(&workspace, &["w2", file, "good.npy"], &[file, "bytes"]);
        refused(&workspace, &["equilibrium", "game.toml", "--set", &table], &[file, "bytes"]);
        refused(&workspace, &["particles", "game.toml", "--set", &cloud], &[file, "bytes"]);
    }
    refused(&workspace, &["w2", "many.npy", "good.npy"], &["many.npy"]);
    let file = hdf5::File::create(workspace.path("huge.h5")).unwrap();
    file.new_dataset::<f64>().chunk((1000, 1000)).shape((100_000, 100_000)).create("table").unwrap();
    file.new_dataset::<f64>().chunk(1 << 28).shape(1 << 30).create("chunk").unwrap();
    file.new_dataset::<f64>().chunk((1, 2)).shape((1_000_000_000_000_usize, 2)).deflate(9).create("cloud").unwrap();
    file.close().unwrap();
    for name in ["table", "chunk", "cloud"] {
        let (word, set) = (format!("huge.h5:/{name}"), format!("game.table=huge.h5:/{name}"));
        refused(&workspace, &["w2", &word, "good.npy"], &["huge.h5", "bytes"]);
        refused(&workspace, &["equilibrium", "game.toml", "--set", &set], &["huge.h5", "bytes"]);
    }
}

//! Input that makes the program read what it was not given, or wait for what never comes.

use crate::workspace::{Outcome, Workspace};
use ndarray::{Array2, array};
use ndarray_npy::write_npy;

const GAME: &str = "[game]\npayoff = \"cos(2*pi*(x - y))\"\ntemperature = 0.5\n[solver]\ngrid = 48\ntime = 0.01\n[output]\n\
                    snapshots = 1\n";

/// A folder with a good game, run, cloud and sweep.
fn folder() -> Workspace {
    let workspace = Workspace::new();
    workspace.write("game.toml", GAME);
    write_npy(workspace.path("good.npy"), &array![0.1, 0.6]).unwrap();
    workspace.run(&["run", "game.toml", "-o", "run.h5"]).succeeds();
    let sweep =
        "[sweep]\ngame = \"game.toml\"\nrecord = [\"gap\"]\n[[axis]]\nkey = \"game.temperature\"\nvalues = [0.5]\n";
    workspace.write("sweep.toml", sweep);
    workspace
}

/// Every place of a command line that takes a file, with `FILE` for its name.
const PLACES: [&[&str]; 22] = [
    &["run", "FILE", "-o", "out.h5"],
    &["equilibrium", "FILE"],
    &["spectrum", "FILE"],
    &["orbit", "FILE"],
    &["converge", "FILE"],
    &["compare", "FILE", "--dynamics", "mfl-da"],
    &["particles", "FILE"],
    &["sweep", "FILE", "-o", "out.h5"],
    &["report", "FILE", "-o", "out"],
    &["w2", "FILE", "good.npy"],
    &["w2", "good.npy", "cloud:FILE"],
    &["w2", "good.npy", "density:FILE"],
    &["w2", "good.npy", "good.npy", "--weights-a", "FILE"],
    &["validate", "x=FILE", "--time", "0", "--against", "run.h5"],
    &["validate", "FILE", "--against", "run.h5"],
    &["validate", "x=good.npy", "--time", "0", "--against", "FILE"],
    &["validate", "x=good.npy", "--times", "FILE", "--against", "run.h5"],
    &["orbit", "game.toml", "--edge", "FILE", "game.toml"],
    &["equilibrium", "game.toml", "--set", "game.table=FILE"],
    &["run", "game.toml", "-o", "out.h5", "--set", "initial.x={file=\"FILE\"}"],
    &["particles", "game.toml", "--set", "initial.x={cloud=\"FILE\"}"],
    &["sweep", "--merge", "FILE", "-o", "out.h5"],
];

/// Status 2 with one JSON object with the error, and nothing written.
#[track_caller]
fn is_refused(workspace: &Workspace, arguments: &[&str]) -> Outcome {
    is_refused_with(workspace, arguments, &[2])
}

/// One of these statuses with one JSON object with the error, and nothing written.
#[track_caller]
fn is_refused_with(workspace: &Workspace, arguments: &[&str], allowed: &[i32]) -> Outcome {
    let before = workspace.names();
    let arguments = [arguments, &["--json"]].concat();
    let outcome = workspace.run(&arguments);
    let status = outcome.status.filter(|status| allowed.contains(status));
    assert!(status.is_some(), "{outcome:?}");
    let object = outcome.json();
    assert_eq!(object.as_object().unwrap().len(), 2, "{outcome:?}");
    assert!(object["error"].is_string() && object["status"].as_i64() == status.map(i64::from), "{outcome:?}");
    assert!(!outcome.stderr.contains("panicked"), "{outcome:?}");
    assert_eq!(workspace.names(), before, "{arguments:?}");
    outcome
}

#[test]
fn pipes_devices_folders_and_foreign_files_are_refused_wherever_a_file_is_named() {
    let workspace = folder();
    workspace.make_pipe("pipe");
    std::fs::create_dir(workspace.path("empty")).unwrap();
    std::os::unix::fs::symlink("loop", workspace.path("loop")).unwrap();
    workspace.write("zero", "");
    workspace.write("bytes", [0xff, 0xfe, 0x00, 0x80].repeat(100));
    for place in PLACES {
        for name in
            ["pipe", "/dev/zero", "/dev/stdin", "empty", "loop", "zero", "bytes", "/etc/passwd", "/proc/self/mem"]
        {
            let arguments: Vec<String> = place.iter().map(|word| word.replace("FILE", name)).collect();
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            // Memory can be opened and not be read: the error of a disk that fails.
            let allowed: &[i32] = if name == "/proc/self/mem" { &[2, 3] } else { &[2] };
            let outcome = is_refused_with(&workspace, &arguments, allowed);
            // A text that is read as a game is shown where it is wrong, as games are; of others nothing is shown.
            let is_game = arguments[1] == name && !matches!(arguments[0], "w2" | "validate" | "report")
                || arguments[2] == "--edge";
            assert!(is_game || !outcome.stderr.contains("root:"), "{outcome:?}");
        }
    }
}

#[test]
fn outputs_that_are_no_files_are_refused_before_anything_is_computed() {
    let workspace = folder();
    workspace.make_pipe("pipe");
    std::fs::create_dir(workspace.path("folder")).unwrap();
    let long = "n".repeat(300);
    for output in
        ["pipe", "/dev/null", "/dev/full", "folder", "missing/out.h5", "game.toml/out.h5", "/proc/out.h5", "", &long]
    {
        for command in [
            &["run", "game.toml"][..],
            &["equilibrium", "game.toml"],
            &["spectrum", "game.toml"],
            &["particles", "game.toml", "-n", "10"],
            &["converge", "game.toml"],
            &["compare", "game.toml", "--dynamics", "mfl-da"],
            &["validate", "x=good.npy", "--time", "0", "--against", "run.h5"],
        ] {
            is_refused(&workspace, &[command, &["-o", output]].concat());
        }
        is_refused(&workspace, &["w2", "good.npy", "good.npy", "--plan", output]);
    }
    for output in ["pipe", "/dev/null", "game.toml", "missing/report", ""] {
        is_refused(&workspace, &["report", "run.h5", "-o", output, "--force"]);
    }
}

/// An HDF5 file whose dataset `outside` is not in it, in every way there is.
fn reaching(workspace: &Workspace) -> Vec<String> {
    let other = hdf5::File::create(workspace.path("other.h5")).unwrap();
    other.new_dataset_builder().with_data(&Array2::<f64>::from_elem((48, 48), 0.25)).create("f").unwrap();
    other.close().unwrap();
    workspace.write("raw", vec![0; 48 * 48 * 8]);
    let file = hdf5::File::create(workspace.path("reach.h5")).unwrap();
    file.new_dataset_builder().with_data(&Array2::<f64>::from_elem((48, 48), 0.5)).create("own").unwrap();
    file.link_external("other.h5", "/f", "external").unwrap();
    file.link_external("other.h5", "/", "folder").unwrap();
    file.link_external("/etc/passwd", "/", "secret").unwrap();
    file.link_soft("/own", "soft").unwrap();
    file.link_soft("/soft-of-itself", "soft-of-itself").unwrap();
    file.new_dataset::<f64>().external("raw", 0, 48 * 48 * 8).shape((48, 48)).create("raw").unwrap();
    file.new_dataset::<f64>()
        .virtual_map("other.h5", "/f", (48, 48), (0..48, 0..48), (48, 48), (0..48, 0..48))
        .shape((48, 48))
        .create("virtual")
        .unwrap();
    file.close().unwrap();
    let names = ["external", "folder/f", "secret/f", "soft", "soft-of-itself", "raw", "virtual"];
    names.map(|name| format!("reach.h5:/{name}")).to_vec()
}

#[test]
fn links_virtual_and_external_datasets_are_not_followed() {
    let workspace = folder();
    for address in reaching(&workspace) {
        let density = format!("density:{address}");
        let cloud = format!("cloud:{address}");
        let table = format!("game.table={address}");
        let start = format!("initial.x={{cloud=\"{address}\"}}");
        let points = format!("x={address}");
        for arguments in [
            &["w2", &density, "good.npy"][..],
            &["w2", &cloud, "good.npy"],
            &["equilibrium", "game.toml", "--set", &table],
            &["particles", "game.toml", "--set", &start],
            &["validate", &points, "--time", "0", "--against", "run.h5"],
        ] {
            let outcome = is_refused(&workspace, arguments);
            assert!(outcome.stderr.contains("reach.h5"), "{outcome:?}");
        }
    }
    let own = workspace.run(&["w2", "density:reach.h5:/own", "density:reach.h5:/own", "--json"]).succeeds();
    assert!(own.json()["w2"].as_f64().unwrap() <= 1e-7, "{own:?}");
}

/// The datasets of a run, one at a time, in another file.
#[test]
fn a_run_with_a_dataset_elsewhere_is_refused_by_every_reader() {
    let workspace = folder();
    for name in ["mu", "time", "x", "equilibrium/mu", "checkpoint/game", "steps/time", "w2"] {
        for way in ["external", "soft", "virtual"] {
            std::fs::copy(workspace.path("run.h5"), workspace.path("copy.h5")).unwrap();
            let file = hdf5::File::open_rw(workspace.path("copy.h5")).unwrap();
            let shape = file.dataset(name).unwrap().shape();
            file.unlink(name).unwrap();
            let at = format!("/{name}");
            match way {
                "external" => file.link_external("run.h5", &at, name).unwrap(),
                "soft" => file.link_soft("/nu", name).unwrap(),
                _ => {
                    let all = hdf5::Selection::All;
                    let builder = file.new_dataset::<f64>();
                    builder
                        .virtual_map("run.h5", &at, &shape[..], &all, &shape[..], &all)
                        .shape(shape)
                        .create(name)
                        .unwrap();
                }
            }
            file.close().unwrap();
            for arguments in [
                &["run", "game.toml", "-o", "copy.h5", "--resume"][..],
                &["report", "copy.h5", "-o", "out"],
                &["validate", "x=good.npy", "--time", "0", "--against", "copy.h5"],
                &["orbit", "copy.h5"],
            ] {
                let kept = workspace.read("copy.h5");
                let outcome = workspace.run(&[arguments, &["--json"]].concat());
                // What a command does not read is no obstacle to it.
                let unread = name != "checkpoint/game" && arguments[0] != "run" && outcome.status == Some(0);
                assert!(unread || matches!(outcome.status, Some(2 | 3)), "{way} {name}: {outcome:?}");
                assert!(
                    outcome.json().is_object() && !outcome.stderr.contains("panicked"),
                    "{way} {name}: {outcome:?}"
                );
                assert!(workspace.read("copy.h5") == kept, "{way} {name}: {arguments:?} has changed the file");
                let _ = std::fs::remove_dir_all(workspace.path("out"));
            }
        }
    }
}

#[test]
fn sweep_files_cannot_climb_out_by_any_key() {
    let workspace = folder();
    std::fs::create_dir(workspace.path("inside")).unwrap();
    workspace.write("inside/game.toml", GAME);
    write_npy(workspace.path("table.npy"), &Array2::<f64>::zeros((48, 48))).unwrap();
    std::os::unix::fs::symlink("../table.npy", workspace.path("inside/link.npy")).unwrap();
    std::os::unix::fs::symlink("..", workspace.path("inside/up")).unwrap();
    let head = "[sweep]\ngame = \"game.toml\"\nrecord = [\"gap\"]\n";
    let axis = "[[axis]]\nkey = \"game.temperature\"\nvalues = [0.5]\n";
    let absolute = workspace.path("table.npy").display().to_string();
    for file in ["../table.npy", "./../table.npy", "a/../../table.npy", "link.npy", "up/table.npy", absolute.as_str()] {
        for text in [
            format!("{head}set = ['game.table={file}']\n{axis}"),
            format!("{head}set = ['initial.x={{file=\"{file}\"}}']\n{axis}"),
            format!("{head}set = ['initial.y.cloud=\"{file}\"']\n{axis}"),
            format!("{head}[[axis]]\nkey = \"game.table\"\nvalues = ['{file}']\n"),
            format!("{head}[[axis]]\nkey = \"initial.x\"\nvalues = [{{ cloud = '{file}' }}]\n"),
            format!("{head}[[axis]]\nkey = \"initial.x.file\"\nvalues = ['{file}']\n"),
        ] {
            workspace.write("inside/sweep.toml", &text);
            let outcome = is_refused(&workspace, &["sweep", "inside/sweep.toml", "-o", "out.h5"]);
            assert!(outcome.stderr.contains("outside the folder"), "{text}\n{outcome:?}");
        }
        let text = format!("[sweep]\ngame = '{file}'\nrecord = [\"gap\"]\n{axis}");
        workspace.write("inside/sweep.toml", &text);
        is_refused(&workspace, &["sweep", "inside/sweep.toml", "-o", "out.h5"]);
    }
}

//! Snapshot times are hit exactly, and the run does not depend on them.

use crate::contents::{self, Contents};
use crate::workspace::{CIRCLES, Workspace};

fn times(workspace: &Workspace, time: &str, output: &str) -> Vec<f64> {
    let (time, output) = (format!("solver.time={time}"), format!("output.{output}"));
    let arguments = ["run", "game.toml", "--force", "--set", &time, "--set", &output];
    workspace.run(&arguments).succeeds();
    contents::times(&workspace.path("game.h5"))
}

#[test]
fn snapshots_are_taken_at_the_times_asked_for() {
    let workspace = Workspace::new();
    workspace.write("game.toml", CIRCLES);
    let tenths = times(&workspace, "1.0", "every=0.1");
    assert_eq!((tenths.len(), tenths[3], tenths[10]), (11, 3.0 * 0.1, 1.0));
    assert_eq!(times(&workspace, "1.0", "every=0.3"), [0.0, 0.3, 0.6, 3.0 * 0.3, 1.0]);
    let close = [0.1, 0.10000000000000002, 0.3, 1.0];
    assert_eq!(
        times(&workspace, "1.0", "times=[0.1, 0.10000000000000002, 0.3, 1.0]")[..],
        [&[0.0], &close[..]].concat()
    );
    assert_eq!(times(&workspace, "0", "snapshots=1"), [0.0]);
    assert_eq!(times(&workspace, "1.0", "snapshots=1"), [0.0, 1.0]);
}

#[test]
fn steps_and_final_state_do_not_depend_on_the_snapshots() {
    let workspace = Workspace::new();
    workspace.write("game.toml", CIRCLES);
    let run = |output: &str| {
        times(&workspace, "0.5", output);
        let mut contents = Contents::read(&workspace.path("game.h5"));
        let (shape, bytes) = contents.datasets.remove("/mu").unwrap();
        let last = bytes[8 * (shape[0] - 1) * shape[1]..].to_vec();
        (last, ["/steps/time", "/steps/step", "/steps/error"].map(|name| contents.datasets.remove(name).unwrap()))
    };
    let (sparse, dense) = (run("snapshots=1"), run("every=0.0007"));
    assert!(sparse == dense);
    let lengths = contents::open(&workspace.path("game.h5")).dataset("steps/step").unwrap().read_raw::<f64>().unwrap();
    assert!(lengths.iter().all(|step| *step > 1e-10), "{lengths:?}");
}

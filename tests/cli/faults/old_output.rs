//! Promise 6: with `--force` the old file is there, byte for byte, until the finished new one takes its place.

use super::enumeration::{RESUME, RUN, at_each, calls_of_run, chosen};
use super::shim::{Call, Fault, run};
use crate::contents::assert_same;

/// Calls tried in the short form.
const SHORT: usize = 8;
const OLD: &str = "precious";

#[test]
fn the_old_file_outlives_a_fault_at_any_write_of_the_new_one() {
    let calls = calls_of_run(|workspace| workspace.write("out.h5", OLD), &["--force"]);
    let chosen = chosen(&calls, SHORT);
    let replaced: Vec<&Call> =
        calls.iter().filter(|call| call.operation == "rename" && call.name == "out.h5").collect();
    assert_eq!(replaced.len(), 1, "the old file is replaced once");
    let replaced = replaced[0].place;
    let arguments = [&RUN[..], &["--force"]].concat();
    // One after the other.
    let faults: [fn(usize) -> Fault; 4] =
        [Fault::Kill, Fault::Tear, |place| Fault::Once(libc::EIO, place), |place| Fault::From(libc::ENOSPC, place)];
    at_each(&chosen, |bench, call| {
        let fault = faults[call.place % faults.len()](call.place);
        let workspace = &bench.workspace;
        workspace.write("out.h5", OLD);
        let outcome = run(workspace, &arguments, fault);
        assert!(matches!(outcome.status, None | Some(0 | 3)), "{fault:?}: {outcome:?}");
        let is_old = workspace.read("out.h5") == OLD.as_bytes();
        // A kill in the middle of a call that writes nothing comes after it.
        let is_before = call.place < replaced || call.place == replaced && !matches!(fault, Fault::Tear(_));
        match outcome.status {
            Some(0) => assert!(!is_old),
            _ => assert_eq!(is_old, is_before, "{fault:?}: {outcome:?}"),
        }
        if !is_old {
            assert_same(&workspace.path("whole.h5"), &workspace.path("out.h5"));
        } else if workspace.path("out.h5.part").exists() {
            bench.readable("out.h5.part");
            bench.workspace.run(&RESUME).succeeds();
            assert_same(&bench.workspace.path("whole.h5"), &bench.workspace.path("out.h5"));
        }
        bench.clear();
    });
    println!("a fault at {} of {} calls", chosen.len(), calls.len());
}

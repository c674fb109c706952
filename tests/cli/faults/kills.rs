//! Promises 1 and 2: kill -9 at any write loses nothing that could be read before, and a resumed run ends with the bytes
//! of an uninterrupted one.

use super::enumeration::{RESUME, RUN, at_each, calls_of_run, chosen, share};
use super::shim::{Fault, run};
use crate::contents::assert_same;

/// Calls tried in the short form.
const SHORT: usize = 12;

#[test]
fn a_kill_at_any_write_loses_no_snapshot_and_resumes_to_the_same_bytes() {
    let calls = calls_of_run(|_| {}, &[]);
    let chosen = chosen(&calls, SHORT);
    let faults = [(Fault::Kill as fn(usize) -> Fault, "instead of"), (Fault::Tear, "in the middle of")];
    for (number, (fault, what)) in faults.into_iter().enumerate() {
        let chosen = share(&chosen, number, faults.len());
        let readable = at_each(&chosen, |bench, call| {
            let outcome = run(&bench.workspace, &RUN, fault(call.place));
            assert_eq!(outcome.status, None, "no kill at {call:?}: {outcome:?}");
            let readable = bench.readable("out.h5");
            bench.workspace.run(&RESUME).succeeds();
            assert_same(&bench.workspace.path("whole.h5"), &bench.workspace.path("out.h5"));
            assert_eq!(bench.workspace.names(), ["game.toml", "out.h5", "whole.h5"], "{call:?}");
            bench.clear();
            readable
        });
        // What could be read after one call can be read after every later one.
        for (pair, calls) in readable.windows(2).zip(chosen.windows(2)) {
            assert!(pair[0] <= pair[1], "{} {:?}: {} snapshots, then {}", what, calls[1], pair[0], pair[1]);
        }
        assert_eq!((readable[0], readable.last()), (0, Some(&130)));
        println!("{} kills {what} a call, of {} calls", chosen.len(), calls.len());
    }
}

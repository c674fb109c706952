//! Promise 3: a disk that is full or fails at any write, once or from then on, ends the run with status 3, one message and
//! no signal; what was written before can be read, and with room again the run goes on to the bytes of an uninterrupted one.

use super::enumeration::{Bench, RESUME, RUN, at_each, calls_of_run, chosen};
use super::shim::{Call, Fault, run};
use crate::contents::assert_same;
use crate::workspace::Outcome;

/// Calls tried in the short form.
const SHORT: usize = 6;

/// One line on stderr with the name of the output, and nothing else.
#[track_caller]
pub fn says_what_failed(outcome: Outcome) -> Outcome {
    let outcome = outcome.fails(3, &["out.h5"]);
    assert_eq!(outcome.stderr.trim_end().lines().count(), 1, "{outcome:?}");
    outcome
}

/// Whether the run failed, as it should, or the call was not needed: then the file is whole.
fn judge(bench: &mut Bench, call: &Call, fault: Fault) -> bool {
    let outcome = run(&bench.workspace, &RUN, fault);
    let failed = outcome.status != Some(0);
    let names = bench.workspace.names();
    let unlinks_fail = call.operation == "unlink" || matches!(fault, Fault::From(libc::EIO, _));
    assert!(unlinks_fail || !names.contains(&"out.h5.tmp".to_owned()), "{fault:?} {call:?}: {names:?}");
    if failed {
        says_what_failed(outcome);
        bench.readable("out.h5");
    } else {
        outcome.succeeds();
        assert_same(&bench.workspace.path("whole.h5"), &bench.workspace.path("out.h5"));
    }
    bench.workspace.run(&RESUME).succeeds();
    assert_same(&bench.workspace.path("whole.h5"), &bench.workspace.path("out.h5"));
    bench.clear();
    failed
}

#[test]
fn a_disk_that_fails_at_any_write_is_one_message_and_loses_nothing() {
    let calls = calls_of_run(|_| {}, &[]);
    let chosen = chosen(&calls, SHORT);
    for number in [libc::ENOSPC, libc::EIO] {
        for fault in [Fault::Once as fn(i32, usize) -> Fault, Fault::From] {
            let failed = at_each(&chosen, |bench, call| judge(bench, call, fault(number, call.place)));
            let unneeded: Vec<&&Call> =
                chosen.iter().zip(&failed).filter(|(_, failed)| !**failed).map(|c| c.0).collect();
            // Removing files that are of no use any more, and what is written to a file when it is closed, which is there.
            assert!(unneeded.len() <= 8, "{number} {:?}: {unneeded:?}", fault(number, 0));
            println!("{:?}: {} calls, {} of them not needed", fault(number, 0), chosen.len(), unneeded.len());
        }
    }
}

//! Promises 3 and 4: a disk that is full or fails at any write, once or from then on, ends the run with status 3, one message
//! and no signal; what was written before can be read, and with room again the run goes on to the bytes of an uninterrupted
//! one.

use super::enumeration::{Bench, GAME, RESUME, RUN, at_each, calls_of_run, chosen, share};
use super::shim::{Call, Fault, calls, run};
use crate::contents::assert_same;
use crate::form::tries;
use crate::workspace::{Outcome, Workspace};

/// Calls tried in the short form.
const SHORT: usize = 12;

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
    let faults: [fn(usize) -> Fault; 4] = [
        |place| Fault::Once(libc::ENOSPC, place),
        |place| Fault::From(libc::ENOSPC, place),
        |place| Fault::Once(libc::EIO, place),
        |place| Fault::From(libc::EIO, place),
    ];
    for (number, fault) in faults.into_iter().enumerate() {
        let chosen = share(&chosen, number, faults.len());
        let failed = at_each(&chosen, |bench, call| judge(bench, call, fault(call.place)));
        let unneeded: Vec<&&Call> = chosen.iter().zip(&failed).filter(|(_, failed)| !**failed).map(|c| c.0).collect();
        // Removing files that are of no use any more, and what is written to a file when it is closed, which is there.
        assert!(unneeded.len() <= 8, "{:?}: {unneeded:?}", fault(0));
        println!("{:?}: {} of {} calls, {} of them not needed", fault(0), chosen.len(), calls.len(), unneeded.len());
    }
}

/// An error that comes once, at each call in turn, also in the short form: the least that HDF5 could lose.
#[test]
fn a_file_is_whole_where_the_command_says_so() {
    let workspace = Workspace::new();
    workspace.write("game.toml", GAME);
    for command in ["equilibrium", "spectrum"] {
        let arguments = [command, "game.toml", "-o", "out.h5"];
        let calls = calls(&workspace, &arguments);
        std::fs::rename(workspace.path("out.h5"), workspace.path("whole.h5")).unwrap();
        let (mut tried, mut failed) = (0, 0);
        for call in calls.iter().step_by(tries(6, 1)) {
            tried += 1;
            let outcome = run(&workspace, &arguments, Fault::Once(libc::EIO, call.place));
            if outcome.status == Some(0) {
                outcome.succeeds();
                assert_same(&workspace.path("whole.h5"), &workspace.path("out.h5"));
            } else {
                let outcome = says_what_failed(outcome);
                assert!(outcome.stderr.contains("with --force") && !outcome.stderr.contains("--resume"), "{outcome:?}");
                failed += 1;
            }
            assert!(call.operation == "unlink" || !workspace.path("out.h5.tmp").exists(), "{call:?}");
            for left in ["out.h5", "out.h5.tmp", "out.h5.lock"] {
                let _ = std::fs::remove_file(workspace.path(left));
            }
        }
        assert!(failed > 0 && failed + 8 >= tried, "{command}: {failed} of {tried}");
        println!("{command}: {failed} of {tried} calls are needed, of {}", calls.len());
    }
}

/// Promise 4 where even root may not write.
#[test]
fn a_folder_that_may_not_be_written_is_bad_input_before_anything_is_computed() {
    let workspace = Workspace::new();
    workspace.write("game.toml", GAME);
    // An equilibrium that could not even be computed: the destination is looked at first.
    let hopeless = ["--set", "game.temperature=1e-3", "--set", "solver.grid=16"];
    for number in [libc::EROFS, libc::EACCES, libc::EPERM] {
        for command in ["run", "equilibrium", "spectrum", "particles"] {
            let arguments = [&[command, "game.toml", "-o", "out.h5"][..], &hopeless].concat();
            run(&workspace, &arguments, Fault::From(number, 1)).fails(2, &["cannot create out.h5.lock"]);
            assert_eq!(workspace.names(), ["game.toml"]);
        }
    }
}

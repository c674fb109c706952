//! Promise 19: memory that cannot be had ends the program with a message and status 3; no file is half written.

use super::enumeration::{Bench, RESUME};
use crate::contents::assert_same;
use crate::form::tries;
use crate::limit::{Resource, limit};
use crate::workspace::{Outcome, Workspace};

const RUN: [&str; 6] = ["run", "game.toml", "-o", "out.h5", "--checkpoint-seconds", "0"];

/// Runs the program in an address space of so many bytes.
fn run(workspace: &Workspace, arguments: &[&str], bytes: u64) -> Outcome {
    let mut command = workspace.command(arguments);
    limit(&mut command, Resource::AddressSpace, bytes);
    Outcome::new(command.output().unwrap(), arguments)
}

/// The least address space, to eight megabytes, in which a command is seen to succeed.
fn least(workspace: &Workspace, arguments: &[&str]) -> u64 {
    let (mut low, mut high) = (1 << 22, 1 << 30);
    while high - low > 1 << 23 {
        let middle = (low + high) / 2;
        match run(workspace, arguments, middle).status {
            Some(0) => high = middle,
            _ => low = middle,
        }
        let _ = std::fs::remove_file(workspace.path("out.h5"));
    }
    high
}

#[test]
fn too_little_memory_is_a_message_and_leaves_what_can_be_resumed() {
    let mut bench = Bench::new();
    // Below this the program cannot be loaded.
    let floor = least(&bench.workspace, &["--version"]);
    bench.clear();
    let peak = least(&bench.workspace, &RUN).max(floor + (64 << 20));
    bench.clear();
    let count = tries(5, 50) as u64;
    let mut failures = 0;
    for k in 0..count {
        // Closer and closer: what a run needs depends on how its threads meet, so that the peak may be far above it.
        let left = (count - k) * (count - k);
        let bytes = floor + (peak - floor) * left / (count * count);
        let json = k % 2 == 1;
        let arguments = if json { [&RUN[..], &["--json"]].concat() } else { RUN.to_vec() };
        let outcome = run(&bench.workspace, &arguments, bytes);
        let names = bench.workspace.names();
        if outcome.status != Some(0) {
            failures += 1;
            assert_eq!(outcome.status, Some(3), "{bytes} bytes: {outcome:?}");
            assert!(outcome.stderr.contains("error: ") && !outcome.stderr.contains("panicked"), "{outcome:?}");
            if json {
                assert_eq!(outcome.json()["status"], 3, "{outcome:?}");
                assert!(outcome.stderr.contains(outcome.json()["error"].as_str().unwrap()), "{outcome:?}");
            }
            bench.readable("out.h5");
        }
        bench.workspace.run(&RESUME).succeeds();
        assert_same(&bench.workspace.path("whole.h5"), &bench.workspace.path("out.h5"));
        assert_eq!(bench.workspace.names(), ["game.toml", "out.h5", "whole.h5"], "{names:?}");
        bench.clear();
    }
    assert!(failures >= 2, "{failures} of {count} sizes from {peak} down to {floor} were too small");
    println!("{count} sizes from {peak} down to {floor}, {failures} too small");
}

//! Promise 3 without the shim: files that may not grow (`ulimit -f`), and a file system that is really full.

use super::disk::says_what_failed;
use super::enumeration::{Bench, RESUME, RUN};
use crate::contents::assert_same;
use crate::form::tries;
use crate::limit::{Resource, limit};
use crate::workspace::Outcome;
use std::path::Path;
use std::process::{Command, Stdio};

/// What came of a run under a limit: status 3 with what was written before, or the whole file; then it is completed.
fn judge(bench: &mut Bench, outcome: Outcome) -> bool {
    let failed = outcome.status != Some(0);
    if failed {
        says_what_failed(outcome);
        bench.readable("out.h5");
        assert!(!bench.workspace.path("out.h5.tmp").exists());
        bench.workspace.run(&RESUME).succeeds();
    }
    assert_same(&bench.workspace.path("whole.h5"), &bench.workspace.path("out.h5"));
    bench.clear();
    failed
}

#[test]
fn a_limit_on_the_size_of_files_is_an_error_and_no_signal() {
    let mut bench = Bench::new();
    let count = tries(8, 200) as u64;
    // The file while the run goes on is the largest: 4096 steps of four numbers, more than 130 snapshots.
    let largest = 400_000;
    let mut failures = 0;
    for bytes in (0..count).map(|k| largest * k / (count - 1)) {
        let mut command = bench.workspace.command(&RUN);
        limit(&mut command, Resource::FileSize, bytes);
        // A file takes what the program says, as a pipe would not fall under the limit.
        let outcome = Outcome::new(command.stdout(Stdio::piped()).stderr(Stdio::piped()).output().unwrap(), &RUN);
        failures += u64::from(judge(&mut bench, outcome));
    }
    assert!((count / 2..count).contains(&failures), "{failures} of {count} limits were too low");
    println!("{count} limits, {failures} too low");
}

/// A file system in memory, of this many bytes, at a folder; unmounted when dropped. `None` where that is not allowed.
struct SmallDisk<'a>(&'a Path);

impl SmallDisk<'_> {
    fn mount(folder: &Path, bytes: u64) -> Option<SmallDisk<'_>> {
        let size = format!("size={bytes}");
        let mut command = Command::new("mount");
        command.args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(folder).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success()).then_some(SmallDisk(folder))
    }

    fn resize(&self, bytes: u64) {
        let size = format!("remount,size={bytes}");
        assert!(Command::new("mount").args(["-o", &size]).arg(self.0).status().unwrap().success());
    }
}

impl Drop for SmallDisk<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0).status();
    }
}

#[test]
fn a_file_system_that_is_full_is_an_error_and_room_lets_the_run_go_on() {
    let mut bench = Bench::new();
    let place = tempfile::tempdir().unwrap();
    let output = place.path().join("out.h5").to_str().unwrap().to_owned();
    let arguments = ["run", "game.toml", "-o", &output, "--checkpoint-seconds", "0", "--quiet"];
    let resume = [&arguments[..], &["--resume"]].concat();
    let count = tries(6, 60) as u64;
    let mut failures = 0;
    for bytes in (0..count).map(|k| 8192 + 900_000 * k / (count - 1)) {
        let Some(disk) = SmallDisk::mount(place.path(), bytes) else {
            eprintln!("skipped: file systems cannot be mounted here (root may)");
            return;
        };
        let outcome = bench.workspace.run(&arguments);
        if outcome.status != Some(0) {
            failures += 1;
            says_what_failed(outcome);
            assert!(!place.path().join("out.h5.tmp").exists());
            bench.readable(&output);
            disk.resize(1 << 24);
            bench.workspace.run(&resume).succeeds();
        }
        assert_same(&bench.workspace.path("whole.h5"), Path::new(&output));
    }
    assert!((2..count).contains(&failures), "{failures} of {count} disks were too small");
    println!("{count} disks, {failures} too small");
}

//! Promise 5: a second process on one output is refused and harms nothing, also where HDF5's own locks are off and where
//! the file system has no locks, as some network file systems.

use super::shim;
use crate::contents::{assert_same, snapshots_so_far};
use crate::workspace::{CIRCLES, Outcome, Workspace, freeze, signal, wait_until};
use std::process::Command;

const RUN: [&str; 6] = ["run", "game.toml", "-o", "out.h5", "--checkpoint-seconds", "0"];

/// Whether HDF5 may lock, and how `flock` fails.
#[derive(Debug, Clone, Copy)]
struct Locks {
    hdf5: &'static str,
    error: Option<i32>,
}

impl Locks {
    fn command(self, workspace: &Workspace, arguments: &[&str]) -> Command {
        let mut command = shim::command(workspace, arguments);
        command.env("HDF5_USE_FILE_LOCKING", self.hdf5);
        if let Some(error) = self.error {
            command.env("FAULT_LOCK", error.to_string());
        }
        command
    }

    fn run(self, workspace: &Workspace, arguments: &[&str]) -> Outcome {
        Outcome::new(self.command(workspace, arguments).output().unwrap(), arguments)
    }
}

#[test]
fn a_second_process_is_refused_whatever_becomes_of_locks() {
    let cases = [
        ("TRUE", None),
        ("FALSE", None),
        ("BEST_EFFORT", Some(libc::ENOLCK)),
        ("TRUE", Some(libc::ENOLCK)),
        ("FALSE", Some(libc::ENOLCK)),
        ("TRUE", Some(libc::ENOSYS)),
        ("TRUE", Some(libc::EOPNOTSUPP)),
    ];
    let workspace = Workspace::new();
    workspace.write("game.toml", CIRCLES);
    workspace.run(&["run", "game.toml", "-o", "whole.h5"]).succeeds();
    let output = workspace.path("out.h5");
    for (hdf5, error) in cases {
        let locks = Locks { hdf5, error };
        let mut first = locks.command(&workspace, &RUN).spawn().unwrap();
        assert!(wait_until(&mut first, || snapshots_so_far(&output) >= 3), "{locks:?}: over too soon");
        freeze(&first);
        let before = workspace.read("out.h5");
        for (flag, word) in
            [(None, "already exists"), (Some("--force"), "another process"), (Some("--resume"), "another process")]
        {
            let arguments: Vec<&str> = RUN.into_iter().chain(flag).collect();
            locks.run(&workspace, &arguments).fails(2, &["out.h5", word]);
            assert!(workspace.read("out.h5") == before, "{locks:?} {flag:?}");
        }
        signal(&first, libc::SIGCONT);
        workspace.finish(first, &RUN).succeeds();
        assert_same(&workspace.path("whole.h5"), &output);
        assert_eq!(workspace.names(), ["game.toml", "out.h5", "whole.h5"], "{locks:?}");
        std::fs::remove_file(&output).unwrap();
    }
}

#[test]
fn where_there_are_no_locks_a_killed_process_leaves_a_name_that_the_message_says_to_remove() {
    let workspace = Workspace::new();
    workspace.write("game.toml", CIRCLES);
    workspace.run(&["run", "game.toml", "-o", "whole.h5"]).succeeds();
    let locks = Locks { hdf5: "TRUE", error: Some(libc::ENOLCK) };
    let output = workspace.path("out.h5");
    let mut first = locks.command(&workspace, &RUN).spawn().unwrap();
    assert!(wait_until(&mut first, || snapshots_so_far(&output) >= 3));
    first.kill().unwrap();
    first.wait().unwrap();
    let resume = [&RUN[..], &["--resume"]].concat();
    locks.run(&workspace, &resume).fails(2, &["out.h5.lock", "no locks here", "remove that file"]);
    std::fs::remove_file(workspace.path("out.h5.lock")).unwrap();
    locks.run(&workspace, &resume).succeeds();
    assert_same(&workspace.path("whole.h5"), &output);
}

#[test]
fn a_lock_that_fails_for_another_reason_is_an_error_and_leaves_nothing() {
    let workspace = Workspace::new();
    workspace.write("game.toml", CIRCLES);
    Locks { hdf5: "TRUE", error: Some(libc::EIO) }.run(&workspace, &RUN).fails(3, &["cannot lock", "out.h5.lock"]);
    assert_eq!(workspace.names(), ["game.toml"]);
}

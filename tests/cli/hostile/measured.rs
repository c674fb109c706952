//! A run of the program that may have only so much memory, and the time it took.

use crate::workspace::{Outcome, Workspace};
use std::fs::File;
use std::os::unix::process::CommandExt;
use std::time::{Duration, Instant};

/// What a run took.
pub struct Measured {
    pub outcome: Outcome,
    pub time: Duration,
}

/// Runs the program in a folder with an address space of so many bytes: with less memory resident than that, or not at all.
/// It may speak more than a pipe holds, so what it says goes to files elsewhere.
///
/// The resident set that `getrusage` tells is no measure: it begins with that of the process that has made the child.
pub fn run_within(bytes: u64, workspace: &Workspace, arguments: &[&str]) -> Measured {
    let said = tempfile::tempdir().unwrap();
    let [stdout, stderr] = ["stdout", "stderr"].map(|name| said.path().join(name));
    let mut command = workspace.command(arguments);
    command.stdout(File::create(&stdout).unwrap()).stderr(File::create(&stderr).unwrap());
    // SAFETY: `setrlimit` may be called between fork and exec.
    unsafe {
        command.pre_exec(move || {
            let limit = libc::rlimit { rlim_cur: bytes, rlim_max: bytes };
            if libc::setrlimit(libc::RLIMIT_AS, &limit) == 0 { Ok(()) } else { Err(std::io::Error::last_os_error()) }
        });
    }
    let started = Instant::now();
    let status = command.status().unwrap();
    let time = started.elapsed();
    let output =
        std::process::Output { status, stdout: std::fs::read(stdout).unwrap(), stderr: std::fs::read(stderr).unwrap() };
    Measured { outcome: Outcome::new(output, arguments), time }
}

//! A run of the program with the memory it had at most, and the time it took.

use crate::workspace::{Outcome, Workspace};
use std::fs::File;
use std::process::Output;
use std::time::{Duration, Instant};

/// What a run took.
pub struct Measured {
    pub outcome: Outcome,
    /// Largest resident set in bytes.
    pub peak: u64,
    pub time: Duration,
}

/// Runs the program in a folder. It may speak more than a pipe holds, so what it says goes to files elsewhere.
pub fn measure(workspace: &Workspace, arguments: &[&str]) -> Measured {
    let said = tempfile::tempdir().unwrap();
    let [stdout, stderr] = ["stdout", "stderr"].map(|name| said.path().join(name));
    let started = Instant::now();
    let mut command = workspace.command(arguments);
    command.stdout(File::create(&stdout).unwrap()).stderr(File::create(&stderr).unwrap());
    let child = command.spawn().unwrap();
    let (mut status, mut usage) = (0, std::mem::MaybeUninit::<libc::rusage>::zeroed());
    // SAFETY: the child is ours and is waited for here only; both places are written by the call.
    let waited = unsafe { libc::wait4(child.id() as libc::pid_t, &mut status, 0, usage.as_mut_ptr()) };
    assert_eq!(waited, child.id() as libc::pid_t, "{arguments:?}");
    // SAFETY: the call has succeeded.
    let usage = unsafe { usage.assume_init() };
    let time = started.elapsed();
    let output = Output {
        status: std::os::unix::process::ExitStatusExt::from_raw(status),
        stdout: std::fs::read(stdout).unwrap(),
        stderr: std::fs::read(stderr).unwrap(),
    };
    // Linux counts in kilobytes.
    Measured { outcome: Outcome::new(output, arguments), peak: 1024 * usage.ru_maxrss as u64, time }
}

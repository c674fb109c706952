//! A run of the program that may have only so much memory, and the time of processors it took.

use crate::limit::{Resource, limit};
use crate::workspace::{Outcome, Workspace};
use std::fs::File;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::time::Duration;

/// What a run took.
pub struct Measured {
    pub outcome: Outcome,
    /// Of all processors together, however busy the machine is.
    pub time: Duration,
}

/// Runs the program in a folder with an address space of so many bytes: with less memory resident than that, or not at all.
/// It may speak more than a pipe holds, so what it says goes to files elsewhere.
///
/// The resident set that `getrusage` tells is no measure: it begins with that of the process that has made the child.
#[expect(clippy::zombie_processes, reason = "the child is waited for by wait4, which tells what it used")]
pub fn run_within(bytes: u64, workspace: &Workspace, arguments: &[&str]) -> Measured {
    let said = tempfile::tempdir().unwrap();
    let [stdout, stderr] = ["stdout", "stderr"].map(|name| said.path().join(name));
    let mut command = workspace.command(arguments);
    command.stdout(File::create(&stdout).unwrap()).stderr(File::create(&stderr).unwrap());
    limit(&mut command, Resource::AddressSpace, bytes);
    let child = command.spawn().unwrap();
    let (mut status, mut usage) = (0, std::mem::MaybeUninit::<libc::rusage>::zeroed());
    // SAFETY: the child is ours and is waited for here only; both places are written by the call.
    let waited = unsafe { libc::wait4(child.id() as libc::pid_t, &mut status, 0, usage.as_mut_ptr()) };
    assert_eq!(waited, child.id() as libc::pid_t, "{arguments:?}");
    // SAFETY: the call has succeeded.
    let usage = unsafe { usage.assume_init() };
    let time = duration(usage.ru_utime) + duration(usage.ru_stime);
    let output = std::process::Output {
        status: ExitStatus::from_raw(status),
        stdout: std::fs::read(stdout).unwrap(),
        stderr: std::fs::read(stderr).unwrap(),
    };
    Measured { outcome: Outcome::new(output, arguments), time }
}

fn duration(time: libc::timeval) -> Duration {
    Duration::new(time.tv_sec as u64, 1000 * time.tv_usec as u32)
}

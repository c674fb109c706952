//! A process that may have only so much of something.

use std::os::unix::process::CommandExt;
use std::process::Command;

/// What is limited: memory, lengths of files.
#[derive(Debug, Clone, Copy)]
pub enum Resource {
    /// Bytes of address space.
    AddressSpace,
    /// Bytes of a file.
    FileSize,
}

/// Limits what the program that is started may have.
pub fn limit(command: &mut Command, resource: Resource, bytes: u64) {
    let set = move || {
        let limits = libc::rlimit { rlim_cur: bytes, rlim_max: bytes };
        let resource = match resource {
            Resource::AddressSpace => libc::RLIMIT_AS,
            Resource::FileSize => libc::RLIMIT_FSIZE,
        };
        // SAFETY: the structure lives during the call.
        if unsafe { libc::setrlimit(resource, &limits) } == 0 { Ok(()) } else { Err(std::io::Error::last_os_error()) }
    };
    // SAFETY: between fork and exec only `setrlimit` is called.
    unsafe { command.pre_exec(set) };
}

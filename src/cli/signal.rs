//! Signals: the first Ctrl-C (or SIGTERM, SIGHUP) asks the run to stop with a checkpoint, the second ends it at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Exit status after an interruption.
const INTERRUPTED: i32 = 130;

/// A flag that the first signal sets.
pub fn interrupt_flag() -> Arc<AtomicBool> {
    let flag = Arc::new(AtomicBool::new(false));
    let seen = flag.clone();
    let handler = move || {
        if seen.swap(true, Ordering::Relaxed) {
            super::leave(INTERRUPTED);
        }
    };
    // A second handler in one process is a fault of the caller; without one the default action stays.
    if let Err(error) = ctrlc::set_handler(handler) {
        eprintln!("warning: signals will end the run without a checkpoint: {error}");
    }
    flag
}

/// Makes the first signal end the program at once: for commands that have nothing to save.
pub fn leave_when_interrupted(json: bool) {
    let handler = move || super::leave(super::report_failure("interrupted; nothing was written", INTERRUPTED, json));
    if let Err(error) = ctrlc::set_handler(handler) {
        eprintln!("warning: signals will end the program without a message: {error}");
    }
}

/// A file size limit (`ulimit -f`) must come back as an error of the write, not kill the process.
pub fn ignore_file_size_limit() {
    #[cfg(unix)]
    // SAFETY: ignoring a signal installs no handler code.
    unsafe {
        libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
    }
}

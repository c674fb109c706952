//! Signals. While nothing is on the disk, the first Ctrl-C (or SIGTERM, SIGHUP) ends the program at once, however deep it
//! is in a computation. Once a file is being written it asks the run to stop with a checkpoint, and the second ends it.

use super::{INTERRUPTED, leave, report_failure};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What a signal does, shared with its handler.
#[derive(Debug, Clone, Default)]
pub struct Interrupt {
    flag: Arc<AtomicBool>,
    /// Whether a file is being written. Held by the handler while it ends the program.
    writing: Arc<Mutex<bool>>,
}

impl Interrupt {
    /// Installs the handler. Nothing is being written yet; the failure is reported as `json` asks.
    pub fn install(json: bool) -> Interrupt {
        let interrupt = Interrupt::default();
        let seen = interrupt.clone();
        let handler = move || {
            if !*seen.writing() {
                leave(report_failure("interrupted; nothing was written", INTERRUPTED, json));
            }
            if seen.flag.swap(true, Ordering::Relaxed) {
                leave(INTERRUPTED);
            }
        };
        // A second handler in one process is a fault of the caller; without one the default action stays.
        if let Err(error) = ctrlc::set_handler(handler) {
            eprintln!("warning: signals will end the program without a checkpoint: {error}");
        }
        interrupt
    }

    /// From here on a file is being written.
    pub fn begin_writing(&self) {
        *self.writing() = true;
    }

    /// The flag that the first signal sets.
    pub fn flag(&self) -> &AtomicBool {
        &self.flag
    }

    fn writing(&self) -> MutexGuard<'_, bool> {
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
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

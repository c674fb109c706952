//! Computations on a thread of their own, while the calling thread lets other Python threads run and looks for signals.
//!
//! After a signal whose handler raises (Ctrl-C), the computation is asked to stop: a run or a particle system writes its
//! checkpoint and ends; what has not begun to write yet, and a validation, are unwound. What does not answer within
//! `PATIENCE` is left behind: it goes on until it would write, or ends by itself, in its own pool of threads, and its
//! result is dropped.

use crate::failure::Failure;
use crate::pool::Lease;
use nashflow::experiment::Progress;
use pyo3::exceptions::PyKeyboardInterrupt;
use pyo3::prelude::*;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Time between looks for signals.
const INTERVAL: Duration = Duration::from_millis(50);
/// How long a computation may take to stop.
const PATIENCE: Duration = Duration::from_secs(1);

/// What a computation that has been unwound leaves.
struct Abandoned;

/// What the calling thread and the computation share.
#[derive(Debug, Clone, Default)]
pub struct Control {
    stop: Arc<AtomicBool>,
    progress: Arc<Mutex<Option<Progress>>>,
}

impl Control {
    /// Set when the computation is to stop.
    pub fn flag(&self) -> &AtomicBool {
        &self.stop
    }

    /// Leaves word of where the computation stands.
    pub fn show(&self, progress: &Progress) {
        *self.progress.lock().unwrap_or_else(PoisonError::into_inner) = Some(*progress);
    }

    /// Unwinds the computation when it is to stop. For places at which nothing is being written.
    pub fn leave_if_asked(&self) {
        if self.stop.load(Ordering::Relaxed) {
            resume_unwind(Box::new(Abandoned));
        }
    }

    fn take_progress(&self) -> Option<Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// How a computation is to be done.
#[derive(Debug, Default)]
pub struct Manner<'py> {
    /// Number of threads; `None` for all processors, or `RAYON_NUM_THREADS`. Results do not depend on it.
    pub threads: Option<usize>,
    /// Called with time, final time, steps, last step and distance while the computation goes on.
    pub watcher: Option<Bound<'py, PyAny>>,
}

/// The result of a computation.
///
/// # Errors
/// Its failure as an exception; what a signal handler or the watcher raised.
pub fn compute<T: Send + 'static>(
    py: Python<'_>,
    manner: &Manner<'_>,
    work: impl FnOnce(&Control) -> Result<T, Failure> + Send + 'static,
) -> PyResult<T> {
    let pool = Lease::new(manner.threads)?;
    let (control, (sender, receiver)) = (Control::default(), channel());
    let shared = control.clone();
    let body = move || pool.install(|| work(&shared));
    std::thread::Builder::new().name("nashflow".to_owned()).spawn(move || {
        // Nobody waits for the result of a computation that was left behind.
        let _ = sender.send(catch_unwind(AssertUnwindSafe(body)));
    })?;
    let receiver = Mutex::new(receiver);
    let mut interruption: Option<(PyErr, Instant)> = None;
    loop {
        let received = py.detach(|| receiver.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(INTERVAL));
        match (received, interruption.take()) {
            (Ok(Ok(Err(failure))), Some((error, _)))
                if failure.is_interruption() && error.is_instance_of::<PyKeyboardInterrupt>(py) =>
            {
                return Err(failure.into_exception());
            }
            (Ok(_) | Err(RecvTimeoutError::Disconnected), Some((error, _))) => return Err(error),
            (Ok(Ok(result)), None) => return result.map_err(Failure::into_exception),
            (Ok(Err(panic)), None) => resume_unwind(panic),
            (Err(RecvTimeoutError::Disconnected), None) => unreachable!("the thread sends before it ends"),
            (Err(RecvTimeoutError::Timeout), Some((error, since))) => {
                // A second signal is not waited for.
                let second = py.check_signals();
                if since.elapsed() > PATIENCE || second.is_err() {
                    return Err(second.err().unwrap_or(error));
                }
                interruption = Some((error, since));
            }
            (Err(RecvTimeoutError::Timeout), None) => {
                if let Err(error) = py.check_signals().and_then(|()| tell(manner.watcher.as_ref(), &control)) {
                    control.stop.store(true, Ordering::Relaxed);
                    interruption = Some((error, Instant::now()));
                }
            }
        }
    }
}

/// Calls the watcher when there is something new.
fn tell(watcher: Option<&Bound<'_, PyAny>>, control: &Control) -> PyResult<()> {
    let (Some(watcher), Some(p)) = (watcher, control.take_progress()) else { return Ok(()) };
    watcher.call1((p.time, p.end, p.steps, p.step, p.w2)).map(drop)
}

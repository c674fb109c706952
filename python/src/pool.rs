//! Pools of threads, one for each computation under way.
//!
//! Two computations do not share a pool: while a thread waits for a part of one it would take up the other as a whole, and
//! what was left behind after Ctrl-C would hold up the next. A pool of the usual size is kept for the next computation.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::sync::{Mutex, PoisonError};

/// Stack of a thread: that of a main thread, on which the command computes.
const STACK: usize = 8 << 20;

/// Pools of the usual size that nobody uses, with the processes that their threads are in.
static IDLE: Mutex<Vec<(u32, ThreadPool)>> = Mutex::new(Vec::new());

/// A pool for one computation.
#[derive(Debug)]
pub struct Lease {
    pool: ThreadPool,
    is_usual: bool,
}

impl Lease {
    /// A pool of so many threads; `None` for all processors, or `RAYON_NUM_THREADS`.
    ///
    /// # Errors
    /// `ValueError` for a number that cannot be, or threads that cannot be had.
    pub fn new(threads: Option<usize>) -> PyResult<Lease> {
        let pool = match threads {
            Some(threads) if !(1..=1024).contains(&threads) => {
                return Err(PyValueError::new_err(format!("threads = {threads}: must be between 1 and 1024")));
            }
            Some(threads) => build(threads)?,
            None => match idle() {
                Some(pool) => pool,
                None => build(0)?,
            },
        };
        Ok(Lease { pool, is_usual: threads.is_none() })
    }

    /// Computes in the pool, and keeps it for the next computation. After a panic it is not kept.
    pub fn install<T: Send>(self, work: impl FnOnce() -> T + Send) -> T {
        let result = self.pool.install(work);
        if self.is_usual {
            IDLE.lock().unwrap_or_else(PoisonError::into_inner).push((std::process::id(), self.pool));
        }
        result
    }
}

/// A pool that is not used and has its threads in this process.
fn idle() -> Option<ThreadPool> {
    let mut idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner);
    while let Some((process, pool)) = idle.pop() {
        if process == std::process::id() {
            return Some(pool);
        }
        // A fork has made this process, and copied no threads: nobody can end them.
        std::mem::forget(pool);
    }
    None
}

fn build(threads: usize) -> PyResult<ThreadPool> {
    let pool = ThreadPoolBuilder::new().num_threads(threads).stack_size(STACK).build();
    pool.map_err(|error| PyValueError::new_err(format!("threads: {error}")))
}

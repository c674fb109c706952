//! Computations side by side.
//!
//! Each thread takes the next one when it has finished another. A computation runs in a pool of its own with one thread: in a
//! shared pool one that waits for its second half would begin another in the meantime, on the same stack.

use super::RunError;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};

/// Stack of a thread, that of a main thread.
const STACK: usize = 8 << 20;

/// Computes the numbers `0..count` on at most `threads` threads until all are done or `interrupt` is set, and hands over each
/// as it finishes. A thread stops at a computation that gives `None`. An error of `finished` sets `interrupt`.
///
/// # Errors
/// That of `finished`; [`RunError::Thread`].
pub fn side_by_side<T: Send>(
    count: usize,
    threads: usize,
    interrupt: &AtomicBool,
    compute: impl Fn(usize) -> Option<T> + Sync,
    mut finished: impl FnMut(T) -> Result<(), RunError>,
) -> Result<(), RunError> {
    let pool = |_| rayon::ThreadPoolBuilder::new().num_threads(1).stack_size(STACK).build();
    let pools = (0..threads.min(count)).map(pool).collect::<Result<Vec<_>, _>>();
    let pools = pools.map_err(|error| RunError::Thread { source: std::io::Error::other(error) })?;
    let next = AtomicUsize::new(0);
    let take = |results: Sender<T>| {
        while !interrupt.load(Ordering::Relaxed) {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count {
                return;
            }
            let Some(result) = compute(number) else { return };
            if results.send(result).is_err() {
                return;
            }
        }
    };
    let take = &take;
    std::thread::scope(|scope| {
        let (sender, receiver) = channel();
        let mut outcome = Ok(());
        for pool in &pools {
            let sender = sender.clone();
            let work = move || pool.install(|| take(sender));
            if let Err(source) = std::thread::Builder::new().spawn_scoped(scope, work) {
                outcome = Err(RunError::Thread { source });
                interrupt.store(true, Ordering::Relaxed);
                break;
            }
        }
        drop(sender);
        for result in receiver {
            if outcome.is_ok() {
                outcome = finished(result);
            }
            if outcome.is_err() {
                interrupt.store(true, Ordering::Relaxed);
            }
        }
        outcome
    })
}

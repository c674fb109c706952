//! Points side by side.
//!
//! Each thread takes the next point when it has finished one. A point runs in a pool of its own with one thread: in a shared
//! pool a point that waits for its second half would begin another point in the meantime, on the same stack.

use super::plan::Plan;
use super::point::compute;
use super::quantity::Stage;
use crate::experiment::RunError;
use crate::game::SweepFile;
use crate::output::PointRow;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};

/// Stack of a thread, that of a main thread.
const STACK: usize = 8 << 20;

/// Computes points until all are done or `interrupt` is set, and hands over each as it finishes. An error of `finished` sets
/// `interrupt`.
///
/// # Errors
/// [`RunError::Workplace`], or the error of `finished`.
pub fn compute_all(
    sweep: &SweepFile,
    plan: &Plan,
    points: &[(usize, String)],
    work: &Path,
    threads: usize,
    interrupt: &AtomicBool,
    finished: &mut dyn FnMut(PointRow) -> Result<(), RunError>,
) -> Result<(), RunError> {
    if plan.needs(Stage::Evolution) && !points.is_empty() {
        std::fs::create_dir_all(work).map_err(|source| RunError::Workplace { path: work.to_path_buf(), source })?;
    }
    let next = AtomicUsize::new(0);
    let take_points = |rows: Sender<PointRow>| {
        while !interrupt.load(Ordering::Relaxed) {
            let Some((index, id)) = points.get(next.fetch_add(1, Ordering::Relaxed)) else { return };
            let Some(row) = compute(sweep, plan, (*index, id), work, interrupt) else { return };
            if rows.send(row).is_err() {
                return;
            }
        }
    };
    let take_points = &take_points;
    std::thread::scope(|scope| {
        let (sender, receiver) = channel();
        for _ in 0..threads.min(points.len()) {
            let sender = sender.clone();
            scope.spawn(move || {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(1).stack_size(STACK).build();
                pool.expect("a thread").install(|| take_points(sender));
            });
        }
        drop(sender);
        let mut result = Ok(());
        for row in receiver {
            if result.is_ok() {
                result = finished(row);
            }
            if result.is_err() {
                interrupt.store(true, Ordering::Relaxed);
            }
        }
        result
    })
}

//! The command `sweep`: the points of a sweep file, or a share of them, computed side by side and kept as they finish.
//!
//! Every point is a computation of its own on one thread (`point.rs`), so its numbers depend on nothing but its game.
//! Finished points go to a journal at once (`output/journal.rs`). A whole sweep ends as a file of arrays over its axes; a share
//! ends as its journal, and `merge` makes the same file of the journals of all shares. Points that are there already are
//! known by a hash of their game, so a sweep file that was changed keeps those that are still in it, and no others.

mod merge;
mod plan;
mod point;
mod quantity;
mod report;
mod shard;
mod slurm;

pub use merge::{MergeRequest, merge};
pub use plan::vocabulary;
pub(super) use point::Findings;
pub(super) use quantity::{QUANTITIES, Quantity, Reading, Stage};
pub use report::{FailureReport, MergeReport, SweepAxisReport, SweepReport};
pub use shard::{Shard, is_journal_name};
pub use slurm::slurm_script;

use super::RunError;
use super::crew::side_by_side;
use crate::game::SweepFile;
use crate::output::{Journal, JournalHeader, JournalStart, OutputError, PointRow, read_journal};
use plan::Plan;
use point::{Identities, compute};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Instant;

/// How a sweep is to be done.
pub struct SweepRequest<'a> {
    /// The file of arrays, or the journal of a share.
    pub output: &'a Path,
    /// Whether the output is a journal.
    pub keep_journal: bool,
    /// Which points.
    pub shard: Shard,
    /// Whether an older output may be replaced.
    pub overwrite: bool,
    /// Whether to go on with what is there.
    pub resume: bool,
    /// Points that are computed at once.
    pub threads: usize,
    /// Called when the sweep is known to be in order, before anything is written.
    pub before_writing: &'a dyn Fn(),
}

/// Where a sweep stands.
#[derive(Debug, Clone, Copy)]
pub struct SweepProgress {
    /// Finished points, those of earlier calls included.
    pub finished: usize,
    /// All points of this call.
    pub points: usize,
    /// Those that failed.
    pub failed: usize,
}

/// Computes what is missing. A point that fails is a row with its reason, and the others go on.
///
/// # Errors
/// [`RunError`] of the output, and [`RunError::SweepInterrupted`] when `interrupt` was set before all was done.
pub fn sweep(
    file: &SweepFile,
    request: &SweepRequest<'_>,
    interrupt: &AtomicBool,
    watch: &mut dyn FnMut(&SweepProgress),
) -> Result<SweepReport, RunError> {
    let started = Instant::now();
    let plan = Plan::new(file);
    let start =
        if request.resume { JournalStart::Resume } else { JournalStart::Fresh { overwrite: request.overwrite } };
    let mut journal = Journal::take(request.output, start)?;
    let points = identified(file, request.shard)?;
    let mut rows = if request.resume { known(&journal, request, &points, plan.columns())? } else { HashMap::new() };
    let reused = rows.len();
    (request.before_writing)();
    let mut kept: Vec<&PointRow> = rows.values().collect();
    kept.sort_by_key(|row| row.index);
    journal.begin(&header(file, request.shard, plan.columns()), &kept)?;
    let pending: Vec<(usize, String)> = points.iter().filter(|(index, _)| !rows.contains_key(index)).cloned().collect();
    let mut failed = rows.values().filter(|row| row.status != 0).count();
    let work = work_folder(request.output);
    watch(&SweepProgress { finished: rows.len(), points: points.len(), failed });
    if plan.needs(Stage::Evolution) && !pending.is_empty() {
        std::fs::create_dir_all(&work).map_err(|source| RunError::Workplace { path: work.clone(), source })?;
    }
    let point = |number: usize| {
        let (index, id) = &pending[number];
        compute(file, &plan, (*index, id), &work, interrupt)
    };
    side_by_side(pending.len(), request.threads, interrupt, point, |row: PointRow| -> Result<(), RunError> {
        journal.append(&row)?;
        failed += usize::from(row.status != 0);
        rows.insert(row.index, row);
        watch(&SweepProgress { finished: rows.len(), points: points.len(), failed });
        Ok(())
    })?;
    if rows.len() < points.len() {
        return Err(RunError::SweepInterrupted { finished: rows.len(), points: points.len(), path: journal.part() });
    }
    remove_work(&work);
    let ordered: Vec<Option<&PointRow>> = (0..file.len()).map(|index| rows.get(&index)).collect();
    match request.keep_journal {
        true => journal.finish()?,
        false => journal.finish_as_arrays(&plan.record(file, &ordered))?,
    }
    Ok(SweepReport::new(file, request, &ordered, reused, started.elapsed().as_secs_f64()))
}

/// Number and identity of the points of a share.
fn identified(file: &SweepFile, shard: Shard) -> Result<Vec<(usize, String)>, RunError> {
    let mut identities = Identities::default();
    shard.points(file.len()).map(|index| Ok((index, identities.of(file, index)?))).collect()
}

/// The points of this share that an earlier call has finished, whatever their number was then.
fn known(
    journal: &Journal,
    request: &SweepRequest<'_>,
    points: &[(usize, String)],
    columns: usize,
) -> Result<HashMap<usize, PointRow>, RunError> {
    let (part, output) = (journal.part(), journal.output());
    if !request.keep_journal && output.exists() && !part.exists() {
        return Err(OutputError::Exists { path: output, hint: ", there is nothing to resume" }.into());
    }
    let numbers: HashMap<&str, usize> = points.iter().map(|(index, id)| (id.as_str(), *index)).collect();
    let mut rows = HashMap::new();
    let candidates = if request.keep_journal { vec![output, part] } else { vec![part] };
    for path in candidates.iter().filter(|path| path.exists()) {
        let Some((header, found)) = read_journal(path)? else { continue };
        if header.columns != columns {
            continue;
        }
        for row in found {
            if let Some(&index) = numbers.get(row.id.as_str()) {
                rows.insert(index, PointRow { index, ..row });
            }
        }
    }
    Ok(rows)
}

fn header(file: &SweepFile, shard: Shard, columns: usize) -> JournalHeader {
    JournalHeader {
        sweep_path: file.path().display().to_string(),
        sweep: file.text().to_owned(),
        game_path: file.base().path.display().to_string(),
        game: file.base().text.clone(),
        shard: [shard.number, shard.of],
        columns,
    }
}

/// Where the files of runs under way are.
fn work_folder(output: &Path) -> PathBuf {
    let mut name = output.file_name().unwrap_or_default().to_os_string();
    name.push(".work");
    output.with_file_name(name)
}

/// Removes the files of runs, also of an earlier sweep file, and their folder.
fn remove_work(folder: &Path) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let stem = name.split('.').next().unwrap_or_default();
        if stem.len() == 16 && stem.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            // What cannot be removed does no harm.
            let _ = std::fs::remove_file(entry.path());
        }
    }
    let _ = std::fs::remove_dir(folder);
}

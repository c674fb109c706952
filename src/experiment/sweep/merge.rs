//! Journals of shares made one file of arrays, the same as that of a sweep in one go.

use super::plan::{Plan, vocabulary};
use super::report::{MergeReport, axes, failures};
use super::shard::is_journal_name;
use crate::experiment::RunError;
use crate::game::{BaseGame, SweepFile};
use crate::output::{JournalHeader, PointRow, check_destination, read_journal, write_sweep};
use std::path::{Path, PathBuf};

/// Most numbers of points that a message lists.
const LISTED: usize = 8;

/// What is to be merged.
pub struct MergeRequest<'a> {
    /// Journals, finished or not, and folders of journals.
    pub sources: &'a [PathBuf],
    /// The file of arrays.
    pub output: &'a Path,
    /// Whether an older file may be replaced.
    pub overwrite: bool,
    /// Whether points may be missing.
    pub partial: bool,
    /// Called when everything is in order, before anything is written.
    pub before_writing: &'a dyn Fn(),
}

/// Writes the arrays of a sweep from journals. Points may be in several of them, if they are the same.
///
/// # Errors
/// [`RunError`] for journals of different sweeps, points that contradict each other, and points that are missing unless
/// that is allowed; nothing is written then.
pub fn merge(request: &MergeRequest<'_>) -> Result<MergeReport, RunError> {
    check_destination(request.output, request.overwrite)?;
    let paths = journals(request.sources)?;
    let mut first: Option<(PathBuf, JournalHeader)> = None;
    let mut found: Vec<(PathBuf, Vec<PointRow>)> = Vec::new();
    for path in paths {
        let Some((header, rows)) = read_journal(&path)? else { continue };
        match &first {
            Some((other, expected)) => same_sweep(expected, &header).map_err(|what| RunError::Merge {
                path: path.clone(),
                reason: format!("{what} is not that of {}; merge journals of one sweep", other.display()),
            })?,
            None => first = Some((path.clone(), header)),
        }
        found.push((path, rows));
    }
    let Some((path, header)) = first else {
        let path = request.sources[0].clone();
        return Err(RunError::Merge { path, reason: "every journal was cut before its first point".to_owned() });
    };
    let base = BaseGame { path: PathBuf::from(&header.game_path), text: header.game.clone() };
    let file = SweepFile::assemble(Path::new(&header.sweep_path), &header.sweep, base, vocabulary())?;
    let plan = Plan::new(&file);
    if plan.columns() != header.columns {
        let reason = format!("it has {} numbers a point, its sweep {}", header.columns, plan.columns());
        return Err(RunError::Merge { path, reason });
    }
    let rows = collect(&file, &found)?;
    let missing: Vec<usize> = (0..rows.len()).filter(|index| rows[*index].is_none()).collect();
    if !missing.is_empty() && !request.partial {
        let path = request.sources[0].clone();
        return Err(RunError::Merge { path, reason: gaps(&missing, file.len(), &header) });
    }
    (request.before_writing)();
    write_sweep(request.output, request.overwrite, &plan.record(&file, &rows))?;
    Ok(MergeReport {
        sweep: file.name().to_owned(),
        axes: axes(&file),
        record: file.record().to_vec(),
        points: file.len(),
        missing,
        failures: failures(&file, &rows),
        journals: found.iter().map(|(path, _)| path.display().to_string()).collect(),
        output: request.output.display().to_string(),
    })
}

/// The journals behind files and folders, in the order of their names.
fn journals(sources: &[PathBuf]) -> Result<Vec<PathBuf>, RunError> {
    let mut paths = Vec::new();
    for source in sources {
        if !source.is_dir() {
            paths.push(source.clone());
            continue;
        }
        let failed = |source_error: std::io::Error| RunError::Merge {
            path: source.clone(),
            reason: format!("the folder cannot be read: {source_error}"),
        };
        let mut inside = Vec::new();
        for entry in std::fs::read_dir(source).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if is_journal_name(&path) {
                inside.push(path);
            }
        }
        if inside.is_empty() {
            let reason = "holds no journal, shard-K-of-N.jsonl or shard-K-of-N.jsonl.part".to_owned();
            return Err(RunError::Merge { path: source.clone(), reason });
        }
        inside.sort();
        paths.extend(inside);
    }
    Ok(paths)
}

fn same_sweep(expected: &JournalHeader, found: &JournalHeader) -> Result<(), &'static str> {
    if expected.sweep != found.sweep {
        return Err("its sweep file");
    }
    if expected.game != found.game {
        return Err("its base game (with --set)");
    }
    if expected.columns != found.columns { Err("its number of columns") } else { Ok(()) }
}

/// Every point of the sweep, in order.
fn collect<'a>(file: &SweepFile, found: &'a [(PathBuf, Vec<PointRow>)]) -> Result<Vec<Option<&'a PointRow>>, RunError> {
    let mut rows: Vec<Option<(&PathBuf, &PointRow)>> = vec![None; file.len()];
    for (path, row) in found.iter().flat_map(|(path, rows)| rows.iter().map(move |row| (path, row))) {
        let refuse = |reason: String| Err(RunError::Merge { path: path.clone(), reason });
        match rows.get(row.index) {
            None => return refuse(format!("it holds point {}, of {} in the sweep", row.index, file.len())),
            Some(Some((other, known))) if *known != row => {
                let reason = format!(
                    "its point {} is not that of {}: it was computed from other files, \
                                      or by another version; delete one of them",
                    row.index,
                    other.display()
                );
                return refuse(reason);
            }
            Some(_) => rows[row.index] = Some((path, row)),
        }
    }
    Ok(rows.into_iter().map(|row| row.map(|(_, row)| row)).collect())
}

/// Which points are missing, and whose they were.
fn gaps(missing: &[usize], points: usize, header: &JournalHeader) -> String {
    let of = header.shard[1].max(1);
    let list = |numbers: Vec<String>| match numbers.len() {
        0..=LISTED => numbers.join(", "),
        more => format!("{} and {} more", numbers[..LISTED].join(", "), more - LISTED),
    };
    let mut shards: Vec<usize> = missing.iter().map(|point| point % of).collect();
    shards.sort_unstable();
    shards.dedup();
    let shards = list(shards.into_iter().map(|number| format!("{number}/{of}")).collect());
    format!(
        "{} of {points} points are missing: {}; they belong to the shards {shards}. Run these again, or write NaN with --partial",
        missing.len(),
        list(missing.iter().map(usize::to_string).collect())
    )
}

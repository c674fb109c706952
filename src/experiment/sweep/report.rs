//! The objects of `sweep --json` and `sweep --merge --json`.

use super::SweepRequest;
use crate::game::SweepFile;
use crate::output::PointRow;
use serde::Serialize;

/// An axis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SweepAxisReport {
    /// Its name.
    pub name: String,
    /// The keys it sets.
    pub keys: Vec<String>,
    /// Number of values.
    pub length: usize,
}

/// A point that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FailureReport {
    /// Its number.
    pub point: usize,
    /// What it sets.
    pub settings: Vec<String>,
    /// 2 for bad input, 3 for a numerical failure.
    pub status: i64,
    /// What went wrong.
    pub message: String,
}

/// A sweep, or a share of one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SweepReport {
    /// Its name.
    pub sweep: String,
    /// The axes, slowest first.
    pub axes: Vec<SweepAxisReport>,
    /// What was recorded.
    pub record: Vec<String>,
    /// Points of this call.
    pub points: usize,
    /// Those that were computed now.
    pub computed: usize,
    /// Those that an earlier call had finished.
    pub reused: usize,
    /// Those that failed, now or earlier.
    pub failures: Vec<FailureReport>,
    /// `K/N`.
    pub shard: String,
    /// Threads.
    pub threads: usize,
    /// The output file.
    pub output: String,
    /// Wall time of this call.
    pub wall_seconds: f64,
}

/// Journals made one file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MergeReport {
    /// The name of the sweep.
    pub sweep: String,
    /// The axes, slowest first.
    pub axes: Vec<SweepAxisReport>,
    /// What was recorded.
    pub record: Vec<String>,
    /// Points of the sweep.
    pub points: usize,
    /// Numbers of those that are in no journal.
    pub missing: Vec<usize>,
    /// Those that failed.
    pub failures: Vec<FailureReport>,
    /// The journals.
    pub journals: Vec<String>,
    /// The output file.
    pub output: String,
}

impl SweepReport {
    pub(super) fn new(
        file: &SweepFile,
        request: &SweepRequest<'_>,
        rows: &[Option<&PointRow>],
        reused: usize,
        wall_seconds: f64,
    ) -> SweepReport {
        let points = rows.iter().flatten().count();
        SweepReport {
            sweep: file.name().to_owned(),
            axes: axes(file),
            record: file.record().to_vec(),
            points,
            computed: points - reused,
            reused,
            failures: failures(file, rows),
            shard: format!("{}/{}", request.shard.number, request.shard.of),
            threads: request.threads,
            output: request.output.display().to_string(),
            wall_seconds,
        }
    }
}

pub(super) fn axes(file: &SweepFile) -> Vec<SweepAxisReport> {
    let of = |axis: &crate::game::SweepAxis| SweepAxisReport {
        name: axis.name().to_owned(),
        keys: axis.keys().to_vec(),
        length: axis.len(),
    };
    file.axes().iter().map(of).collect()
}

pub(super) fn failures(file: &SweepFile, rows: &[Option<&PointRow>]) -> Vec<FailureReport> {
    let of = |row: &&PointRow| FailureReport {
        point: row.index,
        settings: file.settings(row.index),
        status: row.status,
        message: row.message.clone(),
    };
    rows.iter().flatten().filter(|row| row.status != 0).map(of).collect()
}

//! `nashflow sweep`.

use super::arguments::SweepArguments;
use super::continuation::quoted;
use super::number::significant;
use super::progress::Bar;
use super::signal::Interrupt;
use super::table::Table;
use super::{finish, report_error, set_threads};
use crate::experiment::{
    FailureReport, MergeReport, MergeRequest, RunError, Shard, SweepAxisReport, SweepReport, SweepRequest, merge,
    slurm_script, sweep, vocabulary,
};
use crate::game::{SweepFile, catalogue};
use std::path::{Path, PathBuf};

/// Failures that a table lists.
const LISTED_FAILURES: usize = 10;

/// The exit status of the command.
pub fn main(arguments: &SweepArguments) -> i32 {
    let common = &arguments.common;
    if let Err(status) = set_threads(common) {
        return status;
    }
    let place = arguments.sweep.clone().unwrap_or_default();
    if !arguments.merge.is_empty() {
        return finish(common, merged(arguments), render_merge, |error| report_error(error, &place, common.json));
    }
    if let Some(shards) = arguments.print_slurm {
        return match script(arguments, shards as usize) {
            Ok(script) => {
                super::print(&script);
                0
            }
            Err(error) => report_error(&error, &place, common.json),
        };
    }
    finish(common, solve(arguments), render, |error| report_error(error, &place, common.json))
}

/// The sweep file, or the bundled sweep of that name when there is no such file.
fn load(arguments: &SweepArguments) -> Result<SweepFile, RunError> {
    let path = arguments.sweep.as_deref().ok_or_else(|| RunError::option("SWEEP.toml", "is missing"))?;
    let file = match path.to_str().filter(|name| catalogue::is_plain_name(name) && !path.exists()) {
        Some(name) => {
            let text = catalogue::sweep(name)?.text;
            SweepFile::parse(&PathBuf::from(format!("{name}.toml")), text, &arguments.overrides, vocabulary())
        }
        None => SweepFile::load(path, &arguments.overrides, vocabulary()),
    };
    Ok(file?)
}

/// Where results go.
enum Target {
    /// One file of arrays.
    File(PathBuf),
    /// A folder of journals.
    Folder(PathBuf),
}

fn target(arguments: &SweepArguments) -> Result<Target, RunError> {
    let Some(output) = &arguments.output else {
        let message = "is missing: -o OUT.h5 for a file of arrays, -o FOLDER for the journals of shards";
        return Err(RunError::option("-o", message));
    };
    let is_file = output.extension().is_some_and(|extension| extension == "h5") || output.is_file();
    Ok(if is_file && !output.is_dir() { Target::File(output.clone()) } else { Target::Folder(output.clone()) })
}

/// The share that was asked for, or that of this task of a job array.
fn shard(arguments: &SweepArguments) -> Result<Option<Shard>, RunError> {
    match &arguments.shard {
        Some(text) => Shard::parse(text).map(Some),
        None => Shard::of_array(|name| std::env::var(name).ok()),
    }
}

fn solve(arguments: &SweepArguments) -> Result<SweepReport, RunError> {
    let (common, target, shard) = (&arguments.common, target(arguments)?, shard(arguments)?);
    let (output, keep_journal) = match (target, shard) {
        (Target::File(path), Some(_)) => {
            let message = format!(
                "{} is one file, and every shard writes one of its own: give a folder, and merge it in the end",
                path.display()
            );
            return Err(RunError::option("-o", message));
        }
        (Target::File(path), None) => (path, false),
        (Target::Folder(folder), shard) => (folder.join(shard.unwrap_or(Shard::WHOLE).file_name()), true),
    };
    let file = load(arguments)?;
    let interrupt = Interrupt::install(common.json);
    if keep_journal && let Some(folder) = output.parent() {
        make_folder(folder)?;
    }
    let bar = Bar::new(common.quiet);
    let request = SweepRequest {
        output: &output,
        keep_journal,
        shard: shard.unwrap_or(Shard::WHOLE),
        overwrite: common.force,
        // A task that is submitted again is the same command; only --force begins anew.
        resume: arguments.resume || (keep_journal && !common.force),
        threads: rayon::current_num_threads(),
        before_writing: &|| interrupt.begin_writing(),
    };
    let result = sweep(&file, &request, interrupt.flag(), &mut |progress| bar.show_points(progress));
    bar.clear();
    result
}

/// Makes the folder of the journals; the folder that it is in must be there.
fn make_folder(folder: &Path) -> Result<(), RunError> {
    match std::fs::create_dir(folder) {
        Err(source) if source.kind() != std::io::ErrorKind::AlreadyExists => {
            Err(RunError::option("-o", format!("the folder {} cannot be made: {source}", folder.display())))
        }
        _ => Ok(()),
    }
}

fn merged(arguments: &SweepArguments) -> Result<MergeReport, RunError> {
    let Target::File(output) = target(arguments)? else {
        return Err(RunError::option("-o", "the file of arrays has a name that ends in .h5"));
    };
    let interrupt = Interrupt::install(arguments.common.json);
    merge(&MergeRequest {
        sources: &arguments.merge,
        output: &output,
        overwrite: arguments.common.force,
        partial: arguments.partial,
        before_writing: &|| interrupt.begin_writing(),
    })
}

fn script(arguments: &SweepArguments, shards: usize) -> Result<String, RunError> {
    let Target::Folder(folder) = target(arguments)? else {
        return Err(RunError::option("-o", "the tasks of an array write one file each: give a folder"));
    };
    let file = load(arguments)?;
    let word = |path: &Path| quoted(&path.to_string_lossy());
    let program = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("nashflow"));
    let sweep_file = arguments.sweep.as_deref().unwrap_or(Path::new(""));
    let mut words = vec![word(&program), "sweep".to_owned(), word(sweep_file), "-o".to_owned(), word(&folder)];
    words.extend(arguments.overrides.iter().flat_map(|setting| ["--set".to_owned(), quoted(setting)]));
    let merge = format!("{} sweep --merge {} -o {}.h5", word(&program), word(&folder), word(&folder));
    Ok(slurm_script(file.name(), shards, &words.join(" "), &merge))
}

fn render(report: &SweepReport) -> String {
    let mut table = Table::new();
    table.row("axes", cube(&report.axes)).row("recorded", report.record.join(", ")).row("points", counts(report));
    add_failures(&mut table, &report.failures);
    table.row(
        "output",
        format!("{} (shard {}) in {} s", report.output, report.shard, significant(report.wall_seconds, 3)),
    );
    format!("{}\n{}", report.sweep, table.render())
}

/// `3 temperature x 2 coupling`.
fn cube(axes: &[SweepAxisReport]) -> String {
    let sides: Vec<String> = axes.iter().map(|axis| format!("{} {}", axis.length, axis.name)).collect();
    sides.join(" x ")
}

fn counts(report: &SweepReport) -> String {
    let reused = if report.reused > 0 { format!(", {} were there", report.reused) } else { String::new() };
    format!("{}, {} computed{reused}, {} failed", report.points, report.computed, report.failures.len())
}

fn render_merge(report: &MergeReport) -> String {
    let mut table = Table::new();
    let (missing, failed) = (report.missing.len(), report.failures.len());
    table
        .row("axes", cube(&report.axes))
        .row("recorded", report.record.join(", "))
        .row("points", format!("{}, {missing} missing, {failed} failed", report.points));
    add_failures(&mut table, &report.failures);
    table.row("output", format!("{} from {} journals", report.output, report.journals.len()));
    format!("{}\n{}", report.sweep, table.render())
}

fn add_failures(table: &mut Table, failures: &[FailureReport]) {
    for failure in failures.iter().take(LISTED_FAILURES) {
        let message = failure.message.lines().next().unwrap_or_default();
        let label = format!("point {}", failure.point);
        table.row(&label, format!("{}: status {}: {message}", failure.settings.join(", "), failure.status));
    }
    if failures.len() > LISTED_FAILURES {
        table.row("", format!("{} more failures, all in the array `message`", failures.len() - LISTED_FAILURES));
    }
}

//! What a report is about: a file of one of the kinds that nashflow writes.

use super::figure::Figure;
use super::motion::Frames;
use super::page::Page;
use super::{ReportError, cloud, comparison, convergence, orbit, run, spectrum, sweep};
use crate::output::{FileKind, Header, Source};
use std::path::Path;

/// What a file holds, as it is shown.
pub(super) trait Subject: Sync {
    /// The figures that the file has the data for.
    fn figures(&self) -> Vec<Figure<'_>>;
    /// What the page shows beside them.
    fn page(&self) -> Page<'_>;
    /// What moves.
    fn frames(&self) -> Option<&Frames> {
        None
    }
    /// What else should be known.
    fn notes(&self) -> Vec<String> {
        Vec::new()
    }
}

/// Reads a file.
///
/// # Errors
/// [`ReportError`] when it is none of ours, is damaged, or holds nothing yet.
pub(super) fn open(path: &Path) -> Result<Box<dyn Subject>, ReportError> {
    Ok(match FileKind::of(path)? {
        FileKind::Run => Box::new(run::RunSubject::read(path)?),
        FileKind::Orbit => Box::new(orbit::OrbitSubject::read(path)?),
        FileKind::Spectrum => Box::new(spectrum::SpectrumSubject::read(path)?),
        FileKind::Sweep => Box::new(sweep::SweepSubject::read(path)?),
        FileKind::Particles => Box::new(cloud::ParticlesSubject::read(path)?),
        FileKind::Validation => Box::new(cloud::ValidationSubject::read(path)?),
        FileKind::Comparison => Box::new(comparison::ComparisonSubject::read(path)?),
        FileKind::Convergence => Box::new(convergence::ConvergenceSubject::read(path)?),
    })
}

/// Where a run or an orbit comes from.
pub(super) fn provenance_of_header(path: &Path, header: &Header) -> Vec<(&'static str, String)> {
    provenance(path, &header.command, &header.created, &header.nashflow_version)
}

/// Where a file that was written whole comes from.
pub(super) fn provenance_of_source(path: &Path, source: &Source) -> Vec<(&'static str, String)> {
    provenance(path, &source.command, &source.created, &source.nashflow_version)
}

fn provenance(path: &Path, command: &str, created: &str, version: &str) -> Vec<(&'static str, String)> {
    let mut rows = vec![("file", path.display().to_string())];
    if !command.is_empty() {
        rows.push(("command", command.to_owned()));
    }
    rows.push(("begun", created.to_owned()));
    rows.push(("version", format!("nashflow {version}, page by {}", env!("CARGO_PKG_VERSION"))));
    rows
}

/// A title, or the name of the file where there is none.
pub(super) fn title(title: &str, path: &Path) -> String {
    if !title.is_empty() {
        return title.to_owned();
    }
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

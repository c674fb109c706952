//! A run: distances against time with the rates of the linearisation, the spectrum, the steps.

mod distances;
mod numbers;
mod record;
mod step_sizes;

use super::ReportError;
use super::drawing::style::{HEIGHT, WIDTH};
use super::figure::Figure;
use super::motion::{self, Frames};
use super::page::{Chart, Curve, Page};
use super::spectrum::{self, Plane};
use super::subject::{Subject, provenance_of_header, title};
use record::Record;
use std::path::{Path, PathBuf};

/// A run and its file.
pub(super) struct RunSubject {
    path: PathBuf,
    record: Record,
}

impl RunSubject {
    /// Reads a file.
    ///
    /// # Errors
    /// [`ReportError`], as for [`Record::read`].
    pub fn read(path: &Path) -> Result<RunSubject, ReportError> {
        Ok(RunSubject { path: path.to_path_buf(), record: Record::read(path)? })
    }
}

impl Subject for RunSubject {
    fn figures(&self) -> Vec<Figure<'_>> {
        let (record, panel) = (&self.record, (WIDTH, HEIGHT));
        let caption = "Distance W2 to the equilibrium, duality gap and relative entropy over time, beside the slopes of the \
                       spectral gap and of the guaranteed rate.";
        let mut figures = vec![Figure::new("distances", caption, panel, |sheet| distances::draw(record, sheet))];
        figures.extend(motion::figures(&record.frames));
        if let Some(spectrum) = record.summary().and_then(|summary| summary.spectrum.as_ref()) {
            let eigenvalues = spectrum.eigenvalues.clone();
            let (gap, guaranteed_rate) = (spectrum.gap, spectrum.guaranteed_rate);
            figures.push(spectrum::figure(Plane { eigenvalues, gap, guaranteed_rate }));
        }
        if !record.steps[0].is_empty() {
            let caption = "Lengths of the accepted steps.";
            figures.push(Figure::new("steps", caption, panel, |sheet| step_sizes::draw(record, sheet)));
        }
        figures
    }

    fn page(&self) -> Page<'_> {
        let record = &self.record;
        let finding = match &record.conclusions {
            Ok(run) => [run.summary.verdict.name().to_owned(), run.summary.reason.clone()],
            Err(reason) => ["no verdict".to_owned(), reason.clone()],
        };
        let mut provenance = provenance_of_header(&self.path, &record.header);
        let state = if record.finished { "finished" } else { "running or interrupted" };
        provenance.push(("state", state.to_owned()));
        Page {
            title: title(&record.header.title, &self.path),
            finding,
            numbers: numbers::numbers(record),
            tables: Vec::new(),
            chart: Some(chart(record)),
            frames: Some(&record.frames),
            texts: vec![("Game", &record.header.game)],
            provenance,
        }
    }

    fn frames(&self) -> Option<&Frames> {
        Some(&self.record.frames)
    }

    fn notes(&self) -> Vec<String> {
        let record = &self.record;
        let mut notes = Vec::new();
        if let Err(reason) = &record.conclusions {
            notes.push(format!("no summary: {reason}"));
        }
        notes.extend(record.frames.note("densities", record.times.len(), "snapshots"));
        notes
    }
}

fn chart(record: &Record) -> Chart {
    let mut curves = vec![
        Curve::new("W2", &record.w2, "x", &[]),
        Curve::new("duality gap", &record.nikaido_isoda, "y", &[12, 5]),
        Curve::new("KL", &record.entropies(), "third", &[4, 4]),
    ];
    for (name, slope) in ["gap", "guaranteed"].into_iter().zip(record.slopes()) {
        let start = slope.points[0];
        let values: Vec<f64> = record.times.iter().map(|t| start.1 * (-slope.rate * (t - start.0)).exp()).collect();
        curves.push(Curve::new(name, &values, "theory", &[slope.dash, 5]));
    }
    let columns: [(&str, &[f64]); 6] = [
        ("time", &record.times),
        ("w2", &record.w2),
        ("w2_error", &record.w2_error),
        ("nikaido_isoda", &record.nikaido_isoda),
        ("kl_x", &record.relative_entropy[0]),
        ("kl_y", &record.relative_entropy[1]),
    ];
    Chart {
        title: "Distance to the equilibrium",
        label: "W2, duality gap and relative entropy over time on a logarithmic axis".to_owned(),
        along: "time t".to_owned(),
        places: record.times.clone(),
        logarithmic: true,
        curves,
        file: "diagnostics.csv",
        columns: columns.map(|(name, values)| (name.to_owned(), values.to_vec())).to_vec(),
    }
}

//! A periodic orbit: its densities over one period, its Floquet multipliers, its branch with the folds.

mod branch;
mod multipliers;
mod record;

use super::ReportError;
use super::drawing::style::{HEIGHT, WIDTH, tick};
use super::figure::Figure;
use super::motion::{self, Frames};
use super::page::{Chart, Curve, Listing, Page};
use super::subject::{Subject, provenance_of_header, title};
use crate::digits::{significant, with_error};
use crate::output::StoredBranch;
use num_complex::Complex64;
use record::Record;
use std::path::{Path, PathBuf};

/// An orbit and its file.
pub(super) struct OrbitSubject {
    path: PathBuf,
    record: Record,
}

impl OrbitSubject {
    /// Reads a file.
    ///
    /// # Errors
    /// [`ReportError`] when it is damaged.
    pub fn read(path: &Path) -> Result<OrbitSubject, ReportError> {
        Ok(OrbitSubject { path: path.to_path_buf(), record: Record::read(path)? })
    }
}

impl Subject for OrbitSubject {
    fn figures(&self) -> Vec<Figure<'_>> {
        let (record, panel) = (&self.record, (WIDTH, HEIGHT));
        let mut figures = motion::figures(&record.frames);
        let caption = "Floquet multipliers of the orbit, and the unit circle: it attracts when all but the trivial one, 1, lie \
                       inside.";
        figures.push(Figure::new("multipliers", caption, panel, |sheet| multipliers::draw(&record.multipliers, sheet)));
        if let Some(branch) = &record.branch {
            let caption = format!("The period along the branch in {}, with its folds.", branch.key);
            figures.push(Figure::new("branch", &caption, panel, move |sheet| branch::draw_periods(branch, sheet)));
            let caption =
                "The leading coupled multipliers along the branch: stability is lost where a second one passes 1.";
            figures.push(Figure::new("branch-multipliers", caption, panel, move |sheet| {
                branch::draw_multipliers(branch, sheet)
            }));
        }
        figures
    }

    fn page(&self) -> Page<'_> {
        let record = &self.record;
        let stable = if record.stable { "stable" } else { "unstable" };
        let period = with_error(record.period, record.period_error.max(1e-13 * record.period));
        Page {
            title: title(&record.header.title, &self.path),
            finding: [stable.to_owned(), format!("limit cycle of period {period}")],
            numbers: numbers(record, period),
            tables: record.branch.iter().map(listing).collect(),
            chart: Some(chart(record)),
            frames: Some(&record.frames),
            texts: vec![("Game", &record.header.game)],
            provenance: provenance_of_header(&self.path, &record.header),
        }
    }

    fn frames(&self) -> Option<&Frames> {
        Some(&self.record.frames)
    }

    fn notes(&self) -> Vec<String> {
        self.record.frames.note("densities", self.record.times.len(), "times").into_iter().collect()
    }
}

fn numbers(record: &Record, period: String) -> Vec<(&'static str, String)> {
    let multipliers: Vec<String> = record.multipliers.iter().map(|m| multiplier(*m)).collect();
    let mut rows = vec![
        ("period", period),
        ("amplitude of x, of y", record.amplitude.map(|(a, error)| with_error(a, error)).join(", ")),
        ("mean duality gap", significant(record.mean_gap, 8)),
        ("mean energy", format!("{:.3e}", record.mean_energy)),
        ("multipliers", multipliers.join(", ")),
        ("residual of the return map", significant(record.residual, 2)),
    ];
    if let Some(branch) = &record.branch {
        rows.push(("branch", format!("{} orbits in {}", branch.points.parameter.len(), branch.key)));
        for place in 0..branch.folds.parameter.len() {
            let (at, error) = (branch.folds.parameter[place], branch.folds.parameter_error[place]);
            rows.push((
                "fold",
                format!("{}, period {}", with_error(at, error), significant(branch.folds.period[place], 7)),
            ));
        }
    }
    rows
}

/// A multiplier in words, with how far it is from 1 where its digits do not show it.
fn multiplier(m: Complex64) -> String {
    let off = (m - 1.0).norm();
    if off < 1e-5 {
        return format!("1 {} {off:.1e}", if m.re < 1.0 { "-" } else { "+" });
    }
    match m.im {
        0.0 => significant(m.re, 6),
        im => format!("{} {} {}i", significant(m.re, 6), if im < 0.0 { "-" } else { "+" }, significant(im.abs(), 6)),
    }
}

fn listing(branch: &StoredBranch) -> Listing {
    let columns = &branch.points;
    let row = |k: usize| {
        let multipliers = columns.multipliers.get(k).into_iter().flatten().filter(|m| !m.is_nan());
        vec![
            tick(columns.parameter[k]),
            significant(columns.period[k], 9),
            if columns.stable[k] == 1.0 { "stable" } else { "unstable" }.to_owned(),
            multipliers.map(|m| multiplier(*m)).collect::<Vec<_>>().join(", "),
        ]
    };
    Listing {
        title: "Branch",
        columns: vec![branch.key.clone(), "period".to_owned(), "stability".to_owned(), "multipliers".to_owned()],
        rows: (0..columns.parameter.len()).map(row).collect(),
    }
}

fn chart(record: &Record) -> Chart {
    Chart {
        title: "Duality gap and energy over one period",
        label: "duality gap and energy over one period".to_owned(),
        along: "time since the section".to_owned(),
        places: record.times.clone(),
        logarithmic: false,
        curves: vec![
            Curve::new("duality gap", &record.gap, "y", &[]),
            Curve::new("energy", &record.energy, "x", &[12, 5]),
        ],
        file: "period.csv",
        columns: vec![
            ("time".to_owned(), record.times.clone()),
            ("nikaido_isoda".to_owned(), record.gap.clone()),
            ("energy".to_owned(), record.energy.clone()),
        ],
    }
}

//! A sweep: each recorded quantity over its axes, as curves where one axis varies, as a map of cells where two do.

mod lines;
mod phase_diagram;
mod record;

use super::ReportError;
use super::drawing::style::{HEIGHT, WIDTH};
use super::figure::Figure;
use super::page::{Chart, Curve, Listing, Page, capital, cell};
use super::subject::{Subject, provenance_of_source, title};
use record::{Quantity, Record};
use std::path::{Path, PathBuf};

/// Most rows of the table of the page; the file has all.
const MOST_ROWS: usize = 400;
/// Curves of the chart that moves.
const CURVES: [(&str, &[u32]); 4] = [("x", &[]), ("y", &[12, 5]), ("third", &[4, 4]), ("theory", &[8, 4])];

/// A sweep and its file.
pub(super) struct SweepSubject {
    path: PathBuf,
    record: Record,
}

impl SweepSubject {
    /// Reads a file.
    ///
    /// # Errors
    /// [`ReportError`] when it is damaged.
    pub fn read(path: &Path) -> Result<SweepSubject, ReportError> {
        Ok(SweepSubject { path: path.to_path_buf(), record: Record::read(path)? })
    }
}

impl Subject for SweepSubject {
    fn figures(&self) -> Vec<Figure<'_>> {
        let record = &self.record;
        let of = |quantity| figure(record, quantity);
        record.quantities.iter().filter(|quantity| !record.is_drawn_with_another(quantity)).map(of).collect()
    }

    fn page(&self) -> Page<'_> {
        let record = &self.record;
        let points = record.status.len();
        let failed = record.status.iter().filter(|status| **status > 0).count();
        let missing = record.status.iter().filter(|status| **status < 0).count();
        let lengths: Vec<String> = record.axes.iter().map(|axis| axis.labels.len().to_string()).collect();
        let names: Vec<&str> = record.axes.iter().map(|axis| axis.name.as_str()).collect();
        let mut numbers = vec![
            ("axes", names.join(", ")),
            ("points", format!("{points} ({})", lengths.join(" x "))),
            ("failed", failed.to_string()),
            ("missing", missing.to_string()),
        ];
        for quantity in &record.quantities {
            let finite = || quantity.values.iter().copied().filter(|v| v.is_finite());
            if quantity.codes.is_none() && finite().next().is_some() {
                let (low, high) = (finite().fold(f64::INFINITY, f64::min), finite().fold(f64::NEG_INFINITY, f64::max));
                numbers.push(("range", format!("{}: {} .. {}", quantity.name, cell(low), cell(high))));
            }
        }
        Page {
            title: title(&record.source.title, &self.path),
            finding: [format!("{points} points"), finding(record)],
            numbers,
            tables: vec![listing(record)],
            chart: chart(record),
            frames: None,
            texts: vec![("Sweep", &record.sweep), ("Base game", &record.game)],
            provenance: provenance_of_source(&self.path, &record.source),
        }
    }

    fn notes(&self) -> Vec<String> {
        let record = &self.record;
        let mut notes = Vec::new();
        if record.slices() > phase_diagram::PANELS {
            notes.push(format!("{} of {} slices are shown", phase_diagram::PANELS, record.slices()));
        }
        if record.status.len() > MOST_ROWS {
            notes.push(format!("the table of the page has {MOST_ROWS} of {} points", record.status.len()));
        }
        notes
    }
}

/// How many points have which verdict, where verdicts were recorded.
fn finding(record: &Record) -> String {
    let Some(verdict) = record.quantities.iter().find(|quantity| quantity.name == "verdict") else {
        return String::new();
    };
    let codes = verdict.codes.as_deref().unwrap_or_default();
    let count = |code: f64| verdict.values.iter().filter(|value| **value == code).count();
    let counts = codes.iter().map(|(code, name)| format!("{} {name}", count(*code)));
    counts.filter(|text| !text.starts_with("0 ")).collect::<Vec<_>>().join(", ")
}

fn figure<'a>(record: &'a Record, quantity: &'a Quantity) -> Figure<'a> {
    let over: Vec<&str> = record.axes.iter().map(|axis| axis.name.as_str()).collect();
    let caption = format!("{} over {}.", capital(quantity.title()), over.join(" and "));
    if record.axes.len() == 1 {
        return Figure::new(&quantity.name, &caption, (WIDTH, HEIGHT), |sheet| lines::draw(record, quantity, sheet));
    }
    let size = phase_diagram::size(record.slices());
    Figure::new(&quantity.name, &caption, size, |sheet| phase_diagram::draw(record, quantity, sheet))
}

/// Every point with what was recorded of it.
fn listing(record: &Record) -> Listing {
    let names = record.axes.iter().map(|axis| &axis.name).chain(record.quantities.iter().map(|q| &q.name));
    let row = |point: usize| {
        let place = record.place(point);
        let axes = record.axes.iter().zip(place).map(|(axis, k)| axis.labels[k].clone());
        axes.chain(record.quantities.iter().map(|quantity| quantity.text(point))).collect()
    };
    Listing {
        title: "Points",
        columns: names.cloned().collect(),
        rows: (0..record.status.len().min(MOST_ROWS)).map(row).collect(),
    }
}

/// Curves over the only axis, when its values are increasing numbers.
fn chart(record: &Record) -> Option<Chart> {
    let [axis] = record.axes.as_slice() else { return None };
    let places = axis.numbers.clone().filter(|numbers| numbers.windows(2).all(|pair| pair[0] < pair[1]))?;
    let measured = record.quantities.iter().filter(|quantity| quantity.codes.is_none());
    let curves: Vec<Curve> = measured
        .clone()
        .filter(|quantity| !quantity.name.ends_with("_error"))
        .zip(CURVES)
        .map(|(quantity, (colour, dash))| Curve::new(&quantity.name, &quantity.values, colour, dash))
        .collect();
    let all = || curves.iter().flat_map(|curve| &curve.values).filter(|v| v.is_finite());
    let mut columns = vec![(axis.name.clone(), places.clone())];
    columns.extend(measured.map(|quantity| (quantity.name.clone(), quantity.values.clone())));
    Some(Chart {
        title: "Quantities over the axis",
        label: format!("recorded quantities over {}", axis.name),
        along: axis.name.clone(),
        logarithmic: all().all(|v| *v > 0.0),
        places,
        curves,
        file: "sweep.csv",
        columns,
    })
}

//! Several dynamics side by side: distance and duality gap of each over time.

use super::ReportError;
use super::drawing::canvas::Sheet;
use super::drawing::frame::Mark;
use super::drawing::scale::Scale;
use super::drawing::style::{HEIGHT, LARGEST, WIDTH};
use super::figure::Figure;
use super::page::{Chart, Curve, Page, cell};
use super::subject::{Subject, provenance_of_source, title};
use crate::output::{ArrayReader, Source};
use plotters::prelude::*;
use std::path::{Path, PathBuf};

/// Colours of lines (Okabe and Ito 2008); with another dash from the ninth.
const COLOURS: [RGBColor; 8] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 128, 96),
    RGBColor(120, 60, 120),
    RGBColor(86, 160, 220),
    RGBColor(200, 140, 0),
    RGBColor(90, 90, 90),
    RGBColor(0, 0, 0),
];
/// Dashes that tell neighbours apart in grey; none for a whole line.
const DASHES: [u32; 3] = [0, 12, 4];
/// Decades that are shown below the largest value.
const DECADES: i32 = 18;

/// A quantity over time, dynamics by dynamics.
struct Series {
    name: &'static str,
    caption: &'static str,
    values: Vec<f64>,
}

/// Dynamics side by side, and their file.
pub(super) struct ComparisonSubject {
    path: PathBuf,
    source: Source,
    game: String,
    labels: Vec<String>,
    times: Vec<f64>,
    series: Vec<Series>,
}

impl ComparisonSubject {
    /// Reads a file.
    ///
    /// # Errors
    /// [`ReportError`] when it is damaged.
    pub fn read(path: &Path) -> Result<ComparisonSubject, ReportError> {
        let reader = ArrayReader::open(path)?;
        let times = reader.times()?;
        let labels: Vec<String> = reader.text("dynamics")?.lines().map(str::to_owned).collect();
        let mut series = Vec::new();
        for (name, caption) in [
            ("w2", "Distance W2 to the equilibrium of every dynamics over time."),
            ("nikaido_isoda", "Duality gap of every dynamics over time."),
        ] {
            let values = reader.numbers(name)?;
            if values.len() != labels.len() * times.len() {
                let reason = format!("{name} has {} values of {} dynamics", values.len(), labels.len());
                return Err(reader.damaged(reason).into());
            }
            series.push(Series { name, caption, values });
        }
        let (source, game) = (reader.source().clone(), reader.text("game")?);
        Ok(ComparisonSubject { path: path.to_path_buf(), source, game, labels, times, series })
    }

    fn of<'a>(&'a self, series: &'a Series, contestant: usize) -> &'a [f64] {
        &series.values[contestant * self.times.len()..][..self.times.len()]
    }

    fn draw(&self, series: &Series, sheet: &Sheet<'_>) -> Result<(), ReportError> {
        let top = series.values.iter().copied().filter(|v| *v <= LARGEST).fold(0.0, f64::max);
        let shown = |v: &f64| *v <= LARGEST && *v > top * 10.0_f64.powi(-DECADES);
        let (name, times) = (if series.name == "w2" { "W2 to the equilibrium" } else { "duality gap" }, &self.times);
        let Some(up) = Scale::logarithmic(series.values.iter().copied().filter(shown)) else {
            return sheet.frame(&format!("{name}: none is positive"), &[]).map(drop);
        };
        let style = |k: usize| (COLOURS[k % COLOURS.len()], DASHES[k % DASHES.len()]);
        let legend: Vec<(String, Mark)> = self
            .labels
            .iter()
            .enumerate()
            .map(|(k, label)| {
                let (colour, dash) = style(k);
                (label.clone(), Mark::Line(colour, dash))
            })
            .collect();
        let body = sheet.frame(name, &legend)?;
        let across = Scale::Linear(times[0]..if times.len() > 1 { times[times.len() - 1] } else { times[0] + 1.0 });
        let scales = [across.length(), 0.0];
        let mut chart = sheet.chart(&body, across, up, ["time t", ""], scales)?;
        for k in 0..self.labels.len() {
            let (colour, dash) = style(k);
            let points = times.iter().copied().zip(self.of(series, k).iter().copied()).filter(|(_, v)| shown(v));
            sheet.curve(&mut chart, points, sheet.line(colour), dash)?;
        }
        Ok(())
    }
}

impl Subject for ComparisonSubject {
    fn figures(&self) -> Vec<Figure<'_>> {
        let size = (WIDTH, HEIGHT + 28 * (self.labels.len().min(24) as u32 / 4));
        let all = self.series.iter();
        all.map(|series| Figure::new(series.name, series.caption, size, |sheet| self.draw(series, sheet))).collect()
    }

    fn page(&self) -> Page<'_> {
        let last = |series: &Series, k: usize| cell(self.of(series, k)[self.times.len() - 1]);
        let mut numbers = vec![("dynamics", self.labels.join(", "))];
        for (k, label) in self.labels.iter().enumerate() {
            let ends: Vec<String> = self.series.iter().map(|s| format!("{} {}", s.name, last(s, k))).collect();
            numbers.push(("at the end", format!("{label}: {}", ends.join(", "))));
        }
        let colours = ["x", "y", "third", "theory"];
        let dashes: [&[u32]; 3] = [&[], &[12, 5], &[4, 4]];
        let distance = &self.series[0];
        let curve = |(k, label): (usize, &String)| {
            Curve::new(label, self.of(distance, k), colours[k % colours.len()], dashes[k % dashes.len()])
        };
        let mut columns = vec![("time".to_owned(), self.times.clone())];
        for series in &self.series {
            let of = |(k, label): (usize, &String)| (format!("{} {label}", series.name), self.of(series, k).to_vec());
            columns.extend(self.labels.iter().enumerate().map(of));
        }
        Page {
            title: title(&self.source.title, &self.path),
            finding: [format!("{} dynamics", self.labels.len()), "from one initial state".to_owned()],
            numbers,
            tables: Vec::new(),
            chart: Some(Chart {
                title: "Distance to the equilibrium",
                label: "W2 of every dynamics over time on a logarithmic axis".to_owned(),
                along: "time t".to_owned(),
                places: self.times.clone(),
                logarithmic: true,
                curves: self.labels.iter().enumerate().map(curve).collect(),
                file: "dynamics.csv",
                columns,
            }),
            frames: None,
            texts: vec![("Game", &self.game)],
            provenance: provenance_of_source(&self.path, &self.source),
        }
    }
}

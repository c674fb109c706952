//! The file of `validate -o`: distances beside those of independent points, clouds over densities.

use super::histogram::coarser;
use super::{floor, over_density};
use crate::game::Player;
use crate::output::{ArrayReader, Source};
use crate::report::ReportError;
use crate::report::drawing::style::{HEIGHT, WIDTH};
use crate::report::figure::Figure;
use crate::report::motion::{Frames, rows_in_memory};
use crate::report::page::{Chart, Curve, Listing, Page, cell};
use crate::report::subject::{Subject, provenance_of_source, title};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Bins of a histogram on a circle, at most.
const MOST_BINS: usize = 64;

/// What was found of a player, time by time.
pub(super) struct Judged {
    pub player: Player,
    pub w2: Vec<f64>,
    pub error: Vec<f64>,
    /// Mean, lower and upper end.
    pub floor: [Vec<f64>; 3],
    pub p_value: Vec<f64>,
    pub p_biased: Vec<f64>,
    /// Coordinates of the points that are shown, in each frame.
    pub points: Vec<Vec<f64>>,
    /// The number of the time of each frame.
    pub rows: Vec<usize>,
}

/// Judged clouds and their file.
pub(in crate::report) struct ValidationSubject {
    path: PathBuf,
    source: Source,
    game: String,
    report: Value,
    times: Vec<f64>,
    judged: Vec<Judged>,
    frames: Frames,
}

impl ValidationSubject {
    /// Reads a file.
    ///
    /// # Errors
    /// [`ReportError`] when it is damaged.
    pub fn read(path: &Path) -> Result<ValidationSubject, ReportError> {
        let reader = ArrayReader::open(path)?;
        let damaged = |reason: String| ReportError::from(reader.damaged(reason));
        let times = match reader.numbers("time")?.as_slice() {
            // The equilibrium has no time.
            [time] if time.is_nan() => vec![f64::NAN],
            _ => reader.times()?,
        };
        let report =
            serde_json::from_str(&reader.text("report")?).map_err(|error| damaged(format!("its report: {error}")))?;
        let mut judged = Vec::new();
        let mut densities = [Vec::new(), Vec::new()];
        let mut clouds = [Vec::new(), Vec::new()];
        let grids = [reader.grid(Player::X)?, reader.grid(Player::Y)?];
        let rows = rows_in_memory(&grids, times.len());
        for player in Player::BOTH {
            let letter = player.letter();
            if !reader.has(&format!("w2_{letter}")) {
                continue;
            }
            let column = |name: &str| {
                let values = reader.numbers(&format!("{name}_{letter}"))?;
                if values.len() == times.len() {
                    Ok(values)
                } else {
                    Err(damaged(format!("{name}_{letter} has {} values", values.len())))
                }
            };
            let grid = &grids[player.index()];
            let shown = reader.shape(&format!("points_{letter}"))?.get(1).copied().unwrap_or(0);
            reader.expect_shape(&format!("points_{letter}"), &[times.len(), shown, grid.dimension()])?;
            let width = if grid.dimension() == 1 { grid.len().div_ceil(MOST_BINS) } else { 1 };
            let mut points = Vec::new();
            for &row in &rows {
                let density = reader.row(player.density(), row)?;
                let cloud = reader.row(&format!("cloud_{letter}"), row)?;
                if density.len() != grid.len() || cloud.len() != grid.len() {
                    return Err(damaged(format!("the arrays of {letter} are not those of its grid")));
                }
                densities[player.index()].push(density);
                clouds[player.index()].push(if width > 1 { coarser(&cloud, width) } else { cloud });
                points.push(reader.row(&format!("points_{letter}"), row)?);
            }
            judged.push(Judged {
                player,
                w2: column("w2")?,
                error: column("w2_error")?,
                floor: [column("floor")?, column("floor_low")?, column("floor_high")?],
                p_value: column("p_value")?,
                p_biased: column("p_biased")?,
                points,
                rows: rows.clone(),
            });
        }
        if times.is_empty() || judged.is_empty() {
            return Err(ReportError::Empty { path: path.to_path_buf() });
        }
        let frames = Frames {
            names: ["cloud of x", "cloud of y"],
            grids,
            times: rows.iter().map(|row| times[*row]).collect(),
            densities: clouds,
            reference: Some(("the density", densities)),
            drift: None,
            closes: false,
            cells: true,
        };
        let (source, game) = (reader.source().clone(), reader.text("game")?);
        Ok(ValidationSubject { path: path.to_path_buf(), source, game, report, times, judged, frames })
    }

    fn text(&self, key: &str) -> String {
        match &self.report[key] {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        }
    }
}

impl Subject for ValidationSubject {
    fn notes(&self) -> Vec<String> {
        self.frames.note("clouds", self.times.len(), "times").into_iter().collect()
    }

    fn figures(&self) -> Vec<Figure<'_>> {
        let mut figures = Vec::new();
        for judged in &self.judged {
            let letter = judged.player.letter();
            let caption = format!(
                "Distance of the cloud of {letter} from the density, beside the distances of as many independent points: their \
                 mean, and the band that nine of ten lie in."
            );
            let name = format!("floor-{letter}");
            figures.push(Figure::new(name, &caption, (WIDTH, HEIGHT), |sheet| floor::draw(&self.times, judged, sheet)));
            let caption = format!("The cloud of {letter} over the density.");
            let size = over_density::size(&self.frames, judged.player);
            figures.push(Figure::new(format!("cloud-{letter}"), &caption, size, |sheet| {
                over_density::draw(&self.frames, judged, sheet)
            }));
        }
        figures
    }

    fn page(&self) -> Page<'_> {
        let mut numbers = vec![
            ("cloud", self.text("cloud")),
            ("against", self.text("against")),
            ("false alarm rate", self.text("false_alarm_rate")),
            ("samples", self.text("samples")),
            ("tests", self.text("tests")),
        ];
        let notes = self.report["notes"].as_array().cloned().unwrap_or_default();
        numbers.extend(notes.iter().filter_map(Value::as_str).map(|note| ("note", note.to_owned())));
        let verdict = self.text("verdict");
        let times = self.times.len();
        Page {
            title: title(&self.source.title, &self.path),
            finding: [verdict, format!("{times} {}", if times == 1 { "time" } else { "times" })],
            numbers,
            tables: vec![self.listing()],
            chart: self.chart(),
            frames: Some(&self.frames),
            texts: vec![("Game", &self.game)],
            provenance: provenance_of_source(&self.path, &self.source),
        }
    }
}

impl ValidationSubject {
    fn listing(&self) -> Listing {
        let words = ["time", "player", "W2", "error", "independent", "5 %", "95 %", "p", "p of a bias"];
        let row = |k: usize, judged: &Judged| {
            let time = if self.times[k].is_nan() { "equilibrium".to_owned() } else { cell(self.times[k]) };
            let [mean, low, high] = &judged.floor;
            let numbers =
                [judged.w2[k], judged.error[k], mean[k], low[k], high[k], judged.p_value[k], judged.p_biased[k]];
            [vec![time, judged.player.letter().to_owned()], numbers.map(cell).to_vec()].concat()
        };
        Listing {
            title: "Distances",
            columns: words.map(str::to_owned).to_vec(),
            rows: (0..self.times.len()).flat_map(|k| self.judged.iter().map(move |judged| row(k, judged))).collect(),
        }
    }

    /// Distances and floors over time, when there are several times.
    fn chart(&self) -> Option<Chart> {
        if self.times.len() < 2 || self.times.windows(2).any(|pair| pair[0] >= pair[1]) {
            return None;
        }
        let mut curves = Vec::new();
        let mut columns = vec![("time".to_owned(), self.times.clone())];
        for judged in &self.judged {
            let letter = judged.player.letter();
            let mut add = |name: String, values: &[f64], dash: &[u32]| {
                let colour = if judged.player == Player::X { "x" } else { "y" };
                columns.push((name.replace(' ', "_"), values.to_vec()));
                curves.push(Curve::new(&name, values, colour, dash));
            };
            add(format!("W2 {letter}"), &judged.w2, &[]);
            add(format!("independent {letter}"), &judged.floor[0], &[12, 5]);
            add(format!("5 % {letter}"), &judged.floor[1], &[3, 4]);
            add(format!("95 % {letter}"), &judged.floor[2], &[3, 4]);
        }
        Some(Chart {
            title: "Distances and the sampling floor",
            label: "distances of the cloud and of independent points over time".to_owned(),
            along: "time t".to_owned(),
            places: self.times.clone(),
            logarithmic: true,
            curves,
            file: "validation.csv",
            columns,
        })
    }
}

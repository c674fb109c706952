//! A game along ladders: the error of every quantity against the grid, and against the tolerance or the step.

use super::ReportError;
use super::drawing::canvas::Sheet;
use super::drawing::frame::Mark;
use super::drawing::scale::Scale;
use super::drawing::style::{BLUE, GREEN, GREY, HEIGHT, VERMILLION, WIDTH};
use super::figure::Figure;
use super::page::{Listing, Page, cell};
use super::subject::{Subject, provenance_of_source, title};
use crate::digits::with_error;
use crate::output::{ArrayReader, Source};
use plotters::prelude::*;
use std::path::{Path, PathBuf};

/// Quantities that a figure shows, with their colours; the others are in the table.
const SHOWN: [(&str, RGBColor); 4] = [("w2", BLUE), ("nikaido_isoda", VERMILLION), ("gap", GREEN), ("energy", GREY)];

/// Errors of every quantity along a ladder.
struct Ladder {
    name: String,
    rungs: Vec<f64>,
    /// Quantity by quantity: distance to the best value plus its error bar.
    errors: Vec<f64>,
}

/// Ladders and their file.
pub(super) struct ConvergenceSubject {
    path: PathBuf,
    source: Source,
    game: String,
    quantities: Vec<String>,
    values: Vec<f64>,
    errors: Vec<f64>,
    ladders: Vec<Ladder>,
}

impl ConvergenceSubject {
    /// Reads a file.
    ///
    /// # Errors
    /// [`ReportError`] when it is damaged.
    pub fn read(path: &Path) -> Result<ConvergenceSubject, ReportError> {
        let reader = ArrayReader::open(path)?;
        let damaged = |reason: String| ReportError::from(reader.damaged(reason));
        let quantities = reader.stored("quantity")?.texts.clone().unwrap_or_default();
        let (values, errors) = (reader.numbers("value")?, reader.numbers("error")?);
        let mut ladders = Vec::new();
        for name in ["grid", "tolerance", "step"].into_iter().filter(|name| reader.has(name)) {
            let of = |what: &str| reader.numbers(&format!("{what}_by_{name}"));
            let ladder = Ladder { name: name.to_owned(), rungs: reader.numbers(name)?, errors: of("error")? };
            if ladder.errors.len() != quantities.len() * ladder.rungs.len() {
                return Err(damaged(format!("the ladder of {name} has {} rungs", ladder.rungs.len())));
            }
            ladders.push(ladder);
        }
        if [&values, &errors].iter().any(|all| all.len() != quantities.len()) || ladders.is_empty() {
            return Err(damaged(format!("{} quantities in {} ladders", quantities.len(), ladders.len())));
        }
        let (source, game) = (reader.source().clone(), reader.text("game")?);
        Ok(ConvergenceSubject { path: path.to_path_buf(), source, game, quantities, values, errors, ladders })
    }

    fn draw(&self, ladder: &Ladder, sheet: &Sheet<'_>) -> Result<(), ReportError> {
        let rungs = ladder.rungs.len();
        let curve = |quantity: usize| -> Vec<(f64, f64)> {
            let errors = &ladder.errors[quantity * rungs..][..rungs];
            ladder
                .rungs
                .iter()
                .copied()
                .zip(errors.iter().copied())
                .filter(|(_, e)| *e > 0.0 && e.is_finite())
                .collect()
        };
        let shown: Vec<_> = SHOWN
            .iter()
            .filter_map(|(name, colour)| {
                let place = self.quantities.iter().position(|quantity| quantity == name)?;
                Some((*name, *colour, curve(place)))
            })
            .filter(|(_, _, points)| !points.is_empty())
            .collect();
        let all = || shown.iter().flat_map(|(_, _, points)| points);
        let across = Scale::logarithmic(ladder.rungs.iter().copied());
        let (Some(across), Some(up)) = (across, Scale::logarithmic(all().map(|(_, e)| *e))) else {
            return sheet.frame("no error above 0", &[]).map(drop);
        };
        let legend: Vec<(String, Mark)> =
            shown.iter().map(|(name, colour, _)| ((*name).to_owned(), Mark::Disc(*colour))).collect();
        let body = sheet.frame(&format!("error against the {}", ladder.name), &legend)?;
        let label = if ladder.name == "grid" { "points of the longest axis" } else { &ladder.name };
        let mut chart = sheet.chart(&body, across, up, [label, "error"], [0.0, 0.0])?;
        for (_, colour, points) in shown {
            chart.draw_series(LineSeries::new(points.iter().copied(), colour.stroke_width(sheet.pixels(2))))?;
            let radius = sheet.pixels(5);
            chart.draw_series(points.into_iter().map(|place| Circle::new(place, radius, colour.filled())))?;
        }
        Ok(())
    }
}

impl Subject for ConvergenceSubject {
    fn figures(&self) -> Vec<Figure<'_>> {
        let mut figures = Vec::new();
        for ladder in &self.ladders {
            let caption = format!("Errors of the main quantities against the {}.", ladder.name);
            let name = format!("error-{}", ladder.name);
            figures.push(Figure::new(name, &caption, (WIDTH, HEIGHT), |sheet| self.draw(ladder, sheet)));
        }
        figures
    }

    fn page(&self) -> Page<'_> {
        let best = self.quantities.iter().zip(self.values.iter().zip(&self.errors));
        let rows = best.map(|(name, (value, error))| {
            vec![name.clone(), if value.is_finite() { with_error(*value, *error) } else { "null".to_owned() }]
        });
        let mut tables = vec![Listing {
            title: "Best values",
            columns: ["quantity", "value"].map(str::to_owned).to_vec(),
            rows: rows.collect(),
        }];
        tables.extend(self.ladders.iter().map(|ladder| self.listing(ladder)));
        let rungs: Vec<String> =
            self.ladders.iter().map(|ladder| format!("{} {}", ladder.rungs.len(), ladder.name)).collect();
        Page {
            title: title(&self.source.title, &self.path),
            finding: ["ladders".to_owned(), format!("rungs: {}", rungs.join(", "))],
            numbers: vec![("quantities", self.quantities.len().to_string())],
            tables,
            chart: None,
            frames: None,
            texts: vec![("Game", &self.game)],
            provenance: provenance_of_source(&self.path, &self.source),
        }
    }
}

impl ConvergenceSubject {
    fn listing(&self, ladder: &Ladder) -> Listing {
        let rungs = ladder.rungs.len();
        let row = |(k, name): (usize, &String)| {
            let errors = &ladder.errors[k * rungs..][..rungs];
            std::iter::once(name.clone()).chain(errors.iter().map(|error| cell(*error))).collect()
        };
        Listing {
            title: if ladder.name == "grid" { "Errors by grid" } else { "Errors by tolerance or step" },
            columns: std::iter::once(ladder.name.clone()).chain(ladder.rungs.iter().map(|r| cell(*r))).collect(),
            rows: self.quantities.iter().enumerate().map(row).collect(),
        }
    }
}

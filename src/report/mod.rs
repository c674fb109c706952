//! Pictures of a run, and one page of HTML that shows it: `nashflow report RUN.h5`.
//!
//! Every figure is one function that draws on a sheet; the same function makes the SVG and the PNG. The page holds all it
//! needs, so that it opens without a network, and what it shows stands in it once: the numbers of the summary with their
//! error bars, the diagnostics and the densities of the snapshots.

mod canvas;
mod colour_map;
mod distances;
mod error;
mod folder;
mod frame;
mod heat;
mod page;
mod phase_portrait;
mod record;
mod snapshots;
mod space_time;
mod spectrum_plane;
mod step_sizes;
mod style;

pub use error::ReportError;

use crate::game::Player;
use canvas::{Sheet, png, svg};
use folder::Folder;
use record::Record;
use serde::Serialize;
use std::path::{Path, PathBuf};
use style::{HEIGHT, WIDTH};

/// A file format of pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PictureFormat {
    /// Scalable.
    Svg,
    /// Pixels.
    Png,
}

impl PictureFormat {
    /// Formats by their names, between commas.
    ///
    /// # Errors
    /// [`ReportError::Format`].
    pub fn list(text: &str) -> Result<Vec<PictureFormat>, ReportError> {
        text.split(',')
            .map(|name| match name.trim() {
                "svg" => Ok(PictureFormat::Svg),
                "png" => Ok(PictureFormat::Png),
                _ => Err(ReportError::Format { found: text.to_owned() }),
            })
            .collect()
    }

    fn extension(self) -> &'static str {
        match self {
            PictureFormat::Svg => "svg",
            PictureFormat::Png => "png",
        }
    }
}

/// What to make of which file.
#[derive(Debug, Clone)]
pub struct ReportRequest {
    /// The output of a run.
    pub run: PathBuf,
    /// The folder that gets the page and the pictures.
    pub folder: PathBuf,
    /// The formats of the pictures.
    pub formats: Vec<PictureFormat>,
    /// Whether an older report may be replaced.
    pub overwrite: bool,
}

/// What has been made.
#[derive(Debug, Clone, Serialize)]
pub struct ReportSummary {
    /// Name of the game.
    pub game: String,
    /// The page.
    pub page: String,
    /// The pictures.
    pub pictures: Vec<String>,
    /// What else should be known.
    pub notes: Vec<String>,
}

/// A picture of a run.
struct Figure<'a> {
    /// Name of its files.
    name: &'static str,
    /// What is to be seen, in a sentence.
    caption: String,
    size: (u32, u32),
    draw: Box<canvas::Draw<'a>>,
}

/// Makes pictures and page. Nothing is left behind when it fails: the folder appears whole.
///
/// # Errors
/// [`ReportError`].
pub fn report(request: &ReportRequest) -> Result<ReportSummary, ReportError> {
    style::load_font();
    let folder = Folder::new(&request.folder, request.overwrite)?;
    let record = Record::read(&request.run)?;
    let figures = figures(&record);
    let drawn = figures.iter().map(|figure| svg(figure.size, &*figure.draw)).collect::<Result<Vec<String>, _>>()?;
    let mut pictures = Vec::new();
    for (figure, text) in figures.iter().zip(&drawn) {
        for format in &request.formats {
            let name = format!("{}.{}", figure.name, format.extension());
            match format {
                PictureFormat::Svg => folder.write(&name, text.as_bytes())?,
                PictureFormat::Png => folder.write(&name, &png(figure.size, &*figure.draw)?)?,
            }
            pictures.push(request.folder.join(name).display().to_string());
        }
    }
    folder.write("report.html", page::render(&record, &figures, &drawn, &request.run).as_bytes())?;
    folder.finish()?;
    let mut notes = Vec::new();
    if let Err(reason) = &record.conclusions {
        notes.push(format!("no summary: {reason}"));
    }
    if record.frame_times.len() < record.times.len() {
        let (shown, all) = (record.frame_times.len(), record.times.len());
        notes.push(format!("the densities of {shown} of {all} snapshots are shown"));
    }
    let page = request.folder.join("report.html").display().to_string();
    Ok(ReportSummary { game: record.header.title.clone(), page, pictures, notes })
}

/// The figures that the file has the data for.
fn figures<'a>(record: &'a Record) -> Vec<Figure<'a>> {
    let mut figures = Vec::new();
    let panel = (WIDTH, HEIGHT);
    let mut add = |name, caption: String, size, draw: Box<canvas::Draw<'a>>| {
        figures.push(Figure { name, caption, size, draw });
    };
    add(
        "distances",
        "Distance W2 to the equilibrium, duality gap and relative entropy over time, beside the slopes of the spectral gap and of \
         the guaranteed rate."
            .to_owned(),
        panel,
        Box::new(|sheet: &Sheet<'_>| distances::draw(record, sheet)),
    );
    for player in Player::BOTH {
        let (letter, density) = if player == Player::X { ("x", "mu") } else { ("y", "nu") };
        if record.grid(player).dimension() == 1 {
            add(
                if player == Player::X { "density-x" } else { "density-y" },
                format!("Density {density} of the {letter} player over time."),
                panel,
                Box::new(move |sheet: &Sheet<'_>| space_time::draw(record, player, sheet)),
            );
        } else {
            add(
                if player == Player::X { "density-x" } else { "density-y" },
                format!("Density {density} of the {letter} player at four times, with arrows along its drift."),
                snapshots::size(record.frame_times.len()),
                Box::new(move |sheet: &Sheet<'_>| snapshots::draw(record, player, sheet)),
            );
        }
    }
    let moments = Player::BOTH.map(|player| phase_portrait::leading_moment(record, player));
    add(
        "phase-portrait",
        "The path of the low Fourier mode of each player that moves most.".to_owned(),
        panel,
        Box::new(move |sheet: &Sheet<'_>| phase_portrait::draw(&moments, sheet)),
    );
    if let Some(spectrum) = record.summary().and_then(|summary| summary.spectrum.as_ref()) {
        add(
            "spectrum",
            "Leading eigenvalues of the linearisation at the equilibrium; the theorem guarantees that all lie in the shaded \
             half-plane."
                .to_owned(),
            panel,
            Box::new(move |sheet: &Sheet<'_>| spectrum_plane::draw(spectrum, sheet)),
        );
    }
    if !record.steps[0].is_empty() {
        add(
            "steps",
            "Lengths of the accepted steps.".to_owned(),
            panel,
            Box::new(|sheet: &Sheet<'_>| step_sizes::draw(record, sheet)),
        );
    }
    figures
}

/// The last part of a path, for titles.
fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

//! Pictures of what a file of nashflow holds, and one page of HTML that shows it: `nashflow report FILE.h5`.
//!
//! Every figure is one function that draws on a sheet; the same function makes the SVG and the PNG. The page holds all it
//! needs, so that it opens without a network: findings, numbers with their error bars, curves, densities that move. What can
//! be reported on is a subject: a run, an orbit, a sweep, clouds, a ladder, dynamics side by side.

mod cloud;
mod comparison;
mod convergence;
mod drawing;
mod error;
mod figure;
mod folder;
mod motion;
mod orbit;
mod page;
mod run;
mod spectrum;
mod subject;
mod sweep;

pub use error::ReportError;

use drawing::style;
use folder::Folder;
use rayon::prelude::*;
use serde::Serialize;
use std::path::PathBuf;

/// A file format of pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PictureFormat {
    /// Scalable.
    Svg,
    /// Pixels.
    Png,
}

impl PictureFormat {
    /// Formats by their names, between commas; each once.
    ///
    /// # Errors
    /// [`ReportError::Format`].
    pub fn list(text: &str) -> Result<Vec<PictureFormat>, ReportError> {
        let mut formats = Vec::new();
        for name in text.split(',') {
            let format = match name.trim() {
                "svg" => PictureFormat::Svg,
                "png" => PictureFormat::Png,
                _ => return Err(ReportError::Format { found: text.to_owned() }),
            };
            if !formats.contains(&format) {
                formats.push(format);
            }
        }
        Ok(formats)
    }

    fn extension(self) -> &'static str {
        match self {
            PictureFormat::Svg => "svg",
            PictureFormat::Png => "png",
        }
    }
}

/// What to make of which file.
#[derive(Clone)]
pub struct ReportRequest<'a> {
    /// The file.
    pub file: PathBuf,
    /// The folder that gets the page and the pictures.
    pub folder: PathBuf,
    /// The formats of the pictures.
    pub formats: Vec<PictureFormat>,
    /// Whether an older report may be replaced.
    pub overwrite: bool,
    /// Called when everything is drawn, before anything is written.
    pub before_writing: &'a dyn Fn(),
}

/// What has been made.
#[derive(Debug, Clone, Serialize)]
pub struct ReportSummary {
    /// Name of the game or of the sweep.
    pub game: String,
    /// The page.
    pub page: String,
    /// The pictures.
    pub pictures: Vec<String>,
    /// What else should be known.
    pub notes: Vec<String>,
}

/// Makes pictures and page. Nothing is left behind when it fails: the folder appears whole.
///
/// # Errors
/// [`ReportError`].
pub fn report(request: &ReportRequest<'_>) -> Result<ReportSummary, ReportError> {
    style::load_font();
    let place = Folder::check(&request.folder, request.overwrite)?;
    let subject = subject::open(&request.file)?;
    let figures = subject.figures();
    let drawn = figures.par_iter().map(figure::Figure::svg).collect::<Result<Vec<String>, _>>()?;
    let pixels = match request.formats.contains(&PictureFormat::Png) {
        true => figures.par_iter().map(figure::Figure::png).collect::<Result<Vec<_>, _>>()?,
        false => Vec::new(),
    };
    let film = match subject.frames().filter(|frames| frames.times.len() > 1 && !pixels.is_empty()) {
        Some(frames) => Some(motion::animation(frames)?),
        None => None,
    };
    let mut page = subject.page();
    let mut notes = subject.notes();
    notes.extend(page.frames.and_then(frames_note));
    page.numbers.extend(notes.iter().map(|note| ("note", note.clone())));
    let html = page::render(&page, &figures, &drawn);
    // From here on an interruption waits until the folder is whole.
    (request.before_writing)();
    let folder = Folder::new(&place)?;
    let mut pictures = Vec::new();
    let mut write = |name: String, bytes: &[u8]| {
        folder.write(&name, bytes)?;
        pictures.push(request.folder.join(name).display().to_string());
        Ok::<_, ReportError>(())
    };
    for (place, figure) in figures.iter().enumerate() {
        for format in &request.formats {
            let name = format!("{}.{}", figure.name, format.extension());
            match format {
                PictureFormat::Svg => write(name, drawn[place].as_bytes())?,
                PictureFormat::Png => write(name, &pixels[place])?,
            }
        }
    }
    if let Some(film) = film {
        write("animation.png".to_owned(), &film)?;
    }
    folder.write("report.html", html.as_bytes())?;
    folder.finish()?;
    let address = request.folder.join("report.html").display().to_string();
    Ok(ReportSummary { game: page.title, page: address, pictures, notes })
}

/// That the page moves through fewer frames than there are.
fn frames_note(frames: &motion::Frames) -> Option<String> {
    let (shown, all) = (page::frames_of_page(frames), frames.times.len());
    (shown < all).then(|| format!("the page moves through {shown} of {all} of them"))
}

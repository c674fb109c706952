//! The sweep file: a base game, axes over its keys, and what to record.
//!
//! ```toml
//! [sweep]
//! game = "limit-cycle"                      # a file in this folder or below, or a bundled game
//! set = ["solver.time=50"]                  # for all points, as after --set
//! record = ["verdict", "w2"]
//!
//! [[axis]]
//! key = "game.temperature"
//! linspace = { from = 0.05, to = 0.15, points = 11 }
//! ```
//!
//! A point is one value of every axis; the last axis varies fastest, as in the arrays of the result. Each point is a game
//! file of its own: the base with the values of the axes as overrides. What is wrong with the file, and with any value of an
//! axis by itself, is found when the file is read; what only a combination of values brings about is the affair of its point.

mod axis;
mod contents;
mod design;
mod folder;

pub use axis::{AxisVariable, SweepAxis};
pub use folder::{FILE_KEYS, file_part};

use super::diagnostic::Diagnostic;
use super::fault::Fault;
use super::file::document::Document;
use super::file::{overrides, reading};
use super::{GameError, GameFile, catalogue};
use contents::{Contents, read};
use folder::Folder;
use std::path::{Path, PathBuf};

/// Most points of a sweep.
pub const MAXIMUM_POINTS: usize = 1_000_000;
/// Values at either end of an axis that are checked when the file is read.
const CHECKED_VALUES: usize = 50;

/// What the names in a sweep file may mean.
#[derive(Debug, Clone, Copy)]
pub struct Vocabulary<'a> {
    /// What `record` may list.
    pub quantities: &'a [&'static str],
    /// Names of arrays that no axis may have, beside the quantities.
    pub reserved: &'a [&'static str],
    /// Thresholds where the file has none, for the distance and for the duality gap.
    pub thresholds: [&'a [f64]; 2],
}

/// The game that the points are made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseGame {
    /// Where it stands; for a bundled game its name beside the sweep file.
    pub path: PathBuf,
    /// Its text after `set`.
    pub text: String,
}

/// A checked sweep file.
#[derive(Debug, Clone)]
pub struct SweepFile {
    path: PathBuf,
    text: String,
    name: String,
    base: BaseGame,
    axes: Vec<SweepAxis>,
    record: Vec<String>,
    thresholds: [Vec<f64>; 2],
}

impl SweepFile {
    /// Reads and checks a file and its base game. `overrides`, as after `--set`, change the base game of all points.
    ///
    /// # Errors
    /// [`GameError`] with what is wrong and where.
    pub fn load(path: &Path, overrides: &[String], vocabulary: Vocabulary<'_>) -> Result<SweepFile, GameError> {
        Self::parse(path, &reading::read(path)?, overrides, vocabulary)
    }

    /// Checks a text as if it stood in the file `path`.
    ///
    /// # Errors
    /// As [`SweepFile::load`].
    pub fn parse(
        path: &Path,
        text: &str,
        overrides: &[String],
        vocabulary: Vocabulary<'_>,
    ) -> Result<SweepFile, GameError> {
        let document = Document::parse(path, text, Vec::new())?;
        let base = base_game(path, &document, overrides)?;
        let sweep = Self::assemble(path, text, base, vocabulary)?;
        sweep.check_values(&document)?;
        Ok(sweep)
    }

    /// A sweep whose base game is at hand already, as it was when its points were computed; values are not tried.
    ///
    /// # Errors
    /// As [`SweepFile::load`].
    pub fn assemble(
        path: &Path,
        text: &str,
        base: BaseGame,
        vocabulary: Vocabulary<'_>,
    ) -> Result<SweepFile, GameError> {
        let document = Document::parse(path, text, Vec::new())?;
        let folder = Folder::between(path, &base.path);
        let contents = read(&document, &folder, vocabulary).map_err(|fault| document.locate(fault))?;
        let Contents { name, axes, record, thresholds } = contents;
        let name = name.unwrap_or_else(|| path.file_stem().unwrap_or_default().to_string_lossy().into_owned());
        Ok(SweepFile { path: path.to_owned(), text: text.to_owned(), name, base, axes, record, thresholds })
    }

    /// Where the file stands.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its name, for people.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The game that the points are made from.
    pub fn base(&self) -> &BaseGame {
        &self.base
    }

    /// The axes, slowest first.
    pub fn axes(&self) -> &[SweepAxis] {
        &self.axes
    }

    /// What to record, in the order of the file.
    pub fn record(&self) -> &[String] {
        &self.record
    }

    /// Distances and duality gaps whose first times may be recorded.
    pub fn thresholds(&self) -> &[Vec<f64>; 2] {
        &self.thresholds
    }

    /// Number of points.
    pub fn len(&self) -> usize {
        self.axes.iter().map(SweepAxis::len).product()
    }

    /// Whether there is no point: never.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Place on every axis of a point.
    ///
    /// # Panics
    /// When there are not so many points.
    pub fn place(&self, point: usize) -> Vec<usize> {
        assert!(point < self.len(), "point {point} of {}", self.len());
        let mut rest = point;
        let mut place: Vec<usize> = self
            .axes
            .iter()
            .rev()
            .map(|axis| {
                let index = rest % axis.len();
                rest /= axis.len();
                index
            })
            .collect();
        place.reverse();
        place
    }

    /// What a point sets, as after `--set`.
    pub fn settings(&self, point: usize) -> Vec<String> {
        let place = self.place(point);
        self.axes.iter().zip(place).flat_map(|(axis, index)| axis.settings(index)).collect()
    }

    /// The game of a point.
    ///
    /// # Errors
    /// As [`GameFile::load`].
    pub fn game(&self, point: usize) -> Result<GameFile, GameError> {
        GameFile::parse(&self.base.path, &self.base.text, &self.settings(point))
    }

    /// The text of the game of a point, not checked.
    ///
    /// # Errors
    /// [`GameError::Override`] for a key that cannot be set.
    pub fn game_text(&self, point: usize) -> Result<String, GameError> {
        Ok(overrides::apply(&self.base.text, &self.settings(point))?.0)
    }

    /// Tries the values of every axis, with the first values of the others; of a long axis those at its ends.
    fn check_values(&self, document: &Document<'_>) -> Result<(), GameError> {
        let mut stride = self.len();
        for (number, axis) in self.axes.iter().enumerate() {
            stride /= axis.len();
            let is_checked = |i: &usize| *i < CHECKED_VALUES || *i + CHECKED_VALUES >= axis.len();
            // The point of first values belongs to the first axis.
            for index in (0..axis.len()).filter(is_checked).filter(|i| *i > 0 || number == 0) {
                if let Err(error) = self.game(index * stride) {
                    return Err(self.blame(document, number, index, error));
                }
            }
        }
        Ok(())
    }

    /// A fault of a game as a fault of the value that brought it about, if it is one.
    fn blame(&self, document: &Document<'_>, number: usize, index: usize, error: GameError) -> GameError {
        let concerns = |axis: &SweepAxis, diagnostic: &Diagnostic| {
            axis.keys().iter().any(|key| {
                let (key, found) = (key.as_str(), diagnostic.key.as_str());
                found == key || found.strip_prefix(key).is_some_and(|rest| rest.starts_with(['.', '[']))
            })
        };
        let (number, text) = match &error {
            // The first point is nobody's fault unless the key is that of an axis.
            GameError::File(diagnostic) if number == 0 && index == 0 => {
                match self.axes.iter().position(|axis| concerns(axis, diagnostic)) {
                    Some(number) => (number, text_of(diagnostic)),
                    None => return error,
                }
            }
            GameError::File(diagnostic) => (number, text_of(diagnostic)),
            GameError::Override { message, .. } => (number, message.clone()),
            _ => return error,
        };
        let axis = &self.axes[number];
        let message = format!("{}: {text}", axis.settings(index).join(", "));
        document.locate(Fault::new(axis.key_of_value(number, index), message))
    }
}

/// Message and advice of a diagnostic, with the key.
fn text_of(diagnostic: &Diagnostic) -> String {
    let help = diagnostic.help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
    format!("{}: {}{help}", diagnostic.key, diagnostic.message)
}

/// The text of the base game after `set` and after `--set`.
fn base_game(path: &Path, document: &Document<'_>, more: &[String]) -> Result<BaseGame, GameError> {
    let locate = |fault: Fault| document.locate(fault);
    let sweep = document.section().require("sweep").and_then(|entry| entry.section()).map_err(locate)?;
    let entry = sweep.require("game").map_err(|fault| locate(fault.with_help("a game file, or a bundled game")))?;
    let name = entry.text().map_err(locate)?;
    let home = path.parent().unwrap_or(Path::new(""));
    let beside = Folder::of_sweep(path);
    let is_bundled = catalogue::is_plain_name(name) && !home.join(name).exists();
    let (game, text) = match is_bundled {
        true => match catalogue::get(name) {
            Ok(game) => (home.join(format!("{name}.toml")), game.text.to_owned()),
            Err(error) => return Err(locate(Fault::new(entry.key, error.to_string()))),
        },
        false => {
            let game = beside.inside(name).map_err(|message| locate(Fault::new(entry.key.clone(), message)))?;
            let text =
                reading::read(&game).map_err(|error| locate(Fault::new(entry.key.clone(), error.to_string())))?;
            (game, text)
        }
    };
    Document::parse(&game, &text, Vec::new())?;
    let folder = Folder::between(path, &game);
    let mut settings = Vec::new();
    if let Some(set) = sweep.get("set") {
        for element in set.elements("an array of texts such as \"solver.time=50\"").map_err(locate)? {
            let refuse = |message: String| locate(Fault::new(element.key.clone(), message));
            let setting = folder.relocate(element.text().map_err(locate)?).map_err(refuse)?;
            if let Err(error) = overrides::apply(&text, std::slice::from_ref(&setting)) {
                let GameError::Override { message, .. } = error else { return Err(error) };
                return Err(refuse(message));
            }
            settings.push(setting);
        }
    }
    settings.extend_from_slice(more);
    let (text, _) = overrides::apply(&text, &settings)?;
    Ok(BaseGame { path: game, text })
}

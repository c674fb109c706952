//! The game file: text, overrides, tables, faults with their place.
//!
//! A file is read into a TOML tree that knows the place of every key and value; `sections` turns the tree into
//! checked types. Whatever is wrong is first a [`Fault`](super::Fault) that names a key, and becomes a
//! [`Diagnostic`](super::Diagnostic)
//! with line, column and caret in one place, `document`.

pub(super) mod document;
mod flow;
pub(super) mod overrides;
pub(super) mod reading;
mod regulariser;
mod sections;

use super::{Domain, FlowChoice, Game, GameError, Output, Solver};
use document::Document;
use std::path::{Path, PathBuf};

/// The text of a file that is a game or a part of one: of a plain file of at most 16 MiB, without byte order mark.
///
/// # Errors
/// [`GameError`] for what is no such file.
pub fn read_text(path: &Path) -> Result<String, GameError> {
    reading::read(path)
}

/// A checked game file.
#[derive(Debug, Clone)]
pub struct GameFile {
    path: PathBuf,
    text: String,
    game: Game,
    flow: FlowChoice,
    solver: Solver,
    output: Output,
}

impl GameFile {
    /// Reads and checks a file. Each override is `key=value`, as after `--set`; a value that is not TOML is a string.
    /// Setting one of `payoff`, `terms`, `kernel`, `table`, or one of `snapshots`, `every`, `times`, removes the others;
    /// setting `flow.dynamics` removes the other keys of `[flow]`, setting `game.regulariser` its `tsallis_q` and `reference`.
    ///
    /// # Errors
    /// [`GameError`] with what is wrong and where; line and column are those of the text after overrides.
    pub fn load(path: impl AsRef<Path>, overrides: &[String]) -> Result<GameFile, GameError> {
        let path = path.as_ref();
        Self::parse(path, &reading::read(path)?, overrides)
    }

    /// Checks a text as if it stood in the file `path`.
    ///
    /// # Errors
    /// As [`GameFile::load`].
    pub fn parse(path: impl AsRef<Path>, text: &str, overrides: &[String]) -> Result<GameFile, GameError> {
        let path = path.as_ref();
        let mut text = text.to_owned();
        let mut origins = Vec::new();
        if !overrides.is_empty() {
            Document::parse(path, &text, Vec::new())?;
            (text, origins) = overrides::apply(&text, overrides)?;
        }
        let document = Document::parse(path, &text, origins)?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let contents = sections::read(&document.section(), folder).map_err(|fault| document.locate(fault))?;
        let sections::Contents { game, flow, solver, output } = contents;
        Ok(GameFile { path: path.to_owned(), text, game, flow, solver, output })
    }

    /// The same game, but with fixed grids that may leave spectral tails up to `largest_tail`, whatever the tolerance: for
    /// measuring the error of grids that a run would refuse.
    pub fn allowing_tails(mut self, largest_tail: f64) -> GameFile {
        self.solver.allow_tail(largest_tail);
        self
    }

    /// The same file with players on the line in other boxes.
    ///
    /// # Errors
    /// [`GameError`] with the key that is at fault.
    pub fn in_boxes(&self, domain: [Domain; 2]) -> Result<GameFile, GameError> {
        Ok(GameFile { game: self.game.clone().with_domain(domain)?, ..self.clone() })
    }

    /// Where the file stands.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The text after overrides: what the output file keeps as its attribute `game`.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The game.
    pub fn game(&self) -> &Game {
        &self.game
    }

    /// Which dynamics it follows.
    pub fn flow(&self) -> &FlowChoice {
        &self.flow
    }

    /// How to solve it.
    pub fn solver(&self) -> &Solver {
        &self.solver
    }

    /// When to write it.
    pub fn output(&self) -> &Output {
        &self.output
    }
}

//! The games that come with the program.

use super::{GameError, GameFile};
use std::path::Path;

/// One bundled game.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BundledGame {
    /// Its name, as in `nashflow games show NAME`.
    pub name: &'static str,
    /// The text of its file.
    pub text: &'static str,
}

macro_rules! bundled {
    ($kind:ident, $folder:literal, $($name:literal),* $(,)?) => {
        &[$($kind { name: $name, text: include_str!(concat!("../../data/", $folder, "/", $name, ".toml")) }),*]
    };
}

const GAMES: &[BundledGame] = bundled![
    BundledGame,
    "games",
    "rotation",
    "separable",
    "limit-cycle",
    "limit-cycle-warm",
    "double-well-line",
    "wang-chizat-random",
    "wang-chizat-hard",
    "convolution",
    "two-temperatures",
    "players-1x2",
    "players-2x2",
    "chi-squared",
    "reference-density",
];

/// One bundled sweep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BundledSweep {
    /// Its name, as in `nashflow sweep NAME`.
    pub name: &'static str,
    /// The text of its file.
    pub text: &'static str,
}

const SWEEPS: &[BundledSweep] = bundled![BundledSweep, "sweeps", "basin", "phase-diagram", "gap"];

/// Whether a word can name something bundled: whatever has a folder or a suffix is meant as a file.
pub fn is_plain_name(word: &str) -> bool {
    !word.contains(['/', '\\', '.'])
}

/// The first comment line of a file: what it shows.
fn first_comment(text: &'static str) -> &'static str {
    text.lines().next().unwrap_or_default().trim_start_matches('#').trim()
}

impl BundledSweep {
    /// The first comment line of the file: what the sweep shows.
    pub fn summary(&self) -> &'static str {
        first_comment(self.text)
    }
}

/// All bundled sweeps.
pub fn sweeps() -> &'static [BundledSweep] {
    SWEEPS
}

/// The bundled sweep of this name.
///
/// # Errors
/// [`GameError::UnknownSweep`] with the names there are.
pub fn sweep(name: &str) -> Result<&'static BundledSweep, GameError> {
    SWEEPS.iter().find(|sweep| sweep.name == name).ok_or_else(|| GameError::UnknownSweep {
        name: name.to_owned(),
        known: SWEEPS.iter().map(|sweep| sweep.name).collect::<Vec<_>>().join(", "),
    })
}

impl BundledGame {
    /// The first comment line of the file: what the game shows.
    pub fn summary(&self) -> &'static str {
        first_comment(self.text)
    }

    /// The file, checked.
    ///
    /// # Errors
    /// As [`GameFile::load`]; without overrides there are none.
    pub fn load(&self, overrides: &[String]) -> Result<GameFile, GameError> {
        GameFile::parse(format!("{}.toml", self.name), self.text, overrides)
    }
}

/// All bundled games.
pub fn list() -> &'static [BundledGame] {
    GAMES
}

/// The bundled game of this name.
///
/// # Errors
/// [`GameError::UnknownGame`] with the names there are.
pub fn get(name: &str) -> Result<&'static BundledGame, GameError> {
    GAMES.iter().find(|game| game.name == name).ok_or_else(|| GameError::UnknownGame {
        name: name.to_owned(),
        known: GAMES.iter().map(|game| game.name).collect::<Vec<_>>().join(", "),
    })
}

/// The game file of this path or, when there is no such file, the bundled game of this name.
///
/// # Errors
/// As [`GameFile::load`]; [`GameError::UnknownGame`] for a plain name that is none.
pub fn load(game: &Path, overrides: &[String]) -> Result<GameFile, GameError> {
    match game.to_str().filter(|name| is_plain_name(name) && !game.exists()) {
        Some(name) => get(name)?.load(overrides),
        None => GameFile::load(game, overrides),
    }
}

/// The text of the bundled game or, if there is none, of the bundled sweep of this name.
///
/// # Errors
/// [`GameError::UnknownGame`] with the names there are.
pub fn text(name: &str) -> Result<&'static str, GameError> {
    get(name).map(|game| game.text).or_else(|error| sweep(name).map(|sweep| sweep.text).map_err(|_| error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bundled_game_is_valid_and_says_what_it_shows() {
        for game in list() {
            game.load(&[]).unwrap_or_else(|error| panic!("{}: {error}", game.name));
            assert!(game.text.starts_with("# ") && game.summary().len() > 20, "{}", game.name);
        }
    }

    #[test]
    fn an_unknown_name_lists_the_known_ones() {
        assert!(get("rotation").is_ok());
        assert!(get("nothing").unwrap_err().to_string().contains("rotation, separable"));
    }
}

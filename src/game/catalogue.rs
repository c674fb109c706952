//! The games that come with the program.

use super::{GameError, GameFile};

/// One bundled game.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BundledGame {
    /// Its name, as in `nashflow games show NAME`.
    pub name: &'static str,
    /// The text of its file.
    pub text: &'static str,
}

macro_rules! bundled {
    ($($name:literal),* $(,)?) => {
        &[$(BundledGame { name: $name, text: include_str!(concat!("../../data/games/", $name, ".toml")) }),*]
    };
}

const GAMES: &[BundledGame] = bundled![
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
];

impl BundledGame {
    /// The first comment line of the file: what the game shows.
    pub fn summary(&self) -> &'static str {
        self.text.lines().next().unwrap_or_default().trim_start_matches('#').trim()
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

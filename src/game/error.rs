//! Why there is no game: what is wrong with its file, an override or a part.

use super::diagnostic::Diagnostic;
use super::fault::Fault;
use std::path::PathBuf;

/// Why there is no game.
#[derive(Debug, thiserror::Error)]
pub enum GameError {
    /// The file cannot be opened or read.
    #[error("{}: cannot be read: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The reason given by the system.
        source: std::io::Error,
    },
    /// A directory, a pipe, a device: anything that is not a plain file.
    #[error("{}: is {kind}; expected a plain text file", path.display())]
    NotAFile {
        /// The file.
        path: PathBuf,
        /// What it is.
        kind: &'static str,
    },
    /// More bytes than any game needs.
    #[error("{}: has {bytes} bytes; at most {maximum} are read", path.display())]
    TooLong {
        /// The file.
        path: PathBuf,
        /// Its length.
        bytes: u64,
        /// The limit.
        maximum: u64,
    },
    /// Not UTF-8.
    #[error("{}: byte {offset} is not UTF-8; expected UTF-8 text", path.display())]
    NotUtf8 {
        /// The file.
        path: PathBuf,
        /// Offset of the first byte that does not fit.
        offset: usize,
    },
    /// An override cannot be applied.
    #[error("--set {argument}: {message}")]
    Override {
        /// The override as typed.
        argument: String,
        /// What is wrong with it.
        message: String,
    },
    /// Something in the file is wrong.
    #[error("{0}")]
    File(Box<Diagnostic>),
    /// A game made without a file is wrong.
    #[error(transparent)]
    Invalid(#[from] Fault),
    /// No bundled game has this name.
    #[error("there is no bundled game `{name}`; there are: {known}")]
    UnknownGame {
        /// The name asked for.
        name: String,
        /// The names there are, separated by commas.
        known: String,
    },
    /// No bundled sweep has this name.
    #[error("there is no sweep file and no bundled sweep `{name}`; there are: {known}")]
    UnknownSweep {
        /// The name asked for.
        name: String,
        /// The names there are, separated by commas.
        known: String,
    },
}

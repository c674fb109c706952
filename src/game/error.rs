//! What is wrong with a game, and where in its file.

use super::file::Diagnostic;
use std::path::PathBuf;

/// One thing that is wrong with the contents of a game: which key, what was got, what is allowed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {message}{}", help.as_ref().map(|help| format!("; {help}")).unwrap_or_default())]
pub struct Fault {
    /// The key, with dots, as in `game.domain.x.period` or `game.terms[2].x`.
    pub key: String,
    /// What is wrong: expected and got.
    pub message: String,
    /// What is allowed or what to write instead.
    pub help: Option<String>,
    /// For a fault inside an expression: byte offset and length of the faulty part.
    pub within: Option<(usize, usize)>,
    /// Whether the name of the key is at fault rather than its value.
    pub names_key: bool,
}

impl Fault {
    pub(super) fn new(key: impl Into<String>, message: impl Into<String>) -> Fault {
        Fault { key: key.into(), message: message.into(), help: None, within: None, names_key: false }
    }

    pub(super) fn with_help(mut self, help: impl Into<String>) -> Fault {
        self.help = Some(help.into());
        self
    }

    /// A list that should have one number per axis.
    pub(super) fn axis_count(key: impl Into<String>, axes: usize, got: usize) -> Fault {
        Fault::new(key, format!("expected one number per axis, that is {axes}, got {got}"))
    }

    pub(super) fn from_expression(key: impl Into<String>, error: super::ExpressionError) -> Fault {
        let within = Some((error.position, error.length));
        Fault { help: error.help, within, ..Fault::new(key, error.message) }
    }
}

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
    #[error("{}: is {kind}; a game is a plain text file", path.display())]
    NotAFile {
        /// The file.
        path: PathBuf,
        /// What it is.
        kind: &'static str,
    },
    /// More bytes than any game needs.
    #[error("{}: has {bytes} bytes; a game file has at most {maximum}", path.display())]
    TooLong {
        /// The file.
        path: PathBuf,
        /// Its length.
        bytes: u64,
        /// The limit.
        maximum: u64,
    },
    /// Not UTF-8.
    #[error("{}: byte {offset} is not UTF-8; a game file is UTF-8 text", path.display())]
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
}

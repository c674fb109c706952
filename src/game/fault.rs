//! What is wrong with one key of a game, whether it was read from a file or not.

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

    /// Refuses control characters in a name: terminals obey them, and texts in HDF5 end at the first NUL.
    pub(super) fn unless_printable(key: &str, name: &str) -> Result<(), Fault> {
        match name.chars().find(|c| c.is_control()) {
            None => Ok(()),
            Some(c) => {
                let message = format!("has the control character U+{:04X}", u32::from(c));
                Err(Fault::new(key, message).with_help("a name is one line of text"))
            }
        }
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

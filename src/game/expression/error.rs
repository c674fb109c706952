//! What is wrong with an expression, and where.

use std::fmt;

/// A fault in the text of an expression, with its place in that text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpressionError {
    /// What is wrong, without the place.
    pub message: String,
    /// Byte offset of the fault in the text.
    pub position: usize,
    /// Number of bytes concerned (0 at the end of the text).
    pub length: usize,
    /// What is allowed, or what to write instead.
    pub help: Option<String>,
}

impl ExpressionError {
    pub(super) fn new(message: impl Into<String>, position: usize, length: usize) -> Self {
        ExpressionError { message: message.into(), position, length, help: None }
    }

    pub(super) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for ExpressionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (byte {})", self.message, self.position)?;
        match &self.help {
            Some(help) => write!(f, "; {help}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ExpressionError {}

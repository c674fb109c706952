//! A fault with its place in a text, written the way compilers write it.

use super::fault::Fault;
use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// Most characters of a source line that are shown.
const SHOWN_WIDTH: usize = 100;

/// A fault in a game file: `FILE:LINE:COLUMN: KEY: MESSAGE`, the line, a caret, the advice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The file.
    pub path: PathBuf,
    /// Line, from 1; of the text after overrides.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// The key at fault, empty when the text is not TOML.
    pub key: String,
    /// What is wrong.
    pub message: String,
    /// What is allowed.
    pub help: Option<String>,
    /// The override that set the faulty value, as typed.
    pub from_set: Option<String>,
    /// The line as it stands, and the columns to underline.
    excerpt: (String, Range<usize>),
}

impl Diagnostic {
    /// The fault at a range of bytes of `text`.
    pub(super) fn new(path: &Path, text: &str, span: Range<usize>, fault: Fault, from_set: Option<String>) -> Self {
        let start = floor_boundary(text, span.start);
        let end = floor_boundary(text, span.end).max(start);
        let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
        let line = text[line_start..line_end].trim_end_matches('\r');
        let before = text[line_start..start].chars().count();
        let marked = text[start..end.min(line_end)].chars().count().max(1);
        Diagnostic {
            path: path.to_owned(),
            line: text[..line_start].matches('\n').count() + 1,
            column: before + 1,
            key: fault.key,
            message: fault.message,
            help: fault.help,
            from_set,
            excerpt: cropped(line, before..before + marked),
        }
    }

    /// The first line of the message.
    pub fn headline(&self) -> String {
        let key = if self.key.is_empty() { String::new() } else { format!("{}: ", self.key) };
        let origin = self.from_set.as_ref().map(|set| format!(" (from --set {set})")).unwrap_or_default();
        format!("{}:{}:{}: {key}{}{origin}", self.path.display(), self.line, self.column, self.message)
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let margin = self.line.to_string().len();
        let (line, marked) = &self.excerpt;
        writeln!(f, "{}", self.headline())?;
        writeln!(f, "{:margin$} |", "")?;
        writeln!(f, "{} | {line}", self.line)?;
        write!(f, "{:margin$} | {:skip$}{}", "", "", "^".repeat(marked.len()), skip = marked.start)?;
        match &self.help {
            Some(help) => write!(f, "\n{:margin$} = {help}", ""),
            None => Ok(()),
        }
    }
}

/// The largest character boundary that is not after `at`.
fn floor_boundary(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at).rev().find(|&i| text.is_char_boundary(i)).unwrap_or(0)
}

/// At most [`SHOWN_WIDTH`] characters of the line around the marked columns; tabs and other control characters are
/// shown as spaces, so that the caret stands where it should.
fn cropped(line: &str, marked: Range<usize>) -> (String, Range<usize>) {
    let from = marked.start.saturating_sub(SHOWN_WIDTH / 2);
    let printable = |c: char| if c.is_control() { ' ' } else { c };
    let shown: String = line.chars().skip(from).take(SHOWN_WIDTH).map(printable).collect();
    let prefix = if from > 0 { ".." } else { "" };
    let start = marked.start - from + prefix.len();
    let length = marked.len().min(SHOWN_WIDTH / 2);
    (format!("{prefix}{shown}"), start..start + length)
}

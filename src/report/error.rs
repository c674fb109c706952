//! What can go wrong with a report.

use crate::experiment::RunError;
use crate::output::OutputError;
use plotters::drawing::DrawingAreaErrorKind;
use std::path::PathBuf;

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The file could not be read, or is not ours.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// The game in the file could not be solved again.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The file holds no snapshot yet.
    #[error("{} holds no snapshot yet", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// Something is in the way.
    #[error("{} already exists; --force replaces a folder that holds nothing but an older report", path.display())]
    Exists {
        /// The folder.
        path: PathBuf,
    },
    /// A folder that is not an older report is never replaced.
    #[error("{} holds {found}, which is no part of a report; choose another folder", path.display())]
    NotAReport {
        /// The folder.
        path: PathBuf,
        /// What is in it.
        found: String,
    },
    /// A folder that commands are typed in is not exchanged under their feet.
    #[error("{} is the folder that this runs in, or holds it; name another one", path.display())]
    Here {
        /// The folder.
        path: PathBuf,
    },
    /// The folder that is to hold the new one is not there.
    #[error("cannot open the folder {}: {source}", path.display())]
    NoFolder {
        /// The folder.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A file format that is not known.
    #[error("--format {found}: must be svg, png or both, between commas")]
    Format {
        /// What was asked for.
        found: String,
    },
    /// An operation of the file system failed.
    #[error("cannot {action} {}: {source}", path.display())]
    System {
        /// What was tried, as a verb.
        action: &'static str,
        /// On which path.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A figure could not be drawn.
    #[error("a figure could not be drawn: {0}")]
    Drawing(String),
}

impl ReportError {
    /// The exit status of the command.
    pub fn exit_status(&self) -> i32 {
        match self {
            ReportError::Run(error) => error.exit_status(),
            ReportError::System { .. } | ReportError::Drawing(_) => 3,
            _ => 2,
        }
    }
}

impl<E: std::error::Error + Send + Sync> From<DrawingAreaErrorKind<E>> for ReportError {
    fn from(error: DrawingAreaErrorKind<E>) -> ReportError {
        ReportError::Drawing(error.to_string())
    }
}

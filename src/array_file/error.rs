//! What can be wrong with a file of numbers.

use super::NumericArray;
use std::path::{Path, PathBuf};

/// Why there is no array.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ArrayError {
    /// The system does not give it.
    #[error("cannot read {}: {reason}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        reason: String,
    },
    /// It is not what it should be.
    #[error("{}: {reason}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong and what is expected.
        reason: String,
    },
    /// A line of text that does not hold numbers.
    #[error("{}:{line}: {reason}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong and what is expected.
        reason: String,
    },
    /// More values than are read.
    #[error(
        "{}: the array of shape {shape:?} takes {:.1e} bytes; at most {:.1e} are allowed",
        path.display(),
        8.0 * values,
        8.0 * NumericArray::MOST_VALUES as f64
    )]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Shape announced.
        shape: Vec<usize>,
        /// Product of the lengths, as a float: it may exceed any integer type.
        values: f64,
    },
    /// The file ends before the values that it announces.
    #[error("{}: its header announces {announced} bytes of values of shape {shape:?}, there are {there}", path.display())]
    Short {
        /// The file.
        path: PathBuf,
        /// Shape announced.
        shape: Vec<usize>,
        /// Bytes announced.
        announced: u64,
        /// Bytes there.
        there: u64,
    },
}

impl ArrayError {
    pub(super) fn read(path: &Path, error: std::io::Error) -> ArrayError {
        ArrayError::Read { path: path.into(), reason: error.to_string() }
    }

    pub(super) fn format(path: &Path, reason: impl Into<String>) -> ArrayError {
        ArrayError::Format { path: path.into(), reason: reason.into() }
    }
}

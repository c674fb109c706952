//! What can go wrong with an output file.

use crate::torus::TorusError;
use std::path::{Path, PathBuf};

/// Why an output file could not be written, resumed or read.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// The output (or its unfinished replacement) is there already and overwriting was not asked for.
    #[error("{} already exists; --force replaces it{hint}", path.display())]
    Exists {
        /// The file that is in the way.
        path: PathBuf,
        /// What else can be done with it; empty when nothing.
        hint: &'static str,
    },
    /// The output path names a folder, a pipe, a device.
    #[error("{} is not a regular file; an output file can not be put in its place", path.display())]
    NotAFile {
        /// The path as given.
        path: PathBuf,
    },
    /// HDF5 takes names in UTF-8 only.
    #[error("the name {} is not UTF-8, which HDF5 needs; choose another name", path.display())]
    NotUtf8 {
        /// The output.
        path: PathBuf,
    },
    /// Another process holds the lock.
    #[error("{} is being written by another process (lock {}){hint}", path.display(), lock.display())]
    Locked {
        /// The output.
        path: PathBuf,
        /// The lock file.
        lock: PathBuf,
        /// What to do where the file system has no locks; empty otherwise.
        hint: &'static str,
    },
    /// An operation of the file system failed before HDF5 was involved.
    #[error("cannot {action} {}: {source}", path.display())]
    System {
        /// What was tried, as a verb.
        action: &'static str,
        /// On which path.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// There is no room for the file.
    #[error("no room for {}: {bytes} bytes are needed: {source}", path.display())]
    NoRoom {
        /// The output.
        path: PathBuf,
        /// Bytes of the file that was to be reserved.
        bytes: u64,
        /// The system's reason.
        source: std::io::Error,
    },
    /// HDF5 failed to write. See [`OutputError::leaves_hdf5_broken`].
    #[error("writing {} failed ({what}): {message}", path.display())]
    Write {
        /// The file that was written.
        path: PathBuf,
        /// What was being written.
        what: String,
        /// The library's message.
        message: String,
    },
    /// The file is not HDF5, or HDF5 that nashflow has not written.
    #[error("{} was not written by nashflow: {reason}", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What tells so.
        reason: String,
    },
    /// The file is nashflow's but can not be read, or contradicts itself.
    #[error("{} is damaged: {reason}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The file was written by a later version of nashflow.
    #[error("{} has format version {found}; this nashflow reads up to {known}", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Version in the file.
        found: i64,
        /// Latest version known here.
        known: i64,
    },
    /// The file holds no such state.
    #[error("{}: {reason}", path.display())]
    NoSuchState {
        /// The file.
        path: PathBuf,
        /// What was asked for and what is there.
        reason: String,
    },
    /// A number that was to be written is NaN or infinite.
    #[error("{dataset} is {value} at index {index:?} (t = {time}); it was not written")]
    NotFinite {
        /// The dataset, or the key of a checkpoint.
        dataset: String,
        /// Multi-index within one snapshot.
        index: Vec<usize>,
        /// The value.
        value: f64,
        /// Time of the record.
        time: f64,
    },
    /// Snapshot times are finite and strictly increasing.
    #[error("snapshot times must be finite and strictly increasing: {after} comes after {before}")]
    Order {
        /// The earlier time.
        before: f64,
        /// The time that should be later.
        after: f64,
    },
    /// The grid found in a file is not one.
    #[error("{}: {source}", path.display())]
    Grid {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: TorusError,
    },
    /// The writer has stopped after an error that was reported before.
    #[error("{} is no longer written: an earlier error ended it", path.display())]
    Stopped {
        /// The output.
        path: PathBuf,
    },
}

impl OutputError {
    /// Whether HDF5 was left with data it could not write.
    ///
    /// After that the library's own exit handlers crash the process. The handles have been leaked on purpose; a
    /// program prints this error and ends with `libc::_exit(3)` instead of returning from `main`.
    pub fn leaves_hdf5_broken(&self) -> bool {
        matches!(self, OutputError::Write { .. })
    }

    /// Whether the disk failed or is full: the command was right and may be given again.
    pub fn is_failed_write(&self) -> bool {
        match self {
            OutputError::Write { .. } | OutputError::NoRoom { .. } | OutputError::Stopped { .. } => true,
            OutputError::System { source, .. } => matches!(
                source.raw_os_error(),
                Some(libc::ENOSPC | libc::EDQUOT | libc::EFBIG | libc::EIO | libc::ENOMEM | libc::EAGAIN)
            ),
            _ => false,
        }
    }

    pub(super) fn system(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> OutputError {
        let path = path.to_path_buf();
        move |source| OutputError::System { action, path, source }
    }

    pub(super) fn write(path: &Path, what: &str) -> impl FnOnce(hdf5::Error) -> OutputError {
        let (path, what) = (path.to_path_buf(), what.to_string());
        move |error| OutputError::Write { path, what, message: one_line(&error) }
    }

    pub(super) fn damaged(path: &Path, what: &str) -> impl FnOnce(hdf5::Error) -> OutputError {
        let (path, what) = (path.to_path_buf(), what.to_string());
        move |error| OutputError::Damaged { path, reason: format!("{what}: {}", one_line(&error)) }
    }
}

/// HDF5 breaks its messages.
fn one_line(error: &hdf5::Error) -> String {
    error.to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}

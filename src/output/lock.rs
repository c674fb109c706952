//! One writer for each output: an advisory lock on `OUT.h5.lock`.
//!
//! HDF5's own locking is off, because it keeps readers out while a run goes on and fails on network file systems.
//! The lock belongs to the open file, so a killed process leaves none behind, only an empty file that does no harm.

use super::OutputError;
use std::fs::{File, OpenOptions};
use std::io::ErrorKind;
use std::os::fd::AsRawFd;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Held for as long as the output is written; released and removed when dropped.
#[derive(Debug)]
pub(super) struct Lock {
    path: PathBuf,
    _file: File,
}

impl Lock {
    /// Takes the lock at once or not at all.
    pub(super) fn take(output: &Path, path: &Path) -> Result<Lock, OutputError> {
        loop {
            let (file, created) = open(path)?;
            // SAFETY: the descriptor is open.
            if unsafe { libc::flock(file.as_raw_fd(), libc::LOCK_EX | libc::LOCK_NB) } != 0 {
                let hint = match std::io::Error::last_os_error() {
                    error if error.raw_os_error() == Some(libc::EWOULDBLOCK) => "",
                    error if is_unsupported(&error) && created => return Ok(Lock { path: path.into(), _file: file }),
                    error if is_unsupported(&error) => "; there are no locks here: remove that file if no process runs",
                    error => {
                        if created {
                            // Nobody holds it. The error of the lock matters more than one of this.
                            let _ = std::fs::remove_file(path);
                        }
                        return Err(OutputError::system("lock", path)(error));
                    }
                };
                return Err(OutputError::Locked { path: output.into(), lock: path.into(), hint });
            }
            // The previous holder may have removed the file between our open and our lock: then this lock guards
            // a file that nobody else will ever see.
            let ours = file.metadata().map_err(OutputError::system("inspect", path))?;
            match std::fs::metadata(path) {
                Ok(now) if now.ino() == ours.ino() && now.dev() == ours.dev() => {
                    return Ok(Lock { path: path.into(), _file: file });
                }
                _ => continue,
            }
        }
    }
}

/// The lock file, and whether it was not there before.
fn open(path: &Path) -> Result<(File, bool), OutputError> {
    match OpenOptions::new().create_new(true).write(true).open(path) {
        Ok(file) => Ok((file, true)),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let file = OpenOptions::new().create(true).truncate(false).write(true).open(path);
            Ok((file.map_err(OutputError::system("open", path))?, false))
        }
        Err(error) => Err(OutputError::system("create", path)(error)),
    }
}

/// On such a file system the existence of the file is the lock, and one left by a killed process must be removed by
/// hand.
fn is_unsupported(error: &std::io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::ENOLCK | libc::ENOSYS | libc::EOPNOTSUPP))
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Removed while still locked. A file that stays behind is harmless, so a failure is of no interest.
        let _ = std::fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_lock_is_refused_until_the_first_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let (output, path) = (folder.path().join("a.h5"), folder.path().join("a.h5.lock"));
        let first = Lock::take(&output, &path).unwrap();
        assert!(matches!(Lock::take(&output, &path), Err(OutputError::Locked { .. })));
        drop(first);
        assert!(!path.exists());
        std::fs::write(&path, "").unwrap();
        Lock::take(&output, &path).unwrap();
    }
}

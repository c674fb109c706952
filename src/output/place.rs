//! The files around an output: `OUT.h5` itself, `OUT.h5.part` while it replaces an older one, `OUT.h5.tmp` while a
//! file is being written whole, `OUT.h5.lock`.
//!
//! Whoever holds the lock owns the other three, so their names need not be random and a killed process leaves no litter
//! that the next one would not reuse.

use super::OutputError;
use super::lock::Lock;
use std::fs::File;
use std::path::{Path, PathBuf};

#[derive(Debug, Clone)]
pub(super) struct Place {
    pub output: PathBuf,
    pub part: PathBuf,
    pub temporary: PathBuf,
    lock: PathBuf,
    folder: PathBuf,
}

impl Place {
    /// Refuses what is not a regular file; a link is followed, so that the file it names is replaced and not the link.
    pub fn new(path: &Path) -> Result<Place, OutputError> {
        let output = match std::fs::metadata(path) {
            Ok(metadata) if metadata.is_file() => path.canonicalize().map_err(OutputError::system("find", path))?,
            Ok(_) => return Err(OutputError::NotAFile { path: path.to_path_buf() }),
            Err(_) => path.to_path_buf(),
        };
        let name = output.file_name().ok_or_else(|| OutputError::NotAFile { path: path.to_path_buf() })?;
        if output.to_str().is_none() {
            return Err(OutputError::NotUtf8 { path: output });
        }
        let beside = |suffix: &str| {
            let mut name = name.to_os_string();
            name.push(suffix);
            output.with_file_name(name)
        };
        let folder = match output.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder.to_path_buf(),
            _ => PathBuf::from("."),
        };
        std::fs::read_dir(&folder).map_err(OutputError::system("open the folder", &folder))?;
        Ok(Place { part: beside(".part"), temporary: beside(".tmp"), lock: beside(".lock"), folder, output })
    }

    pub fn lock(&self) -> Result<Lock, OutputError> {
        Lock::take(&self.output, &self.lock)
    }

    /// The first of the finished or unfinished outputs that is there.
    pub fn existing(&self) -> Option<&Path> {
        [&self.output, &self.part].into_iter().find(|path| path.exists()).map(PathBuf::as_path)
    }

    /// Fails when `bytes` more do not fit on the disk or in a quota, while HDF5 is not yet involved: after a failed
    /// write it can not be used any more.
    pub fn reserve(&self, bytes: u64) -> Result<(), OutputError> {
        let file = File::create(&self.temporary).map_err(OutputError::system("create", &self.temporary))?;
        let result = allocate(&file, bytes);
        drop(file);
        let removed = std::fs::remove_file(&self.temporary).map_err(OutputError::system("remove", &self.temporary));
        result.map_err(|source| OutputError::NoRoom { path: self.output.clone(), bytes, source })?;
        removed
    }

    /// Puts the complete temporary file in the place of `target`, for good.
    pub fn install(&self, target: &Path) -> Result<(), OutputError> {
        let installed = sync(&self.temporary)
            .and_then(|()| std::fs::rename(&self.temporary, target).map_err(OutputError::system("replace", target)));
        self.unless_failed(installed)?;
        let folder = File::open(&self.folder).and_then(|folder| folder.sync_all());
        folder.map_err(OutputError::system("flush the folder of", target))
    }

    /// Removes the temporary file after a failure: on a full disk it takes room that others need.
    pub fn unless_failed<T>(&self, result: Result<T, OutputError>) -> Result<T, OutputError> {
        if result.is_err() {
            // That this fails too says nothing more, and the next owner of the lock replaces the file.
            let _ = std::fs::remove_file(&self.temporary);
        }
        result
    }

    /// Removes a file that may not be there.
    pub fn remove(&self, path: &Path) -> Result<(), OutputError> {
        match std::fs::remove_file(path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(OutputError::system("remove", path)(error))
            }
            _ => Ok(()),
        }
    }
}

/// Waits until everything written to a file or folder is on the disk.
pub(super) fn sync(path: &Path) -> Result<(), OutputError> {
    File::open(path).and_then(|file| file.sync_all()).map_err(OutputError::system("flush", path))
}

#[cfg(target_os = "linux")]
fn allocate(file: &File, bytes: u64) -> std::io::Result<()> {
    use std::os::fd::AsRawFd;
    let length = libc::off_t::try_from(bytes).map_err(|_| std::io::Error::from_raw_os_error(libc::EFBIG))?;
    // SAFETY: the descriptor is open.
    match unsafe { libc::fallocate(file.as_raw_fd(), 0, 0, length) } {
        0 => Ok(()),
        _ => match std::io::Error::last_os_error() {
            // File systems that can not reserve are not asked to.
            error if matches!(error.raw_os_error(), Some(libc::EOPNOTSUPP | libc::ENOSYS)) => Ok(()),
            error => Err(error),
        },
    }
}

#[cfg(not(target_os = "linux"))]
fn allocate(file: &File, bytes: u64) -> std::io::Result<()> {
    file.set_len(bytes)
}

//! A folder for the files of the runs, removed in the end.

use crate::experiment::RunError;
use std::path::{Path, PathBuf};

/// The folder.
pub struct Workplace {
    folder: PathBuf,
}

impl Workplace {
    /// A new folder among the temporary ones of the system, named after a command.
    ///
    /// # Errors
    /// [`RunError::Workplace`] when none can be made.
    pub fn new(command: &str) -> Result<Workplace, RunError> {
        let base = std::env::temp_dir();
        let process = std::process::id();
        for number in 0_u32.. {
            let folder = base.join(format!("nashflow-{command}-{process}-{number}"));
            match std::fs::create_dir(&folder) {
                Ok(()) => return Ok(Workplace { folder }),
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(source) => return Err(RunError::Workplace { path: folder, source }),
            }
        }
        unreachable!("some number is free")
    }

    /// The file of a run.
    pub fn file(&self, number: usize) -> PathBuf {
        self.folder.join(format!("{number}.h5"))
    }

    /// A message without the sentence on what is left in this folder, which nobody will find.
    pub fn without_its_name(&self, message: &str) -> String {
        without_sentences_on(&self.folder, message)
    }
}

/// A message without the sentences that name something in a folder.
pub fn without_sentences_on(folder: &Path, message: &str) -> String {
    let name = folder.display().to_string();
    message.split(". ").filter(|sentence| !sentence.contains(&name)).collect::<Vec<_>>().join(". ")
}

impl Drop for Workplace {
    fn drop(&mut self) {
        // What cannot be removed is left to the system, which clears its temporary folders.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

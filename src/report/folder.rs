//! The folder of a report: it appears whole, and replaces nothing but an older report.

use super::ReportError;
use std::fs;
use std::path::{Path, PathBuf};

/// Extensions of the files of a report.
const OURS: [&str; 3] = ["html", "svg", "png"];

/// A folder under construction beside its place; removed when it is not finished.
pub(super) struct Folder {
    place: PathBuf,
    work: PathBuf,
    finished: bool,
}

impl Folder {
    /// Looks at the place, and makes an empty folder beside it.
    ///
    /// # Errors
    /// [`ReportError::Exists`], [`ReportError::NotAReport`], [`ReportError::System`].
    pub fn new(place: &Path, overwrite: bool) -> Result<Folder, ReportError> {
        if let Some(found) = stranger(place)? {
            return Err(ReportError::NotAReport { path: place.to_path_buf(), found });
        }
        if place.exists() && !overwrite && !is_empty(place)? {
            return Err(ReportError::Exists { path: place.to_path_buf() });
        }
        let mut name = place.file_name().unwrap_or_default().to_os_string();
        name.push(format!(".part-{}", std::process::id()));
        let work = place.with_file_name(name);
        fs::create_dir(&work).map_err(system("create", &work))?;
        Ok(Folder { place: place.to_path_buf(), work, finished: false })
    }

    /// Writes a file of the report.
    ///
    /// # Errors
    /// [`ReportError::System`].
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), ReportError> {
        let path = self.work.join(name);
        fs::write(&path, bytes).map_err(system("write", &path))
    }

    /// Puts the folder in its place.
    ///
    /// # Errors
    /// [`ReportError::System`].
    pub fn finish(mut self) -> Result<(), ReportError> {
        if self.place.exists() {
            // What is in it has been looked at; should something else have come since, this fails.
            for entry in fs::read_dir(&self.place).map_err(system("read", &self.place))? {
                let path = entry.map_err(system("read", &self.place))?.path();
                fs::remove_file(&path).map_err(system("remove", &path))?;
            }
            fs::remove_dir(&self.place).map_err(system("remove", &self.place))?;
        }
        fs::rename(&self.work, &self.place).map_err(system("create", &self.place))?;
        self.finished = true;
        Ok(())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !self.finished {
            // An error is on its way already; this one would say nothing more.
            let _ = fs::remove_dir_all(&self.work);
        }
    }
}

/// Something at the place that is no part of a report.
fn stranger(place: &Path) -> Result<Option<String>, ReportError> {
    if !place.exists() {
        return Ok(None);
    }
    if !place.is_dir() {
        return Ok(Some("a file".to_owned()));
    }
    for entry in fs::read_dir(place).map_err(system("read", place))? {
        let entry = entry.map_err(system("read", place))?;
        let path = entry.path();
        let ours = path.extension().and_then(|e| e.to_str()).is_some_and(|e| OURS.contains(&e));
        if !ours || !entry.file_type().map_err(system("read", &path))?.is_file() {
            return Ok(Some(entry.file_name().to_string_lossy().into_owned()));
        }
    }
    Ok(None)
}

fn is_empty(place: &Path) -> Result<bool, ReportError> {
    Ok(fs::read_dir(place).map_err(system("read", place))?.next().is_none())
}

fn system(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> ReportError {
    let path = path.to_path_buf();
    move |source| ReportError::System { action, path, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_older_reports_are_replaced() {
        let base = tempfile::tempdir().unwrap();
        let place = base.path().join("report");
        let make = |overwrite: bool| {
            let folder = Folder::new(&place, overwrite)?;
            folder.write("report.html", b"new")?;
            folder.finish()
        };
        make(false).unwrap();
        assert!(matches!(make(false), Err(ReportError::Exists { .. })));
        make(true).unwrap();
        fs::write(place.join("thesis.tex"), "mine").unwrap();
        assert!(matches!(make(true), Err(ReportError::NotAReport { .. })));
        assert_eq!(fs::read_to_string(place.join("thesis.tex")).unwrap(), "mine");
        drop(Folder::new(&base.path().join("other"), false).unwrap());
        assert_eq!(fs::read_dir(base.path()).unwrap().count(), 1);
    }
}

//! The folder of a report: it appears whole, and replaces nothing but an older report.

use super::ReportError;
use super::page::GENERATOR;
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
    /// Whether the place may get a report; nothing is written.
    ///
    /// # Errors
    /// [`ReportError::Exists`], [`ReportError::NotAReport`], [`ReportError::Here`], [`ReportError::NoFolder`],
    /// [`ReportError::System`].
    pub fn check(place: &Path, overwrite: bool) -> Result<PathBuf, ReportError> {
        if !place.exists() {
            let parent = place.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
            let opened = fs::read_dir(parent).map(|_| place.to_path_buf());
            return opened.map_err(|source| ReportError::NoFolder { path: parent.to_path_buf(), source });
        }
        // A link is followed, and stays.
        let real = place.canonicalize().map_err(system("open", place))?;
        if std::env::current_dir().is_ok_and(|here| here.starts_with(&real)) {
            return Err(ReportError::Here { path: place.to_path_buf() });
        }
        if let Some(found) = stranger(&real)? {
            return Err(ReportError::NotAReport { path: place.to_path_buf(), found });
        }
        if !overwrite && !is_empty(&real)? {
            return Err(ReportError::Exists { path: place.to_path_buf() });
        }
        Ok(real)
    }

    /// An empty folder beside a place that has been checked.
    ///
    /// # Errors
    /// [`ReportError::System`].
    pub fn new(place: &Path) -> Result<Folder, ReportError> {
        let work = beside(place, "part");
        fs::create_dir(&work).map_err(system("create", &work))?;
        Ok(Folder { place: place.to_path_buf(), work, finished: false })
    }

    /// Writes a file of the report.
    ///
    /// # Errors
    /// [`ReportError::System`].
    ///
    /// # Panics
    /// When the name is that of another folder's file.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), ReportError> {
        assert!(!name.contains(['/', '\\']) && !name.starts_with('.'), "{name} would leave the folder");
        let path = self.work.join(name);
        fs::write(&path, bytes).map_err(system("write", &path))
    }

    /// Puts the folder in its place; an older report is there until then.
    ///
    /// # Errors
    /// [`ReportError::System`].
    pub fn finish(mut self) -> Result<(), ReportError> {
        if !self.place.exists() {
            fs::rename(&self.work, &self.place).map_err(system("create", &self.place))?;
            self.finished = true;
            return Ok(());
        }
        let older = beside(&self.place, "old");
        fs::rename(&self.place, &older).map_err(system("replace", &self.place))?;
        if let Err(error) = fs::rename(&self.work, &self.place) {
            fs::rename(&older, &self.place).map_err(system("put back", &self.place))?;
            return Err(system("create", &self.place)(error));
        }
        self.finished = true;
        fs::remove_dir_all(&older).map_err(system("remove", &older))
    }
}

/// `NAME.KIND-PID` in the same folder.
fn beside(place: &Path, kind: &str) -> PathBuf {
    let mut name = place.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{kind}-{}", std::process::id()));
    place.with_file_name(name)
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
    // Pictures alone may be anybody's.
    let mark = format!("content=\"{GENERATOR}\"");
    let is_ours = || fs::read(place.join("report.html")).is_ok_and(|page| contains(&page, mark.as_bytes()));
    Ok(if is_empty(place)? || is_ours() { None } else { Some("no page of ours".to_owned()) })
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
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
        let page = format!("<meta name=\"generator\" content=\"{GENERATOR}\">");
        let make = |overwrite: bool| {
            let folder = Folder::new(&Folder::check(&place, overwrite)?)?;
            folder.write("report.html", page.as_bytes())?;
            folder.finish()
        };
        make(false).unwrap();
        assert!(matches!(make(false), Err(ReportError::Exists { .. })));
        make(true).unwrap();
        fs::write(place.join("thesis.tex"), "mine").unwrap();
        assert!(matches!(make(true), Err(ReportError::NotAReport { .. })));
        assert_eq!(fs::read_to_string(place.join("thesis.tex")).unwrap(), "mine");
        drop(Folder::new(&base.path().join("other")).unwrap());
        assert_eq!(fs::read_dir(base.path()).unwrap().count(), 1);
    }

    /// Pictures and pages of others are no report.
    #[test]
    fn pictures_of_others_are_kept() {
        let base = tempfile::tempdir().unwrap();
        for name in ["photo.png", "index.html", "report.html"] {
            fs::write(base.path().join(name), "mine").unwrap();
        }
        assert!(matches!(Folder::check(base.path(), true), Err(ReportError::NotAReport { .. })));
    }

    /// What a link points to is replaced, the link stays.
    #[test]
    fn links_stay() {
        let base = tempfile::tempdir().unwrap();
        let (real, link) = (base.path().join("real"), base.path().join("link"));
        fs::create_dir(&real).unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        let folder = Folder::new(&Folder::check(&link, true).unwrap()).unwrap();
        folder.write("report.html", b"new").unwrap();
        folder.finish().unwrap();
        assert!(link.is_symlink() && real.join("report.html").exists());
        assert_eq!(fs::read_dir(base.path()).unwrap().count(), 2);
    }
}

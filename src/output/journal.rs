//! The journal of a sweep: one line of JSON for its header, one for every finished point, in the order in which they finish.
//!
//! A line is appended by one call and never changed, so a killed process leaves every finished point, and at worst a last
//! line that is cut. Every line begins with a hash of the rest, by which such a line is known; reading ends there. A journal
//! that is taken up again is first written anew, without what is cut or does not belong to it, and put in place by one rename.
//!
//! While points are missing the journal of `OUT` is `OUT.part`. When all are there it becomes `OUT` itself, or the array file
//! that is made of it does.
//!
//! Numbers are texts, in the shortest form that gives back the same bits.

use super::OutputError;
use super::lock::Lock;
use super::own_dataset::damaged;
use super::place::{Place, sync};
use super::sweep::{SweepRecord, replace_sweep};
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Key `format` of the first line.
const FORMAT: &str = "nashflow sweep journal";
/// Key `format_version`: raised when readers of older files would misread the new ones.
const FORMAT_VERSION: i64 = 1;
/// How a line begins, before and after the 16 digits of its hash.
const CHECK: [&str; 2] = ["{\"check\":\"", "\","];
const DIGITS: usize = 16;
/// Longest journal that is read, 8 GiB.
const MAXIMUM_BYTES: u64 = 1 << 33;
/// Finished points reach the disk this often; until then they are safe from a kill, not from a power cut.
const SYNC_EVERY: Duration = Duration::from_secs(2);

/// What a journal is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalHeader {
    /// The sweep file, for messages.
    pub sweep_path: String,
    /// Its text.
    pub sweep: String,
    /// The base game, for messages.
    pub game_path: String,
    /// Its text after overrides.
    pub game: String,
    /// `[K, N]`: the points whose number leaves the rest `K` when divided by `N`.
    pub shard: [usize; 2],
    /// Numbers in a row.
    pub columns: usize,
}

/// A finished point.
#[derive(Debug, Clone)]
pub struct PointRow {
    /// Number of the point.
    pub index: usize,
    /// What tells its game from others.
    pub id: String,
    /// Exit status that a command on it would have had.
    pub status: i64,
    /// What went wrong; empty when nothing did.
    pub message: String,
    /// What was recorded; NaN where it could not be had.
    pub values: Vec<f64>,
}

impl PartialEq for PointRow {
    /// Equal to the bit.
    fn eq(&self, other: &PointRow) -> bool {
        let bits = |row: &PointRow| row.values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        (self.index, &self.id, self.status, &self.message) == (other.index, &other.id, other.status, &other.message)
            && bits(self) == bits(other)
    }
}

#[derive(Serialize, Deserialize)]
struct HeaderLine {
    format: String,
    format_version: i64,
    nashflow_version: String,
    #[serde(flatten)]
    header: JournalHeader,
}

#[derive(Serialize, Deserialize)]
struct RowLine {
    index: usize,
    id: String,
    status: i64,
    message: String,
    values: Vec<String>,
}

/// How to begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JournalStart {
    /// From nothing; whatever is there is in the way, or is replaced.
    Fresh {
        /// Whether it is replaced.
        overwrite: bool,
    },
    /// From what an earlier call left, if it left something.
    Resume,
}

/// The owner of a journal.
#[derive(Debug)]
pub struct Journal {
    place: Place,
    _lock: Lock,
    file: Option<File>,
    last_sync: Instant,
}

impl Journal {
    /// Takes possession of an output. Nothing is written yet.
    ///
    /// # Errors
    /// [`OutputError`] when it exists, is being written, or cannot be an output.
    pub fn take(path: &Path, start: JournalStart) -> Result<Journal, OutputError> {
        let place = Place::new(path)?;
        let lock = place.lock()?;
        if let (JournalStart::Fresh { overwrite: false }, Some(existing)) = (start, place.existing()) {
            let hint = if place.part.exists() { ", --resume continues it" } else { "" };
            return Err(OutputError::Exists { path: existing.to_path_buf(), hint });
        }
        Ok(Journal { place, _lock: lock, file: None, last_sync: Instant::now() })
    }

    /// The unfinished journal.
    pub fn part(&self) -> PathBuf {
        self.place.part.clone()
    }

    /// The output.
    pub fn output(&self) -> PathBuf {
        self.place.output.clone()
    }

    /// Writes the header and the points that are known already, and waits for more.
    ///
    /// # Errors
    /// [`OutputError`], as for any output; what was there before stays.
    pub fn begin(&mut self, header: &JournalHeader, rows: &[&PointRow]) -> Result<(), OutputError> {
        let temporary = &self.place.temporary;
        let write = || -> std::io::Result<()> {
            let mut file = std::io::BufWriter::new(File::create(temporary)?);
            file.write_all(header_line(header).as_bytes())?;
            rows.iter().try_for_each(|row| file.write_all(row_line(row).as_bytes()))?;
            file.flush()
        };
        self.place.unless_failed(write().map_err(OutputError::system("create", temporary)))?;
        self.place.install(&self.place.part)?;
        let file = OpenOptions::new().append(true).open(&self.place.part);
        self.file = Some(file.map_err(OutputError::system("open", &self.place.part))?);
        Ok(())
    }

    /// Appends a finished point.
    ///
    /// # Errors
    /// [`OutputError::Write`] when it cannot be written; the points before it stay.
    ///
    /// # Panics
    /// Before [`Journal::begin`].
    pub fn append(&mut self, row: &PointRow) -> Result<(), OutputError> {
        let file = self.file.as_mut().expect("a journal that has begun");
        let mut written = file.write_all(row_line(row).as_bytes());
        if written.is_ok() && self.last_sync.elapsed() >= SYNC_EVERY {
            written = file.sync_data();
            self.last_sync = Instant::now();
        }
        written.map_err(|error| OutputError::Write {
            path: self.place.part.clone(),
            what: format!("point {}", row.index),
            message: error.to_string(),
        })
    }

    /// Makes the journal the output: all its points are there.
    ///
    /// # Errors
    /// [`OutputError`], as for any output.
    pub fn finish(self) -> Result<(), OutputError> {
        sync(&self.place.part)?;
        std::fs::rename(&self.place.part, &self.place.output)
            .map_err(OutputError::system("replace", &self.place.output))
    }

    /// Makes an array file the output, and removes the journal.
    ///
    /// # Errors
    /// [`OutputError`], as for any output; the journal stays.
    pub fn finish_as_arrays(self, record: &SweepRecord<'_>) -> Result<(), OutputError> {
        replace_sweep(&self.place, record)?;
        self.place.remove(&self.place.part)
    }
}

/// The header and the points of a journal, finished or not; `None` when its first line was cut.
///
/// # Errors
/// [`OutputError`] for a file that cannot be read or is no journal.
pub fn read_journal(path: &Path) -> Result<Option<(JournalHeader, Vec<PointRow>)>, OutputError> {
    let foreign = |reason: String| OutputError::Foreign { path: path.to_path_buf(), reason };
    let metadata = std::fs::metadata(path).map_err(OutputError::system("open", path))?;
    if !metadata.is_file() {
        return Err(foreign("it is not a regular file".to_owned()));
    }
    if metadata.len() > MAXIMUM_BYTES {
        return Err(foreign(format!("it has {} bytes, more than any journal", metadata.len())));
    }
    let mut lines = BufReader::new(File::open(path).map_err(OutputError::system("open", path))?);
    let mut line = Vec::new();
    let mut next = || -> Result<Option<String>, OutputError> {
        line.clear();
        lines.read_until(b'\n', &mut line).map_err(OutputError::system("read", path))?;
        Ok(checked(&line))
    };
    let Some(first) = next()? else {
        // A journal whose first line was cut still begins as one.
        let mut start = [0; CHECK[0].len()];
        let length = File::open(path).and_then(|mut file| std::io::Read::read(&mut file, &mut start));
        let length = length.map_err(OutputError::system("open", path))?;
        return match CHECK[0].as_bytes().starts_with(&start[..length]) {
            true => Ok(None),
            false => Err(foreign("it is not the journal of a sweep".to_owned())),
        };
    };
    let first: HeaderLine =
        serde_json::from_str(&first).map_err(|error| foreign(format!("its first line: {error}")))?;
    if first.format != FORMAT {
        return Err(foreign(format!("its format is {:?}", first.format)));
    }
    if first.format_version > FORMAT_VERSION {
        let found = first.format_version;
        return Err(OutputError::Newer { path: path.to_path_buf(), found, known: FORMAT_VERSION });
    }
    let mut rows = Vec::new();
    while let Some(text) = next()? {
        let row = row(&text).filter(|row| row.values.len() == first.header.columns);
        rows.push(row.ok_or_else(|| damaged(path, format!("its line {} is no point", rows.len() + 2)))?);
    }
    Ok(Some((first.header, rows)))
}

fn header_line(header: &JournalHeader) -> String {
    line(&HeaderLine {
        format: FORMAT.to_owned(),
        format_version: FORMAT_VERSION,
        nashflow_version: env!("CARGO_PKG_VERSION").to_owned(),
        header: header.clone(),
    })
}

fn row_line(row: &PointRow) -> String {
    line(&RowLine {
        index: row.index,
        id: row.id.clone(),
        status: row.status,
        message: row.message.clone(),
        values: row.values.iter().map(|value| format!("{value:?}")).collect(),
    })
}

fn row(text: &str) -> Option<PointRow> {
    let RowLine { index, id, status, message, values } = serde_json::from_str(text).ok()?;
    let values = values.iter().map(|value| value.parse().ok()).collect::<Option<_>>()?;
    Some(PointRow { index, id, status, message, values })
}

/// An object with the hash of everything behind it as its first entry.
fn line(value: &impl Serialize) -> String {
    let json = serde_json::to_string(value).expect("names and numbers are valid JSON");
    let rest = json.strip_prefix('{').expect("an object");
    format!("{}{:016x}{}{rest}\n", CHECK[0], hash(rest), CHECK[1])
}

/// The object of a line that is whole, without its hash.
fn checked(line: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(line).ok()?.strip_suffix('\n')?.strip_prefix(CHECK[0])?;
    let expected = u64::from_str_radix(text.get(..DIGITS)?, 16).ok()?;
    let rest = text[DIGITS..].strip_prefix(CHECK[1])?;
    (hash(rest) == expected).then(|| format!("{{{rest}"))
}

fn hash(text: &str) -> u64 {
    super::checkpoint::digest(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header() -> JournalHeader {
        JournalHeader {
            sweep_path: "s.toml".to_owned(),
            sweep: "[sweep]\n".to_owned(),
            game_path: "g.toml".to_owned(),
            game: "[game]\n".to_owned(),
            shard: [1, 3],
            columns: 3,
        }
    }

    fn rows() -> Vec<PointRow> {
        let row = |index: usize| PointRow {
            index,
            id: format!("{index:016x}"),
            status: (index % 2) as i64,
            message: if index % 2 == 1 { "a \"message\"\nof two lines, ∮".to_owned() } else { String::new() },
            values: vec![0.1 * index as f64, f64::NAN, -f64::MIN_POSITIVE / 3.0],
        };
        (0..4).map(|k| row(1 + 3 * k)).collect()
    }

    fn written(folder: &Path) -> PathBuf {
        let mut journal = Journal::take(&folder.join("a.jsonl"), JournalStart::Resume).unwrap();
        let rows = rows();
        journal.begin(&header(), &[&rows[0]]).unwrap();
        rows[1..].iter().for_each(|row| journal.append(row).unwrap());
        journal.part()
    }

    #[test]
    fn points_come_back_to_the_bit() {
        let folder = tempfile::tempdir().unwrap();
        let part = written(folder.path());
        assert_eq!(read_journal(&part).unwrap(), Some((header(), rows())));
    }

    #[test]
    fn a_journal_cut_anywhere_holds_the_lines_before_the_cut() {
        let folder = tempfile::tempdir().unwrap();
        let part = written(folder.path());
        let whole = std::fs::read(&part).unwrap();
        for length in 0..=whole.len() {
            std::fs::write(&part, &whole[..length]).unwrap();
            let lines = whole[..length].iter().filter(|byte| **byte == b'\n').count();
            let found = read_journal(&part).unwrap();
            let expected = lines.checked_sub(1).map(|rows_left| (header(), rows()[..rows_left].to_vec()));
            assert_eq!(found, expected, "cut at {length}");
        }
    }

    #[test]
    fn a_changed_byte_ends_the_journal_or_makes_it_foreign() {
        let folder = tempfile::tempdir().unwrap();
        let part = written(folder.path());
        let whole = std::fs::read(&part).unwrap();
        for at in (0..whole.len()).step_by(7) {
            let mut changed = whole.clone();
            changed[at] ^= 4;
            std::fs::write(&part, &changed).unwrap();
            let line = whole[..at].iter().filter(|byte| **byte == b'\n').count();
            match read_journal(&part) {
                Ok(Some((_, found))) => assert_eq!(found, rows()[..line - 1], "byte {at}"),
                Ok(None) => assert_eq!(line, 0, "byte {at}"),
                Err(error) => assert!(line == 0 && error.to_string().contains("a.jsonl.part"), "byte {at}: {error}"),
            }
        }
    }
}

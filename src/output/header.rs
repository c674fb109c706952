//! The root attributes: who wrote the file, when, from which game.
//!
//! Text attributes are of variable length, as users want them. They are written and never read: a damaged reference to
//! such a text crashes HDF5 1.10. What a resumed run needs stands once more in arrays of bytes: the game in
//! `/checkpoint/game`, the rest, as JSON, in the attribute `header` of `/checkpoint`.

use super::OutputError;
use super::attribute::{read_bytes, write_bytes, write_integer, write_text};
use super::own_dataset::{dataset, has_hard_link};
use hdf5::File;
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// Value of the root attribute `format`.
pub(super) const FORMAT: &str = "nashflow";
/// Value of the root attribute `format_version`; raised when a reader of the old files would misread the new ones.
pub(super) const FORMAT_VERSION: i64 = 1;

/// Longest game that is read back.
const MAXIMUM_GAME: usize = 1 << 28;
/// Bytes of the command line and of the title kept for a resumed run: an attribute of bytes holds less than 64 KiB,
/// and JSON may double them.
const KEPT_TEXT: usize = 10_000;

/// The text attributes at the root of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The game file after overrides, TOML. Up to megabytes; no NUL characters.
    pub game: String,
    /// The command line.
    pub command: String,
    /// Name of the game.
    pub title: String,
    /// When the run was started, UTC, `2026-11-25T12:00:00Z`.
    pub created: String,
    /// Version of nashflow that began the file.
    pub nashflow_version: String,
}

impl Header {
    /// A header with this version of nashflow and the present time, or that of `SOURCE_DATE_EPOCH` when it is set.
    pub fn new(game: &str, command: &str, title: &str) -> Header {
        Header {
            game: game.to_string(),
            command: command.to_string(),
            title: title.to_string(),
            created: utc_now(),
            nashflow_version: env!("CARGO_PKG_VERSION").to_string(),
        }
    }

    /// Writes all but the game of `/checkpoint/game`.
    pub(super) fn write(&self, file: &File, state: State) -> hdf5::Result<()> {
        write_text(file, "format", FORMAT)?;
        write_integer(file, "format_version", FORMAT_VERSION)?;
        write_text(file, "state", state.name())?;
        write_text(file, "nashflow_version", &self.nashflow_version)?;
        write_text(file, "game", &self.game)?;
        write_text(file, "command", &self.command)?;
        write_text(file, "created", &self.created)?;
        write_text(file, "Conventions", "CF-1.11")?;
        write_text(file, "title", &self.title)?;
        write_text(file, "source", &format!("nashflow {}", self.nashflow_version))?;
        write_text(file, "history", &format!("{} {}", self.created, self.command))?;
        let kept = Kept {
            format: FORMAT.to_string(),
            finished: state == State::Finished,
            command: beginning(&self.command),
            title: beginning(&self.title),
            created: self.created.clone(),
            nashflow_version: self.nashflow_version.clone(),
        };
        let json = serde_json::to_vec(&kept).expect("strings and flags are valid JSON");
        let group = file.group("checkpoint")?;
        write_bytes(&group, "header", &json)
    }

    /// Reads the header of a file that may be anything.
    pub(super) fn read(file: &File, path: &Path) -> Result<(Header, State), OutputError> {
        let foreign = |reason: &str| OutputError::Foreign { path: path.to_path_buf(), reason: reason.to_string() };
        let version = file.attr("format_version").and_then(|a| a.read_scalar::<i64>());
        let found = version.map_err(|_| foreign("it has no attribute format_version"))?;
        if found > FORMAT_VERSION {
            return Err(OutputError::Newer { path: path.to_path_buf(), found, known: FORMAT_VERSION });
        }
        if !has_hard_link(file, "checkpoint/game") {
            return Err(foreign("it has no dataset checkpoint/game"));
        }
        let json = file.group("checkpoint").and_then(|group| read_bytes(&group, "header"));
        let json = json.map_err(OutputError::damaged(path, "attribute header of checkpoint"))?;
        let kept: Kept = serde_json::from_slice(&json).map_err(|error| OutputError::Damaged {
            path: path.to_path_buf(),
            reason: format!("attribute header of checkpoint: {error}"),
        })?;
        if kept.format != FORMAT {
            return Err(foreign(&format!("its format is {:?}", kept.format)));
        }
        let header = Header {
            game: read_game(file, path)?,
            command: kept.command,
            title: kept.title,
            created: kept.created,
            nashflow_version: kept.nashflow_version,
        };
        Ok((header, if kept.finished { State::Finished } else { State::Running }))
    }
}

/// What a file written whole says of itself: its format, and which nashflow made it when.
pub(super) fn write_origin(file: &File, format: &str, version: i64) -> hdf5::Result<()> {
    write_text(file, "format", format)?;
    write_integer(file, "format_version", version)?;
    write_text(file, "nashflow_version", env!("CARGO_PKG_VERSION"))?;
    write_text(file, "created", &utc_now())
}

/// The first [`KEPT_TEXT`] bytes, less a cut character.
pub(super) fn beginning(text: &str) -> String {
    let end = (0..=KEPT_TEXT.min(text.len())).rev().find(|&end| text.is_char_boundary(end));
    text[..end.expect("0 is a boundary")].to_string()
}

fn read_game(file: &File, path: &Path) -> Result<String, OutputError> {
    let damaged = |reason: String| OutputError::Damaged { path: path.to_path_buf(), reason };
    let game = dataset(file, path, "checkpoint/game")?;
    if game.size() > MAXIMUM_GAME {
        return Err(damaged(format!("its game has {} bytes", game.size())));
    }
    let bytes = game.read_raw::<u8>().map_err(OutputError::damaged(path, "checkpoint/game"))?;
    String::from_utf8(bytes).map_err(|error| damaged(format!("its game is not UTF-8: {error}")))
}

/// What a resumed run needs of a header.
#[derive(Serialize, Deserialize)]
struct Kept {
    format: String,
    finished: bool,
    command: String,
    title: String,
    created: String,
    nashflow_version: String,
}

/// Root attribute `state`. Written once in the life of a file: a finished file is a new file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Preallocated, contiguous; rows whose time is NaN are not written yet.
    Running,
    /// Compressed and complete.
    Finished,
}

impl State {
    fn name(self) -> &'static str {
        match self {
            State::Running => "running",
            State::Finished => "finished",
        }
    }
}

/// The present time, or that of `SOURCE_DATE_EPOCH` when it is set.
pub(super) fn utc_now() -> String {
    let epoch = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|text| text.trim().parse().ok());
    let now = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs() as i64);
    utc(epoch.unwrap_or_else(now))
}

/// Seconds since 1970 as `YYYY-MM-DDThh:mm:ssZ`.
fn utc(seconds: i64) -> String {
    let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = civil_date(days);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", rest / 3600, rest / 60 % 60, rest % 60)
}

/// Gregorian date of a day counted from 1970-01-01.
///
/// Years are taken to begin in March, so that the leap day is the last of a year and the months before it follow
/// the rule `(153 m + 2) / 5`; 400 years have 146097 days.
fn civil_date(days: i64) -> (i64, i64, i64) {
    const DAYS_FROM_YEAR_0_MARCH_1: i64 = 719_468;
    let shifted = days + DAYS_FROM_YEAR_0_MARCH_1;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_become_utc_dates() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_709_251_199, "2024-02-29T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"),
        ] {
            assert_eq!(utc(seconds), text);
        }
    }
}

//! Where a file written whole comes from, and what it holds, as bytes: text attributes are written for people and never
//! read, because a damaged reference to such a text crashes HDF5 1.10.
//!
//! The group `source` has the dataset `about`, a JSON object, and one dataset of bytes for each text the file was made from.

use super::OutputError;
use super::arrays::{Array, Builder, Values};
use super::attribute::{write_integer, write_text};
use super::header::utc_now;
use super::nexus::write_signal;
use super::own_dataset::{damaged, dataset};
use super::schema::{Role, Variable};
use hdf5::File;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The group of a file that [`Source::arrays`] writes to.
pub(super) const GROUP: &str = "source";
/// Longest text that is read back.
const MAXIMUM_TEXT: usize = 1 << 28;

/// An array of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredArray {
    /// Its name.
    pub name: String,
    /// Its meaning.
    pub long_name: String,
    /// Names of its axes; none for a scale.
    pub axes: Vec<String>,
    /// Its values, where they are texts.
    pub texts: Option<Vec<String>>,
}

/// What a file written whole says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Root attribute `format`.
    pub format: String,
    /// Raised when readers of older files would misread the new ones.
    pub format_version: i64,
    /// The version of nashflow that made it.
    pub nashflow_version: String,
    /// When, UTC.
    pub created: String,
    /// The command line; empty where the file does not say.
    pub command: String,
    /// Name of the game or of the sweep.
    pub title: String,
    /// The arrays at the root.
    pub arrays: Vec<StoredArray>,
    /// Names of arrays over axes that say where points lie, not what was found there.
    #[serde(default)]
    pub coordinates: Vec<String>,
}

impl Source {
    /// A source with this version of nashflow and the present time, for arrays at the root.
    pub(super) fn new(format: &str, format_version: i64, title: &str, command: &str, arrays: &[Array]) -> Source {
        let is_at_root = |variable: &Variable| variable.role != Role::Length && !variable.path.contains('/');
        let stored = arrays.iter().filter(|array| is_at_root(&array.variable)).map(|array| StoredArray {
            name: array.variable.path.clone(),
            long_name: array.variable.long_name.clone(),
            axes: array.variable.axes.clone(),
            texts: match &array.values {
                Values::Texts(texts) => Some(texts.clone()),
                _ => None,
            },
        });
        Source {
            format: format.to_owned(),
            format_version,
            nashflow_version: env!("CARGO_PKG_VERSION").to_owned(),
            created: utc_now(),
            command: command.to_owned(),
            title: title.to_owned(),
            arrays: stored.collect(),
            coordinates: Vec::new(),
        }
    }

    /// Writes the attributes of the root, for people; of the texts, each under its name.
    pub(super) fn describe(&self, file: &File, texts: &[(&str, &str)]) -> hdf5::Result<()> {
        write_text(file, "format", &self.format)?;
        write_integer(file, "format_version", self.format_version)?;
        write_text(file, "nashflow_version", &self.nashflow_version)?;
        write_text(file, "created", &self.created)?;
        write_text(file, "title", &self.title)?;
        if !self.command.is_empty() {
            write_text(file, "command", &self.command)?;
        }
        if let Some(array) = self.arrays.iter().find(|array| !array.axes.is_empty() && array.texts.is_none()) {
            write_signal(file, &array.name, &array.axes)?;
        }
        texts.iter().try_for_each(|(name, text)| write_text(file, name, text))
    }

    /// The same as datasets of bytes.
    pub(super) fn arrays(&self, texts: &[(&str, &str)]) -> Vec<Array> {
        let about = serde_json::to_string(self).expect("strings and numbers are valid JSON");
        let mut builder = Builder::new(GROUP);
        for (name, text) in [&[("about", about.as_str())], texts].concat() {
            let byte = format!("{name}_byte");
            builder.push(&byte, "byte of the text", &[], Values::Length(text.len()));
            builder.push(name, "text, UTF-8", &[&byte], Values::Bytes(text.as_bytes().to_vec()));
        }
        builder.arrays
    }

    /// Reads what [`Source::arrays`] has written; `None` for a file without it.
    pub(super) fn read(file: &File, path: &Path) -> Result<Option<Source>, OutputError> {
        let Some(about) = read_text(file, path, "about")? else { return Ok(None) };
        serde_json::from_str(&about).map(Some).map_err(|error| damaged(path, format!("{GROUP}/about: {error}")))
    }
}

/// A text of the group `source`; `None` when there is none of this name.
pub(super) fn read_text(file: &File, path: &Path, name: &str) -> Result<Option<String>, OutputError> {
    let name = format!("{GROUP}/{name}");
    if !super::own_dataset::has_hard_link(file, &name) {
        return Ok(None);
    }
    let bytes = dataset(file, path, &name)?;
    if bytes.size() > MAXIMUM_TEXT {
        return Err(damaged(path, format!("{name} has {} bytes", bytes.size())));
    }
    let bytes = bytes.read_raw::<u8>().map_err(OutputError::damaged(path, &name))?;
    String::from_utf8(bytes).map(Some).map_err(|error| damaged(path, format!("{name} is not UTF-8: {error}")))
}

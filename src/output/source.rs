//! Where a file written whole comes from, and what it holds, as bytes: text attributes are written for people and never
//! read, because a damaged reference to such a text crashes HDF5 1.10.
//!
//! The group `source` has an attribute `about`, a JSON object that names format, versions, command and time, a dataset
//! `arrays`, JSON too, which describes the arrays at the root, and one dataset of bytes for each text the file was made from.
//! What differs when the same is computed again stands in attributes only.

use super::OutputError;
use super::arrays::{Array, Builder, Values};
use super::attribute::{read_bytes, write_bytes, write_integer, write_text};
use super::header::{Header, beginning};
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
    /// Its values, where it is a scale of texts.
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
    #[serde(skip)]
    pub arrays: Vec<StoredArray>,
    /// Names of arrays over axes that say where points lie, not what was found there.
    #[serde(skip)]
    pub coordinates: Vec<String>,
}

impl Source {
    /// What a header says, for arrays at the root.
    pub(super) fn new(format: &str, format_version: i64, header: &Header, arrays: &[Array]) -> Source {
        let is_at_root = |variable: &Variable| variable.role != Role::Length && !variable.path.contains('/');
        let stored = arrays.iter().filter(|array| is_at_root(&array.variable)).map(|array| StoredArray {
            name: array.variable.path.clone(),
            long_name: array.variable.long_name.clone(),
            axes: array.variable.axes.clone(),
            texts: match &array.values {
                Values::Texts(texts) if array.variable.axes.is_empty() => Some(texts.clone()),
                _ => None,
            },
        });
        Source {
            format: format.to_owned(),
            format_version,
            nashflow_version: header.nashflow_version.clone(),
            created: header.created.clone(),
            command: beginning(&header.command),
            title: beginning(&header.title),
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
        let about = serde_json::to_vec(self).expect("strings and numbers are valid JSON");
        let group = file.group(GROUP)?;
        write_bytes(&group, "about", &about)?;
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
        let described = serde_json::to_string(&(&self.arrays, &self.coordinates)).expect("strings are valid JSON");
        let mut builder = Builder::new(GROUP);
        for (name, text) in [&[("arrays", described.as_str())], texts].concat() {
            let byte = format!("{name}_byte");
            builder.push(&byte, "byte of the text", &[], Values::Length(text.len()));
            builder.push(name, "text, UTF-8", &[&byte], Values::Bytes(text.as_bytes().to_vec()));
        }
        builder.arrays
    }

    /// Reads what [`Source::arrays`] has written; `None` for a file without it.
    pub(super) fn read(file: &File, path: &Path) -> Result<Option<Source>, OutputError> {
        let Some(described) = read_text(file, path, "arrays")? else { return Ok(None) };
        let about = file.group(GROUP).and_then(|group| read_bytes(&group, "about"));
        let about = about.map_err(OutputError::damaged(path, "attribute about of source"))?;
        let wrong = |what: &str, error: serde_json::Error| damaged(path, format!("{what} of {GROUP}: {error}"));
        let mut source: Source = serde_json::from_slice(&about).map_err(|error| wrong("attribute about", error))?;
        (source.arrays, source.coordinates) =
            serde_json::from_str(&described).map_err(|error| wrong("dataset arrays", error))?;
        Ok(Some(source))
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

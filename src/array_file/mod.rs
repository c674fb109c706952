//! Arrays of numbers from files of other programs: npy, npz, HDF5, text.
//!
//! A file is taken for what its first bytes or its name say; everything it announces is checked against its length and
//! against [`NumericArray::MOST_VALUES`] before memory is asked for. Nothing in a file is executed (pickled objects are refused), and
//! nothing in it makes us read another one (external links and virtual datasets of HDF5 are refused). Whatever is stored,
//! numbers come out in double precision, row-major.

mod dataset;
mod error;
mod npy;
mod npz;
mod text;

pub(crate) use dataset::keeps_its_limits;
pub use dataset::position_of_time;
pub use error::ArrayError;

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// An array read from a file.
#[derive(Debug, Clone, PartialEq)]
pub struct NumericArray {
    /// Length of every axis; at least one axis.
    pub shape: Vec<usize>,
    /// Values, row-major whatever the order in the file. Not checked: they may be NaN.
    pub values: Vec<f64>,
    /// Relative rounding of the values as stored: that of f32 for f32, of f64 otherwise.
    pub rounding: f64,
}

impl NumericArray {
    /// Most values of an array, 2^26: 512 MiB.
    pub const MOST_VALUES: usize = 1 << 26;
}

/// An array within a file: the file, and which part of it. Or an array in memory.
#[derive(Debug, Clone, PartialEq)]
pub struct ArrayAddress {
    /// The file; of an array in memory what it goes by in messages.
    pub path: PathBuf,
    /// The dataset of an HDF5 file (with or without a leading slash), the name of an array of an npz file. Without it a
    /// file must hold a single array.
    pub name: Option<String>,
    /// Of an HDF5 dataset whose first axis is `/time`: the row of this time.
    pub time: Option<f64>,
    /// The array itself, when it is in memory; then there is no file.
    pub held: Option<Arc<NumericArray>>,
}

impl ArrayAddress {
    /// The only array of a file.
    pub fn whole(path: impl Into<PathBuf>) -> ArrayAddress {
        ArrayAddress { path: path.into(), name: None, time: None, held: None }
    }

    /// An array in memory, which goes by this name in messages.
    ///
    /// # Errors
    /// [`ArrayError::TooLarge`], as for a file.
    ///
    /// # Panics
    /// When the array has not as many values as its shape says.
    #[track_caller]
    pub fn held(name: &str, array: NumericArray) -> Result<ArrayAddress, ArrayError> {
        let count = checked_count(Path::new(name), &array.shape)?;
        assert_eq!(array.values.len(), count, "{name} has shape {:?}", array.shape);
        Ok(ArrayAddress { held: Some(Arc::new(array)), ..ArrayAddress::whole(name) })
    }

    /// An address as typed: `FILE`, `FILE.h5:/dataset`, `FILE.npz:name`.
    pub fn parse(text: &str) -> ArrayAddress {
        if Path::new(text).exists() {
            return ArrayAddress::whole(text);
        }
        let named = text
            .rsplit_once(":/")
            .or_else(|| text.rsplit_once(':').filter(|(path, _)| path.to_ascii_lowercase().ends_with(".npz")));
        match named {
            Some((path, name)) => ArrayAddress { name: Some(name.to_owned()), ..ArrayAddress::whole(path) },
            None => ArrayAddress::whole(text),
        }
    }

    /// Whether the address names a dataset of an HDF5 file.
    pub fn is_dataset(&self) -> bool {
        let is_hdf5 = FileFormat::of(&self.path).is_ok_and(|format| format == FileFormat::Hdf5);
        is_hdf5 && self.name.as_deref().is_some_and(|name| dataset::exists(&self.path, name))
    }

    /// Whether the address names an array of an HDF5 or npz file.
    pub fn is_member(&self) -> bool {
        match (FileFormat::of(&self.path), &self.name) {
            (Ok(FileFormat::Hdf5), Some(name)) => dataset::exists(&self.path, name),
            (Ok(FileFormat::Npz), Some(name)) => npz::exists(&self.path, name),
            _ => false,
        }
    }

    /// Reads the array.
    ///
    /// # Errors
    /// [`ArrayError`].
    pub fn read(&self) -> Result<NumericArray, ArrayError> {
        if let Some(array) = &self.held {
            return Ok(NumericArray::clone(array));
        }
        let format = FileFormat::of(&self.path)?;
        if let (Some(time), true) = (self.time, format != FileFormat::Hdf5) {
            return Err(ArrayError::format(
                &self.path,
                format!("@{time}: only HDF5 files hold states of several times"),
            ));
        }
        match (format, &self.name) {
            (FileFormat::Hdf5, name) => dataset::read(&self.path, name.as_deref(), self.time),
            (FileFormat::Npz, name) => npz::read(&self.path, name.as_deref()),
            (FileFormat::Npy | FileFormat::Text, Some(name)) => {
                Err(ArrayError::format(&self.path, format!("{name}: only HDF5 and npz files hold several arrays")))
            }
            (FileFormat::Npy, None) => npy::read_file(&self.path),
            (FileFormat::Text, None) => text::read(&self.path),
        }
    }
}

/// How the numbers are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileFormat {
    /// One array of numpy.
    Npy,
    /// An archive of arrays of numpy.
    Npz,
    /// HDF5, netCDF-4.
    Hdf5,
    /// Columns of text.
    Text,
}

impl FileFormat {
    /// The format that the first bytes of a regular file show; text when they show none.
    ///
    /// # Errors
    /// [`ArrayError`] when there is no such regular file, or its name promises another format.
    pub fn of(path: &Path) -> Result<FileFormat, ArrayError> {
        let metadata = std::fs::metadata(path).map_err(|error| ArrayError::read(path, error))?;
        if !metadata.is_file() {
            // Opening a pipe would wait for a writer.
            return Err(ArrayError::format(path, "it is not a regular file"));
        }
        let mut start = Vec::new();
        std::fs::File::open(path)
            .and_then(|file| file.take(8).read_to_end(&mut start))
            .map_err(|error| ArrayError::read(path, error))?;
        let found = [
            (&npy::MAGIC[..], FileFormat::Npy),
            (&b"PK\x03\x04"[..], FileFormat::Npz),
            (&b"PK\x05\x06"[..], FileFormat::Npz),
            (&b"\x89HDF\r\n\x1a\n"[..], FileFormat::Hdf5),
        ];
        let found = found.iter().find(|(magic, _)| start.starts_with(magic)).map(|(_, format)| *format);
        match (promised(path), found) {
            (Some((format, name)), found) if found != Some(format) => {
                Err(ArrayError::format(path, format!("it is not {name}, although it is called one")))
            }
            (_, found) => Ok(found.unwrap_or(FileFormat::Text)),
        }
    }
}

/// The binary format that the name of a file promises.
fn promised(path: &Path) -> Option<(FileFormat, &'static str)> {
    match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
        "npy" => Some((FileFormat::Npy, "an npy file")),
        "npz" => Some((FileFormat::Npz, "an npz file")),
        "h5" | "hdf5" | "he5" | "nc" => Some((FileFormat::Hdf5, "an HDF5 file")),
        _ => None,
    }
}

/// Number of values of an announced shape, if it is one that is read.
fn checked_count(path: &Path, shape: &[usize]) -> Result<usize, ArrayError> {
    // An empty axis makes no shape small: the others must be lengths that can be multiplied.
    let values: f64 = shape.iter().map(|n| *n.max(&1) as f64).product();
    if values > NumericArray::MOST_VALUES as f64 {
        if shape.contains(&0) {
            return Err(ArrayError::format(path, format!("its array of shape {shape:?} is empty")));
        }
        return Err(ArrayError::TooLarge { path: path.into(), shape: shape.to_vec(), values });
    }
    Ok(shape.iter().product())
}

#[cfg(test)]
mod tests;

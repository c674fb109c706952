//! Looking into files that were written whole: which kind a file is, and its arrays, one at a time.

use super::OutputError;
use super::contents::{check_some_times, open, read_grid};
use super::own_dataset::{damaged, dataset, has_hard_link};
use super::row::read_row;
use super::source::{Source, StoredArray, read_text};
use crate::game::Player;
use crate::torus::Grid;
use hdf5::types::{FloatSize, IntSize, TypeDescriptor};
use hdf5::{Dataset, File, H5Type};
use std::path::{Path, PathBuf};

/// Most values of one array that are read: 2^27, or 1 GiB.
const MAXIMUM_ARRAY: usize = 1 << 27;

/// What a file of ours holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// A run, or an equilibrium, finished or not.
    Run,
    /// A periodic orbit, with its branch if there is one.
    Orbit,
    /// Eigenvalues at the equilibrium.
    Spectrum,
    /// Arrays over the axes of a sweep.
    Sweep,
    /// Clouds of particles.
    Particles,
    /// Clouds judged against densities.
    Validation,
    /// Several dynamics side by side.
    Comparison,
    /// A game along ladders of grids and tolerances.
    Convergence,
}

/// Formats of files that are written whole.
const FORMATS: [(&str, FileKind); 6] = [
    (super::spectrum::FORMAT, FileKind::Spectrum),
    (super::sweep::FORMAT, FileKind::Sweep),
    (super::particles::FORMAT, FileKind::Particles),
    (super::validation::FORMAT, FileKind::Validation),
    (super::comparison::FORMAT, FileKind::Comparison),
    (super::convergence::FORMAT, FileKind::Convergence),
];

impl FileKind {
    /// Which kind a file is.
    ///
    /// # Errors
    /// [`OutputError`] for a file that is none of ours.
    pub fn of(path: &Path) -> Result<FileKind, OutputError> {
        let file = open(path, false)?;
        if has_hard_link(&file, "checkpoint/game") {
            return Ok(if has_hard_link(&file, "orbit") { FileKind::Orbit } else { FileKind::Run });
        }
        let foreign = |reason: String| OutputError::Foreign { path: path.to_path_buf(), reason };
        let source = Source::read(&file, path)?;
        let source = source.ok_or_else(|| foreign("it has neither checkpoint/game nor source/arrays".to_owned()))?;
        let known = FORMATS.iter().find(|(format, _)| *format == source.format).map(|(_, kind)| *kind);
        known.ok_or_else(|| foreign(format!("its format is {:?}", source.format)))
    }
}

/// A file that was written whole, open for reading.
#[derive(Debug)]
pub struct ArrayReader {
    file: File,
    path: PathBuf,
    source: Source,
}

impl ArrayReader {
    /// Opens a file that says where it comes from.
    ///
    /// # Errors
    /// [`OutputError`] for a file that is not ours, is damaged, or is newer than this program.
    pub fn open(path: &Path) -> Result<ArrayReader, OutputError> {
        let file = open(path, false)?;
        let source = Source::read(&file, path)?;
        let source = source.ok_or_else(|| OutputError::Foreign {
            path: path.to_path_buf(),
            reason: "it has no dataset source/arrays".to_owned(),
        })?;
        const KNOWN: i64 = 1;
        if source.format_version > KNOWN {
            return Err(OutputError::Newer { path: path.to_path_buf(), found: source.format_version, known: KNOWN });
        }
        Ok(ArrayReader { file, path: path.to_path_buf(), source })
    }

    /// Where the file comes from.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// The error for a file whose arrays contradict each other.
    pub fn damaged(&self, reason: String) -> OutputError {
        damaged(&self.path, reason)
    }

    /// The array of this name as the file describes it.
    ///
    /// # Errors
    /// [`OutputError`] when there is none.
    pub fn stored(&self, name: &str) -> Result<&StoredArray, OutputError> {
        let found = self.source.arrays.iter().find(|array| array.name == name);
        found.ok_or_else(|| damaged(&self.path, format!("it has no array {name}")))
    }

    /// Whether there is a dataset of this name.
    pub fn has(&self, name: &str) -> bool {
        has_hard_link(&self.file, name)
    }

    /// A text that the file was made from: `game`, `sweep`; empty where it has none.
    ///
    /// # Errors
    /// [`OutputError`] when it is damaged.
    pub fn text(&self, name: &str) -> Result<String, OutputError> {
        Ok(read_text(&self.file, &self.path, name)?.unwrap_or_default())
    }

    /// The shape of an array.
    ///
    /// # Errors
    /// [`OutputError`] when there is none.
    pub fn shape(&self, name: &str) -> Result<Vec<usize>, OutputError> {
        Ok(dataset(&self.file, &self.path, name)?.shape())
    }

    /// All numbers of an array, row-major; whole numbers too.
    ///
    /// # Errors
    /// [`OutputError`] when there is none of numbers, or it is larger than 2^27.
    pub fn numbers(&self, name: &str) -> Result<Vec<f64>, OutputError> {
        if self.holds_integers(name)? {
            return Ok(self.integers(name)?.into_iter().map(|value| value as f64).collect());
        }
        self.all(name, TypeDescriptor::Float(FloatSize::U8))
    }

    /// Whether an array holds whole numbers.
    ///
    /// # Errors
    /// [`OutputError`] when there is none.
    pub fn holds_integers(&self, name: &str) -> Result<bool, OutputError> {
        let array = dataset(&self.file, &self.path, name)?;
        let found = array.dtype().and_then(|t| t.to_descriptor()).map_err(OutputError::damaged(&self.path, name))?;
        Ok(found == TypeDescriptor::Integer(IntSize::U8))
    }

    /// The times of the file: finite and increasing, at least one.
    ///
    /// # Errors
    /// [`OutputError`] when they are not.
    pub fn times(&self) -> Result<Vec<f64>, OutputError> {
        let times = self.numbers("time")?;
        check_some_times(&self.path, &times)?;
        Ok(times)
    }

    /// An array that must have this shape.
    ///
    /// # Errors
    /// [`OutputError`] when it has another.
    pub fn expect_shape(&self, name: &str, expected: &[usize]) -> Result<(), OutputError> {
        let found = self.shape(name)?;
        if found == expected {
            return Ok(());
        }
        Err(damaged(&self.path, format!("{name} has shape {found:?}, expected {expected:?}")))
    }

    /// All whole numbers of an array, row-major.
    ///
    /// # Errors
    /// [`OutputError`] when there is none of whole numbers, or it is larger than 2^27.
    pub fn integers(&self, name: &str) -> Result<Vec<i64>, OutputError> {
        self.all(name, TypeDescriptor::Integer(IntSize::U8))
    }

    /// The numbers of one row (first index), row-major.
    ///
    /// # Errors
    /// [`OutputError`] when there is none, or it is larger than 2^27.
    pub fn row(&self, name: &str, row: usize) -> Result<Vec<f64>, OutputError> {
        let array = dataset(&self.file, &self.path, name)?;
        let shape = array.shape();
        let rows = shape.first().copied().unwrap_or(0);
        if row >= rows || array.size() / rows > MAXIMUM_ARRAY {
            return Err(damaged(&self.path, format!("{name} has the shape {shape:?}; row {row} was asked for")));
        }
        self.check(name, &array, TypeDescriptor::Float(FloatSize::U8))?;
        read_row(&array, row).map_err(OutputError::damaged(&self.path, name))
    }

    /// A number in an attribute of a group.
    ///
    /// # Errors
    /// [`OutputError`] when it is missing.
    pub fn attribute(&self, group: &str, name: &str) -> Result<f64, OutputError> {
        let read = self.file.group(group).and_then(|group| group.attr(name)?.read_scalar::<f64>());
        read.map_err(OutputError::damaged(&self.path, &format!("attribute {name} of {group}")))
    }

    /// The grid of a player from its coordinates, with their period and origin.
    ///
    /// # Errors
    /// [`OutputError`] when they are missing or are no grid.
    pub fn grid(&self, player: Player) -> Result<Grid, OutputError> {
        read_grid(&self.file, &self.path, player)
    }

    fn all<T: H5Type>(&self, name: &str, element: TypeDescriptor) -> Result<Vec<T>, OutputError> {
        let array = dataset(&self.file, &self.path, name)?;
        if array.size() > MAXIMUM_ARRAY {
            return Err(damaged(&self.path, format!("{name} has the shape {:?}", array.shape())));
        }
        self.check(name, &array, element)?;
        array.read_raw::<T>().map_err(OutputError::damaged(&self.path, name))
    }

    fn check(&self, name: &str, array: &Dataset, element: TypeDescriptor) -> Result<(), OutputError> {
        let found = array.dtype().and_then(|t| t.to_descriptor()).map_err(OutputError::damaged(&self.path, name))?;
        if found == element {
            return Ok(());
        }
        Err(damaged(&self.path, format!("{name} holds {found}, expected {element}")))
    }
}

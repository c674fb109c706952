//! A file with its complete header and all arrays, before anything is known of the run.
//!
//! While a run goes on no metadata may move: the header is written once, every array has its final place in the file
//! and is filled with NaN, and what follows overwrites numbers in place. That is the only layout of HDF5 that survived
//! a kill after every single write (old format, contiguous, early allocation, no filter). A finished file is written
//! once, compressed and with checksums.

use super::OutputError;
use super::attribute::{write_bytes, write_number, write_text};
use super::header::{Header, State};
use super::layout::{Layout, coordinate_names};
use super::nexus::write_signal;
use super::record::{EigenvalueRecord, EquilibriumRecord};
use super::scale;
use super::schema::{
    EIGENVALUE_ERROR, EIGENVALUES, Element, Extents, MODE, PART, RESIDUAL, Role, Variable, total_bytes, variables,
};
use crate::game::Player;
use hdf5::dataset::{AllocTime, FillTime, Layout as StorageLayout};
use hdf5::file::LibraryVersion;
use hdf5::types::VarLenUnicode;
use hdf5::{Dataset, File, FileBuilder, Result};
use std::path::Path;

/// Deflate level of finished files. Densities hardly compress; higher levels cost time for nothing.
const DEFLATE: u8 = 4;

/// Attribute of `/checkpoint` with the names of the attributes of `/equilibrium`, as a JSON list: listing attributes is
/// not safe in a damaged file.
pub(super) const EQUILIBRIUM_ATTRIBUTES: &str = "equilibrium_attributes";

/// Everything that is in a file when it is created.
#[derive(Debug, Clone)]
pub(super) struct Blank {
    pub header: Header,
    pub layout: Layout,
    pub equilibrium: Option<EquilibriumRecord>,
    /// In finished files of runs whose spectrum could be had.
    pub spectrum: Option<EigenvalueRecord>,
    /// Room in `/steps`.
    pub steps: usize,
    /// Bytes of a checkpoint slot; 0 for none.
    pub slot: usize,
    pub state: State,
}

impl Blank {
    pub fn variables(&self) -> Vec<Variable> {
        variables(&Extents {
            layout: &self.layout,
            equilibrium: self.equilibrium.is_some(),
            spectrum: self.spectrum.as_ref().map(|spectrum| spectrum.eigenvalues.len()),
            game: self.header.game.len(),
            steps: self.steps,
            slot: self.slot,
        })
    }

    /// Bytes of the file, less a header of a few kilobytes.
    pub fn bytes(&self) -> u64 {
        total_bytes(&self.variables()).saturating_add(self.header.game.len() as u64)
    }

    /// Writes the file; whatever was at `path` is lost.
    pub fn create(&self, path: &Path) -> std::result::Result<File, OutputError> {
        let file = unbuffered().create(path).map_err(OutputError::write(path, "new file"))?;
        match self.fill(&file).and_then(|()| file.flush()) {
            Ok(()) => Ok(file),
            Err(error) => {
                // Closing would try to write again what could not be written.
                std::mem::forget(file);
                Err(OutputError::write(path, "header")(error))
            }
        }
    }

    fn fill(&self, file: &File) -> Result<()> {
        for group in ["steps", "checkpoint"] {
            file.create_group(group)?;
        }
        self.header.write(file, self.state)?;
        let mut axes = vec!["time".to_owned()];
        axes.extend(coordinate_names(Player::X, self.layout.grid(Player::X).dimension()));
        write_signal(file, "mu", &axes)?;
        if let Some(equilibrium) = &self.equilibrium {
            let group = file.create_group("equilibrium")?;
            write_numbers(&group, &equilibrium.attributes)?;
            let names: Vec<&str> = equilibrium.attributes.iter().map(|(name, _)| name.as_str()).collect();
            let json = serde_json::to_vec(&names).expect("strings are valid JSON");
            let checkpoint = file.group("checkpoint")?;
            write_bytes(&checkpoint, EQUILIBRIUM_ATTRIBUTES, &json)?;
        }
        if let Some(spectrum) = &self.spectrum {
            let group = file.create_group("spectrum")?;
            write_numbers(&group, &spectrum.attributes)?;
        }
        let variables = self.variables();
        for variable in &variables {
            let dataset = self.create_dataset(file, variable)?;
            write_text(&dataset, "units", "1")?;
            write_text(&dataset, "long_name", &variable.long_name)?;
        }
        scale::connect(file, &variables)?;
        self.fill_constants(file)?;
        self.fill_equilibrium(file)?;
        self.fill_spectrum(file)
    }

    fn create_dataset(&self, file: &File, variable: &Variable) -> Result<Dataset> {
        let builder = match variable.element {
            Element::Float => file.new_dataset::<f64>().fill_value(f64::NAN),
            Element::Integer => file.new_dataset::<i64>(),
            Element::Unsigned => file.new_dataset::<u64>(),
            Element::Byte => file.new_dataset::<u8>(),
            Element::Text => file.new_dataset::<VarLenUnicode>(),
        };
        let builder = builder.obj_track_times(false);
        let empty = variable.shape.contains(&0);
        let builder = match (variable.role, self.state) {
            (Role::Length, _) => builder.layout(StorageLayout::Contiguous).alloc_time(Some(AllocTime::Late)),
            (_, State::Finished) if !empty => builder.chunk(chunk(variable)).shuffle().deflate(DEFLATE).fletcher32(),
            _ => {
                builder.layout(StorageLayout::Contiguous).alloc_time(Some(AllocTime::Early)).fill_time(FillTime::Alloc)
            }
        };
        builder.shape(variable.shape.clone()).create(variable.path.as_str())
    }

    fn fill_constants(&self, file: &File) -> Result<()> {
        for player in Player::BOTH {
            let grid = self.layout.grid(player);
            for (axis, name) in coordinate_names(player, grid.dimension()).iter().enumerate() {
                let dataset = file.dataset(name)?;
                dataset.write_raw(&grid.axis(axis).coordinates())?;
                let attributes = self.layout.axis_attributes(player, axis);
                attributes.iter().try_for_each(|(name, value)| write_number(&dataset, name, *value))?;
            }
        }
        let numbers: Vec<i64> = (1..=self.steps as i64).collect();
        file.dataset("steps/accepted")?.write_raw(&numbers)?;
        file.dataset("checkpoint/game")?.write_raw(self.header.game.as_bytes())?;
        file.dataset("checkpoint/planned_time")?.write_raw(self.layout.times())
    }

    fn fill_equilibrium(&self, file: &File) -> Result<()> {
        let Some(equilibrium) = &self.equilibrium else { return Ok(()) };
        for (path, values) in [("equilibrium/mu", &equilibrium.mu), ("equilibrium/nu", &equilibrium.nu)] {
            let dataset = file.dataset(path)?;
            write_values(&dataset, values)?;
            write_numbers(&dataset, &equilibrium.attributes)?;
        }
        Ok(())
    }

    fn fill_spectrum(&self, file: &File) -> Result<()> {
        let Some(spectrum) = &self.spectrum else { return Ok(()) };
        file.dataset(MODE.0)?.write_raw(&(0..spectrum.eigenvalues.len() as i64).collect::<Vec<_>>())?;
        file.dataset(PART.0)?.write_raw(&[0i64, 1])?;
        let eigenvalues = file.dataset(EIGENVALUES.0)?;
        write_values(&eigenvalues, spectrum.eigenvalues.as_flattened())?;
        write_numbers(&eigenvalues, &spectrum.attributes)?;
        write_values(&file.dataset(EIGENVALUE_ERROR.0)?, &spectrum.errors)?;
        write_values(&file.dataset(RESIDUAL.0)?, &spectrum.residuals)
    }
}

/// Access that every file of ours is opened with: the oldest format, readers not locked out.
pub(super) fn access() -> FileBuilder {
    let mut builder = File::with_options();
    builder.with_fapl(|access| access.libver_bounds(LibraryVersion::Earliest, LibraryVersion::V18).file_locking(false));
    builder
}

/// The same for writing, without HDF5's buffers for parts of arrays: what a buffer holds is written when the dataset is
/// closed, and an error of that is lost. So an error comes back from the call that writes.
pub(super) fn unbuffered() -> FileBuilder {
    let mut builder = access();
    builder.with_fapl(|access| access.sieve_buf_size(0).chunk_cache(1, 0, 1.0));
    builder
}

/// Writes a whole dataset of any rank from row-major values.
pub(super) fn write_values(dataset: &Dataset, values: &[f64]) -> Result<()> {
    let view = ndarray::ArrayView::from_shape(dataset.shape(), values).map_err(|error| error.to_string())?;
    dataset.write(view)
}

/// One snapshot to a chunk, so that reading one does not unpack others; smaller arrays are one chunk.
fn chunk(variable: &Variable) -> Vec<usize> {
    let mut chunk = variable.shape.clone();
    let is_one_thing = ["equilibrium/", "spectrum/"].iter().any(|group| variable.path.starts_with(group));
    if variable.axes.len() > 1 && !is_one_thing {
        chunk[0] = 1;
    }
    chunk
}

fn write_numbers(location: &hdf5::Location, numbers: &[(impl AsRef<str>, f64)]) -> Result<()> {
    numbers.iter().try_for_each(|(name, value)| write_number(location, name.as_ref(), *value))
}

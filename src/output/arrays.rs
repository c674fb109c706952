//! Files that are written whole: datasets with their values, dimension scales, one rename.

use super::OutputError;
use super::attribute::{write_number, write_text};
use super::blank::{unbuffered, write_values};
use super::layout::coordinate_names;
use super::place::Place;
use super::scale;
use super::schema::{Element, Role, Variable};
use crate::game::Player;
use crate::torus::Grid;
use hdf5::dataset::{AllocTime, Layout as StorageLayout};
use hdf5::types::VarLenUnicode;
use hdf5::{Dataset, File, Result};
use std::path::Path;

/// Deflate level.
const DEFLATE: u8 = 4;

/// A dataset with its values.
pub(super) struct Array {
    pub variable: Variable,
    pub values: Values,
    /// Numbers in attributes.
    pub attributes: Vec<(&'static str, f64)>,
}

/// The values of a dataset.
pub(super) enum Values {
    Float(Vec<f64>),
    Index(Vec<i64>),
    Bytes(Vec<u8>),
    /// UTF-8 without NUL.
    Texts(Vec<String>),
    /// Nothing but this length.
    Length(usize),
}

impl Values {
    fn len(&self) -> usize {
        match self {
            Values::Float(values) => values.len(),
            Values::Index(values) => values.len(),
            Values::Bytes(values) => values.len(),
            Values::Texts(values) => values.len(),
            Values::Length(length) => *length,
        }
    }
}

/// Values in a chunk of a large array: 8 MiB.
const CHUNK: usize = 1 << 20;

/// The whole of a small array; of a large one, as many of its last axes as a chunk holds, at least the last two.
fn chunk(shape: &[usize]) -> Vec<usize> {
    let mut chunk = shape.to_vec();
    for axis in 0..shape.len().saturating_sub(2) {
        if chunk.iter().product::<usize>() > CHUNK {
            chunk[axis] = 1;
        }
    }
    chunk
}

/// Builds the datasets of one group.
pub(super) struct Builder<'a> {
    group: &'a str,
    pub arrays: Vec<Array>,
}

impl Builder<'_> {
    /// No dataset yet; paths begin with the group, unless that is empty.
    pub fn new(group: &str) -> Builder<'_> {
        Builder { group, arrays: Vec::new() }
    }

    fn path(&self, name: &str) -> String {
        if self.group.is_empty() { name.to_owned() } else { format!("{}/{name}", self.group) }
    }

    /// Adds a dataset: a scale when it has no axes, an array over scales pushed before otherwise.
    pub fn push(&mut self, name: &str, long_name: &str, axes: &[&str], values: Values) {
        let axes: Vec<String> = axes.iter().map(|axis| self.path(axis)).collect();
        let length = |axis: &String| {
            let scale = self.arrays.iter().find(|array| array.variable.path == *axis);
            scale.expect("scales come first").values.len()
        };
        let is_scale = axes.is_empty();
        let variable = Variable {
            path: self.path(name),
            long_name: long_name.to_owned(),
            role: match values {
                Values::Length(_) => Role::Length,
                _ if is_scale => Role::Scale,
                _ => Role::Array,
            },
            element: match values {
                Values::Float(_) => Element::Float,
                Values::Index(_) => Element::Integer,
                Values::Bytes(_) | Values::Length(_) => Element::Byte,
                Values::Texts(_) => Element::Text,
            },
            shape: if is_scale { vec![values.len()] } else { axes.iter().map(length).collect() },
            axes,
        };
        self.arrays.push(Array { variable, values, attributes: Vec::new() });
    }

    /// A scale that counts from 0.
    pub fn count(&mut self, name: &str, long_name: &str, length: usize) {
        self.push(name, long_name, &[], Values::Index((0..length as i64).collect()));
    }

    /// Adds the coordinates of the nodes of a player, each axis with its attributes; their names.
    pub fn nodes(
        &mut self,
        player: Player,
        grid: &Grid,
        attributes: impl Fn(usize) -> Vec<(&'static str, f64)>,
    ) -> Vec<String> {
        let names = coordinate_names(player, grid.dimension());
        for (axis, name) in names.iter().enumerate() {
            let long_name = format!("coordinate {name} of the grid nodes");
            self.push(name, &long_name, &[], Values::Float(grid.axis(axis).coordinates()));
            let scale = self.arrays.last_mut().expect("just pushed");
            scale.attributes = attributes(axis);
        }
        names
    }
}

/// Writes groups and arrays, and what `describe` adds, to a new file put in place by one rename.
///
/// # Errors
/// [`OutputError`], as for any output.
pub(super) fn write_whole(
    path: &Path,
    overwrite: bool,
    groups: &[&str],
    arrays: &[Array],
    describe: impl FnOnce(&File) -> Result<()>,
) -> std::result::Result<(), OutputError> {
    let place = Place::new(path)?;
    let _lock = place.lock()?;
    if let (Some(existing), false) = (place.existing(), overwrite) {
        return Err(OutputError::Exists { path: existing.to_path_buf(), hint: "" });
    }
    replace(&place, &place.output, groups, arrays, describe)
}

/// The same in the place of `target`, by the owner of the lock.
pub(super) fn replace(
    place: &Place,
    target: &Path,
    groups: &[&str],
    arrays: &[Array],
    describe: impl FnOnce(&File) -> Result<()>,
) -> std::result::Result<(), OutputError> {
    place.reserve(8 * arrays.iter().map(|array| array.values.len() as u64).sum::<u64>())?;
    place.unless_failed(write(&place.temporary, target, groups, arrays, describe))?;
    place.install(target)
}

/// Writes the file that becomes `target`.
fn write(
    temporary: &Path,
    target: &Path,
    groups: &[&str],
    arrays: &[Array],
    describe: impl FnOnce(&File) -> Result<()>,
) -> std::result::Result<(), OutputError> {
    let file = unbuffered().create(temporary).map_err(OutputError::write(target, "new file"))?;
    match fill(&file, groups, arrays, describe).and_then(|()| file.flush()) {
        Ok(()) => Ok(()),
        Err(error) => {
            // Closing would try to write again what could not be written.
            std::mem::forget(file);
            Err(OutputError::write(target, "the datasets")(error))
        }
    }
}

fn fill(file: &File, groups: &[&str], arrays: &[Array], describe: impl FnOnce(&File) -> Result<()>) -> Result<()> {
    groups.iter().try_for_each(|group| file.create_group(group).map(drop))?;
    describe(file)?;
    for array in arrays {
        let dataset = create(file, array)?;
        write_text(&dataset, "units", "1")?;
        write_text(&dataset, "long_name", &array.variable.long_name)?;
        array.attributes.iter().try_for_each(|(name, value)| write_number(&dataset, name, *value))?;
    }
    let variables: Vec<Variable> = arrays.iter().map(|array| array.variable.clone()).collect();
    scale::connect(file, &variables)
}

fn create(file: &File, array: &Array) -> Result<Dataset> {
    let Variable { path, shape, .. } = &array.variable;
    let builder = match &array.values {
        Values::Float(_) => file.new_dataset::<f64>(),
        Values::Index(_) => file.new_dataset::<i64>(),
        Values::Bytes(_) | Values::Length(_) => file.new_dataset::<u8>(),
        Values::Texts(_) => file.new_dataset::<VarLenUnicode>(),
    };
    let builder = builder.obj_track_times(false);
    let builder = match &array.values {
        Values::Length(_) => builder.layout(StorageLayout::Contiguous).alloc_time(Some(AllocTime::Late)),
        _ if shape.contains(&0) => builder.layout(StorageLayout::Contiguous),
        // What a filter would see of texts are their addresses.
        Values::Texts(_) => builder.layout(StorageLayout::Contiguous),
        _ => builder.chunk(chunk(shape)).shuffle().deflate(DEFLATE).fletcher32(),
    };
    let dataset = builder.shape(shape.clone()).create(path.as_str())?;
    match &array.values {
        Values::Float(values) => write_values(&dataset, values)?,
        Values::Index(values) => dataset.write_raw(values)?,
        Values::Bytes(values) => dataset.write_raw(values)?,
        Values::Texts(values) => {
            let texts = values.iter().map(|text| text.parse()).collect::<std::result::Result<Vec<VarLenUnicode>, _>>();
            dataset.write_raw(&texts.map_err(|_| hdf5::Error::from("a text has a NUL character"))?)?;
        }
        Values::Length(_) => {}
    }
    Ok(dataset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_arrays_are_cut_along_their_first_axes() {
        assert_eq!(chunk(&[100, 1000, 2]), [100, 1000, 2]);
        assert_eq!(chunk(&[100, 1_000_000, 2]), [1, 1_000_000, 2]);
        assert_eq!(chunk(&[32, 101, 1000, 1]), [1, 101, 1000, 1]);
        assert_eq!(chunk(&[5_000_000]), [5_000_000]);
    }
}

//! Files that are written whole, with dimension scales, and put in place by one rename.

use super::OutputError;
use super::attribute::{write_number, write_text};
use super::blank::{access, write_values};
use super::place::Place;
use super::scale;
use super::schema::{Element, Role, Variable};
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

pub(super) enum Values {
    Float(Vec<f64>),
    Index(Vec<i64>),
}

impl Values {
    fn len(&self) -> usize {
        match self {
            Values::Float(values) => values.len(),
            Values::Index(values) => values.len(),
        }
    }
}

/// Builds the datasets of one group, and of the root for an empty one.
pub(super) struct Builder<'a> {
    pub group: &'a str,
    pub arrays: Vec<Array>,
}

impl Builder<'_> {
    fn path(&self, name: &str) -> String {
        if self.group.is_empty() { name.to_owned() } else { format!("{}/{name}", self.group) }
    }

    /// A dataset over scales of the group, which come first; a scale when it has no axes.
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
            role: if is_scale { Role::Scale } else { Role::Array },
            element: if matches!(values, Values::Float(_)) { Element::Float } else { Element::Integer },
            shape: if is_scale { vec![values.len()] } else { axes.iter().map(length).collect() },
            axes,
        };
        self.arrays.push(Array { variable, values, attributes: Vec::new() });
    }

    /// A scale that counts from 0.
    pub fn count(&mut self, name: &str, long_name: &str, length: usize) {
        self.push(name, long_name, &[], Values::Index((0..length as i64).collect()));
    }
}

/// Creates the file, lets `begin` write its attributes and groups, and fills in the arrays.
///
/// # Errors
/// [`OutputError`], as for any output; `what` names the contents.
pub(super) fn write_whole(
    path: &Path,
    overwrite: bool,
    what: &'static str,
    arrays: &[Array],
    begin: impl FnOnce(&File) -> Result<()>,
) -> std::result::Result<(), OutputError> {
    let place = Place::new(path)?;
    let _lock = place.lock()?;
    if let (Some(existing), false) = (place.existing(), overwrite) {
        return Err(OutputError::Exists { path: existing.to_path_buf(), hint: "" });
    }
    place.reserve(8 * arrays.iter().map(|array| array.values.len() as u64).sum::<u64>())?;
    let file = access().create(&place.temporary).map_err(OutputError::write(path, "new file"))?;
    match begin(&file).and_then(|()| fill(&file, arrays)).and_then(|()| file.flush()) {
        Ok(()) => drop(file),
        Err(error) => {
            // Closing would try to write again what could not be written.
            std::mem::forget(file);
            return Err(OutputError::write(path, what)(error));
        }
    }
    place.install(&place.output)
}

fn fill(file: &File, arrays: &[Array]) -> Result<()> {
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
    };
    let builder = builder.obj_track_times(false).chunk(shape.clone()).shuffle().deflate(DEFLATE).fletcher32();
    let dataset = builder.shape(shape.clone()).create(path.as_str())?;
    match &array.values {
        Values::Float(values) => write_values(&dataset, values)?,
        Values::Index(values) => dataset.write_raw(values)?,
    }
    Ok(dataset)
}

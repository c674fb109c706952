//! Dimension scales: which coordinate belongs to which axis of which array (HDF5 Dimension Scale Specification).
//!
//! A scale has the attributes `CLASS = "DIMENSION_SCALE"`, `NAME`, and `REFERENCE_LIST`, which points back to every
//! array that uses it; an array has `DIMENSION_LIST`, one list of references for each axis. netCDF readers take the
//! name of a scale without coordinates from its `NAME`.

use super::attribute::write_fixed_string;
use super::schema::{Role, Variable};
use hdf5::types::VarLenArray;
use hdf5::{File, H5Type, ObjectReference1, Result};
use std::collections::BTreeMap;

/// An entry of `REFERENCE_LIST`.
#[derive(H5Type, Clone, Copy)]
#[repr(C)]
struct Use {
    dataset: ObjectReference1,
    dimension: i32,
}

/// Marks the scales and attaches them to the arrays. All datasets must exist.
pub(super) fn connect(file: &File, variables: &[Variable]) -> Result<()> {
    let mut uses: BTreeMap<&str, Vec<Use>> = BTreeMap::new();
    for array in variables.iter().filter(|variable| variable.role == Role::Array) {
        let dataset: ObjectReference1 = file.reference(&array.path)?;
        let mut axes = Vec::with_capacity(array.axes.len());
        for (dimension, scale) in array.axes.iter().enumerate() {
            axes.push(VarLenArray::from_slice(&[file.reference::<ObjectReference1>(scale)?]));
            uses.entry(scale).or_default().push(Use { dataset, dimension: dimension as i32 });
        }
        let attribute = file.dataset(&array.path)?.new_attr::<VarLenArray<ObjectReference1>>();
        attribute.shape(axes.len()).create("DIMENSION_LIST")?.write(&axes)?;
    }
    for scale in variables.iter().filter(|variable| variable.role != Role::Array) {
        let dataset = file.dataset(&scale.path)?;
        write_fixed_string(&dataset, "CLASS", "DIMENSION_SCALE")?;
        write_fixed_string(&dataset, "NAME", &scale_name(scale))?;
        let list = uses.remove(scale.path.as_str()).unwrap_or_default();
        if !list.is_empty() {
            dataset.new_attr::<Use>().shape(list.len()).create("REFERENCE_LIST")?.write(&list)?;
        }
    }
    Ok(())
}

/// The netCDF-4 convention: a dimension without coordinates says so, with its length in ten characters.
fn scale_name(scale: &Variable) -> String {
    match scale.role {
        Role::Length => format!("This is a netCDF dimension but not a netCDF variable.{:10}", scale.shape[0]),
        _ => scale.path.rsplit('/').next().expect("a path has a last part").to_string(),
    }
}

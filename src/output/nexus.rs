//! Which array a viewer shows first, by the NeXus convention (NXdata: attributes `signal` and `axes` of a group), which h5web,
//! myHDF5 and nexpy follow.

use super::attribute::write_text;
use hdf5::types::VarLenUnicode;
use hdf5::{File, Result};

/// Names the array that is shown first, and its axes, at the root.
pub(super) fn write_signal(file: &File, signal: &str, axes: &[impl AsRef<str>]) -> Result<()> {
    write_text(file, "NX_class", "NXdata")?;
    write_text(file, "signal", signal)?;
    let names = axes.iter().map(|axis| axis.as_ref().parse()).collect::<std::result::Result<Vec<VarLenUnicode>, _>>();
    let names = names.map_err(|_| hdf5::Error::from("the name of an axis has a NUL character"))?;
    file.new_attr::<VarLenUnicode>().shape(names.len()).create("axes")?.write(&names)
}

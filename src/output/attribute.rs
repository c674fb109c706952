//! Attributes: UTF-8 text of any length, numbers, and the fixed strings that mark dimension scales.

use hdf5::types::VarLenUnicode;
use hdf5::{Location, Result};
use hdf5_sys::h5a::{H5Aclose, H5Acreate2, H5Awrite};
use hdf5_sys::h5p::H5P_DEFAULT;
use hdf5_sys::h5s::{H5S_class_t, H5Sclose, H5Screate};
use hdf5_sys::h5t::{H5T_C_S1, H5T_str_t, H5Tclose, H5Tcopy, H5Tset_size, H5Tset_strpad};
use std::ffi::CString;

/// More than an attribute of fixed size can hold.
const MAXIMUM_ATTRIBUTE: usize = 1 << 16;

/// Writes variable-length UTF-8: a fixed-length attribute above 64 KiB fails in the old file format.
pub(super) fn write_text(location: &Location, name: &str, text: &str) -> Result<()> {
    let value: VarLenUnicode = text.parse().map_err(|_| hdf5::Error::from("the text has a NUL character"))?;
    location.new_attr::<VarLenUnicode>().create(name)?.write_scalar(&value)
}

/// Writes bytes.
pub(super) fn write_bytes(location: &Location, name: &str, bytes: &[u8]) -> Result<()> {
    location.new_attr::<u8>().shape(bytes.len()).create(name)?.write(bytes)
}

/// Reads what [`write_bytes`] has written.
pub(super) fn read_bytes(location: &Location, name: &str) -> Result<Vec<u8>> {
    let attribute = location.attr(name)?;
    if attribute.size() > MAXIMUM_ATTRIBUTE {
        return Err(format!("attribute {name} claims {} bytes", attribute.size()).into());
    }
    attribute.read_raw::<u8>()
}

/// Writes a scalar `f64`.
pub(super) fn write_number(location: &Location, name: &str, value: f64) -> Result<()> {
    location.new_attr::<f64>().create(name)?.write_scalar(&value)
}

/// Writes a scalar `i64`.
pub(super) fn write_integer(location: &Location, name: &str, value: i64) -> Result<()> {
    location.new_attr::<i64>().create(name)?.write_scalar(&value)
}

/// Writes a fixed-length string that ends in NUL.
///
/// Readers recognise a dimension scale by such a string only: the null-padded kind, which is all the safe interface
/// offers, is not seen by `H5DSis_scale`.
pub(super) fn write_fixed_string(location: &Location, name: &str, text: &str) -> Result<()> {
    let name = CString::new(name).expect("attribute names have no NUL");
    let text = CString::new(text).expect("scale names have no NUL");
    let bytes = text.as_bytes_with_nul();
    // SAFETY: every identifier is used between its creation and its close; `bytes` has the size given to the type.
    let status = hdf5::sync::sync(|| unsafe {
        let string = H5Tcopy(*H5T_C_S1);
        H5Tset_size(string, bytes.len());
        H5Tset_strpad(string, H5T_str_t::H5T_STR_NULLTERM);
        let space = H5Screate(H5S_class_t::H5S_SCALAR);
        let attribute = H5Acreate2(location.id(), name.as_ptr(), string, space, H5P_DEFAULT, H5P_DEFAULT);
        let status = if attribute < 0 { -1 } else { H5Awrite(attribute, string, bytes.as_ptr().cast()) };
        H5Aclose(attribute);
        H5Sclose(space);
        H5Tclose(string);
        status
    });
    if status < 0 { Err(format!("attribute {name:?} could not be written").into()) } else { Ok(()) }
}

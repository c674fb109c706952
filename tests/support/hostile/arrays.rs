//! Files of arrays: npy, npz, text, and HDF5 files as clouds.

use super::damage::damaged;
use super::originals::originals;
use nashflow::array_file::{ArrayAddress, NumericArray};
use nashflow::output::embedded_game;
use std::path::Path;

/// Reads an array; what comes out must be as large as it says.
fn read(address: &ArrayAddress) {
    if let Ok(NumericArray { shape, values, .. }) = address.read() {
        assert_eq!(shape.iter().product::<usize>(), values.len(), "{address:?}");
        assert!(!shape.is_empty(), "{address:?}");
    }
}

fn named(path: &Path, name: &str) -> ArrayAddress {
    ArrayAddress { name: Some(name.to_owned()), ..ArrayAddress::whole(path) }
}

fn written(folder: &Path, name: &str, bytes: &[u8]) -> std::path::PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, bytes).expect("room for a small file");
    path
}

/// An npy file.
pub fn npy(folder: &Path, bytes: &[u8]) {
    read(&ArrayAddress::whole(written(folder, "array.npy", bytes)));
}

/// An npz file.
pub fn npz(folder: &Path, bytes: &[u8]) {
    let path = written(folder, "array.npz", bytes);
    read(&ArrayAddress::whole(&path));
    for name in ["x", "y", "times", "../x"] {
        let _ = named(&path, name).is_member();
        read(&named(&path, name));
    }
}

/// A file of columns.
pub fn text(folder: &Path, bytes: &[u8]) {
    read(&ArrayAddress::whole(written(folder, "array.csv", bytes)));
}

/// A damaged HDF5 file as a cloud or an array: see [`damaged`].
pub fn cloud(folder: &Path, script: &[u8]) {
    let Some((_, bytes)) = damaged(originals(), script) else { return };
    let path = written(folder, "cloud.h5", &bytes);
    let _ = embedded_game(&path);
    read(&ArrayAddress::whole(&path));
    for name in ["time", "particles/x", "mu", "equilibrium/nu"] {
        read(&ArrayAddress { time: Some(0.005), ..named(&path, name) });
        read(&named(&path, name));
    }
}

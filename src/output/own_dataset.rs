//! Datasets that have their data in the file itself, reached by hard links only.

use super::OutputError;
use hdf5::{Dataset, File, Group, LinkType};
use std::path::Path;

/// The error for a file that is not what it claims to be.
pub(super) fn damaged(path: &Path, reason: String) -> OutputError {
    OutputError::Damaged { path: path.to_path_buf(), reason }
}

/// A dataset reached by hard links only, with its data in this file: neither an external link nor a virtual dataset
/// may make us read other files.
pub(super) fn dataset(file: &File, path: &Path, name: &str) -> Result<Dataset, OutputError> {
    if !has_hard_link(file, name) {
        return Err(damaged(path, format!("it has no dataset {name} of its own")));
    }
    let dataset = file.dataset(name).map_err(OutputError::damaged(path, name))?;
    let creation = dataset.dcpl().map_err(OutputError::damaged(path, name))?;
    if !creation.external().is_empty() || creation.layout() == hdf5::dataset::Layout::Virtual {
        return Err(damaged(path, format!("the data of {name} are in another file")));
    }
    // HDF5 allocates whole chunks, and ours are never larger than the dataset.
    let chunk = creation.chunk().unwrap_or_default();
    if chunk.iter().zip(dataset.shape()).any(|(&part, whole)| part > whole.max(1)) {
        return Err(damaged(path, format!("{name} has chunks of {chunk:?} in a shape of {:?}", dataset.shape())));
    }
    Ok(dataset)
}

/// Whether every link of the path is a hard one.
pub(super) fn has_hard_link(file: &File, name: &str) -> bool {
    let is_hard = |group: &Group, part: &str| {
        let mut found = false;
        let visited = group.iter_visit_default(|link, info| {
            found |= link == part && info.link_type == LinkType::Hard;
            Ok(())
        });
        visited.is_ok() && found
    };
    match name.split_once('/') {
        None => is_hard(file, name),
        Some((group, part)) => is_hard(file, group) && file.group(group).is_ok_and(|group| is_hard(&group, part)),
    }
}

//! Datasets that have their data in the file itself, reached by hard links only.

use super::OutputError;
use crate::array_file::keeps_its_limits;
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
    if !keeps_its_limits(&dataset).map_err(OutputError::damaged(path, name))? {
        return Err(damaged(path, format!("{name} is longer than it may be")));
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

#[cfg(test)]
mod tests {
    use super::*;

    /// One damaged byte in the length of an axis, which HDF5 itself accepts.
    #[test]
    fn a_dataset_longer_than_it_may_be_is_refused_here_and_among_arrays_of_others() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.h5");
        let file = File::create(&path).unwrap();
        let values = ndarray::Array2::from_elem((3, 5), 1.0);
        file.new_dataset_builder().with_data(&values).chunk((1, 5)).create("values").unwrap();
        file.close().unwrap();
        let read = |path: &Path| {
            let file = File::open(path).unwrap();
            let own = dataset(&file, path, "values").map(|dataset| dataset.shape());
            drop(file);
            let address = crate::array_file::ArrayAddress::parse(&format!("{}:/values", path.display()));
            (own, address.read().map(|array| array.shape))
        };
        let (own, other) = read(&path);
        assert_eq!((own.unwrap(), other.unwrap()), (vec![3, 5], vec![3, 5]));
        let mut bytes = std::fs::read(&path).unwrap();
        let lengths: Vec<u8> = [3_u64, 5, 3, 5].iter().flat_map(|n| n.to_le_bytes()).collect();
        let at = bytes.windows(lengths.len()).position(|window| window == lengths).unwrap();
        bytes[at + 2] = 0xff;
        let damaged = folder.path().join("damaged.h5");
        std::fs::write(&damaged, &bytes).unwrap();
        assert_eq!(File::open(&damaged).unwrap().dataset("values").unwrap().shape(), [0xff0003, 5]);
        let (own, other) = read(&damaged);
        assert!(own.unwrap_err().to_string().contains("longer than it may be"));
        assert!(other.unwrap_err().to_string().contains("beyond its own limit"));
    }
}

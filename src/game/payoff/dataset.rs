//! A dataset whose values lie in the file itself: a table that a user was given must not make us read other files.

use hdf5::{Dataset, File, Group, LinkType, Result};

/// The dataset at the end of a path; `None` when an external link, an external storage or a virtual dataset leads out of
/// the file.
///
/// # Errors
/// Those of HDF5, as for a dataset that is not there.
pub(super) fn own_dataset(file: &File, path: &str) -> Result<Option<Dataset>> {
    let mut group: Group = file.group("/")?;
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let Some((name, parents)) = parts.split_last() else { return file.dataset(path).map(Some) };
    for parent in parents {
        if leads_out(&group, parent)? {
            return Ok(None);
        }
        group = group.group(parent)?;
    }
    if leads_out(&group, name)? {
        return Ok(None);
    }
    let dataset = group.dataset(name)?;
    let creation = dataset.dcpl()?;
    let is_here = creation.external().is_empty() && creation.layout() != hdf5::dataset::Layout::Virtual;
    Ok(is_here.then_some(dataset))
}

/// Soft links count as well: what they name may be an external link.
fn leads_out(group: &Group, name: &str) -> Result<bool> {
    let mut out = false;
    group.iter_visit_default(|link, info| {
        out |= link == name && info.link_type != LinkType::Hard;
        Ok(())
    })?;
    Ok(out)
}

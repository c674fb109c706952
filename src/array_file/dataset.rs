//! Datasets of HDF5 files, with their values in the file itself: what a user was given must not make us read other files.

use super::{ArrayError, NumericArray, checked_count};
use hdf5::types::{FloatSize, TypeDescriptor};
use hdf5::{Dataset, File, Group, Hyperslab, LinkType, SliceOrIndex};
use std::path::Path;

/// Datasets listed in a message.
const LISTED: usize = 20;
/// Two times closer than this share of the larger one are the same.
const SAME_TIME: f64 = 1e-12;

/// Position of a time among stored ones, or the nearest stored one.
///
/// # Errors
/// The nearest time; `None` when there are none.
pub fn position_of_time(times: &[f64], time: f64) -> Result<usize, Option<f64>> {
    let distance = |stored: f64| (stored - time).abs();
    let nearest = (0..times.len())
        .filter(|&row| !times[row].is_nan())
        .min_by(|&a, &b| distance(times[a]).total_cmp(&distance(times[b])));
    match nearest {
        Some(row) if distance(times[row]) <= SAME_TIME * time.abs().max(times[row].abs()) => Ok(row),
        nearest => Err(nearest.map(|row| times[row])),
    }
}

/// Reads the dataset `name`, or the only one at the root; with a time, its row of that time.
pub(super) fn read(path: &Path, name: Option<&str>, time: Option<f64>) -> Result<NumericArray, ArrayError> {
    let file = open(path)?;
    let name = match name {
        Some(name) => name.trim_start_matches('/').to_owned(),
        None => only_dataset(&file, path)?,
    };
    let dataset = own_dataset(&file, path, &name)?;
    let Some(time) = time else { return read_whole(&dataset, path) };
    let times = read_whole(&own_dataset(&file, path, "time")?, path)?;
    let shape = dataset.shape();
    if times.shape.len() != 1 || shape.first() != times.shape.first() {
        let of_replicas = times.shape.len() == 1 && shape.get(1) == times.shape.first();
        let advice =
            if of_replicas { "; its first axis are replicas, which `nashflow validate --replicas` reads" } else { "" };
        let reason =
            format!("@{time}: {name} has shape {shape:?}, time has {:?}: it is no series in time{advice}", times.shape);
        return Err(ArrayError::format(path, reason));
    }
    match position_of_time(&times.values, time) {
        Ok(row) => read_row(&dataset, path, row),
        Err(Some(nearest)) => {
            Err(ArrayError::format(path, format!("it holds no state of time {time}; the nearest is @{nearest}")))
        }
        Err(None) => Err(ArrayError::format(path, "it holds no states yet")),
    }
}

fn open(path: &Path) -> Result<File, ArrayError> {
    let mut builder = File::with_options();
    // Readers lock nobody out, and file systems without locks are no obstacle.
    builder.with_fapl(|access| access.file_locking(false));
    builder.open(path).map_err(|error| ArrayError::format(path, one_line(&error)))
}

/// Whether there is a dataset of this name whose values are in the file.
pub(super) fn exists(path: &Path, name: &str) -> bool {
    open(path).is_ok_and(|file| own_dataset(&file, path, name).is_ok())
}

/// A dataset reached by hard links only.
fn own_dataset(file: &File, path: &Path, name: &str) -> Result<Dataset, ArrayError> {
    let missing = || {
        let datasets = datasets(file);
        let rest = if datasets.len() > LISTED { ", .." } else { "" };
        let listed = datasets.iter().take(LISTED).map(|name| format!("/{name}")).collect::<Vec<_>>().join(", ");
        let there = if datasets.is_empty() { "no datasets at its root".to_owned() } else { format!("{listed}{rest}") };
        ArrayError::format(path, format!("there is no dataset /{name}; it holds {there}"))
    };
    let elsewhere = || {
        ArrayError::format(
            path,
            format!("/{name} is a link or has its values in another file; name a dataset of this file"),
        )
    };
    let mut group: Group = file.group("/").map_err(|_| missing())?;
    let parts: Vec<&str> = name.split('/').filter(|part| !part.is_empty()).collect();
    for (index, part) in parts.iter().enumerate() {
        match link_type(&group, part) {
            None => return Err(missing()),
            Some(LinkType::Hard) => {}
            // Soft links count as well: what they name may be an external link.
            Some(_) => return Err(elsewhere()),
        }
        if index + 1 < parts.len() {
            group = group.group(part).map_err(|_| missing())?;
            continue;
        }
        let dataset = group.dataset(part).map_err(|_| missing())?;
        let creation = dataset.dcpl().map_err(|error| ArrayError::format(path, one_line(&error)))?;
        if !creation.external().is_empty() || creation.layout() == hdf5::dataset::Layout::Virtual {
            return Err(elsewhere());
        }
        match keeps_its_limits(&dataset) {
            Ok(true) => {}
            Ok(false) => return Err(ArrayError::format(path, format!("the shape of /{name} is beyond its own limit"))),
            Err(error) => return Err(ArrayError::format(path, one_line(&error))),
        }
        // HDF5 unpacks whole chunks.
        checked_count(path, &creation.chunk().unwrap_or_default())?;
        return Ok(dataset);
    }
    Err(missing())
}

/// Whether no axis of a dataset is longer than it may become. In a damaged file one can be: HDF5 accepts that, and makes tables
/// of chunks that are not there, gigabytes of them.
///
/// # Errors
/// Those of HDF5.
pub(crate) fn keeps_its_limits(dataset: &Dataset) -> hdf5::Result<bool> {
    let space = dataset.space()?;
    Ok(space.maxdims().iter().zip(space.shape()).all(|(most, length)| most.is_none_or(|most| length <= most)))
}

fn link_type(group: &Group, name: &str) -> Option<LinkType> {
    let mut found = None;
    let visited = group.iter_visit_default(|link, info| {
        if link == name {
            found = Some(info.link_type);
        }
        Ok(())
    });
    visited.ok().and(found)
}

/// Names of the datasets at the root.
fn datasets(file: &File) -> Vec<String> {
    let mut names = Vec::new();
    let visited = file.iter_visit_default(|link, info| {
        if info.link_type == LinkType::Hard && file.dataset(link).is_ok() {
            names.push(link.to_owned());
        }
        Ok(())
    });
    if visited.is_ok() { names } else { Vec::new() }
}

fn only_dataset(file: &File, path: &Path) -> Result<String, ArrayError> {
    let datasets = datasets(file);
    match datasets.as_slice() {
        [only] => Ok(only.clone()),
        [] => Err(ArrayError::format(path, "it holds no datasets at its root; name one: FILE.h5:/group/dataset")),
        [first, ..] => {
            let listed = datasets.iter().take(LISTED).map(|name| format!("/{name}")).collect::<Vec<_>>().join(", ");
            let reason = format!("it holds the datasets {listed}; name one: {}:/{first}", path.display());
            Err(ArrayError::format(path, reason))
        }
    }
}

/// Relative rounding of the numbers as stored.
fn rounding(dataset: &Dataset, path: &Path) -> Result<f64, ArrayError> {
    let element = dataset.dtype().and_then(|element| element.to_descriptor());
    match element.map_err(|error| ArrayError::format(path, one_line(&error)))? {
        TypeDescriptor::Float(FloatSize::U8) => Ok(f64::EPSILON),
        TypeDescriptor::Float(_) => Ok(f64::from(f32::EPSILON)),
        TypeDescriptor::Integer(_) | TypeDescriptor::Unsigned(_) => Ok(f64::EPSILON),
        other => {
            let reason = format!("{} holds {other}, expected real numbers", dataset.name());
            Err(ArrayError::format(path, reason))
        }
    }
}

fn read_whole(dataset: &Dataset, path: &Path) -> Result<NumericArray, ArrayError> {
    let shape = dataset.shape();
    checked_count(path, &shape)?;
    let rounding = rounding(dataset, path)?;
    let values = dataset.read_raw::<f64>().map_err(|error| ArrayError::format(path, one_line(&error)))?;
    // A scalar is an array of one value.
    Ok(NumericArray { shape: if shape.is_empty() { vec![1] } else { shape }, values, rounding })
}

fn read_row(dataset: &Dataset, path: &Path, row: usize) -> Result<NumericArray, ArrayError> {
    let rounding = rounding(dataset, path)?;
    let shape = dataset.shape();
    checked_count(path, &shape[1..])?;
    let mut slices = vec![SliceOrIndex::from(row..row + 1)];
    slices.extend(shape[1..].iter().map(|&length| SliceOrIndex::from(0..length)));
    let array = dataset.read_slice::<f64, _, ndarray::IxDyn>(Hyperslab::from(slices));
    let array = array.map_err(|error| ArrayError::format(path, one_line(&error)))?;
    let shape = if shape.len() > 1 { shape[1..].to_vec() } else { vec![1] };
    Ok(NumericArray { shape, values: array.into_raw_vec_and_offset().0, rounding })
}

/// HDF5 breaks its messages.
fn one_line(error: &hdf5::Error) -> String {
    error.to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}

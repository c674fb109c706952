//! What is in an HDF5 file: every dataset as bytes, every attribute as text.

use std::collections::BTreeMap;
use std::path::Path;

/// Attributes that may differ between two runs of the same game.
const OF_THE_RUN: [&str; 3] = ["created", "command", "history"];

/// Shapes and bytes of datasets, and values of attributes, by path.
#[derive(Debug, PartialEq)]
pub struct Contents {
    pub datasets: BTreeMap<String, (Vec<usize>, Vec<u8>)>,
    pub attributes: BTreeMap<String, String>,
}

impl Contents {
    pub fn read(path: &Path) -> Contents {
        let mut contents = Contents { datasets: BTreeMap::new(), attributes: BTreeMap::new() };
        contents.collect(&open(path), "");
        contents
    }

    fn collect(&mut self, group: &hdf5::Group, prefix: &str) {
        self.collect_attributes(group, prefix);
        for name in group.member_names().unwrap() {
            let path = format!("{prefix}/{name}");
            match group.dataset(&name) {
                Ok(dataset) => {
                    self.collect_attributes(&dataset, &path);
                    self.datasets.insert(path, (dataset.shape(), bytes(&dataset)));
                }
                Err(_) => self.collect(&group.group(&name).unwrap(), &path),
            }
        }
    }

    fn collect_attributes(&mut self, object: &hdf5::Location, path: &str) {
        for name in object.attr_names().unwrap() {
            if OF_THE_RUN.contains(&name.as_str()) {
                continue;
            }
            let attribute = object.attr(&name).unwrap();
            let text = attribute
                .read_scalar::<hdf5::types::VarLenUnicode>()
                .map(|text| text.to_string())
                .or_else(|_| attribute.read_scalar::<f64>().map(|number| format!("{:x}", number.to_bits())));
            // The references between arrays and scales point to other addresses in every file.
            if let Ok(text) = text {
                self.attributes.insert(format!("{path}@{name}"), text);
            }
        }
    }
}

fn bytes(dataset: &hdf5::Dataset) -> Vec<u8> {
    let element = dataset.dtype().unwrap();
    if element.is::<u8>() {
        dataset.read_raw::<u8>().unwrap()
    } else if element.is::<f64>() {
        dataset.read_raw::<f64>().unwrap().iter().flat_map(|value| value.to_bits().to_le_bytes()).collect()
    } else {
        dataset.read_raw::<i64>().unwrap().iter().flat_map(|value| value.to_le_bytes()).collect()
    }
}

/// Opens a file that may still be written.
pub fn open(path: &Path) -> hdf5::File {
    try_open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn try_open(path: &Path) -> hdf5::Result<hdf5::File> {
    let mut options = hdf5::File::with_options();
    options.with_fapl(|access| access.file_locking(false));
    options.open(path)
}

/// Snapshot times, NaN where nothing is written yet.
pub fn times(path: &Path) -> Vec<f64> {
    open(path).dataset("time").unwrap().read_raw::<f64>().unwrap()
}

/// Number of snapshots in a file that may be missing, or be replaced at this moment.
pub fn snapshots_so_far(path: &Path) -> usize {
    let read = || try_open(path)?.dataset("time")?.read_raw::<f64>();
    read().map_or(0, |times| times.iter().take_while(|time| !time.is_nan()).count())
}

/// Compares two files, as bytes.
#[track_caller]
pub fn assert_same(expected: &Path, got: &Path) {
    let (expected, got) = (Contents::read(expected), Contents::read(got));
    assert_eq!(expected.datasets.keys().collect::<Vec<_>>(), got.datasets.keys().collect::<Vec<_>>());
    for (name, (shape, bytes)) in &expected.datasets {
        assert_eq!(shape, &got.datasets[name].0, "shape of {name}");
        assert!(bytes == &got.datasets[name].1, "the bytes of {name} differ");
    }
    assert_eq!(expected.attributes, got.attributes);
}

/// Checks that snapshot times increase strictly.
#[track_caller]
pub fn assert_increasing(path: &Path) {
    let times = times(path);
    assert!(times.windows(2).all(|pair| pair[0] < pair[1]), "{times:?}");
}

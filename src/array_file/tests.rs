use super::*;
use ndarray::{Array1, Array2, ShapeBuilder, array};

fn address(path: &Path) -> ArrayAddress {
    ArrayAddress::whole(path)
}

/// A file of each kind with the same two points.
#[test]
fn every_format_gives_the_same_rows() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let points = array![[0.1, 0.2], [0.6, 0.9]];
    ndarray_npy::write_npy(at("c.npy"), &points).unwrap();
    let fortran = Array2::from_shape_vec((2, 2).f(), vec![0.1, 0.6, 0.2, 0.9]).unwrap();
    ndarray_npy::write_npy(at("fortran.npy"), &fortran).unwrap();
    let file = hdf5::File::create(at("many.h5")).unwrap();
    file.new_dataset_builder().with_data(&points).create("plain").unwrap();
    file.create_group("a")
        .unwrap()
        .new_dataset_builder()
        .with_data(&points)
        .chunk((1, 2))
        .deflate(4)
        .create("b")
        .unwrap();
    file.close().unwrap();
    let named = |name: &str| ArrayAddress { name: Some(name.to_owned()), ..address(&at("many.h5")) };
    let addresses =
        [address(&at("c.npy")), address(&at("fortran.npy")), named("/plain"), named("a/b"), address(&at("many.h5"))];
    for address in addresses {
        let array = address.read().unwrap();
        assert_eq!((array.shape, array.values), (vec![2, 2], vec![0.1, 0.2, 0.6, 0.9]), "{address:?}");
    }
}

#[test]
fn the_row_of_a_time_is_found_to_rounding_and_the_nearest_time_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("series.h5");
    let file = hdf5::File::create(&path).unwrap();
    file.new_dataset_builder().with_data(&array![0.0, 0.1 + 0.2, f64::NAN]).create("time").unwrap();
    let rows = array![[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]];
    file.new_dataset_builder().with_data(&rows).create("u").unwrap();
    file.close().unwrap();
    let at = |time| ArrayAddress { path: path.clone(), name: Some("u".into()), time: Some(time), ..address(&path) };
    assert_eq!(at(0.3).read().unwrap().values, [3.0, 4.0]);
    let error = at(0.31).read().unwrap_err().to_string();
    assert!(error.contains("no state of time 0.31") && error.contains("@0.30000000000000004"), "{error}");
}

#[test]
fn forged_lengths_are_refused_before_memory_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("forged.npy");
    let write = |shape: &str| {
        let header = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}");
        let length = (header.len() as u16).to_le_bytes();
        std::fs::write(&path, [&b"\x93NUMPY\x01\x00"[..], &length, header.as_bytes(), &[0; 16]].concat()).unwrap();
        address(&path).read()
    };
    assert!(matches!(write("(1000000000, 2)"), Err(ArrayError::TooLarge { .. })));
    assert!(matches!(write("(4294967296, 4294967296, 4294967296)"), Err(ArrayError::TooLarge { .. })));
    assert!(write("(99999999999999999999999999, 0)").unwrap_err().to_string().contains("is empty"));
    assert!(matches!(write("(1000, 2)"), Err(ArrayError::Short { announced: 16000, there: 16, .. })));
    assert_eq!(write("(2,)").unwrap().values, [0.0, 0.0]);
    assert_eq!(write("()").unwrap().shape, [1]);
}

#[test]
fn a_member_of_an_archive_is_found_by_its_name() {
    use std::io::Write;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.npz");
    let archive = |members: &[(&str, f64)]| {
        let mut writer = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
        let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
        for (name, value) in members {
            let mut bytes = std::io::Cursor::new(Vec::new());
            ndarray_npy::WriteNpyExt::write_npy(&Array1::from_elem(1000, *value), &mut bytes).unwrap();
            writer.start_file(format!("{name}.npy"), options).unwrap();
            writer.write_all(bytes.get_ref()).unwrap();
        }
        writer.finish().unwrap();
    };
    archive(&[("x", 1.0), ("y", 2.0)]);
    let named = |name: &str| ArrayAddress { name: Some(name.to_owned()), ..address(&path) };
    assert_eq!(named("y").read().unwrap().values, vec![2.0; 1000]);
    let error = address(&path).read().unwrap_err().to_string();
    assert!(error.contains("it holds x, y; name one"), "{error}");
    assert!(named("z").read().unwrap_err().to_string().contains("no array z"));
    archive(&[("x", 1.0)]);
    assert_eq!(address(&path).read().unwrap().shape, [1000]);
}

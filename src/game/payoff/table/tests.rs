use super::*;
use crate::game::payoff::PayoffForm;
use std::f64::consts::PI;

fn sampled(points: usize, step: f64, f: impl Fn(f64, f64) -> f64) -> ArrayD<f64> {
    let value = |i: usize, j: usize| f(2.0 * PI * i as f64 * step, 2.0 * PI * j as f64 * step);
    ArrayD::from_shape_fn(vec![points, points], |index| value(index[0], index[1]))
}

fn wave(a: f64, b: f64) -> f64 {
    (a - b).cos() + 0.3 * (2.0 * a).sin() * (3.0 * b).cos()
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn value_of(payoff: &Payoff, i: usize, j: usize) -> f64 {
    payoff.column(j, &mut payoff.work())[i]
}

#[test]
fn a_table_becomes_the_function_behind_it_on_other_grids() {
    let (x, y) = (Grid::new(&[64], &[2.0], &[0.5]).unwrap(), Grid::new(&[90], &[1.0], &[0.0]).unwrap());
    let table = Table::new(sampled(40, 1.0 / 40.0, wave), ROUNDING).unwrap();
    let payoff = table.payoff(&x, &y).unwrap();
    assert!(payoff.error() <= 1e-14, "{:e}", payoff.error());
    for (i, j) in [(3, 5), (40, 77), (63, 0)] {
        let expected = wave(2.0 * PI * i as f64 / 64.0, 2.0 * PI * j as f64 / 90.0);
        assert!((value_of(&payoff, i, j) - expected).abs() <= 1e-14 * 4.0);
    }
}

#[test]
fn a_second_end_point_is_refused_and_a_symmetric_function_is_not() {
    let twice = Table::new(sampled(65, 1.0 / 64.0, |a, b| (a - b).cos()), ROUNDING);
    assert_eq!(twice.unwrap_err(), TableError::EndPointTwice { axis: 0, points: 65 });
    let symmetric = sampled(64, 1.0 / 64.0, |a, b| (a + PI / 64.0).cos() * (b + PI / 64.0).cos());
    assert!(Table::new(symmetric, ROUNDING).is_ok());
}

#[test]
fn values_that_are_no_numbers_are_refused_with_their_index() {
    let mut values = sampled(8, 0.125, wave);
    values[[2, 5]] = f64::NAN;
    let error = Table::new(values, ROUNDING).unwrap_err();
    assert!(matches!(&error, TableError::NotFinite { index, .. } if *index == [2, 5]), "{error}");
}

#[test]
fn noise_is_no_resolved_function() {
    let mut sequence = super::super::sample::Sequence::new(4);
    let noise = ArrayD::from_shape_fn(vec![16, 16], |_| sequence.unit());
    let grid = Grid::new(&[16], &[1.0], &[0.0]).unwrap();
    let error = Table::new(noise, ROUNDING).unwrap().payoff(&grid, &grid).unwrap_err();
    assert!(matches!(error, PayoffError::Table(TableError::Unresolved { axis: 0, points: 16, .. })), "{error}");
}

#[test]
fn npy_files_of_both_orders_and_precisions_give_the_same_payoff() {
    let folder = folder();
    let grid = Grid::new(&[32], &[1.0], &[0.0]).unwrap();
    let values = sampled(24, 1.0 / 24.0, wave);
    let path = folder.path().join("c.npy");
    ndarray_npy::write_npy(&path, &values).unwrap();
    let fortran = folder.path().join("fortran.npy");
    ndarray_npy::write_npy(&fortran, &values.t().as_standard_layout().into_owned().t()).unwrap();
    let single = folder.path().join("single.npy");
    ndarray_npy::write_npy(&single, &values.mapv(|v| v as f32)).unwrap();
    let expected = wave(2.0 * PI * 3.0 / 32.0, 2.0 * PI * 10.0 / 32.0);
    for (file, tolerance) in [(path, 1e-14), (fortran, 1e-14), (single, 1e-6)] {
        let payoff = Table::read(&file, None, 2).unwrap().payoff(&grid, &grid).unwrap();
        assert!((value_of(&payoff, 3, 10) - expected).abs() <= tolerance, "{}", file.display());
        assert!(payoff.rank() <= 8, "{:?} of rank {}", payoff.form(), payoff.rank());
        assert!(payoff.form() == PayoffForm::LowRank || payoff.form() == PayoffForm::Spectral);
    }
}

#[test]
fn a_big_endian_npy_file_is_read() {
    let folder = folder();
    let path = folder.path().join("big.npy");
    let values = sampled(8, 0.125, |a, b| (a - b).cos());
    let mut header = "{'descr': '>f8', 'fortran_order': False, 'shape': (8, 8), }".to_owned();
    header.push_str(&" ".repeat((64 - (10 + header.len() + 1) % 64) % 64));
    header.push('\n');
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    values.iter().for_each(|v| bytes.extend(v.to_be_bytes()));
    std::fs::write(&path, bytes).unwrap();
    assert_eq!(Table::read(&path, None, 2).unwrap().values, values);
}

#[test]
fn sizes_are_refused_before_anything_is_allocated() {
    let folder = folder();
    let path = folder.path().join("bomb.npy");
    for shape in ["(1000000000000, 2)", "(99999999999999999999999, 4)", "(4096, 4096)"] {
        let header = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}\n");
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend((header.len() as u16).to_le_bytes());
        bytes.extend(header.as_bytes());
        std::fs::write(&path, bytes).unwrap();
        let error = Table::read(&path, None, 2).unwrap_err();
        assert!(matches!(error, TableError::TooLarge { .. } | TableError::Read(_)), "{error}");
    }
    let error = Table::read(folder.path(), None, 2).unwrap_err();
    assert!(matches!(error, TableError::Read(_)), "{error}");
}

#[test]
fn a_dataset_of_an_hdf5_file_is_read_and_a_missing_one_named() {
    let folder = folder();
    let path = folder.path().join("payoff.h5");
    let values = sampled(12, 1.0 / 12.0, wave);
    let file = hdf5::File::create(&path).unwrap();
    file.new_dataset_builder().with_data(&values).create("payoff").unwrap();
    file.close().unwrap();
    assert_eq!(Table::read(&path, Some("/payoff"), 2).unwrap().values, values);
    assert!(matches!(Table::read(&path, Some("/other"), 2), Err(TableError::Read(_))));
    assert!(matches!(Table::read(&path, Some("/payoff"), 3), Err(TableError::Dimension { expected: 3, .. })));
}

#[test]
fn a_table_that_cannot_be_read_names_its_path_once() {
    let path = Path::new("missing/payoff.npy");
    let error = Table::read(path, None, 2).unwrap_err();
    assert!(matches!(error, TableError::Read(_)), "{error:?}");
    assert_eq!(error.to_string().matches("missing/payoff.npy").count(), 1, "{error}");
}

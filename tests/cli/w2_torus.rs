//! `nashflow w2` in dimension 2: points against densities, points against points.

use crate::w2::distance;
use crate::workspace::Workspace;
use ndarray::{Array2, array};
use ndarray_npy::write_npy;
use std::f64::consts::TAU;

/// C30c: a cloud in single precision is the same cloud, a transposed one is not.
#[test]
fn a_cloud_of_the_torus_keeps_its_axes() {
    let workspace = Workspace::new();
    let points: Array2<f64> = array![[0.1, 0.2], [0.6, 0.9]];
    write_npy(workspace.path("points.npy"), &points).unwrap();
    write_npy(workspace.path("single.npy"), &points.mapv(|x| x as f32)).unwrap();
    write_npy(workspace.path("turned.npy"), &points.t().as_standard_layout().into_owned()).unwrap();
    workspace.write("swapped.csv", "0.6,0.9\n0.1,0.2\n");
    distance(&workspace, &["points.npy", "swapped.csv"], 0.0, 0.0);
    let rounded = points.mapv(|x| f64::from(x as f32));
    let moved = ((&points - &rounded).mapv(|d| d * d).sum() / 2.0).sqrt();
    distance(&workspace, &["points.npy", "single.npy"], moved, 1e-15);
    // (0.1, 0.6), (0.2, 0.9): straight on costs 0.4^2 and 0.4^2, crosswise 0.1^2 + 0.3^2 and 0.5^2 + 0.3^2.
    distance(&workspace, &["points.npy", "turned.npy"], 0.16_f64.sqrt(), 1e-8);
}

/// Masses at nodes against a dense solver (data of POT 0.9.7, its status checked).
#[test]
fn histograms_at_their_nodes() {
    let workspace = Workspace::new();
    let a = |x1: f64, x2: f64| {
        (0.7 * (TAU * (x1 - 0.15)).cos() + 0.5 * (TAU * x2).sin() + 0.4 * (TAU * (x1 + x2)).cos()).exp()
    };
    let b = |x1: f64, x2: f64| {
        let tail = 0.3 * (2.0 * TAU * x1).sin() * (TAU * x2).cos();
        (0.6 * (TAU * x1).sin() + 0.8 * (TAU * (x2 - 0.3)).cos() + tail).exp()
    };
    for (shape, periods, expected) in [
        ((8, 8), "1", 0.011203047527947319_f64),
        ((15, 15), "1", 0.0066644886712768844),
        ((24, 16), "1,2", 0.015831287978059966),
        ((40, 24), "3,0.5", 0.021700593346450324),
    ] {
        let sample = |f: &dyn Fn(f64, f64) -> f64| {
            Array2::from_shape_fn(shape, |(i, j)| f(i as f64 / shape.0 as f64, j as f64 / shape.1 as f64))
        };
        write_npy(workspace.path("a.npy"), &sample(&a)).unwrap();
        write_npy(workspace.path("b.npy"), &sample(&b)).unwrap();
        let arguments = ["density:a.npy", "density:b.npy", "--reading", "nodes", "--period", periods];
        let object = distance(&workspace, &arguments, expected.sqrt(), 1e-12);
        assert_eq!(object["gap"], 0.0);
    }
}

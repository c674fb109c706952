//! Points with weights against a density.

use super::*;
use crate::torus::{Density, Grid};
use std::f64::consts::TAU;

/// `exp(cos 2 pi x)`, whose law is 0.0756/N.
fn density() -> Density {
    let grid = Grid::new(&[48], &[1.0], &[0.0]).unwrap();
    Density::normalised(&grid, (0..48).map(|j| (TAU * j as f64 / 48.0).cos().exp()).collect()).unwrap()
}

/// Nine points of ten weigh 1, the tenth 11: `(sum w)^2/(N sum w^2) = 4/13`.
fn uneven(points: usize) -> Vec<f64> {
    (0..points).map(|i| if i % 10 == 9 { 11.0 } else { 1.0 }).collect()
}

#[test]
fn the_floor_of_points_with_weights_is_that_of_their_effective_number() {
    let (points, clouds) = (500, 400);
    let size = Size { replicas: 1, points };
    let comparison = Comparison::new(&density(), &[], size).unwrap().with_weights(&uneven(points)).unwrap();
    let effective = 4.0 / 13.0 * points as f64;
    assert!((comparison.effective_points() - effective).abs() <= 1e-10 * effective);
    let samples: Vec<Statistics> = (0..clouds).map(|b| comparison.measure_sample(&mut Stream::new(&[9, b]))).collect();
    let mean = |of: &dyn Fn(&Statistics) -> f64| {
        let mean = samples.iter().map(of).sum::<f64>() / clouds as f64;
        let square = samples.iter().map(|s| (of(s) - mean).powi(2)).sum::<f64>() / clouds as f64;
        (mean, (square / clouds as f64).sqrt())
    };
    let (square, error) = mean(&|s| effective * s.distance.as_ref().unwrap().value.powi(2));
    assert!((square - 0.0756).abs() <= 4.0 * error && error <= 0.004, "{square} +- {error}");
    let (chi_square, error) = mean(&|s| s.moments.chi_square);
    assert!((chi_square - 8.0).abs() <= 4.0 * error && error <= 0.3, "{chi_square} +- {error}");
}

#[test]
fn points_with_weights_raise_as_many_false_alarms_as_said_and_weights_that_lean_are_found() {
    let (points, seeds) = (200, 100);
    let size = Size { replicas: 1, points };
    let comparison = Comparison::new(&density(), &[], size).unwrap().with_weights(&uneven(points)).unwrap();
    let finding = |comparison: &Comparison, places: &[f64], seed: u64| {
        let trial = Trial::new(comparison, places, 39, &[10, seed], &|| ()).unwrap();
        verdicts(&[&trial], 0.05)[0].finding
    };
    let good = (0..seeds).filter(|seed| {
        let places = comparison.sampler().sample(points, &mut Stream::new(&[11, *seed]));
        finding(&comparison, &places, *seed) == Finding::Indistinguishable
    });
    // 95 of 100, with a standard deviation of at most 2.2.
    assert!(good.count() >= 86);
    let places = comparison.sampler().sample(points, &mut Stream::new(&[11, 0]));
    let leaning: Vec<f64> = places.iter().map(|x| (1.5 * (TAU * x).sin()).exp()).collect();
    let leaning = Comparison::new(&density(), &[], size).unwrap().with_weights(&leaning).unwrap();
    assert_eq!(finding(&leaning, &places, 0), Finding::Biased);
}

#[test]
fn whole_weights_are_points_that_count_as_often() {
    let comparison = |points: usize| Comparison::new(&density(), &[], Size { replicas: 1, points }).unwrap();
    let places: Vec<f64> = (0..60).map(|i| (i as f64 * 0.618_033_988_7).fract()).collect();
    let weights: Vec<f64> = (0..60).map(|i| f64::from(1 + i % 3)).collect();
    let weighted = comparison(60).with_weights(&weights).unwrap().measure(&places).unwrap();
    let repeated: Vec<f64> = places.iter().zip(&weights).flat_map(|(x, w)| [*x].repeat(*w as usize)).collect();
    let repeated = comparison(repeated.len()).measure(&repeated).unwrap();
    assert!((weighted.distance.unwrap().value - repeated.distance.unwrap().value).abs() <= 1e-14);
    for (ours, plain) in weighted.moments.means.iter().zip(&repeated.moments.means) {
        assert!((ours - plain).abs() <= 1e-14, "{ours} and {plain}");
    }
    for (bad, message) in [(f64::NAN, "NaN"), (-1.0, "-1"), (f64::INFINITY, "inf")] {
        let weights = [&weights[..59], &[bad]].concat();
        let error = comparison(60).with_weights(&weights).unwrap_err().to_string();
        assert!(error.contains("59") && error.contains(message), "{error}");
    }
}

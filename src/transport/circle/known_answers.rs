//! Distances between measures on the circle that can be had in another way: closed forms, rationals, high precision.

use super::*;
use crate::transport::{Cloud, Histogram, Measure};
use std::f64::consts::PI;

fn cloud(points: &[f64], weights: Option<&[f64]>, period: f64) -> Measure {
    Measure::Atoms(Cloud::new(points, weights, &[period], &[0.0]).unwrap())
}

fn grid(n: usize) -> Grid {
    Grid::new(&[n], &[1.0], &[0.0]).unwrap()
}

fn density(n: usize, u: impl Fn(f64) -> f64) -> Measure {
    let values = (0..n).map(|j| u(j as f64 / n as f64)).collect();
    Measure::Density(Density::normalised(&grid(n), values).unwrap())
}

fn cells(n: usize, u: impl Fn(f64) -> f64) -> Measure {
    let values: Vec<f64> = (0..n).map(|j| u(j as f64 / n as f64)).collect();
    Measure::Constant(Histogram::new(&grid(n), &values).unwrap())
}

fn uniform(n: usize) -> Measure {
    density(n, |_| 1.0)
}

fn moved(points: &[f64], by: f64) -> Vec<f64> {
    points.iter().map(|x| x + by).collect()
}

/// Both ways round, within the bar, the bar at most `tolerance`.
#[track_caller]
fn assert_distance(source: &Measure, target: &Measure, truth: f64, tolerance: f64) {
    for d in [circle_distance(source, target).unwrap(), circle_distance(target, source).unwrap()] {
        assert!(d.value.is_finite() && d.value.is_sign_positive() && d.error >= 0.0, "{d:?}");
        assert!((d.value - truth).abs() <= d.error, "{d:?} misses {truth} by {:e}", d.value - truth);
        assert!(d.error <= tolerance, "{d:?}: the bar is above {tolerance:e}");
    }
}

#[test]
fn the_distance_of_clouds_does_not_depend_on_where_the_circle_is_cut() {
    let (a, b) = ([0.10, 0.11, 0.40, 0.60], [0.21, 0.15, 0.70, 0.95]);
    for by in [0.0, 0.02, 0.37, -5.0, 0.9, 0.123_456_789] {
        let (a, b) = (cloud(&moved(&a, by), None, 1.0), cloud(&moved(&b, by), None, 1.0));
        let d = circle_distance(&a, &b).unwrap();
        assert!((d.value - 0.132_476_412_994_918).abs() <= 1e-14, "{by}: {d:?}");
        assert_distance(&a, &b, (351.0_f64 / 20_000.0).sqrt(), 1e-14);
    }
}

#[test]
fn clouds_of_unequal_size_are_compared_whole() {
    let (a, b) = (cloud(&[0.0, 1.0 / 3.0, 2.0 / 3.0], None, 1.0), cloud(&[0.1, 0.6], None, 1.0));
    assert_distance(&a, &b, (139.0_f64 / 5400.0).sqrt(), 1e-14);
    assert!((circle_distance(&a, &b).unwrap().value - 0.160_439_211_979_929).abs() <= 1e-14);
    let half = cloud(&[0.1, 0.6], Some(&[0.5, 0.48]), 1.0);
    let named = cloud(&[0.1, 0.6], Some(&[50.0, 48.0]), 1.0);
    let d = circle_distance(&half, &named).unwrap();
    assert!(d.value <= d.error && d.error <= 1e-8, "{d:?}");
    let waves = |scale: f64| density(64, move |x| scale * (2.0 + (2.0 * PI * x).cos()));
    assert!(circle_distance(&waves(1.0), &waves(1000.0)).unwrap().value <= 1e-14);
}

#[test]
fn weights_belong_to_their_points_whatever_the_order() {
    let truth = (101.0_f64 / 8000.0).sqrt();
    let q = cloud(&[0.05, 0.55, 0.8], Some(&[0.5, 0.25, 0.25]), 1.0);
    let p = [(0.7, 0.1), (0.1, 0.4), (0.95, 0.3), (0.4, 0.2)];
    let mut order = [0, 1, 2, 3];
    for turn in 0..24 {
        order.swap(turn % 3, turn % 3 + 1);
        let (points, weights): (Vec<f64>, Vec<f64>) = order.iter().map(|i| p[*i]).unzip();
        assert_distance(&cloud(&points, Some(&weights), 1.0), &q, truth, 1e-14);
    }
    let split = cloud(&[0.7, 0.1, 0.95, 0.1, 0.4], Some(&[0.1, 0.25, 0.3, 0.15, 0.2]), 1.0);
    let idle = cloud(&[0.33, 0.7, 0.1, 0.95, 0.4], Some(&[0.0, 0.1, 0.4, 0.3, 0.2]), 1.0);
    assert_distance(&split, &q, truth, 1e-14);
    assert_distance(&idle, &q, truth, 1e-14);
    let whole = cloud(&[0.7, 0.1, 0.95, 0.4], Some(&[0.1, 0.4, 0.3, 0.2]), 1.0);
    assert_eq!(circle_distance(&idle, &whole), Ok(Distance::ZERO));
    assert_distance(&split, &whole, 0.0, 1e-8);
}

#[test]
fn points_on_the_seam_are_on_both_sides_of_it() {
    let below_one = 1.0 - f64::EPSILON / 2.0;
    let pairs = [[-1e-18, 0.25], [1.0, 0.25], [0.0, 1.25], [-0.0, -0.75], [below_one, 0.25]];
    for period in [1.0, 2.0 * PI] {
        for p in pairs {
            for q in pairs {
                let scaled = |v: [f64; 2]| cloud(&v.map(|x| x * period), None, period);
                let d = circle_distance(&scaled(p), &scaled(q)).unwrap();
                assert!(
                    d.value <= 2e-16 * period + if period == 1.0 { 0.0 } else { 1e-15 } && d.error <= 1e-14,
                    "{p:?} {q:?}: {d:?}"
                );
                let single = |v: [f64; 2]| cloud(&v.map(|x| f64::from((x * period) as f32)), None, period);
                let d = circle_distance(&single(p), &scaled(q)).unwrap();
                assert!(d.value < 1e-7 * period, "{p:?} {q:?}: {d:?}");
            }
        }
    }
}

#[test]
fn hours_of_the_day_go_round_midnight() {
    let a = cloud(&[23.0, 23.0, 0.0, 1.0, 22.0, 22.0], None, 24.0);
    let b = cloud(&[1.0, 2.0, 3.0, 0.0, 24.0, 4.0], None, 24.0);
    assert_distance(&a, &b, 6.5_f64.sqrt(), 1e-12);
    assert!((circle_distance(&a, &b).unwrap().value - 2.549_509_756_796_392).abs() <= 1e-14);
}

#[test]
fn equal_points_against_a_density_are_one_heavy_point() {
    let copies = |x: f64| cloud(&vec![x; 1000], None, 1.0);
    for x in [0.0, 1.0, 0.3, 1.0 - f64::EPSILON / 2.0] {
        for target in [uniform(16), cells(16, |_| 1.0), cells(7, |_| 3.0)] {
            assert_distance(&copies(x), &target, 0.288_675_134_594_813, 1e-13);
        }
    }
    let bump = density(64, |x| (3.0 * (2.0 * PI * (x - 0.25)).cos()).exp());
    assert_distance(&copies(0.0), &bump, 0.268_498_585_863_310, 1e-13);
    assert_distance(&copies(0.25), &bump, 0.105_170_336_533_326, 1e-13);
}

#[test]
fn crowds_of_equal_points_are_no_trouble() {
    let crowd = |n: usize, places: &[f64]| {
        let points: Vec<f64> = (0..n).map(|i| places[i % places.len()]).collect();
        cloud(&points, None, 1.0)
    };
    for n in [1000, 100_000, 99_999] {
        assert_distance(&crowd(n, &[0.9]), &crowd(100_000, &[0.1]), 0.2, 1e-13);
        assert_distance(&crowd(n / 2 * 2, &[0.9, 0.4]), &crowd(100_000, &[0.1, 0.6]), 0.2, 1e-13);
        assert_distance(&crowd(n / 2 * 2, &[0.0, 0.5]), &crowd(100_000, &[0.25, 0.75]), 0.25, 1e-13);
        assert_distance(&crowd(n, &[0.0]), &crowd(100_000, &[0.5]), 0.5, 1e-13);
        let d = circle_distance(&crowd(n, &[0.3]), &crowd(100_000, &[0.3])).unwrap();
        assert!(d.value == 0.0 && d.error <= 2e-15, "{d:?}");
    }
}

/// `(i + 1/2) / N` in a scrambled order.
fn lattice(count: usize) -> Measure {
    // A prime larger than any factor of the counts used here.
    let stride = 7919;
    let points: Vec<f64> = (0..count).map(|i| ((i * stride % count) as f64 + 0.5) / count as f64).collect();
    cloud(&points, None, 1.0)
}

#[test]
fn a_lattice_is_the_best_cloud_for_the_uniform_density() {
    for count in [1, 2, 3, 10, 1000, 100_000] {
        let truth = 1.0 / (count as f64 * 12.0_f64.sqrt());
        assert_distance(&lattice(count), &uniform(16), truth, 5e-15 + 2e-14 * truth);
        assert_distance(&lattice(count), &cells(5, |_| 1.0), truth, 5e-15 + 2e-14 * truth);
        let (fine, coarse) = (lattice(2 * count), lattice(count));
        assert_distance(&fine, &coarse, 0.25 / count as f64, 3e-15);
    }
}

#[test]
fn a_million_points_against_the_uniform_density() {
    assert_distance(&lattice(1_000_000), &uniform(16), 2.886_751_345_948_13e-7, 5e-15);
}

#[test]
fn tiny_distances_of_cells_are_not_lost() {
    // W2^2 = int (D - mean D)^2 to first order, D linear on cells, its values at the edges the sums of the masses.
    let n = 64;
    for k in [1.0, 3.0] {
        for epsilon in [1e-3, 1e-6, 1e-10, 1e-13] {
            let wave = |x: f64| (2.0 * PI * k * x).cos();
            let mut flux = vec![0.0];
            (0..n).for_each(|j| flux.push(flux[j] + wave(j as f64 / n as f64) / n as f64));
            let mean: f64 = flux.windows(2).map(|e| (e[0] + e[1]) / 2.0).sum::<f64>() / n as f64;
            let (p, q) = (|e: &[f64]| e[0] - mean, |e: &[f64]| e[1] - mean);
            let square = |e: &[f64]| (p(e) * p(e) + p(e) * q(e) + q(e) * q(e)) / 3.0 / n as f64;
            let norm = epsilon * flux.windows(2).map(square).sum::<f64>().sqrt();
            let d = circle_distance(&cells(n, |x| 1.0 + epsilon * wave(x)), &cells(n, |_| 1.0)).unwrap();
            assert!((d.value - norm).abs() <= d.error + epsilon * norm, "{epsilon:e}: {d:?} against {norm:e}");
            assert!(d.error <= 1e-8 * d.value + 3e-15, "{epsilon:e}: {d:?}");
            assert!((d.value - norm).abs() <= 1e-16 + 2.0 * epsilon * norm, "{epsilon:e}: {d:?} against {norm:e}");
        }
    }
    let wave = density(64, |x| 1.0 + 1e-10 * (2.0 * PI * x).cos());
    let d = circle_distance(&wave, &uniform(64)).unwrap();
    assert!((d.value / 1.125_395_395_196_38e-11 - 1.0).abs() <= 1e-5, "{d:?}");
}

#[test]
fn a_cloud_beside_its_own_copy_is_as_far_as_it_was_moved() {
    for count in [1000, 100_000] {
        let points: Vec<f64> = (0..count).map(|i| (i as f64 * 0.618_033_988_749_894_9 + 0.1).fract()).collect();
        let weights: Vec<f64> = (0..count).map(|i| 0.1 + (i as f64 * 0.754_877_666_246_692_8).fract()).collect();
        for by in [1e-10, 1e-7, -1e-7] {
            let copy = moved(&points, by);
            // The positions are rounded by 1e-16 of themselves, at random.
            let accuracy = 1e-16 + 1e-5 * f64::abs(by);
            for weights in [None, Some(weights.as_slice())] {
                let d = circle_distance(&cloud(&points, weights, 1.0), &cloud(&copy, weights, 1.0)).unwrap();
                assert!((d.value - f64::abs(by)).abs() <= d.error, "{by}: {d:?}");
                assert!((d.value - f64::abs(by)).abs() <= accuracy, "{by}: {d:?}");
                // Weights of 1000 points are cut at 2^-61, which is 3e-10 times the root of a gap.
                let weight_error = if weights.is_some() { 1e-11 / (count as f64 / 1000.0).sqrt() } else { 0.0 };
                assert!(d.error <= 5e-15 + 1e-12 * f64::abs(by) + 3.0 * weight_error, "{by}: {d:?}");
            }
        }
    }
}

#[test]
fn narrow_peaks_against_points_and_each_other() {
    let peak = |c: f64| density(512, move |x| (800.0 * ((2.0 * PI * (x - c)).cos() - 1.0)).exp());
    let center = cloud(&[0.1], None, 1.0);
    assert_distance(&peak(0.1), &peak(0.3), 0.2, 1e-12);
    assert_distance(&peak(0.1), &center, 5.628_737_516_900_90e-3, 1e-10);
    assert_distance(&peak(0.1), &uniform(512), 0.283_177_371_660_519, 1e-11);
    let Measure::Density(values) = density(500, |x| (800.0 * ((2.0 * PI * (x - 0.1)).cos() - 1.0)).exp()) else {
        unreachable!("a density stays one");
    };
    assert!((values.values()[50] / 70.887_070_133_466_2 - 1.0).abs() <= 1e-13, "{}", values.values()[50]);
}

fn reference_a(x: f64) -> f64 {
    (3.0 * (2.0 * PI * (x - 0.1)).cos()).exp()
}

fn reference_b(x: f64) -> f64 {
    (2.0 * (2.0 * PI * (x - 0.55)).cos() + 0.5 * (4.0 * PI * x).sin()).exp()
}

#[test]
fn masses_at_nodes_agree_with_a_linear_programme() {
    // Exact dense solver of POT 0.9.7.
    for (n, square) in [(16, 0.110_644_511_737_252_26_f64), (64, 0.110_247_843_928_528_9)] {
        let nodes = |u: fn(f64) -> f64| {
            let values: Vec<f64> = (0..n).map(|j| u(j as f64 / n as f64)).collect();
            Measure::Nodes(Histogram::new(&grid(n), &values).unwrap())
        };
        let d = circle_distance(&nodes(reference_a), &nodes(reference_b)).unwrap();
        assert!((d.value * d.value - square).abs() <= 1e-15, "{d:?} against {}", square.sqrt());
        assert!((d.value - square.sqrt()).abs() <= d.error && d.error <= 5e-15, "{d:?}");
    }
}

/// From the first to the last number of nodes, each twice the one before, errors fall by `2^order` a step: not at every step,
/// for where the edges of the cells of one fall in those of the other is a matter of chance.
#[track_caller]
fn assert_order(order: f64, errors: &[f64]) {
    let observed = (errors[0] / errors[errors.len() - 1]).log2() / (errors.len() - 1) as f64;
    assert!((observed - order).abs() <= 0.4, "observed order {observed}, errors {errors:?}");
}

#[test]
fn readings_agree_under_refinement_at_second_order() {
    let truth = 0.331_813_406_770_2;
    let sizes = [32, 64, 128, 256];
    let smooth = |u: fn(f64) -> f64| density(64, u);
    let nodes = |n: usize, u: fn(f64) -> f64| {
        let values: Vec<f64> = (0..n).map(|j| u(j as f64 / n as f64)).collect();
        Measure::Nodes(Histogram::new(&grid(n), &values).unwrap())
    };
    let value = |p: Measure, q: Measure| circle_distance(&p, &q).unwrap().value;
    let off = |f: &dyn Fn(usize) -> f64| sizes.map(|n| (f(n) - truth).abs());
    assert_order(2.0, &off(&|n| value(cells(n, reference_a), cells(n, reference_b))));
    assert_order(2.0, &off(&|n| value(cells(n, reference_a), smooth(reference_b))));
    assert_order(2.0, &off(&|n| value(nodes(n, reference_a), cells(n, reference_b))));
    // Itself in two readings: a cell is h wide, and a node h / sqrt(12) away from the mass of its cell.
    let mean = |n: usize| 1.0 / (n as f64 * 12.0_f64.sqrt());
    for n in sizes {
        let d = value(nodes(n, reference_a), cells(n, reference_a));
        assert!((d / mean(n) - 1.0).abs() <= 1e-12, "{d} against {}", mean(n));
    }
    let apart = sizes.map(|n| value(cells(n, reference_a), smooth(reference_a)));
    assert_order(2.0, &apart);
}

#[test]
fn more_and_more_quantiles_approach_the_density() {
    let truth = 0.331_813_406_770_2;
    let smooth = density(128, reference_a);
    let errors = [50, 100, 200, 400].map(|count| {
        // Medians of equal shares of a fine constant reading.
        let fine = super::pieces::Pieces::constant(&match cells(20_000, reference_b) {
            Measure::Constant(histogram) => histogram,
            _ => unreachable!(),
        });
        let points: Vec<f64> = (0..count).map(|i| fine.place((i as f64 + 0.5) / count as f64).0).collect();
        (circle_distance(&cloud(&points, None, 1.0), &smooth).unwrap().value - truth).abs()
    });
    assert!(errors[3] <= 1e-4, "{errors:?}");
    assert!(errors.windows(2).all(|e| e[1] <= 0.6 * e[0]), "{errors:?}");
}

use super::*;
use crate::torus::{Grid, with_room};
use crate::transport::test_random::Random;
use crate::transport::{CircleSemiDiscrete, Measure, circle_distance};

/// The logistic density about 0.3, whose cumulative function is `1/(1 + exp(-(x - 0.3)/s))`.
const SCALE: f64 = 0.1;
const CENTRE: f64 = 0.3;

fn logistic() -> Density {
    let grid = Grid::new(&[480], &[8.0], &[-3.7]).unwrap();
    let value = |x: f64| 1.0 / (0.5 * (x - CENTRE) / SCALE).cosh().powi(2);
    Density::normalised(&grid, grid.axis(0).coordinates().into_iter().map(value).collect()).unwrap()
}

/// `W2^2 = sum w x^2 - 2 sum x_i int_{F_i}^{F_{i+1}} G^-1 + int (G^-1)^2` about the centre, with the logistic quantile
/// `s log(u/(1 - u))`, whose integral is `s (u log u + (1 - u) log(1 - u))` and the one of whose square `s^2 pi^2/3`.
fn exact(points: &[f64], weights: Option<&[f64]>) -> f64 {
    let total: f64 = weights.map_or(points.len() as f64, |w| w.iter().sum());
    let weight = |i: usize| weights.map_or(1.0, |w| w[i]) / total;
    let mut sorted: Vec<(f64, f64)> = points.iter().enumerate().map(|(i, x)| (x - CENTRE, weight(i))).collect();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let entropy = |u: f64| if u <= 0.0 || u >= 1.0 { 0.0 } else { u * u.ln() + (1.0 - u) * (-u).ln_1p() };
    let mut square = SCALE * SCALE * std::f64::consts::PI.powi(2) / 3.0;
    let mut level = 0.0_f64;
    for (k, (x, w)) in sorted.iter().enumerate() {
        let next = if k + 1 == sorted.len() { 1.0 } else { level + w };
        square += w * x * x - 2.0 * x * SCALE * (entropy(next) - entropy(level));
        level = next;
    }
    square.sqrt()
}

fn cloud(points: &[f64], weights: Option<&[f64]>) -> Cloud {
    let grid = logistic().grid().clone();
    Cloud::on_line(points, weights, &grid.periods(), &grid.origins()).unwrap()
}

#[test]
fn points_anywhere_have_the_distance_of_their_quantiles() {
    let solver = LineSemiDiscrete::new(&logistic()).unwrap();
    let mut random = Random(4);
    let mut near = || -1.0 + 2.6 * random.next();
    let spread: Vec<f64> = (0..200).map(|_| near()).collect();
    let weights: Vec<f64> = (0..200).map(|i| f64::from(i % 7)).collect();
    let cases: [(&[f64], Option<&[f64]>); 7] = [
        (&[0.3], None),
        (&[-0.9], None),
        (&[1e4], None),
        (&[-30.0, 0.2, 0.4, 90.0], None),
        (&spread, None),
        (&spread, Some(&weights)),
        (&[-8.0, 9.0, -8.0], Some(&[0.5, 0.0, 2.0])),
    ];
    for (points, weights) in cases {
        let found = solver.distance(&cloud(points, weights)).unwrap();
        let truth = exact(points, weights);
        // The box ends at levels of 1e-15 of the logistic density: 1e-7 of its width.
        assert!((found.value - truth).abs() <= 1e-12 * truth.max(1.0) + found.error, "{found:?} for {truth}");
        assert!(found.error <= 1e-12 * truth.max(1.0) + 1e-12 / truth, "{found:?} for {truth}");
        assert_eq!(found.method, Method::Line);
    }
    let bar = solver.distance(&cloud(&spread, None)).unwrap();
    let wider = solver.with_tail(1e-3).distance(&cloud(&spread, None)).unwrap();
    assert!((wider.error - bar.error - 1e-3).abs() <= 1e-15 && wider.value == bar.value);
}

#[test]
fn a_circle_twice_as_long_has_the_same_distances_as_long_as_no_point_leaves_the_box() {
    let density = logistic();
    let (torus, values) = with_room(density.grid(), density.values());
    let circle = CircleSemiDiscrete::new(&Density::normalised(&torus, values).unwrap()).unwrap();
    let line = LineSemiDiscrete::new(&density).unwrap();
    let mut random = Random(9);
    for count in [1, 3, 50] {
        let points: Vec<f64> = (0..count).map(|_| -3.7 + 8.0 * random.next()).collect();
        let on_circle =
            circle.distance(&Cloud::new(&points, None, &torus.periods(), &torus.origins()).unwrap()).unwrap();
        let on_line = line.distance(&cloud(&points, None)).unwrap();
        let allowed = on_circle.error + on_line.error;
        assert!((on_circle.value - on_line.value).abs() <= allowed, "{on_circle:?}, {on_line:?}");
    }
}

/// All ways to send the first points to the others, by Heap's algorithm.
fn cheapest_permutation(from: &[f64], to: &mut [f64]) -> f64 {
    let cost = |to: &[f64]| from.iter().zip(to).map(|(a, b)| (a - b).powi(2)).sum::<f64>() / from.len() as f64;
    let (mut best, mut counters, mut i) = (cost(to), vec![0; to.len()], 0);
    while i < to.len() {
        if counters[i] < i {
            to.swap(if i % 2 == 0 { 0 } else { counters[i] }, i);
            best = best.min(cost(to));
            (counters[i], i) = (counters[i] + 1, 0);
        } else {
            (counters[i], i) = (0, i + 1);
        }
    }
    best.sqrt()
}

#[test]
fn clouds_on_a_circle_twice_as_long_as_both_have_the_distance_of_the_best_permutation_on_the_line() {
    let mut random = Random(5);
    for _ in 0..20 {
        let [from, mut to] = [0, 1].map(|_| (0..6).map(|_| 10.0 * random.next()).collect::<Vec<f64>>());
        let measure = |points: &[f64]| Measure::Atoms(Cloud::new(points, None, &[20.0], &[0.0]).unwrap());
        let found = circle_distance(&measure(&from), &measure(&to)).unwrap().value;
        let best = cheapest_permutation(&from, &mut to);
        assert!((found - best).abs() <= 1e-12 * best, "{found} for {best}");
    }
}

#[test]
fn clouds_measured_by_other_boxes_are_refused() {
    let solver = LineSemiDiscrete::new(&logistic()).unwrap();
    let wrong = |period: f64, origin: f64| Cloud::on_line(&[0.0], None, &[period], &[origin]).unwrap();
    assert!(matches!(solver.distance(&wrong(7.0, -3.7)), Err(TransportError::Period { .. })));
    assert!(matches!(solver.distance(&wrong(8.0, 0.0)), Err(TransportError::Origin { .. })));
}

#[test]
#[should_panic(expected = "a cloud on a circle")]
fn a_cloud_on_a_circle_is_no_cloud_on_the_line() {
    let circle = Cloud::new(&[0.0], None, &[8.0], &[-3.7]).unwrap();
    let _ = LineSemiDiscrete::new(&logistic()).unwrap().distance(&circle);
}

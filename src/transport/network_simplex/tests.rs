//! Known answers, brute force, an independent slow solver, and identities.

use super::*;
use crate::transport::test_random::Random;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use std::f64::consts::PI;

fn grid(points: [usize; 2], period: [f64; 2]) -> Grid {
    Grid::new(&points, &period, &[0.0, 0.0]).unwrap()
}

/// Masses proportional to `u(2 pi i / n1, 2 pi j / n2)`.
fn histogram(points: [usize; 2], period: [f64; 2], u: impl Fn(f64, f64) -> f64) -> Histogram {
    let angle = |i: usize, n: usize| 2.0 * PI * i as f64 / n as f64;
    let [n1, n2] = points;
    let masses: Vec<f64> = (0..n1 * n2).map(|k| u(angle(k / n2, n1), angle(k % n2, n2))).collect();
    Histogram::new(&grid(points, period), &masses).unwrap()
}

fn reference_a(t1: f64, t2: f64) -> f64 {
    (0.7 * (t1 - 0.3 * PI).cos() + 0.5 * t2.sin() + 0.4 * (t1 + t2).cos()).exp()
}

fn reference_b(t1: f64, t2: f64) -> f64 {
    (0.6 * t1.sin() + 0.8 * (t2 - 0.6 * PI).cos() + 0.3 * (2.0 * t1).sin() * t2.cos()).exp()
}

fn cloud(points: &[[f64; 2]], weights: Option<&[f64]>, period: [f64; 2]) -> Cloud {
    Cloud::new(points.as_flattened(), weights, &period, &[0.0, 0.0]).unwrap()
}

fn squared_distance(x: [f64; 2], y: [f64; 2], period: [f64; 2]) -> f64 {
    (0..2)
        .map(|i| (-1..=1).map(|w| x[i] - y[i] + f64::from(w) * period[i]).map(|d| d * d).fold(f64::MAX, f64::min))
        .sum()
}

/// The distance is what it should be within its bar, and the bar is at most `tolerance`.
#[track_caller]
fn assert_covers(transport: &DiscreteTransport, truth: f64, tolerance: f64) {
    let distance = transport.distance();
    assert!(distance.value >= 0.0 && distance.value.is_sign_positive() && distance.error >= 0.0);
    let off = (distance.value - truth).abs();
    assert!(off <= distance.error + 2.0 * f64::EPSILON * truth, "{distance:?} misses {truth} by {off:e}");
    assert!(distance.error <= tolerance, "{distance:?}: the bar is above {tolerance:e}");
    assert_eq!(distance.gap, Some(0.0));
}

/// The plan has the masses of both sides as its marginals, the potentials are feasible for every pair and tight on the plan,
/// and both values are the square of the distance: a proof of optimality by brute force.
#[track_caller]
fn assert_optimal(transport: &DiscreteTransport, masses: [&[f64]; 2], points: [&[[f64; 2]]; 2], period: [f64; 2]) {
    let largest = (period[0].powi(2) + period[1].powi(2)) / 4.0;
    let tolerance = 2e-13 * largest;
    let (mut shipped, mut received) = (vec![0.0; masses[0].len()], vec![0.0; masses[1].len()]);
    let [u, v] = transport.potentials();
    let mut primal = 0.0;
    for Shipment { source, target, mass } in transport.plan() {
        assert!(mass > 0.0);
        shipped[source] += mass;
        received[target] += mass;
        let cost = squared_distance(points[0][source], points[1][target], period);
        primal += mass * cost;
        let slack = cost - u[source] - v[target];
        assert!(slack.abs() <= tolerance, "{source} -> {target} is shipped with reduced cost {slack:e}");
    }
    // Up to as many terms as there are points on the other side, each rounded, and so is each sum.
    let sums = (masses[0].len() + masses[1].len()) as f64 * f64::EPSILON;
    for (ours, given) in shipped.iter().zip(masses[0]).chain(received.iter().zip(masses[1])) {
        assert!((ours - given).abs() <= 1e-15 + sums * given, "{ours} for a mass of {given}");
    }
    for (s, x) in points[0].iter().enumerate() {
        for (t, y) in points[1].iter().enumerate() {
            let slack = squared_distance(*x, *y, period) - u[s] - v[t];
            assert!(slack >= -tolerance, "{s} -> {t}: reduced cost {slack:e}");
        }
    }
    let weighted = |m: &[f64], w: &[f64]| m.iter().zip(w).map(|(m, w)| m * w).sum::<f64>();
    let dual = weighted(masses[0], &u) + weighted(masses[1], &v);
    let square = transport.distance().value.powi(2);
    assert!((primal - square).abs() <= tolerance && (dual - square).abs() <= tolerance, "{primal} {dual} {square}");
}

/// Slow second implementation: successive shortest paths by Bellman-Ford on the complete graph, in doubles.
fn slow_square(masses: [&[f64]; 2], cost: &dyn Fn(usize, usize) -> f64) -> f64 {
    let [n, m] = [masses[0].len(), masses[1].len()];
    let (mut a, mut b) = (masses[0].to_vec(), masses[1].to_vec());
    let mut flow = vec![vec![0.0; m]; n];
    loop {
        let mut to_source: Vec<f64> = a.iter().map(|left| if *left > 1e-15 { 0.0 } else { f64::INFINITY }).collect();
        let mut to_target = vec![(f64::INFINITY, 0); m];
        let mut back = vec![usize::MAX; n];
        loop {
            let mut changed = false;
            for s in 0..n {
                for t in 0..m {
                    if to_source[s] + cost(s, t) < to_target[t].0 - 1e-14 {
                        to_target[t] = (to_source[s] + cost(s, t), s);
                        changed = true;
                    }
                    if flow[s][t] > 0.0 && to_target[t].0 - cost(s, t) < to_source[s] - 1e-14 {
                        to_source[s] = to_target[t].0 - cost(s, t);
                        back[s] = t;
                        changed = true;
                    }
                }
            }
            if !changed {
                break;
            }
        }
        let open = (0..m).filter(|t| b[*t] > 1e-15).min_by(|p, q| to_target[*p].0.total_cmp(&to_target[*q].0));
        let Some(end) = open.filter(|t| to_target[*t].0.is_finite()) else {
            return (0..n).map(|s| (0..m).map(|t| flow[s][t] * cost(s, t)).sum::<f64>()).sum();
        };
        let mut path = vec![];
        let (mut t, mut amount) = (end, b[end]);
        let start = loop {
            let s = to_target[t].1;
            path.push((s, t, 1.0));
            if back[s] == usize::MAX {
                break s;
            }
            t = back[s];
            path.push((s, t, -1.0));
            amount = f64::min(amount, flow[s][t]);
        };
        amount = amount.min(a[start]);
        for (s, t, sign) in path {
            flow[s][t] += sign * amount;
        }
        a[start] -= amount;
        b[end] -= amount;
    }
}

#[test]
fn brute_force_over_permutations_of_seven_atoms_agrees() {
    fn best(cost: &[Vec<f64>], row: usize, used: usize) -> f64 {
        let free = (0..cost.len()).filter(|t| used >> t & 1 == 0);
        free.map(|t| cost[row][t] + best(cost, row + 1, used | 1 << t)).reduce(f64::min).unwrap_or(0.0)
    }
    let mut random = Random(7);
    for period in [[1.0, 1.0], [3.0, 0.5], [0.7, 20.0]] {
        for _ in 0..20 {
            let (x, y) = (random.points(7, period), random.points(7, period));
            let cost: Vec<Vec<f64>> =
                x.iter().map(|x| y.iter().map(|y| squared_distance(*x, *y, period)).collect()).collect();
            let truth = (best(&cost, 0, 0) / 7.0).sqrt();
            let transport =
                DiscreteTransport::between_clouds(&cloud(&x, None, period), &cloud(&y, None, period)).unwrap();
            assert_covers(&transport, truth, 1e-11 * period[0].hypot(period[1]));
        }
    }
}

#[test]
fn a_slow_solver_agrees_on_weighted_clouds_of_unequal_size() {
    let mut random = Random(11);
    for (n, m) in [(1, 1), (1, 9), (12, 5), (30, 40), (60, 33)] {
        let period = [1.0, 1.5];
        let (x, y) = (random.points(n, period), random.points(m, period));
        let weights = |random: &mut Random, n: usize| -> Vec<f64> {
            (0..n).map(|i| if i > 0 && i % 7 == 3 { 0.0 } else { random.next() + 0.01 }).collect()
        };
        let (a, b) = (weights(&mut random, n), weights(&mut random, m));
        let (source, target) = (cloud(&x, Some(&a), period), cloud(&y, Some(&b), period));
        let transport = DiscreteTransport::between_clouds(&source, &target).unwrap();
        let masses = [source.weights(), target.weights()];
        let truth = slow_square(masses, &|s, t| squared_distance(x[s], y[t], period)).sqrt();
        assert_covers(&transport, truth, 1e-11);
        assert_optimal(&transport, masses, [&x, &y], period);
    }
}

/// Deterministic histograms that defeat predictions.
fn hard_pairs(n: usize) -> Vec<(&'static str, Vec<f64>, Vec<f64>)> {
    let mut random = Random(5);
    let mut noise = || -> Vec<f64> { (0..n * n).map(|_| random.next()).collect() };
    let only = |keep: &dyn Fn(usize, usize) -> bool| -> Vec<f64> {
        (0..n * n).map(|k| if keep(k / n, k % n) { 1.0 } else { 0.0 }).collect()
    };
    let (first, second) = (noise(), noise());
    let half = |w: &[f64], keep: &dyn Fn(usize) -> bool| -> Vec<f64> {
        w.iter().enumerate().map(|(k, w)| if keep(k) { *w } else { 0.0 }).collect()
    };
    let spike = |k: usize| -> Vec<f64> { (0..n * n).map(|i| if i == k { 1.0 } else { 0.0 }).collect() };
    let steep: Vec<f64> = first.iter().map(|w| w.powi(40)).collect();
    vec![
        ("noise", first.clone(), second.clone()),
        ("steep noise", steep, second.clone()),
        ("halves", half(&first, &|k| k < n * n / 2), half(&second, &|k| k % n < n / 2)),
        ("checkerboards", only(&|i, j| (i + j) % 2 == 0), only(&|i, j| (i + j) % 2 == 1)),
        ("blocks", only(&|i, j| i < n / 3 && j < n / 3), only(&|i, j| i > n / 2 && j > n / 2)),
        ("point to noise", spike(3), second.clone()),
        ("point to point", spike(0), spike(n * n - 1)),
        ("sparse", half(&first, &|k| first[k] < 0.05), half(&second, &|k| second[k] < 0.1)),
    ]
}

#[test]
fn hard_histograms_are_solved_to_optimality() {
    let (n, period) = (12, [1.0, 1.0]);
    let points = nodes(&grid([n, n], period), [1.0; 2]);
    for (name, mu, nu) in hard_pairs(n) {
        let histogram = |w: &[f64]| Histogram::new(&grid([n, n], period), w).unwrap();
        let (source, target) = (histogram(&mu), histogram(&nu));
        let transport = DiscreteTransport::between_histograms(&source, &target).unwrap();
        println!("{name}: {:?}", transport.distance());
        assert_optimal(&transport, [source.masses(), target.masses()], [&points, &points], period);
    }
}

#[test]
fn large_hard_histograms_close_the_gap() {
    for (name, mu, nu) in hard_pairs(48) {
        let histogram = |w: &[f64]| Histogram::new(&grid([48, 48], [1.0, 1.0]), w).unwrap();
        let transport = DiscreteTransport::between_histograms(&histogram(&mu), &histogram(&nu)).unwrap();
        let distance = transport.distance();
        assert!(distance.error <= 1e-13 && distance.gap == Some(0.0), "{name}: {distance:?}");
    }
}

#[test]
fn potentials_of_a_rectangular_torus_are_feasible_for_all_pairs() {
    for (points, period) in [([16, 16], [1.0, 1.0]), ([24, 16], [1.0, 2.0]), ([9, 22], [PI, 1.0])] {
        let (source, target) = (histogram(points, period, reference_a), histogram(points, period, reference_b));
        let transport = DiscreteTransport::between_histograms(&source, &target).unwrap();
        let places: Vec<[f64; 2]> =
            nodes(&grid(points, period), [1.0; 2]).iter().map(|p| [p[0] * period[0], p[1] * period[1]]).collect();
        assert_optimal(&transport, [source.masses(), target.masses()], [&places, &places], period);
    }
}

#[test]
fn histograms_on_different_grids_are_compared() {
    let (source, target) = (histogram([10, 14], [1.0, 1.0], reference_a), histogram([13, 9], [1.0, 1.0], reference_b));
    let transport = DiscreteTransport::between_histograms(&source, &target).unwrap();
    let [x, y] = [&source, &target].map(|h| nodes(h.grid(), [1.0; 2]));
    assert_optimal(&transport, [source.masses(), target.masses()], [&x, &y], [1.0, 1.0]);
}

#[test]
fn identical_input_has_distance_zero_without_an_error() {
    let source = histogram([16, 12], [1.0, 2.0], reference_a);
    let zero = DiscreteTransport::between_histograms(&source, &source).unwrap().distance();
    assert_eq!((zero.value.to_bits(), zero.error), (0, 0.0));
    let points = Random(3).points(100, [1.0, 1.0]);
    let mut moved = points.clone();
    moved.rotate_left(37);
    let period = [1.0, 1.0];
    let permuted =
        DiscreteTransport::between_clouds(&cloud(&points, None, period), &cloud(&moved, None, period)).unwrap();
    assert_eq!(permuted.distance().value.to_bits(), 0);
    assert!(permuted.distance().error < 1e-15);
}

#[test]
fn points_a_rounding_apart_across_the_seam_are_near() {
    let clouds = [[-1e-18, 0.25], [1.0, 0.25], [0.0, 1.25], [-0.0, -0.75], [1.0 - 0.5 * f64::EPSILON, 0.25]];
    for a in clouds {
        for b in clouds {
            let (x, y) = ([[a[0], 0.5], [a[1], 0.1]], [[b[0], 0.5], [b[1], 0.1]]);
            let period = [1.0, 1.0];
            let distance =
                DiscreteTransport::between_clouds(&cloud(&x, None, period), &cloud(&y, None, period)).unwrap();
            assert!(distance.distance().value < 2e-16, "{a:?} {b:?} {:?}", distance.distance());
        }
    }
}

/// Every point moves by at most `shift`, far less than the distance of neighbours: the plan is known.
#[test]
fn near_clouds_keep_their_relative_accuracy() {
    let period = [1.0, 2.0];
    for (n, shift) in [(1, 1e-9), (20, 1e-3), (300, 1e-4), (300, 1e-6), (2000, 1e-8), (300, 1e-11), (20, 1e-14)] {
        let points = Random(5).points(n, [1.0, 1.0]);
        let by = Random(8).points(n, [shift, shift]);
        let moved: Vec<[f64; 2]> = points.iter().zip(&by).map(|(p, d)| [p[0] + d[0], p[1] + d[1]]).collect();
        let squares = points.iter().zip(&moved).map(|(p, q)| (p[0] - q[0]).powi(2) + (p[1] - q[1]).powi(2));
        let expected = (squares.sum::<f64>() / n as f64).sqrt();
        let weights: Vec<f64> = Random(9).points(n, [1.0, 1.0]).iter().map(|p| 0.1 + p[0]).collect();
        let transport =
            DiscreteTransport::between_clouds(&cloud(&points, None, period), &cloud(&moved, None, period)).unwrap();
        let Distance { value, error, .. } = transport.distance();
        // Positions are shares of the period, rounded; the rest of the bar must be relative.
        assert!(
            (value - expected).abs() <= error + 1e-15 * expected,
            "{n} {shift:e}: {value:e} {expected:e} {error:e}"
        );
        assert!(error <= 1e-11 * expected + 4e-15, "{n} {shift:e}: {value:e} +- {error:e}");
        let w = Some(weights.as_slice());
        let weighted =
            DiscreteTransport::between_clouds(&cloud(&points, w, period), &cloud(&moved, w, period)).unwrap();
        // Masses are rounded there, and the largest cost is paid for what is displaced.
        assert!(weighted.distance().value <= 2.0 * shift * period[1], "{n} {shift:e}: {:?}", weighted.distance());
    }
}

#[test]
fn coincident_points_and_antipodal_ties_are_solved() {
    let period = [1.0, 1.0];
    let (here, there) = (vec![[0.1, 0.2]; 300], vec![[0.6, 0.7]; 200]);
    let transport =
        DiscreteTransport::between_clouds(&cloud(&here, None, period), &cloud(&there, None, period)).unwrap();
    assert_covers(&transport, 0.5_f64.sqrt(), 1e-13);
    let lattice: Vec<[f64; 2]> = (0..100).map(|k| [f64::from(k / 10) / 10.0, f64::from(k % 10) / 10.0]).collect();
    let opposite: Vec<[f64; 2]> = lattice.iter().map(|p| [p[0] * 0.5, 0.3]).collect();
    let transport =
        DiscreteTransport::between_clouds(&cloud(&lattice, None, period), &cloud(&opposite, None, period)).unwrap();
    let weights = [0.01; 100];
    assert_optimal(&transport, [&weights, &weights], [&lattice, &opposite], period);
}

#[test]
fn an_atom_split_in_two_or_an_atom_without_weight_changes_nothing() {
    let period = [1.0, 1.0];
    let (x, y) = (vec![[0.7, 0.3], [0.1, 0.9], [0.95, 0.5], [0.4, 0.1]], vec![[0.05, 0.2], [0.55, 0.8], [0.8, 0.45]]);
    let (a, b) = ([0.1, 0.4, 0.3, 0.2], [0.5, 0.25, 0.25]);
    let target = cloud(&y, Some(&b), period);
    let value = |x: &[[f64; 2]], a: &[f64]| {
        DiscreteTransport::between_clouds(&cloud(x, Some(a), period), &target).unwrap().distance().value
    };
    let plain = value(&x, &a);
    let split = value(&[x[0], x[1], x[2], x[3], x[1]], &[0.1, 0.25, 0.3, 0.2, 0.15]);
    let idle = value(&[x[0], [0.33, 0.44], x[1], x[2], x[3]], &[0.1, 0.0, 0.4, 0.3, 0.2]);
    assert!((plain - split).abs() < 1e-14 && (plain - idle).abs() < 1e-14, "{plain} {split} {idle}");
}

#[test]
fn sizes_dimensions_and_tori_are_checked() {
    let plane = histogram([4, 4], [1.0, 1.0], reference_a);
    let line = Histogram::new(&Grid::new(&[8], &[1.0], &[0.0]).unwrap(), &[1.0; 8]).unwrap();
    let error = DiscreteTransport::between_histograms(&line, &plane).unwrap_err();
    assert!(matches!(error, TransportError::Dimension { expected: 2, got: 1, .. }), "{error}");
    let longer = histogram([4, 4], [1.0, 2.0], reference_a);
    let error = DiscreteTransport::between_histograms(&longer, &plane).unwrap_err();
    assert_eq!(error, TransportError::Period { axis: 1, expected: 1.0, got: 2.0 });
    let moved = Histogram::new(&Grid::new(&[4, 4], &[1.0, 1.0], &[0.5, 0.0]).unwrap(), &[1.0; 16]).unwrap();
    let error = DiscreteTransport::between_histograms(&moved, &plane).unwrap_err();
    assert_eq!(error, TransportError::Origin { axis: 0, expected: 0.0, got: 0.5 });
    let many = Histogram::new(&grid([1024, 1024], [1.0, 1.0]), &vec![1.0; 1 << 20]).unwrap();
    let error = DiscreteTransport::between_histograms(&plane, &many).unwrap_err();
    assert!(matches!(error, TransportError::TooManyPoints { points: 1_048_576, .. }), "{error}");
    let error =
        DiscreteTransport::between_clouds(&cloud(&[[0.0; 2]], None, [1.0, 1.0]), &cloud(&[[0.0; 2]], None, [2.0, 1.0]));
    assert_eq!(error.unwrap_err(), TransportError::Period { axis: 0, expected: 2.0, got: 1.0 });
}

#[test]
fn the_effort_for_a_smooth_pair_is_known() {
    let (source, target) = (histogram([32, 32], [1.0, 1.0], reference_a), histogram([32, 32], [1.0, 1.0], reference_b));
    let transport = DiscreteTransport::between_histograms(&source, &target).unwrap();
    assert_eq!(transport.effort(), SimplexEffort { pivots: 5080, arcs: 17322, rounds: 1 });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, rng_seed: RngSeed::Fixed(4), ..ProptestConfig::default() })]

    #[test]
    fn whole_cells_swaps_and_periods_move_nothing(seed in 0_u64..1000, i in 0_usize..9, j in 0_usize..7, scale in 0.1_f64..9.0) {
        let mut random = Random(seed);
        let shape = [9, 7];
        let draw = |random: &mut Random| -> Vec<f64> { (0..63).map(|_| (random.next() - 0.2).max(0.0)).collect() };
        let (mu, nu) = (draw(&mut random), draw(&mut random));
        let shifted = |w: &[f64]| -> Vec<f64> { (0..63).map(|k| w[(k / 7 + i) % 9 * 7 + (k % 7 + j) % 7]).collect() };
        let value = |a: &[f64], b: &[f64], period: [f64; 2]| {
            let histogram = |w: &[f64]| Histogram::new(&grid(shape, period), w).unwrap();
            DiscreteTransport::between_histograms(&histogram(a), &histogram(b)).unwrap().distance().value
        };
        let period = [1.0, 1.0];
        let plain = value(&mu, &nu, period);
        prop_assert!((value(&nu, &mu, period) - plain).abs() <= 1e-13);
        prop_assert!((value(&shifted(&mu), &shifted(&nu), period) - plain).abs() <= 1e-13);
        prop_assert!((value(&mu, &nu, [scale, scale]) / scale - plain).abs() <= 1e-13);
        // A translation is the largest distance there can be between a histogram and its copy.
        let bound = (0.5_f64 * 0.5 * 2.0).sqrt();
        prop_assert!(value(&mu, &shifted(&mu), period) <= bound + 1e-13);
    }

    #[test]
    fn random_clouds_are_solved_to_optimality(seed in 0_u64..1000, n in 1_usize..80, m in 1_usize..80) {
        let mut random = Random(seed);
        let period = [1.0 + random.next(), 1.0];
        let (x, y) = (random.points(n, period), random.points(m, period));
        let (source, target) = (cloud(&x, None, period), cloud(&y, None, period));
        let transport = DiscreteTransport::between_clouds(&source, &target).unwrap();
        assert_optimal(&transport, [source.weights(), target.weights()], [&x, &y], period);
    }

    #[test]
    fn the_triangle_inequality_holds(seed in 0_u64..1000) {
        let mut random = Random(seed);
        let period = [1.0, 1.0];
        let clouds = [20, 31, 17].map(|n| cloud(&random.points(n, period), None, period));
        let value = |a: &Cloud, b: &Cloud| DiscreteTransport::between_clouds(a, b).unwrap().distance().value;
        let [ab, bc, ac] = [(0, 1), (1, 2), (0, 2)].map(|(p, q): (usize, usize)| value(&clouds[p], &clouds[q]));
        prop_assert!(ac <= ab + bc + 1e-12);
    }
}

/// A small side is not made smaller still: it predicts the large one so well that no pricing finds an arc missing.
#[test]
fn sides_of_very_different_sizes_need_few_pivots_and_one_round_of_pricing() {
    let mut random = Random(21);
    let mut points = |count: usize, power: i32| -> Vec<[f64; 2]> {
        (0..count).map(|_| [random.next().powi(power), random.next().powi(power)]).collect()
    };
    let (large, small) = (points(3000, 1), points(40, 2));
    let [large, small] = [large, small].map(|points| cloud(&points, None, [1.0, 1.0]));
    let there = DiscreteTransport::between_clouds(&large, &small).unwrap();
    let back = DiscreteTransport::between_clouds(&small, &large).unwrap();
    for transport in [&there, &back] {
        let SimplexEffort { pivots, rounds, .. } = transport.effort();
        assert!(rounds <= 2 && pivots <= 3000, "{pivots} pivots, {rounds} rounds");
    }
    let (value, error) = (there.distance().value, there.distance().error);
    assert!((value - back.distance().value).abs() <= error, "{value} and {} with bar {error:e}", back.distance().value);
}

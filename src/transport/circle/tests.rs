//! Known answers, a slow second implementation and identities of the distance on the circle.

use super::*;
use crate::form::tries;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use std::f64::consts::PI;

fn grid(n: usize, period: f64) -> Grid {
    Grid::new(&[n], &[period], &[0.0]).unwrap()
}

/// Density proportional to `u(2 pi x / L)` on `n` nodes.
fn density(n: usize, period: f64, u: impl Fn(f64) -> f64) -> Density {
    let values = (0..n).map(|j| u(2.0 * PI * j as f64 / n as f64)).collect();
    Density::normalised(&grid(n, period), values).unwrap()
}

fn distance(source: &Density, target: &Density) -> Distance {
    let distance = CircleDistance::new(target).unwrap().distance(source).unwrap();
    assert!(distance.value.is_finite() && distance.value >= 0.0 && distance.value.is_sign_positive());
    assert!(distance.error.is_finite() && distance.error >= 0.0, "{distance:?}");
    distance
}

/// The value is right within its bar, and the bar is at most `tolerance`.
#[track_caller]
fn assert_covers(distance: Distance, truth: f64, tolerance: f64) {
    let off = (distance.value - truth).abs();
    assert!(off <= distance.error, "{distance:?} misses {truth} by {off:e}");
    assert!(distance.error <= tolerance, "{distance:?}: the bar is above {tolerance:e}");
}

fn reference_a(t: f64) -> f64 {
    (3.0 * (t - 0.2 * PI).cos()).exp()
}

fn reference_b(t: f64) -> f64 {
    (2.0 * (t - 1.1 * PI).cos() + 0.5 * (2.0 * t).sin()).exp()
}

/// `|sigma|_{H^-1(rho)}` on the circle: `int (S - c)^2 / rho`, `S' = sigma`, `c` the minimiser; plain trapezoid sums.
fn weighted_negative_norm(rho: impl Fn(f64) -> f64, flux: impl Fn(f64) -> f64) -> f64 {
    let n = 20_000;
    let nodes = || (0..n).map(|j| j as f64 / n as f64);
    let inverse: f64 = nodes().map(|x| 1.0 / rho(x)).sum();
    let c = nodes().map(|x| flux(x) / rho(x)).sum::<f64>() / inverse;
    (nodes().map(|x| (flux(x) - c).powi(2) / rho(x)).sum::<f64>() / n as f64).sqrt()
}

/// The slow second implementation, on `R/Z`: exact transport between the two densities made constant on `cells` cells.
///
/// Quantile functions are piecewise linear, so that `int_0^1 (G^-1(u + a) - F^-1(u))^2 du` is a finite sum between merged
/// breakpoints; its minimum over `a` is found by golden section. Wrong by the cells only, as the square of their width.
mod slow {
    use crate::torus::{Density, Fourier, evaluate};

    /// Masses of the cells by Simpson's rule on the band-limited function, dips cut off.
    pub(super) fn cumulative(density: &Density, cells: usize) -> Vec<f64> {
        let grid = density.grid();
        let fourier = Fourier::new(grid);
        let mut spectrum = fourier.zero_spectrum();
        fourier.forward(density.values(), &mut spectrum, &mut fourier.scratch());
        let at = |x: f64| evaluate(grid, &spectrum, &[x * grid.volume()]).max(0.0);
        let h = 1.0 / cells as f64;
        let mut sum = 0.0;
        let mut out = vec![0.0];
        for j in 0..cells {
            let x = j as f64 * h;
            sum += at(x) + 4.0 * at(x + 0.5 * h) + at(x + h);
            out.push(sum);
        }
        out.iter_mut().for_each(|u| *u /= sum);
        out
    }

    /// The lifted quantile function at `u` and the next breakpoint above `u`.
    fn quantile(cumulative: &[f64], u: f64) -> (f64, f64) {
        let cells = cumulative.len() - 1;
        let turns = u.floor();
        let rest = u - turns;
        let j = cumulative.partition_point(|c| *c <= rest).clamp(1, cells);
        let (low, high) = (cumulative[j - 1], cumulative[j]);
        let x = (j as f64 - 1.0 + ((rest - low) / (high - low)).clamp(0.0, 1.0)) / cells as f64;
        (turns + x, turns + high)
    }

    fn cost(f: &[f64], g: &[f64], a: f64) -> f64 {
        let (mut u, mut sum) = (0.0, 0.0);
        while u < 1.0 {
            // Looking at the middle of the next piece avoids deciding on which side of a breakpoint u lies.
            let nudge = u + 1e-13;
            let end = quantile(f, nudge).1.min(quantile(g, nudge + a).1 - a).min(1.0).max(nudge);
            let gap = |v: f64| quantile(g, v + a).0 - quantile(f, v).0;
            let (p, q) = (gap(u + 0.25 * (end - u)), gap(u + 0.75 * (end - u)));
            let (left, right) = (1.5 * p - 0.5 * q, 1.5 * q - 0.5 * p);
            sum += (end - u) * (left * left + left * right + right * right) / 3.0;
            u = end;
        }
        sum
    }

    pub(super) fn distance(source: &Density, target: &Density, cells: usize) -> f64 {
        let (f, g) = (cumulative(source, cells), cumulative(target, cells));
        let ratio = 0.5 * (5.0_f64.sqrt() - 1.0);
        let (mut low, mut high) = (-1.0, 1.0);
        let (mut p, mut q) = (high - ratio * (high - low), low + ratio * (high - low));
        let (mut at_p, mut at_q) = (cost(&f, &g, p), cost(&f, &g, q));
        for _ in 0..70 {
            if at_p < at_q {
                (high, q, at_q) = (q, p, at_p);
                p = high - ratio * (high - low);
                at_p = cost(&f, &g, p);
            } else {
                (low, p, at_p) = (p, q, at_q);
                q = low + ratio * (high - low);
                at_q = cost(&f, &g, q);
            }
        }
        at_p.min(at_q).sqrt()
    }
}

#[test]
fn the_reference_pair_has_its_published_distance() {
    for n in [128, 256, 257] {
        let d = distance(&density(n, 1.0, reference_a), &density(n, 1.0, reference_b));
        assert_covers(Distance { error: d.error + 5e-14, ..d }, 0.331_813_406_770_2, 1e-12);
        assert_eq!(d.method, Method::CircleSymmetric);
    }
    let d = distance(&density(96, 1.0, reference_a), &density(256, 1.0, reference_b));
    assert!((d.value - 0.331_813_406_770_2).abs() <= 1e-12, "{d:?}");
    let d = distance(&density(256, 1.0, reference_a), &density(96, 1.0, reference_b));
    assert!((d.value - 0.331_813_406_770_2).abs() <= 1e-12, "{d:?}");
}

#[test]
fn translated_peaks_are_their_shift_apart_round_either_side() {
    let peak = |c: f64| density(512, 1.0, move |t| (800.0 * ((t - 2.0 * PI * c).cos() - 1.0)).exp());
    assert_covers(distance(&peak(0.1), &peak(0.3)), 0.2, 1e-12);
    assert_covers(distance(&peak(0.3), &peak(0.1)), 0.2, 1e-12);
    // The shorter way crosses the origin.
    assert_covers(distance(&peak(0.1), &peak(0.9)), 0.2, 1e-12);
    assert_covers(distance(&peak(0.05), &peak(0.75)), 0.3, 1e-12);
    let uniform = Density::uniform(&grid(512, 1.0));
    assert_covers(distance(&peak(0.1), &uniform), 0.283_177_371_660_519, 1e-12);
    assert_covers(distance(&uniform, &peak(0.1)), 0.283_177_371_660_519, 1e-12);
    let own = distance(&peak(0.1), &peak(0.1));
    assert_eq!((own.value.to_bits(), own.error.to_bits()), (0, 0));
}

#[test]
fn tiny_perturbations_of_the_uniform_density_are_seen_from_their_node_values() {
    for n in [64, 65, 256] {
        let uniform = density(n, 1.0, |_| 1.0);
        for (mode, truth) in [(1.0, 1.125_395_395_196_38e-11), (3.0, 3.751_317_983_987_94e-12)] {
            let perturbed = density(n, 1.0, |t| 1.0 + 1e-10 * (mode * t).cos());
            let d = distance(&perturbed, &uniform);
            assert_covers(d, truth, 1e-5 * truth);
            assert_eq!(d.method, Method::CircleDisplacement);
        }
    }
}

#[test]
fn a_difference_of_its_own_keeps_full_accuracy_down_to_the_smallest_numbers() {
    let n = 128;
    let target = density(n, 1.0, reference_a);
    let mut solver = CircleDistance::new(&target).unwrap();
    let uniform = Density::uniform(&grid(n, 1.0));
    let mut flat = CircleDistance::new(&uniform).unwrap();
    let wave: Vec<f64> = (0..n).map(|j| (2.0 * PI * j as f64 / n as f64).cos()).collect();
    let a: Vec<f64> = target.values().to_vec();
    let mean: f64 = (0..n).map(|j| a[j] * (2.0 * PI * j as f64 / n as f64).sin()).sum::<f64>() / n as f64;
    let phi: Vec<f64> = (0..n).map(|j| a[j] * ((2.0 * PI * j as f64 / n as f64).sin() - mean)).collect();
    let mut last = f64::NAN;
    for exponent in 6..100 {
        let epsilon = 0.1_f64.powi(exponent);
        let scaled: Vec<f64> = wave.iter().map(|w| epsilon * w).collect();
        let d = flat.distance_of_difference(&scaled).unwrap();
        let truth = epsilon / (2.0 * PI * 2.0_f64.sqrt());
        // The next term of the expansion is of relative order epsilon^2.
        assert!((d.value - truth).abs() <= d.error + 1e-2 * epsilon * epsilon * truth, "{d:?} against {truth}");
        assert!(d.error <= 1e-12 * truth, "{d:?}");
        let scaled: Vec<f64> = phi.iter().map(|w| epsilon * w).collect();
        let d = solver.distance_of_difference(&scaled).unwrap();
        assert!(d.error <= 1e-12 * d.value, "{d:?}");
        last = d.value / epsilon;
        assert!((last - 0.044_426_825_05).abs() <= 0.0446 * epsilon * 100.0 + 1e-11, "{epsilon:e}: {last}");
    }
    let values = |x: f64| reference_a(2.0 * PI * x) / 4.880_792_585_865_024;
    // Flux of phi by a running trapezoid sum.
    let m = 20_000;
    let mut flux = vec![0.0];
    for j in 0..m {
        let middle = (j as f64 + 0.5) / m as f64;
        flux.push(flux[j] + values(middle) * ((2.0 * PI * middle).sin() - mean) / m as f64);
    }
    let norm = weighted_negative_norm(values, |x| flux[(x * m as f64).round() as usize]);
    assert!((norm - last).abs() <= 1e-7 * norm, "{norm} against {last}");
}

#[test]
fn reference_values_along_the_way_to_zero() {
    let n = 128;
    let target = density(n, 1.0, reference_a);
    let mean = target.values().iter().enumerate().map(|(j, a)| a * (2.0 * PI * j as f64 / n as f64).sin()).sum::<f64>();
    let sine = |j: usize| (2.0 * PI * j as f64 / n as f64).sin() - mean / n as f64;
    let mut solver = CircleDistance::new(&target).unwrap();
    for (epsilon, truth) in [(1e-3, 0.044_429_519_3), (1e-5, 0.044_426_852_0), (1e-7, 0.044_426_825_3)] {
        let difference: Vec<f64> = (0..n).map(|j| epsilon * target.values()[j] * sine(j)).collect();
        let own = solver.distance_of_difference(&difference).unwrap();
        assert!((own.value / epsilon - truth).abs() <= 6e-11, "{own:?}");
        let values = (0..n).map(|j| target.values()[j] * (1.0 + epsilon * sine(j))).collect();
        let nodes = solver.distance(&Density::normalised(target.grid(), values).unwrap()).unwrap();
        assert!((nodes.value - own.value).abs() <= nodes.error + own.error, "{nodes:?} against {own:?}");
    }
}

#[test]
fn the_two_forms_agree_where_both_are_good() {
    let (n, a) = (128, |t: f64| (1.5 * t.cos()).exp());
    let target = density(n, 1.0, a);
    let mut short = CircleDistance::new(&target).unwrap();
    let mut long = CircleDistance { short_stretches: false, ..short.clone() };
    for epsilon in [1e-1, 1e-2, 1e-3, 1e-4, 1e-6] {
        let source = density(n, 1.0, |t| a(t) * (1.0 + epsilon * (t + 0.3).sin()));
        let (p, q) = (short.distance(&source).unwrap(), long.distance(&source).unwrap());
        assert_eq!(q.method, Method::CircleSymmetric);
        assert!((p.value - q.value).abs() <= 2e-16 + 4e-15 * p.value, "{p:?} against {q:?}");
        assert!(epsilon > 1e-2 || p.method == Method::CircleDisplacement, "{p:?}");
    }
}

#[test]
fn a_density_is_at_distance_zero_from_itself() {
    for u in [reference_a, reference_b, |t: f64| (60.0 * (t.cos() - 1.0)).exp()] {
        let own = density(100, 3.0, u);
        let d = distance(&own, &own.clone());
        assert_eq!((d.value.to_bits(), d.error.to_bits(), d.method), (0, 0, Method::Identical));
    }
    // The same function on another grid is not the same bits.
    let d = distance(&density(100, 1.0, reference_a), &density(128, 1.0, reference_a));
    assert!(d.value <= d.error && d.error <= 1e-14, "{d:?}");
}

#[test]
fn low_temperature_pairs_answer_with_an_honest_bar() {
    // Wells of depth 70 temperatures: the true density falls to 1e-60, the node values to rounding or below.
    let well = |n: usize, t_0: f64, noise: f64| {
        density(n, 1.0, move |t| (70.0 * ((t - t_0).cos() - 1.0)).exp() + noise * (1.0 + (50.0 * t).sin()) * 0.5)
    };
    for noise in [0.0, 1e-17, 1e-16] {
        for shift in [0.5, 1e-3, 1e-6, 1e-9] {
            let d = distance(&well(256, 1.0 + shift, noise), &well(256, 1.0, noise));
            let truth = shift / (2.0 * PI);
            assert!((d.value - truth).abs() <= d.error, "noise {noise:e}: {d:?} against {truth}");
            // The square root of the mass that rounding can hide, times the way it may have to go.
            assert!(d.error <= 5e-8, "{d:?}");
        }
    }
}

#[test]
fn a_difference_of_its_own_is_seen_at_low_temperature_too() {
    // First order: all mass moves by epsilon, for the difference is -epsilon times the derivative.
    let n = 256;
    let well = density(n, 1.0, |t| (70.0 * ((t - 1.0).cos() - 1.0)).exp());
    let mut solver = CircleDistance::new(&well).unwrap();
    for epsilon in [1e-6, 1e-9, 1e-12] {
        let slope = |j: usize| 2.0 * PI * 70.0 * (2.0 * PI * j as f64 / n as f64 - 1.0).sin() * well.values()[j];
        let difference: Vec<f64> = (0..n).map(|j| epsilon * slope(j)).collect();
        let d = solver.distance_of_difference(&difference).unwrap();
        assert!((d.value - epsilon).abs() <= d.error + 1e4 * epsilon * epsilon, "{d:?} against {epsilon:e}");
        // The floor, 1e-14 of the mass, might have gone half round the circle instead of moving by epsilon.
        assert!(d.error <= 1e-13 + 1e-12 * epsilon, "{d:?}");
    }
}

#[test]
fn a_sliver_of_mass_across_an_empty_barrier_is_inside_the_bar() {
    // Two wells with a barrier at the noise; a share of the mass moves from one to the other.
    let wells = |share: f64| {
        density(512, 1.0, move |t| {
            (0.5 + share) * (400.0 * (t.cos() - 1.0)).exp() + (0.5 - share) * (400.0 * (-t.cos() - 1.0)).exp()
        })
    };
    for share in [1e-2, 1e-6, 1e-10, 1e-13, 1e-15] {
        let d = distance(&wells(share), &wells(0.0));
        let actual = wells(share);
        let right: f64 = actual.values()[128..384].iter().sum::<f64>() / 512.0;
        // The mass leaves from the edges of a well: it travels less than half the circle, by at most 8 widths at each end.
        let most = 0.5 * (0.5 - right).abs().sqrt();
        assert!(d.value - d.error <= most && d.value + d.error >= 0.7 * most, "share {share:e}: {d:?} against {most}");
    }
}

#[test]
fn unresolved_densities_get_a_wide_bar() {
    // 24 nodes for a peak that needs 200.
    let peak = |n: usize, c: f64| density(n, 1.0, move |t| (100.0 * ((t - c).cos() - 1.0)).exp());
    let d = distance(&peak(24, 1.0), &peak(24, 2.0));
    let truth = distance(&peak(256, 1.0), &peak(256, 2.0));
    assert!((d.value - truth.value).abs() <= d.error, "{d:?} against {truth:?}");
    assert!(d.error >= 1e-4, "{d:?}");
}

#[test]
fn distances_scale_with_the_period() {
    let unit = distance(&density(128, 1.0, reference_a), &density(128, 1.0, reference_b));
    for period in [1e-6, 6.0 * PI, 1e6] {
        let d = distance(&density(128, period, reference_a), &density(128, period, reference_b));
        assert!((d.value / period - unit.value).abs() <= 1e-14, "{d:?}");
        assert!((d.error / period - unit.error).abs() <= 1e-14, "{d:?}");
    }
}

#[test]
fn what_was_computed_before_does_not_matter() {
    let target = density(128, 1.0, reference_a);
    let sources = [density(128, 1.0, reference_b), density(96, 1.0, |t| (0.3 * t.sin()).exp())];
    let mut solver = CircleDistance::new(&target).unwrap();
    let fresh: Vec<Distance> = sources.iter().map(|s| distance(s, &target)).collect();
    for i in [0, 1, 1, 0, 1] {
        assert_eq!(solver.distance(&sources[i]).unwrap(), fresh[i]);
    }
}

#[test]
fn wrong_input_is_named() {
    let target = density(16, 1.0, reference_a);
    let mut solver = CircleDistance::new(&target).unwrap();
    let other = density(16, 2.0, reference_a);
    assert_eq!(solver.distance(&other), Err(TransportError::Period { axis: 0, expected: 1.0, got: 2.0 }));
    let moved = Density::uniform(&Grid::new(&[16], &[1.0], &[0.5]).unwrap());
    assert_eq!(solver.distance(&moved), Err(TransportError::Origin { axis: 0, expected: 0.0, got: 0.5 }));
    let square = Density::uniform(&Grid::new(&[16, 16], &[1.0, 1.0], &[0.0, 0.0]).unwrap());
    assert!(matches!(solver.distance(&square), Err(TransportError::Dimension { expected: 1, got: 2, .. })));
    assert!(matches!(CircleDistance::new(&square), Err(TransportError::Dimension { .. })));
    assert_eq!(solver.distance_of_difference(&[0.0; 3]), Err(TransportError::Length { expected: 16, got: 3 }));
    let mut difference = [0.0; 16];
    difference[5] = f64::NAN;
    assert!(matches!(solver.distance_of_difference(&difference), Err(TransportError::NotFinite { .. })));
    difference[5] = -10.0;
    assert!(matches!(solver.distance_of_difference(&difference), Err(TransportError::Negative { .. })));
    let large = Density::uniform(&grid(CircleDistance::MAXIMUM_POINTS + 1, 1.0));
    assert!(matches!(CircleDistance::new(&large), Err(TransportError::TooManyPoints { .. })));
}

/// `exp` of a random trigonometric polynomial of degree 3, scaled to the contrast `exp(range)`.
fn random_density(n: usize) -> impl Strategy<Value = Density> {
    (prop::collection::vec(-1.0..1.0_f64, 6), 0.0..27.6_f64).prop_map(move |(c, range)| {
        let u =
            |t: f64| (1..=3).map(|k| c[2 * k - 2] * (k as f64 * t).cos() + c[2 * k - 1] * (k as f64 * t).sin()).sum();
        let exponents: Vec<f64> = (0..n).map(|j| u(2.0 * PI * j as f64 / n as f64)).collect();
        let low = exponents.iter().copied().fold(f64::INFINITY, f64::min);
        let high = exponents.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let scale = range / (high - low).max(0.1);
        let values = exponents.iter().map(|u| ((u - high) * scale).exp()).collect();
        Density::normalised(&grid(n, 1.0), values).unwrap()
    })
}

fn rotated(density: &Density, by: usize) -> Density {
    let mut values = density.values().to_vec();
    values.rotate_left(by);
    Density::normalised(density.grid(), values).unwrap()
}

/// So many cases, the same in every run.
fn cases(cases: usize) -> ProptestConfig {
    ProptestConfig {
        cases: cases as u32,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(2),
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(cases(tries(14, 48)))]

    #[test]
    fn the_slow_implementation_agrees(f in random_density(256), g in random_density(256)) {
        let d = distance(&f, &g);
        let (coarse, fine) = (slow::distance(&f, &g, 500), slow::distance(&f, &g, 1000));
        let uncertainty = 2.0 * (fine - coarse).abs() + 1e-7;
        prop_assert!((d.value - fine).abs() <= d.error + uncertainty, "{:?} against {} and {}", d, coarse, fine);
        prop_assert!(d.error <= 1e-10, "{:?}", d);
    }
}

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn swap_and_rotation_change_nothing(f in random_density(128), g in random_density(128), by in 0_usize..128) {
        let d = distance(&f, &g);
        for other in [distance(&g, &f), distance(&rotated(&f, by), &rotated(&g, by))] {
            prop_assert!((d.value - other.value).abs() <= d.error + other.error, "{:?} against {:?}", d, other);
        }
    }

    #[test]
    fn the_triangle_inequality_holds(f in random_density(64), g in random_density(64), h in random_density(64)) {
        let (fg, gh, fh) = (distance(&f, &g), distance(&g, &h), distance(&f, &h));
        prop_assert!(fh.value <= fg.value + gh.value + fg.error + gh.error + fh.error);
    }
}

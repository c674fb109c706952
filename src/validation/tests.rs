//! The judgement as a whole: how often it is wrong about the truth, and what it finds.

use super::*;
use crate::form::tries;
use crate::torus::{Density, Grid};
use std::f64::consts::TAU;

/// Samples of a trial, the fewest for a rate of 5 %.
const SAMPLES: usize = 39;
const RATE: f64 = 0.05;

fn density(shape: &[usize], f: impl Fn(&[f64]) -> f64) -> Density {
    let dimension = shape.len();
    let grid = Grid::new(shape, &vec![1.0; dimension], &vec![0.0; dimension]).unwrap();
    let values = (0..grid.len()).map(|position| {
        let node = grid.node(position);
        f(&(0..dimension).map(|axis| node[axis] as f64 / shape[axis] as f64).collect::<Vec<_>>())
    });
    Density::normalised(&grid, values.collect()).unwrap()
}

fn circle(kappa: f64) -> Density {
    density(&[64], |x| (kappa * (TAU * x[0]).cos()).exp())
}

fn torus() -> Density {
    density(&[24, 24], |x| ((TAU * x[0]).cos() + 0.5 * (TAU * (x[0] - x[1])).sin()).exp())
}

fn single(points: usize) -> Size {
    Size { replicas: 1, points }
}

fn judge(comparison: &Comparison, points: &[f64], seed: u64) -> Verdict {
    let trial = Trial::new(comparison, points, SAMPLES, &[seed], &|| ()).unwrap();
    verdicts(&[&trial], RATE)[0]
}

/// How often samples of the density itself, two times and players at once, are called something else.
fn false_alarms(density: &Density, size: Size, seeds: u64) -> usize {
    let comparison = Comparison::new(density, &[], size).unwrap();
    let alarm = |seed: u64| {
        let trial = |place: u64| {
            let points = comparison.sampler().sample(size.total(), &mut Stream::new(&[77, seed, place]));
            Trial::new(&comparison, &points, SAMPLES, &[78, seed, place], &|| ()).unwrap()
        };
        let trials: Vec<Trial> = (0..2).map(trial).collect();
        let trials: Vec<&Trial> = trials.iter().collect();
        verdicts(&trials, RATE).iter().any(|verdict| verdict.finding != Finding::Indistinguishable)
    };
    (0..seeds).filter(|seed| alarm(*seed)).count()
}

/// At a rate of 5 % 200 seeds give 10 alarms with a standard deviation of 3.1; 20 or more happen once in 300 times, and so do
/// 11 or more of 80 and 7 or more of 40. None of 80 happens once in 60 times.
#[test]
fn samples_of_the_truth_raise_false_alarms_at_the_stated_rate() {
    let (seeds, most) = (tries(80, 200), tries(10, 19));
    let alarms = false_alarms(&circle(2.0), single(300), seeds as u64);
    assert!((1..=most).contains(&alarms), "{alarms} of {seeds}");
    let (seeds, most) = (tries(40, 200), tries(6, 19));
    let alarms = false_alarms(&torus(), single(20), seeds as u64);
    assert!(alarms <= most, "{alarms} of {seeds} on the torus");
    let alarms = false_alarms(&circle(1.0), Size { replicas: 4, points: 50 }, seeds as u64);
    assert!(alarms <= most, "{alarms} of {seeds} with replicas");
}

/// At a rate of 5 % 60 seeds give 3 alarms and 20 seeds 1; 9 and 5 or more happen once in 300 times.
#[test]
fn a_cloud_of_one_point_raises_none() {
    let (seeds, most) = (tries(20, 60) as u64, tries(4, 8));
    assert!(false_alarms(&circle(1.0), single(1), seeds) <= most);
    let uniform = Density::uniform(circle(1.0).grid());
    assert!(false_alarms(&uniform, single(1), seeds) <= most, "every point is as far from the uniform density");
}

#[test]
fn points_one_in_each_part_of_equal_mass_are_better_than_independent_ones() {
    let comparison = Comparison::new(&circle(2.0), &[], single(400)).unwrap();
    // Levels (i + 1/2)/N of a fine sorted sample.
    let mut sample = comparison.sampler().sample(400 * 401, &mut Stream::new(&[1]));
    sample.sort_by(f64::total_cmp);
    let points: Vec<f64> = sample.chunks_exact(401).map(|part| part[200]).collect();
    assert_eq!(judge(&comparison, &points, 1).finding, Finding::Better);
    let torus = Density::uniform(torus().grid());
    let comparison = Comparison::new(&torus, &[], single(400)).unwrap();
    let mut stream = Stream::new(&[2]);
    let jittered: Vec<f64> = (0..400)
        .flat_map(|i| [(i / 20) as f64, (i % 20) as f64].map(|corner| (corner + stream.uniform()) / 20.0))
        .collect();
    assert_eq!(judge(&comparison, &jittered, 2).finding, Finding::Better);
}

#[test]
fn a_shift_a_wider_cloud_and_a_repeated_point_are_biased() {
    let comparison = Comparison::new(&circle(4.0), &[], single(2000)).unwrap();
    let points = comparison.sampler().sample(2000, &mut Stream::new(&[3]));
    assert_eq!(judge(&comparison, &points, 3).finding, Finding::Indistinguishable);
    let shifted: Vec<f64> = points.iter().map(|x| x + 0.02).collect();
    assert_eq!(judge(&comparison, &shifted, 3).finding, Finding::Biased);
    let wider: Vec<f64> = points.iter().map(|x| 1.2 * if *x > 0.5 { x - 1.0 } else { *x }).collect();
    assert_eq!(judge(&comparison, &wider, 3).finding, Finding::Biased);
    let crowd = vec![0.0; 2000];
    let trial = Trial::new(&comparison, &crowd, SAMPLES, &[3], &|| ()).unwrap();
    assert_eq!(verdicts(&[&trial], RATE)[0].finding, Finding::Biased);
    let excess = trial.excess().unwrap();
    let distance = trial.observed.distance.as_ref().unwrap().value;
    assert!(excess.low <= excess.value && excess.value <= excess.high && excess.high < distance);
}

/// All replicas of a correlated system move together inside a replica, but the replicas scatter about the truth.
#[test]
fn replicas_tell_common_noise_from_bias() {
    let size = Size { replicas: 16, points: 200 };
    let comparison = Comparison::new(&circle(1.0), &[], size).unwrap();
    let points = comparison.sampler().sample(size.total(), &mut Stream::new(&[4]));
    assert_eq!(judge(&comparison, &points, 4).finding, Finding::Indistinguishable);
    let moved = |shift: &dyn Fn(usize) -> f64| -> Vec<f64> {
        points
            .chunks_exact(200)
            .enumerate()
            .flat_map(|(r, part)| part.iter().map(move |x| (x, r)))
            .map(|(x, r)| x + shift(r))
            .collect()
    };
    let scattered = moved(&|r| 0.1 * ((r as f64 - 7.5) / 7.5));
    assert_eq!(judge(&comparison, &scattered, 4).finding, Finding::Noisier);
    let biased = moved(&|r| 0.03 + 0.02 * ((r as f64 - 7.5) / 7.5));
    let trial = Trial::new(&comparison, &biased, SAMPLES, &[4], &|| ()).unwrap();
    assert_eq!(verdicts(&[&trial], RATE)[0].finding, Finding::Biased);
    let parts = trial.bias_and_noise().unwrap();
    assert!(parts.bias_interval[0] <= parts.bias && parts.bias <= parts.bias_interval[1]);
    // The shift moves the density by the root of `0.03^2 (int g - 1/int 1/g)` less what goes round.
    assert!(parts.bias > 0.5 * 0.03 && parts.bias < 0.03, "{}", parts.bias);
    let one_cloud: Vec<f64> = points[..200].repeat(16);
    assert_eq!(judge(&comparison, &one_cloud, 4).finding, Finding::Biased, "16 copies of one replica");
}

#[test]
fn results_do_not_depend_on_the_number_of_threads() {
    let comparison = Comparison::new(&torus(), &[], Size { replicas: 2, points: 30 }).unwrap();
    let points = comparison.sampler().sample(60, &mut Stream::new(&[5]));
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| Trial::new(&comparison, &points, SAMPLES, &[5], &|| ()).unwrap())
    };
    assert_eq!(with(1), with(3));
}

/// Monte Carlo means of `N W2^2` against the law of section 16 of docs/numerics.md, within 4 standard errors.
#[test]
fn the_floor_on_the_circle_is_the_law_of_the_brownian_bridge() {
    for (kappa, constant) in [(0.0, 1.0 / 12.0), (1.0, 0.0756), (2.0, 0.0614)] {
        let (points, clouds) = (400, 1000);
        let comparison = Comparison::new(&circle(kappa), &[], single(points)).unwrap();
        let squares: Vec<f64> = (0..clouds)
            .map(|b| comparison.measure_sample(&mut Stream::new(&[6, b])).distance.unwrap().value.powi(2))
            .map(|square| points as f64 * square)
            .collect();
        let mean = squares.iter().sum::<f64>() / clouds as f64;
        let variance = squares.iter().map(|s| (s - mean) * (s - mean)).sum::<f64>() / clouds as f64;
        let error = (variance / clouds as f64).sqrt();
        let law = AsymptoticLaw::new(&circle(kappa)).unwrap().distance(1.0).powi(2);
        assert!((law - constant).abs() <= 6e-5, "kappa {kappa}: {law}");
        assert!((mean - law).abs() <= 4.0 * error, "kappa {kappa}: {mean} +- {error} against {law}");
    }
}

/// On the uniform torus `N E W2^2` grows by `log 4 / (4 pi)` when `N` is four times as large.
#[test]
fn the_floor_on_the_torus_grows_with_the_logarithm() {
    let uniform = Density::uniform(torus().grid());
    let mean = |points: usize, clouds: u64| {
        let comparison = Comparison::new(&uniform, &[], single(points)).unwrap();
        let squares: Vec<f64> = (0..clouds)
            .map(|b| comparison.measure_sample(&mut Stream::new(&[8, b])).distance.unwrap().value.powi(2))
            .map(|square| points as f64 * square)
            .collect();
        let mean = squares.iter().sum::<f64>() / clouds as f64;
        let variance = squares.iter().map(|s| (s - mean) * (s - mean)).sum::<f64>() / clouds as f64;
        (mean, variance / clouds as f64)
    };
    let ((few, of_few), (many, of_many)) = (mean(60, 400), mean(240, 400));
    let law = AsymptoticLaw::new(&uniform).unwrap();
    let expected = 240.0 * law.distance(240.0).powi(2) - 60.0 * law.distance(60.0).powi(2);
    assert!((expected - 4.0_f64.ln() / (4.0 * std::f64::consts::PI)).abs() <= 1e-14);
    let error = (of_few + of_many).sqrt();
    assert!((many - few - expected).abs() <= 4.0 * error, "{few} and {many} +- {error}, expected {expected} more");
    assert!(error <= 0.1 * expected, "the test has no power: {error}");
}

/// C08: a thousand copies of one point, whose distance is known in closed form.
#[test]
fn a_thousand_copies_of_one_point_are_as_far_as_the_point() {
    let crowd = |place: &[f64]| place.repeat(1000);
    let bump = density(&[64], |x| (3.0 * (TAU * (x[0] - 0.25)).cos()).exp());
    let uniform = Density::uniform(bump.grid());
    let flat = Density::uniform(torus().grid());
    let ridge = density(&[64, 8], |x| (3.0 * (TAU * (x[0] - 0.25)).cos()).exp());
    let cases: [(&Density, Vec<f64>, f64); 6] = [
        (&uniform, crowd(&[0.3]), 0.288_675_134_594_813),
        (&bump, crowd(&[0.0]), 0.268_498_585_863_310),
        (&bump, crowd(&[0.25]), 0.105_170_336_533_326),
        (&flat, crowd(&[1.0, 1.0]), 0.408_248_290_463_863),
        (&flat, crowd(&[0.3, 1.0 - 2.0_f64.powi(-53)]), 0.408_248_290_463_863),
        (&ridge, crowd(&[0.0, 0.0]), 0.394_239_551_470_841),
    ];
    for (density, points, expected) in cases {
        let comparison = Comparison::new(density, &[], single(1000)).unwrap();
        let measured = comparison.measure(&points).unwrap();
        let distance = measured.distance.unwrap();
        assert!((distance.value - expected).abs() <= 1e-8 + distance.error, "{distance:?} against {expected}");
        assert!(measured.moments.scores.iter().all(|z| z.is_finite()));
    }
}

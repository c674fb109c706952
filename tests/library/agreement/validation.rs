//! `validate` on clouds of a particle system that shares nothing with the library (`tests/support/particles.rs`): correct
//! simulations pass, and each of the mistakes that people make is found.

use crate::support::experiment::{Ran, run_game};
use crate::support::form::tries;
use crate::support::particles::{Random, System};
use nashflow::experiment::{CloudSource, RunSource, TimeChoice, ValidationReport, ValidationRequest, validate};
use nashflow::game::GameFile;
use ndarray::{Array1, Array3, Array4};
use ndarray_npy::write_npy;
use std::f64::consts::{PI, TAU};

/// Two players who do not meet, in angles.
const APART: &str = "[game]
payoff = '2*cos(x) - 2*cos(y)'
temperature = { x = 0.5, y = 0.8 }
[game.domain]
x = { dim = 1, period = '2*pi' }
y = { dim = 1, period = '2*pi' }
[initial]
x = '1 + 0.9*cos(x - 2)'
y = '1 + 0.9*sin(y)'
[solver]
tolerance = 1e-7
time = 1.5
[output]
snapshots = 3
";
const POINTS: usize = 20_000;
const STEP: f64 = 0.005;
const TIME: f64 = 1.5;

/// What goes wrong in a simulation of [`APART`].
#[derive(Debug, Clone, Copy)]
struct Mistake {
    step: f64,
    /// Factor of the temperature of x.
    temperature: f64,
    /// Factor of the drift of y.
    drift: f64,
}

const NONE: Mistake = Mistake { step: STEP, temperature: 1.0, drift: 1.0 };

/// Clouds of so many points at the end.
fn simulated(mistake: Mistake, count: usize, seed: u64) -> [Vec<f64>; 2] {
    let mut random = Random::new(seed);
    let x = random.points(count, TAU, 2.0, |x| 1.0 + 0.9 * (x - 2.0).cos());
    let y = random.points(count, TAU, 2.0, |y| 1.0 + 0.9 * y.sin());
    let system = System {
        force_x: &|x, _| -2.0 * x.sin(),
        force_y: &|_, y| mistake.drift * 2.0 * y.sin(),
        temperature: [0.5 * mistake.temperature, 0.8],
        timescale: 1.0,
    };
    let steps = (TIME / mistake.step).round() as usize;
    system.evolve_apart([x, y], mistake.step, steps, &mut random)
}

/// Judges both clouds at the end.
fn judged(run: &Ran, [x, y]: &[Vec<f64>; 2]) -> ValidationReport {
    let folder = tempfile::tempdir().unwrap();
    let paths = ["x.npy", "y.npy"].map(|name| folder.path().join(name));
    write_npy(&paths[0], &Array1::from(x.clone())).unwrap();
    write_npy(&paths[1], &Array1::from(y.clone())).unwrap();
    let word = format!("x={},y={}", paths[0].display(), paths[1].display());
    let request = ValidationRequest { samples: Some(39), ..request(&word, run) };
    validate(&ValidationRequest { times: TimeChoice::These(&[TIME]), ..request }).unwrap()
}

fn request<'a>(word: &'a str, run: &'a Ran) -> ValidationRequest<'a> {
    ValidationRequest {
        cloud: CloudSource::Typed(word),
        against: RunSource::File(&run.path),
        times: TimeChoice::OfCloud,
        has_replicas: false,
        samples: None,
        false_alarm_rate: 0.05,
        seed: 0,
        destination: None,
        progress: &|_, _| (),
    }
}

fn findings(report: &ValidationReport) -> [&str; 2] {
    let one = &report.all()[0];
    [&one.x, &one.y].map(|player| player.as_ref().unwrap().verdict.as_str())
}

const GOOD: &str = "statistically indistinguishable";

#[test]
fn a_correct_simulation_passes_and_every_mistake_is_found() {
    let run = run_game(&GameFile::parse("apart.toml", APART, &[]).unwrap());
    let good = simulated(NONE, POINTS, 1);
    assert_eq!(findings(&judged(&run, &good)), [GOOD, GOOD]);
    let warm = simulated(Mistake { temperature: 1.05, ..NONE }, POINTS, 1);
    assert_eq!(findings(&judged(&run, &warm)), ["biased", GOOD], "a temperature 5 % too high");
    // Grosser mistakes are found with fewer points.
    let few = tries(2000, POINTS);
    let noisy = simulated(Mistake { temperature: 2.0, ..NONE }, few, 1);
    assert_eq!(findings(&judged(&run, &noisy)), ["biased", GOOD], "sqrt(4 tau) in place of sqrt(2 tau)");
    let quiet = simulated(Mistake { temperature: 0.5, ..NONE }, few, 1);
    assert_eq!(findings(&judged(&run, &quiet)), ["biased", GOOD], "sqrt(tau) in place of sqrt(2 tau)");
    let uphill = simulated(Mistake { drift: -1.0, ..NONE }, few, 1);
    assert_eq!(findings(&judged(&run, &uphill)), [GOOD, "biased"], "a wrong sign of the y player's drift");
    let [x, y] = &simulated(NONE, few, 1);
    let centred = [x.iter().map(|x| x - PI).collect(), y.clone()];
    assert_eq!(findings(&judged(&run, &centred)), ["biased", GOOD], "angles from -pi, moved there by hand");
    let winding = [x.iter().map(|x| x - 6.0 * PI).collect(), y.clone()];
    let report = judged(&run, &winding);
    assert_eq!(findings(&report), [GOOD, GOOD], "three turns change nothing");
    assert!(report.notes.iter().any(|note| note.contains("wrapped")), "{:?}", report.notes);
    let degrees = [x.clone(), y.iter().map(|y| y.to_degrees()).collect()];
    assert_eq!(findings(&judged(&run, &degrees)), [GOOD, "biased"], "degrees");
}

/// A game with coupling at a step that is a good part of the time in which its forces act.
const COUPLED: &str = "[game]
payoff = '0.5*cos(2*pi*(x - y)) + 0.3*cos(2*pi*x)'
temperature = 0.1
[initial]
x = '1 + 0.9*cos(2*pi*x)'
y = '1 + 0.9*sin(2*pi*y)'
[solver]
tolerance = 1e-7
time = 0.2
[output]
snapshots = 2
";

fn coupled(count: usize, dt: f64, seed: u64) -> [Vec<f64>; 2] {
    let mut random = Random::new(seed);
    let x = random.points(count, 1.0, 2.0, |x| 1.0 + 0.9 * (TAU * x).cos());
    let y = random.points(count, 1.0, 2.0, |y| 1.0 + 0.9 * (TAU * y).sin());
    let system = System {
        force_x: &|x, y| -PI * (TAU * (x - y)).sin() - 0.6 * PI * (TAU * x).sin(),
        force_y: &|x, y| PI * (TAU * (x - y)).sin(),
        temperature: [0.1; 2],
        timescale: 1.0,
    };
    system.evolve([x, y], dt, (0.2 / dt).round() as usize, &mut random)
}

#[test]
fn a_large_step_is_found_and_a_small_one_is_not() {
    let run = run_game(&GameFile::parse("coupled.toml", COUPLED, &[]).unwrap());
    let mut reports = Vec::new();
    for (dt, seed) in [(0.002, 1), (0.04, 2)] {
        let folder = tempfile::tempdir().unwrap();
        let [x, y] = coupled(500, dt, seed);
        let npy = |name: &str, points: Vec<f64>| {
            let path = folder.path().join(name);
            write_npy(&path, &Array3::from_shape_vec((1, points.len(), 1), points).unwrap()).unwrap();
            path.display().to_string()
        };
        let word = format!("x={},y={}", npy("x.npy", x), npy("y.npy", y));
        let wanted = ValidationRequest { times: TimeChoice::These(&[0.2]), ..request(&word, &run) };
        reports.push(validate(&wanted).unwrap());
    }
    assert_eq!(reports[0].verdict(), GOOD, "{:?}", reports[0].all()[0].x);
    assert_eq!(reports[1].verdict(), "biased");
}

/// 16 replicas of 100 points show the bias of a large step that none of them shows alone, and no bias at a small one.
#[test]
fn replicas_separate_the_bias_of_a_step_from_noise() {
    let run = run_game(&GameFile::parse("coupled.toml", COUPLED, &[]).unwrap());
    let judged = |dt: f64| {
        let folder = tempfile::tempdir().unwrap();
        let clouds: Vec<[Vec<f64>; 2]> = (0..16).map(|seed| coupled(100, dt, 40 + seed)).collect();
        let npy = |player: usize| {
            let path = folder.path().join(format!("{player}.npy"));
            let all: Vec<f64> = clouds.iter().flat_map(|cloud| cloud[player].clone()).collect();
            write_npy(&path, &Array4::from_shape_vec((16, 1, 100, 1), all).unwrap()).unwrap();
            path.display().to_string()
        };
        let word = format!("x={},y={}", npy(0), npy(1));
        let wanted = ValidationRequest { times: TimeChoice::These(&[0.2]), has_replicas: true, ..request(&word, &run) };
        validate(&wanted).unwrap()
    };
    let (fine, coarse) = (judged(0.004), judged(0.04));
    assert_eq!(fine.verdict(), GOOD, "{:?}", fine.all()[0].x);
    assert_eq!(coarse.verdict(), "biased");
    let parts = |report: &ValidationReport| report.all()[0].x.as_ref().unwrap().replicas.unwrap();
    let (fine, coarse) = (parts(&fine), parts(&coarse));
    assert_eq!((fine.count, fine.points), (16, 100));
    assert!(fine.bias_interval.unwrap()[0] == 0.0 && coarse.bias_interval.unwrap()[0] > 0.0);
    assert!((fine.noise.unwrap() / fine.noise_floor.unwrap() - 1.0).abs() <= 0.3, "{fine:?}");
}

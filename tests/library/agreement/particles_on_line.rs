//! Particles on the line against the densities, and `validate` on clouds of a particle system that shares nothing with the
//! library (`tests/support/particles.rs`): correct simulations pass, and mistakes are found.

use crate::support::experiment::{Ran, run_game};
use crate::support::form::tries;
use crate::support::particles::{Random, System};
use nashflow::experiment::{
    CloudSource, LadderRequest, ParticleRequest, RunSource, TimeChoice, ValidationReport, ValidationRequest, ladder,
    validate,
};
use nashflow::game::GameFile;
use nashflow::particle::{ParticleScheme, Sampling};
use ndarray::Array1;
use ndarray_npy::write_npy;

/// The double wells of Mourrat and Pillaud-Vivien.
const WELLS: &str = "
[game]
payoff = 'x^4/12 - x^2/2 + 1.5*x*y - (y^4/12 - y^2/2)'
temperature = 0.25
domain = { x = { space = 'line' }, y = { space = 'line' } }
[initial]
x = 'exp(-(x - 1)^2/(2*0.3^2))'
y = 'exp(-y^2/(2*0.3^2))'
[solver]
time = 0.5
tolerance = 1e-8
[output]
snapshots = 1
";

fn file() -> GameFile {
    GameFile::parse("wells.toml", WELLS, &[]).unwrap()
}

/// Distances to the densities of infinitely many particles fall like those of independent points, `N^-1/2`.
#[test]
fn clouds_come_to_their_densities_as_independent_points_do() {
    let request = LadderRequest {
        particles: ParticleRequest {
            counts: None,
            scheme: ParticleScheme::Heun,
            step: Some(0.02),
            replicas: 12,
            seed: 3,
            sampling: Sampling::Independent,
            distances: true,
            bandwidth: None,
        },
        counts: vec![100, 800],
        exit: None,
    };
    let report = ladder(&file(), &request, &mut |_| {}).unwrap();
    let power = report.error_power.unwrap();
    assert!((power.exponent + 0.5).abs() <= 4.0 * power.standard_error && power.standard_error < 0.08, "{power:?}");
    // Deviations of about 0.6 and 0.5 of densities with one hump: 2 sum of their squares over N is the order of the square.
    let error = report.rungs[1].error.unwrap();
    assert!((0.03..0.12).contains(&error.w2) && error.error < 1e-5, "{error:?}");
}

/// What goes wrong in a simulation.
#[derive(Debug, Clone, Copy)]
struct Mistake {
    temperature: f64,
    drift: f64,
}

/// Players who do not meet, one in a quartic and one in a quadratic well.
const APART: &str = "
[game]
payoff = 'x^4/2 - y^2/2'
temperature = { x = 0.5, y = 0.3 }
domain = { x = { space = 'line' }, y = { space = 'line' } }
[initial]
x = 'exp(-(x - 1)^2/(2*0.25))'
y = 'exp(-(y + 1)^2/(2*0.25))'
[solver]
time = 1.5
tolerance = 1e-8
grid = 128
[output]
snapshots = 1
";
const POINTS: usize = 20_000;

fn simulated(mistake: Mistake, count: usize, seed: u64) -> [Vec<f64>; 2] {
    let mut random = Random::new(seed);
    let [x, y] = [1.0, -1.0].map(|mean| (0..count).map(|_| mean + 0.5 * random.normal()).collect());
    let system = System {
        force_x: &|x, _| 2.0 * x.powi(3),
        force_y: &|_, y| -mistake.drift * y,
        temperature: [0.5 * mistake.temperature, 0.3],
        timescale: 1.0,
    };
    system.evolve_apart([x, y], 0.01, 150, &mut random)
}

fn judged(run: &Ran, clouds: &[Vec<f64>; 2]) -> ValidationReport {
    let folder = tempfile::tempdir().unwrap();
    let paths = ["x.npy", "y.npy"].map(|name| folder.path().join(name));
    for (path, cloud) in paths.iter().zip(clouds) {
        write_npy(path, &Array1::from(cloud.clone())).unwrap();
    }
    let word = format!("x={},y={}", paths[0].display(), paths[1].display());
    let request = ValidationRequest {
        cloud: CloudSource::Typed(&word),
        against: RunSource::File(&run.path),
        times: TimeChoice::These(&[1.5]),
        has_replicas: false,
        samples: Some(39),
        false_alarm_rate: 0.05,
        seed: 0,
        destination: None,
        progress: &|_, _| (),
    };
    validate(&request).unwrap()
}

fn findings(report: &ValidationReport) -> [&str; 2] {
    let one = &report.all()[0];
    [&one.x, &one.y].map(|player| player.as_ref().unwrap().verdict.as_str())
}

#[test]
fn a_correct_simulation_on_the_line_passes_and_every_mistake_is_found() {
    const GOOD: &str = "statistically indistinguishable";
    let run = run_game(&GameFile::parse("apart.toml", APART, &[]).unwrap());
    let good = simulated(Mistake { temperature: 1.0, drift: 1.0 }, POINTS, 1);
    let report = judged(&run, &good);
    assert_eq!(findings(&report), [GOOD, GOOD]);
    // Quartic tails have a law of many points, Gaussian ones have none, which is said.
    let one = &report.all()[0];
    let [x, y] = [&one.x, &one.y].map(|player| player.as_ref().unwrap().floor.unwrap());
    assert!((x.asymptotic.unwrap() / x.mean - 1.0).abs() <= 0.3, "{x:?}");
    assert_eq!(y.asymptotic, None);
    assert!(report.notes.iter().any(|note| note.starts_with("y at time 1.5: no law")), "{:?}", report.notes);
    let warm = simulated(Mistake { temperature: 1.05, drift: 1.0 }, POINTS, 1);
    assert_eq!(findings(&judged(&run, &warm)), ["biased", GOOD], "a temperature 5 % too high");
    // Grosser mistakes are found with fewer points.
    let few = tries(2000, POINTS);
    for (factor, what) in [(2.0, "sqrt(4 tau)"), (0.5, "sqrt(tau)")] {
        let wrong = simulated(Mistake { temperature: factor, drift: 1.0 }, few, 1);
        assert_eq!(findings(&judged(&run, &wrong)), ["biased", GOOD], "{what} in place of sqrt(2 tau)");
    }
    let uphill = simulated(Mistake { temperature: 1.0, drift: -1.0 }, few, 1);
    assert_eq!(findings(&judged(&run, &uphill)), [GOOD, "biased"], "a wrong sign of the y player's drift");
    let [x, y] = &good;
    let shifted = [x.iter().map(|x| x + 0.03).collect(), y.clone()];
    assert_eq!(findings(&judged(&run, &shifted)), ["biased", GOOD], "another origin");
}

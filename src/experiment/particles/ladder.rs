//! Error, floor and decay against the number of particles: is the stability of the densities that of the particles,
//! uniformly in N?
//!
//! For each N, over R replicas and all snapshot times,
//!
//! ```text
//! error(N)   = rms W2(cloud, density of infinitely many particles)  at the final time
//! floor(N)   = rms W2(cloud, equilibrium)                           at the final time
//! iid(N)     = rms W2(N independent points of the equilibrium, equilibrium)
//! excess(t)  = mean W2^2(cloud(t), equilibrium) - iid(N)^2    ~  exp(-2 rate t)
//! ```
//!
//! The rate is fitted to `log excess` by weighted least squares over the snapshots at which the excess stands above
//! [`ABOVE_NOISE`] of its standard errors and above the floor; its standard error is that of the jackknife over replicas.
//! Beside it stands the rate of the densities over the same snapshots with the same weights, so that what is left of a
//! transient is in both, and the spectral gap. There is no rate when fewer than [`FEWEST_POINTS`] snapshots are left.

use super::bias::StepBias;
use super::distance::PairDistance;
use super::exit::{Exit, ExitGrowth, RungExit, growth};
use super::replicas::{Record, Replicas};
use super::report::{DistanceSummary, ParticleCounts, mean_with_error};
use super::setup::{ParticleRequest, Setup};
use crate::experiment::measurement::ToEquilibrium;
use crate::experiment::rates::spectrum_of_run;
use crate::experiment::{Progress, RunError};
use crate::game::{GameFile, Player};
use crate::particle::{DensitySampler, RandomStreams, Sampling};
use crate::torus::Density;
use crate::transport::{Distance, TransportError};
use rayon::prelude::*;
use serde::Serialize;
use std::time::Instant;

/// The excess counts while it is so many standard errors above 0.
const ABOVE_NOISE: f64 = 4.0;
/// The densities count as come to rest when they are nearer to the equilibrium than this share of the lowest floor: a
/// hundredth in the root of the squares.
const AT_REST: f64 = 0.15;
/// Fewest snapshots of a fit.
const FEWEST_POINTS: usize = 4;
/// Points of all samples for a floor together, in one and in two dimensions.
const FLOOR_POINTS: [f64; 2] = [2e6, 1e5];
/// Fewest and most samples for a floor.
const FLOOR_SAMPLES: [f64; 2] = [8.0, 128.0];

/// What is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct LadderRequest {
    /// Particles of each player, rung by rung, increasing.
    pub counts: Vec<usize>,
    /// Where a system counts as gone, if exits are wanted.
    pub exit: Option<Exit>,
    /// The rest; its own counts are not looked at.
    pub particles: ParticleRequest,
}

/// Decay towards the equilibrium.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RungDecay {
    /// Of the clouds.
    pub rate: f64,
    /// From the spread of the replicas; null for a single one.
    pub standard_error: Option<f64>,
    /// Of the densities over the same snapshots.
    pub mean_field_rate: f64,
    /// `rate` over the spectral gap; null when there is none.
    pub to_gap: Option<f64>,
    /// First snapshot used.
    pub from: f64,
    /// Last snapshot used.
    pub to: f64,
}

/// One number of particles.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rung {
    /// Particles of both players.
    pub particles: ParticleCounts,
    /// Distance to the density of infinitely many particles at the final time.
    pub error: Option<DistanceSummary>,
    /// Distance to the equilibrium at the final time.
    pub floor: Option<DistanceSummary>,
    /// Distance of as many independent points of the equilibrium from it.
    pub iid_floor: Option<DistanceSummary>,
    /// Decay before the floor; null when the start is too near to it.
    pub decay: Option<RungDecay>,
    /// First exits; null when none were asked for, or with the reason among the notes.
    pub exit: Option<RungExit>,
    /// Wall time.
    pub wall_seconds: f64,
}

/// A power law `value ~ N^exponent`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Power {
    /// The exponent.
    pub exponent: f64,
    /// Its standard error, from those of the values.
    pub standard_error: f64,
}

/// The object of `particles --ladder --json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LadderReport {
    /// Name of the game.
    pub game: String,
    /// Realisations for each number of particles.
    pub replicas: usize,
    /// Seed of the random numbers.
    pub seed: u64,
    /// `iid` or `stratified`.
    pub sampling: &'static str,
    /// `euler-maruyama` or `heun`.
    pub scheme: &'static str,
    /// Longest step.
    pub step: f64,
    /// Final time.
    pub time: f64,
    /// Spectral gap of the densities at the equilibrium; null with the reason among the notes.
    pub gap: Option<f64>,
    /// Predicted distance of the stationary law of the scheme from the equilibrium: floors end there.
    pub step_bias: StepBias,
    /// One entry for each number of particles.
    pub rungs: Vec<Rung>,
    /// Of the error; null with fewer than two values or a single replica.
    pub error_power: Option<Power>,
    /// Of the floor.
    pub floor_power: Option<Power>,
    /// Of the mean exit time; null with fewer than two numbers of particles that systems left.
    pub exit_growth: Option<ExitGrowth>,
    /// What else should be known.
    pub notes: Vec<String>,
}

/// Climbs the ladder.
///
/// # Errors
/// [`RunError`].
pub fn ladder(
    file: &GameFile,
    request: &LadderRequest,
    watch: &mut dyn FnMut(&Progress),
) -> Result<LadderReport, RunError> {
    check(request)?;
    RunError::unless_entropy("the command particles", file)?;
    let particles = ParticleRequest { counts: None, ..request.particles.clone() };
    let setup = Setup::new(file, &particles, false)?;
    if setup.has_clouds() {
        return Err(RunError::option("--ladder", "initial clouds have numbers of their own; start from densities"));
    }
    let mut notes = setup.notes.clone();
    let gap = spectrum_of_run(file).map(|spectrum| spectrum.gap);
    if let Err(reason) = &gap {
        notes.push(format!("no spectral gap: {reason}"));
    }
    let approach = match &setup.mean_field {
        Ok(densities) => approach(&setup.equilibrium, densities).map_err(|error| error.to_string()),
        Err(reason) => Err(reason.clone()),
    };
    if let Err(reason) = &approach {
        notes.push(format!("no decay of the densities to compare with: {reason}"));
    }
    let mut rungs = Vec::with_capacity(request.counts.len());
    for &count in &request.counts {
        let started = Instant::now();
        let mut replicas = Replicas::new(&setup, [count; 2], false)?.with_mean_field_at_the_end();
        replicas.run(&mut |_, _| Ok(()), watch)?;
        let record = replicas.finish();
        let iid_floor = floor(&setup, count).unwrap_or_else(|reason| {
            notes.push(format!("no floor of {count} independent points: {reason}"));
            None
        });
        notes.extend(record.failures.iter().map(|failure| format!("N = {count}: {failure}")));
        let last = &record.rows[record.rows.len() - 1];
        let decay = match (&approach, iid_floor) {
            (Ok(approach), Some(floor)) => decay(&record, approach, floor.w2 * floor.w2, gap.as_ref().ok().copied()),
            _ => None,
        };
        let exit = request.exit.and_then(|exit| match RungExit::new(&record, exit) {
            Ok(found) => Some(found),
            Err(reason) => {
                notes.push(format!("N = {count}: no exit time: {reason}"));
                None
            }
        });
        rungs.push(Rung {
            particles: ParticleCounts { x: count, y: count },
            error: DistanceSummary::new(last.iter().map(|measured| measured.to_mean_field)),
            floor: DistanceSummary::new(last.iter().map(|measured| measured.to_equilibrium)),
            iid_floor,
            decay,
            exit,
            wall_seconds: started.elapsed().as_secs_f64(),
        });
    }
    if let Ok(approach) = &approach {
        notes.extend(unrest(approach[approach.len() - 1].sqrt(), &rungs));
    }
    Ok(LadderReport {
        game: file.game().name().to_owned(),
        replicas: particles.replicas,
        seed: particles.seed,
        sampling: particles.sampling.name(),
        scheme: particles.scheme.name(),
        step: setup.longest_step(),
        time: file.solver().time(),
        gap: gap.ok(),
        step_bias: setup.step_bias.clone(),
        error_power: power(&rungs, |rung| rung.error),
        floor_power: power(&rungs, |rung| rung.floor),
        exit_growth: growth(&rungs),
        rungs,
        notes,
    })
}

fn check(request: &LadderRequest) -> Result<(), RunError> {
    if request.counts.is_empty() || !request.counts.is_sorted_by(|a, b| a < b) {
        return Err(RunError::option(
            "--ladder",
            format!("numbers of particles must increase, got {:?}", request.counts),
        ));
    }
    if let Some(Exit::Above(level) | Exit::Below(level)) = request.exit
        && !(level.is_finite() && level > 0.0)
    {
        return Err(RunError::option("--exit", format!("the level must be positive and finite, got {level:?}")));
    }
    if !request.particles.distances {
        return Err(RunError::option("--ladder", "a ladder is made of distances; leave --no-distances out"));
    }
    request.counts.iter().try_for_each(|count| request.particles.check_counts("--ladder", [*count; 2]))
}

/// Squared distance of the densities to the equilibrium at every snapshot.
fn approach(equilibrium: &[Density; 2], densities: &[[Density; 2]]) -> Result<Vec<f64>, TransportError> {
    let column = |p: usize| -> Result<Vec<Distance>, TransportError> {
        let mut solver = ToEquilibrium::new(&equilibrium[p])?;
        densities.iter().map(|pair| solver.distance(&pair[p])).collect()
    };
    Ok(column(0)?.iter().zip(&column(1)?).map(|(x, y)| x.value.powi(2) + y.value.powi(2)).collect())
}

/// What is to be said of floors when the densities themselves are still on their way, at distance `rest`.
fn unrest(rest: f64, rungs: &[Rung]) -> Option<String> {
    let lowest = rungs.iter().filter_map(|rung| rung.iid_floor).map(|floor| floor.w2).fold(f64::INFINITY, f64::min);
    (rest > AT_REST * lowest).then(|| {
        format!(
            "at the final time the densities are still {rest:.1e} from the equilibrium: floors contain it; with a longer \
             solver.time they would not"
        )
    })
}

/// Distances of independent points of the equilibrium from it.
fn floor(setup: &Setup<'_>, count: usize) -> Result<Option<DistanceSummary>, String> {
    let game = setup.file.game();
    let plane = usize::from(Player::BOTH.iter().any(|player| game.domain(*player).dimension() > 1));
    let samples = (FLOOR_POINTS[plane] / count as f64).clamp(FLOOR_SAMPLES[0], FLOOR_SAMPLES[1]) as u64;
    let samplers = [0, 1].map(|p| DensitySampler::new(&setup.equilibrium[p]));
    let targets = super::distance::Targets::new(game, &setup.equilibrium)?;
    let of = |sample: u64| {
        // Beyond the replicas of the simulation, so that no number is used twice.
        let streams = RandomStreams::new(setup.request.seed, ParticleRequest::MAXIMUM_REPLICAS as u64 + sample);
        let clouds =
            Player::BOTH.map(|player| samplers[player.index()].sample(Sampling::Independent, count, &streams, player));
        targets.distance([&clouds[0], &clouds[1]]).map(Some)
    };
    let distances: Vec<Option<PairDistance>> = (0..samples).into_par_iter().map(of).collect::<Result<_, String>>()?;
    Ok(DistanceSummary::new(distances.into_iter()))
}

fn decay(record: &Record, approach: &[f64], floor: f64, gap: Option<f64>) -> Option<RungDecay> {
    let squares: Vec<Vec<f64>> = (record.rows.iter())
        .map(|row| row.iter().map(|measured| measured.to_equilibrium.map(|d| d.w2 * d.w2)).collect::<Option<_>>())
        .collect::<Option<_>>()?;
    let means: Vec<(f64, f64)> = (squares.iter())
        .map(|row| {
            let (mean, error) = mean_with_error(row);
            // A single replica says nothing of its noise: that of the floor stands for it.
            (mean - floor, error.unwrap_or(floor))
        })
        .collect();
    let stands = |(excess, error): &(f64, f64)| *excess > floor && *excess > ABOVE_NOISE * error;
    let end = means.iter().position(|pair| !stands(pair)).unwrap_or(means.len());
    let start = means[..end].iter().zip(approach).position(|(_, square)| *square <= 0.5 * approach[0])?;
    if end < start + FEWEST_POINTS {
        return None;
    }
    let times = &record.times[start..end];
    // Variance of the logarithm; a floor under it, because no snapshot is known better than the line is straight.
    let weights: Vec<f64> = means[start..end].iter().map(|(m, e)| 1.0 / ((e / m).powi(2) + 1e-6)).collect();
    let rate = |values: &dyn Fn(usize) -> f64| {
        let logs: Vec<f64> = (start..end).map(|k| values(k).max(f64::MIN_POSITIVE).ln()).collect();
        -0.5 * slope(times, &logs, &weights).0
    };
    let found = rate(&|k| means[k].0);
    let n = squares[0].len();
    let without: Vec<f64> = (0..n)
        .map(|left| rate(&|k| (squares[k].iter().sum::<f64>() - squares[k][left]) / (n as f64 - 1.0) - floor))
        .collect();
    let standard_error = (n > 1).then(|| {
        let mean = without.iter().sum::<f64>() / n as f64;
        let spread: f64 = without.iter().map(|r| (r - mean).powi(2)).sum();
        ((n as f64 - 1.0) / n as f64 * spread).sqrt()
    });
    Some(RungDecay {
        rate: found,
        standard_error,
        mean_field_rate: rate(&|k| approach[k]),
        to_gap: gap.map(|gap| found / gap),
        from: times[0],
        to: times[times.len() - 1],
    })
}

/// Slope of the weighted least-squares line, and `sum w (x - mean)^2`, the inverse of its variance when the weights are
/// those of the values.
fn slope(x: &[f64], y: &[f64], weights: &[f64]) -> (f64, f64) {
    let total: f64 = weights.iter().sum();
    let mean = |v: &[f64]| v.iter().zip(weights).map(|(v, w)| v * w).sum::<f64>() / total;
    let (x_mean, y_mean) = (mean(x), mean(y));
    let terms = || x.iter().zip(y).zip(weights);
    let covariance: f64 = terms().map(|((x, y), w)| w * (x - x_mean) * (y - y_mean)).sum();
    let spread: f64 = terms().map(|((x, _), w)| w * (x - x_mean).powi(2)).sum();
    (covariance / spread, spread)
}

/// Weighted fit of `log w2` against `log N`.
fn power(rungs: &[Rung], pick: impl Fn(&Rung) -> Option<DistanceSummary>) -> Option<Power> {
    let points: Vec<(f64, f64, f64)> = (rungs.iter())
        .filter_map(|rung| {
            let found = pick(rung)?;
            let relative = found.standard_error? / found.w2;
            Some(((rung.particles.x as f64).ln(), found.w2.ln(), relative.powi(-2)))
        })
        .filter(|(_, value, weight)| value.is_finite() && weight.is_finite())
        .collect();
    let (exponent, standard_error) = fitted_slope(&points)?;
    Some(Power { exponent, standard_error })
}

/// Slope of the line through points `(x, y, 1/variance of y)` with its standard error; `None` with fewer than two.
pub(super) fn fitted_slope(points: &[(f64, f64, f64)]) -> Option<(f64, f64)> {
    if points.len() < 2 {
        return None;
    }
    let column = |i: usize| points.iter().map(|p| [p.0, p.1, p.2][i]).collect::<Vec<f64>>();
    let (slope, spread) = slope(&column(0), &column(1), &column(2));
    Some((slope, spread.powf(-0.5)))
}

#[cfg(test)]
mod tests {
    use super::super::replicas::Measured;
    use super::*;

    fn distance(square: f64) -> Option<PairDistance> {
        Some(PairDistance { w2: square.sqrt(), w2_x: square.sqrt(), w2_y: 0.0, error: 0.0 })
    }

    #[test]
    fn the_rate_is_that_of_the_excess_over_the_floor_and_stops_where_the_noise_begins() {
        let (rate, floor, noise) = (1.3, 1e-4, 2e-5);
        let times: Vec<f64> = (0..60).map(|k| 0.1 * f64::from(k)).collect();
        let truth: Vec<f64> = times.iter().map(|t| 0.09 * (-2.0 * rate * t).exp()).collect();
        // Four replicas whose noise cancels in the mean.
        let row = |square: &f64| {
            let of = |sign: f64| Measured {
                to_mean_field: None,
                to_equilibrium: distance(square + floor + sign * noise),
                payoff: 0.0,
                effective: [1.0; 2],
                mass_error: 0.0,
            };
            [1.0, -1.0, 1.0, -1.0].map(of).to_vec()
        };
        let record = Record::of_rows(times, truth.iter().map(row).collect());
        let found = decay(&record, &truth, floor, Some(1.0)).unwrap();
        assert!((found.rate - rate).abs() <= 1e-9 && (found.mean_field_rate - rate).abs() <= 1e-9, "{found:?}");
        assert!(found.standard_error.unwrap() > 0.0 && found.to_gap == Some(found.rate));
        // exp(-2 rate t) 0.09 = 1e-4 at t = 2.6.
        assert!((2.4..2.7).contains(&found.to), "{}", found.to);
        assert!((0.2..0.4).contains(&found.from), "{}", found.from);
        assert_eq!(decay(&record, &truth, 0.05, None), None);
    }

    #[test]
    fn powers_come_with_the_error_that_the_values_give_them() {
        let rung = |n: usize| Rung {
            particles: ParticleCounts { x: n, y: n },
            error: Some(DistanceSummary {
                w2: 3.0 * (n as f64).powf(-0.5),
                standard_error: Some(0.03 * (n as f64).powf(-0.5)),
                w2_x: 0.0,
                w2_y: 0.0,
                error: 0.0,
            }),
            floor: None,
            iid_floor: None,
            decay: None,
            exit: None,
            wall_seconds: 0.0,
        };
        let rungs = [rung(100), rung(10_000)];
        let found = power(&rungs, |rung| rung.error).unwrap();
        assert!((found.exponent + 0.5).abs() <= 1e-12);
        // Two values of relative error 1 %: the slope over log 100 has error sqrt(2) 0.01/log 100.
        assert!((found.standard_error - 2.0_f64.sqrt() * 0.01 / 100.0_f64.ln()).abs() <= 1e-12);
        assert_eq!(power(&rungs[..1], |rung| rung.error), None);
        assert_eq!(power(&rungs, |rung| rung.floor), None);
    }
}

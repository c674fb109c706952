//! What the command says.

use super::bias::StepBias;
use super::distance::PairDistance;
use super::replicas::{Measured, Record};
use super::setup::Setup;
use crate::game::Player;
use serde::Serialize;

/// Numbers of particles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ParticleCounts {
    /// Of the x player.
    pub x: usize,
    /// Of the y player.
    pub y: usize,
}

/// A number of x and one of y.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PerPlayer {
    /// Of the x player.
    pub x: f64,
    /// Of the y player.
    pub y: f64,
}

/// The distance of clouds to a pair of densities: root mean squares over the replicas.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct DistanceSummary {
    /// Of both players.
    pub w2: f64,
    /// Standard error of `w2` from the spread of the replicas; null for a single one.
    pub standard_error: Option<f64>,
    /// Of the x player.
    pub w2_x: f64,
    /// Of the y player.
    pub w2_y: f64,
    /// Largest error bar of a replica's `w2`: of the transport solver, not of chance.
    pub error: f64,
}

/// One snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SnapshotSummary {
    /// Its time.
    pub time: f64,
    /// Distance to the density of infinitely many particles at this time; null with the reason among the notes.
    pub mean_field: Option<DistanceSummary>,
    /// Distance to the equilibrium; null with the reason among the notes.
    pub equilibrium: Option<DistanceSummary>,
    /// Mean of `f` over all pairs of particles and replicas.
    pub payoff: f64,
    /// Its standard error from the spread of the replicas; null for a single one.
    pub payoff_error: Option<f64>,
    /// `1/sum w^2`, mean over the replicas: of how many particles of equal weight the clouds are worth.
    pub effective: PerPlayer,
    /// Largest difference of the mass of a player from 1 in a replica.
    pub mass_error: f64,
}

/// The object of `particles --json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ParticleReport {
    /// Name of the game.
    pub game: String,
    /// The output file.
    pub output: Option<String>,
    /// Numbers of particles.
    pub particles: ParticleCounts,
    /// What they follow: `mfl-da`, or `wasserstein-fisher-rao` with weights.
    pub dynamics: &'static str,
    /// Widths over which weighted particles see their density; null without weights.
    pub bandwidth: Option<PerPlayer>,
    /// Realisations.
    pub replicas: usize,
    /// Seed of the random numbers.
    pub seed: u64,
    /// `iid`, `stratified`, or `cloud` when the particles start from files.
    pub sampling: &'static str,
    /// `euler-maruyama` or `heun`.
    pub scheme: &'static str,
    /// Its weak order.
    pub weak_order: i32,
    /// Longest step.
    pub step: f64,
    /// Steps of each replica.
    pub steps: u64,
    /// Final time.
    pub time: f64,
    /// Predicted distance of the stationary law of the scheme from the equilibrium.
    pub step_bias: StepBias,
    /// One entry for each snapshot.
    pub snapshots: Vec<SnapshotSummary>,
    /// Wall time of the call.
    pub wall_seconds: f64,
    /// What else should be known.
    pub notes: Vec<String>,
}

impl ParticleReport {
    pub(super) fn new(setup: &Setup<'_>, record: &Record, counts: [usize; 2]) -> ParticleReport {
        let request = setup.request;
        let mut notes = setup.notes.clone();
        if let (Err(reason), true) = (&setup.mean_field, request.distances) {
            notes.push(format!("no distance to the density of infinitely many particles: {reason}"));
        }
        notes.extend(record.failures.iter().cloned());
        let bandwidth = setup.reaction.as_ref().map(|reaction| {
            let [x, y] = Player::BOTH.map(|player| reaction.bandwidth(setup.file.game(), player, counts));
            PerPlayer { x, y }
        });
        ParticleReport {
            game: setup.file.game().name().to_owned(),
            output: None,
            particles: ParticleCounts { x: counts[0], y: counts[1] },
            dynamics: setup.file.flow().name(),
            bandwidth,
            replicas: request.replicas,
            seed: request.seed,
            sampling: if setup.has_clouds() { "cloud" } else { request.sampling.name() },
            scheme: request.scheme.name(),
            weak_order: request.scheme.weak_order(),
            step: setup.longest_step(),
            steps: setup.steps(),
            time: record.times[record.times.len() - 1],
            step_bias: setup.step_bias.clone(),
            snapshots: record.times.iter().zip(&record.rows).map(|(t, row)| SnapshotSummary::new(*t, row)).collect(),
            wall_seconds: 0.0,
            notes,
        }
    }
}

impl SnapshotSummary {
    fn new(time: f64, row: &[Measured]) -> SnapshotSummary {
        let payoffs: Vec<f64> = row.iter().map(|measured| measured.payoff).collect();
        let (payoff, payoff_error) = mean_with_error(&payoffs);
        let effective = |p: usize| row.iter().map(|measured| measured.effective[p]).sum::<f64>() / row.len() as f64;
        SnapshotSummary {
            time,
            mean_field: DistanceSummary::new(row.iter().map(|measured| measured.to_mean_field)),
            equilibrium: DistanceSummary::new(row.iter().map(|measured| measured.to_equilibrium)),
            payoff,
            payoff_error,
            effective: PerPlayer { x: effective(0), y: effective(1) },
            mass_error: row.iter().map(|measured| measured.mass_error).fold(0.0, f64::max),
        }
    }
}

impl DistanceSummary {
    /// `None` when a replica has none.
    pub(super) fn new(distances: impl Iterator<Item = Option<PairDistance>>) -> Option<DistanceSummary> {
        let distances: Vec<PairDistance> = distances.collect::<Option<_>>()?;
        let square = |pick: fn(&PairDistance) -> f64| {
            mean_with_error(&distances.iter().map(|d| pick(d).powi(2)).collect::<Vec<f64>>())
        };
        let (mean_square, error_of_square) = square(|d| d.w2);
        let w2 = mean_square.sqrt();
        Some(DistanceSummary {
            w2,
            standard_error: error_of_square.map(|error| if w2 > 0.0 { 0.5 * error / w2 } else { 0.0 }),
            w2_x: square(|d| d.w2_x).0.sqrt(),
            w2_y: square(|d| d.w2_y).0.sqrt(),
            error: distances.iter().map(|d| d.error).fold(0.0, f64::max),
        })
    }
}

/// Mean, and its standard error when there are two values or more.
pub(super) fn mean_with_error(values: &[f64]) -> (f64, Option<f64>) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (mean, (values.len() > 1).then(|| (squares / (n * (n - 1.0))).sqrt()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_root_mean_squares_and_one_missing_leaves_none() {
        let of = |w2: f64| Some(PairDistance { w2, w2_x: 0.6 * w2, w2_y: 0.8 * w2, error: 1e-3 * w2 });
        let found = DistanceSummary::new([of(1.0), of(2.0), of(3.0)].into_iter()).unwrap();
        assert!((found.w2 - (14.0_f64 / 3.0).sqrt()).abs() <= 1e-15);
        assert!((found.w2_x.hypot(found.w2_y) - found.w2).abs() <= 1e-15);
        // Squares 1, 4, 9: variance 49/3, standard error of the mean sqrt(49/9), of its root half that over w2.
        assert!((found.standard_error.unwrap() - 0.5 * 7.0 / 3.0 / found.w2).abs() <= 1e-15);
        assert_eq!(found.error, 3e-3);
        assert_eq!(DistanceSummary::new([of(1.0), None].into_iter()), None);
        assert_eq!(DistanceSummary::new([of(1.0)].into_iter()).unwrap().standard_error, None);
    }
}

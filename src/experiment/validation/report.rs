//! What `validate` reports.

use crate::validation::{BiasAndNoise, Comparison, Observable, SamplingFloor, Trial, Verdict};
use serde::Serialize;

/// The object of `validate --json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ValidationReport {
    /// The time compared, or all of them.
    #[serde(flatten)]
    pub times: Times,
    /// Name of the game.
    pub game: String,
    /// The cloud as typed.
    pub cloud: String,
    /// File of the run.
    pub against: String,
    /// Probability that independent points of the densities are called anything but indistinguishable, at most.
    pub false_alarm_rate: f64,
    /// Clouds drawn from each density.
    pub samples: usize,
    /// `1/(samples + 1)`: no p-value is smaller.
    pub smallest_p_value: f64,
    /// Tests of which the adjusted p-values take account.
    pub tests: usize,
    /// What a reader should know: points that were wrapped, functions that were left out.
    pub notes: Vec<String>,
}

/// One time, or several.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Times {
    /// One time, whose verdict is that of the whole.
    One(Box<TimeReport>),
    /// Several times, and the verdict on all.
    Several {
        /// In the order of the cloud.
        times: Vec<TimeReport>,
        /// The worst finding.
        verdict: String,
    },
}

impl ValidationReport {
    /// The reports of all times.
    pub fn all(&self) -> &[TimeReport] {
        match &self.times {
            Times::One(report) => std::slice::from_ref(report),
            Times::Several { times, .. } => times,
        }
    }

    /// The verdict on the whole.
    pub fn verdict(&self) -> &str {
        match &self.times {
            Times::One(report) => &report.verdict,
            Times::Several { verdict, .. } => verdict,
        }
    }
}

/// What is said of one time.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TimeReport {
    /// Time of the snapshot; `None` for the equilibrium.
    pub time: Option<f64>,
    /// The x player; `None` when his cloud was not given.
    pub x: Option<PlayerReport>,
    /// The y player.
    pub y: Option<PlayerReport>,
    /// The worse finding of both.
    pub verdict: String,
}

/// What is said of one player at one time.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlayerReport {
    /// Points, of all replicas together.
    pub points: usize,
    /// `1/sum w^2`: of how many points of equal weight they are worth; `points` without weights.
    pub effective_points: f64,
    /// Distance of the points from the density, in the unit of length of the torus; `None` with a `reason`.
    pub w2: Option<f64>,
    /// The true distance lies within `w2 - error` and `w2 + error`.
    pub error: Option<f64>,
    /// Why there is no distance, of the cloud or of a sample.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The distance of as many independent points.
    pub floor: Option<FloorReport>,
    /// Share of independent clouds at least as far from the density, the cloud itself counted.
    pub p_value: Option<f64>,
    /// Share of independent clouds at least as near.
    pub p_value_below: Option<f64>,
    /// `sqrt(max(0, w2^2 - mean square of the floor))`.
    pub excess: Option<f64>,
    /// The excess with the upper and the lower end of the floor in place of its mean.
    pub excess_interval: Option<[f64; 2]>,
    /// Bias of the observables.
    pub bias: Vec<BiasReport>,
    /// All observables at once.
    pub chi_square: ChiSquareReport,
    /// The observable with the largest score.
    pub largest_score: LargestScoreReport,
    /// What replicas tell apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replicas: Option<ReplicaReport>,
    /// p-value of a bias, adjusted for all tests, times and players.
    pub p_biased: f64,
    /// p-value of a cloud nearer than independent points (with replicas: of another scatter), adjusted.
    pub p_scatter: Option<f64>,
    /// The finding.
    pub verdict: String,
}

/// The distance of independent points.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct FloorReport {
    /// Mean over the samples.
    pub mean: f64,
    /// 5 % of the samples are nearer.
    pub low: f64,
    /// 5 % of the samples are farther.
    pub high: f64,
    /// Root of the expected square for large N, by theory: `sqrt(tr A^-1 / N)`, on a torus of dimension 2 the leading
    /// term `sqrt(|X| log N / (4 pi N))`, on the line `sqrt(int F (1 - F)/f / N)`; `None` on a circle where the density vanishes,
    /// on a line where the integral does not settle (with a note), and on the plane.
    pub asymptotic: Option<f64>,
}

/// One observable.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BiasReport {
    /// `cos 1`, `sin (1, -2)`: modes of the torus from its origin; `u`, `u^2`, `u1 u2^2`: powers on the line, in deviations of the
    /// density from its mean; `A_1`, `S`, `V[nu]`: functions of the payoff.
    pub observable: String,
    /// Mean over the points.
    pub cloud: f64,
    /// Mean under the density.
    pub density: f64,
    /// `cloud - density`.
    pub bias: f64,
    /// Of independent points; with replicas from their scatter.
    pub standard_error: f64,
    /// `bias / standard_error`; `None` when the standard error is 0.
    pub z: Option<f64>,
}

/// All observables at once.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ChiSquareReport {
    /// The sum of squares of uncorrelated scores.
    pub value: f64,
    /// Degrees of freedom.
    pub degrees: usize,
    /// Share of independent clouds with at least this value.
    pub p_value: f64,
}

/// The observable with the largest score, in units of the noise of independent points.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LargestScoreReport {
    /// Its name.
    pub observable: String,
    /// Its score.
    pub z: f64,
    /// Share of independent clouds with a score at least as large.
    pub p_value: f64,
}

/// What replicas tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ReplicaReport {
    /// Replicas.
    pub count: usize,
    /// Points of each.
    pub points: usize,
    /// Distance of what all replicas have in common from the density; `None` when the solver failed.
    pub bias: Option<f64>,
    /// Its interval.
    pub bias_interval: Option<[f64; 2]>,
    /// Distance of a single replica from what all have in common.
    pub noise: Option<f64>,
    /// The same of independent points.
    pub noise_floor: Option<f64>,
}

impl PlayerReport {
    /// All but the verdict, which depends on the other trials.
    pub(super) fn new(comparison: &Comparison, trial: &Trial) -> PlayerReport {
        let observed = &trial.observed;
        let law = comparison.asymptotic_law().ok();
        let test = trial.distance_test();
        let distance = observed.distance.as_ref().ok();
        let size = comparison.size();
        let excess = trial.excess();
        PlayerReport {
            points: size.total(),
            effective_points: comparison.effective_points(),
            w2: distance.map(|d| d.value),
            error: distance.map(|d| d.error),
            reason: trial.failure().map(ToString::to_string),
            floor: trial.floor().map(|floor: SamplingFloor| FloorReport {
                mean: floor.mean,
                low: floor.low,
                high: floor.high,
                asymptotic: law.map(|law| law.distance(comparison.effective_points())),
            }),
            p_value: test.as_ref().map(|test| test.p_above()),
            p_value_below: test.as_ref().map(|test| test.p_below()),
            excess: excess.map(|excess| excess.value),
            excess_interval: excess.map(|excess| [excess.low, excess.high]),
            bias: biases(comparison, trial),
            chi_square: ChiSquareReport {
                value: observed.moments.chi_square,
                degrees: comparison.moments().rank(),
                p_value: trial.chi_square_test().p_above(),
            },
            largest_score: largest_score(comparison, trial),
            replicas: observed.replicas.as_ref().map(|_| {
                let parts: Option<BiasAndNoise> = trial.bias_and_noise();
                ReplicaReport {
                    count: size.replicas,
                    points: size.points,
                    bias: parts.map(|parts| parts.bias),
                    bias_interval: parts.map(|parts| parts.bias_interval),
                    noise: parts.map(|parts| parts.noise),
                    noise_floor: parts.map(|parts| parts.noise_floor),
                }
            }),
            p_biased: 1.0,
            p_scatter: None,
            verdict: String::new(),
        }
    }

    pub(super) fn judged(self, verdict: Verdict) -> PlayerReport {
        let Verdict { finding, p_biased, p_scatter } = verdict;
        PlayerReport { p_biased, p_scatter, verdict: finding.to_string(), ..self }
    }
}

fn biases(comparison: &Comparison, trial: &Trial) -> Vec<BiasReport> {
    let size = comparison.size();
    let report = |(k, observable): (usize, &Observable)| {
        let cloud = trial.observed.moments.means[k];
        let bias = cloud - observable.mean;
        let standard_error = match &trial.observed.replicas {
            Some(replicas) => replicas.deviations[k] / (size.replicas as f64).sqrt(),
            None => observable.deviation / comparison.effective_points().sqrt(),
        };
        BiasReport {
            observable: observable.name.clone(),
            cloud,
            density: observable.mean,
            bias,
            standard_error,
            z: (standard_error > 0.0).then(|| bias / standard_error),
        }
    };
    comparison.moments().observables().list().iter().enumerate().map(report).collect()
}

fn largest_score(comparison: &Comparison, trial: &Trial) -> LargestScoreReport {
    let scores = &trial.observed.moments.scores;
    let largest = (0..scores.len()).max_by(|&a, &b| scores[a].abs().total_cmp(&scores[b].abs())).expect("modes");
    LargestScoreReport {
        observable: comparison.moments().observables().list()[largest].name.clone(),
        z: scores[largest],
        p_value: trial.largest_score_test().p_above(),
    }
}

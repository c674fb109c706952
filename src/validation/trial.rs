//! One cloud with its samples: the floor of the distance, and the tests that the verdict is made of.

use super::comparison::split;
use super::{Comparison, Statistics, Stream, Test};
use crate::transport::{Distance, TransportError};
use rayon::prelude::*;

/// Share of the samples below the lower and above the upper end of the interval of the floor.
pub const TAIL: f64 = 0.05;

/// A cloud's statistics and those of independent clouds of the same size.
#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    /// Of the cloud.
    pub observed: Statistics,
    /// What the tests compare, of the cloud and then of the samples.
    outcomes: Vec<Outcome>,
    replicas: usize,
}

/// The numbers of one cloud that are compared.
#[derive(Debug, Clone, PartialEq)]
struct Outcome {
    distance: Result<Distance, TransportError>,
    chi_square: f64,
    largest_score: f64,
    single_square: Option<f64>,
    largest_bias_share: Option<f64>,
}

impl Outcome {
    fn new(statistics: &Statistics) -> Outcome {
        let replicas = statistics.replicas.as_ref();
        Outcome {
            distance: statistics.distance.clone(),
            chi_square: statistics.moments.chi_square,
            largest_score: statistics.moments.largest_score(),
            single_square: replicas.and_then(|replicas| replicas.mean_square),
            largest_bias_share: replicas.map(|replicas| replicas.largest_bias_share()),
        }
    }

    /// `P`.
    fn square(&self) -> Option<f64> {
        self.distance.as_ref().ok().map(|d| d.value * d.value)
    }

    /// `P` and `M`.
    fn union_and_single(&self) -> Option<[f64; 2]> {
        Some([self.square()?, self.single_square?])
    }
}

/// What the distance of independent points comes to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SamplingFloor {
    /// Mean of the distance over the samples.
    pub mean: f64,
    /// Below it lies a share [`TAIL`] of the samples.
    pub low: f64,
    /// Above it lies a share [`TAIL`] of the samples.
    pub high: f64,
    /// Mean of the squared distance.
    pub mean_square: f64,
}

/// A distance that remains when that of independent points is taken away, with the interval in which it lies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Excess {
    /// `sqrt(max(0, W2^2 - mean of W2^2 over the samples))`.
    pub value: f64,
    /// The same with the upper end of the floor for its mean.
    pub low: f64,
    /// The same with the lower end of the floor for its mean.
    pub high: f64,
}

/// Estimates from replicas (see [`split`]), as distances; each with the root of its mean over the samples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BiasAndNoise {
    /// What all replicas share: the root of `bias^2` less its mean over the samples, 0 where that is negative.
    pub bias: f64,
    /// Interval of `bias` from the spread of the samples.
    pub bias_interval: [f64; 2],
    /// What tells single replicas apart: the root of `noise^2`.
    pub noise: f64,
    /// The same of independent points.
    pub noise_floor: f64,
}

impl Trial {
    /// Draws `samples` clouds from the density, in parallel; sample `b` is a function of the name of the stream and `b`.
    /// `drawn` is called before each.
    pub fn new(
        comparison: &Comparison,
        points: &[f64],
        samples: usize,
        name: &[u64],
        drawn: &(dyn Fn() + Sync),
    ) -> Result<Trial, TransportError> {
        let observed = comparison.measure(points)?;
        let sample = |b: usize| {
            drawn();
            let statistics = comparison.measure_sample(&mut Stream::new(&[name, &[b as u64]].concat()));
            Outcome::new(&statistics)
        };
        let samples: Vec<Outcome> = (0..samples).into_par_iter().map(sample).collect();
        let outcomes = [vec![Outcome::new(&observed)], samples].concat();
        Ok(Trial { observed, outcomes, replicas: comparison.size().replicas })
    }

    /// Why there is no distance of the cloud, or of a sample.
    pub fn failure(&self) -> Option<&TransportError> {
        self.outcomes.iter().find_map(|outcome| outcome.distance.as_ref().err())
    }

    /// The test of a statistic; `None` when it is missing in the cloud or a sample.
    fn test(&self, resolution: f64, statistic: impl Fn(&Outcome) -> Option<f64>) -> Option<Test> {
        let mut all: Vec<f64> = self.outcomes.iter().map(statistic).collect::<Option<_>>()?;
        let samples = all.split_off(1);
        Some(Test { observed: all[0], samples, resolution })
    }

    /// Squared distance of all points; `None` when the solver failed on the cloud or on a sample.
    pub fn distance_test(&self) -> Option<Test> {
        let errors = self.outcomes.iter().filter_map(|outcome| outcome.distance.as_ref().ok());
        let resolution = errors.map(|d| 2.0 * d.error * d.value).fold(0.0, f64::max);
        self.test(resolution, Outcome::square)
    }

    /// `chi^2` of the observables.
    pub fn chi_square_test(&self) -> Test {
        self.test(ROUNDING, |outcome| Some(outcome.chi_square)).expect("every cloud has moments")
    }

    /// The largest score of the observables, squared.
    pub fn largest_score_test(&self) -> Test {
        self.test(ROUNDING, |outcome| Some(outcome.largest_score.powi(2))).expect("every cloud has moments")
    }

    /// `P/M`: the share of the union in the squared distance of single replicas, blind to the size of the noise. `None`
    /// without replicas, or where the solver failed.
    pub fn union_share_test(&self) -> Option<Test> {
        self.test(ROUNDING, |outcome| outcome.union_and_single().map(|[union, single]| union / single))
    }

    /// The largest share of a bias in the mean square of an observable over replicas, blind to the size of the noise.
    pub fn bias_share_test(&self) -> Option<Test> {
        self.test(ROUNDING, |outcome| outcome.largest_bias_share)
    }

    /// `noise^2` of single replicas.
    pub fn noise_test(&self) -> Option<Test> {
        let resolution = self.distance_test()?.resolution;
        self.test(resolution, |outcome| {
            outcome.union_and_single().map(|[union, single]| split(union, single, self.replicas)[1].max(0.0))
        })
    }

    /// The floor of the distance of all points.
    pub fn floor(&self) -> Option<SamplingFloor> {
        let squares = self.distance_test()?.samples;
        let mut distances: Vec<f64> = squares.iter().map(|s| s.sqrt()).collect();
        distances.sort_by(f64::total_cmp);
        let count = squares.len() as f64;
        Some(SamplingFloor {
            mean: distances.iter().sum::<f64>() / count,
            low: quantile(&distances, TAIL),
            high: quantile(&distances, 1.0 - TAIL),
            mean_square: squares.iter().sum::<f64>() / count,
        })
    }

    /// The excess of the distance over the floor.
    pub fn excess(&self) -> Option<Excess> {
        let floor = self.floor()?;
        let square = self.observed.distance.as_ref().ok()?.value.powi(2);
        let over = |floor: f64| (square - floor).max(0.0).sqrt();
        Some(Excess { value: over(floor.mean_square), low: over(floor.high.powi(2)), high: over(floor.low.powi(2)) })
    }

    /// Bias and noise of replicas.
    pub fn bias_and_noise(&self) -> Option<BiasAndNoise> {
        let parts =
            |outcome: &Outcome| outcome.union_and_single().map(|[union, single]| split(union, single, self.replicas));
        let mut samples: Vec<[f64; 2]> = self.outcomes.iter().map(parts).collect::<Option<_>>()?;
        let [bias, noise] = samples.remove(0);
        let count = samples.len() as f64;
        let mean = |i: usize| samples.iter().map(|s| s[i]).sum::<f64>() / count;
        let mut biases: Vec<f64> = samples.iter().map(|s| s[0]).collect();
        biases.sort_by(f64::total_cmp);
        // The spread of the estimate grows with the noise of the cloud.
        let scale = if mean(1) > 0.0 { noise.max(0.0) / mean(1) } else { 1.0 };
        let over = |floor: f64| (bias - scale * floor).max(0.0).sqrt();
        Some(BiasAndNoise {
            bias: over(mean(0)),
            bias_interval: [over(quantile(&biases, 1.0 - TAIL)), over(quantile(&biases, TAIL))],
            noise: noise.max(0.0).sqrt(),
            noise_floor: mean(1).max(0.0).sqrt(),
        })
    }
}

/// Rounding of statistics of order 1.
const ROUNDING: f64 = 1e-10;

/// The quantile between the order statistics of sorted values, linear.
fn quantile(sorted: &[f64], level: f64) -> f64 {
    let place = level * (sorted.len() - 1) as f64;
    let below = place.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (place - below as f64) * (sorted[above] - sorted[below])
}

//! What a set of trials says, with a stated rate of false alarms.
//!
//! Of one cloud at a time: "biased" when its distance, `chi^2` or the largest score of its observables is larger than
//! independent points would give, "better than iid" when its distance is smaller. Of replicas: "biased" when they share
//! a bias that their own scatter does not explain; otherwise "better" or "noisier than iid" when they scatter less or
//! more than independent points.
//!
//! All tests of one direction, of all times and both players, are one family ([`adjusted`]), and half of the rate goes to
//! each of the two directions. So the probability that clouds of independent points of the truth are called anything but
//! indistinguishable, at any time and for any player, is at most the rate.

use super::Trial;
use super::rank::{Direction, Test, adjusted};

/// What can be said of a cloud.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Finding {
    /// Nothing tells it from independent points of the density.
    Indistinguishable,
    /// Nearer to the density than independent points: quasi-random, stratified.
    Better,
    /// Replicas scatter more than independent points, about the right mean.
    Noisier,
    /// It does not come from the density.
    Biased,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Finding::Indistinguishable => "statistically indistinguishable",
            Finding::Better => "better than iid",
            Finding::Noisier => "noisier than iid",
            Finding::Biased => "biased",
        })
    }
}

/// The finding for one trial with the p-values behind it, adjusted for all trials.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Verdict {
    /// What can be said.
    pub finding: Finding,
    /// Smallest adjusted p-value of the tests for a bias.
    pub p_biased: f64,
    /// Adjusted p-value of the test of the distance downwards, or of the scatter of replicas either way; `None` when the
    /// solver failed.
    pub p_scatter: Option<f64>,
}

/// Fewest samples with which this rate of false alarms can raise an alarm at all: `1/(B + 1) <= rate/2`.
pub fn fewest_samples(false_alarm_rate: f64) -> usize {
    // Rounding must not ask for one more: 2/0.05 is 40.
    ((2.0 / false_alarm_rate) * (1.0 - 1e-12)).ceil() as usize - 1
}

/// Verdicts on trials with as many samples each.
///
/// # Panics
/// When the trials have different numbers of samples.
pub fn verdicts(trials: &[&Trial], false_alarm_rate: f64) -> Vec<Verdict> {
    let tests_of_bias: Vec<Vec<Test>> = trials.iter().map(|trial| bias_tests(trial)).collect();
    let flat: Vec<&Test> = tests_of_bias.iter().flatten().collect();
    let mut p_bias = adjusted(&flat, Direction::Above).into_iter();
    let scatter: Vec<Option<Test>> = trials.iter().map(|trial| scatter_test(trial)).collect();
    let present: Vec<&Test> = scatter.iter().flatten().collect();
    let with_replicas = trials.iter().any(|trial| trial.observed.replicas.is_some());
    let direction = if with_replicas { Direction::Both } else { Direction::Below };
    let mut p_scatter = adjusted(&present, direction).into_iter();
    let level = false_alarm_rate / 2.0 * (1.0 + 1e-12);
    let mut verdict = |index: usize| {
        let p_biased = p_bias.by_ref().take(tests_of_bias[index].len()).fold(1.0, f64::min);
        let test = scatter[index].as_ref();
        let p_scatter = test.and_then(|_| p_scatter.next());
        let finding = match test {
            _ if p_biased <= level => Finding::Biased,
            Some(test) if p_scatter.is_some_and(|p| p <= level) => {
                if test.p_below() < test.p_above() {
                    Finding::Better
                } else {
                    Finding::Noisier
                }
            }
            _ => Finding::Indistinguishable,
        };
        Verdict { finding, p_biased, p_scatter }
    };
    (0..trials.len()).map(&mut verdict).collect()
}

/// Tests that verdicts on these trials rest on, in both directions.
pub fn number_of_tests(trials: &[&Trial]) -> usize {
    trials.iter().map(|trial| bias_tests(trial).len() + usize::from(scatter_test(trial).is_some())).sum()
}

fn bias_tests(trial: &Trial) -> Vec<Test> {
    if trial.observed.replicas.is_some() {
        return [trial.union_share_test(), trial.bias_share_test()].into_iter().flatten().collect();
    }
    let moments = [Some(trial.chi_square_test()), Some(trial.largest_score_test())];
    std::iter::once(trial.distance_test()).chain(moments).flatten().collect()
}

fn scatter_test(trial: &Trial) -> Option<Test> {
    if trial.observed.replicas.is_some() { trial.noise_test() } else { trial.distance_test() }
}

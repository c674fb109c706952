//! P-values by rank among samples of the null hypothesis, for one test and for many at once.
//!
//! Under the hypothesis the cloud is one more sample: `B` samples and the cloud are exchangeable, hence
//!
//! ```text
//! p = (1 + #{b : t_b >= t}) / (B + 1),          P(p <= a) <= a  for every a, N and B        (Barnard 1963)
//! ```
//!
//! and no p-value is smaller than `1/(B + 1)`.
//!
//! For `m` tests at once the statistics are first brought to a common scale: the cube root, which makes a sum of squares
//! nearly normal (Wilson, Hilferty 1931), then standardised by mean and deviation over the samples and the cloud
//! together, so that they remain exchangeable. The adjusted p-value of a test is the rank of its score among the largest
//! scores over all tests of the samples (Westfall, Young 1993, single step):
//!
//! ```text
//! p_adjusted(t) = (1 + #{b : max over tests of z_{t', b} >= z_t}) / (B + 1),      P(any p_adjusted <= a) <= a.
//! ```
//!
//! Its resolution is `1/(B + 1)` however many tests there are. Samples of different times and players are independent,
//! whereas the clouds of a user follow from each other. For large `N` distance, `chi^2` and scores are convex even
//! functions of a Gaussian field, and by the Gaussian correlation inequality (Royen 2014) the largest of correlated ones
//! is stochastically no larger than that of independent ones: upwards the statement above remains true. Downwards, and for
//! the ratios of replicas, this is not proven.

/// One test: the statistic of the cloud and of the samples, not negative.
#[derive(Debug, Clone, PartialEq)]
pub struct Test {
    /// Of the cloud.
    pub observed: f64,
    /// Of the samples.
    pub samples: Vec<f64>,
    /// Statistics that differ by no more than this are equal: the errors of their computation.
    pub resolution: f64,
}

impl Test {
    /// `(1 + #{t_b >= t}) / (B + 1)`: small when the statistic is too large.
    pub fn p_above(&self) -> f64 {
        self.rank(|sample| sample >= self.observed - self.resolution)
    }

    /// `(1 + #{t_b <= t}) / (B + 1)`: small when the statistic is too small.
    pub fn p_below(&self) -> f64 {
        self.rank(|sample| sample <= self.observed + self.resolution)
    }

    fn rank(&self, counts: impl Fn(f64) -> bool) -> f64 {
        let count = self.samples.iter().filter(|sample| counts(**sample)).count();
        (1 + count) as f64 / (self.samples.len() + 1) as f64
    }

    /// Scores of the cloud and of the samples.
    fn scores(&self) -> Vec<f64> {
        let all: Vec<f64> = std::iter::once(self.observed).chain(self.samples.iter().copied()).collect();
        let (least, largest) = all.iter().fold((f64::INFINITY, 0.0_f64), |(l, m), t| (l.min(*t), m.max(*t)));
        if largest - least <= 2.0 * self.resolution {
            return vec![0.0; all.len()];
        }
        let roots: Vec<f64> = all.iter().map(|t| t.cbrt()).collect();
        let count = roots.len() as f64;
        let mean = roots.iter().sum::<f64>() / count;
        let deviation = (roots.iter().map(|r| (r - mean) * (r - mean)).sum::<f64>() / count).sqrt();
        roots.iter().map(|r| if deviation > 0.0 { (r - mean) / deviation } else { 0.0 }).collect()
    }
}

/// In which direction a family of tests looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Statistics that are too large.
    Above,
    /// Statistics that are too small.
    Below,
    /// Either.
    Both,
}

/// Adjusted p-values of tests with as many samples each; see the head of this file.
///
/// # Panics
/// When the tests have different numbers of samples.
pub fn adjusted(tests: &[&Test], direction: Direction) -> Vec<f64> {
    let count = tests.first().map_or(0, |test| test.samples.len());
    assert!(tests.iter().all(|test| test.samples.len() == count), "as many samples for each test");
    let turn = |z: f64| match direction {
        Direction::Above => z,
        Direction::Below => -z,
        Direction::Both => z.abs(),
    };
    let scores: Vec<Vec<f64>> = tests.iter().map(|test| test.scores().into_iter().map(turn).collect()).collect();
    let largest: Vec<f64> =
        (1..=count).map(|b| scores.iter().map(|row| row[b]).fold(f64::NEG_INFINITY, f64::max)).collect();
    let rank = |z: f64| (1 + largest.iter().filter(|m| **m >= z).count()) as f64 / (count + 1) as f64;
    scores.iter().map(|row| rank(row[0])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validation::Stream;

    fn test(observed: f64, samples: &[f64]) -> Test {
        Test { observed, samples: samples.to_vec(), resolution: 1e-12 }
    }

    #[test]
    fn ranks_count_the_cloud_itself_and_ties() {
        let samples = [1.0, 2.0, 3.0, 4.0];
        assert_eq!((test(2.5, &samples).p_above(), test(2.5, &samples).p_below()), (0.6, 0.6));
        assert_eq!((test(5.0, &samples).p_above(), test(5.0, &samples).p_below()), (0.2, 1.0));
        assert_eq!((test(3.0, &samples).p_above(), test(3.0, &samples).p_below()), (0.6, 0.8));
        let equal = test(1.0 + 1e-13, &[1.0, 1.0, 1.0 - 1e-13]);
        assert_eq!((equal.p_above(), equal.p_below()), (1.0, 1.0));
        assert_eq!(adjusted(&[&equal], Direction::Both), [1.0]);
    }

    #[test]
    fn one_test_needs_no_adjustment() {
        let samples: Vec<f64> = (1..=19).map(f64::from).collect();
        for observed in [0.5, 7.2, 18.5, 30.0] {
            let test = test(observed, &samples);
            assert_eq!(adjusted(&[&test], Direction::Above), [test.p_above()]);
            assert_eq!(adjusted(&[&test], Direction::Below), [test.p_below()]);
        }
    }

    /// Of 2000 families of ten true hypotheses a share of at most `a` raises an alarm, for tests that are independent
    /// and for tests that repeat each other; and a false hypothesis is found among nine true ones.
    #[test]
    fn families_of_true_hypotheses_raise_as_many_alarms_as_is_said() {
        let (families, count, size) = (2000, 39, 10);
        let square = |stream: &mut Stream| -2.0 * (1.0 - stream.uniform()).ln();
        for repeated in [false, true] {
            let mut alarms = 0;
            let mut found = 0;
            for family in 0..families {
                let mut stream = Stream::new(&[11, u64::from(repeated), family]);
                let common = square(&mut stream);
                let mut tests: Vec<Test> = (0..size)
                    .map(|_| {
                        let samples: Vec<f64> = (0..count).map(|_| square(&mut stream)).collect();
                        let observed = if repeated { common } else { square(&mut stream) };
                        Test { observed, samples, resolution: 0.0 }
                    })
                    .collect();
                let smallest = |tests: &[Test]| {
                    let p = adjusted(&tests.iter().collect::<Vec<_>>(), Direction::Above);
                    p.into_iter().fold(1.0, f64::min)
                };
                alarms += usize::from(smallest(&tests) <= 0.025);
                tests[3].observed = 60.0;
                found += usize::from(adjusted(&tests.iter().collect::<Vec<_>>(), Direction::Above)[3] <= 0.025);
            }
            // 50 expected, standard deviation 7.
            assert!(alarms <= 71, "{alarms} alarms in {families} families, repeated: {repeated}");
            assert!(repeated || alarms >= 29, "{alarms} alarms: the test has lost its power");
            assert!(found >= families as usize * 9 / 10, "{found}");
        }
    }
}

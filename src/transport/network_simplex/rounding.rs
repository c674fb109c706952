//! Masses as integers, and what that costs in accuracy.
//!
//! Masses that sum to 1 become whole numbers that sum to a common total by the method of largest remainders. Where all
//! masses of a side are equal on both sides (clouds without weights) the total is a common multiple of the two numbers of
//! points and nothing is rounded.
//!
//! Mass displaced by the rounding can be brought back at the largest cost `C` of a pair, so with `e` the sum of the
//! absolute errors of both sides
//!
//! ```text
//! | W2^2 - W2^2 of the integers | <= C e / 2.
//! ```

/// Sum of the integer masses where they have to be rounded.
const TOTAL: i64 = 1 << 60;

/// Integer masses of both sides.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct IntegerMasses {
    pub source: Vec<i64>,
    pub target: Vec<i64>,
    pub total: i64,
    /// Sum of the absolute errors of all masses, as a share of the total.
    pub error: f64,
}

impl IntegerMasses {
    /// Whole masses in proportion to nonnegative `source` and `target`.
    pub(super) fn new(source: &[f64], target: &[f64]) -> IntegerMasses {
        if let (Some(n), Some(m)) = (equal_parts(source), equal_parts(target)) {
            let total = n / greatest_common_divisor(n, m) * m;
            let whole =
                |masses: &[f64], parts: i64| masses.iter().map(|w| if *w > 0.0 { total / parts } else { 0 }).collect();
            return IntegerMasses { source: whole(source, n), target: whole(target, m), total, error: 0.0 };
        }
        // Two roundings of each mass when it was normalised, two units at most here.
        let error = |masses: &[f64]| 2.0 * f64::EPSILON + 2.0 * masses.len() as f64 / TOTAL as f64;
        IntegerMasses {
            source: largest_remainders(source),
            target: largest_remainders(target),
            total: TOTAL,
            error: error(source) + error(target),
        }
    }
}

/// The number of positive masses, if they are all equal.
fn equal_parts(masses: &[f64]) -> Option<i64> {
    let mut positive = masses.iter().filter(|w| **w > 0.0);
    let first = positive.next()?;
    let others = positive.try_fold(0, |count, w| (w == first).then_some(count + 1))?;
    Some(1 + others)
}

fn greatest_common_divisor(n: i64, m: i64) -> i64 {
    if m == 0 { n } else { greatest_common_divisor(m, n % m) }
}

/// Whole numbers with sum [`TOTAL`] in proportion to `masses`, whose sum is 1 to rounding.
fn largest_remainders(masses: &[f64]) -> Vec<i64> {
    // A little less than the total first, so that rounding of the sum cannot exceed it; the rest in proportion, which
    // leaves less than one unit for each mass.
    let first = TOTAL as f64 * (1.0 - (masses.len() + 4) as f64 * f64::EPSILON);
    let mut whole: Vec<i64> = masses.iter().map(|w| (w * first) as i64).collect();
    let rest = TOTAL - whole.iter().sum::<i64>();
    let exact = |w: f64| w * first + w * rest as f64;
    whole.iter_mut().zip(masses).for_each(|(q, w)| *q += (w * rest as f64) as i64);
    let missing = TOTAL - whole.iter().sum::<i64>();
    let mut order: Vec<usize> = (0..masses.len()).filter(|i| masses[*i] > 0.0).collect();
    assert!((0..=2 * order.len() as i64).contains(&missing), "{missing} units are missing of {} masses", order.len());
    let remainder = |i: usize| exact(masses[i]) - whole[i] as f64;
    order.sort_by(|&i, &j| remainder(j).total_cmp(&remainder(i)).then(i.cmp(&j)));
    order.iter().cycle().take(missing as usize).for_each(|&i| whole[i] += 1);
    whole
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::test_random::Random;

    #[test]
    fn integers_have_the_common_sum_and_are_off_by_two_units_at_most() {
        let mut random = Random(1);
        let mut draw = || random.next().powi(9);
        for n in [1, 2, 7, 1000, 60_000] {
            let raw: Vec<f64> = (0..n).map(|i| if i % 5 == 4 { 0.0 } else { draw() }).collect();
            let sum: f64 = raw.iter().sum();
            let masses: Vec<f64> = raw.iter().map(|w| w / sum).collect();
            let whole = largest_remainders(&masses);
            assert_eq!(whole.iter().sum::<i64>(), TOTAL);
            for (q, w) in whole.iter().zip(&masses) {
                // Above 2^53 a double has no units any more; what is common to all masses is no error.
                let off = (*q as f64 - w * TOTAL as f64).abs();
                assert!(off <= 2.0 + w * TOTAL as f64 * n as f64 * f64::EPSILON, "{q} for {w:e}");
                assert!(*w > 0.0 || *q == 0);
            }
        }
    }

    #[test]
    fn equal_masses_are_not_rounded() {
        let masses = IntegerMasses::new(&[0.25, 0.0, 0.25, 0.25, 0.25], &[1.0 / 6.0; 6]);
        assert_eq!((masses.total, masses.error), (12, 0.0));
        assert_eq!((masses.source, masses.target), (vec![3, 0, 3, 3, 3], vec![2; 6]));
        assert!(IntegerMasses::new(&[0.3, 0.7], &[0.5, 0.5]).error > 0.0);
    }
}

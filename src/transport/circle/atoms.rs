//! Sorted point masses on the circle and their cumulative weights in whole numbers.
//!
//! The breakpoints of two quantile functions must match exactly where the weights say so: a sliver of mass 1e-16 that
//! rounding sends to the neighbouring point shows in distances near 0. Cumulative weights are therefore integers,
//!
//! ```text
//! equal weights, N against M points:   i M / gcd  and  j N / gcd,        exact,
//! other weights:                       floor(2^61 sum_{l <= i} w_l / sum w),   wrong by less than one unit.
//! ```

use crate::transport::{Cloud, Histogram};

/// Total mass in units, for weights that are not equal.
const FIXED_POINT: u64 = 1 << 61;
/// Rounding of whole numbers of units, as a share of the total.
const ROUNDING_OF_UNITS: f64 = 4.0 / FIXED_POINT as f64;

/// Points on `R/Z` in increasing order; points of weight 0 are left out.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct SortedAtoms {
    pub(super) positions: Vec<f64>,
    /// Relative weights as they were given; `None` when all are the same.
    weights: Option<Vec<f64>>,
    /// Share of the total mass by which rounding can have moved a cumulative weight.
    pub(super) mass_error: f64,
}

impl SortedAtoms {
    /// The points of a cloud.
    ///
    /// # Panics
    /// For a cloud on the line.
    pub(super) fn of_cloud(cloud: &Cloud) -> SortedAtoms {
        assert!(!cloud.is_on_line(), "a cloud on the line has no place on a circle");
        SortedAtoms::new(cloud.positions(), cloud.given_weights(), ROUNDING_OF_UNITS)
    }

    /// The nodes of a one-dimensional grid.
    pub(super) fn of_nodes(histogram: &Histogram) -> SortedAtoms {
        let n = histogram.masses().len();
        let positions: Vec<f64> = (0..n).map(|i| i as f64 / n as f64).collect();
        SortedAtoms::new(&positions, Some(histogram.masses()), f64::EPSILON)
    }

    /// Sorts by position, and by weight where positions are the same, so that the order of the points does not count.
    fn new(positions: &[f64], weights: Option<&[f64]>, mass_error: f64) -> SortedAtoms {
        match weights {
            Some(weights) if !all_the_same(weights) => {
                let points = positions.iter().zip(weights).filter(|(_, w)| **w > 0.0);
                let mut keys: Vec<(u64, u64)> = points.map(|(x, w)| (x.to_bits(), w.to_bits())).collect();
                keys.sort_unstable();
                let (positions, weights) = keys.iter().map(|(x, w)| (f64::from_bits(*x), f64::from_bits(*w))).unzip();
                SortedAtoms { positions, weights: Some(weights), mass_error }
            }
            Some(weights) => {
                let present = positions.iter().zip(weights).filter(|(_, w)| **w > 0.0);
                SortedAtoms::of_sorted(sorted(&present.map(|(x, _)| *x).collect::<Vec<f64>>()))
            }
            None => SortedAtoms::of_sorted(sorted(positions)),
        }
    }

    /// Points that are sorted already, of equal weights.
    pub(super) fn of_sorted(positions: Vec<f64>) -> SortedAtoms {
        SortedAtoms { positions, weights: None, mass_error: 0.0 }
    }

    pub(super) fn len(&self) -> usize {
        self.positions.len()
    }

    /// Whether all weights are the same.
    pub(super) fn has_equal_weights(&self) -> bool {
        self.weights.is_none()
    }

    /// `x_{i+1} - x_i`, round the circle.
    pub(super) fn gap(&self, i: usize) -> f64 {
        match i + 1 == self.len() {
            true => (1.0 - self.positions[i]) + self.positions[0],
            false => self.positions[i + 1] - self.positions[i],
        }
    }

    /// Cumulative weights `floor(total sum_{l <= i} w_l)`, the last one `total`.
    pub(super) fn cumulative(&self, total: u64) -> Vec<u64> {
        let Some(weights) = &self.weights else {
            let n = self.len() as u64;
            let (step, rest) = (total / n, total % n);
            // rest * (i + 1) / n without overflow: n is a number of points in memory.
            return (1..=n).map(|i| step * i + (u128::from(rest) * u128::from(i) / u128::from(n)) as u64).collect();
        };
        let units = whole_numbers(weights);
        let sum: u64 = units.iter().sum();
        let mut running = 0_u64;
        let scale = |u: u64| (u128::from(u) * u128::from(total) / u128::from(sum)) as u64;
        units
            .iter()
            .map(|u| {
                running += u;
                scale(running)
            })
            .collect()
    }
}

/// Whether all weights that are not 0 are the same.
fn all_the_same(weights: &[f64]) -> bool {
    let mut present = weights.iter().filter(|w| **w > 0.0);
    let first = present.next();
    present.all(|w| Some(w) == first)
}

/// Weights as multiples of a power of two near `2^-61` of their sum. What a weight has below the unit is handed on to the
/// next one, so that every running sum is within one unit.
fn whole_numbers(weights: &[f64]) -> Vec<u64> {
    let sum: f64 = weights.iter().sum();
    let mut scale = 1.0_f64;
    while sum * scale >= FIXED_POINT as f64 {
        scale *= 0.5;
    }
    while sum * scale < 0.5 * FIXED_POINT as f64 {
        scale *= 2.0;
    }
    let mut carry = 0.0;
    weights
        .iter()
        .map(|w| {
            let (exact, below) = ((w * scale).floor(), (w * scale).fract());
            carry += below;
            let whole = carry.floor();
            carry -= whole;
            (exact + whole) as u64
        })
        .collect()
}

/// Common units of mass of two clouds: cumulative weights of both, and the total.
pub(super) fn common_units(source: &SortedAtoms, target: &SortedAtoms) -> (Vec<u64>, Vec<u64>, u64) {
    let mut total = FIXED_POINT;
    if source.has_equal_weights() && target.has_equal_weights() {
        let (n, m) = (source.len() as u64, target.len() as u64);
        let multiple = (n / greatest_common_divisor(n, m)).checked_mul(m);
        total = multiple.filter(|total| *total <= FIXED_POINT).unwrap_or(FIXED_POINT);
    }
    (source.cumulative(total), target.cumulative(total), total)
}

fn greatest_common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

/// Points in a bucket of [`sorted`], about: they are sorted inside the first level of cache.
const BUCKET: usize = 128;
/// Most buckets: more would scatter over more pages than a processor keeps in mind.
const MAXIMUM_BUCKETS: usize = 4096;

/// Sorts numbers in `[0, 1)`: first into buckets by their place, then each bucket by comparing. A cloud that crowds into a
/// few buckets is sorted in `O(N log N)` all the same.
fn sorted(places: &[f64]) -> Vec<f64> {
    let buckets = (places.len() / BUCKET).clamp(1, MAXIMUM_BUCKETS);
    let bucket = |x: f64| ((x * buckets as f64) as usize).min(buckets - 1);
    let mut ends = vec![0_u32; buckets];
    places.iter().for_each(|x| ends[bucket(*x)] += 1);
    let mut start = 0;
    for end in &mut ends {
        start += std::mem::replace(end, start);
    }
    // Bits of nonnegative doubles are ordered as the doubles are, and integers sort faster.
    let mut keys = vec![0_u64; places.len()];
    for x in places {
        let end = &mut ends[bucket(*x)];
        keys[*end as usize] = x.to_bits();
        *end += 1;
    }
    let mut start = 0;
    for end in ends {
        keys[start..end as usize].sort_unstable();
        start = end as usize;
    }
    keys.into_iter().map(f64::from_bits).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn atoms(points: &[f64], weights: Option<&[f64]>) -> SortedAtoms {
        SortedAtoms::of_cloud(&Cloud::new(points, weights, &[1.0], &[0.0]).unwrap())
    }

    #[test]
    fn points_are_sorted_with_their_weights_and_empty_ones_left_out() {
        let sorted = atoms(&[0.7, 0.1, 0.95, 0.4, 0.2], Some(&[0.1, 0.4, 0.3, 0.2, 0.0]));
        assert_eq!(sorted.positions, [0.1, 0.4, 0.7, 0.95]);
        let units = sorted.cumulative(FIXED_POINT);
        let shares = units.iter().map(|u| *u as f64 / FIXED_POINT as f64);
        for (got, expected) in shares.zip([0.4, 0.6, 0.7, 1.0]) {
            assert!((got - expected).abs() <= 2.0 * f64::EPSILON, "{got} against {expected}");
        }
        assert_eq!(atoms(&[0.7, 0.1, 0.3], Some(&[2.0, 2.0, 0.0])), atoms(&[0.1, 0.7], None));
    }

    #[test]
    fn cumulative_weights_end_at_the_total_and_match_whatever_the_order_of_the_points() {
        let weights: Vec<f64> = (0..1000).map(|i| 0.1 + ((i * i) as f64 * 0.37).fract() * 1e3).collect();
        let points: Vec<f64> = (0..1000).map(|i| (i as f64 * 0.618).fract()).collect();
        let forwards = atoms(&points, Some(&weights));
        let reverse = |v: &[f64]| v.iter().rev().copied().collect::<Vec<f64>>();
        assert_eq!(forwards, atoms(&reverse(&points), Some(&reverse(&weights))));
        let units = forwards.cumulative(FIXED_POINT);
        assert_eq!(*units.last().unwrap(), FIXED_POINT);
        assert!(units.is_sorted());
        assert_eq!(atoms(&points, None).cumulative(1000), (1..=1000).collect::<Vec<u64>>());
    }

    #[test]
    fn buckets_end_up_in_order_wherever_the_points_crowd() {
        for crowding in [0, 1, 8, 300] {
            let place = |i: usize| (i as f64 * 0.618_033_988).fract().powi(crowding) * (1.0 - f64::EPSILON);
            let places: Vec<f64> = (0..20_000).map(place).collect();
            let mut expected = places.clone();
            expected.sort_by(f64::total_cmp);
            assert_eq!(sorted(&places), expected);
        }
    }
}

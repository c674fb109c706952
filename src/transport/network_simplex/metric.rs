//! Squared distances on the flat torus as integers.
//!
//! ```text
//! c(x, y) = floor( min(w_1 d_1^2 + w_2 d_2^2, C) ),   d_i = min(|x_i - y_i|, R_i - |x_i - y_i|)
//! ```
//!
//! with coordinates in units that suit the points: node numbers (`R_i` the number of nodes, and `w_i` small integers where
//! the ratio of the spacings allows it, so that nothing is rounded) or shares of the period (`R_i = 1`). All operations
//! are monotone under rounding, so that the bound for a box is below the cost of every point in it, bit for bit.
//!
//! The cap `C` is above all costs at first. Between sides that are near each other no mass goes far; then a small cap makes
//! room for a small unit ([`Metric::nearer`]), and the optimum of the capped costs is that of the true ones as long as its
//! plan uses none that was capped.

/// The integer cost, and the squared length of its unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Metric {
    /// `R_i`, the length of each ring.
    ring: [f64; 2],
    /// `w_i`.
    weight: [f64; 2],
    /// Squared length that one unit of cost stands for.
    unit: f64,
    /// `C`.
    cap: f64,
    /// Whether costs are rounded at all.
    rounds: bool,
}

impl Metric {
    /// Bits of the largest cost where costs are rounded: an error of 1e-14 of the largest squared distance.
    const BITS: u32 = 46;
    /// Bits of a potential: a path through all `nodes` at the largest cost must fit.
    const POTENTIAL_BITS: u32 = 60;

    /// Costs for points with coordinates in rings of length `ring`, periods `period`, and `nodes` points in all.
    pub(super) fn new(ring: [f64; 2], period: [f64; 2], nodes: usize) -> Metric {
        let bits = Self::POTENTIAL_BITS - nodes.max(1).ilog2() - 1;
        if ring.iter().all(|r| *r > 1.0)
            && let Some(weight) = whole_weights(ring, period)
            && Self::largest_of(ring, weight) < (bits as f64).exp2()
        {
            let unit = (period[1] / ring[1]).powi(2) / weight[1];
            return Metric { ring, weight, unit, cap: f64::INFINITY, rounds: false };
        }
        let square = |i: usize| (period[i] / ring[i]).powi(2);
        let largest = Self::largest_of(ring, [square(0), square(1)]);
        let unit = largest / (bits.min(Self::BITS) as f64).exp2();
        Metric { ring, weight: [square(0) / unit, square(1) / unit], unit, cap: f64::INFINITY, rounds: true }
    }

    /// The same squared distances in a smaller unit, capped above `longest`, a cost in units of this one; `None` where
    /// that does not pay.
    pub(super) fn nearer(&self, longest: f64, nodes: usize) -> Option<Metric> {
        const ROOM: f64 = 4.0;
        const WORTH: f64 = 16.0;
        let bits = (Self::POTENTIAL_BITS - nodes.max(1).ilog2() - 1).min(Self::BITS);
        let cap = (bits as f64).exp2();
        let finer = cap / (ROOM * longest);
        let unit = self.unit / finer;
        // Below this squares of distances and of their rounding errors are no longer normal numbers.
        if !self.rounds || longest <= 0.0 || finer < WORTH || unit < f64::MIN_POSITIVE / f64::EPSILON {
            return None;
        }
        Some(Metric { weight: self.weight.map(|w| w * finer), unit, cap, ..*self })
    }

    /// Whether no more than `longest` is below the cap.
    pub(super) fn holds(&self, longest: f64) -> bool {
        longest < self.cap
    }

    fn largest_of(ring: [f64; 2], weight: [f64; 2]) -> f64 {
        (weight[0] * ring[0] * ring[0] + weight[1] * ring[1] * ring[1]) / 4.0
    }

    /// Whether all costs between whole coordinates are whole numbers, none of them capped.
    pub(super) fn is_whole(&self) -> bool {
        !self.rounds
    }

    /// At least the cost of any pair of points, after the cap.
    pub(super) fn largest(&self) -> i64 {
        Self::largest_of(self.ring, self.weight).min(self.cap) as i64 + 1
    }

    /// Largest cost of a pair of points, before the cap.
    pub(super) fn uncapped(&self) -> f64 {
        Self::largest_of(self.ring, self.weight)
    }

    /// Largest squared distance of a pair of points.
    pub(super) fn squared_diameter(&self) -> f64 {
        self.uncapped() * self.unit
    }

    pub(super) fn unit(&self) -> f64 {
        self.unit
    }

    pub(super) fn ring(&self) -> [f64; 2] {
        self.ring
    }

    pub(super) fn weight(&self) -> [f64; 2] {
        self.weight
    }

    #[inline]
    pub(super) fn cost(&self, x: [f64; 2], y: [f64; 2]) -> i64 {
        self.real_cost(x, y).min(self.cap) as i64
    }

    /// The cost before it is capped and rounded down, in the same unit.
    #[inline]
    pub(super) fn real_cost(&self, x: [f64; 2], y: [f64; 2]) -> f64 {
        let d = |i: usize| {
            let d = (x[i] - y[i]).abs();
            d.min(self.ring[i] - d)
        };
        self.sum(d(0), d(1))
    }

    /// At most the cost of every point between `low` and `high`.
    #[inline]
    pub(super) fn cost_of_box(&self, x: [f64; 2], low: [f64; 2], high: [f64; 2]) -> i64 {
        let d = |i: usize| {
            if x[i] < low[i] {
                (low[i] - x[i]).min(self.ring[i] - (high[i] - x[i]))
            } else if x[i] > high[i] {
                (x[i] - high[i]).min(self.ring[i] - (x[i] - low[i]))
            } else {
                0.0
            }
        };
        self.sum(d(0), d(1)).min(self.cap) as i64
    }

    #[inline]
    fn sum(&self, d1: f64, d2: f64) -> f64 {
        self.weight[0] * d1 * d1 + self.weight[1] * d2 * d2
    }

    /// Shortest displacement from `x` to `y` along axis `i`.
    #[inline]
    pub(super) fn displacement(&self, x: [f64; 2], y: [f64; 2], i: usize) -> f64 {
        let d = y[i] - x[i];
        d - self.ring[i] * (d / self.ring[i]).round()
    }
}

/// Small whole numbers in the ratio of the squared spacings, if they exist.
fn whole_weights(ring: [f64; 2], period: [f64; 2]) -> Option<[f64; 2]> {
    const LARGEST_DENOMINATOR: u32 = 128;
    let ratio = (period[0] / ring[0] / (period[1] / ring[1])).powi(2);
    (1..=LARGEST_DENOMINATOR).map(f64::from).find_map(|q| {
        let p = (ratio * q).round();
        let close = (p / q - ratio).abs() <= 8.0 * f64::EPSILON * ratio;
        (close && p >= 1.0).then_some([p, q])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::test_random::Random;

    #[test]
    fn the_bound_of_a_box_is_below_the_cost_of_its_points() {
        for (ring, period) in [([1.0, 1.0], [1.0, 1.0]), ([24.0, 16.0], [1.0, 2.0]), ([1.0, 1.0], [3.0, 0.5])] {
            let metric = Metric::new(ring, period, 1000);
            let mut random = Random(1);
            let mut draw = |r: f64| random.next() * r;
            for _ in 0..2000 {
                let [x, y, z] = [0; 3].map(|_| [draw(ring[0]), draw(ring[1])]);
                let (low, high) = ([y[0].min(z[0]), y[1].min(z[1])], [y[0].max(z[0]), y[1].max(z[1])]);
                let inside = [low[0] + draw(high[0] - low[0]), low[1] + draw(high[1] - low[1])];
                for p in [y, z, inside] {
                    assert!(metric.cost_of_box(x, low, high) <= metric.cost(x, p), "{x:?} {low:?} {high:?} {p:?}");
                }
            }
        }
    }

    #[test]
    fn commensurable_spacings_give_whole_costs() {
        let metric = Metric::new([24.0, 16.0], [1.0, 2.0], 768);
        assert_eq!(metric.weight, [1.0, 9.0]);
        assert_eq!(metric.cost([1.0, 15.0], [23.0, 1.0]), 4 + 9 * 4);
        assert!((metric.unit - 1.0 / 576.0).abs() < 1e-18);
        let metric = Metric::new([10.0, 10.0], [1.0, std::f64::consts::SQRT_2.sqrt()], 200);
        assert!(metric.weight[0].fract() != 0.0);
    }
}

//! Weights of sites with the digits of two doubles.
//!
//! The line between the cells of sites at distance `e` stands where their weights differ by `O(e)`: with weights rounded to
//! `eps` it would be off by `eps/e`. As an unevaluated sum of two doubles a weight has differences that are exact to
//! rounding of their own, however near the sites are.

use std::ops::Sub;

/// `high + low`, `|low|` at most half a unit in the last place of `high`.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Weight {
    high: f64,
    low: f64,
}

impl Weight {
    /// The weight more by `d`. The rounding is that of the second double (Knuth's sum of two numbers).
    pub fn plus(self, d: f64) -> Weight {
        let sum = self.high + d;
        let part = sum - self.high;
        let rest = (self.high - (sum - part)) + (d - part) + self.low;
        let high = sum + rest;
        Weight { high, low: rest - (high - sum) }
    }

    /// The weight times a power of two.
    pub fn scaled(self, power_of_two: f64) -> Weight {
        Weight { high: self.high * power_of_two, low: self.low * power_of_two }
    }

    /// Rounded to one double.
    pub fn value(self) -> f64 {
        self.high + self.low
    }
}

impl Sub for Weight {
    type Output = f64;

    fn sub(self, other: Weight) -> f64 {
        (self.high - other.high) + (self.low - other.low)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_of_near_weights_keep_their_digits() {
        let base = Weight::default().plus(0.1).plus(3e-18);
        let (a, b) = (base.plus(1e-20), base.plus(-2e-21).plus(1e-29));
        assert!(((a - b) - 1.2e-20).abs() < 1e-12 * 1.2e-20 + 2e-29, "{:e}", a - b);
        assert!((a.scaled(0.25) - b.scaled(0.25)) * 4.0 == a - b);
        assert_eq!(a.value(), 0.1);
        let back = base.plus(0.7).plus(-0.7);
        assert!((back - base).abs() < 1e-31, "{:e}", back - base);
    }
}

//! Numbers of two doubles, about 106 bits (Dekker 1971; Knuth 1997, section 4.2.2).
//!
//! Where sites are a distance `e` apart, the line between their cells stands where their weights differ by `O(e)`: with
//! weights rounded to `eps` it would be off by `eps/e`. And the test of an edge between two triangles of area `O(e)` asks for
//! a determinant of `O(e^2)` that is the difference of numbers of `O(e)`.

use std::ops::{Add, Mul, Sub};

/// `high + low`, `|low|` at most half a unit in the last place of `high`.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct DoubleDouble {
    high: f64,
    low: f64,
}

/// `a + b` and its rounding error.
#[inline]
fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let part = sum - a;
    (sum, (a - (sum - part)) + (b - part))
}

/// `a b` and its rounding error, by halves of 26 bits.
#[inline]
fn two_product(a: f64, b: f64) -> (f64, f64) {
    const SPLITTER: f64 = 134_217_729.0;
    let split = |x: f64| {
        let large = SPLITTER * x;
        let high = large - (large - x);
        (high, x - high)
    };
    let product = a * b;
    let ((ah, al), (bh, bl)) = (split(a), split(b));
    (product, ((ah * bh - product) + ah * bl + al * bh) + al * bl)
}

impl DoubleDouble {
    #[inline]
    fn normalised(high: f64, low: f64) -> DoubleDouble {
        let sum = high + low;
        DoubleDouble { high: sum, low: low - (sum - high) }
    }

    /// The number more by `d`.
    #[inline]
    pub fn plus(self, d: f64) -> DoubleDouble {
        let (sum, rest) = two_sum(self.high, d);
        DoubleDouble::normalised(sum, rest + self.low)
    }

    /// The product with a power of two.
    pub fn scaled(self, power_of_two: f64) -> DoubleDouble {
        DoubleDouble { high: self.high * power_of_two, low: self.low * power_of_two }
    }

    /// The difference as one double, right to rounding however near the numbers are.
    #[inline]
    pub fn minus(self, other: DoubleDouble) -> f64 {
        (self.high - other.high) + (self.low - other.low)
    }

    /// Rounded to one double.
    pub fn value(self) -> f64 {
        self.high + self.low
    }

    /// The absolute value.
    pub fn abs(self) -> DoubleDouble {
        if self.high < 0.0 { DoubleDouble { high: -self.high, low: -self.low } } else { self }
    }
}

impl From<f64> for DoubleDouble {
    fn from(high: f64) -> DoubleDouble {
        DoubleDouble { high, low: 0.0 }
    }
}

impl Add for DoubleDouble {
    type Output = DoubleDouble;

    #[inline]
    fn add(self, other: DoubleDouble) -> DoubleDouble {
        let (sum, rest) = two_sum(self.high, other.high);
        let (low, lower) = two_sum(self.low, other.low);
        let first = DoubleDouble::normalised(sum, rest + low);
        DoubleDouble::normalised(first.high, first.low + lower)
    }
}

impl Sub for DoubleDouble {
    type Output = DoubleDouble;

    #[inline]
    fn sub(self, other: DoubleDouble) -> DoubleDouble {
        self + DoubleDouble { high: -other.high, low: -other.low }
    }
}

impl Mul for DoubleDouble {
    type Output = DoubleDouble;

    #[inline]
    fn mul(self, other: DoubleDouble) -> DoubleDouble {
        let (product, rest) = two_product(self.high, other.high);
        DoubleDouble::normalised(product, rest + (self.high * other.low + self.low * other.high))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::test_random::Random;

    #[test]
    fn differences_of_near_numbers_keep_their_digits() {
        let base = DoubleDouble::default().plus(0.1).plus(3e-18);
        let (a, b) = (base.plus(1e-20), base.plus(-2e-21).plus(1e-29));
        assert!((a.minus(b) - 1.2e-20).abs() < 1e-12 * 1.2e-20 + 2e-29, "{:e}", a.minus(b));
        assert_eq!(a.scaled(0.25).minus(b.scaled(0.25)) * 4.0, a.minus(b));
        assert_eq!(a.value(), 0.1);
        assert_eq!((a - b).value(), a.minus(b));
        assert_eq!((b - a).abs(), (a - b).abs());
    }

    /// `(x + y)(x - y) = x^2 - y^2`, and rules of the ring, to 100 bits.
    #[test]
    fn products_and_sums_are_right_to_a_hundred_bits() {
        let rounding = (-100.0_f64).exp2();
        let mut random = Random(9);
        let mut draw = || random.next();
        for _ in 0..1000 {
            let mut number = || DoubleDouble::from(draw()).plus(draw() * 1e-17);
            let (x, y, z) = (number(), number(), number());
            assert!(((x + y) * (x - y) - (x * x - y * y)).value().abs() <= 4.0 * rounding);
            assert!(((x + y) * z - (x * z + y * z)).value().abs() <= 4.0 * rounding);
            assert_eq!((x * y - y * x).value(), 0.0);
            assert!(((x * y) * z - x * (y * z)).value().abs() <= 4.0 * rounding);
        }
    }
}

//! An axis that is linear or logarithmic, as the values ask for.

use super::frame::log_ticks;
use super::style::{LARGEST, range_of};
use plotters::coord::ranged1d::{DefaultFormatting, KeyPointHint, Ranged};
use plotters::coord::types::RangedCoordf64;
use std::ops::Range;

/// Ratio of the ends of positive values from which their axis is logarithmic.
const LARGE_RATIO: f64 = 20.0;
/// Room at the ends of a logarithmic axis, as a factor.
const ROOM: f64 = 1.3;

/// A scale of an axis.
#[derive(Debug, Clone)]
pub(in crate::report) enum Scale {
    /// Equal distances for equal differences.
    Linear(Range<f64>),
    /// Equal distances for equal ratios.
    Logarithmic(Range<f64>),
}

impl Scale {
    /// The scale for these values: logarithmic when all that are finite are positive and far apart; `None` without any.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Option<Scale> {
        let values: Vec<f64> = values.into_iter().filter(|v| v.abs() <= LARGEST).collect();
        let low = values.iter().copied().fold(f64::INFINITY, f64::min);
        let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if low >= 1.0 / LARGEST && high > LARGE_RATIO * low {
            return Some(Scale::Logarithmic(low / ROOM..high * ROOM));
        }
        range_of(values).map(Scale::Linear)
    }

    /// A logarithmic scale for those of these values that are positive; `None` when none is.
    pub fn logarithmic(values: impl IntoIterator<Item = f64>) -> Option<Scale> {
        let positive = values.into_iter().filter(|v| *v >= 1.0 / LARGEST && *v <= LARGEST);
        let (low, high) = positive.fold((f64::INFINITY, 0.0_f64), |(low, high), v| (low.min(v), high.max(v)));
        (high > 0.0).then(|| Scale::Logarithmic(low / ROOM..high * ROOM))
    }

    /// Whether a value has a place on the scale.
    pub fn holds(&self, value: f64) -> bool {
        value.abs() <= LARGEST && (matches!(self, Scale::Linear(_)) || value >= 1.0 / LARGEST)
    }

    /// The length that rounding at 0 is measured by; 0 on a logarithmic scale.
    pub fn length(&self) -> f64 {
        match self {
            Scale::Linear(range) => range.end - range.start,
            Scale::Logarithmic(_) => 0.0,
        }
    }

    /// Its ends.
    pub fn ends(&self) -> Range<f64> {
        match self {
            Scale::Linear(range) | Scale::Logarithmic(range) => range.clone(),
        }
    }
}

impl Ranged for Scale {
    type FormatOption = DefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, (from, to): (i32, i32)) -> i32 {
        let share = match self {
            Scale::Linear(range) => (value - range.start) / (range.end - range.start),
            Scale::Logarithmic(range) => (value / range.start).ln() / (range.end / range.start).ln(),
        };
        from + (share * f64::from(to - from)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        match self {
            Scale::Linear(range) => RangedCoordf64::from(range.clone()).key_points(hint),
            Scale::Logarithmic(range) => log_ticks(range),
        }
    }

    fn range(&self) -> Range<f64> {
        self.ends()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_values_choose_the_scale() {
        assert!(matches!(Scale::of([1.0, 30.0]), Some(Scale::Logarithmic(_))));
        assert!(matches!(Scale::of([-1.0, 30.0]), Some(Scale::Linear(_))));
        assert!(matches!(Scale::of([1.0, 2.0, f64::NAN]), Some(Scale::Linear(_))));
        assert!(Scale::of([f64::NAN]).is_none() && Scale::logarithmic([0.0, -1.0]).is_none());
    }

    #[test]
    fn equal_ratios_are_equally_long() {
        let scale = Scale::Logarithmic(1.0..10_000.0);
        let places: Vec<i32> = [1.0, 10.0, 100.0, 10_000.0].iter().map(|v| scale.map(v, (0, 400))).collect();
        assert_eq!(places, [0, 100, 200, 400]);
        assert_eq!(Scale::Linear(0.0..4.0).map(&1.0, (400, 0)), 300);
    }
}

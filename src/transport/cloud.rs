//! Particle clouds: weighted points on a torus of dimension 1 or 2.
//!
//! Points may lie anywhere on the line or plane; they are wrapped into the fundamental domain and kept as shares
//! `(x - origin) / period` in `[0, 1)` of the periods, whatever the period. Points that live on the line or plane itself
//! ([`Cloud::on_line`]) are not wrapped: the period is a unit of length, and shares are any numbers. Weights are relative: they are divided by
//! their sum.

use super::TransportError;

/// Points with weights on a torus.
#[derive(Debug, Clone, PartialEq)]
pub struct Cloud {
    periods: Vec<f64>,
    origins: Vec<f64>,
    positions: Vec<f64>,
    weights: Vec<f64>,
    /// Weights as they were given, times a power of two; `None` when none were.
    given_weights: Option<Vec<f64>>,
    weight_sum: f64,
    wrapped: usize,
    position_error: f64,
    line: bool,
}

impl Cloud {
    /// A coordinate must keep this share of its period: beyond about 4.5e9 periods from the origin a double has fewer
    /// than six digits left for the place on the torus.
    pub const COARSEST_COORDINATE: f64 = 1e-6;

    /// A cloud of `points`, row-major, one row of `periods.len()` coordinates in units of length for each point, with
    /// nonnegative `weights` (equal when `None`).
    ///
    /// # Errors
    /// [`TransportError::Empty`] without points, [`TransportError::Length`] when there are not as many weights,
    /// [`TransportError::Coordinate`] and [`TransportError::Weight`] with the index of a point that cannot be used,
    /// [`TransportError::NoMass`] when all weights are 0.
    ///
    /// # Panics
    /// When the number of coordinates is no multiple of the dimension, the numbers of periods and origins differ, or a
    /// period is not positive and finite.
    #[track_caller]
    pub fn new(
        points: &[f64],
        weights: Option<&[f64]>,
        periods: &[f64],
        origins: &[f64],
    ) -> Result<Cloud, TransportError> {
        Cloud::placed(points, weights, periods, origins, false)
    }

    /// A cloud on the line or plane, of which `[origin, origin + period)` is a box that need not hold it.
    ///
    /// # Errors
    /// As [`Cloud::new`].
    ///
    /// # Panics
    /// As [`Cloud::new`].
    #[track_caller]
    pub fn on_line(
        points: &[f64],
        weights: Option<&[f64]>,
        periods: &[f64],
        origins: &[f64],
    ) -> Result<Cloud, TransportError> {
        Cloud::placed(points, weights, periods, origins, true)
    }

    /// A cloud on the line or plane, or on a torus, as `line` says.
    ///
    /// # Errors
    /// As [`Cloud::new`].
    ///
    /// # Panics
    /// As [`Cloud::new`].
    #[track_caller]
    pub fn placed(
        points: &[f64],
        weights: Option<&[f64]>,
        periods: &[f64],
        origins: &[f64],
        line: bool,
    ) -> Result<Cloud, TransportError> {
        let dimension = periods.len();
        assert_eq!(dimension, origins.len(), "numbers of periods and origins differ");
        assert!(periods.iter().all(|l| *l > 0.0 && l.is_finite()), "periods {periods:?} must be positive and finite");
        assert_eq!(points.len() % dimension, 0, "{} coordinates in dimension {dimension}", points.len());
        let count = points.len() / dimension;
        if count == 0 {
            return Err(TransportError::Empty);
        }
        let mut positions = Vec::with_capacity(points.len());
        let mut wrapped = 0;
        let mut position_error: f64 = 0.0;
        for (index, point) in points.chunks_exact(dimension).enumerate() {
            let mut outside = false;
            for (axis, &value) in point.iter().enumerate() {
                let coarse = coarseness(value, origins[axis]) / periods[axis];
                if !value.is_finite() || coarse > Self::COARSEST_COORDINATE {
                    return Err(TransportError::Coordinate { index, axis, value });
                }
                let share = (value - origins[axis]) / periods[axis];
                let (share, inside) = if line { (share, true) } else { wrap(share) };
                outside |= !inside;
                position_error = position_error.max(coarse);
                positions.push(share);
            }
            wrapped += usize::from(outside);
        }
        let given_weights = weights.map(scaled_by_power_of_two);
        let (weights, weight_sum) = match weights {
            Some(weights) if weights.len() != count => {
                return Err(TransportError::Length { expected: count, got: weights.len() });
            }
            Some(weights) => normalised(weights)?,
            None => (vec![1.0 / count as f64; count], count as f64),
        };
        let (periods, origins) = (periods.to_vec(), origins.to_vec());
        Ok(Cloud { periods, origins, positions, weights, given_weights, weight_sum, wrapped, position_error, line })
    }

    /// Number of points.
    pub fn len(&self) -> usize {
        self.weights.len()
    }

    /// Never: a cloud holds at least one point.
    pub fn is_empty(&self) -> bool {
        self.weights.is_empty()
    }

    /// Dimension of the torus.
    pub fn dimension(&self) -> usize {
        self.periods.len()
    }

    /// Periods, in units of length.
    pub fn periods(&self) -> &[f64] {
        &self.periods
    }

    /// Origins of the fundamental domain, in units of length.
    pub fn origins(&self) -> &[f64] {
        &self.origins
    }

    /// Whether the points live on the line or plane, and not on a torus.
    pub fn is_on_line(&self) -> bool {
        self.line
    }

    /// Coordinates of every point, row-major: on a torus those in the fundamental domain.
    pub fn coordinates(&self) -> Vec<f64> {
        let d = self.dimension();
        let place = |(i, share): (usize, &f64)| self.origins[i % d] + self.periods[i % d] * share;
        self.positions.iter().enumerate().map(place).collect()
    }

    /// `(x - origin) / period` of every point, row-major, on a torus in `[0, 1)`.
    pub fn positions(&self) -> &[f64] {
        &self.positions
    }

    /// Weights, sum 1.
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// Whether weights were given; all are equal otherwise.
    pub fn is_weighted(&self) -> bool {
        self.given_weights.is_some()
    }

    /// The weights before they were normalised, exact up to a common power of two that brings the largest near 1; `None`
    /// for a cloud without weights.
    pub(super) fn given_weights(&self) -> Option<&[f64]> {
        self.given_weights.as_deref()
    }

    /// Sum of the weights as they were given (the number of points when none were).
    pub fn weight_sum(&self) -> f64 {
        self.weight_sum
    }

    /// Points that lay outside `[origin, origin + period)` and were wrapped.
    pub fn wrapped(&self) -> usize {
        self.wrapped
    }

    /// Largest rounding of a coordinate as it was given, as a share of its period.
    pub fn position_error(&self) -> f64 {
        self.position_error
    }
}

/// Distance to the next double at the scale of a coordinate and its origin.
fn coarseness(value: f64, origin: f64) -> f64 {
    value.abs().max(origin.abs()) * f64::EPSILON
}

/// The share of `t` in `[0, 1)`, and whether `t` was there already. A tiny negative number becomes 0, not 1.
fn wrap(t: f64) -> (f64, bool) {
    if (0.0..1.0).contains(&t) {
        return (t + 0.0, true);
    }
    let share = t - t.floor();
    (if share >= 1.0 { 0.0 } else { share + 0.0 }, false)
}

/// Weights times the power of two that brings the largest into `[1/2, 4)`: exact, but for weights that underflow.
fn scaled_by_power_of_two(weights: &[f64]) -> Vec<f64> {
    let largest = weights.iter().fold(0.0, |a: f64, &b| a.max(b));
    let exponent = ((largest.to_bits() >> 52) & 0x7ff) as i32 - 1023;
    // In two halves, for the whole factor may be outside the range of a double.
    let (half, rest) = (2.0_f64.powi(-exponent / 2), 2.0_f64.powi(-exponent - (-exponent / 2)));
    weights.iter().map(|w| w * half * rest).collect()
}

/// Weights divided by their sum, and the sum.
pub(crate) fn normalised(weights: &[f64]) -> Result<(Vec<f64>, f64), TransportError> {
    if let Some((index, &value)) = weights.iter().enumerate().find(|(_, w)| !(w.is_finite() && **w >= 0.0)) {
        return Err(TransportError::Weight { index, value });
    }
    let largest = weights.iter().fold(0.0, |a: f64, &b| a.max(b));
    if largest == 0.0 {
        return Err(TransportError::NoMass);
    }
    // Over the largest first, so that the sum neither overflows nor underflows.
    let total = compensated_sum(weights.iter().map(|w| w / largest));
    Ok((weights.iter().map(|w| w / largest / total).collect(), total * largest))
}

/// The sum with the rounding of every addition carried along (Neumaier 1974): the order of the terms does not matter.
fn compensated_sum(terms: impl Iterator<Item = f64>) -> f64 {
    let (sum, carry) = terms.fold((0.0_f64, 0.0), |(sum, carry), term| {
        let next = sum + term;
        let lost = if sum.abs() >= term.abs() { (sum - next) + term } else { (term - next) + sum };
        (next, carry + lost)
    });
    sum + carry
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_wrapped_into_the_fundamental_domain_and_counted() {
        let cloud = Cloud::new(&[-1e-18, 0.25, 1.0, 1.25, -0.0, -0.75], None, &[1.0], &[0.0]).unwrap();
        assert_eq!(cloud.positions(), [0.0, 0.25, 0.0, 0.25, 0.0, 0.25]);
        assert_eq!(cloud.wrapped(), 4);
        assert!(cloud.positions().iter().all(|p| p.is_sign_positive()));
        let plane = Cloud::new(&[0.5, 3.0, -0.5, 1.0], None, &[1.0, 2.0], &[0.0, 1.0]).unwrap();
        assert_eq!((plane.positions(), plane.wrapped()), ([0.5, 0.0, 0.5, 0.0].as_slice(), 2));
    }

    #[test]
    fn points_on_the_line_are_where_they_are() {
        let cloud = Cloud::on_line(&[-7.0, 2.5, 1.0], None, &[2.0], &[1.0]).unwrap();
        assert_eq!((cloud.positions(), cloud.wrapped()), ([-4.0, 0.75, 0.0].as_slice(), 0));
        assert_eq!(cloud.coordinates(), [-7.0, 2.5, 1.0]);
        assert!(matches!(Cloud::on_line(&[f64::NAN], None, &[1.0], &[0.0]), Err(TransportError::Coordinate { .. })));
    }

    #[test]
    fn a_coordinate_without_a_place_on_the_torus_is_refused_with_its_index() {
        for bad in [f64::NAN, f64::INFINITY, 1e16, -1e16] {
            let error = Cloud::new(&[0.1, 0.2, 0.3, bad], None, &[1.0, 1.0], &[0.0, 0.0]).unwrap_err();
            assert!(matches!(error, TransportError::Coordinate { index: 1, axis: 1, .. }), "{error}");
        }
    }

    #[test]
    fn weights_are_relative_and_a_bad_one_is_named() {
        let cloud = Cloud::new(&[0.1, 0.2], Some(&[0.5, 0.48]), &[1.0], &[0.0]).unwrap();
        assert!((cloud.weight_sum() - 0.98).abs() < 4.0 * f64::EPSILON);
        assert!((cloud.weights().iter().sum::<f64>() - 1.0).abs() < 4.0 * f64::EPSILON);
        let huge = Cloud::new(&[0.1, 0.2], Some(&[f64::MAX, f64::MAX]), &[1.0], &[0.0]).unwrap();
        assert_eq!(huge.weights(), [0.5, 0.5]);
        for bad in [-1e-3, f64::NAN, f64::INFINITY] {
            let error = Cloud::new(&[0.1, 0.2], Some(&[0.5, bad]), &[1.0], &[0.0]).unwrap_err();
            assert!(matches!(error, TransportError::Weight { index: 1, .. }), "{error}");
        }
        assert_eq!(Cloud::new(&[0.1], Some(&[0.0]), &[1.0], &[0.0]), Err(TransportError::NoMass));
        assert_eq!(Cloud::new(&[], None, &[1.0], &[0.0]), Err(TransportError::Empty));
    }
}

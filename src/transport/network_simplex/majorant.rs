//! Planes above the duals of the points in a box, for bounds of second order on reduced costs.
//!
//! Near the smallest reduced cost `c(x, y) - v(y)` the two terms change alike, so that a bound from the smallest cost and
//! the largest dual of a box is off by the first power of its size. With a plane above the duals,
//!
//! ```text
//! v(y) <= top + slope.(y - centre),
//! c(x, y) - v(y) >= w |x - centre|^2 - top + sum_i min over |d| <= half_i of ( w_i d^2 - (2 w_i (x - centre)_i + slope_i) d ),
//! ```
//!
//! what is left is of second order. This holds where all of the box lies on one side of the cut locus of `x`.

use super::metric::Metric;

/// Sums over the points of a box from which its plane is fitted, coordinates relative to a common origin.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Moments {
    count: f64,
    sum: [f64; 2],
    /// Of `y_1^2`, `y_1 y_2`, `y_2^2`.
    square: [f64; 3],
    value: f64,
    value_sum: [f64; 2],
}

impl Moments {
    pub(super) fn add(&mut self, y: [f64; 2], v: f64) {
        self.count += 1.0;
        self.value += v;
        for (i, y) in y.iter().enumerate() {
            self.sum[i] += y;
            self.value_sum[i] += y * v;
        }
        self.square = [self.square[0] + y[0] * y[0], self.square[1] + y[0] * y[1], self.square[2] + y[1] * y[1]];
    }

    pub(super) fn joined(self, other: Moments) -> Moments {
        let pair = |a: [f64; 2], b: [f64; 2]| [a[0] + b[0], a[1] + b[1]];
        Moments {
            count: self.count + other.count,
            sum: pair(self.sum, other.sum),
            square: [0, 1, 2].map(|i| self.square[i] + other.square[i]),
            value: self.value + other.value,
            value_sum: pair(self.value_sum, other.value_sum),
        }
    }

    /// Slope of the least-squares plane; along an axis that the points do not determine, 0. Any slope gives a valid bound.
    fn slope(&self) -> [f64; 2] {
        /// Relative determinant below which the points lie on a line.
        const FLAT: f64 = 1e-9;
        let mean = self.sum.map(|s| s / self.count);
        let [a, b, d] = [
            self.square[0] - self.sum[0] * mean[0],
            self.square[1] - self.sum[0] * mean[1],
            self.square[2] - self.sum[1] * mean[1],
        ];
        let right = [0, 1].map(|i| self.value_sum[i] - self.value * mean[i]);
        let determinant = a * d - b * b;
        if determinant > FLAT * a * d {
            return [(d * right[0] - b * right[1]) / determinant, (a * right[1] - b * right[0]) / determinant];
        }
        if a > d {
            [right[0] / a, 0.0]
        } else if d > 0.0 {
            [0.0, right[1] / d]
        } else {
            [0.0; 2]
        }
    }
}

/// A plane above the duals in a box.
#[derive(Debug, Clone, Copy)]
pub(super) struct Majorant {
    centre: [f64; 2],
    half: [f64; 2],
    slope: [f64; 2],
    top: f64,
}

impl Majorant {
    /// The plane above `duals`, the points in the box from `low` to `high` with their values.
    pub(super) fn new(
        low: [f64; 2],
        high: [f64; 2],
        moments: &Moments,
        duals: impl Iterator<Item = ([f64; 2], i64)>,
    ) -> Majorant {
        let centre = [0, 1].map(|i| 0.5 * (low[i] + high[i]));
        let half = [0, 1].map(|i| (high[i] - centre[i]).max(centre[i] - low[i]));
        let slope = moments.slope();
        let above = |(y, v): ([f64; 2], i64)| v as f64 - slope[0] * (y[0] - centre[0]) - slope[1] * (y[1] - centre[1]);
        let top = duals.map(above).fold(f64::NEG_INFINITY, f64::max);
        Majorant { centre, half, slope, top }
    }

    /// At most the cost minus the dual of every point in the box, before costs are capped and up to rounding; `None` where
    /// the cut locus of `x` passes through the box.
    #[inline]
    pub(super) fn bound(&self, metric: &Metric, x: [f64; 2]) -> Option<f64> {
        let mut bound = -self.top;
        for (i, x) in x.iter().enumerate() {
            let (ring, weight) = (metric.ring()[i], metric.weight()[i]);
            let mut offset = x - self.centre[i];
            if offset.abs() > 0.5 * ring {
                offset -= ring.copysign(offset);
            }
            if offset.abs() + self.half[i] > 0.5 * ring {
                return None;
            }
            let linear = 2.0 * weight * offset + self.slope[i];
            let d = (linear / (2.0 * weight)).clamp(-self.half[i], self.half[i]);
            bound += weight * (offset * offset + d * d) - linear * d;
        }
        Some(bound)
    }
}

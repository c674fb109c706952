//! How differences along a ladder fall: local orders, and whether a power or an exponential fits better.
//!
//! A ladder has parameters `h_1 > h_2 > .. > h_N` (steps, tolerances, or the reciprocals of numbers of points), and
//! `delta_i` is the size of the difference between the values at `h_i` and `h_{i+1}`. An error `C h^p` leaves
//!
//! ```text
//! delta_i = C (h_i^p - h_{i+1}^p),      delta_i / delta_{i+1} = (h_i^p - h_{i+1}^p) / (h_{i+1}^p - h_{i+2}^p),
//! ```
//!
//! which three rungs solve for the local order `p`: the quotient grows with `p`, so bisection finds it, for ladders of equal
//! and of unequal ratios. An error `C exp(-s n)`, as that of a smooth function on `n` points, leaves
//! `delta_i = C (exp(-s n_i) - exp(-s n_{i+1}))`. Both laws have one rate and one factor; each is fitted to the logarithms of
//! the same differences by least squares, so that their residuals can be compared. Roache, Verification and Validation in
//! Computational Science and Engineering (1998), chapter 5, for orders; Boyd, Chebyshev and Fourier Spectral Methods (2001),
//! chapter 2, for the exponential.

/// Local orders are sought between 0 and this.
const LARGEST_ORDER: f64 = 64.0;
/// Rates of a fit that are tried before the best is refined.
const SCANNED_RATES: usize = 400;
/// Steps of bisection, and of the golden section: more than the digits of a number.
const REFINEMENTS: usize = 80;

/// A law by which an error falls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Law {
    /// `n^-rate`.
    Power,
    /// `exp(-rate n)`.
    Exponential,
}

impl Law {
    /// `-log(error)/rate` at `n`.
    fn exponent(self, n: f64) -> f64 {
        match self {
            Law::Power => n.ln(),
            Law::Exponential => n,
        }
    }

    /// Logarithm of the difference between the errors at `coarse < fine`, for the factor 1.
    fn log_difference(self, rate: f64, coarse: f64, fine: f64) -> f64 {
        let (a, b) = (self.exponent(coarse), self.exponent(fine));
        -rate * a + (-(-rate * (b - a)).exp_m1()).ln()
    }

    /// Error at `finest` over the difference between `coarse` and `fine`, where it falls at this rate.
    pub fn remainder(self, rate: f64, [coarse, fine]: [f64; 2], finest: f64) -> f64 {
        (-rate * self.exponent(finest) - self.log_difference(rate, coarse, fine)).exp()
    }
}

/// A law fitted to differences.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fit {
    /// Order, or decay per point.
    pub rate: f64,
    /// Root mean square of what is left of the logarithms.
    pub residual: f64,
}

/// The law with the rate that fits `differences[i]`, between the rungs `points[i]` and `points[i + 1]`, best.
///
/// # Panics
/// When there are fewer than two differences, or not one rung more than differences.
pub fn fit(law: Law, points: &[f64], differences: &[f64]) -> Fit {
    assert!(differences.len() >= 2 && points.len() == differences.len() + 1, "two differences between three rungs");
    let residual = |rate: f64| {
        let left: Vec<f64> = points
            .windows(2)
            .zip(differences)
            .map(|(pair, difference)| difference.ln() - law.log_difference(rate, pair[0], pair[1]))
            .collect();
        let mean = left.iter().sum::<f64>() / left.len() as f64;
        (left.iter().map(|l| (l - mean).powi(2)).sum::<f64>() / left.len() as f64).sqrt()
    };
    // From an error that hardly falls over the ladder to one that falls by exp(700).
    let length = law.exponent(points[points.len() - 1]) - law.exponent(points[0]);
    let (low, high) = (1e-3 / length, 700.0 / length);
    let at = |i: usize| low * (high / low).powf(i as f64 / (SCANNED_RATES - 1) as f64);
    let best = (0..SCANNED_RATES).min_by(|a, b| residual(at(*a)).total_cmp(&residual(at(*b)))).expect("many rates");
    let rate = golden_section(at(best.saturating_sub(1)), at((best + 1).min(SCANNED_RATES - 1)), residual);
    Fit { rate, residual: residual(rate) }
}

fn golden_section(mut low: f64, mut high: f64, f: impl Fn(f64) -> f64) -> f64 {
    let ratio = 0.5 * (5.0_f64.sqrt() - 1.0);
    for _ in 0..REFINEMENTS {
        let (a, b) = (high - ratio * (high - low), low + ratio * (high - low));
        if f(a) <= f(b) { high = b } else { low = a }
    }
    0.5 * (low + high)
}

/// The order `p` with which two successive differences between three rungs `h_1 > h_2 > h_3` fall; `None` when they do not
/// fall as fast as any positive order, or faster than order 64.
pub fn local_order(h: [f64; 3], differences: [f64; 2]) -> Option<f64> {
    let wanted = (differences[0] / differences[1]).ln();
    // In units of h_2, so that no power overflows.
    let (above, below) = ((h[0] / h[1]).ln(), (h[1] / h[2]).ln());
    let quotient = |p: f64| (p * above).exp_m1().ln() - (-(-p * below).exp_m1()).ln();
    let (mut low, mut high) = (1e-6, LARGEST_ORDER);
    if !(quotient(low) < wanted && wanted < quotient(high)) {
        return None;
    }
    for _ in 0..REFINEMENTS {
        let middle = 0.5 * (low + high);
        if quotient(middle) < wanted { low = middle } else { high = middle }
    }
    Some(0.5 * (low + high))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn differences(points: &[f64], error: impl Fn(f64) -> f64) -> Vec<f64> {
        points.windows(2).map(|pair| (error(pair[0]) - error(pair[1])).abs()).collect()
    }

    #[test]
    fn the_order_of_a_pure_power_is_found_on_equal_and_unequal_ladders() {
        for order in [0.5, 1.0, 2.0, 4.0, 7.3] {
            for h in [[0.4, 0.2, 0.1], [0.5, 0.2, 0.1], [1e-3, 1e-5, 1e-7], [0.03, 0.029, 0.01]] {
                let d = differences(&h, |h: f64| 3.0 * h.powf(order));
                let found = local_order(h, [d[0], d[1]]).unwrap();
                assert!((found - order).abs() <= 1e-7 * order, "{h:?}: {found} for {order}");
            }
        }
    }

    #[test]
    fn differences_that_do_not_fall_have_no_order() {
        assert_eq!(local_order([0.4, 0.2, 0.1], [1.0, 1.0]), None);
        assert_eq!(local_order([0.4, 0.2, 0.1], [1.0, 2.0]), None);
        assert_eq!(local_order([0.4, 0.2, 0.1], [1.0, 0.0]), None);
        assert_eq!(local_order([0.4, 0.2, 0.1], [0.0, 0.0]), None);
    }

    #[test]
    fn each_law_fits_its_own_differences_and_not_the_other_ones() {
        let points = [16.0, 24.0, 32.0, 40.0, 56.0];
        for (rate, noise) in [(0.2, 0.0), (0.5, 0.0), (0.2, 0.05), (0.5, 0.05)] {
            let shaken = |d: Vec<f64>| -> Vec<f64> {
                d.iter().enumerate().map(|(i, d)| d * (1.0 + noise * [1.0, -1.0, 0.5, -0.7][i])).collect()
            };
            let d = shaken(differences(&points, |n| 2.0 * (-rate * n).exp()));
            let (exponential, power) = (fit(Law::Exponential, &points, &d), fit(Law::Power, &points, &d));
            assert!((exponential.rate - rate).abs() <= 1e-6 + 0.2 * noise, "{exponential:?}");
            assert!(exponential.residual <= 1e-6 + 1.5 * noise && power.residual > 0.2, "{exponential:?} {power:?}");
            let order = 10.0 * rate;
            let d = shaken(differences(&points, |n| 5.0 * n.powf(-order)));
            let (exponential, power) = (fit(Law::Exponential, &points, &d), fit(Law::Power, &points, &d));
            assert!((power.rate - order).abs() <= 1e-6 + 5.0 * noise, "{power:?}");
            assert!(power.residual < exponential.residual, "{exponential:?} {power:?}");
        }
    }

    #[test]
    fn what_is_left_at_the_finest_rung_follows_from_the_last_difference() {
        let exponential = |n: f64| 3.0 * (-0.3 * n).exp();
        let left = Law::Exponential.remainder(0.3, [20.0, 30.0], 45.0) * (exponential(20.0) - exponential(30.0));
        assert!((left - exponential(45.0)).abs() <= 1e-12 * left);
        let power = |n: f64| 3.0 * n.powi(-4);
        let left = Law::Power.remainder(4.0, [20.0, 40.0], 40.0) * (power(20.0) - power(40.0));
        assert!((left - power(40.0)).abs() <= 1e-12 * left);
    }
}

//! Extrapolation to the step 0.
//!
//! Where the error is `C h^q` but for higher orders, two values give
//!
//! ```text
//! v* = v_2 + (v_2 - v_1) / (r^q - 1),      r = h_1/h_2 > 1,
//! ```
//!
//! whose error is of higher order. Three rungs give it twice; the difference of the two is an estimate of the error of the
//! earlier, and that of the later is smaller by `r^q - 1` or more: with the factor [`SAFETY`], and no more than the difference
//! itself, this is the error bar. Rounding in the values comes out multiplied by `1 + 2/(r^q - 1)`.
//! Richardson, Phil. Trans. R. Soc. A 226 (1927).

/// Factor on the estimated error.
const SAFETY: f64 = 3.0;

/// An extrapolated value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Extrapolation {
    /// The value.
    pub value: f64,
    /// Its error bar.
    pub error: f64,
}

/// Extrapolates three values at `h_1 > h_2 > h_3` with errors of the order `order`, each known up to `rounding`.
pub fn extrapolate(h: [f64; 3], values: [f64; 3], order: f64, rounding: f64) -> Extrapolation {
    let gain = |i: usize| ((order * (h[i] / h[i + 1]).ln()).exp_m1()).recip();
    let at = |i: usize| values[i + 1] + (values[i + 1] - values[i]) * gain(i);
    let (earlier, later) = (at(0), at(1));
    let estimate = (later - earlier).abs() * (SAFETY * gain(1)).min(1.0);
    Extrapolation { value: later, error: estimate + rounding * (1.0 + 2.0 * gain(1)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pure_power_is_extrapolated_to_rounding() {
        for order in [1.0, 2.0, 4.0] {
            for h in [[0.4, 0.2, 0.1], [0.5, 0.3, 0.1]] {
                let values = h.map(|h: f64| 2.0 + 0.7 * h.powf(order));
                let found = extrapolate(h, values, order, 1e-15);
                assert!((found.value - 2.0).abs() <= 1e-14 && found.error <= 2e-14, "{found:?}");
            }
        }
    }

    #[test]
    fn the_bar_holds_when_the_next_order_is_there() {
        for order in [1.0_f64, 2.0, 4.0] {
            for next in [0.8, -0.8, 0.2] {
                let h = [0.1, 0.05, 0.025];
                let values = h.map(|h: f64| 2.0 + h.powf(order) * (0.7 + next * h));
                let found = extrapolate(h, values, order, 0.0);
                let error = (found.value - 2.0).abs();
                assert!(error <= found.error, "{order} {next}: {error:e} beyond {found:?}");
                assert!(found.error <= 0.3 * (values[2] - 2.0).abs(), "{order} {next}: {found:?} for {values:?}");
            }
        }
    }
}

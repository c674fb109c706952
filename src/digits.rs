//! Numbers printed with the digits that are known.

/// `value` rounded to the decimal of the leading digit of `error`, with the error: `0.0123457 +- 2e-7`.
pub fn with_error(value: f64, error: f64) -> String {
    if !(value.is_finite() && error.is_finite()) {
        return value.to_string();
    }
    if error <= 0.0 {
        return significant(value, 15);
    }
    if value == 0.0 || error >= value.abs() {
        return format!("{value:.0e} +- {error:.0e}");
    }
    let digits = (value.abs().log10().floor() - error.log10().floor()) as i32 + 1;
    format!("{} +- {error:.0e}", significant(value, digits.clamp(1, 16) as usize))
}

/// `value` with this many significant digits, plain between 1e-3 and 1e6.
pub fn significant(value: f64, digits: usize) -> String {
    let magnitude = value.abs();
    if value == 0.0 {
        "0".to_owned()
    } else if (1e-3..1e6).contains(&magnitude) {
        let decimals = digits as i32 - 1 - magnitude.log10().floor() as i32;
        format!("{value:.*}", decimals.max(0) as usize)
    } else {
        format!("{value:.*e}", digits.saturating_sub(1))
    }
}

/// A complex number with the digits that its error allows: `-0.1893 + 0.2070i +- 3e-4`.
pub fn eigenvalue([re, im]: [f64; 2], error: f64) -> String {
    if im == 0.0 {
        return with_error(re, error);
    }
    let digits = |value: f64| ((value.abs().log10().floor() - error.log10().floor()) as i32 + 1).clamp(1, 16) as usize;
    let sign = if im < 0.0 { '-' } else { '+' };
    format!("{} {sign} {}i +- {error:.0e}", significant(re, digits(re)), significant(im.abs(), digits(im)))
}

/// A number that may be missing.
pub fn or_null(value: Option<f64>, digits: usize) -> String {
    value.map_or_else(|| "null".to_owned(), |value| significant(value, digits))
}

/// Digits of a state that a fixed step is trusted with: its error is not estimated.
const DIGITS_OF_A_FIXED_STEP: usize = 4;

/// The stepper keeps each increment right to so many tolerances of itself: the relative error of what has decayed far.
const TOLERANCES_OF_AN_INCREMENT: f64 = 100.0;

/// A distance of the computed state, which was `start` when it began: no more digits than the stepper is trusted with, and
/// the error bar of the distance itself. The tolerance is absolute in units of the start, until by decay the bound on each
/// increment is the larger one.
pub fn evolved_distance(w2: f64, error: f64, tolerance: Option<f64>, start: Option<f64>) -> String {
    let decay = start.map_or(1.0, |start| (start / w2).clamp(1.0, TOLERANCES_OF_AN_INCREMENT));
    let digits = tolerance.map_or(DIGITS_OF_A_FIXED_STEP, |t| (-(t * decay).log10()).round().max(1.0) as usize);
    if error > w2 * 0.1f64.powi(digits as i32) {
        return with_error(w2, error);
    }
    format!("{} (transport +- {error:.0e})", significant(w2, digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_end_where_the_error_begins() {
        assert_eq!(with_error(0.012345678, 2e-7), "0.0123457 +- 2e-7");
        assert_eq!(with_error(3.947841760, 3e-9), "3.947841760 +- 3e-9");
        assert_eq!(with_error(1.23e-12, 4e-14), "1.23e-12 +- 4e-14");
        assert_eq!(with_error(1e-17, 2e-16), "1e-17 +- 2e-16");
        assert_eq!(with_error(0.0, 0.0), "0");
        assert_eq!(with_error(12345.6, 20.0), "12346 +- 2e1");
        assert_eq!(with_error(f64::NAN, 1.0), "NaN");
    }

    #[test]
    fn a_distance_that_has_decayed_has_the_digits_of_its_increments() {
        let text = |w2: f64, start: f64| evolved_distance(w2, 1e-15, Some(1e-6), Some(start));
        assert_eq!(text(0.123_456_789, 0.123), "0.123457 (transport +- 1e-15)");
        assert_eq!(text(0.012_345_678_9, 0.123), "0.012346 (transport +- 1e-15)");
        assert_eq!(text(1.234_567_89e-7, 0.123), "1.235e-7 (transport +- 1e-15)");
    }
}

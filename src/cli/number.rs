//! Numbers as they are typed, and numbers with the digits that are known.

use crate::game::{ExpressionError, Scope, expression};

/// A number, or a constant expression such as `2*pi`.
pub fn constant(text: &str) -> Result<f64, ExpressionError> {
    expression::constant(text, &Scope::default())
}

/// Constant expressions between commas; an error comes with the part that it concerns.
pub fn constants(text: &str) -> Result<Vec<f64>, (&str, ExpressionError)> {
    text.split(',').map(|part| constant(part).map_err(|error| (part, error))).collect()
}

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

/// A number that may be missing.
pub fn or_null(value: Option<f64>, digits: usize) -> String {
    value.map_or_else(|| "null".to_owned(), |value| significant(value, digits))
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
}

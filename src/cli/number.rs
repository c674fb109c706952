//! Numbers as they are typed.

pub use crate::digits::{eigenvalue, or_null, significant, with_error};
use crate::game::{ExpressionError, Scope, expression};

/// A number, or a constant expression such as `2*pi`.
pub fn constant(text: &str) -> Result<f64, ExpressionError> {
    expression::constant(text, &Scope::default())
}

/// Constant expressions between commas; an error comes with the part that it concerns.
pub fn constants(text: &str) -> Result<Vec<f64>, (&str, ExpressionError)> {
    text.split(',').map(|part| constant(part).map_err(|error| (part, error))).collect()
}

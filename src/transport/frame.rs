//! Whether two measures live on the same torus, measured from the same origin.

use super::TransportError;

/// Refuses periods and origins, one of each for every axis, that are not the expected ones.
///
/// # Errors
/// [`TransportError::Period`] or [`TransportError::Origin`] at the first axis on which they differ.
pub(super) fn same_frame(expected: [&[f64]; 2], got: [&[f64]; 2]) -> Result<(), TransportError> {
    for axis in 0..expected[0].len() {
        let [period, origin] = [0, 1].map(|i| (expected[i][axis], got[i][axis]));
        if period.0 != period.1 {
            return Err(TransportError::Period { axis, expected: period.0, got: period.1 });
        }
        if origin.0 != origin.1 {
            return Err(TransportError::Origin { axis, expected: origin.0, got: origin.1 });
        }
    }
    Ok(())
}

//! What the fields of [`super::field`] give along a segment, and how far it may be off.

/// Integrals along a segment.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Along {
    /// `int P dx_2 - S dx_1`.
    pub flux: f64,
    /// Mean of `rho - 1`.
    pub excess: f64,
}

/// How far the numbers of a field may be off.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct FieldError {
    /// Bound of `|P| + |S|` errors, per length.
    pub flux: f64,
    /// Bound of `|B| + |C|` errors, per length.
    pub potential: f64,
}

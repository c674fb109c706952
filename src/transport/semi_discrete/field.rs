//! What the solver needs of a density: two periodic vector fields and their potentials, integrated along segments.
//!
//! Scaled to a torus of area 1 the density is split as
//!
//! ```text
//! rho = 1 + d_1 P + d_2 S,    P periodic, d_1 P = rho - mean of rho over x_1,    S(x_2) periodic, d_2 S = that mean - 1,
//! P = d_1 B,  S = d_2 C       with B, C periodic.
//! ```
//!
//! Then masses and costs of cells are integrals over their facets alone (divergence theorem, twice):
//!
//! ```text
//! rho(C_a)  = |C_a| + sum over facets int (P dx_2 - S dx_1),
//! int phi (rho - 1) = - 2 sum over facets 1/|u| int (u_1^2 B + u_2^2 C) ds,   phi(x) = min_a |x - y_a|^2 - w_a,
//! ```
//!
//! the second because `grad phi` jumps by `-2 u` across a facet. So no polygon is ever clipped. Barycentres follow from
//!
//! ```text
//! int_C x_1 (rho - 1) = sum over facets int x_1 (P dx_2 - S dx_1) - B dx_2,    int_C x_2 (rho - 1) = ... + C dx_1.
//! ```

use super::along::{Along, FieldError};
use super::band_limited::BandLimited;
use super::piecewise_constant::PiecewiseConstant;
use crate::torus::{Density, Grid};
use crate::transport::{Histogram, TransportError};

/// A density as the solver sees it.
#[derive(Debug, Clone)]
pub(super) enum Field {
    /// Constant density.
    Uniform,
    /// Constant on the cells of its grid.
    PiecewiseConstant(PiecewiseConstant),
    /// The trigonometric interpolant.
    BandLimited(BandLimited),
}

impl Field {
    /// The trigonometric interpolant of a density of dimension 2.
    ///
    /// # Errors
    /// As [`BandLimited::new`].
    pub fn band_limited(density: &Density) -> Result<Field, TransportError> {
        if is_constant(density.values()) {
            return Ok(Field::Uniform);
        }
        Ok(Field::BandLimited(BandLimited::new(density, lengths(density.grid()))?))
    }

    /// Constant on the cells of a histogram of dimension 2.
    pub fn piecewise_constant(histogram: &Histogram) -> Field {
        if is_constant(histogram.masses()) {
            return Field::Uniform;
        }
        Field::PiecewiseConstant(PiecewiseConstant::new(histogram, lengths(histogram.grid())))
    }

    /// Integrals along the segment from `p` to `q`.
    pub fn along(&self, p: [f64; 2], q: [f64; 2]) -> Along {
        match self {
            Field::Uniform => Along::default(),
            Field::PiecewiseConstant(field) => field.along(p, q),
            Field::BandLimited(field) => field.along(p, q),
        }
    }

    /// `int t (P dx_2 - S dx_1)` along the segment, `t` running from 0 at `p` to 1 at `q`.
    pub fn flux_moment(&self, p: [f64; 2], q: [f64; 2]) -> f64 {
        match self {
            Field::Uniform => 0.0,
            Field::PiecewiseConstant(field) => field.flux_moment(p, q),
            Field::BandLimited(field) => field.flux_moment(p, q),
        }
    }

    /// `(int B ds, int C ds)` along the segment.
    pub fn potentials(&self, p: [f64; 2], q: [f64; 2]) -> [f64; 2] {
        match self {
            Field::Uniform => [0.0; 2],
            Field::PiecewiseConstant(field) => field.potentials(p, q),
            Field::BandLimited(field) => field.potentials(p, q),
        }
    }

    /// Bounds of the errors of interpolation and quadrature.
    pub fn error(&self) -> FieldError {
        match self {
            Field::Uniform | Field::PiecewiseConstant(_) => FieldError::default(),
            Field::BandLimited(field) => field.error(),
        }
    }
}

/// Whether nothing but rounding varies.
fn is_constant(values: &[f64]) -> bool {
    let (least, largest) = values.iter().fold((f64::INFINITY, 0.0_f64), |(l, m), v| (l.min(*v), m.max(*v)));
    largest - least <= 2.0 * f64::EPSILON * largest
}

fn lengths(grid: &Grid) -> [f64; 2] {
    super::sites::lengths(&grid.periods())
}

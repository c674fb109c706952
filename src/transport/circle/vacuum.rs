//! The floor under two densities where they are lost in rounding.
//!
//! A band-limited density is known to a few units of rounding of its maximum. Where it should be smaller than that, its
//! values are noise of either sign, the cumulative function need not increase and the displacement means nothing. Both
//! densities are therefore raised by the same constant
//!
//! ```text
//! rho = max(0, least - min(f, g)),    least = ROUNDING_UNITS * eps * max(f, g),
//! ```
//!
//! which is 0 for densities above the noise. The raised problem is well posed, and its cost bounds the true one:
//!
//! ```text
//! C_rho <= C <= C_rho + rho / 4.
//! ```
//!
//! Left: an optimal plan for `(f, g)` and the identity plan for `rho`. Right: let `phi, psi` be Kantorovich potentials
//! of `(f, g)`. They serve the raised problem, so `C_rho >= C + rho int (phi + psi)`, and
//! `phi(x) + psi(x) = min_z d(x, z)^2 + phi(x) - phi(z) >= min_z d^2 - d >= -1/4`, for `|phi'| <= 2 sup d = 1`.
//! For near pairs the flux across the vacuum gives a sharper bound, see [`super::error_bar`].

use super::antiderivative::Antiderivative;

/// Units of rounding of the maximum taken for noise: twenty times what a transform of 10^3 nodes leaves.
const ROUNDING_UNITS: f64 = 8.0;

/// Between the rows of a four times finer grid the highest mode dips `1/cos(pi/8) = 1.08` times deeper.
const BETWEEN_ROWS: f64 = 1.25;

/// The floor and the noise of two densities.
#[derive(Debug, Clone, Copy)]
pub(super) struct Vacuum {
    /// `rho`.
    pub(super) floor: f64,
    /// `least`: below this a density is noise.
    pub(super) least: f64,
    /// Larger of the two maxima.
    pub(super) largest: f64,
}

impl Vacuum {
    /// Measures target and target + difference at the rows of the finer table.
    pub(super) fn measure(target: &Antiderivative, difference: &Antiderivative) -> Vacuum {
        let (mut smallest, mut largest) = (f64::INFINITY, 0.0_f64);
        let mut see = |u: f64| {
            smallest = smallest.min(u);
            largest = largest.max(u);
        };
        let rows = difference.rows();
        if target.rows() == rows {
            for (u, delta) in target.derivative_at_rows().zip(difference.derivative_at_rows()) {
                see(1.0 + u);
                see(1.0 + u + delta);
            }
        } else {
            for (j, delta) in difference.derivative_at_rows().enumerate() {
                let (_, u) = target.at(j as f64 / rows as f64);
                see(1.0 + u);
                see(1.0 + u + delta);
            }
        }
        let least = ROUNDING_UNITS * f64::EPSILON * largest;
        let dip = BETWEEN_ROWS * (-smallest).max(0.0);
        Vacuum { floor: (least - smallest.max(0.0) + dip).max(0.0), least, largest }
    }
}

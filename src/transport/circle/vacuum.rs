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
use super::coupling::Pair;

/// Units of rounding of the maximum taken for noise: twenty times what a transform of 10^3 nodes leaves.
const ROUNDING_UNITS: f64 = 8.0;

/// Between the rows of a four times finer grid the highest mode dips `1/cos(pi/8) = 1.08` times deeper.
const BETWEEN_ROWS: f64 = 1.25;

/// `least`, the floor `rho` and the maximum of one density, given as its deviation from 1.
pub(super) fn least_and_floor(density: &Antiderivative) -> (f64, f64, f64) {
    let ends = |(low, high): (f64, f64), u: f64| (low.min(1.0 + u), high.max(1.0 + u));
    let (smallest, largest) = density.derivative_at_rows().fold((f64::INFINITY, 0.0), ends);
    let (least, floor) = raised(smallest, largest);
    (least, floor, largest)
}

/// `least` and `rho` of densities between these values at the rows.
fn raised(smallest: f64, largest: f64) -> (f64, f64) {
    let least = ROUNDING_UNITS * f64::EPSILON * largest;
    let dip = BETWEEN_ROWS * (-smallest).max(0.0);
    (least, (least - smallest.max(0.0) + dip).max(0.0))
}

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
    /// No floor at all.
    pub(super) const NONE: Vacuum = Vacuum { floor: 0.0, least: 0.0, largest: 0.0 };

    /// The two densities with this floor under them.
    pub(super) fn pair<'a>(
        &self,
        target: &'a Antiderivative,
        difference: &'a Antiderivative,
        short_stretches: bool,
    ) -> Pair<'a> {
        let Vacuum { floor, least, largest } = *self;
        Pair { target, difference, floor, least, largest: BETWEEN_ROWS * largest + floor, short_stretches }
    }

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
        let (least, floor) = raised(smallest, largest);
        Vacuum { floor, least, largest }
    }
}

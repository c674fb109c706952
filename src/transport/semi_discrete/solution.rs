//! From sites to a certified solution: the stages of the solver, its start, and what is read off the end.

use super::certificate::{Certificate, certify};
use super::field::Field;
use super::newton::{Newton, State, Work};
use super::sites::{RESOLUTION, Sites};
use super::triangulation::Triangulation;
use super::METHOD;
use crate::torus::Axis;
use crate::transport::{Distance, TransportError};

/// A gap of this share of `W2^2` ends Newton's method.
const WANTED_GAP: f64 = 1e-10;
/// A gap of this share is still an answer when rounding stops the iteration; the error bar says so.
const ALLOWED_GAP: f64 = 1e-8;
/// Mismatch of the cells from which on the gap is looked at.
const NEARLY_DONE: f64 = 1e-4;
/// Shares of the weights of the last cloud that are tried as a start.
const WARM_SHARES: [f64; 3] = [1.0, 0.5, 0.25];
/// A warm start must leave every cell this share of its mass.
const WARM_MASS: f64 = 0.02;

/// Weights of certified quality for one cloud.
#[derive(Debug, Clone)]
pub(super) struct Solution {
    sites: Sites,
    state: State,
    certificate: Certificate,
    pub work: Work,
}

/// The map from the density to the atoms: `x` goes to the atom `a` of least `d(x, y_a)^2 - w_a`.
#[derive(Debug, Clone, PartialEq)]
pub struct Cells {
    /// `w_a` of each atom of the cloud, in squared length, mean 0. Coincident atoms share a cell and its weight.
    pub weights: Vec<f64>,
    /// Mass of the density in the cell of each atom; coincident atoms share it in proportion to their weights.
    pub masses: Vec<f64>,
    /// Barycentre of the density in the cell, two coordinates for each atom, in `[origin, origin + period)`.
    pub barycentres: Vec<f64>,
}

impl Solution {
    /// Newton's method in stages.
    ///
    /// # Errors
    /// [`TransportError::NotConverged`].
    pub fn find(sites: Sites, field: &Field, last: Option<Solution>) -> Result<Solution, TransportError> {
        let triangulation = Triangulation::delaunay(&sites.positions, sites.lengths);
        let mut newton = Newton { sites: &sites, field, uniform_part: 0.0, work: Work::default() };
        let mut state = start(&mut newton, triangulation, last);
        thin_out(&mut newton, &mut state)?;
        let mut best: Option<Certificate> = None;
        newton.iterate(&mut state, |newton, state, direction| {
            if newton.mismatch(state) > NEARLY_DONE {
                return false;
            }
            let found = certify(state, newton.sites, field, direction);
            best = Some(found);
            found.gap <= WANTED_GAP * found.dual
        });
        let certificate = match best {
            Some(certificate) => certificate,
            None => {
                let direction = newton.direction(&state, 1e-6);
                certify(&state, &sites, field, &direction)
            }
        };
        let work = newton.work;
        // Written so that a NaN is refused.
        if !(certificate.gap <= ALLOWED_GAP * certificate.dual) {
            return Err(TransportError::NotConverged {
                method: METHOD,
                stage: "Newton for the weights",
                steps: work.steps,
                residual: certificate.gap / certificate.dual,
                tolerance: ALLOWED_GAP,
            });
        }
        Ok(Solution { sites, state, certificate, work })
    }

    /// The distance on a torus whose area is the square of `length`.
    pub fn distance(&self, length: f64) -> Distance {
        let Certificate { dual, gap, uncertainty } = self.certificate;
        let value = (dual + gap).max(0.0).sqrt();
        let moved = RESOLUTION / 2.0 * self.sites.lengths[0].hypot(self.sites.lengths[1]);
        let error = ((gap + uncertainty) / value).min(value) + moved;
        Distance {
            value: value * length,
            error: error * length,
            method: METHOD,
            gap: Some(gap * length * length),
        }
    }

    /// Masses, barycentres and weights of the atoms' cells.
    pub fn cells(&self, field: &Field, axes: &[Axis]) -> Cells {
        let _ = (field, axes);
        todo!()
    }
}

/// The state Newton's method starts from: the weights of the last cloud where they leave every cell some mass, else 0.
fn start(newton: &mut Newton, triangulation: Triangulation, _last: Option<Solution>) -> State {
    let cold = vec![0.0; newton.sites.len()];
    newton.state(cold, triangulation).expect("without weights no site is hidden")
}

/// Lowers the uniform part of the density from 1 to 0 when the first cells have too little mass without it.
fn thin_out(newton: &mut Newton, state: &mut State) -> Result<(), TransportError> {
    newton.thin_out(state).map_err(|reached| TransportError::Continuation {
        method: METHOD,
        stage: "damped Newton",
        steps: newton.work.steps,
        reached: 1.0 - reached,
        contrast: f64::NAN,
        tolerance: ALLOWED_GAP,
    })
}

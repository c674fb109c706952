//! From sites to a certified solution: the stages of the solver, its start, and what is read off the end.

use super::METHOD;
use super::cells::Cells;
use super::certificate::{Certificate, certify};
use super::double_double::DoubleDouble;
use super::field::Field;
use super::multiscale;
use super::newton::{Newton, SemiDiscreteEffort, State};
use super::sites::Sites;
use super::triangulation::Triangulation;
use crate::torus::Axis;
use crate::transport::{Distance, TransportError};

/// A gap of this share of `W2^2` ends Newton's method.
const WANTED_GAP: f64 = 1e-10;
/// A gap of this share is still an answer when rounding stops the iteration; the error bar says so.
const ALLOWED_GAP: f64 = 1e-8;
/// Mismatch of the cells from which on the gap is looked at.
const NEARLY_DONE: f64 = 1e-6;
/// Residual of the last linear system.
const LAST_TOLERANCE: f64 = 1e-9;
/// With weights 0 a cell whose area is this share of its target's says that there are crowds.
const CROWDED: f64 = 1e-3;
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
    /// Work it took.
    pub effort: SemiDiscreteEffort,
}

impl Solution {
    /// Newton's method in stages.
    ///
    /// # Errors
    /// [`TransportError::NotConverged`].
    pub fn find(sites: Sites, field: &Field, last: Option<Solution>) -> Result<Solution, TransportError> {
        let triangulation = Triangulation::delaunay(&sites.positions, sites.lengths);
        let mut newton = Newton { sites: &sites, field, uniform_part: 0.0, effort: SemiDiscreteEffort::default() };
        let mut state = start(&mut newton, triangulation.clone(), last)?;
        let mut certificate = finish(&mut newton, &mut state);
        if !is_good(&certificate)
            && !matches!(field, Field::Uniform)
            && let Some(other) = start_at_uniform(&mut newton, triangulation)
        {
            state = other;
            certificate = finish(&mut newton, &mut state);
        }
        let effort = newton.effort;
        if !is_good(&certificate) {
            return Err(TransportError::NotConverged {
                method: METHOD,
                stage: "Newton for the weights",
                steps: effort.newton_steps,
                residual: certificate.gap / certificate.dual,
                tolerance: ALLOWED_GAP,
            });
        }
        Ok(Solution { sites, state, certificate, effort })
    }

    /// The distance on a torus whose area is the square of `length`.
    pub fn distance(&self, length: f64) -> Distance {
        let Certificate { dual, gap, uncertainty } = self.certificate;
        let value = (dual + gap).max(0.0).sqrt();
        let moved = self.sites.resolution / 2.0 * self.sites.lengths[0].hypot(self.sites.lengths[1]);
        let error = ((gap + uncertainty) / value).min(value) + moved;
        Distance { value: value * length, error: error * length, method: METHOD, gap: Some(gap * length * length) }
    }

    /// The map to the atoms of the cloud, which has these positions.
    pub fn cells(&self, field: &Field, axes: &[Axis], positions: &[f64]) -> Cells {
        Cells::read(&self.state, &self.sites, field, axes, positions)
    }
}

/// Newton's method for the true density, from a state in which no cell is empty.
fn finish(newton: &mut Newton, state: &mut State) -> Certificate {
    let mut best: Option<Certificate> = None;
    let done = newton.iterate(state, |newton, state, direction| {
        if newton.mismatch(state) > NEARLY_DONE {
            return false;
        }
        let found = certify(state, newton.sites, newton.field, direction);
        best = Some(found);
        found.gap <= WANTED_GAP * found.dual
    });
    match best {
        Some(certificate) if done => certificate,
        _ => {
            // Rounding is the limit: what is left is sent over the facets, the shortest way, and not along the curve.
            let direction = newton.direction(state, LAST_TOLERANCE);
            certify(state, newton.sites, newton.field, &direction)
        }
    }
}

/// Whether the gap is an answer.
fn is_good(certificate: &Certificate) -> bool {
    certificate.gap <= ALLOWED_GAP * certificate.dual
}

/// A second start, for clouds in whose way from weights 0 there is vacuum: cells that meet where the density is 0 exchange
/// nothing along any direction. All have mass of a uniform density, which is lowered in stages.
fn start_at_uniform(newton: &mut Newton, triangulation: Triangulation) -> Option<State> {
    newton.uniform_part = 1.0;
    let mut state = newton.state(vec![DoubleDouble::default(); newton.sites.len()], triangulation)?;
    newton.lower_uniform_part(&mut state).ok()?;
    Some(state)
}

/// The state Newton's method starts from, for the true density: that of the weights of the last cloud, or a share of them,
/// where they leave every cell some mass; else of weights 0, or for crowds of the weights of a [`multiscale`] start.
fn start(newton: &mut Newton, triangulation: Triangulation, last: Option<Solution>) -> Result<State, TransportError> {
    let warm = last.and_then(|last| newton.sites.carry_over(&last.sites, &last.state.weights));
    for share in warm.iter().flat_map(|_| WARM_SHARES) {
        let weights = warm.iter().flatten().map(|w| w.scaled(share)).collect();
        if let Some(state) = newton.state(weights, triangulation.clone())
            && newton.least_share(&state) >= WARM_MASS
        {
            return Ok(state);
        }
    }
    newton.uniform_part = 1.0;
    let cold = vec![DoubleDouble::default(); newton.sites.len()];
    let mut state = newton.state(cold, triangulation).expect("without weights no site is hidden");
    let crowded = newton.least_share(&state) < CROWDED;
    newton.uniform_part = 0.0;
    if crowded
        && let Some(state) = multiscale::start(newton.sites, &state.triangulation, newton.field, &mut newton.effort)
    {
        return Ok(state);
    }
    newton.measure(&mut state);
    newton.thin_out(&mut state).map_err(|reached| TransportError::NotConverged {
        method: METHOD,
        stage: "lowering the uniform part of the density",
        steps: newton.effort.newton_steps,
        residual: reached,
        tolerance: 0.0,
    })?;
    Ok(state)
}

//! The Wasserstein-2 distance between two densities on the plane, each in the same box and almost empty at its ends.
//!
//! ```text
//! W2^2(mu, nu) = max over phi of 4 ( int min_m (|m - x|^2/2 - phi(m)) dmu(x) + int min_m (|m - y|^2/2 + phi(m)) dnu(y) ),
//! x = m - grad phi(m),   y = m + grad phi(m),   nu(y) det(I + D^2 phi) = mu(x) det(I - D^2 phi)        at the maximum.
//! ```
//!
//! These are the optimal pairs of `monge_ampere`, over their midpoints, and the functional is the dual problem: the potentials add
//! up to at most `|x - y|^2/4` at `m = (x + y)/2`. It is concave, its slope `int h (q - q') dm` and second derivative weigh every
//! point with the mass that is there, and the empty rest of the box has no say. So nothing has to be put under the densities, as on
//! a torus, where a uniform share would have to be carried out of the way of what moves. `phi` is a spline (`spline.rs`); a thin
//! plate of tiny stiffness continues it where there is no mass (`newton.rs`), the matrices are factorised (`stiffness.rs`), and
//! `certificate.rs` bounds the error.
//!
//! Affine maps are exact, smooth ones converge with the eighth power of the cells' width. Cost: some ten factorisations on every
//! lattice for a first distance, one to three for the next ones, which start from the last potential.

mod affine;
mod atoms;
mod certificate;
mod densities;
mod newton;
mod poincare;
mod spline;
mod stiffness;

pub use atoms::PlaneSemiDiscrete;

use super::monge_ampere::same_torus;
use super::{Distance, Method, Potential, TransportError};
use crate::torus::{Density, Grid};
use certificate::Certificate;
use densities::{Densities, density_at};
use newton::{FIRST_PENALTY, Problem, Stage};
use spline::{DEGREE, Lattice};
use stiffness::Pattern;

const METHOD: Method = Method::Plane;
/// Cells along every axis of the lattices, each twice as fine as the one before.
const CELLS: [usize; 3] = [24, 48, 96];
/// Nodes in a cell along every axis, where the potential is sought and where it is judged.
const NODES: [usize; 2] = [2, 4];
/// Default tolerance: error bar over distance.
const RELATIVE_TOLERANCE: f64 = 1e-8;
/// An error bar above this share of the distance is no answer, unless no map could have a smaller one.
const WORST: f64 = 0.05;
/// The penalty from which a warm start is tried.
const WARM_PENALTY: f64 = 1e-12;
/// Stages that are judged, and the stride between them: from the lowest penalty upwards.
const LOOKS: usize = 2;
const LOOK_BACK: usize = 3;
/// Rounding of a density, as a share of the largest value.
const ROUNDING: f64 = 4.0 * f64::EPSILON;

/// One lattice with its matrix.
#[derive(Debug)]
struct Rung {
    lattices: [Lattice; 2],
    pattern: Pattern,
}

/// Distances from any source to one target.
#[derive(Debug)]
pub struct PlaneDistance {
    target: Density,
    rungs: Vec<Option<Rung>>,
    poincare: f64,
    relative_tolerance: f64,
    warm: Option<Potential>,
    newton_steps: usize,
}

impl PlaneDistance {
    /// Prepares the target, whose Poincare constant costs a factorisation and some solves.
    ///
    /// # Errors
    /// [`TransportError`] when the dimension is not 2, or no Poincare constant is found.
    pub fn new(target: &Density) -> Result<PlaneDistance, TransportError> {
        let grid = target.grid();
        if grid.dimension() != 2 {
            return Err(TransportError::Dimension { method: METHOD, expected: 2, got: grid.dimension() });
        }
        let mut solver = PlaneDistance {
            target: target.clone(),
            rungs: CELLS.iter().map(|_| None).collect(),
            poincare: f64::NAN,
            relative_tolerance: RELATIVE_TOLERANCE,
            warm: None,
            newton_steps: 0,
        };
        let failed = failure("the Poincare constant of the target", 0, f64::NAN);
        let rung = solver.rung(1).ok_or_else(|| failed.clone())?;
        let values = density_at(target, &rung.lattices[0]);
        solver.poincare = poincare::constant(&rung.lattices[0], &rung.pattern, &values).ok_or(failed)?;
        Ok(solver)
    }

    /// The same with another tolerance for the error bar, relative to the distance (default 1e-8).
    ///
    /// # Panics
    /// When the tolerance is not between 0 and 1.
    #[track_caller]
    pub fn with_relative_tolerance(mut self, tolerance: f64) -> PlaneDistance {
        assert!(tolerance > 0.0 && tolerance < 1.0, "a relative tolerance lies between 0 and 1, got {tolerance}");
        self.relative_tolerance = tolerance;
        self
    }

    /// Coefficients of the last potential, `cells + 7` along every axis.
    pub fn warm_start(&self) -> Option<&Potential> {
        self.warm.as_ref()
    }

    /// Starts the next distance from these coefficients, or from nothing. The same start gives the same bits.
    ///
    /// # Errors
    /// [`TransportError`] when they belong to another box or to no lattice.
    pub fn set_warm_start(&mut self, potential: Option<Potential>) -> Result<(), TransportError> {
        if let Some(potential) = &potential {
            same_torus(METHOD, self.target.grid(), &potential.grid)?;
            if Self::rung_of(potential).is_none() {
                let expected = CELLS.map(|cells| (cells + DEGREE).pow(2))[0];
                return Err(TransportError::Length { expected, got: potential.values.len() });
            }
            potential.check_values()?;
        }
        self.warm = potential;
        Ok(())
    }

    /// Newton steps of the last distance.
    pub fn newton_steps(&self) -> usize {
        self.newton_steps
    }

    /// `W2(source, target)` with its error bar.
    ///
    /// # Errors
    /// [`TransportError`]: another box; no convergence; an error bar too large to be an answer. The warm start is then left as it
    /// was.
    pub fn distance(&mut self, source: &Density) -> Result<Distance, TransportError> {
        self.newton_steps = 0;
        same_torus(METHOD, self.target.grid(), source.grid())?;
        if source == &self.target {
            return Ok(Distance::ZERO);
        }
        let densities = Densities::new(source, &self.target);
        let mut best: Option<(Certificate, Potential)> = None;
        if let Some((index, warm)) = self.warm.clone().and_then(|warm| Some((Self::rung_of(&warm)?, warm))) {
            let stage = Stage { coefficients: warm.values, penalty: WARM_PENALTY };
            let (_, found) = self.on_rung(source, &densities, index, Some(stage));
            keep_better(&mut best, found);
        }
        let mut stage = None;
        for index in 0..CELLS.len() {
            if best.as_ref().is_some_and(|(c, _)| c.is_enough(self.relative_tolerance)) {
                break;
            }
            let (reached, found) = self.on_rung(source, &densities, index, stage.take());
            keep_better(&mut best, found);
            stage = reached.and_then(|reached| self.refined(index, reached));
        }
        let Some((certificate, potential)) = best else {
            return Err(failure("Newton's method for the potential", self.newton_steps, f64::NAN));
        };
        let Certificate { value, error, .. } = certificate;
        if error > WORST * value && error > self.least_bar() {
            return Err(failure("refinement of the lattice", self.newton_steps, error / value));
        }
        self.warm = Some(potential);
        Ok(Distance { value, error, method: METHOD, gap: None })
    }
}

impl PlaneDistance {
    /// Follows the path on one lattice: the last stage that was solved, and the potential with the smallest error bar.
    fn on_rung(
        &mut self,
        source: &Density,
        densities: &Densities,
        index: usize,
        from: Option<Stage>,
    ) -> (Option<Stage>, Option<(Certificate, Potential)>) {
        let (target, poincare, tolerance) = (self.target.clone(), self.poincare, self.relative_tolerance);
        let mut steps = 0;
        let Some(rung) = self.rung(index) else { return (None, None) };
        let [lattice, fine] = &rung.lattices;
        let problem = Problem {
            lattice,
            pattern: &rung.pattern,
            densities,
            nodes: densities.at_nodes(lattice),
            start: affine::start(lattice, source, &target),
        };
        let cold = || Stage { coefficients: problem.start.clone(), penalty: FIRST_PENALTY };
        let given = from.is_some();
        let mut stages = problem.follow(from.unwrap_or_else(cold), &mut steps);
        if stages.is_empty() && given {
            stages = problem.follow(cold(), &mut steps);
        }
        let mut best = None;
        if !stages.is_empty() {
            let grid = coefficient_grid(&target, lattice);
            let nodes = densities.at_nodes(fine);
            let judged = [(lattice, &problem.nodes), (fine, &nodes)];
            // The last stages may follow the rounding of the tails.
            for stage in stages.iter().rev().step_by(LOOK_BACK).take(LOOKS) {
                let certificate = Certificate::of(densities, judged, &stage.coefficients, poincare);
                let met = certificate.is_enough(tolerance);
                let potential = Potential { grid: grid.clone(), values: stage.coefficients.clone() };
                keep_better(&mut best, Some((certificate, potential)));
                if met {
                    break;
                }
            }
        }
        self.newton_steps += steps;
        (stages.pop(), best)
    }

    /// A stage of one lattice on the next one.
    fn refined(&self, index: usize, stage: Stage) -> Option<Stage> {
        let rung = self.rungs[index].as_ref()?;
        Some(Stage { coefficients: rung.lattices[0].refined(&stage.coefficients), ..stage })
    }

    fn rung(&mut self, index: usize) -> Option<&Rung> {
        if self.rungs[index].is_none() {
            let lattices = NODES.map(|nodes| Lattice::new(self.target.grid(), CELLS[index], nodes));
            let pattern = Pattern::new(&lattices[0])?;
            self.rungs[index] = Some(Rung { lattices, pattern });
        }
        self.rungs[index].as_ref()
    }

    /// Number of the lattice to which coefficients belong.
    fn rung_of(potential: &Potential) -> Option<usize> {
        CELLS.iter().position(|cells| {
            let points = cells + DEGREE;
            potential.grid.shape() == [points, points] && potential.values.len() == points * points
        })
    }

    /// The distance that rounding of the densities leaves open: so much mass at every place might come from anywhere.
    fn least_bar(&self) -> f64 {
        let grid = self.target.grid();
        let largest = self.target.values().iter().fold(0.0, |m: f64, u| m.max(*u));
        let diagonal = grid.axis(0).period.hypot(grid.axis(1).period);
        (ROUNDING * largest * grid.volume()).sqrt() * diagonal
    }
}

/// The grid by whose shape coefficients are known, in the box of the target.
fn coefficient_grid(target: &Density, lattice: &Lattice) -> Grid {
    let points = [0, 1].map(|i| lattice.axes[i].len());
    target.grid().with_points(&points).expect("at most some ten thousand splines")
}

fn keep_better(best: &mut Option<(Certificate, Potential)>, found: Option<(Certificate, Potential)>) {
    if let Some((certificate, potential)) = found
        && certificate.error.is_finite()
        && best.as_ref().is_none_or(|(c, _)| certificate.error < c.error)
    {
        *best = Some((certificate, potential));
    }
}

fn failure(stage: &'static str, steps: usize, residual: f64) -> TransportError {
    TransportError::NotConverged { method: METHOD, stage, steps, residual, tolerance: WORST }
}

#[cfg(test)]
mod tests;

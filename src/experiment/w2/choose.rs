//! Which solver serves which pair of measures.
//!
//! | dimension | densities | density and points | points and points |
//! |---|---|---|---|
//! | 1 | circle, continuous | circle, cell by cell | circle, sorted points |
//! | 2 | periodic Monge-Ampere | semi-discrete | network simplex |

use super::W2Error;
use crate::output::PlanRecord;
use crate::transport::{CircleDistance, Distance, Measure, MongeAmpere, TransportError};

/// What is wanted of a solver.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wish {
    /// Relative error bar, where the solver can choose it.
    pub tolerance: Option<f64>,
    /// Whether the plan is wanted as well.
    pub plan: bool,
}

/// A distance, and the plan if it was wanted.
#[derive(Debug)]
pub(super) struct Solution {
    pub distance: Distance,
    pub plan: Option<PlanRecord>,
}

/// The distance between two measures on one torus.
pub(super) fn solve(source: &Measure, target: &Measure, wish: Wish) -> Result<Solution, W2Error> {
    match source.dimension() {
        1 => circle(source, target, wish),
        _ => torus(source, target, wish),
    }
}

fn circle(source: &Measure, target: &Measure, wish: Wish) -> Result<Solution, W2Error> {
    match (source, target) {
        (Measure::Density(source), Measure::Density(target)) => {
            let distance = CircleDistance::new(target).and_then(|mut solver| solver.distance(source));
            answer(distance, wish)
        }
        _ => Err(unserved()),
    }
}

fn torus(source: &Measure, target: &Measure, wish: Wish) -> Result<Solution, W2Error> {
    match (source, target) {
        (Measure::Density(source), Measure::Density(target)) => {
            let solver = MongeAmpere::new(target).map_err(failure)?;
            let mut solver = match wish.tolerance {
                Some(tolerance) => solver.with_relative_tolerance(tolerance),
                None => solver,
            };
            answer(solver.distance(source), wish)
        }
        _ => Err(unserved()),
    }
}

fn answer(distance: Result<Distance, TransportError>, wish: Wish) -> Result<Solution, W2Error> {
    let distance = distance.map_err(failure)?;
    if wish.plan {
        return Err(W2Error::input("--plan", format!("there is no plan from the solver \"{}\"", distance.method)));
    }
    Ok(Solution { distance, plan: None })
}

fn unserved() -> W2Error {
    W2Error::input("w2", "there is no solver for this pair of measures")
}

/// A failure of a solver with what can be done about it.
fn failure(source: TransportError) -> W2Error {
    let advice = match &source {
        TransportError::NotConverged { .. } | TransportError::NotConvex { .. } => {
            "; a finer grid or a larger --tolerance may help"
        }
        TransportError::Unresolved { .. } => "; --reading constant or nodes reads the values otherwise",
        _ => "",
    };
    W2Error::Solver { source, advice }
}

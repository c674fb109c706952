//! The distance of a cloud from a density, by the solver of its space.

use crate::torus::Density;
use crate::transport::{
    CircleSemiDiscrete, Cloud, Distance, LineSemiDiscrete, PlaneSemiDiscrete, SemiDiscrete, TransportError,
};

/// Distances between clouds and one density. The answer for a cloud does not depend on the clouds before it.
#[derive(Debug, Clone)]
pub enum CloudDistance {
    /// Circle: cell by cell.
    Circle(Box<CircleSemiDiscrete>),
    /// Torus of dimension 2: the weights of the power diagram.
    Torus(Box<SemiDiscrete>),
    /// Line: quantile by quantile.
    Line(Box<LineSemiDiscrete>),
    /// Plane: the power diagram of a torus on which nothing wraps.
    Plane(Box<PlaneSemiDiscrete>),
}

impl CloudDistance {
    /// Prepares distances to a density on a torus.
    ///
    /// # Errors
    /// As [`CircleSemiDiscrete::new`] and [`SemiDiscrete::new`].
    pub fn new(density: &Density) -> Result<CloudDistance, TransportError> {
        match density.grid().dimension() {
            1 => Ok(CloudDistance::Circle(Box::new(CircleSemiDiscrete::new(density)?))),
            _ => Ok(CloudDistance::Torus(Box::new(SemiDiscrete::new(density)?))),
        }
    }

    /// Prepares distances to a density on the line or plane, whose box is the torus of its grid. Error bars hold a density whose
    /// W2 distance from the one in the box is at most `tail`, and what was left out of that one.
    ///
    /// # Errors
    /// As [`LineSemiDiscrete::new`] and [`PlaneSemiDiscrete::new`].
    pub fn on_line(density: &Density, tail: f64) -> Result<CloudDistance, TransportError> {
        let reach = tail + density.reach_of_left_out();
        match density.grid().dimension() {
            1 => Ok(CloudDistance::Line(Box::new(LineSemiDiscrete::new(density)?.with_tail(reach)))),
            _ => Ok(CloudDistance::Plane(Box::new(PlaneSemiDiscrete::new(density)?.with_tail(reach)))),
        }
    }

    /// `W2` between a cloud and the density.
    ///
    /// # Errors
    /// [`TransportError`] when the solver gives no answer.
    ///
    /// # Panics
    /// For a cloud of the other kind of space.
    pub fn of(&self, cloud: &Cloud) -> Result<Distance, TransportError> {
        match self {
            CloudDistance::Circle(solver) => solver.distance(cloud),
            // A copy, for the solver starts from the weights of its last cloud.
            CloudDistance::Torus(solver) => solver.as_ref().clone().distance(cloud),
            CloudDistance::Line(solver) => solver.distance(cloud),
            CloudDistance::Plane(solver) => solver.distance(cloud),
        }
    }
}

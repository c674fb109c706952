//! The distance of a cloud from a density, by the solver of its dimension.

use crate::torus::Density;
use crate::transport::{Cloud, Distance, Measure, SemiDiscrete, TransportError, circle_distance};

/// Distances between clouds and one density. The answer for a cloud does not depend on the clouds before it.
#[derive(Debug, Clone)]
pub enum CloudDistance {
    /// Dimension 1: cell by cell.
    Circle(Box<Measure>),
    /// Dimension 2: the weights of the power diagram.
    Torus(Box<SemiDiscrete>),
}

impl CloudDistance {
    /// Prepares distances to a density.
    ///
    /// # Errors
    /// As [`SemiDiscrete::new`] in dimension 2.
    pub fn new(density: &Density) -> Result<CloudDistance, TransportError> {
        match density.grid().dimension() {
            1 => Ok(CloudDistance::Circle(Box::new(density.clone().into()))),
            _ => Ok(CloudDistance::Torus(Box::new(SemiDiscrete::new(density)?))),
        }
    }

    /// `W2` between a cloud and the density.
    ///
    /// # Errors
    /// [`TransportError`] when the solver gives no answer.
    pub fn of(&self, cloud: &Cloud) -> Result<Distance, TransportError> {
        match self {
            CloudDistance::Circle(density) => circle_distance(&cloud.clone().into(), density),
            // A copy, for the solver starts from the weights of its last cloud.
            CloudDistance::Torus(solver) => solver.as_ref().clone().distance(cloud),
        }
    }
}

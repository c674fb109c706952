//! The distance of a cloud from a density, by the solver of its dimension.

use crate::torus::Density;
use crate::transport::{CircleSemiDiscrete, Cloud, Distance, SemiDiscrete, TransportError};

/// Distances between clouds and one density. The answer for a cloud does not depend on the clouds before it.
#[derive(Debug, Clone)]
pub enum CloudDistance {
    /// Dimension 1: cell by cell.
    Circle(Box<CircleSemiDiscrete>),
    /// Dimension 2: the weights of the power diagram.
    Torus(Box<SemiDiscrete>),
}

impl CloudDistance {
    /// Prepares distances to a density.
    ///
    /// # Errors
    /// As [`CircleSemiDiscrete::new`] and [`SemiDiscrete::new`].
    pub fn new(density: &Density) -> Result<CloudDistance, TransportError> {
        match density.grid().dimension() {
            1 => Ok(CloudDistance::Circle(Box::new(CircleSemiDiscrete::new(density)?))),
            _ => Ok(CloudDistance::Torus(Box::new(SemiDiscrete::new(density)?))),
        }
    }

    /// `W2` between a cloud and the density.
    ///
    /// # Errors
    /// [`TransportError`] when the solver gives no answer.
    pub fn of(&self, cloud: &Cloud) -> Result<Distance, TransportError> {
        match self {
            CloudDistance::Circle(solver) => solver.distance(cloud),
            // A copy, for the solver starts from the weights of its last cloud.
            CloudDistance::Torus(solver) => solver.as_ref().clone().distance(cloud),
        }
    }
}

//! Histograms: masses concentrated at the nodes of a grid.

use super::TransportError;
use super::cloud::normalised;
use crate::torus::Grid;

/// Masses at the nodes of a grid on the torus, relative when given, sum 1 here. Zeros are allowed.
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram {
    grid: Grid,
    masses: Vec<f64>,
    mass_sum: f64,
}

impl Histogram {
    /// Relative `masses` at the nodes of `grid`, row-major.
    ///
    /// # Errors
    /// [`TransportError::Length`], [`TransportError::Weight`] with the position of a mass that is negative or not finite,
    /// [`TransportError::NoMass`] when all are 0.
    pub fn new(grid: &Grid, masses: &[f64]) -> Result<Histogram, TransportError> {
        if masses.len() != grid.len() {
            return Err(TransportError::Length { expected: grid.len(), got: masses.len() });
        }
        let (masses, mass_sum) = normalised(masses)?;
        Ok(Histogram { grid: grid.clone(), masses, mass_sum })
    }

    /// Where the masses stand.
    pub fn grid(&self) -> &Grid {
        &self.grid
    }

    /// Masses, sum 1.
    pub fn masses(&self) -> &[f64] {
        &self.masses
    }

    /// Sum of the masses as they were given.
    pub fn mass_sum(&self) -> f64 {
        self.mass_sum
    }
}

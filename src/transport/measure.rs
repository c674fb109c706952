//! Anything that has a Wasserstein distance: one type for densities, histograms and clouds.

use super::{Cloud, Histogram, Reading, TransportError};
use crate::torus::{Density, Grid};

/// A probability measure on a torus.
#[derive(Debug, Clone, PartialEq)]
pub enum Measure {
    /// A band-limited density.
    Density(Density),
    /// Constant on the cells `[x_i - h/2, x_i + h/2)` around the nodes; the masses are those of the cells.
    Constant(Histogram),
    /// Point masses at the nodes of a grid.
    Nodes(Histogram),
    /// Point masses anywhere.
    Atoms(Cloud),
}

impl Measure {
    /// The relative `values` at the nodes of `grid` in a given reading.
    ///
    /// # Errors
    /// [`TransportError`] when the number of values is wrong, one is negative (in the band-limited reading by more than
    /// rounding) or not finite, or all are 0.
    pub fn on_grid(grid: &Grid, values: &[f64], reading: Reading) -> Result<Measure, TransportError> {
        Ok(match reading {
            Reading::BandLimited => Measure::Density(Density::normalised(grid, values.to_vec())?),
            Reading::Constant => Measure::Constant(Histogram::new(grid, values)?),
            Reading::Nodes => Measure::Nodes(Histogram::new(grid, values)?),
        })
    }

    /// Dimension of the torus.
    pub fn dimension(&self) -> usize {
        match self {
            Measure::Density(density) => density.grid().dimension(),
            Measure::Constant(histogram) | Measure::Nodes(histogram) => histogram.grid().dimension(),
            Measure::Atoms(cloud) => cloud.dimension(),
        }
    }

    /// Periods of the torus, in units of length.
    pub fn periods(&self) -> Vec<f64> {
        match self {
            Measure::Density(density) => density.grid().periods(),
            Measure::Constant(histogram) | Measure::Nodes(histogram) => histogram.grid().periods(),
            Measure::Atoms(cloud) => cloud.periods().to_vec(),
        }
    }

    /// Origins of the axes, in units of length.
    pub fn origins(&self) -> Vec<f64> {
        match self {
            Measure::Density(density) => density.grid().origins(),
            Measure::Constant(histogram) | Measure::Nodes(histogram) => histogram.grid().origins(),
            Measure::Atoms(cloud) => cloud.origins().to_vec(),
        }
    }
}

impl From<Density> for Measure {
    fn from(density: Density) -> Measure {
        Measure::Density(density)
    }
}

impl From<Cloud> for Measure {
    fn from(cloud: Cloud) -> Measure {
        Measure::Atoms(cloud)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_on_a_grid_become_what_the_reading_says() {
        let grid = Grid::new(&[4], &[2.0], &[-1.0]).unwrap();
        for reading in Reading::ALL {
            let measure = Measure::on_grid(&grid, &[1.0, 2.0, 3.0, 4.0], reading).unwrap();
            assert_eq!((measure.dimension(), measure.periods(), measure.origins()), (1, vec![2.0], vec![-1.0]));
            assert!(Measure::on_grid(&grid, &[1.0, -2.0, 3.0, 4.0], reading).is_err());
            assert!(Measure::on_grid(&grid, &[1.0, 2.0, 3.0], reading).is_err());
            assert!(Measure::on_grid(&grid, &[0.0; 4], reading).is_err());
        }
    }
}

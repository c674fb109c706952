//! A probability density on a grid: node values of a band-limited function whose integral is 1.

use super::{Grid, TorusError};

/// Values on a grid, integral 1 with respect to Lebesgue measure (`mean * |X| = 1`).
///
/// Values may be negative by rounding only: a spectral scheme leaves dips of the order 1e-16 of the maximum where
/// the density underflows, and they are kept as they are.
#[derive(Debug, Clone, PartialEq)]
pub struct Density {
    grid: Grid,
    values: Vec<f64>,
}

impl Density {
    /// Dips down to this share of the maximum are rounding.
    pub const ROUNDING: f64 = 1e-12;

    /// Divides non-negative values by their integral.
    ///
    /// # Errors
    /// [`TorusError`] when the number of values is wrong, one is not finite, one is below
    /// `-`[`Density::ROUNDING`]` * max`, or all are 0.
    pub fn normalised(grid: &Grid, mut values: Vec<f64>) -> Result<Density, TorusError> {
        if values.len() != grid.len() {
            return Err(TorusError::Length { expected: grid.len(), got: values.len() });
        }
        if let Some(j) = values.iter().position(|u| !u.is_finite()) {
            return Err(TorusError::NotFinite { index: grid.node(j), value: values[j] });
        }
        let largest = values.iter().fold(0.0_f64, |m, u| m.max(*u));
        if let Some(j) = values.iter().position(|u| *u < -Self::ROUNDING * largest) {
            return Err(TorusError::Negative { index: grid.node(j), value: values[j] });
        }
        if largest == 0.0 {
            return Err(TorusError::NoMass(0.0));
        }
        // Dividing by the largest value first keeps the sum finite for values near the ends of the f64 range.
        values.iter_mut().for_each(|u| *u /= largest);
        let mass = grid.integral(&values);
        if !(mass.is_finite() && mass > 0.0) {
            return Err(TorusError::NoMass(mass * largest));
        }
        values.iter_mut().for_each(|u| *u /= mass);
        Ok(Density { grid: grid.clone(), values })
    }

    /// The uniform density `1/|X|`.
    pub fn uniform(grid: &Grid) -> Density {
        Density { grid: grid.clone(), values: vec![1.0 / grid.volume(); grid.len()] }
    }

    /// The grid.
    pub fn grid(&self) -> &Grid {
        &self.grid
    }

    /// Node values, row-major.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The node values, taken out.
    pub fn into_values(self) -> Vec<f64> {
        self.values
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_become_a_density_or_an_error_that_names_the_node() {
        let grid = Grid::new(&[4], &[2.0], &[0.0]).unwrap();
        let density = Density::normalised(&grid, vec![1e300, 1e300, 2e300, 0.0]).unwrap();
        assert!((grid.integral(density.values()) - 1.0).abs() <= 1e-15);
        assert_eq!(
            Density::normalised(&grid, vec![1.0, f64::INFINITY, 1.0, 1.0]),
            Err(TorusError::NotFinite { index: vec![1], value: f64::INFINITY })
        );
        assert_eq!(
            Density::normalised(&grid, vec![1.0, 1.0, -1e-3, 1.0]),
            Err(TorusError::Negative { index: vec![2], value: -1e-3 })
        );
        assert_eq!(Density::normalised(&grid, vec![0.0; 4]), Err(TorusError::NoMass(0.0)));
        assert_eq!(Density::normalised(&grid, vec![1.0; 3]), Err(TorusError::Length { expected: 4, got: 3 }));
        assert!(Density::normalised(&grid, vec![1.0, 1.0, -1e-14, 1.0]).is_ok());
    }
}

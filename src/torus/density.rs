//! A probability density on a grid: node values of a band-limited function whose integral is 1.

use super::{Grid, TorusError};

/// Values on a grid, integral 1 with respect to Lebesgue measure (`mean * |X| = 1`).
///
/// Values may be negative by rounding only: a spectral scheme leaves dips of the order 1e-16 of the maximum where
/// the density underflows, and they are kept as they are. [`Density::above_zero`] takes deeper dips and tells of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Density {
    grid: Grid,
    values: Vec<f64>,
    left_out: f64,
}

impl Density {
    /// Dips down to this share of the maximum are rounding.
    pub const ROUNDING: f64 = 1e-12;
    /// Dips down to this share of the maximum may be the error of a computed density that is almost 0 there.
    pub const DEEPEST_DIP: f64 = 1e-6;

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
        Ok(Density { grid: grid.clone(), values, left_out: 0.0 })
    }

    /// The same of computed values that dip below 0 by their errors, as those of a player on the line do far out, where his
    /// density is almost 0. With a dip deeper than rounding all that is below 0 counts as 0, and its mass is kept
    /// ([`Density::left_out`]).
    ///
    /// # Errors
    /// As [`Density::normalised`], with `-`[`Density::DEEPEST_DIP`]` * max` as the limit.
    pub fn above_zero(grid: &Grid, mut values: Vec<f64>) -> Result<Density, TorusError> {
        let largest = values.iter().fold(0.0_f64, |m, u| m.max(*u));
        let lowest = values.iter().fold(0.0_f64, |m, u| m.min(*u));
        if lowest >= -Self::ROUNDING * largest || lowest < -Self::DEEPEST_DIP * largest {
            return Self::normalised(grid, values);
        }
        let mut left_out = 0.0;
        for u in values.iter_mut().filter(|u| **u < 0.0) {
            left_out -= *u / largest;
            *u = 0.0;
        }
        let mass: f64 = values.iter().map(|u| u / largest).sum();
        Ok(Density { left_out: left_out / mass, ..Self::normalised(grid, values)? })
    }

    /// Of computed values: on the line or plane what is above 0, on a torus the values as they are.
    ///
    /// # Errors
    /// Those of [`Density::above_zero`] and [`Density::normalised`].
    pub fn computed(grid: &Grid, values: Vec<f64>, on_line: bool) -> Result<Density, TorusError> {
        if on_line { Self::above_zero(grid, values) } else { Self::normalised(grid, values) }
    }

    /// The share of the mass that was below 0 and counts as 0; 0 unless [`Density::above_zero`] found a dip deeper than rounding.
    pub fn left_out(&self) -> f64 {
        self.left_out
    }

    /// How far in W2 on the line or plane a density may be that differs by no more than what was left out: a share `m` of the
    /// mass moved across the box, `sqrt(m)` times its diagonal.
    pub fn reach_of_left_out(&self) -> f64 {
        self.left_out.sqrt() * self.grid.periods().iter().map(|period| period * period).sum::<f64>().sqrt()
    }

    /// The uniform density `1/|X|`.
    pub fn uniform(grid: &Grid) -> Density {
        Density { grid: grid.clone(), values: vec![1.0 / grid.volume(); grid.len()], left_out: 0.0 }
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
    fn what_is_below_zero_counts_as_zero_and_is_told() {
        let grid = Grid::new(&[4], &[2.0], &[0.0]).unwrap();
        let values = |dip: f64| vec![3.0, dip, 1.0, dip];
        let rounding = Density::above_zero(&grid, values(-1e-13)).unwrap();
        assert_eq!(rounding, Density::normalised(&grid, values(-1e-13)).unwrap());
        let deep = Density::above_zero(&grid, values(-1e-7)).unwrap();
        assert_eq!(deep.values(), Density::normalised(&grid, values(0.0)).unwrap().values());
        assert!((deep.left_out() / 5e-8 - 1.0).abs() < 1e-12, "{}", deep.left_out());
        assert!((deep.reach_of_left_out() / (2.0 * 5e-8_f64.sqrt()) - 1.0).abs() < 1e-12);
        let too_deep = Density::above_zero(&grid, values(-4e-6));
        assert_eq!(too_deep, Err(TorusError::Negative { index: vec![1], value: -4e-6 }));
        assert!(Density::above_zero(&grid, values(f64::NAN)).is_err());
    }

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

//! The flat torus that one player lives on, or the box of a player on the line or plane, checked.

use super::GameError;
use super::fault::Fault;
use crate::torus::Grid;

/// The flat torus one player lives on. A player on the line or plane lives on one too: a box that holds all his mass.
#[derive(Debug, Clone, PartialEq)]
pub struct Domain {
    period: Vec<f64>,
    origin: Vec<f64>,
    line: bool,
}

impl Domain {
    /// A torus with one period and one origin per axis.
    ///
    /// # Errors
    /// [`GameError::Invalid`] (with the keys `dim`, `period` or `origin`) unless there are one or two axes, the periods
    /// are positive and all numbers finite.
    pub fn new(period: &[f64], origin: &[f64]) -> Result<Domain, GameError> {
        Ok(Self::checked(period, origin, "")?)
    }

    pub(super) fn checked(period: &[f64], origin: &[f64], prefix: &str) -> Result<Domain, Fault> {
        let dimension = period.len();
        if !(1..=2).contains(&dimension) {
            return Err(Fault::new(format!("{prefix}dim"), format!("must be 1 or 2 in this version, got {dimension}")));
        }
        if origin.len() != dimension {
            return Err(Fault::axis_count(format!("{prefix}origin"), dimension, origin.len()));
        }
        if let Some(bad) = period.iter().find(|p| !(p.is_normal() && **p > 0.0)) {
            return Err(Fault::new(format!("{prefix}period"), format!("must be positive and finite, got {bad:?}")));
        }
        if let Some(bad) = origin.iter().find(|o| !o.is_finite()) {
            return Err(Fault::new(format!("{prefix}origin"), format!("must be finite, got {bad:?}")));
        }
        // Nodes are origin + j period / n: they must remain distinct numbers.
        for (period, origin) in period.iter().zip(origin) {
            if origin.abs() > 1e6 * period {
                let message = format!("is more than a million periods from 0: got {origin:?} with period {period:?}");
                return Err(Fault::new(format!("{prefix}origin"), message));
            }
        }
        Ok(Domain { period: period.to_vec(), origin: origin.to_vec(), line: false })
    }

    /// The line or plane, periodised in the box `[origin, origin + period)`.
    pub(super) fn line(period: &[f64], origin: &[f64], prefix: &str) -> Result<Domain, Fault> {
        Ok(Domain { line: true, ..Self::checked(period, origin, prefix)? })
    }

    /// This box about its middle, its width multiplied by a factor.
    ///
    /// # Errors
    /// As [`Domain::new`].
    pub fn widened(&self, factor: f64) -> Result<Domain, GameError> {
        let period: Vec<f64> = self.period.iter().map(|period| factor * period).collect();
        let ends = self.origin.iter().zip(&self.period);
        let origin: Vec<f64> = ends.map(|(origin, period)| origin - 0.5 * (factor - 1.0) * period).collect();
        Ok(Domain { line: self.line, ..Self::checked(&period, &origin, "")? })
    }

    /// The box that holds this one and another.
    ///
    /// # Errors
    /// As [`Domain::new`].
    ///
    /// # Panics
    /// When they have different numbers of axes.
    #[track_caller]
    pub fn united(&self, other: &Domain) -> Result<Domain, GameError> {
        assert_eq!(self.dimension(), other.dimension(), "boxes of one space");
        let ends = |domain: &Domain, axis: usize| [domain.origin[axis], domain.origin[axis] + domain.period[axis]];
        let (mut period, mut origin) = (Vec::new(), Vec::new());
        for axis in 0..self.dimension() {
            let ([a, b], [c, d]) = (ends(self, axis), ends(other, axis));
            origin.push(a.min(c));
            period.push(b.max(d) - a.min(c));
        }
        Ok(Domain { line: self.line, ..Self::checked(&period, &origin, "")? })
    }

    /// This box at the place of that of a grid.
    ///
    /// # Errors
    /// As [`Domain::new`].
    pub fn like(&self, grid: &Grid) -> Result<Domain, GameError> {
        Ok(Domain { line: self.line, ..Self::checked(&grid.periods(), &grid.origins(), "")? })
    }

    /// Whether this is a box on the line or plane: payoffs need not be periodic, and no mass may reach the seam.
    pub fn is_line(&self) -> bool {
        self.line
    }

    /// Number of axes, 1 or 2.
    pub fn dimension(&self) -> usize {
        self.period.len()
    }

    /// Lengths `L_i`.
    pub fn period(&self) -> &[f64] {
        &self.period
    }

    /// Coordinates of the lower corner of `[origin, origin + period)`.
    pub fn origin(&self) -> &[f64] {
        &self.origin
    }

    /// The grid with these points per axis.
    ///
    /// # Errors
    /// As [`Grid::new`].
    pub fn grid(&self, points: &[usize]) -> Result<Grid, crate::torus::TorusError> {
        Grid::new(points, &self.period, &self.origin)
    }
}

//! The flat torus that one player lives on, or the box of a player on the line, checked.

use super::GameError;
use super::fault::Fault;
use crate::torus::Grid;

/// The flat torus one player lives on. A player on the line lives on one too: a box that holds all his mass.
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

    /// The line, periodised in the box `[origin, origin + period)`.
    pub(super) fn line(period: f64, origin: f64, prefix: &str) -> Result<Domain, Fault> {
        Ok(Domain { line: true, ..Self::checked(&[period], &[origin], prefix)? })
    }

    /// Whether this is a box on the line: payoffs need not be periodic, and no mass may reach the seam.
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

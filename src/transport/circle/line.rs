//! Point masses against a band-limited density on the line.
//!
//! With `F_i` the levels of the sorted points and `G` the cumulative function of the density from the lower end of its box,
//!
//! ```text
//! W2^2 = int_0^1 (F^-1 - G^-1)^2 = sum_i int_{z_i}^{z_{i+1}} (t - x_i)^2 g(t) dt,      G(z_i) = F_i:
//! ```
//!
//! the sweep of [`super::semi_discrete`] with the one shift that starts at the end of the box. Nothing is minimised. The
//! density is known in its box and empty outside; points may lie anywhere.
//!
//! **The tail.** A density that goes on beyond the box is farther away by no more than what that mass has to travel,
//! which the caller knows ([`LineSemiDiscrete::with_tail`]); it is added to the bar.

use super::error_bar::{distance_error, flux_error, line_cost_error};
use super::measures::{WRAPPING, smooth};
use super::pieces::Pieces;
use super::semi_discrete::{SemiDiscrete, Smooth};
use crate::torus::Density;
use crate::transport::frame::same_frame;
use crate::transport::{Cloud, Distance, Method, TransportError};

/// Distances between clouds and one density on the line.
#[derive(Debug, Clone)]
pub struct LineSemiDiscrete {
    period: f64,
    origin: f64,
    smooth: Smooth,
    /// `G` at the lower end of the box.
    start: f64,
    tail: f64,
}

impl LineSemiDiscrete {
    /// Prepares distances to a density in one dimension whose box is the torus of its grid.
    ///
    /// # Errors
    /// [`TransportError::Dimension`] in two dimensions, [`TransportError::TooManyPoints`] above
    /// [`super::CircleDistance::MAXIMUM_POINTS`] nodes.
    pub fn new(density: &Density) -> Result<LineSemiDiscrete, TransportError> {
        let smooth = smooth(density)?;
        let axis = density.grid().axis(0);
        let start = smooth.at(0.0).0;
        Ok(LineSemiDiscrete { period: axis.period, origin: axis.origin, smooth, start, tail: 0.0 })
    }

    /// The same with error bars that hold a density whose W2 distance from the one in the box is at most `tail`.
    pub fn with_tail(self, tail: f64) -> LineSemiDiscrete {
        LineSemiDiscrete { tail, ..self }
    }

    /// `W2` between a cloud on the line and the density.
    ///
    /// # Errors
    /// [`TransportError::Dimension`], [`TransportError::Period`] and [`TransportError::Origin`] when the cloud is not measured
    /// by the box of the density, [`TransportError::NotConverged`] at the limit of work.
    ///
    /// # Panics
    /// For a cloud on a circle.
    pub fn distance(&self, cloud: &Cloud) -> Result<Distance, TransportError> {
        assert!(cloud.is_on_line(), "a cloud on a circle has no place on the line");
        self.check(cloud)?;
        let pieces = Pieces::atoms(cloud);
        let sweep = SemiDiscrete { pieces: &pieces, density: &self.smooth, shift: self.start };
        let [cost, spread] = sweep.sweep_of_line()?;
        let flux = flux_error(&self.smooth);
        let square = 2.0 * (self.smooth.square_of_error(flux) + pieces.square_of_error());
        let reach = pieces.ends[pieces.len() - 1].max(1.0) - pieces.starts[0].min(0.0);
        let error = line_cost_error(cost, flux + pieces.mass_error, spread, square, reach);
        let positions = WRAPPING * cloud.position_error();
        let error = (distance_error(cost, error) + positions) * self.period + self.tail;
        Ok(Distance { value: cost.sqrt() * self.period, error, method: Method::Line, gap: None })
    }

    fn check(&self, cloud: &Cloud) -> Result<(), TransportError> {
        if cloud.dimension() != 1 {
            return Err(TransportError::Dimension { method: Method::Line, expected: 1, got: cloud.dimension() });
        }
        same_frame([&[self.period], &[self.origin]], [cloud.periods(), cloud.origins()])
    }
}

#[cfg(test)]
mod tests;

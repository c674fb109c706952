//! Wasserstein-2 distance between weighted atoms and a density on the flat torus of dimension 2.
//!
//! ```text
//! W2^2(sum_a t_a delta(y_a), rho) = max over w of  sum_a t_a w_a + int min_a (d(x, y_a)^2 - w_a) rho(x) dx
//! ```
//!
//! The maximum is where every cell of the periodic power diagram of the weights `w` holds the mass of its atom
//! (Aurenhammer, Hoffmann, Aronov 1998); damped Newton finds it (Kitagawa, Merigot, Thibert 2019).
//!
//! The way of the numbers: [`sites`] merges and sorts the atoms; [`triangulation`] keeps the regular triangulation by
//! flips; [`power_diagram`] reads cells and facets off it; [`field`] integrates the density over facets ([`band_limited`],
//! [`piecewise_constant`]); [`newton`] moves the weights with the linear systems of [`conjugate_gradients`], from a start of
//! [`multiscale`] where there are crowds; [`certificate`] says how good the result is.
//!
//! A density is read as band-limited ([`SemiDiscrete::new`]) or as constant on the cells `[x_i - h/2, x_i + h/2)` around
//! the nodes ([`SemiDiscrete::piecewise_constant`]).
//!
//! Cost for `N` atoms: `O(N)` memory, about 600 bytes an atom; five to eight Newton steps where no sites crowd.

mod aggregation;
mod along;
mod band_limited;
mod cells;
mod certificate;
mod conjugate_gradients;
mod double_double;
mod elimination;
mod field;
mod gauss_legendre;
mod laplacian;
mod multigrid;
mod multiscale;
mod newton;
mod piecewise_constant;
mod power_diagram;
mod regularity;
mod sites;
mod solution;
mod triangulation;

use super::frame::same_frame;
use super::{Cloud, Distance, Histogram, Method, TransportError};
use crate::torus::{Axis, Density, Grid};
use field::Field;
use sites::{FINEST, Sites};
use solution::Solution;
use std::sync::Arc;

pub use cells::Cells;
pub use newton::SemiDiscreteEffort;

const METHOD: Method = Method::SemiDiscrete;
/// Shares of the periods to which atoms are rounded when they stand too close for the finest; the error bar grows by that.
const COARSER: [f64; 2] = [FINEST * (1u64 << 6) as f64, FINEST * (1u64 << 12) as f64];

/// Distances between clouds and one density on a torus of dimension 2.
#[derive(Debug, Clone)]
pub struct SemiDiscrete {
    axes: Vec<Axis>,
    /// Shared with copies of this solver.
    field: Arc<Field>,
    /// Of the last cloud, with its positions: where the next one starts, when it has as many atoms.
    last: Option<(Solution, Vec<f64>)>,
}

impl SemiDiscrete {
    /// Most atoms of a cloud: about 2.5 GB of tables.
    pub const MAXIMUM_ATOMS: usize = 1 << 22;
    /// Most nodes of a density.
    pub const MAXIMUM_NODES: usize = band_limited::MOST_NODES / 4;

    /// Prepares distances to a density, read as the trigonometric interpolant of its node values.
    ///
    /// # Errors
    /// [`TransportError::Dimension`] in one dimension, [`TransportError::TooManyPoints`] above 2^20 nodes,
    /// [`TransportError::Unresolved`] when the interpolant is negative by more than 1e-7 of its maximum.
    pub fn new(density: &Density) -> Result<SemiDiscrete, TransportError> {
        check_dimension(density.grid())?;
        Ok(SemiDiscrete::with_field(density.grid(), Field::band_limited(density)?))
    }

    /// Prepares distances to the density that is constant on the cells `[x_i - h/2, x_i + h/2)` around the nodes of the
    /// histogram, with its masses.
    ///
    /// # Errors
    /// [`TransportError::Dimension`] in one dimension.
    pub fn piecewise_constant(histogram: &Histogram) -> Result<SemiDiscrete, TransportError> {
        check_dimension(histogram.grid())?;
        Ok(SemiDiscrete::with_field(histogram.grid(), Field::piecewise_constant(histogram)))
    }

    fn with_field(grid: &Grid, field: Field) -> SemiDiscrete {
        SemiDiscrete { axes: grid.axes().to_vec(), field: Arc::new(field), last: None }
    }

    /// `W2` between the cloud and the density, with its certificate: `value^2 - gap <= W2^2 <= value^2` up to the
    /// rounding and quadrature in the error bar.
    ///
    /// Coincident atoms count as one, atoms of weight 0 not at all. The weights found are kept: a next cloud with as many atoms, each near its
    /// predecessor, takes fewer steps, and its distance is the same to within the error bar.
    ///
    /// # Errors
    /// [`TransportError::Dimension`], [`TransportError::Period`] and [`TransportError::Origin`] when the cloud lives on another torus,
    /// [`TransportError::TooManyPoints`] above [`SemiDiscrete::MAXIMUM_ATOMS`] atoms, [`TransportError::NotConverged`]
    /// when the duality gap could not be made small.
    ///
    /// # Panics
    /// For a cloud on the plane.
    pub fn distance(&mut self, cloud: &Cloud) -> Result<Distance, TransportError> {
        assert!(!cloud.is_on_line(), "a cloud on the plane has no place on a torus");
        self.check(cloud)?;
        let last = self.last.take().map(|(solution, _)| solution);
        let mut solution = Solution::find(Sites::new(cloud, FINEST), &self.field, last);
        for resolution in COARSER {
            if solution.is_ok() {
                break;
            }
            solution = Solution::find(Sites::new(cloud, resolution), &self.field, None);
        }
        let solution = solution?;
        let length = (self.axes[0].period * self.axes[1].period).sqrt();
        let distance = solution.distance(length);
        self.last = Some((solution, cloud.positions().to_vec()));
        Ok(distance)
    }

    /// The cells of the last distance: which part of the density goes to which atom. `None` before the first distance
    /// or after one that failed.
    pub fn cells(&self) -> Option<Cells> {
        let (solution, positions) = self.last.as_ref()?;
        Some(solution.cells(&self.field, &self.axes, positions))
    }

    /// Work of the last distance. `None` before the first distance or after one that failed.
    pub fn effort(&self) -> Option<SemiDiscreteEffort> {
        self.last.as_ref().map(|(solution, _)| solution.effort)
    }

    fn check(&self, cloud: &Cloud) -> Result<(), TransportError> {
        if cloud.dimension() != 2 {
            return Err(TransportError::Dimension { method: METHOD, expected: 2, got: cloud.dimension() });
        }
        let [periods, origins] = [|axis: &Axis| axis.period, |axis: &Axis| axis.origin]
            .map(|of| self.axes.iter().map(of).collect::<Vec<f64>>());
        same_frame([&periods, &origins], [cloud.periods(), cloud.origins()])?;
        if cloud.len() > Self::MAXIMUM_ATOMS {
            return Err(TransportError::TooManyPoints {
                method: METHOD,
                points: cloud.len(),
                maximum: Self::MAXIMUM_ATOMS,
            });
        }
        Ok(())
    }
}

fn check_dimension(grid: &Grid) -> Result<(), TransportError> {
    match grid.dimension() {
        2 => Ok(()),
        got => Err(TransportError::Dimension { method: METHOD, expected: 2, got }),
    }
}

#[cfg(test)]
mod tests;

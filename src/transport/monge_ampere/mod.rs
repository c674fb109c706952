//! The continuous Wasserstein-2 distance between two band-limited positive densities on a flat torus of dimension 2.
//!
//! ```text
//! x = m - grad phi(m),  y = m + grad phi(m),  nu(y) det(I + D^2 phi) = s mu(x) det(I - D^2 phi),  -I < D^2 phi < I,
//! W2^2(mu, nu) = int |2 grad phi|^2 mu(x) det(I - D^2 phi) dm.
//! ```
//!
//! The usual form `T = x + grad p`, `nu(T) det(I + D^2 p) = mu`, is this one seen from `x`; over the midpoints `m`
//! nothing is steep, whatever the contrast. The scalar `s` is part of the solution (1 up to the resolution). `T` is
//! optimal for its own image as soon as `-I <= D^2 phi <= I` everywhere (Cordero-Erausquin 1999 for the torus); the
//! error bar bounds the distance from that image to the target by one Poisson solve. Both are tested on a grid twice
//! as fine as the one solved on.
//!
//! The way to a number ([`ladder`]): damped Newton-Krylov on a coarse grid, continuation in a floor under both densities
//! where that fails, then grids twice as fine until the error bar meets the tolerance. A previous potential is the start
//! of the next solve.
//! Reference for the equation and Newton's method: Loeper & Rapetti, C. R. Acad. Sci. Paris 340 (2005), 319;
//! Saumier, Agueh & Khouider, IMA J. Appl. Math. 80 (2015), 135.
//!
//! Cost: 5 real transforms for every product with the linearised operator, about 10 products a Newton step, 1 to 3
//! steps when warm. Contrast above about 1e7 makes the bar wider rather than the answer wrong (densities with zeros are
//! served with what the floor leaves open); where less than a twentieth of the distance cannot be had it is an error.

mod certificate;
mod continuation;
mod density;
mod failure;
mod gmres;
mod ladder;
mod level;
mod map;
mod newton;
mod off_grid;
mod pair;
mod rise;

use super::frame::same_frame;
use super::{Distance, Method, TransportError};
use crate::torus::{Density, Fourier, Grid};
use ladder::{Candidate, Ladder};
pub use map::TransportMap;
pub(super) use off_grid::OffGrid;
use pair::Pair;
pub(super) use rise::{near_rule, rise};

const METHOD: Method = Method::PeriodicMongeAmpere;
/// Default tolerance: error bar over distance.
const RELATIVE_TOLERANCE: f64 = 1e-9;
/// A density whose band-limited reading dips further below zero, as a share of its largest value, is not resolved.
const DEEPEST_DIP: f64 = 1e-7;

/// The potential `phi` of the optimal pairs `m -+ grad phi(m)` at the nodes of a grid: the warm start, fit for a
/// checkpoint.
#[derive(Debug, Clone, PartialEq)]
pub struct Potential {
    /// Where the values stand.
    pub grid: Grid,
    /// `phi` at the nodes, row-major, in squared units of length; only its gradient matters.
    pub values: Vec<f64>,
}

impl Potential {
    /// Refuses values that are not one finite number for each node.
    pub(in crate::transport) fn check_values(&self) -> Result<(), TransportError> {
        let (expected, got) = (self.grid.len(), self.values.len());
        if expected != got {
            return Err(TransportError::Length { expected, got });
        }
        match self.values.iter().position(|value| !value.is_finite()) {
            Some(j) => Err(TransportError::NotFinite { index: self.grid.node(j), value: self.values[j] }),
            None => Ok(()),
        }
    }
}

/// Refuses a grid that is not of dimension 2 on the torus of `own`.
pub(in crate::transport) fn same_torus(method: Method, own: &Grid, grid: &Grid) -> Result<(), TransportError> {
    if grid.dimension() != 2 {
        return Err(TransportError::Dimension { method, expected: 2, got: grid.dimension() });
    }
    same_frame([&own.periods(), &own.origins()], [&grid.periods(), &grid.origins()])
}

/// Work of the last distance: a change in it without a change in the numbers is a loss of efficiency.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Effort {
    /// Newton steps on all grids.
    pub newton_steps: usize,
    /// Products with the linearised operator on all grids.
    pub krylov_products: usize,
}

/// Distances from any source to one target.
#[derive(Debug)]
pub struct MongeAmpere {
    density: Density,
    ladder: Ladder,
    relative_tolerance: f64,
    /// Start of the next distance.
    warm: Option<Potential>,
    /// Potential of the last distance; none when it failed.
    last: Option<Potential>,
}

impl MongeAmpere {
    /// Prepares the target: its off-grid evaluation costs one transform of twice its points per axis.
    ///
    /// # Errors
    /// [`TransportError::Dimension`] when the torus has not dimension 2.
    pub fn new(target: &Density) -> Result<MongeAmpere, TransportError> {
        let grid = target.grid();
        if grid.dimension() != 2 {
            return Err(TransportError::Dimension { method: METHOD, expected: 2, got: grid.dimension() });
        }
        let relative: Vec<f64> = target.values().iter().map(|u| u * grid.volume()).collect();
        let fourier = Fourier::new(grid);
        let mut spectrum = fourier.zero_spectrum();
        fourier.forward(&relative, &mut spectrum, &mut fourier.scratch());
        Ok(MongeAmpere {
            density: target.clone(),
            ladder: Ladder::new(OffGrid::new(grid, &spectrum)),
            relative_tolerance: RELATIVE_TOLERANCE,
            warm: None,
            last: None,
        })
    }

    /// The target.
    pub fn target(&self) -> &Density {
        &self.density
    }

    /// The same with another tolerance for the error bar, relative to the distance (default 1e-9).
    ///
    /// # Panics
    /// When the tolerance is not between 0 and 1.
    #[track_caller]
    pub fn with_relative_tolerance(mut self, tolerance: f64) -> MongeAmpere {
        assert!(tolerance > 0.0 && tolerance < 1.0, "a relative tolerance lies between 0 and 1, got {tolerance}");
        self.relative_tolerance = tolerance;
        self
    }

    /// The potential of the last distance.
    pub fn warm_start(&self) -> Option<&Potential> {
        self.warm.as_ref()
    }

    /// Starts the next distance from this potential, or from nothing. The same start gives the same bits.
    ///
    /// # Errors
    /// [`TransportError`] when the potential lives on another torus or its values are unusable.
    pub fn set_warm_start(&mut self, potential: Option<Potential>) -> Result<(), TransportError> {
        if let Some(potential) = &potential {
            same_torus(METHOD, self.density.grid(), &potential.grid)?;
            potential.check_values()?;
        }
        self.warm = potential;
        Ok(())
    }

    /// Work of the last distance.
    pub fn effort(&self) -> Effort {
        self.ladder.effort
    }

    /// The optimal map of the last distance, from its source to the target; none before the first and after a failure.
    pub fn map(&self) -> Option<TransportMap> {
        self.last.as_ref().map(TransportMap::new)
    }

    /// `W2(source, target)` with its error bar, in the unit of length of the torus. The grids may differ in shape.
    ///
    /// The bar meets the tolerance unless rounding or the finest grid prevents it; what was reached is in the result.
    /// Rounding of the node values, 1e-16 of the densities, limits what can be said of distances below about 1e-9 of the
    /// period: give the difference itself where it is known better ([`MongeAmpere::distance_of_difference`]).
    ///
    /// # Errors
    /// [`TransportError`]: another torus; densities that are not positive or vary too much; no convergence; a map
    /// that is not convex; an error bar too large to be an answer. The warm start is then left as it was.
    pub fn distance(&mut self, source: &Density) -> Result<Distance, TransportError> {
        same_torus(METHOD, self.density.grid(), source.grid())?;
        self.distance_of(&Pair::new(source, &self.density))
    }

    /// `W2(target + difference, target)`, the node values of `difference` given on the grid of the target as an array of
    /// their own: full relative accuracy however small they are. The source is normalised: a multiple of the target in
    /// the difference does not count.
    ///
    /// # Errors
    /// As [`MongeAmpere::distance`]; and when the number of values is wrong, one is not finite, or target + difference is
    /// negative at a node by more than rounding.
    pub fn distance_of_difference(&mut self, difference: &[f64]) -> Result<Distance, TransportError> {
        let (grid, g) = (self.density.grid(), self.density.values());
        if difference.len() != g.len() {
            return Err(TransportError::Length { expected: g.len(), got: difference.len() });
        }
        if let Some(j) = difference.iter().position(|v| !v.is_finite()) {
            return Err(TransportError::NotFinite { index: grid.node(j), value: difference[j] });
        }
        let source = || difference.iter().zip(g).map(|(v, g)| v + g);
        let largest = source().fold(0.0, f64::max);
        if let Some((j, value)) = source().enumerate().find(|(_, f)| *f < -Density::ROUNDING * largest) {
            return Err(TransportError::Negative { index: grid.node(j), value });
        }
        self.distance_of(&Pair::from_difference(&self.density, difference))
    }

    fn distance_of(&mut self, pair: &Pair) -> Result<Distance, TransportError> {
        self.last = None;
        if pair.is_equal() {
            self.ladder.effort = Effort::default();
            let grid = self.density.grid().clone();
            self.last = Some(Potential { values: vec![0.0; grid.len()], grid });
            return Ok(Distance::ZERO);
        }
        let (smallest, largest) = pair.range;
        if smallest < -DEEPEST_DIP * largest {
            return Err(TransportError::Unresolved { method: METHOD, dip: -smallest / largest, allowed: DEEPEST_DIP });
        }
        let Candidate { certificate, potential, .. } =
            self.ladder.solve(pair, self.warm.as_ref(), self.relative_tolerance)?;
        self.last = Some(potential.clone());
        self.warm = Some(potential);
        Ok(Distance { value: certificate.value, error: certificate.error(), method: METHOD, gap: None })
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

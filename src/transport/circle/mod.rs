//! Wasserstein-2 distance between two densities on the circle `R/(L Z)`, continuous and exact.
//!
//! The densities are read as the band-limited functions through their node values. With lifted cumulative functions
//! `F` of the source and `G` of the target, `T_a = G^-1(F + a)`,
//!
//! ```text
//! W2^2 = min_a C(a),     C(a) = int |T_a(x) - x|^2 f(x) dx      (Delon, Salomon, Sobolevski 2010; Rabin et al. 2011)
//! ```
//!
//! over all real `a`, so that mass which had better go round the other side does. This is not the transport between
//! point masses at the nodes, which for near densities behaves like the square root of the distance.
//!
//! The way of the numbers: everything is scaled to period 1; [`antiderivative`] tabulates `G(x) - x` and `F - G`;
//! [`vacuum`] puts a floor under densities lost in rounding; [`coupling`] solves for one displacement, [`shift`]
//! integrates over the coupling, minimises over `a` and doubles the quadrature; [`error_bar`] says how good it is.
//!
//! The result is a function of the two densities alone: nothing is remembered between calls.
//!
//! Cost: about ten real transforms of length `4 n`, then a few hundred nanoseconds for each point of the quadrature.

mod antiderivative;
mod atoms;
mod convex;
mod coupling;
mod error_bar;
mod line;
mod measures;
mod pieces;
mod plan;
mod polyline;
mod rotation;
mod semi_discrete;
mod shift;
mod sum;
mod vacuum;

pub use line::LineSemiDiscrete;
pub use measures::{CircleSemiDiscrete, circle_distance};
pub use plan::{CircleParcel, CirclePlan, circle_plan};

use super::frame::same_frame;
use super::{Distance, Method, TransportError};
use crate::torus::{Density, Grid, pad_values};
use antiderivative::Antiderivative;
use coupling::Point;
use vacuum::Vacuum;

/// Modes below this share of the density do not decide how many points the quadrature starts with.
const RESOLVED: f64 = 1e-8;

/// Distances to one density on the circle.
#[derive(Debug, Clone)]
pub struct CircleDistance {
    density: Density,
    target: Antiderivative,
    difference: Antiderivative,
    /// Node values of the difference, times the period.
    values: Vec<f64>,
    points: Vec<Point>,
    short_stretches: bool,
}

impl CircleDistance {
    /// Most nodes of a density: the table of a density holds up to 84 numbers for each.
    pub const MAXIMUM_POINTS: usize = 1 << 18;

    /// Prepares distances to `target`, a density in one dimension.
    ///
    /// # Errors
    /// [`TransportError::Dimension`] in two dimensions, [`TransportError::TooManyPoints`] above
    /// [`CircleDistance::MAXIMUM_POINTS`] nodes.
    pub fn new(target: &Density) -> Result<CircleDistance, TransportError> {
        check_size(target.grid())?;
        let n = target.grid().len();
        let mut table = Antiderivative::new(n)?;
        let period = target.grid().volume();
        let values: Vec<f64> = target.values().iter().map(|u| u * period).collect();
        table.tabulate(&values);
        Ok(CircleDistance {
            density: target.clone(),
            target: table,
            difference: Antiderivative::new(n)?,
            values,
            points: Vec::new(),
            short_stretches: true,
        })
    }

    /// The target.
    pub fn target(&self) -> &Density {
        &self.density
    }

    /// `W2(source, target)`.
    ///
    /// The difference of the node values is formed here; its rounding, 1e-16 of the density, limits distances below
    /// about 1e-16 `L`. Grids of different size are brought together by padding in Fourier space.
    ///
    /// # Errors
    /// [`TransportError`] when the densities live on different tori, or the solver reaches its limit of work.
    pub fn distance(&mut self, source: &Density) -> Result<Distance, TransportError> {
        let difference = self.difference_from(source)?;
        self.optimal(difference.as_ref()).map(|solution| solution.distance)
    }

    /// `W2(source, target)` and `T(x) - x` at the nodes of the source, in the unit of length of the torus: positive where
    /// mass moves forwards, and the way it takes round the circle.
    ///
    /// # Errors
    /// As [`CircleDistance::distance`].
    pub fn displacement(&mut self, source: &Density) -> Result<(Distance, Vec<f64>), TransportError> {
        let own = self.difference_from(source)?;
        let solution = self.optimal(own.as_ref())?;
        let nodes = source.grid().len();
        if solution.distance == Distance::ZERO {
            return Ok((Distance::ZERO, vec![0.0; nodes]));
        }
        let difference = own.as_ref().unwrap_or(&self.difference);
        let pair = solution.vacuum.pair(&self.target, difference, self.short_stretches);
        let period = source.grid().volume();
        let at = |j: usize| pair.displacement_from(j as f64 / nodes as f64, solution.shift) * period;
        Ok((solution.distance, (0..nodes).map(at).collect()))
    }

    /// Tabulates source - target: into the table of this solver, or into a finer one when the grids differ.
    fn difference_from(&mut self, source: &Density) -> Result<Option<Antiderivative>, TransportError> {
        check_size(source.grid())?;
        let (from, to) = (source.grid(), self.density.grid());
        same_frame([&to.periods(), &to.origins()], [&from.periods(), &from.origins()])?;
        if from.len() == to.len() {
            let pairs = source.values().iter().zip(self.density.values());
            self.values.iter_mut().zip(pairs).for_each(|(v, (f, g))| *v = f - g);
            self.tabulate();
            return Ok(None);
        }
        let finer = if from.len() > to.len() { from } else { to };
        let (f, g) = (pad_values(from, finer, source.values()), pad_values(to, finer, self.density.values()));
        let mut difference = Antiderivative::new(finer.len())?;
        let mut values: Vec<f64> = f.iter().zip(&g).map(|(f, g)| f - g).collect();
        balance(&mut values, &g, to.volume());
        difference.tabulate(&values);
        Ok(Some(difference))
    }

    /// `W2(target + difference, target)`, the node values of `difference` given on the grid of the target as an array of
    /// their own: full relative accuracy however small they are. The source is normalised: a multiple of the target in the
    /// difference does not count.
    ///
    /// # Errors
    /// [`TransportError`] when the number of values is wrong, one is not finite, target + difference is negative
    /// somewhere by more than rounding, or the solver reaches its limit of work.
    pub fn distance_of_difference(&mut self, difference: &[f64]) -> Result<Distance, TransportError> {
        let g = self.density.values();
        if difference.len() != g.len() {
            return Err(TransportError::Length { expected: g.len(), got: difference.len() });
        }
        if let Some(j) = difference.iter().position(|v| !v.is_finite()) {
            return Err(TransportError::NotFinite { index: vec![j], value: difference[j] });
        }
        let source = || difference.iter().zip(g).map(|(v, g)| v + g);
        let largest = source().fold(0.0, f64::max);
        if let Some((index, value)) = source().enumerate().find(|(_, f)| *f < -Density::ROUNDING * largest) {
            return Err(TransportError::Negative { index: vec![index], value });
        }
        self.values.copy_from_slice(difference);
        self.tabulate();
        self.optimal(None).map(|solution| solution.distance)
    }

    /// Tabulates the difference in `self.values`.
    fn tabulate(&mut self) {
        if self.values.iter().any(|v| *v != 0.0) {
            balance(&mut self.values, self.density.values(), self.density.grid().volume());
            self.difference.tabulate(&self.values);
        }
    }

    /// The optimal coupling of target + difference and target, with the difference in the table of this solver when none
    /// is given.
    fn optimal(&mut self, difference: Option<&Antiderivative>) -> Result<Solution, TransportError> {
        if difference.is_none() && self.values.iter().all(|v| *v == 0.0) {
            return Ok(Solution { distance: Distance::ZERO, shift: 0.0, vacuum: Vacuum::NONE });
        }
        let period = self.density.grid().volume();
        let difference = difference.unwrap_or(&self.difference);
        optimal(&self.target, difference, period, self.short_stretches, &mut self.points)
    }
}

/// A distance and the coupling that has it.
struct Solution {
    distance: Distance,
    shift: f64,
    vacuum: Vacuum,
}

/// Scales `f - g` to period 1 and mass 0: `f/m - g` with `m` the mass of `f` in units of that of `g`. Dropping the mean
/// instead would leave a flux of `(m - 1) (G(x) - x)`, which shows in distances of 1e-16.
fn balance(difference: &mut [f64], g: &[f64], period: f64) {
    let excess = difference.iter().sum::<f64>() / g.iter().sum::<f64>();
    let scale = period / (1.0 + excess);
    difference.iter_mut().zip(g).for_each(|(v, g)| *v = (*v - excess * g) * scale);
}

/// The distance, in units of the period times `period`, between target and target + difference.
fn optimal(
    target: &Antiderivative,
    difference: &Antiderivative,
    period: f64,
    short_stretches: bool,
    points: &mut Vec<Point>,
) -> Result<Solution, TransportError> {
    let vacuum = Vacuum::measure(target, difference);
    let pair = vacuum.pair(target, difference, short_stretches);
    // A point for each mode that matters from the start: the trapezoid rule squares its error at every doubling.
    let modes = target.bandwidth(RESOLVED).max(difference.bandwidth(RESOLVED));
    let other_errors =
        |optimum: &shift::Optimum, points: &[Point]| error_bar::density_error(&pair, &vacuum, optimum, points);
    let optimum = shift::minimise(&pair, 2 * modes, points, other_errors)?;
    let distance = Distance {
        value: optimum.cost.sqrt() * period,
        error: error_bar::distance_error(optimum.cost, optimum.error) * period,
        method: if optimum.any_long { Method::CircleSymmetric } else { Method::CircleDisplacement },
        gap: None,
    };
    Ok(Solution { distance, shift: optimum.shift, vacuum })
}

fn check_size(grid: &Grid) -> Result<(), TransportError> {
    let maximum = CircleDistance::MAXIMUM_POINTS;
    match grid.dimension() {
        1 if grid.len() <= maximum => Ok(()),
        1 => Err(TransportError::TooManyPoints { method: Method::CircleSymmetric, points: grid.len(), maximum }),
        got => Err(TransportError::Dimension { method: Method::CircleSymmetric, expected: 1, got }),
    }
}

#[cfg(test)]
mod identities;
#[cfg(test)]
mod known_answers;
#[cfg(test)]
mod tests;

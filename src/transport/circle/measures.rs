//! The distance between any two measures on the circle: which solver serves which pair.
//!
//! | | band-limited | constant on cells | point masses |
//! |---|---|---|---|
//! | band-limited | [`super::CircleDistance`] | [`super::semi_discrete`] | [`super::semi_discrete`] |
//! | constant on cells | | [`super::polyline`] | [`super::polyline`] |
//! | point masses | | | [`super::rotation`] |

use super::atoms::SortedAtoms;
use super::convex::{Minimum, minimise};
use super::error_bar::{cost_error, distance_error, flux_error};
use super::pieces::Pieces;
use super::polyline::Coupling;
use super::rotation::Rotation;
use super::semi_discrete::{SemiDiscrete, Smooth};
use super::{CircleDistance, check_size};
use crate::torus::Density;
use crate::transport::frame::same_frame;
use crate::transport::{Cloud, Distance, Measure, Method, TransportError};

/// Levels and positions differ by less than a turn each: no optimal shift is larger.
const REACH: f64 = 2.0;
/// Wrapping a coordinate rounds three times: half its last digit as it was given, the difference from the origin (up to
/// twice the coordinate) and the quotient.
pub(super) const WRAPPING: f64 = 2.5;

/// `W2(source, target)` on the circle, for any two measures in one dimension with the same period and origin.
///
/// # Errors
/// [`TransportError::Dimension`], [`TransportError::Period`] or [`TransportError::Origin`] when the two do not live on the
/// same circle, [`TransportError::TooManyPoints`] for a density of more than [`CircleDistance::MAXIMUM_POINTS`] nodes,
/// [`TransportError::NotConverged`] at the limit of work.
pub fn circle_distance(source: &Measure, target: &Measure) -> Result<Distance, TransportError> {
    check_same_circle(source, target)?;
    if source == target {
        return Ok(Distance::ZERO);
    }
    if let (Measure::Density(f), Measure::Density(g)) = (source, target) {
        return CircleDistance::new(g)?.distance(f);
    }
    Ok(Solved::new(source, target)?.distance)
}

pub(super) fn check_same_circle(source: &Measure, target: &Measure) -> Result<(), TransportError> {
    for measure in [source, target] {
        if measure.dimension() != 1 {
            return Err(TransportError::Dimension {
                method: Method::CircleAtoms,
                expected: 1,
                got: measure.dimension(),
            });
        }
    }
    same_frame([&target.periods(), &target.origins()], [&source.periods(), &source.origins()])
}

/// A pair that is not two densities, and its best shift.
pub(super) struct Solved {
    pub(super) distance: Distance,
    pub(super) coupling: Solution,
}

/// The coupling that has the distance.
pub(super) enum Solution {
    /// Point masses: sorted source and target, shift in units of mass.
    Atoms(SortedAtoms, SortedAtoms, i64),
    /// Pieces against pieces.
    Pieces(Pieces, Pieces, f64),
    /// Pieces against a band-limited density; whether the density is the source.
    SemiDiscrete(Pieces, Box<Smooth>, f64, bool),
}

impl Solved {
    pub(super) fn new(source: &Measure, target: &Measure) -> Result<Solved, TransportError> {
        let positions = position_error(source) + position_error(target);
        let period = source.periods()[0];
        match (source, target) {
            (Measure::Density(density), other) => Solved::semi_discrete(other, density, true, positions),
            (other, Measure::Density(density)) => Solved::semi_discrete(other, density, false, positions),
            (Measure::Constant(_), _) | (_, Measure::Constant(_)) => {
                Solved::pieces(pieces(source), pieces(target), period, positions)
            }
            _ => {
                let (source, target) = rayon::join(|| atoms(source), || atoms(target));
                Ok(Solved::atoms(source, target, period, positions))
            }
        }
    }

    fn atoms(source: SortedAtoms, target: SortedAtoms, period: f64, positions: f64) -> Solved {
        if source == target {
            return Solved { distance: Distance::ZERO, coupling: Solution::Atoms(source, target, 0) };
        }
        let rotation = Rotation::new(&source, &target);
        let shift = rotation.best_shift();
        let cost = rotation.cost(shift);
        let error = cost_error(cost, 0.0, 0.0, 0.0) + rotation.weight_error(shift);
        let distance = in_length(Method::CircleAtoms, cost, error, positions, period);
        Solved { distance, coupling: Solution::Atoms(source, target, shift) }
    }

    fn pieces(source: Pieces, target: Pieces, period: f64, positions: f64) -> Result<Solved, TransportError> {
        let coupling = |shift: f64| Coupling { source: &source, target: &target, shift };
        let Minimum { shift, cost, spread, gap } =
            minimise(Method::CirclePieces, REACH, 0.0, |shift| Ok(coupling(shift).sweep()))?;
        let flux = source.mass_error + target.mass_error;
        let square = 2.0 * (source.square_of_error() + target.square_of_error());
        let error = gap + cost_error(cost, flux, spread, square);
        let distance = in_length(Method::CirclePieces, cost, error, positions, period);
        Ok(Solved { distance, coupling: Solution::Pieces(source, target, shift) })
    }

    fn semi_discrete(
        other: &Measure,
        density: &Density,
        density_is_source: bool,
        positions: f64,
    ) -> Result<Solved, TransportError> {
        let pieces = pieces(other);
        let smooth = smooth(density)?;
        let (distance, shift) = pieces_to_density(&pieces, &smooth, positions, density.grid().volume())?;
        Ok(Solved { distance, coupling: Solution::SemiDiscrete(pieces, Box::new(smooth), shift, density_is_source) })
    }
}

/// Distances between clouds and one band-limited density on the circle, whose table is made once.
#[derive(Debug, Clone)]
pub struct CircleSemiDiscrete {
    density: Measure,
    smooth: Smooth,
}

impl CircleSemiDiscrete {
    /// Prepares distances to a density in one dimension.
    ///
    /// # Errors
    /// [`TransportError::Dimension`] in two dimensions, [`TransportError::TooManyPoints`] above
    /// [`CircleDistance::MAXIMUM_POINTS`] nodes.
    pub fn new(density: &Density) -> Result<CircleSemiDiscrete, TransportError> {
        Ok(CircleSemiDiscrete { smooth: smooth(density)?, density: Measure::Density(density.clone()) })
    }

    /// `W2` between a cloud and the density: the same bits as [`circle_distance`].
    ///
    /// # Errors
    /// As [`circle_distance`].
    ///
    /// # Panics
    /// For a cloud on the line.
    pub fn distance(&self, cloud: &Cloud) -> Result<Distance, TransportError> {
        assert!(!cloud.is_on_line(), "a cloud on the line has no place on a circle");
        let measure = Measure::Atoms(cloud.clone());
        check_same_circle(&measure, &self.density)?;
        let period = self.density.periods()[0];
        Ok(pieces_to_density(&pieces(&measure), &self.smooth, position_error(&measure), period)?.0)
    }
}

pub(super) fn smooth(density: &Density) -> Result<Smooth, TransportError> {
    check_size(density.grid())?;
    let period = density.grid().volume();
    Smooth::new(&density.values().iter().map(|u| u * period).collect::<Vec<_>>())
}

/// The distance and the best shift.
fn pieces_to_density(
    pieces: &Pieces,
    smooth: &Smooth,
    positions: f64,
    period: f64,
) -> Result<(Distance, f64), TransportError> {
    let problem = |shift: f64| SemiDiscrete { pieces, density: smooth, shift };
    let method = Method::CircleSemiDiscrete;
    let least = problem(0.0).least_half_curvature();
    let Minimum { shift, cost, spread, gap } = minimise(method, REACH, least, |shift| problem(shift).sweep())?;
    let flux = flux_error(smooth);
    let square = 2.0 * (smooth.square_of_error(flux) + pieces.square_of_error());
    let error = gap + cost_error(cost, flux + pieces.mass_error, spread, square);
    Ok((in_length(method, cost, error, positions, period), shift))
}

/// A distance from the squared one in units of the period.
fn in_length(method: Method, cost: f64, error: f64, positions: f64, period: f64) -> Distance {
    let error = (distance_error(cost, error) + positions) * period;
    Distance { value: cost.sqrt() * period, error, method, gap: None }
}

/// How far rounding can have moved the points, as a share of the period.
fn position_error(measure: &Measure) -> f64 {
    match measure {
        Measure::Density(_) => 0.0,
        Measure::Constant(_) | Measure::Nodes(_) => f64::EPSILON,
        Measure::Atoms(cloud) => WRAPPING * cloud.position_error(),
    }
}

/// # Panics
/// For a measure that is not made of point masses.
fn atoms(measure: &Measure) -> SortedAtoms {
    match measure {
        Measure::Nodes(histogram) => SortedAtoms::of_nodes(histogram),
        Measure::Atoms(cloud) => SortedAtoms::of_cloud(cloud),
        Measure::Density(_) | Measure::Constant(_) => unreachable!("{measure:?} is not made of point masses"),
    }
}

/// # Panics
/// For a band-limited density.
fn pieces(measure: &Measure) -> Pieces {
    match measure {
        Measure::Constant(histogram) => Pieces::constant(histogram),
        Measure::Nodes(histogram) => Pieces::nodes(histogram),
        Measure::Atoms(cloud) => Pieces::atoms(cloud),
        Measure::Density(_) => unreachable!("a band-limited density is not made of pieces"),
    }
}

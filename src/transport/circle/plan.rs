//! The optimal coupling on the circle, for drawing and for moving things along.

use super::CircleDistance;
use super::measures::{Solution, Solved, check_same_circle};
use super::polyline::Coupling;
use super::rotation::Rotation;
use super::semi_discrete::SemiDiscrete;
use crate::transport::{Distance, Measure, TransportError};

/// Mass that goes from one place, or spread over one interval, to another, in order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CircleParcel {
    /// Where it comes from: the two ends of an interval, equal for a point mass. In `[origin, origin + period)`, but for
    /// half a cell that may hang over.
    pub source: [f64; 2],
    /// Where it goes, on the side of the circle it takes: may lie outside `[origin, origin + period)`.
    pub target: [f64; 2],
    /// Share of the total mass.
    pub mass: f64,
}

/// The optimal coupling of two measures on the circle.
#[derive(Debug, Clone, PartialEq)]
pub enum CirclePlan {
    /// The source is made of point masses or of cells: what goes where, by increasing place of the source.
    Parcels(Vec<CircleParcel>),
    /// The source is a band-limited density: `T(x) - x` at its nodes, in units of length.
    Displacement(Vec<f64>),
}

/// `W2(source, target)` on the circle together with the coupling that has it.
///
/// # Errors
/// As [`super::circle_distance`].
pub fn circle_plan(source: &Measure, target: &Measure) -> Result<(Distance, CirclePlan), TransportError> {
    check_same_circle(source, target)?;
    if let (Measure::Density(f), Measure::Density(g)) = (source, target) {
        let (distance, displacement) = CircleDistance::new(g)?.displacement(f)?;
        return Ok((distance, CirclePlan::Displacement(displacement)));
    }
    let solved = Solved::new(source, target)?;
    let (period, origin) = (source.periods()[0], source.origins()[0]);
    let plan = match (solved.coupling, source) {
        (Solution::SemiDiscrete(pieces, density, shift, true), Measure::Density(f)) => {
            let nodes = f.grid().len();
            let at = |j: usize| {
                let x = j as f64 / nodes as f64;
                let (place, turn) = pieces.place(density.at(x).0 - shift);
                ((place - x) + turn) * period
            };
            CirclePlan::Displacement((0..nodes).map(at).collect())
        }
        (solution, _) => CirclePlan::Parcels(parcels(&solution, period, origin)?),
    };
    let distance = if source == target { Distance::ZERO } else { solved.distance };
    Ok((distance, plan))
}

/// What goes where, in units of length.
fn parcels(solution: &Solution, period: f64, origin: f64) -> Result<Vec<CircleParcel>, TransportError> {
    let mut parcels = Vec::new();
    let place = |share: f64| origin + period * share;
    let mut add = |x: [f64; 2], t: [f64; 2], mass: f64| {
        if mass > 0.0 {
            parcels.push(CircleParcel { source: x.map(place), target: t.map(place), mass });
        }
    };
    match solution {
        Solution::Atoms(source, target, shift) => {
            Rotation::new(source, target).for_each_move(*shift, |m| {
                let x = source.positions[m.from];
                add([x; 2], [x + m.displacement; 2], m.mass);
            });
        }
        Solution::Pieces(source, target, shift) => {
            let coupling = Coupling { source, target, shift: *shift };
            coupling.for_each(|p| add(p.x, [p.x[0] + p.d[0], p.x[1] + p.d[1]], p.mass));
        }
        Solution::SemiDiscrete(pieces, density, shift, _) => {
            let problem = SemiDiscrete { pieces, density, shift: *shift };
            problem.for_each_cell(|i, cell, _| add([pieces.starts[i], pieces.ends[i]], cell, pieces.mass(i)))?;
        }
    }
    Ok(parcels)
}

//! Which solver serves which pair of measures.
//!
//! | dimension | densities | density and points | points and points |
//! |---|---|---|---|
//! | 1 | circle, continuous | circle, cell by cell | circle, sorted points |
//! | 2 | periodic Monge-Ampere | semi-discrete | network simplex |
//!
//! The nodes of a histogram are points. On the plane densities are served by the dual potential in splines, unless the plan is wanted.

use super::W2Error;
use super::parcels::arcs;
use crate::output::{PlanPoints, PlanRecord};
use crate::torus::{Density, Grid, pad_values, without_room};
use crate::transport::{
    CirclePlan, Cloud, DiscreteTransport, Distance, Measure, MongeAmpere, PlaneDistance, SemiDiscrete, TransportError,
    TransportMap, circle_distance, circle_plan,
};

/// What is wanted of a solver.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wish {
    /// Relative error bar, where the solver can choose it.
    pub tolerance: Option<f64>,
    /// Whether the plan is wanted as well.
    pub plan: bool,
    /// Whether the torus stands for the line or plane.
    pub line: bool,
}

/// A distance, and the plan if it was wanted.
#[derive(Debug)]
pub(super) struct Solution {
    pub distance: Distance,
    pub plan: Option<PlanRecord>,
}

/// The distance between two measures on one torus.
pub(super) fn solve(source: &Measure, target: &Measure, wish: Wish) -> Result<Solution, W2Error> {
    match source.dimension() {
        1 => circle(source, target, wish).map_err(failure),
        _ => torus(source, target, wish),
    }
}

fn circle(source: &Measure, target: &Measure, wish: Wish) -> Result<Solution, TransportError> {
    if !wish.plan {
        return Ok(Solution { distance: circle_distance(source, target)?, plan: None });
    }
    let (distance, plan) = circle_plan(source, target)?;
    let period = source.periods()[0];
    let plan = match (plan, source, points(source), points(target)) {
        (CirclePlan::Displacement(displacement), Measure::Density(density), ..) => {
            map_record(density, vec![displacement])
        }
        (CirclePlan::Parcels(parcels), _, Some(source), Some(target)) => {
            let arcs = arcs(&parcels, &source, &target, period);
            PlanRecord::Arcs { periods: vec![period], source, target, arcs }
        }
        (CirclePlan::Parcels(parcels), ..) => PlanRecord::Parcels {
            period,
            source: parcels.iter().flat_map(|parcel| parcel.source).collect(),
            target: parcels.iter().flat_map(|parcel| parcel.target).collect(),
            masses: parcels.iter().map(|parcel| parcel.mass).collect(),
        },
        (CirclePlan::Displacement(_), ..) => unreachable!("only densities have displacements"),
    };
    Ok(Solution { distance, plan: Some(plan) })
}

fn torus(source: &Measure, target: &Measure, wish: Wish) -> Result<Solution, W2Error> {
    if source == target && !wish.plan {
        return Ok(Solution { distance: Distance::ZERO, plan: None });
    }
    match (source, target) {
        (Measure::Density(source), Measure::Density(target)) => densities(source, target, wish),
        (Measure::Nodes(source), Measure::Nodes(target)) => DiscreteTransport::between_histograms(source, target)
            .map(|solved| discrete(&solved, &Measure::Nodes(source.clone()), &Measure::Nodes(target.clone()), wish)),
        (Measure::Density(_) | Measure::Constant(_), Measure::Density(_) | Measure::Constant(_)) => {
            let message =
                "in dimension 2 two densities must both be band-limited; read them as band-limited, or at their nodes";
            return Err(W2Error::input("--reading constant", message));
        }
        (density @ (Measure::Density(_) | Measure::Constant(_)), atoms)
        | (atoms, density @ (Measure::Density(_) | Measure::Constant(_))) => semi_discrete(atoms, density, wish),
        _ => cloud(source)
            .and_then(|from| DiscreteTransport::between_clouds(&from, &cloud(target)?))
            .map(|solved| discrete(&solved, source, target, wish)),
    }
    .map_err(failure)
}

/// Points against a density in either order.
fn semi_discrete(atoms: &Measure, density: &Measure, wish: Wish) -> Result<Solution, TransportError> {
    let mut solver = match density {
        Measure::Constant(histogram) => SemiDiscrete::piecewise_constant(histogram)?,
        Measure::Density(density) => SemiDiscrete::new(density)?,
        Measure::Nodes(_) | Measure::Atoms(_) => unreachable!("point masses are no density"),
    };
    let distance = solver.distance(&cloud(atoms)?)?;
    let cells = solver.cells().filter(|_| wish.plan);
    let plan = cells.zip(points(atoms)).map(|(cells, atoms)| PlanRecord::Cells {
        periods: density.periods(),
        atoms,
        weights: cells.weights,
        barycentres: cells.barycentres,
    });
    Ok(Solution { distance, plan })
}

fn discrete(solved: &DiscreteTransport, source: &Measure, target: &Measure, wish: Wish) -> Solution {
    let plan = match (points(source), points(target)) {
        (Some(from), Some(to)) if wish.plan => {
            let arcs = solved.plan().map(|arc| (arc.source, arc.target, arc.mass)).collect();
            Some(PlanRecord::Arcs { periods: source.periods(), source: from, target: to, arcs })
        }
        _ => None,
    };
    Solution { distance: solved.distance(), plan }
}

/// The point masses of a measure as a cloud.
fn cloud(measure: &Measure) -> Result<Cloud, TransportError> {
    match measure {
        Measure::Atoms(cloud) => Ok(cloud.clone()),
        _ => {
            let list = points(measure).expect("histograms at their nodes are point masses");
            Cloud::new(&list.points, Some(&list.masses), &measure.periods(), &measure.origins())
        }
    }
}

fn densities(source: &Density, target: &Density, wish: Wish) -> Result<Solution, TransportError> {
    if wish.line && !wish.plan {
        let mut solver = PlaneDistance::new(&in_box(target)?)?;
        if let Some(tolerance) = wish.tolerance {
            solver = solver.with_relative_tolerance(tolerance);
        }
        return Ok(Solution { distance: solver.distance(&in_box(source)?)?, plan: None });
    }
    let mut solver = MongeAmpere::new(target)?;
    if let Some(tolerance) = wish.tolerance {
        solver = solver.with_relative_tolerance(tolerance);
    }
    let distance = solver.distance(source)?;
    if !wish.plan {
        return Ok(Solution { distance, plan: None });
    }
    // Equal densities stay where they are, and have no map that was computed.
    let displacement = match solver.map() {
        Some(map) => displacements(&map, source.grid())?,
        None => vec![vec![0.0; source.grid().len()]; 2],
    };
    Ok(Solution { distance, plan: Some(map_record(source, displacement)) })
}

/// A density on the torus that stands for the plane, in the box that holds all of it.
fn in_box(density: &Density) -> Result<Density, TransportError> {
    let even: Vec<usize> = density.grid().shape().iter().map(|n| n.next_multiple_of(2)).collect();
    let torus = density.grid().with_points(&even)?;
    let (grid, values) = without_room(&torus, &pad_values(density.grid(), &torus, density.values()));
    Ok(Density::above_zero(&grid, values)?)
}

/// `T(x) - x` at the nodes, one array for each axis.
fn displacements(map: &TransportMap, grid: &Grid) -> Result<Vec<Vec<f64>>, TransportError> {
    let coordinates = [0, 1].map(|axis| grid.axis(axis).coordinates());
    let mut displacement = [0, 1].map(|_| Vec::with_capacity(grid.len()));
    for position in 0..grid.len() {
        let node = grid.node(position);
        let moved = map.displacement([coordinates[0][node[0]], coordinates[1][node[1]]])?;
        displacement.iter_mut().zip(moved).for_each(|(axis, length)| axis.push(length));
    }
    Ok(displacement.to_vec())
}

fn map_record(source: &Density, displacement: Vec<Vec<f64>>) -> PlanRecord {
    PlanRecord::Map { grid: source.grid().clone(), displacement, density: source.values().to_vec() }
}

/// The point masses of a measure that has them.
fn points(measure: &Measure) -> Option<PlanPoints> {
    match measure {
        Measure::Atoms(cloud) => Some(PlanPoints { points: cloud.coordinates(), masses: cloud.weights().to_vec() }),
        Measure::Nodes(histogram) => {
            let grid = histogram.grid();
            let axes: Vec<Vec<f64>> = grid.axes().iter().map(|axis| axis.coordinates()).collect();
            let node = |position| grid.node(position).into_iter().zip(&axes).map(|(j, axis)| axis[j]);
            let points = (0..grid.len()).flat_map(node).collect();
            Some(PlanPoints { points, masses: histogram.masses().to_vec() })
        }
        Measure::Density(_) | Measure::Constant(_) => None,
    }
}

/// A failure of a solver with what can be done about it.
fn failure(source: TransportError) -> W2Error {
    let advice = match &source {
        TransportError::NotConverged { .. } | TransportError::NotConvex { .. } => {
            "; a finer grid or a larger --tolerance may help"
        }
        TransportError::Unresolved { .. } => "; --reading constant or nodes reads the values otherwise",
        _ => "",
    };
    W2Error::Solver { source, advice }
}

//! Exact optimal transport between point masses on the flat torus of dimension 2: histograms on grids and clouds.
//!
//! ```text
//! W2^2 = min sum_st f_st d(x_s, y_t)^2,   sum_t f_st = a_s,   sum_s f_st = b_t,   f >= 0
//!      = max sum_s a_s u_s + sum_t b_t v_t,   u_s + v_t <= d(x_s, y_t)^2
//! ```
//!
//! in integers: masses are rounded to whole numbers of a common sum ([`rounding`]), squared distances to whole units
//! ([`metric`]), and both problems are solved to equality. The way there:
//!
//! 1. [`multiscale`]: a coarser problem predicts, by [`prolongation`], the duals `v` and a [`plan`];
//! 2. [`shortlist`]: two c-transforms make them feasible; pairs with a small reduced cost are listed;
//! 3. [`decomposition`]: the plan is made optimal in parts, from small ones to large ones, and then as a whole: by
//!    [`simplex`], a network simplex on a [`spanning_tree`] with potentials in [`clusters`], from a [`first_basis`];
//! 4. [`column_generation`]: all pairs are priced, violated ones join the list until there are none ([`reduced_costs`] are
//!    searched axis by axis where the points are nodes of a [`lattice`], in a [`search_tree`] otherwise);
//! 5. [`nearer`]: between sides near each other the same again in smaller units, for full relative accuracy.
//!
//! Memory is proportional to the shortlist, about 20 arcs for each point. Point masses on nodes are not the densities they
//! stand for: near each other their distance behaves like the square root of that of the densities.
//!
//! The result is a function of the input alone, whatever the number of threads.

mod arc_list;
mod by_owner;
mod clusters;
mod column_generation;
mod decomposition;
mod first_basis;
mod lattice;
mod majorant;
mod metric;
mod multiscale;
mod nearer;
mod plan;
mod potential;
mod problem;
mod prolongation;
mod reduced_costs;
mod rounding;
mod search_tree;
mod shortlist;
mod simplex;
mod spanning_tree;

use super::frame::same_frame;
use super::{Cloud, Distance, Histogram, Method, TransportError};
use crate::torus::Grid;
pub use column_generation::SimplexEffort;
use column_generation::{Goal, Solution};
use metric::Metric;
use plan::Flow;
use problem::Problem;
use rounding::IntegerMasses;

/// Relative rounding of a squared distance and of the sums over a plan, each term of which is positive.
const ROUNDING: f64 = 16.0 * f64::EPSILON;

/// The optimal transport between two sets of point masses, with its proof.
#[derive(Debug, Clone)]
pub struct DiscreteTransport {
    distance: Distance,
    problem: Problem,
    solution: Solution,
    /// Sum of the integer masses.
    total: i64,
    /// Where the points of the problem stand in the input: source, target.
    places: [Vec<u32>; 2],
    /// Coordinates of all points of the input, those without mass too.
    points: [Vec<[f64; 2]>; 2],
}

/// One arc of an optimal plan.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shipment {
    /// Number of the source point or node.
    pub source: usize,
    /// Number of the target point or node.
    pub target: usize,
    /// Share of the whole mass that goes there.
    pub mass: f64,
}

impl DiscreteTransport {
    /// Most points or nodes of one side.
    pub const MAXIMUM_POINTS: usize = 1 << 19;

    /// Transport between the masses of two histograms at their nodes, on the same torus and any grids.
    ///
    /// With equal grids of commensurable spacings (their squares in the ratio of small whole numbers) no cost is rounded.
    ///
    /// # Errors
    /// [`TransportError::Dimension`] unless both have dimension 2, [`TransportError::Period`] and
    /// [`TransportError::Origin`] on different tori, [`TransportError::TooManyPoints`] above
    /// [`DiscreteTransport::MAXIMUM_POINTS`] nodes.
    pub fn between_histograms(source: &Histogram, target: &Histogram) -> Result<DiscreteTransport, TransportError> {
        let (from, to) = (source.grid(), target.grid());
        for grid in [from, to] {
            check(grid.dimension(), grid.len())?;
        }
        same_frame([&to.periods(), &to.origins()], [&from.periods(), &from.origins()])?;
        let period = [to.axis(0).period, to.axis(1).period];
        let same = from.shape() == to.shape();
        let ring = if same { [to.axis(0).points as f64, to.axis(1).points as f64] } else { [1.0; 2] };
        let points = [nodes(from, ring), nodes(to, ring)];
        Ok(solve(points, [source.masses(), target.masses()], ring, period)?.within(0.0))
    }

    /// Transport between two clouds, of any sizes, with or without weights.
    ///
    /// # Errors
    /// [`TransportError::Dimension`] unless both have dimension 2, [`TransportError::Period`] when their periods differ,
    /// [`TransportError::TooManyPoints`] above [`DiscreteTransport::MAXIMUM_POINTS`] points.
    ///
    /// # Panics
    /// For a cloud on the plane.
    pub fn between_clouds(source: &Cloud, target: &Cloud) -> Result<DiscreteTransport, TransportError> {
        for cloud in [source, target] {
            assert!(!cloud.is_on_line(), "a cloud on the plane has no place on a torus");
            check(cloud.dimension(), cloud.len())?;
        }
        for (axis, (&got, &expected)) in source.periods().iter().zip(target.periods()).enumerate() {
            if got != expected {
                return Err(TransportError::Period { axis, expected, got });
            }
        }
        let period = [target.periods()[0], target.periods()[1]];
        let points = [source, target].map(|cloud| cloud.positions().chunks_exact(2).map(|p| [p[0], p[1]]).collect());
        let given = source.position_error() + target.position_error();
        Ok(solve(points, [source.weights(), target.weights()], [1.0; 2], period)?
            .within(given * period[0].hypot(period[1])))
    }

    /// The distance. Its error bar covers the rounding of masses, costs and sums; its duality gap is 0.
    pub fn distance(&self) -> Distance {
        self.distance
    }

    /// The arcs of an optimal plan, at most one less than there are points of positive mass.
    pub fn plan(&self) -> impl Iterator<Item = Shipment> + '_ {
        self.solution.plan.iter().map(|flow| Shipment {
            source: self.places[0][flow.source as usize] as usize,
            target: self.places[1][flow.target as usize] as usize,
            mass: flow.mass as f64 / self.total as f64,
        })
    }

    /// Work done.
    pub fn effort(&self) -> SimplexEffort {
        self.solution.effort
    }

    /// Widens the error bar by what the coordinates may be off.
    fn within(mut self, length: f64) -> DiscreteTransport {
        self.distance.error += length;
        self
    }
}

fn check(dimension: usize, points: usize) -> Result<(), TransportError> {
    let (method, maximum) = (Method::NetworkSimplex, DiscreteTransport::MAXIMUM_POINTS);
    if dimension != 2 {
        return Err(TransportError::Dimension { method, expected: 2, got: dimension });
    }
    if points > maximum {
        return Err(TransportError::TooManyPoints { method, points, maximum });
    }
    Ok(())
}

/// Nodes of `grid` in rings of length `ring`.
fn nodes(grid: &Grid, ring: [f64; 2]) -> Vec<[f64; 2]> {
    let [n1, n2] = [grid.axis(0).points, grid.axis(1).points];
    let coordinate =
        |j: usize, n: usize, ring: f64| if ring == n as f64 { j as f64 } else { j as f64 / n as f64 * ring };
    (0..n1 * n2).map(|k| [coordinate(k / n2, n1, ring[0]), coordinate(k % n2, n2, ring[1])]).collect()
}

/// The transport of `masses` at `points`, coordinates in rings of length `ring` that stand for `period`.
fn solve(
    points: [Vec<[f64; 2]>; 2],
    masses: [&[f64]; 2],
    ring: [f64; 2],
    period: [f64; 2],
) -> Result<DiscreteTransport, TransportError> {
    let identical = points[0] == points[1] && masses[0] == masses[1];
    let metric = Metric::new(ring, period, points[0].len() + points[1].len());
    let integers = IntegerMasses::new(masses[0], masses[1]);
    let (problem, places) = Problem::new(metric, &points, [&integers.source, &integers.target]);
    let solution = multiscale::solve_by_scales(&problem, Goal::Exact);
    let (problem, solution) = nearer::refine(problem, solution);
    let distance = distance(&problem, &solution, &integers, identical)?;
    Ok(DiscreteTransport { distance, problem, solution, total: integers.total, places, points })
}

/// The distance of an optimal solution, or an error if it does not prove itself.
///
/// Costs were rounded down, so the dual value is a lower bound of the squared distance of the integer masses, and the cost
/// of the plan at unrounded distances an upper one.
fn distance(
    problem: &Problem,
    solution: &Solution,
    integers: &IntegerMasses,
    identical: bool,
) -> Result<Distance, TransportError> {
    let product = |m: &[i64], w: &[i64]| m.iter().zip(w).map(|(m, w)| i128::from(*m) * i128::from(*w)).sum::<i128>();
    let dual = product(&problem.source.masses, &solution.u) + product(&problem.target.masses, &solution.v);
    let cost = |flow: &Flow| i128::from(flow.mass) * i128::from(problem.arc(flow.source, flow.target).cost);
    let primal: i128 = solution.plan.iter().map(cost).sum();
    let metric = problem.metric();
    let scale = metric.unit() / integers.total as f64;
    if primal != dual {
        return Err(TransportError::NotConverged {
            method: Method::NetworkSimplex,
            stage: "column generation",
            steps: solution.effort.rounds as usize,
            residual: (primal - dual) as f64 * scale,
            tolerance: 0.0,
        });
    }
    let upper = scale * plan_cost(problem, solution);
    let slack = if identical { 0.0 } else { 0.5 * integers.error * metric.squared_diameter() };
    let lower = (dual as f64 * scale * (1.0 - ROUNDING) - slack).max(0.0);
    let value = upper.sqrt();
    let above = (upper * (1.0 + ROUNDING) + slack).sqrt() - value;
    Ok(Distance { value, error: above.max(value - lower.sqrt()), method: Method::NetworkSimplex, gap: Some(0.0) })
}

/// Sum of mass times unrounded cost, with the rounding of the sum carried along (Neumaier 1974).
fn plan_cost(problem: &Problem, solution: &Solution) -> f64 {
    let (mut sum, mut carried) = (0.0_f64, 0.0);
    for flow in &solution.plan {
        let (s, t) = (flow.source as usize, flow.target as usize);
        let (x, y) = (problem.source.tree.points()[s], problem.target.tree.points()[t]);
        let term = flow.mass as f64 * problem.metric().real_cost(x, y);
        let next = sum + term;
        carried += if sum >= term { sum - next + term } else { term - next + sum };
        sum = next;
    }
    sum + carried
}

#[cfg(test)]
mod tests;

//! Full relative accuracy between sides that are near each other.
//!
//! Costs in units of `2^-46` of the largest squared distance leave an error of `1e-14` of it: nothing next to the distance
//! of sides far apart, all of it where every point has a partner `1e-7` away. When the longest arc of the optimal plan is
//! short, the costs are taken in a smaller unit and capped a little above it, and the problem is solved again from the
//! duals known. Capped costs are at most the true ones, so their optimum is a lower bound; it is the optimum itself when
//! its plan uses no capped cost. Otherwise the first solution stands.

use super::column_generation::{Goal, SimplexEffort, Solution, solve};
use super::plan::Flow;
use super::problem::Problem;
use super::shortlist::Shortlist;

/// Old units that the longest cost must measure for the old duals to predict the new ones.
const MEASURED: f64 = 1e6;
/// Largest prediction of a dual: sums of duals and costs stay within 64 bits.
const LARGEST: f64 = (1_u64 << 60) as f64;

/// The problem and its solution in the smallest unit that suits them.
pub(super) fn refine(problem: Problem, solution: Solution) -> (Problem, Solution) {
    let longest = longest(&problem, &solution);
    let nodes = problem.source.len() + problem.target.len();
    let Some(metric) = problem.metric().nearer(longest, nodes) else {
        return (problem, solution);
    };
    let ratio = if longest > MEASURED { problem.metric().unit() / metric.unit() } else { 0.0 };
    let predicted: Vec<i64> = solution.v.iter().map(|v| (*v as f64 * ratio).clamp(-LARGEST, LARGEST) as i64).collect();
    let nearer = problem.with_metric(metric);
    let again = solve(&nearer, Shortlist::predict(&nearer, &predicted), solution.plan.clone(), Goal::Exact);
    if !metric.holds(self::longest(&nearer, &again)) {
        return (problem, solution);
    }
    let effort = SimplexEffort { pivots: solution.effort.pivots + again.effort.pivots, ..again.effort };
    (nearer, Solution { effort, ..again })
}

/// Largest cost that the plan pays, before rounding.
fn longest(problem: &Problem, solution: &Solution) -> f64 {
    let cost = |flow: &Flow| {
        let (s, t) = (flow.source as usize, flow.target as usize);
        problem.metric().real_cost(problem.source.tree.points()[s], problem.target.tree.points()[t])
    };
    solution.plan.iter().map(cost).fold(0.0, f64::max)
}

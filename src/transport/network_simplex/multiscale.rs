//! Duals and a plan predicted from a coarser problem (Schmitzer 2016).
//!
//! The leaves of the search trees, up to four neighbouring points, become single points at their centres of mass. What
//! their solution says of the fine problem, [`super::prolongation`] knows.

use super::column_generation::{Goal, SimplexEffort, Solution, solve};
use super::plan::northwest_corner;
use super::problem::{Problem, Side};
use super::prolongation::{prolong_duals, prolong_plan};
use super::shortlist::Shortlist;
use std::ops::Range;

/// Sides up to this size are solved on all pairs.
const COARSEST: usize = 32;

/// Solves `problem` by way of coarser ones.
pub(super) fn solve_by_scales(problem: &Problem, goal: Goal) -> Solution {
    let size = problem.source.len().max(problem.target.len());
    if size <= COARSEST {
        let plan = northwest_corner(&problem.source.masses, &problem.target.masses);
        return solve(problem, Shortlist::complete(problem), plan, goal);
    }
    let (source, order_of_sources) = coarsen(&problem.source);
    let (target, order_of_targets) = coarsen(&problem.target);
    let coarse = Problem { source, target };
    let solution = solve_by_scales(&coarse, Goal::Prediction);
    let parts = [leaves(&problem.source, &order_of_sources), leaves(&problem.target, &order_of_targets)];
    let list = Shortlist::predict(problem, &prolong_duals(&coarse, &solution, &parts[1], problem));
    let plan = prolong_plan(&solution.plan, &parts, problem, [&list.u, &list.v]);
    let fine = solve(problem, list, plan, goal);
    Solution { effort: SimplexEffort { pivots: fine.effort.pivots + solution.effort.pivots, ..fine.effort }, ..fine }
}

/// The points of the leaf that every coarse point stands for, which is leaf `order[k]` for the coarse point `k`.
fn leaves(side: &Side, order: &[u32]) -> Vec<Range<usize>> {
    let leaves: Vec<Range<usize>> = side.tree.leaves().collect();
    order.iter().map(|leaf| leaves[*leaf as usize].clone()).collect()
}

/// One point for each leaf, and which leaf each of them is.
fn coarsen(side: &Side) -> (Side, Vec<u32>) {
    let (points, masses): (Vec<[f64; 2]>, Vec<i64>) = side
        .tree
        .leaves()
        .map(|leaf| {
            let mass: i64 = side.masses[leaf.clone()].iter().sum();
            let centre = |axis: usize| {
                let moments = leaf.clone().map(|p| side.tree.points()[p][axis] * (side.masses[p] as f64 / mass as f64));
                moments.sum::<f64>()
            };
            ([centre(0), centre(1)], mass)
        })
        .unzip();
    Side::new(*side.tree.metric(), &points, &masses)
}

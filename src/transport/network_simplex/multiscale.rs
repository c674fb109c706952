//! Duals and a plan predicted from a coarser problem (Schmitzer 2016).
//!
//! The leaves of the search trees, up to four neighbouring points, become single points at their centres of mass. What
//! their solution says of the fine problem, [`super::prolongation`] knows. A side much smaller than the other one is kept as
//! it is: its few duals hardly change with the scale of the other side, and predict that side's by a c-transform.

use super::column_generation::{Goal, SimplexEffort, Solution, solve};
use super::plan::northwest_corner;
use super::problem::{Problem, Side};
use super::prolongation::{prolong_duals, prolong_plan};
use super::shortlist::{Shortlist, c_transform};
use std::ops::Range;

/// Sides up to this size are solved on all pairs.
const COARSEST: usize = 32;

/// A side is kept as it is while the other one has more than this many times its points.
const FEW: usize = 2;

/// Solves `problem` by way of coarser ones.
pub(super) fn solve_by_scales(problem: &Problem, goal: Goal) -> Solution {
    let size = problem.source.len().max(problem.target.len());
    if size <= COARSEST {
        let plan = northwest_corner(&problem.source.masses, &problem.target.masses);
        return solve(problem, Shortlist::complete(problem), plan, goal);
    }
    let [source, target] = [&problem.source, &problem.target].map(|side| Coarse::of(side, size));
    let coarse = Problem::between(source.side, target.side);
    let solution = solve_by_scales(&coarse, Goal::Prediction);
    let v = if source.kept && !target.kept {
        c_transform(&problem.source, &solution.u, &problem.target)
    } else {
        prolong_duals(&coarse, &solution, &target.parts, problem)
    };
    let list = Shortlist::predict(problem, &v);
    let parts = [source.parts, target.parts];
    let plan = prolong_plan(&solution.plan, &parts, problem, [&list.u, &list.v]);
    let fine = solve(problem, list, plan, goal);
    Solution { effort: SimplexEffort { pivots: fine.effort.pivots + solution.effort.pivots, ..fine.effort }, ..fine }
}

/// A side of the coarse problem.
struct Coarse {
    side: Side,
    /// The points that each of its points stands for.
    parts: Vec<Range<usize>>,
    /// Whether they are the same points.
    kept: bool,
}

impl Coarse {
    /// One point for each leaf of `fine`, or the same points, in their order, where there are few beside the `size` of the
    /// larger side.
    fn of(fine: &Side, size: usize) -> Coarse {
        if fine.len() * FEW < size {
            return Coarse { side: fine.clone(), parts: (0..fine.len()).map(|p| p..p + 1).collect(), kept: true };
        }
        let leaves: Vec<Range<usize>> = fine.tree.leaves().collect();
        let (points, masses): (Vec<[f64; 2]>, Vec<i64>) = leaves.iter().map(|leaf| centre_of_mass(fine, leaf)).unzip();
        let (side, order) = Side::new(*fine.tree.metric(), &points, &masses);
        let parts = order.iter().map(|leaf| leaves[*leaf as usize].clone()).collect();
        Coarse { side, parts, kept: false }
    }
}

/// Where the mass of some points is on average, and how much it is.
fn centre_of_mass(side: &Side, points: &Range<usize>) -> ([f64; 2], i64) {
    let mass: i64 = side.masses[points.clone()].iter().sum();
    let centre = |axis: usize| {
        let moments = points.clone().map(|p| side.tree.points()[p][axis] * (side.masses[p] as f64 / mass as f64));
        moments.sum::<f64>()
    };
    ([centre(0), centre(1)], mass)
}

//! Duals predicted from a coarser problem (Schmitzer 2016).
//!
//! The leaves of the search trees, up to four neighbouring points, become single points at their centres of mass. The dual
//! of a coarse target `Y`, supplied on average from a displacement `D = Y - S` away, is continued to the fine targets in
//! its leaf by its gradient, `v(y) = v(Y) + 2 D.(y - Y)`.

use super::column_generation::{Goal, SimplexEffort, Solution, solve};
use super::problem::{Problem, Side};
use super::shortlist::Shortlist;

/// Sides up to this size are solved on all pairs.
const COARSEST: usize = 32;

/// Solves `problem` by way of coarser ones.
pub(super) fn solve_by_scales(problem: &Problem, goal: Goal) -> Solution {
    let size = problem.source.len().max(problem.target.len());
    if size <= COARSEST {
        return solve(problem, Shortlist::complete(problem), goal);
    }
    let (source, _) = coarsen(&problem.source);
    let (target, order) = coarsen(&problem.target);
    let coarse = Problem { source, target };
    let solution = solve_by_scales(&coarse, Goal::Prediction);
    let v = prolong(&coarse, &solution, &order, problem);
    let fine = solve(problem, Shortlist::predict(problem, &v), goal);
    Solution { effort: SimplexEffort { pivots: fine.effort.pivots + solution.effort.pivots, ..fine.effort }, ..fine }
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

/// Duals of the targets of `fine` from a solution of `coarse`, target `k` of which is leaf `order[k]`.
fn prolong(coarse: &Problem, solution: &Solution, order: &[u32], fine: &Problem) -> Vec<i64> {
    let metric = coarse.metric();
    let mut displacement = vec![[0.0; 2]; coarse.target.len()];
    for &(s, t, flow) in &solution.flows {
        let (x, y) = (coarse.source.tree.points()[s as usize], coarse.target.tree.points()[t as usize]);
        let share = flow as f64 / coarse.target.masses[t as usize] as f64;
        for (axis, sum) in displacement[t as usize].iter_mut().enumerate() {
            *sum += share * metric.displacement(x, y, axis);
        }
    }
    let mut target_of_leaf = vec![0; order.len()];
    order.iter().enumerate().for_each(|(t, leaf)| target_of_leaf[*leaf as usize] = t);
    let mut v = vec![0; fine.target.len()];
    for (leaf, t) in fine.target.tree.leaves().zip(target_of_leaf) {
        let centre = coarse.target.tree.points()[t];
        for p in leaf {
            let y = fine.target.tree.points()[p];
            let slope = |axis: usize| 2.0 * metric.weight()[axis] * displacement[t][axis] * (y[axis] - centre[axis]);
            v[p] = solution.v[t] + (slope(0) + slope(1)).round() as i64;
        }
    }
    v
}

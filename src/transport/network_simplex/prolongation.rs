//! Duals and a plan for a fine problem from the solution of a coarse one.
//!
//! The dual of a coarse target `Y`, supplied on average from a displacement `D = Y - S` away, is continued to the fine
//! targets it stands for by its gradient, `v(y) = v(Y) + 2 D.(y - Y)`.
//!
//! What a coarse source ships to a coarse target, some point of the one ships to some point of the other: so the fine plan
//! balances at once, and no mass is left over far from where it is wanted. The arcs of an optimal basis form trees, which
//! are taken apart from their ends: a coarse point with one arc left sends all that its points still have along it, to the
//! points where that costs least next to the predicted duals.

use super::column_generation::Solution;
use super::plan::{Flow, arcs_of_nodes};
use super::problem::Problem;
use std::ops::Range;

/// The fine points that every coarse source, every coarse target stands for.
pub(super) type Parts = [Vec<Range<usize>>; 2];

/// Duals of the targets of `fine` from a solution of `coarse`, whose target `k` stands for the points `parts[k]`.
pub(super) fn prolong_duals(coarse: &Problem, solution: &Solution, parts: &[Range<usize>], fine: &Problem) -> Vec<i64> {
    let metric = coarse.metric();
    let mut displacement = vec![[0.0; 2]; coarse.target.len()];
    for flow in &solution.plan {
        let (s, t) = (flow.source as usize, flow.target as usize);
        let (x, y) = (coarse.source.tree.points()[s], coarse.target.tree.points()[t]);
        let share = flow.mass as f64 / coarse.target.masses[t] as f64;
        for (axis, sum) in displacement[t].iter_mut().enumerate() {
            *sum += share * metric.displacement(x, y, axis);
        }
    }
    let mut v = vec![0; fine.target.len()];
    for (t, part) in parts.iter().enumerate() {
        let centre = coarse.target.tree.points()[t];
        for p in part.clone() {
            let y = fine.target.tree.points()[p];
            let slope = |axis: usize| 2.0 * metric.weight()[axis] * displacement[t][axis] * (y[axis] - centre[axis]);
            v[p] = solution.v[t] + (slope(0) + slope(1)).round() as i64;
        }
    }
    v
}

/// A plan for `fine`, whose predicted duals are `duals`, from the coarse `plan`, whose arcs form a forest.
pub(super) fn prolong_plan(plan: &[Flow], parts: &Parts, fine: &Problem, duals: [&[i64]; 2]) -> Vec<Flow> {
    let sources = parts[0].len();
    let nodes = sources + parts[1].len();
    let arcs = arcs_of_nodes(plan, sources, parts[1].len());
    let mut left = [fine.source.masses.clone(), fine.target.masses.clone()];
    let mut open: Vec<usize> = (0..nodes).map(|node| arcs.of(node).len()).collect();
    let mut done = vec![false; plan.len()];
    let mut ready: Vec<usize> = (0..nodes).rev().filter(|node| open[*node] == 1).collect();
    let (mut fine_plan, mut pairs) = (Vec::with_capacity(fine.source.len() + fine.target.len()), Vec::new());
    while let Some(node) = ready.pop() {
        // The other end may have been first.
        let Some(&arc) = arcs.of(node).iter().find(|arc| !done[**arc as usize]) else { continue };
        done[arc as usize] = true;
        let flow = &plan[arc as usize];
        for end in flow.ends(sources) {
            open[end] -= 1;
            if open[end] == 1 {
                ready.push(end);
            }
        }
        let ranges = [parts[0][flow.source as usize].clone(), parts[1][flow.target as usize].clone()];
        ship(ranges, fine, duals, &mut left, &mut pairs, &mut fine_plan);
    }
    fine_plan
}

/// Ships all that the points of one of two ranges have left, cheapest arcs first.
fn ship(
    [from, to]: [Range<usize>; 2],
    fine: &Problem,
    duals: [&[i64]; 2],
    left: &mut [Vec<i64>; 2],
    pairs: &mut Vec<(i64, u32, u32)>,
    plan: &mut Vec<Flow>,
) {
    pairs.clear();
    for s in from.filter(|s| left[0][*s] > 0) {
        for t in to.clone().filter(|t| left[1][*t] > 0) {
            let reduced_cost = fine.arc(s as u32, t as u32).cost - duals[0][s] - duals[1][t];
            pairs.push((reduced_cost, s as u32, t as u32));
        }
    }
    pairs.sort_unstable();
    for &(_, source, target) in pairs.iter() {
        let mass = left[0][source as usize].min(left[1][target as usize]);
        if mass > 0 {
            left[0][source as usize] -= mass;
            left[1][target as usize] -= mass;
            plan.push(Flow { source, target, mass });
        }
    }
}

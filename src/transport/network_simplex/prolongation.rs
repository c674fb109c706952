//! The plan of a fine problem from the optimal one of a coarse problem.
//!
//! What a coarse source ships to a coarse target, some point of the one ships to some point of the other: so the fine plan
//! balances at once, and no mass is left over far from where it is wanted. The arcs of an optimal basis form trees, which
//! are taken apart from their ends: a coarse point with one arc left sends all that its points still have along it, to the
//! points where that costs least next to the predicted duals.

use super::plan::{ByOwner, Flow};
use super::problem::Problem;
use std::ops::Range;

/// The fine points that every coarse source, every coarse target stands for.
pub(super) type Parts = [Vec<Range<usize>>; 2];

/// A plan for `fine`, whose predicted duals are `duals`, from the coarse `plan`, whose arcs form a forest.
pub(super) fn prolong(plan: &[Flow], parts: &Parts, fine: &Problem, duals: [&[i64]; 2]) -> Vec<Flow> {
    let sources = parts[0].len();
    let nodes = sources + parts[1].len();
    let ends = |flow: &Flow| [flow.source as usize, flow.target as usize + sources];
    let arcs = ByOwner::new(
        nodes,
        (0_u32..).zip(plan).flat_map(|(arc, flow)| ends(flow).map(|node| (node as u32, arc)).into_iter()),
    );
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
        for end in ends(flow) {
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

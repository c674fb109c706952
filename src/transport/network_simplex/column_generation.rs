//! The exact optimum over all pairs from a simplex on few of them.
//!
//! The simplex solves the shortlist; then all pairs are priced, those with a negative reduced cost join the list, and the
//! simplex goes on from its basis. When none is left the duals are feasible for every pair, and equal sums of the primal
//! and the dual problem prove the optimum. The cost of the hub starts at the scale of the errors of the prediction and is
//! raised until nothing passes through it, so that a few misplaced masses do not upset the duals everywhere.

use super::problem::Problem;
use super::shortlist::{SLACK, Shortlist};
use super::simplex::Simplex;

/// A flow with duals, in the order of the problem's points.
#[derive(Debug, Clone)]
pub(super) struct Solution {
    pub u: Vec<i64>,
    pub v: Vec<i64>,
    /// Source, target, mass.
    pub flows: Vec<(u32, u32, i64)>,
    pub effort: SimplexEffort,
}

/// Work done for a distance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SimplexEffort {
    /// Pivots of the network simplex, all scales together.
    pub pivots: u64,
    /// Arcs of the shortlist of the finest scale, at the end.
    pub arcs: usize,
    /// Rounds of exact pricing of all pairs on the finest scale.
    pub rounds: u64,
}

/// What is asked of a solution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Goal {
    /// Optimal over all pairs.
    Exact,
    /// Optimal over some list of arcs: good enough to predict duals from.
    Prediction,
}

/// Solves `problem` from a shortlist.
pub(super) fn solve(problem: &Problem, shortlist: Shortlist, goal: Goal) -> Solution {
    let largest = problem.metric().largest() + 1;
    let mut penalty = (SLACK * problem.squared_spacing()).min(largest);
    let Shortlist { u, v, arcs } = shortlist;
    let masses = [problem.source.masses.as_slice(), problem.target.masses.as_slice()];
    let mut simplex = Simplex::new(masses, [&u, &v], penalty, arcs);
    let mut rounds = 0;
    loop {
        simplex.optimise();
        let balanced = simplex.hub_flow() == 0;
        let [u, v] = simplex.duals();
        let violated = if balanced && goal == Goal::Prediction {
            Vec::new()
        } else {
            rounds += 1;
            problem.violated(&u, &v)
        };
        if !violated.is_empty() {
            simplex.add_arcs(&violated);
        } else if balanced {
            let effort = SimplexEffort { pivots: simplex.pivots(), arcs: simplex.arc_count(), rounds };
            return Solution { u, v, flows: simplex.flows().collect(), effort };
        } else {
            // At `largest` any pair is cheaper than the way through the hub: flow through it would leave a violated arc.
            assert!(penalty < largest, "mass {} passes through the hub at its highest cost", simplex.hub_flow());
            penalty = (2 * penalty).min(largest);
            simplex.raise_penalty(penalty);
        }
    }
}

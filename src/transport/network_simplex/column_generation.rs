//! The exact optimum over all pairs from a simplex on few of them.
//!
//! The simplex solves the shortlist; then all pairs are priced, those with a negative reduced cost join the list, and the
//! simplex goes on from its basis. When none is left the duals are feasible for every pair, and equal sums of the primal
//! and the dual problem prove the optimum.

use super::decomposition;
use super::plan::{Flow, Forest};
use super::problem::Problem;
use super::shortlist::Shortlist;
use super::simplex::Simplex;

/// A flow with duals, in the order of the problem's points.
#[derive(Debug, Clone)]
pub(super) struct Solution {
    pub u: Vec<i64>,
    pub v: Vec<i64>,
    pub plan: Vec<Flow>,
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

/// Solves `problem` from a shortlist and a plan.
pub(super) fn solve(problem: &Problem, shortlist: Shortlist, plan: Vec<Flow>, goal: Goal) -> Solution {
    let (plan, local) = decomposition::improve(problem, &shortlist, plan);
    let forest = Forest::of(plan, problem.source.len(), problem.target.len());
    let cost = |s, t| problem.arc(s, t).cost;
    let mut simplex = Simplex::new(&shortlist.u, problem.target.len(), shortlist.arcs, &forest, cost);
    let mut rounds = 0;
    loop {
        simplex.optimise();
        let [u, v] = simplex.duals();
        let mut violated = Vec::new();
        if goal == Goal::Exact {
            rounds += 1;
            violated = problem.violated(&u, &v);
        }
        if violated.is_empty() {
            let effort = SimplexEffort { pivots: local + simplex.pivots(), arcs: simplex.arc_count(), rounds };
            return Solution { u, v, plan: simplex.plan().collect(), effort };
        }
        simplex.add_arcs(violated);
    }
}

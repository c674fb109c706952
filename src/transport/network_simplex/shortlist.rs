//! The arcs a solution is expected to use, from predicted duals.
//!
//! A prediction of `v` is made feasible and tight by two c-transforms, `u = v^c`, `v = u^c` (then `v^c = u` again), after
//! which every point has an arc of reduced cost 0. Near the optimum the arcs used have small reduced costs: those up to
//! [`SLACK`] squared spacings are listed.

use super::arc_list::Arc;
use super::problem::{Problem, Side, each_point};
use super::reduced_costs::{Duals, Limits};

/// Largest reduced cost of a listed arc, in squared spacings. With less, sources cannot reach enough targets and rounds of
/// column generation follow; with more, pricing takes longer.
const SLACK: i64 = 5;
/// Most arcs listed for one point, so that many nearly coincident points do not list all pairs.
const MOST_ARCS: usize = 24;

/// Feasible duals and the sorted shortlist.
pub(super) struct Shortlist {
    pub u: Vec<i64>,
    pub v: Vec<i64>,
    pub arcs: Vec<Arc>,
}

impl Shortlist {
    /// The list for the predicted duals `v` of the targets.
    pub(super) fn predict(problem: &Problem, v: &[i64]) -> Shortlist {
        let limits = Limits { below: i64::MAX, slack: SLACK * problem.squared_spacing(), most: MOST_ARCS };
        let u = c_transform(&problem.target, v, &problem.source);
        let v = c_transform(&problem.source, &u, &problem.target);
        // The targets of a source ascending, so that the list is sorted.
        let duals = Duals::new(&problem.target, &v);
        let mut arcs = each_point(&problem.source, |s, x, search, out| {
            duals.smallest(x, limits, search);
            search.found.sort_unstable_by_key(|(_, t)| *t);
            out.extend(search.found.iter().map(|(_, t)| problem.arc(s, *t)));
        });
        // Reduced costs are the same from both sides: only what is beyond the most arcs of a source can be new.
        let mut listed = vec![0; problem.source.len()];
        arcs.iter().for_each(|arc| listed[arc.source as usize] += 1);
        if listed.contains(&MOST_ARCS) {
            let duals = Duals::new(&problem.source, &u);
            let mut by_target = each_point(&problem.target, |t, y, search, out| {
                duals.smallest(y, limits, search);
                let full = search.found.iter().filter(|(_, s)| listed[*s as usize] == MOST_ARCS);
                out.extend(full.map(|(_, s)| problem.arc(*s, t)));
            });
            by_target.sort_unstable();
            arcs.extend(by_target);
            // Merges two sorted lists.
            arcs.sort();
            arcs.dedup();
        }
        Shortlist { u, v, arcs }
    }

    /// All arcs, duals 0.
    pub(super) fn complete(problem: &Problem) -> Shortlist {
        let (sources, targets) = (problem.source.len(), problem.target.len());
        let pairs = (0..sources as u32).flat_map(|s| (0..targets as u32).map(move |t| (s, t)));
        Shortlist { u: vec![0; sources], v: vec![0; targets], arcs: pairs.map(|(s, t)| problem.arc(s, t)).collect() }
    }
}

/// `min_y c(x, y) - w(y)` for all points `x` of a side, `w` the duals of the points `y` of the other one.
pub(super) fn c_transform(other: &Side, duals: &[i64], side: &Side) -> Vec<i64> {
    let duals = Duals::new(other, duals);
    each_point(side, |_, x, search, out| out.push(duals.least(x, search)))
}

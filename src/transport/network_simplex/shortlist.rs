//! The arcs a solution is expected to use, from predicted duals.
//!
//! A prediction of `v` is made feasible and tight by two c-transforms, `u = v^c`, `v = u^c` (then `v^c = u` again), after
//! which every point has an arc of reduced cost 0. Near the optimum the arcs used have small reduced costs: those up to
//! [`SLACK`] squared spacings are listed.

use super::arc_list::Arc;
use super::problem::{Problem, each_point};
use super::search_tree::Found;

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
        let slack = SLACK * problem.squared_spacing();
        let (source, target) = (&problem.source.tree, &problem.target.tree);
        let duals = target.with_duals(v);
        let least = |_, x, found: &mut Vec<Found>, out: &mut Vec<i64>| {
            out.push(duals.least(x, i64::MAX, found).expect("there are targets").0);
        };
        let u = each_point(source, least);
        let duals = source.with_duals(&u);
        let listed = each_point(target, |t, y, found: &mut Vec<Found>, out| {
            duals.smallest(y, i64::MAX, slack, MOST_ARCS, found);
            out.extend(found.iter().map(|(reduced, s)| (*reduced, problem.arc(*s, t))));
        });
        let mut v = vec![i64::MAX; target.points().len()];
        for (reduced, arc) in &listed {
            v[arc.target as usize] = v[arc.target as usize].min(*reduced);
        }
        let mut arcs: Vec<Arc> = listed.into_iter().map(|(_, arc)| arc).collect();
        let duals = target.with_duals(&v);
        arcs.extend(each_point(source, |s, x, found: &mut Vec<Found>, out| {
            duals.smallest(x, i64::MAX, slack, MOST_ARCS, found);
            out.extend(found.iter().map(|(_, t)| problem.arc(s, *t)));
        }));
        arcs.sort_unstable();
        arcs.dedup();
        Shortlist { u, v, arcs }
    }

    /// All arcs, duals 0.
    pub(super) fn complete(problem: &Problem) -> Shortlist {
        let (sources, targets) = (problem.source.len(), problem.target.len());
        let pairs = (0..sources as u32).flat_map(|s| (0..targets as u32).map(move |t| (s, t)));
        Shortlist { u: vec![0; sources], v: vec![0; targets], arcs: pairs.map(|(s, t)| problem.arc(s, t)).collect() }
    }
}

//! The arcs a solution is expected to use, from predicted duals.
//!
//! A prediction of `v` is made feasible and tight by two c-transforms, `u = v^c`, `v = u^c` (then `v^c = u` again), after
//! which every point has an arc of reduced cost 0. Near the optimum the arcs used have small reduced costs: those up to
//! [`SLACK`] squared spacings are listed.

use super::problem::Problem;
use super::search_tree::Found;
use super::simplex::Arc;

/// Largest reduced cost of a listed arc, in squared spacings. With less, sources cannot reach enough targets and rounds of
/// column generation follow; with more, pricing takes longer.
pub(super) const SLACK: i64 = 5;
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
        let mut found: Vec<Found> = Vec::new();
        let duals = target.with_duals(v);
        let mut least = |x: &[f64; 2]| duals.least(*x, i64::MAX, &mut found).expect("there are targets").0;
        let u: Vec<i64> = source.points().iter().map(&mut least).collect();
        let mut arcs = Vec::new();
        let duals = source.with_duals(&u);
        let mut transformed = Vec::with_capacity(v.len());
        for (t, y) in (0..).zip(target.points()) {
            duals.smallest(*y, i64::MAX, slack, MOST_ARCS, &mut found);
            transformed.push(found[0].0);
            arcs.extend(found.iter().map(|(_, s)| problem.arc(*s, t)));
        }
        let v = transformed;
        let duals = target.with_duals(&v);
        for (s, x) in (0..).zip(source.points()) {
            duals.smallest(*x, i64::MAX, slack, MOST_ARCS, &mut found);
            arcs.extend(found.iter().map(|(_, t)| problem.arc(s, *t)));
        }
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

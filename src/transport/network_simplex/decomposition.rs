//! Plans that are optimal in parts (domain decomposition, Benamou 1995; Bonafini & Schmitzer 2021).
//!
//! A pivot costs more the larger the basis is, and most pivots mend something local. So the points of one side are divided
//! into cells, and what a cell ships is made optimal by itself, the mass that each point of the other side exchanges with
//! the cell being kept; then the same with cells of the other side, four times as large, and so on. The simplex on the whole
//! problem is left with what concerns distant parts.

use super::arc_list::Arc;
use super::by_owner::ByOwner;
use super::plan::{Flow, Forest};
use super::problem::Problem;
use super::shortlist::Shortlist;
use super::simplex::Simplex;
use rayon::prelude::*;
use std::ops::Range;

/// Most points in a cell of the first division, and by what factor that grows.
const FIRST: usize = 256;
const GROWTH: usize = 4;

/// An improved plan, and the pivots made for it.
pub(super) fn improve(problem: &Problem, list: &Shortlist, mut plan: Vec<Flow>) -> (Vec<Flow>, u64) {
    let mut pivots = 0;
    let sizes = [problem.source.len(), problem.target.len()];
    let (mut most, mut side) = (FIRST, 1);
    while 2 * most <= sizes[side] {
        let division = Division::new(problem, list, &plan, side);
        let places = || vec![NOWHERE; sizes[1 - side]];
        let parts: Vec<(Vec<Flow>, u64)> = cells(0..sizes[side], most)
            .into_par_iter()
            .map_init(places, |places, cell| division.optimum(cell, places))
            .collect();
        pivots += parts.iter().map(|(_, pivots)| pivots).sum::<u64>();
        plan = parts.into_iter().flat_map(|(plan, _)| plan).collect();
        (most, side) = (most * GROWTH, 1 - side);
    }
    (plan, pivots)
}

/// Ranges of at most `most` points. Points stand in the order of their search tree, so halves are parts of the torus.
fn cells(points: Range<usize>, most: usize) -> Vec<Range<usize>> {
    if points.len() <= most {
        return vec![points];
    }
    let middle = points.start + points.len() / 2;
    [cells(points.start..middle, most), cells(middle..points.end, most)].concat()
}

/// Arcs and flows by the points of the side that is divided.
struct Division<'a> {
    problem: &'a Problem,
    list: &'a Shortlist,
    /// 0 when the sources are divided, 1 when the targets are.
    side: usize,
    arcs: ByOwner<Arc>,
    plan: ByOwner<Flow>,
}

impl Division<'_> {
    fn new<'a>(problem: &'a Problem, list: &'a Shortlist, plan: &[Flow], side: usize) -> Division<'a> {
        let owners = [problem.source.len(), problem.target.len()][side];
        let arcs = ByOwner::new(owners, list.arcs.iter().map(|arc| ([arc.source, arc.target][side] as usize, *arc)));
        let plan = ByOwner::new(owners, plan.iter().map(|flow| ([flow.source, flow.target][side] as usize, *flow)));
        Division { problem, list, side, arcs, plan }
    }

    /// The best plan among those in which each point of the other side exchanges with the cell what it does now. `places`
    /// is room for one place for each of those points, nowhere before and after.
    fn optimum(&self, cell: Range<usize>, places: &mut [u32]) -> (Vec<Flow>, u64) {
        let flows = self.plan.of_all(cell.clone());
        let partner = |flow: &Flow| [flow.target, flow.source][self.side];
        let mut partners: Vec<u32> = flows.iter().map(partner).collect();
        partners.sort_unstable();
        partners.dedup();
        (0..).zip(&partners).for_each(|(place, partner)| places[*partner as usize] = place);
        let part = Part { side: self.side, begin: cell.start as u32, partners: &partners, places };
        let flow_within = |flow: &Flow| {
            let [source, target] = part.within([flow.source, flow.target]).expect("all partners of the cell are known");
            Flow { source, target, ..*flow }
        };
        let flow_outside = |flow: Flow| {
            let [source, target] = part.outside([flow.source, flow.target]);
            Flow { source, target, ..flow }
        };
        let arc_within = |arc: &Arc| {
            let [source, target] = part.within([arc.source, arc.target])?;
            Some(Arc { source, target, ..*arc })
        };
        let used = flows.iter().filter_map(|flow| arc_within(&self.problem.arc(flow.source, flow.target)));
        let listed = self.arcs.of_all(cell.clone()).iter().filter_map(arc_within);
        let (u, targets) = match self.side {
            0 => (self.list.u[cell].to_vec(), part.partners.len()),
            _ => (part.partners.iter().map(|s| self.list.u[*s as usize]).collect(), cell.len()),
        };
        let by_source = listed.chain(used).map(|arc: Arc| (arc.source as usize, arc));
        let mut arcs = ByOwner::new(u.len(), by_source).into_ascending();
        arcs.dedup();
        let forest = Forest::of(flows.iter().map(flow_within).collect(), u.len(), targets);
        let cost = |s, t| {
            let [source, target] = part.outside([s, t]);
            self.problem.arc(source, target).cost
        };
        let mut simplex = Simplex::new(&u, targets, arcs, &forest, cost);
        simplex.optimise();
        let plan = simplex.plan().map(flow_outside).collect();
        partners.iter().for_each(|partner| places[*partner as usize] = NOWHERE);
        (plan, simplex.pivots())
    }
}

/// The numbers of the points of a part within it: those of the cell from its first one on, partners by their place.
struct Part<'a> {
    side: usize,
    begin: u32,
    partners: &'a [u32],
    /// The place of every point of the other side among the partners.
    places: &'a [u32],
}

/// The place of a point that is no partner.
const NOWHERE: u32 = u32::MAX;

impl Part<'_> {
    /// A pair in the numbers of the part, if both belong to it.
    fn within(&self, [source, target]: [u32; 2]) -> Option<[u32; 2]> {
        let place = |partner: u32| Some(self.places[partner as usize]).filter(|place| *place != NOWHERE);
        Some(match self.side {
            0 => [source - self.begin, place(target)?],
            _ => [place(source)?, target - self.begin],
        })
    }

    /// A pair of the part in the numbers of the whole.
    fn outside(&self, [source, target]: [u32; 2]) -> [u32; 2] {
        match self.side {
            0 => [source + self.begin, self.partners[target as usize]],
            _ => [self.partners[source as usize], target + self.begin],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::metric::Metric;
    use super::super::plan::northwest_corner;
    use super::*;
    use crate::transport::test_random::Random;

    fn problem(random: &mut Random, [sources, targets]: [usize; 2]) -> Problem {
        let metric = Metric::new([1.0; 2], [1.0; 2], sources + targets);
        let mut points = |count: usize| (0..count).map(|_| [random.next(), random.next()]).collect();
        let points: [Vec<[f64; 2]>; 2] = [points(sources), points(targets)];
        let masses = [vec![targets as i64; sources], vec![sources as i64; targets]];
        Problem::new(metric, &points, [&masses[0], &masses[1]]).0
    }

    fn marginals(plan: &[Flow], sizes: [usize; 2]) -> [Vec<i64>; 2] {
        let mut sums = sizes.map(|size| vec![0; size]);
        for flow in plan {
            assert!(flow.mass > 0, "{flow:?}");
            sums[0][flow.source as usize] += flow.mass;
            sums[1][flow.target as usize] += flow.mass;
        }
        sums
    }

    fn cost(problem: &Problem, plan: &[Flow]) -> i128 {
        let cost = |flow: &Flow| i128::from(flow.mass) * i128::from(problem.arc(flow.source, flow.target).cost);
        plan.iter().map(cost).sum()
    }

    /// The mean of the northwest corner plan and the one that takes sources the other way round, times 2.
    fn plan_with_cycles(problem: &Problem) -> Vec<Flow> {
        let backward: Vec<i64> = problem.source.masses.iter().rev().copied().collect();
        let last = backward.len() as u32 - 1;
        let second = northwest_corner(&backward, &problem.target.masses);
        let turned = second.into_iter().map(|flow| Flow { source: last - flow.source, ..flow });
        let mut both: Vec<Flow> = northwest_corner(&problem.source.masses, &problem.target.masses);
        both.extend(turned);
        both.sort_unstable_by_key(|flow| (flow.source, flow.target));
        both.dedup_by(|second, first| {
            let same = (first.source, first.target) == (second.source, second.target);
            first.mass += if same { second.mass } else { 0 };
            same
        });
        both
    }

    #[test]
    fn a_plan_with_cycles_becomes_a_basis_with_the_same_marginals_and_leads_to_the_same_optimum() {
        let mut random = Random(5);
        for sizes in [[40, 50], [64, 64], [7, 90], [1, 5]] {
            let problem = problem(&mut random, sizes);
            let costs = |s, t| problem.arc(s, t).cost;
            let zeros = vec![0; sizes[0]];
            let optimum = |plan: Vec<Flow>| {
                let expected = marginals(&plan, sizes);
                let forest = Forest::of(plan, sizes[0], sizes[1]);
                let list = Shortlist::complete(&problem);
                let mut simplex = Simplex::new(&zeros, sizes[1], list.arcs, &forest, costs);
                for stage in ["at the start", "at the end"] {
                    let plan: Vec<Flow> = simplex.plan().collect();
                    assert!(plan.len() < sizes[0] + sizes[1], "{} arcs {stage}", plan.len());
                    assert_eq!(marginals(&plan, sizes), expected, "{stage}");
                    assert!(simplex.is_strongly_feasible(), "{stage}");
                    simplex.optimise();
                }
                cost(&problem, &simplex.plan().collect::<Vec<Flow>>())
            };
            let tree = northwest_corner(&problem.source.masses, &problem.target.masses);
            assert_eq!(optimum(plan_with_cycles(&problem)), 2 * optimum(tree));
        }
    }

    #[test]
    fn improving_a_plan_keeps_its_marginals_lowers_its_cost_and_does_not_depend_on_threads() {
        let mut random = Random(6);
        let sizes = [1100, 900];
        let problem = problem(&mut random, sizes);
        let list = Shortlist::predict(&problem, &vec![0; sizes[1]]);
        let plan = plan_with_cycles(&problem);
        let expected = marginals(&plan, sizes);
        let before = cost(&problem, &plan);
        let improved = [1, 2, 5].map(|threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| improve(&problem, &list, plan.clone()))
        });
        let (after, pivots) = &improved[0];
        assert!(*pivots > 0, "the problem is large enough to be divided");
        assert_eq!(marginals(after, sizes), expected);
        assert!(cost(&problem, after) < before, "{} against {before}", cost(&problem, after));
        assert!(improved.iter().all(|other| other == &improved[0]));
    }
}

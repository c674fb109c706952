//! The linear programme in the form the solver works on.

use super::arc_list::Arc;
use super::lattice::Lattice;
use super::metric::Metric;
use super::reduced_costs::{Duals, Limits, Search};
use super::search_tree::SearchTree;
use rayon::prelude::*;

/// Points of positive mass on one side, in the order of their search tree.
#[derive(Debug, Clone)]
pub(super) struct Side {
    pub tree: SearchTree,
    pub masses: Vec<i64>,
    /// For problems on a grid.
    pub lattice: Option<Lattice>,
}

/// Sources and targets; both sides have the same total mass.
#[derive(Debug, Clone)]
pub(super) struct Problem {
    pub source: Side,
    pub target: Side,
}

impl Side {
    /// A side of `points`, with the place of each of its points in that array.
    pub(super) fn new(metric: Metric, points: &[[f64; 2]], masses: &[i64]) -> (Side, Vec<u32>) {
        let (tree, order) = SearchTree::build(metric, points);
        let masses = order.iter().map(|p| masses[*p as usize]).collect();
        (Side { tree, masses, lattice: None }, order)
    }

    pub(super) fn len(&self) -> usize {
        self.masses.len()
    }
}

impl Problem {
    /// The problem of two sides. Where both are on the nodes of a grid it is searched as a lattice.
    pub(super) fn between(source: Side, target: Side) -> Problem {
        let lattice = |side: &Side| Lattice::of(side.tree.metric(), side.tree.points());
        let (from, to) = lattice(&source).zip(lattice(&target)).unzip();
        Problem { source: Side { lattice: from, ..source }, target: Side { lattice: to, ..target } }
    }

    /// The points of positive mass, source and target, and where each of them stands in the input.
    pub(super) fn new(metric: Metric, points: &[Vec<[f64; 2]>; 2], masses: [&[i64]; 2]) -> (Problem, [Vec<u32>; 2]) {
        let side = |points: &[[f64; 2]], masses: &[i64]| {
            let positive: Vec<u32> = (0..points.len() as u32).filter(|i| masses[*i as usize] > 0).collect();
            let kept: Vec<[f64; 2]> = positive.iter().map(|i| points[*i as usize]).collect();
            let masses: Vec<i64> = positive.iter().map(|i| masses[*i as usize]).collect();
            let (side, order) = Side::new(metric, &kept, &masses);
            (side, order.iter().map(|k| positive[*k as usize]).collect::<Vec<u32>>())
        };
        let [(source, from), (target, to)] = [0, 1].map(|i| side(&points[i], masses[i]));
        (Problem::between(source, target), [from, to])
    }

    /// The same problem with other costs, in the same order of points.
    pub(super) fn with_metric(&self, metric: Metric) -> Problem {
        let side = |side: &Side| Side { tree: side.tree.with_metric(metric), ..side.clone() };
        Problem::between(side(&self.source), side(&self.target))
    }

    pub(super) fn metric(&self) -> &Metric {
        self.source.tree.metric()
    }

    pub(super) fn arc(&self, source: u32, target: u32) -> Arc {
        let (x, y) = (self.source.tree.points()[source as usize], self.target.tree.points()[target as usize]);
        Arc { source, target, cost: self.metric().cost(x, y) }
    }

    /// Area of the torus for each point, in units of cost: squared distance of neighbours. Between sides of different sizes
    /// the geometric mean, since that is what the difference of costs from a point of the small side to neighbours on the
    /// large side is compared with.
    pub(super) fn squared_spacing(&self) -> i64 {
        let (ring, weight) = (self.metric().ring(), self.metric().weight());
        let area = (weight[0] * weight[1]).sqrt() * ring[0] * ring[1];
        (area / (self.source.len() as f64 * self.target.len() as f64).sqrt()).ceil().min(self.metric().largest() as f64)
            as i64
    }

    /// Arcs with a negative reduced cost for the duals `u`, `v`, at most [`Problem::MOST_NEW`] for each point; none if and
    /// only if no pair of points has one.
    pub(super) fn violated(&self, u: &[i64], v: &[i64]) -> Vec<Arc> {
        let limits = |below| Limits { below, slack: i64::MAX, most: Self::MOST_NEW };
        let duals = Duals::new(&self.target, v);
        let mut arcs = each_point(&self.source, |s, x, search, arcs| {
            duals.smallest(x, limits(u[s as usize]), search);
            arcs.extend(search.found.iter().map(|(_, t)| self.arc(s, *t)));
        });
        if !arcs.is_empty() {
            let duals = Duals::new(&self.source, u);
            arcs.extend(each_point(&self.target, |t, y, search, arcs| {
                duals.smallest(y, limits(v[t as usize]), search);
                arcs.extend(search.found.iter().map(|(_, s)| self.arc(*s, t)));
            }));
        }
        arcs
    }

    /// Violated arcs that one point may add in a round.
    const MOST_NEW: usize = 4;
}

/// What `visit` makes of the points of a side, in their order, with any number of threads. It is handed room for a search.
pub(super) fn each_point<T: Send>(
    side: &Side,
    visit: impl Fn(u32, [f64; 2], &mut Search, &mut Vec<T>) + Sync,
) -> Vec<T> {
    /// Points that one thread takes at a time.
    const PART: usize = 1024;
    let parts = side.tree.points().par_chunks(PART).enumerate().map(|(part, points)| {
        let (mut room, mut out) = (Search::default(), Vec::new());
        for (index, x) in (part * PART..).zip(points) {
            visit(index as u32, *x, &mut room, &mut out);
        }
        out
    });
    parts.collect::<Vec<Vec<T>>>().into_iter().flatten().collect()
}

//! The linear programme in the form the solver works on.

use super::metric::Metric;
use super::search_tree::{Found, SearchTree};
use super::simplex::Arc;

/// Points of positive mass on one side, in the order of their search tree.
#[derive(Debug, Clone)]
pub(super) struct Side {
    pub tree: SearchTree,
    pub masses: Vec<i64>,
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
        (Side { tree, masses }, order)
    }

    pub(super) fn len(&self) -> usize {
        self.masses.len()
    }
}

impl Problem {
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
        (Problem { source, target }, [from, to])
    }

    /// The same problem with other costs, in the same order of points.
    pub(super) fn with_metric(&self, metric: Metric) -> Problem {
        let side = |side: &Side| Side { tree: side.tree.with_metric(metric), masses: side.masses.clone() };
        Problem { source: side(&self.source), target: side(&self.target) }
    }

    pub(super) fn metric(&self) -> &Metric {
        self.source.tree.metric()
    }

    pub(super) fn arc(&self, source: u32, target: u32) -> Arc {
        let (x, y) = (self.source.tree.points()[source as usize], self.target.tree.points()[target as usize]);
        Arc { source, target, cost: self.metric().cost(x, y) }
    }

    /// Area of the torus for each point of the larger side, in units of cost: squared distance of neighbours.
    pub(super) fn squared_spacing(&self) -> i64 {
        let (ring, weight) = (self.metric().ring(), self.metric().weight());
        let area = (weight[0] * weight[1]).sqrt() * ring[0] * ring[1];
        (area / self.source.len().max(self.target.len()) as f64).ceil().min(self.metric().largest() as f64) as i64
    }

    /// Arcs with a negative reduced cost for the duals `u`, `v`, at most [`Problem::MOST_NEW`] for each point; none if and
    /// only if no pair of points has one.
    pub(super) fn violated(&self, u: &[i64], v: &[i64]) -> Vec<Arc> {
        let mut arcs = Vec::new();
        let mut found: Vec<Found> = Vec::new();
        let duals = self.target.tree.with_duals(v);
        for (s, x) in (0..).zip(self.source.tree.points()) {
            duals.smallest(*x, u[s as usize], i64::MAX, Self::MOST_NEW, &mut found);
            arcs.extend(found.iter().map(|(_, t)| self.arc(s, *t)));
        }
        if arcs.is_empty() {
            return arcs;
        }
        let duals = self.source.tree.with_duals(u);
        for (t, y) in (0..).zip(self.target.tree.points()) {
            duals.smallest(*y, v[t as usize], i64::MAX, Self::MOST_NEW, &mut found);
            arcs.extend(found.iter().map(|(_, s)| self.arc(*s, t)));
        }
        arcs
    }

    /// Violated arcs that one point may add in a round.
    const MOST_NEW: usize = 4;
}

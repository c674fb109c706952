//! Plans before they are optimal: what is shipped from where to where.
//!
//! A plan with cycles is no basis. [`Forest`] takes arcs into a spanning forest as long as they close no cycle, those with
//! much flow first; the simplex shifts the flow of the others onto it.

use super::by_owner::ByOwner;
use std::cmp::Reverse;

/// Mass shipped from a source to a target, positive.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Flow {
    pub source: u32,
    pub target: u32,
    pub mass: i64,
}

impl Flow {
    /// Its ends as nodes of the tree: all sources come first.
    pub(super) fn ends(&self, sources: usize) -> [usize; 2] {
        [self.source as usize, self.target as usize + sources]
    }
}

/// The places in `plan` of the arcs of every node.
pub(super) fn arcs_of_nodes(plan: &[Flow], sources: usize, targets: usize) -> ByOwner<u32> {
    let arcs = (0_u32..).zip(plan);
    ByOwner::new(sources + targets, arcs.flat_map(|(arc, flow)| flow.ends(sources).map(|node| (node, arc))))
}

/// The northwest corner rule: sources and targets are exhausted in their order. Both sides have the same sum.
pub(super) fn northwest_corner(sources: &[i64], targets: &[i64]) -> Vec<Flow> {
    let (mut s, mut t) = (0, 0);
    let (mut left, mut wanted) = (sources.to_vec(), targets.to_vec());
    let mut plan = Vec::with_capacity(left.len() + wanted.len());
    while s < left.len() && t < wanted.len() {
        let mass = left[s].min(wanted[t]);
        if mass > 0 {
            plan.push(Flow { source: s as u32, target: t as u32, mass });
        }
        left[s] -= mass;
        wanted[t] -= mass;
        if left[s] == 0 {
            s += 1;
        } else {
            t += 1;
        }
    }
    plan
}

/// A plan in two parts.
#[derive(Debug)]
pub(super) struct Forest {
    /// Arcs without any cycle that connect all that the plan connects.
    pub trees: Vec<Flow>,
    /// Each of these closes a cycle with some of them.
    pub chords: Vec<Flow>,
}

impl Forest {
    /// Parts the `plan` of `sources` sources and `targets` targets, in which no arc stands twice.
    pub(super) fn of(mut plan: Vec<Flow>, sources: usize, targets: usize) -> Forest {
        plan.sort_unstable_by_key(|flow| (Reverse(flow.mass), flow.source, flow.target));
        let mut parts = Components { above: (0..sources + targets).collect() };
        let (trees, chords) = plan.into_iter().partition(|flow| parts.unite(flow.ends(sources)));
        Forest { trees, chords }
    }
}

/// Which nodes are connected (union by links to a representative, paths halved).
struct Components {
    above: Vec<usize>,
}

impl Components {
    fn representative(&mut self, mut x: usize) -> usize {
        while self.above[x] != x {
            self.above[x] = self.above[self.above[x]];
            x = self.above[x];
        }
        x
    }

    /// Connects two nodes; whether they were not connected before.
    fn unite(&mut self, nodes: [usize; 2]) -> bool {
        let [x, y] = nodes.map(|node| self.representative(node));
        self.above[x] = y;
        x != y
    }
}

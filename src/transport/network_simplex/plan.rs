//! Plans before they are optimal: what is shipped from where to where.
//!
//! A plan with cycles is no basis. [`Forest`] takes arcs into a spanning forest as long as they close no cycle, those with
//! much flow first; the simplex shifts the flow of the others onto it.

use std::cmp::Reverse;

/// Mass shipped from a source to a target, positive.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Flow {
    pub source: u32,
    pub target: u32,
    pub mass: i64,
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
        let mut parts = Components { above: (0..(sources + targets) as u32).collect() };
        let (trees, chords) = plan.into_iter().partition(|flow| parts.unite(flow.source, flow.target + sources as u32));
        Forest { trees, chords }
    }
}

/// Which nodes are connected (union by links to a representative, paths halved).
struct Components {
    above: Vec<u32>,
}

impl Components {
    fn representative(&mut self, mut x: u32) -> u32 {
        while self.above[x as usize] != x {
            self.above[x as usize] = self.above[self.above[x as usize] as usize];
            x = self.above[x as usize];
        }
        x
    }

    /// Connects `x` and `y`; whether they were not connected before.
    fn unite(&mut self, x: u32, y: u32) -> bool {
        let (x, y) = (self.representative(x), self.representative(y));
        self.above[x as usize] = y;
        x != y
    }
}

/// Lists of items by their owner, each in the order given.
#[derive(Debug)]
pub(super) struct ByOwner<T> {
    begin: Vec<u32>,
    items: Vec<T>,
}

impl<T: Copy + Default> ByOwner<T> {
    /// The items `(owner, item)` of `owners` owners.
    pub(super) fn new(owners: usize, pairs: impl Iterator<Item = (u32, T)> + Clone) -> ByOwner<T> {
        let mut begin = vec![0_u32; owners + 1];
        pairs.clone().for_each(|(owner, _)| begin[owner as usize + 1] += 1);
        for owner in 0..owners {
            begin[owner + 1] += begin[owner];
        }
        let mut next = begin.clone();
        let mut items = vec![T::default(); begin[owners] as usize];
        for (owner, item) in pairs {
            let place = &mut next[owner as usize];
            items[*place as usize] = item;
            *place += 1;
        }
        ByOwner { begin, items }
    }

    pub(super) fn of(&self, owner: usize) -> &[T] {
        self.of_all(owner..owner + 1)
    }

    pub(super) fn of_all(&self, owners: std::ops::Range<usize>) -> &[T] {
        &self.items[self.begin[owners.start] as usize..self.begin[owners.end] as usize]
    }
}

//! The smallest reduced costs `c(x, y) - v(y)` as seen from a point: what is asked for, and who finds it.

use super::problem::Side;
use super::{lattice, search_tree};

/// A point found, with its cost minus its dual.
pub(super) type Found = (i64, u32);

/// What a search is to find: reduced costs below `below`, none above the smallest one by more than `slack`, at most `most`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub below: i64,
    pub slack: i64,
    pub most: usize,
}

impl Limits {
    /// The limit that `slack` puts on reduced costs of which the smallest is `least`.
    pub(super) fn widest(&self, least: i64) -> i64 {
        least.saturating_add(self.slack).saturating_add(1).min(self.below)
    }

    /// Takes `point` into the ascending list `found` if its reduced cost is within the limits, and tightens them.
    #[inline]
    pub(super) fn take(&mut self, reduced: i64, point: u32, found: &mut Vec<Found>) {
        if reduced >= self.below {
            return;
        }
        if found.len() == self.most {
            found.pop();
        }
        let place = found.partition_point(|other| *other <= (reduced, point));
        found.insert(place, (reduced, point));
        self.below = self.widest(found[0].0);
        while found.last().is_some_and(|last| last.0 > found[0].0.saturating_add(self.slack)) {
            found.pop();
        }
        if found.len() == self.most {
            self.below = self.below.min(found[self.most - 1].0);
        }
    }
}

/// What is found, and room for the search.
#[derive(Debug, Default)]
pub(super) struct Search {
    pub found: Vec<Found>,
    columns: Vec<(f64, u32)>,
}

/// The points of one side with their duals: in a lattice, where it is exact and fast, or else in a search tree.
#[derive(Debug)]
pub(super) enum Duals<'a> {
    Lattice(lattice::Duals<'a>),
    Tree(search_tree::Duals<'a>),
}

impl Duals<'_> {
    pub(super) fn new<'a>(side: &'a Side, values: &'a [i64]) -> Duals<'a> {
        let in_lattice = side.lattice.as_ref().and_then(|lattice| lattice.with_duals(values));
        in_lattice.map_or_else(|| Duals::Tree(side.tree.with_duals(values)), Duals::Lattice)
    }

    /// `min_y c(x, y) - v(y)`.
    pub(super) fn least(&self, x: [f64; 2], search: &mut Search) -> i64 {
        match self {
            Duals::Lattice(duals) => duals.least(x),
            Duals::Tree(duals) => duals.least(x, &mut search.found),
        }
    }

    /// Finds the points with the smallest reduced costs within `limits`, in any order. Nothing that is smaller is left out.
    pub(super) fn smallest(&self, x: [f64; 2], limits: Limits, search: &mut Search) {
        match self {
            Duals::Lattice(duals) => duals.smallest(x, limits, &mut search.columns, &mut search.found),
            Duals::Tree(duals) => duals.smallest(x, limits, &mut search.found),
        }
    }
}

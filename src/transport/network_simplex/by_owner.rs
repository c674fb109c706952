//! Items listed by their owners in two arrays: the arcs of every node, the flows of every point.

use std::ops::Range;

/// Lists of items by their owner, each in the order given.
#[derive(Debug)]
pub(super) struct ByOwner<T> {
    begin: Vec<u32>,
    items: Vec<T>,
}

impl<T: Copy + Default> ByOwner<T> {
    /// The items `(owner, item)` of `owners` owners.
    pub(super) fn new(owners: usize, pairs: impl Iterator<Item = (usize, T)> + Clone) -> ByOwner<T> {
        let mut begin = vec![0_u32; owners + 1];
        pairs.clone().for_each(|(owner, _)| begin[owner + 1] += 1);
        for owner in 0..owners {
            begin[owner + 1] += begin[owner];
        }
        let mut next = begin.clone();
        let mut items = vec![T::default(); begin[owners] as usize];
        for (owner, item) in pairs {
            let place = &mut next[owner];
            items[*place as usize] = item;
            *place += 1;
        }
        ByOwner { begin, items }
    }

    /// All items, those of each owner ascending.
    pub(super) fn into_ascending(mut self) -> Vec<T>
    where
        T: Ord,
    {
        for owner in self.begin.windows(2) {
            self.items[owner[0] as usize..owner[1] as usize].sort_unstable();
        }
        self.items
    }

    pub(super) fn of(&self, owner: usize) -> &[T] {
        self.of_all(owner..owner + 1)
    }

    pub(super) fn of_all(&self, owners: Range<usize>) -> &[T] {
        &self.items[self.begin[owners.start] as usize..self.begin[owners.end] as usize]
    }
}

//! The listed arcs in blocks of neighbouring sources, and which blocks are known to hold no arc to enter.
//!
//! A pivot changes the reduced costs of few arcs: those between nodes that moved and nodes that did not. A block that was
//! found without a negative reduced cost stays so as long as the clusters of its nodes have kept their nodes and none of its
//! sources has risen by more than any of its targets, which is seen from a few numbers instead of all its arcs.

use super::clusters::{ClusterState, Clusters};

/// An arc from a source to a target.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Arc {
    pub source: u32,
    pub target: u32,
    pub cost: i64,
}

/// Arcs in a block, in units of the square root of their number.
const BLOCK: f64 = 0.25;
/// Arcs in a block at least.
const LEAST: usize = 16;

#[derive(Debug, Clone, Default)]
pub(super) struct ArcList {
    /// Sorted by source.
    arcs: Vec<Arc>,
    blocks: Vec<Block>,
    /// The block that is examined next.
    next: usize,
}

/// Arcs of some neighbouring sources.
#[derive(Debug, Clone)]
struct Block {
    begin: u32,
    end: u32,
    /// Whether nothing was found when it was last examined, and the clusters of its sources and targets as they were then.
    clean: bool,
    sources: Vec<ClusterState>,
    targets: Vec<ClusterState>,
}

impl ArcList {
    /// Takes sorted arcs; nothing is known about them.
    pub(super) fn new(arcs: Vec<Arc>) -> ArcList {
        let least = ((arcs.len() as f64).sqrt() * BLOCK) as usize + LEAST;
        let mut blocks = Vec::new();
        let mut begin = 0;
        while begin < arcs.len() {
            let mut end = (begin + least).min(arcs.len());
            while end < arcs.len() && arcs[end].source == arcs[end - 1].source {
                end += 1;
            }
            let (sources, targets) = (Vec::new(), Vec::new());
            blocks.push(Block { begin: begin as u32, end: end as u32, clean: false, sources, targets });
            begin = end;
        }
        ArcList { arcs, blocks, next: 0 }
    }

    pub(super) fn len(&self) -> usize {
        self.arcs.len()
    }

    /// The list with more arcs.
    pub(super) fn with(self, mut new: Vec<Arc>) -> ArcList {
        let mut arcs = self.arcs;
        new.sort_unstable();
        arcs.extend(new);
        // Merges two sorted lists.
        arcs.sort();
        arcs.dedup();
        ArcList::new(arcs)
    }

    /// The arc with the most negative reduced cost of the next block that has one, with that cost; `None` if no block has.
    /// `first_target` is the node of target 0.
    pub(super) fn next_to_enter(&mut self, clusters: &mut Clusters, first_target: u32) -> Option<(Arc, i64)> {
        for _ in 0..self.blocks.len() {
            let index = self.next;
            self.next = if index + 1 == self.blocks.len() { 0 } else { index + 1 };
            let block = &mut self.blocks[index];
            if block.clean && block.is_still_clean(clusters) {
                continue;
            }
            let best = block.examine(&self.arcs, clusters, first_target);
            block.clean = best.is_none();
            if best.is_some() {
                return best;
            }
        }
        None
    }
}

impl Block {
    fn is_still_clean(&self, clusters: &Clusters) -> bool {
        let Some([_, risen]) = clusters.range_of_rise(&self.sources) else { return false };
        clusters.range_of_rise(&self.targets).is_some_and(|[least, _]| risen <= least)
    }

    /// The arc with the most negative reduced cost, if there is one. Notes the clusters it meets.
    fn examine(&mut self, arcs: &[Arc], clusters: &mut Clusters, first_target: u32) -> Option<(Arc, i64)> {
        self.sources.clear();
        self.targets.clear();
        clusters.start_list();
        let (mut lowest, mut best) = (0, None);
        let (mut source, mut u) = (u32::MAX, 0);
        for arc in &arcs[self.begin as usize..self.end as usize] {
            if arc.source != source {
                source = arc.source;
                u = clusters.potential(source);
                self.sources.push(clusters.state(source));
            }
            let reduced_cost = arc.cost - u + clusters.listed_potential(arc.target + first_target, &mut self.targets);
            if reduced_cost < lowest {
                (lowest, best) = (reduced_cost, Some(*arc));
            }
        }
        best.map(|arc| (arc, lowest))
    }
}

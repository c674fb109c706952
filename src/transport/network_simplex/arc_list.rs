//! The listed arcs in blocks of neighbouring sources, and which blocks are known to hold no arc to enter.
//!
//! A pivot changes the reduced costs `c_st - pi(s) + pi(t)` of few arcs: those between nodes that moved and nodes that did
//! not. A block without a negative one stays so until one of its sources has risen by more than one of its targets since
//! it was last searched. A block has about four times as many arcs as nodes, so the potentials of its nodes are gathered
//! into one small array; they tell whether it must be searched, and serve the search.

use super::clusters::Clusters;
use std::ops::Range;

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
    /// The node of target 0: sources are the nodes before.
    first_target: u32,
    /// Sorted by source and target, block by block; their ends are places among the nodes of the block.
    arcs: Vec<Arc>,
    /// The nodes of every block: its sources, then its targets.
    nodes: Vec<u32>,
    /// Their potentials when their block was last searched.
    known: Vec<i64>,
    blocks: Vec<Block>,
    /// The block that is examined next.
    next: usize,
    /// Potentials of the nodes of a block, now.
    now: Vec<i64>,
}

/// Arcs of some neighbouring sources.
#[derive(Debug, Clone)]
struct Block {
    arcs: Range<usize>,
    nodes: Range<usize>,
    /// Number of its sources.
    sources: usize,
    /// Whether no arc with a negative reduced cost was found when it was last searched.
    clean: bool,
}

impl ArcList {
    /// Takes sorted arcs from `sources` sources; nothing is known about them.
    pub(super) fn new(mut arcs: Vec<Arc>, sources: u32) -> ArcList {
        let least = ((arcs.len() as f64).sqrt() * BLOCK) as usize + LEAST;
        let mut numbering = Numbering::of(arcs.iter().map(|arc| arc.target));
        let (mut nodes, mut blocks) = (Vec::new(), Vec::new());
        let mut begin = 0;
        while begin < arcs.len() {
            let mut end = (begin + least).min(arcs.len());
            while end < arcs.len() && arcs[end].source == arcs[end - 1].source {
                end += 1;
            }
            let first = nodes.len();
            nodes.extend(arcs[begin..end].chunk_by(|a, b| a.source == b.source).map(|row| row[0].source));
            let of_block = nodes.len() - first;
            numbering.start();
            let (mut place, mut source) = (0, arcs[begin].source);
            for arc in &mut arcs[begin..end] {
                place += u32::from(arc.source != source);
                source = arc.source;
                let new = (nodes.len() - first) as u32;
                let target = numbering.place(arc.target, new);
                if target == new {
                    nodes.push(arc.target + sources);
                }
                *arc = Arc { source: place, target, ..*arc };
            }
            blocks.push(Block { arcs: begin..end, nodes: first..nodes.len(), sources: of_block, clean: false });
            begin = end;
        }
        ArcList { first_target: sources, arcs, known: vec![0; nodes.len()], nodes, blocks, next: 0, now: Vec::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.arcs.len()
    }

    /// The list with more arcs.
    pub(super) fn with(self, mut new: Vec<Arc>) -> ArcList {
        let mut arcs = Vec::with_capacity(self.len() + new.len());
        for block in &self.blocks {
            arcs.extend(self.arcs[block.arcs.clone()].iter().map(|arc| self.outside(block, arc)));
        }
        new.sort_unstable();
        arcs.extend(new);
        // Merges two sorted lists.
        arcs.sort();
        arcs.dedup();
        ArcList::new(arcs, self.first_target)
    }

    /// An arc of `block` between the sources and targets of the whole list.
    fn outside(&self, block: &Block, arc: &Arc) -> Arc {
        let nodes = &self.nodes[block.nodes.clone()];
        let [source, target] = [arc.source, arc.target].map(|place| nodes[place as usize]);
        Arc { source, target: target - self.first_target, ..*arc }
    }

    /// The arc with the most negative reduced cost of the next block that has one, with that cost; `None` if no block has.
    pub(super) fn next_to_enter(&mut self, clusters: &Clusters) -> Option<(Arc, i64)> {
        for _ in 0..self.blocks.len() {
            let index = self.next;
            self.next = if index + 1 == self.blocks.len() { 0 } else { index + 1 };
            let block = &mut self.blocks[index];
            self.now.clear();
            self.now.extend(self.nodes[block.nodes.clone()].iter().map(|node| clusters.potential(*node)));
            let known = &mut self.known[block.nodes.clone()];
            if block.clean && is_still_clean(known, &self.now, block.sources) {
                continue;
            }
            let best = most_negative(&self.arcs[block.arcs.clone()], &self.now);
            block.clean = best.is_none();
            known.copy_from_slice(&self.now);
            if let Some((arc, reduced_cost)) = best {
                return Some((self.outside(&self.blocks[index], &arc), reduced_cost));
            }
        }
        None
    }
}

/// Whether none of the first `sources` nodes has risen by more than any of the others, from potentials `known` to `now`.
fn is_still_clean(known: &[i64], now: &[i64], sources: usize) -> bool {
    let rises = |nodes: Range<usize>| now[nodes.clone()].iter().zip(&known[nodes]).map(|(now, known)| now - known);
    rises(0..sources).max() <= rises(sources..now.len()).min()
}

/// The arc with the most negative reduced cost at the potentials `pi` of the nodes of its block, if there is one.
fn most_negative(arcs: &[Arc], pi: &[i64]) -> Option<(Arc, i64)> {
    let (mut lowest, mut best) = (0, None);
    for arc in arcs {
        let reduced_cost = arc.cost - pi[arc.source as usize] + pi[arc.target as usize];
        if reduced_cost < lowest {
            (lowest, best) = (reduced_cost, Some(*arc));
        }
    }
    best.map(|arc| (arc, lowest))
}

/// Numbers given to the targets of one block after the other.
struct Numbering {
    /// The last list that each target was in, and its number there.
    numbers: Vec<(u32, u32)>,
    list: u32,
}

impl Numbering {
    fn of(targets: impl Iterator<Item = u32>) -> Numbering {
        Numbering { numbers: vec![(0, 0); targets.max().map_or(0, |last| last as usize + 1)], list: 0 }
    }

    /// Starts a list without any target.
    fn start(&mut self) {
        self.list += 1;
    }

    /// The number of `target`: `new` if it had none.
    fn place(&mut self, target: u32, new: u32) -> u32 {
        let (list, number) = &mut self.numbers[target as usize];
        if *list != self.list {
            (*list, *number) = (self.list, new);
        }
        *number
    }
}

#[cfg(test)]
mod tests {
    use super::super::spanning_tree::SpanningTree;
    use super::*;
    use crate::transport::test_random::Random;

    /// Whatever nodes move, an arc is found as long as the whole list holds one to enter.
    #[test]
    fn no_arc_to_enter_is_passed_over_and_none_is_invented() {
        const SOURCES: usize = 60;
        const TARGETS: usize = 40;
        let mut random = Random(8);
        let mut below = |count: usize| (random.next() * count as f64) as usize;
        let pairs = (0..SOURCES as u32).flat_map(|s| (0..TARGETS as u32).map(move |t| (s, t)));
        let arcs: Vec<Arc> = pairs
            .map(|(source, target)| Arc { source, target, cost: below(100) as i64 - 50 })
            .filter(|a| a.cost < -10)
            .collect();
        let mut list = ArcList::new(arcs.clone(), SOURCES as u32);
        assert!(list.blocks.len() > 10, "{} blocks", list.blocks.len());
        let root = SOURCES + TARGETS;
        let mut tree = SpanningTree::loose(root + 1);
        (0..root as u32).for_each(|x| tree.attach(x, root as u32));
        let mut pi: Vec<i64> = (0..=root).map(|_| below(31) as i64).collect();
        let mut entered = 0;
        for _ in 0..1000 {
            pi[below(root)] += below(11) as i64 - 5;
            loop {
                let reduced_cost = |arc: &Arc| arc.cost - pi[arc.source as usize] + pi[SOURCES + arc.target as usize];
                let least = arcs.iter().map(reduced_cost).min().expect("there are arcs");
                let Some((arc, negative)) = list.next_to_enter(&Clusters::new(&tree, &pi)) else {
                    assert!(least >= 0, "an arc of reduced cost {least} was passed over");
                    break;
                };
                assert!(arcs.contains(&arc), "{arc:?} is not in the list");
                assert!(negative < 0 && negative == reduced_cost(&arc), "{arc:?}: {negative}");
                // As in a pivot, one of its ends moves until it is 0.
                let (end, by) = if below(2) == 0 {
                    (arc.source as usize, negative)
                } else {
                    (SOURCES + arc.target as usize, -negative)
                };
                pi[end] += by;
                entered += 1;
            }
        }
        assert!(entered > 100, "{entered} arcs entered");
    }
}

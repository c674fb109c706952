//! Primal network simplex for transport on a list of arcs, in integers.
//!
//! ```text
//! min sum_st c_st f_st,   sum_t f_st = a_s,   sum_s f_st = b_t,   f >= 0
//! ```
//!
//! over the listed arcs, from any plan that balances. The duals of the basis are `u_s = pi(s)` and `v_t = -pi(t)`; an arc
//! with `c - u - v < 0` enters, and the first arc of the cycle to run empty leaves. Parts of a plan that exchange nothing
//! hang by a source from a root of no meaning, to which nothing ever flows; an arc between two of them that enters joins
//! them. Bases are kept strongly feasible (Cunningham 1976: arcs without flow point to the root), so the method cannot
//! cycle whatever arc enters; here it is the most negative one of a block of arcs, the blocks taken in turn ([`super::arc_list`]).
//!
//! Dictionary: thread and depth indices of the textbooks are replaced by child lists and subtree sizes, the potentials by
//! those of [`super::clusters`].

use super::arc_list::{Arc, ArcList};
use super::clusters::Clusters;
use super::first_basis::hang;
use super::plan::{Flow, Forest};
use super::spanning_tree::{NONE, Node, SpanningTree};

#[derive(Debug, Clone)]
pub(super) struct Simplex {
    sources: u32,
    tree: SpanningTree,
    clusters: Clusters,
    arcs: ArcList,
    pivots: u64,
}

/// The arc that leaves a cycle, from `out` to its parent or the other way.
#[derive(Debug, Clone, Copy)]
struct Leaving {
    /// The node of the cycle next to the root.
    join: u32,
    out: u32,
    /// Whether it lies on the way from the join to the first end of the arc that enters.
    first_side: bool,
    /// The flow sent round the cycle.
    flow: i64,
}

impl Simplex {
    /// A start from a plan to `targets` targets and sorted arcs. Of the predicted duals `u` of the sources it takes what the
    /// plan leaves open: one for each of its trees. `cost` is that of any arc, listed or not.
    pub(super) fn new(
        u: &[i64],
        targets: usize,
        arcs: Vec<Arc>,
        plan: &Forest,
        cost: impl Fn(u32, u32) -> i64,
    ) -> Simplex {
        let (tree, pi) = hang(&plan.trees, u, targets, &cost);
        let clusters = Clusters::new(&tree, &pi);
        let mut simplex =
            Simplex { sources: u.len() as u32, tree, clusters, arcs: ArcList::new(arcs, u.len() as u32), pivots: 0 };
        for chord in &plan.chords {
            simplex.cancel(chord, cost(chord.source, chord.target));
        }
        simplex
    }

    /// Moves the flow of a chord to the tree, as far as the tree can take it; with what is left it enters the basis.
    fn cancel(&mut self, chord: &Flow, cost: i64) {
        let ends = [chord.source, chord.target + self.sources];
        // Less of the chord is more of the way from its source to its target: all as in a pivot with the ends exchanged.
        let Leaving { join, out, first_side: target_side, flow } = self.leaving([ends[1], ends[0]]);
        let moved = flow.min(chord.mass);
        // An arc that has run empty on the side of the target is one from a source to its parent.
        if chord.mass < flow || chord.mass == flow && target_side {
            self.augment([ends[0], join], -moved, 0);
            self.augment([ends[1], join], moved, 0);
            return;
        }
        let [u, minus_v] = ends.map(|end| self.clusters.potential(end));
        let leaving = Leaving { join, out, first_side: !target_side, flow: -moved };
        self.exchange(leaving, ends, chord.mass - moved, cost - u + minus_v);
    }

    /// Adds arcs; the basis stays.
    pub(super) fn add_arcs(&mut self, new: Vec<Arc>) {
        self.arcs = std::mem::take(&mut self.arcs).with(new);
    }

    /// Pivots until no arc of the list has a negative reduced cost.
    pub(super) fn optimise(&mut self) {
        while let Some((arc, reduced_cost)) = self.arcs.next_to_enter(&self.clusters) {
            self.pivot([arc.source, arc.target + self.sources], reduced_cost);
        }
    }

    /// Lets the arc from the source to the target of `ends` enter the basis.
    fn pivot(&mut self, ends: [u32; 2], reduced_cost: i64) {
        let leaving = self.leaving(ends);
        self.exchange(leaving, ends, leaving.flow, reduced_cost);
    }

    /// The arc that leaves when an arc from the first to the second of `ends` enters.
    ///
    /// Flow goes round from the join down to the first end, along the new arc and up from the second: of several arcs that
    /// run empty the last one on this way leaves, which keeps the basis strongly feasible. The join is where both ways up
    /// meet: an ancestor is always the larger subtree, so the smaller one climbs.
    fn leaving(&self, [mut x, mut y]: [u32; 2]) -> Leaving {
        let (mut first, mut second) = ((NONE, i64::MAX), (NONE, i64::MAX));
        while x != y {
            let [a, b] = [x, y].map(|node| self.tree.node(node));
            if a.size < b.size {
                if x < self.sources && a.flow < first.1 {
                    first = (x, a.flow);
                }
                x = a.parent;
            } else {
                if y >= self.sources && b.flow <= second.1 {
                    second = (y, b.flow);
                }
                y = b.parent;
            }
        }
        let first_side = second.0 == NONE || first.1 < second.1;
        let (out, flow) = if first_side { first } else { second };
        assert!(out != NONE, "some arc of every cycle runs against the flow sent round it");
        Leaving { join: x, out, first_side, flow }
    }

    /// Takes the leaving arc out of the basis and the one between `ends` in, with `flow` on it, and sends the flow of
    /// `leaving` round the cycle.
    fn exchange(&mut self, leaving: Leaving, ends: [u32; 2], flow: i64, reduced_cost: i64) {
        self.pivots += 1;
        let [s, t] = ends;
        let (inner, outer, shift, sent) =
            if leaving.first_side { (s, t, reduced_cost, leaving.flow) } else { (t, s, -reduced_cost, -leaving.flow) };
        let Node { size, parent, .. } = *self.tree.node(leaving.out);
        self.augment([parent, leaving.join], sent, -(size as i32));
        self.augment([outer, leaving.join], -sent, size as i32);
        self.clusters.divide(&self.tree, leaving.out);
        self.rehang(leaving.out, [inner, outer], sent, flow);
        self.clusters.shift(inner, self.tree.root(), shift);
        self.clusters.merge(&self.tree, inner);
    }

    /// Sends `flow` down from `join` to the other end, and adds `nodes` to the subtrees on the way.
    #[inline]
    fn augment(&mut self, [from, join]: [u32; 2], flow: i64, nodes: i32) {
        let mut x = from;
        while x != join {
            let change = self.change(x, flow);
            let node = self.tree.node_mut(x);
            node.flow += change;
            node.size = node.size.wrapping_add_signed(nodes);
            x = node.parent;
        }
    }

    /// What `flow` sent down to `x` from its parent changes on their arc: a source sends to its parent, a target receives.
    #[inline]
    fn change(&self, x: u32, flow: i64) -> i64 {
        if x < self.sources { -flow } else { flow }
    }

    /// Cuts the subtree of `out` off and hangs it from `outer` by its node `inner`, with `flow` on the new arc; `sent` more
    /// goes down from `out` to `inner` as before.
    fn rehang(&mut self, out: u32, [inner, outer]: [u32; 2], sent: i64, flow: i64) {
        let weight = self.tree.node(out).size;
        let (mut child, mut parent, mut flow, mut hung) = (inner, outer, flow, 0);
        loop {
            let old: Node = *self.tree.node(child);
            self.tree.detach(child);
            self.tree.attach(child, parent);
            self.clusters.hang(child, parent);
            let node = self.tree.node_mut(child);
            node.flow = flow;
            node.size = weight - hung;
            if child == out {
                return;
            }
            (parent, flow, hung, child) = (child, old.flow + self.change(child, sent), old.size, old.parent);
        }
    }

    /// Duals of sources and targets.
    pub(super) fn duals(&self) -> [Vec<i64>; 2] {
        let pi = self.clusters.potentials();
        let (u, rest) = pi.split_at(self.sources as usize);
        [u.to_vec(), rest[..rest.len() - 1].iter().map(|p| -p).collect()]
    }

    /// What the arcs of the basis carry.
    pub(super) fn plan(&self) -> impl Iterator<Item = Flow> + '_ {
        let root = self.tree.root();
        (0..root).filter_map(move |x| {
            let Node { parent, flow: mass, .. } = *self.tree.node(x);
            let (source, t) = if x < self.sources { (x, parent) } else { (parent, x) };
            (parent != root && mass > 0).then(|| Flow { source, target: t - self.sources, mass })
        })
    }

    /// Whether all arcs of the basis without flow point to the root.
    #[cfg(test)]
    pub(super) fn is_strongly_feasible(&self) -> bool {
        (0..self.tree.root()).all(|x| self.tree.node(x).flow > 0 || x < self.sources)
    }

    pub(super) fn pivots(&self) -> u64 {
        self.pivots
    }

    pub(super) fn arc_count(&self) -> usize {
        self.arcs.len()
    }
}

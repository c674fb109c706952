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
        let mut simplex = Simplex { sources: u.len() as u32, tree, clusters, arcs: ArcList::new(arcs), pivots: 0 };
        for chord in &plan.chords {
            simplex.cancel(chord, cost(chord.source, chord.target));
        }
        simplex
    }

    /// Moves the flow of a chord to the tree, as far as the tree can take it; with what is left it enters the basis.
    fn cancel(&mut self, chord: &Flow, cost: i64) {
        let (s, t) = (chord.source, chord.target + self.sources);
        let join = self.tree.join(s, t);
        // Less of the chord is more of the way from `s` to `t`: all as in a pivot with the ends exchanged.
        let (out, target_side, flow) = self.leaving(t, s, join);
        let moved = flow.min(chord.mass);
        self.send_round([s, t, join], -moved);
        // An arc that has run empty on the side of the target is one from a source to its parent.
        if chord.mass < flow || chord.mass == flow && target_side {
            return;
        }
        let reduced_cost = cost - self.clusters.potential(s) + self.clusters.potential(t);
        self.exchange(out, !target_side, [s, t, join], chord.mass - moved, reduced_cost);
    }

    /// Adds arcs; the basis stays.
    pub(super) fn add_arcs(&mut self, new: Vec<Arc>) {
        self.arcs = std::mem::take(&mut self.arcs).with(new);
    }

    /// Pivots until no arc of the list has a negative reduced cost.
    pub(super) fn optimise(&mut self) {
        while let Some((arc, reduced_cost)) = self.arcs.next_to_enter(&mut self.clusters, self.sources) {
            self.pivot(arc.source, arc.target + self.sources, reduced_cost);
        }
    }

    /// Lets the arc from `s` to `t` enter the basis.
    fn pivot(&mut self, s: u32, t: u32, reduced_cost: i64) {
        let join = self.tree.join(s, t);
        let (out, source_side, flow) = self.leaving(s, t, join);
        if flow > 0 {
            self.send_round([s, t, join], flow);
        }
        self.exchange(out, source_side, [s, t, join], flow, reduced_cost);
    }

    /// Sends `flow` along the arc from `s` to `t` and back through the tree, without that arc itself.
    #[inline]
    fn send_round(&mut self, [s, t, join]: [u32; 3], flow: i64) {
        self.augment(s, join, |x, sources| if x < sources { -flow } else { flow });
        self.augment(t, join, |x, sources| if x < sources { flow } else { -flow });
    }

    /// Takes the arc of `out`, which lies on the side of `s` or not, out of the basis and the one from `s` to `t` in, with
    /// `flow` on it.
    fn exchange(&mut self, out: u32, source_side: bool, [s, t, join]: [u32; 3], flow: i64, reduced_cost: i64) {
        self.pivots += 1;
        let (inner, outer, shift) = if source_side { (s, t, reduced_cost) } else { (t, s, -reduced_cost) };
        self.rehang(out, inner, outer, join, flow);
        self.clusters.shift(inner, self.tree.root(), shift);
        self.clusters.merge(&self.tree, inner);
    }

    /// The node whose arc leaves, whether it lies on the side of `s`, and the flow that empties the arc.
    ///
    /// Flow goes round from the join down to `s`, along the new arc and up from `t`: of several arcs that run empty the
    /// last one on this way leaves, which keeps the basis strongly feasible.
    fn leaving(&self, s: u32, t: u32, join: u32) -> (u32, bool, i64) {
        let (mut out, mut source_side, mut flow) = (NONE, true, i64::MAX);
        let mut x = s;
        while x != join {
            let node = self.tree.node(x);
            if x < self.sources && node.flow < flow {
                (out, flow) = (x, node.flow);
            }
            x = node.parent;
        }
        let mut x = t;
        while x != join {
            let node = self.tree.node(x);
            if x >= self.sources && node.flow <= flow {
                (out, source_side, flow) = (x, false, node.flow);
            }
            x = node.parent;
        }
        assert!(out != NONE, "some arc of every cycle runs against the flow sent round it");
        (out, source_side, flow)
    }

    #[inline]
    fn augment(&mut self, from: u32, join: u32, by: impl Fn(u32, u32) -> i64) {
        let mut x = from;
        while x != join {
            let change = by(x, self.sources);
            let node = self.tree.node_mut(x);
            node.flow += change;
            x = node.parent;
        }
    }

    /// Cuts the subtree of `out` off and hangs it from `outer` by its node `inner`, with `flow` on the new arc.
    fn rehang(&mut self, out: u32, inner: u32, outer: u32, join: u32, flow: i64) {
        let weight = self.tree.node(out).size;
        let mut x = self.tree.node(out).parent;
        while x != join {
            let node = self.tree.node_mut(x);
            node.size -= weight;
            x = node.parent;
        }
        let mut x = outer;
        while x != join {
            let node = self.tree.node_mut(x);
            node.size += weight;
            x = node.parent;
        }
        self.clusters.divide(&self.tree, out);
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
            (parent, flow, hung, child) = (child, old.flow, old.size, old.parent);
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

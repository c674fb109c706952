//! Primal network simplex for transport on a list of arcs, in integers.
//!
//! ```text
//! min sum_st c_st f_st,   sum_t f_st = a_s,   sum_s f_st = b_t,   f >= 0
//! ```
//!
//! over the listed arcs, to which a hub is added: every source may send to it and every target receive from it at a cost
//! `penalty` above the predicted duals, so that there always is a solution. The duals of the basis are `u_s = pi(s)` and
//! `v_t = -pi(t)`, relative to the hub; an arc with `c - u - v < 0` enters, and the first arc of the cycle to run empty
//! leaves. Bases are kept strongly feasible (Cunningham 1976: arcs without flow point to the root), so the method cannot
//! cycle whatever arc enters; here it is the most negative one of a block of arcs, the blocks taken in turn.
//!
//! Dictionary: thread and depth indices of the textbooks are replaced by child lists and subtree sizes, the potentials by
//! those of [`super::clusters`].

use super::clusters::Clusters;
use super::spanning_tree::{NONE, Node, SpanningTree};

/// An arc from a source to a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Arc {
    pub source: u32,
    pub target: u32,
    pub cost: i64,
}

/// Arcs examined before the best of them enters, in units of the square root of their number.
const BLOCK: f64 = 0.25;

#[derive(Debug, Clone)]
pub(super) struct Simplex {
    sources: u32,
    tree: SpanningTree,
    clusters: Clusters,
    /// Arcs sorted by source, and where the arcs of each source begin.
    arcs: Vec<Arc>,
    rows: Vec<u32>,
    /// The source whose arcs are examined next.
    next_source: usize,
    penalty: i64,
    pivots: u64,
}

impl Simplex {
    /// A start from masses, predicted duals and sorted arcs.
    ///
    /// The arcs are filled greedily by ascending reduced cost; what is left over goes to the hub. Each filling exhausts a
    /// node, which is hung from its partner, so the arcs filled form a forest.
    pub(super) fn new(masses: [&[i64]; 2], duals: [&[i64]; 2], penalty: i64, arcs: Vec<Arc>) -> Simplex {
        let [a, b] = masses;
        let [u, v] = duals;
        let (sources, root) = (a.len(), a.len() + b.len());
        let mut tree = SpanningTree::loose(root + 1);
        let mut pi: Vec<i64> = u.iter().map(|u| u + penalty).chain(v.iter().map(|v| -v - penalty)).collect();
        pi.push(0);
        let mut left: Vec<i64> = a.iter().chain(b).copied().collect();
        let mut order: Vec<(i64, u32)> = (0_u32..)
            .zip(&arcs)
            .map(|(index, arc)| (arc.cost - u[arc.source as usize] - v[arc.target as usize], index))
            .collect();
        order.sort_unstable();
        let mut exhausted = vec![false; root];
        let mut costs = vec![0; root];
        for (_, index) in order {
            let arc = arcs[index as usize];
            let (s, t) = (arc.source as usize, arc.target as usize + sources);
            if exhausted[s] || exhausted[t] {
                continue;
            }
            let flow = left[s].min(left[t]);
            left[s] -= flow;
            left[t] -= flow;
            // When both are exhausted the source stays: its arc to the hub, without flow, points to the root.
            let (child, parent) = if left[t] == 0 { (t, s) } else { (s, t) };
            exhausted[child] = true;
            costs[child] = arc.cost;
            tree.node_mut(child as u32).flow = flow;
            tree.attach(child as u32, parent as u32);
        }
        for x in (0..root).filter(|x| !exhausted[*x]) {
            tree.node_mut(x as u32).flow = left[x];
            tree.attach(x as u32, root as u32);
        }
        tree.count_sizes();
        for &x in tree.preorder().iter().filter(|x| (**x as usize) < root && exhausted[**x as usize]) {
            let (parent, cost) = (tree.node(x).parent as usize, costs[x as usize]);
            pi[x as usize] = pi[parent] + if (x as usize) < sources { cost } else { -cost };
        }
        let clusters = Clusters::new(&tree, &pi);
        let mut simplex = Simplex {
            sources: sources as u32,
            tree,
            clusters,
            arcs: Vec::new(),
            rows: Vec::new(),
            next_source: 0,
            penalty,
            pivots: 0,
        };
        simplex.set_arcs(arcs);
        simplex
    }

    /// Adds arcs; the basis stays.
    pub(super) fn add_arcs(&mut self, new: &[Arc]) {
        let mut arcs = std::mem::take(&mut self.arcs);
        arcs.extend_from_slice(new);
        arcs.sort_unstable();
        arcs.dedup();
        self.set_arcs(arcs);
    }

    fn set_arcs(&mut self, arcs: Vec<Arc>) {
        self.rows = vec![0; self.sources as usize + 1];
        for arc in &arcs {
            self.rows[arc.source as usize + 1] += 1;
        }
        for s in 0..self.sources as usize {
            self.rows[s + 1] += self.rows[s];
        }
        self.arcs = arcs;
    }

    /// Raises the cost of the hub to `penalty`.
    pub(super) fn raise_penalty(&mut self, penalty: i64) {
        let by = penalty - self.penalty;
        self.penalty = penalty;
        let mut pi = self.clusters.potentials();
        let mut rise = 0;
        for &x in &self.tree.preorder()[1..] {
            if self.tree.node(x).parent == self.tree.root() {
                rise = if x < self.sources { by } else { -by };
            }
            pi[x as usize] += rise;
        }
        self.clusters.form(&self.tree, &pi);
    }

    /// Pivots until no arc of the list has a negative reduced cost.
    pub(super) fn optimise(&mut self) {
        let block = ((self.arcs.len() as f64).sqrt() * BLOCK) as usize + 16;
        let mut clean = 0;
        while clean < self.arcs.len() {
            let (examined, best) = self.price_block(block);
            match best {
                Some((arc, reduced_cost)) => {
                    clean = 0;
                    self.pivot(arc.source, arc.target + self.sources, reduced_cost);
                }
                None => clean += examined,
            }
        }
    }

    /// The number of arcs of the next block, and the one with the most negative reduced cost.
    fn price_block(&mut self, block: usize) -> (usize, Option<(Arc, i64)>) {
        let mut examined = 0;
        let (mut lowest, mut best) = (0, None);
        while examined < block.min(self.arcs.len()) {
            let s = self.next_source;
            self.next_source = if s + 1 == self.sources as usize { 0 } else { s + 1 };
            let row = &self.arcs[self.rows[s] as usize..self.rows[s + 1] as usize];
            examined += row.len();
            let u = self.clusters.potential(s as u32);
            for arc in row {
                let reduced_cost = arc.cost - u + self.clusters.potential(arc.target + self.sources);
                if reduced_cost < lowest {
                    lowest = reduced_cost;
                    best = Some(*arc);
                }
            }
        }
        (examined, best.map(|arc| (arc, lowest)))
    }

    /// Lets the arc from `s` to `t` enter the basis.
    fn pivot(&mut self, s: u32, t: u32, reduced_cost: i64) {
        self.pivots += 1;
        let join = self.tree.join(s, t);
        let (out, source_side, flow) = self.leaving(s, t, join);
        if flow > 0 {
            self.augment(s, join, |x, sources| if x < sources { -flow } else { flow });
            self.augment(t, join, |x, sources| if x < sources { flow } else { -flow });
        }
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
        assert!(out != NONE, "costs are nonnegative, so some arc of every cycle runs empty");
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

    /// Duals of sources and targets, relative to the hub.
    pub(super) fn duals(&self) -> [Vec<i64>; 2] {
        let pi = self.clusters.potentials();
        let root = self.tree.root() as usize;
        let (u, rest) = pi.split_at(self.sources as usize);
        let hub = pi[root];
        [u.iter().map(|p| p - hub).collect(), rest[..rest.len() - 1].iter().map(|p| hub - p).collect()]
    }

    /// Sources, targets and flows of all arcs of the basis that carry some, without the hub's.
    pub(super) fn flows(&self) -> impl Iterator<Item = (u32, u32, i64)> + '_ {
        let root = self.tree.root();
        (0..root).filter_map(move |x| {
            let Node { parent, flow, .. } = *self.tree.node(x);
            let (s, t) = if x < self.sources { (x, parent) } else { (parent, x) };
            (parent != root && flow > 0).then(|| (s, t - self.sources, flow))
        })
    }

    /// Mass that the sources send to the hub.
    pub(super) fn hub_flow(&self) -> i64 {
        let nodes = (0..self.sources).map(|x| self.tree.node(x));
        nodes.filter(|node| node.parent == self.tree.root()).map(|node| node.flow).sum()
    }

    pub(super) fn pivots(&self) -> u64 {
        self.pivots
    }

    pub(super) fn arc_count(&self) -> usize {
        self.arcs.len()
    }
}

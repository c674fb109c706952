//! Node potentials of the spanning tree, kept in clusters so that a pivot costs `O(sqrt(nodes))`.
//!
//! A pivot cuts the tree in two and shifts the potentials of one part by a constant. Doing so node by node costs the size
//! of the part, which for trees of plane transport problems grows like the number of nodes. So the tree is divided into
//! connected clusters of about `sqrt(nodes)` nodes,
//!
//! ```text
//! pi(x) = local(x) + shift(cluster of x),
//! ```
//!
//! and a pivot divides at most one cluster and shifts whole ones (the first level of a topology tree, Frederickson 1985).
//! Small clusters are merged again with the one above; when too many are left, all are formed anew.

use super::spanning_tree::{NONE, SpanningTree};

#[derive(Debug, Clone, Copy, Default)]
struct Place {
    local: i64,
    cluster: u32,
}

#[derive(Debug, Clone, Copy)]
struct Cluster {
    shift: i64,
    /// The cluster that holds the parent of the top node.
    parent: u32,
    /// Number of nodes, 0 when the entry is free.
    count: u32,
    /// The last pivot that classified the cluster, and whether it lay in the part that moved.
    visit: u32,
    moves: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Clusters {
    places: Vec<Place>,
    clusters: Vec<Cluster>,
    free: Vec<u32>,
    /// Nodes wanted in a cluster.
    wanted: u32,
    /// Clusters at which they are formed anew.
    limit: usize,
    visit: u32,
}

impl Clusters {
    /// Clusters of `tree` with the potentials `pi` of its nodes.
    pub(super) fn new(tree: &SpanningTree, pi: &[i64]) -> Clusters {
        let wanted = (tree.len() as f64).sqrt() as u32 + 8;
        let mut clusters = Clusters {
            places: vec![Place::default(); tree.len()],
            clusters: Vec::new(),
            free: Vec::new(),
            wanted,
            limit: 0,
            visit: 0,
        };
        clusters.form(tree, pi);
        clusters
    }

    #[inline]
    pub(super) fn potential(&self, x: u32) -> i64 {
        let place = self.places[x as usize];
        place.local + self.clusters[place.cluster as usize].shift
    }

    pub(super) fn potentials(&self) -> Vec<i64> {
        (0..self.places.len() as u32).map(|x| self.potential(x)).collect()
    }

    /// Forms all clusters anew from the leaves up: a subtree is closed as soon as it has the wanted number of nodes.
    pub(super) fn form(&mut self, tree: &SpanningTree, pi: &[i64]) {
        let order = tree.preorder();
        let mut open = vec![1_u32; tree.len()];
        for &x in order[1..].iter().rev() {
            if open[x as usize] < self.wanted {
                open[tree.node(x).parent as usize] += open[x as usize];
            }
        }
        self.clusters.clear();
        self.free.clear();
        for &x in &order {
            let above = (x != tree.root()).then(|| self.places[tree.node(x).parent as usize].cluster);
            let cluster = match above {
                Some(cluster) if open[x as usize] < self.wanted => cluster,
                _ => {
                    let parent = above.unwrap_or(NONE);
                    let count = open[x as usize];
                    self.clusters.push(Cluster { shift: 0, parent, count, visit: 0, moves: false });
                    self.clusters.len() as u32 - 1
                }
            };
            self.places[x as usize] = Place { local: pi[x as usize], cluster };
        }
        self.visit = 0;
        self.limit = 2 * self.clusters.len() + self.wanted as usize;
    }

    /// Makes the nodes below `out`, about to be cut from its parent, a cluster of their own where that arc runs inside one.
    pub(super) fn divide(&mut self, tree: &SpanningTree, out: u32) {
        let from = self.places[out as usize].cluster;
        if self.places[tree.node(out).parent as usize].cluster != from {
            return;
        }
        let fresh = Cluster { count: 0, parent: NONE, visit: 0, ..self.clusters[from as usize] };
        let to = match self.free.pop() {
            Some(to) => {
                self.clusters[to as usize] = fresh;
                to
            }
            None => {
                self.clusters.push(fresh);
                self.clusters.len() as u32 - 1
            }
        };
        self.relabel(tree, out, to);
    }

    /// Notes that `child` now hangs from `parent`.
    #[inline]
    pub(super) fn hang(&mut self, child: u32, parent: u32) {
        let (below, above) = (self.places[child as usize].cluster, self.places[parent as usize].cluster);
        if below != above {
            self.clusters[below as usize].parent = above;
        }
    }

    /// Shifts all clusters of the subtree of `top`, which starts a cluster, by `by`.
    pub(super) fn shift(&mut self, top: u32, root: u32, by: i64) {
        self.visit += 1;
        for (x, moves) in [(root, false), (top, true)] {
            let cluster = &mut self.clusters[self.places[x as usize].cluster as usize];
            (cluster.visit, cluster.moves) = (self.visit, moves);
        }
        for c in 0..self.clusters.len() {
            if self.clusters[c].count > 0 && self.classify(c) {
                self.clusters[c].shift += by;
            }
        }
    }

    /// Whether cluster `c` moves: as the first one above it of which that is known.
    #[inline]
    fn classify(&mut self, c: usize) -> bool {
        let mut known = c;
        while self.clusters[known].visit != self.visit {
            known = self.clusters[known].parent as usize;
        }
        let moves = self.clusters[known].moves;
        let mut d = c;
        while d != known {
            (self.clusters[d].visit, self.clusters[d].moves) = (self.visit, moves);
            d = self.clusters[d].parent as usize;
        }
        moves
    }

    /// Joins the cluster that starts at `top` to the one above when they are small, and forms all anew when there are
    /// too many.
    pub(super) fn merge(&mut self, tree: &SpanningTree, top: u32) {
        let below = self.places[top as usize].cluster;
        let above = self.places[tree.node(top).parent as usize].cluster;
        let root = self.places[tree.root() as usize].cluster;
        let count = self.clusters[below as usize].count;
        let fits = count + self.clusters[above as usize].count <= 2 * self.wanted;
        if below != above && (fits || above == root && count < self.wanted) {
            self.relabel(tree, top, above);
            self.free.push(below);
        }
        if self.clusters.len() > self.limit {
            let pi = self.potentials();
            self.form(tree, &pi);
        }
    }

    /// Moves the part below `top` of the cluster of `top` into cluster `to`.
    fn relabel(&mut self, tree: &SpanningTree, top: u32, to: u32) {
        let from = self.places[top as usize].cluster;
        let by = self.clusters[from as usize].shift - self.clusters[to as usize].shift;
        let mut moved = 0;
        let mut x = top;
        'walk: loop {
            moved += 1;
            let place = &mut self.places[x as usize];
            *place = Place { local: place.local + by, cluster: to };
            let mut next = tree.first_child(x);
            loop {
                while next == NONE {
                    if x == top {
                        break 'walk;
                    }
                    next = tree.next_sibling(x);
                    x = tree.node(x).parent;
                }
                let cluster = self.places[next as usize].cluster;
                if cluster == from {
                    break;
                }
                self.clusters[cluster as usize].parent = to;
                next = tree.next_sibling(next);
            }
            x = next;
        }
        self.clusters[from as usize].count -= moved;
        self.clusters[to as usize].count += moved;
    }
}

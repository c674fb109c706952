//! The basis of the network simplex: a rooted spanning tree that carries the flow.
//!
//! Every source and target hangs from another node or from the root, which is neither. Arcs run from sources to targets,
//! so the direction of the arc between a node and its parent is known from the kind of the node: a source sends to its
//! parent, a target receives from it. The flow on that arc is kept with the node; all arcs outside the tree carry none.

/// No node.
pub(super) const NONE: u32 = u32::MAX;

/// A node and the arc to its parent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    /// Flow on the arc to the parent, nonnegative.
    pub flow: i64,
    pub parent: u32,
    first_child: u32,
    next_sibling: u32,
    previous_sibling: u32,
    /// Nodes in the subtree, itself included.
    pub size: u32,
}

#[derive(Debug, Clone)]
pub(super) struct SpanningTree {
    nodes: Vec<Node>,
}

impl SpanningTree {
    /// `count` nodes without any arc; the last one is the root.
    pub(super) fn loose(count: usize) -> SpanningTree {
        let node =
            Node { flow: 0, parent: NONE, first_child: NONE, next_sibling: NONE, previous_sibling: NONE, size: 1 };
        SpanningTree { nodes: vec![node; count] }
    }

    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    pub(super) fn root(&self) -> u32 {
        self.nodes.len() as u32 - 1
    }

    #[inline]
    pub(super) fn node(&self, x: u32) -> &Node {
        &self.nodes[x as usize]
    }

    #[inline]
    pub(super) fn node_mut(&mut self, x: u32) -> &mut Node {
        &mut self.nodes[x as usize]
    }

    #[inline]
    pub(super) fn attach(&mut self, child: u32, parent: u32) {
        let second = std::mem::replace(&mut self.node_mut(parent).first_child, child);
        if second != NONE {
            self.node_mut(second).previous_sibling = child;
        }
        let node = self.node_mut(child);
        node.parent = parent;
        node.next_sibling = second;
        node.previous_sibling = NONE;
    }

    /// Takes `child` out of the list of its parent's children.
    #[inline]
    pub(super) fn detach(&mut self, child: u32) {
        let Node { parent, next_sibling, previous_sibling, .. } = *self.node(child);
        if previous_sibling == NONE {
            self.node_mut(parent).first_child = next_sibling;
        } else {
            self.node_mut(previous_sibling).next_sibling = next_sibling;
        }
        if next_sibling != NONE {
            self.node_mut(next_sibling).previous_sibling = previous_sibling;
        }
    }

    #[inline]
    pub(super) fn first_child(&self, x: u32) -> u32 {
        self.node(x).first_child
    }

    #[inline]
    pub(super) fn next_sibling(&self, x: u32) -> u32 {
        self.node(x).next_sibling
    }

    /// All nodes, parents before children.
    pub(super) fn preorder(&self) -> Vec<u32> {
        let mut order = Vec::with_capacity(self.len());
        let mut x = self.root();
        loop {
            order.push(x);
            let mut next = self.first_child(x);
            while next == NONE {
                if x == self.root() {
                    return order;
                }
                next = self.next_sibling(x);
                x = self.node(x).parent;
            }
            x = next;
        }
    }

    /// Counts the subtrees anew.
    pub(super) fn count_sizes(&mut self) {
        let order = self.preorder();
        self.nodes.iter_mut().for_each(|node| node.size = 1);
        for &x in order[1..].iter().rev() {
            let Node { size, parent, .. } = *self.node(x);
            self.node_mut(parent).size += size;
        }
    }
}

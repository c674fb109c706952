//! The basis that a forest of flows stands for.

use super::plan::{Flow, arcs_of_nodes};
use super::spanning_tree::SpanningTree;

/// The tree with the flows of `forest`, of which every tree hangs from the root by its first source, and the potentials of
/// all nodes: those sources keep their duals `u`.
///
/// The arcs of the trees carry flow, those to the root point to it: the basis is strongly feasible.
///
/// # Panics
/// When a target is not reached by any flow.
pub(super) fn hang(
    forest: &[Flow],
    u: &[i64],
    targets: usize,
    cost: impl Fn(u32, u32) -> i64,
) -> (SpanningTree, Vec<i64>) {
    let (sources, root) = (u.len(), u.len() + targets);
    let mut tree = SpanningTree::loose(root + 1);
    let mut pi = vec![0; root + 1];
    let arcs = arcs_of_nodes(forest, sources, targets);
    let mut hung = vec![false; root];
    let mut open = Vec::new();
    for top in 0..sources {
        if hung[top] {
            continue;
        }
        hung[top] = true;
        tree.attach(top as u32, root as u32);
        pi[top] = u[top];
        open.push(top);
        while let Some(parent) = open.pop() {
            for arc in arcs.of(parent) {
                let flow = &forest[*arc as usize];
                let [source, target] = flow.ends(sources);
                let child = if parent == source { target } else { source };
                if hung[child] {
                    continue;
                }
                hung[child] = true;
                tree.node_mut(child as u32).flow = flow.mass;
                tree.attach(child as u32, parent as u32);
                let cost = cost(flow.source, flow.target);
                pi[child] = pi[parent] + if child < sources { cost } else { -cost };
                open.push(child);
            }
        }
    }
    assert!(hung.iter().all(|hung| *hung), "every target receives something");
    tree.count_sizes();
    (tree, pi)
}

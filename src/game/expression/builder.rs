//! Making nodes: equal nodes are made once, constants are folded, zeros and ones drop out.

use super::{Function, Node, NodeIndex, maximum, minimum, power};
use std::collections::HashMap;

/// A growing list of nodes in which every child stands before its parents.
#[derive(Debug, Default)]
pub(super) struct Builder {
    nodes: Vec<Node>,
    known: HashMap<Key, NodeIndex>,
}

/// What makes two nodes equal. Constants count as equal when their bits are.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Key {
    Constant(u64),
    Variable(usize),
    Sum(Vec<NodeIndex>),
    Product(Vec<NodeIndex>),
    Negate(NodeIndex),
    Divide(NodeIndex, NodeIndex),
    Power(NodeIndex, NodeIndex),
    Minimum(NodeIndex, NodeIndex),
    Maximum(NodeIndex, NodeIndex),
    Function(Function, NodeIndex),
}

impl Key {
    fn of(node: &Node) -> Key {
        match node {
            Node::Constant(value) => Key::Constant(value.to_bits()),
            Node::Variable(index) => Key::Variable(*index),
            Node::Sum(terms) => Key::Sum(terms.clone()),
            Node::Product(factors) => Key::Product(factors.clone()),
            Node::Negate(a) => Key::Negate(*a),
            Node::Divide(a, b) => Key::Divide(*a, *b),
            Node::Power(a, b) => Key::Power(*a, *b),
            Node::Minimum(a, b) => Key::Minimum(*a, *b),
            Node::Maximum(a, b) => Key::Maximum(*a, *b),
            Node::Function(function, a) => Key::Function(*function, *a),
        }
    }
}

impl Builder {
    pub(super) fn new() -> Builder {
        Builder::default()
    }

    /// A builder that already holds the nodes of an expression, under the same indices.
    pub(super) fn with_nodes(nodes: &[Node]) -> Builder {
        let known = nodes.iter().enumerate().map(|(index, node)| (Key::of(node), index)).collect();
        Builder { nodes: nodes.to_vec(), known }
    }

    /// The nodes that `root` needs, renumbered, children first and the root last.
    pub(super) fn finish(self, root: NodeIndex) -> Vec<Node> {
        self.extract(root)
    }

    /// As [`Builder::finish`], for one root of several.
    pub(super) fn extract(&self, root: NodeIndex) -> Vec<Node> {
        let mut needed = vec![false; root + 1];
        needed[root] = true;
        for index in (0..=root).rev() {
            if needed[index] {
                self.nodes[index].for_each_child(|child| needed[child] = true);
            }
        }
        let mut renumbered = vec![0; root + 1];
        let mut kept = Vec::new();
        for (index, node) in self.nodes[..=root].iter().enumerate() {
            if needed[index] {
                let mut node = node.clone();
                node.renumber(&renumbered);
                renumbered[index] = kept.len();
                kept.push(node);
            }
        }
        kept
    }

    fn push(&mut self, node: Node) -> NodeIndex {
        let key = Key::of(&node);
        if let Some(&index) = self.known.get(&key) {
            return index;
        }
        self.nodes.push(node);
        self.known.insert(key, self.nodes.len() - 1);
        self.nodes.len() - 1
    }

    /// The value of a node that is a constant.
    pub(super) fn constant_value(&self, index: NodeIndex) -> Option<f64> {
        if let Node::Constant(value) = self.nodes[index] { Some(value) } else { None }
    }

    /// Keeps `node` as it is unless its constant value is known and in range: what overflows or underflows stays
    /// symbolic, so that it can still be evaluated in logarithms. `zero_is_exact` says that a 0 is no underflow.
    fn fold(&mut self, value: Option<f64>, zero_is_exact: bool, node: Node) -> NodeIndex {
        match value {
            Some(value) if value.is_normal() || (value == 0.0 && zero_is_exact) => self.constant(value),
            _ => self.push(node),
        }
    }

    pub(super) fn constant(&mut self, value: f64) -> NodeIndex {
        self.push(Node::Constant(value))
    }

    pub(super) fn variable(&mut self, index: usize) -> NodeIndex {
        self.push(Node::Variable(index))
    }

    /// Collects the constants among `items` with `combine`; leaves them alone if the result overflows.
    fn split_constants(
        &self,
        items: Vec<NodeIndex>,
        neutral: f64,
        combine: impl Fn(f64, f64) -> f64,
    ) -> (f64, Vec<NodeIndex>) {
        let constants = items.iter().filter_map(|&item| self.constant_value(item));
        let total = constants.fold(neutral, combine);
        if !total.is_finite() {
            return (neutral, items);
        }
        (total, items.into_iter().filter(|&item| self.constant_value(item).is_none()).collect())
    }

    pub(super) fn sum(&mut self, terms: Vec<NodeIndex>) -> NodeIndex {
        if let [only] = terms.as_slice() {
            return *only;
        }
        let (constant, mut rest) = self.split_constants(terms, 0.0, |a, b| a + b);
        if constant != 0.0 || rest.is_empty() {
            let constant = self.constant(constant);
            rest.push(constant);
        }
        if let [only] = rest.as_slice() { *only } else { self.push(Node::Sum(rest)) }
    }

    pub(super) fn product(&mut self, factors: Vec<NodeIndex>) -> NodeIndex {
        if let [only] = factors.as_slice() {
            return *only;
        }
        if factors.iter().any(|&factor| self.constant_value(factor) == Some(0.0)) {
            return self.constant(0.0);
        }
        // A product that underflows comes out as infinite here, and is left alone like one that overflows.
        let in_range = |a: f64| if a.is_normal() { a } else { f64::INFINITY };
        let (constant, mut rest) = self.split_constants(factors, 1.0, |a, b| in_range(a * b));
        if rest.is_empty() {
            return self.constant(constant);
        }
        if constant == -1.0 {
            let product = self.product(rest);
            return self.negate(product);
        }
        if constant != 1.0 {
            let constant = self.constant(constant);
            rest.insert(0, constant);
        }
        if let [only] = rest.as_slice() { *only } else { self.push(Node::Product(rest)) }
    }

    pub(super) fn negate(&mut self, operand: NodeIndex) -> NodeIndex {
        match &self.nodes[operand] {
            Node::Constant(value) => {
                let value = -value;
                self.constant(value)
            }
            Node::Negate(inner) => *inner,
            _ => self.push(Node::Negate(operand)),
        }
    }

    pub(super) fn divide(&mut self, dividend: NodeIndex, divisor: NodeIndex) -> NodeIndex {
        match (self.constant_value(dividend), self.constant_value(divisor)) {
            (_, Some(1.0)) => dividend,
            (Some(a), Some(b)) => self.fold(Some(a / b), a == 0.0, Node::Divide(dividend, divisor)),
            (Some(0.0), None) => dividend,
            _ => self.push(Node::Divide(dividend, divisor)),
        }
    }

    pub(super) fn power(&mut self, base: NodeIndex, exponent: NodeIndex) -> NodeIndex {
        match (self.constant_value(base), self.constant_value(exponent)) {
            (_, Some(0.0)) => self.constant(1.0),
            (_, Some(1.0)) => base,
            (Some(a), Some(b)) => self.fold(Some(power(a, b)), a == 0.0, Node::Power(base, exponent)),
            _ => self.push(Node::Power(base, exponent)),
        }
    }

    pub(super) fn function(&mut self, function: Function, argument: NodeIndex) -> NodeIndex {
        let value = self.constant_value(argument).map(|a| function.apply(a));
        self.fold(value, function != Function::Exp, Node::Function(function, argument))
    }

    pub(super) fn minimum(&mut self, a: NodeIndex, b: NodeIndex) -> NodeIndex {
        let value = self.constant_value(a).zip(self.constant_value(b)).map(|(a, b)| minimum(a, b));
        self.fold(value, true, Node::Minimum(a, b))
    }

    pub(super) fn maximum(&mut self, a: NodeIndex, b: NodeIndex) -> NodeIndex {
        let value = self.constant_value(a).zip(self.constant_value(b)).map(|(a, b)| maximum(a, b));
        self.fold(value, true, Node::Maximum(a, b))
    }
}

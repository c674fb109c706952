//! An expression as text that can be parsed again.

use super::{Expression, Node, NodeIndex};
use std::fmt;

/// How tightly a form binds, after the grammar.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Binding {
    Sum,
    Product,
    Unary,
    Power,
    Atom,
}

/// What is still to be written, last first.
enum Piece<'a> {
    Text(&'a str),
    Node(NodeIndex, Binding),
}

fn binding(node: &Node) -> Binding {
    match node {
        Node::Constant(value) if value.is_sign_negative() => Binding::Unary,
        Node::Constant(_) | Node::Variable(_) | Node::Function(..) | Node::Minimum(..) | Node::Maximum(..) => {
            Binding::Atom
        }
        Node::Sum(_) => Binding::Sum,
        Node::Product(_) | Node::Divide(..) => Binding::Product,
        Node::Negate(_) => Binding::Unary,
        Node::Power(..) => Binding::Power,
    }
}

impl fmt::Display for Expression {
    /// Writes the expression with as few brackets as the grammar allows. Derivatives of `abs`, `min` and `max`
    /// contain `sign(..)`, which the parser does not know.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut pending = vec![Piece::Node(self.root(), Binding::Sum)];
        while let Some(piece) = pending.pop() {
            match piece {
                Piece::Text(text) => f.write_str(text)?,
                Piece::Node(index, at_least) if binding(&self.nodes[index]) < at_least => {
                    pending.extend([Piece::Text(")"), Piece::Node(index, Binding::Sum), Piece::Text("(")]);
                }
                Piece::Node(index, _) => match &self.nodes[index] {
                    Node::Constant(value) => write!(f, "{value:?}")?,
                    node => {
                        let mut pieces = self.pieces(node);
                        pieces.reverse();
                        pending.append(&mut pieces);
                    }
                },
            }
        }
        Ok(())
    }
}

impl Expression {
    fn pieces(&self, node: &Node) -> Vec<Piece<'_>> {
        use Piece::{Node as Operand, Text};
        let call = |name, a: &NodeIndex, b: &NodeIndex| {
            vec![Text(name), Text("("), Operand(*a, Binding::Sum), Text(", "), Operand(*b, Binding::Sum), Text(")")]
        };
        match node {
            Node::Constant(_) => vec![],
            Node::Variable(index) => vec![Text(&self.variables[*index])],
            Node::Sum(terms) => self.sum_pieces(terms),
            Node::Product(factors) => {
                let mut pieces = vec![Operand(factors[0], Binding::Product)];
                for &factor in &factors[1..] {
                    pieces.extend([Text("*"), Operand(factor, Binding::Unary)]);
                }
                pieces
            }
            Node::Negate(a) => vec![Text("-"), Operand(*a, Binding::Unary)],
            Node::Divide(a, b) => vec![Operand(*a, Binding::Product), Text("/"), Operand(*b, Binding::Unary)],
            Node::Power(a, b) => vec![Operand(*a, Binding::Atom), Text("^"), Operand(*b, Binding::Unary)],
            Node::Minimum(a, b) => call("min", a, b),
            Node::Maximum(a, b) => call("max", a, b),
            Node::Function(function, a) => {
                vec![Text(function.name()), Text("("), Operand(*a, Binding::Sum), Text(")")]
            }
        }
    }

    fn sum_pieces(&self, terms: &[NodeIndex]) -> Vec<Piece<'_>> {
        let mut pieces = vec![Piece::Node(terms[0], Binding::Product)];
        for &term in &terms[1..] {
            match self.nodes[term] {
                Node::Negate(inner) => pieces.extend([Piece::Text(" - "), Piece::Node(inner, Binding::Product)]),
                _ => pieces.extend([Piece::Text(" + "), Piece::Node(term, Binding::Product)]),
            }
        }
        pieces
    }
}

//! Separation of variables: `f = sum_k c_k u_k v_k` with `u_k` of the first variables and `v_k` of the others, read off
//! the tree.
//!
//! Sums are joined, products of sums multiplied out, whole powers expanded, and functions of sums `X + Y` of the two
//! groups split by their addition theorems:
//!
//! ```text
//! exp(X + Y) = exp X exp Y,    sin(X + Y) = sin X cos Y + cos X sin Y,    cos(X + Y) = cos X cos Y - sin X sin Y,
//! sinh(X + Y) = sinh X cosh Y + cosh X sinh Y,    cosh(X + Y) = cosh X cosh Y + sinh X sinh Y.
//! ```
//!
//! Whatever else depends on both groups, such as `exp(cos(x - y))`, has no finite separation that the tree shows.

use super::builder::Builder;
use super::program::Program;
use super::{Expression, Function, Node, NodeIndex, small_whole};
use std::collections::HashMap;

/// Products that may be made on the way, over all nodes: bounds time and memory for any text.
const MOST_INTERMEDIATE_PRODUCTS: usize = 1 << 18;

/// One product `c u v` of a separated expression.
#[derive(Debug, Clone)]
pub struct SeparatedProduct {
    /// `c`.
    pub coefficient: f64,
    /// `u`, an expression of the first variables only.
    pub first: Expression,
    /// `v`, an expression of the other variables only.
    pub second: Expression,
}

/// `c u v`, `u` and `v` being nodes.
#[derive(Debug, Clone, Copy)]
struct Product {
    coefficient: f64,
    factors: [NodeIndex; 2],
}

struct Separation {
    builder: Builder,
    one: NodeIndex,
    /// Products that may still be made.
    allowance: usize,
    most: usize,
}

impl Expression {
    /// The expression as a sum of at most `most` products of a function of variables `0..first` and one of the rest;
    /// `None` when the tree does not show one. Equal to the expression up to rounding, as long as no factor overflows.
    pub fn separated(&self, first: usize, most: usize) -> Option<Vec<SeparatedProduct>> {
        let mut builder = Builder::with_nodes(&self.nodes);
        let one = builder.constant(1.0);
        let mut separation = Separation { builder, one, allowance: MOST_INTERMEDIATE_PRODUCTS, most };
        let groups = self.groups(first);
        let mut sums: Vec<Option<Vec<Product>>> = Vec::with_capacity(self.nodes.len());
        for (index, node) in self.nodes.iter().enumerate() {
            let sum = match groups[index] {
                [true, true] => separation.mixed(node, &sums),
                [_, of_second] => Some(vec![separation.pure(index, of_second)]),
            };
            sums.push(sum);
        }
        let products = sums.pop().flatten()?;
        let part = |nodes: Vec<Node>, offset: usize, count: usize| -> Expression {
            let moved = |node| if let Node::Variable(v) = node { Node::Variable(v - offset) } else { node };
            let nodes: Vec<Node> = nodes.into_iter().map(moved).collect();
            let program = Program::new(&nodes);
            Expression { nodes, variables: self.variables[offset..offset + count].to_vec(), program }
        };
        let builder = separation.builder;
        let split = |product: Product| SeparatedProduct {
            coefficient: product.coefficient,
            first: part(builder.extract(product.factors[0]), 0, first),
            second: part(builder.extract(product.factors[1]), first, self.variables.len() - first),
        };
        Some(products.into_iter().map(split).collect())
    }

    /// Whether each node depends on the first variables, and on the others.
    fn groups(&self, first: usize) -> Vec<[bool; 2]> {
        let mut groups: Vec<[bool; 2]> = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            let mut own = [false; 2];
            if let Node::Variable(v) = node {
                own[usize::from(*v >= first)] = true;
            }
            node.for_each_child(|child| (0..2).for_each(|side| own[side] |= groups[child][side]));
            groups.push(own);
        }
        groups
    }
}

impl Separation {
    /// A node of one group, or a constant.
    fn pure(&self, node: NodeIndex, of_second: bool) -> Product {
        if let Some(coefficient) = self.builder.constant_value(node) {
            return Product { coefficient, factors: [self.one; 2] };
        }
        Product { coefficient: 1.0, factors: if of_second { [self.one, node] } else { [node, self.one] } }
    }

    /// A node that depends on both groups.
    fn mixed(&mut self, node: &Node, sums: &[Option<Vec<Product>>]) -> Option<Vec<Product>> {
        match node {
            Node::Sum(terms) => {
                let mut all = Vec::new();
                for &term in terms {
                    all.extend_from_slice(sums[term].as_ref()?);
                    if all.len() > MOST_INTERMEDIATE_PRODUCTS {
                        return None;
                    }
                }
                self.merged(all)
            }
            Node::Product(factors) => self.product(factors.iter().map(|&f| sums[f].as_deref())),
            Node::Negate(a) => {
                let sum = sums[*a].as_ref()?;
                self.merged(sum.iter().map(|p| Product { coefficient: -p.coefficient, ..*p }).collect())
            }
            Node::Divide(a, b) => self.quotient(sums[*a].as_ref()?, sums[*b].as_ref()?),
            Node::Power(a, b) => {
                let exponent = small_whole(self.builder.constant_value(*b)?)?;
                self.whole_power(sums[*a].as_ref()?, exponent)
            }
            Node::Function(function, a) => self.function(*function, sums[*a].as_ref()?),
            _ => None,
        }
    }

    /// Products with equal factors are one; `None` when too many are left.
    fn merged(&mut self, products: Vec<Product>) -> Option<Vec<Product>> {
        self.allowance = self.allowance.checked_sub(products.len())?;
        let mut places: HashMap<[NodeIndex; 2], usize> = HashMap::new();
        let mut out: Vec<Product> = Vec::new();
        for product in products {
            let place = *places.entry(product.factors).or_insert(out.len());
            match out.get_mut(place) {
                Some(known) => known.coefficient += product.coefficient,
                None => out.push(product),
            }
        }
        out.retain(|p| p.coefficient != 0.0);
        (out.len() <= self.most && out.iter().all(|p| p.coefficient.is_finite())).then_some(out)
    }

    fn product<'a>(&mut self, sums: impl Iterator<Item = Option<&'a [Product]>>) -> Option<Vec<Product>> {
        let mut out = vec![Product { coefficient: 1.0, factors: [self.one; 2] }];
        for sum in sums {
            let sum = sum?;
            if out.len() * sum.len() > self.allowance {
                return None;
            }
            let mut all = Vec::with_capacity(out.len() * sum.len());
            for a in &out {
                all.extend(sum.iter().map(|b| self.times(a, b)));
            }
            out = self.merged(all)?;
        }
        Some(out)
    }

    fn times(&mut self, a: &Product, b: &Product) -> Product {
        let factors = [0, 1].map(|side| {
            // Sorted, so that products of the same factors in another order are the same node.
            let (low, high) = (a.factors[side].min(b.factors[side]), a.factors[side].max(b.factors[side]));
            self.builder.product(vec![low, high])
        });
        Product { coefficient: a.coefficient * b.coefficient, factors }
    }

    fn quotient(&mut self, dividend: &[Product], divisor: &[Product]) -> Option<Vec<Product>> {
        let [divisor] = divisor else { return None };
        let divided = dividend.iter().map(|p| Product {
            coefficient: p.coefficient / divisor.coefficient,
            factors: [0, 1].map(|side| self.builder.divide(p.factors[side], divisor.factors[side])),
        });
        let divided = divided.collect();
        self.merged(divided)
    }

    fn whole_power(&mut self, base: &[Product], exponent: i32) -> Option<Vec<Product>> {
        if let [only] = base {
            let power = self.builder.constant(f64::from(exponent));
            let factors = only.factors.map(|factor| self.builder.power(factor, power));
            return Some(vec![Product { coefficient: only.coefficient.powi(exponent), factors }]);
        }
        let times = usize::try_from(exponent).ok()?;
        self.product(std::iter::repeat_n(Some(base), times))
    }

    /// A function of a sum each term of which belongs to one group.
    fn function(&mut self, function: Function, argument: &[Product]) -> Option<Vec<Product>> {
        let [x, y] = self.parts(argument)?;
        let mut product = |of_x: Function, of_y: Function, coefficient: f64| Product {
            coefficient,
            factors: [self.builder.function(of_x, x), self.builder.function(of_y, y)],
        };
        use Function::{Cos, Cosh, Exp, Sin, Sinh};
        match function {
            Exp => Some(vec![product(Exp, Exp, 1.0)]),
            Sin => Some(vec![product(Sin, Cos, 1.0), product(Cos, Sin, 1.0)]),
            Cos => Some(vec![product(Cos, Cos, 1.0), product(Sin, Sin, -1.0)]),
            Sinh => Some(vec![product(Sinh, Cosh, 1.0), product(Cosh, Sinh, 1.0)]),
            Cosh => Some(vec![product(Cosh, Cosh, 1.0), product(Sinh, Sinh, 1.0)]),
            _ => None,
        }
    }

    /// `X` and `Y` of a sum `X + Y`; constants go with `X`.
    fn parts(&mut self, sum: &[Product]) -> Option<[NodeIndex; 2]> {
        let mut parts = [Vec::new(), Vec::new()];
        for product in sum {
            let side = match product.factors {
                [_, second] if second == self.one => 0,
                [first, _] if first == self.one => 1,
                _ => return None,
            };
            let coefficient = self.builder.constant(product.coefficient);
            parts[side].push(self.builder.product(vec![coefficient, product.factors[side]]));
        }
        Some(parts.map(|terms| self.builder.sum(terms)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::game::Scope;

    fn parse(text: &str) -> Expression {
        Expression::parse(text, &Scope::new(["x1", "x2", "y"])).unwrap()
    }

    fn agrees(text: &str, products: usize) {
        let f = parse(text);
        let separated = f.separated(2, 64).unwrap_or_else(|| panic!("{text} was not separated"));
        assert_eq!(separated.len(), products, "{text}");
        for k in 0..20 {
            let t = f64::from(k);
            let (x, y) = ([0.3 + 0.17 * t, 1.1 - 0.23 * t], [0.4 + 0.11 * t]);
            let sum: f64 = separated.iter().map(|p| p.coefficient * p.first.evaluate(&x) * p.second.evaluate(&y)).sum();
            let expected = f.evaluate(&[x[0], x[1], y[0]]);
            assert!((sum - expected).abs() <= 1e-13 * (1.0 + expected.abs()), "{text}: {sum} against {expected}");
        }
    }

    #[test]
    fn sums_products_and_powers_separate() {
        agrees("3", 1);
        agrees("x1*x2 + 2", 1);
        agrees("2*x1*y - y*x1/3 + sin(x2)*exp(y)", 2);
        agrees("(x1 + y)^2", 3);
        agrees("(x1*y)^-3/(2 + cos(x2))/(3 - sin(y))", 1);
        agrees("-(x1 - y)*(x2 + y)", 4);
    }

    #[test]
    fn addition_theorems_split_functions_of_sums() {
        agrees("cos(2*(x1 - y) + x2 + 0.5)", 2);
        agrees("sin(x1*x2 - 3*y)", 2);
        agrees("exp(x1 - y^2 + 1)", 1);
        agrees("cosh(x1 + y) - sinh(x2 - y)", 4);
        agrees("cos(x1 - y)*sin(x2 + y)", 4);
        agrees("cos(x1 + y)^2 + sin(x1 + y)^2", 4);
    }

    #[test]
    fn what_the_tree_does_not_show_is_left() {
        for text in ["exp(cos(x1 - y))", "sin(x1*y)", "1/(x1 + y)", "max(x1, y)", "(x1 + y)^0.5", "tanh(x1 + y)"] {
            assert!(parse(text).separated(2, 64).is_none(), "{text}");
        }
        assert!(parse("(x1 + y)^16").separated(2, 16).is_none());
    }

    #[test]
    fn large_texts_neither_recurse_nor_fill_the_memory() {
        let chain = format!("{}x1{}", "sin(y + ".repeat(150), ")".repeat(150));
        assert!(parse(&chain).separated(2, 1024).is_none());
        let sum: Vec<String> = (1..20_000).map(|k| format!("cos({k}*x1 - y)")).collect();
        assert!(parse(&sum.join("+")).separated(2, 1024).is_none());
        let nested = format!("{}x1*y{}", "(cos(x1 - y) + ".repeat(150), ")*cos(x1 + y)".repeat(150));
        assert!(parse(&nested).separated(2, 1024).is_none());
    }
}

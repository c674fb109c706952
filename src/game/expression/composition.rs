//! Expressions made of others: sums, logarithms, functions of differences.

use super::builder::Builder;
use super::{Expression, Function, Node, NodeIndex};

impl Expression {
    /// `sum_k c_k f_k` of expressions of the same variables.
    ///
    /// # Panics
    /// When there are none, the variables differ, or a coefficient is not finite.
    #[track_caller]
    pub(in crate::game) fn linear_combination(terms: &[(f64, &Expression)]) -> Expression {
        let variables = &terms[0].1.variables;
        let mut builder = Builder::new();
        let mut sum = Vec::with_capacity(terms.len());
        for (coefficient, f) in terms {
            assert!(coefficient.is_finite() && f.variables == *variables, "{coefficient}, {:?}", f.variables);
            let places: Vec<NodeIndex> = (0..variables.len()).map(|i| builder.variable(i)).collect();
            let factor = builder.constant(*coefficient);
            let value = f.embed(&mut builder, &places);
            sum.push(builder.product(vec![factor, value]));
        }
        let root = builder.sum(sum);
        Self::from_builder(builder, root, variables.clone())
    }

    /// The same function of some of the variables `names`: those from number `first` on.
    pub(in crate::game) fn with_variables_at(&self, names: &[String], first: usize) -> Expression {
        let mut builder = Builder::new();
        let places: Vec<NodeIndex> = (0..self.variables.len()).map(|i| builder.variable(first + i)).collect();
        let root = self.embed(&mut builder, &places);
        Self::from_builder(builder, root, names.to_vec())
    }

    /// `k(x - y)` of `k(z)`: `names` are those of `x`, then those of `y`.
    pub(in crate::game) fn of_differences(&self, names: &[String]) -> Expression {
        let dimension = self.variables.len();
        let mut builder = Builder::new();
        let places: Vec<NodeIndex> = (0..dimension)
            .map(|i| {
                let (x, y) = (builder.variable(i), builder.variable(dimension + i));
                let minus = builder.negate(y);
                builder.sum(vec![x, minus])
            })
            .collect();
        let root = self.embed(&mut builder, &places);
        Self::from_builder(builder, root, names.to_vec())
    }

    /// The logarithm. Exponentials among the factors are taken apart, so that `exp(800*cos(x))` does not overflow.
    pub(in crate::game) fn logarithm(&self) -> Expression {
        let mut builder = Builder::with_nodes(&self.nodes);
        let factors = match &self.nodes[self.root()] {
            Node::Product(factors) => factors.clone(),
            _ => vec![self.root()],
        };
        let mut terms = Vec::new();
        let mut others = Vec::new();
        for factor in factors {
            match self.nodes[factor] {
                Node::Function(Function::Exp, exponent) => terms.push(exponent),
                _ => others.push(factor),
            }
        }
        if !others.is_empty() {
            let rest = builder.product(others);
            terms.push(builder.function(Function::Log, rest));
        }
        let root = builder.sum(terms);
        Self::from_builder(builder, root, self.variables.clone())
    }

    /// Adds the nodes to those of `builder`, variable `i` being the node `places[i]`; the new root.
    fn embed(&self, builder: &mut Builder, places: &[NodeIndex]) -> NodeIndex {
        let mut new: Vec<NodeIndex> = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            let index = match node {
                Node::Constant(value) => builder.constant(*value),
                Node::Variable(i) => places[*i],
                Node::Sum(terms) => builder.sum(terms.iter().map(|t| new[*t]).collect()),
                Node::Product(factors) => builder.product(factors.iter().map(|f| new[*f]).collect()),
                Node::Negate(a) => builder.negate(new[*a]),
                Node::Divide(a, b) => builder.divide(new[*a], new[*b]),
                Node::Power(a, b) => builder.power(new[*a], new[*b]),
                Node::Minimum(a, b) => builder.minimum(new[*a], new[*b]),
                Node::Maximum(a, b) => builder.maximum(new[*a], new[*b]),
                Node::Function(function, a) => builder.function(*function, new[*a]),
            };
            new.push(index);
        }
        new[self.root()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::game::Scope;

    fn parse(text: &str, variables: &[&str]) -> Expression {
        Expression::parse(text, &Scope::new(variables.iter().copied())).unwrap()
    }

    #[test]
    fn combinations_have_the_values_of_their_parts() {
        let names: Vec<String> = ["x", "y"].map(str::to_owned).to_vec();
        let f = parse("sin(x)*y^2 - max(x, y)/3", &["x", "y"]);
        let g = parse("exp(t) + abs(t - 1)", &["t"]).with_variables_at(&names, 1);
        let sum = Expression::linear_combination(&[(1.0, &f), (-2.5, &g)]);
        let kernel = parse("cos(z)*z", &["z"]).of_differences(&names);
        for (x, y) in [(0.3_f64, 1.7_f64), (-2.0, 0.4)] {
            let expected = x.sin() * y * y - x.max(y) / 3.0 - 2.5 * (y.exp() + (y - 1.0).abs());
            assert!((sum.evaluate(&[x, y]) - expected).abs() <= 1e-14 * 10.0);
            assert!((kernel.evaluate(&[x, y]) - (x - y).cos() * (x - y)).abs() <= 1e-15);
        }
    }

    #[test]
    fn logarithms_take_exponentials_apart() {
        let log = parse("3*exp(800*x)*(2 + cos(x))*exp(-x^2)", &["x"]).logarithm();
        for x in [-1.0_f64, 0.4, 2.0] {
            let expected = 3.0_f64.ln() + 800.0 * x + (2.0 + x.cos()).ln() - x * x;
            assert!((log.evaluate(&[x]) - expected).abs() <= 1e-13 * expected.abs());
        }
        assert_eq!(parse("1", &["x"]).logarithm().as_constant(), Some(0.0));
    }
}

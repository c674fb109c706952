//! Expressions: what stands in quotes in a game file.
//!
//! A text such as `0.84*cos(4*x/3) - exp(-y^2)` is parsed once, with the parameters folded into constants, into a
//! flat list of [`Node`]s in which children stand before their parents, equal subexpressions are one node, and the
//! root is last. Everything else is a loop over that list: evaluation, evaluation in logarithms, the derivative.
//! No text, however long or deeply nested, makes any of them recurse.
//!
//! Grammar: Python's precedence with `^` for power: `-x^2 = -(x^2)`, `2^3^2 = 512`, `2^-1 = 0.5`, `2---1 = 1`.

mod builder;
mod composition;
mod derivative;
mod display;
mod error;
mod lexer;
mod logarithm;
mod parser;
mod program;
mod scope;
mod separation;

pub use error::ExpressionError;
pub use scope::{ParameterNameError, Scope};
pub use separation::SeparatedProduct;

use builder::Builder;
use parser::Parser;
use program::Program;

/// Position of a node in [`Expression::nodes`].
pub type NodeIndex = usize;

/// One operation of an expression; operands are positions of earlier nodes.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    /// A number; always finite.
    Constant(f64),
    /// A variable, by its number in the [`Scope`].
    Variable(usize),
    /// The sum of two or more terms; subtracted terms are [`Node::Negate`]. At most one is a constant, the last,
    /// unless their sum overflows.
    Sum(Vec<NodeIndex>),
    /// The product of two or more factors. At most one is a constant, the first, unless their product is out of range.
    Product(Vec<NodeIndex>),
    /// `-a`.
    Negate(NodeIndex),
    /// `a / b`.
    Divide(NodeIndex, NodeIndex),
    /// `a ^ b`.
    Power(NodeIndex, NodeIndex),
    /// The smaller of two; `min` of more arguments is nested.
    Minimum(NodeIndex, NodeIndex),
    /// The larger of two; `max` of more arguments is nested.
    Maximum(NodeIndex, NodeIndex),
    /// A function of one argument.
    Function(Function, NodeIndex),
}

impl Node {
    /// Calls `f` with every operand, in order.
    pub fn for_each_child(&self, mut f: impl FnMut(NodeIndex)) {
        match self {
            Node::Constant(_) | Node::Variable(_) => {}
            Node::Sum(children) | Node::Product(children) => children.iter().for_each(|&child| f(child)),
            Node::Negate(a) | Node::Function(_, a) => f(*a),
            Node::Divide(a, b) | Node::Power(a, b) | Node::Minimum(a, b) | Node::Maximum(a, b) => {
                f(*a);
                f(*b);
            }
        }
    }

    fn renumber(&mut self, new: &[NodeIndex]) {
        match self {
            Node::Constant(_) | Node::Variable(_) => {}
            Node::Sum(children) | Node::Product(children) => children.iter_mut().for_each(|child| *child = new[*child]),
            Node::Negate(a) | Node::Function(_, a) => *a = new[*a],
            Node::Divide(a, b) | Node::Power(a, b) | Node::Minimum(a, b) | Node::Maximum(a, b) => {
                *a = new[*a];
                *b = new[*b];
            }
        }
    }
}

/// The functions of one argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Function {
    Sin,
    Cos,
    Tan,
    Exp,
    Log,
    Sqrt,
    Abs,
    Tanh,
    Cosh,
    Sinh,
    /// -1, 0 or 1; arises in derivatives of `abs`, `min` and `max` and cannot be typed.
    Sign,
}

impl Function {
    /// The functions that can be typed.
    pub const NAMED: [Function; 10] = [
        Function::Sin,
        Function::Cos,
        Function::Tan,
        Function::Exp,
        Function::Log,
        Function::Sqrt,
        Function::Abs,
        Function::Tanh,
        Function::Cosh,
        Function::Sinh,
    ];

    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Function::Sin => "sin",
            Function::Cos => "cos",
            Function::Tan => "tan",
            Function::Exp => "exp",
            Function::Log => "log",
            Function::Sqrt => "sqrt",
            Function::Abs => "abs",
            Function::Tanh => "tanh",
            Function::Cosh => "cosh",
            Function::Sinh => "sinh",
            Function::Sign => "sign",
        }
    }

    fn from_name(name: &str) -> Option<Function> {
        Self::NAMED.into_iter().find(|function| function.name() == name)
    }

    /// Its value at `a`.
    pub fn apply(self, a: f64) -> f64 {
        match self {
            Function::Sin => a.sin(),
            Function::Cos => a.cos(),
            Function::Tan => a.tan(),
            Function::Exp => a.exp(),
            Function::Log => a.ln(),
            Function::Sqrt => a.sqrt(),
            Function::Abs => a.abs(),
            Function::Tanh => a.tanh(),
            Function::Cosh => a.cosh(),
            Function::Sinh => a.sinh(),
            Function::Sign if a == 0.0 => 0.0,
            Function::Sign => a.signum(),
        }
    }
}

/// Largest whole exponent for which a power is a chain of products.
const LARGEST_PRODUCT_EXPONENT: f64 = 16.0;

/// `a ^ b`; NaN where the result is complex.
fn power(a: f64, b: f64) -> f64 {
    match small_whole(b) {
        Some(exponent) => a.powi(exponent),
        None => a.powf(b),
    }
}

/// The exponent as an integer if it is whole and small.
fn small_whole(b: f64) -> Option<i32> {
    (b.fract() == 0.0 && b.abs() <= LARGEST_PRODUCT_EXPONENT).then_some(b as i32)
}

/// The smaller of two numbers, NaN if either is (unlike `f64::min`).
fn minimum(a: f64, b: f64) -> f64 {
    if a < b || a.is_nan() { a } else { b }
}

/// The larger of two numbers, NaN if either is.
fn maximum(a: f64, b: f64) -> f64 {
    if a > b || a.is_nan() { a } else { b }
}

/// A parsed expression of numbered variables.
#[derive(Debug, Clone)]
pub struct Expression {
    nodes: Vec<Node>,
    variables: Vec<String>,
    program: Program,
}

impl Expression {
    /// Longest text that is parsed, 1 MiB.
    pub const MAXIMUM_TEXT: usize = 1 << 20;
    /// Most points of [`Expression::evaluate_few`].
    pub const FEW: usize = program::BLOCK;

    /// Parses a text with the names of `scope`.
    ///
    /// # Errors
    /// [`ExpressionError`] with the place of the fault.
    pub fn parse(text: &str, scope: &Scope) -> Result<Expression, ExpressionError> {
        if text.len() > Self::MAXIMUM_TEXT {
            let message =
                format!("the expression has {} bytes; at most {} are allowed", text.len(), Self::MAXIMUM_TEXT);
            return Err(ExpressionError::new(message, 0, 0));
        }
        let (builder, root) = Parser::parse(text, scope)?;
        Ok(Self::from_builder(builder, root, scope.variables().to_vec()))
    }

    /// The constant function of the variables of `scope`.
    ///
    /// # Panics
    /// When the value is not finite.
    #[track_caller]
    pub fn constant(value: f64, scope: &Scope) -> Expression {
        assert!(value.is_finite(), "constants are finite, got {value}");
        let mut builder = Builder::new();
        let root = builder.constant(value);
        Self::from_builder(builder, root, scope.variables().to_vec())
    }

    fn from_builder(builder: Builder, root: NodeIndex, variables: Vec<String>) -> Expression {
        let nodes = builder.finish(root);
        let program = Program::new(&nodes);
        Expression { nodes, variables, program }
    }

    /// All nodes: children before parents, the root last, each reachable from the root, no two equal.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Position of the root, the last node.
    pub fn root(&self) -> NodeIndex {
        self.nodes.len() - 1
    }

    /// The expression made of node `index` and what it needs.
    pub fn subexpression(&self, index: NodeIndex) -> Expression {
        Self::from_builder(Builder::with_nodes(&self.nodes), index, self.variables.clone())
    }

    /// Number of operations one evaluation takes.
    pub fn cost(&self) -> usize {
        let mut operands = 0;
        self.nodes.iter().for_each(|node| node.for_each_child(|_| operands += 1));
        operands.max(1)
    }

    /// Names of the variables, in order; a point has one coordinate for each.
    pub fn variables(&self) -> &[String] {
        &self.variables
    }

    /// Whether variable `variable` occurs (zero factors and zero exponents have dropped out).
    pub fn depends_on(&self, variable: usize) -> bool {
        self.nodes.contains(&Node::Variable(variable))
    }

    /// Numbers of the variables that occur, ascending.
    pub fn variables_used(&self) -> Vec<usize> {
        (0..self.variables.len()).filter(|&variable| self.depends_on(variable)).collect()
    }

    /// The value, if the expression is a number.
    pub fn as_constant(&self) -> Option<f64> {
        if let Node::Constant(value) = self.nodes[self.root()] { Some(value) } else { None }
    }

    /// The value at one point. Not finite where the expression is not: nothing is checked here.
    ///
    /// # Panics
    /// When the point does not have one coordinate per variable.
    #[track_caller]
    pub fn evaluate(&self, point: &[f64]) -> f64 {
        assert_eq!(point.len(), self.variables.len(), "one coordinate for each of {:?}", self.variables);
        let mut values: Vec<f64> = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            let value = match node {
                Node::Constant(value) => *value,
                Node::Variable(index) => point[*index],
                Node::Sum(terms) => terms.iter().map(|&t| values[t]).sum(),
                Node::Product(factors) => factors.iter().map(|&f| values[f]).product(),
                Node::Negate(a) => -values[*a],
                Node::Divide(a, b) => values[*a] / values[*b],
                Node::Power(a, b) => power(values[*a], values[*b]),
                Node::Minimum(a, b) => minimum(values[*a], values[*b]),
                Node::Maximum(a, b) => maximum(values[*a], values[*b]),
                Node::Function(function, a) => function.apply(values[*a]),
            };
            values.push(value);
        }
        values[self.root()]
    }

    /// The values at many points: `variables[i][j]` is coordinate `i` of point `j`. Each operation runs over a block
    /// of points at a time; blocks are shared among the threads of the pool, and the result does not depend on it.
    ///
    /// # Panics
    /// When there is not one array per variable, or one differs in length from `out`.
    #[track_caller]
    pub fn evaluate_many(&self, variables: &[&[f64]], out: &mut [f64]) {
        assert_eq!(variables.len(), self.variables.len(), "one array for each of {:?}", self.variables);
        for array in variables {
            assert_eq!(array.len(), out.len(), "one coordinate per value");
        }
        self.program.run(variables, out);
    }

    /// The same at no more than [`Expression::FEW`] points, on this thread. `registers` is work space: any vector, kept from
    /// call to call.
    ///
    /// # Panics
    /// As [`Expression::evaluate_many`], and for more points.
    #[track_caller]
    pub fn evaluate_few(&self, variables: &[&[f64]], registers: &mut Vec<Vec<f64>>, out: &mut [f64]) {
        assert_eq!(variables.len(), self.variables.len(), "one array for each of {:?}", self.variables);
        assert!(variables.iter().all(|array| array.len() == out.len()), "one coordinate per value");
        assert!(out.len() <= Self::FEW, "{} points where {} are few", out.len(), Self::FEW);
        self.program.run_few(variables, registers, out);
    }
}

/// The value of a constant expression such as `6*pi`, which may use the parameters.
///
/// # Errors
/// [`ExpressionError`] when the text is not an expression without variables, or its value is not finite.
pub fn constant(text: &str, scope: &Scope) -> Result<f64, ExpressionError> {
    let none: [&str; 0] = [];
    let expression = Expression::parse(text, &scope.with_variables(none))?;
    let value = expression.evaluate(&[]);
    if value.is_finite() {
        Ok(value)
    } else {
        Err(ExpressionError::new(format!("the value is {value}; it must be a finite number"), 0, text.len()))
    }
}

#[cfg(test)]
mod tests;

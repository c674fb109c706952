//! Evaluation at many points: the nodes as instructions on registers that hold a block of values each.
//!
//! A register is taken when a node begins to be computed and given back after its last use, so a sum of thousands
//! of terms needs a handful of blocks rather than one per term, and they stay in the cache.

use super::{Function, Node, NodeIndex, maximum, minimum, power, small_whole};
use rayon::prelude::*;

/// Values per register. 256 values are 2 kB: a dozen registers fit the first-level cache.
pub(super) const BLOCK: usize = 256;
/// Values per task when the work is shared among threads.
const TASK: usize = 16 * BLOCK;

/// Instructions in order; the value of the last is in `result`.
#[derive(Debug, Clone)]
pub(super) struct Program {
    instructions: Vec<Instruction>,
    registers: usize,
    result: Operand,
}

/// `target = operation(target, operand)`.
#[derive(Debug, Clone, Copy)]
struct Instruction {
    operation: Operation,
    target: usize,
    operand: Operand,
}

#[derive(Debug, Clone, Copy)]
enum Operand {
    Register(usize),
    Variable(usize),
    Constant(f64),
}

#[derive(Debug, Clone, Copy)]
enum Operation {
    Set,
    SetNegative,
    Add,
    Subtract,
    Multiply,
    Divide,
    Power,
    WholePower(i32),
    Minimum,
    Maximum,
    Apply(Function),
}

/// The `k`-th step in computing a node: which operand, and what to do with it.
fn step(nodes: &[Node], node: NodeIndex, k: usize) -> Option<(NodeIndex, Operation)> {
    let binary = |a: NodeIndex, b: NodeIndex, operation: Operation| match k {
        0 => Some((a, Operation::Set)),
        1 => Some((b, operation)),
        _ => None,
    };
    match &nodes[node] {
        Node::Constant(_) | Node::Variable(_) => None,
        Node::Sum(terms) => terms.get(k).map(|&term| match (&nodes[term], k) {
            (Node::Negate(inner), 0) => (*inner, Operation::SetNegative),
            (Node::Negate(inner), _) => (*inner, Operation::Subtract),
            (_, 0) => (term, Operation::Set),
            _ => (term, Operation::Add),
        }),
        Node::Product(factors) => {
            factors.get(k).map(|&factor| (factor, if k == 0 { Operation::Set } else { Operation::Multiply }))
        }
        Node::Negate(a) => (k == 0).then_some((*a, Operation::SetNegative)),
        Node::Function(function, a) => (k == 0).then_some((*a, Operation::Apply(*function))),
        Node::Divide(a, b) => binary(*a, *b, Operation::Divide),
        Node::Power(a, b) => {
            let whole = if let Node::Constant(value) = nodes[*b] { small_whole(value) } else { None };
            binary(*a, *b, whole.map_or(Operation::Power, Operation::WholePower))
        }
        Node::Minimum(a, b) => binary(*a, *b, Operation::Minimum),
        Node::Maximum(a, b) => binary(*a, *b, Operation::Maximum),
    }
}

/// Assigns registers while walking the nodes depth first.
struct Allocation<'a> {
    nodes: &'a [Node],
    /// Reads of each node that are still to come.
    reads: Vec<usize>,
    location: Vec<Option<usize>>,
    free: Vec<usize>,
    registers: usize,
}

impl<'a> Allocation<'a> {
    fn new(nodes: &'a [Node]) -> Self {
        let mut reads = vec![0; nodes.len()];
        reads[nodes.len() - 1] = 1;
        for node in (0..nodes.len()).rev().filter(|&node| !is_leaf(&nodes[node])) {
            // A negated term of a sum is skipped by its parent and then has no reads of its own.
            if reads[node] > 0 {
                (0..).map_while(|k| step(nodes, node, k)).for_each(|(operand, _)| reads[operand] += 1);
            }
        }
        Allocation { nodes, reads, location: vec![None; nodes.len()], free: Vec::new(), registers: 0 }
    }

    fn take(&mut self) -> usize {
        self.free.pop().unwrap_or_else(|| {
            self.registers += 1;
            self.registers - 1
        })
    }

    /// Where a node's value is, if it is there already.
    fn find(&self, node: NodeIndex) -> Option<Operand> {
        match self.nodes[node] {
            Node::Constant(value) => Some(Operand::Constant(value)),
            Node::Variable(index) => Some(Operand::Variable(index)),
            _ => self.location[node].map(Operand::Register),
        }
    }

    /// Counts one read of a node and gives its register back after the last.
    fn release(&mut self, node: NodeIndex) {
        self.reads[node] -= 1;
        if self.reads[node] == 0 {
            self.free.extend(self.location[node].take());
        }
    }
}

fn is_leaf(node: &Node) -> bool {
    matches!(node, Node::Constant(_) | Node::Variable(_))
}

impl Program {
    /// Translates nodes whose last one is the root. Linear in the number of nodes.
    pub(super) fn new(nodes: &[Node]) -> Program {
        struct Frame {
            node: NodeIndex,
            next: usize,
            target: Option<usize>,
        }
        let root = nodes.len() - 1;
        let mut allocation = Allocation::new(nodes);
        let mut instructions = Vec::new();
        let mut stack = vec![Frame { node: root, next: 0, target: None }];
        while let Some(frame) = stack.last_mut() {
            let Some((child, operation)) = step(nodes, frame.node, frame.next) else {
                allocation.location[frame.node] = frame.target;
                stack.pop();
                continue;
            };
            match allocation.find(child) {
                None => stack.push(Frame { node: child, next: 0, target: None }),
                Some(operand) => {
                    // Taken before the operand is released: target and operand are never the same register.
                    let target = *frame.target.get_or_insert_with(|| allocation.take());
                    frame.next += 1;
                    instructions.push(Instruction { operation, target, operand });
                    allocation.release(child);
                }
            }
        }
        let result = allocation.find(root).expect("the root has been computed");
        Program { instructions, registers: allocation.registers, result }
    }

    /// Evaluates at every point; see [`super::Expression::evaluate_many`].
    pub(super) fn run(&self, variables: &[&[f64]], out: &mut [f64]) {
        out.par_chunks_mut(TASK).enumerate().for_each_init(
            || vec![vec![0.0; BLOCK]; self.registers],
            |registers, (task, out)| {
                for (block, out) in out.chunks_mut(BLOCK).enumerate() {
                    self.run_block(variables, task * TASK + block * BLOCK, registers, out);
                }
            },
        );
    }

    /// Evaluates at the points of one block on this thread; see [`super::Expression::evaluate_few`].
    pub(super) fn run_few(&self, variables: &[&[f64]], registers: &mut Vec<Vec<f64>>, out: &mut [f64]) {
        if registers.len() < self.registers {
            registers.resize_with(self.registers, || vec![0.0; BLOCK]);
        }
        self.run_block(variables, 0, registers, out);
    }

    fn run_block(&self, variables: &[&[f64]], start: usize, registers: &mut [Vec<f64>], out: &mut [f64]) {
        let points = start..start + out.len();
        for instruction in &self.instructions {
            let mut target = std::mem::take(&mut registers[instruction.target]);
            let values = &mut target[..out.len()];
            match instruction.operand {
                Operand::Register(r) => instruction.operation.with_array(values, &registers[r][..out.len()]),
                Operand::Variable(v) => instruction.operation.with_array(values, &variables[v][points.clone()]),
                Operand::Constant(c) => instruction.operation.with_constant(values, c),
            }
            registers[instruction.target] = target;
        }
        match self.result {
            Operand::Register(r) => out.copy_from_slice(&registers[r][..out.len()]),
            Operand::Variable(v) => out.copy_from_slice(&variables[v][points]),
            Operand::Constant(c) => out.fill(c),
        }
    }
}

impl Operation {
    /// Applies the operation value by value. Spelt out per operation so that each is one tight loop.
    fn with_array(self, target: &mut [f64], operand: &[f64]) {
        fn zip(target: &mut [f64], operand: &[f64], f: impl Fn(f64, f64) -> f64) {
            target.iter_mut().zip(operand).for_each(|(t, &a)| *t = f(*t, a));
        }
        match self {
            Operation::Set => target.copy_from_slice(operand),
            Operation::SetNegative => zip(target, operand, |_, a| -a),
            Operation::Add => zip(target, operand, |t, a| t + a),
            Operation::Subtract => zip(target, operand, |t, a| t - a),
            Operation::Multiply => zip(target, operand, |t, a| t * a),
            Operation::Divide => zip(target, operand, |t, a| t / a),
            Operation::Power => zip(target, operand, power),
            Operation::WholePower(exponent) => target.iter_mut().for_each(|t| *t = t.powi(exponent)),
            Operation::Minimum => zip(target, operand, minimum),
            Operation::Maximum => zip(target, operand, maximum),
            Operation::Apply(Function::Sin) => zip(target, operand, |_, a| a.sin()),
            Operation::Apply(Function::Cos) => zip(target, operand, |_, a| a.cos()),
            Operation::Apply(Function::Exp) => zip(target, operand, |_, a| a.exp()),
            Operation::Apply(function) => zip(target, operand, |_, a| function.apply(a)),
        }
    }

    fn with_constant(self, target: &mut [f64], c: f64) {
        let each = |target: &mut [f64], f: &dyn Fn(f64) -> f64| target.iter_mut().for_each(|t| *t = f(*t));
        match self {
            Operation::Set => target.fill(c),
            Operation::SetNegative => target.fill(-c),
            Operation::Add => target.iter_mut().for_each(|t| *t += c),
            Operation::Subtract => target.iter_mut().for_each(|t| *t -= c),
            Operation::Multiply => target.iter_mut().for_each(|t| *t *= c),
            Operation::Divide => target.iter_mut().for_each(|t| *t /= c),
            Operation::WholePower(2) => target.iter_mut().for_each(|t| *t *= *t),
            Operation::WholePower(exponent) => each(target, &|t| t.powi(exponent)),
            Operation::Power => each(target, &|t| power(t, c)),
            Operation::Minimum => each(target, &|t| minimum(t, c)),
            Operation::Maximum => each(target, &|t| maximum(t, c)),
            Operation::Apply(function) => target.fill(function.apply(c)),
        }
    }
}

//! The logarithm of an expression, where the expression itself would overflow or underflow.
//!
//! Every node carries its plain value and, beside it, a sign and a logarithm of the absolute value, combined by
//!
//! ```text
//! log exp(a) = a            log |a b| = log|a| + log|b|      log |a / b| = log|a| - log|b|
//! log |a^b| = b log|a|      log |sum s_i e^{l_i}| = m + log |sum s_i e^{l_i - m}|,   m = max l_i.
//! ```
//!
//! Where a plain value is an ordinary number its own logarithm is used; where it is not finite it is restored from
//! the logarithm, so `exp(800*x)/exp(799*x)` is right in both. Used for densities: `exp(800*cos(2*pi*x))`.

use super::{Expression, Function, Node, maximum, power};
use std::cmp::Ordering;

/// A number as `value`, and as `sign * exp(log)`.
#[derive(Debug, Clone, Copy)]
struct Both {
    value: f64,
    sign: f64,
    log: f64,
}

impl Both {
    fn plain(value: f64) -> Both {
        Both { value, sign: Function::Sign.apply(value), log: value.abs().ln() }
    }

    /// Prefers the plain value while it is neither 0, subnormal nor infinite.
    fn new(value: f64, sign: f64, log: f64) -> Both {
        if value.is_normal() {
            Both::plain(value)
        } else if value.is_finite() {
            Both { value, sign, log }
        } else {
            Both { value: sign * log.exp(), sign, log }
        }
    }

    fn negative(self) -> Both {
        Both { value: -self.value, sign: -self.sign, log: self.log }
    }

    /// The smaller of two numbers, NaN if either is.
    fn smaller(self, other: Both) -> Both {
        let order = |b: Both| (b.sign, b.sign * b.log);
        match order(self).partial_cmp(&order(other)) {
            Some(Ordering::Greater) => other,
            Some(_) => self,
            None if self.sign == 0.0 && other.sign == 0.0 => self,
            None => Both::plain(f64::NAN),
        }
    }
}

fn sum(terms: impl Iterator<Item = Both> + Clone) -> Both {
    let value: f64 = terms.clone().map(|t| t.value).sum();
    if value.is_normal() {
        return Both::plain(value);
    }
    let largest = terms.clone().map(|t| t.log).fold(f64::NEG_INFINITY, maximum);
    if largest == f64::NEG_INFINITY {
        return Both::plain(0.0);
    }
    let scaled: f64 = terms.map(|t| if t.sign == 0.0 { 0.0 } else { t.sign * (t.log - largest).exp() }).sum();
    Both::new(value, Function::Sign.apply(scaled), largest + scaled.abs().ln())
}

fn product(factors: impl Iterator<Item = Both>) -> Both {
    let (value, sign, log) =
        factors.fold((1.0, 1.0, 0.0), |(value, sign, log), f| (value * f.value, sign * f.sign, log + f.log));
    Both::new(value, sign, log)
}

fn raised(base: Both, exponent: Both) -> Both {
    let value = power(base.value, exponent.value);
    let b = exponent.value;
    let sign = match base.sign {
        s if s > 0.0 => 1.0,
        s if s < 0.0 && b.fract() == 0.0 => {
            if b % 2.0 == 0.0 {
                1.0
            } else {
                -1.0
            }
        }
        0.0 => return Both::plain(value),
        _ => f64::NAN,
    };
    Both::new(value, sign, b * base.log)
}

fn apply(function: Function, a: Both) -> Both {
    let value = function.apply(a.value);
    match function {
        Function::Exp => Both { value, sign: 1.0, log: a.value },
        Function::Log if a.sign > 0.0 => Both::plain(a.log),
        Function::Sqrt if a.sign > 0.0 => Both::new(value, 1.0, 0.5 * a.log),
        Function::Abs => Both::new(value, a.sign.abs(), a.log),
        Function::Cosh if value.is_infinite() => Both::new(value, 1.0, a.value.abs() - std::f64::consts::LN_2),
        Function::Sinh if value.is_infinite() => Both::new(value, a.sign, a.value.abs() - std::f64::consts::LN_2),
        _ => Both::plain(value),
    }
}

/// The logarithm of a value that neither overflows nor underflows (NaN if it is negative); `None` for others.
fn ordinary_logarithm(value: f64) -> Option<f64> {
    value.is_normal().then(|| value.ln())
}

impl Expression {
    /// The logarithm of the value at one point, computed in logarithms wherever the value itself would overflow or
    /// underflow: `-inf` where the value is 0 and NaN where it is negative or not a number.
    ///
    /// # Panics
    /// When the point does not have one coordinate per variable.
    #[track_caller]
    pub fn evaluate_log(&self, point: &[f64]) -> f64 {
        let value = self.evaluate(point);
        ordinary_logarithm(value).unwrap_or_else(|| self.log_with(|variable| point[variable], &mut Vec::new()))
    }

    /// [`Expression::evaluate_log`] at many points: `variables[i][j]` is coordinate `i` of point `j`.
    ///
    /// # Panics
    /// When there is not one array per variable, or one differs in length from `out`.
    #[track_caller]
    pub fn evaluate_log_many(&self, variables: &[&[f64]], out: &mut [f64]) {
        self.evaluate_many(variables, out);
        let mut scratch = Vec::new();
        for (j, out) in out.iter_mut().enumerate() {
            *out = ordinary_logarithm(*out)
                .unwrap_or_else(|| self.log_with(|variable| variables[variable][j], &mut scratch));
        }
    }

    fn log_with(&self, coordinate: impl Fn(usize) -> f64, values: &mut Vec<Both>) -> f64 {
        values.clear();
        for node in &self.nodes {
            let value = match node {
                Node::Constant(value) => Both::plain(*value),
                Node::Variable(index) => Both::plain(coordinate(*index)),
                Node::Sum(terms) => sum(terms.iter().map(|&t| values[t])),
                Node::Product(factors) => product(factors.iter().map(|&f| values[f])),
                Node::Negate(a) => values[*a].negative(),
                Node::Divide(a, b) => {
                    let (a, b) = (values[*a], values[*b]);
                    if b.sign == 0.0 {
                        Both::plain(a.value / b.value)
                    } else {
                        Both::new(a.value / b.value, a.sign * b.sign, a.log - b.log)
                    }
                }
                Node::Power(a, b) => raised(values[*a], values[*b]),
                Node::Minimum(a, b) => values[*a].smaller(values[*b]),
                Node::Maximum(a, b) => values[*a].negative().smaller(values[*b].negative()).negative(),
                Node::Function(function, a) => apply(*function, values[*a]),
            };
            values.push(value);
        }
        let root = values[values.len() - 1];
        if root.sign >= 0.0 { root.log } else { f64::NAN }
    }
}

//! What a payoff does far out: an exact polynomial and a rest whose size and slopes are bounded.
//!
//! ```text
//! f(z) = P(z) + r(z),    |r(z)| <= sum_k v_k |z|^k,    |dr/dz_i| <= sum_k s_ik |z|^k,    k multi-indices
//! ```
//!
//! is read off the tree of the expression, node by node, for sums, products, whole powers, quotients by numbers, and
//!
//! ```text
//! sin, cos, tanh u:   |.| <= 1,          slopes at most |du/dz_i|
//! exp u:              |.| <= exp sup u,  slopes |du/dz_i| exp u, where u is bounded or falls like -gamma |z|^2:
//!                     |z|^k exp(-gamma z^2) <= (k/(2 e gamma))^(k/2) for each variable
//! ```
//!
//! Everything else, `cosh(x)` or `sqrt(1 + x^2)`, is not read and gives `None`.

use super::coercivity::{Sides, supremum_of};
use super::polynomial::{MOST_VARIABLES, Polynomial};
use crate::game::expression::{Expression, Function, Node};

/// Relative size of what rounding may have done to a coefficient, added to the bounds.
const ROUNDING: f64 = 1e-12;
/// Highest whole power that is multiplied out.
const HIGHEST_POWER: f64 = 32.0;
/// Rates `gamma` that are tried for an exponential, from the largest down by halves.
const RATES: i32 = 24;

/// A function as a polynomial and a bounded rest. Variables are numbered as in the expression.
#[derive(Debug, Clone, Default)]
pub struct Growth {
    /// `P`.
    pub exact: Polynomial,
    /// `v`: bounds of the rest.
    pub value: Polynomial,
    /// `s_i`: bounds of its slopes.
    pub slope: [Polynomial; MOST_VARIABLES],
}

impl Growth {
    fn exactly(exact: Polynomial) -> Growth {
        Growth { exact, ..Growth::default() }
    }

    /// The growth of an expression; `None` when it cannot be read.
    pub fn of(expression: &Expression) -> Option<Growth> {
        if expression.variables().len() > MOST_VARIABLES {
            return None;
        }
        let mut all: Vec<Growth> = Vec::with_capacity(expression.nodes().len());
        for node in expression.nodes() {
            let growth = match node {
                Node::Constant(value) => Growth::exactly(Polynomial::constant(*value)),
                Node::Variable(index) => Growth::exactly(Polynomial::variable(*index)),
                Node::Sum(terms) => terms.iter().fold(Growth::default(), |sum, term| sum.plus(&all[*term])),
                Node::Product(factors) => {
                    let mut product = Growth::exactly(Polynomial::constant(1.0));
                    for factor in factors {
                        product = product.times(&all[*factor])?;
                    }
                    product
                }
                Node::Negate(a) => all[*a].times_number(-1.0),
                Node::Divide(a, b) => all[*a].times_number(1.0 / all[*b].as_number()?),
                Node::Power(a, b) => all[*a].power(all[*b].as_number()?)?,
                Node::Function(function, a) => all[*a].under(*function)?,
                Node::Minimum(..) | Node::Maximum(..) => return None,
            };
            all.push(growth);
        }
        all.pop()
    }

    fn as_number(&self) -> Option<f64> {
        self.value.as_constant().filter(|rest| *rest == 0.0).and_then(|_| self.exact.as_constant())
    }

    /// The sum of both.
    pub fn plus(&self, other: &Growth) -> Growth {
        Growth {
            exact: self.exact.plus(&other.exact),
            value: self.value.plus(&other.value),
            slope: [0, 1, 2, 3].map(|i| self.slope[i].plus(&other.slope[i])),
        }
    }

    /// The function times a number.
    pub fn times_number(&self, factor: f64) -> Growth {
        Growth {
            exact: self.exact.times_number(factor),
            value: self.value.times_number(factor.abs()),
            slope: [0, 1, 2, 3].map(|i| self.slope[i].times_number(factor.abs())),
        }
    }

    /// The bound of the whole function, and of its slope along a variable.
    fn size(&self) -> Polynomial {
        self.exact.magnitude().plus(&self.value)
    }

    fn size_of_slope(&self, i: usize) -> Polynomial {
        self.exact.derivative(i).magnitude().plus(&self.slope[i])
    }

    /// The product: `(P + r)(Q + t) = P Q + (P t + r Q + r t)`.
    pub fn times(&self, other: &Growth) -> Option<Growth> {
        let (p, q) = (self.exact.magnitude(), other.exact.magnitude());
        let rest = |p: &Polynomial, t: &Polynomial, r: &Polynomial, q_and_t: &Polynomial| {
            Some(p.times(t)?.plus(&r.times(q_and_t)?))
        };
        let mut slope: [Polynomial; MOST_VARIABLES] = Default::default();
        for (i, slope) in slope.iter_mut().enumerate() {
            let of_first = rest(&self.exact.derivative(i).magnitude(), &other.value, &self.slope[i], &other.size())?;
            let of_second = rest(&p, &other.slope[i], &self.value, &other.size_of_slope(i))?;
            *slope = of_first.plus(&of_second);
        }
        let value = rest(&p, &other.value, &self.value, &q.plus(&other.value))?;
        Some(Growth { exact: self.exact.times(&other.exact)?, value, slope })
    }

    fn power(&self, exponent: f64) -> Option<Growth> {
        if exponent.fract() != 0.0 || !(0.0..=HIGHEST_POWER).contains(&exponent) {
            return None;
        }
        let one = Growth::exactly(Polynomial::constant(1.0));
        (0..exponent as usize).try_fold(one, |product, _| product.times(self))
    }

    fn under(&self, function: Function) -> Option<Growth> {
        match function {
            Function::Sin | Function::Cos | Function::Tanh => Some(Growth {
                exact: Polynomial::default(),
                value: Polynomial::constant(1.0),
                slope: [0, 1, 2, 3].map(|i| self.size_of_slope(i)),
            }),
            Function::Exp => self.exponential(),
            _ => None,
        }
    }

    /// `exp u`.
    fn exponential(&self) -> Option<Growth> {
        let variables: Vec<usize> = (0..MOST_VARIABLES).filter(|i| self.size().depends_on(*i)).collect();
        if variables.is_empty() {
            let peak = (self.exact.as_constant()? + self.value.as_constant()?).exp();
            let slope = [0, 1, 2, 3].map(|i| self.size_of_slope(i).times_number(peak));
            return Some(Growth { value: Polynomial::constant(peak), slope, ..Growth::default() });
        }
        // -u >= gamma |z|^2 - c, so that exp u <= exp c exp(-gamma |z|^2).
        let fall = Sides::pointwise(&self.exact.times_number(-1.0), &self.value, &variables, 1.0).ok()?;
        let peak = supremum_of(&fall, 0.0, 2)?.exp();
        let largest = fall.reference(2, 1.0);
        let falls: Vec<(f64, f64)> = (0..RATES)
            .map(|k| largest * 0.5_f64.powi(k))
            .filter_map(|gamma| Some((gamma, supremum_of(&fall, gamma, 2)?.exp())))
            .collect();
        let mut slope: [Polynomial; MOST_VARIABLES] = Default::default();
        for (i, slope) in slope.iter_mut().enumerate() {
            let size = self.size_of_slope(i);
            let bound = |(gamma, peak): &(f64, f64)| {
                let monomial =
                    |power: u8| (f64::from(power) / (2.0 * gamma * std::f64::consts::E)).powf(0.5 * f64::from(power));
                peak * size
                    .monomials()
                    .map(|(k, c)| c * k.iter().map(|power| monomial(*power)).product::<f64>())
                    .sum::<f64>()
            };
            *slope = Polynomial::constant(falls.iter().map(bound).fold(f64::INFINITY, f64::min));
        }
        let finite = peak.is_finite() && slope.iter().all(|s| s.as_constant().is_some_and(f64::is_finite));
        finite.then(|| Growth { value: Polynomial::constant(peak), slope, ..Growth::default() })
    }

    /// The same function of variables whose numbers are greater by `offset`; `None` when there are too many.
    pub fn moved(&self, offset: usize) -> Option<Growth> {
        let (exact, value) = (self.exact.moved(offset)?, self.value.moved(offset)?);
        let mut slope: [Polynomial; MOST_VARIABLES] = Default::default();
        for i in 0..MOST_VARIABLES.saturating_sub(offset) {
            slope[i + offset] = self.slope[i].moved(offset)?;
        }
        Some(Growth { exact, value, slope })
    }

    /// The function of `z = shift + u` as one of `u`, and its bounds widened by what rounding may have done.
    pub fn about(&self, shift: &[f64; MOST_VARIABLES]) -> Option<Growth> {
        let distance = shift.map(f64::abs);
        let exact = self.exact.shifted(shift)?;
        let rounding = self.exact.magnitude().shifted(&distance)?.times_number(ROUNDING);
        let mut slope: [Polynomial; MOST_VARIABLES] = Default::default();
        for (i, slope) in slope.iter_mut().enumerate() {
            *slope = self.slope[i].shifted(&distance)?.plus(&rounding.derivative(i));
        }
        Some(Growth { exact, value: self.value.shifted(&distance)?.plus(&rounding), slope })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::game::Scope;

    /// Values and slopes lie within the bounds, and the polynomial is as expected at one point.
    fn holds(text: &str) {
        let f = Expression::parse(text, &Scope::new(["x", "y"])).unwrap();
        let growth = Growth::of(&f).unwrap_or_else(|| panic!("{text} is not read"));
        let slopes = [f.derivative(0), f.derivative(1)];
        let at = |p: &Polynomial, z: [f64; 2]| -> f64 {
            p.monomials().map(|(k, c)| c * z[0].powi(k[0].into()) * z[1].powi(k[1].into())).sum()
        };
        for step in 0..400 {
            let t = f64::from(step);
            let z = [6.0 * (0.7 * t).sin(), 9.0 * (1.3 * t + 0.2).cos() * (0.1 * t).sin()];
            let size = z.map(f64::abs);
            let slack = 1e-9 * (1.0 + at(&growth.exact.magnitude(), size));
            let rest = (f.evaluate(&z) - at(&growth.exact, z)).abs();
            assert!(rest <= at(&growth.value, size) + slack, "{text} at {z:?}: {rest}");
            for (i, slope) in slopes.iter().enumerate() {
                let rest = (slope.evaluate(&z) - at(&growth.exact.derivative(i), z)).abs();
                assert!(rest <= at(&growth.slope[i], size) + slack, "{text}, slope {i} at {z:?}: {rest}");
            }
        }
    }

    #[test]
    fn values_and_slopes_lie_within_the_bounds() {
        holds("x^4/12 - x^2/2 + 1.5*x*y - (y^4/12 - y^2/2)");
        holds("(x^2 + y*sin(3*x*y) - 2)^2");
        holds("tanh(x - 2*y)*x^2 + cos(x^2)");
        holds("exp(-x^2 + x)*y + 3*x*exp(-(x^2 + y^2)/2)");
        holds("exp(sin(x) - cos(y))");
        holds("x*exp(-x^4/4 + x^2)*(1 + tanh(y))");
    }

    #[test]
    fn what_is_not_read_is_left() {
        for text in ["cosh(x)", "sqrt(1 + x^2)", "exp(x)", "exp(-x^2*y^2)", "1/(1 + x^2)", "abs(x)", "x^0.5", "log(x)"]
        {
            let f = Expression::parse(text, &Scope::new(["x", "y"])).unwrap();
            assert!(Growth::of(&f).is_none(), "{text}");
        }
    }
}

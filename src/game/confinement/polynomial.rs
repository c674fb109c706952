//! Polynomials of up to four variables: sums of monomials `c z1^k1 z2^k2 z3^k3 z4^k4`.

use std::collections::BTreeMap;

/// Most variables: two players of dimension 2.
pub const MOST_VARIABLES: usize = 4;
/// Most monomials and highest exponent; what has more is given up.
const MOST_MONOMIALS: usize = 1024;
const HIGHEST: u8 = 64;

/// Exponents of all variables.
pub type Exponents = [u8; MOST_VARIABLES];

/// A polynomial; no coefficient is 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Polynomial(BTreeMap<Exponents, f64>);

impl Polynomial {
    /// A number.
    pub fn constant(value: f64) -> Polynomial {
        Polynomial::from_iter([([0; MOST_VARIABLES], value)])
    }

    /// The variable of this number.
    pub fn variable(index: usize) -> Polynomial {
        let mut exponents = [0; MOST_VARIABLES];
        exponents[index] = 1;
        Polynomial::from_iter([(exponents, 1.0)])
    }

    /// Monomials in the order of their exponents.
    pub fn monomials(&self) -> impl Iterator<Item = (&Exponents, f64)> {
        self.0.iter().map(|(exponents, coefficient)| (exponents, *coefficient))
    }

    /// The value of a polynomial without variables.
    pub fn as_constant(&self) -> Option<f64> {
        match self.0.len() {
            0 => Some(0.0),
            1 => self.0.get(&[0; MOST_VARIABLES]).copied(),
            _ => None,
        }
    }

    /// Whether a variable occurs.
    pub fn depends_on(&self, variable: usize) -> bool {
        self.0.keys().any(|exponents| exponents[variable] > 0)
    }

    /// The sum of both.
    pub fn plus(&self, other: &Polynomial) -> Polynomial {
        self.monomials().chain(other.monomials()).map(|(exponents, c)| (*exponents, c)).collect()
    }

    /// Every coefficient times a number.
    pub fn times_number(&self, factor: f64) -> Polynomial {
        self.monomials().map(|(exponents, c)| (*exponents, factor * c)).collect()
    }

    /// The product; `None` when it has too many monomials or too high exponents.
    pub fn times(&self, other: &Polynomial) -> Option<Polynomial> {
        let mut product = BTreeMap::new();
        for (a, c) in self.monomials() {
            for (b, d) in other.monomials() {
                let mut exponents = *a;
                exponents.iter_mut().zip(b).for_each(|(e, b)| *e += b);
                if exponents.iter().any(|e| *e > HIGHEST) {
                    return None;
                }
                *product.entry(exponents).or_insert(0.0) += c * d;
            }
        }
        (product.len() <= MOST_MONOMIALS).then(|| product.into_iter().collect())
    }

    /// All coefficients positive: `|p(z)|` is at most this at `|z|`.
    pub fn magnitude(&self) -> Polynomial {
        self.monomials().map(|(exponents, c)| (*exponents, c.abs())).collect()
    }

    /// The derivative with respect to a variable.
    pub fn derivative(&self, variable: usize) -> Polynomial {
        let lowered = |(exponents, c): (&Exponents, f64)| {
            let mut lower = *exponents;
            lower[variable] = exponents[variable].checked_sub(1)?;
            Some((lower, c * f64::from(exponents[variable])))
        };
        self.monomials().filter_map(lowered).collect()
    }

    /// The same polynomial of variables whose numbers are greater by `offset`; `None` when there are too many.
    pub fn moved(&self, offset: usize) -> Option<Polynomial> {
        let later = |(exponents, c): (&Exponents, f64)| {
            let mut moved = [0; MOST_VARIABLES];
            for (variable, power) in exponents.iter().enumerate().filter(|(_, power)| **power > 0) {
                *moved.get_mut(variable + offset)? = *power;
            }
            Some((moved, c))
        };
        self.monomials().map(later).collect()
    }

    /// The polynomial `z -> p(z + shift)`.
    pub fn shifted(&self, shift: &[f64; MOST_VARIABLES]) -> Option<Polynomial> {
        let mut sum = Polynomial::default();
        for (exponents, c) in self.monomials() {
            let mut product = Polynomial::constant(c);
            for (variable, (power, shift)) in exponents.iter().zip(shift).enumerate() {
                let factor = Polynomial::variable(variable).plus(&Polynomial::constant(*shift));
                for _ in 0..*power {
                    product = product.times(&factor)?;
                }
            }
            sum = sum.plus(&product);
        }
        Some(sum)
    }
}

impl FromIterator<(Exponents, f64)> for Polynomial {
    fn from_iter<I: IntoIterator<Item = (Exponents, f64)>>(monomials: I) -> Polynomial {
        let mut sum = BTreeMap::new();
        for (exponents, c) in monomials {
            *sum.entry(exponents).or_insert(0.0) += c;
        }
        sum.retain(|_, c| *c != 0.0);
        Polynomial(sum)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shift_and_a_derivative_of_a_product_are_those_by_hand() {
        let (x, y) = (Polynomial::variable(0), Polynomial::variable(1));
        let p = x.times(&x).unwrap().times(&y).unwrap().plus(&y.times_number(-2.0));
        // (x + 1)^2 (y - 1) - 2 (y - 1) = x^2 y - x^2 + 2 x y - 2 x - y + 1
        let shifted = p.shifted(&[1.0, -1.0, 0.0, 0.0]).unwrap();
        let expected = [([2, 1], 1.0), ([2, 0], -1.0), ([1, 1], 2.0), ([1, 0], -2.0), ([0, 1], -1.0), ([0, 0], 1.0)];
        assert_eq!(shifted, expected.map(|([i, j], c)| ([i, j, 0, 0], c)).into_iter().collect());
        assert_eq!(p.derivative(0), x.times(&y).unwrap().times_number(2.0));
    }
}

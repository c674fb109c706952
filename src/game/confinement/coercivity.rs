//! From a polynomial of several variables to lower bounds of each variable alone.
//!
//! ```text
//! sum_k e_k z^k - sum_k m_k |z|^k  >=  sum_i G_i(z_i),     G_i(z) = sum of c z^e over a few exponents e
//! ```
//!
//! Monomials of one axis go to that axis; `c z^k` with `c > 0` and even exponents is left out, being no less than 0; of
//! other variables (the opponent's, or those of a circle) a bound of the mean of `|z|^k` is asked for; and mixed ones are
//! split by the weighted inequality of the means, with `d_i` the leading exponent of axis `i`:
//!
//! ```text
//! prod |z_i|^k_i  <=  sum_i k_i/(d_i t) |z_i|^(d_i t),      t = sum_i k_i/d_i <= 1.
//! ```
//!
//! `sup_z (a |z|^p - G_i(z))` is then a problem of one variable. Beyond a radius, at which the leading term outweighs each
//! of the `n` others `n` times, it is negative; inside, every cell of a subdivision is bounded term by term.

use super::polynomial::{Exponents, MOST_VARIABLES, Polynomial};

/// Cells of the subdivision, after a first one up to this share of the nearest radius.
const CELLS: usize = 1024;
const INNER: f64 = 1.0 / 64.0;
/// Rates whose radius exceeds the nearest one so many times are left out.
const DISPROPORTION: f64 = 100.0;
/// Rates `a` that are tried: from four times the reference down by this factor.
const RATES: i32 = 72;
const RATIO: f64 = 1.12;

/// `sum c s^e` for `s >= 0`, as pairs of exponent and coefficient, exponents ascending.
type Terms = Vec<(f64, f64)>;

/// Why there is no such bound.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Defect {
    /// No even power of this variable with a positive sign leads.
    NoLeadingPower(usize),
    /// Mixed or bounded terms grow faster than the leading power of this variable.
    Outgrown(usize),
    /// A mean of powers of other variables is not bounded.
    Moment,
}

/// `G_i` on both half lines of every axis, and what does not depend on any.
#[derive(Debug, Clone)]
pub struct Sides {
    axes: Vec<[Terms; 2]>,
    constant: f64,
}

/// A mean of `|z|^k` over the variables that are no axes.
pub type Moments<'a> = &'a dyn Fn(&Exponents) -> Option<f64>;

impl Sides {
    /// The bounds at every point; there are no other variables. `ratio` is explained at [`Sides::new`].
    ///
    /// # Errors
    /// [`Defect`].
    pub fn pointwise(exact: &Polynomial, rest: &Polynomial, axes: &[usize], ratio: f64) -> Result<Sides, Defect> {
        Sides::new(exact, rest, axes, &[ratio; MOST_VARIABLES], &|_| None)
    }

    /// The bounds of means over the other variables. Every variable is scaled by its entry of `scales` before the
    /// inequality of the means, those of one monomial being divided by their weighted geometric mean.
    ///
    /// # Errors
    /// [`Defect`].
    pub fn new(
        exact: &Polynomial,
        rest: &Polynomial,
        axes: &[usize],
        scales: &[f64; MOST_VARIABLES],
        moments: Moments<'_>,
    ) -> Result<Sides, Defect> {
        let mut sides = Sides { axes: vec![Default::default(); axes.len()], constant: 0.0 };
        let mut mixed: Vec<(Vec<u8>, Option<Exponents>, f64)> = Vec::new();
        for (exponents, c) in exact.monomials() {
            let (own, other) = parted(exponents, axes);
            let occurring: Vec<usize> = (0..axes.len()).filter(|i| own[*i] > 0).collect();
            match (other, occurring.as_slice()) {
                (None, []) => sides.constant += c,
                (None, [axis]) => sides.add_signed(*axis, own[*axis], c),
                _ if c > 0.0 && exponents.iter().all(|e| e % 2 == 0) => {}
                _ => mixed.push((own, other, c.abs())),
            }
        }
        mixed.extend(rest.monomials().map(|(exponents, m)| {
            let (own, other) = parted(exponents, axes);
            (own, other, m)
        }));
        let mut degrees = Vec::with_capacity(axes.len());
        for (axis, variable) in axes.iter().enumerate() {
            degrees.push(sides.degree(axis).ok_or(Defect::NoLeadingPower(*variable))?);
        }
        let mut unbounded = false;
        for (own, other, m) in mixed {
            match other.map_or(Some(1.0), |other| moments(&other)) {
                Some(mean) => sides.add_size(&own, m * mean, &degrees, axes, scales)?,
                None => unbounded = true,
            }
        }
        match (0..axes.len()).find(|axis| sides.leads(*axis, degrees[*axis]).is_none()) {
            Some(axis) => Err(Defect::Outgrown(axes[axis])),
            None if unbounded => Err(Defect::Moment),
            None => Ok(sides),
        }
    }

    fn add(&mut self, axis: usize, side: usize, exponent: f64, coefficient: f64) {
        let terms = &mut self.axes[axis][side];
        match terms.binary_search_by(|(e, _)| e.total_cmp(&exponent)) {
            Ok(place) => terms[place].1 += coefficient,
            Err(place) => terms.insert(place, (exponent, coefficient)),
        }
    }

    fn add_signed(&mut self, axis: usize, exponent: u8, c: f64) {
        let odd = if exponent % 2 == 1 { -1.0 } else { 1.0 };
        self.add(axis, 0, f64::from(exponent), odd * c);
        self.add(axis, 1, f64::from(exponent), c);
    }

    /// The leading exponent of an axis, if it is even and its sign positive.
    fn degree(&self, axis: usize) -> Option<f64> {
        let &(exponent, c) = self.axes[axis][1].iter().rev().find(|(_, c)| *c != 0.0)?;
        (exponent % 2.0 == 0.0 && exponent > 0.0 && c > 0.0).then_some(exponent)
    }

    /// Whether the power `degree` still leads on both sides.
    fn leads(&self, axis: usize, degree: f64) -> Option<()> {
        let leading = |terms: &Terms| terms.last().is_some_and(|(e, c)| *e == degree && *c > 0.0);
        self.axes[axis].iter().all(leading).then_some(())
    }

    /// Takes `m |z|^own` away from the axes that it depends on.
    fn add_size(
        &mut self,
        own: &[u8],
        m: f64,
        degrees: &[f64],
        axes: &[usize],
        scales: &[f64; MOST_VARIABLES],
    ) -> Result<(), Defect> {
        let occurring: Vec<usize> = (0..own.len()).filter(|i| own[*i] > 0).collect();
        let Some(first) = occurring.first() else {
            self.constant -= m;
            return Ok(());
        };
        let share: f64 = occurring.iter().map(|&i| f64::from(own[i]) / degrees[i]).sum();
        if share > 1.0 + 1e-12 {
            return Err(Defect::Outgrown(axes[*first]));
        }
        let total: f64 = occurring.iter().map(|&i| f64::from(own[i])).sum();
        let mean: f64 = occurring.iter().map(|&i| scales[axes[i]].powf(f64::from(own[i]) / total)).product();
        for &i in &occurring {
            let (weight, exponent) = match occurring.as_slice() {
                [_] => (1.0, f64::from(own[i])),
                _ if share > 1.0 - 1e-12 => (f64::from(own[i]) / degrees[i], degrees[i]),
                _ => (f64::from(own[i]) / (degrees[i] * share), degrees[i] * share),
            };
            let coefficient = -m * weight * (scales[axes[i]] / mean).powf(exponent);
            (0..2).for_each(|side| self.add(i, side, exponent, coefficient));
        }
        Ok(())
    }

    /// A scale for the rates: that of the leading terms where they outweigh the others, or `noise`.
    pub fn reference(&self, power: i32, noise: f64) -> f64 {
        let of = |terms: &Terms| {
            let &(degree, c) = terms.last().expect("a leading term was found");
            let radius = outer_radius(terms, 0.0, power).unwrap_or(0.0).max((noise / c).powf(1.0 / degree));
            c * radius.powf(degree - f64::from(power))
        };
        self.axes.iter().flatten().map(of).fold(0.0, f64::max)
    }

    /// Pairs of rates `a` and constants `b >= 0` with `sum_i G_i >= a sum_i |z_i|^power - b`.
    pub fn rates(&self, power: i32, noise: f64) -> Vec<[f64; 2]> {
        let reference = self.reference(power, noise);
        let rates = (0..RATES).map(|k| 4.0 * reference * RATIO.powi(-k)).chain([reference]);
        let rates: Vec<f64> = rates.collect();
        let mut sums: Vec<Option<f64>> = vec![Some(-self.constant); rates.len()];
        for sides in &self.axes {
            let [left, right] = [0, 1].map(|side| suprema(&sides[side], &rates, power));
            for ((sum, left), right) in sums.iter_mut().zip(left).zip(right) {
                *sum = sum.zip(left.zip(right)).map(|(sum, (left, right))| sum + left.max(right));
            }
        }
        let found = rates.into_iter().zip(sums);
        found.filter_map(|(a, b)| b.filter(|b| b.is_finite()).map(|b| [a, b.max(0.0)])).collect()
    }
}

/// `sup (a sum_i |z_i|^power - sum_i G_i)`; `None` when it is infinite.
pub fn supremum_of(sides: &Sides, a: f64, power: i32) -> Option<f64> {
    let mut sum = -sides.constant;
    for both in &sides.axes {
        let [left, right] = [0, 1].map(|side| suprema(&both[side], &[a], power)[0]);
        sum += left?.max(right?);
    }
    Some(sum)
}

/// Exponents of the axes, and those of the other variables if there are any.
fn parted(exponents: &Exponents, axes: &[usize]) -> (Vec<u8>, Option<Exponents>) {
    let own = axes.iter().map(|axis| exponents[*axis]).collect();
    let mut other = *exponents;
    axes.iter().for_each(|axis| other[*axis] = 0);
    (own, other.iter().any(|e| *e > 0).then_some(other))
}

/// Where `a s^power - G(s)` has become negative for good; `None` when it never does.
fn outer_radius(terms: &Terms, a: f64, power: i32) -> Option<f64> {
    let mut all: Terms = terms.iter().map(|(e, c)| (*e, -c)).collect();
    match all.iter_mut().find(|(e, _)| *e == f64::from(power)) {
        Some((_, c)) => *c += a,
        None => all.push((f64::from(power), a)),
    }
    all.retain(|(_, c)| *c != 0.0);
    let &(degree, leading) = all.iter().max_by(|a, b| a.0.total_cmp(&b.0))?;
    let rising: Vec<_> = all.iter().filter(|(_, c)| *c > 0.0).collect();
    let count = rising.len() as f64;
    if rising.is_empty() {
        return Some(0.0);
    }
    let radius = |(e, c): &&(f64, f64)| (count * c / -leading).powf(1.0 / (degree - e));
    (leading < 0.0).then(|| rising.iter().map(radius).fold(0.0, f64::max))
}

/// Upper bounds of `sup_{s >= 0} (a s^power - G(s))`, not below 0, for several `a`; `None` where it is infinite, or where
/// the radius is out of proportion, the leading terms being all but equal.
fn suprema(terms: &Terms, rates: &[f64], power: i32) -> Vec<Option<f64>> {
    let radii: Vec<Option<f64>> = rates.iter().map(|a| outer_radius(terms, *a, power)).collect();
    let nearest = radii.iter().flatten().copied().filter(|radius| *radius > 0.0).fold(f64::INFINITY, f64::min);
    if nearest == f64::INFINITY {
        return radii.into_iter().map(|radius| radius.map(|_| 0.0)).collect();
    }
    let radii: Vec<Option<f64>> =
        radii.into_iter().map(|radius| radius.filter(|r| *r <= DISPROPORTION * nearest)).collect();
    let farthest = radii.iter().flatten().copied().fold(0.0, f64::max);
    // The first cell reaches from 0 to a small share of the nearest radius, the others grow by equal factors.
    let first = INNER * nearest;
    let factor = (farthest / first).powf(1.0 / CELLS as f64);
    let end = |j: usize| first * factor.powi(j as i32);
    let cells: Vec<[f64; 2]> = (0..=CELLS)
        .map(|j| {
            let (from, to) = (if j == 0 { 0.0 } else { end(j - 1) }, end(j));
            let lowest: f64 = terms.iter().map(|(e, c)| c * if *c > 0.0 { from } else { to }.powf(*e)).sum();
            [to, lowest]
        })
        .collect();
    let supremum = |(a, radius): (&f64, Option<f64>)| {
        let upper = cells.iter().map(|[to, lowest]| a * to.powi(power) - lowest).fold(0.0, f64::max);
        radius.map(|_| upper)
    };
    rates.iter().zip(radii).map(supremum).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn polynomial(monomials: &[([u8; 4], f64)]) -> Polynomial {
        monomials.iter().copied().collect()
    }

    #[test]
    fn the_bound_holds_everywhere_and_is_tight_for_one_variable() {
        // s^4/3 - s^2 >= a s^2 - 3 (1 + a)^2/4, with equality at s^2 = 3 (1 + a)/2.
        let exact = polynomial(&[([4, 0, 0, 0], 1.0 / 3.0), ([2, 0, 0, 0], -1.0)]);
        let sides = Sides::pointwise(&exact, &Polynomial::default(), &[0], 1.0).unwrap();
        let rates = sides.rates(2, 0.1);
        assert!(rates.len() > 40);
        for [a, b] in rates {
            let sharp = 0.75 * (1.0 + a).powi(2);
            assert!(b >= sharp && b <= 1.1 * sharp, "a = {a}: {b} for {sharp}");
        }
    }

    #[test]
    fn mixed_terms_are_split_without_losing_the_inequality() {
        let exact = polynomial(&[
            ([4, 0, 0, 0], 1.0),
            ([0, 2, 0, 0], 1.0),
            ([2, 1, 0, 0], 0.7),
            ([1, 0, 0, 0], -2.0),
            ([2, 2, 0, 0], 0.5),
        ]);
        let rest = polynomial(&[([1, 0, 0, 0], 0.3), ([0, 1, 0, 0], 0.2)]);
        let sides = Sides::pointwise(&exact, &rest, &[0, 1], 1.0).unwrap();
        for [a, b] in sides.rates(2, 0.1) {
            for j in 0..60 {
                for i in 0..60 {
                    let (x, y) = (0.2 * f64::from(i) - 6.0, 0.2 * f64::from(j) - 6.0);
                    let f = x.powi(4) + y * y + 0.7 * x * x * y - 2.0 * x + 0.5 * x * x * y * y
                        - 0.3 * x.abs()
                        - 0.2 * y.abs();
                    assert!(f >= a * (x * x + y * y) - b - 1e-9, "a = {a}, b = {b} at {x}, {y}");
                }
            }
        }
    }

    #[test]
    fn what_does_not_confine_is_named() {
        let none = Polynomial::default();
        let refused = |monomials: &[([u8; 4], f64)]| {
            Sides::pointwise(&polynomial(monomials), &none, &[0, 1], 1.0).map(|_| ()).unwrap_err()
        };
        assert_eq!(refused(&[([4, 0, 0, 0], 1.0)]), Defect::NoLeadingPower(1));
        assert_eq!(refused(&[([4, 0, 0, 0], -1.0), ([0, 2, 0, 0], 1.0)]), Defect::NoLeadingPower(0));
        assert_eq!(refused(&[([3, 0, 0, 0], 1.0), ([0, 2, 0, 0], 1.0)]), Defect::NoLeadingPower(0));
        assert_eq!(refused(&[([2, 0, 0, 0], 1.0), ([0, 2, 0, 0], 1.0), ([2, 1, 0, 0], 0.1)]), Defect::Outgrown(0));
        assert_eq!(refused(&[([2, 0, 0, 0], 1.0), ([0, 2, 0, 0], 1.0), ([1, 1, 0, 0], 2.5)]), Defect::Outgrown(0));
    }
}

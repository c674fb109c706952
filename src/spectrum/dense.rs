//! Eigenvalues and eigenspaces of the small matrix `T`, tiny ones with their relative digits.
//!
//! Rows and columns of `T` that belong to tiny energies are tiny: `T = S N S` with `S^2` the diagonal of `T` and `N` of moderate
//! condition, since its symmetric part is the identity. The eigenvalues of `T` carry rounding of `1e-16 |T|`, those of
//! `T^-1 = S^-1 N^-1 S^-1` of `1e-16 |T^-1|`: the small ones are taken from the inverse, the others from `T`.
//!
//! The eigenspace of a group of equal eigenvalues is found by inverse iteration with as many vectors, on `N - z S^-2`; back
//! substitution in a Schur form loses the vectors of repeated eigenvalues of a non-normal matrix.
//!
//! Reference: Golub & Van Loan, Matrix Computations (2013), section 7.6.1.

use super::energy_modes::irregular;
use super::ordering::{is_distinct, sort_leading, without_rounding};
use faer::Mat;
use nashflow_kernels::eigen;
use nashflow_kernels::factor::{ComplexLu, Lu};
use num_complex::Complex64;

/// With a smaller ratio of eigenvalues the inverse is asked for the small ones.
const GRADED: f64 = 1e-6;
/// Small eigenvalues are at most this share of the largest.
const SMALL: f64 = 1e-3;
/// Solves of an inverse iteration.
const SOLVES: usize = 3;
/// Relative distance of the shift from the eigenvalue.
const SHIFT: f64 = 1e-13;

/// Eigenvalues of `L` that are listed as one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Group {
    /// Their mean.
    pub value: Complex64,
    /// How many.
    pub multiplicity: usize,
    /// How far from it any of them can be: their spread, and rounding.
    pub radius: f64,
}

/// The eigenvalues `-z` of `-T`, leading first, equal ones together, of conjugate pairs the upper ones.
pub fn groups(t: &Mat<f64>) -> Vec<Group> {
    let values = eigenvalues(t).into_iter().map(|(z, rounding)| (without_rounding(-z), rounding));
    let mut values: Vec<(Complex64, f64)> = values.filter(|(value, _)| value.im >= 0.0).collect();
    sort_leading(&mut values, |(value, _)| *value);
    let mut members: Vec<Vec<(Complex64, f64)>> = Vec::new();
    for (value, rounding) in values {
        match members.iter_mut().find(|known| !is_distinct(mean(known), value)) {
            Some(known) => known.push((value, rounding)),
            None => members.push(vec![(value, rounding)]),
        }
    }
    let group = |members: Vec<(Complex64, f64)>| {
        let value = mean(&members);
        let radius = members.iter().map(|(member, rounding)| (member - value).norm() + rounding).fold(0.0, f64::max);
        Group { value, multiplicity: members.len(), radius }
    };
    members.into_iter().map(group).collect()
}

fn mean(members: &[(Complex64, f64)]) -> Complex64 {
    members.iter().map(|(value, _)| value).sum::<Complex64>() / members.len() as f64
}

/// Each with its rounding.
fn eigenvalues(t: &Mat<f64>) -> Vec<(Complex64, f64)> {
    let direct = sorted(eigen::values(t).expect("the eigenvalues of a small matrix of finite numbers"));
    let size = direct.len();
    let largest = direct[size - 1].norm();
    let of_direct = |z: &Complex64| (*z, f64::EPSILON * largest);
    let diagonal = (0..size).map(|i| t[(i, i)]).fold(f64::INFINITY, f64::min);
    if diagonal > GRADED * largest {
        return direct.iter().map(of_direct).collect();
    }
    let roots: Vec<f64> = (0..size).map(|i| t[(i, i)].sqrt()).collect();
    let scaled = Mat::from_fn(size, size, |i, j| t[(i, j)] / (roots[i] * roots[j]));
    let mut inverse = Mat::identity(size, size);
    Lu::new(&scaled).solve_in_place(&mut inverse);
    let inverse = Mat::from_fn(size, size, |i, j| inverse[(i, j)] / (roots[i] * roots[j]));
    let reciprocals = eigen::values(&inverse).expect("the eigenvalues of a small matrix of finite numbers");
    let small = sorted(reciprocals.into_iter().map(|theta| 1.0 / theta).collect());
    // The widest gap: no group and no pair is cut.
    let widest = (1..size)
        .take_while(|i| small[i - 1].norm() <= SMALL * largest)
        .max_by(|i, j| {
            let ratio = |i: usize| small[i].norm() / small[i - 1].norm();
            ratio(*i).total_cmp(&ratio(*j))
        })
        .unwrap_or(0);
    let of_inverse = |z: &Complex64| (*z, f64::EPSILON * z.norm_sqr() / small[0].norm());
    small[..widest].iter().map(of_inverse).chain(direct[widest..].iter().map(of_direct)).collect()
}

/// The smallest singular value of `X^T J X` for orthonormal columns `X`, `J` turning the sign behind the first entries.
pub fn smallest_twisted_product(vectors: &[[Vec<f64>; 2]], first: usize) -> f64 {
    let entry = |v: &[Vec<f64>; 2], i: usize| Complex64::new(v[0][i], v[1][i]);
    let product = |v: &[Vec<f64>; 2], w: &[Vec<f64>; 2]| -> Complex64 {
        let term = |i: usize| if i < first { entry(v, i) * entry(w, i) } else { -entry(v, i) * entry(w, i) };
        (0..v[0].len()).map(term).sum()
    };
    let products = Mat::from_fn(vectors.len(), vectors.len(), |i, j| product(&vectors[i], &vectors[j]));
    let values =
        eigen::complex_singular_values(&products).expect("the singular values of a small matrix of finite numbers");
    values.last().map_or(0.0, |value| *value)
}

fn sorted(values: Vec<Complex64>) -> Vec<Complex64> {
    let mut values = values;
    values.sort_by(|a, b| a.norm().total_cmp(&b.norm()));
    values
}

/// Orthonormal vectors that span the eigenspace of a group, as real and imaginary parts.
pub fn eigenspace(t: &Mat<f64>, group: &Group) -> Vec<[Vec<f64>; 2]> {
    let size = t.nrows();
    let roots: Vec<f64> = (0..size).map(|i| t[(i, i)].sqrt()).collect();
    let z = -group.value * (1.0 + SHIFT);
    let shifted = Mat::from_fn(size, size, |i, j| {
        let entry = Complex64::from(t[(i, j)] / (roots[i] * roots[j]));
        if i == j { entry - z / (roots[i] * roots[i]) } else { entry }
    });
    let factors = ComplexLu::new(&shifted);
    let mut block: Vec<Vec<Complex64>> = (0..group.multiplicity)
        .map(|j| irregular(size, j).into_iter().map(Complex64::from).collect::<Vec<Complex64>>())
        .collect();
    for _ in 0..SOLVES {
        orthonormalise(&mut block);
        let mut right = Mat::from_fn(size, block.len(), |i, j| block[j][i] / roots[i]);
        factors.solve_in_place(&mut right);
        for (j, column) in block.iter_mut().enumerate() {
            column.iter_mut().enumerate().for_each(|(i, c)| *c = right[(i, j)] / roots[i]);
        }
    }
    orthonormalise(&mut block);
    block.into_iter().map(|v| [v.iter().map(|c| c.re).collect(), v.iter().map(|c| c.im).collect()]).collect()
}

fn orthonormalise(block: &mut [Vec<Complex64>]) {
    for j in 0..block.len() {
        let (before, rest) = block.split_at_mut(j);
        let column = &mut rest[0];
        // Solves grow by up to 1e16: scaled first.
        let scale = column.iter().map(|c| c.norm()).fold(0.0, f64::max);
        column.iter_mut().for_each(|c| *c /= scale);
        for _ in 0..2 {
            for other in before.iter() {
                let share: Complex64 = other.iter().zip(column.iter()).map(|(o, c)| o.conj() * c).sum();
                column.iter_mut().zip(other).for_each(|(c, o)| *c -= share * o);
            }
        }
        let size = column.iter().map(|c| c.norm_sqr()).sum::<f64>().sqrt();
        column.iter_mut().for_each(|c| *c /= size);
    }
}

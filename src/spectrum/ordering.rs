//! The order of eigenvalues, which of them are one, and the phase of their vectors.

use num_complex::Complex64;

/// Eigenvalues nearer to each other, relative, are listed once.
pub const DISTINCT: f64 = 1e-7;

/// Sorts by falling real part; of a conjugate pair, whose real parts agree up to rounding, the upper one comes first.
pub fn sort_leading<T>(items: &mut [T], eigenvalue: impl Fn(&T) -> Complex64) {
    items.sort_by(|a, b| {
        let (a, b) = (eigenvalue(a), eigenvalue(b));
        b.re.total_cmp(&a.re).then(b.im.total_cmp(&a.im))
    });
    for i in 1..items.len() {
        let (a, b) = (eigenvalue(&items[i - 1]), eigenvalue(&items[i]));
        if a.im < 0.0 && !is_distinct(a.conj(), b) {
            items.swap(i - 1, i);
        }
    }
}

/// Whether two eigenvalues are further apart than rounding can put equal ones.
pub fn is_distinct(a: Complex64, b: Complex64) -> bool {
    (a - b).norm() > DISTINCT * a.norm()
}

/// The eigenvalue without an imaginary part so small that its conjugate is not distinct.
pub fn without_rounding(value: Complex64) -> Complex64 {
    if 2.0 * value.im.abs() <= DISTINCT * value.norm() { Complex64::new(value.re, 0.0) } else { value }
}

/// The vector with its largest entry real and positive.
pub fn turned(mut vector: Vec<Complex64>) -> Vec<Complex64> {
    let largest =
        vector.iter().fold(Complex64::ZERO, |m, v| if v.norm() > m.norm() * (1.0 + DISTINCT) { *v } else { m });
    let turn = largest.conj() / largest.norm();
    vector.iter_mut().for_each(|v| *v *= turn);
    vector
}

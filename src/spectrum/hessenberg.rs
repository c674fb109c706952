//! Eigenvectors of an upper Hessenberg matrix by inverse iteration.
//!
//! Back substitution in a Schur form loses the eigenvectors of repeated eigenvalues of a non-normal matrix, of which a
//! Krylov space holds rounded copies. Inverse iteration finds for each one vector with a residual of rounding: one
//! elimination of `H - theta` with row exchanges, `O(m^2)`, and two solves. The residual is the inverse of the growth in
//! the solve; for a defective matrix the second solve undoes the first, so that the better of both counts.
//!
//! Reference: Golub & Van Loan, Matrix Computations (2013), sections 7.6.1 and 7.4.

use num_complex::Complex64;

/// Solves with each factorisation.
const SOLVES: usize = 2;

/// The eigenvector of norm 1 at the eigenvalue `theta`; `columns[j]` holds rows `0..=j+1` of column `j`.
pub fn eigenvector(columns: &[Vec<f64>], theta: Complex64) -> Vec<Complex64> {
    let m = columns.len();
    let largest = columns.iter().flatten().fold(0.0, |m: f64, v| m.max(v.abs()));
    let smallest_pivot = f64::EPSILON * largest.max(f64::MIN_POSITIVE);
    let mut rows: Vec<Vec<Complex64>> = (0..m)
        .map(|i| {
            let entry = |j: usize| Complex64::from(columns[j].get(i).copied().unwrap_or(0.0));
            (0..m).map(|j| if i == j { entry(j) - theta } else { entry(j) }).collect()
        })
        .collect();
    // Row exchanges and multipliers of the elimination below the diagonal.
    let mut steps = Vec::with_capacity(m);
    for k in 0..m.saturating_sub(1) {
        let exchange = rows[k + 1][k].norm() > rows[k][k].norm();
        if exchange {
            rows.swap(k, k + 1);
        }
        if rows[k][k].norm() < smallest_pivot {
            rows[k][k] = Complex64::from(smallest_pivot);
        }
        let (above, below) = rows.split_at_mut(k + 1);
        let multiplier = below[0][k] / above[k][k];
        below[0][k..].iter_mut().zip(&above[k][k..]).for_each(|(b, a)| *b -= multiplier * a);
        steps.push((exchange, multiplier));
    }
    if rows[m - 1][m - 1].norm() < smallest_pivot {
        rows[m - 1][m - 1] = Complex64::from(smallest_pivot);
    }
    let share = (m as f64).sqrt().recip();
    let mut y: Vec<Complex64> = (0..m).map(|i| Complex64::from(share * (1.0 + 0.5 * (i as f64).sin()))).collect();
    let (mut best, mut growth) = (y.clone(), 0.0);
    for _ in 0..SOLVES {
        for (k, (exchange, multiplier)) in steps.iter().enumerate() {
            if *exchange {
                y.swap(k, k + 1);
            }
            let above = y[k];
            y[k + 1] -= multiplier * above;
        }
        for i in (0..m).rev() {
            let known: Complex64 = rows[i][i + 1..].iter().zip(&y[i + 1..]).map(|(r, y)| r * y).sum();
            y[i] = (y[i] - known) / rows[i][i];
        }
        let norm = y.iter().map(|v| v.norm_sqr()).sum::<f64>().sqrt();
        y.iter_mut().for_each(|v| *v /= norm);
        if norm > growth {
            (best, growth) = (y.clone(), norm);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_eigenvalues_of_a_non_normal_matrix_have_eigenvectors() {
        // Two copies of the pair 1 +- 2i of a block far from normal, coupled by rounding.
        let columns =
            vec![vec![1.0, 0.1], vec![-40.0, 1.0, 1e-15], vec![3.0, 2.0, 1.0, 0.1], vec![80.0, -3.0, -40.0, 1.0, 0.0]];
        let theta = Complex64::new(1.0, 2.0);
        let y = eigenvector(&columns, theta);
        for i in 0..4 {
            let product: Complex64 = (0..4).map(|j| columns[j].get(i).copied().unwrap_or(0.0) * y[j]).sum();
            assert!((product - theta * y[i]).norm() < 1e-12, "row {i}: {product} and {}", theta * y[i]);
        }
        assert!((y.iter().map(|v| v.norm_sqr()).sum::<f64>() - 1.0).abs() < 1e-14);
    }
}

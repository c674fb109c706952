//! Adaptive cross approximation of a matrix that is known by its rows and columns only.
//!
//! `F ~ sum_r a_r b_r^T`: each step takes the residual row with the largest entry so far and the residual column
//! through its largest entry (Bebendorf 2000, "Approximation of boundary element matrices", partial pivoting). Cost:
//! `O((N_x + N_y) r^2)` operations and `r (N_x + N_y)` values of `F`. It stops when [`QUIET_STEPS`] random rows in
//! succession leave nothing above the tolerance, which guards against the rows it has not looked at.

use super::kernels::add_combination;
use super::sample::Sequence;

/// Successive random rows whose residual must be below the tolerance.
const QUIET_STEPS: usize = 8;

/// The factors found, and the largest residual of the last rows looked at.
#[derive(Debug, Clone)]
pub struct Cross {
    /// Columns `a_r`, `N_x` values each.
    pub columns: Vec<Vec<f64>>,
    /// Rows `b_r`, `N_y` values each.
    pub rows: Vec<Vec<f64>>,
    /// Residual left, absolute: of the rows looked at last, or the last pivot when the crosses ran out before.
    pub residual: f64,
}

/// Cross approximation of an `n_x` by `n_y` matrix to an absolute `tolerance`, or until `most` crosses.
///
/// # Errors
/// Those of the rows and columns.
pub fn cross_approximation<E>(
    n_x: usize,
    n_y: usize,
    mut row: impl FnMut(usize) -> Result<Vec<f64>, E>,
    mut column: impl FnMut(usize) -> Result<Vec<f64>, E>,
    tolerance: f64,
    most: usize,
) -> Result<Cross, E> {
    let (mut columns, mut rows, mut residual) = (Vec::new(), Vec::new(), 0.0_f64);
    let minus =
        |tables: &[f64], n: usize, i: usize| tables[i.min(tables.len())..].iter().step_by(n).map(|v| -v).collect();
    let mut sequence = Sequence::new(3);
    let mut used = vec![false; n_x];
    let mut quiet = 0;
    let mut i = 0;
    while quiet < QUIET_STEPS && rows.len() < most.min(n_x).min(n_y) * n_y {
        used[i] = true;
        let mut residual_row = row(i)?;
        let weights: Vec<f64> = minus(&columns, n_x, i);
        add_combination(&weights, &rows, &mut residual_row);
        let j = largest(&residual_row, |_| true);
        let pivot = residual_row[j];
        if pivot.abs() <= tolerance {
            residual = if quiet == 0 { pivot.abs() } else { residual.max(pivot.abs()) };
            quiet += 1;
            i = sequence.below(n_x);
            continue;
        }
        quiet = 0;
        residual = pivot.abs();
        let mut residual_column = column(j)?;
        let weights: Vec<f64> = minus(&rows, n_y, j);
        add_combination(&weights, &columns, &mut residual_column);
        residual_column.iter_mut().for_each(|c| *c /= pivot);
        i = largest(&residual_column, |i| !used[i]);
        columns.extend(residual_column);
        rows.extend(residual_row);
    }
    if rows.len() == n_x.min(n_y) * n_y {
        residual = 0.0;
    }
    let split = |tables: Vec<f64>, n: usize| tables.chunks_exact(n).map(<[f64]>::to_vec).collect();
    Ok(Cross { columns: split(columns, n_x), rows: split(rows, n_y), residual })
}

fn largest(values: &[f64], allowed: impl Fn(usize) -> bool) -> usize {
    let mut best = 0;
    let mut size = -1.0;
    for (j, v) in values.iter().enumerate() {
        if v.abs() > size && allowed(j) {
            (best, size) = (j, v.abs());
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_matrix_of_rank_three_takes_three_crosses() {
        let entry = |i: usize, j: usize| {
            let (s, t) = (i as f64 / 40.0, j as f64 / 30.0);
            s.sin() * t.cos() + 2.0 * s * s * t + (1.0 + s).ln() * (3.0 * t).sin()
        };
        let row = |i: usize| Ok::<_, ()>((0..30).map(|j| entry(i, j)).collect());
        let column = |j: usize| Ok::<_, ()>((0..40).map(|i| entry(i, j)).collect());
        let cross = cross_approximation(40, 30, row, column, 1e-14, 20).unwrap();
        assert_eq!(cross.rows.len(), 3);
        for i in 0..40 {
            for j in 0..30 {
                let sum: f64 = cross.columns.iter().zip(&cross.rows).map(|(a, b)| a[i] * b[j]).sum();
                assert!((sum - entry(i, j)).abs() <= 1e-13, "entry {i}, {j}");
            }
        }
    }
}

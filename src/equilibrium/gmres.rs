//! GMRES without restart (Saad & Schultz 1986): `min |b - A x|` over the Krylov space of `b`, for matrices known by
//! their products only. Orthogonalised twice; Givens rotations keep the residual at hand.

/// Solves `A x = b` to a relative residual, or takes the best `x` of `most` steps.
pub fn gmres(mut product: impl FnMut(&[f64]) -> Vec<f64>, b: &[f64], tolerance: f64, most: usize) -> Vec<f64> {
    let size = norm(b);
    if size == 0.0 {
        return vec![0.0; b.len()];
    }
    let mut basis = vec![b.iter().map(|v| v / size).collect::<Vec<f64>>()];
    let mut columns: Vec<Vec<f64>> = Vec::new();
    let mut rotations: Vec<(f64, f64)> = Vec::new();
    let mut right = vec![size];
    while columns.len() < most.min(b.len()) {
        let mut w = product(&basis[columns.len()]);
        let mut column = orthogonalise(&basis, &mut w);
        let height = norm(&w);
        column.push(height);
        for (k, (c, s)) in rotations.iter().enumerate() {
            (column[k], column[k + 1]) = (c * column[k] + s * column[k + 1], c * column[k + 1] - s * column[k]);
        }
        let k = columns.len();
        let radius = column[k].hypot(height);
        let (c, s) = (column[k] / radius, height / radius);
        column[k] = radius;
        rotations.push((c, s));
        right.push(-s * right[k]);
        right[k] *= c;
        columns.push(column);
        if right[k + 1].abs() <= tolerance * size || height == 0.0 {
            break;
        }
        basis.push(w.iter().map(|v| v / height).collect());
    }
    combine(&basis, &back_substitute(&columns, &right))
}

fn orthogonalise(basis: &[Vec<f64>], w: &mut [f64]) -> Vec<f64> {
    let mut coefficients = vec![0.0; basis.len()];
    for _ in 0..2 {
        for (h, q) in coefficients.iter_mut().zip(basis) {
            let share: f64 = q.iter().zip(&*w).map(|(a, b)| a * b).sum();
            *h += share;
            w.iter_mut().zip(q).for_each(|(w, q)| *w -= share * q);
        }
    }
    coefficients
}

fn back_substitute(columns: &[Vec<f64>], right: &[f64]) -> Vec<f64> {
    let mut y = right[..columns.len()].to_vec();
    for k in (0..columns.len()).rev() {
        y[k] /= columns[k][k];
        let known = y[k];
        y[..k].iter_mut().zip(&columns[k]).for_each(|(y, h)| *y -= h * known);
    }
    y
}

fn combine(basis: &[Vec<f64>], y: &[f64]) -> Vec<f64> {
    let mut x = vec![0.0; basis[0].len()];
    for (q, y) in basis.iter().zip(y) {
        x.iter_mut().zip(q).for_each(|(x, q)| *x += y * q);
    }
    x
}

fn norm(v: &[f64]) -> f64 {
    v.iter().map(|v| v * v).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_without_symmetry_is_solved_in_as_many_steps_as_unknowns() {
        let entry = |i: usize, j: usize| ((3 * i + 7 * j) % 11) as f64 / 11.0 + if i == j { 4.0 } else { 0.0 };
        let product = |v: &[f64]| (0..9).map(|i| (0..9).map(|j| entry(i, j) * v[j]).sum()).collect::<Vec<f64>>();
        let exact: Vec<f64> = (0..9).map(|i| (i as f64 - 3.5).sin()).collect();
        let x = gmres(product, &product(&exact), 1e-15, 20);
        for (a, b) in x.iter().zip(&exact) {
            assert!((a - b).abs() <= 1e-13, "{a} against {b}");
        }
    }
}

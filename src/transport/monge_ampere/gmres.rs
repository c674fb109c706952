//! Restarted GMRES: minimises `|b - A x|` over Krylov spaces of a matrix given by its action.
//!
//! Reference: Saad & Schultz, SIAM J. Sci. Stat. Comput. 7 (1986), 856, with modified Gram-Schmidt and Givens
//! rotations. Cost of step `j`: one product and `4 j N` operations; the basis (`RESTART + 1` vectors) is allocated
//! once. All sums run in a fixed order, so that the same input gives the same bits.

/// Steps before the basis is thrown away.
const RESTART: usize = 50;
/// Partial sums of a scalar product; independent ones let additions overlap.
const LANES: usize = 8;

/// Work space of one system size.
#[derive(Debug, Clone)]
pub(super) struct Gmres {
    basis: Vec<Vec<f64>>,
    /// Upper triangle after the rotations, column by column.
    triangle: Vec<[f64; RESTART + 1]>,
    rotations: Vec<(f64, f64)>,
    /// Rotated right side; its last entry is the residual norm.
    reduced: [f64; RESTART + 1],
    product: Vec<f64>,
}

/// How a solve ended.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reached {
    /// Products with the matrix.
    pub products: usize,
    /// `|b - A x| / |b|` by the recurrence.
    pub reduction: f64,
}

impl Gmres {
    pub fn new(unknowns: usize) -> Gmres {
        Gmres {
            basis: vec![vec![0.0; unknowns]; RESTART + 1],
            triangle: vec![[0.0; RESTART + 1]; RESTART],
            rotations: vec![(1.0, 0.0); RESTART],
            reduced: [0.0; RESTART + 1],
            product: vec![0.0; unknowns],
        }
    }

    /// Starts at `x = 0` and stops at `|b - A x| <= tolerance |b|` or after `limit` products; `x` is the best found.
    pub fn solve(
        &mut self,
        mut apply: impl FnMut(&[f64], &mut [f64]),
        b: &[f64],
        x: &mut [f64],
        tolerance: f64,
        limit: usize,
    ) -> Reached {
        x.fill(0.0);
        self.basis[0].copy_from_slice(b);
        let size = norm(b);
        let mut reached = Reached { products: 0, reduction: 1.0 };
        while size > 0.0 && reached.products < limit {
            let residual = norm(&self.basis[0]);
            reached.reduction = residual / size;
            if reached.reduction <= tolerance {
                break;
            }
            scale(&mut self.basis[0], 1.0 / residual);
            self.reduced[0] = residual;
            let steps = self.cycle(&mut apply, tolerance * size, RESTART.min(limit - reached.products));
            reached.products += steps;
            reached.reduction = self.reduced[steps].abs() / size;
            self.add_solution(steps, x);
            if reached.reduction <= tolerance || reached.products >= limit {
                break;
            }
            apply(x, &mut self.product);
            reached.products += 1;
            for ((r, b), ax) in self.basis[0].iter_mut().zip(b).zip(&self.product) {
                *r = b - ax;
            }
        }
        reached
    }

    /// Extends the basis until the residual norm is at most `target`; returns the number of steps.
    fn cycle(&mut self, apply: &mut impl FnMut(&[f64], &mut [f64]), target: f64, limit: usize) -> usize {
        for j in 0..limit {
            let (known, new) = self.basis.split_at_mut(j + 1);
            let w = &mut new[0];
            apply(&known[j], w);
            let column = &mut self.triangle[j];
            for (h, v) in column.iter_mut().zip(known.iter()) {
                *h = dot(w, v);
                subtract(w, *h, v);
            }
            let length = norm(w);
            self.rotate(j, length);
            if self.reduced[j + 1].abs() <= target || length == 0.0 {
                return j + 1;
            }
            scale(&mut self.basis[j + 1], 1.0 / length);
        }
        limit
    }

    /// Applies the earlier rotations to column `j` and the new one that removes `length` below the diagonal.
    fn rotate(&mut self, j: usize, length: f64) {
        let column = &mut self.triangle[j];
        for (i, (c, s)) in self.rotations[..j].iter().enumerate() {
            let (upper, lower) = (column[i], column[i + 1]);
            column[i] = c * upper + s * lower;
            column[i + 1] = c * lower - s * upper;
        }
        let diagonal = column[j].hypot(length);
        let (c, s) = if diagonal > 0.0 { (column[j] / diagonal, length / diagonal) } else { (1.0, 0.0) };
        column[j] = diagonal;
        self.rotations[j] = (c, s);
        self.reduced[j + 1] = -s * self.reduced[j];
        self.reduced[j] *= c;
    }

    /// Back substitution, and the sum over the basis.
    fn add_solution(&self, steps: usize, x: &mut [f64]) {
        let mut y = self.reduced;
        for i in (0..steps).rev() {
            for j in i + 1..steps {
                y[i] -= self.triangle[j][i] * y[j];
            }
            // A zero on the diagonal means that this direction changes nothing.
            y[i] = if self.triangle[i][i] > 0.0 { y[i] / self.triangle[i][i] } else { 0.0 };
            subtract(x, -y[i], &self.basis[i]);
        }
    }
}

/// `a.b` in [`LANES`] partial sums.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; LANES];
    let (a_blocks, b_blocks) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest: f64 = a_blocks.remainder().iter().zip(b_blocks.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in a_blocks.zip(b_blocks) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    sums.iter().sum::<f64>() + rest
}

fn norm(a: &[f64]) -> f64 {
    dot(a, a).sqrt()
}

fn subtract(w: &mut [f64], factor: f64, v: &[f64]) {
    for (w, v) in w.iter_mut().zip(v) {
        *w -= factor * v;
    }
}

fn scale(w: &mut [f64], factor: f64) {
    w.iter_mut().for_each(|w| *w *= factor);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `2 + shift` on the diagonal, `-1` above, `-0.5` below: not symmetric.
    fn tridiagonal(shift: f64) -> impl Fn(&[f64], &mut [f64]) {
        move |v, out| {
            let n = v.len();
            for i in 0..n {
                let left = if i > 0 { v[i - 1] } else { 0.0 };
                let right = if i + 1 < n { v[i + 1] } else { 0.0 };
                out[i] = (2.0 + shift) * v[i] - right - 0.5 * left;
            }
        }
    }

    #[test]
    fn a_system_larger_than_the_basis_is_solved_through_restarts() {
        let n = 203;
        let apply = tridiagonal(-0.45);
        let exact: Vec<f64> = (0..n).map(|i| ((i * 7) % 5) as f64 - 2.0).collect();
        let mut b = vec![0.0; n];
        apply(&exact, &mut b);
        let mut x = vec![f64::NAN; n];
        let mut solver = Gmres::new(n);
        solver.basis.iter_mut().for_each(|v| v.fill(f64::NAN));
        let reached = solver.solve(&apply, &b, &mut x, 1e-13, 2000);
        assert!(reached.products > RESTART && reached.reduction <= 1e-13, "{reached:?}");
        for (computed, exact) in x.iter().zip(&exact) {
            assert!((computed - exact).abs() <= 1e-10, "{computed} against {exact}");
        }
    }

    #[test]
    fn the_limit_of_products_is_kept_and_the_zero_right_side_costs_none() {
        let mut x = vec![1.0; 60];
        let mut solver = Gmres::new(60);
        let reached = solver.solve(tridiagonal(0.0), &[1.0; 60], &mut x, 0.0, 7);
        assert!(reached.products == 7 && reached.reduction < 1.0);
        let reached = solver.solve(tridiagonal(0.0), &[0.0; 60], &mut x, 1e-3, 7);
        assert!(reached.products == 0 && x.iter().all(|x| *x == 0.0));
    }
}

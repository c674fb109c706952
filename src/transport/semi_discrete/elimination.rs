//! Small Laplacians, solved by elimination.

use super::laplacian::Laplacian;

/// Dense Cholesky factors of a small Laplacian, the last site of each connected part held at 0.
#[derive(Debug, Clone)]
pub(super) struct Elimination {
    size: usize,
    lower: Vec<f64>,
}

impl Elimination {
    /// The factors of `matrix`.
    pub fn new(matrix: &Laplacian) -> Elimination {
        let n = matrix.size();
        let mut lower = vec![0.0; n * n];
        for a in 0..n {
            for (b, h) in matrix.row(a) {
                lower[a * n + b] -= h;
            }
        }
        // Elimination of one site leaves a Laplacian on the others: its diagonal is the sum of couplings, so nothing is
        // subtracted and a pivot has all its digits.
        for a in 0..n {
            let pivot: f64 = -lower[a * n + a + 1..(a + 1) * n].iter().sum::<f64>();
            lower[a * n + a] = pivot;
            if pivot <= 0.0 {
                continue;
            }
            for b in a + 1..n {
                let factor = lower[a * n + b] / pivot;
                if factor != 0.0 {
                    for c in a + 1..n {
                        if c != b {
                            lower[b * n + c] -= factor * lower[a * n + c];
                        }
                    }
                }
            }
        }
        Elimination { size: n, lower }
    }

    /// `A x = r` for `r` of sum 0 on each connected part.
    pub fn solve(&self, r: &[f64], x: &mut [f64]) {
        let n = self.size;
        x.copy_from_slice(r);
        for a in 0..n {
            let row = &self.lower[a * n..(a + 1) * n];
            if row[a] > 0.0 {
                let value = x[a] / row[a];
                for b in a + 1..n {
                    x[b] -= row[b] * value;
                }
            }
        }
        for a in (0..n).rev() {
            let row = &self.lower[a * n..(a + 1) * n];
            x[a] = if row[a] > 0.0 { (x[a] - (a + 1..n).map(|b| row[b] * x[b]).sum::<f64>()) / row[a] } else { 0.0 };
        }
    }
}

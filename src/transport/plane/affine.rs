//! The map between the Gaussians that have the means and covariances of both densities: where the search for a map begins.
//!
//! ```text
//! T(x) = b_2 + A (x - b_1),   A = S^-1 (S C_2 S)^(1/2) S^-1,  S = C_1^(1/2);      grad phi(m) = (T - x)/2 over m = (x + T)/2
//! = (b_2 - b_1)/2 + (A - I)(A + I)^-1 (m - (b_1 + b_2)/2).
//! ```

use super::spline::Lattice;
use crate::torus::Density;

/// Symmetric 2 x 2 matrices: entries `11`, `12`, `22`.
type Symmetric = [f64; 3];

/// Coefficients of the potential.
pub fn start(lattice: &Lattice, source: &Density, target: &Density) -> Vec<f64> {
    let ((b1, c1), (b2, c2)) = (moments(source), moments(target));
    let root = square_root(c1);
    let inner = square_root(sandwich(root, c2));
    let a = sandwich(inverse(root), inner);
    // (A - I)(A + I)^-1 = I - 2 (A + I)^-1.
    let [p, q, r] = inverse([a[0] + 1.0, a[1], a[2] + 1.0]);
    let slope = [0.5 * (b2[0] - b1[0]), 0.5 * (b2[1] - b1[1])];
    let centre = [0.5 * (b1[0] + b2[0]), 0.5 * (b1[1] + b2[1])];
    lattice.quadratic(centre, slope, [1.0 - 2.0 * p, -2.0 * q, 1.0 - 2.0 * r])
}

fn moments(density: &Density) -> ([f64; 2], Symmetric) {
    let grid = density.grid();
    let [first, second] = [0, 1].map(|axis| grid.axis(axis).coordinates());
    let columns = grid.row_len();
    let cell = grid.cell_volume();
    let mean_of = |f: &dyn Fn(f64, f64) -> f64| -> f64 {
        let terms = density.values().iter().enumerate().map(|(j, u)| u * f(first[j / columns], second[j % columns]));
        cell * terms.sum::<f64>()
    };
    let mean = [mean_of(&|x, _| x), mean_of(&|_, y| y)];
    let [a, b] = mean;
    let covariance =
        [mean_of(&|x, _| (x - a) * (x - a)), mean_of(&|x, y| (x - a) * (y - b)), mean_of(&|_, y| (y - b) * (y - b))];
    (mean, covariance)
}

/// `(C + sqrt(det C))/sqrt(tr C + 2 sqrt(det C))`.
fn square_root([a, b, c]: Symmetric) -> Symmetric {
    let root = (a * c - b * b).max(0.0).sqrt();
    let scale = (a + c + 2.0 * root).sqrt();
    [(a + root) / scale, b / scale, (c + root) / scale]
}

fn inverse([a, b, c]: Symmetric) -> Symmetric {
    let determinant = a * c - b * b;
    [c / determinant, -b / determinant, a / determinant]
}

/// `S M S`.
fn sandwich([a, b, c]: Symmetric, [p, q, r]: Symmetric) -> Symmetric {
    let (ap, aq, bq, br) = (a * p + b * q, a * q + b * r, b * p + c * q, b * q + c * r);
    [ap * a + aq * b, ap * b + aq * c, bq * b + br * c]
}

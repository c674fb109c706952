//! How fast eigenvalues can turn, and hence how many must be found before none can be missing.
//!
//! In the tangent norm of W2 the linearisation is `-(S + R)` with `S = diag(tau_x A_x, eta tau_y A_y)` and `R` skew,
//! `R = sqrt(eta) A_x^1/2 K A_y^1/2` above the diagonal. An eigenvalue is `-<z, S z> - <z, R z>` for a unit vector `z`,
//! so that
//!
//! ```text
//! Re lambda <= -guaranteed rate,     |Im lambda| <= |R| = sqrt(eta) |grad_x grad_y f|,
//! ```
//!
//! the norm of the operator with kernel `grad_x grad_y f` between gradients in `L2(nu*)` and `L2(mu*)`. An eigenvalue
//! with `Re lambda >= -r` therefore lies in the disc of radius `sqrt(r^2 + |R|^2)` around 0.

use super::generator::Generator;
use super::linearisation::gram;
use faer::{Mat, Side};

/// Up to so many functions the norm is computed; beyond, the larger Hilbert-Schmidt norm is cheaper.
const MOST_FUNCTIONS: usize = 256;

/// `|R|` from the payoff's weighted functions and matrix, exact up to rounding or a little too large.
pub fn largest_frequency(
    functions: &[Vec<Vec<f64>>; 2],
    coupling: &Mat<f64>,
    generators: [&mut dyn Generator; 2],
    timescale: f64,
) -> f64 {
    let [x, y] = generators;
    let slopes = |functions: &[Vec<f64>], generator: &mut dyn Generator| -> Vec<Vec<f64>> {
        let slope = |u: &Vec<f64>| {
            let mut slope = Vec::new();
            generator.factor_products(u, &mut slope);
            slope
        };
        functions.iter().map(slope).collect()
    };
    let (left, right) = (slopes(&functions[0], x), slopes(&functions[1], y));
    timescale.sqrt() * operator_norm(&gram(&left), coupling, &gram(&right))
}

/// The norm of `P C Q^T` from the Gram matrices `P^T P` and `Q^T Q`, or a bound on it.
pub fn operator_norm(left: &Mat<f64>, coupling: &Mat<f64>, right: &Mat<f64>) -> f64 {
    let size = coupling.nrows();
    if size == 0 || coupling.ncols() == 0 {
        return 0.0;
    }
    let inner = coupling * right * coupling.transpose();
    if size > MOST_FUNCTIONS {
        let product = left * inner;
        return (0..size).map(|i| product[(i, i)]).sum::<f64>().max(0.0).sqrt();
    }
    // With left = R R^T the squared norm is the largest eigenvalue of the symmetric matrix R^T inner R.
    let eigen = left.self_adjoint_eigen(Side::Lower).expect("the eigenvalues of a small matrix of finite numbers");
    let (values, vectors) = (eigen.S(), eigen.U());
    let root = Mat::from_fn(size, size, |i, j| vectors[(i, j)] * values[j].max(0.0).sqrt());
    let product = root.transpose() * inner * &root;
    let squares = product.self_adjoint_eigenvalues(Side::Lower).expect("the eigenvalues of a small symmetric matrix");
    squares.into_iter().fold(0.0, f64::max).sqrt()
}

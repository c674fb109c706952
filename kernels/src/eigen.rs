//! Eigenvalues and singular values of dense matrices. Errors are those of iterations that do not end, which for finite entries
//! does not happen.

use faer::linalg::solvers::{Eigen, EvdError, SelfAdjointEigen, Svd, SvdError};
use faer::{Mat, Side};
use num_complex::Complex64;

/// Eigenvalues of a real matrix.
///
/// # Errors
/// When the iteration does not end.
#[inline(never)]
pub fn values(matrix: &Mat<f64>) -> Result<Vec<Complex64>, EvdError> {
    matrix.eigenvalues()
}

/// Eigenvalues and right eigenvectors of a real matrix.
///
/// # Errors
/// When the iteration does not end.
#[inline(never)]
pub fn pairs(matrix: &Mat<f64>) -> Result<Eigen<f64>, EvdError> {
    matrix.eigen()
}

/// Eigenvalues of a symmetric matrix, whose lower half is read, in ascending order.
///
/// # Errors
/// When the iteration does not end.
#[inline(never)]
pub fn symmetric_values(matrix: &Mat<f64>) -> Result<Vec<f64>, EvdError> {
    matrix.self_adjoint_eigenvalues(Side::Lower)
}

/// Eigenvalues of a symmetric matrix, whose lower half is read, in ascending order, and orthonormal eigenvectors.
///
/// # Errors
/// When the iteration does not end.
#[inline(never)]
pub fn symmetric_pairs(matrix: &Mat<f64>) -> Result<SelfAdjointEigen<f64>, EvdError> {
    matrix.self_adjoint_eigen(Side::Lower)
}

/// Singular values in descending order, with as many singular vectors.
///
/// # Errors
/// When the iteration does not end.
#[inline(never)]
pub fn singular(matrix: &Mat<f64>) -> Result<Svd<f64>, SvdError> {
    matrix.thin_svd()
}

/// Singular values of a complex matrix in descending order.
///
/// # Errors
/// When the iteration does not end.
#[inline(never)]
pub fn complex_singular_values(matrix: &Mat<Complex64>) -> Result<Vec<f64>, SvdError> {
    matrix.singular_values()
}

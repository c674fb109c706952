//! Factorisations of dense matrices.

use faer::linalg::solvers::{PartialPivLu, Qr, Solve, SolveCore, SolveLstsq};
use faer::{Conj, Mat, Par};
use num_complex::Complex64;

/// `P A = L U` of a square matrix, rows exchanged.
#[derive(Debug, Clone)]
pub struct Lu(PartialPivLu<f64>);

impl Lu {
    /// Factorises `matrix`.
    #[inline(never)]
    pub fn new(matrix: &Mat<f64>) -> Lu {
        Lu(matrix.partial_piv_lu())
    }

    /// `A^-1` of the columns, in their place.
    #[inline(never)]
    pub fn solve_in_place(&self, columns: &mut Mat<f64>) {
        self.0.solve_in_place_with_conj(Conj::No, columns.as_mut());
    }

    /// `A^-T` of the columns, in their place.
    #[inline(never)]
    pub fn solve_transpose_in_place(&self, columns: &mut Mat<f64>) {
        self.0.solve_transpose_in_place_with_conj(Conj::No, columns.as_mut());
    }
}

/// The same for complex matrices.
#[derive(Debug, Clone)]
pub struct ComplexLu(PartialPivLu<Complex64>);

impl ComplexLu {
    /// Factorises `matrix`.
    #[inline(never)]
    pub fn new(matrix: &Mat<Complex64>) -> ComplexLu {
        ComplexLu(matrix.partial_piv_lu())
    }

    /// `A^-1` of the columns, in their place.
    #[inline(never)]
    pub fn solve_in_place(&self, columns: &mut Mat<Complex64>) {
        self.0.solve_in_place(columns.as_mut());
    }
}

/// `A = Q R` with as many columns in `Q` as `A` has, or as it has rows, if those are fewer.
#[derive(Debug, Clone)]
pub struct ThinQr {
    /// Orthonormal columns.
    pub q: Mat<f64>,
    /// Upper triangular.
    pub r: Mat<f64>,
}

impl ThinQr {
    /// Factorises `matrix`.
    #[inline(never)]
    pub fn new(matrix: &Mat<f64>) -> ThinQr {
        let qr: Qr<f64> = matrix.qr();
        ThinQr { q: qr.compute_thin_Q(), r: qr.thin_R().to_owned() }
    }
}

/// The `x` for which `A x` is next to the columns of `right`, and `R^-1` of `A = Q R`; `A` has at least as many rows as columns.
#[inline(never)]
pub fn least_squares(matrix: &Mat<f64>, right: &Mat<f64>) -> (Mat<f64>, Mat<f64>) {
    let qr = matrix.qr();
    let mut inverse = Mat::<f64>::identity(matrix.ncols(), matrix.ncols());
    faer::linalg::triangular_solve::solve_upper_triangular_in_place(qr.thin_R(), inverse.as_mut(), Par::Seq);
    (qr.solve_lstsq(right), inverse)
}

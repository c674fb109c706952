//! Cholesky's factorisation of sparse matrices.

use faer::linalg::solvers::SolveCore;
use faer::sparse::linalg::solvers::{Llt, SymbolicLlt};
use faer::sparse::{SparseColMat, SymbolicSparseColMat, Triplet};
use faer::{Conj, Mat, Side};

/// `L L^T` of a positive definite matrix, in an order that keeps `L` sparse.
#[derive(Debug, Clone)]
pub struct Cholesky(Llt<usize, f64>);

impl Cholesky {
    /// Factorises the matrix of this size with these entries (row, column, value) in its lower half; none when there is an
    /// entry outside of it or the matrix is not positive definite.
    #[inline(never)]
    pub fn new(size: usize, entries: &[(usize, usize, f64)]) -> Option<Cholesky> {
        let entries: Vec<_> = entries.iter().map(|&(row, col, val)| Triplet { row, col, val }).collect();
        let matrix = SparseColMat::<usize, f64>::try_new_from_triplets(size, size, &entries).ok()?;
        matrix.sp_cholesky(Side::Lower).ok().map(Cholesky)
    }

    /// `A^-1` of the columns, in their place.
    #[inline(never)]
    pub fn solve_in_place(&self, columns: &mut Mat<f64>) {
        self.0.solve_in_place_with_conj(Conj::No, columns.as_mut());
    }
}

/// The order and the entries of `L` for all matrices with entries in the same places.
#[derive(Debug, Clone)]
pub struct CholeskyPattern {
    places: SymbolicSparseColMat<usize>,
    factor: SymbolicLlt<usize>,
}

impl CholeskyPattern {
    /// For the lower half of matrices of this size: `rows` of the entries column by column, those of column `j` from
    /// `starts[j]` to `starts[j + 1]`, ascending. None when there is no memory for `L`.
    ///
    /// # Panics
    /// When rows do not ascend or are outside of the matrix.
    #[inline(never)]
    pub fn new(size: usize, starts: Vec<usize>, rows: Vec<usize>) -> Option<CholeskyPattern> {
        let places = SymbolicSparseColMat::new_checked(size, size, starts, None, rows);
        let factor = SymbolicLlt::try_new(places.as_ref(), Side::Lower).ok()?;
        Some(CholeskyPattern { places, factor })
    }

    /// Number of entries.
    pub fn entries(&self) -> usize {
        self.places.row_idx().len()
    }

    /// Factorises the matrix with these entries; none when it is not positive definite.
    #[inline(never)]
    pub fn factorise(&self, values: Vec<f64>) -> Option<Cholesky> {
        let matrix = SparseColMat::new(self.places.clone(), values);
        Llt::try_new_with_symbolic(self.factor.clone(), matrix.as_ref(), Side::Lower).ok().map(Cholesky)
    }
}

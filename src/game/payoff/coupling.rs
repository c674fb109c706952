//! The coupling matrix `C` of `f(x, y) = S(x) + T(y) + sum_ij C_ij A_i(x) B_j(y)`.
//!
//! Stored dense or by its nonzero entries, whichever costs less to apply.

/// A real matrix that can be applied from both sides.
#[derive(Debug, Clone)]
pub struct Coupling {
    rows: usize,
    columns: usize,
    entries: Entries,
}

#[derive(Debug, Clone)]
enum Entries {
    /// Row-major.
    Dense(Vec<f64>),
    /// `(row, column, value)`, sorted.
    Sparse(Vec<(u32, u32, f64)>),
}

/// A sparse entry costs about this many dense ones (indices to read, no vector registers).
const SPARSE_ENTRY_COST: usize = 4;

impl Coupling {
    /// From its nonzero entries, one for each position.
    pub fn new(rows: usize, columns: usize, mut entries: Vec<(u32, u32, f64)>) -> Coupling {
        entries.sort_by_key(|e| (e.0, e.1));
        let dense = rows * columns <= SPARSE_ENTRY_COST * entries.len();
        let entries = if dense {
            let mut matrix = vec![0.0; rows * columns];
            for (i, j, c) in entries {
                matrix[i as usize * columns + j as usize] += c;
            }
            Entries::Dense(matrix)
        } else {
            Entries::Sparse(entries)
        };
        Coupling { rows, columns, entries }
    }

    /// Number of functions `A_i`.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of functions `B_j`.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Multiplications in one product.
    pub fn cost(&self) -> usize {
        match &self.entries {
            Entries::Dense(matrix) => matrix.len(),
            Entries::Sparse(list) => SPARSE_ENTRY_COST * list.len(),
        }
    }

    /// `out = C input`.
    pub fn apply(&self, input: &[f64], out: &mut [f64]) {
        match &self.entries {
            Entries::Dense(matrix) if self.columns > 0 => {
                for (o, row) in out.iter_mut().zip(matrix.chunks_exact(self.columns)) {
                    *o = super::kernels::dot(row, input);
                }
            }
            Entries::Dense(_) => out.fill(0.0),
            Entries::Sparse(list) => {
                out.fill(0.0);
                for &(i, j, c) in list {
                    out[i as usize] += c * input[j as usize];
                }
            }
        }
    }

    /// `out = C^T input`.
    pub fn apply_transposed(&self, input: &[f64], out: &mut [f64]) {
        match &self.entries {
            Entries::Dense(matrix) => super::kernels::combine(0.0, input, matrix, out),
            Entries::Sparse(list) => {
                out.fill(0.0);
                for &(i, j, c) in list {
                    out[j as usize] += c * input[i as usize];
                }
            }
        }
    }

    /// All entries, row-major: `rows x columns`.
    pub fn to_dense(&self) -> Vec<f64> {
        match &self.entries {
            Entries::Dense(matrix) => matrix.clone(),
            Entries::Sparse(list) => {
                let mut matrix = vec![0.0; self.rows * self.columns];
                for &(i, j, c) in list {
                    matrix[i as usize * self.columns + j as usize] += c;
                }
                matrix
            }
        }
    }
}

//! Real Fourier transforms on a [`Grid`].
//!
//! ```text
//! forward:  u_hat(k) = (1/N) sum_j u(x_j) exp(-i k.(x_j - origin))
//! inverse:  u(x_j)   =       sum_k u_hat(k) exp(+i k.(x_j - origin))
//! ```
//!
//! In two dimensions the rows are transformed real-to-complex in panels of [`PANEL`] rows and written transposed,
//! panel by panel, so that every cache line of the spectrum is filled at once; the second pass then runs over
//! contiguous columns. The spectrum stays transposed (see [`Grid::spectrum_len`]): a separate transpose would cost
//! as much as a transform. Rows can be produced and consumed by a callback, which lets the flow multiply, sum and
//! transform a row while it is in the first-level cache. Two real functions on one grid are transformed together as
//! the real and imaginary part of one complex function ([`Fourier::forward_pair`]): this saves the passes that tell
//! the halves of a real row apart, which the caller does while he combines the two spectra.
//!
//! Cost: `5/2 N log2 N` operations; nothing is allocated after the constructor and [`Fourier::scratch`].

use super::Grid;
use nashflow_kernels::plan;
use num_complex::Complex64;
use realfft::{ComplexToReal, RealToComplex};
use rustfft::Fft;
use std::sync::Arc;

/// Rows transformed together before they are written transposed: 8 complex numbers fill two cache lines.
const PANEL: usize = 8;

/// Planned transforms of one grid. Cheap to clone; shared between threads.
#[derive(Clone)]
pub struct Fourier {
    grid: Grid,
    row_forward: Arc<dyn RealToComplex<f64>>,
    row_inverse: Arc<dyn ComplexToReal<f64>>,
    /// Complex transforms along the first axis; `None` in one dimension.
    column: Option<ColumnTransforms>,
}

#[derive(Clone)]
struct ColumnTransforms {
    forward: Arc<dyn Fft<f64>>,
    inverse: Arc<dyn Fft<f64>>,
    /// Complex transform along the last axis, for pairs of functions.
    row_pair: Arc<dyn Fft<f64>>,
}

/// Work space of the transforms of one grid; its contents never matter between calls.
#[derive(Debug, Clone)]
pub struct FourierScratch {
    row: Vec<f64>,
    panel: Vec<Complex64>,
    plan: Vec<Complex64>,
    columns: Vec<Complex64>,
}

impl FourierScratch {
    /// Fills the work space with NaN: the tests use it to show that results do not depend on what was there.
    pub fn poison(&mut self) {
        let nan = Complex64::new(f64::NAN, f64::NAN);
        self.row.fill(f64::NAN);
        self.panel.fill(nan);
        self.plan.fill(nan);
        self.columns.fill(nan);
    }
}

impl std::fmt::Debug for Fourier {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Fourier").field("grid", &self.grid).finish_non_exhaustive()
    }
}

impl Fourier {
    /// Plans the transforms of `grid`.
    pub fn new(grid: &Grid) -> Fourier {
        let n = grid.row_len();
        let column = (grid.dimension() == 2).then(|| {
            let (forward, inverse) = plan::complex(grid.rows());
            ColumnTransforms { forward, inverse, row_pair: plan::complex(n).0 }
        });
        let (row_forward, row_inverse) = plan::real(n);
        Fourier { grid: grid.clone(), row_forward, row_inverse, column }
    }

    /// The grid.
    pub fn grid(&self) -> &Grid {
        &self.grid
    }

    /// New work space for this grid.
    pub fn scratch(&self) -> FourierScratch {
        let zero = Complex64::ZERO;
        let mut plan = self.row_forward.get_scratch_len().max(self.row_inverse.get_scratch_len());
        let mut columns = 0;
        let mut panel = self.grid.half_len();
        if let Some(ColumnTransforms { forward, inverse, row_pair }) = &self.column {
            plan = plan
                .max(forward.get_inplace_scratch_len())
                .max(inverse.get_immutable_scratch_len())
                .max(row_pair.get_inplace_scratch_len());
            columns = self.grid.spectrum_len();
            panel = PANEL * self.grid.row_len();
        }
        FourierScratch {
            row: vec![0.0; self.grid.row_len()],
            panel: vec![zero; panel],
            plan: vec![zero; plan],
            columns: vec![zero; columns],
        }
    }

    /// A spectrum of zeros.
    pub fn zero_spectrum(&self) -> Vec<Complex64> {
        vec![Complex64::ZERO; self.grid.spectrum_len()]
    }

    /// Coefficients of the function with node values `values`.
    pub fn forward(&self, values: &[f64], spectrum: &mut [Complex64], scratch: &mut FourierScratch) {
        assert_eq!(values.len(), self.grid.len(), "values of a grid with {} nodes", self.grid.len());
        let n = self.grid.row_len();
        self.forward_rows(|i, row| row.copy_from_slice(&values[i * n..(i + 1) * n]), spectrum, scratch);
    }

    /// Node values of the function with these coefficients; `spectrum` is left as it was.
    pub fn inverse(&self, spectrum: &[Complex64], values: &mut [f64], scratch: &mut FourierScratch) {
        assert_eq!(values.len(), self.grid.len(), "values of a grid with {} nodes", self.grid.len());
        let n = self.grid.row_len();
        self.inverse_rows(spectrum, |i, row| values[i * n..(i + 1) * n].copy_from_slice(row), scratch);
    }

    /// As [`Fourier::forward`], with the rows of values written by `fill(i, row)`, `i = 0..rows` in order.
    pub fn forward_rows(
        &self,
        mut fill: impl FnMut(usize, &mut [f64]),
        spectrum: &mut [Complex64],
        scratch: &mut FourierScratch,
    ) {
        #[cfg(test)]
        transform_count::add(&self.grid, 1);
        assert_eq!(spectrum.len(), self.grid.spectrum_len(), "coefficients of {:?}", self.grid.shape());
        let scale = 1.0 / self.grid.len() as f64;
        let (rows, half) = (self.grid.rows(), self.grid.half_len());
        let FourierScratch { row, panel, plan, .. } = scratch;
        let mut transform = |i: usize, out: &mut [Complex64]| {
            fill(i, row);
            let scratch = &mut plan[..self.row_forward.get_scratch_len()];
            self.row_forward.process_with_scratch(row, out, scratch).expect("lengths come from the plan");
        };
        let Some(ColumnTransforms { forward: column, .. }) = &self.column else {
            transform(0, spectrum);
            spectrum.iter_mut().for_each(|c| *c *= scale);
            return;
        };
        for start in (0..rows).step_by(PANEL) {
            let count = PANEL.min(rows - start);
            for p in 0..count {
                transform(start + p, &mut panel[p * half..(p + 1) * half]);
            }
            for (m, column) in spectrum.chunks_exact_mut(rows).enumerate() {
                for (p, c) in column[start..start + count].iter_mut().enumerate() {
                    *c = panel[p * half + m] * scale;
                }
            }
        }
        column.process_with_scratch(spectrum, &mut plan[..column.get_inplace_scratch_len()]);
    }

    /// The transform of two real functions at once, in two dimensions: rows of `z = u + i v` are written by
    /// `fill(i, row)`, `i = 0..rows` in order, and
    /// `pair[m_2 n_1 + m_1] = sum_j z(x_j) exp(-i k.(x_j - origin))` for all `0 <= m < n`, not divided by the number of
    /// nodes. With `w(k) = conj(pair(-k))` the sums of `u` and `v` are `(pair + w) / 2` and `(pair - w) / 2i`.
    ///
    /// # Panics
    /// On a grid of one dimension, or when `pair` has another length than the grid.
    pub fn forward_pair(
        &self,
        mut fill: impl FnMut(usize, &mut [Complex64]),
        pair: &mut [Complex64],
        scratch: &mut FourierScratch,
    ) {
        #[cfg(test)]
        transform_count::add(&self.grid, 2);
        assert_eq!(pair.len(), self.grid.len(), "one coefficient for each node of {:?}", self.grid.shape());
        let ColumnTransforms { forward, row_pair, .. } = self.column.as_ref().expect("a grid of two dimensions");
        let (rows, n) = (self.grid.rows(), self.grid.row_len());
        let FourierScratch { panel, plan, .. } = scratch;
        for start in (0..rows).step_by(PANEL) {
            let count = PANEL.min(rows - start);
            let panel = &mut panel[..count * n];
            for (p, row) in panel.chunks_exact_mut(n).enumerate() {
                fill(start + p, row);
            }
            row_pair.process_with_scratch(panel, &mut plan[..row_pair.get_inplace_scratch_len()]);
            for (m, column) in pair.chunks_exact_mut(rows).enumerate() {
                for (c, z) in column[start..start + count].iter_mut().zip(panel[m..].iter().step_by(n)) {
                    *c = *z;
                }
            }
        }
        forward.process_with_scratch(pair, &mut plan[..forward.get_inplace_scratch_len()]);
    }

    /// As [`Fourier::inverse`], with the rows of values handed to `take(i, row)`, `i = 0..rows` in order.
    pub fn inverse_rows(
        &self,
        spectrum: &[Complex64],
        mut take: impl FnMut(usize, &mut [f64]),
        scratch: &mut FourierScratch,
    ) {
        #[cfg(test)]
        transform_count::add(&self.grid, 1);
        assert_eq!(spectrum.len(), self.grid.spectrum_len(), "coefficients of {:?}", self.grid.shape());
        let (rows, half, n) = (self.grid.rows(), self.grid.half_len(), self.grid.row_len());
        let FourierScratch { row, panel, plan, columns } = scratch;
        if let Some(ColumnTransforms { inverse: column, .. }) = &self.column {
            let scratch = &mut plan[..column.get_immutable_scratch_len()];
            column.process_immutable_with_scratch(spectrum, columns, scratch);
        }
        let mut transform = |i: usize, input: &mut [Complex64]| {
            // A real function has real coefficients there; rounding of the first pass leaves a trace.
            input[0].im = 0.0;
            if n.is_multiple_of(2) {
                input[half - 1].im = 0.0;
            }
            let scratch = &mut plan[..self.row_inverse.get_scratch_len()];
            self.row_inverse.process_with_scratch(input, row, scratch).expect("lengths come from the plan");
            take(i, row);
        };
        if self.column.is_none() {
            panel.copy_from_slice(spectrum);
            transform(0, panel);
            return;
        }
        for start in (0..rows).step_by(PANEL) {
            let count = PANEL.min(rows - start);
            for (m, column) in columns.chunks_exact(rows).enumerate() {
                for (p, c) in column[start..start + count].iter().enumerate() {
                    panel[p * half + m] = *c;
                }
            }
            for p in 0..count {
                transform(start + p, &mut panel[p * half..(p + 1) * half]);
            }
        }
    }
}

/// Real transforms done so far, by the shape of the grid, for tests of how much work something takes.
#[cfg(test)]
pub(crate) mod transform_count {
    use super::Grid;
    use std::collections::BTreeMap;
    use std::sync::Mutex;

    static COUNTS: Mutex<BTreeMap<Vec<usize>, usize>> = Mutex::new(BTreeMap::new());

    pub(super) fn add(grid: &Grid, transforms: usize) {
        *COUNTS.lock().unwrap().entry(grid.shape()).or_default() += transforms;
    }

    /// Transforms on grids of this shape, by all threads: a test takes a shape that nobody else has.
    pub(crate) fn of(shape: &[usize]) -> usize {
        COUNTS.lock().unwrap().get(shape).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values that no symmetry makes easy.
    fn sample(grid: &Grid) -> Vec<f64> {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        (0..grid.len())
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (state >> 11) as f64 / (1u64 << 53) as f64 - 0.5
            })
            .collect()
    }

    fn shapes() -> Vec<Vec<usize>> {
        vec![vec![8], vec![9], vec![30], vec![31], vec![8, 8], vec![9, 8], vec![12, 15], vec![7, 11], vec![32, 6]]
    }

    #[test]
    fn coefficients_equal_the_defining_sum_on_even_and_odd_grids() {
        for shape in shapes() {
            let unit = vec![1.0; shape.len()];
            let grid = Grid::new(&shape, &unit, &unit).unwrap();
            let fourier = Fourier::new(&grid);
            let mut scratch = fourier.scratch();
            scratch.poison();
            let values = sample(&grid);
            let mut spectrum = fourier.zero_spectrum();
            fourier.forward(&values, &mut spectrum, &mut scratch);
            for (position, computed) in spectrum.iter().enumerate() {
                let modes = grid.modes(position);
                let mut sum = Complex64::ZERO;
                for (j, u) in values.iter().enumerate() {
                    let turns: f64 = grid
                        .node(j)
                        .iter()
                        .zip(&modes)
                        .zip(&shape)
                        .map(|((&i, &m), &n)| (i as f64) * m as f64 / n as f64)
                        .sum();
                    sum += u * Complex64::cis(-2.0 * std::f64::consts::PI * turns);
                }
                sum /= grid.len() as f64;
                let difference = (sum - computed).norm();
                assert!(difference <= 1e-14, "shape {shape:?}, modes {modes:?}: {computed} against {sum}");
            }
            scratch.poison();
            let mut back = vec![f64::NAN; grid.len()];
            let before = spectrum.clone();
            fourier.inverse(&spectrum, &mut back, &mut scratch);
            assert_eq!(before, spectrum, "the inverse transform must leave its input alone");
            for (u, v) in values.iter().zip(&back) {
                assert!((u - v).abs() <= 1e-14, "shape {shape:?}: {u} came back as {v}");
            }
        }
    }

    #[test]
    fn the_transform_of_a_pair_holds_both_spectra() {
        for shape in shapes().into_iter().filter(|s| s.len() == 2) {
            let grid = Grid::new(&shape, &[1.0, 1.0], &[0.0, 0.0]).unwrap();
            let fourier = Fourier::new(&grid);
            let mut scratch = fourier.scratch();
            let u = sample(&grid);
            let v: Vec<f64> = u.iter().map(|u| (7.0 * u).cos()).collect();
            let mut spectra = [fourier.zero_spectrum(), fourier.zero_spectrum()];
            fourier.forward(&u, &mut spectra[0], &mut scratch);
            fourier.forward(&v, &mut spectra[1], &mut scratch);
            let (rows, n) = (grid.rows(), grid.row_len());
            let mut pair = vec![Complex64::new(f64::NAN, f64::NAN); grid.len()];
            scratch.poison();
            let fill = |i: usize, row: &mut [Complex64]| {
                row.iter_mut().enumerate().for_each(|(j, z)| *z = Complex64::new(u[i * n + j], v[i * n + j]));
            };
            fourier.forward_pair(fill, &mut pair, &mut scratch);
            for position in 0..grid.spectrum_len() {
                let (m2, m1) = (position / rows, position % rows);
                let z = pair[position] / grid.len() as f64;
                let w = pair[(n - m2) % n * rows + (rows - m1) % rows].conj() / grid.len() as f64;
                let both = [(z + w) / 2.0, (z - w) / Complex64::new(0.0, 2.0)];
                for (computed, spectrum) in both.into_iter().zip(&spectra) {
                    let difference = (computed - spectrum[position]).norm();
                    assert!(difference <= 1e-14, "shape {shape:?}, mode ({m1}, {m2}): off by {difference:e}");
                }
            }
        }
    }
}

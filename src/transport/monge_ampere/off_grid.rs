//! A band-limited function and its gradient at arbitrary points of the torus: the type-2 non-uniform transform.
//!
//! With the kernel `phi(z) = exp(beta (sqrt(1 - (2 z/w)^2) - 1))`, `|z| <= w/2`, on a grid twice as fine,
//!
//! ```text
//! u(x) = sum_k u_hat(k) exp(i k.x)  =  sum_l b_l phi(t_1 - l_1) phi(t_2 - l_2) + error,    t_i = m_i x_i / L_i,
//! b_hat(k) = u_hat(k) / (phi_hat(k_1) phi_hat(k_2)).
//! ```
//!
//! Reference: Barnett, Magland, af Klinteberg, SIAM J. Sci. Comput. 41 (2019), C479, equations (3.7)-(3.10) and
//! section 4 for `beta = 2.30 w`. The kernel and its derivative come from local polynomials, so that a point costs
//! `2 w^2` multiplications and no exponential. Error: below 1e-13 of the largest value (tests).

use crate::torus::{Fourier, Grid, resample};
use num_complex::Complex64;
use std::f64::consts::PI;

/// Width `w` of the kernel in nodes of the fine grid.
const WIDTH: usize = 16;
/// `beta / w` at twofold oversampling (reference, section 4).
const SHARPNESS: f64 = 2.30;
/// Intervals of the kernel's argument, each with its own polynomials.
const INTERVALS: usize = 64;
/// Coefficients of one polynomial: degree 7 on an interval of 1/64 leaves 1e-17.
const COEFFICIENTS: usize = 8;

/// Values of the kernel at the nodes around one coordinate.
type Weights = [f64; WIDTH];

/// Local polynomials of one function of the kernel's argument: `[interval][power][node]`.
type Polynomials = Vec<[Weights; COEFFICIENTS]>;

/// The kernel and its derivative, shared by both axes. The derivative has polynomials of its own: differentiating
/// those of the kernel would magnify their rounding four thousand times.
#[derive(Debug, Clone)]
struct Kernel {
    values: Polynomials,
    slopes: Polynomials,
}

/// One axis of the fine grid.
#[derive(Debug, Clone, Copy)]
struct FineAxis {
    points: usize,
    origin: f64,
    /// `m / L`.
    nodes_per_length: f64,
}

/// Evaluates one function of a torus of dimension 2 anywhere; nothing is allocated after the constructor.
#[derive(Debug, Clone)]
pub struct OffGrid {
    kernel: Kernel,
    axes: [FineAxis; 2],
    /// `b_l`, continued periodically by `w - 1` nodes so that the stencil never wraps.
    coefficients: Vec<f64>,
    row: usize,
    /// `1 / phi_hat` per axis.
    corrections: [Vec<f64>; 2],
    fourier: Fourier,
    grid: Grid,
}

impl OffGrid {
    /// Prepares the function with these coefficients on `grid`. Cost: one transform of twice the points per axis, and
    /// the kernel's tables.
    pub fn new(grid: &Grid, spectrum: &[Complex64]) -> OffGrid {
        let points: Vec<usize> =
            grid.axes().iter().map(|a| crate::torus::next_fast_size((2 * a.points).max(2 * WIDTH))).collect();
        let fine = grid.with_points(&points).expect("a padded grid of a valid torus");
        let axis = |i: usize| {
            let a = fine.axis(i);
            FineAxis { points: a.points, origin: a.origin, nodes_per_length: a.points as f64 / a.period }
        };
        let corrections = [0, 1].map(|i| corrections(points[i], |j| fine.axis(i).mode(j)));
        let mut function = OffGrid {
            kernel: Kernel::new(),
            axes: [axis(0), axis(1)],
            row: points[1] + WIDTH - 1,
            coefficients: Vec::new(),
            corrections,
            fourier: Fourier::new(&fine),
            grid: grid.clone(),
        };
        function.set_spectrum(spectrum);
        function
    }

    /// Another function on the same grid.
    pub fn set_spectrum(&mut self, spectrum: &[Complex64]) {
        let fine = self.fourier.grid();
        let mut padded = resample(&self.grid, fine, spectrum);
        for (column, second) in padded.chunks_exact_mut(fine.rows()).zip(&self.corrections[1]) {
            for (c, first) in column.iter_mut().zip(&self.corrections[0]) {
                *c *= first * second;
            }
        }
        let mut values = vec![0.0; fine.len()];
        self.fourier.inverse(&padded, &mut values, &mut self.fourier.scratch());
        self.coefficients = continue_periodically(&values, fine.rows(), fine.row_len());
    }

    /// The grid the coefficients belong to.
    pub fn grid(&self) -> &Grid {
        &self.grid
    }

    /// `(u, du/dx_1, du/dx_2)` at `x`.
    pub fn value_and_gradient(&self, x: [f64; 2]) -> (f64, [f64; 2]) {
        let (i, s) = self.axes[0].locate(x[0]);
        let (j, t) = self.axes[1].locate(x[1]);
        let (a, da) = self.kernel.values_and_slopes(s);
        let (b, db) = self.kernel.values_and_slopes(t);
        let (mut sum, mut slope) = ([0.0; WIDTH], [0.0; WIDTH]);
        for p in 0..WIDTH {
            let row = self.stencil_row(i + p, j);
            for q in 0..WIDTH {
                sum[q] += a[p] * row[q];
                slope[q] += da[p] * row[q];
            }
        }
        let gradient =
            [dot(&slope, &b) * self.axes[0].nodes_per_length, dot(&sum, &db) * self.axes[1].nodes_per_length];
        (dot(&sum, &b), gradient)
    }

    fn stencil_row(&self, i: usize, j: usize) -> &Weights {
        let start = i * self.row + j;
        self.coefficients[start..start + WIDTH].try_into().expect("a slice of the stencil's width")
    }
}

impl FineAxis {
    /// First node of the stencil in the continued array, and the fraction of a cell beyond its middle node.
    fn locate(&self, x: f64) -> (usize, f64) {
        let n = self.points as f64;
        let t = (x - self.origin) * self.nodes_per_length;
        let t = t - n * (t / n).floor();
        let cell = t.floor();
        // Rounding can lift a tiny negative remainder to n itself.
        if cell >= n { (0, 0.0) } else { (cell as usize, t - cell) }
    }
}

impl Kernel {
    fn new() -> Kernel {
        Kernel { values: polynomials(kernel), slopes: polynomials(kernel_slope) }
    }

    /// Values and derivatives with respect to the coordinate in nodes.
    fn values_and_slopes(&self, fraction: f64) -> (Weights, Weights) {
        (horner(&self.values, fraction), horner(&self.slopes, fraction))
    }
}

/// Interpolates `f(z)` at Chebyshev nodes of each interval.
fn polynomials(f: fn(f64) -> f64) -> Polynomials {
    let nodes: [f64; COEFFICIENTS] =
        std::array::from_fn(|i| (PI * (2 * i + 1) as f64 / (2 * COEFFICIENTS) as f64).cos());
    let one_interval = |interval: usize| {
        let mut powers = [[0.0; WIDTH]; COEFFICIENTS];
        for q in 0..WIDTH {
            let samples = nodes.map(|v| {
                let fraction = (interval as f64 + 0.5 * (v + 1.0)) / INTERVALS as f64;
                f(fraction + (WIDTH / 2 - 1) as f64 - q as f64)
            });
            for (power, c) in powers.iter_mut().zip(interpolating_polynomial(&nodes, samples)) {
                power[q] = c;
            }
        }
        powers
    };
    (0..INTERVALS).map(one_interval).collect()
}

/// The polynomials of the interval that holds `fraction`.
fn horner(polynomials: &Polynomials, fraction: f64) -> Weights {
    let scaled = fraction * INTERVALS as f64;
    let interval = (scaled as usize).min(INTERVALS - 1);
    let v = 2.0 * (scaled - interval as f64) - 1.0;
    let polynomial = &polynomials[interval];
    let mut p = polynomial[COEFFICIENTS - 1];
    for coefficients in polynomial[..COEFFICIENTS - 1].iter().rev() {
        for q in 0..WIDTH {
            p[q] = p[q] * v + coefficients[q];
        }
    }
    p
}

/// `phi(z)`.
fn kernel(z: f64) -> f64 {
    let s = 2.0 * z / WIDTH as f64;
    let inside = 1.0 - s * s;
    if inside < 0.0 { 0.0 } else { (SHARPNESS * WIDTH as f64 * (inside.sqrt() - 1.0)).exp() }
}

/// `d phi / dz`.
fn kernel_slope(z: f64) -> f64 {
    let s = 2.0 * z / WIDTH as f64;
    let inside = 1.0 - s * s;
    if inside <= 0.0 { 0.0 } else { -2.0 * SHARPNESS * s / inside.sqrt() * kernel(z) }
}

/// `1 / phi_hat(k)` for every mode of an axis of the fine grid; 0 for the modes beyond half of it, which are empty.
///
/// `phi_hat = int phi(z) cos(2 pi m z / n) dz` with `z = (w/2) sin(theta)`, where the integrand is smooth and almost
/// vanishes at the ends, so that the trapezoid rule is accurate to `exp(-beta)`.
fn corrections(points: usize, mode: impl Fn(usize) -> i64) -> Vec<f64> {
    const QUADRATURE: usize = 400;
    let radius = WIDTH as f64 / 2.0;
    (0..points)
        .map(|j| {
            let m = mode(j);
            if 4 * m.unsigned_abs() as usize > points + 4 {
                return 0.0;
            }
            let turn = 2.0 * PI * m as f64 / points as f64;
            let transform: f64 = (0..QUADRATURE)
                .map(|i| {
                    let theta = PI * ((i as f64 + 0.5) / QUADRATURE as f64 - 0.5);
                    let z = radius * theta.sin();
                    let decay = (SHARPNESS * WIDTH as f64 * (theta.cos() - 1.0)).exp();
                    decay * (turn * z).cos() * radius * theta.cos()
                })
                .sum();
            QUADRATURE as f64 / (PI * transform)
        })
        .collect()
}

/// Coefficients of powers of the polynomial through `samples` at `nodes` (Newton's divided differences).
fn interpolating_polynomial(nodes: &[f64; COEFFICIENTS], mut samples: [f64; COEFFICIENTS]) -> [f64; COEFFICIENTS] {
    for order in 1..COEFFICIENTS {
        for i in (order..COEFFICIENTS).rev() {
            samples[i] = (samples[i] - samples[i - 1]) / (nodes[i] - nodes[i - order]);
        }
    }
    let mut powers = [0.0; COEFFICIENTS];
    for i in (0..COEFFICIENTS).rev() {
        for p in (1..COEFFICIENTS).rev() {
            powers[p] = powers[p - 1] - nodes[i] * powers[p];
        }
        powers[0] = samples[i] - nodes[i] * powers[0];
    }
    powers
}

/// Rows and columns `-(w/2 - 1) .. n + w/2` of a periodic array.
fn continue_periodically(values: &[f64], rows: usize, columns: usize) -> Vec<f64> {
    let before = WIDTH / 2 - 1;
    let mut out = Vec::with_capacity((rows + WIDTH - 1) * (columns + WIDTH - 1));
    for i in 0..rows + WIDTH - 1 {
        let row = &values[((i + rows - before) % rows) * columns..][..columns];
        out.extend((0..columns + WIDTH - 1).map(|j| row[(j + columns - before) % columns]));
    }
    out
}

/// Two interleaved sums, so that consecutive additions do not wait for each other.
fn dot(a: &Weights, b: &Weights) -> f64 {
    let (mut even, mut odd) = (0.0, 0.0);
    for q in (0..WIDTH).step_by(2) {
        even += a[q] * b[q];
        odd += a[q + 1] * b[q + 1];
    }
    even + odd
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::torus::{evaluate, gradient};

    /// Largest error of a value over the largest value.
    const ACCURACY: f64 = 1e-13;

    /// A function that fills its grid with modes of equal size, the worst case.
    fn rough(shape: [usize; 2]) -> (Grid, Vec<Complex64>, f64) {
        let grid = Grid::new(&shape, &[1.5, 4.0], &[-0.5, 0.25]).unwrap();
        let mut state = 7_u64;
        let values: Vec<f64> = (0..grid.len())
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (state >> 11) as f64 / (1u64 << 53) as f64 - 0.5
            })
            .collect();
        let fourier = Fourier::new(&grid);
        let mut spectrum = fourier.zero_spectrum();
        fourier.forward(&values, &mut spectrum, &mut fourier.scratch());
        (grid, spectrum, values.iter().fold(0.0, |m, u| m.max(u.abs())))
    }

    fn points() -> impl Iterator<Item = [f64; 2]> {
        let inside = (0..60).map(|i| [(i as f64 * 0.618).fract() * 1.5 - 0.5, (i as f64 * 0.382).fract() * 4.0 + 0.25]);
        inside.chain([[-0.5, 0.25], [-0.5 - 1e-18, 0.25 - 1e-17], [1.0, 4.25], [7.3, -11.9]])
    }

    #[test]
    fn values_equal_the_fourier_sum_even_for_white_noise() {
        for shape in [[16, 12], [15, 9], [4, 32]] {
            let (grid, spectrum, largest) = rough(shape);
            let fast = OffGrid::new(&grid, &spectrum);
            for x in points() {
                let (slow, (fast, _)) = (evaluate(&grid, &spectrum, &x), fast.value_and_gradient(x));
                let error = (slow - fast).abs() / largest;
                assert!(error <= ACCURACY, "{shape:?} at {x:?}: {fast} against {slow}, {error:.1e}");
            }
        }
    }

    #[test]
    fn gradients_equal_the_fourier_sum_of_an_odd_grid() {
        let (grid, spectrum, largest) = rough([15, 9]);
        let fast = OffGrid::new(&grid, &spectrum);
        let mut derivative = spectrum.clone();
        for x in points() {
            let (_, computed) = fast.value_and_gradient(x);
            for (axis, computed) in computed.iter().enumerate() {
                gradient(&grid, axis, &spectrum, &mut derivative);
                let slow = evaluate(&grid, &derivative, &x);
                let scale = largest * PI / grid.axis(axis).spacing();
                let error = (slow - computed).abs() / scale;
                assert!(error <= 3.0 * ACCURACY, "axis {axis} at {x:?}: {computed} against {slow}, {error:.1e}");
            }
        }
    }
}

//! One player's factor functions as Fourier modes `cos k.(x - o)`, `sin k.(x - o)`: the spectral form of a payoff.
//!
//! Moments are read off the Fourier coefficients of a density, combinations are made by one inverse transform:
//!
//! ```text
//! int cos(k.(x - o)) u dx =  |X| Re u_hat(k),     int sin(k.(x - o)) u dx = -|X| Im u_hat(k),
//! a cos + b sin           =  2 Re ((a - i b)/2 exp(i k.(x - o))).
//! ```

use crate::torus::{Fourier, FourierScratch, Grid, gradient};
use num_complex::Complex64;

/// A selection of modes of one grid; function `2 s` is the cosine and `2 s + 1` the sine of selected mode `s`.
#[derive(Debug, Clone)]
pub struct Modes {
    fourier: Fourier,
    /// Position of each selected mode in the stored spectrum, and of its conjugate where that is stored too.
    selected: Vec<(u32, Option<u32>)>,
    /// The coefficients of the static function.
    static_part: Vec<(u32, Complex64)>,
}

impl Modes {
    /// The modes with these signed mode numbers (one of `k`, `-k` each, never 0 or Nyquist) and the static function
    /// with weights `(cosine, sine)` per mode, plus `constant`.
    pub fn new(grid: &Grid, modes: &[Vec<i64>], constant: f64, static_weights: &[f64]) -> Modes {
        assert_eq!(static_weights.len(), 2 * modes.len(), "a cosine and a sine weight for each mode");
        let selected: Vec<_> = modes.iter().map(|m| stored_positions(grid, m)).collect();
        let mut out = Modes { fourier: Fourier::new(grid), selected, static_part: Vec::new() };
        let mut spectrum = out.fourier.zero_spectrum();
        spectrum[0] = Complex64::from(constant);
        out.write(static_weights, &mut spectrum);
        out.static_part = (0u32..).zip(spectrum).filter(|(_, c)| *c != Complex64::ZERO).collect();
        out
    }

    /// Number of functions, twice the number of modes.
    pub fn count(&self) -> usize {
        2 * self.selected.len()
    }

    /// The transforms of the grid.
    pub fn fourier(&self) -> &Fourier {
        &self.fourier
    }

    /// Multiplications of one gradient: an inverse transform per axis.
    pub fn cost(&self) -> usize {
        transform_cost(self.fourier.grid()) * self.fourier.grid().dimension() + 4 * self.count()
    }

    /// Moments of a density with these coefficients; returns its mass.
    pub fn moments(&self, spectrum: &[Complex64], moments: &mut [f64]) -> f64 {
        let volume = self.fourier.grid().volume();
        for (pair, (position, _)) in moments.chunks_exact_mut(2).zip(&self.selected) {
            let c = spectrum[*position as usize];
            pair[0] = volume * c.re;
            pair[1] = -volume * c.im;
        }
        volume * spectrum[0].re
    }

    /// Coefficients of `mass S + sum_i weights_i A_i`.
    pub fn combination(&self, mass: f64, weights: &[f64], spectrum: &mut [Complex64]) {
        spectrum.fill(Complex64::ZERO);
        for (position, c) in &self.static_part {
            spectrum[*position as usize] = c * mass;
        }
        self.write(weights, spectrum);
    }

    fn write(&self, weights: &[f64], spectrum: &mut [Complex64]) {
        for (pair, (position, mirror)) in weights.chunks_exact(2).zip(&self.selected) {
            let c = Complex64::new(0.5 * pair[0], -0.5 * pair[1]);
            spectrum[*position as usize] += c;
            if let Some(mirror) = mirror {
                spectrum[*mirror as usize] += c.conj();
            }
        }
    }

    /// Values of the gradients of the function with coefficients `spectrum`, one array per axis.
    pub fn gradients(
        &self,
        spectrum: &[Complex64],
        derivative: &mut [Complex64],
        out: &mut [Vec<f64>],
        scratch: &mut FourierScratch,
    ) {
        for (axis, out) in out.iter_mut().enumerate() {
            gradient(self.fourier.grid(), axis, spectrum, derivative);
            self.fourier.inverse(derivative, out, scratch);
        }
    }

    /// `int S u` for a function with these coefficients.
    pub fn static_integral(&self, spectrum: &[Complex64]) -> f64 {
        let grid = self.fourier.grid();
        let sum: f64 = self
            .static_part
            .iter()
            .map(|(p, c)| grid.multiplicity(*p as usize) * (c * spectrum[*p as usize].conj()).re)
            .sum();
        grid.volume() * sum
    }

    /// Values of function `i` at all nodes.
    pub fn function(&self, i: usize) -> Vec<f64> {
        let mut weights = vec![0.0; self.count()];
        weights[i] = 1.0;
        let mut spectrum = self.fourier.zero_spectrum();
        self.write(&weights, &mut spectrum);
        self.values(&spectrum)
    }

    /// Values of the static function at all nodes.
    pub fn static_function(&self) -> Vec<f64> {
        let mut spectrum = self.fourier.zero_spectrum();
        self.combination(1.0, &vec![0.0; self.count()], &mut spectrum);
        self.values(&spectrum)
    }

    fn values(&self, spectrum: &[Complex64]) -> Vec<f64> {
        let mut out = vec![0.0; self.fourier.grid().len()];
        self.fourier.inverse(spectrum, &mut out, &mut self.fourier.scratch());
        out
    }
}

/// One real transform, in units of one multiplication and addition of a table loop.
///
/// It has `5/2 N log2 N` operations; with the passes over the array around it, it was measured to take about as long
/// as the same number of table operations, each of which is two.
fn transform_cost(grid: &Grid) -> usize {
    let n = grid.len() as f64;
    (2.5 * n * n.log2()) as usize
}

/// Whether the coefficient of these signed modes is stored below the Nyquist modes of the grid.
pub fn fits(grid: &Grid, modes: &[i64]) -> bool {
    modes.iter().zip(grid.axes()).all(|(m, a)| 2 * (m.unsigned_abs() as usize) < a.points)
}

/// Position of the stored coefficient of these modes.
pub fn position(grid: &Grid, modes: &[i64]) -> usize {
    stored_positions(grid, modes).0 as usize
}

fn stored_positions(grid: &Grid, modes: &[i64]) -> (u32, Option<u32>) {
    assert!(fits(grid, modes), "modes {modes:?} do not fit a grid of {:?} points", grid.shape());
    let rows = grid.rows();
    match modes {
        [m] => {
            assert!(*m > 0, "mode {m} is not on the stored half axis");
            (*m as u32, None)
        }
        [m1, m2] => {
            assert!(*m2 > 0 || (*m2 == 0 && *m1 > 0), "modes {modes:?} are not on the stored half plane");
            let at = |m: i64| m.rem_euclid(rows as i64) as u32;
            ((*m2 as usize * rows) as u32 + at(*m1), (*m2 == 0).then(|| at(-m1)))
        }
        _ => unreachable!("a grid has one or two axes"),
    }
}

//! The periodic part of a cumulative distribution function, evaluated anywhere without cancellation.
//!
//! A function `u` of mean zero on `R/Z`, band-limited, has the antiderivative
//!
//! ```text
//! U(x) = sum_{k != 0} u_hat(k) exp(2 pi i k x) / (2 pi i k),        U' = u,   int U = 0.
//! ```
//!
//! It is tabulated by its Taylor coefficients at the `M` nodes of a grid [`OVERSAMPLING`] times finer than that of `u`,
//!
//! ```text
//! U((j + t)/M) = sum_{m <= p} c_{j,m} t^m,     c_{.,m} = transform of  u_hat(k) (2 pi i k)^(m-1) / (M^m m!),   |t| <= 1.
//! ```
//!
//! The degree `p` is the least for which the remainder, bounded mode by mode, is below [`TRUNCATION`] of `sum |u_hat|`.
//! An increment `U(x + d) - U(x)` comes from one row of the table as `(v - u) P[u, v]` with the divided difference
//! `P[u, v]`, so that it keeps its relative accuracy however small `d` is.
//!
//! Cost: `p + 1` real transforms of length `M` for the table, `O(p)` for a value; `p` is about 10 for a density that its
//! grid resolves to rounding and at most [`MAXIMUM_DEGREE`].

use crate::torus::{Fourier, FourierScratch, Grid, TorusError, next_fast_size, resample};
use num_complex::Complex64;
use std::f64::consts::PI;

/// Nodes of the table for each node of the grid: the highest mode turns by at most `pi/4` over the reach of a row.
const OVERSAMPLING: usize = 4;
/// Remainder of the Taylor series, relative to the sum of the amplitudes.
const TRUNCATION: f64 = 1e-17;
/// `(pi/4)^20 / 20!` is 3e-21: no spectrum needs more.
const MAXIMUM_DEGREE: usize = 20;
/// `1.5 * 2^52`: a sum with it is rounded to an integer, without a call of the mathematical library.
const ROUND: f64 = 6_755_399_441_055_744.0;
/// Modes beyond this share of the highest one form the tail, as in the torus room.
const OUTER: f64 = 5.0 / 6.0;

/// Taylor table of the antiderivative of a function on `R/Z` (see the head of this file).
#[derive(Debug, Clone)]
pub(super) struct Antiderivative {
    coarse: Fourier,
    coarse_scratch: FourierScratch,
    fine: Fourier,
    fine_scratch: FourierScratch,
    spectrum: Vec<Complex64>,
    values: Vec<f64>,
    /// `p + 1`.
    terms: usize,
    /// `c_{j,m}` at `j (p + 1) + m`.
    coefficients: Vec<f64>,
    /// Amplitude `2 |u_hat|` of the largest mode in the tail.
    tail: f64,
    /// Largest `|U|` over the nodes of the table.
    largest: f64,
}

/// What one row of the table says about the stretch from `x` to `x + d`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stretch {
    /// `U(x + d) - U(x)`.
    pub(super) increment: f64,
    /// `u(x)`.
    pub(super) start: f64,
    /// `u(x + d)`.
    pub(super) end: f64,
}

impl Antiderivative {
    /// Plans the table for functions with `points` node values on `R/Z`; the function is 0 until the first
    /// [`Antiderivative::tabulate`].
    pub(super) fn new(points: usize) -> Result<Antiderivative, TorusError> {
        let coarse = Fourier::new(&Grid::new(&[points], &[1.0], &[0.0])?);
        let fine = Fourier::new(&Grid::new(&[next_fast_size(OVERSAMPLING * points)], &[1.0], &[0.0])?);
        let rows = fine.grid().len();
        Ok(Antiderivative {
            spectrum: coarse.zero_spectrum(),
            values: vec![0.0; rows],
            terms: 2,
            coefficients: vec![0.0; 2 * rows],
            tail: 0.0,
            largest: 0.0,
            coarse_scratch: coarse.scratch(),
            fine_scratch: fine.scratch(),
            coarse,
            fine,
        })
    }

    /// Fills the table from the node values of `u`; their mean is dropped.
    pub(super) fn tabulate(&mut self, u: &[f64]) {
        self.coarse.forward(u, &mut self.spectrum, &mut self.coarse_scratch);
        self.spectrum[0] = Complex64::ZERO;
        self.tail = self.largest_in_tail(|_, c| c.norm());
        self.terms = 1 + self.degree();
        let rows = self.rows();
        self.coefficients.resize(self.terms * rows, 0.0);
        let mut spectrum = resample(self.coarse.grid(), self.fine.grid(), &self.spectrum);
        for (k, c) in spectrum.iter_mut().enumerate().skip(1) {
            *c /= Complex64::new(0.0, 2.0 * PI * k as f64);
        }
        for m in 0..self.terms {
            if m > 0 {
                let turn = 2.0 * PI / (rows * m) as f64;
                spectrum.iter_mut().enumerate().for_each(|(k, c)| *c *= Complex64::new(0.0, turn * k as f64));
            }
            self.fine.inverse(&spectrum, &mut self.values, &mut self.fine_scratch);
            for (row, value) in self.coefficients.chunks_exact_mut(self.terms).zip(&self.values) {
                row[m] = *value;
            }
        }
        self.largest = self.coefficients.iter().step_by(self.terms).fold(0.0, |m, c| c.abs().max(m));
    }

    /// Least degree of the table whose remainder in `u`, mode by mode `theta^p / p!`, is negligible.
    fn degree(&self) -> usize {
        let unit = 2.0 * PI / self.rows() as f64;
        let amplitudes: Vec<f64> = self.spectrum.iter().map(|c| c.norm()).collect();
        let wanted = TRUNCATION * amplitudes.iter().sum::<f64>();
        let mut remainder = amplitudes;
        for p in 1..MAXIMUM_DEGREE {
            remainder.iter_mut().enumerate().for_each(|(k, r)| *r *= unit * k as f64 / p as f64);
            if remainder.iter().sum::<f64>() <= wanted {
                return p;
            }
        }
        MAXIMUM_DEGREE
    }

    /// Number of rows `M`.
    pub(super) fn rows(&self) -> usize {
        self.fine.grid().len()
    }

    /// Amplitude of the largest mode in the outer sixth of the spectrum of `u`.
    pub(super) fn tail(&self) -> f64 {
        self.tail
    }

    /// The same for the sum of `u` and the function of `other`, on a grid that is at most as fine.
    pub(super) fn tail_of_sum(&self, other: &Antiderivative) -> f64 {
        self.largest_in_tail(|k, c| (c + other.spectrum.get(k).unwrap_or(&Complex64::ZERO)).norm())
    }

    fn largest_in_tail(&self, amplitude: impl Fn(usize, &Complex64) -> f64) -> f64 {
        let outer = OUTER * (self.coarse.grid().len() / 2) as f64;
        let tail = self.spectrum.iter().enumerate().filter(|(k, _)| *k as f64 > outer);
        2.0 * tail.map(|(k, c)| amplitude(k, c)).fold(0.0, f64::max)
    }

    /// Largest `|U|`.
    pub(super) fn largest(&self) -> f64 {
        self.largest
    }

    /// Highest mode of `u` with an amplitude above `share` of the sum of all.
    pub(super) fn bandwidth(&self, share: f64) -> usize {
        let floor = share * self.spectrum.iter().map(|c| c.norm()).sum::<f64>();
        self.spectrum.iter().rposition(|c| c.norm() > floor).unwrap_or(0)
    }

    /// `u` at the nodes `j/M` of the table.
    pub(super) fn derivative_at_rows(&self) -> impl Iterator<Item = f64> + '_ {
        let scale = self.rows() as f64;
        self.coefficients.chunks_exact(self.terms).map(move |row| row[1] * scale)
    }

    /// The row nearest to `x` and the offset from it, in units of `1/M`.
    #[inline]
    fn locate(&self, x: f64) -> (&[f64], f64) {
        let rows = self.rows();
        let position = x * rows as f64;
        let nearest = (position + ROUND) - ROUND;
        let mut j = nearest as i64;
        if j < 0 || j >= rows as i64 {
            j = j.rem_euclid(rows as i64);
        }
        let start = j as usize * self.terms;
        (&self.coefficients[start..start + self.terms], position - nearest)
    }

    /// `(U(x), u(x), u'(x))`.
    #[inline]
    pub(super) fn with_slope(&self, x: f64) -> (f64, f64, f64) {
        let (row, t) = self.locate(x);
        let (mut value, mut slope, mut half_bend) = (0.0, 0.0, 0.0);
        for c in row.iter().rev() {
            half_bend = half_bend * t + slope;
            slope = slope * t + value;
            value = value * t + c;
        }
        let scale = self.rows() as f64;
        (value, slope * scale, 2.0 * half_bend * scale * scale)
    }

    /// `(U(x), u(x))`.
    #[inline]
    pub(super) fn at(&self, x: f64) -> (f64, f64) {
        let ([value], [slope]) = self.around(x, [0.0]);
        (value, slope)
    }

    /// `(U, u)` at `middle + offset` for each of these offsets, all from one row: none beyond half a row.
    #[inline]
    pub(super) fn around<const K: usize>(&self, middle: f64, offsets: [f64; K]) -> ([f64; K], [f64; K]) {
        let (row, t) = self.locate(middle);
        let scale = self.rows() as f64;
        let t = offsets.map(|offset| t + offset * scale);
        let (mut values, mut slopes) = ([0.0; K], [0.0; K]);
        for c in row.iter().rev() {
            for k in 0..K {
                slopes[k] = slopes[k] * t[k] + values[k];
                values[k] = values[k] * t[k] + c;
            }
        }
        (values, slopes.map(|slope| slope * scale))
    }

    /// The stretch from `middle - d/2` to `middle + d/2`, or `None` when it leaves the reach of one row.
    pub(super) fn stretch(&self, middle: f64, d: f64) -> Option<Stretch> {
        let scale = self.rows() as f64;
        let half = 0.5 * d * scale;
        if half.abs() > 0.5 {
            return None;
        }
        let (row, t) = self.locate(middle);
        let (u, v) = (t - half, t + half);
        let (mut at_u, mut at_v, mut between, mut slope_u, mut slope_v) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for c in row.iter().rev() {
            slope_u = slope_u * u + at_u;
            slope_v = slope_v * v + at_v;
            between = between * v + at_u;
            at_u = at_u * u + c;
            at_v = at_v * v + c;
        }
        Some(Stretch { increment: 2.0 * half * between, start: slope_u * scale, end: slope_v * scale })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(n: usize, u: impl Fn(f64) -> f64) -> Antiderivative {
        let mut table = Antiderivative::new(n).unwrap();
        let values: Vec<f64> = (0..n).map(|j| u(j as f64 / n as f64)).collect();
        table.tabulate(&values);
        table
    }

    #[test]
    fn values_and_derivatives_of_modes_are_exact_up_to_the_highest() {
        for (n, k) in [(16, 1), (16, 8), (15, 7), (64, 31), (64, 3)] {
            let omega = 2.0 * PI * k as f64;
            let table = table(n, |x| (omega * x).cos());
            for i in 0..1000 {
                let x = -1.3 + 0.00371 * i as f64;
                let (value, slope) = table.at(x);
                assert!((value - (omega * x).sin() / omega).abs() <= 1e-14 / omega * 10.0, "n {n}, mode {k}, x {x}");
                assert!((slope - (omega * x).cos()).abs() <= 2e-13, "n {n}, mode {k}, x {x}: {slope}");
                let (_, same, bend) = table.with_slope(x);
                assert!(same == slope && (bend + omega * (omega * x).sin()).abs() <= 4e-13 * n as f64, "{bend}");
            }
        }
    }

    #[test]
    fn increments_keep_their_relative_accuracy_however_short_the_stretch() {
        let omega = 2.0 * PI * 3.0;
        let table = table(64, |x| (omega * x).cos());
        for exponent in 3..200 {
            let d = 0.1_f64.powi(exponent);
            for i in 0..50 {
                let x = 0.0173 * i as f64;
                let stretch = table.stretch(x, d).unwrap();
                let exact = 2.0 * (omega * x).cos() * (0.5 * omega * d).sin() / omega;
                assert!((stretch.increment - exact).abs() <= 1e-14 * d, "{} against {exact}", stretch.increment);
                let (start, end) = ((omega * (x - 0.5 * d)).cos(), (omega * (x + 0.5 * d)).cos());
                assert!((stretch.start - start).abs() <= 1e-13 && (stretch.end - end).abs() <= 1e-13);
            }
        }
        assert!(table.stretch(0.1, 0.01).is_none());
    }

    #[test]
    fn a_zero_function_has_a_zero_table() {
        let table = table(8, |_| 3.0);
        assert_eq!(table.at(0.77), (0.0, 0.0));
        assert_eq!((table.tail(), table.largest(), table.bandwidth(0.0)), (0.0, 0.0, 0));
    }
}

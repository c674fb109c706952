//! Smooth functions whose means tell a cloud from a density: low Fourier modes, on the line powers of the coordinates, and
//! the functions through which a payoff sees the cloud.
//!
//! On a torus every function is a finite sum of waves, so that its mean over a cloud comes from the cloud's own Fourier sums
//!
//! ```text
//! s(k) = (1/N) sum_i exp(i k.(x_i - origin)),      mean of g = sum_k g_hat(k) s(k),
//! ```
//!
//! and its mean and covariances under the density from a quadrature that is exact for products of two functions and the
//! density: on more than four times the nodes that the highest wave has, with the density's higher modes dropped, which
//! are orthogonal to such products.
//!
//! On the line functions are evaluated at the points themselves ([`super::place_function`]), in the box or not, and their means
//! and covariances under the density are sums over its nodes: the density falls off to rounding at the ends of its box.
//!
//! Cost: `N` times the number of waves, a nanosecond or two each.

use super::place_function::{PlaceFunction, means_at_points, powers};
use crate::torus::{Density, Fourier, Grid, TorusError, next_fast_size, resample};
use crate::transport::Cloud;
use num_complex::Complex64;
use std::f64::consts::TAU;

/// Fourier modes with a wave vector of at most this length, in units of the lowest one of each axis.
pub const HIGHEST_MODE: i64 = 4;
/// Most waves of a cloud's Fourier sums, by dimension: as dear as the distance itself.
const MOST_WAVES: [usize; 2] = [4096, 4096];
/// Coefficients below this share of the largest one are rounding.
const SIGNIFICANT: f64 = 1e-12;
/// A function whose variance is below this share of its squared maximum is a constant.
const CONSTANT: f64 = 1e-20;

/// A function given by its values at the nodes of a grid.
#[derive(Debug, Clone, PartialEq)]
pub struct Function {
    /// What it is called in reports.
    pub name: String,
    /// Node values, of a function that the grid resolves.
    pub values: Vec<f64>,
}

/// A function with its mean under the density.
#[derive(Debug, Clone, PartialEq)]
pub struct Observable {
    /// `cos 1`, `sin (1, -2)`, or the name of the function.
    pub name: String,
    /// Mean under the density.
    pub mean: f64,
    /// Standard deviation of one point.
    pub deviation: f64,
}

/// The functions, with what is needed to evaluate their means.
#[derive(Debug, Clone)]
pub struct Observables {
    evaluation: Evaluation,
    list: Vec<Observable>,
    /// Correlations under the density, row-major.
    correlation: Vec<f64>,
    left_out: Vec<String>,
}

/// How means over a cloud come about.
#[derive(Debug, Clone)]
enum Evaluation {
    /// `waves`: its spectrum has one place for each wave. `series`: for each function the places of its waves, and its
    /// coefficients times their multiplicity.
    Waves { waves: Grid, series: Vec<Vec<(usize, Complex64)>> },
    /// At the points.
    Places(Vec<PlaceFunction>),
}

impl Observables {
    /// The modes up to [`HIGHEST_MODE`] and further functions on the grid of the density. Functions that are constant
    /// are dropped; those with too many waves are named by [`Observables::left_out`].
    ///
    /// # Errors
    /// [`TorusError`] when a grid cannot be made.
    ///
    /// # Panics
    /// When a function has another number of values than the density.
    pub fn new(density: &Density, functions: &[Function]) -> Result<Observables, TorusError> {
        let grid = density.grid();
        let low: Vec<Wave> = low_modes(grid.dimension());
        let mut left_out = Vec::new();
        let mut reach = vec![HIGHEST_MODE; grid.dimension()];
        let mut kept = Vec::new();
        for function in functions {
            let series = significant(grid, &function.values);
            let needed: Vec<i64> = (0..reach.len())
                .map(|axis| series.iter().map(|(modes, _)| modes[axis].abs()).fold(reach[axis], i64::max))
                .collect();
            if waves_of(&needed) > MOST_WAVES[grid.dimension() - 1] {
                left_out.push(function.name.clone());
            } else {
                reach = needed;
                kept.push((function, series));
            }
        }
        let waves = grid.with_points(&reach.iter().map(|m| 2 * *m as usize + 1).collect::<Vec<_>>())?;
        let points: Vec<usize> = reach.iter().map(|m| next_fast_size(4 * *m as usize + 1)).collect();
        let quadrature = grid.with_points(&points)?;
        let weights: Vec<f64> =
            values_on(grid, &quadrature, density.values()).iter().map(|v| v * quadrature.cell_volume()).collect();
        let rows = waves.rows();
        let mut series = Vec::new();
        let mut moments = WeightedMoments { weights, list: Vec::new(), tables: Vec::new() };
        for wave in &low {
            if moments.push(&wave.name(), &wave.values(&quadrature)) {
                series.push(placed(rows, &[wave.coefficient()]));
            }
        }
        for (function, own) in kept {
            if moments.push(&function.name, &values_on(grid, &quadrature, &function.values)) {
                series.push(placed(rows, &own));
            }
        }
        Ok(moments.observables(Evaluation::Waves { waves, series }, left_out))
    }

    /// Of a density in its box on the line or plane: powers of the coordinates, and further functions. Functions that are
    /// constant are dropped; those that are not finite at a node are named by [`Observables::left_out`].
    pub fn on_line(density: &Density, functions: &[PlaceFunction]) -> Observables {
        let nodes = density.grid().node_coordinates();
        let nodes: Vec<&[f64]> = nodes.iter().map(Vec::as_slice).collect();
        let weights = density.values().iter().map(|v| v * density.grid().cell_volume()).collect();
        let mut moments = WeightedMoments { weights, list: Vec::new(), tables: Vec::new() };
        let (mut kept, mut left_out) = (Vec::new(), Vec::new());
        for function in powers(density).iter().chain(functions) {
            let values = function.at(&nodes);
            if values.iter().any(|v| !v.is_finite()) {
                left_out.push(function.name().to_owned());
            } else if moments.push(function.name(), &values) {
                kept.push(function.clone());
            }
        }
        moments.observables(Evaluation::Places(kept), left_out)
    }

    /// The functions.
    pub fn list(&self) -> &[Observable] {
        &self.list
    }

    /// Correlations of the functions under the density, row-major.
    pub fn correlation(&self) -> &[f64] {
        &self.correlation
    }

    /// Names of functions that have too many waves, or are not finite everywhere.
    pub fn left_out(&self) -> &[String] {
        &self.left_out
    }

    /// Means of the functions over a cloud in the space of the density, by its weights.
    pub fn means(&self, cloud: &Cloud) -> Vec<f64> {
        match &self.evaluation {
            Evaluation::Waves { waves, series } => {
                let sums = fourier_sums(waves, cloud);
                series.iter().map(|series| series.iter().map(|(place, c)| (c * sums[*place]).re).sum()).collect()
            }
            Evaluation::Places(functions) => means_at_points(functions, cloud),
        }
    }
}

/// Functions with their means and deviations under a density.
struct WeightedMoments {
    /// Of the nodes, sum 1.
    weights: Vec<f64>,
    list: Vec<Observable>,
    /// Standardised values.
    tables: Vec<Vec<f64>>,
}

impl WeightedMoments {
    /// Adds a function unless it is constant; whether it was added.
    fn push(&mut self, name: &str, values: &[f64]) -> bool {
        let mean: f64 = values.iter().zip(&self.weights).map(|(v, w)| v * w).sum();
        let variance: f64 = values.iter().zip(&self.weights).map(|(v, w)| (v - mean) * (v - mean) * w).sum();
        let largest = values.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
        if variance <= CONSTANT * largest * largest {
            return false;
        }
        let deviation = variance.sqrt();
        self.list.push(Observable { name: name.to_owned(), mean, deviation });
        self.tables.push(values.iter().map(|v| (v - mean) / deviation).collect());
        true
    }

    fn observables(self, evaluation: Evaluation, left_out: Vec<String>) -> Observables {
        Observables { correlation: correlations(&self.tables, &self.weights), evaluation, list: self.list, left_out }
    }
}

/// Places of modes in a spectrum whose columns have this many rows.
fn placed(rows: usize, series: &[(Vec<i64>, Complex64)]) -> Vec<(usize, Complex64)> {
    let place = |modes: &[i64]| match *modes {
        [m] => m as usize,
        [first, last] => last as usize * rows + first.rem_euclid(rows as i64) as usize,
        _ => unreachable!("a grid has one or two axes"),
    };
    series.iter().map(|(modes, c)| (place(modes), *c)).collect()
}

/// `s(k)` for all waves.
fn fourier_sums(waves: &Grid, cloud: &Cloud) -> Vec<Complex64> {
    assert!(!cloud.is_on_line(), "a cloud on the line has no waves of a torus");
    let rows = waves.rows();
    let half = waves.half_len();
    let mut sums = vec![Complex64::ZERO; waves.spectrum_len()];
    let mut first = vec![Complex64::ONE; rows];
    let weights = cloud.weights().iter().map(|weight| if cloud.is_weighted() { *weight } else { 1.0 });
    for (point, weight) in cloud.positions().chunks_exact(cloud.dimension()).zip(weights) {
        if let [share, _] = *point {
            turns(share, &mut first[..=rows / 2]);
            for m in 1..=rows / 2 {
                first[rows - m] = first[m].conj();
            }
        }
        let turn = Complex64::cis(TAU * point[point.len() - 1]);
        let mut last = Complex64::from(weight);
        for column in sums.chunks_exact_mut(rows).take(half) {
            for (sum, e) in column.iter_mut().zip(&first) {
                *sum += e * last;
            }
            last *= turn;
        }
    }
    if !cloud.is_weighted() {
        sums.iter_mut().for_each(|sum| *sum /= cloud.len() as f64);
    }
    sums
}

/// `exp(2 pi i m share)` for `m = 0, 1, ..`.
fn turns(share: f64, out: &mut [Complex64]) {
    let turn = Complex64::cis(TAU * share);
    let mut power = Complex64::ONE;
    for e in out {
        *e = power;
        power *= turn;
    }
}

fn waves_of(reach: &[i64]) -> usize {
    reach.iter().map(|m| 2 * *m as usize + 1).product::<usize>() / 2 + 1
}

/// A cosine or a sine.
struct Wave {
    modes: Vec<i64>,
    is_sine: bool,
}

/// Modes of the half plane of which waves and their mirror images are one, shortest first.
fn low_modes(dimension: usize) -> Vec<Wave> {
    let range = -HIGHEST_MODE..=HIGHEST_MODE;
    let mut modes: Vec<Vec<i64>> = match dimension {
        1 => (1..=HIGHEST_MODE).map(|m| vec![m]).collect(),
        _ => range.flat_map(|a| (0..=HIGHEST_MODE).map(move |b| vec![a, b])).collect(),
    };
    let square = |m: &Vec<i64>| m.iter().map(|m| m * m).sum::<i64>();
    modes.retain(|m| square(m) <= HIGHEST_MODE * HIGHEST_MODE && (m[m.len() - 1] > 0 || m[0] > 0));
    modes.sort_by_key(|m| (square(m), m.clone()));
    modes.into_iter().flat_map(|modes| [false, true].map(|is_sine| Wave { modes: modes.clone(), is_sine })).collect()
}

impl Wave {
    fn name(&self) -> String {
        let modes = self.modes.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
        let modes = if self.modes.len() == 1 { modes } else { format!("({modes})") };
        format!("{} {modes}", if self.is_sine { "sin" } else { "cos" })
    }

    /// `cos t = Re e^(i t)`, `sin t = Re -i e^(i t)`.
    fn coefficient(&self) -> (Vec<i64>, Complex64) {
        (self.modes.clone(), if self.is_sine { -Complex64::I } else { Complex64::ONE })
    }

    fn values(&self, grid: &Grid) -> Vec<f64> {
        let value = |position: usize| {
            let node = grid.node(position);
            let turns = |axis: usize| self.modes[axis] as f64 * node[axis] as f64 / grid.axis(axis).points as f64;
            let angle = TAU * (0..node.len()).map(turns).sum::<f64>();
            if self.is_sine { angle.sin() } else { angle.cos() }
        };
        (0..grid.len()).map(value).collect()
    }
}

fn spectrum(grid: &Grid, values: &[f64]) -> Vec<Complex64> {
    assert_eq!(values.len(), grid.len(), "one value for each node");
    let fourier = Fourier::new(grid);
    let mut spectrum = fourier.zero_spectrum();
    fourier.forward(values, &mut spectrum, &mut fourier.scratch());
    spectrum
}

/// Modes of a function with its coefficients, times their multiplicity, where they are more than rounding.
fn significant(grid: &Grid, values: &[f64]) -> Vec<(Vec<i64>, Complex64)> {
    let spectrum = spectrum(grid, values);
    let largest = spectrum.iter().map(|c| c.norm()).fold(0.0, f64::max);
    (0..spectrum.len())
        .filter(|position| spectrum[*position].norm() > SIGNIFICANT * largest && !grid.is_nyquist(*position))
        .map(|position| (grid.modes(position), spectrum[position] * grid.multiplicity(position)))
        .collect()
}

/// Values on another grid; modes that it does not have are dropped.
fn values_on(from: &Grid, to: &Grid, values: &[f64]) -> Vec<f64> {
    let fourier = Fourier::new(to);
    let mut out = vec![0.0; to.len()];
    fourier.inverse(&resample(from, to, &spectrum(from, values)), &mut out, &mut fourier.scratch());
    out
}

fn correlations(tables: &[Vec<f64>], weights: &[f64]) -> Vec<f64> {
    let count = tables.len();
    let mut matrix = vec![1.0; count * count];
    for i in 0..count {
        let weighted: Vec<f64> = tables[i].iter().zip(weights).map(|(t, w)| t * w).collect();
        for j in 0..i {
            let c = weighted.iter().zip(&tables[j]).map(|(a, b)| a * b).sum();
            matrix[i * count + j] = c;
            matrix[j * count + i] = c;
        }
    }
    matrix
}

#[cfg(test)]
mod tests {
    use super::*;

    fn circle(kappa: f64) -> Density {
        let grid = Grid::new(&[64], &[2.0], &[-0.5]).unwrap();
        let values = (0..64).map(|j| (kappa * (TAU * j as f64 / 64.0).cos()).exp()).collect();
        Density::normalised(&grid, values).unwrap()
    }

    #[test]
    fn means_and_deviations_are_those_of_bessel_functions() {
        // I1/I0 and I2/I0 at 2; the variance of cos 1 is (1 + I2/I0)/2 - (I1/I0)^2.
        let (first, second) = (0.697_774_657_964_008, 0.302_225_342_035_992);
        let observables = Observables::new(&circle(2.0), &[]).unwrap();
        let names: Vec<&str> = observables.list().iter().map(|o| o.name.as_str()).collect();
        assert_eq!(names, ["cos 1", "sin 1", "cos 2", "sin 2", "cos 3", "sin 3", "cos 4", "sin 4"]);
        let [cos, sin] = [&observables.list()[0], &observables.list()[1]];
        assert!((cos.mean - first).abs() <= 1e-15 && sin.mean.abs() <= 1e-15);
        assert!((cos.deviation.powi(2) - (0.5 * (1.0 + second) - first * first)).abs() <= 1e-15);
        assert!((sin.deviation.powi(2) - 0.5 * (1.0 - second)).abs() <= 1e-15);
        assert!(observables.correlation()[1].abs() <= 1e-15, "cos 1 and sin 1 are uncorrelated");
    }

    #[test]
    fn means_over_a_cloud_are_the_plain_sums() {
        let density = Density::uniform(&Grid::new(&[16, 20], &[1.0, 3.0], &[0.25, -1.0]).unwrap());
        let grid = density.grid();
        let wave = |x: f64, y: f64| {
            (TAU * (2.0 * (x - 0.25) - 5.0 * (y + 1.0) / 3.0)).sin() + 0.25 * (TAU * 6.0 * (y + 1.0) / 3.0).cos()
        };
        let values = (0..grid.len()).map(|position| {
            let node = grid.node(position);
            wave(0.25 + node[0] as f64 / 16.0, -1.0 + 3.0 * node[1] as f64 / 20.0)
        });
        let functions = [
            Function { name: "wave".to_owned(), values: values.collect() },
            Function { name: "constant".to_owned(), values: vec![2.0; grid.len()] },
        ];
        let observables = Observables::new(&density, &functions).unwrap();
        assert_eq!(observables.list().len(), 48 + 1, "lattice points of the half disc of radius 4, and one function");
        let points: Vec<f64> = (0..34).map(|i| 0.37 * (i * i) as f64 - 2.0).collect();
        let cloud = Cloud::new(&points, None, &grid.periods(), &grid.origins()).unwrap();
        let means = observables.means(&cloud);
        let plain = |f: &dyn Fn(f64, f64) -> f64| points.chunks_exact(2).map(|p| f(p[0], p[1])).sum::<f64>() / 17.0;
        assert!((means[48] - plain(&wave)).abs() <= 1e-12, "{}", means[48] - plain(&wave));
        let named = |name: &str| observables.list().iter().position(|o| o.name == name).unwrap();
        let mixed = plain(&|x, y| (TAU * (-3.0 * (x - 0.25) + (y + 1.0) / 3.0)).sin());
        assert!((means[named("sin (-3, 1)")] - mixed).abs() <= 1e-12);
        let across = plain(&|x, _| (TAU * 4.0 * (x - 0.25)).cos());
        assert!((means[named("cos (4, 0)")] - across).abs() <= 1e-12);
    }

    #[test]
    fn a_function_with_too_many_waves_is_named() {
        let grid = Grid::new(&[256, 256], &[1.0, 1.0], &[0.0, 0.0]).unwrap();
        let values = (0..grid.len())
            .map(|position| (TAU * 90.0 * (grid.node(position)[0] + grid.node(position)[1]) as f64 / 256.0).cos());
        let function = Function { name: "fine".to_owned(), values: values.collect() };
        let observables = Observables::new(&Density::uniform(&grid), &[function]).unwrap();
        assert_eq!((observables.left_out(), observables.list().len()), (&["fine".to_owned()][..], 48));
    }
}

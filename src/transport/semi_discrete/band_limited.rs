//! The trigonometric interpolant of a density, integrated along segments.
//!
//! The fields of [`super::field`] are spectral antiderivatives, tabulated on a grid a few times finer. Between its nodes
//! they are interpolated by polynomials of degree 7 per axis; along a segment Gauss rules are used, on pieces no longer
//! than the spacing of the density's own grid. Both errors are bounded mode by mode when the table is made:
//!
//! ```text
//! |error of P| <= sum_k |P_hat(k)| (stencil(k) + rule(k)),   stencil(k) = |(k_1 h_1)^8 + (k_2 h_2)^8| c_8,
//! ```
//!
//! and the grid is made finer until the bound is below [`WANTED`], or the table is as large as is allowed.
//!
//! Cost: four transforms of the fine grid; a point of a rule takes 256 multiplications.

use super::along::{Along, FieldError};
use super::gauss_legendre::Rule;
use crate::registers::on_widest_registers;
use crate::torus::{Density, Fourier, Grid, next_fast_size, resample};
use crate::transport::{Method, TransportError};
use num_complex::Complex64;

/// Nodes of the stencil per axis.
const WIDTH: usize = 8;
/// `max over the middle interval of |prod (x - i)| / 8!`, and a factor for the Lebesgue constant across the axes.
const STENCIL: f64 = 2.0 * (0.5 * 1.5 * 2.5 * 3.5) * (0.5 * 1.5 * 2.5 * 3.5) / 40320.0;
/// Error of the fields that is as good as none: in squared length on a torus of area 1.
const WANTED: f64 = 1e-13;
/// Most nodes of the fine grid: three tables of 32 MiB.
pub(super) const MOST_NODES: usize = 1 << 22;
/// Nodes of the Gauss rules, and the longest piece each is used for in units of the density's spacing.
const RULES: [(usize, f64); 3] = [(3, 1.0 / 16.0), (4, 0.25), (7, 1.0)];
/// Deeper dips below zero than this share of the maximum say that the grid does not resolve the density.
const DEEPEST_DIP: f64 = 1e-7;

/// Tables of one density.
#[derive(Debug, Clone)]
pub(super) struct BandLimited {
    shape: [usize; 2],
    /// Nodes of the fine grid per length.
    density_of_nodes: [f64; 2],
    row: usize,
    /// `P` and `rho - 1` at the fine nodes, continued by a stencil's width.
    fields: Vec<[f64; 2]>,
    /// `S`, likewise.
    s: Vec<f64>,
    b: Vec<f64>,
    c: Vec<f64>,
    rules: Vec<(f64, Rule)>,
    /// Spacing of the density's own grid.
    piece: f64,
    error: FieldError,
    /// `int max(-rho, 0)` over the torus.
    pub negative_mass: f64,
}

impl BandLimited {
    /// Tabulates a density on a torus of area 1 with these period lengths.
    ///
    /// # Errors
    /// [`TransportError::Unresolved`] when the interpolant dips below zero by more than 1e-7 of its maximum,
    /// [`TransportError::TooManyPoints`] when the density has too many nodes for a finer grid.
    pub fn new(density: &Density, lengths: [f64; 2]) -> Result<BandLimited, TransportError> {
        let own = density.grid();
        let maximum = super::SemiDiscrete::MAXIMUM_NODES;
        if own.len() > maximum {
            return Err(TransportError::TooManyPoints { method: Method::SemiDiscrete, points: own.len(), maximum });
        }
        let grid = own.with_points(&own.shape()).and_then(|g| Grid::new(&g.shape(), &lengths, &[0.0, 0.0]))?;
        let fourier = Fourier::new(&grid);
        let values: Vec<f64> = density.values().iter().map(|v| v * own.volume()).collect();
        let mut spectrum = fourier.zero_spectrum();
        fourier.forward(&values, &mut spectrum, &mut fourier.scratch());
        let rules: Vec<(f64, Rule)> = RULES.iter().map(|&(q, reach)| (reach, Rule::new(q))).collect();
        let piece = grid.axis(0).spacing().min(grid.axis(1).spacing());
        let (fine, error) = fine_grid(&grid, &spectrum, &rules, piece)?;
        let field = BandLimited::tabulate(&fine, resample(&grid, &fine, &spectrum), rules, piece, error);
        field.refuse_dips()
    }

    fn tabulate(
        fine: &Grid,
        spectrum: Vec<Complex64>,
        rules: Vec<(f64, Rule)>,
        piece: f64,
        error: FieldError,
    ) -> BandLimited {
        let fourier = Fourier::new(fine);
        let mut scratch = fourier.scratch();
        let mut table = |symbol: &dyn Fn(f64, f64) -> Complex64| {
            let k = [fine.axis(0).odd_wavenumbers(), fine.axis(1).odd_wavenumbers()];
            let rows = fine.rows();
            let product: Vec<Complex64> = spectrum
                .iter()
                .enumerate()
                .map(|(position, c)| c * symbol(k[0][position % rows], k[1][position / rows].abs()))
                .collect();
            let mut values = vec![0.0; fine.len()];
            fourier.inverse(&product, &mut values, &mut scratch);
            values
        };
        let one = Complex64::ONE;
        let inverse = |k: f64| if k == 0.0 { Complex64::ZERO } else { Complex64::new(0.0, -1.0 / k) };
        let only = |here: bool| if here { one } else { Complex64::ZERO };
        let p = table(&|k1, _| inverse(k1));
        let rho = table(&|k1, k2| only(k1 != 0.0 || k2 != 0.0));
        let b = table(&|k1, _| inverse(k1) * inverse(k1));
        let s = table(&|k1, k2| only(k1 == 0.0) * inverse(k2));
        let c = table(&|k1, k2| only(k1 == 0.0) * inverse(k2) * inverse(k2));
        let shape = [fine.axis(0).points, fine.axis(1).points];
        let row = shape[1] + WIDTH;
        let padded = |i: usize, j: usize| (i % shape[0]) * shape[1] + j % shape[1];
        let nodes = || (0..shape[0] + WIDTH).flat_map(|i| (0..row).map(move |j| (i, j)));
        let cell = fine.cell_volume();
        BandLimited {
            shape,
            density_of_nodes: [1.0 / fine.axis(0).spacing(), 1.0 / fine.axis(1).spacing()],
            row,
            fields: nodes().map(|(i, j)| [p[padded(i, j)], rho[padded(i, j)]]).collect(),
            b: nodes().map(|(i, j)| b[padded(i, j)]).collect(),
            s: (0..row).map(|j| s[padded(0, j)]).collect(),
            c: (0..row).map(|j| c[padded(0, j)]).collect(),
            rules,
            piece,
            error,
            negative_mass: rho.iter().map(|r| (-1.0 - r).max(0.0)).sum::<f64>() * cell,
        }
    }

    fn refuse_dips(self) -> Result<BandLimited, TransportError> {
        let rho = || self.fields.iter().map(|f| f[1] + 1.0);
        let (least, largest) = rho().fold((f64::INFINITY, 0.0_f64), |(l, m), r| (l.min(r), m.max(r)));
        if least < -DEEPEST_DIP * largest {
            let dip = -least / largest;
            return Err(TransportError::Unresolved { method: Method::SemiDiscrete, dip, allowed: DEEPEST_DIP });
        }
        Ok(self)
    }

    /// As [`super::field::Field::along`].
    pub fn along(&self, p: [f64; 2], q: [f64; 2]) -> Along {
        let field = self;
        on_widest_registers!(along_kernel(field: &BandLimited, p: [f64; 2], q: [f64; 2]) -> Along)
    }

    /// As [`super::field::Field::flux_moment`].
    pub fn flux_moment(&self, p: [f64; 2], q: [f64; 2]) -> f64 {
        let step = [q[0] - p[0], q[1] - p[1]];
        let square = step[0] * step[0] + step[1] * step[1];
        let mut sum = 0.0;
        for (x, weight) in self.points(p, q) {
            let (i, wx) = self.stencil(0, x[0]);
            let (j, wy) = self.stencil(1, x[1]);
            let [potential, _] = contract_pairs(&self.fields[i * self.row + j..], self.row, &wx, &wy);
            let mean = dot(&self.s[j..], &wy);
            let t = ((x[0] - p[0]) * step[0] + (x[1] - p[1]) * step[1]) / square;
            sum += weight * t * (potential * step[1] - mean * step[0]);
        }
        sum
    }

    /// As [`super::field::Field::potentials`].
    pub fn potentials(&self, p: [f64; 2], q: [f64; 2]) -> [f64; 2] {
        let field = self;
        on_widest_registers!(potentials_kernel(field: &BandLimited, p: [f64; 2], q: [f64; 2]) -> [f64; 2])
    }

    /// As [`super::field::Field::error`].
    pub fn error(&self) -> FieldError {
        self.error
    }

    /// The points of the quadrature on a segment with their weights, of sum 1.
    #[inline(always)]
    fn points(&self, p: [f64; 2], q: [f64; 2]) -> Points<'_> {
        let step = [q[0] - p[0], q[1] - p[1]];
        let length = (step[0] * step[0] + step[1] * step[1]).sqrt() / self.piece;
        let pieces = length.ceil().max(1.0);
        let share = 1.0 / pieces;
        let mut rule = &self.rules[self.rules.len() - 1];
        for shorter in self.rules.iter().rev() {
            if length * share <= shorter.0 {
                rule = shorter;
            }
        }
        Points { start: p, step, share, pieces: pieces as usize, piece: 0, point: 0, rule: &rule.1.points }
    }

    /// First node of the stencil along an axis and the Lagrange weights.
    #[inline(always)]
    fn stencil(&self, axis: usize, x: f64) -> (usize, [f64; WIDTH]) {
        let place = x * self.density_of_nodes[axis];
        let floor = place.floor();
        let (first, nodes) = (floor as i64 - (WIDTH as i64 / 2 - 1), self.shape[axis] as i64);
        let first = if (0..nodes).contains(&first) { first } else { first.rem_euclid(nodes) };
        (first as usize, lagrange(place - floor + (WIDTH / 2 - 1) as f64))
    }
}

/// Goes through the points of a rule on each piece of a segment.
struct Points<'a> {
    start: [f64; 2],
    step: [f64; 2],
    share: f64,
    pieces: usize,
    piece: usize,
    point: usize,
    rule: &'a [(f64, f64)],
}

impl Iterator for Points<'_> {
    type Item = ([f64; 2], f64);

    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        if self.point == self.rule.len() {
            (self.point, self.piece) = (0, self.piece + 1);
        }
        if self.piece == self.pieces {
            return None;
        }
        let (x, weight) = self.rule[self.point];
        self.point += 1;
        let t = (self.piece as f64 + x) * self.share;
        Some(([self.start[0] + t * self.step[0], self.start[1] + t * self.step[1]], weight * self.share))
    }
}

#[inline(always)]
fn dot(values: &[f64], weights: &[f64; WIDTH]) -> f64 {
    let mut sum = 0.0;
    for (value, weight) in values[..WIDTH].iter().zip(weights) {
        sum += value * weight;
    }
    sum
}

#[inline(always)]
fn along_kernel(field: &BandLimited, p: [f64; 2], q: [f64; 2]) -> Along {
    let step = [q[0] - p[0], q[1] - p[1]];
    let mut sum = Along::default();
    for (x, weight) in field.points(p, q) {
        let (i, wx) = field.stencil(0, x[0]);
        let (j, wy) = field.stencil(1, x[1]);
        let [flow, excess] = contract_pairs(&field.fields[i * field.row + j..], field.row, &wx, &wy);
        let s = dot(&field.s[j..], &wy);
        sum.flux += weight * (flow * step[1] - s * step[0]);
        sum.excess += weight * excess;
    }
    sum
}

#[inline(always)]
fn potentials_kernel(field: &BandLimited, p: [f64; 2], q: [f64; 2]) -> [f64; 2] {
    let length = (q[0] - p[0]).hypot(q[1] - p[1]);
    let mut sum = [0.0; 2];
    for (x, weight) in field.points(p, q) {
        let (i, wx) = field.stencil(0, x[0]);
        let (j, wy) = field.stencil(1, x[1]);
        sum[0] += weight * contract(&field.b[i * field.row + j..], field.row, &wx, &wy);
        sum[1] += weight * dot(&field.c[j..], &wy);
    }
    sum.map(|s| s * length)
}

/// `sum_ab wx_a wy_b value_(a row + b)`.
#[inline(always)]
fn contract(values: &[f64], row: usize, wx: &[f64; WIDTH], wy: &[f64; WIDTH]) -> f64 {
    let mut columns = [0.0; WIDTH];
    for (line, w) in values.chunks(row).zip(wx) {
        for (column, value) in columns.iter_mut().zip(&line[..WIDTH]) {
            *column += w * value;
        }
    }
    dot(&columns, wy)
}

/// The same of two fields at once.
#[inline(always)]
fn contract_pairs(values: &[[f64; 2]], row: usize, wx: &[f64; WIDTH], wy: &[f64; WIDTH]) -> [f64; 2] {
    let mut columns = [[0.0; 2]; WIDTH];
    for (line, w) in values.chunks(row).zip(wx) {
        for (column, value) in columns.iter_mut().zip(&line[..WIDTH]) {
            column[0] += w * value[0];
            column[1] += w * value[1];
        }
    }
    let mut sums = [0.0; 2];
    for (column, w) in columns.iter().zip(wy) {
        sums[0] += w * column[0];
        sums[1] += w * column[1];
    }
    sums
}

/// Weights of the polynomial through the nodes `0..8` at `x`.
#[inline(always)]
fn lagrange(x: f64) -> [f64; WIDTH] {
    const SCALE: [f64; WIDTH] =
        [-1.0 / 5040.0, 1.0 / 720.0, -1.0 / 240.0, 1.0 / 144.0, -1.0 / 144.0, 1.0 / 240.0, -1.0 / 720.0, 1.0 / 5040.0];
    let mut weights = SCALE;
    let (mut below, mut above) = (1.0, 1.0);
    for j in 0..WIDTH {
        weights[j] *= below;
        below *= x - j as f64;
        weights[WIDTH - 1 - j] *= above;
        above *= x - (WIDTH - 1 - j) as f64;
    }
    weights
}

/// The coarsest fine grid whose bound is good enough, and the bounds.
fn fine_grid(
    grid: &Grid,
    spectrum: &[Complex64],
    rules: &[(f64, Rule)],
    piece: f64,
) -> Result<(Grid, FieldError), TransportError> {
    let mut factor = 2;
    loop {
        let finer = |factor: usize| {
            grid.shape().iter().map(|n| next_fast_size((n * factor).max(2 * WIDTH))).collect::<Vec<_>>()
        };
        let fine = grid.with_points(&finer(factor))?;
        let error = error_bounds(grid, spectrum, &fine, rules, piece);
        let larger: usize = finer(2 * factor).iter().product();
        if error.flux.max(error.potential) <= WANTED || larger > MOST_NODES {
            return Ok((fine, error));
        }
        factor *= 2;
    }
}

/// Sums over the modes, see the head of this file.
fn error_bounds(grid: &Grid, spectrum: &[Complex64], fine: &Grid, rules: &[(f64, Rule)], piece: f64) -> FieldError {
    let h = [fine.axis(0).spacing(), fine.axis(1).spacing()];
    let mut error = FieldError::default();
    for (position, c) in spectrum.iter().enumerate().skip(1) {
        let modes = grid.modes(position);
        let k = [0, 1].map(|i| (grid.axis(i).unit_wavenumber() * modes[i] as f64).abs());
        let stencil = STENCIL * ((k[0] * h[0]).powi(8) + (k[1] * h[1]).powi(8));
        let norm = k[0].hypot(k[1]);
        let rule = rules.iter().map(|(reach, rule)| rule.error_on_wave(norm * piece * reach)).fold(0.0, f64::max);
        // The rule is applied to the interpolant: its kinks cost the stencil's error once more.
        let size = grid.multiplicity(position) * c.norm() * (2.0 * stencil.min(2.0) + rule);
        let divisor = if k[0] > 0.0 { k[0] } else { k[1] };
        error.flux += size / divisor;
        error.potential += size / (divisor * divisor);
    }
    error
}

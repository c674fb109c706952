//! The drift `div(mu grad V[nu])` of a payoff of few waves, without transforms: a convolution of few terms.
//!
//! The potential is `V = sum_m c_m exp(i k_m.x)` over a handful of waves and their conjugates, so
//!
//! ```text
//! (div(mu grad V))_hat(k) = -sum_m k.k_m ( c_m mu_hat(k - m) - conj(c_m) mu_hat(k + m) ),
//! ```
//!
//! indices taken modulo the grid, because the product at the nodes (`nodal_drift.rs`) is aliased in the same way: both
//! are the same scheme, up to rounding. Moments of the opponent are a handful of his coefficients. The density is copied
//! once with a halo as wide as the highest wave, real and imaginary parts apart, so that every term is a shift; a
//! column is worked on in blocks that stay in the first-level cache.
//!
//! Cost per evaluation: about 16 operations for each wave and stored coefficient. [`HarmonicDrift::most_waves`] compares
//! this with the transforms.

use super::pair::PairLayout;
use crate::game::payoff::{Coupling, Harmonics};
use crate::game::{Payoff, Player};
use crate::registers::on_widest_registers;
use crate::torus::Grid;
use num_complex::Complex64;

/// Coefficients of a column summed up together: with what they are made of they stay in the first-level cache.
const BLOCK: usize = 256;

/// Fourier coefficients with a halo, real and imaginary parts apart.
#[derive(Debug, Clone, PartialEq)]
struct Halo {
    re: Vec<f64>,
    im: Vec<f64>,
}

/// One wave of a potential.
#[derive(Debug, Clone, Copy)]
struct Wave {
    /// Where `u_hat(k - m)` and `u_hat(k + m)` of the first `k` stand in the halo.
    behind: usize,
    ahead: usize,
    /// Wavenumber along the columns and across them.
    along: f64,
    across: f64,
}

/// One player's half.
#[derive(Debug)]
struct Side {
    harmonics: Harmonics,
    waves: Vec<Wave>,
    /// Stored columns, coefficients in each, and points of the grid across; one column in one dimension.
    columns: usize,
    len: usize,
    /// Points of the grid along a column and across; 1 across in one dimension.
    points: [usize; 2],
    /// Widths of the halo along a column and across.
    reach: [usize; 2],
    stride: usize,
    /// `-k` of the descending player, `+eta k` of the ascending one, Nyquist modes 0: along a column and across.
    along: Vec<f64>,
    across: Vec<f64>,
    moments: Vec<f64>,
    weights: Vec<f64>,
    /// Real and imaginary parts of a block of results.
    sums: Vec<f64>,
}

/// A state's coefficients with halos, and those of the potentials it makes.
#[derive(Debug, Clone, PartialEq)]
pub struct HarmonicFields {
    halos: [Halo; 2],
    potentials: [Vec<Complex64>; 2],
}

/// The drift of both players.
#[derive(Debug)]
pub struct HarmonicDrift {
    coupling: Coupling,
    sides: [Side; 2],
    fields: HarmonicFields,
}

impl HarmonicDrift {
    /// Of a flow in which `y` moves `timescale` times as fast; `None` when a player's functions have more than `most`
    /// waves for his grid.
    pub fn new(payoff: &Payoff, timescale: f64, most: impl Fn(&Grid) -> usize) -> Option<HarmonicDrift> {
        let side = |player: Player, sign: f64| -> Option<Side> {
            let grid = payoff.grid(player);
            Some(Side::new(grid, payoff.harmonics(player, most(grid))?, sign))
        };
        let sides = [side(Player::X, -1.0)?, side(Player::Y, timescale)?];
        let fields = HarmonicFields {
            halos: sides.each_ref().map(Side::new_halo),
            potentials: sides.each_ref().map(|s| vec![Complex64::ZERO; s.waves.len()]),
        };
        Some(HarmonicDrift { coupling: payoff.coupling().clone(), sides, fields })
    }

    /// Up to how many waves the convolution is faster than the transforms of this grid.
    ///
    /// A wave costs 0.35 ns for each node, a real transform about `0.17 log2 N`, and there are `1 + d` of them.
    pub fn most_waves(grid: &Grid) -> usize {
        let transforms = (1 + grid.dimension()) as f64 * 0.5 * (grid.len() as f64).log2();
        transforms as usize
    }

    /// `N(u)`; both players at the same time where `parallel` says so.
    pub fn evaluate(&mut self, layout: &PairLayout, u: &[Complex64], out: &mut [Complex64], parallel: bool) {
        self.evaluate_under(layout, u, u, out, parallel);
    }

    /// The drift of `u` under the forces of `acting`.
    pub fn evaluate_under(
        &mut self,
        layout: &PairLayout,
        acting: &[Complex64],
        u: &[Complex64],
        out: &mut [Complex64],
        parallel: bool,
    ) {
        self.observe(layout, acting);
        let HarmonicDrift { sides, fields, .. } = self;
        let (out_x, out_y) = layout.parts_mut(out);
        let ([x, y], [halo_x, halo_y], [v_x, v_y]) = (sides, &mut fields.halos, &fields.potentials);
        let half =
            |side: &mut Side, part: &[Complex64], halo: &mut Halo, potential: &[Complex64], out: &mut [Complex64]| {
                side.extend(part, halo);
                side.drift(&[(potential, halo)], out);
            };
        let mut of_x = || half(x, layout.part(Player::X, u), halo_x, v_x, out_x);
        let mut of_y = || half(y, layout.part(Player::Y, u), halo_y, v_y, out_y);
        if parallel {
            rayon::join(of_x, of_y);
        } else {
            of_x();
            of_y();
        }
    }

    /// What [`HarmonicDrift::derivative`] at this state needs.
    pub fn fields(&mut self, layout: &PairLayout, state: &[Complex64]) -> HarmonicFields {
        self.observe(layout, state);
        let HarmonicDrift { sides, fields, .. } = self;
        for player in Player::BOTH {
            sides[player.index()].extend(layout.part(player, state), &mut fields.halos[player.index()]);
        }
        fields.clone()
    }

    /// `N'(u) w` at the state of `at`.
    pub fn derivative(
        &mut self,
        layout: &PairLayout,
        at: &HarmonicFields,
        direction: &[Complex64],
        out: &mut [Complex64],
    ) {
        self.observe(layout, direction);
        let (out_x, out_y) = layout.parts_mut(out);
        for (player, out) in Player::BOTH.into_iter().zip([out_x, out_y]) {
            let p = player.index();
            let HarmonicDrift { sides, fields: HarmonicFields { halos, potentials }, .. } = self;
            sides[p].extend(layout.part(player, direction), &mut halos[p]);
            sides[p].drift(&[(&at.potentials[p], &halos[p]), (&potentials[p], &at.halos[p])], out);
        }
    }

    /// The coefficients of both potentials.
    fn observe(&mut self, layout: &PairLayout, u: &[Complex64]) {
        let HarmonicDrift { coupling, sides, fields } = self;
        let masses = Player::BOTH.map(|player| {
            let Side { harmonics, moments, .. } = &mut sides[player.index()];
            harmonics.moments(layout.part(player, u), moments)
        });
        let [x, y] = sides;
        coupling.apply(&y.moments, &mut x.weights);
        coupling.apply_transposed(&x.moments, &mut y.weights);
        x.harmonics.combination(masses[1], &x.weights, &mut fields.potentials[0]);
        y.harmonics.combination(masses[0], &y.weights, &mut fields.potentials[1]);
    }
}

impl Side {
    fn new(grid: &Grid, harmonics: Harmonics, sign: f64) -> Side {
        let along_axis = grid.axis(0);
        let (columns, len, points, across) = match grid.axes() {
            [axis] => (1, grid.spectrum_len(), [axis.points, 1], vec![0.0]),
            [first, last] => {
                let across = last.odd_wavenumbers().into_iter().map(|k| sign * k);
                (grid.half_len(), first.points, [first.points, last.points], across.take(grid.half_len()).collect())
            }
            _ => unreachable!("a grid has one or two axes"),
        };
        let step = |wave: &[i64]| [wave[0], wave.get(1).copied().unwrap_or(0)];
        let reach = [0, 1].map(|axis| {
            let steps = harmonics.waves().iter().map(|wave| step(wave)[axis].unsigned_abs() as usize);
            steps.max().unwrap_or(0)
        });
        let stride = len + 2 * reach[0];
        let unit: Vec<f64> = grid.axes().iter().map(|axis| axis.unit_wavenumber()).collect();
        let waves = harmonics.waves().iter().map(|wave| {
            let [m, across] = step(wave);
            let place = |sign: i64| {
                let (column, row) = (reach[1] as i64 + sign * across, reach[0] as i64 + sign * m);
                (column * stride as i64 + row) as usize
            };
            Wave {
                behind: place(-1),
                ahead: place(1),
                along: unit[0] * m as f64,
                across: unit.get(1).map_or(0.0, |unit| unit * across as f64),
            }
        });
        let waves = waves.collect();
        let along = along_axis.odd_wavenumbers().into_iter().take(len).map(|k| sign * k).collect();
        let count = harmonics.count();
        Side {
            harmonics,
            waves,
            columns,
            len,
            points,
            reach,
            stride,
            along,
            across,
            moments: vec![0.0; count],
            weights: vec![0.0; count],
            sums: vec![0.0; 2 * BLOCK],
        }
    }

    fn new_halo(&self) -> Halo {
        let len = (self.columns + 2 * self.reach[1]) * self.stride;
        Halo { re: vec![0.0; len], im: vec![0.0; len] }
    }

    /// Copies the coefficients and continues them beyond the stored ones on all sides.
    fn extend(&self, part: &[Complex64], halo: &mut Halo) {
        let [wide, high] = self.reach;
        let columns = halo.re.chunks_exact_mut(self.stride).zip(halo.im.chunks_exact_mut(self.stride));
        for (c, (re, im)) in columns.enumerate() {
            if self.points[1] == 1 {
                self.extend_half_axis(part, re, im);
                continue;
            }
            let (inner_re, inner_im) = (&mut re[wide..][..self.len], &mut im[wide..][..self.len]);
            if c >= high && c < high + self.columns {
                let column = &part[(c - high) * self.len..][..self.len];
                for ((re, im), u) in inner_re.iter_mut().zip(inner_im).zip(column) {
                    (*re, *im) = (u.re, u.im);
                }
            } else {
                // u_hat(k1, k2) = conj(u_hat(-k1, -k2))
                let mirror = if c < high { high - c } else { self.points[1] + high - c };
                let column = &part[mirror * self.len..][..self.len];
                let opposite = column[..1].iter().chain(column[1..].iter().rev());
                for ((re, im), u) in inner_re.iter_mut().zip(inner_im).zip(opposite) {
                    (*re, *im) = (u.re, -u.im);
                }
            }
            for list in [re, im] {
                list.copy_within(self.len..self.len + wide, 0);
                list.copy_within(wide..2 * wide, self.len + wide);
            }
        }
    }

    /// One dimension: `u_hat(-k) = conj(u_hat(k))`, and `n - k` is `-k`.
    fn extend_half_axis(&self, part: &[Complex64], re: &mut [f64], im: &mut [f64]) {
        let (wide, n) = (self.reach[0], self.points[0]);
        for (j, (re, im)) in re.iter_mut().zip(im).enumerate() {
            let (u, sign) = match j {
                j if j < wide => (part[wide - j], -1.0),
                j if j < wide + self.len => (part[j - wide], 1.0),
                j => (part[n + wide - j], -1.0),
            };
            (*re, *im) = (u.re, sign * u.im);
        }
    }

    /// `div(u grad V)` with the sign and timescale of the player, summed over `terms` `(V, u)`.
    fn drift(&mut self, terms: &[(&[Complex64], &Halo)], out: &mut [Complex64]) {
        let Side { waves, along, across, sums, stride, len, .. } = self;
        for (c, (out, &across)) in out.chunks_exact_mut(*len).zip(&*across).enumerate() {
            write_column(waves, terms, c * *stride, (along, across), sums, out);
        }
    }
}

/// Writes `sum_m k.k_m q_m(k)`, `q_m(k) = c_m u(k - m) - conj(c_m) u(k + m)`, of one column, summed over the `terms`
/// `(c, u)`; `k` carries its sign, and `u` begins at the column's place.
fn write_column(
    waves: &[Wave],
    terms: &[(&[Complex64], &Halo)],
    start: usize,
    k: (&[f64], f64),
    sums: &mut [f64],
    out: &mut [Complex64],
) {
    on_widest_registers!(column_kernel(
        waves: &[Wave],
        terms: &[(&[Complex64], &Halo)],
        start: usize,
        k: (&[f64], f64),
        sums: &mut [f64],
        out: &mut [Complex64]
    ));
}

#[inline(always)]
fn column_kernel(
    waves: &[Wave],
    terms: &[(&[Complex64], &Halo)],
    start: usize,
    (along, across): (&[f64], f64),
    sums: &mut [f64],
    out: &mut [Complex64],
) {
    let (sum_re, sum_im) = sums.split_at_mut(BLOCK);
    for ((block, out), k) in (0..).zip(out.chunks_mut(BLOCK)).zip(along.chunks(BLOCK)) {
        // Slices of one length known to the compiler: no bounds checks in the loop.
        let n = out.len();
        let (sum_re, sum_im, k) = (&mut sum_re[..n], &mut sum_im[..n], &k[..n]);
        sum_re.fill(0.0);
        sum_im.fill(0.0);
        for (potential, halo) in terms {
            for (wave, c) in waves.iter().zip(*potential) {
                let (behind, ahead) = (start + block * BLOCK + wave.behind, start + block * BLOCK + wave.ahead);
                let (behind_re, behind_im) = (&halo.re[behind..][..n], &halo.im[behind..][..n]);
                let (ahead_re, ahead_im) = (&halo.re[ahead..][..n], &halo.im[ahead..][..n]);
                let offset = across * wave.across;
                for j in 0..n {
                    let weight = k[j] * wave.along + offset;
                    let q_re = c.re * (behind_re[j] - ahead_re[j]) - c.im * (behind_im[j] + ahead_im[j]);
                    let q_im = c.re * (behind_im[j] - ahead_im[j]) + c.im * (behind_re[j] + ahead_re[j]);
                    sum_re[j] += weight * q_re;
                    sum_im[j] += weight * q_im;
                }
            }
        }
        interleave(sum_re, sum_im, out);
    }
}

/// Real and imaginary parts to complex numbers, four at a time.
#[inline(always)]
fn interleave(re: &[f64], im: &[f64], out: &mut [Complex64]) {
    let ((re, last_re), (im, last_im)) = (re.as_chunks::<4>(), im.as_chunks::<4>());
    let (out, last) = out.as_chunks_mut::<4>();
    for ((z, re), im) in out.iter_mut().zip(re).zip(im) {
        *z = [0, 1, 2, 3].map(|j| Complex64::new(re[j], im[j]));
    }
    for ((z, re), im) in last.iter_mut().zip(last_re).zip(last_im) {
        *z = Complex64::new(*re, *im);
    }
}

//! Reflections and shifts of one player's torus that change no force.
//!
//! If every function `A_i` and `S` of a player is invariant under `g`, moving his mass from `x` to `g x` changes neither
//! his opponent's potential nor his own force at the image. The share of mass on either side is then driven by leakage
//! over barriers alone, at the rate `exp(-barrier/temperature)`: the return map has a multiplier within that distance of
//! 1 beside the trivial one, and Newton's method is singular to rounding. The orbit is therefore sought among the
//! invariant densities, which the flow keeps; in the complement the linearised flow of the player decouples from the
//! opponent, and its multipliers are computed there.
//!
//! Looked for, on every axis: the shift by `L/q`, `q` the greatest common divisor of the modes in use, and the reflection
//! `x -> 2 c - x`. With `s = c - origin`, a function is invariant under the latter when its coefficients obey
//! `f(-m) = f(m) exp(2 i k s)` in that axis, whose phase gives the candidates for `s`.

use crate::flow::PairLayout;
use crate::game::{Payoff, Player};
use crate::torus::{Fourier, Grid};
use num_complex::Complex64;
use std::f64::consts::PI;

/// Coefficients below this share of the largest are rounding.
const NOISE: f64 = 1e-10;

/// Centres that differ by less than this share of half a period are the same.
const SAME_CENTRE: f64 = 1e-7;

/// A map of the torus that changes no force.
#[derive(Debug, Clone, PartialEq)]
pub enum Invariance {
    /// `x_axis -> 2 centre - x_axis`.
    Reflection {
        /// Axis, from 0.
        axis: usize,
        /// A fixed point.
        centre: f64,
    },
    /// `x_axis -> x_axis + period/order`.
    Shift {
        /// Axis, from 0.
        axis: usize,
        /// How often it is repeated until it is the identity.
        order: usize,
    },
}

impl Invariance {
    fn axis(&self) -> usize {
        match self {
            Invariance::Reflection { axis, .. } | Invariance::Shift { axis, .. } => *axis,
        }
    }
}

/// The invariances of both players, found in a payoff.
#[derive(Debug, Clone, PartialEq)]
pub struct Symmetry {
    layout: PairLayout,
    maps: [Vec<Invariance>; 2],
}

impl Symmetry {
    /// No invariance: every projection is the identity.
    pub fn none(payoff: &Payoff) -> Symmetry {
        let layout = PairLayout::new(payoff.grid(Player::X), payoff.grid(Player::Y));
        Symmetry { layout, maps: [Vec::new(), Vec::new()] }
    }

    /// Looks for the invariances of a payoff.
    pub fn find(payoff: &Payoff) -> Symmetry {
        let maps = Player::BOTH.map(|player| invariances(payoff, player));
        Symmetry { maps, ..Symmetry::none(payoff) }
    }

    /// The invariances of a player.
    pub fn of(&self, player: Player) -> &[Invariance] {
        &self.maps[player.index()]
    }

    /// Whether no player has any.
    pub fn is_trivial(&self) -> bool {
        self.maps.iter().all(Vec::is_empty)
    }

    /// Whether a payoff on the same grids has all of these invariances.
    pub fn holds_for(&self, payoff: &Payoff) -> bool {
        let other = Symmetry::find(payoff);
        let same = |a: &Invariance, b: &Invariance, half_period: f64| match (a, b) {
            (Invariance::Reflection { axis: i, centre: a }, Invariance::Reflection { axis: j, centre: b }) => {
                let off = (a - b) / half_period;
                i == j && (off - off.round()).abs() <= SAME_CENTRE
            }
            (Invariance::Shift { axis: i, order: a }, Invariance::Shift { axis: j, order: b }) => i == j && b % a == 0,
            _ => false,
        };
        Player::BOTH.into_iter().all(|player| {
            let half_period = |map: &Invariance| 0.5 * self.layout.grid(player).axis(map.axis()).period;
            self.of(player).iter().all(|map| other.of(player).iter().any(|b| same(map, b, half_period(map))))
        })
    }

    /// Replaces both densities by their averages over the images.
    pub fn project(&self, state: &mut [Complex64]) {
        let (x, y) = self.layout.parts_mut(state);
        for (player, part) in Player::BOTH.into_iter().zip([x, y]) {
            for map in self.of(player) {
                average(self.layout.grid(player), map, part);
            }
        }
    }

    /// Keeps of a tangent vector what `player` has outside the invariant densities, and nothing of the opponent.
    pub fn project_out(&self, player: Player, tangent: &mut [Complex64]) {
        let mut symmetric = tangent.to_vec();
        self.project(&mut symmetric);
        let (other, own) = (self.layout.parts_mut(tangent), self.layout.part(player, &symmetric));
        let (own_part, other_part) = match player {
            Player::X => other,
            Player::Y => (other.1, other.0),
        };
        own_part.iter_mut().zip(own).for_each(|(a, b)| *a -= b);
        other_part.fill(Complex64::ZERO);
    }
}

/// The coefficient of these modes, read from the half that is stored.
fn coefficient(grid: &Grid, part: &[Complex64], modes: &[i64]) -> Complex64 {
    let last = modes[modes.len() - 1];
    let sign = if last < 0 { -1 } else { 1 };
    let row = if modes.len() == 1 { 0 } else { (sign * modes[0]).rem_euclid(grid.axis(0).points as i64) as usize };
    let c = part[(sign * last) as usize * grid.rows() + row];
    if sign < 0 { c.conj() } else { c }
}

/// Whether some mode is the cosine of an even axis, whose sign is not known.
fn is_nyquist(grid: &Grid, modes: &[i64]) -> bool {
    modes.iter().zip(grid.axes()).any(|(m, axis)| 2 * m.unsigned_abs() as usize == axis.points)
}

fn mirrored(modes: &[i64], axis: usize) -> Vec<i64> {
    let mut modes = modes.to_vec();
    modes[axis] = -modes[axis];
    modes
}

/// Averages over the images of one map.
fn average(grid: &Grid, map: &Invariance, part: &mut [Complex64]) {
    let before = part.to_vec();
    for (position, c) in part.iter_mut().enumerate() {
        let modes = grid.modes(position);
        if is_nyquist(grid, &modes) {
            continue;
        }
        match *map {
            Invariance::Shift { axis, order } if modes[axis].rem_euclid(order as i64) != 0 => *c = Complex64::ZERO,
            Invariance::Shift { .. } => {}
            Invariance::Reflection { axis, centre } => {
                let k = grid.axis(axis).unit_wavenumber() * modes[axis] as f64;
                let turn = Complex64::cis(-2.0 * k * (centre - grid.axis(axis).origin));
                *c = 0.5 * (*c + coefficient(grid, &before, &mirrored(&modes, axis)) * turn);
            }
        }
    }
}

fn invariances(payoff: &Payoff, player: Player) -> Vec<Invariance> {
    let grid = payoff.grid(player);
    let fourier = Fourier::new(grid);
    let functions = (0..payoff.function_count(player)).map(|i| payoff.function(player, i));
    let mut spectra: Vec<Vec<Complex64>> = functions
        .chain([payoff.static_function(player)])
        .map(|values| {
            let mut spectrum = fourier.zero_spectrum();
            fourier.forward(&values, &mut spectrum, &mut fourier.scratch());
            spectrum[0] = Complex64::ZERO;
            spectrum
        })
        .collect();
    // Relative to the largest of all functions: one that should vanish is nothing but rounding.
    let noise = NOISE * spectra.iter().flatten().map(|c| c.norm()).fold(0.0, f64::max);
    spectra.iter_mut().flatten().filter(|c| c.norm() <= noise).for_each(|c| *c = Complex64::ZERO);
    let mut found = Vec::new();
    for axis in 0..grid.dimension() {
        let order = spectra.iter().flat_map(|s| used_modes(grid, s, axis)).fold(0, greatest_common_divisor);
        if order > 1 {
            found.push(Invariance::Shift { axis, order: order as usize });
        }
        found.extend(reflection(grid, &spectra, axis).map(|centre| Invariance::Reflection { axis, centre }));
    }
    found
}

fn used_modes<'a>(grid: &'a Grid, spectrum: &'a [Complex64], axis: usize) -> impl Iterator<Item = i64> + 'a {
    spectrum.iter().enumerate().filter(|(_, c)| **c != Complex64::ZERO).map(move |(p, _)| grid.modes(p)[axis].abs())
}

fn greatest_common_divisor(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

/// A centre about which all functions are even in this axis, in the first half of the period.
fn reflection(grid: &Grid, spectra: &[Vec<Complex64>], axis: usize) -> Option<f64> {
    let axis_of = grid.axis(axis);
    // The lowest mode in use has the fewest candidates.
    let (modes, spectrum) = spectra
        .iter()
        .flat_map(|s| (0..s.len()).filter(|p| s[*p] != Complex64::ZERO).map(move |p| (grid.modes(p), s)))
        .filter(|(modes, _)| modes[axis] != 0)
        .min_by_key(|(modes, _)| modes[axis].abs())?;
    let lowest = modes[axis].abs();
    let k = axis_of.unit_wavenumber() * modes[axis] as f64;
    let ratio = coefficient(grid, spectrum, &mirrored(&modes, axis)) / coefficient(grid, spectrum, &modes);
    let first = (ratio.arg() / (2.0 * k)).rem_euclid(axis_of.period / (2.0 * lowest as f64));
    (0..lowest)
        .map(|j| first + j as f64 * PI / k.abs())
        .find(|&s| is_even(grid, spectra, axis, s))
        .map(|s| axis_of.origin + s)
}

fn is_even(grid: &Grid, spectra: &[Vec<Complex64>], axis: usize, s: f64) -> bool {
    let largest = spectra.iter().flatten().map(|c| c.norm()).fold(0.0, f64::max);
    spectra.iter().all(|spectrum| {
        spectrum.iter().enumerate().all(|(position, c)| {
            let modes = grid.modes(position);
            let k = grid.axis(axis).unit_wavenumber() * modes[axis] as f64;
            let image = coefficient(grid, spectrum, &mirrored(&modes, axis)) * Complex64::cis(-2.0 * k * s);
            is_nyquist(grid, &modes) || (c - image).norm() <= 10.0 * NOISE * largest
        })
    })
}

//! How many points a payoff needs along each axis, found on lines.
//!
//! Along every axis, `f` is sampled on [`LINES`] lines through random points with a doubling number of points, until
//! the outer Fourier coefficients are below the tolerance times the range. Coefficients that still have not died out
//! at [`MOST_POINTS`] and decay like a power belong to a function that jumps or has a corner.

use super::sample::{PairFunction, Sequence, checked, repeated};
use super::{PayoffError, modes};
use crate::game::Player;
use crate::torus::{Fourier, Grid, next_fast_size};

/// Lines along each axis.
const LINES: usize = 6;
/// Points along a line at which the search gives up.
const MOST_POINTS: usize = 4096;
/// Decay exponents below this are a power law; a smooth function shows a growing exponent.
const SMOOTH_EXPONENT: f64 = 6.0;
/// What a given grid may leave out, relative to the range, before it is refused.
const ACCEPTED_TAIL: f64 = 1e-10;

/// Default of [`points_needed`]: the payoff is resolved to rounding.
pub const RESOLUTION_TOLERANCE: f64 = 1e-13;

/// Largest Fourier coefficients over all lines of one axis: `profile[m]`, `m = 0..=n/2`.
struct Profile {
    points: usize,
    coefficients: Vec<f64>,
}

impl Profile {
    /// The largest coefficient of modes in `from..to`.
    fn largest(&self, from: usize, to: usize) -> f64 {
        self.coefficients[from.min(self.coefficients.len())..to.min(self.coefficients.len())]
            .iter()
            .fold(0.0, |m, c| m.max(*c))
    }

    /// The highest mode above `threshold`.
    fn highest_mode(&self, threshold: f64) -> usize {
        self.coefficients.iter().rposition(|c| *c > threshold).unwrap_or(0)
    }
}

fn profile(
    f: &impl PairFunction,
    grids: [&Grid; 2],
    player: Player,
    axis: usize,
    points: usize,
) -> Result<Profile, PayoffError> {
    let a = grids[player.index()].axis(axis);
    let line = Grid::new(&[points], &[a.period], &[a.origin]).expect("an axis of a valid grid is a valid grid");
    let fourier = Fourier::new(&line);
    let mut scratch = fourier.scratch();
    let mut spectrum = fourier.zero_spectrum();
    let mut coefficients = vec![0.0_f64; points / 2 + 1];
    let mut sequence = Sequence::new(1 + 2 * axis as u64 + player.index() as u64);
    for _ in 0..LINES {
        let mut places = [repeated(&sequence.point(grids[0]), points), repeated(&sequence.point(grids[1]), points)];
        places[player.index()][axis] = line.axis(0).coordinates();
        let values = checked(f, &places[0], &places[1])?;
        fourier.forward(&values, &mut spectrum, &mut scratch);
        for (largest, c) in coefficients.iter_mut().zip(&spectrum) {
            *largest = largest.max(c.norm());
        }
    }
    Ok(Profile { points, coefficients })
}

/// The smallest fast number of points per player and axis at which `f` is resolved to `tolerance` times its range.
///
/// # Errors
/// [`PayoffError::NotSmooth`], [`PayoffError::Unresolved`] (no grid would do) or [`PayoffError::NotFinite`].
pub fn points_needed(
    f: &impl PairFunction,
    x: &Grid,
    y: &Grid,
    range: [f64; 2],
    tolerance: f64,
) -> Result<[Vec<usize>; 2], PayoffError> {
    let player = |p: Player| -> Result<Vec<usize>, PayoffError> {
        let axes = 0..[x, y][p.index()].dimension();
        axes.map(|axis| axis_points(f, [x, y], p, axis, range, tolerance)).collect()
    };
    Ok([player(Player::X)?, player(Player::Y)?])
}

/// As [`points_needed`] to [`RESOLUTION_TOLERANCE`], for a function of one player's variables alone.
///
/// # Errors
/// As [`points_needed`].
pub fn points_needed_of_factor(
    f: &impl PairFunction,
    player: Player,
    grid: &Grid,
    range: [f64; 2],
) -> Result<Vec<usize>, PayoffError> {
    let axes = 0..grid.dimension();
    axes.map(|axis| axis_points(f, [grid, grid], player, axis, range, RESOLUTION_TOLERANCE)).collect()
}

fn axis_points(
    f: &impl PairFunction,
    grids: [&Grid; 2],
    player: Player,
    axis: usize,
    range: [f64; 2],
    tolerance: f64,
) -> Result<usize, PayoffError> {
    let scale = range[1] - range[0];
    // A large constant in f leaves its own rounding in every coefficient.
    let rounding = 8.0 * f64::EPSILON * range[0].abs().max(range[1].abs());
    let threshold = (tolerance * scale).max(rounding).max(f64::MIN_POSITIVE);
    let mut points = 16;
    loop {
        let profile = profile(f, grids, player, axis, points)?;
        let highest = profile.highest_mode(threshold);
        if 3 * highest <= points {
            // A high mode can hide as its alias; on a number of points with no common factor the alias moves.
            let confirmed = self::profile(f, grids, player, axis, 2 * points + 3)?.highest_mode(threshold);
            if confirmed == highest {
                return Ok(points_for_mode(highest));
            }
        }
        if points >= MOST_POINTS {
            return Err(not_resolvable(&profile, player, axis, scale));
        }
        points *= 2;
    }
}

/// Points whose outer sixth of modes lies above mode `m`.
pub fn points_for_mode(m: usize) -> usize {
    next_fast_size((12 * m).div_ceil(5) + 2)
}

fn not_resolvable(profile: &Profile, player: Player, axis: usize, scale: f64) -> PayoffError {
    let n = profile.points;
    // The octave next to Nyquist is falsified by aliases.
    let exponent = (profile.largest(n / 16, n / 8) / profile.largest(n / 8, n / 4)).log2();
    if exponent < SMOOTH_EXPONENT {
        PayoffError::NotSmooth { player, axis, exponent }
    } else {
        let tail = profile.largest(n * 5 / 12, n) / scale;
        PayoffError::Unresolved { player, axis, points: n, needed: None, tail }
    }
}

/// Refuses grids that leave out more of `f` than [`ACCEPTED_TAIL`].
///
/// # Errors
/// [`PayoffError::Unresolved`] for the first such axis.
pub fn check_grids(
    f: &impl PairFunction,
    x: &Grid,
    y: &Grid,
    range: [f64; 2],
    needed: &[Vec<usize>; 2],
) -> Result<(), PayoffError> {
    for player in Player::BOTH {
        let grid = [x, y][player.index()];
        for (axis, a) in grid.axes().iter().enumerate() {
            let needed = needed[player.index()][axis];
            if a.points >= needed {
                continue;
            }
            let fine = profile(f, [x, y], player, axis, (2 * needed).max(64))?;
            let tail = fine.largest(a.points.div_ceil(2), usize::MAX) / (range[1] - range[0]);
            if tail > ACCEPTED_TAIL {
                return Err(PayoffError::Unresolved { player, axis, points: a.points, needed: Some(needed), tail });
            }
        }
    }
    Ok(())
}

/// Every mode number of an axis that a grid of `points` holds below its Nyquist mode, as signed modes of a whole grid:
/// one of `k`, `-k` each, 0 left out.
pub fn independent_modes(grid: &Grid) -> Vec<Vec<i64>> {
    let all = (0..grid.spectrum_len()).map(|p| grid.modes(p));
    all.filter(|m| modes::fits(grid, m) && m.iter().rev().find(|m| **m != 0).is_some_and(|m| *m > 0)).collect()
}

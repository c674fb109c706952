//! Continuation in the floor: both densities are mixed with a share of the uniform one that falls from a hundredth of
//! their largest value, where Newton starts from anywhere near, to the floor of the pair, often 0.
//!
//! A lower floor changes the map only where the densities are almost empty, and every stage is a problem of its own
//! whose answer bounds the distance sought (see the certificate's file). So the path ends as soon as its floor costs
//! less than the tolerance, and where it gets stuck the last stage is still an answer with a wider bar. The factor from
//! floor to floor is squared after success and replaced by its root after failure.

use super::certificate::without_floor;
use super::density::Densities;
use super::level::Level;
use super::newton::{Failure, Newton, Work};
use super::pair::Pair;
use num_complex::Complex64;

/// First floor, as a share of the largest density.
pub(super) const FIRST_SHARE: f64 = 1e-2;
/// First factor from one floor to the next.
const FIRST_FACTOR: f64 = 0.1;
/// Longest step down: beyond it the prediction by the last potential is no better than none.
const SMALLEST_FACTOR: f64 = 1e-3;
/// A factor closer to 1 means that the grid cannot carry the map.
const LARGEST_FACTOR: f64 = 0.75;
/// Newton runs of one continuation.
const RUNS: usize = 24;
/// Relative residual length on the way.
const LOOSE: f64 = 1e-2;
/// Share of the tolerance that the floor may take.
const FLOOR_SHARE: f64 = 0.3;

/// What a continuation aims at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Aim {
    /// Relative residual length of the last stage.
    pub relative: f64,
    /// Tolerance of the distance's error bar.
    pub tolerance: f64,
}

/// Follows the path on `level` from `potential` and the floor of `share`; returns the share reached. `potential`
/// and the level's fields are those of its floor.
///
/// # Errors
/// [`Failure`] when even the first floor could not be solved.
pub(super) fn solve(
    newton: &mut Newton,
    level: &mut Level,
    (pair, densities): (&Pair, Densities<'_>),
    potential: &mut [Complex64],
    (mut share, aim): (f64, Aim),
    work: &mut Work,
) -> Result<f64, Failure> {
    let last = pair.floor(0.0);
    let mut good: Option<(f64, Vec<Complex64>)> = None;
    let mut factor = FIRST_FACTOR;
    let mut failure = Failure::LineSearch;
    for _ in 0..RUNS {
        let floor = pair.floor(share);
        match newton.solve(level, Densities { floor, ..densities }, potential, LOOSE, work) {
            Ok(()) => {
                good = Some((share, potential.to_vec()));
                let (value, bar) = without_floor(level, floor);
                if floor <= last || bar <= FLOOR_SHARE * aim.tolerance * value {
                    break;
                }
                factor = (factor * factor).max(SMALLEST_FACTOR);
            }
            Err(reason) => {
                failure = reason;
                let Some((_, known)) = &good else { return Err(failure) };
                potential.copy_from_slice(known);
                factor = factor.sqrt();
                if factor > LARGEST_FACTOR || failure == Failure::Work {
                    break;
                }
            }
        }
        share = factor * good.as_ref().map_or(share, |(reached, _)| *reached);
    }
    let Some((reached, known)) = good else { return Err(failure) };
    let floor = pair.floor(reached);
    potential.copy_from_slice(&known);
    // The budget is for finding the map; the last digits of a map found are cheap.
    newton.solve(level, Densities { floor, ..densities }, potential, aim.relative, work)?;
    Ok(reached)
}

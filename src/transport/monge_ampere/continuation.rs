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
/// Smallest factor: a longer step down leaves too much for the line search.
const SMALLEST_FACTOR: f64 = 0.03;
/// A factor closer to 1 means that the grid cannot carry the map.
const LARGEST_FACTOR: f64 = 0.75;
/// Newton runs of one continuation.
const RUNS: usize = 24;
/// Share of the tolerance that the floor may take.
const FLOOR_SHARE: f64 = 0.3;

/// One stage of the path: the floor, as a share of the largest density, and the potential found with it.
#[derive(Debug, Clone)]
pub(super) struct Stage {
    pub share: f64,
    pub potential: Vec<Complex64>,
}

/// What a continuation aims at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Aim {
    /// Relative residual length of every stage.
    pub relative: f64,
    /// Tolerance of the distance's error bar.
    pub tolerance: f64,
}

/// Follows the path on `level` from the potential and the floor of `start`; returns all stages that were solved, the
/// lowest floor last. At least one was.
///
/// # Errors
/// [`Failure`] when even the first floor could not be solved.
pub(super) fn solve(
    newton: &mut Newton,
    level: &mut Level,
    (pair, densities): (&Pair, Densities<'_>),
    (start, aim): (Stage, Aim),
    work: &mut Work,
) -> Result<Vec<Stage>, Failure> {
    let Stage { mut share, mut potential } = start;
    let mut solved: Vec<Stage> = Vec::new();
    let mut factor = FIRST_FACTOR;
    for _ in 0..RUNS {
        let floor = pair.floor(share);
        match newton.solve(level, Densities { floor, ..densities }, &mut potential, aim.relative, work) {
            Ok(()) => {
                solved.push(Stage { share, potential: potential.clone() });
                let (value, bar) = without_floor(level, floor);
                if pair.is_lowest(floor) || bar <= FLOOR_SHARE * aim.tolerance * value {
                    break;
                }
                factor = (factor * factor).max(SMALLEST_FACTOR);
            }
            Err(failure) => {
                let Some(stage) = solved.last() else { return Err(failure) };
                potential.copy_from_slice(&stage.potential);
                factor = factor.sqrt();
                if factor > LARGEST_FACTOR || failure == Failure::Work {
                    break;
                }
            }
        }
        share = factor * solved.last().map_or(share, |stage| stage.share);
    }
    Ok(solved)
}

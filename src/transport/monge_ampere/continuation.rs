//! Continuation in the data: both densities are raised to a power that grows from 0 (uniform, solved by `phi = 0`) to
//! 1, as if a temperature fell. The step grows after success and halves after failure.

use super::density::Densities;
use super::level::Level;
use super::newton::{Failure, Newton, Work};
use num_complex::Complex64;

/// First step of the power.
const FIRST_STEP: f64 = 0.25;
/// Shorter steps mean that the grid cannot carry the map.
const SHORTEST_STEP: f64 = 1.0 / 256.0;
/// Newton runs of one continuation.
const RUNS: usize = 24;
/// Relative residual length on the way.
const LOOSE: f64 = 1e-2;

/// Solves on `level` from `phi = 0`; on success `potential` and the level's fields are those of the pair itself.
///
/// # Errors
/// `(power, failure)`: how far the path could be followed and what stopped it.
pub(super) fn solve(
    newton: &mut Newton,
    level: &mut Level,
    densities: Densities<'_>,
    potential: &mut [Complex64],
    relative: f64,
    work: &mut Work,
) -> Result<(), (f64, Failure)> {
    potential.fill(Complex64::ZERO);
    let mut good = potential.to_vec();
    let (mut reached, mut step) = (0.0_f64, FIRST_STEP);
    let mut failure = Failure::LineSearch;
    for _ in 0..RUNS {
        let power = (reached + step).min(1.0);
        let tolerance = if power == 1.0 { relative } else { LOOSE };
        match newton.solve(level, Densities { power, ..densities }, potential, tolerance, work) {
            Ok(()) if power == 1.0 => return Ok(()),
            Ok(()) => {
                reached = power;
                step *= 2.0;
                good.copy_from_slice(potential);
            }
            Err(Failure::Work) => return Err((reached, Failure::Work)),
            Err(reason) => {
                failure = reason;
                step *= 0.5;
                potential.copy_from_slice(&good);
                if step < SHORTEST_STEP {
                    break;
                }
            }
        }
    }
    Err((reached, failure))
}

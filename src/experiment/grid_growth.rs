//! How automatic grids grow.
//!
//! An axis grows when its spectral tail is above a thousandth of the tolerance. On the line that is not enough: at the steep
//! ends of a box, where there is no mass, the explicit drift is next to unstable, and the controller of the steps lets waves
//! grow there up to its tolerance. They are the finest ones of any grid, so that finer grids follow each other to where
//! diffusion takes over, and every one wants smaller steps. What a grid lacks of a smooth function falls into the tail; such
//! waves do not. As long as grids are cheap they grow after both, since noise costs digits. From [`FEWEST_FOR_NOISE`] on an
//! axis of a line whose tail is below the tolerance, and is no fall, stays as it is, as long as the waves take no density
//! further below 0 than a share of the tolerance: beyond that they would be taken for mass at the seam.

use super::RunError;
use super::positivity::Lowest;
use crate::flow::PairLayout;
use crate::game::{GameFile, Player};
use crate::torus::{Grid, falls_into_tail, next_fast_size, tail_per_axis};
use num_complex::Complex64;

/// Most nodes of an automatic grid, in one and in two dimensions.
const MOST_NODES: [usize; 2] = [1 << 16, 1 << 20];
/// Growth of an axis that is not resolved.
const GROWTH: f64 = 1.15;
/// Points of an axis, in one and in two dimensions, that grows no more after noise.
const FEWEST_FOR_NOISE: [usize; 2] = [512, 128];
/// Noise on the line may take a density as far below 0, as a share of its maximum and of the tolerance.
const ALLOWED_NOISE: f64 = 0.3;

/// Tail above which an automatic grid grows: a thousandth of the tolerance, but not below what rounding leaves.
pub fn automatic_tail(tolerance: f64) -> f64 {
    (1e-3 * tolerance).max(1e-13)
}

/// The grids on which a state of an automatic grid, whose densities dip so far below 0, goes on when its tails have risen.
///
/// # Errors
/// As [`grown_shape`].
pub(super) fn grown_shapes(
    file: &GameFile,
    layout: &PairLayout,
    state: &[Complex64],
    dip: Option<&Lowest>,
) -> Result<Option<[Vec<usize>; 2]>, RunError> {
    let tolerance = file.solver().tolerance();
    let limit = automatic_tail(tolerance);
    let quiet = dip.is_none_or(|dip| dip.depth() <= ALLOWED_NOISE * tolerance);
    for player in Player::BOTH {
        let (grid, spectrum) = (layout.grid(player), layout.part(player, state));
        let mut tails = tail_per_axis(grid, spectrum);
        if quiet && file.game().domain(player).is_line() {
            let fewest = FEWEST_FOR_NOISE[grid.dimension() - 1];
            for ((tail, falls), axis) in tails.iter_mut().zip(falls_into_tail(grid, spectrum)).zip(grid.axes()) {
                if axis.points >= fewest && !falls && *tail <= tolerance {
                    *tail = 0.0;
                }
            }
        }
        if !tails.iter().all(|tail| *tail <= limit) {
            let mut shapes = Player::BOTH.map(|player| layout.grid(player).shape());
            shapes[player.index()] = grown_shape(grid, &tails, limit, "the density", player)?;
            return Ok(Some(shapes));
        }
    }
    Ok(None)
}

/// The next larger shape for the axes whose tail is above `limit`.
///
/// # Errors
/// [`RunError::Unresolved`] when the grid would be too large.
pub fn grown_shape(grid: &Grid, tails: &[f64], limit: f64, what: &str, player: Player) -> Result<Vec<usize>, RunError> {
    enlarged(grid, tails, limit).map_err(|most| {
        let worst = tails.iter().copied().fold(0.0, f64::max);
        RunError::Unresolved {
            what: what.to_owned(),
            player,
            time: None,
            shape: grid.shape(),
            tail: worst,
            advice: format!(
                "automatic grids have at most {most} nodes; a density with a jump or a kink is never resolved: smooth it, \
                 raise the temperature or fix solver.grid"
            ),
        }
    })
}

/// The next larger shape for the axes whose tail is above `limit`.
///
/// # Errors
/// The most nodes an automatic grid may have, when the shape has more.
pub(super) fn enlarged(grid: &Grid, tails: &[f64], limit: f64) -> Result<Vec<usize>, usize> {
    let mut shape = grid.shape();
    for (points, tail) in shape.iter_mut().zip(tails) {
        if tail.is_nan() || *tail > limit {
            *points = next_fast_size((GROWTH * *points as f64).ceil() as usize);
        }
    }
    let most = MOST_NODES[grid.dimension() - 1];
    if shape.iter().product::<usize>() > most { Err(most) } else { Ok(shape) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::game::GameFile;

    /// Noise below the tolerance makes no fine grid of the line grow; waves that are not resolved do, and so does noise on a
    /// coarse grid, on a circle, above the tolerance, or with deep dips.
    #[test]
    fn grids_of_the_line_grow_for_waves_that_are_not_resolved_and_not_for_noise() {
        let game = |payoff: &str, more: &str| {
            let text = format!("[game]\npayoff = \"{payoff}\"\ntemperature = 0.2\n{more}");
            GameFile::parse("game.toml", &format!("{text}[solver]\ntime = 1\ntolerance = 1e-6\n"), &[]).unwrap()
        };
        let on_line = "domain = { x = { space = \"line\" }, y = { space = \"line\" } }\n\
                       [initial]\nx = \"exp(-x^2)\"\ny = \"exp(-y^2)\"\n";
        let (line, circle) = (game("x^2/2 - y^2/2", on_line), game("cos(2*pi*x) - cos(2*pi*y)", ""));
        for (points, fine) in [(64, false), (576, true)] {
            let grid = Grid::new(&[points], &[1.0], &[0.0]).unwrap();
            let layout = PairLayout::new(&grid, &grid);
            let falling = |rate: f64| -> Vec<Complex64> {
                (0..=points / 2).map(|m| Complex64::from((-rate * m as f64 * 64.0 / points as f64).exp())).collect()
            };
            let (resolved, cut_off) = (falling(1.2), falling(0.6));
            let noise = |size: f64| resolved.iter().map(|c| c + size).collect::<Vec<Complex64>>();
            for (file, part, grows) in [
                (&line, resolved.clone(), false),
                (&line, cut_off.clone(), true),
                (&line, noise(1e-7), !fine),
                (&line, noise(1e-5), true),
                (&line, cut_off.iter().map(|c| c + 1e-9).collect(), true),
                (&circle, resolved.clone(), false),
                (&circle, cut_off, true),
                (&circle, noise(1e-7), true),
            ] {
                // The player who is not resolved is the one whose grid grows.
                for player in Player::BOTH {
                    let mut parts = [resolved.clone(), resolved.clone()];
                    parts[player.index()] = part.clone();
                    let state = parts.concat();
                    let dip = |depth: f64| Lowest { time: 0.0, player, minimum: -3.0 * depth, maximum: 3.0 };
                    let shapes = grown_shapes(file, &layout, &state, Some(&dip(2e-7))).unwrap();
                    let mut expected = [vec![points], vec![points]];
                    expected[player.index()] = vec![next_fast_size((1.15 * points as f64).ceil() as usize)];
                    assert_eq!(shapes, grows.then_some(expected.clone()), "{player:?}, {part:?}");
                    let is_resolved = part.last() == resolved.last();
                    let shapes = grown_shapes(file, &layout, &state, Some(&dip(4e-7))).unwrap();
                    assert_eq!(shapes, (!is_resolved).then_some(expected), "{player:?}, {part:?}");
                }
            }
        }
    }
}

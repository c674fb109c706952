//! How automatic grids grow.
//!
//! An axis grows when its spectral tail is above a thousandth of the tolerance. On the line that is not enough: at the steep
//! ends of a box, where there is no mass, the explicit drift is next to unstable, and the controller of the steps lets waves
//! grow there up to its tolerance. They are the finest ones of any grid, so that finer grids follow each other to where
//! diffusion takes over, and every one wants smaller steps. What a grid lacks of a smooth function falls into the tail; such
//! waves do not. So an axis of a line whose tail is below the tolerance, and is no fall, stays as it is.

use super::RunError;
use crate::flow::PairLayout;
use crate::game::{GameFile, Player};
use crate::torus::{Grid, falls_into_tail, next_fast_size, tail_per_axis};
use num_complex::Complex64;

/// Most nodes of an automatic grid, in one and in two dimensions.
const MOST_NODES: [usize; 2] = [1 << 16, 1 << 20];
/// Growth of an axis that is not resolved.
const GROWTH: f64 = 1.15;

/// Tail above which an automatic grid grows: a thousandth of the tolerance, but not below what rounding leaves.
pub fn automatic_tail(tolerance: f64) -> f64 {
    (1e-3 * tolerance).max(1e-13)
}

/// The grids on which a state of an automatic grid goes on, when its tails have risen.
///
/// # Errors
/// As [`grown_shape`].
pub(super) fn grown_shapes(
    file: &GameFile,
    layout: &PairLayout,
    state: &[Complex64],
) -> Result<Option<[Vec<usize>; 2]>, RunError> {
    let limit = automatic_tail(file.solver().tolerance());
    for player in Player::BOTH {
        let (grid, spectrum) = (layout.grid(player), layout.part(player, state));
        let mut tails = tail_per_axis(grid, spectrum);
        if file.game().domain(player).is_line() {
            for (tail, falls) in tails.iter_mut().zip(falls_into_tail(grid, spectrum)) {
                if !falls && *tail <= file.solver().tolerance() {
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

    /// Noise below the tolerance makes no grid of the line grow; waves that are not resolved do, and so does noise on a circle,
    /// or above the tolerance.
    #[test]
    fn grids_of_the_line_grow_for_waves_that_are_not_resolved_and_not_for_noise() {
        let game = |payoff: &str, space: &str| {
            let domain = format!("{{ x = {{ space = \"{space}\" }}, y = {{ space = \"{space}\" }} }}");
            let text = format!("[game]\npayoff = \"{payoff}\"\ntemperature = 0.2\ndomain = {domain}\n");
            GameFile::parse("game.toml", &format!("{text}[solver]\ntime = 1\ntolerance = 1e-6\n"), &[]).unwrap()
        };
        let (line, circle) = (game("x^2/2 - y^2/2", "line"), game("cos(2*pi*x) - cos(2*pi*y)", "circle"));
        let grid = Grid::new(&[64], &[1.0], &[0.0]).unwrap();
        let layout = PairLayout::new(&grid, &grid);
        let resolved: Vec<Complex64> = (0..33).map(|m| Complex64::from((-1.2 * f64::from(m)).exp())).collect();
        let cut_off: Vec<Complex64> = (0..33).map(|m| Complex64::from((-0.6 * f64::from(m)).exp())).collect();
        let noise = |size: f64| resolved.iter().map(|c| c + size).collect::<Vec<Complex64>>();
        for (file, part, grows) in [
            (&line, resolved.clone(), false),
            (&line, cut_off.clone(), true),
            (&line, noise(1e-7), false),
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
                let shapes = grown_shapes(file, &layout, &parts.concat()).unwrap();
                let mut expected = [vec![64], vec![64]];
                expected[player.index()] = vec![next_fast_size(74)];
                assert_eq!(shapes, grows.then_some(expected), "{player:?}, {part:?}");
            }
        }
    }
}

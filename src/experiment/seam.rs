//! The watch over the seam of the boxes of players on the line.
//!
//! A box stands for the line as long as no mass comes near its ends, the outer 5 %: there the payoff has a kink, and mass
//! would come out at the other end. The box is chosen so that Gibbs densities are below 1e-14 of their maximum there
//! (`game/line_box.rs`); an evolution passes through other densities, and its truncated Fourier series leaves ripples of
//! the size of its spectral tail. Above `solver.tolerance` times the maximum the run ends.

use super::RunError;
use crate::flow::PairLayout;
use crate::game::{Game, GameFile, Player, SEAM};
use crate::torus::{Fourier, Grid};
use num_complex::Complex64;

/// The largest absolute value in the outer 5 % of a box, as a share of the largest of all.
pub fn share(grid: &Grid, values: &[f64]) -> f64 {
    let n = values.len();
    let depth = (0.5 * SEAM * n as f64).ceil() as usize;
    let peak = |values: &mut dyn Iterator<Item = &f64>| {
        // A value that is not a number is no small one.
        values.fold(0.0, |m: f64, v| if v.abs() > m || v.is_nan() { v.abs() } else { m })
    };
    assert_eq!((grid.dimension(), grid.len()), (1, n), "players on the line have one axis");
    peak(&mut values[..depth].iter().chain(&values[n - depth..])) / peak(&mut values.iter())
}

/// The largest share over both players on the line, and whose.
pub fn largest_share(layout: &PairLayout, lines: [bool; 2], values: [&[f64]; 2]) -> Option<(Player, f64)> {
    let on_line = Player::BOTH.into_iter().filter(|player| lines[player.index()]);
    let shares = on_line.map(|player| (player, share(layout.grid(player), values[player.index()])));
    shares.fold(None, |before: Option<(Player, f64)>, now| match before {
        Some(before) if before.1 >= now.1 => Some(before),
        _ => Some(now),
    })
}

/// Refuses node values that reach the seam.
///
/// # Errors
/// [`RunError::Seam`], without a place for the last good state.
pub fn check(file: &GameFile, layout: &PairLayout, values: [&[f64]; 2], time: f64) -> Result<Option<f64>, RunError> {
    let lines = file.game().lines();
    let Some((player, share)) = largest_share(layout, lines, values) else { return Ok(None) };
    let limit = file.solver().tolerance();
    if share <= limit {
        return Ok(Some(share));
    }
    let period = file.game().domain(player).period()[0];
    Err(RunError::Seam { player, time, share, limit, period, kept: String::new() })
}

/// The same for a state in Fourier coefficients.
///
/// # Errors
/// As [`check`].
pub fn check_state(file: &GameFile, layout: &PairLayout, state: &[Complex64]) -> Result<Option<f64>, RunError> {
    let values = Player::BOTH.map(|player| {
        let fourier = Fourier::new(layout.grid(player));
        let mut values = vec![0.0; layout.grid(player).len()];
        fourier.inverse(layout.part(player, state), &mut values, &mut fourier.scratch());
        values
    });
    check(file, layout, [&values[0], &values[1]], 0.0)
}

/// For the summary.
pub fn note(game: &Game, share: f64) -> String {
    let mut boxes = Vec::new();
    for player in Player::BOTH.into_iter().filter(|player| game.lines()[player.index()]) {
        let domain = game.domain(player);
        let (low, length) = (domain.origin()[0], domain.period()[0]);
        boxes.push(format!("{} in [{low:.4}, {:.4}]", player.letter(), low + length));
    }
    format!(
        "on the line, periodised with {}: the densities of the snapshots are at most {share:.1e} of their maximum in the \
         outer 5 % of the box",
        boxes.join(" and ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seam_is_the_outer_twentieth_and_nothing_more() {
        let grid = Grid::new(&[80], &[8.0], &[-4.0]).unwrap();
        let mut values = vec![0.0; 80];
        values[40] = 2.0;
        for j in 0..80 {
            let mut moved = values.clone();
            moved[j] += 0.5;
            let expected = if (2..78).contains(&j) { 0.0 } else { 0.25 };
            assert_eq!(share(&grid, &moved), expected, "node {j}");
        }
        values[79] = f64::NAN;
        assert!(share(&grid, &values).is_nan());
    }
}

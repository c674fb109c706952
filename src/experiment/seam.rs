//! The watch over the seam of the boxes of players on the line.
//!
//! A box stands for the line or plane as long as no mass comes near its ends, the outer 5 %: there the payoff has a kink,
//! and mass would come out at the other end. A box that the program chooses has a bound for all times of the mass there
//! (`game/confinement`), of the one dynamics for which it is proved. The watch sees what the others do, and boxes that
//! were named. A truncated Fourier series leaves ripples of the size of its spectral tail there; above `solver.tolerance`
//! times the maximum the box is too small.

use super::RunError;
use crate::flow::PairLayout;
use crate::game::{GameFile, Player, SEAM};
use crate::torus::{Fourier, Grid};
use num_complex::Complex64;

/// The largest absolute value in the outer 5 % of a box, as a share of the largest of all.
pub fn share(grid: &Grid, values: &[f64]) -> f64 {
    assert_eq!(grid.len(), values.len(), "one value for each node");
    let is_outer: Vec<Vec<bool>> = grid
        .axes()
        .iter()
        .map(|axis| {
            let depth = (0.5 * SEAM * axis.points as f64).ceil() as usize;
            (0..axis.points).map(|j| j < depth || j >= axis.points - depth).collect()
        })
        .collect();
    let (mut outer, mut largest) = (0.0_f64, 0.0_f64);
    // A value that is not a number is no small one.
    let larger = |m: f64, v: f64| if v > m || v.is_nan() { v } else { m };
    for (j, value) in values.iter().map(|v| v.abs()).enumerate() {
        largest = larger(largest, value);
        if grid.node(j).iter().zip(&is_outer).any(|(i, is_outer)| is_outer[*i]) {
            outer = larger(outer, value);
        }
    }
    outer / largest
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
    let period = file.game().domain(player).period().iter().copied().fold(0.0, f64::max);
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

/// Growth of a box that mass has come to the ends of.
const ENLARGEMENT: f64 = 1.25;
/// What the note of a larger box says.
const BEGAN_AGAIN: &str = "the run began again";

/// After an error of the seam of a box that the program has chosen: the game in a larger box, and what to say of it.
pub fn enlarged(file: &GameFile, error: &RunError) -> Option<Result<(GameFile, String), RunError>> {
    let RunError::Seam { time, player, share, .. } = error else { return None };
    if !file.game().box_is_chosen(*player) {
        return None;
    }
    let mut domain = Player::BOTH.map(|player| file.game().domain(player).clone());
    let letter = player.letter();
    let note = format!(
        "at time {time:?} the density of {letter} in the outer 5 % of his box was {share:.1e} of its maximum: {BEGAN_AGAIN} \
         in a box {ENLARGEMENT} times as wide"
    );
    let wider = domain[player.index()].widened(ENLARGEMENT).and_then(|wider| {
        domain[player.index()] = wider;
        file.in_boxes(domain)
    });
    Some(wider.map(|file| (file, note)).map_err(RunError::from))
}

/// Whether a note is that of a run that began again.
pub fn is_enlargement(note: &str) -> bool {
    note.contains(BEGAN_AGAIN)
}

/// For the summary.
pub fn note(share: f64) -> String {
    format!("the densities of the snapshots are at most {share:.1e} of their maximum in the outer 5 % of the boxes")
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

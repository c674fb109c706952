//! What a summary tells beside its numbers.

use super::positivity::Lowest;
use crate::game::Player;
use crate::output::Diagnostics;
use crate::torus::Density;
use crate::transport::Cloud;

/// The notes of a run of players on these lines: what happened on the way, the deepest dip below 0, the distances that are missing.
pub fn collect(
    on_the_way: Vec<String>,
    lowest: Option<&Lowest>,
    lines: [bool; 2],
    snapshots: &[(f64, Diagnostics)],
    failures: &[Option<String>; 2],
) -> Vec<String> {
    let mut notes = on_the_way;
    notes.extend(lowest.map(|lowest| lowest.note(lines)));
    notes.extend(missing_distances(snapshots, failures));
    notes
}

/// How many points of a cloud were wrapped onto the torus, if any were.
pub fn wrapped(what: &str, cloud: &Cloud) -> Option<String> {
    let (wrapped, all) = (cloud.wrapped(), cloud.len());
    let note = || format!("{what}: {wrapped} of {all} points were outside the fundamental domain and were wrapped");
    (wrapped > 0).then(note)
}

/// That error bars of a player on the line leave the mass outside of his box out, and why.
pub fn unbounded_tail(player: Player, reason: &str) -> String {
    let letter = player.letter();
    format!("error bars of {letter} are those of densities in the box: no bound of the mass outside, {reason}")
}

/// That a density on the line dips below 0, and what was done about it.
pub fn left_out(density: &Density) -> String {
    format!(
        "the density dips below 0 where it is almost 0, by a share of {:.1e} of its mass, which counts as 0: the error bar of W2 \
         holds it",
        density.left_out()
    )
}

/// How often a distance could not be had, and the first reason.
fn missing_distances(snapshots: &[(f64, Diagnostics)], failures: &[Option<String>; 2]) -> Vec<String> {
    let missing = |value: fn(&Diagnostics) -> f64| snapshots.iter().filter(|(_, d)| value(d).is_nan()).count();
    let counts = [missing(|d| d.w2_x), missing(|d| d.w2_y)];
    let mut notes = Vec::new();
    for player in Player::BOTH {
        let count = counts[player.index()];
        if count > 0 {
            let reason = failures[player.index()].as_deref().unwrap_or("the file does not hold the reason");
            let (letter, all) = (player.letter(), snapshots.len());
            notes.push(format!("w2_{letter} is null at {count} of {all} snapshots: {reason}"));
        }
    }
    notes
}

//! Densities of both players at some times.

use crate::game::Player;
use crate::torus::Grid;

/// The drift of a player against a density of the opponent, one array of node values for each axis.
pub(in crate::report) type Drift = dyn Fn(Player, &[f64]) -> Vec<Vec<f64>> + Send + Sync;

/// What moves.
pub(in crate::report) struct Frames {
    /// What is shown of each player: `density mu`, `cloud of x`.
    pub names: [&'static str; 2],
    pub grids: [Grid; 2],
    pub times: Vec<f64>,
    /// Node values of each player at these times; none where the file has no such player.
    pub densities: [Vec<Vec<f64>>; 2],
    /// What they are compared with, in words, and its node values: one row that stands still, or one for each time.
    pub reference: Option<(&'static str, [Vec<Vec<f64>>; 2])>,
    /// The drift, where it is known.
    pub drift: Option<Box<Drift>>,
    /// Whether the last time is followed by the first.
    pub closes: bool,
    /// Whether the values are those of cells, not of nodes of a smooth function.
    pub cells: bool,
}

impl Frames {
    /// The grid of a player.
    pub fn grid(&self, player: Player) -> &Grid {
        &self.grids[player.index()]
    }

    /// Whether there is anything of a player.
    pub fn has(&self, player: Player) -> bool {
        !self.densities[player.index()].is_empty()
    }

    /// What is shown of a player.
    pub fn name(&self, player: Player) -> &'static str {
        self.names[player.index()]
    }

    /// `density-x`, `cloud-y`: for names of files.
    pub fn file_name(&self, player: Player) -> String {
        let what = self.name(player).split(' ').next().unwrap_or_default();
        format!("{what}-{}", player.letter())
    }

    /// What a player is compared with in a frame.
    pub fn reference(&self, player: Player, frame: usize) -> Option<&[f64]> {
        let rows = &self.reference.as_ref()?.1[player.index()];
        rows.get(if rows.len() == 1 { 0 } else { frame }).map(Vec::as_slice)
    }

    /// A note when fewer times are shown than there are: `the clouds of 2 of 3 times are shown`.
    pub fn note(&self, what: &str, of: usize, units: &str) -> Option<String> {
        let shown = self.times.len();
        (shown < of).then(|| format!("the {what} of {shown} of {of} {units} are shown"))
    }

    /// The largest value of a player in the chosen frames; positive.
    pub fn top(&self, player: Player, chosen: impl Iterator<Item = usize>) -> f64 {
        let top = largest(chosen.flat_map(|frame| &self.densities[player.index()][frame]));
        if top > 0.0 { top } else { 1.0 }
    }

    /// The same, with what the player is compared with.
    pub fn top_of_all(&self, player: Player, chosen: &[usize]) -> f64 {
        let compared = chosen.iter().filter_map(|frame| self.reference(player, *frame)).flatten();
        self.top(player, chosen.iter().copied()).max(largest(compared))
    }
}

fn largest<'a>(values: impl Iterator<Item = &'a f64>) -> f64 {
    values.copied().filter(|v| v.is_finite()).fold(0.0, f64::max)
}

/// Most node values of a player that are held at a time (256 MiB); of more times some are left out.
const MOST_VALUES: usize = 1 << 25;

/// The rows of a file with so many times that are held, the first and the last among them.
pub(in crate::report) fn rows_in_memory(grids: &[Grid; 2], times: usize) -> Vec<usize> {
    let largest = grids.iter().map(Grid::len).max().unwrap_or(1);
    thinned(times, (MOST_VALUES / largest).max(2))
}

/// At most `most` (2 or more) of so many rows at equal distances, the first and the last among them.
pub(in crate::report) fn thinned(count: usize, most: usize) -> Vec<usize> {
    if count <= most {
        return (0..count).collect();
    }
    (0..most).map(|k| k * (count - 1) / (most - 1)).collect()
}

#[cfg(test)]
mod tests {
    use super::thinned;

    #[test]
    fn long_runs_are_thinned_and_keep_their_ends() {
        assert_eq!(thinned(3, 5), [0, 1, 2]);
        assert_eq!(thinned(11, 3), [0, 5, 10]);
        assert_eq!(thinned(2, 2), [0, 1]);
    }
}

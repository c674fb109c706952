//! The density of a player on a circle over time.

use super::Frames;
use crate::game::Player;
use crate::report::ReportError;
use crate::report::drawing::canvas::Sheet;
use crate::report::drawing::heat::{Axes, colour_bar, heat};
use crate::report::drawing::style::WIDTH;

/// Width of the bar of colours with its numbers.
const BAR: u32 = 96;
/// Room for ticks and labels on the left and below.
const ROOM: [u32; 2] = [72, 56];

/// Draws the snapshots side by side, each as far as half way to its neighbours.
pub(super) fn draw(frames: &Frames, player: Player, sheet: &Sheet<'_>) -> Result<(), ReportError> {
    let letter = player.letter();
    let below = sheet.frame(&format!("{} over time", frames.name(player)), &[])?;
    let (left, right) = below.split_horizontally(sheet.pixels(WIDTH - BAR));
    let series = &frames.densities[player.index()];
    let axis = frames.grid(player).axis(0);
    let top = frames.top(player, 0..series.len());
    let times = &frames.times;
    let value = |time: f64, place: f64| series[nearest(times, time)][axis.nearest(place)];
    let axes = Axes {
        horizontal: times[0]..if times.len() > 1 { times[times.len() - 1] } else { times[0] + 1.0 },
        vertical: axis.origin..axis.origin + axis.period,
        labels: ["time t", letter],
        room: ROOM,
    };
    heat(sheet, &left, &axes, top, value)?;
    colour_bar(sheet, &right, top, ROOM[1])
}

/// The index of the nearest of increasing times.
pub(super) fn nearest(times: &[f64], time: f64) -> usize {
    let after = times.partition_point(|t| *t < time);
    if after == 0 {
        return 0;
    }
    if after == times.len() || time - times[after - 1] <= times[after] - time { after - 1 } else { after }
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn the_nearest_time_is_found() {
        let times = [0.0, 1.0, 4.0];
        let found: Vec<usize> = [-1.0, 0.4, 0.6, 2.4, 2.6, 9.0].iter().map(|t| nearest(&times, *t)).collect();
        assert_eq!(found, [0, 0, 1, 1, 2, 2]);
    }
}

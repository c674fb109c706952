//! How the densities of both players move: over time, at some times, as a path of moments, as an animation.

mod animation;
mod density_drawing;
mod frames;
mod phase_portrait;
mod snapshots;
mod space_time;

pub(super) use density_drawing::{circle_chart, circle_curve, torus_map};
pub(super) use frames::{Drift, Frames, rows_in_memory, thinned};

use super::drawing::style::{HEIGHT, WIDTH};
use super::figure::Figure;
use crate::game::Player;

/// The figures of densities that move: one for each player, and the path of their leading moments.
pub(super) fn figures(frames: &Frames) -> Vec<Figure<'_>> {
    let mut figures: Vec<Figure<'_>> = Player::BOTH.into_iter().flat_map(|player| density(frames, player)).collect();
    if Player::BOTH.into_iter().all(|player| frames.has(player)) {
        let moments = Player::BOTH.map(|player| phase_portrait::leading_moment(frames, player));
        figures.push(Figure::new(
            "phase-portrait",
            "The path of the low Fourier mode of each player that moves most.",
            (WIDTH, HEIGHT),
            move |sheet| phase_portrait::draw(&moments, frames.closes, sheet),
        ));
    }
    figures
}

fn density(frames: &Frames, player: Player) -> Option<Figure<'_>> {
    if !frames.has(player) {
        return None;
    }
    let (name, what) = (frames.file_name(player), frames.name(player));
    Some(if frames.grid(player).dimension() == 1 {
        let caption = format!("The {what} over time.");
        Figure::new(name, &caption, (WIDTH, HEIGHT), move |sheet| space_time::draw(frames, player, sheet))
    } else {
        let with = if frames.drift.is_some() { ", with arrows along the drift" } else { "" };
        let caption = format!("The {what} at {} times{with}.", snapshots::chosen_rows(frames.times.len()).len());
        let size = snapshots::size(frames.times.len());
        Figure::new(name, &caption, size, move |sheet| snapshots::draw(frames, player, sheet))
    })
}

/// The densities as a moving picture (PNG with frames).
pub(super) fn animation(frames: &Frames) -> Result<Vec<u8>, super::ReportError> {
    animation::animate(frames)
}

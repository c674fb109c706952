//! The progress bar: on a terminal only, with an estimate of the time left.

use crate::experiment::{Progress, SweepProgress};
use indicatif::{HumanDuration, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use std::fmt::Write;

/// Positions of the bar.
const LENGTH: u64 = 1000;
/// Redraws per second.
const RATE: u8 = 8;

/// A bar over the time of a run, or over samples.
pub struct Bar {
    bar: ProgressBar,
}

impl Bar {
    /// A bar on stderr; hidden when `quiet` or when stderr is not a terminal.
    pub fn new(quiet: bool) -> Bar {
        let target = if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr_with_hz(RATE) };
        let bar = ProgressBar::with_draw_target(Some(LENGTH), target);
        let style = ProgressStyle::with_template("{bar:30} {percent:>3} %  {msg}{left}").expect("a valid template");
        bar.set_style(style.with_key("left", left));
        Bar { bar }
    }

    /// Shows where the run is.
    pub fn show(&self, progress: &Progress) {
        if self.bar.is_hidden() {
            return;
        }
        let share = if progress.end > 0.0 { progress.time / progress.end } else { 1.0 };
        self.bar.set_position((share * LENGTH as f64) as u64);
        let known = |name: &str, value: f64, text: String| {
            if value.is_nan() { String::new() } else { format!("  {name} {text}") }
        };
        let step = known("step", progress.step, format!("{:.1e}", progress.step));
        let w2 = known("W2", progress.w2, format!("{:.3e}", progress.w2));
        self.bar.set_message(format!("t = {:.4}{step}{w2}", progress.time));
    }

    /// Shows how many of how many samples have been drawn.
    pub fn show_samples(&self, done: usize, all: usize) {
        self.show_share(done, all, || format!("sample {done} of {all}"));
    }

    /// Shows how many points of a sweep are finished.
    pub fn show_points(&self, progress: &SweepProgress) {
        let SweepProgress { finished, points, failed } = *progress;
        self.show_share(finished, points, || {
            let failures = if failed > 0 { format!(", {failed} failed") } else { String::new() };
            format!("{finished} of {points} points{failures}")
        });
    }

    /// Shows how many runs of a ladder are finished.
    pub fn show_runs(&self, done: usize, all: usize) {
        self.show_share(done, all, || format!("{done} of {all} runs"));
    }

    fn show_share(&self, done: usize, all: usize, message: impl FnOnce() -> String) {
        if self.bar.is_hidden() {
            return;
        }
        self.bar.set_position((done as u64 * LENGTH).checked_div(all as u64).unwrap_or(LENGTH));
        self.bar.set_message(message());
    }

    /// Takes the bar away.
    pub fn clear(&self) {
        self.bar.finish_and_clear();
    }
}

/// The estimate of the time left, once there is something to estimate it from.
fn left(state: &ProgressState, out: &mut dyn Write) {
    if state.pos() > 0 {
        // A writer of text that is held in memory does not fail.
        let _ = write!(out, "  {:#} left", HumanDuration(state.eta()));
    }
}

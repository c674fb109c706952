//! The numbers of the summary, each with its error bar or the reason why it is missing.

use super::record::Record;
use crate::digits::{eigenvalue, evolved_distance, or_null, significant, with_error};
use crate::experiment::{SpectrumSummary, Summary};

/// Eigenvalues that are listed.
const EIGENVALUES: usize = 6;

/// Names and values.
pub(super) fn numbers(record: &Record) -> Vec<(&'static str, String)> {
    match record.summary() {
        Some(summary) => rows(summary),
        None => vec![("snapshots", record.times.len().to_string())],
    }
}

fn rows(summary: &Summary) -> Vec<(&'static str, String)> {
    let distance = |w2: Option<f64>, error: Option<f64>| match (w2, error) {
        (Some(w2), Some(error)) => with_error(w2, error),
        _ => "null".to_owned(),
    };
    let (first, last, rest) = (&summary.initial, &summary.last, &summary.equilibrium);
    let mut rows = vec![
        ("W2 at the start", distance(first.w2, first.w2_error)),
        ("W2 at the end", evolved(summary)),
        (
            "of x, of y",
            [(last.w2_x, first.w2_x), (last.w2_y, first.w2_y)].map(|(w2, at)| part(summary, w2, at)).join(", "),
        ),
        ("duality gap at the end", or_null(last.nikaido_isoda, 4)),
    ];
    match &summary.decay {
        Some(decay) => {
            let window = format!("on t = {} .. {}", significant(decay.from, 4), significant(decay.to, 4));
            rows.push(("decay of W2", format!("rate {} {window}", with_error(decay.rate, decay.error))));
        }
        None => rows.push(("decay of W2", "null: none that is exponential".to_owned())),
    }
    if let (Some(decay), Some(rates)) = (&summary.decay, &summary.rates) {
        let relative = decay.error / decay.rate;
        rows.push(("over the spectral gap", with_error(rates.to_gap, rates.to_gap * relative)));
        rows.push(("over the guaranteed rate", with_error(rates.to_guaranteed, rates.to_guaranteed * relative)));
    }
    match &summary.spectrum {
        Some(spectrum) => rows.extend(spectral_rows(spectrum)),
        None => rows.push(("spectrum", "null: see the notes".to_owned())),
    }
    if let Some(cycle) = &summary.cycle {
        rows.push(("period", with_error(cycle.period, cycle.period_error)));
        let amplitudes = [0, 1].map(|p| with_error(cycle.amplitude[p], cycle.amplitude_error[p]));
        rows.push(("amplitude of x, of y", amplitudes.join(", ")));
    }
    rows.extend([
        (
            "equilibrium",
            format!("duality gap {}, residual {}", significant(rest.nikaido_isoda, 2), significant(rest.residual, 2)),
        ),
        ("energy of the equilibrium", with_error(rest.energy, f64::EPSILON * summary.payoff.range)),
        ("mass error, minimum, tail", [last.mass_error, last.min_density, last.tail].map(|v| or_null(v, 2)).join(", ")),
        ("grid", format!("{:?} x {:?}", summary.grid.x, summary.grid.y)),
        ("dynamics, scheme", format!("{}, {}", summary.dynamics, summary.scheme)),
        ("tolerance", summary.tolerance.map_or("null: fixed steps".to_owned(), |t| significant(t, 2))),
        ("steps", format!("{} accepted, {} rejected", summary.steps, summary.rejected)),
        (
            "payoff",
            format!(
                "{}, rank {}, error {} of its range {}",
                summary.payoff.form,
                summary.payoff.rank,
                significant(summary.payoff.error, 1),
                significant(summary.payoff.range, 6)
            ),
        ),
    ]);
    rows.extend(summary.notes.iter().map(|note| ("note", note.clone())));
    rows
}

/// The distance of one player, `w2` at the end and `first` at the start. The error bar of the pair is
/// `(x dx + y dy)/w2 + (dx^2 + dy^2)/w2` or at least `dx`: either way it bounds `dx`.
fn part(summary: &Summary, w2: Option<f64>, first: Option<f64>) -> String {
    let (Some(w2), Some(both), Some(error)) = (w2, summary.last.w2, summary.last.w2_error) else {
        return "null".to_owned();
    };
    let bound = (error * both / w2).min((error * both).sqrt());
    evolved_distance(w2, error.max(bound), summary.tolerance, first)
}

fn evolved(summary: &Summary) -> String {
    match (summary.last.w2, summary.last.w2_error) {
        (Some(w2), Some(error)) => evolved_distance(w2, error, summary.tolerance, summary.initial.w2),
        _ => "null".to_owned(),
    }
}

fn spectral_rows(spectrum: &SpectrumSummary) -> Vec<(&'static str, String)> {
    let mut rows = vec![
        ("spectral gap", with_error(spectrum.gap, spectrum.gap_error)),
        ("frequency", with_error(spectrum.frequency, spectrum.frequency_error)),
        ("guaranteed rate", with_error(spectrum.guaranteed_rate, spectrum.guaranteed_rate_error)),
    ];
    // A pair is one entry.
    let upper = spectrum.eigenvalues.iter().zip(&spectrum.errors).filter(|(value, _)| value[1] >= 0.0);
    let listed = upper.take(EIGENVALUES);
    let listed: Vec<String> = listed.map(|(value, error)| eigenvalue(*value, *error)).collect();
    rows.push(("eigenvalues, one of each pair", listed.join("; ")));
    rows.extend(spectrum.notes.iter().map(|note| ("note on the spectrum", note.clone())));
    rows
}

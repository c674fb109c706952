//! `nashflow spectrum`.

use super::arguments::SpectrumArguments;
use super::conclude;
use super::destination::with_destination;
use super::number::{eigenvalue, significant, with_error};
use super::run::{line_rows, load};
use super::table::Table;
use crate::experiment::{RunError, SpectrumReport, SpectrumSummary, spectrum};

/// The exit status of the command.
pub fn main(arguments: &SpectrumArguments) -> i32 {
    conclude(&arguments.game, || solve(arguments), render)
}

fn solve(arguments: &SpectrumArguments) -> Result<SpectrumReport, RunError> {
    let file = load(&arguments.game)?;
    with_destination(&arguments.game, arguments.output.as_deref(), |destination| {
        spectrum(&file, arguments.count.into(), destination)
    })
}

fn render(report: &SpectrumReport) -> String {
    let s = &report.spectrum;
    let mut table = Table::new();
    table.row("grids", format!("{:?} x {:?}, {:?} x {:?}", s.grids[0].x, s.grids[0].y, s.grids[1].x, s.grids[1].y));
    line_rows(&mut table, &report.lines);
    table
        .row("spectral gap", with_error(s.gap, s.gap_error))
        .row("frequency", with_error(s.frequency, s.frequency_error))
        .row("guaranteed rate", with_error(s.guaranteed_rate, s.guaranteed_rate_error))
        .row("Poincare", format!("{} (x), {} (y)", constant(s, 0), constant(s, 1)))
        .row(
            "growth at most",
            format!(
                "{} in L2(1/mu*), {} in the tangent norm of W2",
                significant(s.growth_bound, 3),
                significant(s.w2_growth_bound, 3)
            ),
        );
    for (i, (value, error)) in s.eigenvalues.iter().zip(&s.errors).enumerate() {
        let times = match s.multiplicities[i] {
            Some(number) if number > 1 => format!(", {number} times"),
            _ => String::new(),
        };
        table.row(if i == 0 { "eigenvalues" } else { "" }, eigenvalue(*value, *error) + &times);
    }
    for note in &s.notes {
        table.row("note", note.as_str());
    }
    if let Some(output) = &report.output {
        table.row("output", output.as_str());
    }
    format!("{}\n{}", report.game, table.render())
}

fn constant(spectrum: &SpectrumSummary, player: usize) -> String {
    with_error(spectrum.poincare[player], spectrum.poincare_error[player])
}

//! `nashflow equilibrium`.

use super::arguments::EquilibriumArguments;
use super::conclude;
use super::destination::with_destination;
use super::number::significant;
use super::run::{line_rows, load};
use super::table::Table;
use crate::experiment::{EquilibriumReport, RunError, equilibrium};

/// The exit status of the command.
pub fn main(arguments: &EquilibriumArguments) -> i32 {
    conclude(&arguments.game, || solve(arguments), render)
}

fn solve(arguments: &EquilibriumArguments) -> Result<EquilibriumReport, RunError> {
    let file = load(&arguments.game)?;
    with_destination(&arguments.game, arguments.output.as_deref(), |destination| equilibrium(&file, destination))
}

fn render(report: &EquilibriumReport) -> String {
    let e = &report.equilibrium;
    let bound = |b: Option<f64>| b.map_or_else(|| "none".to_owned(), |b| significant(b, 1));
    let is_entropy = ["entropy", "kl"].contains(&report.regulariser);
    let what = if is_entropy { "the log-densities" } else { "the slopes phi'" };
    let mut table = Table::new();
    if report.regulariser != "entropy" {
        table.row("regulariser", report.regulariser);
    }
    table
        .row(
            "payoff",
            format!(
                "{}, rank {}, error {}",
                report.payoff.form,
                report.payoff.rank,
                significant(report.payoff.error, 1)
            ),
        )
        .row("grid", format!("{:?} x {:?}, tail {}", report.grid.x, report.grid.y, significant(e.tail, 1)));
    line_rows(&mut table, &report.lines);
    table
        .row("duality gap", significant(e.nikaido_isoda, 2))
        .row("residual", format!("{} of {what}, after {} Newton steps", significant(e.residual, 2), e.iterations))
        .row("energy", significant(e.energy, 12))
        .row("KL at most", format!("{} (x), {} (y)", bound(e.kl_bound[0]), bound(e.kl_bound[1])))
        .row("W2 at most", format!("{} (x), {} (y)", bound(e.w2_bound[0]), bound(e.w2_bound[1])))
        .row("mu*", format!("{} .. {}", significant(report.min_density[0], 6), significant(report.max_density[0], 12)))
        .row("nu*", format!("{} .. {}", significant(report.min_density[1], 6), significant(report.max_density[1], 12)));
    if e.support != [1.0; 2] {
        table.row("support", format!("{:.4} (x), {:.4} (y) of the torus", e.support[0], e.support[1]));
    }
    if let Some(output) = &report.output {
        table.row("output", output.as_str());
    }
    format!("{}\n{}", report.game, table.render())
}

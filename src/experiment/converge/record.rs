//! The report as arrays.

use super::report::{AlongReport, ConvergenceLadder, ConvergenceReport, QuantityReport};
use crate::output::{ConvergenceRecord, LadderRecord};

/// What the output file holds.
pub fn record(report: &ConvergenceReport) -> ConvergenceRecord {
    let number = |number: Option<f64>| number.unwrap_or(f64::NAN);
    ConvergenceRecord {
        quantities: report.quantities.iter().map(|quantity| quantity.name.clone()).collect(),
        values: report.quantities.iter().map(|quantity| number(quantity.value)).collect(),
        errors: report.quantities.iter().map(|quantity| number(quantity.error)).collect(),
        ladders: [
            ladder(&report.grids, &report.quantities, |quantity| quantity.grids.as_ref()),
            ladder(&report.times, &report.quantities, |quantity| quantity.times.as_ref()),
        ],
    }
}

fn ladder(
    ladder: &ConvergenceLadder,
    quantities: &[QuantityReport],
    along: impl Fn(&QuantityReport) -> Option<&AlongReport>,
) -> LadderRecord {
    let length = ladder.rungs.len();
    let column = |pick: fn(&AlongReport) -> &Vec<Option<f64>>| -> Vec<f64> {
        let of = |quantity: &QuantityReport| match along(quantity) {
            Some(along) => pick(along).iter().map(|number| number.unwrap_or(f64::NAN)).collect(),
            None => vec![f64::NAN; length],
        };
        quantities.iter().flat_map(of).collect()
    };
    let rung = |rung: &super::report::RungReport| match ladder.axis {
        "grid" => rung.points as f64,
        _ => rung.tolerance.or(rung.step).unwrap_or(f64::NAN),
    };
    LadderRecord {
        name: ladder.axis,
        rungs: ladder.rungs.iter().map(rung).collect(),
        columns: vec![
            ("value", "value at each rung", column(|along| &along.values)),
            ("difference", "size of the difference to the finest rung", column(|along| &along.differences)),
            ("error", "distance to the best value plus its error bar", column(|along| &along.errors)),
        ],
    }
}

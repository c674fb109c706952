//! The answer: what suffices, in the report and in words.

use super::ladder::Ladders;
use super::report::{AlongReport, ConvergenceLadder, QuantityReport, RungReport, SufficientReport};
use super::sufficient::{Errors, GridRung, Pairing, TimeRung, cheapest, worst};
use crate::equilibrium::LARGEST_TAIL;

/// What suffices for an accuracy, and the sentence on it.
pub fn answer(
    accuracy: f64,
    ladders: &Ladders,
    grids: &ConvergenceLadder,
    times: &ConvergenceLadder,
    quantities: &[QuantityReport],
) -> (Option<SufficientReport>, String) {
    let known: Vec<&QuantityReport> = quantities.iter().filter(|quantity| quantity.error.is_some()).collect();
    let errors: Vec<Errors> = known.iter().map(|quantity| errors(quantity, grids, times)).collect();
    let grid_rungs: Vec<GridRung> = grids.rungs.iter().map(grid_rung).collect();
    let time_rung = |(run, rung): (&usize, &RungReport)| TimeRung {
        // Where nothing evolves there is one rung, and its cost does not matter.
        evaluations: rung.evaluations.map_or(if ladders.time_matters { f64::NAN } else { 1.0 }, |count| count as f64),
        largest_tail: ladders.settings[*run].file.solver().tolerance(),
    };
    let time_rungs: Vec<TimeRung> = ladders.times.iter().zip(&times.rungs).map(time_rung).collect();
    let proviso = held_fixed(ladders, grids, times).map_or_else(String::new, |note| format!("; {note}"));
    let every = format!("For {accuracy:e} in every quantity");
    let name = |pairing: &Pairing| known[pairing.quantity].name.clone();
    let Some(found) = cheapest(&grid_rungs, &time_rungs, &errors, accuracy) else {
        let finest = &grids.rungs[grids.rungs.len() - 1];
        let why = match worst(&errors, grids.rungs.len() - 1, times.rungs.len() - 1) {
            Some(left) if left.error > accuracy => {
                format!("at the finest the error is still {:.0e}, in {}", left.error, name(&left))
            }
            Some(_) => {
                "run does not accept the grids that are accurate enough, for their spectral tails: add a finer one"
                    .to_owned()
            }
            None if finest.failure.is_some() => "the finest failed, so that no error is known".to_owned(),
            None => "no error is known at the finest".to_owned(),
        };
        return (None, format!("{every} no rung suffices: {why}{proviso}"));
    };
    let (grid, time) = (&grids.rungs[found.grid], &times.rungs[found.time]);
    let report = SufficientReport {
        grid: grid.grid.clone(),
        points: grid.points,
        tolerance: time.tolerance,
        step: time.step,
        error: found.error,
        quantity: name(&found),
    };
    let step = match time.tolerance {
        Some(tolerance) => format!("tolerance {tolerance:e}"),
        None => format!("step {:e}", time.step.unwrap_or(f64::NAN)),
    };
    let SufficientReport { points, error, quantity, .. } = &report;
    let sentence =
        format!("{every}: n = {points} and {step} suffice (largest error {error:.0e}, in {quantity}){proviso}");
    (Some(report), sentence)
}

/// That the one rung of a ladder hides an error.
pub fn held_fixed(ladders: &Ladders, grids: &ConvergenceLadder, times: &ConvergenceLadder) -> Option<String> {
    let is_fixed = |ladder: &ConvergenceLadder| ladder.rungs.len() == 1;
    let axis = match (is_fixed(grids), is_fixed(times) && ladders.time_matters) {
        (true, _) => grids.axis,
        (_, true) => times.axis,
        _ => return None,
    };
    Some(format!("the {axis} was not varied, and its error is in no error bar"))
}

fn grid_rung(rung: &RungReport) -> GridRung {
    let nodes: usize = [&rung.grid.x, &rung.grid.y].into_iter().map(|shape| shape.iter().product::<usize>()).sum();
    GridRung {
        nodes: nodes as f64,
        tail: rung.tail.unwrap_or(0.0),
        is_usable: rung.failure.is_none() && rung.equilibrium_tail.is_some_and(|tail| tail <= LARGEST_TAIL),
    }
}

/// Errors of a quantity at all rungs; 0 along a ladder on which it does not depend, or of which there is one rung.
fn errors(quantity: &QuantityReport, grids: &ConvergenceLadder, times: &ConvergenceLadder) -> Errors {
    let of = |along: &Option<AlongReport>, rungs: usize| match along {
        Some(along) => along.errors.iter().map(|error| error.unwrap_or(f64::NAN)).collect(),
        None => vec![0.0; rungs],
    };
    Errors { grids: of(&quantity.grids, grids.rungs.len()), times: of(&quantity.times, times.rungs.len()) }
}

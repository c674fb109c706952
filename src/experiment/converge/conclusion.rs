//! From the runs to the report: every quantity along both ladders, its value and its error bar.

use super::ConvergenceRequest;
use super::along::Ladder;
use super::answer::{answer, held_fixed};
use super::ladder::{Axis, Ladders, Setting};
use super::quantity::Measured;
use super::report::{AlongReport, BarsReport, ConvergenceLadder, ConvergenceReport, QuantityReport, RungReport};
use super::rung::Outcome;
use crate::experiment::RunError;
use crate::experiment::time_stepping::new_stepper;
use crate::game::GameFile;

/// The report, but for the output file and the wall time.
pub fn conclude(
    file: &GameFile,
    request: &ConvergenceRequest,
    ladders: &Ladders,
    measured: &[Measured],
    outcomes: &[Outcome],
    reasons: &dyn Fn(&RunError) -> String,
) -> ConvergenceReport {
    let run = |run: &usize| (&ladders.settings[*run], &outcomes[*run]);
    let declared = match ladders.time_axis {
        Axis::Step => f64::from(new_stepper(file).order()),
        _ => 1.0,
    };
    let grids = Ladder { axis: Axis::Grid, declared: None, runs: ladders.grids.iter().map(run).collect() };
    let times =
        Ladder { axis: ladders.time_axis, declared: Some(declared), runs: ladders.times.iter().map(run).collect() };
    let finest = (&ladders.settings[ladders.base()], &outcomes[ladders.base()]);
    let quantities: Vec<QuantityReport> =
        measured.iter().map(|one| quantity(one, &grids, &times, finest, reasons)).collect();
    let rungs = |ladder: &Ladder<'_>| ConvergenceLadder {
        axis: ladder.axis.name(),
        declared_order: ladder.declared,
        rungs: ladder
            .runs
            .iter()
            .map(|(setting, outcome)| RungReport::new(setting, outcome, outcome.failure.as_ref().map(reasons)))
            .collect(),
    };
    let (grids, times) = (rungs(&grids), rungs(&times));
    let (sufficient, sentence) = answer(request.accuracy, ladders, &grids, &times, &quantities);
    ConvergenceReport {
        game: file.game().name().to_owned(),
        dynamics: file.flow().name(),
        scheme: file.solver().scheme().name(),
        time: file.solver().time(),
        notes: notes(ladders, &grids, &times),
        grids,
        times,
        quantities,
        accuracy: request.accuracy,
        sufficient,
        sentence,
        output: None,
        wall_seconds: 0.0,
    }
}

/// One quantity along both ladders.
fn quantity(
    one: &Measured,
    grids: &Ladder<'_>,
    times: &Ladder<'_>,
    (setting, finest): (&Setting, &Outcome),
    reasons: &dyn Fn(&RunError) -> String,
) -> QuantityReport {
    let along_times = if one.follows_time() { times.follow(one, 0.0) } else { None };
    // Another grid may change the pattern of the steps that an error control takes, and so the error of all of them.
    let floor = match &along_times {
        _ if !one.follows_time() || grids.has_equal_steps() => 0.0,
        Some(along) => along.error.unwrap_or(0.0),
        None => setting.accuracy * one.value(finest).map_or(1.0, f64::abs),
    };
    let along_grids = grids.follow(one, floor);
    let value = one.value(finest);
    let extrapolated = along_times.as_ref().and_then(|along| along.richardson).filter(|_| value.is_some());
    let has_something = value.is_some() || (one.is_state() && finest.last.is_some());
    let is_compared = along_grids.is_some() || along_times.is_some();
    let error = total_error(&along_grids, &along_times).filter(|_| has_something && is_compared);
    let reason = match (has_something, error) {
        (false, _) => Some(format!("at the finest rung {}", one.why_missing(finest, reasons))),
        (true, None) if !is_compared => Some("nothing that it depends on was varied".to_owned()),
        (true, None) => Some("fewer than two rungs of a ladder have a value".to_owned()),
        (true, Some(_)) if one.is_state() => Some("a pair of densities is no number".to_owned()),
        (true, Some(_)) => None,
    };
    let bars = bars(along_grids.iter().chain(&along_times));
    QuantityReport {
        name: one.name.clone(),
        meaning: one.meaning.clone(),
        value: extrapolated.map(|best| best.value).or(value),
        error,
        from: value.map(|_| if extrapolated.is_some() { "richardson" } else { "finest" }),
        reason,
        grids: along_grids,
        times: along_times,
        bars,
    }
}

/// The error bar of the best value: that of both ladders, where there are two. `None` where one of them has no error.
fn total_error(grids: &Option<AlongReport>, times: &Option<AlongReport>) -> Option<f64> {
    let grid = grids.as_ref().map_or(Some(0.0), |along| along.error)?;
    let time = times.as_ref().map_or(Some(0.0), |along| along.richardson.map(|best| best.error).or(along.error))?;
    Some(grid + time)
}

/// How many of the stated error bars held.
fn bars<'a>(ladders: impl Iterator<Item = &'a AlongReport>) -> Option<BarsReport> {
    let mut bars = BarsReport { held: 0, failed: 0, undecided: 0 };
    for along in ladders {
        for (_, held) in along.stated.iter().zip(&along.held).filter(|(stated, _)| stated.is_some()) {
            match held {
                Some(true) => bars.held += 1,
                Some(false) => bars.failed += 1,
                None => bars.undecided += 1,
            }
        }
    }
    (bars.held + bars.failed + bars.undecided > 0).then_some(bars)
}

fn notes(ladders: &Ladders, grids: &ConvergenceLadder, times: &ConvergenceLadder) -> Vec<String> {
    let mut notes: Vec<String> = held_fixed(ladders, grids, times).into_iter().collect();
    let finest = &grids.rungs[grids.rungs.len() - 1];
    if finest.failure.is_none() && !finest.accepted {
        let tolerance = ladders.settings[ladders.base()].file.solver().tolerance();
        notes.push(format!("run does not accept the finest grid at the tolerance {tolerance:e}: add a finer grid"));
    }
    let verdicts: Vec<_> = grids.rungs.iter().chain(&times.rungs).filter_map(|rung| rung.verdict).collect();
    if verdicts.windows(2).any(|pair| pair[0] != pair[1]) {
        notes.push("the verdict is not the same at all rungs".to_owned());
    }
    notes
}

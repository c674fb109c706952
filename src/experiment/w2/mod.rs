//! The command `w2`: the exact distance between any two measures that a user can name.

mod choose;
mod error;
mod formula;
mod frame;
mod line;
mod operand;
mod parcels;
mod source;

pub use error::W2Error;
pub use operand::W2Operand;

use super::equilibrium::Destination;
use super::measurement::product_error;
use crate::array_file::ArrayAddress;
use crate::output::{OutputError, PlanHeader, PlanRecord, check_destination, write_plan};
use crate::transport::{Distance, Measure, Reading};
use choose::{Solution, Wish};
use frame::Wanted;
use operand::{Operand, Source};
use serde::Serialize;
use source::Request;

/// What is asked for.
#[derive(Clone)]
pub struct W2Request<'a> {
    /// The two measures.
    pub operands: [W2Operand<'a>; 2],
    /// One period, or one for each axis; those of a run's file, or 1, by default.
    pub periods: Option<&'a [f64]>,
    /// One origin, or one for each axis; those of a run's file, or 0, by default.
    pub origins: Option<&'a [f64]>,
    /// Whether points live on the line or plane; they do beside a state of a player who does.
    pub line: bool,
    /// The weights of clouds.
    pub weights: [Option<ArrayAddress>; 2],
    /// How values on a grid are read; band-limited by default.
    pub reading: Option<Reading>,
    /// Wanted error bar over distance.
    pub tolerance: Option<f64>,
    /// Where to write the plan.
    pub plan: Option<Destination<'a>>,
}

/// The object of `w2 --json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct W2Report {
    /// The distance, in the unit of length of the torus.
    pub w2: f64,
    /// The true distance lies within `w2 - error` and `w2 + error`.
    pub error: f64,
    /// How it was found; one method for each player, unless they are the same.
    pub method: String,
    /// Primal minus dual value, squared length, where the method has both.
    pub gap: Option<f64>,
    /// Distance of the x player's measures, of a pair.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub w2_x: Option<f64>,
    /// Distance of the y player's measures, of a pair.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub w2_y: Option<f64>,
    /// Error bar of `w2_x`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_x: Option<f64>,
    /// Error bar of `w2_y`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_y: Option<f64>,
    /// What a reader should know: sums that were normalised, points that were wrapped.
    pub notes: Vec<String>,
    /// The file of the plan.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<String>,
}

/// Computes the distance; with a destination, writes the plan.
///
/// # Errors
/// [`W2Error`]; nothing is written then.
pub fn w2(request: &W2Request<'_>) -> Result<W2Report, W2Error> {
    check_tolerance(request.tolerance)?;
    if let Some(plan) = &request.plan {
        check_destination(plan.path, plan.overwrite).map_err(without_resume)?;
    }
    let [a, b] = &request.operands;
    let operands = [a.resolve()?, b.resolve()?];
    check_reading(request.reading, &operands)?;
    let mut notes = Vec::new();
    let report = match &operands {
        [Operand::One(a), Operand::One(b)] => {
            let Solution { distance, plan } = solve(request, [a, b], &mut notes)?;
            single(distance).written(request, vec![("", plan)])?
        }
        [Operand::Pair(a), Operand::Pair(b)] => {
            if request.weights.iter().any(Option::is_some) {
                return Err(W2Error::input("--weights", "pairs of clouds take no weights; name one player's cloud"));
            }
            let x = solve(request, [&a[0], &b[0]], &mut notes)?;
            let y = solve(request, [&a[1], &b[1]], &mut notes)?;
            pair(x.distance, y.distance).written(request, vec![("x", x.plan), ("y", y.plan)])?
        }
        [Operand::Pair(_), Operand::One(_)] => return Err(half_a_pair(a.name(), b.name())),
        [Operand::One(_), Operand::Pair(_)] => return Err(half_a_pair(b.name(), a.name())),
    };
    if let Some(tolerance) = request.tolerance
        && report.error > tolerance * report.w2
    {
        notes.push(format!("the error bar is larger than --tolerance {tolerance} of the distance"));
    }
    Ok(W2Report { notes, ..report })
}

fn half_a_pair(pair: &str, single: &str) -> W2Error {
    let message = format!(
        "names both players, {single} one measure; name one player's: FILE.h5:/mu@TIME or /nu@TIME, \
         FILE.h5:/equilibrium/mu, or /particles/x@TIME"
    );
    W2Error::input(pair, message)
}

/// A plan cannot be resumed.
fn without_resume(error: OutputError) -> W2Error {
    match error {
        OutputError::Exists { path, .. } => {
            W2Error::input("--plan", format!("{} already exists; --force replaces it", path.display()))
        }
        error => error.into(),
    }
}

fn check_tolerance(tolerance: Option<f64>) -> Result<(), W2Error> {
    match tolerance {
        Some(tolerance) if !(tolerance > 0.0 && tolerance < 1.0) => {
            Err(W2Error::input("--tolerance", format!("must lie between 0 and 1, got {tolerance}")))
        }
        _ => Ok(()),
    }
}

/// A reading that would change nothing is a misunderstanding.
fn check_reading(reading: Option<Reading>, operands: &[Operand; 2]) -> Result<(), W2Error> {
    let is_gridded = |source: &Source| matches!(source, Source::Density(_) | Source::State { .. });
    let any_gridded = operands.iter().any(|operand| match operand {
        Operand::One(source) => is_gridded(source),
        Operand::Pair(sources) => sources.iter().any(is_gridded),
    });
    match reading {
        Some(reading) if !any_gridded => {
            let message =
                format!("{reading} concerns values on a grid in a file (density:FILE, RUN.h5:/mu); there are none");
            Err(W2Error::input("--reading", message))
        }
        _ => Ok(()),
    }
}

fn solve(request: &W2Request<'_>, sources: [&Source; 2], notes: &mut Vec<String>) -> Result<Solution, W2Error> {
    let requests = [0, 1].map(|i| Request {
        word: request.operands[i].name(),
        source: sources[i],
        weights: request.weights[i].as_ref(),
        reading: request.reading.unwrap_or_default(),
    });
    let wanted = Wanted { periods: request.periods, origins: request.origins, line: request.line };
    let measures = source::measures(requests, &wanted)?;
    notes.extend(measures.notes);
    let [source, target] = &measures.pair;
    let wish = Wish { tolerance: request.tolerance, plan: request.plan.is_some(), line: measures.line };
    let Solution { distance, plan } = choose::solve(source, target, wish)?;
    let reach = |measure: &Measure| match measure {
        // The box is half of the torus along every axis.
        Measure::Density(density) => 0.5 * density.reach_of_left_out(),
        _ => 0.0,
    };
    Ok(Solution { distance: distance.holding(reach(source) + reach(target)), plan })
}

fn single(distance: Distance) -> W2Report {
    W2Report {
        w2: distance.value,
        error: distance.error,
        method: distance.method.to_string(),
        gap: distance.gap,
        w2_x: None,
        w2_y: None,
        error_x: None,
        error_y: None,
        notes: Vec::new(),
        plan: None,
    }
}

/// `W2^2((mu, nu), (mu', nu')) = W2^2(mu, mu') + W2^2(nu, nu')`.
fn pair(x: Distance, y: Distance) -> W2Report {
    let w2 = x.value.hypot(y.value);
    let methods = [x.method.to_string(), y.method.to_string()];
    let method = if methods[0] == methods[1] { methods[0].clone() } else { methods.join(" (x), ") + " (y)" };
    W2Report {
        w2,
        error: product_error(w2, (x.value, x.error), (y.value, y.error)),
        method,
        gap: x.gap.zip(y.gap).map(|(x, y)| x + y),
        w2_x: Some(x.value),
        w2_y: Some(y.value),
        error_x: Some(x.error),
        error_y: Some(y.error),
        ..single(x)
    }
}

impl W2Report {
    /// Writes the plans, if they were asked for, each to a group of this name.
    fn written(self, request: &W2Request<'_>, plans: Vec<(&str, Option<PlanRecord>)>) -> Result<W2Report, W2Error> {
        let Some(destination) = &request.plan else { return Ok(self) };
        let header = PlanHeader {
            command: destination.command,
            source: request.operands[0].name(),
            target: request.operands[1].name(),
            method: &self.method,
            w2: self.w2,
            error: self.error,
        };
        (destination.before_writing)();
        let plans: Vec<(&str, PlanRecord)> =
            plans.into_iter().filter_map(|(group, plan)| plan.map(|plan| (group, plan))).collect();
        write_plan(destination.path, destination.overwrite, &header, &plans).map_err(without_resume)?;
        Ok(W2Report { plan: Some(destination.path.display().to_string()), ..self })
    }
}

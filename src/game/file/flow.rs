//! `[flow]`: the dynamics and the keys that belong to it.

use super::document::{Entry, Section};
use crate::game::fault::Fault;
use crate::game::flow_choice::FlowChoice;
use crate::game::schedule::TemperatureSchedule;
use crate::game::settings::Solver;
use crate::game::spelling::advice;
use crate::game::{Expression, Scope};

/// Reads the table and checks it against the solver.
pub(super) fn flow(section: Option<Section<'_>>, scope: &Scope, solver: &Solver) -> Result<FlowChoice, Fault> {
    let Some(section) = section else { return Ok(FlowChoice::MflDa) };
    let name = section.get("dynamics").map(|entry| name(&entry)).transpose()?.unwrap_or("mfl-da");
    section.allow(keys(name))?;
    let optional = |key: &str, default: f64| section.get(key).map_or(Ok(default), |entry| entry.number(scope));
    let required = |key: &str| section.require(key)?.number(scope);
    let choice = match name {
        "fisher-rao" => FlowChoice::FisherRao,
        "best-response" => FlowChoice::BestResponse { rate: optional("rate", 1.0)? },
        "forgetting-average" => FlowChoice::ForgettingAverage { rate: required("rate")? },
        "wasserstein-fisher-rao" => FlowChoice::WassersteinFisherRao { weight: optional("weight", 1.0)? },
        "annealing" => FlowChoice::Annealing { schedule: schedule(&section.require("schedule")?, scope, solver)? },
        "averaged-gradient" => FlowChoice::AveragedGradient { exponent: optional("exponent", 0.0)? },
        "optimistic" => FlowChoice::Optimistic { rate: required("rate")? },
        "extragradient" => FlowChoice::Extragradient { lookahead: required("lookahead")? },
        "quasistatic" => FlowChoice::Quasistatic,
        _ => FlowChoice::MflDa,
    };
    choice.checked(solver)
}

/// The keys of `[flow]` that a dynamics has.
fn keys(name: &str) -> &'static [&'static str] {
    match name {
        "best-response" | "forgetting-average" | "optimistic" => &["dynamics", "rate"],
        "wasserstein-fisher-rao" => &["dynamics", "weight"],
        "annealing" => &["dynamics", "schedule"],
        "averaged-gradient" => &["dynamics", "exponent"],
        "extragradient" => &["dynamics", "lookahead"],
        _ => &["dynamics"],
    }
}

fn name(entry: &Entry<'_>) -> Result<&'static str, Fault> {
    let given = entry.text()?;
    FlowChoice::NAMES.into_iter().find(|name| *name == given).ok_or_else(|| {
        Fault::new(entry.key.clone(), format!("unknown dynamics `{given}`")).with_help(advice(
            given,
            "allowed",
            &FlowChoice::NAMES,
        ))
    })
}

/// An expression of `t`, or a number.
fn schedule(entry: &Entry<'_>, scope: &Scope, solver: &Solver) -> Result<TemperatureSchedule, Fault> {
    let scope_of_time = scope.with_variables(vec!["t".to_owned()]);
    let factor = match entry.as_text() {
        Some(text) => {
            Expression::parse(text, &scope_of_time).map_err(|error| Fault::from_expression(entry.key.clone(), error))?
        }
        None => Expression::constant(entry.number(scope)?, &scope_of_time),
    };
    TemperatureSchedule::new(factor, solver.time())
}

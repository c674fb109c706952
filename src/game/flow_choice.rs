//! Which dynamics the pair follows: `[flow]`, checked.

use super::fault::Fault;
use super::schedule::TemperatureSchedule;
use super::settings::{Scheme, Solver};

/// The dynamics and its numbers.
#[derive(Debug, Clone)]
pub enum FlowChoice {
    /// Mean-field Langevin descent-ascent (the default).
    MflDa,
    /// The Fisher-Rao flow.
    FisherRao,
    /// The best-response flow.
    BestResponse {
        /// How fast a density moves towards its best response; positive.
        rate: f64,
    },
    /// Forces of forgetting averages.
    ForgettingAverage {
        /// How fast the past is forgotten; positive.
        rate: f64,
    },
    /// The Wasserstein-Fisher-Rao flow.
    WassersteinFisherRao {
        /// Weight of the Fisher-Rao part; not negative.
        weight: f64,
    },
    /// Temperatures that change with time.
    Annealing {
        /// The factor on the temperatures of the game.
        schedule: TemperatureSchedule,
    },
    /// Forces of averages over the whole past.
    AveragedGradient {
        /// The past of time `s` weighs `s^exponent`; above -1.
        exponent: f64,
    },
    /// Forces of twice the pair minus its forgetting average.
    Optimistic {
        /// How fast the past is forgotten; positive.
        rate: f64,
    },
    /// Forces of the pair predicted a moment later.
    Extragradient {
        /// That moment; not negative.
        lookahead: f64,
    },
    /// y always at his best response.
    Quasistatic,
}

impl FlowChoice {
    /// Names of all dynamics, as written in a game file.
    pub const NAMES: [&str; 10] = [
        "mfl-da",
        "fisher-rao",
        "best-response",
        "forgetting-average",
        "wasserstein-fisher-rao",
        "annealing",
        "averaged-gradient",
        "optimistic",
        "extragradient",
        "quasistatic",
    ];

    /// As written in a game file.
    pub fn name(&self) -> &'static str {
        match self {
            FlowChoice::MflDa => "mfl-da",
            FlowChoice::FisherRao => "fisher-rao",
            FlowChoice::BestResponse { .. } => "best-response",
            FlowChoice::ForgettingAverage { .. } => "forgetting-average",
            FlowChoice::WassersteinFisherRao { .. } => "wasserstein-fisher-rao",
            FlowChoice::Annealing { .. } => "annealing",
            FlowChoice::AveragedGradient { .. } => "averaged-gradient",
            FlowChoice::Optimistic { .. } => "optimistic",
            FlowChoice::Extragradient { .. } => "extragradient",
            FlowChoice::Quasistatic => "quasistatic",
        }
    }

    /// Whether this is [`FlowChoice::MflDa`].
    pub fn is_mfl_da(&self) -> bool {
        matches!(self, FlowChoice::MflDa)
    }

    /// Whether the logarithms of the initial densities must be resolved by the grid as well.
    pub fn steps_logarithms(&self) -> bool {
        matches!(self, FlowChoice::FisherRao)
    }

    /// What should be known of a run with this dynamics.
    pub fn note(&self) -> Option<&'static str> {
        match self {
            FlowChoice::Quasistatic => Some("y is at his best response at all times; his initial density is not used"),
            FlowChoice::Annealing { .. } => {
                Some("energy, duality gap and equilibrium are those of game.temperature, where the schedule is 1")
            }
            _ => None,
        }
    }

    pub(super) fn checked(self, solver: &Solver) -> Result<FlowChoice, Fault> {
        match self {
            FlowChoice::BestResponse { rate }
            | FlowChoice::ForgettingAverage { rate }
            | FlowChoice::Optimistic { rate } => positive("flow.rate", rate)?,
            FlowChoice::WassersteinFisherRao { weight } => not_negative("flow.weight", weight)?,
            FlowChoice::Extragradient { lookahead } => not_negative("flow.lookahead", lookahead)?,
            FlowChoice::AveragedGradient { exponent } => check_average(exponent, solver)?,
            FlowChoice::MflDa | FlowChoice::FisherRao | FlowChoice::Annealing { .. } | FlowChoice::Quasistatic => {}
        }
        Ok(self)
    }
}

fn check_average(exponent: f64, solver: &Solver) -> Result<(), Fault> {
    if !(exponent.is_finite() && exponent > -1.0) {
        return Err(Fault::new("flow.exponent", format!("must be finite and above -1, got {exponent:?}")));
    }
    if solver.scheme() == Scheme::Etdrk4 {
        let message = "the dynamics averaged-gradient has no fourth order with steps of one length";
        return Err(Fault::new("solver.scheme", message).with_help("allowed with it: adaptive, imex-euler, sbdf2"));
    }
    Ok(())
}

fn positive(key: &str, value: f64) -> Result<(), Fault> {
    if value.is_normal() && value > 0.0 {
        return Ok(());
    }
    Err(Fault::new(key, format!("must be positive and finite, got {value:?}")))
}

fn not_negative(key: &str, value: f64) -> Result<(), Fault> {
    if value.is_finite() && value >= 0.0 {
        return Ok(());
    }
    Err(Fault::new(key, format!("must be finite and not negative, got {value:?}")))
}

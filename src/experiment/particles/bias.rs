//! The distance from the equilibrium that the step of the scheme alone leaves, predicted ([`stationary_bias`]).

use super::distance::PairDistance;
use super::setup::ParticleRequest;
use crate::experiment::discretisation::temperatures;
use crate::experiment::measurement::ToEquilibrium;
use crate::game::{Game, Payoff};
use crate::particle::{ParticleScheme, stationary_bias};
use crate::torus::Density;
use serde::Serialize;

/// Distance of the stationary law of the scheme from the equilibrium, without noise: what a floor does not fall below
/// however many particles there are.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StepBias {
    /// Of both players; null with a `reason`.
    pub w2: Option<f64>,
    /// Of the x player.
    pub w2_x: Option<f64>,
    /// Of the y player.
    pub w2_y: Option<f64>,
    /// Why there is no prediction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl From<Result<PairDistance, String>> for StepBias {
    fn from(predicted: Result<PairDistance, String>) -> StepBias {
        match predicted {
            Ok(PairDistance { w2, w2_x, w2_y, .. }) => {
                StepBias { w2: Some(w2), w2_x: Some(w2_x), w2_y: Some(w2_y), reason: None }
            }
            Err(reason) => StepBias { w2: None, w2_x: None, w2_y: None, reason: Some(reason) },
        }
    }
}

/// The prediction for steps of this length, or why there is none.
pub(super) fn step_bias(
    game: &Game,
    request: &ParticleRequest,
    is_weighted: bool,
    payoff: &Payoff,
    equilibrium: &[Density; 2],
    step: f64,
) -> Result<PairDistance, String> {
    if request.scheme != ParticleScheme::EulerMaruyama {
        return Err(format!("{} has no bias of first order in the step", request.scheme.name()));
    }
    if is_weighted {
        return Err("of particles with weights no formula is known".to_owned());
    }
    if !request.distances {
        return Err("no distances were asked for".to_owned());
    }
    let [mu, nu] = equilibrium;
    let changes = stationary_bias(payoff, [mu, nu], temperatures(game), game.timescale(), step)?;
    let of = |p: usize| {
        let values = equilibrium[p].values().iter().zip(&changes[p]).map(|(r, change)| r * (1.0 + change)).collect();
        let biased = Density::normalised(equilibrium[p].grid(), values).map_err(|error| error.to_string())?;
        let solver = ToEquilibrium::new(&equilibrium[p]);
        solver.and_then(|mut solver| solver.distance(&biased)).map_err(|error| error.to_string())
    };
    Ok(PairDistance::new(of(0)?, of(1)?))
}

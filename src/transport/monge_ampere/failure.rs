//! What a failed solve means to the caller.

use super::continuation::FIRST_SHARE;
use super::level::Refused;
use super::newton::{Failure, Work};
use super::pair::Pair;
use super::{DEEPEST_DIP, METHOD};
use crate::transport::TransportError;

/// A solve that stopped short, and in which stage.
pub(super) fn explain(failure: Failure, pair: &Pair, work: &Work) -> TransportError {
    let stage = match failure {
        Failure::Start(refused) => return explain_refusal(refused),
        Failure::Linear(_) => "the linear solver",
        Failure::LineSearch => "the line search of Newton's method",
        Failure::Steps(_) => "Newton's method",
        Failure::Work => "the bounded work on all grids",
    };
    let (smallest, largest) = pair.range;
    TransportError::Continuation {
        method: METHOD,
        stage,
        steps: work.steps,
        share: FIRST_SHARE,
        contrast: largest / smallest.max(0.0),
    }
}

/// A potential that could not be evaluated.
pub(super) fn explain_refusal(refused: Refused) -> TransportError {
    match refused {
        Refused::NotConvex(smallest) => TransportError::NotConvex { method: METHOD, smallest },
        Refused::NotPositive(smallest) => {
            TransportError::Unresolved { method: METHOD, dip: -smallest, allowed: DEEPEST_DIP }
        }
    }
}

//! Which regulariser a game has: `game.regulariser`, checked.

use super::Expression;
use super::fault::Fault;
use crate::regulariser::{ChiSquared, Regulariser, ReverseKl, Tsallis};

/// The regulariser and what belongs to it.
#[derive(Debug, Clone)]
pub enum RegulariserChoice {
    /// `tau int mu log mu` (the default).
    Entropy,
    /// `tau KL(mu | pi)`: the entropy, with the payoff less `tau log pi`.
    RelativeEntropy {
        /// `pi_x` and `pi_y`, positive, not normalised.
        reference: Box<[Expression; 2]>,
    },
    /// `tau int (mu^q - mu)/(q - 1)`.
    Tsallis {
        /// The exponent, positive and not 1.
        q: f64,
    },
    /// `tau int mu^2/2`.
    ChiSquared,
    /// `-tau int log mu`.
    ReverseKl,
}

impl RegulariserChoice {
    /// Names of all regularisers, as written in a game file.
    pub const NAMES: [&str; 5] = ["entropy", "kl", "tsallis", "chi2", "reverse-kl"];

    /// As written in a game file.
    pub fn name(&self) -> &'static str {
        match self {
            RegulariserChoice::Entropy => "entropy",
            RegulariserChoice::RelativeEntropy { .. } => "kl",
            RegulariserChoice::Tsallis { .. } => "tsallis",
            RegulariserChoice::ChiSquared => "chi2",
            RegulariserChoice::ReverseKl => "reverse-kl",
        }
    }

    /// The function of the densities; that of a relative entropy is the entropy, its reference being in the payoff.
    pub fn regulariser(&self) -> Regulariser {
        match self {
            RegulariserChoice::Entropy | RegulariserChoice::RelativeEntropy { .. } => Regulariser::ENTROPY,
            RegulariserChoice::Tsallis { q } => Regulariser::Tsallis(Tsallis::new(*q)),
            RegulariserChoice::ChiSquared => Regulariser::ChiSquared(ChiSquared),
            RegulariserChoice::ReverseKl => Regulariser::ReverseKl(ReverseKl),
        }
    }

    /// Whether densities are weighed by the entropy, with a reference or without.
    pub fn is_entropic(&self) -> bool {
        self.regulariser().is_entropy()
    }

    pub(super) fn check(&self) -> Result<(), Fault> {
        match self {
            RegulariserChoice::Tsallis { q } if !(q.is_normal() && *q > 0.0) => {
                Err(Fault::new("game.tsallis_q", format!("must be positive and finite, got {q:?}")))
            }
            RegulariserChoice::Tsallis { q } if *q == 1.0 => {
                let message = "must not be 1, where Tsallis is the entropy";
                Err(Fault::new("game.tsallis_q", message).with_help("write regulariser = \"entropy\""))
            }
            _ => Ok(()),
        }
    }
}

//! Which particles have weights, and over which width they see their density.
//!
//! With the dynamics `wasserstein-fisher-rao` particles carry weights that follow its reaction ([`Reaction`]). The width is
//! that of `--bandwidth`, or [`default_bandwidth`] of the number of particles and of the narrowest density that is known: the
//! initial one or the equilibrium.

use super::setup::ParticleRequest;
use crate::experiment::RunError;
use crate::game::{FlowChoice, Game, GameFile, Player};
use crate::particle::{Dynamics, Reaction, default_bandwidth, narrowest_width};
use crate::torus::Density;
use std::sync::Arc;

/// The reaction that a game file asks for, but for the number of particles.
#[derive(Debug, Clone)]
pub(super) struct ReactionChoice {
    /// `g`.
    weight: f64,
    bandwidth: Option<[f64; 2]>,
    /// Of the narrowest densities of x and of y.
    widths: [f64; 2],
}

impl ReactionChoice {
    /// `None` for particles without weights.
    ///
    /// # Errors
    /// [`RunError`] for a dynamics without particles, and for a width that cannot be used.
    pub fn new(file: &GameFile, request: &ParticleRequest) -> Result<Option<ReactionChoice>, RunError> {
        let FlowChoice::WassersteinFisherRao { weight } = file.flow() else {
            if !file.flow().is_mfl_da() {
                let served = "mfl-da and wasserstein-fisher-rao";
                return Err(RunError::Dynamics { command: "particles", served, dynamics: file.flow().name() });
            }
            if request.bandwidth.is_some() {
                let message = "is for particles with weights; flow.dynamics is mfl-da, not wasserstein-fisher-rao";
                return Err(RunError::option("--bandwidth", message));
            }
            return Ok(None);
        };
        RunError::unless_torus("particles with weights", file)?;
        let choice = ReactionChoice { weight: *weight, bandwidth: request.bandwidth, widths: [f64::NAN; 2] };
        if let Some(bandwidth) = choice.bandwidth {
            for player in Player::BOTH {
                choice.check(file.game(), player, bandwidth[player.index()])?;
            }
        }
        Ok(Some(choice))
    }

    /// Takes the default widths from the equilibrium and the initial densities.
    pub fn with_densities(self, equilibrium: &[Density; 2], initial: Option<&[Density; 2]>) -> ReactionChoice {
        let widths = [0, 1].map(|p| {
            let known: Vec<&Density> = initial.map(|pair| &pair[p]).into_iter().chain([&equilibrium[p]]).collect();
            narrowest_width(&known)
        });
        ReactionChoice { widths, ..self }
    }

    /// No logarithm of a weight changes faster for long.
    pub fn fastest_rate(&self, game: &Game, dynamics: &Dynamics) -> f64 {
        dynamics.fastest_reaction(game, self.weight)
    }

    /// Of so many particles.
    ///
    /// # Errors
    /// [`RunError`] when the default width is too small for a grid.
    pub fn reactions(&self, game: &Game, counts: [usize; 2]) -> Result<Arc<[Reaction; 2]>, RunError> {
        let reaction = |player: Player| {
            let bandwidth = self.bandwidth(game, player, counts);
            self.check(game, player, bandwidth)?;
            Ok::<Reaction, RunError>(Reaction::new(game, player, self.weight, bandwidth))
        };
        let [x, y] = Player::BOTH.map(reaction);
        Ok(Arc::new([x?, y?]))
    }

    /// The width that a player's particles see.
    pub fn bandwidth(&self, game: &Game, player: Player, counts: [usize; 2]) -> f64 {
        let p = player.index();
        let default = || default_bandwidth(self.widths[p], game.domain(player).dimension(), counts[p]);
        self.bandwidth.map_or_else(default, |bandwidth| bandwidth[p])
    }

    fn check(&self, game: &Game, player: Player, bandwidth: f64) -> Result<(), RunError> {
        let periods = game.domain(player).period();
        let widest = periods.iter().fold(f64::INFINITY, |least, l| least.min(*l));
        if bandwidth.is_finite() && bandwidth <= widest && Reaction::serves(bandwidth, periods) {
            return Ok(());
        }
        let message = format!(
            "player {}: a width must be positive, at most the period {widest}, and no less than a grid of {} nodes can serve; \
             got {bandwidth:e}",
            player.letter(),
            Reaction::MOST_NODES
        );
        Err(RunError::option("--bandwidth", message))
    }
}

//! The system of particles of two players, and its clock.
//!
//! ```text
//! dX_i = -      (1/M) sum_l grad_x f(X_i, Y_l) dt + sqrt(2 tau_x)     dB_i,     i = 1 .. N
//! dY_l = +eta   (1/N) sum_i grad_y f(X_i, Y_l) dt + sqrt(2 eta tau_y) dB'_l,    l = 1 .. M
//! ```
//!
//! Particles of the Wasserstein-Fisher-Rao flow have weights as well ([`ParticleSystem::with_reactions`]), by which all means
//! over a cloud are then taken.
//!
//! A state is a function of the seed, the replica, the initial clouds and the lengths of the steps taken: not of the number
//! of threads, and not of where a run was interrupted.

use super::ensemble::Ensemble;
use super::escape::{Escape, first_lost};
use super::interaction::Interaction;
use super::motion::{Field, Mobility, Space};
use super::reaction::{Reaction, speed};
use super::stream::{BLOCK, RandomStreams};
use super::{euler_maruyama, heun, weighted};
use crate::game::{Game, Payoff, PayoffError, Player};
use std::sync::Arc;

/// How time is discretised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParticleScheme {
    /// Euler-Maruyama, weak order 1.
    EulerMaruyama,
    /// Heun with additive noise, weak order 2.
    Heun,
}

impl ParticleScheme {
    /// All schemes.
    pub const ALL: [ParticleScheme; 2] = [ParticleScheme::EulerMaruyama, ParticleScheme::Heun];

    /// The name that a user types.
    pub fn name(self) -> &'static str {
        match self {
            ParticleScheme::EulerMaruyama => "euler-maruyama",
            ParticleScheme::Heun => "heun",
        }
    }

    /// Weak order of convergence.
    pub fn weak_order(self) -> i32 {
        match self {
            ParticleScheme::EulerMaruyama => 1,
            ParticleScheme::Heun => 2,
        }
    }
}

/// What all realisations of a system share: the forces and how the particles give way to them.
#[derive(Debug, Clone)]
pub struct Dynamics {
    interaction: Interaction,
    mobility: [Mobility; 2],
}

impl Dynamics {
    /// Of a game, with its payoff on grids that resolve it.
    ///
    /// # Errors
    /// As [`Interaction::new`].
    pub fn new(game: &Game, payoff: &Payoff) -> Result<Dynamics, PayoffError> {
        Ok(Dynamics {
            interaction: Interaction::new(game, payoff)?,
            mobility: Player::BOTH.map(|player| Mobility::new(game, player)),
        })
    }

    /// No drift changes faster along its own motion, per unit of time, whatever the clouds: what a step must resolve. On the
    /// line this is said of the boxes of the densities.
    pub fn fastest_rate(&self) -> f64 {
        let of = |player: Player| self.interaction.curvature_bound(player, self.mobility[player.index()].drift());
        of(Player::X).max(of(Player::Y))
    }

    /// No logarithm of a weight changes faster for long, per unit of time, whatever the clouds, under reactions of this weight:
    /// `g e (tau + max |V|)`.
    pub fn fastest_reaction(&self, game: &Game, weight: f64) -> f64 {
        let of = |player: Player| {
            let bound = self.interaction.potential_bound(player);
            weight * speed(game, player) * (game.temperature(player) + bound)
        };
        of(Player::X).max(of(Player::Y))
    }

    /// The forces.
    pub fn interaction(&self) -> &Interaction {
        &self.interaction
    }
}

/// One realisation under way.
#[derive(Debug, Clone)]
pub struct ParticleSystem {
    dynamics: Arc<Dynamics>,
    scheme: ParticleScheme,
    streams: RandomStreams,
    clouds: [Ensemble; 2],
    /// Coefficients of the potentials at the present clouds.
    potentials: [Vec<f64>; 2],
    /// Of the weights, when particles have any.
    reactions: Option<Arc<[Reaction; 2]>>,
    steps: u64,
}

impl ParticleSystem {
    /// Starts from two clouds, or goes on from them after `steps` steps.
    ///
    /// # Panics
    /// When a cloud has not the dimension of its player.
    #[track_caller]
    pub fn new(
        dynamics: Arc<Dynamics>,
        scheme: ParticleScheme,
        streams: RandomStreams,
        clouds: [Ensemble; 2],
        steps: u64,
    ) -> ParticleSystem {
        for (cloud, mobility) in clouds.iter().zip(&dynamics.mobility) {
            assert_eq!(cloud.dimension(), mobility.dimension(), "dimension of a cloud and of its player");
        }
        let interaction = &dynamics.interaction;
        let means = Player::BOTH.map(|player| clouds[player.index()].means(interaction.coupled(player)));
        let potentials = Player::BOTH.map(|player| vec![0.0; interaction.felt(player).len()]);
        let mut system = ParticleSystem { dynamics, scheme, streams, clouds, potentials, reactions: None, steps };
        system.set_means(means);
        system
    }

    /// The same particles with weights that react; equal ones where a cloud has none.
    ///
    /// # Panics
    /// When a player lives on the line, where clouds are not smoothed.
    pub fn with_reactions(mut self, reactions: Arc<[Reaction; 2]>) -> ParticleSystem {
        assert!(self.dynamics.mobility.iter().all(|m| m.space() == Space::Torus), "weights react on tori");
        let clouds = Player::BOTH.map(|player| {
            let cloud = self.clouds[player.index()].clone();
            if !cloud.weights().is_empty() {
                return cloud;
            }
            let count = cloud.count();
            cloud.with_weights(vec![1.0 / count as f64; count])
        });
        self.reactions = Some(reactions);
        self.set_clouds(clouds);
        self
    }

    /// Takes `count` steps of length `h`.
    ///
    /// # Errors
    /// [`Escape`] at the first step after which a particle on the line is lost; on tori never.
    pub fn advance(&mut self, h: f64, count: u64) -> Result<(), Escape> {
        for _ in 0..count {
            match (&self.reactions, self.scheme) {
                (Some(_), _) => weighted::advance(self, h),
                (None, ParticleScheme::EulerMaruyama) => euler_maruyama::advance(self, h),
                (None, ParticleScheme::Heun) => heun::advance(self, h),
            }
            self.steps += 1;
            self.check_places()?;
        }
        Ok(())
    }

    fn check_places(&self) -> Result<(), Escape> {
        for player in Player::BOTH.into_iter().filter(|player| self.mobility(*player).space() == Space::Line) {
            if let Some(particle) = first_lost(self.cloud(player)) {
                return Err(Escape { player, particle, steps: self.steps });
            }
        }
        Ok(())
    }

    /// The particles of a player.
    pub fn cloud(&self, player: Player) -> &Ensemble {
        &self.clouds[player.index()]
    }

    /// What moves the particles.
    pub fn dynamics(&self) -> &Arc<Dynamics> {
        &self.dynamics
    }

    /// Steps taken since the start.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// `(1/(N M)) sum f(x_i, y_l)`.
    pub fn mean_payoff(&self) -> f64 {
        self.dynamics.interaction.mean_payoff([&self.clouds[0], &self.clouds[1]])
    }

    pub(super) fn scheme(&self) -> ParticleScheme {
        self.scheme
    }

    /// What the weights follow, if there are any.
    pub fn reactions(&self) -> Option<&Arc<[Reaction; 2]>> {
        self.reactions.as_ref()
    }

    /// # Panics
    /// When particles have no weights.
    pub(super) fn reaction(&self, player: Player) -> &Reaction {
        &self.reactions.as_ref().expect("weights that react")[player.index()]
    }

    /// Puts other clouds in the place of the present ones.
    pub(super) fn set_clouds(&mut self, clouds: [Ensemble; 2]) {
        self.clouds = clouds;
        let interaction = &self.dynamics.interaction;
        let means = Player::BOTH.map(|player| self.clouds[player.index()].means(interaction.coupled(player)));
        self.set_means(means);
    }

    pub(super) fn mobility(&self, player: Player) -> &Mobility {
        &self.dynamics.mobility[player.index()]
    }

    pub(super) fn field(&self, player: Player) -> Field<'_> {
        Field {
            felt: self.dynamics.interaction.felt(player),
            potential: &self.potentials[player.index()],
            coupled: self.dynamics.interaction.coupled(player),
            dimension: self.clouds[player.index()].dimension(),
            space: self.mobility(player).space(),
        }
    }

    /// The random numbers of a player in the present step.
    pub(super) fn streams(&self, player: Player) -> (&RandomStreams, Player, u64) {
        (&self.streams, player, self.steps)
    }

    /// Makes the potentials those of clouds with these means of what opponents feel.
    pub(super) fn set_means(&mut self, means: [Vec<f64>; 2]) {
        for player in Player::BOTH {
            let potential = &mut self.potentials[player.index()];
            self.dynamics.interaction.potential(player, &means[player.opponent().index()], potential);
        }
    }

    /// Serves the shares of both players, each with an array of his, at the same time if there are many.
    pub(super) fn both<R: Send>(
        &mut self,
        arrays: &mut [Vec<f64>; 2],
        serve: impl Fn(&ParticleSystem, Player, &mut [f64], &mut [f64]) -> R + Sync,
    ) -> [R; 2] {
        let [mut x, mut y] = Player::BOTH.map(|player| self.clouds[player.index()].take_shares());
        let [first, second] = arrays;
        let mut of_x = || serve(self, Player::X, &mut x, first);
        let mut of_y = || serve(self, Player::Y, &mut y, second);
        let few = self.clouds.iter().all(|cloud| cloud.count() <= BLOCK);
        let (a, b) = if few { (of_x(), of_y()) } else { rayon::join(of_x, of_y) };
        self.clouds[0].put_shares(x);
        self.clouds[1].put_shares(y);
        [a, b]
    }
}

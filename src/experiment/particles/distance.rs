//! Exact distances of a pair of clouds from a pair of densities.

use crate::experiment::measurement::product_error;
use crate::game::{Game, Player};
use crate::particle::Ensemble;
use crate::torus::Density;
use crate::transport::{Cloud, Distance};
use crate::validation::CloudDistance;

/// W2 of both players.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct PairDistance {
    /// `sqrt(w2_x^2 + w2_y^2)`.
    pub w2: f64,
    pub w2_x: f64,
    pub w2_y: f64,
    /// Error bar of `w2`.
    pub error: f64,
}

impl PairDistance {
    pub fn new(x: Distance, y: Distance) -> PairDistance {
        let w2 = x.value.hypot(y.value);
        let error = product_error(w2, (x.value, x.error), (y.value, y.error));
        PairDistance { w2, w2_x: x.value, w2_y: y.value, error }
    }
}

/// Distances to one pair of densities.
#[derive(Debug)]
pub(super) struct Targets<'a> {
    game: &'a Game,
    solvers: [CloudDistance; 2],
}

impl<'a> Targets<'a> {
    /// Prepares distances.
    pub fn new(game: &'a Game, [mu, nu]: &[Density; 2]) -> Result<Targets<'a>, String> {
        let of = |player: Player, density: &Density| {
            let solver = match game.tail(player) {
                None => CloudDistance::new(density),
                // Nothing is claimed of a tail that is not known: a note says so.
                Some(tail) => CloudDistance::on_line(density, tail.distance().unwrap_or(0.0)),
            };
            solver.map_err(|error| error.to_string())
        };
        Ok(Targets { game, solvers: [of(Player::X, mu)?, of(Player::Y, nu)?] })
    }

    /// The distance of a pair of clouds.
    pub fn distance(&self, clouds: [&Ensemble; 2]) -> Result<PairDistance, String> {
        let of = |player: Player| {
            let cloud = cloud(self.game, player, clouds[player.index()]);
            let distance = self.solvers[player.index()].of(&cloud);
            distance.map_err(|error| format!("player {}: {error}", player.letter()))
        };
        let (x, y) = rayon::join(|| of(Player::X), || of(Player::Y));
        Ok(PairDistance::new(x?, y?))
    }
}

/// The particles of a player in his coordinates.
pub(super) fn coordinates(game: &Game, player: Player, particles: &Ensemble) -> Vec<f64> {
    let domain = game.domain(player);
    let dimension = domain.dimension();
    let place = |(i, t): (usize, f64)| domain.origin()[i % dimension] + domain.period()[i % dimension] * t;
    particles.rows().into_iter().enumerate().map(place).collect()
}

fn cloud(game: &Game, player: Player, particles: &Ensemble) -> Cloud {
    let domain = game.domain(player);
    let weights = Some(particles.weights()).filter(|weights| !weights.is_empty());
    Cloud::placed(&coordinates(game, player, particles), weights, domain.period(), domain.origin(), domain.is_line())
        .expect("shares in [0, 1), or of particles that are not lost, are places, and weights have sum 1")
}

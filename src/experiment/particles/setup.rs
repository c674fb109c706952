//! From a game file and a request to everything that the replicas share.

use super::bias::{StepBias, step_bias};
use super::mean_field::mean_field;
use super::reaction::ReactionChoice;
use super::room::{check_clouds, check_densities};
use crate::array_file::ArrayAddress;
use crate::experiment::notes::{left_out, unbounded_tail, wrapped};
use crate::experiment::{Discretisation, RunError, discretise, discretise_with_initial};
use crate::game::{Game, GameFile, Initial, Player};
use crate::particle::{
    DensitySampler, Dynamics, ESCAPE, Ensemble, ParticleScheme, ParticleSystem, RandomStreams, Reaction, Sampling,
    is_lost,
};
use crate::torus::Density;
use crate::transport::Cloud;
use std::path::Path;
use std::sync::Arc;

/// Share of the fastest rate's time scale that a step takes when none is asked for.
const DEFAULT_STEP: f64 = 0.1;
/// Particles of a player when none are asked for.
const DEFAULT_COUNT: usize = 1000;
/// Most steps of one replica.
const MOST_STEPS: f64 = 1e9;

/// What is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct ParticleRequest {
    /// Particles of x and of y; `None` for the default, or as many as the initial clouds have.
    pub counts: Option<[usize; 2]>,
    /// How time is discretised.
    pub scheme: ParticleScheme,
    /// Longest step; `None` for a tenth of the time scale of the fastest drift, or reaction of the weights.
    pub step: Option<f64>,
    /// Realisations with random numbers of their own.
    pub replicas: usize,
    /// Seed of all random numbers.
    pub seed: u64,
    /// How initial clouds are drawn.
    pub sampling: Sampling,
    /// Whether distances are computed.
    pub distances: bool,
    /// Width over which weighted particles see their density, of x and of y; `None` for the default.
    pub bandwidth: Option<[f64; 2]>,
}

impl ParticleRequest {
    /// Most particles of a player.
    pub const MAXIMUM_COUNT: usize = 10_000_000;
    /// Most replicas.
    pub const MAXIMUM_REPLICAS: usize = 100_000;
    /// Most particles of a player in all replicas together: 2 GB with what a step needs.
    pub const MAXIMUM_TOTAL: usize = 50_000_000;

    fn check(&self) -> Result<(), RunError> {
        if !(1..=Self::MAXIMUM_REPLICAS).contains(&self.replicas) {
            let message = format!("must be between 1 and {}, got {}", Self::MAXIMUM_REPLICAS, self.replicas);
            return Err(RunError::option("--replicas", message));
        }
        if let Some(step) = self.step
            && !(step.is_normal() && step > 0.0)
        {
            return Err(RunError::option("--step", format!("must be positive and finite, got {step:?}")));
        }
        self.counts.map_or(Ok(()), |counts| self.check_counts("-n", counts))
    }

    /// Whether so many particles can be served.
    pub(super) fn check_counts(&self, option: &str, counts: [usize; 2]) -> Result<(), RunError> {
        for count in counts {
            if !(1..=Self::MAXIMUM_COUNT).contains(&count) {
                let message = format!("numbers of particles lie between 1 and {}, got {count}", Self::MAXIMUM_COUNT);
                return Err(RunError::option(option, message));
            }
            if count.saturating_mul(self.replicas) > Self::MAXIMUM_TOTAL {
                let message = format!(
                    "{count} particles in {} replicas need {:.1e} bytes; at most {} particles of a player in all replicas \
                     are served",
                    self.replicas,
                    32.0 * count as f64 * self.replicas as f64,
                    Self::MAXIMUM_TOTAL
                );
                return Err(RunError::option(option, message));
            }
        }
        Ok(())
    }
}

/// Where a player's particles start.
#[derive(Debug, Clone)]
enum Start {
    Density(Box<DensitySampler>),
    Cloud(Ensemble),
}

/// Particles of x and of y.
fn counts(request: &ParticleRequest, starts: &[Start; 2]) -> [usize; 2] {
    [0, 1].map(|p| match (&request.counts, &starts[p]) {
        (Some(counts), _) => counts[p],
        (None, Start::Cloud(cloud)) => cloud.count(),
        (None, Start::Density(_)) => DEFAULT_COUNT,
    })
}

/// Everything that does not depend on the number of particles.
#[derive(Debug)]
pub(super) struct Setup<'a> {
    pub file: &'a GameFile,
    pub request: &'a ParticleRequest,
    pub dynamics: Arc<Dynamics>,
    pub equilibrium: [Density; 2],
    /// Densities of infinitely many particles at the snapshot times, or why there are none.
    pub mean_field: Result<Vec<[Density; 2]>, String>,
    /// Steps of each stretch between snapshots, and their length.
    pub stretches: Vec<(u64, f64)>,
    pub step_bias: StepBias,
    pub notes: Vec<String>,
    /// Of the weights, if particles have any.
    pub reaction: Option<ReactionChoice>,
    starts: [Start; 2],
}

impl<'a> Setup<'a> {
    /// What is needed to move particles, and with `is_kept` to keep all clouds until the end.
    pub fn new(file: &'a GameFile, request: &'a ParticleRequest, is_kept: bool) -> Result<Setup<'a>, RunError> {
        request.check()?;
        let reaction = ReactionChoice::new(file, request)?;
        let (game, times) = (file.game(), file.output().times());
        let mut notes = Vec::new();
        let has_cloud = Player::BOTH.iter().any(|player| matches!(game.initial(*player), Initial::Cloud(_)));
        let (solved, initial): (Discretisation, Option<[Density; 2]>) = if has_cloud {
            (discretise(game, file.solver())?, None)
        } else {
            discretise_with_initial(game, file.solver()).map(|(solved, initial)| (solved, Some(initial)))?
        };
        let start = |player: Player| match (game.initial(player), &initial) {
            (_, Some(initial)) => Ok(Start::Density(Box::new(DensitySampler::new(&initial[player.index()])))),
            (Initial::Cloud(path), None) => read_cloud(file, player, path, &mut notes).map(Start::Cloud),
            (_, None) => {
                let message = "a cloud for one player needs a cloud for the other; give both, or densities for both";
                Err(RunError::initial(player, message.to_owned()))
            }
        };
        let [x, y] = Player::BOTH.map(start);
        let starts = [x?, y?];
        let counts = counts(request, &starts);
        request.check_counts("-n", counts)?;
        if is_kept {
            check_clouds(file, request, counts)?;
        }
        notes.extend(unbounded_tails(game));
        let dynamics =
            Dynamics::new(game, &solved.payoff).map_err(|error| RunError::payoff(game.written_source(), error))?;
        let dynamics = Arc::new(dynamics);
        let equilibrium = Player::BOTH.map(|player| solved.equilibrium_density(player));
        let reaction = reaction.map(|choice| choice.with_densities(&equilibrium, initial.as_ref()));
        let reaction_rate = reaction.as_ref().map_or(0.0, |choice| choice.fastest_rate(file.game(), &dynamics));
        let rate = dynamics.fastest_rate().max(reaction_rate);
        let stretches = stretches(times, request.step.unwrap_or_else(|| default_step(rate)))?;
        let longest = stretches.iter().map(|(_, length)| *length).fold(0.0, f64::max);
        let step_bias =
            StepBias::from(step_bias(game, request, reaction.is_some(), &solved.payoff, &equilibrium, longest));
        let mean_field = match initial {
            _ if !request.distances => Err("no distances were asked for".to_owned()),
            None => Err("the initial state is a cloud, which has no density to follow".to_owned()),
            Some(initial) => check_densities(&solved, times.len())
                .and_then(|()| mean_field(file, solved, initial, times).map_err(|error| error.to_string())),
        };
        if let Ok(densities) = &mean_field {
            notes.extend(dips(densities));
        }
        let setup =
            Setup { file, request, dynamics, equilibrium, mean_field, stretches, step_bias, notes, reaction, starts };
        setup.check_cloud_sizes()?;
        Ok(setup)
    }

    /// Particles of x and of y.
    pub fn counts(&self) -> [usize; 2] {
        counts(self.request, &self.starts)
    }

    /// Whether the particles start from clouds in files.
    pub fn has_clouds(&self) -> bool {
        self.starts.iter().any(|start| matches!(start, Start::Cloud(_)))
    }

    fn check_cloud_sizes(&self) -> Result<(), RunError> {
        for (player, count) in Player::BOTH.into_iter().zip(self.counts()) {
            if let Start::Cloud(cloud) = &self.starts[player.index()]
                && cloud.count() != count
            {
                let message = format!(
                    "{count} particles of player {} are asked for, his initial cloud has {}; leave the option out",
                    player.letter(),
                    cloud.count()
                );
                return Err(RunError::option("-n", message));
            }
        }
        Ok(())
    }

    /// A system of these clouds after so many steps, of particles with weights where there are reactions.
    pub fn system(
        &self,
        replica: u64,
        clouds: [Ensemble; 2],
        steps: u64,
        reactions: Option<&Arc<[Reaction; 2]>>,
    ) -> ParticleSystem {
        let streams = RandomStreams::new(self.request.seed, replica);
        let system = ParticleSystem::new(self.dynamics.clone(), self.request.scheme, streams, clouds, steps);
        match reactions {
            Some(reactions) => system.with_reactions(reactions.clone()),
            None => system,
        }
    }

    /// The reactions of so many particles, if they have weights.
    pub fn reactions(&self, counts: [usize; 2]) -> Result<Option<Arc<[Reaction; 2]>>, RunError> {
        self.reaction.as_ref().map(|choice| choice.reactions(self.file.game(), counts)).transpose()
    }

    /// The clouds that a replica starts from.
    pub fn clouds(&self, counts: [usize; 2], streams: &RandomStreams) -> [Ensemble; 2] {
        Player::BOTH.map(|player| match &self.starts[player.index()] {
            Start::Cloud(cloud) => cloud.clone(),
            Start::Density(sampler) => sampler.sample(self.request.sampling, counts[player.index()], streams, player),
        })
    }

    /// Steps of one replica.
    pub fn steps(&self) -> u64 {
        self.stretches.iter().map(|(count, _)| count).sum()
    }

    /// The longest step.
    pub fn longest_step(&self) -> f64 {
        self.stretches.iter().map(|(_, length)| *length).fold(0.0, f64::max)
    }
}

/// What is to be said of players on the line whose tails have no bound.
fn unbounded_tails(game: &Game) -> impl Iterator<Item = String> {
    Player::BOTH.into_iter().filter_map(|player| Some(unbounded_tail(player, game.tail(player)?.distance().err()?)))
}

/// The longest step when none is asked for; without drift, any.
fn default_step(rate: f64) -> f64 {
    if rate > 0.0 { DEFAULT_STEP / rate } else { f64::MAX }
}

/// Equal steps of at most `longest` between snapshots.
fn stretches(times: &[f64], longest: f64) -> Result<Vec<(u64, f64)>, RunError> {
    let end = times.last().copied().unwrap_or(0.0);
    if end / longest > MOST_STEPS {
        let message =
            format!("{:.1e} steps are needed until time {end}; at most {MOST_STEPS:.0e} are taken", end / longest);
        return Err(RunError::option("--step", message));
    }
    let stretch = |pair: &[f64]| {
        let length = pair[1] - pair[0];
        // A step that divides the stretch but for rounding divides it.
        let count = (length / longest * (1.0 - 4.0 * f64::EPSILON)).ceil().max(1.0);
        (count as u64, length / count)
    };
    Ok(times.windows(2).map(stretch).collect())
}

/// The points of a file, on the torus of a player or on his line.
fn read_cloud(file: &GameFile, player: Player, path: &Path, notes: &mut Vec<String>) -> Result<Ensemble, RunError> {
    let refuse = |message: String| RunError::initial(player, message);
    let domain = file.game().domain(player);
    let array = ArrayAddress::parse(&path.to_string_lossy()).read().map_err(|error| refuse(error.to_string()))?;
    let dimension = domain.dimension();
    let fits = matches!(array.shape.as_slice(), [_] if dimension == 1)
        || matches!(array.shape.as_slice(), [_, d] if *d == dimension);
    if !fits {
        return Err(refuse(format!(
            "{} has shape {:?}; a cloud of N points in dimension {dimension} has shape (N, {dimension}){}",
            path.display(),
            array.shape,
            if dimension == 1 { " or (N,)" } else { "" }
        )));
    }
    let cloud = Cloud::placed(&array.values, None, domain.period(), domain.origin(), domain.is_line())
        .map_err(|error| refuse(format!("{}: {error}", path.display())))?;
    if !domain.is_line() {
        notes.extend(wrapped(&path.display().to_string(), &cloud));
        return Ok(Ensemble::from_rows(dimension, cloud.positions()));
    }
    if let Some(lost) = cloud.positions().iter().position(|share| is_lost(*share)) {
        return Err(refuse(format!(
            "{}: point {} has the coordinate {:e}, farther than {ESCAPE} widths from the box of the densities",
            path.display(),
            lost / dimension,
            array.values[lost]
        )));
    }
    Ok(Ensemble::on_line(dimension, cloud.positions()))
}

/// That densities of infinitely many particles dip below 0, the deepest dip of each player.
fn dips(densities: &[[Density; 2]]) -> Vec<String> {
    let deepest = |player: Player| {
        let of_player = densities.iter().map(|pair| &pair[player.index()]);
        of_player.max_by(|a, b| a.left_out().total_cmp(&b.left_out()))
    };
    let told = |player: Player| {
        let density = deepest(player).filter(|density| density.left_out() > 0.0)?;
        Some(format!("{}: {}", player.letter(), left_out(density)))
    };
    Player::BOTH.into_iter().filter_map(told).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_divide_the_stretches_between_snapshots_and_are_never_longer_than_asked_for() {
        let times = [0.0, 0.1, 0.1 * 2.0, 1.0];
        let found = stretches(&times, 0.1).unwrap();
        assert_eq!(found.iter().map(|s| s.0).collect::<Vec<_>>(), [1, 1, 8]);
        for ((count, length), pair) in found.iter().zip(times.windows(2)) {
            assert!((*count as f64 * length - (pair[1] - pair[0])).abs() <= 1e-15 && *length <= 0.1 * (1.0 + 1e-15));
        }
        assert_eq!(stretches(&[0.0], 0.1).unwrap(), []);
        assert!(stretches(&[0.0, 1.0], 1e-12).unwrap_err().to_string().contains("--step"));
    }
}

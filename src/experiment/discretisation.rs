//! From a game to arrays: the grids, the payoff operator, the equilibrium and the initial densities on them.
//!
//! With `grid = "auto"` the smallest fast grids are taken on which the payoff, the equilibrium and the initial densities
//! are resolved; with fixed grids, what they do not resolve is an error that says which grid would do.

use super::RunError;
use super::cells::{discretise_in_cells, is_in_cells};
use super::grid_growth::{automatic_tail, grown_shape};
use crate::equilibrium::Equilibrium;
use crate::game::{Game, GameFile, GridChoice, Initial, Payoff, Player, Solver, sample_density};
use crate::output::{StateIndex, StoredState, read_state};
use crate::torus::{Density, Fourier, Grid, TorusError, pad_values, resample, tails_of_values};

/// Tail to which automatic grids resolve the equilibrium.
const EQUILIBRIUM_TAIL: f64 = 1e-12;
/// Fewest points per axis of an automatic grid, in one and in two dimensions.
pub(super) const FEWEST_POINTS: [usize; 2] = [64, 32];

/// A game on two grids.
#[derive(Debug, Clone)]
pub struct Discretisation {
    /// The payoff operator; it holds the grids.
    pub payoff: Payoff,
    /// The equilibrium pair.
    pub equilibrium: Equilibrium,
}

impl Discretisation {
    /// The game on grids of these shapes.
    ///
    /// # Errors
    /// [`RunError`] when the payoff or the equilibrium is not resolved there.
    pub fn new(game: &Game, shapes: &[Vec<usize>; 2]) -> Result<Discretisation, RunError> {
        let payoff = payoff_on(game, shapes)?;
        let regulariser = game.regulariser().regulariser();
        let equilibrium = Equilibrium::solve_regularised(&payoff, temperatures(game), regulariser)?;
        Ok(Discretisation { payoff, equilibrium })
    }

    /// As [`Discretisation::new`], but an equilibrium that the grids do not resolve is kept when its tails are at most
    /// `largest_tail`.
    ///
    /// # Errors
    /// [`RunError`] when the payoff is not resolved there, or the equilibrium leaves more.
    pub(super) fn on_coarse_grids(
        game: &Game,
        shapes: &[Vec<usize>; 2],
        largest_tail: f64,
    ) -> Result<Discretisation, RunError> {
        let payoff = payoff_on(game, shapes)?;
        let equilibrium = Equilibrium::solve_on_grid(&payoff, temperatures(game))?;
        for player in Player::BOTH {
            let tail = equilibrium.tail()[player.index()].iter().copied().fold(0.0, f64::max);
            if tail > largest_tail {
                let needed = equilibrium.points_needed(&payoff, player, largest_tail)?;
                let shape = payoff.grid(player).shape();
                let advice = format!("about {needed:?} points are needed");
                return Err(RunError::Unresolved {
                    what: "the equilibrium".to_owned(),
                    player,
                    time: None,
                    shape,
                    tail,
                    advice,
                });
            }
        }
        Ok(Discretisation { payoff, equilibrium })
    }

    /// The game on the fixed grids of its solver.
    fn on_fixed_grids(game: &Game, solver: &Solver, shapes: &[Vec<usize>; 2]) -> Result<Discretisation, RunError> {
        match solver.allowed_tail() {
            Some(largest_tail) => Discretisation::on_coarse_grids(game, shapes, largest_tail),
            None => Discretisation::new(game, shapes),
        }
    }

    /// The grid of a player.
    pub fn grid(&self, player: Player) -> &Grid {
        self.payoff.grid(player)
    }

    /// Points per axis of both players.
    pub fn shapes(&self) -> [Vec<usize>; 2] {
        Player::BOTH.map(|player| self.grid(player).shape())
    }

    /// The equilibrium density of a player.
    pub fn equilibrium_density(&self, player: Player) -> Density {
        let values = self.equilibrium.densities()[player.index()].to_vec();
        Density::normalised(self.grid(player), values).expect("best responses are finite, not negative and have mass 1")
    }
}

/// Both temperatures of a game.
pub fn temperatures(game: &Game) -> [f64; 2] {
    Player::BOTH.map(|player| game.temperature(player))
}

/// The game on the grids its solver asks for, without looking at the initial densities.
///
/// # Errors
/// [`RunError`] when a fixed grid does not resolve the game or no automatic grid would.
pub fn discretise(game: &Game, solver: &Solver) -> Result<Discretisation, RunError> {
    match solver.grid() {
        GridChoice::Fixed(shapes) => Discretisation::on_fixed_grids(game, solver, shapes),
        GridChoice::Auto => discretise_automatically(game),
    }
}

/// The game on the smallest grids that resolve payoff and equilibrium, whatever its solver asks for.
///
/// # Errors
/// [`RunError`] when none does.
pub fn discretise_automatically(game: &Game) -> Result<Discretisation, RunError> {
    grow_until_resolved(game, &smallest_shapes(game)?)
}

/// The game and its initial densities on the grids its solver asks for.
///
/// # Errors
/// [`RunError`] when a fixed grid does not resolve the game or a density, no automatic grid would, or an initial state
/// cannot be read.
pub fn discretise_with_initial(game: &Game, solver: &Solver) -> Result<(Discretisation, [Density; 2]), RunError> {
    discretise_starts(game, solver, false)
}

/// The same for the dynamics of a game file, which may need the logarithms of its initial densities resolved as well.
///
/// # Errors
/// As [`discretise_with_initial`].
pub(super) fn discretise_evolution(file: &GameFile) -> Result<(Discretisation, [Density; 2]), RunError> {
    if is_in_cells(file.game()) {
        return discretise_in_cells(file.game(), file.solver());
    }
    discretise_starts(file.game(), file.solver(), file.flow().steps_logarithms())
}

/// The initial density of a player on a grid, whether that resolves it or not.
///
/// # Errors
/// [`RunError::Initial`].
pub(super) fn initial_density(game: &Game, grid: &Grid, player: Player) -> Result<Density, RunError> {
    Start { source: StartSource::read(game, player)?, logarithms: false }.on(grid, player)
}

fn discretise_starts(
    game: &Game,
    solver: &Solver,
    logarithms: bool,
) -> Result<(Discretisation, [Density; 2]), RunError> {
    let start = |player| StartSource::read(game, player).map(|source| Start { source, logarithms });
    let starts = [start(Player::X)?, start(Player::Y)?];
    let mut shapes = match solver.grid() {
        GridChoice::Fixed(shapes) => {
            let discretisation = Discretisation::on_fixed_grids(game, solver, shapes)?;
            let densities = [0, 1].map(|p| starts[p].on(discretisation.grid(Player::BOTH[p]), Player::BOTH[p]));
            let [mu, nu] = densities;
            let densities = [mu?, nu?];
            for (player, density) in Player::BOTH.into_iter().zip(&densities) {
                starts[player.index()].check_resolved(player, density, solver.largest_tail())?;
            }
            return Ok((discretisation, densities));
        }
        GridChoice::Auto => smallest_shapes(game)?,
    };
    let target = automatic_tail(solver.tolerance());
    for player in Player::BOTH {
        shapes[player.index()] =
            starts[player.index()].resolved_shape(game, player, &shapes[player.index()], target)?;
    }
    let discretisation = grow_until_resolved(game, &shapes)?;
    let mu = starts[0].on(discretisation.grid(Player::X), Player::X)?;
    let nu = starts[1].on(discretisation.grid(Player::Y), Player::Y)?;
    Ok((discretisation, [mu, nu]))
}

pub(super) fn payoff_on(game: &Game, shapes: &[Vec<usize>; 2]) -> Result<Payoff, RunError> {
    let x = game.domain(Player::X).grid(&shapes[0])?;
    let y = game.domain(Player::Y).grid(&shapes[1])?;
    game.payoff(&x, &y).map_err(|error| RunError::payoff(game.written_source(), error))
}

/// The smallest shapes that resolve the payoff alone.
fn smallest_shapes(game: &Game) -> Result<[Vec<usize>; 2], RunError> {
    let fewest = Player::BOTH.map(|player| {
        let dimension = game.domain(player).dimension();
        vec![FEWEST_POINTS[dimension - 1]; dimension]
    });
    if game.lines() != [false, false] {
        // Functions with a kink at the seam are never resolved, and need not be.
        return Ok(fewest);
    }
    let x = game.domain(Player::X).grid(&fewest[0])?;
    let y = game.domain(Player::Y).grid(&fewest[1])?;
    let needed =
        Payoff::points_needed(game.source(), &x, &y).map_err(|error| RunError::payoff(game.written_source(), error))?;
    Ok([0, 1].map(|p| needed[p].iter().zip(&fewest[p]).map(|(a, b)| *a.max(b)).collect()))
}

/// Grows the grids until the equilibrium is resolved.
fn grow_until_resolved(game: &Game, shapes: &[Vec<usize>; 2]) -> Result<Discretisation, RunError> {
    let mut shapes = shapes.clone();
    loop {
        let payoff = payoff_on(game, &shapes)?;
        let regulariser = game.regulariser().regulariser();
        let equilibrium = Equilibrium::solve_regularised_on_grid(&payoff, temperatures(game), regulariser)?;
        if let Some(player) = equilibrium.vacuum() {
            return Err(RunError::Edge { player });
        }
        let mut resolved = true;
        for player in Player::BOTH {
            let p = player.index();
            let tails = &equilibrium.tail()[p];
            if !tails.iter().all(|t| *t <= EQUILIBRIUM_TAIL) {
                shapes[p] = grown_shape(payoff.grid(player), tails, EQUILIBRIUM_TAIL, "the equilibrium", player)?;
                resolved = false;
            }
        }
        if resolved {
            return Ok(Discretisation { payoff, equilibrium });
        }
    }
}

/// Where a player starts, and whether the logarithm of his density is to be resolved too.
struct Start<'a> {
    source: StartSource<'a>,
    logarithms: bool,
}

enum StartSource<'a> {
    Expression(&'a crate::game::Expression),
    Stored(StoredState),
}

impl<'a> StartSource<'a> {
    fn read(game: &'a Game, player: Player) -> Result<StartSource<'a>, RunError> {
        match game.initial(player) {
            Initial::Expression(density) => Ok(StartSource::Expression(density)),
            Initial::File(path) => {
                let stored = read_state(path, player, StateIndex::Last)
                    .map_err(|error| RunError::initial(player, error.to_string()))?;
                let domain = game.domain(player);
                if stored.grid.periods() != domain.period() || stored.grid.origins() != domain.origin() {
                    return Err(RunError::initial(
                        player,
                        format!(
                            "{} holds a density of periods {:?} and origins {:?}; the game has {:?} and {:?}",
                            path.display(),
                            stored.grid.periods(),
                            stored.grid.origins(),
                            domain.period(),
                            domain.origin()
                        ),
                    ));
                }
                Ok(StartSource::Stored(stored))
            }
            Initial::Cloud(path) => Err(RunError::initial(
                player,
                format!(
                    "{} is a particle cloud, which has no density on a grid; give an expression or a file of densities",
                    path.display()
                ),
            )),
        }
    }
}

impl Start<'_> {
    /// The density on a grid.
    fn on(&self, grid: &Grid, player: Player) -> Result<Density, RunError> {
        let density = match &self.source {
            StartSource::Expression(density) => sample_density(density, grid),
            StartSource::Stored(stored) => Density::normalised(grid, move_values(stored, grid)),
        };
        density.map_err(|error| RunError::initial(player, error.to_string()))
    }

    /// The smallest shape, at least `shape`, on which the density has tails of at most `target`.
    fn resolved_shape(
        &self,
        game: &Game,
        player: Player,
        shape: &[usize],
        target: f64,
    ) -> Result<Vec<usize>, RunError> {
        let mut shape: Vec<usize> = match &self.source {
            StartSource::Expression(_) => shape.to_vec(),
            StartSource::Stored(stored) => stored.grid.shape().iter().zip(shape).map(|(a, b)| *a.max(b)).collect(),
        };
        loop {
            let grid = game.domain(player).grid(&shape)?;
            let tails = self.tails(&self.on(&grid, player)?);
            if tails.iter().all(|t| *t <= target) {
                return Ok(shape);
            }
            shape = grown_shape(&grid, &tails, target, "the initial density", player).map_err(|_| {
                let tail = tails.iter().copied().fold(0.0, f64::max);
                let message = format!(
                    "no grid resolves {}: on {:?} points its spectral tail is still {tail:.1e}; it has a jump \
                     or a kink on the circle, or a feature narrower than the grid: smooth or widen it",
                    self.what(),
                    grid.shape()
                );
                RunError::initial(player, message)
            })?;
        }
    }

    /// What must be resolved, in words.
    fn what(&self) -> &'static str {
        if self.logarithms { "this density and its logarithm, which the dynamics steps" } else { "this density" }
    }

    /// Spectral tails of the density, and where its logarithm counts too, the larger ones of both; infinite for the
    /// logarithm of 0.
    fn tails(&self, density: &Density) -> Vec<f64> {
        let tails = tails_of_values(density.grid(), density.values());
        if !self.logarithms {
            return tails;
        }
        let mut logarithms: Vec<f64> = density.values().iter().map(|r| r.ln()).collect();
        let mean = logarithms.iter().sum::<f64>() / logarithms.len() as f64;
        if !mean.is_finite() {
            return vec![f64::INFINITY; tails.len()];
        }
        logarithms.iter_mut().for_each(|l| *l -= mean);
        // An error of the logarithm is a relative error of the density: absolute where the logarithm is small.
        let size = logarithms.iter().fold(0.0, |m: f64, l| m.max(l.abs())).min(1.0);
        let of_logarithm = tails_of_values(density.grid(), &logarithms);
        tails.iter().zip(of_logarithm).map(|(tail, logarithm)| tail.max(logarithm * size)).collect()
    }

    fn check_resolved(&self, player: Player, density: &Density, limit: f64) -> Result<(), RunError> {
        let tails = self.tails(density);
        if tails.iter().all(|tail| *tail <= limit) {
            return Ok(());
        }
        let tail = tails.iter().copied().fold(0.0, f64::max);
        let needed = self.needed_shape(player, density.grid(), limit);
        Err(RunError::Unresolved {
            what: if self.logarithms { "the initial log-density" } else { "the initial density" }.to_owned(),
            player,
            time: None,
            shape: density.grid().shape(),
            tail,
            advice: match needed {
                Some(shape) => format!("about {shape:?} points are needed"),
                None => "no grid would do: it has a jump or a kink".to_owned(),
            },
        })
    }

    fn needed_shape(&self, player: Player, grid: &Grid, limit: f64) -> Option<Vec<usize>> {
        let mut grid = grid.clone();
        loop {
            let tails = self.tails(&self.on(&grid, player).ok()?);
            if tails.iter().all(|t| *t <= limit) {
                return Some(grid.shape());
            }
            grid = grid.with_points(&grown_shape(&grid, &tails, limit, "", player).ok()?).ok()?;
        }
    }
}

/// Stored values on another grid of the same torus: exact on a finer one, cut off on a coarser one.
fn move_values(stored: &StoredState, grid: &Grid) -> Vec<f64> {
    let finer = stored.grid.shape().iter().zip(grid.shape()).all(|(from, to)| *from <= to);
    if finer {
        return pad_values(&stored.grid, grid, &stored.values);
    }
    let (from, to) = (Fourier::new(&stored.grid), Fourier::new(grid));
    let mut spectrum = from.zero_spectrum();
    from.forward(&stored.values, &mut spectrum, &mut from.scratch());
    let mut values = vec![0.0; grid.len()];
    to.inverse(&resample(&stored.grid, grid, &spectrum), &mut values, &mut to.scratch());
    values
}

impl From<TorusError> for RunError {
    fn from(error: TorusError) -> RunError {
        RunError::Grid(error)
    }
}

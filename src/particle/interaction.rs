//! The forces between two clouds, through the factors of the payoff: `O(N r)`, not `O(N M)`.
//!
//! ```text
//! f(x, y) = S(x) + T(y) + sum_ij C_ij A_i(x) B_j(y)
//! m_j     = (1/M) sum_l B_j(y_l),     u = C m,     V(x) = S(x) + sum_i u_i A_i(x),     drift of x = -grad V
//! ```
//!
//! and likewise for y with `C^T`. On tori every function is a trigonometric polynomial to rounding, because the grids of the
//! [`Payoff`] resolve it: its Fourier coefficients are taken once, the moments `m_j` become combinations of the means of
//! `cos 2 pi k.t` and `sin 2 pi k.t` over the cloud, and the potential becomes one polynomial, evaluated at each particle
//! exactly. Where a player lives on the line the functions are those that were written ([`super::factors`]): no series of a
//! box is one of the payoff, which is not periodic, and particles may leave the box. The result is that of the double sum to
//! rounding, at every place.
//!
//! Cost: `O(number of modes)` for each particle (see [`super::modes`]), and `O(r x modes)` once a step; on the line one
//! evaluation of every function for each particle.

use super::basis::Basis;
use super::ensemble::Ensemble;
use super::factors::FactorSet;
use super::modes::ModeSet;
use crate::game::payoff::{Coupling, ProductFactors};
use crate::game::{Game, Payoff, PayoffError, Player};
use crate::torus::{Fourier, Grid};
use std::collections::BTreeSet;
use std::f64::consts::TAU;

/// Coefficients below this share of the largest of a function are rounding of its node values.
const ROUNDING: f64 = 16.0 * f64::EPSILON;

/// The payoff between two clouds.
#[derive(Debug, Clone)]
pub struct Interaction {
    sides: [Side; 2],
    coupling: Coupling,
}

/// One player's functions `A_i` and `S` (`B_j` and `T`).
#[derive(Debug, Clone)]
struct Side {
    /// Of the functions `A_i`: what the opponent feels of this player's cloud.
    coupled: Basis,
    /// Of `A_i` and `S`: what moves this player; the coupled ones come first.
    felt: Basis,
    functions: Vec<Function>,
    static_part: Function,
}

/// A function in a basis: a constant and `(place, coefficient)` of what it has; of modes always pairs, cosine and sine.
#[derive(Debug, Clone, Default)]
struct Function {
    mean: f64,
    terms: Vec<(usize, f64)>,
}

impl Function {
    /// Mean of the function over a cloud with these means of the basis.
    fn moment(&self, means: &[f64]) -> f64 {
        self.terms.iter().fold(self.mean, |sum, &(place, a)| sum + a * means[place])
    }

    fn add_to(&self, weight: f64, coefficients: &mut [f64]) {
        for &(place, a) in &self.terms {
            coefficients[place] += weight * a;
        }
    }
}

/// What is measured of the members of a basis to bound a function.
enum Size<'a> {
    /// The largest value.
    Value,
    /// `sum_j a_j |d^2/dt_j^2|` with these `a_j`.
    Curvature(&'a [f64]),
}

impl Size<'_> {
    /// Bound of a function, the constant left out: everywhere on a torus, in the box on the line.
    fn of(&self, basis: &Basis, function: &Function) -> f64 {
        match basis {
            Basis::Modes(modes) => {
                let factor = |mode: &[i64; 2]| match self {
                    Size::Value => 1.0,
                    Size::Curvature(a) => {
                        mode.iter().zip(*a).map(|(m, a)| a.abs() * (TAU * *m as f64).powi(2)).sum::<f64>()
                    }
                };
                let pair = |pair: &[(usize, f64)]| pair[0].1.hypot(pair[1].1) * factor(&modes.modes()[pair[0].0 / 2]);
                function.terms.chunks_exact(2).map(pair).sum()
            }
            Basis::Factors(factors) => {
                let size = |k: usize| match self {
                    Size::Value => factors.largest(k),
                    Size::Curvature(a) => factors.curvature(k, a),
                };
                function.terms.iter().filter(|(_, a)| *a != 0.0).map(|&(k, a)| a.abs() * size(k)).sum()
            }
        }
    }
}

impl Interaction {
    /// Of a game, with its payoff on grids that resolve it.
    ///
    /// # Errors
    /// [`PayoffError::NotSeparable`] when a player lives on the line and the payoff is no finite sum of products.
    pub fn new(game: &Game, payoff: &Payoff) -> Result<Interaction, PayoffError> {
        let sides = if game.lines() == [false; 2] {
            Player::BOTH.map(|player| Side::in_modes(payoff, player))
        } else {
            let factors = ProductFactors::new(game.source(), game.domain(Player::X).dimension())?;
            Player::BOTH.map(|player| Side::in_factors(game, payoff.grid(player), player, &factors))
        };
        Ok(Interaction { sides, coupling: payoff.coupling().clone() })
    }

    /// What the opponent feels the means of over the player's cloud.
    pub fn coupled(&self, player: Player) -> &Basis {
        &self.sides[player.index()].coupled
    }

    /// What the potential that moves a player is made of; [`Interaction::coupled`] comes first.
    pub fn felt(&self, player: Player) -> &Basis {
        &self.sides[player.index()].felt
    }

    /// The potential that a player feels, `V` or `U`, as coefficients of [`Interaction::felt`]; a constant is left out.
    ///
    /// `opponent_means` are those of the opponent's [`Interaction::coupled`].
    pub fn potential(&self, player: Player, opponent_means: &[f64], coefficients: &mut [f64]) {
        let own = &self.sides[player.index()];
        let weights = self.weights(player, opponent_means);
        coefficients.fill(0.0);
        own.static_part.add_to(1.0, coefficients);
        own.functions.iter().zip(&weights).for_each(|(function, weight)| function.add_to(*weight, coefficients));
    }

    /// `(1/(N M)) sum_il f(x_i, y_l)`.
    pub fn mean_payoff(&self, clouds: [&Ensemble; 2]) -> f64 {
        let means = [0, 1].map(|p| clouds[p].means(&self.sides[p].felt));
        let [x, y] = &self.sides;
        let weights = self.weights(Player::X, &means[1]);
        let mixed: f64 = x.functions.iter().zip(&weights).map(|(a, u)| u * a.moment(&means[0])).sum();
        x.static_part.moment(&means[0]) + y.static_part.moment(&means[1]) + mixed
    }

    /// Bound on `sum_j a_j |d^2V/dt_j^2|`: on tori for every place and every cloud of the opponent, on the line in the boxes
    /// of the players, there of every row of second derivatives.
    pub fn curvature_bound(&self, player: Player, a: &[f64]) -> f64 {
        self.bound(player, &Size::Curvature(a))
    }

    /// Bound on `|V|` less a constant, for the same places and clouds.
    pub fn potential_bound(&self, player: Player) -> f64 {
        self.bound(player, &Size::Value)
    }

    fn bound(&self, player: Player, what: &Size<'_>) -> f64 {
        let (own, other) = (&self.sides[player.index()], &self.sides[player.opponent().index()]);
        let largest = |function: &Function| function.mean.abs() + Size::Value.of(&other.felt, function);
        let largest: Vec<f64> = other.functions.iter().map(largest).collect();
        let matrix = self.coupling.to_dense();
        let columns = self.coupling.columns();
        let weight = |i: usize| -> f64 {
            let entry = |j: usize| match player {
                Player::X => matrix[i * columns + j],
                Player::Y => matrix[j * columns + i],
            };
            largest.iter().enumerate().map(|(j, bound)| entry(j).abs() * bound).sum()
        };
        let coupled = own.functions.iter().enumerate().map(|(i, f)| match what.of(&own.felt, f) {
            // 0 times an infinite bound of the opponent's function.
            0.0 => 0.0,
            size => weight(i) * size,
        });
        what.of(&own.felt, &own.static_part) + coupled.sum::<f64>()
    }

    fn weights(&self, player: Player, opponent_means: &[f64]) -> Vec<f64> {
        let functions = &self.sides[player.opponent().index()].functions;
        let moments: Vec<f64> = functions.iter().map(|function| function.moment(opponent_means)).collect();
        let mut weights = vec![0.0; self.sides[player.index()].functions.len()];
        match player {
            Player::X => self.coupling.apply(&moments, &mut weights),
            Player::Y => self.coupling.apply_transposed(&moments, &mut weights),
        }
        weights
    }
}

/// A function before its modes have places: the mean and `(mode, a, b)`.
type Expansion = (f64, Vec<([i64; 2], f64, f64)>);

impl Side {
    fn in_modes(payoff: &Payoff, player: Player) -> Side {
        let grid = payoff.grid(player);
        let fourier = Fourier::new(grid);
        let functions: Vec<Expansion> =
            (0..payoff.function_count(player)).map(|i| expand(&fourier, &payoff.function(player, i))).collect();
        let static_part = expand(&fourier, &payoff.static_function(player));
        let modes_of = |expansion: &Expansion| expansion.1.iter().map(|term| term.0).collect::<Vec<_>>();
        let coupled: BTreeSet<[i64; 2]> = functions.iter().flat_map(modes_of).collect();
        let others = modes_of(&static_part).into_iter().filter(|mode| !coupled.contains(mode));
        let felt: Vec<[i64; 2]> = coupled.iter().copied().chain(others).collect();
        let placed = |(mean, terms): &Expansion| {
            let place = |mode: &[i64; 2]| felt.iter().position(|m| m == mode).expect("a felt mode");
            let pair = |(mode, a, b): &([i64; 2], f64, f64)| {
                let s = place(mode);
                [(2 * s, *a), (2 * s + 1, *b)]
            };
            Function { mean: *mean, terms: terms.iter().flat_map(pair).collect() }
        };
        let (functions, static_part) = (functions.iter().map(placed).collect(), placed(&static_part));
        let dimension = grid.dimension();
        Side {
            coupled: Basis::Modes(ModeSet::new(dimension, coupled.into_iter().collect())),
            felt: Basis::Modes(ModeSet::new(dimension, felt)),
            functions,
            static_part,
        }
    }

    fn in_factors(game: &Game, grid: &Grid, player: Player, factors: &ProductFactors) -> Side {
        let (coupled, statics) = (&factors.coupled[player.index()], &factors.statics[player.index()]);
        let moving = || statics.iter().filter(|(_, function)| function.as_constant().is_none());
        let constant = statics.iter().filter_map(|(c, function)| Some(c * function.as_constant()?)).sum();
        let terms = moving().enumerate().map(|(i, (c, _))| (coupled.len() + i, *c)).collect();
        let functions = coupled.iter().chain(moving().map(|(_, function)| function)).cloned().collect();
        let felt = FactorSet::new(game.domain(player), grid, functions);
        Side {
            coupled: Basis::Factors(felt.first(coupled.len())),
            felt: Basis::Factors(felt),
            functions: (0..coupled.len()).map(|k| Function { mean: 0.0, terms: vec![(k, 1.0)] }).collect(),
            static_part: Function { mean: constant, terms },
        }
    }
}

/// Coefficients of `cos 2 pi k.t` and `sin 2 pi k.t` from node values, those at the level of rounding left out, and Nyquist
/// modes: cosines at the nodes and nothing that a resolved function has.
fn expand(fourier: &Fourier, values: &[f64]) -> Expansion {
    let grid = fourier.grid();
    let mut spectrum = fourier.zero_spectrum();
    fourier.forward(values, &mut spectrum, &mut fourier.scratch());
    let largest = spectrum.iter().map(|c| c.norm()).fold(0.0, f64::max);
    let kept = |position: &usize| {
        spectrum[*position].norm() > ROUNDING * largest && grid.is_upper(*position) && !grid.is_nyquist(*position)
    };
    let term = |position: usize| {
        let (modes, c) = (grid.modes(position), spectrum[position]);
        ([modes[0], modes.get(1).copied().unwrap_or(0)], 2.0 * c.re, -2.0 * c.im)
    };
    (spectrum[0].re, (0..spectrum.len()).filter(kept).map(term).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::discretise;
    use crate::game::{Game, PayoffSource, catalogue};
    use crate::particle::stream::{BlockStream, Purpose, RandomStreams};

    /// Shares of `count` places.
    fn places(random: &mut BlockStream, count: usize, dimension: usize) -> Ensemble {
        let rows: Vec<f64> = (0..count * dimension).map(|_| random.uniform()).collect();
        Ensemble::from_rows(dimension, &rows)
    }

    /// Coordinates of every particle.
    fn coordinates(game: &Game, player: Player, cloud: &Ensemble) -> Vec<Vec<f64>> {
        let domain = game.domain(player);
        let place = |row: &[f64]| {
            row.iter().zip(domain.origin()).zip(domain.period()).map(|((t, o), l)| o + l * t).collect::<Vec<f64>>()
        };
        cloud.rows().chunks_exact(cloud.dimension()).map(place).collect()
    }

    /// The payoff at a pair of points, as it was written.
    fn value(game: &Game, x: &[f64], y: &[f64]) -> f64 {
        match game.source() {
            PayoffSource::Expression(f) => f.evaluate(&[x, y].concat()),
            PayoffSource::Kernel(k) => k.evaluate(&x.iter().zip(y).map(|(x, y)| x - y).collect::<Vec<f64>>()),
            PayoffSource::Terms(terms) => terms.iter().map(|t| t.coefficient * t.x.evaluate(x) * t.y.evaluate(y)).sum(),
            PayoffSource::Table { .. } => unreachable!("no bundled game is a table"),
        }
    }

    /// `df/dp` of variable `variable` at a pair of points, by the exact derivative of what was written.
    fn slope(game: &Game, player: Player, axis: usize, x: &[f64], y: &[f64]) -> f64 {
        let own = player.index();
        let variable = axis + if own == 0 { 0 } else { x.len() };
        match game.source() {
            PayoffSource::Expression(f) => f.derivative(variable).evaluate(&[x, y].concat()),
            PayoffSource::Kernel(k) => {
                let z: Vec<f64> = x.iter().zip(y).map(|(x, y)| x - y).collect();
                k.derivative(axis).evaluate(&z) * if own == 0 { 1.0 } else { -1.0 }
            }
            PayoffSource::Terms(terms) => (terms.iter())
                .map(|t| match player {
                    Player::X => t.coefficient * t.x.derivative(axis).evaluate(x) * t.y.evaluate(y),
                    Player::Y => t.coefficient * t.x.evaluate(x) * t.y.derivative(axis).evaluate(y),
                })
                .sum(),
            PayoffSource::Table { .. } => unreachable!("no bundled game is a table"),
        }
    }

    #[test]
    fn forces_and_payoff_equal_the_direct_double_sums_in_every_bundled_game() {
        for bundled in catalogue::list() {
            let file = bundled.load(&[]).unwrap();
            let game = file.game();
            let payoff = discretise(game, file.solver()).unwrap().payoff;
            let interaction = Interaction::new(game, &payoff).unwrap();
            let mut random = RandomStreams::new(11, 0).block(Player::X, Purpose::Start, 0, 0);
            let clouds = Player::BOTH.map(|player| {
                places(&mut random, if player == Player::X { 37 } else { 23 }, game.domain(player).dimension())
            });
            let points = Player::BOTH.map(|player| coordinates(game, player, &clouds[player.index()]));
            let pairs = || points[0].iter().flat_map(|x| points[1].iter().map(move |y| (x, y)));
            let mean = pairs().map(|(x, y)| value(game, x, y)).sum::<f64>() / (37.0 * 23.0);
            let ours = interaction.mean_payoff([&clouds[0], &clouds[1]]);
            assert!((ours - mean).abs() <= 1e-13 * payoff.range(), "{}: {ours}, {mean}", bundled.name);
            for player in Player::BOTH {
                let (own, other) = (player.index(), player.opponent().index());
                let modes = interaction.felt(player);
                let mut polynomial = vec![0.0; modes.len()];
                let means = clouds[other].means(interaction.coupled(player.opponent()));
                interaction.potential(player, &means, &mut polynomial);
                let dimension = clouds[own].dimension();
                let rows = clouds[own].rows();
                let shares: Vec<f64> =
                    (0..dimension).flat_map(|axis| rows[axis..].iter().step_by(dimension).copied()).collect();
                let mut out = vec![0.0; shares.len()];
                modes.gradients(&polynomial, &shares, &mut out, &mut modes.scratch());
                for axis in 0..dimension {
                    let direct: Vec<f64> = (points[own].iter())
                        .map(|p| {
                            let terms = points[other].iter().map(|q| match player {
                                Player::X => slope(game, player, axis, p, q),
                                Player::Y => slope(game, player, axis, q, p),
                            });
                            terms.sum::<f64>() / points[other].len() as f64
                        })
                        .collect();
                    let scale = direct.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
                    // A payoff that is no trigonometric polynomial is truncated and aliased: its error, known at samples, may be
                    // a few times as large between them, and the derivative's by the largest wavenumber larger.
                    let nodes = payoff.grid(player).axis(axis).points as f64;
                    let wavenumber = std::f64::consts::PI * nodes / game.domain(player).period()[axis];
                    let bound = 1e-13 * scale + 4.0 * wavenumber * payoff.error() * payoff.range();
                    for (ours, direct) in out[axis * direct.len()..].iter().zip(&direct) {
                        let ours = ours / game.domain(player).period()[axis];
                        let name = bundled.name;
                        assert!((ours - direct).abs() <= bound, "{name}, {player:?}: {ours} against {direct}");
                    }
                }
            }
        }
    }
}

//! The forces between two clouds, through the factors of the payoff: `O(N r)`, not `O(N M)`.
//!
//! ```text
//! f(x, y) = S(x) + T(y) + sum_ij C_ij A_i(x) B_j(y)
//! m_j     = (1/M) sum_l B_j(y_l),     u = C m,     V(x) = S(x) + sum_i u_i A_i(x),     drift of x = -grad V
//! ```
//!
//! and likewise for y with `C^T`. Every function is a trigonometric polynomial to rounding, because the grids of the
//! [`Payoff`] resolve it: its Fourier coefficients are taken once, the moments `m_j` become combinations of the means of
//! `cos 2 pi k.t` and `sin 2 pi k.t` over the cloud, and the potential becomes one polynomial, evaluated at each particle
//! exactly. The result is that of the double sum to rounding.
//!
//! Cost: `O(number of modes)` for each particle (see [`super::modes`]), and `O(r x modes)` once a step.

use super::ensemble::Ensemble;
use super::modes::ModeSet;
use crate::game::payoff::Coupling;
use crate::game::{Payoff, Player};
use crate::torus::Fourier;
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
    /// Modes of the functions `A_i`: what the opponent feels of this player's cloud.
    coupled: ModeSet,
    /// Modes of `A_i` and `S`: what moves this player; the coupled ones come first.
    felt: ModeSet,
    functions: Vec<Function>,
    static_part: Function,
}

/// A function in modes: the mean and `(position, a, b)` for each mode that it has.
#[derive(Debug, Clone, Default)]
struct Function {
    mean: f64,
    terms: Vec<(usize, f64, f64)>,
}

impl Function {
    /// Mean of the function over a cloud with these means of cosines and sines.
    fn moment(&self, means: &[f64]) -> f64 {
        self.terms.iter().fold(self.mean, |sum, &(s, a, b)| sum + a * means[2 * s] + b * means[2 * s + 1])
    }

    /// Bound on its modulus.
    fn bound(&self) -> f64 {
        self.mean.abs() + self.terms.iter().map(|(_, a, b)| a.hypot(*b)).sum::<f64>()
    }

    fn add_to(&self, weight: f64, polynomial: &mut [f64]) {
        for &(s, a, b) in &self.terms {
            polynomial[2 * s] += weight * a;
            polynomial[2 * s + 1] += weight * b;
        }
    }
}

impl Interaction {
    /// Takes the Fourier coefficients of the functions of a payoff.
    pub fn new(payoff: &Payoff) -> Interaction {
        Interaction { sides: Player::BOTH.map(|player| Side::new(payoff, player)), coupling: payoff.coupling().clone() }
    }

    /// Modes whose means over the player's cloud the opponent feels.
    pub fn coupled_modes(&self, player: Player) -> &ModeSet {
        &self.sides[player.index()].coupled
    }

    /// Modes of the potential that moves a player; [`Interaction::coupled_modes`] come first.
    pub fn felt_modes(&self, player: Player) -> &ModeSet {
        &self.sides[player.index()].felt
    }

    /// The potential that a player feels, `V` or `U`, as coefficients of his felt modes; the mean is left out.
    ///
    /// `opponent_means` are those of the opponent's coupled modes.
    pub fn potential(&self, player: Player, opponent_means: &[f64], polynomial: &mut [f64]) {
        let own = &self.sides[player.index()];
        let weights = self.weights(player, opponent_means);
        polynomial.fill(0.0);
        own.static_part.add_to(1.0, polynomial);
        own.functions.iter().zip(&weights).for_each(|(function, weight)| function.add_to(*weight, polynomial));
    }

    /// `(1/(N M)) sum_il f(x_i, y_l)`.
    pub fn mean_payoff(&self, clouds: [&Ensemble; 2]) -> f64 {
        let means = [0, 1].map(|p| clouds[p].mean_modes(&self.sides[p].felt));
        let [x, y] = &self.sides;
        let weights = self.weights(Player::X, &means[1]);
        let mixed: f64 = x.functions.iter().zip(&weights).map(|(a, u)| u * a.moment(&means[0])).sum();
        x.static_part.moment(&means[0]) + y.static_part.moment(&means[1]) + mixed
    }

    /// Bound on `sum_j a_j |d^2V/dt_j^2|` for every place and every cloud of the opponent.
    pub fn curvature_bound(&self, player: Player, a: &[f64]) -> f64 {
        self.bound(player, |mode| mode.iter().zip(a).map(|(m, a)| a.abs() * (TAU * *m as f64).powi(2)).sum())
    }

    /// Bound on `|V|` less its mean for every place and every cloud of the opponent.
    pub fn potential_bound(&self, player: Player) -> f64 {
        self.bound(player, |_| 1.0)
    }

    /// Bound on the potential with each mode multiplied by a number that is not negative.
    fn bound(&self, player: Player, factor: impl Fn(&[i64; 2]) -> f64) -> f64 {
        let own = &self.sides[player.index()];
        let largest: Vec<f64> = self.sides[player.opponent().index()].functions.iter().map(Function::bound).collect();
        let matrix = self.coupling.to_dense();
        let columns = self.coupling.columns();
        let weight = |i: usize| -> f64 {
            let entry = |j: usize| match player {
                Player::X => matrix[i * columns + j],
                Player::Y => matrix[j * columns + i],
            };
            largest.iter().enumerate().map(|(j, bound)| entry(j).abs() * bound).sum()
        };
        let size = |function: &Function| -> f64 {
            function.terms.iter().map(|&(s, p, q)| p.hypot(q) * factor(&own.felt.modes()[s])).sum()
        };
        let coupled = own.functions.iter().enumerate().map(|(i, function)| weight(i) * size(function));
        size(&own.static_part) + coupled.sum::<f64>()
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
    fn new(payoff: &Payoff, player: Player) -> Side {
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
            Function { mean: *mean, terms: terms.iter().map(|(mode, a, b)| (place(mode), *a, *b)).collect() }
        };
        let (functions, static_part) = (functions.iter().map(placed).collect(), placed(&static_part));
        let dimension = grid.dimension();
        Side {
            coupled: ModeSet::new(dimension, coupled.into_iter().collect()),
            felt: ModeSet::new(dimension, felt),
            functions,
            static_part,
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
        let on_tori = |game: &Game| !game.lines().contains(&true);
        let files = catalogue::list().iter().map(|bundled| (bundled, bundled.load(&[]).unwrap()));
        for (bundled, file) in files.filter(|(_, file)| on_tori(file.game())) {
            let game = file.game();
            let payoff = discretise(game, file.solver()).unwrap().payoff;
            let interaction = Interaction::new(&payoff);
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
                let modes = interaction.felt_modes(player);
                let mut polynomial = vec![0.0; 2 * modes.len()];
                let means = clouds[other].mean_modes(interaction.coupled_modes(player.opponent()));
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

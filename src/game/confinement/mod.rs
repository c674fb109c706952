//! Players on the line or plane: a bound of the mass far out that holds for all times, and the box that it gives.
//!
//! ```text
//! Phi(z) = x.grad_x f - y.grad_y f,    u = z - c,    M = sum_i E |u_i|^p/(p eta_i)      (eta_i = 1 for x, eta for y)
//!
//! 1  sum_i u_i^(p-2) (..)_i  >=  a sum_i |u_i|^p - b  for all z           =>  M(t) <= max(M(0), b/(a p min(1, eta)))
//! 2  u.grad V[nu]  >=  a |u|^2 - b   for all u and every nu with E |v_j|^p <= p eta M     (for y: -U[mu])
//! 3  W = exp(q |u|^2/2), q < a/tau:   E W(t) <= max(E W(0), exp(q (tau d + b)/(2 (a - tau q))))
//! 4  P(|u| > R)  <=  exp(-q R^2/2) max(E W(0), ..)   for all t
//! ```
//!
//! along the mean-field Langevin descent-ascent. Step 1 is a statement on both players together: the means over the
//! product `mu x nu` of what they do to each other partly cancel, for `a x y` wholly. It is needed only where step 2 asks
//! for moments of the opponent. In step 3 `d/dt E W <= E W q (tau d + b - (a - tau q)|u|^2)`, whose supremum over `|u|`
//! with `2 (a - tau q) E W` added is the bound. The terms of temperature of step 1 stand in `b`.
//!
//! The inequalities are made from polynomials and bounded rests (`growth.rs`) by splitting mixed terms and bounding
//! functions of one variable cell by cell (`coercivity.rs`); moments of the initial densities are sums (`start.rs`).
//! Constants `a`, `q`, the power `p` and the centre `c` are the best of a few. Exponents of rounding are not tracked but for a
//! share of 1e-12 of every coefficient.
//!
//! The box has `R` for a mass of [`TAIL_MASS`] inside its seam, the outer 5 %, and there the initial densities are below
//! 1e-14 of their maximum.

mod coercivity;
mod growth;
mod polynomial;
mod settle;
mod start;

pub(super) use settle::{Setup, settle};

use coercivity::{Defect, Sides};
use growth::Growth;
use polynomial::{Exponents, MOST_VARIABLES, Polynomial};
use start::Start;

/// Share of the box that is its seam, both ends together.
pub const SEAM: f64 = 0.05;
/// Mass beyond the radius of a box that the program chooses.
pub const TAIL_MASS: f64 = 1e-14;

/// Powers of the moments of step 1.
const POWERS: [i32; 3] = [2, 4, 6];
/// Ratios of the scales of x and y in step 1, where terms of both do not cancel.
const RATIOS: [f64; 5] = [1.0, 2.0, 0.5, 4.0, 0.25];
/// Exponents `q` that are tried, from the largest `a/tau` down by this factor.
const EXPONENTS: i32 = 48;
const EXPONENT_RATIO: f64 = 1.15;
/// `q` stays below this share of `a/tau`.
const LARGEST_SHARE: f64 = 0.999;

/// `P(|z - centre| > radius) <= mass` for all times, by the constants `a`, `b`, `q` of the steps above.
#[derive(Debug, Clone, PartialEq)]
pub struct TailBound {
    /// In `u.grad V >= a |u|^2 - b`.
    pub a: f64,
    /// The same.
    pub b: f64,
    /// Of `W = exp(q |u|^2/2)`.
    pub q: f64,
    /// Centre of the ball, one coordinate per axis.
    pub centre: Vec<f64>,
    /// Its radius: the seam of the box lies outside.
    pub radius: f64,
    /// Bound on the mass outside.
    pub mass: f64,
}

impl TailBound {
    /// What the mass beyond the radius adds to a W2 distance at most: each part of it is moved into the ball by no more than
    /// `2 |z - centre|`, and `int |z - centre|^2` beyond is `R^2 P(R) + int 2 r P(r) dr <= mass (R^2 + 2/q)`.
    pub fn distance(&self) -> f64 {
        2.0 * (self.mass * (self.radius * self.radius + 2.0 / self.q)).sqrt()
    }
}

/// What is known of the tails of a player on the line.
#[derive(Debug, Clone, PartialEq)]
pub enum Tail {
    /// A bound for all times.
    Bounded(TailBound),
    /// None, and why.
    Unknown(String),
}

impl Tail {
    /// What the mass outside of the box adds to a W2 distance at most ([`TailBound::distance`]).
    ///
    /// # Errors
    /// Why that is not known.
    pub fn distance(&self) -> Result<f64, &str> {
        match self {
            Tail::Bounded(bound) => Ok(bound.distance()),
            Tail::Unknown(reason) => Err(reason),
        }
    }
}

/// Why a payoff has no bound.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Failure {
    /// It is no sum of polynomials and bounded functions.
    Unread,
    /// The inequality of step 2 fails for a player.
    Player(usize, Defect),
    /// No exponential moment of the initial density of a player.
    Start(usize),
}

impl Failure {
    /// Of two failures the one that says more: what does not confine at all, what is not read, then the start.
    fn plainer(self, other: Failure) -> Failure {
        let rank = |failure: &Failure| match failure {
            Failure::Player(_, Defect::NoLeadingPower(_)) => 0,
            Failure::Unread => 1,
            Failure::Start(_) => 2,
            Failure::Player(_, Defect::Outgrown(_)) => 3,
            Failure::Player(_, Defect::Moment) => 4,
        };
        if rank(&other) < rank(&self) { other } else { self }
    }
}

/// The pair of players about a centre.
struct Pair<'a> {
    growth: Growth,
    /// The first variable of each player, and the number of his variables.
    variables: [std::ops::Range<usize>; 2],
    lines: [bool; 2],
    temperature: [f64; 2],
    timescale: f64,
    centre: [Vec<f64>; 2],
    /// Largest `|y|` on a circle.
    circle: [f64; 2],
    starts: &'a [Option<Start>; 2],
}

impl Pair<'_> {
    fn axes(&self, player: usize) -> Vec<usize> {
        if self.lines[player] { self.variables[player].clone().collect() } else { Vec::new() }
    }

    fn eta(&self, player: usize) -> f64 {
        if player == 0 { 1.0 } else { self.timescale }
    }

    fn sign(player: usize) -> f64 {
        if player == 0 { 1.0 } else { -1.0 }
    }

    /// `sum_i u_i^(p-1) (force)_i` of some axes of a player, and the bound of what is not exact.
    fn virial(&self, player: usize, power: i32) -> Option<(Polynomial, Polynomial)> {
        let (mut exact, mut rest) = (Polynomial::default(), Polynomial::default());
        for axis in self.axes(player) {
            let mut factor = Polynomial::constant(1.0);
            for _ in 1..power {
                factor = factor.times(&Polynomial::variable(axis))?;
            }
            let slope = self.growth.exact.derivative(axis).times_number(Self::sign(player));
            exact = exact.plus(&factor.times(&slope)?);
            rest = rest.plus(&factor.times(&self.growth.slope[axis])?);
        }
        Some((exact, rest))
    }

    /// Step 1: the bound of `M` for one power.
    fn moment(&self, power: i32) -> Option<f64> {
        let (mut exact, mut rest, mut axes) = (Polynomial::default(), Polynomial::default(), Vec::new());
        let mut start = 0.0;
        for player in 0..2 {
            let (e, r) = self.virial(player, power)?;
            (exact, rest) = (exact.plus(&e), rest.plus(&r));
            for axis in self.axes(player) {
                let mut heat = Polynomial::constant(self.temperature[player] * f64::from(power - 1));
                for _ in 2..power {
                    heat = heat.times(&Polynomial::variable(axis))?;
                }
                rest = rest.plus(&heat);
            }
            axes.extend(self.axes(player));
            if self.lines[player] {
                start += self.starts[player].as_ref()?.moment(&self.centre[player], power) / self.eta(player);
            }
        }
        let circles = |exponents: &Exponents| Some(self.on_circles(exponents));
        let noise = self.temperature[0].max(self.temperature[1]);
        let slowest = self.timescale.min(1.0);
        let least = |ratio: f64| {
            let mut scales = [1.0; MOST_VARIABLES];
            self.variables[0].clone().for_each(|axis| scales[axis] = ratio);
            let sides = Sides::new(&exact, &rest, &axes, &scales, &circles).ok()?;
            let bounds = sides.rates(power, noise).into_iter().map(|[a, b]| b / (a * f64::from(power) * slowest));
            Some(bounds.fold(f64::INFINITY, f64::min).max(start))
        };
        RATIOS.into_iter().filter_map(least).filter(|m| m.is_finite()).reduce(f64::min)
    }

    fn on_circles(&self, exponents: &Exponents) -> f64 {
        let of = |player: usize| {
            let powers = self.variables[player].clone().map(|axis| i32::from(exponents[axis]));
            if self.lines[player] { 1.0 } else { powers.map(|k| self.circle[player].powi(k)).product() }
        };
        of(0) * of(1)
    }

    /// Step 2: pairs `a`, `b` for a player, by the moments of his opponent of one power.
    fn rates(&self, player: usize, power: i32) -> Result<Vec<[f64; 2]>, Failure> {
        let opponent = 1 - player;
        let (exact, rest) = self.virial(player, 2).ok_or(Failure::Unread)?;
        let moment = std::cell::OnceCell::new();
        let moments = |exponents: &Exponents| {
            let total: i32 = self.axes(opponent).iter().map(|axis| i32::from(exponents[*axis])).sum();
            if total == 0 {
                return Some(self.on_circles(exponents));
            }
            if total > power {
                return None;
            }
            let bound: f64 = (*moment.get_or_init(|| self.moment(power)))?;
            let mean = f64::from(power) * self.eta(opponent) * bound;
            Some(mean.powf(f64::from(total) / f64::from(power)) * self.on_circles(exponents))
        };
        let sides = Sides::new(&exact, &rest, &self.axes(player), &[1.0; MOST_VARIABLES], &moments)
            .map_err(|defect| Failure::Player(player, defect))?;
        Ok(sides.rates(2, self.temperature[player]))
    }

    /// Steps 3 and 4: the exponents `q` with `log max(E W(0), ..)` and the constants that they come from.
    fn exponents(&self, player: usize, rates: &[[f64; 2]]) -> Vec<Exponent> {
        let tau = self.temperature[player];
        let heat = tau * self.axes(player).len() as f64;
        let Some(start) = &self.starts[player] else { return Vec::new() };
        let largest = rates.iter().fold(0.0_f64, |m, [a, _]| m.max(*a)) / tau;
        let tried: Vec<f64> = (0..EXPONENTS).map(|k| LARGEST_SHARE * largest * EXPONENT_RATIO.powi(-k)).collect();
        let at_start = start.exponential_moments(&self.centre[player], &tried);
        let best = |(q, at_start): (&f64, f64)| {
            let bounds = rates.iter().filter(|[a, _]| *q <= LARGEST_SHARE * a / tau * (1.0 + 1e-12));
            let bounds =
                bounds.map(|[a, b]| Exponent { a: *a, b: *b, q: *q, log: 0.5 * q * (heat + b) / (a - tau * q) });
            let least = bounds.reduce(|least, now| if now.log < least.log { now } else { least })?;
            let log = least.log.max(at_start);
            log.is_finite().then_some(Exponent { log, ..least })
        };
        tried.iter().zip(at_start).filter_map(best).collect()
    }

    /// All exponents of a player, of the first power of moments for which there are any.
    fn all_exponents(&self, player: usize) -> Result<Vec<Exponent>, Failure> {
        let mut failure = Failure::Player(player, Defect::Moment);
        for power in POWERS {
            let found = self.rates(player, power).map(|rates| self.exponents(player, &rates));
            match found {
                Ok(exponents) if !exponents.is_empty() => return Ok(exponents),
                Ok(_) => failure = failure.plainer(Failure::Start(player)),
                Err(other) => failure = failure.plainer(other),
            }
        }
        Err(failure)
    }
}

/// `log E W <= log`, with `W = exp(q |u|^2/2)`.
#[derive(Debug, Clone, Copy)]
struct Exponent {
    a: f64,
    b: f64,
    q: f64,
    log: f64,
}

/// The smallest radius outside of which there is at most `mass`, with the exponent that gives it.
fn radius(exponents: &[Exponent], mass: f64) -> Option<(f64, Exponent)> {
    let of = |e: &Exponent| ((2.0 * (e.log - mass.ln()) / e.q).sqrt(), *e);
    exponents.iter().map(of).reduce(|least, now| if now.0 < least.0 { now } else { least })
}

/// The bound outside of a given radius.
fn bound_at(exponents: &[Exponent], radius: f64, centre: &[f64]) -> Option<TailBound> {
    let log_mass = |e: &Exponent| e.log - 0.5 * e.q * radius * radius;
    let best = exponents.iter().reduce(|least, now| if log_mass(now) < log_mass(least) { now } else { least })?;
    let mass = log_mass(best).exp();
    Some(TailBound { a: best.a, b: best.b, q: best.q, centre: centre.to_vec(), radius, mass })
}

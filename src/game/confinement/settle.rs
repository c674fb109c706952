//! The boxes of players on the line, and what is known of their tails.
//!
//! A box that is not named is centred where the radius of the bound is smallest among the origin, the middle of the initial
//! density, and a few points around; the origin is kept where others gain less than a twentieth. It holds the ball of the
//! bound and the reach of the initial density outside its seam. A box that is named keeps its place, and gets the bound of
//! the largest ball inside its seam.

use super::{Defect, Failure, Growth, MOST_VARIABLES, Pair, SEAM, Start, TAIL_MASS, Tail, bound_at, radius};
use crate::game::domain::Domain;
use crate::game::fault::Fault;
use crate::game::source::{Initial, PayoffSource, Term, coordinate_names};
use crate::game::{Expression, Player};

/// The centre is looked for in steps of these shares of the radius.
const CENTRE_STEPS: [f64; 2] = [0.25, 0.125];
/// Gain below which the centre stays at the origin.
const WORTHWHILE: f64 = 0.05;
/// Digits of the half width of a box, so that it can be read.
const DIGITS: i32 = 3;

/// The parts of a game that decide its boxes.
#[derive(Debug, Clone, Copy)]
pub struct Setup<'a> {
    /// The payoff.
    pub source: &'a PayoffSource,
    /// Of both players.
    pub temperature: [f64; 2],
    /// `eta`.
    pub timescale: f64,
    /// Of both players.
    pub initial: &'a [Initial; 2],
    /// Of both players; the boxes that are not named hold no information but their dimension.
    pub domain: &'a [Domain; 2],
    /// Which boxes are to be chosen.
    pub wanted: [bool; 2],
}

/// The exponents of both players about some centres; none for a player on a torus.
struct Found {
    centre: [Vec<f64>; 2],
    exponents: [Vec<super::Exponent>; 2],
}

/// Chooses the boxes that are wanted, and bounds the tails of all players on the line.
///
/// # Errors
/// [`Fault`] with the key of the payoff when it does not confine a player, or when a box is wanted and it cannot be shown to;
/// with the key of an initial density when a box is wanted and it does not fall off.
pub fn settle(setup: &Setup<'_>) -> Result<([Domain; 2], [Option<Tail>; 2]), Fault> {
    let lines = [0, 1].map(|p| setup.domain[p].is_line());
    if lines == [false, false] {
        return Ok((setup.domain.clone(), [None, None]));
    }
    let starts = [0, 1].map(|p| match &setup.initial[p] {
        Initial::Expression(density) if lines[p] => Start::of(density),
        _ => None,
    });
    for player in Player::BOTH {
        if setup.wanted[player.index()] && starts[player.index()].is_none() {
            return Err(no_start(&setup.initial[player.index()], player));
        }
    }
    let search = Search { setup, lines, growth: growth_of(setup.source), starts: &starts };
    let found = match search.best() {
        Ok(found) => found,
        Err(failure) => return search.without_bound(failure).map(|tails| (setup.domain.clone(), tails)),
    };
    let mut domain = setup.domain.clone();
    for (player, place) in domain.iter_mut().enumerate().filter(|(player, _)| setup.wanted[*player]) {
        *place = search.chosen_box(player, &found)?;
    }
    let tails = [0, 1].map(|p| lines[p].then(|| tail(&domain[p], &found, p)));
    Ok((domain, tails))
}

/// The growth of a payoff about the origin; x variables first.
fn growth_of(source: &PayoffSource) -> Option<Growth> {
    match source {
        PayoffSource::Expression(f) => Growth::of(f),
        PayoffSource::Terms(terms) => {
            let mut sum = Growth::default();
            for Term { coefficient, x, y } in terms {
                let offset = x.variables().len();
                let product = Growth::of(x)?.times(&Growth::of(y)?.moved(offset)?)?;
                sum = sum.plus(&product.times_number(*coefficient));
            }
            Some(sum)
        }
        PayoffSource::Kernel(_) | PayoffSource::Table { .. } => None,
    }
}

struct Search<'a> {
    setup: &'a Setup<'a>,
    lines: [bool; 2],
    growth: Option<Growth>,
    starts: &'a [Option<Start>; 2],
}

impl Search<'_> {
    fn middle(&self, player: usize) -> Vec<f64> {
        let domain = &self.setup.domain[player];
        domain.origin().iter().zip(domain.period()).map(|(o, l)| o + 0.5 * l).collect()
    }

    /// The exponents about centres.
    fn at(&self, centre: [Vec<f64>; 2]) -> Result<Found, Failure> {
        let dimension = [0, 1].map(|p| self.setup.domain[p].dimension());
        let variables = [0..dimension[0], dimension[0]..dimension[0] + dimension[1]];
        let mut shift = [0.0; MOST_VARIABLES];
        for p in (0..2).filter(|p| self.lines[*p]) {
            variables[p].clone().zip(&centre[p]).for_each(|(variable, c)| shift[variable] = *c);
        }
        let growth = self.growth.as_ref().and_then(|growth| growth.about(&shift)).ok_or(Failure::Unread)?;
        let circle = [0, 1].map(|p| {
            let ends = self.setup.domain[p].origin().iter().zip(self.setup.domain[p].period());
            ends.map(|(o, l)| o.abs().max((o + l).abs())).fold(0.0, f64::max)
        });
        let pair = Pair {
            growth,
            variables,
            lines: self.lines,
            temperature: self.setup.temperature,
            timescale: self.setup.timescale,
            centre,
            circle,
            starts: self.starts,
        };
        let of = |p: usize| if self.lines[p] { pair.all_exponents(p) } else { Ok(Vec::new()) };
        let exponents = match (of(0), of(1)) {
            (Ok(x), Ok(y)) => [x, y],
            (Err(x), Err(y)) => return Err(x.plainer(y)),
            (Err(failure), _) | (_, Err(failure)) => return Err(failure),
        };
        Ok(Found { centre: pair.centre, exponents })
    }

    /// What is to be small: the sum of the radii.
    fn score(&self, found: &Found) -> f64 {
        let of = |p: usize| radius(&found.exponents[p], TAIL_MASS).map_or(0.0, |(radius, _)| radius);
        of(0) + of(1)
    }

    fn best(&self) -> Result<Found, Failure> {
        let place = |free: &dyn Fn(usize) -> Vec<f64>| {
            [0, 1].map(|p| if self.setup.wanted[p] { free(p) } else { self.middle(p) })
        };
        let at_origin = place(&|p| vec![0.0; self.setup.domain[p].dimension()]);
        let origin = self.at(at_origin);
        if self.setup.wanted == [false, false] {
            return origin;
        }
        let at_start = place(&|p| {
            let start = self.starts[p].as_ref().expect("looked at before");
            start.reach.iter().map(|[low, high]| 0.5 * (low + high)).collect()
        });
        let mut best = match (&origin, self.at(at_start)) {
            (Ok(origin), Ok(start)) if self.score(&start) >= self.score(origin) => self.at(origin.centre.clone())?,
            (_, Ok(start)) => start,
            (Ok(origin), Err(_)) => self.at(origin.centre.clone())?,
            (Err(failure), Err(_)) => return Err(*failure),
        };
        for share in CENTRE_STEPS {
            self.improve(&mut best, share);
        }
        match origin {
            Ok(origin) if self.score(&origin) <= (1.0 + WORTHWHILE) * self.score(&best) => Ok(origin),
            _ => Ok(best),
        }
    }

    /// One look to both sides along every axis.
    fn improve(&self, best: &mut Found, share: f64) {
        for p in (0..2).filter(|p| self.setup.wanted[*p]) {
            for axis in 0..best.centre[p].len() {
                for sign in [-1.0, 1.0] {
                    let Some((radius, _)) = radius(&best.exponents[p], TAIL_MASS) else { return };
                    let mut centre = best.centre.clone();
                    centre[p][axis] += sign * share * radius;
                    if let Ok(other) = self.at(centre)
                        && self.score(&other) < self.score(best)
                    {
                        *best = other;
                    }
                }
            }
        }
    }

    /// The box of a player about his centre.
    fn chosen_box(&self, player: usize, found: &Found) -> Result<Domain, Fault> {
        let (radius, _) = radius(&found.exponents[player], TAIL_MASS).expect("exponents were found");
        let reach = &self.starts[player].as_ref().expect("looked at before").reach;
        let half = |(centre, [low, high]): (&f64, &[f64; 2])| {
            rounded_up(radius.max(high - centre).max(centre - low) / (1.0 - SEAM))
        };
        let centre = &found.centre[player];
        let halves: Vec<f64> = centre.iter().zip(reach).map(half).collect();
        let period: Vec<f64> = halves.iter().map(|half| 2.0 * half).collect();
        let origin: Vec<f64> = centre.iter().zip(&halves).map(|(c, half)| c - half).collect();
        Domain::line(&period, &origin, &format!("game.domain.{}.", Player::BOTH[player].letter()))
    }

    /// What is known without a bound, or that nothing can be done.
    fn without_bound(&self, failure: Failure) -> Result<[Option<Tail>; 2], Fault> {
        // Without a start there is no moment of his either.
        let missing = (0..2).find(|p| self.lines[*p] && self.starts[*p].is_none());
        let failure = match (failure, missing) {
            (Failure::Player(_, Defect::Moment), Some(p)) => Failure::Start(p),
            (failure, _) => failure,
        };
        let fault = self.fault(failure);
        let confines = !matches!(failure, Failure::Player(_, Defect::NoLeadingPower(_)));
        if !confines || self.setup.wanted != [false, false] {
            return Err(fault);
        }
        let reason = format!("{} {}", fault.key, fault.message);
        Ok([0, 1].map(|p| self.lines[p].then(|| Tail::Unknown(reason.clone()))))
    }

    fn fault(&self, failure: Failure) -> Fault {
        let key = self.setup.source.key();
        let names = |variable: usize| {
            let of = |p: usize| coordinate_names(Player::BOTH[p].letter(), self.setup.domain[p].dimension());
            [of(0), of(1)].concat()[variable].clone()
        };
        let letter = |p: usize| Player::BOTH[p].letter();
        match failure {
            Failure::Unread => Fault::new(
                key,
                "cannot be shown to confine: it has a part that is neither a polynomial nor sin, cos, tanh, nor exp of what \
                 falls off",
            )
            .with_help("name the boxes, game.domain.x = { space = \"line\", period = .., origin = .. }; there is no bound then"),
            Failure::Player(p, Defect::NoLeadingPower(variable)) => {
                let (name, wish) = (names(variable), if p == 0 { "grows" } else { "falls" });
                let sign = if p == 0 { "" } else { "-" };
                Fault::new(key, format!("does not confine player {}: no even power of {name} leads by which it {wish}", letter(p)))
                    .with_help(format!("add a confining term such as {sign}{name}^4"))
            }
            Failure::Player(p, Defect::Outgrown(variable)) => Fault::new(
                key,
                format!(
                    "is not shown to confine player {}: mixed or bounded terms grow as fast as the leading power of {}",
                    letter(p),
                    names(variable)
                ),
            )
            .with_help(format!("raise that power, or name the boxes, game.domain.{} = {{ space = \"line\", period = .. }}", letter(p))),
            Failure::Player(p, Defect::Moment) => Fault::new(
                key,
                format!(
                    "is not shown to confine player {}: the pull of {} on him grows faster than the moments of {} that are bounded",
                    letter(p),
                    letter(1 - p),
                    letter(1 - p)
                ),
            )
            .with_help(format!("name the boxes, game.domain.{} = {{ space = \"line\", period = .. }}", letter(p))),
            Failure::Start(p) => {
                let key = format!("initial.{}", letter(p));
                let message = match (&self.setup.initial[p], &self.starts[p]) {
                    (Initial::Expression(_), Some(_)) => "falls off more slowly than every Gaussian: there is no bound of its tails",
                    (Initial::Expression(_), None) => "does not fall off",
                    _ => "is a file, which does not say how its density falls off",
                };
                Fault::new(key, message).with_help("name the boxes of both players: game.domain.x = { space = \"line\", period = .. }")
            }
        }
    }
}

/// An initial state that gives no box.
fn no_start(initial: &Initial, player: Player) -> Fault {
    let (key, letter) = (format!("initial.{}", player.letter()), player.letter());
    match initial {
        Initial::Expression(density) => {
            let message = "does not fall off: on the line a density needs a finite mass, far below 1e-14 of its maximum away from it";
            Fault::new(key, message).with_help(format!("write a density such as {}", gaussian(density)))
        }
        _ => Fault::new(key, "is a file, which does not say how large the box has to be")
            .with_help(format!("name game.domain.{letter}.period and .origin, those of the file")),
    }
}

fn gaussian(density: &Expression) -> String {
    let squares: Vec<String> = density.variables().iter().map(|name| format!("{name}^2")).collect();
    match squares.as_slice() {
        [square] => format!("exp(-{square}/2)"),
        _ => format!("exp(-({})/2)", squares.join(" + ")),
    }
}

/// The bound of the largest ball inside the seam of a box.
fn tail(domain: &Domain, found: &Found, player: usize) -> Tail {
    let centre = &found.centre[player];
    let sides = domain.origin().iter().zip(domain.period()).zip(centre);
    let inside = |((origin, period), c): ((&f64, &f64), &f64)| {
        let seam = 0.5 * SEAM * period;
        (c - origin - seam).min(origin + period - seam - c)
    };
    let radius = sides.map(inside).fold(f64::INFINITY, f64::min);
    match bound_at(&found.exponents[player], radius, centre).filter(|bound| bound.mass < 1.0) {
        Some(bound) => Tail::Bounded(bound),
        None => Tail::Unknown(format!("the box is too small for the bound to say anything: its radius is {radius:.4}")),
    }
}

/// Rounded up to [`DIGITS`] digits.
fn rounded_up(value: f64) -> f64 {
    let unit = 10.0_f64.powi(value.log10().floor() as i32 + 1 - DIGITS);
    // Units below 1 are divided by their whole inverse, so that the result is the number nearest to its decimals.
    if unit < 1.0 { (value / unit).ceil() / (1.0 / unit).round() } else { (value / unit).ceil() * unit }
}

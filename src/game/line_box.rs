//! The box in which a player on the line is periodised.
//!
//! ```text
//! seam:       the outer 5 % of the box, half on each side
//! confined:   f(x, y) - min_x f >= DEPTH tau_x     for x in the seam and beyond, and every y in the other's box
//! at start:   the initial density is below 1e-14 of its maximum in the seam.
//! ```
//!
//! The first line says that no Gibbs density `exp(-V[nu]/tau_x)`, `nu` being any density of the opponent in his box, has more
//! than 1e-14 of its maximum in the seam: `V[nu](x) - V[nu](m)` is a mean of `f(x, y) - f(m, y)`. In particular the
//! equilibrium has not. It is a statement about these densities, not about the evolution, which passes through others; the
//! experiments watch the seam for that reason. For `y` likewise with `-f`.
//!
//! Each side of each box grows by a share of its width until all hold, as the opponent's box grows too. A payoff for which
//! that never ends does not confine, or only both players together, as `x^2/2 + 2 x y - y^2/2` does: boxes of which each
//! confines the other do not exist for it, and the user has to name them. Conditions are sampled.

use super::Player;
use super::domain::Domain;
use super::expression::Expression;
use super::fault::Fault;
use super::source::{Initial, PayoffSource, Term};

/// Share of the box that is its seam, both ends together.
pub const SEAM: f64 = 0.05;
/// Densities in the seam are below this share of their maximum.
pub const SEAM_DENSITY: f64 = 1e-14;
/// `log(1 / SEAM_DENSITY)`, rounded up.
const DEPTH: f64 = 33.0;
/// Growth of one side of a box at a time, relative to its width.
const GROWTH: f64 = 0.05;
/// Half of the first box.
const FIRST: f64 = 1.0;
/// Width at which the search is given up.
const WIDEST: f64 = 1e6;
/// Points in a box at which a payoff is looked at, and opponents.
const POINTS: usize = 257;
const OPPONENTS: usize = 33;
/// Points beyond a seam, each twice as far from the middle as the one before.
const BEYOND: i32 = 12;

type Interval = [f64; 2];

/// Replaces the boxes for which `wanted` says so by the smallest ones found.
pub(super) fn choose(
    source: &PayoffSource,
    temperature: [f64; 2],
    initial: &[Initial; 2],
    domain: [Domain; 2],
    wanted: [bool; 2],
) -> Result<[Domain; 2], Fault> {
    if wanted == [false, false] {
        return Ok(domain);
    }
    let mut boxes: [Interval; 2] = [0, 1].map(|p| match wanted[p] {
        true => [-FIRST, FIRST],
        false => [domain[p].origin()[0], domain[p].origin()[0] + domain[p].period()[0]],
    });
    loop {
        let mut grown = false;
        for player in Player::BOTH.into_iter().filter(|player| wanted[player.index()]) {
            let p = player.index();
            let width = boxes[p][1] - boxes[p][0];
            let start = initial_is_outside(&initial[p], boxes[p], player)?;
            let payoff = is_unconfined(source, temperature[p], player, boxes)?;
            if width > WIDEST {
                return Err(if start.contains(&true) { never_starts(player) } else { never_confines(source, player) });
            }
            for (side, sign) in [(0, -1.0), (1, 1.0)] {
                if start[side] || payoff[side] {
                    boxes[p][side] += sign * GROWTH * width;
                    grown = true;
                }
            }
        }
        if !grown {
            break;
        }
    }
    let chosen = |p: usize| match wanted[p] {
        true => Domain::line(boxes[p][1] - boxes[p][0], boxes[p][0], "game.domain."),
        false => Ok(domain[p].clone()),
    };
    Ok([chosen(0)?, chosen(1)?])
}

fn never_starts(player: Player) -> Fault {
    let key = format!("initial.{}", player.letter());
    Fault::new(
        key,
        "does not fall off: on the line a density needs a finite mass, far below 1e-14 of its maximum away from it",
    )
    .with_help(format!("write a density such as exp(-{0}^2/2)", player.letter()))
}

fn never_confines(source: &PayoffSource, player: Player) -> Fault {
    let wish = if player == Player::X { "grow" } else { "fall" };
    let letter = player.letter();
    let message = format!(
        "does not confine player {letter}: there is no box beyond which it would {wish} by {DEPTH} temperatures \
         against every opponent in his box"
    );
    Fault::new(source.key(), message).with_help(format!(
        "add a confining term such as {}{letter}^4, or if both players confine each other name boxes: \
         game.domain.{letter} = {{ space = \"line\", period = .., origin = .. }}",
        if player == Player::X { "" } else { "-" }
    ))
}

fn spread(interval: Interval, points: usize) -> Vec<f64> {
    (0..points).map(|j| interval[0] + (interval[1] - interval[0]) * j as f64 / (points - 1) as f64).collect()
}

/// Points from the seam of one side outwards.
fn seam_and_beyond(interval: Interval, side: usize) -> Vec<f64> {
    let (middle, half) = (0.5 * (interval[0] + interval[1]), 0.5 * (interval[1] - interval[0]));
    let sign = if side == 0 { -1.0 } else { 1.0 };
    let seam = [1.0 - SEAM, 1.0 - 0.5 * SEAM, 1.0].into_iter();
    let beyond = (1..=3).map(|k| 1.0 + 0.25 * f64::from(k)).chain((1..=BEYOND).map(|k| 2.0_f64.powi(k)));
    seam.chain(beyond).map(|share| middle + sign * share * half).collect()
}

/// Which ends of the box the player would get to against some opponent.
fn is_unconfined(source: &PayoffSource, tau: f64, player: Player, boxes: [Interval; 2]) -> Result<[bool; 2], Fault> {
    let own = boxes[player.index()];
    let inside = spread(own, POINTS);
    let outside = [seam_and_beyond(own, 0), seam_and_beyond(own, 1)];
    let mut unconfined = [false, false];
    for other in spread(boxes[player.opponent().index()], OPPONENTS) {
        let energies =
            |places: &[f64]| -> Vec<f64> { places.iter().map(|place| energy(source, player, *place, other)).collect() };
        let lowest = energies(&inside).into_iter().fold(f64::INFINITY, f64::min);
        if !lowest.is_finite() {
            let message = format!("is not finite in the box {own:?} against an opponent at {other}");
            return Err(Fault::new(source.key(), message));
        }
        for side in [0, 1] {
            // Far out a payoff may overflow to infinity, which confines; what is NaN does not.
            unconfined[side] |= !energies(&outside[side]).iter().all(|e| *e >= lowest + DEPTH * tau);
        }
    }
    Ok(unconfined)
}

/// What the player wants to be small.
fn energy(source: &PayoffSource, player: Player, own: f64, other: f64) -> f64 {
    let [x, y] = if player == Player::X { [own, other] } else { [other, own] };
    let value = match source {
        PayoffSource::Expression(f) => f.evaluate(&[x, y]),
        PayoffSource::Terms(terms) => {
            terms.iter().map(|Term { coefficient, x: a, y: b }| coefficient * a.evaluate(&[x]) * b.evaluate(&[y])).sum()
        }
        PayoffSource::Kernel(_) | PayoffSource::Table { .. } => f64::NAN,
    };
    if player == Player::X { value } else { -value }
}

/// Which ends of the box the initial density reaches. One that stands in a file says nothing.
fn initial_is_outside(initial: &Initial, interval: Interval, player: Player) -> Result<[bool; 2], Fault> {
    let Initial::Expression(density) = initial else {
        let key = format!("initial.{}", player.letter());
        return Err(Fault::new(key, "is a file, which does not say how large the box has to be")
            .with_help(format!("name game.domain.{}.period and .origin, those of the file", player.letter())));
    };
    let log = |places: Vec<f64>| -> f64 {
        let mut logs = vec![0.0; places.len()];
        Expression::evaluate_log_many(density, &[&places], &mut logs);
        logs.into_iter().fold(f64::NEG_INFINITY, f64::max)
    };
    let [left, right] = [0, 1].map(|side| log(seam_and_beyond(interval, side)));
    let largest = log(spread(interval, 16 * POINTS)).max(left).max(right);
    Ok([left, right].map(|seam| seam > largest + SEAM_DENSITY.ln()))
}

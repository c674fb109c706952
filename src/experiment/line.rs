//! Players on the line: the box and the bound of the mass outside, as summaries and files tell them.

use crate::game::{Game, GameFile, Player, Tail};
use crate::output::LineRecord;
use serde::Serialize;

/// Why a run of other dynamics has no bound.
const OTHER_DYNAMICS: &str = "it is proved for mfl-da alone";

/// Amplitudes, or their errors, as they are told: `|X|^(1/2) |.|_L2` on a torus, `|.|_L2` on the line and plane, where the
/// volume `|X|` is that of a box and says nothing of the densities.
pub fn told_amplitudes(game: &Game, amplitudes: [f64; 2]) -> [f64; 2] {
    Player::BOTH.map(|player| {
        let amplitude = amplitudes[player.index()];
        let volume: f64 = game.domain(player).period().iter().product();
        if game.lines()[player.index()] { amplitude / volume.sqrt() } else { amplitude }
    })
}

/// The box of a player on the line or plane, and the bound that holds for all times:
/// `P(|x - centre| > radius) <= mass`, from `(x - centre).grad V >= a |x - centre|^2 - b` and
/// `W = exp(q |x - centre|^2/2)`. Without a bound its numbers are null.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LineSummary {
    /// `x` or `y`.
    pub player: &'static str,
    /// Lower ends of the box, one per axis.
    pub low: Vec<f64>,
    /// Upper ends of the box.
    pub high: Vec<f64>,
    /// Whether the program has chosen it.
    pub chosen: bool,
    /// Constant of the inequality.
    pub a: Option<f64>,
    /// Constant of the inequality.
    pub b: Option<f64>,
    /// Exponent of `W`.
    pub q: Option<f64>,
    /// Centre of the ball.
    pub centre: Option<Vec<f64>>,
    /// Radius of the ball, which reaches to the seam of the box.
    pub radius: Option<f64>,
    /// Bound of the mass outside of the ball.
    pub mass: Option<f64>,
    /// Why there is no bound.
    pub reason: Option<String>,
}

impl LineSummary {
    /// Of all players on the line of a game, for a state at rest or the dynamics of the file.
    pub fn of(file: &GameFile) -> Vec<LineSummary> {
        let proved = file.flow().is_mfl_da();
        Player::BOTH.into_iter().filter_map(|player| Self::new(file.game(), player, proved)).collect()
    }

    /// Of the equilibrium, which is at rest under the dynamics for which the bound is proved.
    pub fn at_rest(game: &Game) -> Vec<LineSummary> {
        Player::BOTH.into_iter().filter_map(|player| Self::new(game, player, true)).collect()
    }

    fn new(game: &Game, player: Player, proved: bool) -> Option<LineSummary> {
        let tail = game.tail(player)?;
        let domain = game.domain(player);
        let ends = domain.origin().iter().zip(domain.period());
        let none = |reason: String| LineSummary {
            player: player.letter(),
            low: domain.origin().to_vec(),
            high: ends.map(|(o, l)| o + l).collect(),
            chosen: game.box_is_chosen(player),
            a: None,
            b: None,
            q: None,
            centre: None,
            radius: None,
            mass: None,
            reason: Some(reason),
        };
        Some(match tail {
            Tail::Unknown(reason) => none(reason.clone()),
            Tail::Bounded(_) if !proved => none(OTHER_DYNAMICS.to_owned()),
            Tail::Bounded(bound) => LineSummary {
                a: Some(bound.a),
                b: Some(bound.b),
                q: Some(bound.q),
                centre: Some(bound.centre.clone()),
                radius: Some(bound.radius),
                mass: Some(bound.mass),
                reason: None,
                ..none(String::new())
            },
        })
    }

    /// The box in words, `[-3.9, 3.9]` or `[-3.9, 3.9] x [-4, 4]`.
    pub fn box_in_words(&self) -> String {
        // Ten digits: ends of boxes that were made wider have no short decimals.
        let short = |end: f64| -> f64 { format!("{end:.9e}").parse().expect("a number as it was written") };
        let axis = |(low, high): (&f64, &f64)| format!("[{}, {}]", short(*low), short(*high));
        self.low.iter().zip(&self.high).map(axis).collect::<Vec<_>>().join(" x ")
    }
}

/// The same for an output file.
pub fn line_records(file: &GameFile) -> [Option<LineRecord>; 2] {
    let proved = file.flow().is_mfl_da();
    Player::BOTH.map(|player| {
        Some(match file.game().tail(player)? {
            Tail::Bounded(bound) if proved => LineRecord {
                bound: Some([bound.a, bound.b, bound.q, bound.radius, bound.mass]),
                centre: bound.centre.clone(),
            },
            _ => LineRecord::default(),
        })
    })
}

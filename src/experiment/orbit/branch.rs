//! `orbit --continue KEY`: the branch of an orbit in one number of the game file.

use super::super::RunError;
use super::super::discretisation::{payoff_on, temperatures};
use super::Setting;
use crate::flow::MflDa;
use crate::game::{GameError, GameFile, Payoff, Player, RegulariserChoice};
use crate::orbit::{Branch, BranchPoint, Continuation, Family, Orbit, OrbitError, Symmetry, follow_branch};
use crate::torus::spectral_tail;

/// First change of the parameter, as a share of it.
const FIRST_STEP: f64 = 0.02;
/// Largest arclength, in relative changes of state, period and parameter.
const LONGEST_STEP: f64 = 0.2;
/// Range of the parameter when no end is given: up to this many times the start.
const FARTHEST: f64 = 100.0;
/// `|phi_T(u) - u|/|u|` on a branch.
const RESIDUAL: f64 = 1e-10;
/// Coupled multipliers at every point.
pub(super) const MULTIPLIERS: usize = 3;
/// A branch ends where the grid no longer resolves it.
const LARGEST_TAIL: f64 = 1e-7;

/// A branch to be followed.
#[derive(Debug, Clone, PartialEq)]
pub struct BranchRequest {
    /// The key that varies.
    pub key: String,
    /// Where to end, and by that in which direction to begin; upwards, and until the branch comes back to its start, when
    /// nothing is said.
    pub to: Option<f64>,
    /// Most points.
    pub points: usize,
}

impl BranchRequest {
    /// Whether the key is a number that can be changed.
    pub(super) fn check(&self, file: &GameFile) -> Result<(), RunError> {
        let value = self.value(file)?;
        at(file, &self.key, value)?;
        match self.to {
            Some(to) if !(to.is_finite() && to != value) => {
                Err(self.fault(value, format!("the branch cannot end at {to:?}, where it begins")))
            }
            _ => Ok(()),
        }
    }

    fn fault(&self, value: f64, message: String) -> RunError {
        RunError::Orbit(OrbitError::Parameter { key: self.key.clone(), value, message })
    }

    /// The value of the key in the file.
    fn value(&self, file: &GameFile) -> Result<f64, RunError> {
        let root: toml::Table = file.text().parse().map_err(|_| self.fault(f64::NAN, "the file is not TOML".into()))?;
        let mut value = Some(toml::Value::Table(root));
        for part in self.key.split('.') {
            value = value.as_ref().and_then(|v| v.get(part)).cloned();
        }
        match value {
            Some(toml::Value::Float(value)) => Ok(value),
            Some(toml::Value::Integer(value)) => Ok(value as f64),
            None if self.key == "game.timescale" => Ok(file.game().timescale()),
            Some(other) => {
                let message = format!("a branch needs a key that holds one number, and this one holds {other}");
                Err(self.fault(f64::NAN, message))
            }
            None => Err(self.fault(f64::NAN, "there is no such key in the game file".into())),
        }
    }

    pub(super) fn follow(
        &self,
        setting: &Setting<'_>,
        orbit: &Orbit,
        watch: &mut dyn FnMut(&str),
    ) -> Result<Branch, RunError> {
        let start = self.value(setting.file)?;
        let rising = self.to.is_none_or(|to| to > start);
        let first_step = FIRST_STEP * start.abs() * if rising { 1.0 } else { -1.0 };
        let far = self.to.unwrap_or(start + FARTHEST * start.abs());
        let how = Continuation {
            first_step,
            range: [start.min(far), start.max(far)],
            most_points: self.points,
            longest_step: LONGEST_STEP,
            steps: 2 * orbit.tangent_steps,
            tangent_steps: orbit.tangent_steps,
            tolerance: RESIDUAL,
            multipliers: MULTIPLIERS,
        };
        let family = GameFamily::new(setting, &self.key);
        let layout = setting.layout();
        let mut report = |point: &BranchPoint| {
            watch(&format!("{} = {:.8}, period {:.8}", self.key, point.parameter, point.point.period));
            let tail = |player: Player| spectral_tail(layout.grid(player), layout.part(player, &point.point.state));
            Player::BOTH.into_iter().all(|player| tail(player) <= LARGEST_TAIL)
        };
        Ok(follow_branch(&family, &setting.symmetry, start, &orbit.point, &how, &mut report)?)
    }
}

/// The game file with another value of a key. The boxes of players on the line stay those of the orbit.
fn at(file: &GameFile, key: &str, value: f64) -> Result<GameFile, GameError> {
    let mut overrides = vec![format!("{key}={value:?}")];
    for player in Player::BOTH.into_iter().filter(|player| file.game().lines()[player.index()]) {
        let (domain, prefix) = (file.game().domain(player), format!("game.domain.{}", player.letter()));
        overrides.push(format!("{prefix}.period={:?}", domain.period()));
        overrides.push(format!("{prefix}.origin={:?}", domain.origin()));
    }
    GameFile::parse(file.path(), file.text(), &overrides)
}

/// A game with one key free.
struct GameFamily<'a> {
    file: &'a GameFile,
    key: &'a str,
    shapes: [Vec<usize>; 2],
    /// The payoff, when the key does not change it.
    payoff: Option<Payoff>,
    symmetry: &'a Symmetry,
}

impl<'a> GameFamily<'a> {
    fn new(setting: &'a Setting<'_>, key: &'a str) -> GameFamily<'a> {
        let is_written = matches!(setting.file.game().regulariser(), RegulariserChoice::Entropy);
        // A reference density is in the payoff, times the temperature.
        let keeps_payoff = (is_written && key.starts_with("game.temperature")) || key == "game.timescale";
        let payoff = keeps_payoff.then(|| setting.discretisation.payoff.clone());
        let (shapes, symmetry) = (setting.discretisation.shapes(), &setting.symmetry);
        GameFamily { file: setting.file, key, shapes, payoff, symmetry }
    }
}

impl Family for GameFamily<'_> {
    fn flow(&self, parameter: f64) -> Result<MflDa, OrbitError> {
        let fault = |message: String| OrbitError::Parameter { key: self.key.to_owned(), value: parameter, message };
        let file = at(self.file, self.key, parameter).map_err(|error| fault(error.to_string()))?;
        let game = file.game();
        let payoff = match &self.payoff {
            Some(payoff) => payoff.clone(),
            None => payoff_on(game, &self.shapes).map_err(|error| fault(error.to_string()))?,
        };
        if self.payoff.is_none() && !self.symmetry.holds_for(&payoff) {
            return Err(fault("forces are no longer blind to the map under which the orbit is invariant".to_owned()));
        }
        Ok(MflDa::new(payoff, temperatures(game), game.timescale()))
    }
}

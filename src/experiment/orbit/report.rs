//! What `orbit` prints.

use super::super::RunError;
use super::super::line::{LineSummary, told_amplitudes};
use super::super::summary::GridSummary;
use super::{BranchRequest, Setting, in_words};
use crate::game::{Game, Player};
use crate::orbit::{Block, Branch, BranchEnd, BranchPoint, Fold, Multiplier, Orbit};
use crate::torus::spectral_tail;
use serde::Serialize;

/// One number per player.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PerPlayer {
    /// Of the x player.
    pub x: f64,
    /// Of the y player.
    pub y: f64,
}

/// An orbit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OrbitSummary {
    /// Period.
    pub period: f64,
    /// Its estimated error.
    pub period_error: f64,
    /// Largest distance of each density from its average over the orbit, `|X|^(1/2) |.|_L2`, on the line `|.|_L2`.
    pub amplitude: PerPlayer,
    /// Its estimated errors.
    pub amplitude_error: PerPlayer,
    /// Leading Floquet multipliers, `[re, im]`, largest modulus first; the trivial one is among them.
    pub multipliers: Vec<[f64; 2]>,
    /// Residuals of their eigenvectors.
    pub multiplier_residuals: Vec<f64>,
    /// `coupled`, or `mirror-x`, `mirror-y` for differences between images under a symmetry that forces are blind to.
    pub multiplier_blocks: Vec<&'static str>,
    /// Distance of the coupled multiplier next to 1 from 1.
    pub trivial_error: Option<f64>,
    /// Multipliers of mirror images within 1e-4 of 1: mass on either side is nearly conserved.
    pub nearly_conserved: usize,
    /// `|phi_T(u) - u|/|u|`.
    pub residual: f64,
    /// Whether the orbit attracts: all coupled multipliers but the trivial one lie inside the unit circle.
    pub stable: bool,
    /// Average duality gap.
    pub nikaido_isoda: f64,
    /// Average of `F(mu, nu)`.
    pub energy: f64,
    /// Time steps of a period.
    pub steps: usize,
    /// Newton steps.
    pub iterations: usize,
}

impl OrbitSummary {
    /// The summary of an orbit of this game.
    pub fn new(game: &Game, orbit: &Orbit) -> OrbitSummary {
        let portrait = &orbit.portrait;
        let told = |amplitudes| {
            let [x, y] = told_amplitudes(game, amplitudes);
            PerPlayer { x, y }
        };
        OrbitSummary {
            period: orbit.point.period,
            period_error: orbit.period_error,
            amplitude: told(portrait.amplitude),
            amplitude_error: told(portrait.amplitude_error),
            multipliers: pairs(&orbit.multipliers),
            multiplier_residuals: orbit.multipliers.iter().map(|m| m.residual).collect(),
            multiplier_blocks: orbit.multipliers.iter().map(|m| block_name(m.block)).collect(),
            trivial_error: orbit.trivial().map(|m| (m.value - 1.0).norm()),
            nearly_conserved: orbit.nearly_conserved(),
            residual: orbit.residual,
            stable: orbit.is_stable(),
            nikaido_isoda: portrait.nikaido_isoda(),
            energy: portrait.energy(),
            steps: orbit.steps,
            iterations: orbit.iterations,
        }
    }
}

fn block_name(block: Block) -> &'static str {
    match block {
        Block::Coupled => "coupled",
        Block::Mirror(Player::X) => "mirror-x",
        Block::Mirror(Player::Y) => "mirror-y",
    }
}

fn pairs(multipliers: &[Multiplier]) -> Vec<[f64; 2]> {
    multipliers.iter().map(|m| [m.value.re, m.value.im]).collect()
}

/// An orbit on a branch.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RowReport {
    /// Value of the key.
    pub parameter: f64,
    /// Period.
    pub period: f64,
    /// `|phi_T(u) - u|/|u|`.
    pub residual: f64,
    /// Whether it attracts.
    pub stable: bool,
    /// Leading coupled multipliers.
    pub multipliers: Vec<[f64; 2]>,
}

impl RowReport {
    fn new(point: &BranchPoint) -> RowReport {
        RowReport {
            parameter: point.parameter,
            period: point.point.period,
            residual: point.residual,
            stable: point.is_stable(),
            multipliers: pairs(&point.multipliers),
        }
    }
}

/// A fold of a branch.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FoldReport {
    /// Value of the key.
    pub parameter: f64,
    /// Its estimated error.
    pub error: f64,
    /// Period.
    pub period: f64,
    /// Leading coupled multipliers: two of them are 1.
    pub multipliers: Vec<[f64; 2]>,
}

impl FoldReport {
    fn new(fold: &Fold) -> FoldReport {
        FoldReport {
            parameter: fold.at.parameter,
            error: fold.error,
            period: fold.at.point.period,
            multipliers: pairs(&fold.at.multipliers),
        }
    }
}

/// A branch.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BranchReport {
    /// The key that varies.
    pub key: String,
    /// Orbits in order along the branch.
    pub points: Vec<RowReport>,
    /// Folds in order.
    pub folds: Vec<FoldReport>,
    /// Why the branch ended.
    pub end: String,
}

impl BranchReport {
    fn new(request: &BranchRequest, branch: &Branch) -> BranchReport {
        BranchReport {
            key: request.key.clone(),
            points: branch.points.iter().map(RowReport::new).collect(),
            folds: branch.folds.iter().map(FoldReport::new).collect(),
            end: match &branch.end {
                BranchEnd::Range => "the parameter left its range".to_owned(),
                BranchEnd::Points => "as many points as were asked for".to_owned(),
                BranchEnd::Stopped => "the grid does not resolve the orbit any further".to_owned(),
                BranchEnd::Failed(error) => error.to_string(),
            },
        }
    }
}

/// The object of `orbit --json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OrbitReport {
    /// Name of the game.
    pub game: String,
    /// Points per axis.
    pub grid: GridSummary,
    /// The orbit.
    #[serde(flatten)]
    pub orbit: OrbitSummary,
    /// Largest spectral tail along the orbit.
    pub tail: f64,
    /// Maps of a player's torus that change no force; the orbit is invariant under them.
    pub symmetry: Vec<String>,
    /// Players on the line: their boxes and tails.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<LineSummary>,
    /// The branch, if one was asked for.
    pub branch: Option<BranchReport>,
    /// The output file, if one was asked for.
    pub output: Option<String>,
}

impl OrbitReport {
    pub(super) fn new(
        setting: &Setting<'_>,
        orbit: &Orbit,
        branch: Option<(&BranchRequest, &Branch)>,
        output: Option<String>,
    ) -> OrbitReport {
        let layout = setting.layout();
        let tail = |sample: &Vec<_>| {
            Player::BOTH.map(|p| spectral_tail(layout.grid(p), layout.part(p, sample))).into_iter().fold(0.0, f64::max)
        };
        OrbitReport {
            game: setting.file.game().name().to_owned(),
            grid: GridSummary::new(&setting.discretisation),
            orbit: OrbitSummary::new(setting.file.game(), orbit),
            tail: orbit.portrait.samples.iter().map(tail).fold(0.0, f64::max),
            symmetry: symmetries(setting),
            lines: LineSummary::of(setting.file),
            branch: branch.map(|(request, branch)| BranchReport::new(request, branch)),
            output,
        }
    }
}

/// The invariances of both players in words.
pub(super) fn symmetries(setting: &Setting<'_>) -> Vec<String> {
    let of = |player: Player| {
        let axes = setting.discretisation.grid(player).dimension();
        setting.symmetry.of(player).iter().map(move |map| in_words(player, map, axes))
    };
    Player::BOTH.into_iter().flat_map(of).collect()
}

impl From<crate::orbit::OrbitError> for RunError {
    fn from(error: crate::orbit::OrbitError) -> RunError {
        RunError::Orbit(error)
    }
}

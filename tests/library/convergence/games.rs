//! The games on which convergence is measured, with references at tolerance 1e-12.

use crate::support::evolution::{Evolution, bundled, evolve};
use nashflow::game::GameFile;

/// A bundled game on a small grid for a short time.
pub struct Case {
    pub name: &'static str,
    pub game: &'static str,
    pub settings: Vec<&'static str>,
    /// First step of a ladder of halvings, for the schemes of order 1, 2 and 4.
    pub steps: [f64; 3],
}

impl Case {
    pub fn file(&self, more: &[&str]) -> GameFile {
        bundled(self.game, &[&self.settings[..], more].concat())
    }

    pub fn reference(&self) -> Evolution {
        evolve(&self.file(&["solver.tolerance=1e-12"]))
    }
}

/// Rotation, the torus cycle, two dimensions against two, one against two with unequal periods.
pub fn cases() -> Vec<Case> {
    vec![
        Case {
            name: "rotation",
            game: "rotation",
            settings: vec!["solver.grid=64", "solver.time=0.2", "output.snapshots=1"],
            steps: [2e-4, 5e-4, 2e-3],
        },
        Case {
            name: "two temperatures",
            game: "two-temperatures",
            settings: vec!["solver.grid=96", "solver.time=0.1", "output.snapshots=1"],
            steps: [1e-4, 2e-4, 5e-4],
        },
        Case {
            name: "torus cycle",
            game: "limit-cycle",
            settings: vec![
                "game.temperature=0.5",
                "initial.x=exp(2*cos((x-1.9)/3))",
                "initial.y=exp(2*cos(y/3))",
                "solver.grid=80",
                "solver.time=0.5",
                "output.snapshots=1",
            ],
            steps: [1e-3, 2e-3, 1e-2],
        },
        Case {
            name: "two dimensions",
            game: "players-2x2",
            settings: vec!["solver.grid={ x = [24, 24], y = [24, 24] }", "solver.time=0.05", "output.snapshots=1"],
            steps: [1e-4, 2.5e-4, 1e-3],
        },
        Case {
            name: "one against two",
            game: "players-1x2",
            settings: vec!["solver.grid={ x = 32, y = [24, 20] }", "solver.time=0.1", "output.snapshots=1"],
            steps: [2e-4, 5e-4, 2e-3],
        },
    ]
}

//! Mass is the mode 0 of each player and no step touches it.

use crate::support::comparison::assert_at_most;
use crate::support::evolution::{bundled, evolve};
use nashflow::game::Player;

#[test]
fn no_scheme_changes_the_mass_of_a_player_beyond_rounding() {
    for (game, grid, time) in [
        ("two-temperatures", "64", "0.1"),
        ("players-2x2", "{ x = [20, 21], y = [24, 18] }", "0.02"),
        ("players-1x2", "{ x = 33, y = [24, 21] }", "0.02"),
    ] {
        for (scheme, step) in [("adaptive", ""), ("imex-euler", "1e-4"), ("sbdf2", "1e-4"), ("etdrk4", "1e-3")] {
            let (grid, time) = (format!("solver.grid={grid}"), format!("solver.time={time}"));
            let (scheme_key, step_key) = (format!("solver.scheme={scheme}"), format!("solver.step={step}"));
            let mut settings = vec![grid.as_str(), &time, &scheme_key, "output.snapshots=5"];
            if !step.is_empty() {
                settings.push(&step_key);
            }
            let evolution = evolve(&bundled(game, &settings));
            for player in Player::BOTH {
                let volume = evolution.layout.grid(player).volume();
                let first = evolution.spectrum(0, player)[0];
                for i in 0..evolution.states.len() {
                    let now = evolution.spectrum(i, player)[0];
                    // Every scheme multiplies mode 0 by coefficients that sum to 1 up to rounding.
                    let what = format!("{game}, {scheme}, {player:?}: mass moved at snapshot {i}");
                    assert_at_most(&what, (now - first).norm() * volume, 2e-13);
                }
                assert_at_most(&format!("{game}: mass at the start"), (first.re * volume - 1.0).abs(), 1e-14);
            }
        }
    }
}

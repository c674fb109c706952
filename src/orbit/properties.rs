//! What holds for every cycle: starts near it lead to it, and the swap of players with their timescale keeps it.

use super::*;
use crate::flow::{Flow, MflDa};
use crate::game::{Payoff, Player};
use crate::torus::Grid;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use std::f64::consts::PI;

const PERIOD: f64 = 6.0 * PI;

/// The game `limit-cycle`.
fn torus_cycle(x: f64, y: f64) -> f64 {
    let well = |s: f64| 0.84375 * (4.0 * s / 3.0).cos() - 1.125 * (2.0 * s / 3.0).cos();
    well(x) - well(y) + 13.5 * (x / 3.0).sin() * (y / 3.0).sin()
}

/// Centre and width of a bump.
type Bump = [f64; 2];

/// The orbit of a game to which bumps lead.
fn orbit(
    f: impl Fn(f64, f64) -> f64 + Sync,
    points: [usize; 2],
    temperature: [f64; 2],
    timescale: f64,
    bumps: [Bump; 2],
) -> Orbit {
    let grids = points.map(|n| Grid::new(&[n], &[PERIOD], &[-0.5 * PERIOD]).unwrap());
    let payoff = Payoff::from_function(|x: &[f64], y: &[f64]| f(x[0], y[0]), &grids[0], &grids[1]).unwrap();
    let densities = Player::BOTH.map(|player| {
        let (grid, [centre, width]) = (&grids[player.index()], bumps[player.index()]);
        let nodes = grid.axis(0).coordinates();
        // Two centres in one period would be nearer round the other side only where the bump is rounding.
        let values: Vec<f64> = nodes.iter().map(|s| (-0.5 * ((s - centre) / width).powi(2)).exp()).collect();
        let mass = values.iter().sum::<f64>() * grid.cell_volume();
        values.into_iter().map(|v| v / mass).collect::<Vec<f64>>()
    });
    let symmetry = Symmetry::find(&payoff);
    let mut flow = MflDa::new(payoff, temperature, timescale);
    let start = flow.layout().from_values([&densities[0], &densities[1]]);
    let how = Finding { multipliers: 4, ..Finding::default() };
    find(&mut flow, temperature, &symmetry, &start, &how).unwrap_or_else(|error| panic!("{error}"))
}

/// The coupled multiplier behind the trivial one.
fn second(orbit: &Orbit) -> f64 {
    let trivial = orbit.trivial();
    let coupled = orbit.multipliers.iter().filter(|m| m.block == Block::Coupled && Some(*m) != trivial);
    coupled.map(|m| m.value.norm()).fold(0.0, f64::max)
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 4, failure_persistence: None, rng_seed: RngSeed::Fixed(11), ..ProptestConfig::default()
    })]

    #[test]
    fn bumps_near_the_cycle_lead_to_the_same_orbit(
        centre in -0.8..0.8_f64, sides in prop::bool::ANY, widths in prop::array::uniform2(0.2..0.4_f64)
    ) {
        // On the cycle both means are on a circle of radius 2 or so.
        let along = if sides { 1.9 } else { -1.9 };
        let bumps = [[along, widths[0]], [centre, widths[1]]];
        let found = orbit(torus_cycle, [216, 216], [0.13; 2], 1.0, bumps);
        prop_assert!((found.point.period - 5.348887518).abs() <= 1e-8, "period {}", found.point.period);
        prop_assert!((second(&found) - 0.423497).abs() <= 2e-6, "multiplier {}", second(&found));
        prop_assert!(found.is_stable() && found.residual <= 1e-10);
        prop_assert!((found.trivial().unwrap().value - 1.0).norm() <= 1e-8);
    }

    #[test]
    fn swapping_the_players_and_their_timescale_scales_the_period(
        temperature in prop::array::uniform2(0.1..0.13_f64), timescale in 0.7..1.4_f64
    ) {
        let bumps = [[1.9, 0.25], [0.0, 0.3]];
        let one = orbit(torus_cycle, [216, 240], temperature, timescale, bumps);
        let [tau_x, tau_y] = temperature;
        let swapped = |x: f64, y: f64| -torus_cycle(y, x);
        let other = orbit(swapped, [240, 216], [tau_y, tau_x], 1.0 / timescale, [bumps[1], bumps[0]]);
        let (period, scaled) = (one.point.period, other.point.period / timescale);
        prop_assert!((period - scaled).abs() <= 1e-8 * period, "{} and {}", period, scaled);
        prop_assert!((second(&one) - second(&other)).abs() <= 1e-6, "{} and {}", second(&one), second(&other));
        prop_assert_eq!((one.is_stable(), one.nearly_conserved()), (other.is_stable(), other.nearly_conserved()));
    }
}

//! What holds for the orbits of every game: units of length and payoff, the swap of players, the meaning of the timescale, and
//! that neighbouring starts lead to the same orbit.

use super::tests::{Setting, setting};
use super::*;
use crate::game::GameFile;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use std::f64::consts::PI;

const NODES: usize = 108;

/// The torus cycle with lengths times `length`, payoff and temperature times `height`, perhaps with the players swapped.
#[derive(Debug, Clone, Copy)]
struct Units {
    length: f64,
    height: f64,
    /// In units of height, of the player who descends in the game that is not swapped and of the other.
    temperature: [f64; 2],
    timescale: f64,
    swapped: bool,
    /// Where the two bumps start, and how wide they are.
    start: [f64; 2],
    width: f64,
}

impl Units {
    fn setting(&self) -> Setting {
        let Units { length, height, temperature, timescale, swapped, start, width } = *self;
        // -f(y, x) is f with the other sign of the coupling.
        let [one, two] = temperature;
        let (coupling, places, [tau_x, tau_y], eta) = match swapped {
            false => (13.5, start, [one, two], timescale),
            true => (-13.5, [start[1], start[0]], [two, one], 1.0 / timescale),
        };
        let [x, y] = places.map(|place| place * length);
        let text = format!(
            "[game]\npayoff = \"h*(0.84375*cos(4*x/(3*s)) - 1.125*cos(2*x/(3*s)) + a*sin(x/(3*s))*sin(y/(3*s)) \
             - 0.84375*cos(4*y/(3*s)) + 1.125*cos(2*y/(3*s)))\"\n\
             temperature = {{ x = {tau_x:?}, y = {tau_y:?} }}\ntimescale = {eta:?}\n\
             [game.parameters]\nh = {height:?}\ns = {length:?}\na = {coupling:?}\n[game.domain]\n\
             x = {{ dim = 1, period = {period:?}, origin = {origin:?} }}\n\
             y = {{ dim = 1, period = {period:?}, origin = {origin:?} }}\n[initial]\n\
             x = \"exp(-(x-({x}))^2/(2*{w}^2))\"\ny = \"exp(-(y-({y}))^2/(2*{w}^2))\"\n",
            tau_x = tau_x * height,
            tau_y = tau_y * height,
            period = 6.0 * PI * length,
            origin = -3.0 * PI * length,
            w = width * length,
        );
        setting(GameFile::parse("units.toml", &text, &[]).unwrap_or_else(|error| panic!("{error}")), NODES)
    }

    fn find(&self) -> Orbit {
        let time = 200.0 * self.time();
        let how = Finding { time, tolerance: 1e-6, period_error: 1e-9, ..Finding::default() };
        self.setting().find(&how).unwrap_or_else(|error| panic!("{self:?}: {error}"))
    }

    /// The unit of time.
    fn time(&self) -> f64 {
        self.length * self.length / self.height * if self.swapped { self.timescale } else { 1.0 }
    }
}

fn moduli(orbit: &Orbit) -> Vec<f64> {
    orbit.multipliers.iter().map(|multiplier| multiplier.value.norm()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 3, failure_persistence: None, rng_seed: RngSeed::Fixed(3), ..ProptestConfig::default()
    })]

    #[test]
    fn the_orbit_is_the_same_from_near_starts_in_other_units_and_with_the_players_swapped(
        length in 0.3..3.0_f64, height in 0.3..3.0_f64, second in 0.12..0.13_f64, timescale in 0.95..1.05_f64,
        swapped: bool, shift in prop::array::uniform2(-0.1..0.1_f64), width in 0.18..0.25_f64
    ) {
        let temperature = [0.13, second];
        let (start, near) = ([1.9, 0.0], [1.9 + shift[0], shift[1]]);
        let plain =
            Units { length: 1.0, height: 1.0, temperature, timescale, swapped: false, start, width: 0.2 };
        let other = Units { length, height, temperature, timescale, swapped, start: near, width };
        let (here, there) = (plain.find(), other.find());
        let period = here.point.period * other.time();
        prop_assert!((there.point.period - period).abs() <= 1e-8 * period, "{} {}", there.point.period, period);
        for (a, b) in moduli(&here).iter().zip(moduli(&there)) {
            prop_assert!((a - b).abs() <= 1e-5, "{:?} {:?}", moduli(&here), moduli(&there));
        }
        prop_assert_eq!(here.is_stable(), there.is_stable());
    }
}

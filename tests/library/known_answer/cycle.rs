//! The limit cycle on the torus: periods and multipliers of `data/reference/cycle.txt`, seen in evolutions.

use crate::support::comparison::{assert_at_most, assert_between, assert_close};
use crate::support::evolution::{bundled, simulation};
use crate::support::experiment::run_game;
use nashflow::experiment::{Stretch, Verdict};
use nashflow::flow::{Flow, MflDa};
use nashflow::game::{GameFile, Player};
use num_complex::Complex64;
use std::f64::consts::LN_2;

/// `int sin(x/3) mu dx` from the coefficients: with the origin at `-3 pi`, mode 1 is `exp(i (x + 3 pi)/3)`.
fn observable(flow: &MflDa, state: &[Complex64]) -> f64 {
    let layout = flow.layout();
    layout.grid(Player::X).volume() * layout.part(Player::X, state)[1].im
}

/// A passage of the observable through 0.
struct Crossing {
    time: f64,
    state: Vec<Complex64>,
}

/// Where in a step the observable passes 0 upwards, by regula falsi (Illinois) on the dense output.
fn crossing(stretch: &mut Stretch<'_, MflDa>, before: f64, after: f64) -> Crossing {
    let (mut low, mut high) = ((stretch.from, before), (stretch.to, after));
    let mut state = Vec::new();
    for _ in 0..60 {
        let time = (low.0 * high.1 - high.0 * low.1) / (high.1 - low.1);
        if high.0 - low.0 <= 1e-12 || !(low.0 < time && time < high.0) {
            break;
        }
        stretch.state_at(time, &mut state);
        let value = observable(stretch.flow(), &state);
        if value.abs() <= 1e-15 {
            return Crossing { time, state };
        }
        if value > 0.0 {
            high = (time, value);
            low.1 *= 0.5;
        } else {
            low = (time, value);
            high.1 *= 0.5;
        }
    }
    Crossing { time: 0.5 * (low.0 + high.0), state }
}

/// Where `int sin(x/3) mu` passes 0 upwards, and the distances between successive states there.
fn upward_crossings(file: &GameFile) -> (Vec<f64>, Vec<f64>) {
    let mut simulation = simulation(file);
    let mut before = observable(simulation.flow(), simulation.state());
    let mut crossings: Vec<Crossing> = Vec::new();
    while let Some(mut stretch) = simulation.advance().unwrap() {
        let mut state = Vec::new();
        let to = stretch.to;
        stretch.state_at(to, &mut state);
        let after = observable(stretch.flow(), &state);
        if before < 0.0 && after >= 0.0 {
            crossings.push(crossing(&mut stretch, before, after));
        }
        before = after;
    }
    let layout = simulation.flow().layout();
    let change = |pair: &[Crossing]| {
        let difference: Vec<Complex64> = pair[1].state.iter().zip(&pair[0].state).map(|(b, a)| b - a).collect();
        layout.norm(&difference)
    };
    (crossings.iter().map(|c| c.time).collect(), crossings.windows(2).map(change).collect())
}

/// A line of the reference.
struct Reference {
    period: f64,
    uncertainty: f64,
    multiplier: Option<f64>,
}

#[track_caller]
fn reference(alpha: f64, temperature: f64) -> Reference {
    let lines = include_str!("../../../data/reference/cycle.txt").lines().filter(|line| !line.starts_with('#'));
    for line in lines {
        let words: Vec<&str> = line.split_whitespace().collect();
        let number = |i: usize| words[i].parse::<f64>().unwrap_or_else(|error| panic!("{line}: {error}"));
        if number(0) == alpha && number(1) == temperature {
            return Reference { period: number(2), uncertainty: number(3), multiplier: words[4].parse().ok() };
        }
    }
    panic!("no reference for alpha = {alpha}, temperature {temperature}");
}

/// The last two periods between crossings must agree before the last is believed. Returns the changes of the period and
/// of the state from one crossing to the next.
#[track_caller]
fn assert_period(what: &str, file: &GameFile, reference: &Reference) -> [Vec<f64>; 2] {
    let (expected, tolerance) = (reference.period, reference.uncertainty);
    let (times, changes) = upward_crossings(file);
    let periods: Vec<f64> = times.windows(2).map(|w| w[1] - w[0]).collect();
    println!("{what}: {periods:.8?}");
    let [.., before, last] = periods[..] else { panic!("{what}: {} periods", periods.len()) };
    assert_at_most(&format!("{what}: change of the last period"), (last - before).abs(), tolerance);
    assert_close(&format!("{what}: period"), last, expected, tolerance, 1.0);
    [periods.windows(2).map(|w| (w[1] - w[0]).abs()).collect(), changes]
}

/// Changes from one crossing to the next shrink by the leading Floquet multiplier that they see: their ratio at the
/// first one between the bounds, small and yet far above the tolerance.
#[track_caller]
fn assert_multiplier(what: &str, changes: &[f64], between: [f64; 2], expected: f64, tolerance: f64) {
    println!("{what}: ratios of changes {:.5?}", changes.windows(2).map(|c| c[1] / c[0]).collect::<Vec<_>>());
    let ratio = changes.windows(2).find(|c| (between[0]..between[1]).contains(&c[1])).map(|c| c[1] / c[0]);
    let ratio = ratio.unwrap_or_else(|| panic!("{what}: no change between {between:?}: {changes:?}"));
    assert_close(&format!("{what}: multiplier"), ratio, expected, tolerance, 1.0);
}

#[test]
fn the_cycle_at_temperature_0_0625_has_the_period_5_092236() {
    let file = bundled("limit-cycle", &["solver.grid=360", "solver.time=42", "solver.tolerance=1e-9"]);
    let [_, states] = assert_period("tau = 0.0625", &file, &reference(1.5, 0.0625));
    assert_multiplier("tau = 0.0625, one side", &states, [1e-8, 1e-6], 0.042_08, 1e-4);
}

/// Mass on both sides of the mirror: the differences between the sides, which exert no force, decay by the leading
/// multiplier of the reference, slower than what a start on one side can see.
#[test]
fn differences_between_mirror_images_decay_by_the_reference_multiplier() {
    let file = bundled(
        "limit-cycle",
        &[
            "solver.grid=360",
            "solver.time=42",
            "solver.tolerance=1e-9",
            "initial.x=exp(-(x-1.9)^2/(2*0.2^2)) + exp(-(3*pi-x-1.5)^2/(2*0.2^2))",
        ],
    );
    let reference = reference(1.5, 0.0625);
    let [_, states] = assert_period("tau = 0.0625, both sides", &file, &reference);
    let multiplier = reference.multiplier.expect("a multiplier");
    assert_multiplier("tau = 0.0625, both sides", &states, [1e-8, 1e-6], multiplier, 1e-4);
}

#[test]
fn the_cycles_at_temperatures_0_1_and_0_13_have_the_periods_of_the_reference() {
    for (temperature, time) in [(0.1, 55.0), (0.13, 95.0)] {
        let what = format!("tau = {temperature}");
        let (temperature_key, time_key) = (format!("game.temperature={temperature}"), format!("solver.time={time:?}"));
        let settings = ["solver.grid=300", "solver.tolerance=1e-8", &temperature_key, &time_key];
        let reference = reference(1.5, temperature);
        let [periods, _] = assert_period(&what, &bundled("limit-cycle", &settings), &reference);
        assert_multiplier(&what, &periods, [1e-6, 1e-5], reference.multiplier.expect("a multiplier"), 1e-3);
    }
}

#[test]
fn a_stronger_coupling_shortens_the_period_to_2_44653() {
    let file = bundled(
        "limit-cycle",
        &["solver.grid=360", "game.parameters.alpha=3.0", "solver.time=25", "solver.tolerance=1e-8"],
    );
    assert_period("alpha = 3", &file, &reference(3.0, 0.0625));
}

#[test]
fn a_run_on_the_cycle_is_periodic_and_stays_away_from_the_equilibrium() {
    let ran = run_game(&bundled("limit-cycle", &["solver.time=20", "solver.tolerance=1e-7", "output.snapshots=100"]));
    assert_eq!(ran.summary.verdict, Verdict::Periodic, "{}", ran.summary.reason);
    assert_eq!(ran.summary.decay, None, "a cycle has no decay rate");
    let (cycle, expected) = (ran.summary.cycle.as_ref().expect("a cycle"), reference(1.5, 0.0625));
    assert_close("cycle: period of the verdict", cycle.period, expected.period, expected.uncertainty, 1.0);
    assert_at_most("cycle: distance of the last state", cycle.distance, 1e-3);
    let w2 = ran.dataset("w2");
    let late = w2[50..].iter().copied().fold(f64::INFINITY, f64::min);
    assert_between("cycle: smallest distance to the equilibrium from t = 10 on", late, 1.0, 10.0);
}

/// Above the fold the standard start comes to rest, with all mass on one side of the mirror `x -> 3 pi - x`, which
/// changes no force: each player is at his Gibbs density restricted to half the torus, at relative entropy `log 2` from
/// the whole one. The rest leaks through over times far beyond any run.
#[test]
fn there_is_no_cycle_at_temperature_0_15_from_the_standard_start() {
    let ran = run_game(&bundled(
        "limit-cycle",
        &["game.temperature=0.15", "solver.time=300", "solver.tolerance=1e-7", "output.snapshots=150"],
    ));
    let (w2, gap) = (ran.dataset("w2"), ran.dataset("nikaido_isoda"));
    let spread = |values: &[f64]| {
        let (low, high) = values.iter().fold((f64::INFINITY, 0.0_f64), |(l, h), v| (l.min(*v), h.max(*v)));
        high - low
    };
    // While it turns (t < 40) the distance swings; from t = 250 on nothing moves any more.
    assert!(spread(&w2[..20]) > 0.1, "swings of the start: {}", spread(&w2[..20]));
    assert_at_most("tau = 0.15, one side: what still moves after t = 250", spread(&w2[125..]), 1e-4);
    let plateau = 2.0 * 0.15 * LN_2;
    assert_close("tau = 0.15, one side: gap 2 tau log 2", gap[gap.len() - 1], plateau, 1e-3, plateau);
    assert_eq!(ran.summary.verdict, Verdict::Undecided);
}

/// From a start that is symmetric under the mirror the same game goes to its equilibrium.
#[test]
fn there_is_no_cycle_at_temperature_0_15_from_a_symmetric_start() {
    let ran = run_game(&bundled(
        "limit-cycle",
        &[
            "game.temperature=0.15",
            "initial.x=exp(-(x-1.9)^2/(2*0.2^2)) + exp(-(3*pi-x-1.9)^2/(2*0.2^2))",
            "initial.y=exp(-y^2/(2*0.2^2)) + exp(-(abs(y)-3*pi)^2/(2*0.2^2))",
            "solver.time=250",
            "solver.tolerance=1e-7",
            "output.snapshots=250",
        ],
    ));
    let w2 = ran.dataset("w2");
    assert!(w2[100..].windows(2).all(|w| w[1] < w[0]), "the distance falls for good from t = 100 on");
    assert_at_most("tau = 0.15, symmetric: distance at t = 250", w2[250], 2e-3);
    let decay = ran.summary.decay.expect("a decay");
    assert_between("tau = 0.15, symmetric: rate", decay.rate, 0.0345, 0.0348);
}

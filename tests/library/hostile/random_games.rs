//! Games that nobody has thought of, through `equilibrium` and a short `run`: the duality gap of every answer is computed again
//! by dense sums over the payoff of the generator, or there is an error that says what is wrong.

use super::check_file;
use super::random_game::RandomGame;
use crate::support::form::tries;
use nashflow::experiment::{Discretisation, EquilibriumReport, RunError, RunOptions, run, solve_equilibrium};
use nashflow::game::{GameFile, Player};
use ndarray_npy::write_npy;
use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

/// The duality gap that is allowed, as a share of the range of the payoff plus the temperatures: rounding.
const LARGEST_GAP: f64 = 1e-12;
/// What dense sums over functions on a grid may differ from it by, in the same unit.
const LARGEST_SLOW_GAP: f64 = 1e-9;
/// Longest time for one game: the slowest of the long form, on tori of dimension 2, takes 17 seconds of a processor.
const PATIENCE: Duration = Duration::from_secs(600);

/// The duality gap of a pair under the entropy, by its definition:
/// `tau_x int mu log mu + tau_x log int exp(-V/tau_x) + tau_y int nu log nu + tau_y log int exp(U/tau_y)`.
fn slow_gap(game: &RandomGame, solved: &Discretisation) -> f64 {
    let [mu, nu] = solved.equilibrium.densities();
    let nodes = Player::BOTH.map(|player| {
        let grid = solved.grid(player);
        let axes: Vec<Vec<f64>> = grid.axes().iter().map(|axis| axis.coordinates()).collect();
        let at = |place: usize| grid.node(place).iter().zip(&axes).map(|(&j, axis)| axis[j]).collect::<Vec<f64>>();
        (0..grid.len()).map(at).collect::<Vec<_>>()
    });
    let cell = Player::BOTH.map(|player| solved.grid(player).cell_volume());
    let mut potential = vec![0.0; mu.len()];
    let mut uplift = vec![0.0; nu.len()];
    for (i, x) in nodes[0].iter().enumerate() {
        for (j, y) in nodes[1].iter().enumerate() {
            let value = (game.payoff)(x, y);
            potential[i] -= value * nu[j] * cell[1];
            uplift[j] += value * mu[i] * cell[0];
        }
    }
    let part = |density: &[f64], force: &[f64], tau: f64, cell: f64| {
        let entropy: f64 = density.iter().filter(|r| **r > 0.0).map(|r| r * r.ln()).sum::<f64>() * cell;
        let largest = force.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = force.iter().map(|v| ((v - largest) / tau).exp()).sum::<f64>() * cell;
        tau * entropy + largest + tau * sum.ln()
    };
    part(mu, &potential, game.temperature[0], cell[0]) + part(nu, &uplift, game.temperature[1], cell[1])
}

/// What an answer must be.
fn check_equilibrium(game: &RandomGame, solved: &Discretisation, report: &EquilibriumReport, seed: u64) {
    let unit = report.payoff.range + game.temperature[0] + game.temperature[1];
    let gap = report.equilibrium.nikaido_isoda;
    assert!(gap.abs() <= LARGEST_GAP * unit, "game {seed}: gap {gap:e}\n{}", game.text);
    for (player, density) in Player::BOTH.into_iter().zip(solved.equilibrium.densities()) {
        let mass = density.iter().sum::<f64>() * solved.grid(player).cell_volume();
        assert!((mass - 1.0).abs() <= 1e-12, "game {seed}: mass {mass}\n{}", game.text);
        assert!(density.iter().all(|r| r.is_finite() && *r >= 0.0), "game {seed}\n{}", game.text);
    }
    if matches!(game.kind[2], "entropy" | "kl") {
        let slow = slow_gap(game, solved);
        assert!(slow.abs() <= LARGEST_SLOW_GAP * unit, "game {seed}: gap by sums {slow:e}\n{}", game.text);
    }
}

/// What came of a game: `certified`, or the kind of its error.
fn outcome<T>(result: &Result<T, RunError>, seed: u64, text: &str) -> &'static str {
    let Err(error) = result else { return "certified" };
    let message = error.to_string();
    assert!(!message.contains("NaN") && message.len() > 20, "game {seed}: {message}\n{text}");
    assert!(matches!(error.exit_status(), 2 | 3), "game {seed}: {message}\n{text}");
    match error {
        RunError::Payoff { .. } => "payoff",
        RunError::Equilibrium(_) => "equilibrium",
        RunError::Unresolved { .. } => "not resolved",
        RunError::Initial { .. } => "initial density",
        RunError::Edge { .. } => "edge of a support",
        RunError::Negative { .. } => "negative density",
        RunError::Step { .. } => "step",
        RunError::Seam { .. } => "box too small",
        RunError::Regulariser { .. } => "regulariser",
        _ => panic!("game {seed}: {message}\n{text}"),
    }
}

#[test]
fn random_games_are_solved_and_certified_or_refused_with_a_reason() {
    let mut counts = BTreeMap::<_, usize>::new();
    let mut slowest = (Duration::ZERO, 0);
    let count = tries(10, 10_000);
    let first: u64 = std::env::var("NASHFLOW_RANDOM_GAME").map_or(0, |seed| seed.parse().unwrap());
    for seed in first..first + count as u64 {
        let game = RandomGame::new(seed);
        let folder = tempfile::tempdir().unwrap();
        if let Some((shape, values)) = &game.table {
            let table = ndarray::ArrayD::from_shape_vec(shape.clone(), values.clone()).unwrap();
            write_npy(folder.path().join("table.npy"), &table).unwrap();
        }
        let started = Instant::now();
        let file = GameFile::parse(folder.path().join("game.toml"), &game.text, &[]);
        let file = file.unwrap_or_else(|error| panic!("game {seed}: {error}\n{}", game.text));
        let solved = solve_equilibrium(&file);
        if let Ok((discretisation, report)) = &solved {
            check_equilibrium(&game, discretisation, report, seed);
        }
        *counts.entry(("equilibrium", outcome(&solved, seed, &game.text))).or_default() += 1;
        let output = folder.path().join("run.h5");
        let options = RunOptions {
            output: output.clone(),
            overwrite: false,
            resume: false,
            command: String::new(),
            checkpoint_every: Duration::MAX,
        };
        let ran = run(&file, &options, &AtomicBool::new(false), &mut |_| {});
        if let Ok(summary) = &ran {
            check_file(&output, &format!("game {seed}\n{}", game.text));
            assert_eq!(
                summary.snapshots,
                if file.solver().time() == 0.0 { 1 } else { 3 },
                "game {seed}\n{}",
                game.text
            );
        }
        *counts.entry(("run", outcome(&ran, seed, &game.text))).or_default() += 1;
        let took = started.elapsed();
        slowest = slowest.max((took, seed));
        assert!(took < PATIENCE, "game {seed} took {took:?}\n{}", game.text);
    }
    println!("{count} random games from {first}: {counts:?}; the slowest, {}, took {:?}", slowest.1, slowest.0);
    for command in ["equilibrium", "run"] {
        assert!(counts[&(command, "certified")] * 10 >= count * 8, "{counts:?}");
    }
}

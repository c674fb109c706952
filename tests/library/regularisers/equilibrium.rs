//! Equilibria of random games under every regulariser: certificates, a slow second way, and two code paths for one regulariser.

use super::{payoff_of, with_settings};
use nashflow::diagnostics::{regularised_gap, regularised_response};
use nashflow::equilibrium::Equilibrium;
use nashflow::game::{GameFile, Player};

const TEXT: &str = r#"
    [game]
    payoff = "cos(2*pi*(x - y)) + a*cos(4*pi*x)*sin(2*pi*y) + b*sin(2*pi*x) - 0.4*cos(4*pi*y)"
    temperature = { x = 0.8, y = 1.1 }
    parameters = { a = 0.7, b = 0.6 }
    [solver]
    grid = 96
"#;

const REGULARISERS: [&[&str]; 6] = [
    &["game.regulariser=chi2"],
    &["game.regulariser=reverse-kl"],
    &["game.regulariser=tsallis", "game.tsallis_q=0.5"],
    &["game.regulariser=tsallis", "game.tsallis_q=1.5"],
    &["game.regulariser=tsallis", "game.tsallis_q=2"],
    &["game.regulariser=tsallis", "game.tsallis_q=3"],
];

fn file(regulariser: &[&str], others: &[String]) -> GameFile {
    let settings: Vec<String> = regulariser.iter().map(|s| (*s).to_owned()).chain(others.iter().cloned()).collect();
    with_settings(TEXT, &settings)
}

fn solve(file: &GameFile) -> Equilibrium {
    let (payoff, temperature) = payoff_of(file);
    Equilibrium::solve_regularised_on_grid(&payoff, temperature, file.game().regulariser().regulariser()).unwrap()
}

#[test]
fn the_gap_of_every_equilibrium_is_rounding_and_of_every_other_pair_positive() {
    for regulariser in REGULARISERS {
        for tau in [3.0, 0.8, 0.2, 0.05] {
            for (a, b) in [(0.7, 0.6), (-1.4, 0.1), (2.0, -0.8)] {
                let settings = [
                    format!("game.temperature={tau}"),
                    format!("game.parameters.a={a}"),
                    format!("game.parameters.b={b}"),
                ];
                let file = file(regulariser, &settings);
                let found = solve(&file);
                let what = format!("{regulariser:?}, tau {tau}, a {a}");
                assert!((0.0..=1e-20).contains(&found.nikaido_isoda()), "{what}: {:e}", found.nikaido_isoda());
                assert!(found.iterations() <= 80, "{what}: {} steps", found.iterations());
                let (payoff, temperature) = payoff_of(&file);
                let [mu, nu] = found.densities();
                let mut moved = mu.to_vec();
                moved.rotate_right(1);
                let function = file.game().regulariser().regulariser();
                let gap = regularised_gap(function.function(), &payoff, temperature, [&moved, nu], &mut payoff.work());
                assert!(gap > 1e-7, "{what}: {gap:e} beside the equilibrium");
            }
        }
    }
}

#[test]
fn the_damped_iteration_of_best_responses_ends_at_the_same_pair() {
    for regulariser in REGULARISERS {
        let file = file(regulariser, &[]);
        let found = solve(&file);
        let (payoff, temperature) = payoff_of(&file);
        let function = file.game().regulariser().regulariser();
        let mut work = payoff.work();
        let mut pair = [vec![1.0; 96], vec![1.0; 96]];
        for _ in 0..1500 {
            let answers = Player::BOTH.map(|player| {
                let (own, opponent) = (player.index(), &pair[player.opponent().index()]);
                let phi = function.function();
                regularised_response(phi, &payoff, player, temperature[own], opponent, &mut work).density
            });
            for (own, answer) in pair.iter_mut().zip(&answers) {
                own.iter_mut().zip(answer).for_each(|(r, b)| *r += 0.1 * (b - *r));
            }
        }
        for (slow, fast) in pair.iter().zip(found.densities()) {
            let largest = slow.iter().zip(fast).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            assert!(largest <= 1e-9, "{regulariser:?}: {largest:e}");
        }
    }
}

#[test]
fn chi_squared_and_tsallis_two_at_half_the_temperature_have_one_equilibrium_with_and_without_a_vacuum() {
    for tau in [4.0, 0.3] {
        let chi_squared = solve(&file(REGULARISERS[0], &[format!("game.temperature={tau}")]));
        let tsallis = solve(&file(REGULARISERS[4], &[format!("game.temperature={}", 0.5 * tau)]));
        assert_eq!(chi_squared.vacuum().is_some(), tau < 1.0);
        for p in [0, 1] {
            for (a, b) in chi_squared.densities()[p].iter().zip(tsallis.densities()[p]) {
                assert!((a - b).abs() <= 1e-12 * a.max(1.0), "{a} against {b}");
            }
        }
        let shift = chi_squared.energy() - tsallis.energy();
        // tau s^2/2 = (tau/2)(s^2 - s) + (tau/2) s: the masses cancel between the players.
        assert!(shift.abs() <= 1e-13 * tau, "{shift:e}");
        assert!((chi_squared.nikaido_isoda() - tsallis.nikaido_isoda()).abs() <= 1e-24);
    }
}

#[test]
fn tsallis_tends_to_the_entropy() {
    let entropy = solve(&file(&["game.regulariser=entropy"], &[]));
    let distance = |q: f64| {
        let found = solve(&file(&["game.regulariser=tsallis"], &[format!("game.tsallis_q={q}")]));
        let pairs = found.densities()[0].iter().zip(entropy.densities()[0]);
        pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
    };
    let (near, nearer) = (distance(1.0 + 1e-3), distance(1.0 + 1e-6));
    assert!(near < 1e-2 && (nearer / near / 1e-3 - 1.0).abs() < 1e-2, "{near:e}, {nearer:e}");
    assert!((distance(1.0 - 1e-6) / nearer - 1.0).abs() < 1e-3);
}

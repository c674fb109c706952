//! A game of two players who do not meet, `f = u(x) - v(y)`, for which these dynamics are solved by hand, and the global
//! decay of Fisher-Rao.

use crate::support::comparison::{assert_all_close, assert_at_most};
use crate::support::evolution::{Evolution, evolve, game};
use crate::support::experiment::run_game;
use nashflow::game::Player;
use std::f64::consts::PI;

const SEPARABLE: &str = r#"
    [game]
    payoff = "cos(2*pi*x) - 0.7*sin(2*pi*y)"
    temperature = { x = 0.4, y = 0.25 }
    timescale = 1.5
    [initial]
    x = "exp(sin(2*pi*x))"
    y = "2 + cos(4*pi*y)"
    [solver]
    grid = 64
    tolerance = 1e-11
    time = 2.0
    [output]
    snapshots = 4
"#;

fn normalised(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let values: Vec<f64> = values.collect();
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    values.into_iter().map(|v| v / mean).collect()
}

fn nodes() -> impl Iterator<Item = f64> {
    (0..64).map(|j| f64::from(j) / 64.0)
}

/// What the solution of one player is made of.
struct Alone {
    /// Logarithm of the unnormalised initial density.
    start: Vec<f64>,
    /// Logarithm of the unnormalised Gibbs density.
    gibbs: Vec<f64>,
    speed: f64,
    temperature: f64,
}

fn players() -> [Alone; 2] {
    let x = nodes().map(|x| ((2.0 * PI * x).sin(), -(2.0 * PI * x).cos() / 0.4));
    let y = nodes().map(|y| ((2.0 + (4.0 * PI * y).cos()).ln(), -0.7 * (2.0 * PI * y).sin() / 0.25));
    let ((start_x, gibbs_x), (start_y, gibbs_y)) = (x.unzip(), y.unzip());
    [
        Alone { start: start_x, gibbs: gibbs_x, speed: 1.0, temperature: 0.4 },
        Alone { start: start_y, gibbs: gibbs_y, speed: 1.5, temperature: 0.25 },
    ]
}

#[track_caller]
fn assert_densities(evolution: &Evolution, exact: impl Fn(usize, f64) -> Vec<f64>) {
    for (i, time) in evolution.times.iter().enumerate() {
        for player in Player::BOTH {
            let expected = exact(player.index(), *time);
            let largest = expected.iter().copied().fold(0.0, f64::max);
            let what = format!("{player:?} at {time}");
            assert_all_close(&what, &evolution.values(i, player), &expected, 1e-10, largest);
        }
    }
}

#[test]
fn fisher_rao_is_the_geometric_mean_of_start_and_gibbs_density() {
    let evolution = evolve(&game(SEPARABLE, &["flow.dynamics=fisher-rao"]));
    let players = players();
    assert_densities(&evolution, |p, t| {
        let Alone { start, gibbs, speed, temperature } = &players[p];
        let left = (-speed * temperature * t).exp();
        normalised(start.iter().zip(gibbs).map(|(s, g)| (left * s + (1.0 - left) * g).exp()))
    });
}

#[test]
fn best_response_is_the_mixture_of_start_and_gibbs_density() {
    let evolution = evolve(&game(SEPARABLE, &["flow.dynamics=best-response", "flow.rate=0.8"]));
    let players = players();
    assert_densities(&evolution, |p, t| {
        let Alone { start, gibbs, speed, .. } = &players[p];
        let left = (-speed * 0.8 * t).exp();
        let (start, gibbs) = (normalised(start.iter().map(|s| s.exp())), normalised(gibbs.iter().map(|g| g.exp())));
        start.iter().zip(&gibbs).map(|(s, g)| left * s + (1.0 - left) * g).collect()
    });
}

/// `KL(mu*|mu) + KL(nu*|nu)/eta` falls at least at the rate `min(tau_x, eta tau_y)`, from wherever it starts.
#[test]
fn fisher_rao_approaches_the_equilibrium_at_its_rate_from_far_away() {
    let text = r#"
        [game]
        payoff = "2*cos(2*pi*(x - y)) + sin(4*pi*x)*cos(2*pi*y) - 0.8*cos(4*pi*y)"
        temperature = { x = 0.3, y = 0.1 }
        timescale = 2.0
        [initial]
        x = "exp(4*cos(2*pi*(x - 0.1)))"
        y = "exp(5*sin(2*pi*y))"
        [flow]
        dynamics = "fisher-rao"
        [solver]
        time = 25.0
        [output]
        snapshots = 50
    "#;
    let ran = run_game(&game(text, &[]));
    let rate: f64 = 0.2;
    let divergence = |name: &str, i: usize| {
        let (now, rest) = (ran.row(&format!("/{name}"), i), ran.dataset(&format!("/equilibrium/{name}")));
        rest.iter().zip(&now).map(|(q, r)| q * (q / r).ln() - q + r).sum::<f64>() / now.len() as f64
    };
    let total: Vec<f64> = (0..=50).map(|i| divergence("mu", i) + divergence("nu", i) / 2.0).collect();
    assert!(total[0] > 1.0 && total[50] < 0.05 * total[0], "{total:?}");
    for (i, pair) in total.windows(2).enumerate() {
        let what = format!("decay from {i}");
        assert_at_most(&what, pair[1] / pair[0], (-0.5 * rate).exp() * (1.0 + 1e-7));
    }
}

//! The other dynamics written from their formulas on node values, and the classical Runge-Kutta scheme for them.

use super::slow::{Game, Side};

/// The arrays that a dynamics steps.
pub type Arrays = Vec<Vec<f64>>;

/// The state at `to` from that at `from`, by `steps` steps of the classical Runge-Kutta scheme.
pub fn runge_kutta(
    mut state: Arrays,
    from: f64,
    to: f64,
    steps: usize,
    velocity: impl Fn(f64, &Arrays) -> Arrays,
) -> Arrays {
    let plus = |a: &Arrays, h: f64, b: &Arrays| -> Arrays {
        a.iter().zip(b).map(|(a, b)| a.iter().zip(b).map(|(a, b)| a + h * b).collect()).collect()
    };
    let h = (to - from) / steps as f64;
    for step in 0..steps {
        let t = from + h * step as f64;
        let k1 = velocity(t, &state);
        let k2 = velocity(t + 0.5 * h, &plus(&state, 0.5 * h, &k1));
        let k3 = velocity(t + 0.5 * h, &plus(&state, 0.5 * h, &k2));
        let k4 = velocity(t + h, &plus(&state, h, &k3));
        for (weight, k) in [(1.0, &k1), (2.0, &k2), (2.0, &k3), (1.0, &k4)] {
            state = plus(&state, weight * h / 6.0, k);
        }
    }
    state
}

/// `-speed r (p + tau log r - <p + tau log r>_r)`.
fn birth_and_death(side: &Side, r: &[f64], p: &[f64], tau: f64, speed: f64) -> Vec<f64> {
    let total: Vec<f64> = p.iter().zip(r).map(|(p, r)| p + tau * r.ln()).collect();
    let mean = side.integral(&total.iter().zip(r).map(|(t, r)| t * r).collect::<Vec<_>>()) / side.integral(r);
    total.iter().zip(r).map(|(t, r)| -speed * r * (t - mean)).collect()
}

/// Fisher-Rao of `[mu, nu]`.
pub fn fisher_rao(game: &Game, state: &Arrays) -> Arrays {
    let [v, u] = game.potentials(&state[0], &state[1]);
    let minus_u: Vec<f64> = u.iter().map(|u| -u).collect();
    let [tau_x, tau_y] = game.temperature;
    vec![
        birth_and_death(&game.x, &state[0], &v, tau_x, 1.0),
        birth_and_death(&game.y, &state[1], &minus_u, tau_y, game.timescale),
    ]
}

/// Wasserstein-Fisher-Rao of `[mu, nu]`.
pub fn wasserstein_fisher_rao(game: &Game, weight: f64, state: &Arrays) -> Arrays {
    let transport = game.velocity(&state[0], &state[1]);
    let reaction = fisher_rao(game, state);
    let sum = |p: usize| transport[p].iter().zip(&reaction[p]).map(|(t, r)| t + weight * r).collect();
    vec![sum(0), sum(1)]
}

/// Best response of `[mu, nu]`.
pub fn best_response(game: &Game, rate: f64, state: &Arrays) -> Arrays {
    let answers = game.log_responses(&state[0], &state[1]);
    let rates = [rate, rate * game.timescale];
    [0, 1].map(|p| answers[p].iter().zip(&state[p]).map(|(g, r)| rates[p] * (g.exp() - r)).collect()).to_vec()
}

/// Descent-ascent at `theta` times the temperatures.
pub fn annealed(game: &Game, theta: f64, state: &Arrays) -> Arrays {
    let potentials = game.potentials(&state[0], &state[1]);
    game.velocity_under(&state[0], &state[1], potentials, game.temperature.map(|tau| theta * tau)).to_vec()
}

/// `[mu, nu, Vbar, Ubar]` under `w_0 V + w_1 Vbar`, with potentials forgotten at `rate`.
pub fn under_averaged_potentials(game: &Game, rate: f64, [now, past]: [f64; 2], state: &Arrays) -> Arrays {
    let potentials = game.potentials(&state[0], &state[1]);
    let mixed =
        [0, 1].map(|p| potentials[p].iter().zip(&state[p + 2]).map(|(v, average)| now * v + past * average).collect());
    let mut out = game.velocity_under(&state[0], &state[1], mixed, game.temperature).to_vec();
    for p in [0, 1] {
        out.push(potentials[p].iter().zip(&state[p + 2]).map(|(v, average)| rate * (v - average)).collect());
    }
    out
}

/// `[mu]` under the potential of the best response to it.
pub fn quasistatic(game: &Game, state: &Arrays) -> Arrays {
    let nu = best_answer_of_y(game, &state[0]);
    let [velocity, _] = game.velocity(&state[0], &nu);
    vec![velocity]
}

/// `G_y(mu)`.
pub fn best_answer_of_y(game: &Game, mu: &[f64]) -> Vec<f64> {
    let uniform = game.y.density(|_| 1.0);
    let [_, log_answer] = game.log_responses(mu, &uniform);
    log_answer.into_iter().map(f64::exp).collect()
}

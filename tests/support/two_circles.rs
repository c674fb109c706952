//! Two circles of unlike period, temperature and speed: the game, and the same by dense sums.

use super::slow::{Game, Side};
use std::f64::consts::PI;

/// The game file, without times.
pub const TWO_CIRCLES: &str = r#"
    [game]
    payoff = "cos(2*pi*x - pi*y) + 0.5*cos(4*pi*x) - 0.4*sin(2*pi*y) + 0.3*exp(cos(2*pi*x))*sin(pi*y)"
    temperature = { x = 0.3, y = 0.2 }
    timescale = 1.5
    [game.domain]
    x = { dim = 1, period = 1.0, origin = -0.25 }
    y = { dim = 1, period = 2.0, origin = 0.5 }
    [initial]
    x = "exp(cos(2*pi*(x - 0.25)))"
    y = "exp(cos(pi*(y - 0.3)))"
    [solver]
    tolerance = 1e-12
"#;

/// The same on these numbers of nodes and at these temperatures, with both initial densities.
pub fn slow_two_circles(points: [usize; 2], temperature: [f64; 2]) -> (Game, [Vec<f64>; 2]) {
    let f = |x: &[f64], y: &[f64]| {
        let (a, b) = (2.0 * PI * x[0], PI * y[0]);
        (a - b).cos() + 0.5 * (2.0 * a).cos() - 0.4 * (2.0 * b).sin() + 0.3 * a.cos().exp() * b.sin()
    };
    let (x, y) = (Side::new(&points[..1], &[1.0], &[-0.25]), Side::new(&points[1..], &[2.0], &[0.5]));
    let game = Game::new(x, y, f, temperature, 1.5);
    let mu = game.x.density(|x| (2.0 * PI * (x[0] - 0.25)).cos().exp());
    let nu = game.y.density(|y| (PI * (y[0] - 0.3)).cos().exp());
    (game, [mu, nu])
}

//! Particles on the line and plane: the forces at any place, a linear game whose schemes are known in closed form, particles
//! that get out of hand, bits.

use super::*;
use crate::experiment::{discretise, discretise_with_initial};
use crate::form::tries;
use crate::game::{Expression, GameFile, PayoffSource, Player};
use std::sync::Arc;

/// `dX = -(a X + c m_Y) dt + .., dY = eta (c m_X - b Y) dt + ..`.
const LINEAR: &str = "
[game]
payoff = 'a*x^2/2 + c*x*y - b*y^2/2'
temperature = { x = 0.3, y = 0.2 }
timescale = 1.5
parameters = { a = 1.2, b = 0.7, c = 0.8 }
domain = { x = { space = 'line' }, y = { space = 'line' } }
[initial]
x = 'exp(-(x - 1.5)^2/(2*0.3^2))'
y = 'exp(-(y + 0.5)^2/(2*0.5^2))'
";

/// A player on the plane and one on a circle, with functions that are no polynomials.
const MIXED: &str = "
[game]
payoff = 'x1^4/4 + x2^2 + x1*x2/3 + (x1 + tanh(x2))*cos(y) + exp(-x1^2)*sin(2*y) - x2*sin(y)'
temperature = 0.3
domain = { x = { dim = 2, space = 'line' }, y = { period = '2*pi' } }
[initial]
x = 'exp(-(x1^2 + x2^2)/(2*0.3^2))'
";

const WELLS: &str = "
[game]
payoff = 'x^4/12 - x^2/2 + 1.5*x*y - (y^4/12 - y^2/2)'
temperature = 0.1
domain = { x = { space = 'line' }, y = { space = 'line' } }
[initial]
x = 'exp(-(x - 1.9)^2/(2*0.2^2))'
y = 'exp(-y^2/(2*0.2^2))'
";

fn parse(text: &str) -> GameFile {
    GameFile::parse("test.toml", text, &[]).unwrap()
}

/// A game with what its systems share.
struct Prepared {
    file: GameFile,
    dynamics: Arc<Dynamics>,
    samplers: [DensitySampler; 2],
}

impl Prepared {
    fn new(text: &str) -> Prepared {
        let file = parse(text);
        let (solved, initial) = discretise_with_initial(file.game(), file.solver()).unwrap();
        let dynamics = Arc::new(Dynamics::new(file.game(), &solved.payoff).unwrap());
        Prepared { samplers: initial.map(|density| DensitySampler::new(&density)), dynamics, file }
    }

    fn system(&self, scheme: ParticleScheme, counts: [usize; 2]) -> ParticleSystem {
        let streams = RandomStreams::new(2, 7);
        let clouds = Player::BOTH.map(|player| {
            self.samplers[player.index()].sample(Sampling::Independent, counts[player.index()], &streams, player)
        });
        ParticleSystem::new(self.dynamics.clone(), scheme, streams, clouds, 0)
    }
}

/// Coordinates, axis after axis.
fn coordinates(file: &GameFile, player: Player, cloud: &Ensemble) -> Vec<Vec<f64>> {
    let (domain, rows) = (file.game().domain(player), cloud.rows());
    let d = cloud.dimension();
    let axis = |i: usize| rows[i..].iter().step_by(d).map(|t| domain.origin()[i] + domain.period()[i] * t).collect();
    (0..d).map(axis).collect()
}

#[test]
fn forces_in_the_box_and_far_outside_equal_the_direct_double_sums() {
    for text in [LINEAR, MIXED, WELLS] {
        let file = parse(text);
        let game = file.game();
        let PayoffSource::Expression(f) = game.source() else { panic!("an expression") };
        let interaction = Interaction::new(game, &discretise(game, file.solver()).unwrap().payoff).unwrap();
        let mut random = RandomStreams::new(3, 0).block(Player::X, Purpose::Start, 0, 0);
        let clouds = Player::BOTH.map(|player| {
            let (d, line) = (game.domain(player).dimension(), game.domain(player).is_line());
            let count = if player == Player::X { 41 } else { 29 };
            let rows: Vec<f64> = (0..count * d).map(|_| random.uniform()).collect();
            // From one box below to one box above.
            if line {
                Ensemble::on_line(d, &rows.iter().map(|t| 3.0 * t - 1.0).collect::<Vec<_>>())
            } else {
                Ensemble::from_rows(d, &rows)
            }
        });
        let points = Player::BOTH.map(|player| coordinates(&file, player, &clouds[player.index()]));
        let place = |p: usize, i: usize| points[p].iter().map(|axis| axis[i]).collect::<Vec<f64>>();
        for player in Player::BOTH {
            let (own, other) = (player.index(), player.opponent().index());
            let basis = interaction.felt(player);
            let mut coefficients = vec![0.0; basis.len()];
            let means = clouds[other].means(interaction.coupled(player.opponent()));
            interaction.potential(player, &means, &mut coefficients);
            let rows = clouds[own].rows();
            let d = clouds[own].dimension();
            let shares: Vec<f64> = (0..d).flat_map(|axis| rows[axis..].iter().step_by(d).copied()).collect();
            let mut slopes = vec![0.0; shares.len()];
            basis.gradients(&coefficients, &shares, &mut slopes, &mut basis.scratch());
            for (axis, slopes) in slopes.chunks_exact(clouds[own].count()).enumerate() {
                let first = if own == 0 { 0 } else { clouds[0].dimension() };
                let derivative: Expression = f.derivative(first + axis);
                let direct = |i: usize| {
                    let pair =
                        |l: usize| if own == 0 { (place(0, i), place(1, l)) } else { (place(0, l), place(1, i)) };
                    let terms =
                        (0..clouds[other].count()).map(|l| derivative.evaluate(&[pair(l).0, pair(l).1].concat()));
                    terms.sum::<f64>() / clouds[other].count() as f64
                };
                let direct: Vec<f64> = (0..slopes.len()).map(direct).collect();
                let scale = direct.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
                for (ours, exact) in slopes.iter().zip(&direct) {
                    let ours = ours / game.domain(player).period()[axis];
                    assert!((ours - exact).abs() <= 1e-13 * scale, "{player:?}: {ours} for {exact} of {scale}");
                }
            }
        }
        let pairs = (0..41).flat_map(|i| (0..29).map(move |l| (i, l)));
        let mean = pairs.map(|(i, l)| f.evaluate(&[place(0, i), place(1, l)].concat())).sum::<f64>() / (41.0 * 29.0);
        let ours = interaction.mean_payoff([&clouds[0], &clouds[1]]);
        assert!((ours - mean).abs() <= 1e-12 * mean.abs().max(1.0), "{ours} for {mean}");
    }
}

fn mean_and_variance(values: &[f64]) -> [f64; 2] {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    [mean, values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n]
}

/// One step of a scheme for `z' = B z + noise` is `z + h B z + ..`: its means and variances, by hand.
struct LinearStep {
    /// Amplification of the pair of means.
    means: [[f64; 2]; 2],
    /// Amplification of a deviation from the mean, and the factor of the noise, of x and of y.
    deviations: [[f64; 2]; 2],
}

impl LinearStep {
    fn new(scheme: ParticleScheme, h: f64) -> LinearStep {
        let (a, b, c, eta) = (1.2, 0.7, 0.8, 1.5);
        let drift = [[-a, -c], [eta * c, -eta * b]];
        let second = if scheme == ParticleScheme::Heun { 0.5 } else { 0.0 };
        let square = |i: usize, j: usize| (0..2).map(|k| drift[i][k] * drift[k][j]).sum::<f64>();
        let entry = |i: usize, j: usize| f64::from(u8::from(i == j)) + h * drift[i][j] + second * h * h * square(i, j);
        let means = [0, 1].map(|i| [0, 1].map(|j| entry(i, j)));
        let deviations = [a, eta * b].map(|r| [1.0 - h * r + second * h * h * r * r, 1.0 - second * h * r]);
        LinearStep { means, deviations }
    }
}

#[test]
fn means_and_variances_of_a_linear_game_are_those_of_the_scheme_and_converge_in_its_order() {
    let game = Prepared::new(LINEAR);
    let (count, time) = (1 << 16, 1.0);
    let noise = [0.3, 1.5 * 0.2];
    for scheme in ParticleScheme::ALL {
        let expected = |steps: u64, start: [[f64; 2]; 2]| {
            let h = time / steps as f64;
            let step = LinearStep::new(scheme, h);
            let (mut means, mut variances) = (start.map(|s| s[0]), start.map(|s| s[1]));
            for _ in 0..steps {
                means = step.means.map(|row| row[0] * means[0] + row[1] * means[1]);
                variances = [0, 1].map(|p| {
                    let [grow, shake] = step.deviations[p];
                    grow * grow * variances[p] + shake * shake * 2.0 * noise[p] * h
                });
            }
            [0, 1].map(|p| [means[p], variances[p]])
        };
        let mut system = game.system(scheme, [count, count]);
        let now = |system: &ParticleSystem| {
            Player::BOTH.map(|player| mean_and_variance(&coordinates(&game.file, player, system.cloud(player))[0]))
        };
        let (start, steps) = (now(&system), 4);
        system.advance(time / steps as f64, steps).unwrap();
        let truth = expected(1 << 14, start);
        for ((ours, scheme), truth) in now(&system).iter().zip(expected(steps, start)).zip(truth) {
            let (of_mean, of_variance) = ((scheme[1] / count as f64).sqrt(), scheme[1] * (2.0 / count as f64).sqrt());
            assert!((ours[0] - scheme[0]).abs() <= 4.0 * of_mean, "mean {} for {}", ours[0], scheme[0]);
            assert!((ours[1] - scheme[1]).abs() <= 4.0 * of_variance, "variance {} for {}", ours[1], scheme[1]);
            // The limit of small steps is away, in units of the noise.
            assert!((scheme[1] - truth[1]).abs() >= 2.0 * of_variance, "{} and {}", scheme[1], truth[1]);
        }
        let error = |steps: u64| {
            let miss = |p: usize| (0..2).map(|k| (expected(steps, start)[p][k] - truth[p][k]).abs()).sum::<f64>();
            miss(0) + miss(1)
        };
        let order = (error(64) / error(128)).log2();
        assert!((order - f64::from(scheme.weak_order())).abs() <= 0.1, "{}: {order}", scheme.name());
    }
}

#[test]
fn an_explicit_step_that_is_too_long_ends_with_the_particle_that_was_lost() {
    let game = Prepared::new(WELLS);
    for scheme in ParticleScheme::ALL {
        let mut long = game.system(scheme, [500, 300]);
        let escape = long.advance(1.5, 1000).unwrap_err();
        assert!(escape.steps < 1000 && escape.particle < 500, "{escape:?}");
        assert_eq!(long.steps(), escape.steps);
        let mut short = game.system(scheme, [500, 300]);
        short.advance(0.02, 50).unwrap();
    }
    let rate = game.dynamics.fastest_rate();
    // |V''| = |x^2 - 1| <= x^2 + 1 at the ends of a box of some [-4, 4].
    assert!((10.0..40.0).contains(&rate), "{rate}");
}

#[test]
fn particles_leave_the_box_and_are_not_wrapped() {
    let game = Prepared::new(LINEAR);
    let (file, mut system) = (&game.file, game.system(ParticleScheme::EulerMaruyama, [2, 1]));
    let domain = file.game().domain(Player::X);
    system.set_clouds([Ensemble::on_line(1, &[-3.25, 5.5]), Ensemble::on_line(1, &[0.5])]);
    let before = coordinates(file, Player::X, system.cloud(Player::X))[0].clone();
    let y = coordinates(file, Player::Y, system.cloud(Player::Y))[0][0];
    let h = 1e-3;
    system.advance(h, 1).unwrap();
    for (after, before) in coordinates(file, Player::X, system.cloud(Player::X))[0].iter().zip(before) {
        let moved = after - (before - h * (1.2 * before + 0.8 * y));
        assert!(moved.abs() <= 6.0 * (2.0 * 0.3 * h).sqrt(), "{before} to {after}");
        assert!(*after < domain.origin()[0] || *after > domain.origin()[0] + domain.period()[0], "{after}");
    }
}

#[test]
fn threads_and_interruptions_change_no_bit() {
    let bits = |system: &ParticleSystem| -> Vec<u64> {
        Player::BOTH.iter().flat_map(|player| system.cloud(*player).rows()).map(f64::to_bits).collect()
    };
    let game = Prepared::new(MIXED);
    let (before, after) = (tries(1, 2), tries(1, 3));
    for scheme in ParticleScheme::ALL {
        let run = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| {
                let mut system = game.system(scheme, [BLOCK + 17, BLOCK + 1]);
                system.advance(1e-3, (before + after) as u64).unwrap();
                bits(&system)
            })
        };
        let one = run(1);
        for threads in [2, 3].into_iter().skip(tries(1, 0)) {
            assert!(one == run(threads), "{}: {threads} threads", scheme.name());
        }
        let mut first = game.system(scheme, [BLOCK + 17, BLOCK + 1]);
        first.advance(1e-3, before as u64).unwrap();
        let clouds = [
            Ensemble::on_line(2, &first.cloud(Player::X).rows()),
            Ensemble::from_rows(1, &first.cloud(Player::Y).rows()),
        ];
        let streams = RandomStreams::new(2, 7);
        let mut second = ParticleSystem::new(game.dynamics.clone(), scheme, streams, clouds, first.steps());
        second.advance(1e-3, after as u64).unwrap();
        assert!(one == bits(&second), "{}", scheme.name());
    }
}

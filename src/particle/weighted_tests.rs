//! Weighted particles against closed forms, against the flow with a smoothed density, and against themselves.

use super::*;
use crate::experiment::{discretise, discretise_with_initial, mean_field};
use crate::form::tries;
use crate::game::{FlowChoice, GameFile, Player, catalogue};
use crate::torus::Density;
use std::f64::consts::TAU;
use std::sync::Arc;

/// Two players on circles of different length, each with a force of his own and one of the other.
const COUPLED: &str = "
[game]
payoff = '0.3*cos(2*pi*x) + 0.4*cos(2*pi*x - pi*y) - 0.2*sin(pi*y)'
temperature = { x = 0.2, y = 0.1 }
timescale = 1.5
domain.y = { dim = 1, period = 2.0, origin = -0.5 }
[flow]
dynamics = 'wasserstein-fisher-rao'
weight = 8.0
[initial]
x = 'exp(1.5*sin(2*pi*x))'
y = 'exp(2*sin(pi*y))'
[solver]
time = 0.1
tolerance = 1e-10
[output]
times = [0.1]
";

fn weight(file: &GameFile) -> f64 {
    match file.flow() {
        FlowChoice::WassersteinFisherRao { weight } => *weight,
        other => panic!("{} has no weights", other.name()),
    }
}

fn reactions(file: &GameFile, bandwidth: f64) -> Arc<[Reaction; 2]> {
    Arc::new(Player::BOTH.map(|player| Reaction::new(file.game(), player, weight(file), bandwidth)))
}

fn dynamics(file: &GameFile) -> Arc<Dynamics> {
    Arc::new(Dynamics::new(file.game(), &discretise(file.game(), file.solver()).unwrap().payoff).unwrap())
}

fn bits(system: &ParticleSystem) -> Vec<u64> {
    let numbers = |player: Player| [system.cloud(player).rows(), system.cloud(player).weights().to_vec()].concat();
    Player::BOTH.iter().flat_map(|player| numbers(*player)).map(f64::to_bits).collect()
}

#[test]
fn a_single_particle_has_weight_one_and_moves_as_without_weights() {
    let file = GameFile::parse("test.toml", COUPLED, &[]).unwrap();
    let dynamics = dynamics(&file);
    for scheme in ParticleScheme::ALL {
        let clouds = || [Ensemble::from_rows(1, &[0.3]), Ensemble::from_rows(1, &[0.8])];
        let mut plain = ParticleSystem::new(dynamics.clone(), scheme, RandomStreams::new(3, 1), clouds(), 0);
        let mut weighted = plain.clone().with_reactions(reactions(&file, 0.1));
        plain.advance(1e-2, 25).unwrap();
        weighted.advance(1e-2, 25).unwrap();
        for player in Player::BOTH {
            let (ours, plain) = (weighted.cloud(player).rows()[0], plain.cloud(player).rows()[0]);
            // Heun's scheme adds the two drifts in another order.
            let rounding = if scheme == ParticleScheme::Heun { 1e-13 } else { 0.0 };
            assert!((ours - plain).abs() <= rounding, "{}: {ours} and {plain}", scheme.name());
            assert_eq!(weighted.cloud(player).weights(), [1.0]);
        }
    }
}

/// Two particles too cold to move, in places of unlike potential and too far apart to see each other: the logarithm `d` of
/// the quotient of their weights follows `d' = -g e (p + tau d)`, `p` the difference of the potentials.
#[test]
fn the_weights_of_two_distant_particles_follow_the_closed_form_with_the_order_of_the_scheme() {
    let text = "[game]\npayoff = '3e-15*cos(2*pi*x) + 2e-15*sin(2*pi*y)'\ntemperature = { x = 2e-15, y = 1e-15 }\ntimescale = 0.5\n\
                [flow]\ndynamics = 'wasserstein-fisher-rao'\nweight = 1e15";
    let file = GameFile::parse("test.toml", text, &[]).unwrap();
    let dynamics = dynamics(&file);
    let (time, places) = (0.4, [[0.0, 0.4], [0.25, 0.6]]);
    let (x, y) = (places[0].map(|x| 3e-15 * (TAU * x).cos()), places[1].map(|y| -2e-15 * (TAU * y).sin()));
    // Of unequal weights at the start: p alone would not show a wrong entropy.
    let start: f64 = 3.0;
    let exact = [(x[1] - x[0], 2e-15, 1e15), (y[1] - y[0], 1e-15, 0.5e15)]
        .map(|(p, tau, rate): (f64, f64, f64)| -p / tau + (start.ln() + p / tau) * (-rate * tau * time).exp());
    for scheme in ParticleScheme::ALL {
        let error = |steps: u64| {
            let cloud = |p: usize| Ensemble::from_rows(1, &places[p]).with_weights(vec![0.25, 0.75]);
            let streams = RandomStreams::new(1, 0);
            let system = ParticleSystem::new(dynamics.clone(), scheme, streams, [cloud(0), cloud(1)], 0);
            let mut system = system.with_reactions(reactions(&file, 0.01));
            system.advance(time / steps as f64, steps).unwrap();
            let found = Player::BOTH.map(|player| {
                let w = system.cloud(player).weights();
                (w[1] / w[0]).ln()
            });
            (found[0] - exact[0]).abs().max((found[1] - exact[1]).abs())
        };
        let (coarse, fine) = (error(8), error(16));
        let order = (coarse / fine).log2();
        assert!((order - f64::from(scheme.weak_order())).abs() <= 0.15, "{}: {order}", scheme.name());
        // Positions move by 1e-7 on the way, the potentials by as much of themselves.
        let converged = if scheme == ParticleScheme::Heun { 1e-6 } else { 1e-3 };
        assert!(error(2048) <= converged, "{}: {}", scheme.name(), error(2048));
    }
}

/// One density at nodes, and what moves it: the flow with `log (K_eps * mu)` in the reaction, by Fourier sums over all
/// pairs of nodes and modes and the classical Runge-Kutta scheme.
struct Smoothed {
    nodes: usize,
    /// Columns `e_k(z)` as cosine and sine over nodes, `k = 0 .. nodes/2`.
    waves: Vec<[Vec<f64>; 2]>,
}

impl Smoothed {
    fn new(nodes: usize) -> Smoothed {
        let angle = |k: usize, j: usize| TAU * (k * j % nodes) as f64 / nodes as f64;
        let wave = |k: usize| {
            [(0..nodes).map(|j| angle(k, j).cos()).collect(), (0..nodes).map(|j| angle(k, j).sin()).collect()]
        };
        Smoothed { nodes, waves: (0..nodes.div_ceil(2)).map(wave).collect() }
    }

    /// The function whose modes are those of `values` times `factor(k)`, `turned` by a derivative or not.
    fn multiply(&self, values: &[f64], turned: bool, factor: impl Fn(f64) -> f64) -> Vec<f64> {
        let mut out = vec![0.0; self.nodes];
        for (k, [cosines, sines]) in self.waves.iter().enumerate() {
            let scale = factor(k as f64) * if k == 0 { 1.0 } else { 2.0 } / self.nodes as f64;
            let sum = |wave: &[f64]| wave.iter().zip(values).map(|(w, v)| w * v).sum::<f64>() * scale;
            let (a, b) = (sum(cosines), sum(sines));
            let (a, b) = if turned { (b, -a) } else { (a, b) };
            for ((out, c), s) in out.iter_mut().zip(cosines).zip(sines) {
                *out += a * c + b * s;
            }
        }
        out
    }

    /// `div(mu grad V) + tau Lap mu - g mu (V + tau log K_eps*mu - mean)` over a period.
    fn slope(&self, mu: &[f64], v: &[f64], period: f64, tau: f64, g: f64, bandwidth: f64) -> Vec<f64> {
        let unit = TAU / period;
        let force = self.multiply(v, true, |k| k * unit);
        let flux: Vec<f64> = mu.iter().zip(&force).map(|(m, f)| m * f).collect();
        let transport = self.multiply(&flux, true, |k| k * unit);
        let diffusion = self.multiply(mu, false, |k| -tau * (k * unit).powi(2));
        let smooth = self.multiply(mu, false, |k| (-0.5 * (k * unit * bandwidth).powi(2)).exp());
        let p: Vec<f64> = v.iter().zip(&smooth).map(|(v, m)| v + tau * m.ln()).collect();
        let mean = p.iter().zip(mu).map(|(p, m)| p * m).sum::<f64>() / mu.iter().sum::<f64>();
        (0..self.nodes).map(|j| transport[j] + diffusion[j] - g * mu[j] * (p[j] - mean)).collect()
    }
}

/// First two modes of both players of [`COUPLED`] at the end, with the density smoothed over `bandwidth`.
fn smoothed_modes(file: &GameFile, bandwidth: f64) -> [Vec<f64>; 2] {
    let (n, eta, g) = (33, file.game().timescale(), weight(file));
    let scheme = Smoothed::new(n);
    let angle = |j: usize| TAU * j as f64 / n as f64;
    let normalised = |values: Vec<f64>| {
        let mean = values.iter().sum::<f64>() / n as f64;
        values.into_iter().map(|v| v / mean).collect::<Vec<f64>>()
    };
    // With t, s the angles of x and of y from the origin of his circle: pi y = s - pi/2.
    let mut pair = [
        normalised((0..n).map(|j| (1.5 * angle(j).sin()).exp()).collect()),
        normalised((0..n).map(|j| (-2.0 * angle(j).cos()).exp()).collect()),
    ];
    let f = |t: f64, s: f64| 0.3 * t.cos() + 0.4 * (t - s + 0.25 * TAU).cos() + 0.2 * s.cos();
    let potential = |pair: &[Vec<f64>; 2], player: usize, j: usize| -> f64 {
        let other = &pair[1 - player];
        let of = |l: usize| if player == 0 { f(angle(j), angle(l)) } else { -f(angle(l), angle(j)) };
        (0..n).map(|l| of(l) * other[l]).sum::<f64>() / n as f64
    };
    let slopes = |pair: &[Vec<f64>; 2]| {
        [(1.0, 0.2, g, 1.0), (2.0, 0.1, g, eta)].map(|(period, tau, g, e): (f64, f64, f64, f64)| {
            let player = usize::from(period > 1.5);
            let v: Vec<f64> = (0..n).map(|j| potential(pair, player, j)).collect();
            scheme.slope(&pair[player], &v, period, tau, g, bandwidth).into_iter().map(|r| e * r).collect::<Vec<f64>>()
        })
    };
    let (steps, time) = (120, file.solver().time());
    let h = time / f64::from(steps);
    let plus = |pair: &[Vec<f64>; 2], slope: &[Vec<f64>; 2], h: f64| {
        [0, 1].map(|p| pair[p].iter().zip(&slope[p]).map(|(v, r)| v + h * r).collect::<Vec<f64>>())
    };
    for _ in 0..steps {
        let a = slopes(&pair);
        let b = slopes(&plus(&pair, &a, 0.5 * h));
        let c = slopes(&plus(&pair, &b, 0.5 * h));
        let d = slopes(&plus(&pair, &c, h));
        for (slope, share) in [(&a, 1.0), (&b, 2.0), (&c, 2.0), (&d, 1.0)] {
            pair = plus(&pair, slope, share * h / 6.0);
        }
    }
    pair.map(|mu| {
        let sums = |wave: &[f64]| wave.iter().zip(&mu).map(|(w, m)| w * m).sum::<f64>() / n as f64;
        (1..=2).flat_map(|k| [sums(&scheme.waves[k][0]), sums(&scheme.waves[k][1])]).collect()
    })
}

fn modes_of_cloud(cloud: &Ensemble) -> Vec<f64> {
    cloud.means(&Basis::Modes(ModeSet::new(1, vec![[1, 0], [2, 0]])))
}

fn modes_of_density(density: &Density) -> Vec<f64> {
    let n = density.values().len();
    let mean = |wave: fn(f64) -> f64, k: usize| {
        let term = |(j, value): (usize, &f64)| wave(TAU * (k * j) as f64 / n as f64) * value;
        density.values().iter().enumerate().map(term).sum::<f64>() / density.values().iter().sum::<f64>()
    };
    (1..=2).flat_map(|k| [mean(f64::cos, k), mean(f64::sin, k)]).collect()
}

fn distance(a: &[Vec<f64>; 2], b: &[Vec<f64>; 2]) -> f64 {
    a.iter().flatten().zip(b.iter().flatten()).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
}

/// The flow of the densities at the end of the run.
fn flow_modes(file: &GameFile) -> [Vec<f64>; 2] {
    let (solved, initial) = discretise_with_initial(file.game(), file.solver()).unwrap();
    mean_field(file, solved, initial, file.output().times()).unwrap().pop().unwrap().each_ref().map(modes_of_density)
}

fn samplers(file: &GameFile) -> [DensitySampler; 2] {
    let (_, initial) = discretise_with_initial(file.game(), file.solver()).unwrap();
    initial.each_ref().map(DensitySampler::new)
}

fn cloud_modes(
    file: &GameFile,
    (dynamics, samplers): &(Arc<Dynamics>, [DensitySampler; 2]),
    seed: u64,
    count: usize,
    bandwidth: f64,
) -> [Vec<f64>; 2] {
    let streams = RandomStreams::new(seed, 0);
    let clouds =
        Player::BOTH.map(|player| samplers[player.index()].sample(Sampling::Independent, count, &streams, player));
    let system = ParticleSystem::new(dynamics.clone(), ParticleScheme::Heun, streams, clouds, 0);
    let mut system = system.with_reactions(reactions(file, bandwidth));
    system.advance(file.solver().time() / 20.0, 20).unwrap();
    for player in Player::BOTH {
        assert!(system.cloud(player).mass_error().abs() <= 1e-13, "{}", system.cloud(player).mass_error());
        assert!(system.cloud(player).effective_count() <= 0.99 * count as f64, "weights that do not react");
    }
    Player::BOTH.map(|player| modes_of_cloud(system.cloud(player)))
}

#[test]
fn many_weighted_particles_follow_the_flow_with_the_density_seen_over_their_width() {
    let file = GameFile::parse("test.toml", COUPLED, &[]).unwrap();
    let (common, bandwidth) = ((dynamics(&file), samplers(&file)), 0.2);
    let (limit, flow) = (smoothed_modes(&file, bandwidth), flow_modes(&file));
    // The width costs (eps^2/2) Lap mu/mu in the potential: a quarter at half the width, and nothing at none.
    let bias = distance(&limit, &flow);
    let of_width = |share: f64| distance(&smoothed_modes(&file, share * bandwidth), &flow);
    let quotient = of_width(0.5) / of_width(0.25);
    assert!((quotient - 4.0).abs() <= 0.4, "{quotient}");
    assert!(distance(&smoothed_modes(&file, 0.0), &flow) <= 1e-7, "the slow scheme is not that flow");
    // At 2^18 particles the limit is met, and the flow itself is not.
    let count = 1 << 18;
    let noise = 2.0 / (count as f64).sqrt();
    let found = cloud_modes(&file, &common, 1, count, bandwidth);
    assert!(bias >= 5.0 * noise, "a bias of {bias} drowns in the noise {noise}");
    assert!(distance(&found, &limit) <= 2.0 * noise, "{} with noise {noise}", distance(&found, &limit));
    // The error is that of sampling: a quarter at 16 times as many.
    let error = |count: usize, seeds: u64| {
        let square = |seed: u64| distance(&cloud_modes(&file, &common, 100 + seed, count, bandwidth), &limit).powi(2);
        ((0..seeds).map(square).sum::<f64>() / seeds as f64).sqrt()
    };
    let power = (error(500, 60) / error(8000, tries(8, 20) as u64)).ln() / 16.0_f64.ln();
    assert!((power - 0.5).abs() <= 0.12, "N^-{power}");
}

fn system(name: &str, scheme: ParticleScheme, counts: [usize; 2]) -> ParticleSystem {
    let file = catalogue::get(name).unwrap().load(&["flow.dynamics=wasserstein-fisher-rao".to_owned()]).unwrap();
    let solved = discretise(file.game(), file.solver()).unwrap();
    let streams = RandomStreams::new(2, 7);
    let clouds = Player::BOTH.map(|player| {
        let sampler = DensitySampler::new(&Density::uniform(solved.equilibrium_density(player).grid()));
        sampler.sample(Sampling::Independent, counts[player.index()], &streams, player)
    });
    let dynamics = Arc::new(Dynamics::new(file.game(), &solved.payoff).unwrap());
    ParticleSystem::new(dynamics, scheme, streams, clouds, 0).with_reactions(reactions(&file, 0.1))
}

#[test]
fn any_number_of_threads_gives_the_same_bits_and_weights() {
    for scheme in ParticleScheme::ALL {
        let run = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| {
                let mut system = system("players-1x2", scheme, [18 * BLOCK + 17, BLOCK + 1]);
                system.advance(1e-3, 2).unwrap();
                bits(&system)
            })
        };
        let one = run(1);
        assert!(one == run(2) && one == run(3), "{}", scheme.name());
    }
}

#[test]
fn weighted_particles_that_go_on_give_the_bits_of_an_uninterrupted_system() {
    for scheme in ParticleScheme::ALL {
        let mut whole = system("players-1x2", scheme, [BLOCK + 5, 300]);
        let reactions = whole.reactions().unwrap().clone();
        whole.advance(1e-3, 5).unwrap();
        let mut first = system("players-1x2", scheme, [BLOCK + 5, 300]);
        first.advance(1e-3, 3).unwrap();
        let clouds = Player::BOTH.map(|player| {
            let cloud = first.cloud(player);
            Ensemble::from_rows(cloud.dimension(), &cloud.rows()).with_weights(cloud.weights().to_vec())
        });
        let streams = RandomStreams::new(2, 7);
        let second = ParticleSystem::new(first.dynamics().clone(), scheme, streams, clouds, first.steps());
        let mut second = second.with_reactions(reactions);
        second.advance(1e-3, 2).unwrap();
        assert!(bits(&whole) == bits(&second), "{}", scheme.name());
    }
}

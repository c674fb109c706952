//! The particle system against the densities, the Gibbs laws and itself.

use super::*;
use crate::experiment::{discretise, discretise_with_initial, mean_field};
use crate::form::tries;
use crate::game::{GameFile, Player, catalogue};
use crate::torus::{Density, Fourier, Grid};
use num_complex::Complex64;
use std::sync::Arc;

/// Two double wells that the other player shakes, on circles of different length.
const COUPLED: &str = "
[game]
payoff = '0.4*cos(2*pi*x) + 0.3*sin(4*pi*x) + 0.5*cos(2*pi*x - pi*y) - 0.4*cos(pi*y)'
temperature = { x = 0.2, y = 0.1 }
timescale = 1.5
domain.y = { dim = 1, period = 2.0, origin = -0.5 }
[initial]
x = 'exp(cos(2*pi*x) + sin(2*pi*x))'
y = 'exp(2*sin(pi*y))'
[solver]
time = 0.2
tolerance = 1e-10
[output]
times = [0.2]
";

fn parse(text: &str, overrides: &[&str]) -> GameFile {
    let overrides: Vec<String> = overrides.iter().map(|text| (*text).to_owned()).collect();
    GameFile::parse("test.toml", text, &overrides).unwrap()
}

fn dynamics(file: &GameFile) -> Arc<Dynamics> {
    Arc::new(Dynamics::new(file.game(), &discretise(file.game(), file.solver()).unwrap().payoff).unwrap())
}

/// `int cos 2 pi k t du`, `int sin 2 pi k t du` of a density in one dimension for `k = 1, 2`.
fn modes_of_density(density: &Density) -> [f64; 4] {
    let fourier = Fourier::new(density.grid());
    let mut spectrum = fourier.zero_spectrum();
    fourier.forward(density.values(), &mut spectrum, &mut fourier.scratch());
    let c = |k: usize| spectrum[k] / spectrum[0].re;
    [c(1).re, -c(1).im, c(2).re, -c(2).im]
}

/// The same of a cloud.
fn modes_of_cloud(cloud: &Ensemble) -> Vec<f64> {
    cloud.means(&Basis::Modes(ModeSet::new(1, vec![[1, 0], [2, 0]])))
}

/// Clouds of `count` particles from the initial densities after `steps` equal steps to the end, and the true modes there.
fn final_modes(file: &GameFile, scheme: ParticleScheme, count: usize, steps: u64) -> [(Vec<f64>, [f64; 4]); 2] {
    let (solved, initial) = discretise_with_initial(file.game(), file.solver()).unwrap();
    let streams = RandomStreams::new(5, 0);
    let clouds = Player::BOTH.map(|player| {
        DensitySampler::new(&initial[player.index()]).sample(Sampling::Stratified, count, &streams, player)
    });
    let dynamics = Arc::new(Dynamics::new(file.game(), &solved.payoff).unwrap());
    let mut system = ParticleSystem::new(dynamics, scheme, streams, clouds, 0);
    let truth = mean_field(file, solved, initial, file.output().times()).unwrap().pop().unwrap();
    system.advance(file.solver().time() / steps as f64, steps).unwrap();
    Player::BOTH.map(|player| (modes_of_cloud(system.cloud(player)), modes_of_density(&truth[player.index()])))
}

/// Largest error of a mode, with the standard error of a mean of cosines.
fn weak_error(file: &GameFile, scheme: ParticleScheme, count: usize, steps: u64) -> f64 {
    let squares =
        |(ours, truth): &(Vec<f64>, [f64; 4])| ours.iter().zip(truth).map(|(a, b)| (a - b).powi(2)).sum::<f64>();
    final_modes(file, scheme, count, steps).iter().map(squares).sum::<f64>().sqrt()
}

#[test]
fn euler_maruyama_has_weak_order_one_and_heun_two_for_players_that_move_each_other() {
    let file = parse(COUPLED, &[]);
    // Eight means of variance at most 1/2.
    let noise_of = |count: usize| 2.0 / (count as f64).sqrt();
    for (scheme, steps, tolerance, count) in [
        (ParticleScheme::EulerMaruyama, 12, 0.2, 1_usize << tries(19, 20)),
        (ParticleScheme::Heun, 5, 0.35, 1_usize << 20),
    ] {
        let noise = noise_of(count);
        let coarse = weak_error(&file, scheme, count, steps);
        let fine = weak_error(&file, scheme, count, 2 * steps);
        assert!(fine > 4.0 * noise, "{}: an error of {fine} drowns in the noise {noise}", scheme.name());
        let order = (coarse / fine).log2();
        assert!((order - f64::from(scheme.weak_order())).abs() <= tolerance, "{}: {order}", scheme.name());
    }
    let count = 1_usize << tries(17, 20);
    let (noise, converged) = (noise_of(count), weak_error(&file, ParticleScheme::Heun, count, 40));
    assert!(converged <= 2.0 * noise, "{converged} with noise {noise}");
}

#[test]
fn one_particle_in_a_potential_follows_the_fokker_planck_equation() {
    let file = parse(
        catalogue::get("separable").unwrap().text,
        &["solver.time=0.1", "output.times=[0.1]", "initial.x=exp(2*sin(2*pi*x))", "initial.y=exp(cos(2*pi*y))"],
    );
    let (solved, initial) = discretise_with_initial(file.game(), file.solver()).unwrap();
    let dynamics = Arc::new(Dynamics::new(file.game(), &solved.payoff).unwrap());
    let samplers = [0, 1].map(|p| DensitySampler::new(&initial[p]));
    let truth = mean_field(&file, solved, initial, file.output().times()).unwrap().pop().unwrap();
    let replicas = 4000;
    let mut rows = [vec![], vec![]];
    for replica in 0..replicas {
        let streams = RandomStreams::new(3, replica);
        let clouds = Player::BOTH.map(|p| samplers[p.index()].sample(Sampling::Independent, 1, &streams, p));
        let mut system = ParticleSystem::new(dynamics.clone(), ParticleScheme::Heun, streams, clouds, 0);
        system.advance(0.005, 20).unwrap();
        Player::BOTH.iter().for_each(|p| rows[p.index()].extend(system.cloud(*p).rows()));
    }
    for (rows, truth) in rows.iter().zip(&truth) {
        for (ours, truth) in modes_of_cloud(&Ensemble::from_rows(1, rows)).iter().zip(modes_of_density(truth)) {
            // Four standard errors and the error of the step.
            assert!((ours - truth).abs() <= 4.0 / (2.0 * replicas as f64).sqrt() + 2e-3, "{ours} against {truth}");
        }
    }
}

/// First two modes of the density proportional to `exp(-potential/tau)`, by sums over a fine grid.
fn gibbs_modes(potential: impl Fn(f64) -> f64, tau: f64) -> [f64; 4] {
    let grid = Grid::new(&[512], &[1.0], &[0.0]).unwrap();
    let values = grid.axis(0).coordinates().iter().map(|x| (-potential(*x) / tau).exp()).collect();
    modes_of_density(&Density::normalised(&grid, values).unwrap())
}

#[test]
fn the_stationary_bias_of_euler_maruyama_is_the_predicted_one_for_both_players() {
    let file = parse(
        "[game]\npayoff = 'cos(2*pi*x) - cos(2*pi*y) - 0.3*sin(4*pi*y)'\ntemperature = { x = 0.5, y = 0.6 }\ntimescale = 0.5",
        &[],
    );
    let (count, h) = (1 << 20, 4e-3);
    let pi = std::f64::consts::PI;
    let potentials: [&dyn Fn(f64) -> [f64; 3]; 2] = [
        &|x| {
            let (s, c) = (2.0 * pi * x).sin_cos();
            [c, -2.0 * pi * s, -4.0 * pi * pi * c]
        },
        // y ascends: what he descends is -U = cos 2 pi y + 0.3 sin 4 pi y.
        &|y| {
            let ((s, c), (s2, c2)) = ((2.0 * pi * y).sin_cos(), (4.0 * pi * y).sin_cos());
            let (first, second) = (-2.0 * pi * s + 1.2 * pi * c2, -4.0 * pi * pi * c - 4.8 * pi * pi * s2);
            [c + 0.3 * s2, first, second]
        },
    ];
    let solved = discretise(file.game(), file.solver()).unwrap();
    let streams = RandomStreams::new(9, 0);
    let clouds = Player::BOTH.map(|player| {
        let sampler = DensitySampler::new(&solved.equilibrium_density(player));
        sampler.sample(Sampling::Independent, count, &streams, player)
    });
    let mut system = ParticleSystem::new(dynamics(&file), ParticleScheme::EulerMaruyama, streams, clouds, 0);
    system.advance(h, 60).unwrap();
    let noise = 1.0 / (2.0 * count as f64).sqrt();
    for player in Player::BOTH {
        let (tau, potential) = (file.game().temperature(player), potentials[player.index()]);
        let own = h * if player == Player::Y { file.game().timescale() } else { 1.0 };
        let exact = gibbs_modes(|t| potential(t)[0], tau);
        let biased = gibbs_modes(
            |t| {
                let [v, slope, curvature] = potential(t);
                v - 0.25 * own * slope * slope + 0.5 * own * tau * curvature
            },
            tau,
        );
        let ours = modes_of_cloud(system.cloud(player));
        let norm = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
        let (bias, miss) = (norm(&biased, &exact), norm(&ours, &biased));
        assert!(bias >= 10.0 * noise, "{player:?}: a bias of {bias} drowns in the noise {noise}");
        // Four means, and terms of second order in the step.
        assert!(miss <= 6.0 * noise + 0.15 * bias, "{player:?}: {miss} from a bias of {bias}, noise {noise}");
    }
}

#[test]
fn the_bias_of_players_that_feel_each_other_is_the_solution_of_their_equations() {
    let file = parse(
        "[game]\npayoff = '0.3*cos(2*pi*x) + 0.7*cos(2*pi*x - pi*y) - 0.4*cos(pi*y)'\ntimescale = 5.0\n\
         temperature = { x = 0.3, y = 0.2 }\ndomain.y = { dim = 1, period = 2.0, origin = -0.5 }",
        &[],
    );
    // Clouds that did not feel each other's bias would be off by nearly half of it, those of y by more than all of it.
    let (count, h) = (1 << 20, 5e-3);
    let solved = discretise(file.game(), file.solver()).unwrap();
    let equilibrium = Player::BOTH.map(|player| solved.equilibrium_density(player));
    let [mu, nu] = &equilibrium;
    let changes = stationary_bias(&solved.payoff, [mu, nu], [0.3, 0.2], 5.0, h).unwrap();
    let streams = RandomStreams::new(9, 0);
    let clouds = Player::BOTH.map(|player| {
        DensitySampler::new(&equilibrium[player.index()]).sample(Sampling::Independent, count, &streams, player)
    });
    let mut system = ParticleSystem::new(dynamics(&file), ParticleScheme::EulerMaruyama, streams, clouds, 0);
    system.advance(h, 100).unwrap();
    let noise = 1.0 / (2.0 * count as f64).sqrt();
    for player in Player::BOTH {
        let (density, change) = (&equilibrium[player.index()], &changes[player.index()]);
        let values = density.values().iter().zip(change).map(|(r, change)| r * (1.0 + change)).collect();
        let biased = modes_of_density(&Density::normalised(density.grid(), values).unwrap());
        let (exact, ours) = (modes_of_density(density), modes_of_cloud(system.cloud(player)));
        let norm = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
        let (bias, miss) = (norm(&biased, &exact), norm(&ours, &biased));
        assert!(bias >= 10.0 * noise, "{player:?}: a bias of {bias} drowns in the noise {noise}");
        assert!(miss <= 6.0 * noise + 0.15 * bias, "{player:?}: {miss} from a bias of {bias}, noise {noise}");
    }
    let reason = stationary_bias(&solved.payoff, [mu, nu], [0.3, 0.2], 5.0, 1.0).unwrap_err();
    assert!(reason.contains("too large"), "{reason}");
}

fn system(name: &str, scheme: ParticleScheme, counts: [usize; 2]) -> ParticleSystem {
    let file = catalogue::get(name).unwrap().load(&[]).unwrap();
    let solved = discretise(file.game(), file.solver()).unwrap();
    let streams = RandomStreams::new(2, 7);
    let clouds = Player::BOTH.map(|player| {
        let sampler = DensitySampler::new(&solved.equilibrium_density(player));
        sampler.sample(Sampling::Independent, counts[player.index()], &streams, player)
    });
    ParticleSystem::new(Arc::new(Dynamics::new(file.game(), &solved.payoff).unwrap()), scheme, streams, clouds, 0)
}

fn bits(system: &ParticleSystem) -> Vec<u64> {
    Player::BOTH.iter().flat_map(|player| system.cloud(*player).rows()).map(f64::to_bits).collect()
}

#[test]
fn the_fastest_rate_is_the_curvature_of_the_potentials_where_it_is_known() {
    // Rotation: |V''| <= 4 pi^2 c, reached by a cloud in one point. The second axis of players-1x2 has period 2.
    let rate = |text: &str| dynamics(&parse(text, &[])).fastest_rate();
    let pi = std::f64::consts::PI;
    let rotation = rate("[game]\npayoff = '3*cos(2*pi*(x - y))'\ntemperature = 0.1\ntimescale = 0.5");
    // A kernel of products: cos cos + sin sin is bounded by the sum of both.
    assert!((12.0 * pi * pi..=24.0001 * pi * pi).contains(&rotation), "{rotation}");
    let wells =
        rate("[game]\npayoff = '0.3*cos(4*pi*x) - cos(pi*y)'\ntemperature = 0.1\ntimescale = 10\ndomain.y.period = 2");
    assert!((wells - 10.0 * pi * pi).abs() <= 1e-9, "{wells}");
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    for scheme in ParticleScheme::ALL {
        let run = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| {
                let mut system = system("players-1x2", scheme, [3 * BLOCK + 17, 5 * BLOCK + 1]);
                system.advance(1e-3, 3).unwrap();
                bits(&system)
            })
        };
        let one = run(1);
        for threads in [2, 3, 8].into_iter().skip(tries(2, 0)) {
            assert!(one == run(threads), "{}: {threads} threads", scheme.name());
        }
    }
}

#[test]
fn a_system_that_goes_on_from_its_clouds_gives_the_bits_of_one_that_was_not_interrupted() {
    for scheme in ParticleScheme::ALL {
        let mut whole = system("players-2x2", scheme, [BLOCK + 5, 300]);
        whole.advance(1e-3, 7).unwrap();
        let mut first = system("players-2x2", scheme, [BLOCK + 5, 300]);
        first.advance(1e-3, 4).unwrap();
        let clouds = Player::BOTH.map(|player| Ensemble::from_rows(2, &first.cloud(player).rows()));
        let dynamics = system("players-2x2", scheme, [1, 1]).dynamics().clone();
        let mut second = ParticleSystem::new(dynamics, scheme, RandomStreams::new(2, 7), clouds, first.steps());
        second.advance(1e-3, 3).unwrap();
        assert_eq!(second.steps(), whole.steps());
        assert!(bits(&whole) == bits(&second), "{}", scheme.name());
    }
}

#[test]
fn samples_have_the_modes_of_their_density_and_spread_ones_far_more_exactly() {
    let line = Grid::new(&[64], &[3.0], &[-1.0]).unwrap();
    let plane = Grid::new(&[48, 32], &[1.0, 2.0], &[0.0, 0.0]).unwrap();
    let angle = |axis: &crate::torus::Axis, j: usize| std::f64::consts::TAU * j as f64 / axis.points as f64;
    let narrow = (0..64).map(|j| (6.0 * (angle(line.axis(0), j) - 2.0).cos()).exp()).collect();
    let narrow = Density::normalised(&line, narrow).unwrap();
    let tilted = |p: usize| {
        let node = plane.node(p);
        let (a, b) = (angle(plane.axis(0), node[0]), angle(plane.axis(1), node[1]));
        (1.5 * (a - b).cos() + a.sin() + 0.5 * (2.0 * b).cos()).exp()
    };
    let tilted = Density::normalised(&plane, (0..plane.len()).map(tilted).collect()).unwrap();
    let modes = [vec![[1, 0], [2, 0], [5, 0]], vec![[1, 0], [0, 1], [1, 1], [-1, 1], [2, 3]]];
    for (density, modes) in [narrow, tilted].iter().zip(modes) {
        let set = ModeSet::new(density.grid().dimension(), modes);
        let fourier = Fourier::new(density.grid());
        let mut spectrum = fourier.zero_spectrum();
        fourier.forward(density.values(), &mut spectrum, &mut fourier.scratch());
        let rows = density.grid().rows() as i64;
        let truth = set.modes().iter().flat_map(|m| {
            let position = if rows == 1 { m[0] } else { m[1] * rows + m[0].rem_euclid(rows) };
            let c: Complex64 = spectrum[position as usize] / spectrum[0].re;
            [c.re, -c.im]
        });
        let truth: Vec<f64> = truth.collect();
        let n = 40_000;
        let sampler = DensitySampler::new(density);
        // Five standard errors at most; the discrepancy of shifted Hammersley points.
        for (sampling, bound) in [
            (Sampling::Independent, 5.0 / (2.0 * n as f64).sqrt()),
            (Sampling::Stratified, 40.0 * (n as f64).ln() / n as f64 / 10.0),
        ] {
            let cloud = sampler.sample(sampling, n, &RandomStreams::new(1, 0), Player::X);
            for (ours, truth) in cloud.means(&Basis::Modes(set.clone())).iter().zip(&truth) {
                assert!((ours - truth).abs() <= bound, "{}: {ours} against {truth}", sampling.name());
            }
        }
    }
}

#[test]
fn the_order_parameter_of_a_game_without_threshold_decays_at_the_rate_of_its_density() {
    // Whatever the coupling c, mode 1 of a rotation decays like exp(-4 pi^2 tau t).
    let long = [("0.01", 50_000_u32, 0.2, 50), ("1", 50_000, 0.2, 100), ("100", 20_000, 0.05, 2500)];
    let short = [("0.01", 10_000, 0.2, 50), ("1", 10_000, 0.2, 100), ("100", 13_000, 0.05, 1250)];
    let cases = if tries(0, 1) == 1 { long } else { short };
    for (c, count, time, steps) in cases {
        let file = parse(
            "[game]\nkernel = 'c*cos(2*pi*z)'\ntemperature = 0.1\nparameters.c = 1.0",
            &[&format!("game.parameters.c={c}")],
        );
        let streams = RandomStreams::new(4, 0);
        let grid = Grid::new(&[32], &[1.0], &[0.0]).unwrap();
        let start = grid.axis(0).coordinates().iter().map(|x| 1.0 + 0.5 * (std::f64::consts::TAU * x).cos()).collect();
        let sampler = DensitySampler::new(&Density::normalised(&grid, start).unwrap());
        let clouds = Player::BOTH.map(|p| sampler.sample(Sampling::Stratified, count as usize, &streams, p));
        let mut system = ParticleSystem::new(dynamics(&file), ParticleScheme::Heun, streams, clouds, 0);
        let size = |system: &ParticleSystem| {
            Player::BOTH.iter().flat_map(|p| modes_of_cloud(system.cloud(*p))[..2].to_vec()).map(|m| m * m).sum::<f64>()
        };
        let before = size(&system);
        system.advance(time / steps as f64, steps).unwrap();
        let rate = -0.5 * (size(&system) / before).ln() / time;
        let exact = 0.4 * std::f64::consts::PI.powi(2);
        // What noise adds to the modes on the way, beside their size at the end; the start has none.
        let noise = ((1.0 - (-2.0 * exact * time).exp()) / (2.0 * f64::from(count))).sqrt();
        let error = noise / (before.sqrt() * (-exact * time).exp() * time);
        assert!(error <= 0.25, "{error}: half the rate is what transport between nodes has");
        assert!((rate - exact).abs() <= 4.0 * error, "c = {c}: {rate} +- {error} against {exact}");
    }
}

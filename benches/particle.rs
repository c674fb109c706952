//! Steps of the particle system, for each particle.

use divan::{Bencher, counter::ItemsCount};
use nashflow::experiment::discretise;
use nashflow::game::{Player, catalogue};
use nashflow::particle::{DensitySampler, Dynamics, ParticleScheme, ParticleSystem, RandomStreams, Sampling};
use std::sync::Arc;

const CASES: [(&str, usize); 7] = [
    ("rotation", 1_000_000),
    ("limit-cycle", 1_000_000),
    ("convolution", 1_000_000),
    ("players-2x2", 1_000_000),
    ("double-well-line", 1_000_000),
    ("limit-cycle", 10_000),
    ("limit-cycle", 1),
];

fn main() {
    divan::main();
}

fn system(name: &str, count: usize, scheme: ParticleScheme) -> ParticleSystem {
    let file = catalogue::get(name).unwrap().load(&[]).unwrap();
    let solved = discretise(file.game(), file.solver()).unwrap();
    let streams = RandomStreams::new(1, 0);
    let clouds = Player::BOTH.map(|player| {
        let sampler = DensitySampler::new(&solved.equilibrium_density(player));
        sampler.sample(Sampling::Independent, count, &streams, player)
    });
    let dynamics = Arc::new(Dynamics::new(file.game(), &solved.payoff).unwrap());
    ParticleSystem::new(dynamics, scheme, streams, clouds, 0)
}

#[divan::bench(args = CASES)]
fn euler_maruyama(bencher: Bencher, (name, count): (&str, usize)) {
    let mut system = system(name, count, ParticleScheme::EulerMaruyama);
    bencher.counter(ItemsCount::new(2 * count)).bench_local(|| system.advance(1e-3, 1).unwrap());
}

#[divan::bench(args = CASES)]
fn heun(bencher: Bencher, (name, count): (&str, usize)) {
    let mut system = system(name, count, ParticleScheme::Heun);
    bencher.counter(ItemsCount::new(2 * count)).bench_local(|| system.advance(1e-3, 1).unwrap());
}

//! Clouds of particles: their distances over time, and clouds judged against densities.

mod distances;
mod floor;
mod histogram;
mod over_density;
mod particles;
mod validation;

pub(super) use particles::ParticlesSubject;
pub(super) use validation::ValidationSubject;

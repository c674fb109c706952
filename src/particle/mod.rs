//! The N-particle system of a game: what a computer that follows particles, not densities, would see.
//!
//! The forces go through the factors of the payoff ([`Interaction`]), random numbers are functions of a counter
//! ([`RandomStreams`]), so that neither the number of threads nor an interruption changes a bit. [`ParticleSystem`] moves
//! two clouds by a [`ParticleScheme`]; [`DensitySampler`] draws the clouds that it starts from.

mod basis;
mod box_muller;
mod density_sampler;
mod ensemble;
mod escape;
mod euler_maruyama;
mod factors;
mod heun;
mod interaction;
mod kernel_density;
mod modes;
mod motion;
mod reaction;
mod stationary_bias;
mod stream;
mod system;
mod turn;
mod weighted;

pub use basis::{Basis, BasisScratch};
pub use density_sampler::{DensitySampler, Sampling};
pub use ensemble::Ensemble;
pub use escape::{ESCAPE, Escape, is_lost};
pub use factors::{FactorScratch, FactorSet};
pub use interaction::Interaction;
pub use modes::{ModeScratch, ModeSet};
pub use reaction::{Reaction, default_bandwidth, narrowest_width};
pub use stationary_bias::stationary_bias;
pub use stream::{BLOCK, BlockStream, Purpose, RandomStreams};
pub use system::{Dynamics, ParticleScheme, ParticleSystem};

#[cfg(test)]
mod line_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod weighted_tests;

//! Numbers that describe a state: energy, duality gap, entropy, mass, and the rate of a decay.

mod decay;

pub use decay::{Decay, fit_decay};

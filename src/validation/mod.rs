//! Clouds of particles judged against densities: is a cloud what independent points of the density would be?
//!
//! | file | holds |
//! |---|---|
//! | `stream.rs` | counter-based random numbers |
//! | `sampler.rs` | independent points of a density |
//! | `observable.rs` | low Fourier modes and other smooth functions, their means and covariances |
//! | `place_function.rs` | functions on the line, evaluated at points |
//! | `moments.rs` | bias of observables in units of noise |
//! | `solver.rs` | the distance of a cloud from a density |
//! | `comparison.rs` | all statistics of a cloud; bias and noise of replicas |
//! | `asymptotic.rs` | the distance of many independent points, by theory |
//! | `trial.rs` | a cloud beside samples of the density: floor, excess, tests |
//! | `rank.rs` | p-values by rank, of one test and of many |
//! | `verdict.rs` | what is said of a cloud, and how often wrongly |
//!
//! This room knows nothing of games and files.

mod asymptotic;
mod comparison;
#[cfg(test)]
mod line_tests;
mod moments;
mod observable;
mod place_function;
mod rank;
mod sampler;
mod solver;
mod stream;
#[cfg(test)]
mod tests;
mod trial;
mod verdict;
#[cfg(test)]
mod weighted_tests;

pub use asymptotic::AsymptoticLaw;
pub use comparison::{Comparison, Replicas, Size, Statistics, split};
pub use moments::{MomentTest, Moments};
pub use observable::{Function, HIGHEST_MODE, Observable, Observables};
pub use place_function::PlaceFunction;
pub use rank::{Direction, Test, adjusted};
pub use sampler::Sampler;
pub use solver::CloudDistance;
pub use stream::Stream;
pub use trial::{BiasAndNoise, Excess, SamplingFloor, TAIL, Trial};
pub use verdict::{Finding, Verdict, fewest_samples, number_of_tests, verdicts};

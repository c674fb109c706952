//! Scalar measures of a state `(mu, nu)`: energy, entropy, Nikaido-Isoda error, relative entropy; and the rate of a
//! decay.
//!
//! A spectral scheme leaves dips below 0 at rounding level where a density underflows. Densities are never clipped:
//! wherever `r log r` is needed for `r <= 0` its limit 0 is taken, which changes an integral by no more than the dip.

mod best_response;
mod decay;
mod energy;
mod entropy;
mod nikaido_isoda;
mod regularised;

pub use best_response::{log_best_response, log_gibbs, log_normalise};
pub use decay::{Decay, fit_decay};
pub use energy::energy;
pub use entropy::{entropy, relative_entropy};
pub use nikaido_isoda::nikaido_isoda;
pub use regularised::{regularised_energy, regularised_gap, regularised_response};

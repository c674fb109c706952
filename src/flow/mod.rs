//! The flows: right-hand sides on the Fourier coefficients of the pair `(mu, nu)`, one file per dynamics.

mod harmonic_drift;
mod mfl_da;
mod nodal_drift;
mod pair;

pub use mfl_da::{Fields, MflDa};
pub use pair::PairLayout;

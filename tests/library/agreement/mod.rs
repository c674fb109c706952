//! The library against a slow second implementation that shares nothing with it (`tests/support/slow.rs`), against values of
//! other programs, and its solvers against each other.

mod distance;
mod equilibrium;
mod evolution;
mod particles_on_line;
mod transport;
mod validation;

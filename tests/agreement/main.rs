//! The library against a slow second implementation that shares nothing with it (`tests/support/slow.rs`).

#[path = "../support/mod.rs"]
mod support;

mod distance;
mod equilibrium;
mod evolution;

//! Mean-field Langevin descent-ascent on flat tori.

pub mod cli;
pub mod diagnostics;
pub mod equilibrium;
pub mod experiment;
pub mod flow;
pub mod game;
pub mod output;
pub mod stepper;
pub mod torus;
pub mod transport;

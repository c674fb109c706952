//! The library, one folder for each kind of evidence.

#[path = "../support/mod.rs"]
mod support;

mod agreement;
mod convergence;
mod dynamics;
mod game;
mod hostile;
mod invariant;
mod known_answer;
mod output;
mod regression;
mod regularisers;
mod work;

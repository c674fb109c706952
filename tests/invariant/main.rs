//! What must hold exactly or to rounding whatever the game: mass, symmetries, budgets, and bits that do not depend on
//! threads, repetition or what was in the work space before.

#[path = "../support/run_file.rs"]
mod run_file;
#[path = "../support/mod.rs"]
mod support;

mod bits;
mod budget;
mod mass;
mod symmetry;

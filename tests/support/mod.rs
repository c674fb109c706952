//! What the kinds of evidence share: comparisons, evolutions through the library, runs with their output file, and a
//! slow second implementation.

// Each test program uses its share of this folder.
#![allow(dead_code)]

pub mod comparison;
pub mod evolution;
pub mod experiment;
pub mod particles;
pub mod slow;
pub mod slow_dynamics;

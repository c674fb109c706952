//! Periodic orbits of the flow: limit cycles, their Floquet multipliers, branches and folds, and what lies between them
//! and the equilibrium.
//!
//! | file | holds |
//! |---|---|
//! | `trajectory.rs` | one period in equal steps, and the exact derivative of its end |
//! | `coordinates.rs` | states and tangent vectors as real vectors |
//! | `symmetry.rs` | reflections and shifts that change no force |
//! | `search.rs` | from any state to a return |
//! | `shooting.rs` | Newton's method on the return map |
//! | `multipliers.rs` | Floquet multipliers |
//! | `average.rs` | averages and amplitudes |
//! | `find.rs` | all of these in order |
//! | `branch.rs` | what is known of a branch of orbits in one parameter |
//! | `continuation.rs` | following a branch |
//! | `bordered.rs` | an orbit in a plane across its branch |
//! | `fold.rs` | where a branch turns back |
//! | `edge.rs` | the boundary of the basin of the equilibrium |
//! | `recurrence.rs` | the rule behind the verdict `periodic` |
//!
//! Norms are those of the flow ([`crate::flow::PairLayout::norm`]); residuals are relative to the state in it.

mod average;
mod bordered;
mod branch;
mod continuation;
mod coordinates;
mod edge;
mod error;
mod find;
mod fold;
mod multipliers;
mod recurrence;
mod search;
mod shooting;
mod symmetry;
mod trajectory;

pub use average::{Portrait, portrait};
pub use branch::{Branch, BranchEnd, BranchPoint, Continuation, Family, Fold};
pub use continuation::follow_branch;
pub use edge::{Edge, EdgeSearch, edge};
pub use error::OrbitError;
pub use find::{Finding, Orbit, find, refine};
pub use multipliers::{Block, Multiplier, coupled_multipliers, multipliers};
pub use recurrence::{Recurrence, recurrence};
pub use search::{Return, Search};
pub use shooting::{Closed, Point, Shooting, shoot};
pub use symmetry::{Invariance, Symmetry};

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

//! Periodic orbits of the flow.
mod average;
mod continuation;
mod coordinates;
mod edge;
mod error;
mod find;
mod multipliers;
mod recurrence;
mod search;
mod shooting;
mod symmetry;
mod trajectory;

pub use average::{Portrait, portrait};
pub use continuation::{Branch, BranchEnd, BranchPoint, Continuation, Family, Fold, follow_branch};
pub use edge::{Edge, EdgeSearch, edge};
pub use error::OrbitError;
pub use find::{Finding, Orbit, find, refine};
pub use multipliers::{Block, Multiplier, coupled_multipliers, multipliers};
pub use recurrence::{Recurrence, recurrence};
pub use search::{Return, Search};
pub use shooting::{Closed, Point, Shooting, shoot};
pub use symmetry::{Invariance, Symmetry};

#[cfg(test)]
mod tests;

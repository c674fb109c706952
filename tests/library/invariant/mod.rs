//! What must hold exactly or to rounding whatever the game: mass, symmetries, budgets, and bits that do not depend on
//! threads, repetition or what was in the work space before.

mod bits;
mod budget;
mod mass;
mod symmetry;

//! Declared orders are measured: in the step, in the tolerance, inside a step, in the grid.

mod games;
mod grid;
mod order;
mod tolerance;
